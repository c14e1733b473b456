/* Chebyshev moments of the mass-weighted Hessian: inm_kpm.h */

#include "kpm/inm_kpm.h"

#include "base/inm_lapack.h"
#include "base/inm_pages.h"
#include "hessian/inm_block_product.h"
#include "hessian/inm_hessian_private.h"
#include "inm_random.h"
#include "kpm/inm_kpm_private.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- destruction and sizes -------------------------------------------------------------------- */

void inm_kpm_finish(inm_kpm *kpm)
{
  inm_block_matrix_destroy(&kpm->matrix);
  inm_translations_free(&kpm->translations);
  free(kpm->memory);
  kpm->memory = NULL;
  kpm->t[0] = kpm->t[1] = NULL;
  kpm->h = NULL;
}

void inm_kpm_destroy(inm_kpm **kpm)
{
  if (!kpm || !*kpm) return;
  inm_kpm_finish(*kpm);
  free((*kpm)->mu);
  free(*kpm);
  *kpm = NULL;
}

int inm_kpm_default_random(int nproj)
{
  const int least = 4;
  return (nproj + least + INM_GROUP - 1) / INM_GROUP * INM_GROUP - nproj;
}

static int random_of(const inm_request *request)
{
  return request->nrandom ? request->nrandom : inm_kpm_default_random(request->nproj);
}

static int groups_of(const inm_request *request)
{
  return (request->nproj + random_of(request) + INM_GROUP - 1) / INM_GROUP;
}

/* elements of the vectors of one group */
static size_t group_size(const inm_kpm *kpm)
{
  return INM_ATOM_GROUP * inm_block_matrix_ncol(kpm->matrix);
}

static double *group(const inm_kpm *kpm, int which, int g)
{
  return kpm->t[which] + (size_t) g * group_size(kpm);
}

/* t_k and t_k-1 of all groups, aligned to cache lines */
static inm_status allocate_vectors(inm_kpm *kpm)
{
  const size_t n = (size_t) kpm->ngroup * group_size(kpm);
  const size_t bytes = 2 * n * sizeof(double) + INM_CACHE_LINE;

  kpm->memory = malloc(bytes);
  inm_prefer_large_pages(kpm->memory, bytes);
  if (!kpm->memory) return INM_ERR_ALLOC;
  kpm->t[0] = (double *) inm_on_cache_line(kpm->memory);
  kpm->t[1] = kpm->t[0] + n;
  return INM_OK;
}

static void count_atoms(inm_kpm *kpm, const inm_hessian *h)
{
  double sum[2] = {(double) h->nrow, 0.0};

  for (size_t i = 0; i < h->nrow; i++) sum[1] += h->mass[i];
  MPI_Allreduce(MPI_IN_PLACE, sum, 2, MPI_DOUBLE, MPI_SUM, h->comm);
  kpm->natom = (size_t) sum[0];
  kpm->total_mass = sum[1];
}

/* ---- start vectors ---------------------------------------------------------------------------- */

static double start_element(const inm_kpm *kpm, size_t i, int a, int v)
{
  const inm_request *r = &kpm->request;
  if (a >= kpm->h->dim || v >= r->nproj + r->nrandom) return 0.0;
  if (v >= r->nproj) return inm_random_sign(kpm->h->tag[i], a, v - r->nproj);
  return r->proj[3 * ((size_t) v * kpm->h->nrow + i) + (size_t) a] / sqrt(kpm->h->mass[i]);
}

/* set t_0 of all groups, and zero the term before it */
static inm_status start(inm_kpm *kpm)
{
  inm_status status = INM_OK;

  for (int g = 0; g < kpm->ngroup; g++) {
    double *t = group(kpm, 0, g);
    for (size_t i = 0; i < kpm->h->nrow; i++)
      for (int a = 0; a < 3; a++)
        for (int v = 0; v < INM_GROUP; v++)
          t[INM_ATOM_GROUP * i + (size_t) (INM_GROUP * a + v)] =
              start_element(kpm, i, a, INM_GROUP * g + v);
    if (status == INM_OK) status = inm_project_out_translations(kpm->h, &kpm->translations, t);
    memset(group(kpm, 1, g), 0, group_size(kpm) * sizeof(double));
  }
  kpm->nproduct = 0;
  return status;
}

/* ---- bounds of the spectrum: Lanczos recursion for the vectors of a group, eight at a time ------ */

enum { LANCZOS_STEPS = 60 };

