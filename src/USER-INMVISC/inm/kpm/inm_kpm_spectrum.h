/* Chebyshev moments as a source of spectra (inm_spectrum.h). */

#ifndef INM_KPM_SPECTRUM_H
#define INM_KPM_SPECTRUM_H

#include "inm_modes.h"
#include "kpm/inm_kpm.h"
#include "spectral/inm_source.h"

/* Take ownership of the moments and of the table of the lowest modes, which may be empty (all zero).  Both
   arguments are zeroed; on failure their contents are freed.
   lacks  [INM_NCAPABILITY] of the solver, borrowed
   about  name, ntypes, low_products, change and seconds from the solver; the rest is filled in here */
inm_status inm_kpm_spectrum_create(inm_spectrum **out, inm_kpm **kpm, inm_modes *lowest,
                                   const char *const *lacks, inm_spectrum_facts about);

#endif
