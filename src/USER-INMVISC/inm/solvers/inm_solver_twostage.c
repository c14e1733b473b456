/* Dense two-stage solver on one node.  It is faster than direct tridiagonalization because nearly all of
   its work is matrix products, and it never stores all eigenvectors:

     1. D = Q B Q^T, dense to band                         inm_reduce_to_band
     2. band to tridiagonal without vectors                inm_bulge.h
        eigenvalues                                        inm_tridiagonal.h
     3. for the wanted modes, panel by panel:
        inverse iteration on the band matrix               inm_band_vectors.h; modes divided among threads
        orthogonalization of modes closer than a gap, check of residuals and overlaps
        back-transformation by Q                           inm_reflectors.h
        entry in the mode table

   In single precision the dense steps, 1. and the back-transformation, use floats.  The vectors may be refined
   to double then (inm_refined.c).  If there are modes so
   close to zero that they may be zero modes, the modes around zero are refined in double before the third
   step (hessian/inm_ritz.h).

   A well separated eigenvalue needs two steps of inverse iteration and no orthogonalization: the overlap
   with a neighbor at distance g is of the order eps |D| / g. */

#include "base/inm_lapack.h"
#include "base/inm_pages.h"
#include "base/inm_team.h"
#include "base/inm_vector.h"
#include "eigen/inm_band.h"
#include "eigen/inm_band_vectors.h"
#include "eigen/inm_bulge.h"
#include "eigen/inm_tridiagonal.h"
#include "hessian/inm_rayleigh_ritz.h"
#include "hessian/inm_ritz.h"
#include "inm_cores.h"
#include "inm_random.h"
#include "solvers/inm_solver_entry.h"
#include "solvers/inm_twostage.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
  KD = INM_TWOSTAGE_KD,
  PANEL = 256,           /* modes in a panel, unless that would split a cluster */
  LARGEST_CLUSTER = 128, /* larger ones are left to another solver */
  NEAR = 128,            /* modes around zero that are refined in double */
  MOST_NEAR = 192, /* the same with the rest of a cluster; more are left to double precision */
  STEPS = 2,       /* steps of inverse iteration */
  MOST_STEPS = 5   /* additional ones for a mode in a cluster */
};

/* bounds, relative to the norm of D */
static const double cluster_gap = 1.0e-7;   /* closer modes are orthogonalized */
static const double largest_growth = 1.0e3; /* of factors without pivoting */
static const double max_residual = 1.0e-11;
static const double max_overlap = 1.0e-7;       /* of neighbors in the spectrum, in the end */
static const double overlap_to_refine = 1.0e-2; /* before Rayleigh-Ritz, which needs no more */
static const double near_zero = 0.05;           /* modes that are refined together in double */

static const size_t largest_n = 46340; /* n^2 must fit an int */

static inm_status twostage_can(const inm_job *job)
{
  if (job->vectors == INM_VECTORS_LOWEST) return INM_ERR_ARG;
  if (job->precision == INM_REFINED && job->vectors != INM_VECTORS_UNSTABLE) return INM_ERR_ARG;
  return (job->n <= largest_n) ? INM_OK : INM_ERR_SIZE;
}

static double size_of_vectors(double n, double panel)
{
  return 128.0 * n + (panel + LARGEST_CLUSTER) * n;
}

/* With refinement: the matrix in floats, all refined vectors, y and x of a panel, Q; then, without the matrix,
   Rayleigh-Ritz.  In doubles. */
static double size_of_refinement(double n)
{
  const size_t most = inm_twostage_most_refined((size_t) n);
  const double vectors = (double) most * n;
  const double correction = 0.5 * n * n + vectors + 2.5 * (PANEL + LARGEST_CLUSTER) * n + 128.0 * n;
  const double ritz = vectors + inm_rayleigh_ritz_bytes((size_t) n, most) / 8.0;
  return fmax(correction, ritz);
}

