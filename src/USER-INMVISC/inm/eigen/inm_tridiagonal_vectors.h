/* Some eigenvectors of a symmetric tridiagonal matrix. */

#ifndef INM_TRIDIAGONAL_VECTORS_H
#define INM_TRIDIAGONAL_VECTORS_H

#include "inm_status.h"

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Eigenvectors first..first+count-1, from 0 in ascending order, by LAPACK's dstemr (MRRR).
   diagonal, offdiagonal  [n]  destroyed; the last element of offdiagonal is workspace
   z                      [count][n]
   INM_ERR_LAPACK where that method fails.  Not collective. */
inm_status inm_tridiagonal_vectors(size_t n, double *diagonal, double *offdiagonal, size_t first,
                                   size_t count, double *z);

#ifdef __cplusplus
}
#endif
#endif
