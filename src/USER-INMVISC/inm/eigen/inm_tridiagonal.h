/* All eigenvalues of a symmetric tridiagonal matrix, multithreaded. */

#ifndef INM_TRIDIAGONAL_H
#define INM_TRIDIAGONAL_H

#include "inm_status.h"

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* n            order of the matrix, 1 or more
   diagonal     [n]
   offdiagonal  [n-1]  of either sign
   lambda       [n] out, ascending; may alias diagonal.  Errors are some 2e-16 of the norm, as with
                LAPACK's dsterf.
   INM_ERR_NONFINITE if an element is not finite.  The result does not depend on nthread, bit for bit.
   Not collective. */
inm_status inm_tridiagonal_eigenvalues(size_t n, const double *diagonal, const double *offdiagonal,
                                       double *lambda, int nthread);

#ifdef __cplusplus
}
#endif
#endif
