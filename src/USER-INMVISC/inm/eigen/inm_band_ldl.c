/* Band factors without pivoting: inm_band_ldl.h

   Columns are eliminated two at a time where the diagonal block P = [d e; e c] is far from singular,
   otherwise one at a time:

     L = V P^-1  with V the part below P;    trailing matrix  -=  L V^T

   Without interchanges the bandwidth does not grow, and one triangle is enough.  Elements may grow
   where a leading minor is nearly singular.  The choice between 1x1 and 2x2 pivots makes that rare,
   and it shows in later pivots (Higham, Accuracy and Stability of Numerical Algorithms, chapter 11).
   P itself is eliminated starting from its largest element, as usual.

   Columns not yet eliminated are in a ring buffer.  Each column starts at the multiple of PACK at or
   before its diagonal, so that updates use whole aligned vectors, the first of which extends above the
   diagonal. */

#include "eigen/inm_band_ldl.h"

#include "base/inm_pages.h"
#include "base/inm_processor.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
  PACK = 8,
  SPAN = INM_BAND_LDL_LARGEST_KD + PACK, /* rows of a column, from a multiple of PACK */
  STRIDE = SPAN + PACK,                  /* a column may be read from its second pack on */
  RING = 64,                             /* columns */
  AHEAD = SPAN + 4                       /* columns loaded before they are updated */
};

/* A 2x2 pivot is accepted if its smaller eigenvalue exceeds this, relative to the norm. */
static const double smallest_pair = 1.0 / 300.0;

/* P y = z is solved by  y[first] = s (z[!kept] - r z[kept]),  y[!first] = q z[kept] - t y[first] */
typedef struct {
  double r, s, t, q;
  int first, kept;
  size_t size;    /* 1 or 2 */
  double largest; /* element of P, relative to the norm */
} block;

struct inm_band_ldl {
  size_t n, kd;
  double *ring;               /* [RING][STRIDE] columns not yet eliminated */
  double *l;                  /* [n+1][SPAN]  column j, from base_of(row after its block) on */
  double *x;                  /* [n+SPAN+PACK]  right side, then solution */
  block *blocks;              /* [n]  block that begins with column j */
  unsigned char *size_before; /* [n+1]  of the block that ends before column j */
  void *storage;
};

/* mask tables, loaded at an offset: all rows from r on, or row r alone */
#define ZEROS 0, 0, 0, 0, 0, 0, 0, 0
#define ONE UINT64_MAX
static const uint64_t from_row_on[2 * PACK] = {ZEROS, ONE, ONE, ONE, ONE, ONE, ONE, ONE, ONE};
static const uint64_t this_row[2 * PACK] = {ZEROS, ONE};
#undef ZEROS
#undef ONE

inm_status inm_band_ldl_create(inm_band_ldl **out, size_t n, size_t kd)
{
  const size_t nx = n + SPAN + PACK, ndouble = RING * STRIDE + (n + 1) * SPAN + nx;

  *out = NULL;
  if (n == 0 || kd == 0 || kd > INM_BAND_LDL_LARGEST_KD) return INM_ERR_ARG;
  inm_band_ldl *f = (inm_band_ldl *) calloc(1, sizeof(*f));
  if (!f) return INM_ERR_ALLOC;
  f->n = n;
  f->kd = kd;
  f->storage = malloc(ndouble * sizeof(double) + INM_CACHE_LINE);
  f->blocks = (block *) malloc(n * sizeof(*f->blocks));
  f->size_before = (unsigned char *) malloc(n + 1);
  if (!f->storage || !f->blocks || !f->size_before) {
    inm_band_ldl_destroy(&f);
    return INM_ERR_ALLOC;
  }
  inm_prefer_large_pages(f->storage, ndouble * sizeof(double));
  f->ring = (double *) inm_on_cache_line(f->storage);
  f->l = f->ring + RING * STRIDE;
  f->x = f->l + (n + 1) * SPAN;
  *out = f;
  return INM_OK;
}

