/* The mass-weighted Hessian times groups of vectors: inm_block_product.h

   Each pair of atoms has one block, which is used for both of them: gather for its row, scatter to its
   column.  Columns that are rows of this rank lie below the diagonal, so that a row only receives from
   later rows, and the terms b x - c y can be applied in the same pass. */

#include "hessian/inm_block_product.h"

#include "base/inm_pages.h"
#include "base/inm_processor.h"
#include "hessian/inm_hessian_private.h"
#include "hessian/inm_reciprocal_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct inm_block_matrix {
  const inm_hessian *h; /* for its halo */
  size_t nrow, ncol, nblock;
  size_t *start;    /* [nrow+1] first block of each row */
  int32_t *col;     /* [nblock + AHEAD] */
  double *k;        /* [nblock + BLOCKS_AHEAD][3][3] */
  double *diagonal; /* [nrow][3][3] */
  inm_charges charges; /* if h has a reciprocal part */
};

/* Prefetch distances, in blocks, for the vectors of a column and for the blocks themselves: the
   hardware prefetcher stops at the end of a page, which holds 56 blocks. */
enum { AHEAD = 6, BLOCKS_AHEAD = 100 };

void inm_block_matrix_destroy(inm_block_matrix **m)
{
  if (!m || !*m) return;
  free((*m)->start);
  free((*m)->col);
  free((*m)->k);
  free((*m)->diagonal);
  inm_charges_free(&(*m)->charges);
  free(*m);
  *m = NULL;
}

size_t inm_block_matrix_nrow(const inm_block_matrix *m)
{
  return m->nrow;
}

size_t inm_block_matrix_ncol(const inm_block_matrix *m)
{
  return m->ncol;
}

static double bytes_of(double nrow, double nblock)
{
  return nrow * (9.0 * sizeof(double) + sizeof(size_t)) +
      nblock * (9.0 * sizeof(double) + sizeof(int32_t));
}

double inm_block_matrix_bytes(const inm_block_matrix *m)
{
  return bytes_of((double) m->nrow, (double) m->nblock);
}

double inm_block_matrix_traffic(const inm_block_matrix *m)
{
  return inm_block_matrix_bytes(m) + 3.0 * INM_ATOM_GROUP * sizeof(double) * (double) m->ncol;
}

double inm_block_matrix_bytes_for(const inm_hessian *h)
{
  return bytes_of((double) h->nrow, (double) h->nblock);
}

/* ---- copying the Hessian ---------------------------------------------------------------------- */

/* row that a block is stored in: the larger one if both atoms are rows of this rank */
static size_t row_of(const inm_hessian *h, size_t i, size_t j)
{
  return (j < h->nrow && j > i) ? j : i;
}

static inm_status allocate(inm_block_matrix *m)
{
  m->start = (size_t *) calloc(m->nrow + 2, sizeof(*m->start));
  m->col = (int32_t *) calloc(m->nblock + AHEAD, sizeof(*m->col));
  const size_t bytes = 9 * (m->nblock + BLOCKS_AHEAD + 1) * sizeof(*m->k);
  m->k = (double *) malloc(bytes);
  inm_prefer_large_pages(m->k, bytes);
  m->diagonal = (double *) malloc((9 * m->nrow + 1) * sizeof(*m->diagonal));
  return (m->start && m->col && m->k && m->diagonal) ? INM_OK : INM_ERR_ALLOC;
}

/* start[r + 1] = first block of row r; filling the row advances it */
static void count_blocks(inm_block_matrix *m)
{
  const inm_hessian *h = m->h;

  for (size_t i = 0; i < h->nrow; i++)
    for (size_t n = h->row_start[i]; n < inm_row_end(h, i); n++) {
      const size_t r = row_of(h, i, (size_t) h->col[n]);
      if (r + 2 <= m->nrow) m->start[r + 2]++;
    }
  for (size_t r = 2; r <= m->nrow; r++) m->start[r] += m->start[r - 1];
}

static void copy_block(const double *k, int transpose, double weight, int dim, double *to)
{
  for (int a = 0; a < 3; a++)
    for (int b = 0; b < 3; b++)
      to[3 * a + b] = (a < dim && b < dim) ? weight * (transpose ? k[3 * b + a] : k[3 * a + b])
                                           : 0.0;
}

