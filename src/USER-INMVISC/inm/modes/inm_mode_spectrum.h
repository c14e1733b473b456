/* A mode table as a source of spectra (inm_spectrum.h). */

#ifndef INM_MODE_SPECTRUM_H
#define INM_MODE_SPECTRUM_H

#include "inm_modes.h"
#include "inm_spectrum.h"

/* Take ownership of a table of all modes.  The argument is zeroed; on failure its contents are freed.
   lacks  [INM_NCAPABILITY] of the solver, borrowed */
inm_status inm_mode_spectrum_create(inm_spectrum **out, inm_modes *modes, const char *const *lacks);

#endif
