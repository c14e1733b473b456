/* Dense to band by blocks of Householder vectors (Bischof, Lang, Sun, ACM TOMS 26, 581 (2000)).

   For each panel of kd columns:
     1. QR of what stands below the band:  A(j+kd:n, j:j+kd) = Q R,  Q = 1 - V T V^T
     2. two-sided update of what is right of it:  A <- Q^T A Q = A - V W^T - W V^T
        with  Y = A V T,  W = Y - 1/2 V T^T (V^T Y)

   The updates of several panels are kept in V, W and applied together, since one update of rank
   2*DELAY*kd runs nearer to the speed of a matrix product than DELAY of rank 2*kd.  Until then
   products with A are corrected:  A V = A_stored V - V_kept (W_kept^T V) - W_kept (V_kept^T V).

   dsytrd_sy2sb of LAPACK does the same without delay. */

#include "inm_band.h"

#include "inm_lapack.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { DELAY = 4 };

static const double one = 1.0, minus_one = -1.0, zero = 0.0, minus_half = -0.5;

typedef struct {
  int n, kd;
  double *a;
  double *v, *w; /* [DELAY*kd][n]  kept updates, rows counted as those of A */
  double *vt;    /* [kd][n]        V T of the panel at hand */
  double *t;     /* [kd][kd] */
  double *small; /* [DELAY*kd][kd] */
  double *work;  /* for dgeqrf */
  int lwork;
  int kept; /* columns in v and w */
} reduction;

static double *at(const reduction *r, double *x, int row, int column)
{
  return &x[(size_t) column * r->n + row];
}

/* bring kd columns from j on up to date with the kept updates */
static void update_panel(reduction *r, int j, int width)
{
  const int rows = r->n - j;
  if (r->kept == 0) return;
  dgemm_("N", "T", &rows, &width, &r->kept, &minus_one, at(r, r->v, j, 0), &r->n, at(r, r->w, j, 0),
         &r->n, &one, at(r, r->a, j, j), &r->n);
  dgemm_("N", "T", &rows, &width, &r->kept, &minus_one, at(r, r->w, j, 0), &r->n, at(r, r->v, j, 0),
         &r->n, &one, at(r, r->a, j, j), &r->n);
}

/* QR of the rows from i on of kd columns from j on; V with its ones and zeros goes to v, T to t.
   k reflectors, one for each column that has something to be annihilated */
static inm_status factor_panel(reduction *r, int i, int j, int width, int k, double *tau)
{
  const int rows = r->n - i;
  double *v = at(r, r->v, 0, r->kept);
  int info;

  dgeqrf_(&rows, &width, at(r, r->a, i, j), &r->n, tau, r->work, &r->lwork, &info);
  if (info != 0) return INM_ERR_LAPACK;

  memset(v, 0, (size_t) k * r->n * sizeof(*v));
  for (int c = 0; c < k; c++) {
    double *column = &v[(size_t) c * r->n + i];
    memcpy(&column[c], at(r, r->a, i + c, j + c), (size_t) (rows - c) * sizeof(*v));
    column[c] = 1.0;
  }
  dlarft_("F", "C", &rows, &k, &v[i], &r->n, tau, r->t, &r->kd);
  return INM_OK;
}

/* y -= x1 (x2^T vt) for the rows from i on: the part of A V T that is not yet in A */
static void correct(reduction *r, int i, int k, double *x1, double *x2, double *y)
{
  const int rows = r->n - i;
  dgemm_("T", "N", &r->kept, &k, &rows, &one, at(r, x2, i, 0), &r->n, &r->vt[i], &r->n, &zero,
         r->small, &r->kept);
  dgemm_("N", "N", &rows, &k, &r->kept, &minus_one, at(r, x1, i, 0), &r->n, r->small, &r->kept,
         &one, y, &r->n);
}

