#include "hessian/inm_cluster.h"

#include <math.h>
#include <string.h>

/* G^-1 is singular to rounding below this fraction of its diagonal */
static const double SMALLEST_PIVOT = 1.0e-10;

/* ---- A and G ---------------------------------------------------------------------------------- */

/* value_b += d_b . (u_i - u_j), d [nbond][3]: with d = dr this is A u */
static void apply(const inm_cluster *of, const double *d, const double *u, double *value)
{
  for (int b = 0; b < of->nbond; b++) {
    const double *ui = &u[3 * of->bond[b][0]], *uj = &u[3 * of->bond[b][1]];
    for (int a = 0; a < 3; a++) value[b] += d[3 * b + a] * (ui[a] - uj[a]);
  }
}

/* y += M^-1 times the transpose of apply() */
static void apply_transposed(const inm_cluster *of, const double *d, const double *value, double *y)
{
  for (int b = 0; b < of->nbond; b++) {
    const int i = of->bond[b][0], j = of->bond[b][1];
    for (int a = 0; a < 3; a++) {
      y[3 * i + a] += value[b] * d[3 * b + a] / of->mass[i];
      y[3 * j + a] -= value[b] * d[3 * b + a] / of->mass[j];
    }
  }
}

/* x = G^-1 value */
static void solve(const inm_cluster_frame *f, const double *value, double *x)
{
  for (int b = 0; b < f->of->nbond; b++) {
    x[b] = 0.0;
    for (int c = 0; c < f->of->nbond; c++) x[b] += f->inverse[b][c] * value[c];
  }
}

/* the inverse of a symmetric positive matrix by Gauss-Jordan elimination */
static inm_status invert(int n, double g[INM_CLUSTER_BONDS][INM_CLUSTER_BONDS],
                         double inverse[INM_CLUSTER_BONDS][INM_CLUSTER_BONDS])
{
  double least[INM_CLUSTER_BONDS];

  for (int b = 0; b < n; b++) {
    least[b] = SMALLEST_PIVOT * g[b][b];
    for (int c = 0; c < n; c++) inverse[b][c] = (b == c);
  }
  for (int p = 0; p < n; p++) {
    const double pivot = g[p][p];
    if (!(pivot > least[p]) || !isfinite(pivot)) return INM_ERR_ARG;
    for (int c = 0; c < n; c++) {
      g[p][c] /= pivot;
      inverse[p][c] /= pivot;
    }
    for (int r = 0; r < n; r++) {
      const double factor = (r == p) ? 0.0 : g[r][p];
      for (int c = 0; c < n; c++) {
        g[r][c] -= factor * g[p][c];
        inverse[r][c] -= factor * inverse[p][c];
      }
    }
  }
  return INM_OK;
}

static int is_malformed(const inm_cluster *of)
{
  if (of->natom < 2 || of->natom > INM_CLUSTER_ATOMS) return 1;
  if (of->nbond < 1 || of->nbond > INM_CLUSTER_BONDS) return 1;
  for (int i = 0; i < of->natom; i++)
    if (of->tag[i] <= 0 || !(of->mass[i] > 0.0)) return 1;
  for (int b = 0; b < of->nbond; b++)
    for (int e = 0; e < 2; e++)
      if (of->bond[b][e] < 0 || of->bond[b][e] >= of->natom) return 1;
  return 0;
}

inm_status inm_cluster_frame_set(inm_cluster_frame *f, const inm_cluster *of)
{
  double g[INM_CLUSTER_BONDS][INM_CLUSTER_BONDS];

  if (is_malformed(of)) return INM_ERR_ARG;
  memset(f, 0, sizeof(*f));
  f->of = of;
  for (int b = 0; b < of->nbond; b++)
    for (int a = 0; a < 3; a++) f->dr[b][a] = of->x[of->bond[b][0]][a] - of->x[of->bond[b][1]][a];
  for (int c = 0; c < of->nbond; c++) {
    inm_cluster_vector y = {0.0};
    double unit[INM_CLUSTER_BONDS] = {0.0}, column[INM_CLUSTER_BONDS] = {0.0};
    unit[c] = 1.0;
    apply_transposed(of, f->dr[0], unit, y);
    apply(of, f->dr[0], y, column);
    for (int b = 0; b < of->nbond; b++) g[b][c] = column[b];
  }
  return invert(of->nbond, g, f->inverse);
}

/* ---- multipliers and projectors --------------------------------------------------------------- */

void inm_cluster_multipliers(inm_cluster_frame *f, const double *gradient)
{
  double value[INM_CLUSTER_BONDS] = {0.0};
  inm_cluster_vector accelerated;

  for (int i = 0; i < f->of->natom; i++)
    for (int a = 0; a < 3; a++) accelerated[3 * i + a] = gradient[3 * i + a] / f->of->mass[i];
  apply(f->of, f->dr[0], accelerated, value);
  solve(f, value, f->lam);
}