typedef struct {
  double alpha[LANCZOS_STEPS][INM_GROUP], beta[LANCZOS_STEPS][INM_GROUP];
  int length[INM_GROUP]; /* steps of each vector */
  int ended[INM_GROUP];  /* Krylov space exhausted, or zero vector */
} inm_lanczos;

/* sum [INM_GROUP] over all ranks */
static void column_dots(const inm_kpm *kpm, const double *x, const double *y, double *sum)
{
  memset(sum, 0, INM_GROUP * sizeof(*sum));
  for (size_t r = 0; r < 3 * kpm->h->nrow; r++)
    for (size_t v = 0; v < INM_GROUP; v++) sum[v] += x[INM_GROUP * r + v] * y[INM_GROUP * r + v];
  MPI_Allreduce(MPI_IN_PLACE, sum, INM_GROUP, MPI_DOUBLE, MPI_SUM, kpm->comm);
}

static void scale_columns(const inm_kpm *kpm, const double *factor, double *y)
{
  for (size_t r = 0; r < 3 * kpm->h->nrow; r++)
    for (size_t v = 0; v < INM_GROUP; v++) y[INM_GROUP * r + v] *= factor[v];
}

static void subtract_columns(const inm_kpm *kpm, const double *factor, const double *x, double *y)
{
  for (size_t r = 0; r < 3 * kpm->h->nrow; r++)
    for (size_t v = 0; v < INM_GROUP; v++) y[INM_GROUP * r + v] -= factor[v] * x[INM_GROUP * r + v];
}

/* x = q_s;  y = beta_s-1 q_s-1 on entry, beta_s q_s+1 on return */
static inm_status lanczos_step(const inm_kpm *kpm, inm_lanczos *l, int s, double *x, double *y)
{
  double unused[2 * INM_GROUP], *alpha = l->alpha[s], *beta = l->beta[s];
  inm_status status = inm_block_multiply(kpm->matrix, 1.0, 0.0, 1.0, x, y, unused);

  if (status != INM_OK) return status;
  column_dots(kpm, x, y, alpha);
  subtract_columns(kpm, alpha, x, y);
  column_dots(kpm, y, y, beta);
  for (int v = 0; v < INM_GROUP; v++) {
    const double before = s ? l->beta[s - 1][v] : 0.0;
    beta[v] = sqrt(beta[v]);
    if (!isfinite(alpha[v]) || !isfinite(beta[v])) return INM_ERR_NONFINITE;
    if (!l->ended[v]) l->length[v] = s + 1;
    if (beta[v] <= 1.0e-10 * (fabs(alpha[v]) + before)) l->ended[v] = 1;
    if (l->ended[v]) beta[v] = 0.0;
  }
  return INM_OK;
}

static inm_status run_lanczos(inm_kpm *kpm, int nstep, inm_lanczos *l)
{
  double *x = group(kpm, 0, kpm->ngroup - 1), *y = group(kpm, 1, kpm->ngroup - 1);
  double norm[INM_GROUP], inverse[INM_GROUP];

  memset(l, 0, sizeof(*l));
  inm_status status = start(kpm);
  column_dots(kpm, x, x, norm);
  for (int v = 0; v < INM_GROUP; v++) {
    norm[v] = sqrt(norm[v]);
    l->ended[v] = !(norm[v] > 0.0);
  }
  for (int s = 0; s < nstep && status == INM_OK; s++) {
    for (int v = 0; v < INM_GROUP; v++) inverse[v] = l->ended[v] ? 0.0 : 1.0 / norm[v];
    scale_columns(kpm, inverse, x);
    scale_columns(kpm, norm, y);
    status = lanczos_step(kpm, l, s, x, y);
    memcpy(norm, l->beta[s], sizeof(norm));
    double *swap = x;
    x = y;
    y = swap;
  }
  return status;
}

/* An end of the spectrum: the outermost Ritz value, and how far beyond it the end may be. */
typedef struct {
  double value, beyond;
} spectrum_end;

/* |D x - theta x| of the Ritz vector of theta: beta times the last element of the eigenvector, from the recursion
   towards the first, in which it grows. */
static double residual_of(const inm_lanczos *l, int v, double theta)
{
  const int n = l->length[v];
  double next = 0.0, here = 1.0, sum = 1.0;

  for (int s = n - 1; s > 0; s--) {
    const double before =
        ((theta - l->alpha[s][v]) * here - l->beta[s][v] * next) / l->beta[s - 1][v];
    next = here;
    here = before;
    sum += here * here;
    if (!(sum < 1.0e200)) return 0.0; /* converged long ago */
  }
  return l->beta[n - 1][v] / sqrt(sum);
}

