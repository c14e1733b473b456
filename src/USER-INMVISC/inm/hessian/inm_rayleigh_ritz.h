/* Rayleigh-Ritz with the sparse matrix in double precision: vectors that span a subspace are rotated to Ritz
   vectors in it. */

#ifndef INM_RAYLEIGH_RITZ_H
#define INM_RAYLEIGH_RITZ_H

#include "hessian/inm_residual.h"

#ifdef __cplusplus
extern "C" {
#endif

/* vec    [count][n]  nearly orthonormal, to some 10 %; on return orthonormal Ritz vectors
   theta  [count] out: Ritz values, ascending
   nthread  threads; BLAS is set to this number
   Solves the generalized problem of the Gram matrix, which needs no orthogonalization: 4 n count^2 flops.
   INM_ERR_ACCURACY if the vectors are not as orthonormal, INM_ERR_LAPACK, INM_ERR_ALLOC, INM_ERR_SIZE.
   Not collective. */
inm_status inm_rayleigh_ritz(inm_residual *matrix, size_t n, size_t count, double *vec,
                             double *theta, int nthread);

/* Bytes of the workspace. */
double inm_rayleigh_ritz_bytes(size_t n, size_t count);

#ifdef __cplusplus
}
#endif
#endif
