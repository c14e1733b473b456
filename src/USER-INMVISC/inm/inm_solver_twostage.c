/* Dense solver on one node in two stages, faster than a direct tridiagonalization because nearly all
   of it is matrix products, and without ever holding all eigenvectors:

     1. D = Q B Q^T, dense to band                         inm_reduce_to_band
     2. band to tridiagonal without vectors, eigenvalues   dsytrd_sb2st, dsterf
     3. for the wanted modes, panel by panel:
        inverse iteration on the band matrix               dgbtrf, dgbtrs; modes shared among threads
        orthogonalization of modes closer than a gap, check of residuals and overlaps
        back-transformation by Q                           dormqr
        handing on to the mode table

   The eigenvector of a well separated eigenvalue takes two steps of inverse iteration, and needs no
   orthogonalization: its overlap with a neighbor at distance g is of the order eps |D| / g. */

#include "inm_band.h"
#include "inm_cores.h"
#include "inm_lapack.h"
#include "inm_solver_private.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
  KD = 32,               /* half-bandwidth: wider is faster in 1., slower in 3. */
  PANEL = 512,           /* modes in a panel, but that no cluster is split */
  LARGEST_CLUSTER = 128, /* beyond it another solver is better */
  STEPS = 2              /* of inverse iteration */
};

/* bounds, relative to the norm of D */
static const double cluster_gap = 1.0e-7; /* closer modes are orthogonalized */
static const double max_residual = 1.0e-11;
static const double max_overlap = 1.0e-7; /* of neighbors in the spectrum */

static const size_t largest_n = 46340; /* n^2 elements, counted in an int */

typedef struct {
  size_t n;
  double norm;         /* largest |lambda| */
  double *band;        /* [n][KD+1] */
  double *lambda;      /* [n] */
  double *tau;         /* [n] reflectors of Q, in the dense matrix */
  double *z;           /* [count][n] vectors of the panel */
  size_t first, count; /* panel */
  int nthread;
  inm_status *status; /* [nthread] */
} twostage;

static double twostage_bytes(size_t n, inm_vectors vectors, int nprocs)
{
  (void) nprocs;
  const double columns = (vectors == INM_VECTORS_NONE) ? 320.0 : 320.0 + PANEL + LARGEST_CLUSTER;
  return 8.0 * ((double) n * (double) n + columns * (double) n);
}

/* ---- eigenvalues ----------------------------------------------------------------------------- */

/* all eigenvalues of the band, which is kept */
static inm_status eigenvalues(twostage *s)
{
  const int n = (int) s->n, kd = KD, ldab = KD + 1, query = -1;
  const size_t bytes = s->n * (KD + 1) * sizeof(double);
  int lhous, lwork, info = 0;
  double hous_size, work_size;
  double *copy = (double *) malloc(bytes);
  double *offdiagonal = (double *) malloc(s->n * sizeof(double));
  double *hous = NULL, *work = NULL;
  inm_status status = INM_ERR_ALLOC;

  dsytrd_sb2st_("Y", "N", "L", &n, &kd, copy, &ldab, s->lambda, offdiagonal, &hous_size, &query,
                &work_size, &query, &info);
  lhous = (int) hous_size;
  lwork = (int) work_size;
  hous = (double *) malloc((size_t) lhous * sizeof(double));
  work = (double *) malloc((size_t) lwork * sizeof(double));
  if (copy && offdiagonal && hous && work) {
    memcpy(copy, s->band, bytes);
    dsytrd_sb2st_("Y", "N", "L", &n, &kd, copy, &ldab, s->lambda, offdiagonal, hous, &lhous, work,
                  &lwork, &info);
    if (info == 0) dsterf_(&n, s->lambda, offdiagonal, &info);
    status = (info == 0) ? INM_OK : INM_ERR_LAPACK;
    s->norm = fmax(fabs(s->lambda[0]), fabs(s->lambda[s->n - 1]));
  }
  free(copy);
  free(offdiagonal);
  free(hous);
  free(work);
  return status;
}

/* ---- eigenvectors of the band ---------------------------------------------------------------- */

static double norm2(const double *x, size_t n)
{
  return sqrt(inm_dot(x, x, n));
}

static void scale_to_one(double *x, size_t n)
{
  const double factor = 1.0 / norm2(x, n);
  for (size_t i = 0; i < n; i++) x[i] *= factor;
}

