#include "inm_spectrum.h"

#include <math.h>
#include <stdlib.h>

double inm_bin_width(const inm_range *range)
{
  return (range->hi - range->lo) / (double) range->nbin;
}

double inm_bin_center(const inm_range *range, size_t bin)
{
  return range->lo + ((double) bin + 0.5) * inm_bin_width(range);
}

size_t inm_bin(const inm_range *range, double w)
{
  if (!(w >= range->lo && w < range->hi)) return range->nbin;
  const size_t bin = (size_t) ((w - range->lo) / inm_bin_width(range));
  return (bin < range->nbin) ? bin : range->nbin - 1;
}

inm_range inm_range_of(const inm_modes *m, size_t nbin)
{
  return m->n
      ? inm_range_around(inm_frequency(m->lambda[0]), inm_frequency(m->lambda[m->n - 1]), nbin)
      : inm_range_around(0.0, 0.0, nbin);
}

inm_range inm_range_around(double lowest, double highest, size_t nbin)
{
  /* 2^(1/3) - 1: with a quarter, the extreme mode itself would stand on a boundary between two bins
     wherever its branch has a multiple of 5 bins, and rounding would decide */
  const double margin = 0.25992104989487319;
  inm_range range = {nbin, -1.0, 1.0};

  lowest = fmin(0.0, lowest);
  highest = fmax(0.0, highest);
  if (highest - lowest > 0.0) {
    range.lo = (1.0 + margin) * lowest;
    range.hi = (1.0 + margin) * highest;
  }
  if (range.lo == 0.0) return range;

  /* whole bins on either side of zero: the width that is needed by the side that suffers more */
  double below = ceil(-range.lo / inm_bin_width(&range));
  if (below > (double) nbin - 1.0) below = (double) nbin - 1.0;
  const double width = fmax(-range.lo / below, range.hi / ((double) nbin - below));
  range.lo = -below * width;
  range.hi = ((double) nbin - below) * width;
  return range;
}

size_t inm_dos(const inm_modes *m, const inm_range *range, double *dos)
{
  const double total = (double) (m->n - m->nzero) * inm_bin_width(range);
  size_t outside = 0;

  for (size_t b = 0; b < range->nbin; b++) {
    double *row = &dos[5 * b];
    row[0] = inm_bin_center(range, b);
    row[1] = row[2] = row[3] = row[4] = 0.0;
  }
  for (size_t p = 0; p < m->n; p++) {
    if (m->cls[p] == INM_ZERO) continue;
    const size_t b = inm_bin(range, inm_frequency(m->lambda[p]));
    if (b == range->nbin) {
      outside++;
      continue;
    }
    dos[5 * b + 3] += 1.0;
    dos[5 * b + 4] += m->pr[p];
  }
  for (size_t b = 0; b < range->nbin; b++) {
    double *row = &dos[5 * b];
    row[1] = (total > 0.0) ? row[3] / total : NAN;
    row[2] = (row[3] > 0.0) ? row[4] / row[3] : NAN;
  }
  return outside;
}

void inm_gamma(const inm_modes *m, const inm_range *range, const double *xi2, double mass,
               double *gamma)
{
  for (size_t b = 0; b < range->nbin; b++) {
    double *row = &gamma[4 * b];
    row[0] = inm_bin_center(range, b);
    row[1] = row[2] = row[3] = 0.0;
  }
  for (size_t p = 0; p < m->n; p++) {
    const size_t b = inm_bin(range, inm_frequency(m->lambda[p]));
    if (m->cls[p] == INM_ZERO || b == range->nbin) continue;
    gamma[4 * b + 1] += 1.0; /* the count, until it has served */
    gamma[4 * b + 3] += xi2[p];
  }
  for (size_t b = 0; b < range->nbin; b++) {
    double *row = &gamma[4 * b];
    row[1] = (row[1] > 0.0) ? row[3] / row[1] : NAN;
    row[2] = row[1] / mass;
  }
}

void inm_mean_projection(const inm_modes *m, int first, int count, double *xi2)
{
  for (size_t p = 0; p < m->n; p++) {
    double sum = 0.0;
    for (int v = first; v < first + count; v++) sum += m->proj2[(size_t) v * m->n + p];
    xi2[p] = sum / count;
  }
}

inm_fractions inm_fractions_of(const inm_modes *m)
{
  const double total = (double) (m->n - m->nzero);
  double stable = 0.0, localized = 0.0, delocalized = 0.0, unknown = 0.0;
  inm_fractions f = {NAN, NAN, NAN, NAN};

  for (size_t p = 0; p < m->n; p++) switch (m->cls[p]) {
      case INM_STABLE:
        stable += 1.0;
        break;
      case INM_UNSTABLE_LOCALIZED:
        localized += 1.0;
        break;
      case INM_UNSTABLE_DELOCALIZED:
        delocalized += 1.0;
        break;
      case INM_UNSTABLE_UNKNOWN:
        unknown += 1.0;
        break;
      default:
        break;
    }
  if (total <= 0.0) return f;
  f.stable = stable / total;
  f.unstable = (localized + delocalized + unknown) / total;
  if (unknown == 0.0) {
    f.localized = localized / total;
    f.delocalized = delocalized / total;
  }
  return f;
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

static int compare_doubles(const void *x, const void *y)
{
  const double a = *(const double *) x, b = *(const double *) y;
  return (a > b) - (a < b);
}

double inm_low_frequency_slope(const inm_modes *m)
{
  const double share = 0.05;
  const size_t nmode = m->n - m->nzero;
  size_t k = 0;
  double *size = (double *) malloc((nmode + 1) * sizeof(*size));

  if (!size) return NAN;
  for (size_t p = 0; p < m->n; p++)
    if (m->cls[p] != INM_ZERO) size[k++] = fabs(m->lambda[p]);
  qsort(size, nmode, sizeof(*size), compare_doubles);

  /* between the last mode inside and the first outside, W^2 = |lambda| is known best */
  const size_t inside = (size_t) (share * (double) nmode);
  double slope = NAN;
  if (inside > 0 && inside < nmode) {
    const double w2 = 0.5 * (size[inside - 1] + size[inside]);
    if (w2 > 0.0) slope = (double) inside / ((double) nmode * w2);
  }
  free(size);
  return slope;
}

double inm_mean_mass(const inm_modes *m)
{
  double sum = 0.0;
  for (size_t i = 0; i < m->natom; i++) sum += m->mass[i];
  return sum / (double) m->natom;
}
