/* A mode table as a source of spectra (inm_spectrum.h). */

#ifndef INM_MODE_SPECTRUM_H
#define INM_MODE_SPECTRUM_H

#include "inm_modes.h"
#include "inm_spectrum.h"

/* Take over a table of all modes, which is left zeroed, and freed on failure.
   lacks  [INM_NCAPABILITY] of the solver, borrowed */
inm_status inm_mode_spectrum_create(inm_spectrum **out, inm_modes *modes,
                                    const char *const *lacks);

#endif
