/* B - lambda = L D L^T of a symmetric band matrix, without pivoting: a quarter of the flops of
   inm_band_lu.h, but accurate only without element growth. */

#ifndef INM_BAND_LDL_H
#define INM_BAND_LDL_H

#include "inm_status.h"

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { INM_BAND_LDL_LARGEST_KD = 32 }; /* a narrower band takes as long */

/* Workspace of one thread for matrices of order n and half-bandwidth kd, 1 to
   INM_BAND_LDL_LARGEST_KD. */
typedef struct inm_band_ldl inm_band_ldl;
inm_status inm_band_ldl_create(inm_band_ldl **out, size_t n, size_t kd);
void inm_band_ldl_destroy(inm_band_ldl **f);

/* band  [n][kd+1]  as of inm_reduce_to_band; rows beyond n-1 are not read
   norm  of B, the scale of element growth; pivots below DBL_EPSILON * norm are replaced by that
   Returns the largest element of all pivot blocks relative to norm, the growth.  The factors are exact
   for a matrix that differs by some DBL_EPSILON * norm * growth.
   This and the next function are not collective. */
double inm_band_ldl_factorize(inm_band_ldl *f, const double *band, double lambda, double norm);

/* x = L^-T D^-1 L^-1 x = (B - lambda)^-1 x */
void inm_band_ldl_solve(inm_band_ldl *f, double *x);

#ifdef __cplusplus
}
#endif
#endif
