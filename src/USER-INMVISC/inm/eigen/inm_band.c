/* Dense to band by block Householder transformations (Bischof, Lang, Sun, ACM TOMS 26, 581 (2000)).

   For each panel of kd columns:
     1. QR of the part below the band:  A(j+kd:n, j:j+kd) = Q R,  Q = 1 - V T V^T
     2. two-sided update of the trailing matrix:  A <- Q^T A Q = A - V W^T - W V^T
        with  Y = A V T,  W = Y - 1/2 V T^T (V^T Y)

   The updates of DELAY panels are deferred and applied together, since one update of rank 2*DELAY*kd
   runs closer to peak speed than DELAY updates of rank 2*kd.  Deferred updates are stored twice,

     left = V1 W1 V2 W2 ...     right = W1 V1 W2 V2 ...     A = A_stored - left right^T

   so that a product with A, or an update of any part of it, is a single gemm.

   LAPACK's dsytrd_sy2sb is the same without deferred updates, and with symm for A V (inm_symmetric.h).
   Here the team divides every step, and BLAS runs single-threaded in each thread: most products are
   too thin for threaded BLAS, whose idle threads spin on cores that are needed. */

#include "eigen/inm_band.h"

#include "base/inm_precision.h"
#include "base/inm_team.h"
#include "eigen/inm_symmetric.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum {
  DELAY = 4,
  ROWS = 16,        /* threads get multiples of this many rows */
  TILE_ROWS = 2048, /* tiles of the deferred updates */
  TILE_COLUMNS = 384
};

static const real one = 1, minus_one = -1, zero = 0, minus_half = (real) -0.5;

typedef struct PRECISE(inm_symmetric) product_workspace;

typedef struct {
  int n, kd;
  real *a;
  real *left, *right; /* [2*DELAY*kd][n]  deferred updates, with the rows of A */
  real *v, *w;        /* [kd][n] of the current panel, within left */
  real *vt;           /* [kd][n]        V T */
  real *t;            /* [kd][kd] */
  real *small;        /* [kd][2*DELAY*kd] */
  real *work;         /* [kd][kd] */
  int kept;           /* columns of left and right */
  product_workspace *product;
  inm_team *team;

  /* current panel */
  int j;      /* first column */
  int i;      /* first row of V */
  int k;      /* reflectors, one per column with elements to annihilate */
  int ntaken; /* tiles of the deferred updates taken so far */
} reduction;

static real *at(const reduction *r, real *x, int row, int column)
{
  return &x[(size_t) column * r->n + row];
}

static void run(reduction *r, void (*step)(void *ctx, int thread))
{
  inm_team_run(r->team, step, r);
}

/* rows of a thread among begin..n-1; returns their number */
static int my_rows(const reduction *r, int begin, int thread, int *first)
{
  size_t offset;
  const size_t count =
      inm_team_slice((size_t) (r->n - begin), ROWS, inm_team_size(r->team), thread, &offset);
  *first = begin + (int) offset;
  return (int) count;
}

/* A(row.., column..) -= left right^T for a block of rows x columns */
static void update(const reduction *r, int row, int rows, int column, int columns)
{
  GEMM("N", "T", &rows, &columns, &r->kept, &minus_one, at(r, r->left, row, 0), &r->n,
       at(r, r->right, column, 0), &r->n, &one, at(r, r->a, row, column), &r->n);
}

/* ---- one panel -------------------------------------------------------------------------------- */

/* apply the deferred updates to its columns */
static void update_panel(void *ctx, int thread)
{
  reduction *r = (reduction *) ctx;
  int first;
  const int rows = my_rows(r, r->j, thread, &first);
  if (rows > 0) update(r, first, rows, r->j, r->kd);
}

/* QR of its rows i..n-1; V with explicit ones and zeros, T */
static inm_status factor_panel(reduction *r, real *tau)
{
  const int rows = r->n - r->i;
  int info;

  GEQRT(&rows, &r->kd, &r->k, at(r, r->a, r->i, r->j), &r->n, r->t, &r->kd, r->work, &info);
  if (info != 0) return INM_ERR_LAPACK;

  for (int c = 0; c < r->k; c++) {
    real *column = at(r, r->v, 0, c);
    memset(column, 0, (size_t) (r->i + c) * sizeof(real));
    column[r->i + c] = 1;
    memcpy(&column[r->i + c + 1], at(r, r->a, r->i + c + 1, r->j + c),
           (size_t) (rows - c - 1) * sizeof(real));
    tau[c] = r->t[c * r->kd + c];
  }
  return INM_OK;
}

