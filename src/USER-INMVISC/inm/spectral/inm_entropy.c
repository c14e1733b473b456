#include "inm_entropy.h"

#include <math.h>

inm_entropy inm_harmonic_entropy(const inm_modes *m, double w_thermal)
{
  const inm_entropy undefined = {NAN, NAN};
  inm_entropy sum = {0.0, 0.0};

  if (m->n == m->nzero) return undefined;
  for (size_t p = 0; p < m->n; p++) {
    if (m->cls[p] == INM_ZERO) continue;
    if (!(m->lambda[p] > 0.0)) return undefined;
    const double x = inm_frequency(m->lambda[p]) / w_thermal;
    sum.classical += 1.0 - log(x);
    /* expm1 keeps the digits of soft modes, where both terms are differences of almost equal numbers */
    sum.quantum += x / expm1(x) - log(-expm1(-x));
  }
  sum.classical /= (double) m->natom;
  sum.quantum /= (double) m->natom;
  return sum;
}
