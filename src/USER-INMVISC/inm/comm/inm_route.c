#include "comm/inm_route.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

struct inm_route {
  MPI_Comm comm;
  int nprocs;
  size_t nitem, narrival;
  int *nsend, *send_offset, *nrecv, *recv_offset; /* [nprocs] items to and from each rank */
  size_t *order;                                  /* [nitem] items grouped by destination */
  int in_order;                                   /* items are grouped already */
  char *buffer; /* [nitem][bytes] items grouped, unless they are already */
  size_t maxbytes;
};

void inm_route_destroy(inm_route **route)
{
  if (!route || !*route) return;
  free((*route)->nsend);
  free((*route)->order);
  free((*route)->buffer);
  free(*route);
  *route = NULL;
}

static inm_status allocate(inm_route *r, MPI_Comm comm, size_t nitem)
{
  if (nitem > INT_MAX) return INM_ERR_SIZE;
  r->comm = comm;
  MPI_Comm_size(comm, &r->nprocs);
  const size_t nprocs = (size_t) r->nprocs;
  r->nsend = (int *) calloc(4 * nprocs, sizeof(*r->nsend));
  r->order = (size_t *) malloc((nitem + 1) * sizeof(*r->order));
  if (!r->nsend || !r->order) return INM_ERR_ALLOC;
  r->send_offset = r->nsend + nprocs;
  r->nrecv = r->nsend + 2 * nprocs;
  r->recv_offset = r->nsend + 3 * nprocs;
  r->nitem = nitem;
  return INM_OK;
}

/* offsets from counts; INM_ERR_SIZE if the sum exceeds an int */
static inm_status add_up(int nprocs, const int *count, int *offset, size_t *total)
{
  *total = 0;
  for (int p = 0; p < nprocs; p++) {
    offset[p] = (int) *total;
    *total += (size_t) count[p];
    if (*total > INT_MAX) return INM_ERR_SIZE;
  }
  return INM_OK;
}

inm_status inm_route_create(inm_route **out, MPI_Comm comm, size_t nitem, const int *dest)
{
  inm_route *r = (inm_route *) calloc(1, sizeof(*r));
  inm_status status = r ? allocate(r, comm, nitem) : INM_ERR_ALLOC;

  *out = NULL;
  status = inm_status_sync(status, comm);
  if (status != INM_OK) goto done;

  size_t total;
  for (size_t n = 0; n < nitem; n++) r->nsend[dest[n]]++;
  add_up(r->nprocs, r->nsend, r->send_offset, &total);
  for (size_t n = 0; n < nitem; n++) r->order[r->send_offset[dest[n]]++] = n;
  add_up(r->nprocs, r->nsend, r->send_offset, &total);
  r->in_order = 1;
  for (size_t n = 0; n < nitem; n++) r->in_order = r->in_order && r->order[n] == n;

  MPI_Alltoall(r->nsend, 1, MPI_INT, r->nrecv, 1, MPI_INT, comm);
  status = add_up(r->nprocs, r->nrecv, r->recv_offset, &r->narrival);
  status = inm_status_sync(status, comm);

done:
  if (status == INM_OK)
    *out = r;
  else
    inm_route_destroy(&r);
  return status;
}

size_t inm_route_narrival(const inm_route *route)
{
  return route->narrival;
}

/* Grow the buffer to items of this size.  The size is the same on all ranks, so that either all or none
   take part in the collective check. */
static inm_status reserve(inm_route *r, size_t bytes)
{
  if (bytes <= r->maxbytes) return INM_OK;

  free(r->buffer);
  r->buffer = (char *) malloc(r->in_order ? 1 : r->nitem * bytes + 1);
  const inm_status status = inm_status_sync(r->buffer ? INM_OK : INM_ERR_ALLOC, r->comm);
  r->maxbytes = (status == INM_OK) ? bytes : 0;
  return status;
}

inm_status inm_route_send(inm_route *r, size_t bytes, const void *item, void *arrival)
{
  MPI_Datatype type;
  inm_status status = reserve(r, bytes);
  if (status != INM_OK) return status;

  const void *grouped = r->in_order ? item : r->buffer;
  if (!r->in_order)
    for (size_t n = 0; n < r->nitem; n++)
      memcpy(&r->buffer[n * bytes], (const char *) item + r->order[n] * bytes, bytes);
  MPI_Type_contiguous((int) bytes, MPI_BYTE, &type); /* counts in units of items */
  MPI_Type_commit(&type);
  MPI_Alltoallv(grouped, r->nsend, r->send_offset, type, arrival, r->nrecv, r->recv_offset, type,
                r->comm);
  MPI_Type_free(&type);
  return INM_OK;
}

inm_status inm_route_back(inm_route *r, size_t bytes, const void *arrival, void *item)
{
  MPI_Datatype type;
  inm_status status = reserve(r, bytes);
  if (status != INM_OK) return status;

  void *grouped = r->in_order ? item : r->buffer;
  MPI_Type_contiguous((int) bytes, MPI_BYTE, &type);
  MPI_Type_commit(&type);
  MPI_Alltoallv(arrival, r->nrecv, r->recv_offset, type, grouped, r->nsend, r->send_offset, type,
                r->comm);
  MPI_Type_free(&type);
  if (!r->in_order)
    for (size_t n = 0; n < r->nitem; n++)
      memcpy((char *) item + r->order[n] * bytes, &r->buffer[n * bytes], bytes);
  return INM_OK;
}

inm_status inm_route_once(MPI_Comm comm, size_t nitem, const int *dest, size_t bytes,
                          const void *item, void **arrival, size_t *narrival)
{
  inm_route *route = NULL;
  inm_status status = inm_route_create(&route, comm, nitem, dest);

  *arrival = NULL;
  if (status != INM_OK) return status;
  *narrival = route->narrival;
  *arrival = malloc((*narrival + 1) * bytes);
  status = inm_status_sync(*arrival ? INM_OK : INM_ERR_ALLOC, comm);
  if (status == INM_OK) status = inm_route_send(route, bytes, item, *arrival);
  if (status != INM_OK) {
    free(*arrival);
    *arrival = NULL;
  }
  inm_route_destroy(&route);
  return status;
}
