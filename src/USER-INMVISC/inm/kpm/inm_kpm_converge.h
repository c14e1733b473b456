/* Convergence with the number of products. */

#ifndef INM_KPM_CONVERGE_H
#define INM_KPM_CONVERGE_H

#include "kpm/inm_kpm.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Do the products of a request: the given number, or as many as it takes until the change is at most the
   bound twice in succession (once may be chance), but no more than 10000.  The change is the largest of all
   criteria.  Without criteria it is the resolution at the mobility edge in units of the width of its step,
   times the bound.  Without an edge 800 products are enough.
   change  out: the last change, NaN if the number of products was given
   Collective. */
inm_status inm_kpm_converge(inm_kpm *kpm, const inm_request *request, double *change);

#ifdef __cplusplus
}
#endif
#endif
