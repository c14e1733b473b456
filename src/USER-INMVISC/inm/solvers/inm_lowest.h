/* The lowest, most unstable modes of a system that is too large to diagonalize, with all that the mode
   table tells of each: to look at the localized tail of the spectrum. */

#ifndef INM_LOWEST_H
#define INM_LOWEST_H

#include "inm_hessian.h"
#include "inm_modes.h"
#include "inm_request.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Vectors of the subspace for count modes, and bytes that they and the matrix will take on this rank. */
size_t inm_lowest_vectors(size_t count);
double inm_lowest_bytes_for(const inm_hessian *h, size_t count);

/* Find the modes by Chebyshev-filtered subspace iteration and fill a table that has only them: n is
   request->nlowest, intensity the mean over those of them that are localized or delocalized.  The same on
   all ranks.
   lowest, highest  an interval that has all eigenvalues (inm_kpm_lowest, inm_kpm_highest)
   modes    out; freed first if it holds something; the caller frees
   products out, NULL if not wanted: products of the matrix with eight vectors that it took
   INM_ERR_ARG if there are less than twice as many modes as vectors of the subspace, or an atom type exceeds ntypes.
   INM_ERR_ACCURACY if they do not converge: residuals must be below 1e-10 of the interval.
   INM_ERR_NONFINITE if an element is infinite or undefined.  Collective. */
inm_status inm_lowest_modes(const inm_hessian *h, const inm_request *request, double lowest,
                            double highest, inm_modes *modes, size_t *products);

#ifdef __cplusplus
}
#endif
#endif
