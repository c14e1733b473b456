/* The struct behind inm_hessian.h, for the other files of the core. */

#ifndef INM_HESSIAN_PRIVATE_H
#define INM_HESSIAN_PRIVATE_H

#include "comm/inm_halo.h"
#include "comm/inm_tagmap.h"
#include "inm_constraints.h"
#include "inm_hessian.h"

/* A column is an atom of the group: first the rows of this rank, then ghosts, which are rows of other
   ranks. */

typedef struct {
  int32_t row, col; /* columns, row < col; row is one of this rank, unless the block is sent away */
  double k[9];      /* [3][3] */
} inm_block;

/* Blocks in the order in which they are added, like a matrix in COO format.  In chunks, so that the
   list grows without moving. */
typedef struct inm_chunk {
  struct inm_chunk *next;
  size_t used;
  inm_block block[8192];
} inm_chunk;

typedef struct {
  inm_chunk *first, *last;
  size_t nblock;
} inm_block_list;

struct inm_hessian {
  MPI_Comm comm;
  int dim;
  double scale;

  /* columns */
  size_t nrow, ncol, maxcol;
  size_t nshared;       /* columns known at begin, which have a diagonal and an affine force */
  int64_t *tag;         /* [ncol] */
  inm_tagmap column_of; /* tag -> column, until end */
  int *type;            /* [nrow] */
  double *mass;         /* [nrow] */
  double *diagonal;     /* [nshared][3][3] until end, then [nrow] */
  double *affine;       /* [nshared][3][3][3] likewise: [a][k][c] */
  double strain2[3][3]; /* [k][c] sum over the pairs of this rank of -K_kk dr_c^2 */
  double dilation2;     /* sum of -2 dr.K.dr + tr(K) dr^2 */
  size_t nsite;
  int32_t *site; /* [nsite] column of each site, until end */

  /* until end */
  int open;
  inm_block_list mine, foreign; /* foreign: neither atom is a row of this rank */

  /* after end: rows in compressed form, row r has blocks row_start[r] .. + row_len[r] - 1 */
  size_t *row_start; /* [nrow] */
  int32_t *row_len;  /* [nrow] */
  int32_t *col;      /* [nslot] */
  double *k;         /* [nslot][3][3] */
  size_t nslot, nblock;
  inm_halo *halo; /* columns nrow..ncol-1 */

  /* of a matrix on the surface of constraints */
  inm_hessian
      *normal; /* mass-weighted, the projector on the normal directions; NULL without constraints */
  int64_t *cluster; /* [ncol]  tag of the first atom of the cluster; likewise */
  inm_constraint_facts constraints;
};

/* After end, row r has the blocks row_start[r] .. inm_row_end(h, r) - 1. */
static inline size_t inm_row_end(const inm_hessian *h, size_t r)
{
  return h->row_start[r] + (size_t) h->row_len[r];
}

/* Free everything that belongs to a configuration. */
void inm_hessian_clear(inm_hessian *h);

/* Column of a tag, appended if it is new; negative if out of memory. */
int32_t inm_hessian_column(inm_hessian *h, int64_t tag);

/* Append the block of two different columns to a list: to mine if one of them is a row of this rank,
   else to foreign. */
inm_status inm_hessian_store(inm_hessian *h, int32_t row, int32_t col, const double *k);
void inm_block_list_free(inm_block_list *list);

void inm_transpose(const double *k, double *transposed);

#endif
