/* Eigenvalues by Sturm counts and a root finder: inm_tridiagonal.h

   With diagonal d and off-diagonal e, the leading minors of T - s,

     p_i = (d_i - s) p_{i-1} - e_i^2 p_{i-2},   p_0 = 1,  p_{-1} = 0,

   change sign as often as T has eigenvalues below s, and the last one is the characteristic
   polynomial (Givens 1954; Barth, Martin, Wilkinson, Numer. Math. 9, 386 (1967)).  The recurrence has
   no division and is vectorized over shifts: with wide vectors a step for one shift takes a quarter
   of a cycle.  Minors are rescaled to about 1 before they overflow or underflow, and their exponents
   are summed.

   Counts on a grid of shifts isolate most eigenvalues.  The polynomial is then solved by the regula
   falsi of Anderson and Bjorck (BIT 13, 253 (1973)), or by bisection where that makes no progress or
   the interval has several eigenvalues.

   LAPACK's dsterf has fewer flops, but is sequential. */

#include "eigen/inm_tridiagonal.h"

#include "base/inm_processor.h"
#include "base/inm_team.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
  LANES = 32, /* shifts at a time */
  PACKS = 4,  /* vectors of shifts, interleaved to hide the latency of the recurrence */
  BLOCK = 12, /* steps between rescalings of the minors */
  GRID = 2,   /* initial shifts per eigenvalue */
  NTRY = 3    /* shifts that may fail to halve an interval before it is bisected */
};

/* Lower bound for squared off-diagonal elements of a matrix scaled to 1; it changes no eigenvalue by
   more than 1e-17.  In three steps the larger of two successive minors then shrinks by a factor of
   1e-68 at worst, for exact cancellation and two such elements: BLOCK steps end above underflow. */
static const double least_square = 1.0e-34;

/* final width of intervals, for a norm scaled to between 1/2 and 1 */
static const double tolerance = DBL_EPSILON;

typedef struct {
  double s;
  double size;  /* log2 of the absolute value of the characteristic polynomial, may be -infinity */
  size_t below; /* eigenvalues below s; the sign of the polynomial is that of (-1)^below */
} probe;

typedef struct {
  size_t n, ngrid;
  const double *d, *e2; /* [n] scaled; e2[i] is between i-1 and i */
  probe *grid;          /* [ngrid], ascending */
  double *lambda;       /* [n] scaled */
  size_t next;          /* next eigenvalue, or next LANES of the grid */
  void (*count)(size_t n, const double *d, const double *e2, const double *s, double *minor,
                int64_t *exponent, int64_t *changes);
} tridiagonal;

/* ---- minors of many shifts -------------------------------------------------------------------- */

/* For LANES shifts: the last minor is minor * 2^exponent.  Both minors are rescaled by the exponent of
   |p| + |before|, extracted from its bits. */
#define DEFINE_COUNT(TARGET, NAME, W)                                                        \
  TARGET static void NAME(size_t n, const double *d, const double *e2, const double *s,      \
                          double *minor, int64_t *exponent, int64_t *changes)                \
  {                                                                                          \
    typedef double pack __attribute__((vector_size(8 * (W))));                               \
    typedef uint64_t bits __attribute__((vector_size(8 * (W))));                             \
    const uint64_t sign = (uint64_t) 1 << 63, exponents = (uint64_t) 0x7FF << 52;            \
    const uint64_t inverse = (uint64_t) 2046 << 52;                                          \
    for (size_t lane = 0; lane < LANES; lane += PACKS * (W)) {                               \
      pack shift[PACKS], p[PACKS], before[PACKS];                                            \
      bits change[PACKS], power[PACKS];                                                      \
      memcpy(shift, &s[lane], sizeof(shift));                                                \
      for (size_t k = 0; k < PACKS; k++) {                                                   \
        before[k] = (pack){0};                                                               \
        p[k] = before[k] + 1.0;                                                              \
        change[k] = power[k] = (bits){0};                                                    \
      }                                                                                      \
      for (size_t i = 0; i < n;) {                                                           \
        const size_t end = (i + BLOCK < n) ? i + BLOCK : n;                                  \
        for (; i < end; i++) _Pragma("GCC unroll 4") for (size_t k = 0; k < PACKS; k++)      \
          {                                                                                  \
            const pack next = (d[i] - shift[k]) * p[k] - e2[i] * before[k];                  \
            change[k] += ((bits) next ^ (bits) p[k]) >> 63;                                  \
            before[k] = p[k];                                                                \
            p[k] = next;                                                                     \
          }                                                                                  \
        _Pragma("GCC unroll 4") for (size_t k = 0; k < PACKS; k++)                           \
        {                                                                                    \
          const pack sum = (pack) ((bits) p[k] & ~sign) + (pack) ((bits) before[k] & ~sign); \
          const bits e = (bits) sum & exponents;                                             \
          const pack factor = (pack) (inverse - e);                                          \
          p[k] *= factor;                                                                    \
          before[k] *= factor;                                                               \
          power[k] += (e >> 52) - 1023;                                                      \
        }                                                                                    \
      }                                                                                      \
      memcpy(&minor[lane], p, sizeof(p));                                                    \
      memcpy(&exponent[lane], power, sizeof(power));                                         \
      memcpy(&changes[lane], change, sizeof(change));                                        \
    }                                                                                        \
  }