void inm_band_ldl_destroy(inm_band_ldl **f)
{
  if (!f || !*f) return;
  free((*f)->storage);
  free((*f)->blocks);
  free((*f)->size_before);
  free(*f);
  *f = NULL;
}

/* ---- columns and blocks ---------------------------------------------------------------------- */

static inline size_t base_of(size_t row)
{
  return row / PACK * PACK;
}

static inline double *column_of(const inm_band_ldl *f, size_t c)
{
  return &f->ring[c % RING * STRIDE];
}

/* column c of B - lambda; zero beyond the last */
static void load_column(const inm_band_ldl *f, const double *band, double lambda, size_t c)
{
  const size_t height = f->kd + 1;
  double *column = column_of(f, c);

  memset(column, 0, STRIDE * sizeof(*column));
  if (c >= f->n) return;
  memcpy(column + c % PACK, &band[c * height],
         ((f->n - c < height) ? f->n - c : height) * sizeof(*column));
  column[c % PACK] -= lambda;
}

static inline double larger_of(double x, double y)
{
  return (x > y) ? x : y;
}

static block single(double d)
{
  const block b = {0.0, 0.0, 0.0, 1.0 / ((fabs(d) > DBL_EPSILON) ? d : DBL_EPSILON), 1, 0, 1, 0.0};
  return b;
}

/* Eliminates the largest element first; the off-diagonal one must be larger by a factor (Bunch and
   Kaufman, Math. Comp. 31, 163 (1977)). */
static block pair(double d, double e, double c)
{
  const double alpha = 0.64;
  block b = {0.0, 0.0, 0.0, 0.0, 0, 0, 2, 0.0};

  if (alpha * fabs(e) > larger_of(fabs(d), fabs(c))) {
    b.q = 1.0 / e;
    b.r = c * b.q;
    b.t = d * b.q;
    b.s = 1.0 / (e - c * b.t);
  } else if (fabs(d) >= fabs(c)) {
    b.first = 1;
    b.q = 1.0 / d;
    b.r = b.t = e * b.q;
    b.s = 1.0 / (c - e * b.r);
  } else {
    b.kept = 1;
    b.q = 1.0 / c;
    b.r = b.t = e * b.q;
    b.s = 1.0 / (d - e * b.r);
  }
  return b;
}

/* A 2x2 pivot if its smaller eigenvalue, estimated, is large enough or larger than d; unit = 1/norm. */
static block choose_block(double d, double e, double c, int more, double unit)
{
  d *= unit, e *= unit, c *= unit;
  const double largest = larger_of(larger_of(fabs(d), fabs(c)), fabs(e));
  const double smaller = fabs(d * c - e * e) / larger_of(largest, DBL_EPSILON);
  const int good = more && smaller > DBL_EPSILON && (smaller > smallest_pair || smaller > fabs(d));
  block b = good ? pair(d, e, c) : single(d);

  b.s *= unit;
  b.q *= unit;
  b.largest = largest;
  return b;
}

/* ---- elimination and solution ---------------------------------------------------------------- */

#define W 2
#define TARGET
#define KERNEL(name) name##_any
#include "eigen/inm_band_ldl_kernels.h"

#if defined(__x86_64__)
#define W 4
#define TARGET INM_TARGET_AVX2
#define KERNEL(name) name##_avx2
#include "eigen/inm_band_ldl_kernels.h"

#define W 8
#define TARGET INM_TARGET_AVX512
#define KERNEL(name) name##_avx512
#include "eigen/inm_band_ldl_kernels.h"
#endif

double inm_band_ldl_factorize(inm_band_ldl *f, const double *band, double lambda, double norm)
{
  return INM_BEST_OF(factorize)(f, band, lambda, norm);
}

void inm_band_ldl_solve(inm_band_ldl *f, double *x)
{
  memcpy(f->x, x, f->n * sizeof(*x));
  memset(f->x + f->n, 0, (SPAN + PACK) * sizeof(*x)); /* padding read by whole vectors */
  INM_BEST_OF(solve_lower)(f, f->x);
  INM_BEST_OF(solve_upper)(f, f->x);
  memcpy(x, f->x, f->n * sizeof(*x));
}
