/* The constraints of one cluster of atoms: small dense matrices.  Formulas in inm_constraints.h. */

#ifndef INM_CLUSTER_H
#define INM_CLUSTER_H

#include "inm_constraints.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { INM_CLUSTER_SIZE = 3 * INM_CLUSTER_ATOMS };

typedef double inm_cluster_matrix[INM_CLUSTER_SIZE][INM_CLUSTER_SIZE];
typedef double inm_cluster_vector[INM_CLUSTER_SIZE];

typedef struct {
  const inm_cluster *of;
  double dr[INM_CLUSTER_BONDS][3];                      /* r_i - r_j */
  double inverse[INM_CLUSTER_BONDS][INM_CLUSTER_BONDS]; /* G^-1 */
  double lam[INM_CLUSTER_BONDS];                        /* static multipliers */
} inm_cluster_frame;

/* INM_ERR_ARG if the cluster is malformed or its constraints depend on each other. */
inm_status inm_cluster_frame_set(inm_cluster_frame *f, const inm_cluster *of);

/* Set lam from the gradient of U. */
void inm_cluster_multipliers(inm_cluster_frame *f, const double *gradient);

/* pi = 1 - M^-1 A^T G^-1 A: displacements along the surface */
void inm_cluster_projector(const inm_cluster_frame *f, inm_cluster_matrix pi);

/* A^T G^-1 A, with masses folded in the projector on the normal directions */
void inm_cluster_normal(const inm_cluster_frame *f, inm_cluster_matrix normal);

/* n = M^-1 A^T G^-1 A a of the strain r_k -> r_k + gamma r_c */
void inm_cluster_normal_strain(const inm_cluster_frame *f, int k, int c, double *n);

/* y += sum_c lam_c grad grad s_c u */
void inm_cluster_add_curvature(const inm_cluster_frame *f, const double *u, double *y);

/* -K'/kT and K''/kT of the coordinates on the surface in dim dimensions, for r -> (1 + gamma N) r, N [3][3] */
void inm_cluster_kinetic(const inm_cluster_frame *f, int dim, const double *strain, double *first,
                         double *second);

#ifdef __cplusplus
}
#endif
#endif
