/* Spectra of the mass-weighted Hessian without a single mode: the kernel polynomial method.

   Sums over modes of functions of lambda alone, sum_p (e_p . b)^2 f(lambda_p) = b^T f(D) b, need
   products of D with vectors only.  The recursion of the Chebyshev polynomials, t_0 = b, t_1 = A b,
   t_k+1 = 2 A t_k - t_k-1 with A = (D - centre)/half, gives two moments mu_k = b^T T_k(A) b with
   each product,
     mu_2k-1 = 2 t_k . t_k-1 - mu_1,   mu_2k = 2 t_k . t_k - mu_0,
   and the moments are all that is kept.  Start vectors are the vectors b to be projected on the modes,
   and random ones, whose mean counts modes.

   What comes of it depends neither on the number of ranks nor on the order of the atoms, but for
   rounding: random vectors are functions of the atom ID.

   Weisse, Wellein, Alvermann, Fehske, Rev. Mod. Phys. 78, 275 (2006). */

#ifndef INM_KPM_H
#define INM_KPM_H

#include "inm_hessian.h"
#include "inm_spectrum.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct inm_kpm inm_kpm;

typedef struct {
  int nproj;          /* vectors to project on the modes */
  const double *proj; /* [nproj][nrow][3] on each rank; without mass weighting; borrowed until the
                         matrix is given back */
  int nrandom;        /* random start vectors, 1 or more */
  int is_free[3];     /* translations that cost no energy: no mode of the spectrum */
  int nlanczos;       /* steps in search of the ends of the spectrum, 0 for 60 */
} inm_kpm_request;

/* Take over the matrix, make the start vectors, and find an interval that has all eigenvalues and
   zero.
   h  borrowed until the matrix is given back
   INM_ERR_ARG without a random vector, or before inm_hessian_end.  INM_ERR_NONFINITE if an element is infinite or undefined.  Collective; the same status and the same
   results on all ranks. */
inm_status inm_kpm_create(inm_kpm **out, const inm_hessian *h, const inm_kpm_request *request);

/* Free; accepts NULL and leaves NULL behind.  Not collective. */
void inm_kpm_destroy(inm_kpm **kpm);

/* So many products more.  Where the interval turns out to be too small, it is made larger and all is
   done anew.  INM_ERR_ARG after inm_kpm_finish.  INM_ERR_NONFINITE where a vector to project is infinite
   or undefined, or numbers overflow.  After any failure there is nothing to be done with the
   handle but to destroy it.  Collective. */
inm_status inm_kpm_advance(inm_kpm *kpm, size_t nproduct);

/* Give back matrix and vectors; the moments stay.  Not collective. */
void inm_kpm_finish(inm_kpm *kpm);

/* Products done, K.  There are 2K - 1 moments, none for K = 0. */
size_t inm_kpm_products(const inm_kpm *kpm);

/* Vectors that pass through each product, random ones among them, and bytes that they and the matrix will take on this rank. */
int inm_kpm_vectors(const inm_kpm *kpm);
int inm_kpm_random(const inm_kpm *kpm);
double inm_kpm_bytes_for(const inm_hessian *h, const inm_kpm_request *request);

/* Bytes that all products up to now had to move between memory and the processors at the least, on
   this rank. */
double inm_kpm_traffic(const inm_kpm *kpm);

/* Atoms and modes without rigid translations, of all ranks; number-average mass; true if all masses
   are equal. */
size_t inm_kpm_natom(const inm_kpm *kpm);
size_t inm_kpm_nmode(const inm_kpm *kpm);
size_t inm_kpm_nzero(const inm_kpm *kpm);
double inm_kpm_mean_mass(const inm_kpm *kpm);
int inm_kpm_one_mass(const inm_kpm *kpm);

/* Ends of the interval, 1/time^2. */
double inm_kpm_lowest(const inm_kpm *kpm);
double inm_kpm_highest(const inm_kpm *kpm);

/* Moments of start vector v: the projected ones first, then the random ones.  [2K-1], borrowed. */
const double *inm_kpm_moments(const inm_kpm *kpm, int v);

/* Half width of the broadening of g and Gamma at the frequency w, after K products: pi half sin(t) /
   nmoment in lambda, t the place in the interval as an angle. */
double inm_kpm_resolution(const inm_kpm *kpm, double w, size_t nproduct);

/* ---- what is read off the moments (inm_kpm_sums.c) -------------------------------------------- */

/* A density over lambda as nodes and weights: sum_j weight_j f(lambda_j) stands for a sum over
   modes. */
typedef struct {
  size_t n;
  double *lambda, *weight; /* [n] */
} inm_nodes;

/* Mean over the start vectors first..first+count-1, from the first nproduct products (at most those
   done; all NaN for none).  Starts with a zeroed struct; free with inm_nodes_free.  Not collective. */
inm_status inm_kpm_nodes(inm_nodes *nodes, const inm_kpm *kpm, int first, int count,
                         size_t nproduct);
void inm_nodes_free(inm_nodes *nodes);

/* Which modes count, with steps that are smooth over a width in |w|: a step at e is 0 below e -
   width/2, 1 above e + width/2, and s^3 (10 - 15 s + 6 s^2) between, 0 < s < 1. */
typedef struct {
  inm_edge edge; /* by frequency; localized and delocalized sums are NaN without */
  double wmin;   /* modes below do not count */
  double width;  /* of both steps; of the one at wmin at most wmin */
} inm_steps;

/* Quintic step at edge, from 0 to 1 over width. */
double inm_smooth_step(double x, double edge, double width);

/* Sums of 1/lambda^2 over the classes: the viscosities but for a factor.  sums [INM_NSET] as in
   inm_viscosity.h */
void inm_nodes_class_sums(const inm_nodes *nodes, const inm_steps *steps, double *sums);

/* How far sharp edges may be from the steps by chance: of the n modes on a step, a sharp edge moves
   each in or out.  If b is the sum over the modes of what it changes, all taken positive, then modes
   that do not know of each other change b/sqrt(n), times 1.5 for the spread of their projections and
   steps; doubt [INM_NSET] is twice that.
   xi2    nodes of the projected vectors
   modes  nodes of the random vectors
   nmode  their number of modes */
void inm_nodes_edge_doubt(const inm_nodes *xi2, const inm_nodes *modes, double nmode,
                          const inm_steps *steps, double *doubt);

/* Spectral decomposition of two of these, as inm_viscosity_spectrum: spectrum [nbin][5] is w, UL and
   all by bin over its width, and both summed from the left edge; times factor. */
void inm_nodes_spectrum(const inm_nodes *nodes, const inm_steps *steps, double factor,
                        const inm_range *range, double *spectrum);

/* Bins as in inm_dos, broadened by Jackson's kernel: w, g(w), NaN, number of modes, NaN. */
inm_status inm_kpm_dos(const inm_kpm *kpm, const inm_range *range, double *dos);

/* Bins as in inm_gamma for the mean over projected vectors first..first+count-1.  Gamma is NaN where
   there is less than half a mode. */
inm_status inm_kpm_gamma(const inm_kpm *kpm, int first, int count, const inm_range *range,
                         double *gamma);

/* Fractions of modes, and standard errors from the spread of the random vectors (NaN below two). */
void inm_kpm_fractions(const inm_kpm *kpm, inm_edge edge, inm_fractions *fractions,
                       inm_fractions *errors);

/* Slope a of g(w) = a |w|, from the lowest 5 % of the modes by |w|. */
double inm_kpm_low_frequency_slope(const inm_kpm *kpm);

#ifdef __cplusplus
}
#endif
#endif
