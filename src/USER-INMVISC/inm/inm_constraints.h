/* Rigid bonds: the Hessian on the surface s_c(r) = 0 of distance constraints in small clusters of atoms.

   With s_c = (|r_ij|^2 - d_c^2)/2, A = ds/dr, masses M, and G = A M^-1 A^T:

     P   = 1 - M^-1/2 A^T G^-1 A M^-1/2           projector on the tangent space, block diagonal by cluster
     lam = G^-1 A M^-1 grad U                     static multipliers, without velocities
     D_c = P M^-1/2 (H - sum_c lam_c grad grad s_c) M^-1/2 P

   A homogeneous strain a_i = e_k (r_i)_c violates the constraints.  Its normal part n = M^-1 A^T G^-1 A a
   depends on the shape of the cluster only, so a - n is the strain that rigid clusters follow:

     Xi_c     = P^T [Xi + H n + sum_c lam_c grad grad s_c (a - n)]           in coordinates without masses
     d2U/dg2  = (a - n)^T (H - sum_c lam_c grad grad s_c) (a - n)            along a curve with r' = a - n on the
                                                                            surface, r'' normal to it

   These are the limits of stiff springs, as 1/k.  The matrix keeps its 3N coordinates, of which the directions
   normal to the surface are exact zero modes: so every solver, file and output reads it like any other. */

#ifndef INM_CONSTRAINTS_H
#define INM_CONSTRAINTS_H

#include "inm_hessian.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { INM_CLUSTER_ATOMS = 4, INM_CLUSTER_BONDS = 6 };

/* Atoms joined by constraints.  An atom belongs to one cluster at most. */
typedef struct {
  int natom, nbond;
  int64_t tag[INM_CLUSTER_ATOMS]; /* of rows of any rank, in the same order on all ranks */
  double mass[INM_CLUSTER_ATOMS];
  double x[INM_CLUSTER_ATOMS][3]; /* images next to each other */
  int bond[INM_CLUSTER_BONDS][2]; /* atoms of each constraint, 0..natom-1 */
} inm_cluster;

/* What the constraints change beside the matrix.  The kinetic energy is that of the coordinates y on the
   surface, with mass matrix g along the same curve:
     K'/kT = -Tr g'/2,  K''/kT = Tr [2 (g^-1 g')^2 - g^-1 g'']/2
   less what the same atoms give without constraints. */
typedef struct {
  size_t count;        /* constraints */
  double virial[3][3]; /* of the static constraint forces, sum_c lam_c (r_ij)_k (r_ij)_c */
  double shear2[3][3]; /* [k][c] change of K''/kT for r_k -> r_k + gamma r_c */
  double dilation[2];  /* change of -K'/kT and K''/kT for r -> (1 + e) r */
} inm_constraint_facts;

/* Replace the matrix, the affine forces, and the derivatives by strain by those on the surface.
   h        after inm_hessian_end; after a failure it has no rows
   cluster  [ncluster]  all clusters with at least one row of this rank
   force    [nrow][3]   -grad U of the rows, in the units of H times length
   INM_ERR_ARG if the constraints of a cluster depend on each other (three atoms in line with all distances
   fixed), or an atom is in two clusters; INM_ERR_TAG if an atom is a row of no rank.  Collective. */
inm_status inm_hessian_constrain(inm_hessian *h, size_t ncluster, const inm_cluster *cluster,
                                 const double *force);

/* All zero without constraints.  Borrowed. */
const inm_constraint_facts *inm_hessian_constraints(const inm_hessian *h);

#ifdef __cplusplus
}
#endif
#endif
