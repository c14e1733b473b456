#include "comm/inm_atom_order.h"

#include <limits.h>
#include <stdlib.h>

static int compare_tags(const void *x, const void *y)
{
  const int64_t a = *(const int64_t *) x, b = *(const int64_t *) y;
  return (a > b) - (a < b);
}

inm_status inm_gather_tags(MPI_Comm comm, size_t nrow, const int64_t *tag_of_row, int64_t **tag,
                           size_t *natom)
{
  inm_status status = INM_OK;
  int nprocs, mine = (int) nrow;
  int *count = NULL, *offset = NULL;
  long long total = 0;

  *tag = NULL;
  *natom = 0;
  MPI_Comm_size(comm, &nprocs);
  count = (int *) malloc((size_t) nprocs * sizeof(*count));
  offset = (int *) malloc((size_t) nprocs * sizeof(*offset));
  status = inm_status_sync((count && offset) ? INM_OK : INM_ERR_ALLOC, comm);
  if (status != INM_OK) goto done;

  MPI_Allgather(&mine, 1, MPI_INT, count, 1, MPI_INT, comm);
  for (int r = 0; r < nprocs; r++) {
    offset[r] = (int) total;
    total += count[r];
  }
  if (total > INT_MAX / 3) {
    status = INM_ERR_SIZE;
    goto done;
  }
  *tag = (int64_t *) malloc(((size_t) total + 1) * sizeof(**tag));
  status = inm_status_sync(*tag ? INM_OK : INM_ERR_ALLOC, comm);
  if (status != INM_OK) goto done;

  MPI_Allgatherv(tag_of_row, mine, MPI_INT64_T, *tag, count, offset, MPI_INT64_T, comm);
  qsort(*tag, (size_t) total, sizeof(**tag), compare_tags);
  for (long long i = 1; i < total; i++)
    if ((*tag)[i] == (*tag)[i - 1]) status = INM_ERR_TAG;
  *natom = (size_t) total;

done:
  if (status != INM_OK) {
    free(*tag);
    *tag = NULL;
  }
  free(count);
  free(offset);
  return status;
}

size_t inm_tag_index(const int64_t *tag, size_t natom, int64_t wanted)
{
  size_t lo = 0, hi = natom;
  while (lo < hi) {
    const size_t mid = lo + (hi - lo) / 2;
    if (tag[mid] < wanted)
      lo = mid + 1;
    else
      hi = mid;
  }
  return (lo < natom && tag[lo] == wanted) ? lo : natom;
}
