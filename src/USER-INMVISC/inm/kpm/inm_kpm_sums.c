/* What is read off Chebyshev moments: class sums, densities by bin, fractions.  inm_kpm.h */

#include "eigen/inm_chebyshev.h"
#include "kpm/inm_kpm_private.h"
#include "inm_viscosity.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Mean of the moments of vectors first..first+count-1.  mu [nmoment] */
static void mean_moments(const inm_kpm *kpm, int first, int count, size_t nmoment, double *mu)
{
  for (size_t k = 0; k < nmoment; k++) {
    double sum = 0.0;
    for (int v = first; v < first + count; v++) sum += *inm_kpm_moment(kpm, v, k);
    mu[k] = sum / count;
  }
}

/* ---- nodes ------------------------------------------------------------------------------------ */

void inm_nodes_free(inm_nodes *nodes)
{
  free(nodes->lambda);
  free(nodes->weight);
  memset(nodes, 0, sizeof(*nodes));
}

inm_status inm_kpm_nodes(inm_nodes *nodes, const inm_kpm *kpm, int first, int count,
                         size_t nproduct)
{
  const size_t nmoment = inm_kpm_nmoment(nproduct < kpm->nproduct ? nproduct : kpm->nproduct);
  const size_t n = inm_chebyshev_nodes(nmoment);
  double *mu = (double *) malloc((nmoment + 1) * sizeof(*mu));
  inm_status status = INM_ERR_ALLOC;

  inm_nodes_free(nodes);
  nodes->lambda = (double *) malloc(n * sizeof(*nodes->lambda));
  nodes->weight = (double *) malloc(n * sizeof(*nodes->weight));
  if (mu && nodes->lambda && nodes->weight) {
    nodes->n = n;
    mean_moments(kpm, first, count, nmoment, mu);
    for (size_t j = 0; j < n; j++)
      nodes->lambda[j] =
          0.5 * (kpm->hi + kpm->lo) + 0.5 * (kpm->hi - kpm->lo) * inm_chebyshev_node(n, j);
    if (nmoment == 0) mu[0] = NAN;
    status = inm_chebyshev_weights(mu, nmoment ? nmoment : 1, n, nodes->weight);
  }
  free(mu);
  if (status != INM_OK) inm_nodes_free(nodes);
  return status;
}

/* ---- class sums ------------------------------------------------------------------------------- */

double inm_smooth_step(double x, double edge, double width)
{
  const double s = (x - edge) / width + 0.5;
  return (s <= 0.0) ? 0.0 : (s >= 1.0) ? 1.0 : s * s * s * (10.0 + s * (-15.0 + 6.0 * s));
}

/* parts of 1/lambda^2 that belong to the sets; [INM_NSET] */
static void class_shares(double lambda, const inm_steps *steps, double *share)
{
  const double w = sqrt(fabs(lambda));
  const double counts = inm_smooth_step(w, steps->wmin, fmin(steps->width, steps->wmin));
  const double compliance = (counts > 0.0) ? counts / (lambda * lambda) : 0.0;
  const double localized = (steps->edge.kind == INM_EDGE_FREQUENCY)
      ? inm_smooth_step(w, steps->edge.value, steps->width)
      : NAN;

  share[INM_ALL] = compliance;
  share[INM_S] = (lambda >= 0.0) ? compliance : 0.0;
  share[INM_UL] = (lambda >= 0.0) ? 0.0 : compliance * localized;
  share[INM_UD] = (lambda >= 0.0) ? 0.0 : compliance * (1.0 - localized);
}

void inm_nodes_class_sums(const inm_nodes *nodes, const inm_steps *steps, double *sums)
{
  double share[INM_NSET];

  memset(sums, 0, INM_NSET * sizeof(*sums));
  for (size_t j = 0; j < nodes->n; j++) {
    class_shares(nodes->lambda[j], steps, share);
    for (int set = 0; set < INM_NSET; set++) sums[set] += nodes->weight[j] * share[set];
  }
}

/* change [INM_NSET] = |shares with sharp edges - shares with steps| */
static void sharp_changes(double lambda, const inm_steps *steps, double *change)
{
  inm_steps sharp = *steps;
  double with_steps[INM_NSET];

  sharp.width = DBL_MIN;
  class_shares(lambda, steps, with_steps);
  class_shares(lambda, &sharp, change);
  for (int set = 0; set < INM_NSET; set++) change[set] = fabs(change[set] - with_steps[set]);
}

