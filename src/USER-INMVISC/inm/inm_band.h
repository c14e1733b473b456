/* Reduction of a dense symmetric matrix to a band, D = Q B Q^T: the part of a two-stage
   diagonalization that costs 4/3 n^3, nearly all of it in matrix products. */

#ifndef INM_BAND_H
#define INM_BAND_H

#include "inm_status.h"

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* n    order of the matrix, > kd
   kd   half-bandwidth
   a    [n][n] symmetric, of which the lower triangle in column-major order is read; on return the
        Householder vectors of Q, as dormqr takes them at a + kd with n - kd rows
   tau  [n - kd] out
   band [n][kd+1] out: column j holds B(j..j+kd, j)  (LAPACK's lower band storage)
   Not collective. */
inm_status inm_reduce_to_band(size_t n, size_t kd, double *a, double *tau, double *band);

#ifdef __cplusplus
}
#endif
#endif
