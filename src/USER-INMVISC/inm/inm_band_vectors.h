/* Eigenvectors of a symmetric band matrix whose eigenvalues are known, by inverse iteration. */

#ifndef INM_BAND_VECTORS_H
#define INM_BAND_VECTORS_H

#include "inm_status.h"

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Workspace of one thread for matrices of order n and half-bandwidth kd. */
typedef struct inm_band_factor inm_band_factor;
inm_status inm_band_factor_create(inm_band_factor **out, size_t n, size_t kd);
void inm_band_factor_destroy(inm_band_factor **f);

/* P (B - lambda) = L U by elimination with partial pivoting.
   band  [n][kd+1]  as of inm_reduce_to_band
   tiny  put in place of a pivot that is smaller, as an exact eigenvalue leaves one
   Not collective, as what follows. */
void inm_band_factorize(inm_band_factor *f, const double *band, double lambda, double tiny);

/* x = U^-1 x: the first step of inverse iteration, from L x = x0 */
void inm_band_solve_upper(const inm_band_factor *f, double *x);

/* x = U^-1 L^-1 P x = (B - lambda)^-1 x */
void inm_band_solve(inm_band_factor *f, double *x);

#ifdef __cplusplus
}
#endif
#endif
