/* Band elimination for inverse iteration: inm_band_lu.h

   Only the kd+1 rows j..j+kd have elements in column j when it is eliminated.  They occupy the slots
   of a window.  The row with the largest element in column j is the pivot: it moves to U, and row
   j+kd+1 of the matrix takes its slot.  Rows are never interchanged; the slot of each pivot is stored
   instead.  Packs are aligned to columns, so that each row is updated by whole packs, including a few
   columns that are already eliminated.

   LAPACK's dgbtrf uses rank-1 updates by BLAS and has a tenth of the speed for kd of some tens, where
   the overhead of the calls exceeds the work on the window. */

#include "eigen/inm_band_lu.h"

#include "base/inm_pages.h"
#include "base/inm_processor.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
  PACK = 8,
  SHIFT = 2 * PACK /* the window moves after this many columns */
};

typedef double pack __attribute__((vector_size(sizeof(double) * PACK)));
#define LOAD(pack, from) memcpy(&(pack), from, sizeof(pack))

struct inm_band_lu {
  size_t n, kd;
  size_t nslot;     /* kd + 1 */
  size_t width;     /* of a row of U, in whole packs */
  size_t stride;    /* of a row of the window */
  double *window;   /* [nslot][stride]  column c at c - origin */
  double *u;        /* [n][width]  divided by the pivot; column c at c - (j+1)/PACK*PACK */
  double *l;        /* [n][nslot]  multiplier of each slot for column j */
  double *inverse;  /* [n]  1 / pivot */
  double *right;    /* [nslot] right side, slot by slot */
  double *prepared; /* [width+PACK]  next row to enter the window */
  int *slot;        /* [n]  of the pivot */
  void *storage;
};

/* whole packs that hold 2 kd elements right of the pivot, at any offset */
static size_t width_of(size_t kd)
{
  return (2 * kd + 2 * PACK - 2) / PACK * PACK;
}

static size_t count_doubles(size_t n, size_t kd)
{
  const size_t window = (kd + 1) * (SHIFT + width_of(kd) + PACK);
  return window + width_of(kd) + PACK + n * (width_of(kd) + kd + 2) + kd + 1;
}

inm_status inm_band_lu_create(inm_band_lu **out, size_t n, size_t kd)
{
  inm_band_lu *f = (inm_band_lu *) calloc(1, sizeof(*f));

  *out = NULL;
  if (!f) return INM_ERR_ALLOC;
  f->n = n;
  f->kd = kd;
  f->nslot = kd + 1;
  f->width = width_of(kd);
  f->stride = SHIFT + f->width + PACK;
  f->storage = malloc(count_doubles(n, kd) * sizeof(double) + INM_CACHE_LINE);
  f->slot = (int *) malloc(n * sizeof(int));
  inm_prefer_large_pages(f->storage, count_doubles(n, kd) * sizeof(double));
  if (!f->storage || !f->slot) {
    inm_band_lu_destroy(&f);
    return INM_ERR_ALLOC;
  }
  f->window = (double *) inm_on_cache_line(f->storage);
  f->prepared = f->window + f->nslot * f->stride;
  f->u = f->prepared + f->width + PACK;
  f->l = f->u + n * f->width;
  f->inverse = f->l + n * f->nslot;
  f->right = f->inverse + n;
  *out = f;
  return INM_OK;
}

void inm_band_lu_destroy(inm_band_lu **f)
{
  if (!f || !*f) return;
  free((*f)->storage);
  free((*f)->slot);
  free(*f);
  *f = NULL;
}

/* ---- elimination ------------------------------------------------------------------------------ */

/* Columns from first on of row i of B - lambda, aligned as in the window; zero beyond the last row.
   Called one step before the row is needed: a vector load of elements that were just stored one by one
   would stall (no store forwarding). */
static void prepare_row(const inm_band_lu *f, const double *band, double lambda, size_t i,
                        size_t first, double *row)
{
  const size_t kd = f->kd, last = (i + kd < f->n) ? i + kd : f->n - 1;
  double *from = row + first % PACK;

  memset(row, 0, (f->width + PACK) * sizeof(*row));
  if (i >= f->n) return;
  for (size_t j = first; j < i; j++) from[j - first] = band[j * (kd + 1) + i - j];
  memcpy(&from[i - first], &band[i * (kd + 1)], (last - i + 1) * sizeof(*row));
  from[i - first] -= lambda;
}

/* Copy a prepared row to its slot; first counts from the origin of the window. */
static void enter_row(const inm_band_lu *f, const double *prepared, size_t first, double *row)
{
  const size_t from = first / PACK * PACK;
  for (size_t c = 0; c < f->width + PACK; c += PACK)
    *(pack *) (row + from + c) = *(const pack *) (prepared + c);
}

/* For the rows of all slots: row -= row[column] * u, from the pack of the next column on.  Returns the
   slot with the largest element in the next column. */
#define DEFINE_ELIMINATE(TARGET, NAME)                                                \
  TARGET static size_t NAME(size_t nslot, size_t stride, size_t width, size_t column, \
                            double *window, const double *u, double *l)               \
  {                                                                                   \
    const size_t from = (column + 1) / PACK * PACK;                                   \
    size_t best = 0;                                                                  \
    double largest = -1.0;                                                            \
    for (size_t s = 0; s < nslot; s++) {                                              \
      double *row = window + s * stride;                                              \
      const double factor = row[column];                                              \
      _Pragma("GCC unroll 4") for (size_t c = 0; c < width; c += PACK) *              \
          (pack *) (row + from + c) -= factor * *(const pack *) (u + c);              \
      const double size = fabs(row[column + 1]);                                      \
      if (size > largest) {                                                           \
        largest = size;                                                               \
        best = s;                                                                     \
      }                                                                               \
      l[s] = factor;                                                                  \
    }                                                                                 \
    return best;                                                                      \
  }

