/* Sending items to ranks, several times along the same way, and answers back. */

#ifndef INM_ROUTE_H
#define INM_ROUTE_H

#include "inm_status.h"

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct inm_route inm_route;

/* Item n of this rank goes to rank dest[n]; dest [nitem] is borrowed for the call.  INM_ERR_SIZE if
   a count does not fit MPI's int.  Collective; the same status on all ranks. */
inm_status inm_route_create(inm_route **out, MPI_Comm comm, size_t nitem, const int *dest);

/* Free; accepts NULL and leaves NULL behind.  Not collective. */
void inm_route_destroy(inm_route **route);

/* Number of items that arrive on this rank. */
size_t inm_route_narrival(const inm_route *route);

/* item [nitem][bytes] of all ranks become arrival [narrival][bytes] of their destinations, grouped
   by the rank they come from, in the order of that rank's items.  Collective. */
inm_status inm_route_send(inm_route *route, size_t bytes, const void *item, void *arrival);

/* The reverse: what stands in arrival goes to where the items came from.  Collective. */
inm_status inm_route_back(inm_route *route, size_t bytes, const void *arrival, void *item);

#ifdef __cplusplus
}
#endif
#endif