DEFINE_COUNT(, count_any, 2)
#if defined(__x86_64__)
DEFINE_COUNT(INM_TARGET_AVX2, count_avx2, 4)
DEFINE_COUNT(INM_TARGET_AVX512, count_avx512, 8)
#endif

/* evaluate LANES probes at their s */
static void measure(const tridiagonal *t, probe *at)
{
  double s[LANES], minor[LANES];
  int64_t exponent[LANES], changes[LANES];

  for (size_t k = 0; k < LANES; k++) s[k] = at[k].s;
  t->count(t->n, t->d, t->e2, s, minor, exponent, changes);
  for (size_t k = 0; k < LANES; k++) {
    at[k].size = (double) exponent[k] + log2(fabs(minor[k]));
    at[k].below = (size_t) changes[k];
  }
}

/* ---- the grid --------------------------------------------------------------------------------- */

static void measure_grid(void *ctx, int thread)
{
  tridiagonal *t = (tridiagonal *) ctx;
  size_t first;

  (void) thread;
  while ((first = __atomic_fetch_add(&t->next, LANES, __ATOMIC_RELAXED)) < t->ngrid)
    measure(t, &t->grid[first]);
}

/* last shift of the grid with at most k eigenvalues below */
static size_t find_interval(const tridiagonal *t, size_t k)
{
  size_t low = 0, high = t->ngrid - 1;

  while (high - low > 1) {
    const size_t middle = low + (high - low) / 2;
    if (t->grid[middle].below <= k)
      low = middle;
    else
      high = middle;
  }
  return low;
}

/* ---- one eigenvalue --------------------------------------------------------------------------- */

typedef struct {
  size_t k; /* eigenvalue number k, from 0, is between low and high */
  probe low, high;
  int last;      /* end replaced last: -1 low, 1 high, 0 none */
  int tries;     /* since the interval was halved */
  double halved; /* its width then */
} search;

static void begin(search *x, const tridiagonal *t, size_t k)
{
  const size_t left = find_interval(t, k);

  x->k = k;
  x->low = t->grid[left];
  x->high = t->grid[left + 1];
  x->last = 0;
  x->tries = 0;
  x->halved = x->high.s - x->low.s;
}

static int is_alone(const search *x)
{
  return x->low.below == x->k && x->high.below == x->k + 1;
}

/* Next shift: the zero of the secant, but not so close to one end that nothing is gained if the
   eigenvalue is on the other side. */
static double next_shift(const search *x)
{
  const double width = x->high.s - x->low.s, margin = 0.75 * tolerance;

  if (!is_alone(x) || x->tries >= NTRY || width <= 2.0 * margin) return x->low.s + 0.5 * width;
  const double s = x->low.s + width / (1.0 + exp2(x->high.size - x->low.size));
  return fmin(fmax(s, x->low.s + margin), x->high.s - margin);
}

/* Anderson-Bjorck: if an end is retained twice, its function value is reduced by the factor by which
   the function decreased at the other end. */
static double fallen(double size, double before)
{
  const double left = 1.0 - exp2(size - before);
  return (left > 0.0) ? log2(left) : -1.0;
}

static void take(search *x, const probe *found)
{
  const int side = (found->below <= x->k) ? -1 : 1;
  probe *end = (side < 0) ? &x->low : &x->high, *other = (side < 0) ? &x->high : &x->low;

  if (x->last == side) other->size += fallen(found->size, end->size);
  *end = *found;
  x->last = is_alone(x) ? side : 0;
  x->tries++;
  if (x->high.s - x->low.s <= 0.5 * x->halved) {
    x->halved = x->high.s - x->low.s;
    x->tries = 0;
  }
}

