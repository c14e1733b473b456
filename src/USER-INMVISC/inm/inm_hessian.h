/* The Hessian of the potential energy as 3x3 blocks, distributed over ranks as the atoms are.

   Providers add blocks pair by pair; this object does not depend on the interaction that they come
   from.  A block also stands for its transpose on the other side of the diagonal, so it is added and
   stored once, on one rank.  Its contribution to the affine force, which needs the vector between the
   two images of the pair, is computed when it is added; the matrix sums over images.

   Call create, then for every configuration begin, add..., end.  Functions that read the matrix may
   be called after end. */

#ifndef INM_HESSIAN_H
#define INM_HESSIAN_H

#include "inm_status.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct inm_hessian inm_hessian;

/* Instead of a site or a tag: an atom outside the group.  Its blocks contribute to the affine force
   (the atom moves with the strain) and to the diagonal, but have no column in the matrix. */
enum { INM_OUTSIDE = -1 };

/* Size of a zero mode relative to the largest |lambda|: well above the rounding errors of a solver in
   double precision, and below any stiffness of interest.  Zero modes are translations and rotations of
   what is free, atoms without neighbors, loose ends; the sign of their lambda is that of a rounding
   error. */
#define INM_ZERO_SIZE 1.0e-9

/* Create an empty Hessian.
   comm    borrowed, must outlive the handle
   dim     2 or 3: with 2 the z components are left out of the matrix
   scale   D = scale * H / sqrt(m_i m_j): force unit -> mass*length/time^2 (LAMMPS: ftm2v)
   Not collective. */
inm_status inm_hessian_create(inm_hessian **out, MPI_Comm comm, int dim, double scale);

/* Free; accepts NULL and leaves NULL behind. */
void inm_hessian_destroy(inm_hessian **h);

/* Clear all blocks and set the sites of this rank: 0..nrow-1 are its rows, then come ghosts, which are
   images of rows of this or any other rank; an atom may have any number of them.
   tag        [nrow]    atom IDs, > 0
   type       [nrow]    1..ntypes
   mass       [nrow]    > 0
   ghost_tag  [nghost]  atom IDs, > 0
   Not collective. */
inm_status inm_hessian_begin(inm_hessian *h, size_t nrow, const int64_t *tag, const int *type,
                             const double *mass, size_t nghost, const int64_t *ghost_tag);

/* Add an unordered pair of sites, once over all ranks, by any rank that knows both:
     H_ij += K,  H_ji += K^T,  and by translation invariance  H_ii -= K,  H_jj -= K^T
   i, j   sites, or INM_OUTSIDE; a pair outside counts in the derivatives by strain only
   dr     [3]     r_i - r_j of these images
   k      [3][3]  energy/length^2
   INM_ERR_ARG if there is no such site, or after end.  A failure adds nothing.  Not collective. */
inm_status inm_hessian_add(inm_hessian *h, int i, int j, const double *dr, const double *k);

/* The same for a central interaction u(|dr|):
     K = -[(u'' - u'/r) dr dr^T / r^2 + (u'/r) 1]
   du, du2  dU/dr and d2U/dr2 at r = |dr|
   At r = 0 a smooth u has u' = 0 and u'/r = u'': K = -u'' 1; elements are infinite if u' is not 0. */
inm_status inm_hessian_add_central(inm_hessian *h, int i, int j, const double *dr, double du,
                                   double du2);

/* Add one side of a pair from differences of forces, as seen from row i.  The rank that has the other
   atom as row must add the other side: the mean of the two is symmetric.
     H_ij += K/2,  H_ji += K^T/2
   col  tag of the other atom, > 0, or INM_OUTSIDE, which is ignored
   INM_ERR_ARG if there is no such row or tag, or after end.  Not collective. */
inm_status inm_hessian_add_side(inm_hessian *h, int i, int64_t col, const double *k);

/* Add to the diagonal block of row i.  Not collective. */
inm_status inm_hessian_add_diagonal(inm_hessian *h, int i, const double *k);

/* Add a contribution to the affine force of row i that the blocks do not contain.
   xi  [3][3][3]  component a of d f_i / d gamma for the shear x_k += gamma x_c, as [a][k][c]
   Not collective. */