/* n = M^-1 A^T G^-1 value: the displacement normal to the surface that changes A by value */
static void normal_displacement(const inm_cluster_frame *f, const double *value, double *n)
{
  double mu[INM_CLUSTER_BONDS];
  solve(f, value, mu);
  apply_transposed(f->of, f->dr[0], mu, n);
}

/* columns of M^-1 A^T G^-1 A */
static void normal_column(const inm_cluster_frame *f, int column, double *n)
{
  inm_cluster_vector unit = {0.0};
  double value[INM_CLUSTER_BONDS] = {0.0};

  memset(n, 0, sizeof(inm_cluster_vector));
  unit[column] = 1.0;
  apply(f->of, f->dr[0], unit, value);
  normal_displacement(f, value, n);
}

void inm_cluster_projector(const inm_cluster_frame *f, inm_cluster_matrix pi)
{
  inm_cluster_vector n;
  for (int c = 0; c < 3 * f->of->natom; c++) {
    normal_column(f, c, n);
    for (int r = 0; r < 3 * f->of->natom; r++) pi[r][c] = (r == c) - n[r];
  }
}

void inm_cluster_normal(const inm_cluster_frame *f, inm_cluster_matrix normal)
{
  inm_cluster_vector n;
  for (int c = 0; c < 3 * f->of->natom; c++) {
    normal_column(f, c, n);
    for (int r = 0; r < 3 * f->of->natom; r++) normal[r][c] = f->of->mass[r / 3] * n[r];
  }
}

void inm_cluster_normal_strain(const inm_cluster_frame *f, int k, int c, double *n)
{
  double value[INM_CLUSTER_BONDS] = {0.0};

  memset(n, 0, sizeof(inm_cluster_vector));
  for (int b = 0; b < f->of->nbond; b++) value[b] = f->dr[b][k] * f->dr[b][c];
  normal_displacement(f, value, n);
}

void inm_cluster_add_curvature(const inm_cluster_frame *f, const double *u, double *y)
{
  for (int b = 0; b < f->of->nbond; b++) {
    const int i = f->of->bond[b][0], j = f->of->bond[b][1];
    for (int a = 0; a < 3; a++) {
      const double change = f->lam[b] * (u[3 * i + a] - u[3 * j + a]);
      y[3 * i + a] += change;
      y[3 * j + a] -= change;
    }
  }
}

/* ---- kinetic energy along the curve -----------------------------------------------------------

   The curve has r' = w = a - n and r'' = b = -M^-1 A^T G^-1 q, q_c = w.grad grad s_c.w.  It carries the
   coordinates y on the surface along, so that g = J^T M J with J = (1 + gamma dw/dr + gamma^2/2 db/dr) J_0.
   In orthonormal coordinates, M^1/2 J_0 = Q, with L = M^1/2 dw/dr M^-1/2 P and B the same of b:
     g' = Q^T (L + L^T) Q,  g'' = Q^T (2 L^T L + B + B^T) Q */

typedef struct {
  const inm_cluster_frame *f;
  const double *strain; /* [3][3] */
  inm_cluster_vector w;
  double mu[INM_CLUSTER_BONDS], nu[INM_CLUSTER_BONDS]; /* G^-1 A a and G^-1 q */
} flow;

static double strained(const flow *c, const double *x, const double *y)
{
  double sum = 0.0;
  for (int k = 0; k < 3; k++)
    for (int l = 0; l < 3; l++) sum += x[k] * c->strain[3 * k + l] * y[l];
  return sum;
}

/* dr of a field: u_i - u_j of all bonds */
static void differences(const inm_cluster *of, const double *u, double (*d)[3])
{
  for (int b = 0; b < of->nbond; b++)
    for (int a = 0; a < 3; a++) d[b][a] = u[3 * of->bond[b][0] + a] - u[3 * of->bond[b][1] + a];
}

static void start_flow(flow *c, const inm_cluster_frame *f, const double *strain)
{
  double value[INM_CLUSTER_BONDS] = {0.0}, q[INM_CLUSTER_BONDS] = {0.0};
  double dw[INM_CLUSTER_BONDS][3];
  inm_cluster_vector n = {0.0};

  c->f = f;
  c->strain = strain;
  for (int b = 0; b < f->of->nbond; b++) value[b] = strained(c, f->dr[b], f->dr[b]);
  solve(f, value, c->mu);
  apply_transposed(f->of, f->dr[0], c->mu, n);
  for (int i = 0; i < f->of->natom; i++)
    for (int k = 0; k < 3; k++) {
      c->w[3 * i + k] = -n[3 * i + k];
      for (int l = 0; l < 3; l++) c->w[3 * i + k] += strain[3 * k + l] * f->of->x[i][l];
    }
  differences(f->of, c->w, dw);
  for (int b = 0; b < f->of->nbond; b++)
    q[b] = dw[b][0] * dw[b][0] + dw[b][1] * dw[b][1] + dw[b][2] * dw[b][2];
  solve(f, q, c->nu);
}

