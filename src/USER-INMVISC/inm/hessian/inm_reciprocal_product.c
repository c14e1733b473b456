/* Outer products of the reciprocal part: with vectors, into dense matrices, as blocks. */

#include "hessian/inm_reciprocal_private.h"

#include "base/inm_lapack.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static size_t panel_size(const inm_reciprocal *r, size_t first)
{
  return (r->nk - first < INM_WAVES) ? r->nk - first : INM_WAVES;
}

/* ---- with vectors ----------------------------------------------------------------------------- */

typedef struct {
  const inm_reciprocal *r;
  const inm_charges *c;
  int nvec, width; /* width = 3 nvec */
  double *phase, *work;
  double *xw;    /* [n][3][nvec] z x, then the sum for z y */
  double *panel; /* [INM_WAVES][2][3][nvec] */
  double *along; /* [nk][2][nvec] k.(W^T x), without sqrt(w) */
} product;

/* along = sum_i z_i (cos, sin) k.x_i */
static void project(product *p)
{
  const int n = (int) p->c->n;
  const double one = 1.0, zero = 0.0;

  for (size_t first = 0; first < p->r->nk && n > 0; first += INM_WAVES) {
    const size_t count = panel_size(p->r, first);
    const int columns = (int) (2 * count);
    inm_reciprocal_phases(p->r, p->c, first, count, p->phase, p->work);
    dgemm_("N", "N", &p->width, &columns, &n, &one, p->xw, &p->width, p->phase, &n, &zero, p->panel,
           &p->width);
    for (size_t s = 0; s < 2 * count; s++)
      for (size_t v = 0; v < (size_t) p->width; v++)
        p->along[(2 * first + s) * (size_t) p->nvec + v % (size_t) p->nvec] +=
            p->r->k[3 * (first + s / 2) + v / (size_t) p->nvec] *
            p->panel[s * (size_t) p->width + v];
  }
}

/* xw = sum_k w_k k (cos, sin) along */
static void expand(product *p)
{
  const int n = (int) p->c->n;
  const double one = 1.0;

  memset(p->xw, 0, (size_t) n * (size_t) p->width * sizeof(*p->xw));
  for (size_t first = 0; first < p->r->nk && n > 0; first += INM_WAVES) {
    const size_t count = panel_size(p->r, first);
    const int columns = (int) (2 * count);
    inm_reciprocal_phases(p->r, p->c, first, count, p->phase, p->work);
    for (size_t s = 0; s < 2 * count; s++)
      for (size_t v = 0; v < (size_t) p->width; v++)
        p->panel[s * (size_t) p->width + v] = p->r->w[first + s / 2] *
            p->r->k[3 * (first + s / 2) + v / (size_t) p->nvec] *
            p->along[(2 * first + s) * (size_t) p->nvec + v % (size_t) p->nvec];
    dgemm_("N", "T", &p->width, &n, &columns, &one, p->panel, &p->width, p->phase, &n, &one, p->xw,
           &p->width);
  }
}

inm_status inm_reciprocal_multiply(const inm_reciprocal *r, const inm_charges *c, MPI_Comm comm,
                                   int nvec, double factor, const double *x, double *y)
{
  const size_t n = c->n, width = 3 * (size_t) nvec, nv = (size_t) nvec;
  const size_t nphase = 2 * INM_WAVES * n, npanel = 2 * INM_WAVES * width;
  double *all = (double *) inm_calloc_for_blas(
      nphase + 2 * n + width * n + npanel + 2 * nv * r->nk + 1, sizeof(double));
  inm_status status = all ? INM_OK : INM_ERR_ALLOC;
  product p = {r, c, nvec, (int) width, all, NULL, NULL, NULL, NULL};

  if (comm != MPI_COMM_NULL) status = inm_status_sync(status, comm);
  if (status != INM_OK) goto done;
  p.work = p.phase + nphase;
  p.xw = p.work + 2 * n;
  p.panel = p.xw + width * n;
  p.along = p.panel + npanel;
  for (size_t i = 0; i < n; i++)
    for (size_t v = 0; v < width; v++) p.xw[width * i + v] = c->weight[i] * x[width * i + v];
  project(&p);
  if (comm != MPI_COMM_NULL)
    MPI_Allreduce(MPI_IN_PLACE, p.along, (int) (2 * nv * r->nk), MPI_DOUBLE, MPI_SUM, comm);
  expand(&p);
  for (size_t i = 0; i < n; i++)
    for (size_t a = 0; a < 3; a++)
      for (size_t v = 0; v < nv; v++) {
        double self = 0.0;
        for (size_t b = 0; b < 3; b++) self += r->g[3 * a + b] * x[width * i + nv * b + v];
        const size_t at = width * i + nv * a + v;
        y[at] += factor * c->weight[i] * (p.xw[at] - c->weight[i] * self);
      }

done:
  free(all);
  return status;
}

