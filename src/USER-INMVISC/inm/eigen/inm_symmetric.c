/* Symmetric matrix times a few vectors: inm_symmetric.h

   The lower triangle is processed in tiles.  A tile T = A(I,J) is copied to the L1 cache and used
   twice:  Y(I) += T X(J),  and  Y(J) += T^T X(I)  for its mirror image.  Vectors are stored by rows, so
   that a row spans a few registers.  Each thread has its own sums. */

#include "eigen/inm_symmetric.h"

#include "base/inm_pages.h"
#include "base/inm_precision.h"
#include "base/inm_processor.h"

#include <stdlib.h>
#include <string.h>

enum {
  TILE = 384 / sizeof(real), /* rows and columns: six cache lines; shorter columns take as long */
  RUN = 8,                   /* consecutive tiles of a column for one thread */
  ROUND = 32                 /* the number of vectors is padded with zeros to a multiple of this */
};

typedef void (*tile_product)(size_t width, const real *tile, size_t row_step, size_t sum_step,
                             const real *x, real *y);

typedef struct PRECISE(inm_symmetric) workspace;

struct PRECISE(inm_symmetric) {
  size_t ntile, width; /* of the largest matrix */
  inm_team *team;
  real *x; /* [n][width]           rows of the vectors, padded */
  real *y; /* [size of the team][n][width] */
  void *storage;
  tile_product product;

  /* current multiplication */
  size_t n, lda, ldx, nvector, columns;
  const real *a, *from;
  real *to;
};

/* ---- one tile --------------------------------------------------------------------------------- */

/* y [TILE][width] += M x,  M(r,k) = tile[r * row_step + k * sum_step],  x [TILE][width].
   Sums of R rows times two packs of W vectors stay in registers. */
#define UNROLL _Pragma("GCC unroll 8")
#define DEFINE_TILE_PRODUCT(TARGET, NAME, W, R)                                                \
  TARGET static void NAME(size_t width, const real *tile, size_t row_step, size_t sum_step,    \
                          const real *x, real *y)                                              \
  {                                                                                            \
    typedef real pack __attribute__((vector_size(sizeof(real) * (W)), aligned(sizeof(real)))); \
    for (size_t c = 0; c < width; c += 2 * (W))                                                \
      for (size_t r = 0; r < TILE; r += (R)) {                                                 \
        const real *m = tile + r * row_step;                                                   \
        pack sum[R][2] = {{{0}}};                                                              \
        for (size_t k = 0; k < TILE; k++) {                                                    \
          const pack *xk = (const pack *) (x + k * width + c);                                 \
          UNROLL for (size_t i = 0; i < (R); i++)                                              \
          {                                                                                    \
            sum[i][0] += m[k * sum_step + i * row_step] * xk[0];                               \
            sum[i][1] += m[k * sum_step + i * row_step] * xk[1];                               \
          }                                                                                    \
        }                                                                                      \
        UNROLL for (size_t i = 0; i < (R); i++)                                                \
        {                                                                                      \
          pack *to = (pack *) (y + (r + i) * width + c);                                       \
          to[0] += sum[i][0];                                                                  \
          to[1] += sum[i][1];                                                                  \
        }                                                                                      \
      }                                                                                        \
  }

DEFINE_TILE_PRODUCT(, product_any, 16 / sizeof(real), 4)
#if defined(__x86_64__)
DEFINE_TILE_PRODUCT(INM_TARGET_AVX2, product_avx2, 32 / sizeof(real), 4)
DEFINE_TILE_PRODUCT(INM_TARGET_AVX512, product_avx512, 64 / sizeof(real), 6)
#endif

/* A(I,J) of the lower triangle as [column][row], zero beyond the matrix; a diagonal tile is mirrored
   from its lower half.  Prefetch the tile below: its columns are too short and too far apart for the
   hardware prefetcher. */
static void copy_tile(const workspace *s, size_t i0, size_t j0, real *tile)
{
  const size_t rows = (s->n - i0 < TILE) ? s->n - i0 : TILE;
  const size_t columns = (s->n - j0 < TILE) ? s->n - j0 : TILE;

  if (rows < TILE || columns < TILE) memset(tile, 0, TILE * TILE * sizeof(*tile));
  for (size_t j = 0; j < columns; j++) {
    const real *column = &s->a[(j0 + j) * s->lda + i0];
    for (size_t i = 0; i < TILE; i += INM_CACHE_LINE / sizeof(real))
      __builtin_prefetch(column + TILE + i, 0, 2);
    if (i0 > j0)
      memcpy(&tile[j * TILE], column, rows * sizeof(*tile));
    else
      for (size_t i = j; i < rows; i++) tile[j * TILE + i] = tile[i * TILE + j] = column[i];
  }
}

