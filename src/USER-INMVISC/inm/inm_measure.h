/* A spectral measure: nodes lambda_j with weights, so that sum_j weight_j f(lambda_j) represents a sum
   over modes.  All properties of a spectrum are computed from measures, of two sources:

     modes        nodes are eigenvalues, weights 1 (a count of modes) or squared projections
     polynomials  nodes and weights of a Gauss-Chebyshev quadrature for moments; some weights are
                  negative.  Between frequencies the density follows from the moments with the Jackson
                  kernel, which makes it positive (eigen/inm_chebyshev.h) */

#ifndef INM_MEASURE_H
#define INM_MEASURE_H

#include "inm_bins.h"
#include "inm_classes.h"
#include "inm_status.h"

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* All arrays are borrowed except owned. */
typedef struct {
  size_t n;
  const double *lambda; /* [n]  1/time^2 */
  const double *weight; /* [n]  0 for zero modes, which do not count */

  /* properties of modes, NULL if the nodes are not modes */
  const double *pr;          /* [n]  participation ratio, NaN without eigenvector */
  const double *type_weight; /* [ntypes][n]  sum over atoms of a type of |e_i|^2 / m_i, likewise */
  int ntypes;                /* always known */

  /* of polynomials: moments of the density in the interval lo..hi */
  int is_polynomial;
  size_t nmoment;       /* 0: no data, all results are NaN */
  const double *moment; /* [nmoment] */
  double lo, hi;

  void *owned;
} inm_measure;

/* Free what it owns and zero the struct.  Zero a measure before passing it as output. */
void inm_measure_free(inm_measure *m);

/* Make a measure that owns n weights, and return these for the caller to fill; NULL if out of memory. */
double *inm_measure_own_weights(inm_measure *m, size_t n);

/* Sum of all weights. */
double inm_measure_total(const inm_measure *m);

/* Sums of the weights below each of nx eigenvalues.  x [nx]; sum [nx] out */
inm_status inm_measure_below(const inm_measure *m, size_t nx, const double *x, double *sum);

/* Sums of the weights in each bin of frequency.  sum [nbin] out */
inm_status inm_measure_bins(const inm_measure *m, const inm_range *range, double *sum);

/* Sum of the weights of the localized unstable modes; NaN if unknown. */
inm_status inm_measure_localized(const inm_measure *m, inm_edge edge, double *sum);

/* The softest modes: the largest attainable fraction of all modes that does not exceed part, taken by
   lowest |lambda|, and the |lambda| that it reaches.  For a measure that counts modes; NaN for less than
   one mode. */
inm_status inm_measure_softest(const inm_measure *m, double part, double *reached, double *lambda);

#ifdef __cplusplus
}
#endif
#endif