/* The matrix; deferred updates and other workspace of the reduction, which exceeds that of bulge chasing;
   Q and the panel; in single precision, the modes around zero; factors for each thread. */
static double twostage_bytes(const inm_job *job)
{
  const double n = (double) job->n, single = (job->precision == INM_SINGLE_PRECISION);
  const double narrow = 24.0 * KD + 5.0 * KD * job->nthread;

  if (job->precision == INM_REFINED) return 8.0 * (size_of_refinement(n) + narrow * n);
  const int none = (job->vectors == INM_VECTORS_NONE);
  const double panel = none ? 0.0 : size_of_vectors(n, PANEL) * (single > 0.0 ? 1.5 : 1.0);
  const double near = (none ? 2.5 : 1.0) * single * MOST_NEAR;
  return 8.0 * ((single > 0.0 ? 0.5 : 1.0) * n * n + panel + (narrow + near) * n);
}

/* The reduction and, for 14 % or all of the modes, inverse iteration and back-transformation.
   Single precision nearly halves the time of the dense steps; refinement transforms vectors three times, and
   iterates twice.  The last term covers thread start and page faults. */
static double twostage_work(const inm_job *job)
{
  const double n = (double) job->n;
  const double fraction = (job->vectors == INM_VECTORS_ALL) ? 1.0
      : (job->vectors == INM_VECTORS_UNSTABLE)              ? 0.14
                                                            : 0.0;
  const int refined = (job->precision == INM_REFINED);
  const double times = refined ? 3.0 : 1.0, ritz = refined ? 8.0 * fraction * fraction : 0.0;
  const double half = (job->precision == INM_DOUBLE) ? 1.0 : 0.55;
  const double dense = (half * (1.6 + 3.65 * times * fraction) + ritz) * n * n * n;
  const double inverse = (refined ? 2.0 : 1.0) * 13000.0 * fraction * n * n;
  const double eigenvalues = 500.0 * n * n;
  return (dense + inverse + eigenvalues) / job->nthread + 6.0e8;
}

/* ---- eigenvalues ----------------------------------------------------------------------------- */

/* All eigenvalues of the band matrix, which is preserved.  If it is not finite although D is, floats have
   overflowed in the reduction. */
static inm_status eigenvalues(inm_twostage *s)
{
  double *offdiagonal = (double *) malloc(s->n * sizeof(double));
  inm_status status = INM_ERR_ALLOC;

  if (offdiagonal)
    status = inm_band_to_tridiagonal(s->n, KD, s->band, s->lambda, offdiagonal, s->nthread);
  if (status == INM_OK)
    status = inm_tridiagonal_eigenvalues(s->n, s->lambda, offdiagonal, s->lambda, s->nthread);
  if (status == INM_OK) s->norm = fmax(fabs(s->lambda[0]), fabs(s->lambda[s->n - 1]));
  free(offdiagonal);
  return (status == INM_ERR_NONFINITE) ? INM_ERR_ACCURACY : status;
}

/* ---- eigenvectors of the band ---------------------------------------------------------------- */

static double norm2(const double *x, size_t n)
{
  return sqrt(inm_dot(x, x, n));
}

/* returns the norm of x before scaling */
static double scale_to_one(double *x, size_t n)
{
  const double norm = norm2(x, n), factor = 1.0 / norm;
  for (size_t i = 0; i < n; i++) x[i] *= factor;
  return norm;
}

/* depends on the mode, not on the thread */
static void random_start(double *x, size_t n, size_t mode)
{
  for (size_t i = 0; i < n; i++) x[i] = inm_random_uniform(mode, i);
}

static int is_close(const inm_twostage *s, size_t p, size_t q)
{
  return s->lambda[q] - s->lambda[p] <= cluster_gap * s->norm;
}

/* At a nearly multiple eigenvalue several pivots are pure rounding, and only pivoting moves them to the
   end. */