/* ---- all tiles -------------------------------------------------------------------------------- */

/* rows of the vectors for a thread; returns the row after them */
static size_t my_rows(const workspace *s, size_t n, int thread, size_t *first)
{
  const size_t count = inm_team_slice(n, TILE, inm_team_size(s->team), thread, first);
  return *first + count;
}

static real *sums_of(const workspace *s, size_t thread)
{
  return s->y + thread * s->ntile * TILE * s->width;
}

/* pack the vectors by rows, padded with zeros */
static void take_vectors(void *ctx, int thread)
{
  const workspace *s = (const workspace *) ctx;
  const size_t w = s->columns, n = (s->n + TILE - 1) / TILE * TILE;
  size_t first;
  const size_t end = my_rows(s, n, thread, &first), last = (end < s->n) ? end : s->n;

  if (s->nvector < w || end > s->n) memset(s->x + first * w, 0, (end - first) * w * sizeof(real));
  for (size_t r = first; r < last; r++)
    for (size_t c = 0; c < s->nvector; c++) s->x[r * w + c] = s->from[c * s->ldx + r];
}

/* Assign runs of tiles to threads along antidiagonals, which balances the triangle. */
static void multiply_slice(void *ctx, int thread)
{
  const workspace *s = (const workspace *) ctx;
  const size_t ntile = (s->n + TILE - 1) / TILE, w = s->columns, me = (size_t) thread;
  const size_t size = (size_t) inm_team_size(s->team);
  real *y = sums_of(s, me);
  real tile[TILE * TILE] __attribute__((aligned(INM_CACHE_LINE)));

  memset(y, 0, ntile * TILE * w * sizeof(*y));
  for (size_t j = 0; j < ntile; j++)
    for (size_t i = j; i < ntile; i++) {
      if ((i / RUN + j) % size != me) continue;
      copy_tile(s, i * TILE, j * TILE, tile);
      s->product(w, tile, 1, TILE, s->x + j * TILE * w, y + i * TILE * w);
      if (i > j) s->product(w, tile, TILE, 1, s->x + i * TILE * w, y + j * TILE * w);
    }
}

/* add up the sums of all threads */
static void give_vectors(void *ctx, int thread)
{
  const workspace *s = (const workspace *) ctx;
  const size_t w = s->columns, size = (size_t) inm_team_size(s->team);
  size_t first;
  const size_t end = my_rows(s, s->n, thread, &first);

  for (size_t r = first; r < end; r++) {
    real *sum = sums_of(s, 0) + r * w;
    for (size_t t = 1; t < size; t++)
      for (size_t c = 0; c < w; c++) sum[c] += sums_of(s, t)[r * w + c];
    for (size_t c = 0; c < s->nvector; c++) s->to[c * s->ldx + r] = sum[c];
  }
}

void PRECISE(inm_symmetric_multiply)(workspace *s, size_t n, const real *a, size_t lda,
                                     size_t width, const real *x, real *y, size_t ldx)
{
  s->n = n;
  s->a = a;
  s->lda = lda;
  s->ldx = ldx;
  s->nvector = width;
  s->columns = (width + ROUND - 1) / ROUND * ROUND;
  s->from = x;
  s->to = y;
  inm_team_run(s->team, take_vectors, s);
  inm_team_run(s->team, multiply_slice, s);
  inm_team_run(s->team, give_vectors, s);
}

inm_status PRECISE(inm_symmetric_create)(workspace **out, size_t n, size_t width, inm_team *team)
{
  workspace *s = (workspace *) calloc(1, sizeof(*s));

  *out = NULL;
  if (!s) return INM_ERR_ALLOC;
  s->ntile = (n + TILE - 1) / TILE;
  s->width = (width + ROUND - 1) / ROUND * ROUND;
  s->team = team;
  s->product = INM_BEST_OF(product);
  const size_t vectors = s->ntile * TILE * s->width;
  s->storage = malloc((size_t) (inm_team_size(team) + 1) * vectors * sizeof(real) + INM_CACHE_LINE);
  if (!s->storage) {
    free(s);
    return INM_ERR_ALLOC;
  }
  s->x = (real *) inm_on_cache_line(s->storage);
  s->y = s->x + vectors;
  *out = s;
  return INM_OK;
}

void PRECISE(inm_symmetric_destroy)(workspace **s)
{
  if (!s || !*s) return;
  free((*s)->storage);
  free(*s);
  *s = NULL;
}
