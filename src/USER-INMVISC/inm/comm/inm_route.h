/* A reusable all-to-all: items to their destination ranks, and answers back the same way. */

#ifndef INM_ROUTE_H
#define INM_ROUTE_H

#include "inm_status.h"

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct inm_route inm_route;

/* Item n of this rank goes to rank dest[n]; dest [nitem] is borrowed for the call.  INM_ERR_SIZE if
   a count exceeds MPI's int.  Collective; the same status on all ranks. */
inm_status inm_route_create(inm_route **out, MPI_Comm comm, size_t nitem, const int *dest);

/* Free; accepts NULL and leaves NULL behind.  Not collective. */
void inm_route_destroy(inm_route **route);

/* Number of items that arrive on this rank. */
size_t inm_route_narrival(const inm_route *route);

/* Send item [nitem][bytes] of all ranks to arrival [narrival][bytes] of their destinations, grouped by
   source rank, in the order of its items.  Collective. */
inm_status inm_route_send(inm_route *route, size_t bytes, const void *item, void *arrival);

/* The reverse: send arrival back to where the items came from.  Collective. */
inm_status inm_route_back(inm_route *route, size_t bytes, const void *arrival, void *item);

/* Send item [nitem][bytes] to dest [nitem] along a route for this purpose only.
   arrival  [*narrival][bytes], allocated; NULL on failure; the caller frees it
   Collective; the same status on all ranks. */
inm_status inm_route_once(MPI_Comm comm, size_t nitem, const int *dest, size_t bytes,
                          const void *item, void **arrival, size_t *narrival);

#ifdef __cplusplus
}
#endif
#endif
