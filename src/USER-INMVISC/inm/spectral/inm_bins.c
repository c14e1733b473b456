#include "inm_bins.h"

#include <math.h>

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

inm_range inm_range_around(double lowest, double highest, size_t nbin)
{
  /* 2^(1/3) - 1.  With 1/4, the extreme mode would lie on a bin boundary whenever its branch has a
     multiple of 5 bins, and rounding would decide its bin. */
  const double margin = 0.25992104989487319;
  inm_range range = {nbin, -1.0, 1.0};

  lowest = fmin(0.0, lowest);
  highest = fmax(0.0, highest);
  if (highest - lowest > 0.0) {
    range.lo = (1.0 + margin) * lowest;
    range.hi = (1.0 + margin) * highest;
  }
  if (range.lo == 0.0) return range;

  /* use whole bins on either side of zero: take the larger of the widths that the two sides need */
  double below = ceil(-range.lo / inm_bin_width(&range));
  if (below > (double) nbin - 1.0) below = (double) nbin - 1.0;
  const double width = fmax(-range.lo / below, range.hi / ((double) nbin - below));
  range.lo = -below * width;
  range.hi = ((double) nbin - below) * width;
  return range;
}
