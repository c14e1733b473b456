/* P (B - lambda) = L U of a symmetric band matrix, by elimination with partial pivoting: backward
   stable for any shift, unlike inm_band_ldl.h. */

#ifndef INM_BAND_LU_H
#define INM_BAND_LU_H

#include "inm_status.h"

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Workspace of one thread for matrices of order n and half-bandwidth kd. */
typedef struct inm_band_lu inm_band_lu;
inm_status inm_band_lu_create(inm_band_lu **out, size_t n, size_t kd);
void inm_band_lu_destroy(inm_band_lu **f);

/* band  [n][kd+1]  as of inm_reduce_to_band
   tiny  replaces smaller pivots, which occur if lambda is an eigenvalue
   This and the next function are not collective. */
void inm_band_lu_factorize(inm_band_lu *f, const double *band, double lambda, double tiny);

/* x = U^-1 L^-1 P x = (B - lambda)^-1 x */
void inm_band_lu_solve(inm_band_lu *f, double *x);

#ifdef __cplusplus
}
#endif
#endif