inm_status inm_twostage_factorize(const inm_twostage *s, size_t mode, inm_band_factor *factor)
{
  const int in_cluster = (mode > 0 && is_close(s, mode - 1, mode)) ||
      (mode + 1 < s->n && is_close(s, mode, mode + 1));

  return inm_band_factorize(factor, s->band, s->lambda[mode], s->norm,
                            in_cluster ? 0.0 : largest_growth);
}

static inm_status inverse_iteration(const inm_twostage *s, size_t mode, inm_band_factor *factor,
                                    double *z)
{
  const inm_status status = inm_twostage_factorize(s, mode, factor);

  if (status != INM_OK) return status;
  random_start(z, s->n, mode);
  for (int step = 0; step < STEPS; step++) {
    inm_band_solve(factor, z);
    scale_to_one(z, s->n);
  }
  return INM_OK;
}

/* every nthread-th mode of the panel */
static void iterate_share(void *ctx, int thread)
{
  inm_twostage *s = (inm_twostage *) ctx;
  inm_band_factor *factor = NULL;
  inm_status status = inm_band_factor_create(&factor, s->n, KD);

  for (size_t p = (size_t) thread; p < s->count && status == INM_OK; p += (size_t) s->nthread)
    status = inverse_iteration(s, s->first + p, factor, &s->z[p * s->n]);
  inm_band_factor_destroy(&factor);
  s->status[thread] = status;
}

/* Orthogonalize mode p of the panel against the preceding modes of its cluster.  Returns the norm that
   remains. */
static double orthogonalize(const inm_twostage *s, size_t p)
{
  double *z = &s->z[p * s->n];
  size_t q = p;

  for (; q > 0 && is_close(s, s->first + q - 1, s->first + p); q--) {
    const double *y = &s->z[(q - 1) * s->n], overlap = inm_dot(y, z, s->n);
    for (size_t i = 0; i < s->n; i++) z[i] -= overlap * y[i];
  }
  return (q < p) ? scale_to_one(z, s->n) : 1.0;
}

/* Orthogonalize the modes of each cluster, twice for accuracy.  If little of a vector remains, scaling it
   up has amplified its error; another step of inverse iteration reduces that, as in LAPACK's dstein. */
static inm_status orthogonalize_clusters(inm_twostage *s)
{
  const double little = 0.1;
  inm_band_factor *factor = NULL;
  inm_status status = INM_OK;

  for (size_t p = 1; p < s->count && status == INM_OK; p++) {
    double left = orthogonalize(s, p);
    if (left < little && !factor) status = inm_band_factor_create(&factor, s->n, KD);
    if (left < little && status == INM_OK) status = inm_twostage_factorize(s, s->first + p, factor);
    if (status != INM_OK) break;
    for (int attempt = 0; attempt < MOST_STEPS && left < little; attempt++) {
      inm_band_solve(factor, &s->z[p * s->n]);
      scale_to_one(&s->z[p * s->n], s->n);
      left = orthogonalize(s, p);
    }
    if (left < 1.0) orthogonalize(s, p);
  }
  inm_band_factor_destroy(&factor);
  return status;
}

/* |B z - lambda z| of every nthread-th mode, and its overlap with the preceding mode */
static void check_share(void *ctx, int thread)
{
  inm_twostage *s = (inm_twostage *) ctx;
  const int n = (int) s->n, kd = KD, ldab = KD + 1, one = 1;
  const double unity = 1.0;
  double *r = (double *) inm_malloc_for_blas(s->n * sizeof(*r));
  inm_status status = r ? INM_OK : INM_ERR_ALLOC;

  for (size_t p = (size_t) thread; p < s->count && status == INM_OK; p += (size_t) s->nthread) {
    const double *z = &s->z[p * s->n], minus_lambda = -s->lambda[s->first + p];
    memcpy(r, z, s->n * sizeof(*r));
    dsbmv_("L", &n, &kd, &unity, s->band, &ldab, z, &one, &minus_lambda, r, &one);
    const double overlap = p ? fabs(inm_dot(z, z - s->n, s->n)) : 0.0;
    if (!(norm2(r, s->n) <= max_residual * s->norm) || !(overlap <= s->max_overlap))
      status = INM_ERR_ACCURACY;
  }
  free(r);
  s->status[thread] = status;
}

