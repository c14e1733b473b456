/* Wave vectors, and what the reciprocal sum adds to the Hessian once: diagonal blocks, affine force,
   derivatives by strain.  inm_reciprocal_product.c has the outer products. */

#include "hessian/inm_reciprocal_private.h"

#include "base/inm_lapack.h"
#include "comm/inm_atom_order.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double PI = 3.14159265358979323846;

void inm_reciprocal_destroy(inm_reciprocal **r)
{
  if (!r || !*r) return;
  free((*r)->index);
  free((*r)->k);
  free((*r)->w);
  free((*r)->xq);
  free(*r);
  *r = NULL;
}

double inm_reciprocal_bytes(const inm_reciprocal *r)
{
  if (!r) return 0.0;
  return (double) r->nk * (3.0 * sizeof(*r->index) + 4.0 * sizeof(*r->k)) +
      4.0 * (double) r->nrow * sizeof(*r->xq);
}

size_t inm_hessian_wave_vectors(const inm_hessian *h)
{
  return h->reciprocal ? h->reciprocal->nk : 0;
}

/* ---- wave vectors ----------------------------------------------------------------------------- */

static void cross(const double *u, const double *v, double *w)
{
  for (int a = 0; a < 3; a++)
    w[a] = u[(a + 1) % 3] * v[(a + 2) % 3] - u[(a + 2) % 3] * v[(a + 1) % 3];
}

static double dot3(const double *u, const double *v)
{
  return u[0] * v[0] + u[1] * v[1] + u[2] * v[2];
}

/* sum_{k > kmax} w_k k^2 over that of all k, for many k: with x = kmax/2g, int_x^inf t^2 exp(-t^2) dt */
static double tail_beyond(double x)
{
  return 2.0 / sqrt(PI) * x * exp(-x * x) + erfc(x);
}

static double largest_wave(double g, double tail)
{
  double lo = 0.0, hi = 40.0;
  for (int n = 0; n < 60; n++) {
    const double x = 0.5 * (lo + hi);
    *((tail_beyond(x) > tail) ? &lo : &hi) = x;
  }
  return 2.0 * g * hi;
}

static void wave(const inm_reciprocal *r, const int *index, double *k)
{
  for (int a = 0; a < 3; a++)
    k[a] =
        2.0 * PI * (index[0] * r->unit[0][a] + index[1] * r->unit[1][a] + index[2] * r->unit[2][a]);
}

/* half of all: of k and -k the one whose first index that is not zero is positive */
static int in_half(const int *index)
{
  if (index[0]) return index[0] > 0;
  if (index[1]) return index[1] > 0;
  return index[2] > 0;
}

/* Count the wave vectors up to kmax, and store them if there is room. */
static size_t list_waves(inm_reciprocal *r, double kmax)
{
  size_t nk = 0;
  int index[3];
  double k[3];

  for (index[0] = 0; index[0] <= r->most[0]; index[0]++)
    for (index[1] = -r->most[1]; index[1] <= r->most[1]; index[1]++)
      for (index[2] = -r->most[2]; index[2] <= r->most[2]; index[2]++) {
        wave(r, index, k);
        if (!in_half(index) || dot3(k, k) > kmax * kmax) continue;
        if (r->k) {
          memcpy(&r->index[3 * nk], index, sizeof(index));
          memcpy(&r->k[3 * nk], k, sizeof(k));
        }
        nk++;
      }
  return nk;
}