static void form_vt(void *ctx, int thread)
{
  reduction *r = (reduction *) ctx;
  int first;
  const int rows = my_rows(r, r->i, thread, &first);

  if (rows == 0) return;
  for (int c = 0; c < r->k; c++)
    memcpy(at(r, r->vt, first, c), at(r, r->v, first, c), (size_t) rows * sizeof(real));
  TRMM("R", "U", "N", "N", &rows, &r->k, &one, r->t, &r->kd, at(r, r->vt, first, 0), &r->n);
}

/* small [k][kept] = right^T V T */
static void correction(void *ctx, int thread)
{
  reduction *r = (reduction *) ctx;
  const int rows = r->n - r->i;
  size_t first;
  const int columns =
      (int) inm_team_slice((size_t) r->kept, ROWS, inm_team_size(r->team), thread, &first);
  if (columns > 0)
    GEMM("T", "N", &columns, &r->k, &rows, &one, at(r, r->right, r->i, (int) first), &r->n,
         &r->vt[r->i], &r->n, &zero, &r->small[first], &r->kept);
}

/* Y -= left small: the deferred updates in A V T */
static void correct(void *ctx, int thread)
{
  reduction *r = (reduction *) ctx;
  int first;
  const int rows = my_rows(r, r->i, thread, &first);
  if (rows > 0)
    GEMM("N", "N", &rows, &r->k, &r->kept, &minus_one, at(r, r->left, first, 0), &r->n, r->small,
         &r->kept, &one, at(r, r->w, first, 0), &r->n);
}

/* small [k][k] = V^T Y */
static void overlap(void *ctx, int thread)
{
  reduction *r = (reduction *) ctx;
  const int rows = r->n - r->i;
  size_t first;
  const int columns =
      (int) inm_team_slice((size_t) r->k, 1, inm_team_size(r->team), thread, &first);
  if (columns > 0)
    GEMM("T", "N", &r->k, &columns, &rows, &one, at(r, r->v, r->i, 0), &r->n,
         at(r, r->w, r->i, (int) first), &r->n, &zero, &r->small[first * (size_t) r->k], &r->k);
}

/* W = Y - 1/2 V small; copy W and V to right */
static void form_w(void *ctx, int thread)
{
  reduction *r = (reduction *) ctx;
  int first;
  const int rows = my_rows(r, r->i, thread, &first);

  if (rows == 0) return;
  GEMM("N", "N", &rows, &r->k, &r->k, &minus_half, at(r, r->v, first, 0), &r->n, r->small, &r->k,
       &one, at(r, r->w, first, 0), &r->n);
  for (int c = 0; c < r->k; c++) {
    memcpy(at(r, r->right, first, r->kept + c), at(r, r->w, first, c),
           (size_t) rows * sizeof(real));
    memcpy(at(r, r->right, first, r->kept + r->k + c), at(r, r->v, first, c),
           (size_t) rows * sizeof(real));
  }
}

static void form_update(reduction *r)
{
  const int rows = r->n - r->i;

  run(r, form_vt);
  PRECISE(inm_symmetric_multiply)
  (r->product, (size_t) rows, at(r, r->a, r->i, r->i), (size_t) r->n, (size_t) r->k, &r->vt[r->i],
   &r->w[r->i], (size_t) r->n);
  if (r->kept > 0) {
    run(r, correction);
    run(r, correct);
  }
  run(r, overlap);
  TRMM("L", "U", "T", "N", &r->k, &r->k, &one, r->t, &r->kd, r->small, &r->k);
  run(r, form_w);
  r->kept += 2 * r->k;
}

/* ---- deferred updates ------------------------------------------------------------------------- */

/* left right^T is symmetric, so syr2k with a factor 1/2 updates the lower triangle only */
static void update_diagonal(const reduction *r, int column, int columns)
{
  SYR2K("L", "N", &columns, &r->kept, &minus_half, at(r, r->left, column, 0), &r->n,
        at(r, r->right, column, 0), &r->n, &one, at(r, r->a, column, column), &r->n);
}

