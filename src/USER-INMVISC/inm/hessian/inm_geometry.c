/* Angles and their derivatives: inm_geometry.h

   A term is a function of vectors d_v between its atoms, which are signed sums of positions,
   d_v = sum_i s_vi r_i.  With internal coordinates q_a,

     d2U/dd_v dd_w = sum_a U_a d2q_a/dd_v dd_w + sum_ab U_ab dq_a/dd_v dq_b/dd_w
     K_ij          = sum_vw s_vi s_wj d2U/dd_v dd_w */

#include "inm_geometry.h"

#include <math.h>
#include <string.h>

enum { MAX_ATOM = 4, MAX_VECTOR = 3 };

typedef struct {
  int natom, nvector;
  int sign[MAX_VECTOR][MAX_ATOM];
} inm_shape;

/* d1 = r1 - r2, d2 = r3 - r2 */
static const inm_shape angle = {3, 2, {{1, -1, 0, 0}, {0, -1, 1, 0}, {0, 0, 0, 0}}};

/* b1 = r1 - r2, b2 = r3 - r2, b3 = r4 - r3 */
static const inm_shape dihedral = {4, 3, {{1, -1, 0, 0}, {0, -1, 1, 0}, {0, 0, -1, 1}}};

/* Squared sine below which atoms count as collinear.  At this limit the direction of the cross product
   has only four digits left if the vectors are differences of coordinates a hundred times as long. */
static const double IN_LINE = 1.0e-20;

static double dot(const double *a, const double *b)
{
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

static void cross(const double *a, const double *b, double *c)
{
  for (int i = 0; i < 3; i++) {
    const int j = (i + 1) % 3, k = (i + 2) % 3;
    c[i] = a[j] * b[k] - a[k] * b[j];
  }
}

/* unit vector; returns the length */
static double unit_vector(const double *a, double *unit)
{
  const double length = sqrt(dot(a, a));
  for (int i = 0; i < 3; i++) unit[i] = a[i] / length;
  return length;
}

/* With unit vectors u = a/|a|, v = b/|b| and c = u.v

     dc/da     = (v - c u) / |a|
     d2c/da da = -[u v^T + v u^T + c (1 - 3 u u^T)] / |a|^2
     d2c/da db = [1 - u u^T - v v^T + c u v^T] / (|a||b|)

   and the same with a and b exchanged. */
void inm_cosine(const double *a, const double *b, double *c, double *g, double *h)
{
  double u[3], v[3];
  const double ra = unit_vector(a, u), rb = unit_vector(b, v), cosine = dot(u, v);

  for (int i = 0; i < 3; i++) {
    g[i] = (v[i] - cosine * u[i]) / ra;
    g[3 + i] = (u[i] - cosine * v[i]) / rb;
  }
  for (int i = 0; i < 3; i++)
    for (int j = 0; j < 3; j++) {
      const double one = (i == j) ? 1.0 : 0.0, uv = u[i] * v[j] + v[i] * u[j];
      const double uu = u[i] * u[j], vv = v[i] * v[j];
      h[6 * i + j] = -(uv + cosine * (one - 3.0 * uu)) / (ra * ra);
      h[6 * (3 + i) + 3 + j] = -(uv + cosine * (one - 3.0 * vv)) / (rb * rb);
      h[6 * i + 3 + j] = h[6 * (3 + j) + i] = (one - uu - vv + cosine * u[i] * v[j]) / (ra * rb);
    }
  *c = cosine;
}

/* h [n][n] = G^T A G;  A [m][m], G [m][n]; m <= 6, n <= 9 */
static void congruence(int m, int n, const double *a, const double *g, double *h)
{
  double ag[6 * 9];

  for (int i = 0; i < m; i++)
    for (int j = 0; j < n; j++) {
      ag[n * i + j] = 0.0;
      for (int k = 0; k < m; k++) ag[n * i + j] += a[m * i + k] * g[n * k + j];
    }
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++) {
      h[n * i + j] = 0.0;
      for (int k = 0; k < m; k++) h[n * i + j] += g[n * k + i] * ag[n * k + j];
    }
}

/* Add factor * X(v), X_ij = sum_k epsilon_ijk v_k, at (row, col) of a matrix with n columns.
   X(v) w = w x v, so  a x b = X(b) a = -X(a) b. */
static void add_cross_matrix(double *to, int n, int row, int col, double factor, const double *v)
{
  for (int i = 0; i < 3; i++) {
    const int j = (i + 1) % 3, k = (i + 2) % 3;
    to[n * (row + i) + col + j] += factor * v[k];
    to[n * (row + j) + col + i] -= factor * v[k];
  }
}

/* cos(phi) = cosine(m, n) with the normals m = b1 x b2, n = b3 x b2 of the two planes, each linear in
   every b:  (m,n) = J (b1,b2,b3).  By the chain rule

     d2c/db db = J^T c'' J + sum_k c'_k d2(m,n)_k/db db

   where the second sum couples b1 and b3 with b2 only:  d2(w.(a x b))/da db = X(w). */
