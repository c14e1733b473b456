/* Reduction of a symmetric band matrix to tridiagonal form by bulge chasing, for its eigenvalues. */

#ifndef INM_BULGE_H
#define INM_BULGE_H

#include "inm_status.h"

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { INM_BULGE_LARGEST_KD = 32 }; /* a narrower band takes as long */

/* n            order of the matrix
   kd           half-bandwidth, 1 to INM_BULGE_LARGEST_KD
   band         [n][kd+1]  column j holds B(j..j+kd, j); rows beyond n-1 are not read
   diagonal     [n]    out
   offdiagonal  [n-1]  out
   The result does not depend on nthread, bit for bit.  Needs a workspace of a little over 100 n
   doubles.  Not collective. */
inm_status inm_band_to_tridiagonal(size_t n, size_t kd, const double *band, double *diagonal,
                                   double *offdiagonal, int nthread);

#ifdef __cplusplus
}
#endif
#endif
