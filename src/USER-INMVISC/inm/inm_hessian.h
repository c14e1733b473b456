/* The Hessian of the potential energy as 3x3 blocks, distributed over ranks as the atoms are.

   A block belongs to a pair of an atom (row) and an image of an atom (column).  Images of one
   column are kept apart, because the affine force needs the vector to the image; the matrix adds
   them.  Providers fill the blocks; this object does not know what interaction they came from. */

#ifndef INM_HESSIAN_H
#define INM_HESSIAN_H

#include "inm_status.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct inm_hessian inm_hessian;

/* Tag of a column outside the group: its block counts for the affine force (the atom moves with
   the strain) but not for the matrix. */
#define INM_OUTSIDE ((int64_t) -1)

/* Make an empty Hessian.
   comm    borrowed, must outlive the handle
   dim     2 or 3: with 2 the z components are left out of the matrix
   scale   D = scale * H / sqrt(m_i m_j): force unit -> mass*length/time^2 (LAMMPS: ftm2v)
   Not collective. */
inm_status inm_hessian_create(inm_hessian **out, MPI_Comm comm, int dim, double scale);

/* Free; accepts NULL and leaves NULL behind. */
void inm_hessian_destroy(inm_hessian **h);

/* Forget all blocks and start anew with the rows of this rank.
   tag   [nrow]  atom IDs
   type  [nrow]  1..ntypes
   mass  [nrow]  > 0
   Not collective. */
inm_status inm_hessian_begin(inm_hessian *h, size_t nrow, const int64_t *tag, const int *type,
                             const double *mass);

/* Add a block d2U/dr_row dr_col for the image of col at dr from row.
   row    index 0..nrow-1 on this rank
   col    tag of the column's atom, or INM_OUTSIDE
   dr     [3]    r_row - r_col of this image
   block  [3][3] energy/length^2
   INM_ERR_ARG if there is no such row.  Not collective. */
inm_status inm_hessian_add(inm_hessian *h, size_t row, int64_t col, const double *dr,
                           const double *block);

/* Add to the diagonal block d2U/dr_row dr_row of a row.  Not collective. */
void inm_hessian_add_diagonal(inm_hessian *h, size_t row, const double *block);

/* Both parts of a central pair interaction u(|dr|) as seen from row:
     K = (u'' - u'/r) dr dr^T / r^2 + (u'/r) 1,   H_row,col -= K,   H_row,row += K
   du, du2  dU/dr and d2U/dr2 at r = |dr| */
inm_status inm_hessian_add_central(inm_hessian *h, size_t row, int64_t col, const double *dr,
                                   double du, double du2);

/* Number of rows on this rank, and their tags [nrow], borrowed until the next begin. */
size_t inm_hessian_nrow(const inm_hessian *h);
const int64_t *inm_hessian_tags(const inm_hessian *h);

/* What was given to create. */
MPI_Comm inm_hessian_comm(const inm_hessian *h);
int inm_hessian_dim(const inm_hessian *h);

/* Largest atom type on this rank, 0 without rows. */
int inm_hessian_largest_type(const inm_hessian *h);

/* Number of blocks (without the diagonal) on this rank, and bytes held. */
size_t inm_hessian_nblock(const inm_hessian *h);
double inm_hessian_bytes(const inm_hessian *h);

/* Affine force field of a simple shear in the plane (k,c): displacement along k, gradient along c
   (Lemaitre and Maloney, J. Stat. Phys. 123, 415 (2006)):
     Xi_ia = d f_ia / d gamma at fixed reduced coordinates = sum_{j, images} H_ia,jk (r_i - r_j)_c
   xi [nrow][3], force/strain, overwritten.  Not collective. */
void inm_hessian_affine_force(const inm_hessian *h, int k, int c, double *xi);

/* y = H u without masses for a field u that is a function of the atom alone (so that no
   communication is needed).  Columns outside the group are taken as u = 0.
   y [nrow][3], overwritten.  Not collective. */
typedef void (*inm_field)(void *ctx, int64_t tag, double *u);
void inm_hessian_multiply_field(const inm_hessian *h, inm_field field, void *ctx, double *y);

/* Which rigid translations cost no energy, decided by the matrix itself: direction a is free if
   |sum_j H_i,j e_a| stays below tolerance * max |H_ii| for all i of all ranks.  Not so for a group
   of atoms among others, or with an external field.
   is_free [3] out.  Collective. */
inm_status inm_hessian_translations(const inm_hessian *h, double tolerance, int *is_free);

/* Two numbers that tell one configuration from another, whatever the order of atoms: the trace of D
   and the sum of squares of the elements of all blocks.  Collective. */
void inm_hessian_invariants(const inm_hessian *h, double *trace, double *squares);

#ifdef __cplusplus
}
#endif
#endif
