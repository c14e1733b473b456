/* Check of single precision: inm_residual.h.  The matrix multiplies LANES vectors at a time, so that
   each block is read once for all of them. */

#include "hessian/inm_residual.h"
#include "hessian/inm_reciprocal_private.h"

#include "base/inm_pages.h"
#include "base/inm_processor.h"
#include "base/inm_team.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { LANES = 8, CHUNK = 8192 };

/* bounds of the criterion */
static const double close_to_zero = 0.01; /* of |lambda| */
static const double tolerated = 0.01;     /* of the modes */

typedef struct {
  int32_t row, col;
  double k[9]; /* [3][3] */
} block;

struct inm_residual {
  size_t natom, n;
  int dim;
  size_t nblock, maxblock;
  block *blocks;
  const inm_reciprocal *reciprocal; /* NULL: none */
  const inm_charges *charges;
  double shift[3]; /* of each translation; 0: none */
  const double *mass;
  double total_mass;
  size_t nseen, nlarge;

  /* current panel */
  size_t count;
  const double *lambda, *vec;
  int nthread;
  double *size;  /* [count] residuals, or NULL */
  double *image; /* [count][n] D vec, or NULL */
  int failed;    /* a thread was out of memory */
};

inm_status inm_residual_create(inm_residual **out, size_t natom, int dim)
{
  *out = NULL;
  if (natom > INT32_MAX) return INM_ERR_SIZE;
  inm_residual *r = (inm_residual *) calloc(1, sizeof(*r));
  if (!r) return INM_ERR_ALLOC;
  r->natom = natom;
  r->dim = dim;
  r->n = (size_t) dim * natom;
  *out = r;
  return INM_OK;
}

void inm_residual_destroy(inm_residual **r)
{
  if (!r || !*r) return;
  free((*r)->blocks);
  free(*r);
  *r = NULL;
}

inm_status inm_residual_add(inm_residual *r, size_t i, size_t j, const double *k)
{
  if (r->nblock == r->maxblock) {
    const size_t more = r->maxblock + r->maxblock / 2 + CHUNK;
    block *grown = (block *) realloc(r->blocks, more * sizeof(*grown));
    if (!grown) return INM_ERR_ALLOC;
    r->blocks = grown;
    r->maxblock = more;
  }
  block *b = &r->blocks[r->nblock++];
  b->row = (int32_t) i;
  b->col = (int32_t) j;
  memcpy(b->k, k, sizeof(b->k));
  return INM_OK;
}

void inm_residual_add_reciprocal(inm_residual *r, const inm_reciprocal *reciprocal,
                                 const inm_charges *charges)
{
  r->reciprocal = reciprocal;
  r->charges = charges;
}

void inm_residual_lift(inm_residual *r, int a, double shift, const double *mass)
{
  r->shift[a] = shift;
  r->mass = mass;
  r->total_mass = 0.0;
  for (size_t i = 0; i < r->natom; i++) r->total_mass += mass[i];
}

/* y += D x for LANES vectors, x, y [n][LANES] */
#define DEFINE_ADD_BLOCKS(TARGET, NAME)                                            \
  TARGET static void NAME(const inm_residual *r, const double *x, double *y)       \
  {                                                                                \
    typedef double pack __attribute__((vector_size(sizeof(double) * LANES)));      \
    const size_t dim = (size_t) r->dim;                                            \
    const pack *xs = (const pack *) x;                                             \
    pack *ys = (pack *) y;                                                         \
    for (size_t n = 0; n < r->nblock; n++) {                                       \
      const block *b = &r->blocks[n];                                              \
      const size_t i = dim * (size_t) b->row, j = dim * (size_t) b->col;           \
      for (size_t a = 0; a < dim; a++)                                             \
        for (size_t c = 0; c < dim; c++) ys[i + a] += b->k[3 * a + c] * xs[j + c]; \
      for (size_t a = 0; i != j && a < dim; a++)                                   \
        for (size_t c = 0; c < dim; c++) ys[j + c] += b->k[3 * a + c] * xs[i + a]; \
    }                                                                              \
  }

DEFINE_ADD_BLOCKS(, add_blocks_any)
#if defined(__x86_64__)
DEFINE_ADD_BLOCKS(INM_TARGET_AVX2, add_blocks_avx2)
DEFINE_ADD_BLOCKS(INM_TARGET_AVX512, add_blocks_avx512)
#endif

