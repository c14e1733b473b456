#include "hessian/inm_ritz.h"

#include "base/inm_lapack.h"
#include "base/inm_vector.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
  GROUP = 8,           /* vectors filtered at a time */
  MOST_FILTERS = 3,    /* each reduces residuals by the suppression */
  HIGHEST_DEGREE = 400 /* of a filter, in D^2 */
};

static const double suppression = 100.0; /* of modes outside the span by the filter */
static const double skew = 0.1;          /* largest deviation from orthonormality */

/* ---- rotations -------------------------------------------------------------------------------- */

/* gram [count][count] = X^T Y, symmetric for the X and Y here */
static void form_gram(const inm_ritz *z, const double *x, const double *y, double *gram)
{
  const int n = (int) z->n, m = (int) z->count;
  const double one = 1.0, zero = 0.0;
  dgemm_("T", "N", &m, &m, &n, &one, x, &n, y, &n, &zero, gram, &m);
}

/* X <- X Q, in slices of rows of X that are few enough for the workspace row [rows][count] */
static void rotate(const inm_ritz *z, const double *q, double *x, double *slice)
{
  enum { ROWS = 64 };
  const int n = (int) z->n, m = (int) z->count;
  const double one = 1.0, zero = 0.0;

  for (size_t first = 0; first < z->n; first += ROWS) {
    const int rows = (z->n - first < ROWS) ? (int) (z->n - first) : (int) ROWS;
    dgemm_("N", "N", &rows, &m, &m, &one, &x[first], &n, q, &m, &zero, slice, &rows);
    for (size_t v = 0; v < z->count; v++)
      memcpy(&x[v * z->n + first], &slice[v * (size_t) rows], (size_t) rows * sizeof(*x));
  }
}

/* X <- X (3 - X^T X)/2, Newton's iteration for X (X^T X)^-1/2, which changes nearly orthonormal vectors
   least.  It squares the deviation: from single precision, two steps are enough. */
static inm_status orthonormalize(const inm_ritz *z, double *gram, double *slice)
{
  const size_t m = z->count;

  for (int step = 0; step < 4; step++) {
    double deviation = 0.0;
    form_gram(z, z->vec, z->vec, gram);
    for (size_t i = 0; i < m * m; i++) {
      const double unit = (i % (m + 1) == 0) ? 1.0 : 0.0;
      deviation = fmax(deviation, fabs(gram[i] - unit));
      if (isnan(gram[i])) return INM_ERR_ACCURACY;
      gram[i] = 1.5 * unit - 0.5 * gram[i];
    }
    if (deviation > skew) return INM_ERR_ACCURACY;
    rotate(z, gram, z->vec, slice);
  }
  return INM_OK;
}

/* a [count][count] symmetric is replaced by its eigenvectors */
static inm_status diagonalize(const inm_ritz *z, double *a)
{
  const int m = (int) z->count, lwork = 1 + 6 * m + 2 * m * m, liwork = 3 + 5 * m;
  int info = 0;
  double *work = (double *) inm_malloc_for_blas((size_t) lwork * sizeof(*work));
  int *iwork = (int *) malloc((size_t) liwork * sizeof(*iwork));

  if (work && iwork) dsyevd_("V", "L", &m, a, &m, z->theta, work, &lwork, iwork, &liwork, &info);
  const inm_status status = (!work || !iwork) ? INM_ERR_ALLOC : info ? INM_ERR_LAPACK : INM_OK;
  free(work);
  free(iwork);
  return status;
}

/* gram [count][count] and slice [64][count] are workspace */
static inm_status rayleigh_ritz(const inm_ritz *z, double *gram, double *slice)
{
  inm_status status = orthonormalize(z, gram, slice);

  if (status == INM_OK)
    status = inm_residual_multiply(z->matrix, z->count, z->vec, z->image, z->nthread);
  if (status != INM_OK) return status;
  form_gram(z, z->vec, z->image, gram);
  status = diagonalize(z, gram);
  if (status != INM_OK) return status;
  rotate(z, gram, z->vec, slice);
  rotate(z, gram, z->image, slice);
  return INM_OK;
}

/* ---- decision --------------------------------------------------------------------------------- */

static int is_in_question(const inm_ritz *z, size_t p)
{
  return fabs(z->theta[p]) <= z->error;
}

