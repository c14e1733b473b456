/* Spectra over frequency: density of states, participation ratio, affine force correlator. */

#ifndef INM_SPECTRUM_H
#define INM_SPECTRUM_H

#include "inm_modes.h"

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

/* A range for all modes of the table and 26 % more at either end, with w = 0 on a boundary
   between two bins, so that no bin mixes stable and unstable modes.  Needs nbin >= 2. */
inm_range inm_range_of(const inm_modes *m, size_t nbin);

/* The same for modes between two frequencies. */
inm_range inm_range_around(double lowest, double highest, size_t nbin);

/* Density of states and participation ratio by bin; zero modes are left out.
   dos [nbin][5]: w, g(w), mean P, count, sum of P.  g is normalized to one over all modes of both
   branches, g(w) = count / (modes * width) (paper, eq. S2).  Mean P is NaN in an empty bin, and
   both P columns are NaN where eigenvectors are missing.
   Returns the number of modes outside the range. */
size_t inm_dos(const inm_modes *m, const inm_range *range, double *dos);

/* Affine force correlator by bin (paper, eq. S3 of appendix D).
   xi2   [n]        squared projections, force^2/mass (inm_mean_projection)
   mass  number-average mass
   gamma [nbin][4]: w, mean of xi2, that divided by mass, sum of xi2 */
void inm_gamma(const inm_modes *m, const inm_range *range, const double *xi2, double mass,
               double *gamma);

/* Mean of the squared projections first..first+count-1 of each mode.  xi2 [n] out. */
void inm_mean_projection(const inm_modes *m, int first, int count, double *xi2);

/* Numbers of modes by class, relative to the modes without the zero modes; NaN if unknown. */
typedef struct {
  double stable, unstable, localized, delocalized;
} inm_fractions;
inm_fractions inm_fractions_of(const inm_modes *m);

/* Frequency |w| of the mobility edge on the unstable branch.  For an edge by participation ratio:
   where the bin mean of P(w), followed from w = 0 outwards, first falls below the value, with
   linear interpolation between bins; NaN if it does not.  dos as filled by inm_dos. */
double inm_edge_frequency(const inm_range *range, const double *dos, inm_edge edge);

/* Slope a of the low-frequency law g(w) = a |w| (paper, eq. S3 of appendix C): the lowest 5 % of
   the modes by |w|, up to |w| = W, are a W^2 of all modes. */
double inm_low_frequency_slope(const inm_modes *m);

/* Number-average mass of the atoms. */
double inm_mean_mass(const inm_modes *m);

#ifdef __cplusplus
}
#endif
#endif