static int next_tile(reduction *r)
{
  return __atomic_fetch_add(&r->ntaken, 1, __ATOMIC_RELAXED);
}

/* tiles of the lower triangle from row i on, scheduled dynamically */
static void apply_tiles(void *ctx, int thread)
{
  reduction *r = (reduction *) ctx;
  int tile = 0, mine = next_tile(r);
  (void) thread;

  for (int column = r->i; column < r->n; column += TILE_COLUMNS) {
    const int below = column + TILE_COLUMNS;
    if (tile++ == mine) {
      update_diagonal(r, column, (r->n < below) ? r->n - column : TILE_COLUMNS);
      mine = next_tile(r);
    }
    for (int row = below; row < r->n; row += TILE_ROWS)
      if (tile++ == mine) {
        update(r, row, (r->n - row < TILE_ROWS) ? r->n - row : TILE_ROWS, column, TILE_COLUMNS);
        mine = next_tile(r);
      }
  }
}

static void apply_kept(reduction *r)
{
  r->ntaken = 0;
  if (r->kept > 0) run(r, apply_tiles);
  r->kept = 0;
}

static void copy_band(const reduction *r, double *band)
{
  for (int j = 0; j < r->n; j++) {
    const int rows = (r->n - j < r->kd + 1) ? r->n - j : r->kd + 1;
    double *column = &band[(size_t) j * (r->kd + 1)];
    for (int i = 0; i <= r->kd; i++) column[i] = (i < rows) ? *at(r, r->a, j + i, j) : 0.0;
  }
}

/* progress when columns below j have been reduced: the rest costs (n-j)^3 */
static double fraction_done(const reduction *r)
{
  const double rest = 1.0 - (double) r->j / r->n;
  return 1.0 - rest * rest * rest;
}

static inm_status reduce(reduction *r, real *tau, inm_band_progress report, void *ctx)
{
  inm_status status = INM_OK;

  for (; r->j + r->kd < r->n; r->j += r->kd) {
    const int rows = r->n - r->i;
    r->k = (rows < r->kd) ? rows : r->kd;
    r->v = at(r, r->left, 0, r->kept);
    r->w = at(r, r->left, 0, r->kept + r->k);
    if (r->kept > 0) run(r, update_panel);
    status = factor_panel(r, &tau[r->j]);
    if (status != INM_OK) return status;
    form_update(r);
    if (r->kept + 2 * r->kd > 2 * DELAY * r->kd) apply_kept(r);
    if (report) report(ctx, fraction_done(r));
    r->i += r->kd;
  }
  r->i = r->j;
  apply_kept(r);
  return INM_OK;
}

inm_status PRECISE(inm_reduce_to_band)(size_t n, size_t kd, real *a, real *tau, double *band,
                                       int nthread, inm_band_progress report, void *ctx)
{
  reduction r;
  inm_status status;

  if (kd < 1 || n <= kd) return INM_ERR_ARG;
  if (n > INT_MAX) return INM_ERR_SIZE;
  memset(&r, 0, sizeof(r));
  r.n = (int) n;
  r.kd = (int) kd;
  r.i = (int) kd;
  r.a = a;

  const size_t columns = 2 * DELAY * kd;
  r.left = (real *) inm_malloc_for_blas(columns * n * sizeof(real));
  r.right = (real *) inm_malloc_for_blas(columns * n * sizeof(real));
  r.vt = (real *) inm_malloc_for_blas(kd * n * sizeof(real));
  r.t = (real *) inm_malloc_for_blas(kd * kd * sizeof(real));
  r.small = (real *) inm_malloc_for_blas(columns * kd * sizeof(real));
  r.work = (real *) inm_malloc_for_blas(kd * kd * sizeof(real));
  status = inm_team_create(&r.team, nthread);
  if (status == INM_OK) status = PRECISE(inm_symmetric_create)(&r.product, n, kd, r.team);
  if (!r.left || !r.right || !r.vt || !r.t || !r.small || !r.work) status = INM_ERR_ALLOC;
  if (status == INM_OK) {
    status = reduce(&r, tau, report, ctx);
    copy_band(&r, band);
  }
  free(r.left);
  free(r.right);
  free(r.vt);
  free(r.t);
  free(r.small);
  free(r.work);
  PRECISE(inm_symmetric_destroy)(&r.product);
  inm_team_destroy(&r.team);
  return status;
}
