#include "inm_spectrum.h"

#include "spectral/inm_source.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- creation and access ---------------------------------------------------------------------- */

inm_status inm_spectrum_create(inm_spectrum **out, const inm_source *source, void *data,
                               const char *const *lacks, int nsample,
                               const inm_spectrum_facts *about)
{
  inm_spectrum *s = (inm_spectrum *) calloc(1, sizeof(*s));

  *out = s;
  if (!s) {
    source->destroy(data);
    return INM_ERR_ALLOC;
  }
  s->about = *about;
  s->lacks = lacks;
  s->source = source;
  s->data = data;
  s->nsample = nsample;
  return INM_OK;
}

void inm_spectrum_destroy(inm_spectrum **spectrum)
{
  if (!spectrum || !*spectrum) return;
  (*spectrum)->source->destroy((*spectrum)->data);
  free(*spectrum);
  *spectrum = NULL;
}

const inm_spectrum_facts *inm_spectrum_about(const inm_spectrum *spectrum)
{
  return &spectrum->about;
}

const char *inm_spectrum_lacks(const inm_spectrum *spectrum, inm_capability what)
{
  return spectrum->lacks[what];
}

const struct inm_modes *inm_spectrum_modes(const inm_spectrum *spectrum)
{
  return spectrum->source->modes(spectrum->data);
}

double inm_spectrum_resolution(const inm_spectrum *spectrum, double w)
{
  return spectrum->source->resolution(spectrum->data, w);
}

inm_status inm_spectrum_count(const inm_spectrum *spectrum, inm_measure *m)
{
  return spectrum->source->count(spectrum->data, -1, m);
}

inm_status inm_spectrum_projected(const inm_spectrum *spectrum, int first, int count, double part,
                                  inm_measure *m)
{
  return spectrum->source->projected(spectrum->data, first, count, part, m);
}

/* ---- by bin ----------------------------------------------------------------------------------- */

inm_range inm_spectrum_range(const inm_spectrum *spectrum, size_t nbin)
{
  return inm_range_around(spectrum->about.lowest, spectrum->about.highest, nbin);
}

/* sum [nbin] of the participation ratios, NaN where one is unknown */
static void sum_participation(const inm_measure *count, const inm_range *range, double *sum)
{
  for (size_t b = 0; b < range->nbin; b++) sum[b] = count->pr ? 0.0 : NAN;
  for (size_t j = 0; j < count->n && count->pr; j++) {
    const size_t b = inm_bin(range, inm_frequency(count->lambda[j]));
    if (count->weight[j] != 0.0 && b < range->nbin) sum[b] += count->weight[j] * count->pr[j];
  }
}

/* [nbin] each, in one allocation that the caller frees */
static double *two_columns(const inm_range *range, double **second)
{
  double *first = (double *) malloc(2 * range->nbin * sizeof(*first));
  *second = first ? first + range->nbin : NULL;
  return first;
}

inm_status inm_dos(const inm_spectrum *spectrum, const inm_range *range, double *dos,
                   double *outside)
{
  inm_measure modes = {0};
  double *pr, *count = two_columns(range, &pr);
  inm_status status = count ? inm_spectrum_count(spectrum, &modes) : INM_ERR_ALLOC;

  if (status == INM_OK) status = inm_measure_bins(&modes, range, count);
  if (status == INM_OK) {
    const double width = inm_bin_width(range), total = (double) spectrum->about.nmode * width;
    double inside = 0.0;
    sum_participation(&modes, range, pr);
    for (size_t b = 0; b < range->nbin; b++) {
      double *row = &dos[5 * b];
      row[0] = inm_bin_center(range, b);
      row[1] = (total > 0.0) ? count[b] / total : NAN;
      row[2] = (count[b] > 0.0) ? pr[b] / count[b] : NAN;
      row[3] = count[b];
      row[4] = pr[b];
      inside += count[b];
    }
    if (outside) *outside = (double) spectrum->about.nmode - inside;
  }
  inm_measure_free(&modes);
  free(count);
  return status;
}

