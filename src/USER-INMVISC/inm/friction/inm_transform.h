/* The transform of a function that is linear between samples, int_0^T f(t) exp(-iwt) dt = sum_n weight_n f_n: Filon
   weights, the same for all functions at one frequency. */

#ifndef INM_TRANSFORM_H
#define INM_TRANSFORM_H

#include <complex.h>
#include <math.h>
#include <stddef.h>

typedef struct {
  size_t nlag;
  double dt, phase; /* w dt */
  double inner;
  double complex first, last;
} inm_filon;

/* int_0^1 (1-u) exp(-ixu) du = (1 - ix - exp(-ix))/x^2, which cancels for small x */
static inline double complex inm_filon_end(double x)
{
  double complex term = 0.5, sum = 0.5;
  if (fabs(x) > 1.0) return (1.0 - I * x - cexp(-I * x)) / (x * x);
  for (int k = 3; k < 20; k++) sum += term *= -I * x / k;
  return sum;
}

static inline inm_filon inm_filon_at(size_t nlag, double dt, double w)
{
  const double x = w * dt;
  const double complex first = inm_filon_end(x);
  const inm_filon f = {
      nlag, dt, x, 2.0 * creal(first), first, conj(first) * cexp(-I * x * (double) nlag)};
  return f;
}

static inline double complex inm_filon_weight(const inm_filon *f, size_t n)
{
  if (n == 0) return f->dt * f->first;
  if (n == f->nlag) return f->dt * f->last;
  return f->dt * f->inner * cexp(-I * f->phase * (double) n);
}

/* An exponential beyond the window whose integral is tail, and that falls by ratio in a third of the window. */
static inline double complex inm_filon_tail(const inm_filon *f, double tail, double ratio)
{
  if (tail == 0.0) return 0.0;
  const double tau = -(double) (f->nlag / 3) / log(ratio); /* in dt */
  return tail * cexp(-I * f->phase * (double) f->nlag) / (1.0 + I * f->phase * tau);
}

#endif
