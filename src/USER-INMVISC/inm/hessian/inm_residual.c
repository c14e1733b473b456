/* Check of single precision: inm_residual.h.  The matrix multiplies LANES vectors at a time, so that
   each block is read once for all of them. */

#include "hessian/inm_residual.h"

#include "base/inm_pages.h"
#include "base/inm_processor.h"
#include "base/inm_team.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { LANES = 8, ATOM = 3 * LANES, CHUNK = 8192 };

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
  double shift[3]; /* of each translation; 0: none */
  double *t;       /* [natom] sqrt(m_i / M), or NULL */
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
  free((*r)->t);
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

inm_status inm_residual_lift(inm_residual *r, int a, double shift, const double *mass)
{
  double total = 0.0;

  if (!r->t) r->t = (double *) malloc((r->natom + 1) * sizeof(*r->t));
  if (!r->t) return INM_ERR_ALLOC;
  for (size_t i = 0; i < r->natom; i++) total += mass[i];
  for (size_t i = 0; i < r->natom; i++) r->t[i] = sqrt(mass[i] / total);
  r->shift[a] = shift;
  return INM_OK;
}

/* y += D x for LANES vectors, x, y [natom][3][LANES].  Blocks of a row are adjacent as the matrix was
   gathered; those of the upper triangle stand for their transposes too.  W vectors at a time, as vector
   types that the compiler maps to SIMD instructions. */
#define LOAD(pack, from) memcpy(&(pack), from, sizeof(pack))
#define STORE(pack, to) memcpy(to, &(pack), sizeof(pack))

#define DEFINE_ADD_BLOCKS(TARGET, NAME, W)                                                         \
  TARGET static void NAME(const inm_residual *r, const double *__restrict x, double *__restrict y) \
  {                                                                                                \
    typedef double pack __attribute__((vector_size(8 * (W))));                                     \
    const block *const blocks = r->blocks;                                                         \
    for (size_t first = 0, end; first < r->nblock; first = end) {                                  \
      const int32_t row = blocks[first].row;                                                       \
      for (end = first + 1; end < r->nblock && blocks[end].row == row;) end++;                     \
      for (size_t lane = 0; lane < LANES; lane += (W)) {                                           \
        const size_t i = ATOM * (size_t) row + lane;                                               \
        pack x0, x1, x2, u0, u1, u2, v0, v1, v2, s0 = {0.0}, s1 = {0.0}, s2 = {0.0};               \
        LOAD(x0, x + i), LOAD(x1, x + i + LANES), LOAD(x2, x + i + 2 * LANES);                     \
        for (size_t n = first; n < end; n++) {                                                     \
          const double *k = blocks[n].k;                                                           \
          const size_t j = ATOM * (size_t) blocks[n].col + lane;                                   \
          LOAD(u0, x + j), LOAD(u1, x + j + LANES), LOAD(u2, x + j + 2 * LANES);                   \
          s0 += k[0] * u0 + k[1] * u1 + k[2] * u2;                                                 \
          s1 += k[3] * u0 + k[4] * u1 + k[5] * u2;                                                 \
          s2 += k[6] * u0 + k[7] * u1 + k[8] * u2;                                                 \
          if (blocks[n].col == row) continue;                                                      \
          LOAD(v0, y + j), LOAD(v1, y + j + LANES), LOAD(v2, y + j + 2 * LANES);                   \
          v0 += k[0] * x0 + k[3] * x1 + k[6] * x2;                                                 \
          v1 += k[1] * x0 + k[4] * x1 + k[7] * x2;                                                 \
          v2 += k[2] * x0 + k[5] * x1 + k[8] * x2;                                                 \
          STORE(v0, y + j), STORE(v1, y + j + LANES), STORE(v2, y + j + 2 * LANES);                \
        }                                                                                          \
        LOAD(v0, y + i), LOAD(v1, y + i + LANES), LOAD(v2, y + i + 2 * LANES);                     \
        v0 += s0, v1 += s1, v2 += s2;                                                              \
        STORE(v0, y + i), STORE(v1, y + i + LANES), STORE(v2, y + i + 2 * LANES);                  \
      }                                                                                            \
    }                                                                                              \
  }