void inm_nodes_edge_doubt(const inm_nodes *xi2, const inm_nodes *modes, double nmode,
                          const inm_steps *steps, double *doubt)
{
  double change[INM_NSET], count[INM_NSET] = {0.0}, all = 0.0;

  memset(doubt, 0, INM_NSET * sizeof(*doubt));
  for (size_t j = 0; j < xi2->n; j++) {
    sharp_changes(xi2->lambda[j], steps, change);
    for (int set = 0; set < INM_NSET; set++) doubt[set] += xi2->weight[j] * change[set];
  }
  for (size_t j = 0; j < modes->n; j++) {
    sharp_changes(modes->lambda[j], steps, change);
    all += modes->weight[j];
    for (int set = 0; set < INM_NSET; set++)
      if (change[set] > 0.0) count[set] += modes->weight[j];
  }
  for (int set = 0; set < INM_NSET; set++)
    doubt[set] = 3.0 * fabs(doubt[set]) / sqrt(fmax(1.0, count[set] * nmode / all));
}

void inm_nodes_spectrum(const inm_nodes *nodes, const inm_steps *steps, double factor,
                        const inm_range *range, double *spectrum)
{
  const double width = inm_bin_width(range);
  double share[INM_NSET], below[2] = {0.0, 0.0};

  for (size_t b = 0; b < range->nbin; b++) {
    double *row = &spectrum[5 * b];
    row[0] = inm_bin_center(range, b);
    row[1] = row[2] = row[3] = row[4] = 0.0;
  }
  for (size_t j = 0; j < nodes->n; j++) {
    const double w = inm_frequency(nodes->lambda[j]), x = factor * nodes->weight[j];
    const size_t b = inm_bin(range, w);
    class_shares(nodes->lambda[j], steps, share);
    if (b < range->nbin) {
      spectrum[5 * b + 1] += x * share[INM_UL] / width;
      spectrum[5 * b + 2] += x * share[INM_ALL] / width;
    } else if (w < range->lo) {
      below[0] += x * share[INM_UL];
      below[1] += x * share[INM_ALL];
    }
  }
  for (size_t b = 0; b < range->nbin; b++) {
    double *row = &spectrum[5 * b];
    for (int k = 0; k < 2; k++) row[3 + k] = below[k] += row[1 + k] * width;
  }
}

/* ---- densities by bin ------------------------------------------------------------------------- */

/* Sums over modes up to each of nx eigenvalues, mean over vectors, per unit of the whole if relative.
   lambda [nx]; sum [nx] out */
static inm_status sums_below(const inm_kpm *kpm, int first, int count, size_t nx,
                             const double *lambda, int relative, double *sum)
{
  const size_t nmoment = inm_kpm_nmoment(kpm->nproduct);
  double *mu = (double *) malloc((nmoment + nx + 1) * sizeof(*mu)), *x = mu ? mu + nmoment : NULL;
  inm_status status = INM_ERR_ALLOC;

  if (mu) {
    mean_moments(kpm, first, count, nmoment, mu);
    for (size_t i = 0; i < nx; i++) x[i] = inm_kpm_place(kpm, lambda[i]);
    status = inm_chebyshev_below(mu, nmoment, nx, x, sum);
    for (size_t i = 0; i < nx && relative && status == INM_OK; i++)
      sum[i] = nmoment ? sum[i] / mu[0] : NAN;
  }
  free(mu);
  return status;
}

/* The same between the edges of bins: sum [nbin] */
static inm_status sums_in_bins(const inm_kpm *kpm, int first, int count, const inm_range *range,
                               int relative, double *sum)
{
  const size_t n = range->nbin + 1;
  double *edge = (double *) malloc(2 * n * sizeof(*edge)), *below = edge ? edge + n : NULL;
  inm_status status = INM_ERR_ALLOC;

  if (edge) {
    for (size_t b = 0; b < n; b++) {
      const double w = range->lo + (double) b * inm_bin_width(range);
      edge[b] = w * fabs(w);
    }
    status = sums_below(kpm, first, count, n, edge, relative, below);
    for (size_t b = 0; b < range->nbin && status == INM_OK; b++) sum[b] = below[b + 1] - below[b];
  }
  free(edge);
  return status;
}

