/* Whether single precision was enough: eigenpairs against the sparse matrix in double.

   A mode whose residual r = |D e - lambda e| is small beside |lambda| is mixed with modes of about its
   own frequency only, which changes no sum over a class.  Modes near zero cannot be had that way, and
   do not count for the viscosity (w_min); so single precision is taken to be safe if r exceeds 1 % of
   |lambda| for at most 1 % of the modes.  Where stiff bonds stretch the spectrum, it does not. */

#ifndef INM_RESIDUAL_H
#define INM_RESIDUAL_H

#include "inm_status.h"

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct inm_residual inm_residual;

/* For the matrix of natom atoms.  Not collective, as what follows. */
inm_status inm_residual_create(inm_residual **out, size_t natom, int dim);
void inm_residual_destroy(inm_residual **r);

/* A block of D and, off the diagonal, its transpose.  i, j < natom, k [3][3] */
inm_status inm_residual_add(inm_residual *r, size_t i, size_t j, const double *k);

/* D + shift * t t^T,  t = sqrt(m_i / M) in the direction a.  mass [natom] is borrowed for good. */
void inm_residual_lift(inm_residual *r, int a, double shift, const double *mass);

/* Look at eigenpairs: lambda [count], vec [count][n] normalized. */
inm_status inm_residual_look(inm_residual *r, size_t count, const double *lambda, const double *vec,
                             int nthread);

/* INM_OK, or INM_ERR_PRECISION if too many residuals were too large. */
inm_status inm_residual_verdict(const inm_residual *r);

#ifdef __cplusplus
}
#endif
#endif