static inm_status set_waves(inm_reciprocal *r, const inm_ewald *e)
{
  const double kmax = largest_wave(e->g, e->tail);
  double normal[3][3];

  for (int a = 0; a < 3; a++) cross(e->edge[(a + 1) % 3], e->edge[(a + 2) % 3], normal[a]);
  const double volume = dot3(e->edge[0], normal[0]);
  if (!(volume > 0.0) || !isfinite(volume)) return INM_ERR_ARG;
  for (int a = 0; a < 3; a++) {
    const double most = kmax * sqrt(dot3(e->edge[a], e->edge[a])) / (2.0 * PI);
    if (!(most < 1.0e6)) return INM_ERR_SIZE;
    r->most[a] = (int) most;
    for (int b = 0; b < 3; b++) r->unit[a][b] = normal[a][b] / volume;
  }
  const size_t nk = list_waves(r, kmax), room = nk + (e->slab ? 1 : 0);
  if (nk > INT_MAX / 64) return INM_ERR_SIZE;
  r->index = (int *) calloc(3 * room + 1, sizeof(*r->index));
  r->k = (double *) calloc(3 * room + 1, sizeof(*r->k));
  r->w = (double *) malloc((room + 1) * sizeof(*r->w));
  if (!r->index || !r->k || !r->w) return INM_ERR_ALLOC;
  list_waves(r, kmax);
  for (size_t n = 0; n < nk; n++) {
    const double k2 = dot3(&r->k[3 * n], &r->k[3 * n]);
    r->w[n] = 8.0 * PI * e->coulomb / volume * exp(-k2 / (4.0 * e->g * e->g)) / k2;
  }
  if (e->slab) { /* 2 pi C M_z^2 / V, M_z = sum q_i z_i */
    r->k[3 * nk + 2] = 1.0;
    r->w[nk] = 4.0 * PI * e->coulomb / volume;
  }
  r->nk = room;
  for (size_t n = 0; n < room; n++)
    for (size_t ab = 0; ab < 9; ab++)
      r->g[ab] += r->w[n] * r->k[3 * n + ab / 3] * r->k[3 * n + ab % 3];
  return INM_OK;
}

/* ---- charges ---------------------------------------------------------------------------------- */

void inm_charges_free(inm_charges *c)
{
  for (int a = 0; a < 3; a++) free(c->axis[a]);
  free(c->weight);
  memset(c, 0, sizeof(*c));
}

inm_status inm_charges_create(inm_charges *c, const inm_reciprocal *r, size_t n, const double *xq,
                              const double *factor)
{
  memset(c, 0, sizeof(*c));
  c->n = n;
  c->weight = (double *) malloc((n + 1) * sizeof(*c->weight));
  int allocated = (c->weight != NULL);
  for (int a = 0; a < 3; a++) {
    c->axis[a] = (double *) malloc((2 * n * ((size_t) r->most[a] + 1) + 1) * sizeof(double));
    allocated = allocated && c->axis[a];
  }
  if (!allocated) {
    inm_charges_free(c);
    return INM_ERR_ALLOC;
  }
  for (size_t i = 0; i < n; i++) {
    c->weight[i] = xq[4 * i + 3] * (factor ? factor[i] : 1.0);
    for (int a = 0; a < 3; a++)
      for (size_t m = 0; m <= (size_t) r->most[a]; m++) {
        const double phase = 2.0 * PI * (double) m * dot3(r->unit[a], &xq[4 * i]);
        c->axis[a][2 * n * m + i] = cos(phase);
        c->axis[a][2 * n * m + n + i] = sin(phase);
      }
  }
  return INM_OK;
}

inm_status inm_charges_of_rows(inm_charges *c, const inm_hessian *h, int weighted)
{
  double *factor = (double *) malloc((h->nrow + 1) * sizeof(*factor));
  inm_status status = factor ? INM_OK : INM_ERR_ALLOC;

  memset(c, 0, sizeof(*c));
  for (size_t i = 0; i < h->nrow && status == INM_OK; i++)
    factor[i] = weighted ? sqrt(h->scale / h->mass[i]) : 1.0;
  if (status == INM_OK)
    status = inm_charges_create(c, h->reciprocal, h->nrow, h->reciprocal->xq, factor);
  free(factor);
  return status;
}

inm_status inm_charges_of_all(inm_charges *c, const inm_hessian *h, const int64_t *tag,
                              size_t natom, const double *mass)
{
  const inm_reciprocal *r = h->reciprocal;
  double *xq = (double *) calloc(5 * natom + 1, sizeof(*xq)), *factor = xq ? xq + 4 * natom : NULL;
  inm_status status = (natom <= INT_MAX / 4) ? (xq ? INM_OK : INM_ERR_ALLOC) : INM_ERR_SIZE;

  memset(c, 0, sizeof(*c));
  status = inm_status_sync(status, h->comm);
  if (status == INM_OK) {
    for (size_t i = 0; i < h->nrow; i++)
      memcpy(&xq[4 * inm_tag_index(tag, natom, h->tag[i])], &r->xq[4 * i], 4 * sizeof(*xq));
    MPI_Allreduce(MPI_IN_PLACE, xq, (int) (4 * natom), MPI_DOUBLE, MPI_SUM, h->comm);
    for (size_t i = 0; i < natom; i++) factor[i] = mass ? sqrt(h->scale / mass[i]) : 1.0;
    status = inm_status_sync(inm_charges_create(c, r, natom, xq, factor), h->comm);
  }
  if (status != INM_OK) inm_charges_free(c);
  free(xq);
  return status;
}

