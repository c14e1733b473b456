/* Band to tridiagonal: inm_bulge.h

   Sweep s makes column s tridiagonal: a reflector of HALF rows annihilates it; applied from both
   sides, it fills in the block below.  The next reflector, HALF rows further down, annihilates the
   first column of that bulge, and so on to the end of the matrix.  The rest of each bulge is left to
   the following sweeps, whose blocks are shifted by one row and one column (Lang 1993).

     step k of sweep s, r = s + 1 + k HALF      rows      columns
       block left of the diagonal               r...      r - HALF...   from both sides
       block on the diagonal                    r...      r...          from both sides

   All blocks are HALF x HALF, with zero padding below and right of the matrix and around a narrower
   band, so that the kernels have loops of constant length and no special cases.  Diagonal blocks are
   stored with both triangles: more flops, but no case distinctions.

   Step k of a sweep depends only on step k + 1 of the previous sweep.  One thread runs a group of
   sweeps closely behind one another, which keeps their common blocks in its cache.  Threads take
   groups in order and pipeline them.  Steps on the same elements always run in the same order. */

#include "eigen/inm_bulge.h"

#include "base/inm_pages.h"
#include "base/inm_processor.h"
#include "base/inm_team.h"

#include <float.h>
#include <math.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

enum {
  HALF = INM_BULGE_LARGEST_KD, /* half-bandwidth */
  STEP = 3 * HALF,             /* from a column to the next, in the same row */
  GROUP = 16,                  /* sweeps; with more, many threads would be idle */
  NPOLL = 200                  /* polls of another thread's progress between yields */
};

/* Squared elements below this, of a matrix scaled to 1, are treated as zero: near underflow the
   reflector would not be orthogonal. */
static const double negligible = 1.0e-200;

/* 1 - tau v v^T */
typedef struct {
  double v[HALF] __attribute__((aligned(INM_CACHE_LINE)));
  double tau;
} reflector;

/* Steps done by the last sweep of a group, padded to a cache line */
typedef struct {
  size_t done;
  char rest[INM_CACHE_LINE - sizeof(size_t)];
} progress;

typedef void (*chase)(size_t width, double *left, double *diagonal, const reflector *before,
                      reflector *after);

typedef struct {
  size_t n, ngroup;
  double *a; /* element (i,j) at j * STEP + i, HALF - 1 above the diagonal to 2 HALF - 1 below */
  progress *groups;  /* [ngroup] */
  size_t next_group; /* next group to be taken */
  chase chase_block;
} bulge;

/* ---- one step --------------------------------------------------------------------------------- */

#define UNROLL _Pragma("GCC unroll 16")
#define PACK(W) double __attribute__((vector_size(sizeof(double) * (W)), aligned(sizeof(double))))
#define EACH_PACK(c, W) UNROLL for (size_t c = 0; c < HALF / (W); c++)

/* x.y */
#define DEFINE_DOT(NAME, W)                                               \
  static inline double NAME(const double *x, const double *y)             \
  {                                                                       \
    typedef PACK(W) pack;                                                 \
    pack sum = {0};                                                       \
    EACH_PACK(c, W) sum += ((const pack *) x)[c] * ((const pack *) y)[c]; \
    return ADD_UP(W, sum);                                                \
  }
#define ADD_UP(W, s)                                               \
  ((W) == 8 ? ((s[0] + s[4 % (W)]) + (s[1] + s[5 % (W)])) +        \
           ((s[2 % (W)] + s[6 % (W)]) + (s[3 % (W)] + s[7 % (W)])) \
       : (W) == 4 ? (s[0] + s[2 % (W)]) + (s[1] + s[3 % (W)])      \
                  : s[0] + s[1])

/* replace x in r->v by the reflector that maps it to a multiple of e_1, which is returned */
#define DEFINE_REFLECT(NAME, W, DOT)                                        \
  static inline double NAME(reflector *r)                                   \
  {                                                                         \
    typedef PACK(W) pack;                                                   \
    const double alpha = r->v[0];                                           \
    r->v[0] = 0.0;                                                          \
    const double tail = DOT(r->v, r->v), size = sqrt(alpha * alpha + tail); \
    const int idle = (tail < negligible);                                   \
    const double beta = idle ? alpha : (alpha > 0.0) ? -size : size;        \
    const double scale = idle ? 0.0 : 1.0 / (alpha - beta);                 \
    r->tau = idle ? 0.0 : (beta - alpha) / beta;                            \
    EACH_PACK(c, W)((pack *) r->v)[c] *= scale;                             \
    r->v[0] = 1.0;                                                          \
    return beta;                                                            \
  }