/* mass [ncol] */
static void copy_blocks(inm_block_matrix *m, const double *mass)
{
  const inm_hessian *h = m->h;

  for (size_t i = 0; i < h->nrow; i++) {
    copy_block(&h->diagonal[9 * i], 0, h->scale / mass[i], h->dim, &m->diagonal[9 * i]);
    for (size_t n = h->row_start[i]; n < inm_row_end(h, i); n++) {
      const size_t j = (size_t) h->col[n], r = row_of(h, i, j), at = m->start[r + 1]++;
      m->col[at] = (int32_t) (r == i ? j : i);
      copy_block(&h->k[9 * n], r != i, h->scale / sqrt(mass[i] * mass[j]), h->dim, &m->k[9 * at]);
    }
  }
}

static inm_status fill(inm_block_matrix *m)
{
  const inm_hessian *h = m->h;
  double *mass = (double *) malloc((m->ncol + 1) * sizeof(*mass));
  inm_status status = inm_status_sync(mass ? INM_OK : INM_ERR_ALLOC, h->comm);

  if (status == INM_OK) {
    if (m->nrow) memcpy(mass, h->mass, m->nrow * sizeof(*mass));
    status = inm_halo_forward(h->halo, 1, mass, mass + m->nrow);
  }
  if (status == INM_OK) {
    count_blocks(m);
    copy_blocks(m, mass);
  }
  free(mass);
  return status;
}

inm_status inm_block_matrix_create(inm_block_matrix **out, const inm_hessian *h)
{
  inm_block_matrix *m = (inm_block_matrix *) calloc(1, sizeof(*m));
  inm_status status = m ? (h->halo ? INM_OK : INM_ERR_ARG) : INM_ERR_ALLOC;

  *out = NULL;
  if (status == INM_OK) {
    m->h = h;
    m->nrow = h->nrow;
    m->ncol = h->ncol;
    m->nblock = h->nblock;
    status = allocate(m);
    if (status == INM_OK && h->reciprocal) status = inm_charges_of_rows(&m->charges, h, 1);
  }
  status = inm_status_sync(status, h->comm);
  if (status == INM_OK) status = fill(m);
  if (status == INM_OK)
    *out = m;
  else
    inm_block_matrix_destroy(&m);
  return status;
}

/* ---- products --------------------------------------------------------------------------------- */

/* The vectors of a group, W at a time, as vector types that the compiler maps to SIMD instructions.
   The blocks of a row stay in the L1 cache for all packs.  The three products of a block with its row
   are summed before they are added, which shortens the dependency chain from block to block. */
#define LOAD(pack, from) memcpy(&(pack), from, sizeof(pack))
#define STORE(pack, to) memcpy(to, &(pack), sizeof(pack))

/* the first of three cache lines; the hardware fetches the others */
#define PREFETCH(p) __builtin_prefetch(p)

/* a block is 9/8 of a cache line and is used once: a hint not to evict vectors for it */
#define PREFETCH_BLOCK(p) __builtin_prefetch(p, 0, 0), __builtin_prefetch((p) + 8, 0, 0)