/* exp(i m 2 pi s) for m of either sign: sign of the sine */
static const double *power_of(const inm_charges *c, int axis, int m, double *sign)
{
  *sign = (m < 0) ? -1.0 : 1.0;
  return &c->axis[axis][2 * c->n * (size_t) abs(m)];
}

static void multiply_phases(size_t n, const double *x, double sx, const double *y, double sy,
                            double *z)
{
  const double *__restrict xc = x, *__restrict xs = x + n, *__restrict yc = y,
                           *__restrict ys = y + n;
  double *__restrict zc = z, *__restrict zs = z + n;
  for (size_t i = 0; i < n; i++) {
    zc[i] = xc[i] * yc[i] - sx * sy * (xs[i] * ys[i]);
    zs[i] = sx * (xs[i] * yc[i]) + sy * (xc[i] * ys[i]);
  }
}

void inm_reciprocal_phases(const inm_reciprocal *r, const inm_charges *c, size_t first,
                           size_t count, double *phase, double *work)
{
  const int *before = NULL;

  for (size_t m = 0; m < count; m++) {
    const int *index = &r->index[3 * (first + m)];
    double s0, s1, s2;
    const double *p0 = power_of(c, 0, index[0], &s0), *p1 = power_of(c, 1, index[1], &s1);
    const double *p2 = power_of(c, 2, index[2], &s2);
    if (!before || before[0] != index[0] || before[1] != index[1])
      multiply_phases(c->n, p0, s0, p1, s1, work);
    multiply_phases(c->n, work, 1.0, p2, s2, &phase[2 * c->n * m]);
    before = index;
  }
}

/* ---- diagonal blocks, affine force, derivatives by strain ------------------------------------- */

/* Strain r -> F r takes k to F^-T k and leaves k.r; w depends on k^2 and V.  For r_k += gamma r_c, relative
   derivatives of w by gamma: first, and first and second. */
typedef struct {
  double w1, w2;
} slopes;

/* y = k^2 with derivatives y1, y2; v: V -> V (1 + gamma)^v */
static slopes slopes_of(double y, double y1, double y2, double v, double g)
{
  const double beta = 1.0 / (4.0 * g * g) + 1.0 / y;
  const double log1 = -beta * y1 - v, log2 = -beta * y2 + y1 * y1 / (y * y) + v;
  return (slopes){log1, log1 * log1 + log2};
}

static slopes simple_strain(const double *k, int a, int c, double g)
{
  const double y = dot3(k, k), same = (a == c) ? 1.0 : 0.0;
  return slopes_of(y, -2.0 * k[a] * k[c], 2.0 * k[a] * k[a] * (1.0 + 2.0 * same), same, g);
}

/* U = (1/2) sum w |S|^2, and |S| does not change */
static void add_strain_energy(const inm_reciprocal *r, const double *s, double g, double *strain2,
                              double *dilation2)
{
  for (size_t n = 0; n < r->nk; n++) {
    const double *k = &r->k[3 * n], y = dot3(k, k);
    const double u = 0.5 * r->w[n] * (s[2 * n] * s[2 * n] + s[2 * n + 1] * s[2 * n + 1]);
    if (!r->index[3 * n] && !r->index[3 * n + 1] && !r->index[3 * n + 2]) {
      *dilation2 = NAN; /* the slab */
      continue;
    }
    for (int a = 0; a < 3; a++)
      for (int c = 0; c < 3; c++) strain2[3 * a + c] += u * simple_strain(k, a, c, g).w2;
    const slopes all = slopes_of(y, -2.0 * y, 6.0 * y, 3.0, g);
    *dilation2 += u * (all.w2 - 2.0 * all.w1); /* + (dim-1) W, W = -dU/de */
  }
}

/* d/dgamma of w k over w: [a][k][c] */
static void strained_wave(const double *k, double g, double *t)
{
  for (int b = 0; b < 3; b++)
    for (int c = 0; c < 3; c++) {
      const double w1 = simple_strain(k, b, c, g).w1;
      for (int a = 0; a < 3; a++) t[9 * a + 3 * b + c] = w1 * k[a] - ((a == c) ? k[b] : 0.0);
    }
}

