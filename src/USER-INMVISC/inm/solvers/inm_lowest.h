/* The lowest, most unstable modes of a system that is too large to diagonalize: the localized tail of the
   spectrum, with a complete entry of the mode table for each mode. */

#ifndef INM_LOWEST_H
#define INM_LOWEST_H

#include "inm_hessian.h"
#include "inm_modes.h"
#include "inm_request.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Subspace vectors for count modes, and bytes that these and the matrix take on this rank. */
size_t inm_lowest_vectors(size_t count);
double inm_lowest_bytes_for(const inm_hessian *h, size_t count);

/* Find the modes by Chebyshev-filtered subspace iteration and fill a table with these modes only: n is
   request->nlowest, and intensity averages over the localized and the delocalized ones among them.  The
   table is the same on all ranks.
   lowest, highest  an interval that contains all eigenvalues (inm_kpm_lowest, inm_kpm_highest)
   modes    out; freed first if not empty; the caller frees
   products out, or NULL: number of products of the matrix with eight vectors
   INM_ERR_ARG if there are fewer than twice as many modes as subspace vectors, or an atom type exceeds
   ntypes.  INM_ERR_ACCURACY if residuals do not converge to 1e-10 of the interval.
   INM_ERR_NONFINITE if an element is infinite or undefined.  Collective. */
inm_status inm_lowest_modes(const inm_hessian *h, const inm_request *request, double lowest,
                            double highest, inm_modes *modes, size_t *products);

#ifdef __cplusplus
}
#endif
#endif