#define DEFINE_MULTIPLY(TARGET, NAME, W)                                                     \
  TARGET static void NAME(const inm_block_matrix *m, double a, double b, double c,           \
                          const double *__restrict x, double *__restrict y,                  \
                          double *__restrict dot)                                            \
  {                                                                                          \
    typedef double pack __attribute__((vector_size(8 * (W))));                               \
    const size_t nrow = m->nrow, *__restrict start = m->start;                               \
    const int32_t *__restrict col = m->col;                                                  \
    const double *__restrict blocks = m->k, *__restrict diagonal = m->diagonal;              \
    for (size_t i = 0; i < nrow; i++)                                                        \
      for (int lane = 0; lane < INM_GROUP; lane += (W)) {                                    \
        const double *xi = x + INM_ATOM_GROUP * i + lane, *d = &diagonal[9 * i];             \
        double *yi = y + INM_ATOM_GROUP * i + lane;                                          \
        const size_t end = start[i + 1];                                                     \
        pack x0, x1, x2, u0, u1, u2, v0, v1, v2, xx, xy;                                     \
        LOAD(x0, xi), LOAD(x1, xi + INM_GROUP), LOAD(x2, xi + 2 * INM_GROUP);                \
        const pack ax0 = a * x0, ax1 = a * x1, ax2 = a * x2;                                 \
        pack s0 = d[0] * x0 + d[1] * x1 + d[2] * x2, s1 = d[3] * x0 + d[4] * x1 + d[5] * x2, \
             s2 = d[6] * x0 + d[7] * x1 + d[8] * x2;                                         \
        for (size_t n = start[i]; n < end; n++) {                                            \
          const double *k = &blocks[9 * n];                                                  \
          const size_t j = INM_ATOM_GROUP * (size_t) col[n] + (size_t) lane;                 \
          const size_t soon = INM_ATOM_GROUP * (size_t) col[n + AHEAD];                      \
          PREFETCH(x + soon), PREFETCH(y + soon);                                            \
          PREFETCH_BLOCK(k + 9 * BLOCKS_AHEAD);                                              \
          LOAD(u0, x + j), LOAD(u1, x + j + INM_GROUP), LOAD(u2, x + j + 2 * INM_GROUP);     \
          LOAD(v0, y + j), LOAD(v1, y + j + INM_GROUP), LOAD(v2, y + j + 2 * INM_GROUP);     \
          s0 += k[0] * u0 + k[1] * u1 + k[2] * u2;                                           \
          s1 += k[3] * u0 + k[4] * u1 + k[5] * u2;                                           \
          s2 += k[6] * u0 + k[7] * u1 + k[8] * u2;                                           \
          v0 += k[0] * ax0 + k[3] * ax1 + k[6] * ax2;                                        \
          v1 += k[1] * ax0 + k[4] * ax1 + k[7] * ax2;                                        \
          v2 += k[2] * ax0 + k[5] * ax1 + k[8] * ax2;                                        \
          STORE(v0, y + j), STORE(v1, y + j + INM_GROUP), STORE(v2, y + j + 2 * INM_GROUP);  \
        }                                                                                    \
        LOAD(v0, yi), LOAD(v1, yi + INM_GROUP), LOAD(v2, yi + 2 * INM_GROUP);                \
        LOAD(xx, dot + lane), LOAD(xy, dot + INM_GROUP + lane);                              \
        xx += x0 * x0 + x1 * x1 + x2 * x2;                                                   \
        xy += x0 * v0 + x1 * v1 + x2 * v2;                                                   \
        STORE(xx, dot + lane), STORE(xy, dot + INM_GROUP + lane);                            \
        v0 = a * s0 + b * x0 - c * v0;                                                       \
        v1 = a * s1 + b * x1 - c * v1;                                                       \
        v2 = a * s2 + b * x2 - c * v2;                                                       \
        STORE(v0, yi), STORE(v1, yi + INM_GROUP), STORE(v2, yi + 2 * INM_GROUP);             \
      }                                                                                      \
  }

DEFINE_MULTIPLY(, multiply_any, 2)
#if defined(__x86_64__)
DEFINE_MULTIPLY(INM_TARGET_AVX2, multiply_avx2, 4)
DEFINE_MULTIPLY(INM_TARGET_AVX512, multiply_avx512, 8)
#endif

inm_status inm_block_multiply(const inm_block_matrix *m, double a, double b, double c, double *x,
                              double *y, double *dot)
{
  double *x_copy = x + INM_ATOM_GROUP * m->nrow, *y_copy = y + INM_ATOM_GROUP * m->nrow;
  inm_status status = inm_halo_forward(m->h->halo, INM_ATOM_GROUP, x, x_copy);
  if (status != INM_OK) return status;

  if (m->ncol > m->nrow) memset(y_copy, 0, INM_ATOM_GROUP * (m->ncol - m->nrow) * sizeof(*y));
  memset(dot, 0, 2 * INM_GROUP * sizeof(*dot));
  INM_BEST_OF(multiply)(m, a, b, c, x, y, dot);
  status = inm_halo_reverse(m->h->halo, INM_ATOM_GROUP, y_copy, y);
  if (status != INM_OK || !m->h->reciprocal) return status;
  return inm_reciprocal_multiply(m->h->reciprocal, &m->charges, m->h->comm, INM_GROUP, a, x, y);
}
