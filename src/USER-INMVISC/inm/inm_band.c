/* Dense to band by blocks of Householder vectors (Bischof, Lang, Sun, ACM TOMS 26, 581 (2000)).

   For each panel of kd columns:
     1. QR of what stands below the band:  A(j+kd:n, j:j+kd) = Q R,  Q = 1 - V T V^T
     2. two-sided update of what is right of it:  A <- Q^T A Q = A - V W^T - W V^T
        with  Y = A V T,  W = Y - 1/2 V T^T (V^T Y)

   The updates of several panels are kept in V, W and applied together, since one update of rank
   2*DELAY*kd runs nearer to the speed of a matrix product than DELAY of rank 2*kd.  Until then
   products with A are corrected:  A V = A_stored V - V_kept (W_kept^T V) - W_kept (V_kept^T V).

   dsytrd_sy2sb of LAPACK does the same without delay, and with symm for A V (inm_symmetric.h). */

#include "inm_band.h"

#include "inm_precision.h"
#include "inm_symmetric.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { DELAY = 4 };

static const real one = 1, minus_one = -1, zero = 0, minus_half = (real) -0.5;

typedef struct PRECISE(inm_symmetric) product_workspace;

typedef struct {
  int n, kd;
  real *a;
  real *v, *w; /* [DELAY*kd][n]  kept updates, rows counted as those of A */
  real *vt;    /* [kd][n]        V T of the panel at hand */
  real *t;     /* [kd][kd] */
  real *small; /* [DELAY*kd][kd] */
  real *work;  /* [kd][kd] */
  int kept;    /* columns in v and w */
  product_workspace *product;
} reduction;

static real *at(const reduction *r, real *x, int row, int column)
{
  return &x[(size_t) column * r->n + row];
}

/* bring kd columns from j on up to date with the kept updates */
static void update_panel(reduction *r, int j)
{
  const int rows = r->n - j;
  if (r->kept == 0) return;
  GEMM("N", "T", &rows, &r->kd, &r->kept, &minus_one, at(r, r->v, j, 0), &r->n, at(r, r->w, j, 0),
       &r->n, &one, at(r, r->a, j, j), &r->n);
  GEMM("N", "T", &rows, &r->kd, &r->kept, &minus_one, at(r, r->w, j, 0), &r->n, at(r, r->v, j, 0),
       &r->n, &one, at(r, r->a, j, j), &r->n);
}

/* QR of the rows from i on of kd columns from j on; V with its ones and zeros goes to v, T to t.
   k reflectors, one for each column that has something to be annihilated */
static inm_status factor_panel(reduction *r, int i, int j, int k, real *tau)
{
  const int rows = r->n - i;
  real *v = at(r, r->v, 0, r->kept);
  int info;

  GEQRT(&rows, &r->kd, &k, at(r, r->a, i, j), &r->n, r->t, &r->kd, r->work, &info);
  if (info != 0) return INM_ERR_LAPACK;

  memset(v, 0, (size_t) k * r->n * sizeof(*v));
  for (int c = 0; c < k; c++) {
    real *column = &v[(size_t) c * r->n + i];
    memcpy(&column[c], at(r, r->a, i + c, j + c), (size_t) (rows - c) * sizeof(*v));
    column[c] = 1;
    tau[c] = r->t[c * r->kd + c];
  }
  return INM_OK;
}

/* y -= x1 (x2^T vt) for the rows from i on: the part of A V T that is not yet in A */
static void correct(reduction *r, int i, int k, real *x1, real *x2, real *y)
{
  const int rows = r->n - i;
  GEMM("T", "N", &r->kept, &k, &rows, &one, at(r, x2, i, 0), &r->n, &r->vt[i], &r->n, &zero,
       r->small, &r->kept);
  GEMM("N", "N", &rows, &k, &r->kept, &minus_one, at(r, x1, i, 0), &r->n, r->small, &r->kept, &one,
       y, &r->n);
}

/* W of the panel whose V was just put behind the kept ones */
static void form_update(reduction *r, int i, int k)
{
  const int rows = r->n - i;
  real *v = at(r, r->v, i, r->kept), *w = at(r, r->w, i, r->kept);

  /* Y = A V T */
  memcpy(r->vt, at(r, r->v, 0, r->kept), (size_t) k * r->n * sizeof(*v));
  TRMM("R", "U", "N", "N", &rows, &k, &one, r->t, &r->kd, &r->vt[i], &r->n);
  memset(at(r, r->w, 0, r->kept), 0, (size_t) k * r->n * sizeof(*w));
  PRECISE(inm_symmetric_multiply)
  (r->product, (size_t) rows, at(r, r->a, i, i), (size_t) r->n, (size_t) k, &r->vt[i], w,
   (size_t) r->n);
  if (r->kept > 0) {
    correct(r, i, k, r->v, r->w, w);
    correct(r, i, k, r->w, r->v, w);
  }

  /* W = Y - 1/2 V T^T (V^T Y) */
  GEMM("T", "N", &k, &k, &rows, &one, v, &r->n, w, &r->n, &zero, r->small, &k);
  TRMM("L", "U", "T", "N", &k, &k, &one, r->t, &r->kd, r->small, &k);
  GEMM("N", "N", &rows, &k, &k, &minus_half, v, &r->n, r->small, &k, &one, w, &r->n);
}