/* ---- dense ------------------------------------------------------------------------------------ */

/* columns of W [count][2][3n]; row [nrow]: only these coordinates, NULL: all */
static void fill_columns(const inm_reciprocal *r, const inm_charges *c, size_t first, size_t count,
                         const double *phase, size_t nrow, const size_t *row, double *columns)
{
  for (size_t s = 0; s < 2 * count; s++) {
    const double *k = &r->k[3 * (first + s / 2)], root = sqrt(r->w[first + s / 2]);
    for (size_t x = 0; x < nrow; x++) {
      const size_t at = row ? row[x] : x;
      columns[nrow * s + x] = root * k[at % 3] * c->weight[at / 3] * phase[c->n * s + at / 3];
    }
  }
}

/* copy the lower triangle of Fortran, the upper one of C, to the other */
#define DEFINE_MIRROR(NAME, REAL)                                             \
  static void NAME(size_t n, REAL *a)                                         \
  {                                                                           \
    const size_t tile = 64;                                                   \
    for (size_t r0 = 0; r0 < n; r0 += tile)                                   \
      for (size_t c0 = r0; c0 < n; c0 += tile)                                \
        for (size_t r = r0; r < n && r < r0 + tile; r++)                      \
          for (size_t c = (c0 > r ? c0 : r + 1); c < n && c < c0 + tile; c++) \
            a[c * n + r] = a[r * n + c];                                      \
  }
DEFINE_MIRROR(mirror, double)
DEFINE_MIRROR(mirror_single, float)

inm_status inm_reciprocal_add_dense(const inm_reciprocal *r, const inm_charges *c, double *a,
                                    float *single)
{
  const size_t n = 3 * c->n, width = 2 * INM_WAVES;
  const int order = (int) n;
  const double one = 1.0;
  const float one_single = 1.0f;
  double *phase = (double *) malloc((width * c->n + 2 * c->n + 1) * sizeof(*phase));
  double *columns = (double *) inm_malloc_for_blas((width * n + 1) * sizeof(*columns));
  float *rounded = (float *) inm_malloc_for_blas(single ? (width * n + 1) * sizeof(*rounded) : 1);
  const inm_status status = (phase && columns && rounded) ? INM_OK : INM_ERR_ALLOC;

  for (size_t first = 0; first < r->nk && n > 0 && status == INM_OK; first += INM_WAVES) {
    const size_t count = panel_size(r, first);
    const int k = (int) (2 * count);
    inm_reciprocal_phases(r, c, first, count, phase, phase + width * c->n);
    fill_columns(r, c, first, count, phase, n, NULL, columns);
    if (single) {
      for (size_t x = 0; x < 2 * count * n; x++) rounded[x] = (float) columns[x];
      ssyrk_("L", "N", &order, &k, &one_single, rounded, &order, &one_single, single, &order);
    } else {
      dsyrk_("L", "N", &order, &k, &one, columns, &order, &one, a, &order);
    }
  }
  for (size_t i = 0; i < c->n && status == INM_OK; i++)
    for (size_t ab = 0; ab < 9; ab++) {
      const double self = c->weight[i] * c->weight[i] * r->g[ab];
      const size_t at = (3 * i + ab / 3) * n + 3 * i + ab % 3;
      if (single)
        single[at] -= (float) self;
      else
        a[at] -= self;
    }
  if (status == INM_OK && single) mirror_single(n, single);
  if (status == INM_OK && !single) mirror(n, a);
  free(phase);
  free(columns);
  free(rounded);
  return status;
}