/* run a step on all threads; returns the largest status of any */
inm_status inm_twostage_on_threads(inm_twostage *s, void (*step)(void *ctx, int thread), void *ctx)
{
  inm_status status = INM_OK;

  inm_run_parallel(s->nthread, step, ctx);
  for (int t = 0; t < s->nthread; t++)
    if (s->status[t] > status) status = s->status[t];
  return status;
}

inm_status inm_twostage_vectors(inm_twostage *s)
{
  inm_blas_set_threads(1); /* the team uses all cores */
  inm_status status = inm_twostage_on_threads(s, iterate_share, s);
  if (status == INM_OK) {
    status = orthogonalize_clusters(s);
    if (status == INM_OK) status = inm_twostage_on_threads(s, check_share, s);
  }
  inm_blas_set_threads(s->nthread);
  return status;
}

/* ---- progress --------------------------------------------------------------------------------- */

/* fraction of the time, about the same for all sizes */
static double share_of_reduction(const inm_filler *f)
{
  return (f->request->precision == INM_REFINED)   ? 0.5
      : (f->request->vectors == INM_VECTORS_ALL)  ? 0.25
      : (f->request->vectors == INM_VECTORS_NONE) ? 0.8
                                                  : 0.7;
}

static void report_reduction(void *filler, double done)
{
  const inm_filler *f = (const inm_filler *) filler;
  inm_fill_progress(f, share_of_reduction(f) * done);
}

/* the steps between reduction and panels are counted as done with the first panel */
static void report_vectors(const inm_filler *f, double done)
{
  const double before = 0.85 * share_of_reduction(f) + 0.15;
  inm_fill_progress(f, before + (1.0 - before) * done);
}

/* ---- driver ---------------------------------------------------------------------------------- */

static inm_status reduce_to_band(inm_twostage *s, inm_dense *d, inm_filler *f)
{
  inm_blas_set_threads(1); /* the team uses all cores */
  const inm_status status = d->single
      ? inm_reduce_to_band_single(s->n, KD, d->single, (float *) s->tau, s->band, s->nthread,
                                  report_reduction, f)
      : inm_reduce_to_band(s->n, KD, d->a, (double *) s->tau, s->band, s->nthread, report_reduction,
                           f);
  inm_blas_set_threads(s->nthread);
  return status;
}

static inm_status prepare_vectors(inm_twostage *s, const inm_dense *d)
{
  return d->single
      ? inm_reflectors_create_single(&s->q_single, s->n, KD, d->single, (const float *) s->tau)
      : inm_reflectors_create(&s->q, s->n, KD, d->a, (const double *) s->tau);
}

/* vectors of D from those of the band: z = Q z */
static inm_status back_transform(const inm_twostage *s)
{
  return s->q_single ? inm_band_to_dense_single(s->q_single, s->count, s->z)
                     : inm_band_to_dense(s->q, s->count, s->z);
}

size_t inm_twostage_largest_panel(const inm_twostage *s)
{
  return (s->n < PANEL + LARGEST_CLUSTER) ? s->n : (size_t) (PANEL + LARGEST_CLUSTER);
}

size_t inm_twostage_panel(const inm_twostage *s, size_t first, size_t nvectors)
{
  size_t end = first + PANEL;

  if (end >= nvectors) return nvectors - first;
  while (end < nvectors && is_close(s, end - 1, end)) {
    if (end - first >= PANEL + LARGEST_CLUSTER) return 0;
    end++;
  }
  return end - first;
}

/* ---- modes around zero, in single precision --------------------------------------------------- */

