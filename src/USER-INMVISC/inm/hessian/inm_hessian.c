/* Collecting the blocks of the Hessian; inm_hessian_end.c sorts them into rows. */

#include "hessian/inm_hessian_private.h"

#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- create and destroy ----------------------------------------------------------------------- */

inm_status inm_hessian_create(inm_hessian **out, MPI_Comm comm, int dim, double scale)
{
  *out = NULL;
  if (dim < 2 || dim > 3 || !(scale > 0.0) || !isfinite(scale)) return INM_ERR_ARG;

  inm_hessian *h = (inm_hessian *) calloc(1, sizeof(*h));
  if (!h) return INM_ERR_ALLOC;
  h->comm = comm;
  h->dim = dim;
  h->scale = scale;
  *out = h;
  return INM_OK;
}

void inm_hessian_clear(inm_hessian *h)
{
  const inm_hessian old = *h;

  inm_block_list_free(&h->mine);
  inm_block_list_free(&h->foreign);
  inm_halo_destroy(&h->halo);
  inm_hessian_destroy(&h->normal);
  free(h->cluster);
  inm_tagmap_free(&h->column_of);
  free(h->tag);
  free(h->type);
  free(h->mass);
  free(h->diagonal);
  free(h->affine);
  free(h->site);
  free(h->row_start);
  free(h->row_len);
  free(h->col);
  free(h->k);
  memset(h, 0, sizeof(*h));
  h->comm = old.comm;
  h->dim = old.dim;
  h->scale = old.scale;
}

void inm_hessian_destroy(inm_hessian **h)
{
  if (!h || !*h) return;
  inm_hessian_clear(*h);
  free(*h);
  *h = NULL;
}

/* ---- columns and sites ------------------------------------------------------------------------ */

static inm_status reserve_column(inm_hessian *h)
{
  if (h->ncol < h->maxcol) return INM_OK;
  if (h->ncol >= INT32_MAX) return INM_ERR_SIZE;
  const size_t larger = h->maxcol + h->maxcol / 2 + 64;
  int64_t *moved = (int64_t *) realloc(h->tag, larger * sizeof(*moved));
  if (!moved) return INM_ERR_ALLOC;
  h->tag = moved;
  h->maxcol = larger;
  return INM_OK;
}

int32_t inm_hessian_column(inm_hessian *h, int64_t tag)
{
  const int32_t known = inm_tagmap_find(&h->column_of, tag);
  if (known >= 0) return known;

  const int32_t column = (int32_t) h->ncol;
  if (reserve_column(h) != INM_OK) return -1;
  if (inm_tagmap_set(&h->column_of, tag, column) != INM_OK) return -1;
  h->tag[h->ncol++] = tag;
  return column;
}

static inm_status begin_rows(inm_hessian *h, size_t nrow, const int64_t *tag, const int *type,
                             const double *mass)
{
  if (nrow > INT32_MAX) return INM_ERR_SIZE;
  h->type = (int *) malloc((nrow + 1) * sizeof(*h->type));
  h->mass = (double *) malloc((nrow + 1) * sizeof(*h->mass));
  if (!h->type || !h->mass) return INM_ERR_ALLOC;

  for (size_t i = 0; i < nrow; i++) {
    if (tag[i] <= 0 || type[i] < 1 || !(mass[i] > 0.0) || !isfinite(mass[i])) return INM_ERR_ARG;
    if (inm_tagmap_find(&h->column_of, tag[i]) >= 0) return INM_ERR_TAG;
    if (inm_hessian_column(h, tag[i]) < 0) return INM_ERR_ALLOC;
    h->type[i] = type[i];
    h->mass[i] = mass[i];
  }
  h->nrow = nrow;
  return INM_OK;
}

static inm_status begin_ghosts(inm_hessian *h, size_t nghost, const int64_t *ghost_tag)
{
  h->nsite = h->nrow + nghost;
  if (h->nsite > INT_MAX) return INM_ERR_SIZE;
  h->site = (int32_t *) malloc((h->nsite + 1) * sizeof(*h->site));
  if (!h->site) return INM_ERR_ALLOC;

  for (size_t i = 0; i < h->nrow; i++) h->site[i] = (int32_t) i;
  for (size_t g = 0; g < nghost; g++) {
    if (ghost_tag[g] <= 0) return INM_ERR_ARG;
    h->site[h->nrow + g] = inm_hessian_column(h, ghost_tag[g]);
    if (h->site[h->nrow + g] < 0) return INM_ERR_ALLOC;
  }
  h->nshared = h->ncol;
  h->diagonal = (double *) calloc(9 * h->nshared + 1, sizeof(*h->diagonal));
  h->affine = (double *) calloc(27 * h->nshared + 1, sizeof(*h->affine));
  return (h->diagonal && h->affine) ? INM_OK : INM_ERR_ALLOC;
}