inm_status inm_reciprocal_add_part(const inm_reciprocal *r, const inm_charges *c, size_t nrow,
                                   const size_t *row, size_t ncol, const size_t *col, double *a)
{
  const size_t width = 2 * INM_WAVES;
  const int m = (int) nrow, n = (int) ncol;
  const double one = 1.0;
  double *phase = (double *) malloc((width * c->n + 2 * c->n + 1) * sizeof(*phase));
  double *left = (double *) inm_malloc_for_blas((width * nrow + 1) * sizeof(*left));
  double *right = (double *) inm_malloc_for_blas((width * ncol + 1) * sizeof(*right));
  const inm_status status = (phase && left && right) ? INM_OK : INM_ERR_ALLOC;

  for (size_t first = 0; first < r->nk && m > 0 && n > 0 && status == INM_OK; first += INM_WAVES) {
    const size_t count = panel_size(r, first);
    const int k = (int) (2 * count);
    inm_reciprocal_phases(r, c, first, count, phase, phase + width * c->n);
    fill_columns(r, c, first, count, phase, nrow, row, left);
    fill_columns(r, c, first, count, phase, ncol, col, right);
    dgemm_("N", "T", &m, &n, &k, &one, left, &m, right, &n, &one, a, &m);
  }
  for (size_t y = 0, x = 0; y < ncol && status == INM_OK; y++) { /* both ascend */
    while (x < nrow && row[x] / 3 < col[y] / 3) x++;
    for (size_t z = x; z < nrow && row[z] / 3 == col[y] / 3; z++)
      a[y * nrow + z] -=
          c->weight[col[y] / 3] * c->weight[col[y] / 3] * r->g[3 * (row[z] % 3) + col[y] % 3];
  }
  free(phase);
  free(left);
  free(right);
  return status;
}

/* ---- blocks ----------------------------------------------------------------------------------- */

/* sum [6][n] += w_k (xx, xy, xz, yy, yz, zz) cos k.(r_i - r_j): the same operations for i, j and j, i */
static void add_row(const inm_reciprocal *r, size_t n, size_t first, size_t count,
                    const double *phase, size_t i, double *sum)
{
  static const int index[6][2] = {{0, 0}, {0, 1}, {0, 2}, {1, 1}, {1, 2}, {2, 2}};

  for (size_t p = 0; p < count; p++) {
    const double *k = &r->k[3 * (first + p)];
    const double *cosine = &phase[2 * n * p], *sine = cosine + n;
    const double ci = cosine[i], si = sine[i];
    for (int m = 0; m < 6; m++) {
      const double kk = r->w[first + p] * k[index[m][0]] * k[index[m][1]];
      double *to = &sum[n * (size_t) m];
      for (size_t j = 0; j < n; j++) to[j] += kk * (ci * cosine[j] + si * sine[j]);
    }
  }
}

inm_status inm_reciprocal_add_rows(const inm_reciprocal *r, const inm_charges *c, size_t first,
                                   size_t last, double *k)
{
  static const int packed[9] = {0, 1, 2, 1, 3, 4, 2, 4, 5};
  const size_t n = c->n, rows = last - first;
  double *phase = (double *) malloc((2 * n * (INM_WAVES + 1) + 1) * sizeof(*phase));
  double *sum = (double *) calloc(6 * n * rows + 1, sizeof(*sum));
  const inm_status status = (phase && sum) ? INM_OK : INM_ERR_ALLOC;

  for (size_t m = 0; m < r->nk && status == INM_OK; m += INM_WAVES) {
    const size_t count = panel_size(r, m);
    inm_reciprocal_phases(r, c, m, count, phase, phase + 2 * n * INM_WAVES);
    for (size_t i = 0; i < rows; i++) add_row(r, n, m, count, phase, first + i, &sum[6 * n * i]);
  }
  for (size_t i = 0; i < rows && status == INM_OK; i++)
    for (size_t j = 0; j < n; j++)
      for (size_t ab = 0; ab < 9 && j != first + i; ab++) /* the Hessian has the diagonal */
        k[9 * (n * i + j) + ab] +=
            c->weight[first + i] * c->weight[j] * sum[6 * n * i + n * (size_t) packed[ab] + j];
  free(phase);
  free(sum);
  return status;
}