/* typical bound of the error of an eigenvalue in single precision */
double inm_twostage_single_error(const inm_twostage *s)
{
  return sqrt((double) s->n) * FLT_EPSILON * s->norm;
}

/* Choose near_first, near_count among the first nother modes: those with |lambda| up to the error, then the
   next ones up to NEAR, without splitting a cluster.  No modes if none may be zero. */
static inm_status choose_near(inm_twostage *s, size_t nother)
{
  const double *l = s->lambda, error = inm_twostage_single_error(s);
  const double widest = near_zero * fmax(fabs(l[0]), fabs(l[nother - 1]));
  size_t first = 0, last;

  while (first < nother && l[first] < -error) first++;
  for (last = first; last < nother && l[last] <= error;) last++;
  if (first == last) return INM_OK;
  while (last - first < NEAR) {
    const double below = (first > 0) ? -l[first - 1] : INFINITY;
    const double above = (last < nother) ? l[last] : INFINITY;
    if (!(fmin(below, above) <= widest)) break;
    if (below < above)
      first--;
    else
      last++;
  }
  while (first > 0 && is_close(s, first - 1, first)) first--;
  while (last < nother && is_close(s, last - 1, last)) last++;
  if (last - first > MOST_NEAR) return INM_ERR_PRECISION;
  s->near_first = first;
  s->near_count = last - first;
  return INM_OK;
}

/* |lambda| of the modes that are not refined is at least that */
static double gap_of_near(const inm_twostage *s)
{
  const size_t first = s->near_first, last = first + s->near_count;
  const double below = (first > 0) ? -s->lambda[first - 1] : s->norm;
  const double above = (last < s->n) ? s->lambda[last] : s->norm;
  return fmin(fmin(below, above) - inm_twostage_single_error(s), 0.5 * s->norm);
}

/* Refine the modes near_first..., with the panel as workspace. */
static inm_status refine_near(inm_twostage *s, inm_dense *d, const inm_filler *f)
{
  double *panel = s->z;
  inm_ritz ritz = {
      d->residual, s->n, s->near_count,  NULL,      panel, NULL, inm_twostage_single_error(s),
      f->zero,     0.0,  1.01 * s->norm, s->nthread};
  const double *l = s->lambda;
  const size_t last = s->near_first + s->near_count;

  s->near = (double *) inm_malloc_for_blas(s->near_count * s->n * sizeof(double));
  if (!s->near) return INM_ERR_ALLOC;
  s->first = s->near_first;
  s->count = s->near_count;
  s->z = s->near;
  inm_status status = inm_twostage_vectors(s);
  if (status == INM_OK) status = back_transform(s);
  s->z = panel;
  if (status != INM_OK) return status;

  ritz.vec = s->near;
  ritz.theta = &s->refined[s->near_first];
  ritz.gap = gap_of_near(s);
  if (!(ritz.gap > 2.0 * ritz.error)) return INM_ERR_ACCURACY;
  status = inm_ritz_refine(&ritz);
  for (size_t p = s->near_first; p < last; p++) { /* keep the order at the ends */
    if (s->near_first > 0) s->refined[p] = fmax(s->refined[p], l[s->near_first - 1]);
    if (last < s->n) s->refined[p] = fmin(s->refined[p], l[last]);
  }
  return status;
}

/* Eigenvalues to the filler.  In single precision, those that may be zero are decided in double. */
static inm_status fill_spectrum(inm_twostage *s, inm_dense *d, inm_filler *f)
{
  inm_fill_spectrum(f, s->lambda);
  const size_t nother = s->n - f->nlifted;
  if (!d->single || nother == 0 || !(f->norm > 0.0)) return INM_OK;

  inm_status status = choose_near(s, nother);
  if (status != INM_OK || s->near_count == 0) return status;
  memcpy(s->refined, s->lambda, s->n * sizeof(*s->refined));
  status = refine_near(s, d, f);
  if (status == INM_OK) inm_fill_spectrum(f, s->refined);
  return (status == INM_ERR_ACCURACY) ? INM_ERR_PRECISION : status;
}

