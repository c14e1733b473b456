#include "inm_cluster_order.h"

#include "inm_hessian_private.h"

#include <stdlib.h>
#include <string.h>

/* vectors of a cluster and of the atoms around it fit the second cache */
enum { CLUSTER = 512 };

typedef struct {
  size_t *start; /* [nrow+1] */
  int32_t *list; /* [2 nblock] rows of this rank that have a block with the row */
} neighbors;

static void add_neighbor(neighbors *n, size_t *end, size_t i, size_t j)
{
  n->list[end[i]++] = (int32_t) j;
}

/* every pair of rows from both sides; end [nrow] is workspace */
static void list_neighbors(const inm_hessian *h, neighbors *n, size_t *end)
{
  for (int pass = 0; pass < 2; pass++) {
    for (size_t i = 0; i < h->nrow; i++)
      for (size_t b = h->row_start[i]; b < h->row_start[i] + (size_t) h->row_len[i]; b++) {
        const size_t j = (size_t) h->col[b];
        if (j >= h->nrow) continue;
        if (pass == 0) {
          n->start[i + 1]++;
          n->start[j + 1]++;
        } else {
          add_neighbor(n, end, i, j);
          add_neighbor(n, end, j, i);
        }
      }
    for (size_t i = 0; i < h->nrow && pass == 0; i++) {
      n->start[i + 1] += n->start[i];
      end[i] = n->start[i];
    }
  }
}

/* Rows are taken in the order in which they are reached.  A new cluster begins at the first row that
   the old ones have reached but not taken, else at the first that is left. */
static void grow_clusters(size_t nrow, const neighbors *n, size_t *order, char *taken)
{
  size_t count = 0, looked = 0, left = 0;

  while (count < nrow) {
    size_t seed = nrow;
    for (; looked < count && seed == nrow; looked++)
      for (size_t k = n->start[order[looked]]; k < n->start[order[looked] + 1] && seed == nrow; k++)
        if (!taken[n->list[k]]) seed = (size_t) n->list[k];
    if (seed < nrow) looked--; /* it may have more */
    while (seed == nrow && taken[left]) left++;
    if (seed == nrow) seed = left;

    size_t next = count;
    const size_t full = count + CLUSTER;
    taken[seed] = 1;
    order[count++] = seed;
    for (; next < count && count < full; next++)
      for (size_t k = n->start[order[next]]; k < n->start[order[next] + 1] && count < full; k++) {
        const size_t j = (size_t) n->list[k];
        if (taken[j]) continue;
        taken[j] = 1;
        order[count++] = j;
      }
  }
}

inm_status inm_cluster_order(const inm_hessian *h, size_t *order)
{
  neighbors n;
  size_t *end = (size_t *) malloc((h->nrow + 1) * sizeof(*end));
  char *taken = (char *) calloc(h->nrow + 1, 1);
  inm_status status = INM_ERR_ALLOC;

  n.start = (size_t *) calloc(h->nrow + 1, sizeof(*n.start));
  n.list = (int32_t *) malloc((2 * h->nblock + 1) * sizeof(*n.list));
  if (end && taken && n.start && n.list) {
    list_neighbors(h, &n, end);
    grow_clusters(h->nrow, &n, order, taken);
    status = INM_OK;
  }
  free(end);
  free(taken);
  free(n.start);
  free(n.list);
  return status;
}
