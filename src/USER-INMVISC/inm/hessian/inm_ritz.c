#include "hessian/inm_ritz.h"

#include "hessian/inm_rayleigh_ritz.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
  GROUP = 8,           /* vectors filtered at a time */
  MOST_FILTERS = 3,    /* each reduces residuals by the suppression */
  HIGHEST_DEGREE = 400 /* of a filter, in D^2 */
};

static const double suppression = 100.0; /* of modes outside the span by the filter */

static inm_status rotate(const inm_ritz *z)
{
  const inm_status status =
      inm_rayleigh_ritz(z->matrix, z->n, z->count, z->vec, z->theta, z->nthread);
  return (status == INM_OK)
      ? inm_residual_multiply(z->matrix, z->count, z->vec, z->image, z->nthread)
      : status;
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
  inm_status status = rotate(z);

  for (int attempt = 0; status == INM_OK && !is_decided(z); attempt++) {
    status = (attempt < MOST_FILTERS) ? filter(z) : INM_ERR_ACCURACY;
    if (status == INM_OK) status = rotate(z);
  }
  return status;
}
