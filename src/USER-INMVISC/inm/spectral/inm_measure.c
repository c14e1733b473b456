#include "inm_measure.h"

#include "eigen/inm_chebyshev.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void inm_measure_free(inm_measure *m)
{
  free(m->owned);
  memset(m, 0, sizeof(*m));
}

double *inm_measure_own_weights(inm_measure *m, size_t n)
{
  double *weight = (double *) malloc((n + 1) * sizeof(*weight));

  inm_measure_free(m);
  if (!weight) return NULL;
  m->owned = weight;
  m->weight = weight;
  m->n = n;
  return weight;
}

double inm_measure_total(const inm_measure *m)
{
  double sum = 0.0;

  if (m->is_polynomial) return m->nmoment ? m->moment[0] : NAN;
  for (size_t j = 0; j < m->n; j++) sum += m->weight[j];
  return sum;
}

/* ---- between frequencies ---------------------------------------------------------------------- */

static inm_status polynomial_below(const inm_measure *m, size_t nx, const double *x, double *sum)
{
  double *place = (double *) malloc((nx + 1) * sizeof(*place));
  if (!place) return INM_ERR_ALLOC;

  for (size_t i = 0; i < nx; i++) place[i] = (2.0 * x[i] - m->hi - m->lo) / (m->hi - m->lo);
  const inm_status status = inm_chebyshev_below(m->moment, m->nmoment, nx, place, sum);
  free(place);
  return status;
}

inm_status inm_measure_below(const inm_measure *m, size_t nx, const double *x, double *sum)
{
  if (m->is_polynomial) return polynomial_below(m, nx, x, sum);

  for (size_t i = 0; i < nx; i++) {
    sum[i] = 0.0;
    for (size_t j = 0; j < m->n; j++)
      if (m->lambda[j] < x[i]) sum[i] += m->weight[j];
  }
  return INM_OK;
}

static inm_status polynomial_bins(const inm_measure *m, const inm_range *range, double *sum)
{
  const size_t n = range->nbin + 1;
  double *edge = (double *) malloc(2 * n * sizeof(*edge)), *below = edge ? edge + n : NULL;
  inm_status status = INM_ERR_ALLOC;

  if (edge) {
    for (size_t b = 0; b < n; b++) {
      const double w = range->lo + (double) b * inm_bin_width(range);
      edge[b] = w * fabs(w);
    }
    status = polynomial_below(m, n, edge, below);
    for (size_t b = 0; b < range->nbin && status == INM_OK; b++) sum[b] = below[b + 1] - below[b];
  }
  free(edge);
  return status;
}

inm_status inm_measure_bins(const inm_measure *m, const inm_range *range, double *sum)
{
  if (m->is_polynomial) return polynomial_bins(m, range, sum);

  for (size_t b = 0; b < range->nbin; b++) sum[b] = 0.0;
  for (size_t j = 0; j < m->n; j++) {
    const size_t b = inm_bin(range, inm_frequency(m->lambda[j]));
    if (m->weight[j] != 0.0 && b < range->nbin) sum[b] += m->weight[j];
  }
  return INM_OK;
}

/* ---- classes ---------------------------------------------------------------------------------- */

inm_status inm_measure_localized(const inm_measure *m, inm_edge edge, double *sum)
{
  if (edge.kind == INM_EDGE_FREQUENCY) {
    const double at_edge = -edge.value * edge.value;
    return inm_measure_below(m, 1, &at_edge, sum);
  }
  *sum = (m->is_polynomial) ? NAN : 0.0;
  for (size_t j = 0; j < m->n && !m->is_polynomial; j++) {
    if (m->weight[j] == 0.0 || m->lambda[j] >= 0.0) continue;
    const inm_class cls = inm_classify(m->lambda[j], m->pr ? m->pr[j] : NAN, edge);
    if (cls == INM_UNSTABLE_LOCALIZED) *sum += m->weight[j];
    if (cls == INM_UNSTABLE_UNKNOWN) *sum = NAN;
  }
  return INM_OK;
}

/* ---- the softest modes ------------------------------------------------------------------------ */

static int compare_doubles(const void *x, const void *y)
{
  const double a = *(const double *) x, b = *(const double *) y;
  return (a > b) - (a < b);
}

/* the best estimate of |lambda| lies between the last mode inside and the first outside */
static inm_status softest_modes(const inm_measure *m, double part, double *reached, double *lambda)
{
  double *size = (double *) malloc((m->n + 1) * sizeof(*size));
  size_t nmode = 0;

  if (!size) return INM_ERR_ALLOC;
  for (size_t j = 0; j < m->n; j++)
    if (m->weight[j] != 0.0) size[nmode++] = fabs(m->lambda[j]);
  qsort(size, nmode, sizeof(*size), compare_doubles);
  const size_t inside = (size_t) (part * (double) nmode);
  if (inside > 0 && inside < nmode) {
    *reached = (double) inside / (double) nmode;
    *lambda = 0.5 * (size[inside - 1] + size[inside]);
  }
  free(size);
  return INM_OK;
}

/* sum of the weights with |lambda| < w^2, relative to the total */
static inm_status part_within(const inm_measure *m, double w, double *part)
{
  const double ends[2] = {-w * w, w * w};
  double below[2];
  const inm_status status = inm_measure_below(m, 2, ends, below);
  if (status == INM_OK) *part = (below[1] - below[0]) / inm_measure_total(m);
  return status;
}

static inm_status softest_part(const inm_measure *m, double part, double *reached, double *lambda)
{
  double lo = 0.0, hi = sqrt(fmax(-m->lo, m->hi)), found = NAN;
  inm_status status = part_within(m, hi, &found);

  if (status != INM_OK || !(found > part)) return status;
  for (int step = 0; step < 40 && status == INM_OK; step++) {
    const double w = 0.5 * (lo + hi);
    status = part_within(m, w, &found);
    if (found < part)
      lo = w;
    else
      hi = w;
  }
  *reached = part;
  *lambda = hi * hi;
  return status;
}

inm_status inm_measure_softest(const inm_measure *m, double part, double *reached, double *lambda)
{
  *reached = *lambda = NAN;
  return m->is_polynomial ? softest_part(m, part, reached, lambda)
                          : softest_modes(m, part, reached, lambda);
}