inm_status inm_hessian_begin(inm_hessian *h, size_t nrow, const int64_t *tag, const int *type,
                             const double *mass, size_t nghost, const int64_t *ghost_tag)
{
  inm_hessian_clear(h);
  inm_status status = begin_rows(h, nrow, tag, type, mass);
  if (status == INM_OK) status = begin_ghosts(h, nghost, ghost_tag);
  if (status != INM_OK) inm_hessian_clear(h);
  h->open = (status == INM_OK);
  return status;
}

/* ---- block lists ------------------------------------------------------------------------------ */

static inm_status append_block(inm_block_list *list, int32_t row, int32_t col, const double *k)
{
  const size_t room = sizeof(list->last->block) / sizeof(*list->last->block);

  if (!list->last || list->last->used == room) {
    inm_chunk *chunk = (inm_chunk *) malloc(sizeof(*chunk));
    if (!chunk) return INM_ERR_ALLOC;
    chunk->next = NULL;
    chunk->used = 0;
    if (list->last)
      list->last->next = chunk;
    else
      list->first = chunk;
    list->last = chunk;
  }
  inm_block *b = &list->last->block[list->last->used++];
  b->row = row;
  b->col = col;
  memcpy(b->k, k, sizeof(b->k));
  list->nblock++;
  return INM_OK;
}

void inm_block_list_free(inm_block_list *list)
{
  while (list->first) {
    inm_chunk *next = list->first->next;
    free(list->first);
    list->first = next;
  }
  list->last = NULL;
  list->nblock = 0;
}

/* ---- blocks ----------------------------------------------------------------------------------- */

void inm_transpose(const double *k, double *transposed)
{
  for (int a = 0; a < 3; a++)
    for (int b = 0; b < 3; b++) transposed[3 * b + a] = k[3 * a + b];
}

/* contribution of the block H_ij = K to the diagonal and to the affine force of atom i */
static void add_to_atom(inm_hessian *h, int32_t column, const double *dr, const double *k)
{
  double *diagonal = &h->diagonal[9 * (size_t) column], *xi = &h->affine[27 * (size_t) column];

  for (int ak = 0; ak < 9; ak++) {
    diagonal[ak] -= k[ak];
    for (int c = 0; c < 3; c++) xi[3 * ak + c] += k[ak] * dr[c];
  }
}

/* Second derivatives of the energy by strain: inm_hessian_strains(). */
static void add_to_strains(inm_hessian *h, const double *dr, const double *k)
{
  double along = 0.0, trace = 0.0, rsq = 0.0;

  for (int a = 0; a < 3; a++)
    for (int c = 0; c < 3; c++) h->strain2[a][c] -= k[4 * a] * dr[c] * dr[c];
  for (int a = 0; a < h->dim; a++) {
    trace += k[4 * a];
    rsq += dr[a] * dr[a];
    for (int c = 0; c < h->dim; c++) along += dr[a] * k[3 * a + c] * dr[c];
  }
  h->dilation2 -= 2.0 * along - trace * rsq;
}

/* Stored in the row of the smaller column, so that a pair has one place, and in a row of this rank
   wherever one of the two is. */
inm_status inm_hessian_store(inm_hessian *h, int32_t row, int32_t col, const double *k)
{
  double transposed[9];

  if (col < row) {
    inm_transpose(k, transposed);
    return inm_hessian_store(h, col, row, transposed);
  }
  return append_block((size_t) row < h->nrow ? &h->mine : &h->foreign, row, col, k);
}

/* column of a site; -1 for an atom outside, -2 if there is no such site */
static int32_t column_of_site(const inm_hessian *h, int site)
{
  if (site == INM_OUTSIDE) return -1;
  return (site < 0 || (size_t) site >= h->nsite) ? -2 : h->site[site];
}

inm_status inm_hessian_add(inm_hessian *h, int i, int j, const double *dr, const double *k)
{
  const int32_t row = column_of_site(h, i), col = column_of_site(h, j);
  const double back[3] = {-dr[0], -dr[1], -dr[2]};
  double transposed[9];

  if (!h->open || row < -1 || col < -1) return INM_ERR_ARG;
  if (row >= 0 && col >= 0 && row != col) {
    const inm_status status = inm_hessian_store(h, row, col, k);
    if (status != INM_OK) return status;
  }
  add_to_strains(h, dr, k);
  inm_transpose(k, transposed);
  if (row >= 0) add_to_atom(h, row, dr, k);
  if (col >= 0) add_to_atom(h, col, back, transposed);

  /* an atom and its own image move together: undo the change of the diagonal */
  if (row >= 0 && row == col)
    for (int a = 0; a < 9; a++) h->diagonal[9 * (size_t) row + a] += k[a] + transposed[a];
  return INM_OK;
}