/* There is an eigenvalue within the residual.  That is no limit where bands far apart make residuals alternate from
   step to step; but then Ritz values have not settled, and miss the end by less than their spacing. */
static spectrum_end end_of(const inm_lanczos *l, int v, const double *theta, int last, int before)
{
  const double residual = residual_of(l, v, theta[last]),
               spacing = fabs(theta[last] - theta[before]);
  return (spectrum_end){theta[last], last == before ? residual : fmin(residual, spacing)};
}

/* lowest and highest of zero and all eigenvalues of the tridiagonal matrices */
static inm_status ritz_ends(const inm_lanczos *l, spectrum_end *lo, spectrum_end *hi)
{
  double theta[LANCZOS_STEPS], offdiagonal[LANCZOS_STEPS];

  *lo = *hi = (spectrum_end){0.0, 0.0};
  for (int v = 0; v < INM_GROUP; v++) {
    const int n = l->length[v];
    int info;
    if (n == 0) continue;
    for (int s = 0; s < n; s++) {
      theta[s] = l->alpha[s][v];
      offdiagonal[s] = l->beta[s][v];
    }
    dsterf_(&n, theta, offdiagonal, &info);
    if (info != 0) return INM_ERR_LAPACK;
    if (theta[0] < lo->value) *lo = end_of(l, v, theta, 0, n > 1);
    if (theta[n - 1] > hi->value) *hi = end_of(l, v, theta, n - 1, n - 1 - (n > 1));
  }
  return INM_OK;
}

/* The size of an end, which sets its margin: with stiff bonds the lower end is a small part of the width, and a
   margin in units of the width would cost most of the resolution around zero. */
static double size_of(double end, double least)
{
  return fmax(fabs(end), least);
}

static const double least_size = 1.0e-3; /* of an end, relative to the width */

/* From an end outwards, as it is for the upper one, since Ritz values approach the end from within; and on to a
   multiple of 1/256 to 1/128 of its size, so that the interval does not depend on rounding. */
static double outwards(double end, double by, double width)
{
  int exponent;
  frexp(size_of(end, least_size * width), &exponent);
  const double grid = ldexp(1.0, exponent - 8);
  return grid * (1.0 + ceil((end + by) / grid));
}

/* it contains zero, where remnants of the translations are */
static void set_interval(inm_kpm *kpm, spectrum_end lo, spectrum_end hi)
{
  const double width = hi.value - lo.value;

  kpm->lo = (width > 0.0) ? -outwards(-lo.value, lo.beyond, width) : -1.0;
  kpm->hi = (width > 0.0) ? outwards(hi.value, hi.beyond, width) : 1.0;
}

static inm_status find_interval(inm_kpm *kpm)
{
  const int wanted = kpm->request.nlanczos;
  const int nstep = (wanted > 0 && wanted < LANCZOS_STEPS) ? wanted : (int) LANCZOS_STEPS;
  inm_lanczos l;
  spectrum_end lo, hi;
  inm_status status = run_lanczos(kpm, nstep, &l);

  if (status == INM_OK) status = ritz_ends(&l, &lo, &hi);
  if (status == INM_OK) set_interval(kpm, lo, hi);
  return status;
}

/* ---- creation --------------------------------------------------------------------------------- */

inm_status inm_kpm_create(inm_kpm **out, const inm_hessian *h, const inm_request *request)
{
  inm_kpm *kpm = (inm_kpm *) calloc(1, sizeof(*kpm));
  inm_status status = kpm ? INM_OK : INM_ERR_ALLOC;

  *out = NULL;
  if (request->nproj < 0 || request->nrandom < 0 ||
      request->nrandom > INT_MAX - INM_GROUP - request->nproj)
    status = INM_ERR_ARG;
  status = inm_status_sync(status, h->comm);
  if (status != INM_OK) goto done;
  kpm->comm = h->comm;
  kpm->h = h;
  kpm->request = *request;
  kpm->request.nrandom = random_of(request);
  kpm->ngroup = groups_of(request);
  count_atoms(kpm, h);
  status = inm_block_matrix_create(&kpm->matrix, h);
  if (status == INM_OK) status = inm_translations_find(h, request->is_free, &kpm->translations);
  kpm->nzero = kpm->translations.count;
  kpm->nmode = (size_t) h->dim * kpm->natom - kpm->nzero;
  if (status == INM_OK) status = inm_status_sync(allocate_vectors(kpm), kpm->comm);
  if (status == INM_OK) status = find_interval(kpm);
  if (status == INM_OK) status = start(kpm);

done:
  if (status == INM_OK)
    *out = kpm;
  else
    inm_kpm_destroy(&kpm);
  return status;
}

