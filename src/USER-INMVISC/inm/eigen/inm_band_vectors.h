/* Eigenvectors of a symmetric band matrix whose eigenvalues are known, by inverse iteration. */

#ifndef INM_BAND_VECTORS_H
#define INM_BAND_VECTORS_H

#include "inm_status.h"

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Factors of B - lambda, and the workspace of one thread for them: matrices of order n and
   half-bandwidth kd. */
typedef struct inm_band_factor inm_band_factor;
inm_status inm_band_factor_create(inm_band_factor **out, size_t n, size_t kd);
void inm_band_factor_destroy(inm_band_factor **f);

/* Factors of B - lambda: without interchanges (inm_band_ldl.h), or with partial pivoting
   (inm_band_lu.h) where elements of those factors are larger than largest_growth times the norm.
   The residual of a vector is some DBL_EPSILON times that at the most.

   band            [n][kd+1]  as of inm_reduce_to_band
   norm            of B: pivots below its rounding, as an exact eigenvalue leaves one, are put up
                   to that
   largest_growth  0 for pivoting always, which a multiple eigenvalue needs
   INM_ERR_ALLOC is possible.  Not collective, as what follows. */
inm_status inm_band_factorize(inm_band_factor *f, const double *band, double lambda, double norm,
                              double largest_growth);

/* x = (B - lambda)^-1 x */
void inm_band_solve(inm_band_factor *f, double *x);

#ifdef __cplusplus
}
#endif
#endif
