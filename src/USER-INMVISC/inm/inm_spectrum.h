/* The spectrum of one configuration, and what is computed from it: density of states, participation
   ratio, affine force correlator, fractions, edge.  Each is written once, for two sources: the modes
   of a diagonalization (modes/inm_mode_spectrum.h) and Chebyshev moments (kpm/inm_kpm_spectrum.h).
   Both come from inm_solve(). */

#ifndef INM_SPECTRUM_H
#define INM_SPECTRUM_H

#include "inm_capability.h"
#include "inm_measure.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct inm_spectrum inm_spectrum;
struct inm_modes; /* inm_modes.h */

/* Free; accepts NULL and leaves NULL behind.  Not collective, as all that follows; every rank has the
   whole spectrum. */
void inm_spectrum_destroy(inm_spectrum **spectrum);

/* What is known of a spectrum without computing. */
typedef struct {
  const char *solver; /* name of the one whose results these are */
  size_t natom;
  size_t nmode; /* modes without rigid translations */
  size_t nzero; /* rigid translations */
  int ntypes;
  double mean_mass;       /* number average */
  double lowest, highest; /* frequencies that bound what is known of the spectrum */
  double norm;            /* bound of all |lambda| */

  /* of a diagonalization */
  int single;  /* 1 if it was done in single precision */
  int nthread; /* threads of a rank */
  int grid[2]; /* rows and columns of ranks that held the matrix; 1 and 1 if one rank did */

  /* of polynomials, else 0 */
  double width;        /* of the steps at edges (inm_cut); 0: as wide as inm_default_width says */
  size_t products;     /* products of the matrix with the start vectors */
  size_t low_products; /* the same with eight vectors each, for the lowest modes */
  int nvector;         /* start vectors, random ones among them */
  int nrandom;
  double change;       /* last relative change that was compared with the bound, NaN if none was */
  double traffic;      /* bytes moved at the least by the products on this rank */
  double seconds;      /* spent in the products */
  double low_seconds;  /* in the lowest modes */
} inm_spectrum_facts;

const inm_spectrum_facts *inm_spectrum_about(const inm_spectrum *spectrum);

/* NULL if the spectrum has what is asked for, else why not: the end of a sentence, with what to do. */
const char *inm_spectrum_lacks(const inm_spectrum *spectrum, inm_capability what);

/* The mode table: all modes, or the lowest ones where the solver was asked for those; without any
   mode for other polynomials.  Borrowed, never NULL. */
const struct inm_modes *inm_spectrum_modes(const inm_spectrum *spectrum);

/* Half width of what broadens a density at the frequency w; 0 for modes. */
double inm_spectrum_resolution(const inm_spectrum *spectrum, double w);

/* ---- measures: start with a zeroed struct, free with inm_measure_free -------------------------- */

/* Modes, each with weight one: the weights add up to their number. */
inm_status inm_spectrum_count(const inm_spectrum *spectrum, inm_measure *m);

/* Squared projections of the vectors first..first+count-1 on the modes, mean over the vectors,
   force^2/mass.
   part  0 to 1, of the products that went into polynomials, to see whether they were enough;
         modes do not depend on it */
inm_status inm_spectrum_projected(const inm_spectrum *spectrum, int first, int count, double part,
                                  inm_measure *m);

/* ---- computed from the measures ---------------------------------------------------------------- */

/* A range for all modes and 26 % more at either end (inm_range_around). */
inm_range inm_spectrum_range(const inm_spectrum *spectrum, size_t nbin);

/* Density of states and participation ratio by bin; rigid translations are left out.
   dos [nbin][5]: w, g(w), mean P, count, sum of P.  g is normalized to one over all modes of both
   branches, g(w) = count / (modes * width) (paper, eq. S2).  Mean P is NaN in an empty bin, and
   both P columns are NaN where eigenvectors are missing.
   outside  NULL, or out: modes outside the range */
inm_status inm_dos(const inm_spectrum *spectrum, const inm_range *range, double *dos,
                   double *outside);

/* Affine force correlator by bin (paper, eq. S3 of appendix D), mean over the vectors
   first..first+count-1.
   gamma [nbin][4]: w, mean of the squared projections, that divided by the mean mass, their sum.
   NaN where there is less than half a mode. */
inm_status inm_gamma(const inm_spectrum *spectrum, int first, int count, const inm_range *range,
                     double *gamma);

/* Numbers of modes by class, relative to the modes without rigid translations; NaN if unknown. */
typedef struct {
  double stable, unstable, localized, delocalized;
} inm_fractions;

/* errors  standard errors from the spread of random vectors; NaN below two of them, and for modes */
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
