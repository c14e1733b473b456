/* Is single precision accurate enough?  Eigenpairs are checked against the sparse matrix in double.

   If the residual r = |D e - lambda e| is small compared with |lambda|, the mode is mixed only with
   modes of nearly the same frequency, which changes no sum over a class.  Modes near zero do not meet
   this criterion, but they do not enter the viscosity either (w_min).  Single precision is therefore
   accepted if r exceeds 1 % of |lambda| for at most 1 % of the modes.  With stiff bonds, which widen
   the spectrum, it is not. */

#ifndef INM_RESIDUAL_H
#define INM_RESIDUAL_H

#include "inm_status.h"

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct inm_residual inm_residual;

/* Matrix of natom atoms.  Nothing here is collective. */
inm_status inm_residual_create(inm_residual **out, size_t natom, int dim);
void inm_residual_destroy(inm_residual **r);

/* A block of D and, off the diagonal, its transpose.  i, j < natom, k [3][3] */
inm_status inm_residual_add(inm_residual *r, size_t i, size_t j, const double *k);

/* D + shift * t t^T,  t = sqrt(m_i / M) in the direction a; mass [natom], the same for all a. */
inm_status inm_residual_lift(inm_residual *r, int a, double shift, const double *mass);

/* Check eigenpairs: lambda [count], vec [count][n] normalized.  Those with |lambda| <= zero are zero modes
   and are not counted. */
inm_status inm_residual_check(inm_residual *r, size_t count, const double *lambda, double zero,
                              const double *vec, int nthread);

/* norm [count] = |D e - lambda e| of these pairs */
inm_status inm_residual_norms(inm_residual *r, size_t count, const double *lambda,
                              const double *vec, double *norm, int nthread);

/* image [count][n] = D vec, vec [count][n] */
inm_status inm_residual_multiply(inm_residual *r, size_t count, const double *vec, double *image,
                                 int nthread);

/* Result of all checks: INM_OK, or INM_ERR_PRECISION if too many residuals were too large. */
inm_status inm_residual_result(const inm_residual *r);

#ifdef __cplusplus
}
#endif
#endif