/* modes in each bin; count [nbin] */
static inm_status count_modes(const inm_kpm *kpm, const inm_range *range, double *count)
{
  inm_status status = sums_in_bins(kpm, kpm->request.nproj, kpm->request.nrandom, range, 1, count);
  for (size_t b = 0; b < range->nbin && status == INM_OK; b++) count[b] *= (double) kpm->nmode;
  return status;
}

inm_status inm_kpm_dos(const inm_kpm *kpm, const inm_range *range, double *dos)
{
  const double total = (double) kpm->nmode * inm_bin_width(range);
  double *count = (double *) malloc(range->nbin * sizeof(*count));
  inm_status status = count ? count_modes(kpm, range, count) : INM_ERR_ALLOC;

  for (size_t b = 0; b < range->nbin && status == INM_OK; b++) {
    double *row = &dos[5 * b];
    row[0] = inm_bin_center(range, b);
    row[1] = (total > 0.0) ? count[b] / total : NAN;
    row[2] = row[4] = NAN;
    row[3] = count[b];
  }
  free(count);
  return status;
}

inm_status inm_kpm_gamma(const inm_kpm *kpm, int first, int count, const inm_range *range,
                         double *gamma)
{
  const size_t n = range->nbin;
  double *modes = (double *) malloc(2 * n * sizeof(*modes)), *xi2 = modes ? modes + n : NULL;
  inm_status status = modes ? count_modes(kpm, range, modes) : INM_ERR_ALLOC;

  if (status == INM_OK) status = sums_in_bins(kpm, first, count, range, 0, xi2);
  for (size_t b = 0; b < n && status == INM_OK; b++) {
    double *row = &gamma[4 * b];
    row[0] = inm_bin_center(range, b);
    row[1] = (modes[b] >= 0.5) ? xi2[b] / modes[b] : NAN;
    row[2] = row[1] / inm_kpm_mean_mass(kpm);
    row[3] = xi2[b];
  }
  free(modes);
  return status;
}

/* ---- fractions -------------------------------------------------------------------------------- */

/* Mean of the fraction of modes below lambda over the random vectors, and its standard error. */
static void fraction_below(const inm_kpm *kpm, double lambda, double *mean, double *error)
{
  const int n = kpm->request.nrandom;
  double square = 0.0, one;

  *mean = *error = NAN;
  if (sums_below(kpm, kpm->request.nproj, n, 1, &lambda, 1, mean) != INM_OK) return;
  for (int v = 0; v < n; v++) {
    if (sums_below(kpm, kpm->request.nproj + v, 1, 1, &lambda, 1, &one) != INM_OK) return;
    square += (one - *mean) * (one - *mean);
  }
  if (n > 1) *error = sqrt(square / (n * (n - 1.0)));
}

void inm_kpm_fractions(const inm_kpm *kpm, inm_edge edge, inm_fractions *fractions,
                       inm_fractions *errors)
{
  double unstable, error, localized = NAN, error_localized = NAN;

  fraction_below(kpm, 0.0, &unstable, &error);
  if (edge.kind == INM_EDGE_FREQUENCY)
    fraction_below(kpm, -edge.value * edge.value, &localized, &error_localized);
  fractions->unstable = unstable;
  fractions->stable = 1.0 - unstable;
  fractions->localized = localized;
  fractions->delocalized = unstable - localized;
  errors->unstable = errors->stable = error;
  errors->localized = error_localized;
  errors->delocalized = sqrt(error * error + error_localized * error_localized);
}

/* modes with |w| < w as a fraction */
static double fraction_within(const inm_kpm *kpm, double w)
{
  const double ends[2] = {-w * w, w * w};
  double below[2];
  const inm_status status =
      sums_below(kpm, kpm->request.nproj, kpm->request.nrandom, 2, ends, 1, below);
  return (status == INM_OK) ? below[1] - below[0] : NAN;
}

double inm_kpm_low_frequency_slope(const inm_kpm *kpm)
{
  const double share = 0.05;
  double lo = 0.0, hi = sqrt(fmax(-kpm->lo, kpm->hi));

  if (!(fraction_within(kpm, hi) > share)) return NAN;
  for (int step = 0; step < 40; step++) {
    const double w = 0.5 * (lo + hi);
    if (fraction_within(kpm, w) < share)
      lo = w;
    else
      hi = w;
  }
  return share / (hi * hi);
}