/* A start that depends on the mode only, not on the thread: Knuth's MMIX generator */
static void random_start(double *x, size_t n, size_t mode)
{
  uint64_t state = 0x9E3779B97F4A7C15ULL * (mode + 1);
  for (size_t i = 0; i < n; i++) {
    state = 6364136223846793005ULL * state + 1442695040888963407ULL;
    x[i] = (double) (state >> 11) / 9007199254740992.0 - 0.5;
  }
}

/* B - lambda in LAPACK's general band storage with room for pivoting: element (i,j) at row
   2*KD + i - j of column j */
static void shifted_band(const twostage *s, double lambda, double *g)
{
  const size_t ld = 3 * KD + 1;

  memset(g, 0, ld * s->n * sizeof(*g));
  for (size_t j = 0; j < s->n; j++)
    for (size_t i = j; i <= j + KD && i < s->n; i++) {
      const double x = s->band[j * (KD + 1) + i - j];
      g[j * ld + 2 * KD + i - j] = (i == j) ? x - lambda : x;
      if (i != j) g[i * ld + 2 * KD + j - i] = x;
    }
}

static void inverse_iteration(const twostage *s, size_t mode, double *g, int *pivot, double *z)
{
  const int n = (int) s->n, kd = KD, ld = 3 * KD + 1, one = 1;
  int info;

  shifted_band(s, s->lambda[mode], g);
  dgbtrf_(&n, &n, &kd, &kd, g, &ld, pivot, &info);
  for (size_t j = 0; j < s->n; j++) { /* an exact eigenvalue leaves a zero pivot */
    double *u = &g[j * (size_t) ld + 2 * KD];
    if (*u == 0.0) *u = DBL_EPSILON * s->norm;
  }
  random_start(z, s->n, mode);
  for (int step = 0; step < STEPS; step++) {
    dgbtrs_("N", &n, &kd, &kd, &one, g, &ld, pivot, z, &n, &info);
    scale_to_one(z, s->n);
  }
}

/* every nthread-th mode of the panel */
static void iterate_share(void *ctx, int thread)
{
  twostage *s = (twostage *) ctx;
  double *g = (double *) malloc((3 * KD + 1) * s->n * sizeof(*g));
  int *pivot = (int *) malloc(s->n * sizeof(*pivot));

  s->status[thread] = (g && pivot) ? INM_OK : INM_ERR_ALLOC;
  if (s->status[thread] == INM_OK)
    for (size_t p = (size_t) thread; p < s->count; p += (size_t) s->nthread)
      inverse_iteration(s, s->first + p, g, pivot, &s->z[p * s->n]);
  free(g);
  free(pivot);
}

/* modes of the panel that are closer than the gap are made orthogonal, twice for accuracy */
static void orthogonalize_clusters(twostage *s)
{
  for (int pass = 0; pass < 2; pass++)
    for (size_t p = 1; p < s->count; p++) {
      const double lambda = s->lambda[s->first + p];
      double *z = &s->z[p * s->n];
      int moved = 0;
      for (size_t q = p; q-- > 0;) {
        if (lambda - s->lambda[s->first + q] > cluster_gap * s->norm) break;
        const double *y = &s->z[q * s->n], overlap = inm_dot(y, z, s->n);
        for (size_t i = 0; i < s->n; i++) z[i] -= overlap * y[i];
        moved = 1;
      }
      if (moved) scale_to_one(z, s->n);
    }
}

/* |B z - lambda z| of each mode and the overlap with the one before it */
static inm_status check_panel(const twostage *s)
{
  const int n = (int) s->n, kd = KD, ldab = KD + 1, one = 1;
  const double unity = 1.0;
  double *r = (double *) malloc(s->n * sizeof(*r));
  inm_status status = r ? INM_OK : INM_ERR_ALLOC;

  for (size_t p = 0; p < s->count && status == INM_OK; p++) {
    const double *z = &s->z[p * s->n], minus_lambda = -s->lambda[s->first + p];
    memcpy(r, z, s->n * sizeof(*r));
    dsbmv_("L", &n, &kd, &unity, s->band, &ldab, z, &one, &minus_lambda, r, &one);
    const double overlap = p ? fabs(inm_dot(z, z - s->n, s->n)) : 0.0;
    if (!(norm2(r, s->n) <= max_residual * s->norm) || !(overlap <= max_overlap))
      status = INM_ERR_ACCURACY;
  }
  free(r);
  return status;
}