typedef struct {
  double *s;     /* [nk][2] S(k) */
  double *phase; /* [INM_WAVES][2][n] */
  double *part;  /* [2][INM_WAVES][n]: q_i w (c C + s S), q_i w (s C - c S) */
  double *work;  /* [2][n] */
  double *dd;    /* [INM_WAVES][9] k k^T */
  double *dk;    /* [INM_WAVES][27] */
  double *block; /* [n][9] */
  double *force; /* [n][3] */
  double *xi;    /* [n][27] */
  double *all;
} sums;

static inm_status allocate_sums(sums *m, const inm_reciprocal *r, size_t n)
{
  const size_t p = INM_WAVES,
               total = 2 * r->nk + 4 * p * n + 2 * n + 36 * p + 39 * n + INM_BLAS_READS_AHEAD;
  m->all = m->s = (double *) inm_calloc_for_blas(total, sizeof(double));
  if (!m->all) return INM_ERR_ALLOC;
  m->phase = m->s + 2 * r->nk;
  m->part = m->phase + 2 * p * n;
  m->work = m->part + 2 * p * n;
  m->dd = m->work + 2 * n;
  m->dk = m->dd + 9 * p;
  m->block = m->dk + 27 * p;
  m->xi = m->block + 9 * n;
  m->force = m->xi + 27 * n;
  return INM_OK;
}

static size_t panel_size(const inm_reciprocal *r, size_t first)
{
  return (r->nk - first < INM_WAVES) ? r->nk - first : INM_WAVES;
}

static void structure_factors(const inm_reciprocal *r, const inm_charges *c, MPI_Comm comm, sums *m)
{
  for (size_t first = 0; first < r->nk; first += INM_WAVES) {
    const size_t count = panel_size(r, first);
    inm_reciprocal_phases(r, c, first, count, m->phase, m->work);
    for (size_t x = 0; x < 2 * count; x++)
      for (size_t i = 0; i < c->n; i++)
        m->s[2 * first + x] += c->weight[i] * m->phase[c->n * x + i];
  }
  MPI_Allreduce(MPI_IN_PLACE, m->s, (int) (2 * r->nk), MPI_DOUBLE, MPI_SUM, comm);
}

/* to [n][width] += part [count][n] times coefficient [count][width] */
static void add_panel(size_t n, size_t count, int width, const double *coefficient,
                      const double *part, double *to)
{
  const int ni = (int) n, k = (int) count;
  const double one = 1.0;
  if (n > 0)
    dgemm_("N", "T", &width, &ni, &k, &one, coefficient, &width, part, &ni, &one, to, &width);
}

static void add_up(const inm_reciprocal *r, const inm_charges *c, double g, sums *m)
{
  const size_t n = c->n;

  for (size_t first = 0; first < r->nk; first += INM_WAVES) {
    const size_t count = panel_size(r, first);
    inm_reciprocal_phases(r, c, first, count, m->phase, m->work);
    for (size_t p = 0; p < count; p++) {
      const double *k = &r->k[3 * (first + p)], w = r->w[first + p];
      const double sc = m->s[2 * (first + p)], ss = m->s[2 * (first + p) + 1];
      const double *cosine = &m->phase[2 * n * p], *sine = cosine + n;
      for (size_t ab = 0; ab < 9; ab++) m->dd[9 * p + ab] = k[ab / 3] * k[ab % 3];
      strained_wave(k, g, &m->dk[27 * p]);
      for (size_t i = 0; i < n; i++) {
        const double qw = c->weight[i] * w;
        m->part[n * p + i] = qw * (cosine[i] * sc + sine[i] * ss);
        m->part[n * (INM_WAVES + p) + i] = qw * (sine[i] * sc - cosine[i] * ss);
      }
    }
    add_panel(n, count, 9, m->dd, m->part, m->block);
    add_panel(n, count, 27, m->dk, &m->part[n * INM_WAVES], m->xi);
    add_panel(n, count, 3, &r->k[3 * first], &m->part[n * INM_WAVES], m->force);
  }
}

