/* A spectral measure: nodes lambda_j with weights, so that sum_j weight_j f(lambda_j) stands for a sum
   over modes.  Everything that is computed from a spectrum is computed from measures, wherever they
   come from:

     modes        nodes are eigenvalues, weights 1 (a count of modes) or squared projections
     polynomials  nodes and weights of a Gauss-Chebyshev quadrature for moments; some weights are
                  negative.  Between two frequencies the density is that of the moments, broadened by
                  Jackson's kernel, which makes it positive (eigen/inm_chebyshev.h) */

#ifndef INM_MEASURE_H
#define INM_MEASURE_H

#include "inm_bins.h"
#include "inm_classes.h"
#include "inm_status.h"

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* All arrays are borrowed, except for what is in owned. */
typedef struct {
  size_t n;
  const double *lambda; /* [n]  1/time^2 */
  const double *weight; /* [n]  0 for rigid translations, which are no modes of the spectrum */

  /* what is known of each node if it is a mode, else NULL */
  const double *pr;          /* [n]  participation ratio, NaN without eigenvector */
  const double *type_weight; /* [ntypes][n]  sum over atoms of a type of |e_i|^2 / m_i, likewise */
  int ntypes;                /* always known */

  /* of polynomials: moments of the density in the interval lo..hi */
  int is_polynomial;
  size_t nmoment;       /* 0: nothing is known, all results are NaN */
  const double *moment; /* [nmoment] */
  double lo, hi;

  void *owned;
} inm_measure;

/* Free what it owns and zero the struct.  A measure that is handed out starts zeroed. */
void inm_measure_free(inm_measure *m);

/* A measure that owns n weights, returned for the caller to fill; NULL if there is no memory. */
double *inm_measure_own_weights(inm_measure *m, size_t n);

/* Sum of all weights. */
double inm_measure_total(const inm_measure *m);

/* Sums of the weights below each of nx eigenvalues.  x [nx]; sum [nx] out */
inm_status inm_measure_below(const inm_measure *m, size_t nx, const double *x, double *sum);

/* Sums of the weights in each bin of frequency.  sum [nbin] out */
inm_status inm_measure_bins(const inm_measure *m, const inm_range *range, double *sum);

/* Sum of the weights of the localized unstable modes; NaN if they are not known. */
inm_status inm_measure_localized(const inm_measure *m, inm_edge edge, double *sum);

/* The part of all modes with the lowest |lambda| that is closest to the part given from below, and the
   |lambda| up to which it reaches.  For a measure that counts modes; NaN for less than one mode. */
inm_status inm_measure_softest(const inm_measure *m, double part, double *reached, double *lambda);

#ifdef __cplusplus
}
#endif
#endif