inm_status inm_hessian_add_affine(inm_hessian *h, int i, const double *xi);

/* Add to the sums of inm_hessian_strains what the pairs do not contain.  Not collective: all ranks add up. */
inm_status inm_hessian_add_strains(inm_hessian *h, const double *strain2, double dilation2);

/* Send every block to a rank that has one of its atoms as row, and add up the blocks of each pair.
   Diagonal blocks are symmetrized; their antisymmetric part is zero up to the errors of what was added.
   INM_ERR_TAG if a tag is a row of no rank or of two.  INM_ERR_ARG if a rank has not called begin: then
   nothing is done.  After any other failure, here or in begin, there are no rows.  Collective. */
inm_status inm_hessian_end(inm_hessian *h);

/* Number of rows on this rank, and their tags [nrow], borrowed; until end, adding may move them. */
size_t inm_hessian_nrow(const inm_hessian *h);
const int64_t *inm_hessian_tags(const inm_hessian *h);

/* Arguments of create. */
MPI_Comm inm_hessian_comm(const inm_hessian *h);
int inm_hessian_dim(const inm_hessian *h);

/* Largest atom type on this rank, 0 without rows. */
int inm_hessian_largest_type(const inm_hessian *h);

/* Number of off-diagonal blocks stored on this rank (one per pair; before end, all that were added),
   bytes that the blocks and rows take, and bytes that npair pairs will take during assembly. */
size_t inm_hessian_nblock(const inm_hessian *h);
double inm_hessian_bytes(const inm_hessian *h);
double inm_hessian_bytes_for(double npair);

/* Affine force field of a simple shear in the plane (k,c): displacement along k, gradient along c
   (Lemaitre and Maloney, J. Stat. Phys. 123, 415 (2006)):
     Xi_ia = d f_ia / d gamma at fixed reduced coordinates = sum_{j, images} H_ia,jk (r_i - r_j)_c
   xi [nrow][3], force/strain, overwritten.  Not collective. */
void inm_hessian_affine_force(const inm_hessian *h, int k, int c, double *xi);

/* Second derivatives of the energy by affine strain of all atoms and the box, from the pairs of images
   that were added, K = H_ij each:
     strain2 [3][3]  [k][c]: d2U/dgamma2 for r_k -> r_k + gamma r_c (k != c: simple shear)
                     = -1/2 sum_{i != j} H_ij,kk (r_ij)_c^2
     dilation2       d2U/de2 + (dim-1) W for r -> (1 + e) r, with W = sum_i r_i.f_i the trace of the virial
                     = -1/2 sum_{i != j} [2 r_ij.H_ij.r_ij - tr(H_ij) r_ij^2]
   Both follow from translation invariance, sum_j H_ij = 0.  The second needs rotation invariance as well:
   -1/2 sum r_ij.H_ij.r_ij alone is the mean of sum_ij r_i.H_ij.r_j, which is d2U/de2, and of the same with the
   blocks transposed, which is -1/2 sum tr(H_ij) r_ij^2 + (dim-1) W.  They differ where blocks are not symmetric,
   as those of angles and embedding energies.
   Collective. */
void inm_hessian_strains(const inm_hessian *h, double *strain2, double *dilation2);

/* Matrix-vector product y = H u, without masses.  u, y [nrow][3] of the rows of this rank; y is
   overwritten.  Collective. */
inm_status inm_hessian_multiply(const inm_hessian *h, const double *u, double *y);

/* Which rigid translations cost no energy, according to the matrix: direction a is free if
   |sum_j H_i,j e_a| stays below tolerance * |H_ii| for every i of all ranks (|H_ii| taken as at
   least 1e-3 of the largest).  It is not for a group of atoms among others, or in an external field.
   is_free [3] out.  Collective. */
inm_status inm_hessian_translations(const inm_hessian *h, double tolerance, int *is_free);

/* The trace of D: distinguishes configurations independently of the order of atoms; not finite if any
   element is not.  Collective. */
double inm_hessian_trace(const inm_hessian *h);

/* The smallest tag of an atom with an element that is not finite in its diagonal block; 0 if there is
   none.  Collective. */
int64_t inm_hessian_infinite_atom(const inm_hessian *h);

#ifdef __cplusplus
}
#endif
#endif
