#include "inm_entropy.h"

#include <math.h>

/* NaN if any mode is unstable */
static inm_entropy sum_over_modes(const inm_measure *modes, double w_thermal)
{
  const inm_entropy undefined = {NAN, NAN};
  inm_entropy sum = {0.0, 0.0};

  for (size_t j = 0; j < modes->n; j++) {
    if (modes->weight[j] == 0.0) continue;
    if (!(modes->lambda[j] > 0.0)) return undefined;
    const double x = inm_frequency(modes->lambda[j]) / w_thermal;
    sum.classical += 1.0 - log(x);
    /* expm1 avoids cancellation for soft modes, in both terms */
    sum.quantum += x / expm1(x) - log(-expm1(-x));
  }
  return sum;
}

inm_status inm_harmonic_entropy(const inm_spectrum *spectrum, double w_thermal,
                                inm_entropy *entropy)
{
  const inm_spectrum_facts *about = inm_spectrum_about(spectrum);
  inm_measure modes = {0};
  inm_status status = INM_OK;

  entropy->classical = entropy->quantum = NAN;
  if (about->nmode == 0 || inm_spectrum_lacks(spectrum, INM_HAS_EIGENVALUES)) return INM_OK;
  status = inm_spectrum_count(spectrum, &modes);
  if (status == INM_OK) {
    *entropy = sum_over_modes(&modes, w_thermal);
    entropy->classical /= (double) about->natom;
    entropy->quantum /= (double) about->natom;
  }
  inm_measure_free(&modes);
  return status;
}