inm_status inm_gamma(const inm_spectrum *spectrum, int first, int count, const inm_range *range,
                     double *gamma)
{
  inm_measure modes = {0}, projected = {0};
  double *xi2, *number = two_columns(range, &xi2);
  inm_status status = number ? inm_spectrum_count(spectrum, &modes) : INM_ERR_ALLOC;

  if (status == INM_OK) status = inm_spectrum_projected(spectrum, first, count, 1.0, &projected);
  if (status == INM_OK) status = inm_measure_bins(&modes, range, number);
  if (status == INM_OK) status = inm_measure_bins(&projected, range, xi2);
  for (size_t b = 0; b < range->nbin && status == INM_OK; b++) {
    double *row = &gamma[4 * b];
    row[0] = inm_bin_center(range, b);
    row[1] = (number[b] >= 0.5) ? xi2[b] / number[b] : NAN;
    row[2] = row[1] / spectrum->about.mean_mass;
    row[3] = xi2[b];
  }
  inm_measure_free(&modes);
  inm_measure_free(&projected);
  free(number);
  return status;
}

/* ---- fractions -------------------------------------------------------------------------------- */

/* numbers of unstable and of localized modes in one estimate (inm_source) */
static inm_status count_classes(const inm_spectrum *s, int sample, inm_edge edge, double *unstable,
                                double *localized)
{
  const double zero = 0.0;
  inm_measure modes = {0};
  inm_status status = s->source->count(s->data, sample, &modes);

  if (status == INM_OK) status = inm_measure_below(&modes, 1, &zero, unstable);
  if (status == INM_OK) status = inm_measure_localized(&modes, edge, localized);
  inm_measure_free(&modes);
  *unstable /= (double) s->about.nmode;
  *localized /= (double) s->about.nmode;
  return status;
}

/* standard error of a mean over n values, from the sum of squared deviations */
static double standard_error(double square, int n)
{
  return (n > 1) ? sqrt(square / (n * (n - 1.0))) : NAN;
}

inm_status inm_fractions_of(const inm_spectrum *spectrum, inm_edge edge, inm_fractions *fractions,
                            inm_fractions *errors)
{
  double unstable = NAN, localized = NAN, one[2] = {NAN, NAN}, square[2] = {0.0, 0.0};
  inm_status status = count_classes(spectrum, -1, edge, &unstable, &localized);

  for (int k = 0; k < spectrum->nsample && status == INM_OK; k++) {
    status = count_classes(spectrum, k, edge, &one[0], &one[1]);
    square[0] += (one[0] - unstable) * (one[0] - unstable);
    square[1] += (one[1] - localized) * (one[1] - localized);
  }
  fractions->unstable = unstable;
  fractions->stable = 1.0 - unstable;
  fractions->localized = localized;
  fractions->delocalized = unstable - localized;
  errors->unstable = errors->stable = standard_error(square[0], spectrum->nsample);
  errors->localized = standard_error(square[1], spectrum->nsample);
  errors->delocalized = hypot(errors->unstable, errors->localized);
  return status;
}

/* ---- features --------------------------------------------------------------------------------- */

inm_status inm_low_frequency_slope(const inm_spectrum *spectrum, double *slope)
{
  const double part = 0.05;
  inm_measure modes = {0};
  double reached, lambda;
  inm_status status = inm_spectrum_count(spectrum, &modes);

  *slope = NAN;
  if (status == INM_OK) status = inm_measure_softest(&modes, part, &reached, &lambda);
  if (status == INM_OK && lambda > 0.0) *slope = reached / lambda;
  inm_measure_free(&modes);
  return status;
}

double inm_edge_frequency(const inm_range *range, const double *dos, inm_edge edge)
{
  double w_before = NAN, p_before = NAN;

  if (edge.kind == INM_EDGE_FREQUENCY) return edge.value;
  if (edge.kind == INM_EDGE_NONE) return NAN;

  for (size_t b = range->nbin; b-- > 0;) {
    const double w = dos[5 * b], p = dos[5 * b + 2];
    if (w >= 0.0 || isnan(p)) continue;
    if (p < edge.value) {
      if (isnan(p_before)) return NAN; /* localized from the start: no edge */
      return -(w_before + (w - w_before) * (p_before - edge.value) / (p_before - p));
    }
    w_before = w;
    p_before = p;
  }
  return NAN;
}