/* y = tau M x,  M of HALF rows; independent sums over even and odd columns for more parallelism */
#define DEFINE_PRODUCT(NAME, W)                                                                  \
  static inline void NAME(size_t width, const double *m, double tau, const double *x, double *y) \
  {                                                                                              \
    typedef PACK(W) pack;                                                                        \
    pack even[HALF / (W)] = {{0}}, odd[HALF / (W)] = {{0}};                                      \
    for (size_t j = 0; j + 1 < width; j += 2) {                                                  \
      const pack *column = (const pack *) (m + j * STEP), *next = column + STEP / (W);           \
      EACH_PACK(c, W)                                                                            \
      {                                                                                          \
        even[c] += x[j] * column[c];                                                             \
        odd[c] += x[j + 1] * next[c];                                                            \
      }                                                                                          \
    }                                                                                            \
    EACH_PACK(c, W)((pack *) y)[c] = tau * (even[c] + odd[c]);                                   \
  }

/* m -= w before^T from the right; a new reflector from the left annihilates its first column */
#define DEFINE_LEFT(NAME, W, REFLECT)                                                     \
  static inline void NAME(size_t width, double *m, const double *w, const double *before, \
                          reflector *after)                                               \
  {                                                                                       \
    typedef PACK(W) pack;                                                                 \
    const pack *right = (const pack *) w;                                                 \
    EACH_PACK(c, W)((pack *) after->v)[c] = ((pack *) m)[c] - before[0] * right[c];       \
    const double first = REFLECT(after);                                                  \
    EACH_PACK(c, W)((pack *) m)[c] = (pack){0};                                           \
    m[0] = first;                                                                         \
    const pack *v = (const pack *) after->v;                                              \
    for (size_t j = 1; j < width; j++) {                                                  \
      pack *column = (pack *) (m + j * STEP), x[HALF / (W)], sum = {0};                   \
      EACH_PACK(c, W)                                                                     \
      {                                                                                   \
        x[c] = column[c] - before[j] * right[c];                                          \
        sum += x[c] * v[c];                                                               \
      }                                                                                   \
      const double factor = after->tau * ADD_UP(W, sum);                                  \
      EACH_PACK(c, W) column[c] = x[c] - factor * v[c];                                   \
    }                                                                                     \
  }

/* H m H = m - v q^T - q v^T,  q = p - v (tau p.v / 2),  p = tau m v */
#define DEFINE_DIAGONAL(NAME, W, DOT, PRODUCT)                                               \
  static inline void NAME(double *m, const reflector *r)                                     \
  {                                                                                          \
    typedef PACK(W) pack;                                                                    \
    const pack *v = (const pack *) r->v;                                                     \
    double q[HALF];                                                                          \
    PRODUCT(HALF, m, r->tau, r->v, q);                                                       \
    const double factor = 0.5 * r->tau * DOT(q, r->v);                                       \
    EACH_PACK(c, W)((pack *) q)[c] -= factor * v[c];                                         \
    for (size_t j = 0; j < HALF; j++) {                                                      \
      pack *column = (pack *) (m + j * STEP);                                                \
      EACH_PACK(c, W) column[c] = column[c] - q[j] * v[c] - r->v[j] * ((const pack *) q)[c]; \
    }                                                                                        \
  }

#define DEFINE_CHASE(NAME, PRODUCT, LEFT, DIAGONAL)                                       \
  static void NAME(size_t width, double *left, double *diagonal, const reflector *before, \
                   reflector *after)                                                      \
  {                                                                                       \
    double w[HALF];                                                                       \
    PRODUCT(width, left, before->tau, before->v, w);                                      \
    LEFT(width, left, w, before->v, after);                                               \
    DIAGONAL(diagonal, after);                                                            \
  }

