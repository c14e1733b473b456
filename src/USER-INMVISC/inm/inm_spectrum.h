/* The spectrum of one configuration and properties computed from it: density of states, participation
   ratio, affine force correlator, fractions, edge.  One implementation serves two sources: the modes of
   a diagonalization (modes/inm_mode_spectrum.h) and Chebyshev moments (kpm/inm_kpm_spectrum.h).
   inm_solve() returns either. */

#ifndef INM_SPECTRUM_H
#define INM_SPECTRUM_H

#include "inm_capability.h"
#include "inm_measure.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct inm_spectrum inm_spectrum;
struct inm_modes; /* inm_modes.h */

/* Free; accepts NULL and leaves NULL behind.  No function below is collective: every rank has the whole
   spectrum. */
void inm_spectrum_destroy(inm_spectrum **spectrum);

/* Facts about a spectrum and its computation. */
typedef struct {
  const char *solver; /* name of the solver that found it */
  size_t natom;
  size_t nmode; /* modes without zero modes */
  size_t nzero; /* zero modes, as far as the source knows them */
  int ntypes;
  double mean_mass;       /* number average */
  double lowest, highest; /* frequencies that bound the known part of the spectrum */
  double norm;            /* upper bound of all |lambda| */

  /* of a diagonalization */
  int single;  /* 1 if in single precision */
  int nthread; /* threads of a rank */
  int grid[2]; /* rows and columns of the grid of ranks; 1 and 1 for one rank */

  /* of polynomials, else 0 */
  double width;        /* of the steps at edges (inm_cut); 0: inm_default_width */
  size_t products;     /* products of the matrix with all start vectors */
  size_t low_products; /* products with eight vectors, for the lowest modes */
  int nvector;         /* start vectors, random ones among them */
  int nrandom;
  double change;      /* last relative change compared with the bound, NaN if none */
  double traffic;     /* minimum memory traffic of the products on this rank, bytes */
  double seconds;     /* spent in the products */
  double low_seconds; /* spent on the lowest modes */
} inm_spectrum_facts;

const inm_spectrum_facts *inm_spectrum_about(const inm_spectrum *spectrum);

/* NULL if the spectrum has a capability, else the reason and the remedy, worded as the end of a sentence. */
const char *inm_spectrum_lacks(const inm_spectrum *spectrum, inm_capability what);

/* The mode table: of all modes, or of the lowest ones if the request was for those; empty for other
   polynomials.  Borrowed, never NULL. */
const struct inm_modes *inm_spectrum_modes(const inm_spectrum *spectrum);

/* Half width of the broadening of a density at frequency w; 0 for modes. */
double inm_spectrum_resolution(const inm_spectrum *spectrum, double w);

/* ---- measures: start with a zeroed struct, free with inm_measure_free -------------------------- */

/* Modes with weight one each, so that the weights add up to their number. */
inm_status inm_spectrum_count(const inm_spectrum *spectrum, inm_measure *m);

/* Squared projections of the vectors first..first+count-1 on the modes, mean over the vectors,
   force^2/mass.
   part  0 to 1, fraction of the products to use, to test convergence; no effect on modes */
inm_status inm_spectrum_projected(const inm_spectrum *spectrum, int first, int count, double part,
                                  inm_measure *m);

/* ---- computed from the measures ---------------------------------------------------------------- */

/* A range that extends 26 % beyond all modes at either end (inm_range_around). */
inm_range inm_spectrum_range(const inm_spectrum *spectrum, size_t nbin);

/* Density of states and participation ratio by bin, without zero modes.
   dos [nbin][5]: w, g(w), mean P, count, sum of P.  g is normalized to one over all modes of both
   branches, g(w) = count / (modes * width) (paper, eq. S2).  Mean P is NaN in an empty bin, and
   both P columns are NaN where eigenvectors are missing.
   outside  NULL, or out: modes outside the range */
inm_status inm_dos(const inm_spectrum *spectrum, const inm_range *range, double *dos,
                   double *outside);

/* Affine force correlator by bin (paper, eq. S3 of appendix D), mean over the vectors
   first..first+count-1.
   gamma [nbin][4]: w, mean squared projection, the same divided by the mean mass, sum of the squared
   projections.  NaN in a bin with less than half a mode. */
inm_status inm_gamma(const inm_spectrum *spectrum, int first, int count, const inm_range *range,
                     double *gamma);

/* Numbers of modes by class, relative to the modes without zero modes; NaN if unknown. */
typedef struct {
  double stable, unstable, localized, delocalized;
} inm_fractions;

/* errors  standard errors from the spread over random vectors; NaN for fewer than two, and for modes */
inm_status inm_fractions_of(const inm_spectrum *spectrum, inm_edge edge, inm_fractions *fractions,
                            inm_fractions *errors);

/* Slope a of the low-frequency law g(w) = a |w| (paper, eq. S3 of appendix C): the lowest 5 % of
   the modes by |w|, up to |w| = W, are a W^2 of all modes.  NaN if there are too few modes. */
inm_status inm_low_frequency_slope(const inm_spectrum *spectrum, double *slope);

/* Frequency |w| of the mobility edge on the unstable branch.  For an edge by participation ratio:
   where the bin mean of P(w), followed from w = 0 outwards, first falls below the value, with
   linear interpolation between bins; NaN if it does not.  dos as filled by inm_dos. */
double inm_edge_frequency(const inm_range *range, const double *dos, inm_edge edge);

#ifdef __cplusplus
}
#endif
#endif
