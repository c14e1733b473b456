/* What the files of the core share about the Hessian. */

#ifndef INM_HESSIAN_PRIVATE_H
#define INM_HESSIAN_PRIVATE_H

#include "comm/inm_halo.h"
#include "inm_hessian.h"
#include "comm/inm_tagmap.h"

/* A column is an atom of the group: first the rows of this rank, then copies of other ranks' rows. */

typedef struct {
  int32_t row, col; /* columns, row < col; row is one of this rank, but for those to be shipped */
  double k[9];      /* [3][3] */
} inm_block;

/* Blocks as they come in, in chunks: nothing is ever moved to make room. */
typedef struct inm_chunk {
  struct inm_chunk *next;
  size_t used;
  inm_block block[8192];
} inm_chunk;

typedef struct {
  inm_chunk *first, *last;
  size_t nblock;
} inm_pile;

struct inm_hessian {
  MPI_Comm comm;
  int dim;
  double scale;

  /* columns */
  size_t nrow, ncol, maxcol;
  size_t nshared;       /* columns known at begin: those that have a diagonal and an affine force */
  int64_t *tag;         /* [ncol] */
  inm_tagmap column_of; /* tag -> column, until end */
  int *type;            /* [nrow] */
  double *mass;         /* [nrow] */
  double *diagonal;     /* [nshared][3][3] until end, then [nrow] */
  double *affine;       /* [nshared][3][3][3] likewise: [a][k][c] */
  size_t nsite;
  int32_t *site; /* [nsite] column of each site, until end */

  /* until end */
  int open;
  inm_pile mine, foreign; /* foreign: neither atom is a row of this rank */

  /* after end: rows in compressed form, row r has blocks row_start[r] .. + row_len[r] - 1 */
  size_t *row_start; /* [nrow] */
  int32_t *row_len;  /* [nrow] */
  int32_t *col;      /* [nslot] */
  double *k;         /* [nslot][3][3] */
  size_t nslot, nblock;
  inm_halo *halo; /* columns nrow..ncol-1 */
};

/* Row r has the blocks row_start[r] to before this one, after end. */
static inline size_t inm_row_end(const inm_hessian *h, size_t r)
{
  return h->row_start[r] + (size_t) h->row_len[r];
}

/* Forget everything of a configuration. */
void inm_hessian_forget(inm_hessian *h);

/* Column of a tag, new if need be; negative if there is no memory. */
int32_t inm_hessian_column(inm_hessian *h, int64_t tag);

/* Put the block of two different columns on a pile: of rows of this rank if one of them is. */
inm_status inm_hessian_store(inm_hessian *h, int32_t row, int32_t col, const double *k);
void inm_pile_free(inm_pile *pile);

void inm_transpose(const double *k, double *transposed);

#endif
