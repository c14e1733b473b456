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
#include "inm_measure.h"
#include "inm_request.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct inm_kpm inm_kpm;

/* Random start vectors that fill groups of eight together with nproj others, 4 at the least. */
int inm_kpm_default_random(int nproj);

/* Take over the matrix, make the start vectors, and find an interval that has all eigenvalues and
   zero.
   h        borrowed until the matrix is given back
   request  nproj, proj, nrandom, is_free, nlanczos of it; proj is borrowed as long as h
   INM_ERR_ARG for a negative number of random vectors, or before inm_hessian_end.  INM_ERR_NONFINITE if an element is infinite or undefined.  Collective; the same status and the same
   results on all ranks. */
inm_status inm_kpm_create(inm_kpm **out, const inm_hessian *h, const inm_request *request);

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
double inm_kpm_bytes_for(const inm_hessian *h, const inm_request *request);

/* Bytes that all products up to now had to move between memory and the processors at the least, on
   this rank. */
double inm_kpm_traffic(const inm_kpm *kpm);

/* Communicator of the Hessian. */
MPI_Comm inm_kpm_comm(const inm_kpm *kpm);

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

/* ---- measures (inm_measure.h), from the first nproduct products: at most those done, all NaN for
   none.  Not collective. */

/* Mean over the start vectors first..first+count-1. */
inm_status inm_kpm_projected(const inm_kpm *kpm, int first, int count, size_t nproduct,
                             inm_measure *m);

/* Count of the modes, from random vector number sample, or from the mean over all of them if that is
   negative. */
inm_status inm_kpm_count(const inm_kpm *kpm, int sample, inm_measure *m);

#ifdef __cplusplus
}
#endif
#endif