/* apply the kept updates to everything from i on */
static void apply_kept(reduction *r, int i)
{
  const int rows = r->n - i;
  if (r->kept > 0 && rows > 0)
    SYR2K("L", "N", &rows, &r->kept, &minus_one, at(r, r->v, i, 0), &r->n, at(r, r->w, i, 0), &r->n,
          &one, at(r, r->a, i, i), &r->n);
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

/* what is done when columns up to j have been reduced: the rest costs (n-j)^3 */
static double share_done(const reduction *r, int j)
{
  const double rest = 1.0 - (double) j / r->n;
  return 1.0 - rest * rest * rest;
}

static inm_status reduce(reduction *r, real *tau, inm_band_progress report, void *ctx)
{
  inm_status status = INM_OK;
  int j = 0;

  for (; j + r->kd < r->n && status == INM_OK; j += r->kd) {
    const int i = j + r->kd, rows = r->n - i, k = (rows < r->kd) ? rows : r->kd;
    update_panel(r, j);
    status = factor_panel(r, i, j, k, &tau[j]);
    if (status != INM_OK) break;
    form_update(r, i, k);
    r->kept += k;
    if (r->kept + r->kd > DELAY * r->kd) apply_kept(r, i);
    if (report) report(ctx, share_done(r, j));
  }
  apply_kept(r, j);
  return status;
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
  r.a = a;

  const size_t columns = DELAY * kd;
  r.v = (real *) malloc(columns * n * sizeof(real));
  r.w = (real *) malloc(columns * n * sizeof(real));
  r.vt = (real *) malloc(kd * n * sizeof(real));
  r.t = (real *) malloc(kd * kd * sizeof(real));
  r.small = (real *) malloc(columns * kd * sizeof(real));
  r.work = (real *) malloc(kd * kd * sizeof(real));
  status = PRECISE(inm_symmetric_create)(&r.product, n, kd, nthread);
  if (!r.v || !r.w || !r.vt || !r.t || !r.small || !r.work) status = INM_ERR_ALLOC;
  if (status == INM_OK) {
    status = reduce(&r, tau, report, ctx);
    copy_band(&r, band);
  }
  free(r.v);
  free(r.w);
  free(r.vt);
  free(r.t);
  free(r.small);
  free(r.work);
  PRECISE(inm_symmetric_destroy)(&r.product);
  return status;
}

/* ---- the way back ------------------------------------------------------------------------------

   Q is the product of the blocks of reflectors, the last one acts first.  GROUP reflectors together
   are 1 - V T V^T, where T^-1 is the upper triangle of V^T V with 1/tau on its diagonal (Joffrain et
   al., ACM TOMS 32, 169 (2006)): a product and a triangular solution in place of building T. */

enum { GROUP = 128 };

typedef struct {
  int n, rows, k; /* order of D, rows from the first reflector on, reflectors in the group */
  real *v;        /* [GROUP][n] */
  real *inverse;  /* [GROUP][GROUP]  T^-1 */
  real *small;    /* [count][GROUP] */
} backward;

/* reflectors first..first+k-1 with their zeros and ones; one that does nothing is all zero */
static void take_group(backward *b, size_t kd, const real *a, const real *tau, size_t first)
{
  for (int c = 0; c < b->k; c++) {
    real *column = &b->v[(size_t) c * b->rows];
    const real *reflector = &a[(first + c) * (size_t) b->n + kd + first];
    memset(column, 0, (size_t) b->rows * sizeof(*column));
    if (tau[first + c] == 0) continue;
    column[c] = 1;
    memcpy(&column[c + 1], &reflector[c + 1], (size_t) (b->rows - c - 1) * sizeof(*column));
  }
  GEMM("T", "N", &b->k, &b->k, &b->rows, &one, b->v, &b->rows, b->v, &b->rows, &zero, b->inverse,
       &b->k);
  for (int c = 0; c < b->k; c++)
    b->inverse[c * b->k + c] = (tau[first + c] == 0) ? 1 : 1 / tau[first + c];
}

/* x -= V T (V^T x) */
static void apply_group(backward *b, int count, real *x)
{
  GEMM("T", "N", &b->k, &count, &b->rows, &one, b->v, &b->rows, x, &b->n, &zero, b->small, &b->k);
  TRSM("L", "U", "N", "N", &b->k, &count, &one, b->inverse, &b->k, b->small, &b->k);
  GEMM("N", "N", &b->rows, &count, &b->k, &minus_one, b->v, &b->rows, b->small, &b->k, &one, x,
       &b->n);
}

static void apply_all_groups(backward *b, size_t kd, const real *a, const real *tau, size_t count,
                             real *x)
{
  const size_t nreflector = (size_t) b->n - kd;

  for (size_t end = nreflector; end > 0; end -= (size_t) b->k) {
    b->k = (int) ((end - 1) % GROUP + 1); /* groups begin at multiples of GROUP */
    const size_t first = end - (size_t) b->k;
    b->rows = (int) (nreflector - first);
    take_group(b, kd, a, tau, first);
    apply_group(b, (int) count, &x[kd + first]);
  }
}

inm_status PRECISE(inm_band_to_dense)(size_t n, size_t kd, const real *a, const real *tau,
                                      size_t count, double *z)
{
  backward b;
  inm_status status = INM_ERR_ALLOC;

  b.n = (int) n;
  b.v = (real *) malloc(GROUP * n * sizeof(real));
  b.inverse = (real *) malloc(GROUP * GROUP * sizeof(real));
  b.small = (real *) malloc((count + 1) * GROUP * sizeof(real));
#if defined(INM_SINGLE)
  real *x = (real *) malloc((count * n + 1) * sizeof(real));
  const int copied = 1;
#else
  real *x = z;
  const int copied = 0;
#endif

  if (b.v && b.inverse && b.small && x) {
    for (size_t k = 0; copied && k < count * n; k++) x[k] = (real) z[k];
    apply_all_groups(&b, kd, a, tau, count, x);
    for (size_t k = 0; copied && k < count * n; k++) z[k] = x[k];
    status = INM_OK;
  }
  free(b.v);
  free(b.inverse);
  free(b.small);
  if (copied) free(x);
  return status;
}
