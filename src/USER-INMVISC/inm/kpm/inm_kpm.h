/* The kernel polynomial method: spectra of the mass-weighted Hessian without computing modes.

   Sums over modes of functions of lambda alone, sum_p (e_p . b)^2 f(lambda_p) = b^T f(D) b, only need
   products of D with vectors.  The Chebyshev recursion t_0 = b, t_1 = A b, t_k+1 = 2 A t_k - t_k-1 with
   A = (D - centre)/half yields two moments mu_k = b^T T_k(A) b per product,
     mu_2k-1 = 2 t_k . t_k-1 - mu_1,   mu_2k = 2 t_k . t_k - mu_0,
   and only the moments are stored.  Start vectors are the vectors b to project on the modes, and random
   vectors, whose mean counts modes.

   Random vectors are functions of the atom ID, so results depend neither on the number of ranks nor on
   the order of the atoms, except for rounding.

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

/* Number of random start vectors, at least 4, that fills groups of eight together with nproj others. */
int inm_kpm_default_random(int nproj);

/* Copy the matrix, make the start vectors, and find an interval that contains all eigenvalues and zero.
   h        borrowed until inm_kpm_finish
   request  nproj, proj, nrandom, is_free and nlanczos are used; proj is borrowed as long as h
   INM_ERR_ARG for a negative number of random vectors, or before inm_hessian_end.  INM_ERR_NONFINITE if
   an element is infinite or NaN.  Collective; the same status and results on all ranks. */
inm_status inm_kpm_create(inm_kpm **out, const inm_hessian *h, const inm_request *request);

/* Free; accepts NULL and leaves NULL behind.  Not collective. */
void inm_kpm_destroy(inm_kpm **kpm);

/* Do nproduct more products.  If the interval turns out to be too small, widen it and start over.
   INM_ERR_ARG after inm_kpm_finish.  INM_ERR_NONFINITE if a vector to project is infinite or NaN, or on
   overflow.  After any failure the handle can only be destroyed.  Collective. */
inm_status inm_kpm_advance(inm_kpm *kpm, size_t nproduct);

/* Free matrix and vectors, keep the moments.  Not collective. */
void inm_kpm_finish(inm_kpm *kpm);

/* Number of products so far, K.  There are 2K - 1 moments, none for K = 0. */
size_t inm_kpm_products(const inm_kpm *kpm);

/* Number of start vectors, how many of them are random, and bytes that the vectors and the matrix take on
   this rank. */
int inm_kpm_vectors(const inm_kpm *kpm);
int inm_kpm_random(const inm_kpm *kpm);
double inm_kpm_bytes_for(const inm_hessian *h, const inm_request *request);

/* Minimum memory traffic of all products so far on this rank, in bytes. */
double inm_kpm_traffic(const inm_kpm *kpm);

/* Communicator of the Hessian. */
MPI_Comm inm_kpm_comm(const inm_kpm *kpm);

/* Over all ranks: atoms, modes without the known zero modes, these, and number-average mass.  Known are the free
   translations of the separate parts of the matrix (hessian/inm_translations.h); other zero modes, such as
   rotations, are not. */
size_t inm_kpm_natom(const inm_kpm *kpm);
size_t inm_kpm_nmode(const inm_kpm *kpm);
size_t inm_kpm_nzero(const inm_kpm *kpm);
double inm_kpm_mean_mass(const inm_kpm *kpm);

/* Ends of the interval, 1/time^2. */
double inm_kpm_lowest(const inm_kpm *kpm);
double inm_kpm_highest(const inm_kpm *kpm);

/* Moments of start vector v, where random vectors follow the projected ones.  [2K-1], borrowed. */
const double *inm_kpm_moments(const inm_kpm *kpm, int v);

/* Half width of the broadening of g and Gamma at frequency w after K products: pi half sin(t) / nmoment in
   lambda, where t is the position in the interval as an angle. */
double inm_kpm_resolution(const inm_kpm *kpm, double w, size_t nproduct);

/* ---- measures (inm_measure.h) from the first nproduct products, which must have been done; all NaN
   for 0.  Not collective. */

/* Mean over the start vectors first..first+count-1. */
inm_status inm_kpm_projected(const inm_kpm *kpm, int first, int count, size_t nproduct,
                             inm_measure *m);

/* Count of modes from one random vector, or from the mean over all of them if sample is negative. */
inm_status inm_kpm_count(const inm_kpm *kpm, int sample, inm_measure *m);

#ifdef __cplusplus
}
#endif
#endif
