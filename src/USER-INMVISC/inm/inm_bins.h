/* Bins of frequency. */

#ifndef INM_BINS_H
#define INM_BINS_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* nbin bins of equal width between the frequencies lo and hi. */
typedef struct {
  size_t nbin;
  double lo, hi;
} inm_range;

double inm_bin_width(const inm_range *range);
double inm_bin_center(const inm_range *range, size_t bin);

/* Bin of a frequency, or range->nbin if it lies outside. */
size_t inm_bin(const inm_range *range, double w);

/* A range that extends 26 % beyond two frequencies at either end, with w = 0 on a bin boundary so that no
   bin mixes stable and unstable modes.  Needs nbin >= 2. */
inm_range inm_range_around(double lowest, double highest, size_t nbin);

#ifdef __cplusplus
}
#endif
#endif