static int is_found(const search *x)
{
  return !(x->high.s - x->low.s > tolerance);
}

/* A lane whose search has converged takes the next eigenvalue.  A search does not depend on the other
   lanes. */
static void find_eigenvalues(void *ctx, int thread)
{
  tridiagonal *t = (tridiagonal *) ctx;
  search lanes[LANES];
  probe at[LANES];
  size_t nlane = 0;

  (void) thread;
  memset(at, 0, sizeof(at));
  for (;;) {
    while (nlane < LANES) {
      const size_t k = __atomic_fetch_add(&t->next, 1, __ATOMIC_RELAXED);
      if (k >= t->n) break;
      begin(&lanes[nlane++], t, k);
    }
    if (nlane == 0) return;
    for (size_t l = 0; l < nlane; l++) at[l].s = next_shift(&lanes[l]);
    measure(t, at);
    for (size_t l = nlane; l-- > 0;) {
      take(&lanes[l], &at[l]);
      if (!is_found(&lanes[l])) continue;
      t->lambda[lanes[l].k] = 0.5 * (lanes[l].low.s + lanes[l].high.s);
      lanes[l] = lanes[--nlane];
    }
  }
}

/* ---- all together ----------------------------------------------------------------------------- */

/* Gershgorin bound of the norm; NaN if an element is not finite */
static double bound(size_t n, const double *d, const double *e)
{
  double largest = 0.0, sum = 0.0;

  for (size_t i = 0; i < n; i++) {
    const double radius = (i ? fabs(e[i - 1]) : 0.0) + (i + 1 < n ? fabs(e[i]) : 0.0);
    largest = fmax(largest, fabs(d[i]) + radius);
    sum += fabs(d[i]) + radius; /* fmax would drop a NaN */
  }
  return isfinite(sum) ? largest : NAN;
}

/* Shifts spanning the Gershgorin interval; counts are made monotonic where rounding violates that */
static void fill_grid(tridiagonal *t, int nthread)
{
  for (size_t g = 0; g < t->ngrid; g++)
    t->grid[g].s = -1.0 + 2.0 * (double) g / (double) (t->ngrid - 1);
  t->next = 0;
  inm_run_parallel(nthread, measure_grid, t);
  for (size_t g = 1; g < t->ngrid; g++)
    if (t->grid[g].below < t->grid[g - 1].below) t->grid[g].below = t->grid[g - 1].below;
}

inm_status inm_tridiagonal_eigenvalues(size_t n, const double *diagonal, const double *offdiagonal,
                                       double *lambda, int nthread)
{
  tridiagonal t;
  int exponent = 0;

  if (n == 0) return INM_ERR_ARG;
  const double largest = bound(n, diagonal, offdiagonal);
  if (!isfinite(largest)) return INM_ERR_NONFINITE;
  if (largest == 0.0) {
    memset(lambda, 0, n * sizeof(double));
    return INM_OK;
  }
  frexp(largest, &exponent);

  t.n = n;
  t.ngrid = (GRID * n + LANES) / LANES * LANES;
  double *d = (double *) malloc(3 * n * sizeof(double)), *e2 = d + n;
  t.grid = (probe *) malloc(t.ngrid * sizeof(*t.grid));
  if (!d || !t.grid) {
    free(d);
    free(t.grid);
    return INM_ERR_ALLOC;
  }
  t.d = d;
  t.e2 = e2;
  t.lambda = e2 + n;
  t.count = INM_BEST_OF(count);
  for (size_t i = 0; i < n; i++) {
    const double e = i ? ldexp(offdiagonal[i - 1], -exponent) : 0.0;
    d[i] = ldexp(diagonal[i], -exponent);
    e2[i] = fmax(e * e, least_square);
  }
  fill_grid(&t, nthread);
  t.next = 0;
  inm_run_parallel(nthread, find_eigenvalues, &t);
  for (size_t i = 0; i < n; i++) {
    lambda[i] = ldexp(t.lambda[i], exponent);
    if (i && lambda[i] < lambda[i - 1]) lambda[i] = lambda[i - 1];
  }
  free(d);
  free(t.grid);
  return INM_OK;
}