DEFINE_ELIMINATE(, eliminate_any)
#if defined(__x86_64__)
DEFINE_ELIMINATE(INM_TARGET_AVX2, eliminate_avx2)
DEFINE_ELIMINATE(INM_TARGET_AVX512, eliminate_avx512)
#endif

typedef size_t (*eliminate)(size_t, size_t, size_t, size_t, double *, const double *, double *);

static size_t largest_in_first_column(const inm_band_lu *f, size_t active)
{
  size_t best = 0;
  for (size_t s = 1; s < active; s++)
    if (fabs(f->window[s * f->stride]) > fabs(f->window[best * f->stride])) best = s;
  return best;
}

static void move_window(inm_band_lu *f)
{
  for (size_t s = 0; s < f->nslot; s++) {
    double *row = &f->window[s * f->stride];
    memmove(row, row + SHIFT, (f->stride - SHIFT) * sizeof(*row));
    memset(row + f->stride - SHIFT, 0, SHIFT * sizeof(*row));
  }
}

void inm_band_lu_factorize(inm_band_lu *f, const double *band, double lambda, double tiny)
{
  const size_t stride = f->stride, n = f->n, nslot = f->nslot;
  const eliminate eliminate_column = INM_BEST_OF(eliminate);
  size_t origin = 0, active = (nslot < n) ? nslot : n; /* occupied slots */

  memset(f->window, 0, nslot * stride * sizeof(double));
  for (size_t i = 0; i < active; i++) {
    prepare_row(f, band, lambda, i, 0, f->prepared);
    enter_row(f, f->prepared, 0, &f->window[i * stride]);
  }
  prepare_row(f, band, lambda, nslot, 1, f->prepared);
  size_t p = largest_in_first_column(f, active);
  for (size_t j = 0; j < n; j++) {
    if (j == origin + SHIFT) {
      move_window(f);
      origin = j;
    }
    const size_t column = j - origin, from = (column + 1) / PACK * PACK;
    double *row = &f->window[p * stride], *u = &f->u[j * f->width];
    const double pivot = (fabs(row[column]) > tiny) ? row[column] : tiny;

    f->slot[j] = (int) p;
    f->inverse[j] = 1.0 / pivot;
    for (size_t c = 0; c < f->width; c += PACK)
      *(pack *) (u + c) = f->inverse[j] * *(pack *) (row + from + c);

    if (j + nslot < n) {
      enter_row(f, f->prepared, column + 1, row);
      row[column] = 0.0;
      prepare_row(f, band, lambda, j + 1 + nslot, j + 2, f->prepared);
    } else if (p != --active) { /* move the last row to the free slot */
      memcpy(row, &f->window[active * stride], stride * sizeof(*row));
    }
    p = eliminate_column(active, stride, f->width, column, f->window, u, &f->l[j * nslot]);
  }
}

/* ---- solution --------------------------------------------------------------------------------- */

/* dot product of count elements, with two independent packs of sums */
#define DEFINE_SOLVE_UPPER(TARGET, NAME)                                          \
  TARGET static void NAME(const inm_band_lu *f, double *x)                        \
  {                                                                               \
    for (size_t j = f->n; j-- > 0;) {                                             \
      const double *u = &f->u[j * f->width + (j + 1) % PACK], *known = x + j + 1; \
      const size_t count = (f->n - 1 - j < 2 * f->kd) ? f->n - 1 - j : 2 * f->kd; \
      pack sum[2] = {{0}}, a, b;                                                  \
      double rest = 0.0;                                                          \
      size_t c = 0;                                                               \
      for (; c < count % (2 * PACK); c++) rest += u[c] * known[c];                \
      for (; c < count; c += 2 * PACK)                                            \
        for (size_t k = 0; k < 2; k++) {                                          \
          LOAD(a, u + c + k * PACK), LOAD(b, known + c + k * PACK);               \
          sum[k] += a * b;                                                        \
        }                                                                         \
      sum[0] += sum[1];                                                           \
      x[j] -= rest +                                                              \
          (((sum[0][0] + sum[0][1]) + (sum[0][2] + sum[0][3])) +                  \
           ((sum[0][4] + sum[0][5]) + (sum[0][6] + sum[0][7])));                  \
    }                                                                             \
  }

DEFINE_SOLVE_UPPER(, solve_upper_any)
#if defined(__x86_64__)
DEFINE_SOLVE_UPPER(INM_TARGET_AVX2, solve_upper_avx2)
DEFINE_SOLVE_UPPER(INM_TARGET_AVX512, solve_upper_avx512)
#endif

/* x <- D^-1 L^-1 P x, D the pivots: elements of the right side take the slots of their rows */
static void solve_lower(inm_band_lu *f, double *x)
{
  const size_t n = f->n, nslot = f->nslot;
  size_t active = (nslot < n) ? nslot : n;

  for (size_t i = 0; i < active; i++) f->right[i] = x[i];
  for (size_t j = 0; j < n; j++) {
    const size_t p = (size_t) f->slot[j];
    const double *l = &f->l[j * nslot], y = f->right[p] * f->inverse[j];
    f->right[p] = (j + nslot < n) ? x[j + nslot] : f->right[--active];
    for (size_t s = 0; s < active; s++) f->right[s] -= l[s] * y;
    x[j] = y;
  }
}

void inm_band_lu_solve(inm_band_lu *f, double *x)
{
  solve_lower(f, x);
  INM_BEST_OF(solve_upper)(f, x);
}
