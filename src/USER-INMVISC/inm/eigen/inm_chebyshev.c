#include "eigen/inm_chebyshev.h"

#include <math.h>
#include <stdlib.h>

static const double PI = 3.14159265358979323846;

size_t inm_chebyshev_nodes(size_t nmoment)
{
  size_t n = 64;
  while (n < 4 * nmoment) n *= 2;
  return n;
}

double inm_chebyshev_node(size_t n, size_t j)
{
  return cos(PI * ((double) j + 0.5) / (double) n);
}

/* ---- fast cosine transform -------------------------------------------------------------------- */

typedef struct {
  double re, im;
} number;

static number unit(double angle)
{
  const number z = {cos(angle), sin(angle)};
  return z;
}

static number product(number x, number y)
{
  const number z = {x.re * y.re - x.im * y.im, x.re * y.im + x.im * y.re};
  return z;
}

static void reverse_bits(number *z, size_t n)
{
  for (size_t i = 1, j = 0; i < n; i++) {
    size_t bit = n / 2;
    for (; j & bit; bit /= 2) j ^= bit;
    j |= bit;
    if (i >= j) continue;
    const number swap = z[i];
    z[i] = z[j];
    z[j] = swap;
  }
}

/* z_j = sum_k z_k exp(2 pi i j k / n), n a power of two (Cooley and Tukey).  root [n/2]: exp(2 pi i
   k / n), each computed directly, so that rounding errors do not accumulate. */
static void transform(number *z, size_t n, const number *root)
{
  reverse_bits(z, n);
  for (size_t half = 1; half < n; half *= 2)
    for (size_t first = 0; first < n; first += 2 * half)
      for (size_t k = 0; k < half; k++) {
        number *a = &z[first + k], *b = a + half;
        const number odd = product(*b, root[k * (n / (2 * half))]);
        b->re = a->re - odd.re;
        b->im = a->im - odd.im;
        a->re += odd.re;
        a->im += odd.im;
      }
}

/* cos(k pi (j + 1/2) / n) is the real part of exp(i k pi / 2n) exp(2 pi i j k / 2n) */
inm_status inm_chebyshev_weights(const double *mu, size_t nmoment, size_t n, double *weight)
{
  number *z = (number *) calloc(3 * n, sizeof(*z)), *root = z + 2 * n;

  if (!z) return INM_ERR_ALLOC;
  for (size_t k = 0; k < n; k++) root[k] = unit(PI * (double) k / (double) n);
  for (size_t k = 0; k < nmoment; k++) {
    const double c = (k ? 2.0 : 1.0) * mu[k] / (double) n;
    z[k] = unit(0.5 * PI * (double) k / (double) n);
    z[k].re *= c;
    z[k].im *= c;
  }
  transform(z, 2 * n, root);
  for (size_t j = 0; j < n; j++) weight[j] = z[j].re;
  free(z);
  return INM_OK;
}

/* ---- Jackson kernel --------------------------------------------------------------------------- */

static double jackson(size_t k, size_t nmoment)
{
  const double n = (double) nmoment + 1.0, angle = PI / n;
  return ((n - (double) k) * cos((double) k * angle) +
          sin((double) k * angle) * cos(angle) / sin(angle)) /
      n;
}

/* In the angle t the density is (1/pi) [mu_0 + 2 sum_k mu_k cos(k t)], and x runs from -1 at t = pi. */
inm_status inm_chebyshev_below(const double *mu, size_t nmoment, size_t nx, const double *x,
                               double *below)
{
  double *c = (double *) malloc((nmoment + 1) * sizeof(*c));

  if (!c) return INM_ERR_ALLOC;
  for (size_t k = 1; k < nmoment; k++) c[k] = 2.0 * jackson(k, nmoment) * mu[k] / (double) k;
  for (size_t i = 0; i < nx; i++) {
    const double t = acos(fmax(-1.0, fmin(1.0, x[i])));
    double sum = nmoment ? mu[0] * (PI - t) : NAN;
    for (size_t k = 1; k < nmoment; k++) sum -= c[k] * sin((double) k * t);
    below[i] = sum / PI;
  }
  free(c);
  return INM_OK;
}
