/* Internal coordinates of a few atoms with first and second derivatives, and the blocks
   K_ij = d2U/dr_i dr_j of a term of the energy that is a function of them.

   The caller supplies dU/dq and d2U/dq2.  Both angles are represented by their cosine, which is smooth
   where atoms are collinear or coplanar, and whose gradient vanishes there; a term that is not a
   smooth function of the cosine, such as k (theta - theta0)^2 near 0 or pi, is as ill-conditioned
   here as its derivatives are.

   Positions must be those of the images that interact, so that their differences are the vectors of
   the term.  Nothing here is collective or keeps state. */

#ifndef INM_GEOMETRY_H
#define INM_GEOMETRY_H

#include "inm_hessian.h"
#include "inm_status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Cosine of the angle between two vectors of any length > 0.
   a, b  [3]
   c     cosine
   g     [6]     d c / d(a,b)
   h     [6][6]  second derivatives */
void inm_cosine(const double *a, const double *b, double *c, double *g, double *h);

/* Cosine of the dihedral angle of b1 = r1 - r2, b2 = r3 - r2, b3 = r4 - r3: 1 if atoms 1 and 4 are on
   the same side of the axis 2-3 (cis), -1 on opposite sides (trans).
   c     cosine
   g     [9]     d c / d(b1,b2,b3)
   h     [9][9]  second derivatives
   INM_ERR_NONFINITE if three of the atoms are collinear: the angle is undefined. */
inm_status inm_dihedral_cosine(const double *b1, const double *b2, const double *b3, double *c,
                               double *g, double *h);

/* Blocks of a term U(cos theta) of the bond angle at the second of three atoms.
   x        [3][3]  positions
   du, du2  dU/d(cos theta) and d2U/d(cos theta)2
   k        [3][3][3][3]  K_ij of atoms i and j
   du2 is ignored if the atoms are collinear.
   INM_ERR_NONFINITE if an element of k is not finite: du or du2 was not, or two atoms coincide. */
inm_status inm_angle_blocks(const double *x, double du, double du2, double *k);

/* Blocks of a term U(cos phi) of the dihedral angle of four atoms.
   x  [4][3]
   k  [4][4][3][3]
   Zero if du and du2 are, wherever the atoms are.  INM_ERR_NONFINITE as above, and if three of the
   atoms are collinear. */
inm_status inm_dihedral_blocks(const double *x, double du, double du2, double *k);

/* Blocks of a term U(r1, r2, cos theta) of the two bonds at the second of three atoms, with
   r1 = |x1 - x2|, r2 = |x3 - x2|.
   du   [3]     dU/dr1, dU/dr2, dU/d(cos theta)
   d2u  [3][3]  second derivatives, symmetric
   x and k as for angles */
inm_status inm_threebody_blocks(const double *x, const double *du, const double *d2u, double *k);

/* Add a term of natom atoms to the Hessian, once over all ranks: inm_hessian_add for every pair.
   site  [natom]  rows or ghosts of h, or INM_OUTSIDE
   x, k  as above */
inm_status inm_hessian_add_term(inm_hessian *h, int natom, const int *site, const double *x,
                                const double *k);

#ifdef __cplusplus
}
#endif
#endif
