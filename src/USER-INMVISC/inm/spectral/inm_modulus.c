#include "inm_modulus.h"

#include <complex.h>
#include <math.h>

static int counts(double lambda, inm_mode_sign sign)
{
  return sign == INM_MODES_ALL || (sign == INM_MODES_STABLE ? lambda > 0.0 : lambda < 0.0);
}

static double complex number(inm_complex z)
{
  return z.re + I * z.im;
}

static int is_zero(inm_complex z)
{
  return z.re == 0.0 && z.im == 0.0;
}

/* factor of r_k in nu of node j; k = 0: the same for all */
static double factor(const inm_measure *m, int k, size_t j)
{
  if (k == 0) return 1.0;
  return m->type_weight ? m->type_weight[(size_t) (k - 1) * m->n + j] : NAN;
}

static double complex damping(const inm_measure *m, size_t j, const inm_complex *rate)
{
  double complex nu = 0.0;
  for (int k = 0; k <= m->ntypes; k++)
    if (!is_zero(rate[k])) nu += number(rate[k]) * factor(m, k, j);
  return nu;
}

inm_complex inm_modulus_response(const inm_measure *xi2, inm_mode_sign sign, double w,
                                 const inm_complex *rate, inm_complex *slope)
{
  double complex sum = 0.0;
  for (int k = 0; slope && k <= xi2->ntypes; k++) slope[k] = (inm_complex){0.0, 0.0};

  for (size_t j = 0; j < xi2->n; j++) {
    const double x = xi2->weight[j], lambda = xi2->lambda[j];
    if (x == 0.0 || !counts(lambda, sign)) continue;
    const double complex g = 1.0 / (lambda - w * w + I * w * damping(xi2, j, rate));
    sum += x * g;
    for (int k = 0; slope && k <= xi2->ntypes; k++) {
      if (is_zero(rate[k])) continue;
      const double complex d = -x * I * w * factor(xi2, k, j) * g * g;
      slope[k].re += creal(d);
      slope[k].im += cimag(d);
    }
  }
  return (inm_complex){creal(sum), cimag(sum)};
}

double inm_modulus_static(const inm_measure *xi2)
{
  double sum = 0.0;
  for (size_t j = 0; j < xi2->n; j++)
    if (xi2->weight[j] != 0.0 && xi2->lambda[j] > 0.0) sum += xi2->weight[j] / xi2->lambda[j];
  return sum;
}

/* S is analytic between the spectrum and the pole at lambda = w^2 - i w nu, so the error of K moments falls as
   exp(-K d), d the distance of the pole in the angle of Chebyshev's polynomials.  The change from K/2 to K is seen,
   and a product gives two moments. */
double inm_modulus_products(const inm_measure *xi2, double w, inm_complex rate, double bound)
{
  const double half = 0.5 * (xi2->hi - xi2->lo), middle = 0.5 * (xi2->hi + xi2->lo);
  const double complex pole = w * w - I * w * number(rate);
  const double distance = fabs(cimag(cacos((pole - middle) / half)));
  return log(1.0 / bound) / distance;
}
