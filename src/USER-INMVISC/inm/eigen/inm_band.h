/* Reduction of a dense symmetric matrix to a band, D = Q B Q^T: the O(n^3) part of a two-stage diagonalization,
   with nearly all flops in matrix products.  Q is in inm_reflectors.h. */

#ifndef INM_BAND_H
#define INM_BAND_H

#include "inm_status.h"

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Receives the fraction of the reduction that is done, 0 to 1. */
typedef void (*inm_band_progress)(void *ctx, double done);

/* n        order of the matrix, > kd
   kd       half-bandwidth
   a        [n][n] symmetric; the lower triangle in column-major order is read and on return holds the
            Householder vectors of Q below the band, as dormqr expects them at a + kd with n - kd
            rows.  The strict upper triangle is not referenced.
   tau      [n - kd] out
   band     [n][kd+1] out: column j holds B(j..j+kd, j)  (LAPACK's lower band storage)
   nthread  threads; set those of BLAS to 1, since each thread here calls BLAS
   report   or NULL
   Not collective. */
inm_status inm_reduce_to_band(size_t n, size_t kd, double *a, double *tau, double *band,
                              int nthread, inm_band_progress report, void *ctx);

/* The same in single precision; the band is in double. */
inm_status inm_reduce_to_band_single(size_t n, size_t kd, float *a, float *tau, double *band,
                                     int nthread, inm_band_progress report, void *ctx);

#ifdef __cplusplus
}
#endif
#endif