#define DEFINE_ALL(TARGET, W, NAME)                                                             \
  TARGET DEFINE_DOT(NAME##_dot, W)                                                              \
  TARGET DEFINE_REFLECT(NAME##_reflect, W, NAME##_dot) TARGET DEFINE_PRODUCT(NAME##_product, W) \
  TARGET DEFINE_LEFT(NAME##_left, W, NAME##_reflect) TARGET DEFINE_DIAGONAL(                    \
      NAME##_diagonal, W, NAME##_dot, NAME##_product) TARGET                                    \
  DEFINE_CHASE(NAME, NAME##_product, NAME##_left, NAME##_diagonal)

DEFINE_ALL(, 2, chase_any)
#if defined(__x86_64__)
DEFINE_ALL(INM_TARGET_AVX2, 4, chase_avx2)
DEFINE_ALL(INM_TARGET_AVX512, 8, chase_avx512)
#endif

/* step k of sweep s; r holds the reflector of the step before and then of this one */
static void do_step(const bulge *b, size_t s, size_t k, reflector *r)
{
  static const reflector none;
  const reflector before = k ? *r : none;
  const size_t row = s + 1 + k * HALF, column = k ? row - HALF : s, width = k ? HALF : 1;
  double *left = &b->a[column * STEP + row], *diagonal = &b->a[row * STEP + row];

  b->chase_block(width, left, diagonal, &before, r);
  for (size_t c = 1; c < width; c++) /* mirror the first row, which later blocks read as a column */
    diagonal[c - HALF] = left[c * STEP];
}

/* ---- all steps -------------------------------------------------------------------------------- */

/* steps of sweep s; the last one still contains a row of the matrix */
static size_t nsteps(const bulge *b, size_t s)
{
  return (b->n - 1 - s + HALF - 1) / HALF;
}

static size_t nsweeps(const bulge *b)
{
  return (b->n > 2) ? b->n - 2 : 0;
}

/* wait until the previous group has done step k + 1, or its last step; known caches its progress */
static void wait_for(const bulge *b, size_t group, size_t k, size_t *known)
{
  const size_t all = nsteps(b, group * GROUP - 1), needed = (k + 2 < all) ? k + 2 : all;

  for (int look = 1; *known < needed; look++) {
    *known = __atomic_load_n(&b->groups[group - 1].done, __ATOMIC_ACQUIRE);
    if (*known < needed && look % NPOLL == 0) sched_yield();
  }
}

/* each sweep follows one step behind the previous one */
static void do_group(const bulge *b, size_t group)
{
  const size_t first = group * GROUP, end = first + GROUP;
  const size_t count = ((end < nsweeps(b)) ? end : nsweeps(b)) - first;
  size_t known = 0;
  reflector r[GROUP];

  for (size_t t = 0; t < nsteps(b, first) + count - 1; t++) {
    if (group && t < nsteps(b, first)) wait_for(b, group, t, &known);
    for (size_t g = 0; g < count && g <= t; g++)
      if (t - g < nsteps(b, first + g)) do_step(b, first + g, t - g, &r[g]);
    if (t + 1 >= count) __atomic_store_n(&b->groups[group].done, t + 2 - count, __ATOMIC_RELEASE);
  }
}

/* Groups are taken in order, so that the first unfinished one never waits: no deadlock for any number
   of threads. */
static void take_groups(void *ctx, int thread)
{
  bulge *b = (bulge *) ctx;
  size_t group;

  (void) thread;
  while ((group = __atomic_fetch_add(&b->next_group, 1, __ATOMIC_RELAXED)) < b->ngroup)
    do_group(b, group);
}

/* ---- all together ------------------------------------------------------------------------------ */

/* power of two that scales the largest element to about 1: squares must not overflow or underflow */
static double scale_of(size_t n, size_t kd, const double *band)
{
  double largest = 0.0;
  int exponent = 0;

  for (size_t j = 0; j < n; j++)
    for (size_t i = j; i < n && i <= j + kd; i++)
      largest = fmax(largest, fabs(band[j * (kd + 1) + i - j]));
  if (largest > 0.0 && largest <= DBL_MAX) frexp(largest, &exponent);
  return ldexp(1.0, exponent);
}

static void unpack_band(const bulge *b, size_t kd, const double *band, double scale)
{
  for (size_t j = 0; j < b->n; j++)
    for (size_t i = j; i < b->n && i <= j + kd; i++) {
      const double x = band[j * (kd + 1) + i - j] / scale;
      b->a[j * STEP + i] = x;
      if (i < j + HALF) b->a[i * STEP + j] = x;
    }
}

static size_t count_doubles(size_t n)
{
  return (n + HALF) * (STEP + 1);
}

static size_t count_groups(size_t n)
{
  return (n + GROUP - 1) / GROUP;
}

/* progress of the groups, then the matrix, with padding above the first diagonal block */
static size_t count_bytes(size_t n)
{
  return count_groups(n) * sizeof(progress) + (count_doubles(n) + HALF) * sizeof(double) +
      INM_CACHE_LINE;
}

inm_status inm_band_to_tridiagonal(size_t n, size_t kd, const double *band, double *diagonal,
                                   double *offdiagonal, int nthread)
{
  bulge b;

  if (n == 0 || kd == 0 || kd > HALF) return INM_ERR_ARG;
  void *storage = calloc(1, count_bytes(n));
  if (!storage) return INM_ERR_ALLOC;
  b.n = n;
  b.ngroup = (nsweeps(&b) + GROUP - 1) / GROUP;
  b.next_group = 0;
  b.groups = (progress *) inm_on_cache_line(storage);
  b.a = (double *) (b.groups + count_groups(n)) + HALF;
  b.chase_block = INM_BEST_OF(chase);

  const double scale = scale_of(n, kd, band);
  unpack_band(&b, kd, band, scale);
  inm_run_parallel(nthread, take_groups, &b);
  for (size_t i = 0; i < n; i++) diagonal[i] = scale * b.a[i * STEP + i];
  for (size_t i = 0; i + 1 < n; i++) offdiagonal[i] = scale * b.a[i * STEP + i + 1];
  free(storage);
  return INM_OK;
}
