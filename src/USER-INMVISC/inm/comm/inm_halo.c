#include "comm/inm_halo.h"

#include "comm/inm_route.h"
#include "comm/inm_tagmap.h"

#include <stdlib.h>
#include <string.h>

struct inm_halo {
  MPI_Comm comm;
  inm_route *to_owner; /* items: copies of this rank; arrivals: copies of its rows elsewhere */
  int *owner;          /* [ncopy] */
  size_t *row;         /* [narrival] row whose copy arrives */
  double *arrival;     /* [narrival][width] */
  size_t maxwidth;
};

void inm_halo_destroy(inm_halo **halo)
{
  if (!halo || !*halo) return;
  inm_route_destroy(&(*halo)->to_owner);
  free((*halo)->owner);
  free((*halo)->row);
  free((*halo)->arrival);
  free(*halo);
  *halo = NULL;
}

/* ---- owners: a distributed directory, the home rank of a tag knows which rank owns its row ----- */

static inm_status route_home(inm_route **route, MPI_Comm comm, size_t n, const int64_t *tag)
{
  int nprocs;
  MPI_Comm_size(comm, &nprocs);
  int *home = (int *) malloc((n + 1) * sizeof(*home));
  inm_status status = inm_status_sync(home ? INM_OK : INM_ERR_ALLOC, comm);

  *route = NULL;
  if (status == INM_OK) {
    for (size_t i = 0; i < n; i++) home[i] = (int) (tag[i] % nprocs);
    status = inm_route_create(route, comm, n, home);
  }
  free(home);
  return status;
}

/* directory on the home ranks: tag -> owner */
static inm_status register_rows(inm_tagmap *owner_of, MPI_Comm comm, size_t nrow,
                                const int64_t *tag)
{
  inm_route *route = NULL;
  int64_t *entry = NULL, *arrived = NULL; /* pairs of tag and rank */
  int me;
  MPI_Comm_rank(comm, &me);
  inm_status status = route_home(&route, comm, nrow, tag), mine = INM_OK;
  if (status != INM_OK) return status;

  const size_t n = inm_route_narrival(route);
  entry = (int64_t *) malloc((2 * nrow + 1) * sizeof(*entry));
  arrived = (int64_t *) malloc((2 * n + 1) * sizeof(*arrived));
  status = inm_status_sync((entry && arrived) ? INM_OK : INM_ERR_ALLOC, comm);
  if (status != INM_OK) goto done;

  for (size_t i = 0; i < nrow; i++) {
    entry[2 * i] = tag[i];
    entry[2 * i + 1] = me;
  }
  status = inm_route_send(route, 2 * sizeof(*entry), entry, arrived);
  if (status != INM_OK) goto done;
  for (size_t i = 0; i < n && mine == INM_OK; i++)
    mine = (inm_tagmap_find(owner_of, arrived[2 * i]) >= 0)
        ? INM_ERR_TAG
        : inm_tagmap_set(owner_of, arrived[2 * i], (int32_t) arrived[2 * i + 1]);
  status = inm_status_sync(mine, comm);

done:
  free(entry);
  free(arrived);
  inm_route_destroy(&route);
  return status;
}

static inm_status ask_owners(const inm_tagmap *owner_of, MPI_Comm comm, size_t ncopy,
                             const int64_t *copy_tag, int *owner)
{
  inm_route *route = NULL;
  int64_t *question = NULL;
  int *answer = NULL;
  inm_status status = route_home(&route, comm, ncopy, copy_tag), mine = INM_OK;
  if (status != INM_OK) return status;

  const size_t n = inm_route_narrival(route);
  question = (int64_t *) malloc((n + 1) * sizeof(*question));
  answer = (int *) malloc((n + 1) * sizeof(*answer));
  status = inm_status_sync((question && answer) ? INM_OK : INM_ERR_ALLOC, comm);
  if (status == INM_OK) status = inm_route_send(route, sizeof(*question), copy_tag, question);
  if (status != INM_OK) goto done;
  for (size_t i = 0; i < n; i++) {
    answer[i] = inm_tagmap_find(owner_of, question[i]);
    if (answer[i] < 0) mine = INM_ERR_TAG;
  }
  status = inm_status_sync(mine, comm);
  if (status == INM_OK) status = inm_route_back(route, sizeof(*answer), answer, owner);

done:
  free(question);
  free(answer);
  inm_route_destroy(&route);
  return status;
}

