/* How many products are enough. */

#ifndef INM_KPM_CONVERGE_H
#define INM_KPM_CONVERGE_H

#include "kpm/inm_kpm.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Do the products of a request: as many as it says, or more and more, without beginning again, until
   the change is at most the bound twice in succession (once may be by chance), or there are 10000.
   The change is the largest one of the criteria; without criteria it is the resolution at the mobility
   edge in units of the width of its step, times the bound; without an edge 800 products are enough.
   change  out: the last one, NaN if the number was given
   Collective. */
inm_status inm_kpm_converge(inm_kpm *kpm, const inm_request *request, double *change);

#ifdef __cplusplus
}
#endif
#endif