inm_status inm_dihedral_cosine(const double *b1, const double *b2, const double *b3, double *c,
                               double *g, double *h)
{
  double m[3], n[3], dc[6], d2c[6 * 6], jacobian[6 * 9];
  cross(b1, b2, m);
  cross(b3, b2, n);
  const double axis = IN_LINE * dot(b2, b2);
  if (!(dot(m, m) > axis * dot(b1, b1) && dot(n, n) > axis * dot(b3, b3))) return INM_ERR_NONFINITE;
  inm_cosine(m, n, c, dc, d2c);

  memset(jacobian, 0, sizeof(jacobian));
  add_cross_matrix(jacobian, 9, 0, 0, 1.0, b2);
  add_cross_matrix(jacobian, 9, 0, 3, -1.0, b1);
  add_cross_matrix(jacobian, 9, 3, 6, 1.0, b2);
  add_cross_matrix(jacobian, 9, 3, 3, -1.0, b3);

  for (int i = 0; i < 9; i++) {
    g[i] = 0.0;
    for (int k = 0; k < 6; k++) g[i] += dc[k] * jacobian[9 * k + i];
  }
  congruence(6, 9, d2c, jacobian, h);
  add_cross_matrix(h, 9, 0, 3, 1.0, &dc[0]);
  add_cross_matrix(h, 9, 3, 0, -1.0, &dc[0]);
  add_cross_matrix(h, 9, 6, 3, 1.0, &dc[3]);
  add_cross_matrix(h, 9, 3, 6, -1.0, &dc[3]);
  return INM_OK;
}

/* d [nvector][3] */
static void vectors_of(const inm_shape *s, const double *x, double *d)
{
  memset(d, 0, 3 * (size_t) s->nvector * sizeof(*d));
  for (int v = 0; v < s->nvector; v++)
    for (int i = 0; i < s->natom; i++)
      for (int a = 0; a < 3; a++) d[3 * v + a] += s->sign[v][i] * x[3 * i + a];
}

/* K_ij = sum_vw s_vi s_wj h_vw;  h [nvector][3][nvector][3], k [natom][natom][3][3] */
static inm_status blocks_of(const inm_shape *s, const double *h, double *k)
{
  const int n = 3 * s->nvector;
  double sum = 0.0;

  for (int i = 0; i < s->natom; i++)
    for (int j = 0; j < s->natom; j++)
      for (int a = 0; a < 3; a++)
        for (int b = 0; b < 3; b++, k++) {
          *k = 0.0;
          for (int v = 0; v < s->nvector; v++)
            for (int w = 0; w < s->nvector; w++)
              *k += s->sign[v][i] * s->sign[w][j] * h[n * (3 * v + a) + 3 * w + b];
          sum += fabs(*k);
        }
  return isfinite(sum) ? INM_OK : INM_ERR_NONFINITE;
}

inm_status inm_angle_blocks(const double *x, double du, double du2, double *k)
{
  double d[6], c, g[6], q2[6 * 6], h[6 * 6];

  vectors_of(&angle, x, d);
  inm_cosine(&d[0], &d[3], &c, g, q2);

  /* For collinear atoms |dc/dd1| = sin(theta)/|d1| is rounding error while du2 may diverge as 1/sin^3;
     for a smooth U the product vanishes. */
  const double sinsq = dot(g, g) * dot(d, d);
  if (sinsq < IN_LINE) du2 = 0.0;

  congruence(1, 6, &du2, g, h);
  for (int i = 0; i < 6 * 6; i++) h[i] += du * q2[i];
  return blocks_of(&angle, h, k);
}

inm_status inm_dihedral_blocks(const double *x, double du, double du2, double *k)
{
  double b[9], c, g[9], q2[9 * 9], h[9 * 9];

  if (du == 0.0 && du2 == 0.0) {
    memset(k, 0, 4 * 4 * 9 * sizeof(*k));
    return INM_OK;
  }
  vectors_of(&dihedral, x, b);
  inm_status status = inm_dihedral_cosine(&b[0], &b[3], &b[6], &c, g, q2);
  if (status != INM_OK) return status;
  congruence(1, 9, &du2, g, h);
  for (int i = 0; i < 9 * 9; i++) h[i] += du * q2[i];
  return blocks_of(&dihedral, h, k);
}

/* Gradient g [6] of the length of vector v = 0 or 1; add du times its second derivatives to h [6][6]:
   dr/dd = u,  d2r/dd dd = (1 - u u^T)/r */
static void add_length(const double *d, int v, double du, double *g, double *h)
{
  double u[3];
  const double r = unit_vector(&d[3 * v], u);

  memset(g, 0, 6 * sizeof(*g));
  memcpy(&g[3 * v], u, sizeof(u));
  for (int i = 0; i < 3; i++)
    for (int j = 0; j < 3; j++)
      h[6 * (3 * v + i) + 3 * v + j] += du * (((i == j) ? 1.0 : 0.0) - u[i] * u[j]) / r;
}

inm_status inm_threebody_blocks(const double *x, const double *du, const double *d2u, double *k)
{
  double d[6], c, g[3 * 6], h[6 * 6], q2[6 * 6], quadratic[6 * 6];

  vectors_of(&angle, x, d);
  inm_cosine(&d[0], &d[3], &c, &g[12], q2);
  for (int i = 0; i < 6 * 6; i++) h[i] = du[2] * q2[i];
  for (int v = 0; v < 2; v++) add_length(d, v, du[v], &g[6 * v], h);
  congruence(3, 6, d2u, g, quadratic);
  for (int i = 0; i < 6 * 6; i++) h[i] += quadratic[i];
  return blocks_of(&angle, h, k);
}

inm_status inm_hessian_add_term(inm_hessian *h, int natom, const int *site, const double *x,
                                const double *k)
{
  for (int i = 0; i < natom; i++)
    for (int j = i + 1; j < natom; j++) {
      double dr[3];
      for (int a = 0; a < 3; a++) dr[a] = x[3 * i + a] - x[3 * j + a];
      inm_status status = inm_hessian_add(h, site[i], site[j], dr, &k[9 * (natom * i + j)]);
      if (status != INM_OK) return status;
    }
  return INM_OK;
}