DEFINE_ADD_BLOCKS(, add_blocks_any, 2)
#if defined(__x86_64__)
DEFINE_ADD_BLOCKS(INM_TARGET_AVX2, add_blocks_avx2, 4)
DEFINE_ADD_BLOCKS(INM_TARGET_AVX512, add_blocks_avx512, 8)
#endif

/* y += shift t (t . x) */
static void add_lifted(const inm_residual *r, const double *x, double *y)
{
  for (size_t a = 0; a < (size_t) r->dim; a++) {
    double overlap[LANES] = {0.0};
    if (r->shift[a] == 0.0) continue;
    for (size_t i = 0; i < r->natom; i++)
      for (size_t v = 0; v < LANES; v++) overlap[v] += r->t[i] * x[ATOM * i + LANES * a + v];
    for (size_t v = 0; v < LANES; v++) overlap[v] *= r->shift[a];
    for (size_t i = 0; i < r->natom; i++)
      for (size_t v = 0; v < LANES; v++) y[ATOM * i + LANES * a + v] += r->t[i] * overlap[v];
  }
}

/* count vectors [count][n] to and from the lanes [natom][3][LANES]; r->n coordinates, dim of an atom */
static void to_lanes(const inm_residual *r, size_t count, const double *vec, double *lanes)
{
  const size_t dim = (size_t) r->dim;
  for (size_t i = 0; i < r->natom; i++)
    for (size_t a = 0; a < dim; a++)
      for (size_t v = 0; v < count; v++)
        lanes[ATOM * i + LANES * a + v] = vec[v * r->n + dim * i + a];
}

static void from_lanes(const inm_residual *r, size_t count, const double *lanes, double *vec)
{
  const size_t dim = (size_t) r->dim;
  for (size_t i = 0; i < r->natom; i++)
    for (size_t a = 0; a < dim; a++)
      for (size_t v = 0; v < count; v++)
        vec[v * r->n + dim * i + a] = lanes[ATOM * i + LANES * a + v];
}

/* |y - lambda x| of each lane */
static void measure_residuals(const inm_residual *r, size_t first, size_t count, const double *x,
                              const double *y)
{
  double sum[LANES] = {0.0}, lambda[LANES] = {0.0};

  memcpy(lambda, &r->lambda[first], count * sizeof(*lambda));
  for (size_t i = 0; i < ATOM * r->natom; i += LANES)
    for (size_t v = 0; v < LANES; v++) {
      const double d = y[i + v] - lambda[v] * x[i + v];
      sum[v] += d * d;
    }
  for (size_t v = 0; v < count; v++) r->size[first + v] = sqrt(sum[v]);
}

/* up to LANES vectors of the panel, beginning with first; work [2][natom][3][LANES] */
static void multiply_group(inm_residual *r, size_t first, double *work)
{
  const size_t count = (r->count - first < LANES) ? r->count - first : LANES;
  const size_t size = ATOM * r->natom;
  double *x = work, *y = work + size;

  memset(work, 0, 2 * size * sizeof(*work));
  to_lanes(r, count, &r->vec[first * r->n], x);
  INM_BEST_OF(add_blocks)(r, x, y);
  add_lifted(r, x, y);
  if (r->image) from_lanes(r, count, y, &r->image[first * r->n]);
  if (r->size) measure_residuals(r, first, count, x, y);
}

static void multiply_share(void *ctx, int thread)
{
  inm_residual *r = (inm_residual *) ctx;
  void *storage = malloc(2 * ATOM * r->natom * sizeof(double) + INM_CACHE_LINE);
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

inm_status inm_residual_norms(inm_residual *r, size_t count, const double *lambda,
                              const double *vec, double *norm, int nthread)
{
  r->lambda = lambda;
  r->size = norm;
  const inm_status status = multiply(r, count, vec, nthread);
  r->size = NULL;
  return status;
}

inm_status inm_residual_check(inm_residual *r, size_t count, const double *lambda, double zero,
                              const double *vec, int nthread)
{
  double *norm = (double *) malloc((count + 1) * sizeof(*norm));
  if (!norm) return INM_ERR_ALLOC;

  const inm_status status = inm_residual_norms(r, count, lambda, vec, norm, nthread);
  for (size_t p = 0; p < count && status == INM_OK; p++) {
    if (fabs(lambda[p]) <= zero) continue;
    r->nseen++;
    if (!(norm[p] <= close_to_zero * fabs(lambda[p]))) r->nlarge++;
  }
  free(norm);
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