/* overwrite the vectors of the panel that have been refined */
static void take_refined(inm_twostage *s)
{
  for (size_t p = 0; p < s->count; p++) {
    const size_t q = s->first + p - s->near_first; /* wraps around below near_first */
    if (s->first + p >= s->near_first && q < s->near_count)
      memcpy(&s->z[p * s->n], &s->near[q * s->n], s->n * sizeof(*s->z));
  }
}

/* ---- panels ----------------------------------------------------------------------------------- */

static inm_status all_panels(inm_twostage *s, inm_filler *f, size_t nvectors)
{
  inm_status status = INM_OK;

  for (s->first = 0; s->first < nvectors && status == INM_OK; s->first += s->count) {
    s->count = inm_twostage_panel(s, s->first, nvectors);
    if (s->count == 0) return INM_ERR_ACCURACY;
    status = inm_twostage_vectors(s);
    if (status == INM_OK) status = back_transform(s);
    if (status == INM_OK) take_refined(s);
    if (status == INM_OK) status = inm_fill_panel(f, s->first, s->count, s->z);
    if (status == INM_OK) report_vectors(f, (double) (s->first + s->count) / (double) nvectors);
  }
  return status;
}

/* of d in double or single precision */
static inm_status solve_in_panels(inm_twostage *s, inm_dense *d, inm_filler *f)
{
  const size_t bytes = inm_twostage_largest_panel(s) * s->n * sizeof(*s->z);

  s->z = (double *) inm_malloc_for_blas(bytes);
  inm_prefer_large_pages(s->z, bytes);
  const inm_status status = s->z ? fill_spectrum(s, d, f) : INM_ERR_ALLOC;
  return (status == INM_OK) ? all_panels(s, f, inm_fill_wanted(f)) : status;
}

static inm_status twostage_solve(inm_dense *d, inm_filler *f)
{
  inm_twostage s;
  inm_status status = INM_ERR_ALLOC;

  if (d->n <= 4 * KD) return inm_solver_lapack.on_root(d, f);
  memset(&s, 0, sizeof(s));
  s.n = d->n;
  s.nthread = f->nthread;
  s.max_overlap = (f->request->precision == INM_REFINED) ? overlap_to_refine : max_overlap;
  s.band = (double *) inm_malloc_for_blas(s.n * (KD + 1) * sizeof(double));
  s.lambda = (double *) malloc(2 * s.n * sizeof(double));
  s.tau = malloc(s.n * sizeof(double));
  s.status = (inm_status *) malloc((size_t) s.nthread * sizeof(*s.status));
  if (s.band && s.lambda && s.tau && s.status) status = reduce_to_band(&s, d, f);

  if (status == INM_OK) status = eigenvalues(&s);
  const int no_vectors = (f->request->vectors == INM_VECTORS_NONE && !d->single);
  if (status == INM_OK && !no_vectors) status = prepare_vectors(&s, d);
  if (status == INM_OK) {
    s.refined = s.lambda + s.n;
    status = (f->request->precision == INM_REFINED) ? inm_twostage_refine(&s, d, f, report_vectors)
                                                    : solve_in_panels(&s, d, f);
  }
  if (status == INM_OK) {
    inm_fill_means(f);
    status = inm_fill_precision(f);
  }

  inm_reflectors_destroy(&s.q);
  inm_reflectors_destroy_single(&s.q_single);
  free(s.band);
  free(s.lambda);
  free(s.tau);
  free(s.status);
  free(s.z);
  free(s.near);
  return status;
}

const inm_solver inm_solver_twostage = {
    "twostage",
    INM_ON_ROOT,
    {NULL, NULL, NULL, NULL, NULL, INM_NO_LOWEST("twostage"), INM_NO_PRODUCTS("twostage")},
    twostage_can,
    twostage_bytes,
    twostage_work,
    twostage_solve,
    NULL,
    NULL};