/* y += shift t (t . x) */
static void add_lifted(const inm_residual *r, const double *x, double *y)
{
  const size_t dim = (size_t) r->dim;

  for (size_t a = 0; a < dim; a++) {
    double overlap[LANES] = {0.0};
    if (r->shift[a] == 0.0) continue;
    for (size_t i = 0; i < r->natom; i++)
      for (size_t v = 0; v < LANES; v++)
        overlap[v] += sqrt(r->mass[i] / r->total_mass) * x[(dim * i + a) * LANES + v];
    for (size_t i = 0; i < r->natom; i++)
      for (size_t v = 0; v < LANES; v++)
        y[(dim * i + a) * LANES + v] += r->shift[a] * sqrt(r->mass[i] / r->total_mass) * overlap[v];
  }
}

/* up to LANES vectors of the panel, beginning with first; work [2][n][LANES] */
static void multiply_group(inm_residual *r, size_t first, double *work)
{
  const size_t count = (r->count - first < LANES) ? r->count - first : LANES;
  double *x = work, *y = work + r->n * LANES;

  memset(work, 0, 2 * r->n * LANES * sizeof(*work));
  for (size_t v = 0; v < count; v++)
    for (size_t i = 0; i < r->n; i++) x[i * LANES + v] = r->vec[(first + v) * r->n + i];
  INM_BEST_OF(add_blocks)(r, x, y);
  if (r->reciprocal &&
      inm_reciprocal_multiply(r->reciprocal, r->charges, MPI_COMM_NULL, LANES, 1.0, x, y) != INM_OK)
    r->failed = 1;
  add_lifted(r, x, y);
  for (size_t v = 0; v < count && r->image; v++)
    for (size_t i = 0; i < r->n; i++) r->image[(first + v) * r->n + i] = y[i * LANES + v];
  for (size_t v = 0; v < count && r->size; v++) {
    double sum = 0.0;
    for (size_t i = 0; i < r->n; i++) {
      const double d = y[i * LANES + v] - r->lambda[first + v] * x[i * LANES + v];
      sum += d * d;
    }
    r->size[first + v] = sqrt(sum);
  }
}

static void multiply_share(void *ctx, int thread)
{
  inm_residual *r = (inm_residual *) ctx;
  void *storage = malloc(2 * r->n * LANES * sizeof(double) + INM_CACHE_LINE);
  double *work = (double *) inm_on_cache_line(storage);

  if (!storage) r->failed = 1;
  for (size_t first = (size_t) thread * LANES; storage && first < r->count;
       first += (size_t) r->nthread * LANES)
    multiply_group(r, first, work);
  free(storage);
}

/* size and image as set by the caller */
static inm_status multiply(inm_residual *r, size_t count, const double *vec, int nthread)
{
  r->count = count;
  r->vec = vec;
  r->nthread = nthread;
  r->failed = 0;
  inm_run_parallel(nthread, multiply_share, r);
  return r->failed ? INM_ERR_ALLOC : INM_OK;
}

inm_status inm_residual_check(inm_residual *r, size_t count, const double *lambda, double zero,
                              const double *vec, int nthread)
{
  r->lambda = lambda;
  r->size = (double *) malloc((count + 1) * sizeof(*r->size));
  if (!r->size) return INM_ERR_ALLOC;

  const inm_status status = multiply(r, count, vec, nthread);
  for (size_t p = 0; p < count && status == INM_OK; p++) {
    if (fabs(lambda[p]) <= zero) continue;
    r->nseen++;
    if (!(r->size[p] <= close_to_zero * fabs(lambda[p]))) r->nlarge++;
  }
  free(r->size);
  r->size = NULL;
  return status;
}

inm_status inm_residual_multiply(inm_residual *r, size_t count, const double *vec, double *image,
                                 int nthread)
{
  r->image = image;
  const inm_status status = multiply(r, count, vec, nthread);
  r->image = NULL;
  return status;
}

inm_status inm_residual_result(const inm_residual *r)
{
  return ((double) r->nlarge <= tolerated * (double) r->nseen) ? INM_OK : INM_ERR_PRECISION;
}