static inm_status panel_vectors(twostage *s)
{
  inm_status status = INM_OK;

  inm_blas_set_threads(1); /* the threads are ours */
  inm_run_parallel(s->nthread, iterate_share, s);
  for (int t = 0; t < s->nthread; t++)
    if (s->status[t] > status) status = s->status[t];
  if (status == INM_OK) {
    orthogonalize_clusters(s);
    status = check_panel(s);
  }
  inm_blas_set_threads(s->nthread);
  return status;
}

/* ---- all together ---------------------------------------------------------------------------- */

/* vectors of D from those of the band: z = Q z */
static inm_status back_transform(const twostage *s, const double *a)
{
  const int n = (int) s->n, rows = n - KD, count = (int) s->count, query = -1;
  int lwork, info;
  double size;

  dormqr_("L", "N", &rows, &count, &rows, &a[KD], &n, s->tau, &s->z[KD], &n, &size, &query, &info);
  lwork = (int) size;
  double *work = (double *) malloc((size_t) lwork * sizeof(*work));
  if (!work) return INM_ERR_ALLOC;
  dormqr_("L", "N", &rows, &count, &rows, &a[KD], &n, s->tau, &s->z[KD], &n, work, &lwork, &info);
  free(work);
  return (info == 0) ? INM_OK : INM_ERR_LAPACK;
}

/* modes from first on that make the next panel: a cluster stays together.  0 if one is too large */
static size_t panel_count(const twostage *s, size_t first, size_t nvectors)
{
  size_t end = first + PANEL;

  if (end >= nvectors) return nvectors - first;
  while (end < nvectors && s->lambda[end] - s->lambda[end - 1] <= cluster_gap * s->norm) {
    if (end - first >= PANEL + LARGEST_CLUSTER) return 0;
    end++;
  }
  return end - first;
}

static inm_status all_panels(twostage *s, inm_dense *d, inm_filler *f, size_t nvectors)
{
  inm_status status = INM_OK;

  for (s->first = 0; s->first < nvectors && status == INM_OK; s->first += s->count) {
    s->count = panel_count(s, s->first, nvectors);
    if (s->count == 0) return INM_ERR_ACCURACY;
    status = panel_vectors(s);
    if (status == INM_OK) status = back_transform(s, d->a);
    if (status == INM_OK) inm_fill_panel(f, s->first, s->count, s->z);
  }
  return status;
}

static inm_status twostage_solve(inm_dense *d, inm_filler *f)
{
  const size_t largest_panel = (d->n < PANEL + LARGEST_CLUSTER) ? d->n : PANEL + LARGEST_CLUSTER;
  twostage s;
  inm_status status = INM_ERR_ALLOC;

  if (d->n > largest_n) return INM_ERR_SIZE;
  if (d->n <= 4 * KD) return inm_solver_lapack.solve(d, f);
  memset(&s, 0, sizeof(s));
  s.n = d->n;
  s.nthread = f->nthread;
  s.band = (double *) malloc(s.n * (KD + 1) * sizeof(double));
  s.lambda = (double *) malloc(s.n * sizeof(double));
  s.tau = (double *) malloc(s.n * sizeof(double));
  s.status = (inm_status *) malloc((size_t) s.nthread * sizeof(*s.status));
  if (s.band && s.lambda && s.tau && s.status)
    status = inm_reduce_to_band(s.n, KD, d->a, s.tau, s.band);

  if (status == INM_OK) {
    inm_blas_set_threads(1); /* bulge chasing is made of small pieces: more threads slow it down */
    status = eigenvalues(&s);
    inm_blas_set_threads(s.nthread);
  }
  if (status == INM_OK) {
    inm_fill_spectrum(f, s.lambda);
    s.z = (double *) malloc(largest_panel * s.n * sizeof(double));
    status = s.z ? all_panels(&s, d, f, inm_fill_wanted(f)) : INM_ERR_ALLOC;
  }
  if (status == INM_OK) inm_fill_shares(f);

  free(s.band);
  free(s.lambda);
  free(s.tau);
  free(s.status);
  free(s.z);
  return status;
}

const inm_solver inm_solver_twostage = {"twostage", twostage_bytes, twostage_solve, NULL};
