/* Double precision at nearly the price of single: the matrix is reduced to a band in floats, and the wanted
   modes, the lowest ones, are refined with the sparse matrix D in double.

     z = Q y                            y: vectors of the band B by inverse iteration
     r = D z - (z.Dz) z                 in double
     z <- z - Q (B - lambda)^-1 Q^T r   Newton's correction with the B and Q at hand, in which the components
                                        along the modes of the same panel are left out
     Rayleigh-Ritz of all z             which separates the wanted modes from each other exactly

   What remains is the mixing with unwanted modes at a distance gap, of second order in (rounding of floats)/gap.
   The wanted modes therefore end beyond zero, at a large gap.  The correction is a step of Davidson's method (J. Comput.
   Phys. 17, 87 (1975)) with a preconditioner that is accurate to single precision. */

#include "base/inm_lapack.h"
#include "base/inm_pages.h"
#include "base/inm_vector.h"
#include "hessian/inm_rayleigh_ritz.h"
#include "hessian/inm_residual.h"
#include "inm_cores.h"
#include "solvers/inm_twostage.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
  KD = INM_TWOSTAGE_KD,
  FEWEST_BEYOND = 8, /* modes beyond zero that are wanted too */
  SHARE_BEYOND = 50, /* and one for that many modes below */
  SEARCH = 32        /* further ones among which the largest gap is sought */
};

static const double clearly = 1.5;

/* bounds of the check */
static const double max_residual = 1.0e-9; /* relative to the norm of D */
static const double max_mixing = 3.0e-7;   /* of unstable and zero modes with unwanted ones */

/* share of the time of the corrections; the rest is Rayleigh-Ritz */
static const double share_of_corrections = 0.85;

typedef struct {
  inm_twostage *s;
  inm_dense *d;
  size_t count;  /* wanted modes */
  double border; /* the other eigenvalues are at least that */
  double *all;   /* [count][n] vectors of the wanted modes */
  double *theta; /* [count] their eigenvalues */

  /* of a panel */
  double *y, *x;   /* [panel][n] vectors of the band; residuals and corrections */
  double *overlap; /* [panel][panel] */
} refinement;

size_t inm_twostage_most_refined(size_t n)
{
  return n / 4;
}

/* Wanted are all modes that may be unstable or zero, and some beyond, up to a gap: the first one of those that
   are clearly the largest. */
static size_t count_wanted(const inm_twostage *s, size_t nother)
{
  const double *l = s->lambda, error = inm_twostage_single_error(s);
  size_t count = 0;

  while (count < nother && l[count] <= error) count++;
  if (count == 0) return 0;
  count += FEWEST_BEYOND + count / SHARE_BEYOND;
  if (count >= nother) return nother;
  size_t best = count;
  for (size_t end = count; end < nother && end <= count + SEARCH; end++)
    if (l[end] - l[end - 1] > clearly * (l[best] - l[best - 1])) best = end;
  return best;
}

/* ---- correction ------------------------------------------------------------------------------- */

static void normalize(double *z, size_t n, size_t count)
{
  for (size_t p = 0; p < count; p++, z += n) {
    const double factor = 1.0 / sqrt(inm_dot(z, z, n));
    for (size_t i = 0; i < n; i++) z[i] *= factor;
  }
}

/* x = D z - (z.Dz) z for the panel z */
static inm_status form_residuals(const refinement *r, const double *z)
{
  const size_t n = r->s->n;
  const inm_status status =
      inm_residual_multiply(r->d->residual, r->s->count, z, r->x, r->s->nthread);

  for (size_t p = 0; p < r->s->count && status == INM_OK; p++) {
    const double rho = inm_dot(&z[p * n], &r->x[p * n], n);
    for (size_t i = 0; i < n; i++) r->x[p * n + i] -= rho * z[p * n + i];
  }
  return status;
}

/* x = (B - lambda)^-1 x, of every nthread-th mode of the panel */
static void solve_share(void *ctx, int thread)
{
  const refinement *r = (const refinement *) ctx;
  inm_twostage *s = r->s;
  inm_band_factor *factor = NULL;
  inm_status status = inm_band_factor_create(&factor, s->n, KD);

  for (size_t p = (size_t) thread; p < s->count && status == INM_OK; p += (size_t) s->nthread) {
    status = inm_twostage_factorize(s, s->first + p, factor);
    if (status == INM_OK) inm_band_solve(factor, &r->x[p * s->n]);
  }
  inm_band_factor_destroy(&factor);
  s->status[thread] = status;
}

static inm_status solve_for_corrections(refinement *r)
{
  inm_blas_set_threads(1); /* the team uses all cores */
  const inm_status status = inm_twostage_on_threads(r->s, solve_share, r);
  inm_blas_set_threads(r->s->nthread);
  return status;
}

/* x <- x - y (y.x).  Of the mode itself, whose eigenvalue makes B - lambda singular, x has a component that
   is large and means nothing. */
static void leave_out_panel(const refinement *r)
{
  const int n = (int) r->s->n, m = (int) r->s->count;
  const double one = 1.0, zero = 0.0, minus_one = -1.0;

  dgemm_("T", "N", &m, &m, &n, &one, r->y, &n, r->x, &n, &zero, r->overlap, &m);
  dgemm_("N", "N", &n, &m, &m, &minus_one, r->y, &n, r->overlap, &m, &one, r->x, &n);
}