/* sum of the squared residuals of those in question */
static double squared_residuals(const inm_ritz *z)
{
  double sum = 0.0;
  for (size_t p = 0; p < z->count; p++)
    for (size_t i = 0; is_in_question(z, p) && i < z->n; i++) {
      const double r = z->image[p * z->n + i] - z->theta[p] * z->vec[p * z->n + i];
      sum += r * r;
    }
  return sum;
}

static int is_decided(const inm_ritz *z)
{
  const double error = squared_residuals(z) / (z->gap - z->error);

  for (size_t p = 0; p < z->count; p++)
    if (is_in_question(z, p) && fabs(fabs(z->theta[p]) - z->zero) <= error) return 0;
  return isfinite(error);
}

/* ---- filter ----------------------------------------------------------------------------------- */

/* y = (2 D^2 - norm^2 - gap^2) x / (norm^2 - gap^2), which is in (-1, 1) outside the span; dx is
   workspace.  [count][n] each */
static inm_status scaled_square(const inm_ritz *z, size_t count, const double *x, double *dx,
                                double *y)
{
  const double norm2 = z->norm * z->norm, gap2 = z->gap * z->gap;
  inm_status status = inm_residual_multiply(z->matrix, count, x, dx, z->nthread);

  if (status == INM_OK) status = inm_residual_multiply(z->matrix, count, dx, y, z->nthread);
  for (size_t i = 0; i < count * z->n; i++)
    y[i] = (2.0 * y[i] - (norm2 + gap2) * x[i]) / (norm2 - gap2);
  return status;
}

/* x <- T_d(scaled D^2) x / T_d at zero, with the recursion t_k+1 = 2 y t_k - t_k-1; work [3][count][n] */
static inm_status filter_group(const inm_ritz *z, int degree, size_t count, double *x, double *work)
{
  const size_t size = count * z->n;
  const double norm2 = z->norm * z->norm, gap2 = z->gap * z->gap;
  const double at_zero = cosh(degree * acosh((norm2 + gap2) / (norm2 - gap2)));
  double *before = work, *next = work + size, *dx = work + 2 * size;
  inm_status status = INM_OK;

  memset(before, 0, size * sizeof(*before));
  for (int k = 0; k < degree && status == INM_OK; k++) {
    status = scaled_square(z, count, x, dx, next);
    for (size_t i = 0; i < size; i++) {
      const double t = k ? 2.0 * next[i] - before[i] : next[i];
      before[i] = x[i];
      x[i] = t;
    }
  }
  for (size_t i = 0; i < size; i++) x[i] *= (degree % 2 ? -1.0 : 1.0) / at_zero;
  return status;
}

static inm_status filter(const inm_ritz *z)
{
  const double ratio = z->gap / z->norm;
  const double needed = acosh(suppression) / acosh((1.0 + ratio * ratio) / (1.0 - ratio * ratio));
  const int degree = (needed < HIGHEST_DEGREE) ? (int) needed + 1 : (int) HIGHEST_DEGREE;
  double *work = (double *) malloc(3 * GROUP * z->n * sizeof(*work));
  inm_status status = work ? INM_OK : INM_ERR_ALLOC;
  size_t first = 0, last;

  while (first < z->count && !is_in_question(z, first)) first++;
  for (last = first; last < z->count && is_in_question(z, last);) last++;
  for (; first < last && status == INM_OK; first += GROUP) {
    const size_t count = (last - first < GROUP) ? last - first : (size_t) GROUP;
    status = filter_group(z, degree, count, &z->vec[first * z->n], work);
  }
  free(work);
  return status;
}

/* ----------------------------------------------------------------------------------------------- */

inm_status inm_ritz_refine(inm_ritz *z)
{
  double *gram = (double *) inm_malloc_for_blas((z->count + 64) * z->count * sizeof(*gram));
  double *slice = gram ? gram + z->count * z->count : NULL;
  inm_status status = gram ? rayleigh_ritz(z, gram, slice) : INM_ERR_ALLOC;

  for (int attempt = 0; status == INM_OK && !is_decided(z); attempt++) {
    status = (attempt < MOST_FILTERS) ? filter(z) : INM_ERR_ACCURACY;
    if (status == INM_OK) status = rayleigh_ritz(z, gram, slice);
  }
  free(gram);
  return status;
}
