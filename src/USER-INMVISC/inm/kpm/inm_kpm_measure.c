/* Measures from Chebyshev moments: inm_kpm.h */

#include "kpm/inm_kpm_private.h"

#include "eigen/inm_chebyshev.h"

#include <math.h>
#include <stdlib.h>

/* Mean of the moments of vectors first..first+count-1.  mu [nmoment] */
static void mean_moments(const inm_kpm *kpm, int first, int count, size_t nmoment, double *mu)
{
  for (size_t k = 0; k < nmoment; k++) {
    double sum = 0.0;
    for (int v = first; v < first + count; v++) sum += *inm_kpm_moment(kpm, v, k);
    mu[k] = sum / count;
  }
}

/* norm  NaN, or the sum to which the weights are normalized */
static inm_status make_measure(const inm_kpm *kpm, int first, int count, size_t nproduct,
                               double norm, inm_measure *m)
{
  const size_t nmoment = inm_kpm_nmoment(nproduct < kpm->nproduct ? nproduct : kpm->nproduct);
  const size_t n = inm_chebyshev_nodes(nmoment);
  double *weight = (double *) malloc((2 * n + nmoment + 1) * sizeof(*weight));
  double *lambda = weight + n, *mu = lambda + n;

  inm_measure_free(m);
  if (!weight) return INM_ERR_ALLOC;
  mean_moments(kpm, first, count, nmoment, mu);
  if (nmoment == 0) mu[0] = NAN;
  if (!isnan(norm)) {
    const double factor = norm / mu[0];
    for (size_t k = 0; k < nmoment; k++) mu[k] *= factor;
  }
  for (size_t j = 0; j < n; j++)
    lambda[j] = 0.5 * (kpm->hi + kpm->lo) + 0.5 * (kpm->hi - kpm->lo) * inm_chebyshev_node(n, j);
  const inm_status status = inm_chebyshev_weights(mu, nmoment ? nmoment : 1, n, weight);

  m->n = n;
  m->lambda = lambda;
  m->weight = weight;
  m->ntypes = kpm->request.ntypes;
  m->is_polynomial = 1;
  m->nmoment = nmoment;
  m->moment = mu;
  m->lo = kpm->lo;
  m->hi = kpm->hi;
  m->owned = weight;
  if (status != INM_OK) inm_measure_free(m);
  return status;
}

inm_status inm_kpm_projected(const inm_kpm *kpm, int first, int count, size_t nproduct,
                             inm_measure *m)
{
  return make_measure(kpm, first, count, nproduct, NAN, m);
}

inm_status inm_kpm_count(const inm_kpm *kpm, int sample, inm_measure *m)
{
  const int first = kpm->request.nproj + ((sample < 0) ? 0 : sample);
  const int count = (sample < 0) ? kpm->request.nrandom : 1;
  return make_measure(kpm, first, count, kpm->nproduct, (double) kpm->nmode, m);
}