static inm_status find_owners(MPI_Comm comm, size_t nrow, const int64_t *tag, size_t ncopy,
                              const int64_t *copy_tag, int *owner)
{
  inm_tagmap owner_of = {NULL, NULL, 0, 0};
  inm_status status = register_rows(&owner_of, comm, nrow, tag);
  if (status == INM_OK) status = ask_owners(&owner_of, comm, ncopy, copy_tag, owner);
  inm_tagmap_free(&owner_of);
  return status;
}

/* ---- the plan --------------------------------------------------------------------------------- */

/* row of this rank that each arriving copy belongs to */
static inm_status find_rows(inm_halo *halo, size_t nrow, const int64_t *tag,
                            const int64_t *copy_tag)
{
  inm_tagmap row_of = {NULL, NULL, 0, 0};
  const size_t n = inm_route_narrival(halo->to_owner);
  int64_t *wanted = (int64_t *) malloc((n + 1) * sizeof(*wanted));
  halo->row = (size_t *) malloc((n + 1) * sizeof(*halo->row));
  inm_status status = (wanted && halo->row) ? INM_OK : INM_ERR_ALLOC;

  for (size_t i = 0; i < nrow && status == INM_OK; i++)
    status = inm_tagmap_set(&row_of, tag[i], (int32_t) i);
  status = inm_status_sync(status, halo->comm);
  if (status == INM_OK) status = inm_route_send(halo->to_owner, sizeof(*wanted), copy_tag, wanted);
  for (size_t i = 0; i < n && status == INM_OK; i++)
    halo->row[i] = (size_t) inm_tagmap_find(&row_of, wanted[i]);

  inm_tagmap_free(&row_of);
  free(wanted);
  return status;
}

inm_status inm_halo_create(inm_halo **out, MPI_Comm comm, size_t nrow, const int64_t *tag,
                           size_t ncopy, const int64_t *copy_tag)
{
  inm_halo *halo = (inm_halo *) calloc(1, sizeof(*halo));
  if (halo) halo->owner = (int *) malloc((ncopy + 1) * sizeof(*halo->owner));
  inm_status status = inm_status_sync((halo && halo->owner) ? INM_OK : INM_ERR_ALLOC, comm);

  *out = NULL;
  if (status != INM_OK) goto done;
  halo->comm = comm;
  status = find_owners(comm, nrow, tag, ncopy, copy_tag, halo->owner);
  if (status == INM_OK) status = inm_route_create(&halo->to_owner, comm, ncopy, halo->owner);
  if (status == INM_OK) status = find_rows(halo, nrow, tag, copy_tag);

done:
  if (status == INM_OK)
    *out = halo;
  else
    inm_halo_destroy(&halo);
  return status;
}

const int *inm_halo_owner(const inm_halo *halo)
{
  return halo->owner;
}

/* ---- exchange --------------------------------------------------------------------------------- */

/* Grow the buffer to items of a width.  The width is the same on all ranks, so that either all or none
   take part in the collective check. */
static inm_status reserve(inm_halo *halo, size_t width)
{
  if (width <= halo->maxwidth) return INM_OK;

  free(halo->arrival);
  halo->arrival =
      (double *) malloc((inm_route_narrival(halo->to_owner) * width + 1) * sizeof(*halo->arrival));
  const inm_status status = inm_status_sync(halo->arrival ? INM_OK : INM_ERR_ALLOC, halo->comm);
  halo->maxwidth = (status == INM_OK) ? width : 0;
  return status;
}

inm_status inm_halo_forward(inm_halo *halo, size_t width, const double *row, double *copy)
{
  const size_t n = inm_route_narrival(halo->to_owner);
  inm_status status = reserve(halo, width);
  if (status != INM_OK) return status;

  for (size_t i = 0; i < n; i++)
    memcpy(&halo->arrival[i * width], &row[halo->row[i] * width], width * sizeof(*row));
  return inm_route_back(halo->to_owner, width * sizeof(*row), halo->arrival, copy);
}

inm_status inm_halo_reverse(inm_halo *halo, size_t width, const double *copy, double *row)
{
  const size_t n = inm_route_narrival(halo->to_owner);
  inm_status status = reserve(halo, width);
  if (status == INM_OK)
    status = inm_route_send(halo->to_owner, width * sizeof(*row), copy, halo->arrival);
  if (status != INM_OK) return status;

  for (size_t i = 0; i < n; i++)
    for (size_t w = 0; w < width; w++)
      row[halo->row[i] * width + w] += halo->arrival[i * width + w];
  return INM_OK;
}