/* ---- moments ---------------------------------------------------------------------------------- */

double *inm_kpm_moment(const inm_kpm *kpm, int v, size_t k)
{
  return &kpm->mu[(size_t) v * kpm->maxmoment + k];
}

static inm_status reserve_moments(inm_kpm *kpm, size_t nproduct)
{
  const int nvec = inm_kpm_vectors(kpm);
  const size_t need = 2 * nproduct + 1, used = inm_kpm_nmoment(kpm->nproduct);
  double *larger = (double *) malloc((size_t) nvec * need * sizeof(*larger));

  if (!larger) return INM_ERR_ALLOC;
  for (int v = 0; v < nvec && used > 0; v++)
    memcpy(&larger[(size_t) v * need], inm_kpm_moment(kpm, v, 0), used * sizeof(*larger));
  free(kpm->mu);
  kpm->mu = larger;
  kpm->maxmoment = need;
  return INM_OK;
}

/* t_k+1 = 2 A t_k - t_k-1, t_1 = A t_0; dot [ngroup][2][INM_GROUP]: t_k . t_k and t_k . t_k-1 */
static inm_status multiply_groups(inm_kpm *kpm, size_t k, double *dot)
{
  const double half = 0.5 * (kpm->hi - kpm->lo), centre = 0.5 * (kpm->hi + kpm->lo);
  const double factor = k ? 2.0 : 1.0;
  inm_status status = INM_OK;

  for (int g = 0; g < kpm->ngroup && status == INM_OK; g++) {
    double *x = group(kpm, (int) (k % 2), g), *y = group(kpm, (int) ((k + 1) % 2), g);
    status = inm_block_multiply(kpm->matrix, factor / half, -factor * centre / half, k ? 1.0 : 0.0,
                                x, y, &dot[2 * INM_GROUP * g]);
    kpm->traffic += inm_block_matrix_traffic(kpm->matrix);
  }
  return status;
}

/* Moments 2k-1 and 2k of all vectors.  Returns false if |t_k| exceeds |t_0|, a sign of an eigenvalue
   outside the interval. */
static int take_dots(inm_kpm *kpm, size_t k, const double *dot)
{
  const double rounding = 1.0e-8;
  int bounded = 1;

  for (int v = 0; v < inm_kpm_vectors(kpm); v++) {
    const double *d = &dot[2 * INM_GROUP * (v / INM_GROUP) + v % INM_GROUP];
    double *mu = inm_kpm_moment(kpm, v, 0);
    if (k == 0)
      mu[0] = d[0];
    else if (k == 1)
      mu[1] = d[INM_GROUP];
    else
      mu[2 * k - 1] = 2.0 * d[INM_GROUP] - mu[1];
    if (k > 0) mu[2 * k] = 2.0 * d[0] - mu[0];
    if (!(d[0] <= (1.0 + rounding) * mu[0])) bounded = 0;
  }
  return bounded;
}

/* Lanczos misses the ends by little, so each moves by little at first, relative to its own size.  If even 10^4 times
   the width is too small, the cause is overflow or NaN. */
enum { MOST_WIDENINGS = 28 };

static inm_status widen_interval(inm_kpm *kpm)
{
  const double least = ldexp(least_size, kpm->nwidening) * (kpm->hi - kpm->lo);
  kpm->lo -= 0.05 * size_of(kpm->lo, least);
  kpm->hi += 0.05 * size_of(kpm->hi, least);
  return (kpm->nwidening++ < MOST_WIDENINGS) ? INM_OK : INM_ERR_NONFINITE;
}

static int has_finite_starts(const inm_kpm *kpm)
{
  for (int v = 0; v < inm_kpm_vectors(kpm); v++)
    if (!isfinite(inm_kpm_moment(kpm, v, 0)[0])) return 0;
  return 1;
}