/* y = d/du [M^-1 A^T G^-1 value], for x = G^-1 value and the derivative of value, which is overwritten */
static void normal_derivative(const flow *c, const double *du, const double *x, double *change,
                              double *y)
{
  const inm_cluster *of = c->f->of;
  double dx[INM_CLUSTER_BONDS], dg[INM_CLUSTER_BONDS] = {0.0};
  inm_cluster_vector ax = {0.0}, dax = {0.0};

  apply_transposed(of, c->f->dr[0], x, ax);
  apply_transposed(of, du, x, dax);
  apply(of, du, ax, dg);
  apply(of, c->f->dr[0], dax, dg);
  for (int b = 0; b < of->nbond; b++) change[b] -= dg[b];
  solve(c->f, change, dx);
  memcpy(y, dax, sizeof(dax));
  apply_transposed(of, c->f->dr[0], dx, y);
}

/* dw = dw/dr u,  db = db/dr u */
static void flow_derivative(const flow *c, const double *u, double *dw, double *db)
{
  const inm_cluster *of = c->f->of;
  double du[INM_CLUSTER_BONDS][3], change[INM_CLUSTER_BONDS] = {0.0}, w[INM_CLUSTER_BONDS][3],
                                   dw_of_bond[INM_CLUSTER_BONDS][3];

  differences(of, u, du);
  for (int b = 0; b < of->nbond; b++)
    change[b] = strained(c, du[b], c->f->dr[b]) + strained(c, c->f->dr[b], du[b]);
  normal_derivative(c, du[0], c->mu, change, dw);
  for (int i = 0; i < of->natom; i++)
    for (int k = 0; k < 3; k++) {
      dw[3 * i + k] *= -1.0;
      for (int l = 0; l < 3; l++) dw[3 * i + k] += c->strain[3 * k + l] * u[3 * i + l];
    }

  differences(of, c->w, w);
  differences(of, dw, dw_of_bond);
  for (int b = 0; b < of->nbond; b++) {
    change[b] = 0.0;
    for (int a = 0; a < 3; a++) change[b] += 2.0 * w[b][a] * dw_of_bond[b][a];
  }
  normal_derivative(c, du[0], c->nu, change, db);
  for (int r = 0; r < 3 * of->natom; r++) db[r] *= -1.0;
}

/* p = M^1/2 pi M^-1/2 */
static void weighted_projector(const inm_cluster_frame *f, inm_cluster_matrix p)
{
  inm_cluster_projector(f, p);
  for (int r = 0; r < 3 * f->of->natom; r++)
    for (int c = 0; c < 3 * f->of->natom; c++)
      p[r][c] *= sqrt(f->of->mass[r / 3] / f->of->mass[c / 3]);
}

void inm_cluster_kinetic(const inm_cluster_frame *f, int dim, const double *strain, double *first,
                         double *second)
{
  const int n = 3 * f->of->natom;
  const double *mass = f->of->mass;
  inm_cluster_matrix p, l, pl;
  flow c;

  start_flow(&c, f, strain);
  weighted_projector(f, p);
  *first = *second = 0.0;
  memset(l, 0, sizeof(l));
  for (int k = 0; k < n; k++) {
    inm_cluster_vector u, dw, db;
    if (k % 3 >= dim) continue;
    for (int r = 0; r < n; r++) u[r] = p[r][k] / sqrt(mass[r / 3]);
    flow_derivative(&c, u, dw, db);
    for (int r = 0; r < n; r++) {
      l[r][k] = sqrt(mass[r / 3]) * dw[r];
      *second -= l[r][k] * l[r][k] + p[k][r] * sqrt(mass[r / 3]) * db[r];
    }
  }
  for (int r = 0; r < n; r++)
    for (int k = 0; k < n; k++) {
      pl[r][k] = 0.0;
      for (int q = 0; q < n; q++) pl[r][k] += p[r][q] * l[q][k];
    }
  for (int r = 0; r < n; r++) {
    *first += pl[r][r];
    for (int k = 0; k < n; k++) *second += (pl[r][k] + pl[k][r]) * (pl[r][k] + pl[k][r]);
  }
}
