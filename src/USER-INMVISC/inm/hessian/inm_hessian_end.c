/* From the block lists to rows: send blocks to the ranks that own one of their atoms, and add up the
   blocks of each pair. */

#include "comm/inm_route.h"
#include "hessian/inm_hessian_private.h"

#include <stdlib.h>
#include <string.h>

/* ---- contributions to rows of other ranks ------------------------------------------------------ */

/* Add diagonal and affine force of the ghosts to their rows. */
static inm_status sum_ghosts(inm_hessian *h, inm_halo *halo)
{
  inm_status status = inm_halo_reverse(halo, 9, &h->diagonal[9 * h->nrow], h->diagonal);
  if (status == INM_OK) status = inm_halo_reverse(halo, 27, &h->affine[27 * h->nrow], h->affine);
  return status;
}

/* a block in a message: named by tags, since columns are local to a rank */
typedef struct {
  int64_t row, col; /* tags */
  double k[9];
} parcel;

static void pack_foreign(const inm_hessian *h, const int *owner, parcel *out, int *dest)
{
  for (const inm_chunk *c = h->foreign.first; c; c = c->next)
    for (size_t n = 0; n < c->used; n++) {
      const inm_block *b = &c->block[n];
      *dest++ = owner[(size_t) b->row - h->nrow];
      out->row = h->tag[b->row];
      out->col = h->tag[b->col];
      memcpy(out->k, b->k, sizeof(out->k));
      out++;
    }
}

static inm_status take_parcels(inm_hessian *h, const parcel *in, size_t n)
{
  inm_status status = INM_OK;

  for (size_t i = 0; i < n && status == INM_OK; i++) {
    const int32_t row = inm_tagmap_find(&h->column_of, in[i].row);
    const int32_t col = inm_hessian_column(h, in[i].col);
    status = (col < 0) ? INM_ERR_ALLOC : inm_hessian_store(h, row, col, in[i].k);
  }
  return status;
}

static inm_status ship_foreign(inm_hessian *h, const inm_halo *halo)
{
  const size_t nship = h->foreign.nblock;
  size_t narrival = 0;
  void *in = NULL;
  parcel *out = (parcel *) malloc((nship + 1) * sizeof(*out));
  int *dest = (int *) malloc((nship + 1) * sizeof(*dest));
  inm_status status = inm_status_sync((out && dest) ? INM_OK : INM_ERR_ALLOC, h->comm);
  if (status != INM_OK) goto done;

  pack_foreign(h, inm_halo_owner(halo), out, dest);
  inm_block_list_free(&h->foreign);
  status = inm_route_once(h->comm, nship, dest, sizeof(*out), out, &in, &narrival);
  if (status == INM_OK)
    status = inm_status_sync(take_parcels(h, (const parcel *) in, narrival), h->comm);

done:
  free(out);
  free(in);
  free(dest);
  return status;
}

/* ---- rows ------------------------------------------------------------------------------------- */

/* room for every block of the list; rows get shorter where blocks of one pair are added up */
static inm_status reserve_rows(inm_hessian *h)
{
  h->nslot = h->mine.nblock;
  h->row_start = (size_t *) malloc((h->nrow + 1) * sizeof(*h->row_start));
  h->row_len = (int32_t *) calloc(h->nrow + 1, sizeof(*h->row_len));
  h->col = (int32_t *) malloc((h->nslot + 1) * sizeof(*h->col));
  h->k = (double *) malloc((9 * h->nslot + 1) * sizeof(*h->k));
  if (!h->row_start || !h->row_len || !h->col || !h->k) return INM_ERR_ALLOC;

  for (const inm_chunk *c = h->mine.first; c; c = c->next)
    for (size_t n = 0; n < c->used; n++) h->row_len[c->block[n].row]++;
  for (size_t r = 0, start = 0; r < h->nrow; r++) {
    h->row_start[r] = start;
    start += (size_t) h->row_len[r];
    h->row_len[r] = 0;
  }
  return INM_OK;
}