/* count products, with a single MPI_Allreduce of all scalar products; dot [count][ngroup][2][INM_GROUP] */
static inm_status run_products(inm_kpm *kpm, size_t count, double *dot)
{
  const size_t each = (size_t) kpm->ngroup * 2 * INM_GROUP, first = kpm->nproduct;
  inm_status status = INM_OK;
  int bounded = 1;

  for (size_t s = 0; s < count && status == INM_OK; s++)
    status = multiply_groups(kpm, first + s, &dot[s * each]);
  if (status != INM_OK) return status;
  MPI_Allreduce(MPI_IN_PLACE, dot, (int) (count * each), MPI_DOUBLE, MPI_SUM, kpm->comm);
  for (size_t s = 0; s < count && bounded; s++) bounded = take_dots(kpm, first + s, &dot[s * each]);
  if (bounded) {
    kpm->nproduct += count;
    return INM_OK;
  }
  status = start(kpm);
  if (status != INM_OK) return status;
  return has_finite_starts(kpm) ? widen_interval(kpm) : INM_ERR_NONFINITE;
}

inm_status inm_kpm_advance(inm_kpm *kpm, size_t nproduct)
{
  const size_t target = kpm->nproduct + nproduct, most = 64; /* products in a batch */
  double *dot = NULL;
  inm_status status;

  if (!kpm->matrix) return INM_ERR_ARG;
  status = reserve_moments(kpm, target);
  dot = (double *) malloc(most * (size_t) kpm->ngroup * 2 * INM_GROUP * sizeof(*dot));
  if (!dot) status = INM_ERR_ALLOC;
  status = inm_status_sync(status, kpm->comm);
  while (status == INM_OK && kpm->nproduct < target) {
    const size_t left = target - kpm->nproduct;
    status = run_products(kpm, (left < most) ? left : most, dot);
  }
  free(dot);
  return status;
}

/* ---- access ----------------------------------------------------------------------------------- */

size_t inm_kpm_nmoment(size_t nproduct)
{
  return nproduct ? 2 * nproduct - 1 : 0;
}

size_t inm_kpm_products(const inm_kpm *kpm)
{
  return kpm->nproduct;
}

int inm_kpm_vectors(const inm_kpm *kpm)
{
  return kpm->request.nproj + kpm->request.nrandom;
}

int inm_kpm_random(const inm_kpm *kpm)
{
  return kpm->request.nrandom;
}

double inm_kpm_bytes_for(const inm_hessian *h, const inm_request *request)
{
  return inm_block_matrix_bytes_for(h) +
      2.0 * groups_of(request) * INM_ATOM_GROUP * sizeof(double) * (double) h->ncol;
}

double inm_kpm_traffic(const inm_kpm *kpm)
{
  return kpm->traffic;
}

MPI_Comm inm_kpm_comm(const inm_kpm *kpm)
{
  return kpm->comm;
}

size_t inm_kpm_natom(const inm_kpm *kpm)
{
  return kpm->natom;
}

size_t inm_kpm_nmode(const inm_kpm *kpm)
{
  return kpm->nmode;
}

size_t inm_kpm_nzero(const inm_kpm *kpm)
{
  return kpm->nzero;
}

double inm_kpm_mean_mass(const inm_kpm *kpm)
{
  return kpm->total_mass / (double) kpm->natom;
}

double inm_kpm_lowest(const inm_kpm *kpm)
{
  return kpm->lo;
}

double inm_kpm_highest(const inm_kpm *kpm)
{
  return kpm->hi;
}

const double *inm_kpm_moments(const inm_kpm *kpm, int v)
{
  return inm_kpm_moment(kpm, v, 0);
}

/* position of lambda in the interval, from -1 to 1 */
static double place_of(const inm_kpm *kpm, double lambda)
{
  return (2.0 * lambda - kpm->hi - kpm->lo) / (kpm->hi - kpm->lo);
}

double inm_kpm_resolution(const inm_kpm *kpm, double w, size_t nproduct)
{
  const double pi = 3.14159265358979323846, half = 0.5 * (kpm->hi - kpm->lo);
  const double x = place_of(kpm, w * fabs(w)), sine = sqrt(fmax(0.0, 1.0 - x * x));
  const double in_lambda = pi * half * sine / (double) inm_kpm_nmoment(nproduct);

  /* sqrt(w^2 + in_lambda) - |w|, written so that w^2 cannot overflow */
  return (in_lambda > 0.0) ? in_lambda / (hypot(w, sqrt(in_lambda)) + fabs(w)) : 0.0;
}
