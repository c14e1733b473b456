/* Q is the product of all reflectors, and the last one acts first.  GROUP reflectors combine to
   1 - V T V^T, where T^-1 is the upper triangle of V^T V with 1/tau on its diagonal (Joffrain et
   al., ACM TOMS 32, 169 (2006)): a gemm and a triangular solve instead of forming T.

   V is a lower trapezoid.  Its triangle, where the matrix has the band, is copied once with its ones and zeros;
   the rest is used where it is. */

#include "eigen/inm_reflectors.h"

#include "base/inm_precision.h"

#include <stdlib.h>
#include <string.h>

enum { GROUP = 128 };

static const real one = 1, minus_one = -1, zero = 0;

typedef struct PRECISE(inm_reflectors) reflectors;

struct PRECISE(inm_reflectors) {
  size_t n, kd, count; /* of reflectors */
  const real *a;
  real *head;    /* [groups][GROUP][GROUP]  triangles of V */
  real *inverse; /* [groups][GROUP][GROUP]  T^-1 */
};

typedef struct {
  int k, below, n;  /* reflectors, rows below the triangle, order of D */
  const real *rest; /* below the triangle */
  real *head, *inverse;
  size_t row; /* first row of V */
} group;

static size_t ngroup(const reflectors *q)
{
  return (q->count + GROUP - 1) / GROUP;
}

static group group_of(const reflectors *q, size_t index)
{
  const size_t first = GROUP * index, rows = q->count - first, k = (rows < GROUP) ? rows : GROUP;
  group g;

  g.k = (int) k;
  g.below = (int) (rows - k);
  g.n = (int) q->n;
  g.row = q->kd + first;
  g.rest = &q->a[first * q->n + g.row + k];
  g.head = &q->head[GROUP * first];
  g.inverse = &q->inverse[GROUP * first];
  return g;
}

/* the identity (tau = 0) is a column of zeros */
static void prepare(const reflectors *q, const real *tau, size_t index)
{
  const group g = group_of(q, index);
  const size_t first = GROUP * index;
  const int ld = GROUP;

  for (size_t c = 0; c < (size_t) g.k; c++) {
    const real *column = &q->a[(first + c) * q->n + g.row];
    if (tau[first + c] == 0) continue;
    g.head[c * GROUP + c] = 1;
    for (size_t r = c + 1; r < (size_t) g.k; r++) g.head[c * GROUP + r] = column[r];
  }
  GEMM("T", "N", &g.k, &g.k, &g.k, &one, g.head, &ld, g.head, &ld, &zero, g.inverse, &ld);
  if (g.below)
    GEMM("T", "N", &g.k, &g.k, &g.below, &one, g.rest, &g.n, g.rest, &g.n, &one, g.inverse, &ld);
  for (size_t c = 0; c < (size_t) g.k; c++)
    g.inverse[c * GROUP + c] = (tau[first + c] == 0) ? 1 : 1 / tau[first + c];
}

inm_status PRECISE(inm_reflectors_create)(reflectors **out, size_t n, size_t kd, const real *a,
                                          const real *tau)
{
  reflectors *q = (reflectors *) calloc(1, sizeof(*q));

  *out = q;
  if (!q) return INM_ERR_ALLOC;
  q->n = n;
  q->kd = kd;
  q->count = n - kd;
  q->a = a;
  q->head = (real *) inm_calloc_for_blas(ngroup(q) * GROUP * GROUP, sizeof(real));
  q->inverse = (real *) inm_calloc_for_blas(ngroup(q) * GROUP * GROUP, sizeof(real));
  if (!q->head || !q->inverse) {
    PRECISE(inm_reflectors_destroy)(out);
    return INM_ERR_ALLOC;
  }
  for (size_t g = 0; g < ngroup(q); g++) prepare(q, tau, g);
  return INM_OK;
}

void PRECISE(inm_reflectors_destroy)(reflectors **q)
{
  if (!q || !*q) return;
  free((*q)->head);
  free((*q)->inverse);
  free(*q);
  *q = NULL;
}

/* x -= V T (V^T x), or with T^T; small [count][GROUP] */
static void apply_group(const group *g, const char *transpose, int count, real *x, real *small)
{
  const int ld = GROUP;
  real *top = &x[g->row], *bottom = top + g->k;

  GEMM("T", "N", &g->k, &count, &g->k, &one, g->head, &ld, top, &g->n, &zero, small, &ld);
  if (g->below)
    GEMM("T", "N", &g->k, &count, &g->below, &one, g->rest, &g->n, bottom, &g->n, &one, small, &ld);
  TRSM("L", "U", transpose, "N", &g->k, &count, &one, g->inverse, &ld, small, &ld);
  GEMM("N", "N", &g->k, &count, &g->k, &minus_one, g->head, &ld, small, &ld, &one, top, &g->n);
  if (g->below)
    GEMM("N", "N", &g->below, &count, &g->k, &minus_one, g->rest, &g->n, small, &ld, &one, bottom,
         &g->n);
}

/* Q x, or with transpose "T" Q^T x, where the first reflector acts first */
static void apply_all(const reflectors *q, const char *transpose, size_t count, real *x,
                      real *small)
{
  for (size_t i = 0; i < ngroup(q); i++) {
    const group g = group_of(q, (*transpose == 'T') ? i : ngroup(q) - 1 - i);
    apply_group(&g, transpose, (int) count, x, small);
  }
}

static inm_status transform(const reflectors *q, const char *transpose, size_t count, double *z)
{
  const size_t size = count * q->n;
  real *small = (real *) inm_malloc_for_blas((count + 1) * GROUP * sizeof(real));
#if defined(INM_SINGLE)
  real *x = (real *) inm_malloc_for_blas((size + 1) * sizeof(real));
  if (x && small) {
    for (size_t k = 0; k < size; k++) x[k] = (real) z[k];
    apply_all(q, transpose, count, x, small);
    for (size_t k = 0; k < size; k++) z[k] = x[k];
  }
  const inm_status status = (x && small) ? INM_OK : INM_ERR_ALLOC;
  free(x);
#else
  if (small) apply_all(q, transpose, count, z, small);
  const inm_status status = small ? INM_OK : INM_ERR_ALLOC;
  (void) size;
#endif
  free(small);
  return status;
}

inm_status PRECISE(inm_band_to_dense)(const reflectors *q, size_t count, double *z)
{
  return transform(q, "N", count, z);
}

inm_status PRECISE(inm_dense_to_band)(const reflectors *q, size_t count, double *z)
{
  return transform(q, "T", count, z);
}