static void place(inm_hessian *h, const inm_block *b)
{
  const size_t start = h->row_start[b->row];
  const int32_t len = h->row_len[b->row];
  int32_t at = 0;

  while (at < len && h->col[start + (size_t) at] != b->col) at++;
  double *k = &h->k[9 * (start + (size_t) at)];
  if (at < len) {
    for (int a = 0; a < 9; a++) k[a] += b->k[a];
    return;
  }
  h->col[start + (size_t) at] = b->col;
  memcpy(k, b->k, sizeof(b->k));
  h->row_len[b->row]++;
  h->nblock++;
}

/* Free each chunk once its blocks are in the rows.  Providers add blocks roughly in row order, so the
   pages of the rows are first touched at the pace at which chunks are freed. */
static void fill_rows(inm_hessian *h)
{
  while (h->mine.first) {
    inm_chunk *c = h->mine.first;
    for (size_t n = 0; n < c->used; n++) place(h, &c->block[n]);
    h->mine.first = c->next;
    free(c);
  }
  h->mine.last = NULL;
  h->mine.nblock = 0;
}

/* Drop ghost columns that no block refers to, so that no rank sends data for them.  This renumbers the
   columns: the maps from tags and from sites are freed, they are not needed after end. */
static inm_status drop_unused_columns(inm_hessian *h)
{
  int32_t *column = (int32_t *) calloc(h->ncol + 1, sizeof(*column));
  size_t ncol = h->nrow;
  if (!column) return INM_ERR_ALLOC;

  for (size_t r = 0; r < h->nrow; r++)
    for (size_t n = h->row_start[r]; n < inm_row_end(h, r); n++) column[h->col[n]] = 1;
  for (size_t c = 0; c < h->ncol; c++)
    if (c < h->nrow) {
      column[c] = (int32_t) c;
    } else if (column[c]) {
      h->tag[ncol] = h->tag[c];
      column[c] = (int32_t) ncol++;
    }
  for (size_t r = 0; r < h->nrow; r++)
    for (size_t n = h->row_start[r]; n < inm_row_end(h, r); n++) h->col[n] = column[h->col[n]];
  h->ncol = ncol;
  inm_tagmap_free(&h->column_of);
  free(h->site);
  h->site = NULL;
  h->nsite = 0;
  free(column);
  return INM_OK;
}

/* diagonal blocks from differences of forces are symmetric only up to the noise */
static void symmetrize_diagonal(inm_hessian *h)
{
  double transposed[9];
  for (size_t i = 0; i < h->nrow; i++) {
    double *k = &h->diagonal[9 * i];
    inm_transpose(k, transposed);
    for (int a = 0; a < 9; a++) k[a] = 0.5 * (k[a] + transposed[a]);
  }
}

inm_status inm_hessian_end(inm_hessian *h)
{
  inm_status status = inm_status_sync(h->open ? INM_OK : INM_ERR_ARG, h->comm);
  inm_halo *halo = NULL;
  if (status != INM_OK) return status;

  h->open = 0;
  status = inm_halo_create(&halo, h->comm, h->nrow, h->tag, h->nshared - h->nrow, &h->tag[h->nrow]);
  if (status == INM_OK) status = sum_ghosts(h, halo);
  if (status == INM_OK) status = ship_foreign(h, halo);
  if (status == INM_OK) status = inm_status_sync(reserve_rows(h), h->comm);
  if (status == INM_OK) {
    fill_rows(h);
    symmetrize_diagonal(h);
    status = inm_status_sync(drop_unused_columns(h), h->comm);
  }
  if (status == INM_OK)
    status =
        inm_halo_create(&h->halo, h->comm, h->nrow, h->tag, h->ncol - h->nrow, &h->tag[h->nrow]);
  inm_halo_destroy(&halo);
  if (status != INM_OK) inm_hessian_clear(h);
  return status;
}
