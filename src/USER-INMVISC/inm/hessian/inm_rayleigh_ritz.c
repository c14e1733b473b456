#include "hessian/inm_rayleigh_ritz.h"

#include "base/inm_lapack.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
  PANEL = 128,    /* vectors multiplied by the matrix at a time */
  ROWS = 256,     /* of the vectors, rotated at a time */
  LARGEST = 30000 /* count: the workspace of dsygvd must fit an int */
};

static const double skew = 0.1; /* largest deviation from orthonormality */

typedef struct {
  inm_residual *matrix;
  size_t n, count;
  double *vec, *theta;
  int nthread;
  double *s, *t; /* [count][count] lower triangles of V^T V and V^T D V; then t is the rotation */
  double *image; /* [PANEL][n] */
  double *slice; /* [count][ROWS] */
} projection;

/* columns first... of a = V^T x, from the diagonal on; x [width][n] */
static void project(const projection *p, size_t first, int width, const double *x, double *a)
{
  const int n = (int) p->n, m = (int) p->count, rows = m - (int) first;
  const double one = 1.0, zero = 0.0;
  dgemm_("T", "N", &rows, &width, &n, &one, &p->vec[first * p->n], &n, x, &n, &zero,
         &a[first * p->count + first], &m);
}

static inm_status form_matrices(projection *p)
{
  inm_status status = INM_OK;

  for (size_t first = 0; first < p->count && status == INM_OK; first += PANEL) {
    const size_t left = p->count - first, width = (left < PANEL) ? left : (size_t) PANEL;
    const double *v = &p->vec[first * p->n];
    status = inm_residual_multiply(p->matrix, width, v, p->image, p->nthread);
    if (status != INM_OK) break;
    project(p, first, (int) width, v, p->s);
    project(p, first, (int) width, p->image, p->t);
  }
  return status;
}

static inm_status check_orthonormality(const projection *p)
{
  for (size_t c = 0; c < p->count; c++)
    for (size_t r = c; r < p->count; r++)
      if (!(fabs(p->s[c * p->count + r] - (r == c ? 1.0 : 0.0)) <= skew)) return INM_ERR_ACCURACY;
  return INM_OK;
}

/* t x = theta s x */
static inm_status diagonalize(projection *p)
{
  const int type = 1, m = (int) p->count, lwork = 1 + 6 * m + 2 * m * m, liwork = 3 + 5 * m;
  int info = 0;
  double *work = (double *) inm_malloc_for_blas((size_t) lwork * sizeof(*work));
  int *iwork = (int *) malloc((size_t) liwork * sizeof(*iwork));

  if (work && iwork)
    dsygvd_(&type, "V", "L", &m, p->t, &m, p->s, &m, p->theta, work, &lwork, iwork, &liwork, &info);
  const inm_status status = (!work || !iwork) ? INM_ERR_ALLOC
      : (info > m)                            ? INM_ERR_ACCURACY
      : info                                  ? INM_ERR_LAPACK
                                              : INM_OK;
  free(work);
  free(iwork);
  return status;
}

/* V <- V t */
static void rotate(const projection *p)
{
  const int n = (int) p->n, m = (int) p->count;
  const double one = 1.0, zero = 0.0;

  for (size_t first = 0; first < p->n; first += ROWS) {
    const size_t left = p->n - first;
    const int rows = (left < ROWS) ? (int) left : (int) ROWS;
    dgemm_("N", "N", &rows, &m, &m, &one, &p->vec[first], &n, p->t, &m, &zero, p->slice, &rows);
    for (size_t v = 0; v < p->count; v++)
      memcpy(&p->vec[v * p->n + first], &p->slice[v * (size_t) rows],
             (size_t) rows * sizeof(*p->vec));
  }
}

inm_status inm_rayleigh_ritz(inm_residual *matrix, size_t n, size_t count, double *vec,
                             double *theta, int nthread)
{
  projection p = {matrix, n, count, vec, theta, nthread, NULL, NULL, NULL, NULL};
  inm_status status = INM_ERR_ALLOC;

  if (count == 0) return INM_OK;
  if (count > LARGEST) return INM_ERR_SIZE;
  p.s = (double *) inm_malloc_for_blas(count * count * sizeof(double));
  p.t = (double *) inm_malloc_for_blas(count * count * sizeof(double));
  p.image = (double *) inm_malloc_for_blas(PANEL * n * sizeof(double));
  p.slice = (double *) inm_malloc_for_blas(ROWS * count * sizeof(double));
  if (p.s && p.t && p.image && p.slice) status = form_matrices(&p);
  if (status == INM_OK) status = check_orthonormality(&p);
  if (status == INM_OK) status = diagonalize(&p);
  if (status == INM_OK) rotate(&p);
  free(p.s);
  free(p.t);
  free(p.image);
  free(p.slice);
  return status;
}

double inm_rayleigh_ritz_bytes(size_t n, size_t count)
{
  const double m = (double) count;
  return 8.0 * (4.0 * m * m + ROWS * m + PANEL * (double) n);
}
