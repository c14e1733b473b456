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

/* 1/z, without the care for overflow of C's division, which takes most of the time */
static double complex inverse(double complex z)
{
  return conj(z) / (creal(z) * creal(z) + cimag(z) * cimag(z));
}

/* nrate  number of rates: 1, or ntypes+1 */
static double complex damping(const inm_measure *m, size_t j, const inm_complex *rate, int nrate)
{
  double complex nu = 0.0;
  for (int k = 0; k < nrate; k++)
    if (!is_zero(rate[k])) nu += number(rate[k]) * factor(m, k, j);
  return nu;
}

static double complex term(const inm_measure *m, size_t j, double w, const inm_complex *rate,
                           int nrate)
{
  return inverse(m->lambda[j] - w * w + I * w * damping(m, j, rate, nrate));
}

static int is_in(const inm_measure *m, size_t j, inm_mode_sign sign)
{
  return m->weight[j] != 0.0 && counts(m->lambda[j], sign);
}

inm_complex inm_modulus_response(const inm_measure *xi2, inm_mode_sign sign, double w,
                                 const inm_complex *rate, inm_complex *slope)
{
  const int nrate = xi2->ntypes + 1;
  double complex sum = 0.0;
  for (int k = 0; slope && k < nrate; k++) slope[k] = (inm_complex){0.0, 0.0};

  for (size_t j = 0; j < xi2->n; j++) {
    if (!is_in(xi2, j, sign)) continue;
    const double complex g = term(xi2, j, w, rate, nrate);
    sum += xi2->weight[j] * g;
    for (int k = 0; slope && k < nrate; k++) {
      if (is_zero(rate[k])) continue;
      const double complex d = -xi2->weight[j] * I * w * factor(xi2, k, j) * g * g;
      slope[k].re += creal(d);
      slope[k].im += cimag(d);
    }
  }
  return (inm_complex){creal(sum), cimag(sum)};
}

/* S(w) where all modes have the same rate */
static inm_complex of_all_modes(const inm_measure *xi2, inm_mode_sign sign, double w,
                                inm_complex rate)
{
  double complex sum = 0.0;
  for (size_t j = 0; j < xi2->n; j++)
    if (is_in(xi2, j, sign)) sum += xi2->weight[j] * term(xi2, j, w, &rate, 1);
  return (inm_complex){creal(sum), cimag(sum)};
}

double inm_modulus_static(const inm_measure *xi2)
{
  double sum = 0.0;
  for (size_t j = 0; j < xi2->n; j++)
    if (xi2->weight[j] != 0.0 && xi2->lambda[j] > 0.0) sum += xi2->weight[j] / xi2->lambda[j];
  return sum;
}

/* ---- convergence -------------------------------------------------------------------------------- */

double inm_modulus_change(double affine, inm_complex whole, inm_complex half)
{
  return hypot(whole.re - half.re, whole.im - half.im) / hypot(affine - whole.re, whole.im);
}

/* S is analytic between the spectrum and the pole at lambda = w^2 - i w nu, so the error of K moments falls as
   exp(-K d), d the distance of the pole in the angle of Chebyshev's polynomials.  The change from K/2 to K is seen,
   and a product gives two moments. */
double inm_modulus_products(const inm_measure *xi2, double w, inm_complex rate, double factor)
{
  const double half = 0.5 * (xi2->hi - xi2->lo), middle = 0.5 * (xi2->hi + xi2->lo);
  const double complex pole = w * w - I * w * number(rate);
  const double distance = fabs(cimag(cacos((pole - middle) / half)));
  return log(factor) / distance;
}

static int is_within_reach(const inm_measure *xi2, const inm_modulus_rows *r, size_t k,
                           double bound, double most)
{
  const inm_complex rate = r->rate[k];
  if (isnan(r->affine) || isnan(rate.re) || isnan(rate.im)) return 0;
  return inm_modulus_products(xi2, r->w[k], rate, 1.0 / bound) <= most;
}

double inm_modulus_largest_change(const inm_measure *whole, const inm_measure *half,
                                  const inm_modulus_rows *rows, double bound, double most)
{
  double largest = -1.0;

  for (size_t k = 0; k < rows->n; k++) {
    if (!is_within_reach(whole, rows, k, bound, most)) continue;
    const inm_complex all = of_all_modes(whole, rows->sign, rows->w[k], rows->rate[k]);
    const inm_complex part = of_all_modes(half, rows->sign, rows->w[k], rows->rate[k]);
    const double change = inm_modulus_change(rows->affine, all, part);
    if (isnan(change) || change > largest) largest = change; /* NaN persists */
  }
  return largest;
}