/* W of the panel whose V was just put behind the kept ones */
static void form_update(reduction *r, int i, int k)
{
  const int rows = r->n - i;
  double *v = at(r, r->v, i, r->kept), *w = at(r, r->w, i, r->kept);

  /* Y = A V T */
  memcpy(r->vt, at(r, r->v, 0, r->kept), (size_t) k * r->n * sizeof(*v));
  dtrmm_("R", "U", "N", "N", &rows, &k, &one, r->t, &r->kd, &r->vt[i], &r->n);
  memset(at(r, r->w, 0, r->kept), 0, (size_t) k * r->n * sizeof(*w));
  dsymm_("L", "L", &rows, &k, &one, at(r, r->a, i, i), &r->n, &r->vt[i], &r->n, &zero, w, &r->n);
  if (r->kept > 0) {
    correct(r, i, k, r->v, r->w, w);
    correct(r, i, k, r->w, r->v, w);
  }

  /* W = Y - 1/2 V T^T (V^T Y) */
  dgemm_("T", "N", &k, &k, &rows, &one, v, &r->n, w, &r->n, &zero, r->small, &k);
  dtrmm_("L", "U", "T", "N", &k, &k, &one, r->t, &r->kd, r->small, &k);
  dgemm_("N", "N", &rows, &k, &k, &minus_half, v, &r->n, r->small, &k, &one, w, &r->n);
}

/* apply the kept updates to everything from i on */
static void apply_kept(reduction *r, int i)
{
  const int rows = r->n - i;
  if (r->kept > 0 && rows > 0)
    dsyr2k_("L", "N", &rows, &r->kept, &minus_one, at(r, r->v, i, 0), &r->n, at(r, r->w, i, 0),
            &r->n, &one, at(r, r->a, i, i), &r->n);
  r->kept = 0;
}

static void copy_band(const reduction *r, double *band)
{
  for (int j = 0; j < r->n; j++) {
    const int rows = (r->n - j < r->kd + 1) ? r->n - j : r->kd + 1;
    double *column = &band[(size_t) j * (r->kd + 1)];
    memset(column, 0, (size_t) (r->kd + 1) * sizeof(*column));
    memcpy(column, at(r, r->a, j, j), (size_t) rows * sizeof(*column));
  }
}

static inm_status reduce(reduction *r, double *tau)
{
  inm_status status = INM_OK;
  int j = 0;

  for (; j + r->kd < r->n && status == INM_OK; j += r->kd) {
    const int i = j + r->kd, rows = r->n - i, k = (rows < r->kd) ? rows : r->kd;
    update_panel(r, j, r->kd);
    status = factor_panel(r, i, j, r->kd, k, &tau[j]);
    form_update(r, i, k);
    r->kept += k;
    if (r->kept + r->kd > DELAY * r->kd) apply_kept(r, i);
  }
  apply_kept(r, j);
  return status;
}

inm_status inm_reduce_to_band(size_t n, size_t kd, double *a, double *tau, double *band)
{
  reduction r;
  const int query = -1;
  double size;
  int info;
  inm_status status = INM_ERR_ALLOC;

  if (kd < 1 || n <= kd) return INM_ERR_ARG;
  if (n > INT_MAX) return INM_ERR_SIZE;
  memset(&r, 0, sizeof(r));
  r.n = (int) n;
  r.kd = (int) kd;
  r.a = a;
  dgeqrf_(&r.n, &r.kd, a, &r.n, tau, &size, &query, &info);
  r.lwork = (int) size;

  const size_t columns = DELAY * kd;
  r.v = (double *) malloc(columns * n * sizeof(double));
  r.w = (double *) malloc(columns * n * sizeof(double));
  r.vt = (double *) malloc(kd * n * sizeof(double));
  r.t = (double *) malloc(kd * kd * sizeof(double));
  r.small = (double *) malloc(columns * kd * sizeof(double));
  r.work = (double *) malloc((size_t) r.lwork * sizeof(double));
  if (r.v && r.w && r.vt && r.t && r.small && r.work) {
    status = reduce(&r, tau);
    copy_band(&r, band);
  }
  free(r.v);
  free(r.w);
  free(r.vt);
  free(r.t);
  free(r.small);
  free(r.work);
  return status;
}