inm_status inm_hessian_add_central(inm_hessian *h, int i, int j, const double *dr, double du,
                                   double du2)
{
  const double rsq = dr[0] * dr[0] + dr[1] * dr[1] + dr[2] * dr[2];
  double transverse = du / sqrt(rsq), longitudinal = (du2 - transverse) / rsq;
  double k[9];

  if (rsq < DBL_MIN) {
    transverse = (du == 0.0) ? du2 : INFINITY;
    longitudinal = 0.0;
  }

  for (int a = 0; a < 3; a++)
    for (int b = 0; b < 3; b++)
      k[3 * a + b] = -longitudinal * dr[a] * dr[b] - ((a == b) ? transverse : 0.0);
  return inm_hessian_add(h, i, j, dr, k);
}

static int is_row(const inm_hessian *h, int i)
{
  return h->open && i >= 0 && (size_t) i < h->nrow;
}

inm_status inm_hessian_add_side(inm_hessian *h, int i, int64_t col, const double *k)
{
  double half[9];

  if (!is_row(h, i)) return INM_ERR_ARG;
  if (col == INM_OUTSIDE) return INM_OK;
  if (col <= 0) return INM_ERR_ARG;
  if (col == h->tag[i]) return inm_hessian_add_diagonal(h, i, k);
  const int32_t column = inm_hessian_column(h, col);
  if (column < 0) return INM_ERR_ALLOC;
  for (int a = 0; a < 9; a++) half[a] = 0.5 * k[a];
  return inm_hessian_store(h, i, column, half);
}

inm_status inm_hessian_add_diagonal(inm_hessian *h, int i, const double *k)
{
  if (!is_row(h, i)) return INM_ERR_ARG;
  for (int a = 0; a < 9; a++) h->diagonal[9 * (size_t) i + a] += k[a];
  return INM_OK;
}

inm_status inm_hessian_add_affine(inm_hessian *h, int i, const double *xi)
{
  if (!is_row(h, i)) return INM_ERR_ARG;
  for (int a = 0; a < 27; a++) h->affine[27 * (size_t) i + a] += xi[a];
  return INM_OK;
}

inm_status inm_hessian_add_strains(inm_hessian *h, const double *strain2, double dilation2)
{
  if (!h->open) return INM_ERR_ARG;
  for (int kc = 0; kc < 9; kc++) h->strain2[kc / 3][kc % 3] += strain2[kc];
  h->dilation2 += dilation2;
  return INM_OK;
}

/* ---- queries ---------------------------------------------------------------------------------- */

size_t inm_hessian_nrow(const inm_hessian *h)
{
  return h->nrow;
}

const int64_t *inm_hessian_tags(const inm_hessian *h)
{
  return h->tag;
}

MPI_Comm inm_hessian_comm(const inm_hessian *h)
{
  return h->comm;
}

int inm_hessian_dim(const inm_hessian *h)
{
  return h->dim;
}

int inm_hessian_largest_type(const inm_hessian *h)
{
  int largest_type = 0;
  for (size_t i = 0; i < h->nrow; i++)
    if (h->type[i] > largest_type) largest_type = h->type[i];
  return largest_type;
}

size_t inm_hessian_nblock(const inm_hessian *h)
{
  return h->open ? h->mine.nblock + h->foreign.nblock : h->nblock;
}

static double list_bytes(const inm_block_list *list)
{
  double bytes = 0.0;
  for (const inm_chunk *c = list->first; c; c = c->next) bytes += sizeof(*c);
  return bytes;
}

double inm_hessian_bytes(const inm_hessian *h)
{
  const double per_slot = sizeof(*h->col) + 9 * sizeof(*h->k);
  const double per_row =
      sizeof(*h->type) + sizeof(*h->mass) + sizeof(*h->row_start) + sizeof(*h->row_len);
  const double per_key = sizeof(*h->column_of.key) + sizeof(*h->column_of.value);

  return list_bytes(&h->mine) + list_bytes(&h->foreign) + per_slot * (double) h->nslot +
      per_key * (double) h->column_of.size + (double) h->maxcol * sizeof(*h->tag) +
      36.0 * sizeof(double) * (double) h->nshared + per_row * (double) h->nrow +
      (double) h->nsite * sizeof(*h->site) + (h->normal ? inm_hessian_bytes(h->normal) : 0.0);
}

/* a block in the list and in its row: chunks are freed only while the rows are filled */
double inm_hessian_bytes_for(double npair)
{
  return npair * (sizeof(inm_block) + sizeof(int32_t) + 9 * sizeof(double));
}