static inm_status correct_panel(refinement *r)
{
  inm_twostage *s = r->s;
  const size_t size = s->count * s->n;
  double *z = &r->all[s->first * s->n];

  s->z = r->y;
  inm_status status = inm_twostage_vectors(s);
  if (status == INM_OK) {
    memcpy(z, r->y, size * sizeof(*z));
    status = inm_band_to_dense_single(s->q_single, s->count, z);
    normalize(z, s->n, s->count);
  }
  if (status == INM_OK) status = form_residuals(r, z);
  if (status == INM_OK) status = inm_dense_to_band_single(s->q_single, s->count, r->x);
  if (status == INM_OK) status = solve_for_corrections(r);
  if (status == INM_OK) {
    leave_out_panel(r);
    status = inm_band_to_dense_single(s->q_single, s->count, r->x);
  }
  if (status != INM_OK) return status;
  for (size_t i = 0; i < size; i++) z[i] -= r->x[i];
  normalize(z, s->n, s->count);
  return INM_OK;
}

static inm_status correct_all(refinement *r, const inm_filler *f, inm_twostage_report report)
{
  inm_twostage *s = r->s;
  inm_status status = INM_OK;

  for (s->first = 0; s->first < r->count && status == INM_OK; s->first += s->count) {
    s->count = inm_twostage_panel(s, s->first, r->count);
    status = s->count ? correct_panel(r) : INM_ERR_ACCURACY;
    report(f, share_of_corrections * (double) (s->first + s->count) / (double) r->count);
  }
  return status;
}

/* ---- check ------------------------------------------------------------------------------------ */

/* residual |r| of mode p; zero: largest |lambda| of a zero mode */
static int is_accurate(const refinement *r, size_t p, double residual, double zero)
{
  const double theta = r->theta[p], gap = r->border - theta;
  const double error = residual * residual / gap; /* of theta */

  if (!(residual <= max_residual * r->s->norm)) return 0;
  if (theta > zero) return 1; /* only there for the gap */
  return residual <= max_mixing * gap && !(fabs(fabs(theta) - zero) <= error);
}

static inm_status check(refinement *r, double zero)
{
  double *residual = (double *) malloc(r->count * sizeof(*residual));
  inm_status status = residual
      ? inm_residual_norms(r->d->residual, r->count, r->theta, r->all, residual, r->s->nthread)
      : INM_ERR_ALLOC;

  for (size_t p = 0; p < r->count && status == INM_OK; p++)
    if (!is_accurate(r, p, residual[p], zero)) status = INM_ERR_PRECISION;
  free(residual);
  return status;
}

/* ----------------------------------------------------------------------------------------------- */

static inm_status allocate(refinement *r)
{
  const size_t n = r->s->n, largest = inm_twostage_largest_panel(r->s);
  const size_t panel = (r->count < largest) ? r->count : largest;

  r->all = (double *) inm_malloc_for_blas(r->count * n * sizeof(double));
  r->theta = (double *) malloc(r->count * sizeof(double));
  r->y = (double *) inm_malloc_for_blas(panel * n * sizeof(double));
  r->x = (double *) inm_malloc_for_blas(panel * n * sizeof(double));
  r->overlap = (double *) inm_malloc_for_blas(panel * panel * sizeof(double));
  if (!r->all || !r->theta || !r->y || !r->x || !r->overlap) return INM_ERR_ALLOC;
  inm_prefer_large_pages(r->all, r->count * n * sizeof(double));
  return INM_OK;
}

static void free_panel(refinement *r)
{
  free(r->y);
  free(r->x);
  free(r->overlap);
  r->y = r->x = r->overlap = r->s->z = NULL;
}

/* what only the corrections need, before Rayleigh-Ritz needs as much */
static void free_reduction(refinement *r)
{
  free_panel(r);
  inm_reflectors_destroy_single(&r->s->q_single);
  free(r->d->single);
  r->d->single = NULL;
}

static inm_status refine(refinement *r, inm_filler *f, inm_twostage_report report)
{
  inm_twostage *s = r->s;
  inm_status status = allocate(r);

  if (status == INM_OK) status = correct_all(r, f, report);
  free_reduction(r);
  if (status == INM_OK)
    status = inm_rayleigh_ritz(r->d->residual, s->n, r->count, r->all, r->theta, s->nthread);
  if (status != INM_OK) return status;

  memcpy(s->refined, s->lambda, s->n * sizeof(*s->refined));
  memcpy(s->refined, r->theta, r->count * sizeof(*r->theta));
  inm_fill_spectrum(f, s->refined);
  status = check(r, f->zero);
  return (status == INM_OK) ? inm_fill_panel(f, 0, inm_fill_wanted(f), r->all) : status;
}

inm_status inm_twostage_refine(inm_twostage *s, inm_dense *d, inm_filler *f,
                               inm_twostage_report report)
{
  refinement r;

  memset(&r, 0, sizeof(r));
  inm_fill_spectrum(f, s->lambda);
  r.s = s;
  r.d = d;
  r.count = count_wanted(s, s->n - f->nlifted);
  if (r.count == 0) return INM_OK; /* no unstable mode, no zero mode */
  if (r.count > inm_twostage_most_refined(s->n)) return INM_ERR_PRECISION;
  r.border = s->lambda[r.count] - inm_twostage_single_error(s);

  const inm_status status = refine(&r, f, report);
  free_panel(&r);
  free(r.all);
  free(r.theta);
  return (status == INM_ERR_ACCURACY) ? INM_ERR_PRECISION : status;
}