/* f_z = -w q_i (M_z - Q z_i), w = 4 pi C/V: it falls with the area, and does not change with the height */
static void add_slab(const inm_reciprocal *r, MPI_Comm comm, size_t n, const double *x,
                     const double *q, double *force, double *xi)
{
  double sum[2] = {0.0, 0.0}; /* Q, M_z */
  for (size_t i = 0; i < n; i++) {
    sum[0] += q[i];
    sum[1] += q[i] * x[3 * i + 2];
  }
  MPI_Allreduce(MPI_IN_PLACE, sum, 2, MPI_DOUBLE, MPI_SUM, comm);
  for (size_t i = 0; i < n; i++) {
    const double fz = -r->w[r->nk - 1] * q[i] * (sum[1] - sum[0] * x[3 * i + 2]);
    force[3 * i + 2] += fz;
    xi[27 * i + 18] -= fz;
    xi[27 * i + 22] -= fz;
  }
}

static inm_status take_rows(inm_hessian *h, const inm_reciprocal *r, size_t n, const double *x,
                            const double *q, const int *row, const sums *m)
{
  inm_status status = INM_OK;

  for (size_t i = 0; i < n && status == INM_OK; i++) {
    double k[9];
    if (row[i] == INM_OUTSIDE) continue;
    if (row[i] < 0 || (size_t) row[i] >= h->nrow) return INM_ERR_ARG;
    for (size_t ab = 0; ab < 9; ab++) k[ab] = q[i] * q[i] * r->g[ab] - m->block[9 * i + ab];
    double *to = &r->xq[4 * (size_t) row[i]];
    memcpy(to, &x[3 * i], 3 * sizeof(*to));
    to[3] = q[i];
    status = inm_hessian_add_diagonal(h, row[i], k);
    if (status == INM_OK) status = inm_hessian_add_affine(h, row[i], &m->xi[27 * i]);
  }
  return status;
}

static inm_status create(inm_reciprocal **out, const inm_hessian *h, const inm_ewald *e)
{
  const int good =
      e->g > 0.0 && isfinite(e->g) && isfinite(e->coulomb) && e->tail > 0.0 && e->tail < 1.0;
  *out = NULL;
  if (!h->open || h->dim != 3 || h->reciprocal || !good) return INM_ERR_ARG;
  inm_reciprocal *r = (inm_reciprocal *) calloc(1, sizeof(*r));
  if (!r) return INM_ERR_ALLOC;
  *out = r;
  r->nrow = h->nrow;
  r->xq = (double *) calloc(4 * h->nrow + 1, sizeof(*r->xq));
  return r->xq ? set_waves(r, e) : INM_ERR_ALLOC;
}

/* the dipole term has no phase, so that its S is Q and its sine is zero: add_up has its block, but the not its
   force and affine force */
inm_status inm_hessian_add_reciprocal(inm_hessian *h, const inm_ewald *e, size_t n, const double *x,
                                      const double *q, const int *row, int with_strains,
                                      double *force)
{
  inm_reciprocal *r = NULL;
  inm_charges c = {0, NULL, {NULL, NULL, NULL}};
  sums m = {NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL};
  double *xq = (double *) malloc((4 * n + 1) * sizeof(*xq)), strain2[9] = {0.0}, dilation2 = 0.0;
  int me;

  MPI_Comm_rank(h->comm, &me);
  inm_status status = create(&r, h, e);
  if (!xq || n > INT_MAX / 64) status = xq ? INM_ERR_SIZE : INM_ERR_ALLOC;
  for (size_t i = 0; i < n && status == INM_OK; i++) {
    memcpy(&xq[4 * i], &x[3 * i], 3 * sizeof(*xq));
    xq[4 * i + 3] = q[i];
  }
  if (status == INM_OK) status = inm_charges_create(&c, r, n, xq, NULL);
  if (status == INM_OK) status = allocate_sums(&m, r, n);
  status = inm_status_sync(status, h->comm);
  if (status != INM_OK) goto done;

  structure_factors(r, &c, h->comm, &m);
  add_up(r, &c, e->g, &m);
  if (e->slab) add_slab(r, h->comm, n, x, q, m.force, m.xi);
  if (force && n > 0) memcpy(force, m.force, 3 * n * sizeof(*force));
  if (with_strains && me == 0) {
    add_strain_energy(r, m.s, e->g, strain2, &dilation2);
    status = inm_hessian_add_strains(h, strain2, dilation2);
  }
  if (status == INM_OK) status = take_rows(h, r, n, x, q, row, &m);
  status = inm_status_sync(status, h->comm);
  if (status == INM_OK) {
    h->reciprocal = r;
    r = NULL;
  }

done:
  inm_charges_free(&c);
  inm_reciprocal_destroy(&r);
  free(m.all);
  free(xq);
  return status;
}
