/* Entropy of independent harmonic oscillators, the modes of a configuration at a minimum. */

#ifndef INM_ENTROPY_H
#define INM_ENTROPY_H

#include "inm_spectrum.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
  double classical; /* sum over modes of 1 - ln x,                      x = w / w_thermal */
  double quantum;   /* sum over modes of x/(exp(x) - 1) - ln(1 - exp(-x)) */
} inm_entropy;

/* Per atom and in units of the Boltzmann constant.  w_thermal = k T / hbar, an angular frequency.  Omits
   zero modes.  NaN if there is an unstable mode, which has no harmonic entropy, and without
   eigenvalues (INM_HAS_EIGENVALUES). */
inm_status inm_harmonic_entropy(const inm_spectrum *spectrum, double w_thermal,
                                inm_entropy *entropy);

#ifdef __cplusplus
}
#endif
#endif
