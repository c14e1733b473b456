/* The dense mass-weighted matrix on one rank, with atoms in ascending order of ID. */

#ifndef INM_DENSE_H
#define INM_DENSE_H

#include "modes/inm_mode_atoms.h"

struct inm_residual; /* hessian/inm_residual.h */

typedef struct {
  inm_mode_atoms atoms;
  size_t n;      /* of atoms */
  double scale;  /* of the Hessian, see inm_hessian_create */
  double norm;   /* largest row sum of |D| as it was gathered, a bound of all |lambda| */
  double *a;     /* [n][n]     symmetric; solvers may destroy it.  NULL in single precision */
  float *single; /* [n][n]     the same in single precision, else NULL */
  struct inm_residual *residual; /* the matrix in double, to check single precision; or NULL */

  /* directions normal to the surface of constraints */
  size_t nrigid, nnormal;
  struct inm_dense_block *normal; /* [nnormal]  A^T G^-1 A, see inm_constraints.h */
  double *rigid_share;            /* [natom]  sum over the directions of |e_i|^2 */
} inm_dense;

/* Gather the matrix on rank root, where d is filled; elsewhere d is zeroed.  nthread: threads of the
   root.  Free d even after a failure.  Collective. */
inm_status inm_dense_gather(const inm_hessian *h, const inm_request *request, const int64_t *tag,
                            size_t natom, int root, int nthread, inm_dense *d);
void inm_dense_free(inm_dense *d);

/* Find the norm.  Deflation by shift: add shift * t t^T for each free translation t = sqrt(m_i/M), with a
   shift above all eigenvalues, and a larger one for the directions normal to constraints.
   INM_ERR_NONFINITE if an element is infinite or undefined. */
inm_status inm_dense_lift_translations(inm_dense *d, const int *is_free, int nthread);

#endif
