/* Shifted band matrices factorized and solved, for inverse iteration with known eigenvalues. */

#ifndef INM_BAND_VECTORS_H
#define INM_BAND_VECTORS_H

#include "inm_status.h"

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Factors of B - lambda with the workspace of one thread, for order n and half-bandwidth kd. */
typedef struct inm_band_factor inm_band_factor;
inm_status inm_band_factor_create(inm_band_factor **out, size_t n, size_t kd);
void inm_band_factor_destroy(inm_band_factor **f);

/* Factorize B - lambda: without pivoting (inm_band_ldl.h), or with partial pivoting (inm_band_lu.h)
   if elements of the former factors exceed largest_growth times the norm.  The residual of a vector
   is then at most some DBL_EPSILON * largest_growth * norm.

   band            [n][kd+1]  as of inm_reduce_to_band
   norm            of B: replaces pivots below DBL_EPSILON * norm, as for an exact eigenvalue, by that
   largest_growth  0 to pivot always, which multiple eigenvalues need
   May return INM_ERR_ALLOC.  This and the next function are not collective. */
inm_status inm_band_factorize(inm_band_factor *f, const double *band, double lambda, double norm,
                              double largest_growth);

/* x = (B - lambda)^-1 x */
void inm_band_solve(inm_band_factor *f, double *x);

#ifdef __cplusplus
}
#endif
#endif
