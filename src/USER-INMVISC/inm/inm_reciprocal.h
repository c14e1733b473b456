/* Charges in a periodic box: the part of the Hessian that Ewald's reciprocal sum has,

     U = (1/2) sum_k w_k |S(k)|^2,   S(k) = sum_i q_i exp(i k.r_i),   w_k = 8 pi C exp(-k^2/4g^2) / (V k^2)

   over half of the wave vectors k != 0.  It couples all pairs of charges, but is a sum of outer products:

     H_ij = sum_k w_k k k^T q_i q_j cos(k.(r_i - r_j)),  i != j;     H_ii = - sum_{j != i} H_ij

   so no blocks of pairs are stored.  The matrix has it wherever it is multiplied, or turned into a dense one. */

#ifndef INM_RECIPROCAL_H
#define INM_RECIPROCAL_H

#include "inm_hessian.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
  double edge[3][3]; /* vectors that span the periodic box, for a slab with the empty space */
  double g;          /* of the screening function erfc(g r), 1/length */
  double coulomb;    /* C: energy*length/charge^2 */
  double tail;       /* wave vectors that are left out have this part of sum_k w_k k^2, in (0,1) */
  int slab; /* with the dipole term of Yeh and Berkowitz, J. Chem. Phys. 111, 3155 (1999), along z */
} inm_ewald;

/* Add this part for all charges of all ranks, in or out of the group, between begin and end, once.
   n     atoms of this rank, of the group or not
   x     [n][3]
   q     [n]
   row   [n] row of the atom, INM_OUTSIDE if it has none; every row once
   with_strains  add the derivatives of inm_hessian_strains too.  That by dilation is NaN for a slab, which has
                 no volume.  The uniform background of a net charge depends on the volume, but is left out, as it
                 is in the virial of LAMMPS.
   The affine force of a slab is that of strains that keep its plane: of r_z += gamma r_c, c != z, it lacks the
   dipole term, which depends there on the images that atoms are at.
   force [n][3] out: its forces, to be compared with those of a program that approximates them; or NULL
   INM_ERR_ARG for a two-dimensional matrix, a bad box, or if there is such a part.  Collective. */
inm_status inm_hessian_add_reciprocal(inm_hessian *h, const inm_ewald *e, size_t n, const double *x,
                                      const double *q, const int *row, int with_strains,
                                      double *force);

/* Number of wave vectors, half of those in the sphere; 0 if there is no such part. */
size_t inm_hessian_wave_vectors(const inm_hessian *h);

#ifdef __cplusplus
}
#endif
#endif
