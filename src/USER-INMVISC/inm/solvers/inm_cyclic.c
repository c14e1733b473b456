/* Block-cyclic distribution of the matrix, and redistribution of columns: inm_cyclic.h */

#include "solvers/inm_cyclic.h"

#include "base/inm_lapack.h"
#include "comm/inm_atom_order.h"
#include "comm/inm_route.h"
#include "hessian/inm_hessian_private.h"
#include "hessian/inm_reciprocal_private.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- the grid --------------------------------------------------------------------------------- */

enum {
  BLOCK = 48,        /* rows: whole atoms in 2d and 3d, and BLAS-3 stays in cache */
  LARGEST_ASPECT = 3 /* longer grids communicate more than the ranks left out would save */
};

/* The grid with the most ranks within this aspect ratio; among equals, the most square one.  Every row
   and column of the grid gets an atom. */
static void choose_grid(inm_cyclic *c, int nprocs, size_t natom)
{
  c->nprow = c->npcol = 1;
  for (int p = 1; p <= nprocs; p++)
    for (int q = p; q <= LARGEST_ASPECT * p && p * q <= nprocs; q++)
      if ((size_t) q <= natom && p * q >= c->nprow * c->npcol) {
        c->nprow = p;
        c->npcol = q;
      }
}

/* whole atoms, and at least one block for each rank along the longer side of the grid */
static int choose_block(const inm_cyclic *c, size_t natom, int dim)
{
  const size_t most = natom / (size_t) c->npcol, usual = BLOCK / (size_t) dim;
  return dim * (int) ((usual < most) ? usual : most);
}

double inm_cyclic_largest_part(size_t n, int nprocs)
{
  inm_cyclic c;
  choose_grid(&c, nprocs, n / 2 + 1);
  return fmin((double) n, (double) n / c.nprow + BLOCK) *
      fmin((double) n, (double) n / c.npcol + BLOCK);
}

inm_status inm_cyclic_create(inm_cyclic *c, MPI_Comm comm, size_t natom, int dim)
{
  int me, nprocs;
  inm_status status = INM_OK;

  MPI_Comm_rank(comm, &me);
  MPI_Comm_size(comm, &nprocs);
  memset(c, 0, sizeof(*c));
  choose_grid(c, nprocs, natom);
  c->n = (size_t) dim * natom;
  c->block = choose_block(c, natom, dim);
  c->myrow = c->mycol = -1;
  c->column = MPI_COMM_NULL;
  MPI_Comm_split(comm, (me < c->nprow * c->npcol) ? 0 : MPI_UNDEFINED, me, &c->comm);
  if (inm_cyclic_inside(c)) {
    c->myrow = me / c->npcol;
    c->mycol = me % c->npcol;
    MPI_Comm_split(c->comm, c->mycol, c->myrow, &c->column);
    c->nrow = inm_cyclic_count(c->n, c->block, c->myrow, c->nprow);
    c->ncol = inm_cyclic_count(c->n, c->block, c->mycol, c->npcol);
    if (c->nrow > (size_t) INT_MAX / c->ncol)
      status = INM_ERR_SIZE;
    else
      c->a = (double *) inm_malloc_for_blas(c->nrow * c->ncol * sizeof(*c->a));
    c->lane = (int *) malloc(4 * (size_t) c->nprow * sizeof(*c->lane));
    if (status == INM_OK && !(c->a && c->lane)) status = INM_ERR_ALLOC;
  }
  status = inm_status_sync(status, comm);
  if (status != INM_OK) inm_cyclic_free(c);
  return status;
}

void inm_cyclic_free(inm_cyclic *c)
{
  if (inm_cyclic_inside(c)) {
    MPI_Comm_free(&c->column);
    MPI_Comm_free(&c->comm);
  }
  free(c->a);
  free(c->lane);
  c->a = NULL;
  c->lane = NULL;
}

/* ---- distribution of blocks ------------------------------------------------------------------- */

enum { PIECE = 16384 }; /* blocks that a rank sends at a time, to bound the workspace */

typedef struct {
  size_t atom[2]; /* row, column */
  double k[9];    /* weighted */
} parcel;

/* The next block of its Hessian that a rank sends; block == 0 is the one on the diagonal. */
typedef struct {
  const inm_hessian *h;
  const size_t *index; /* [ncol] atoms in the order of tags */
  const double *mass;
  size_t row;
  int32_t block;
} cursor;

/* Copy the next block to p[0] and, off the diagonal, its transpose to p[1].  Returns the number. */
static int next_blocks(cursor *at, parcel *p)
{
  const inm_hessian *h = at->h;
  const size_t slot = h->row_start[at->row] + (size_t) (at->block - 1);
  const size_t i = at->index[at->row], j = at->block ? at->index[h->col[slot]] : i;
  const double *k = at->block ? &h->k[9 * slot] : &h->diagonal[9 * at->row];
  const double weight = h->scale / sqrt(at->mass[i] * at->mass[j]);

  p[0].atom[0] = p[1].atom[1] = i;
  p[0].atom[1] = p[1].atom[0] = j;
  for (int c = 0; c < 9; c++) p[0].k[c] = weight * k[c];
  if (at->block++ == h->row_len[at->row]) {
    at->block = 0;
    at->row++;
  }
  if (i == j) return 1;
  inm_transpose(p[0].k, p[1].k);
  return 2;
}

static int owner_of_block(const inm_cyclic *c, size_t dim, const parcel *p)
{
  const int row = inm_cyclic_owner(dim * p->atom[0], c->block, c->nprow);
  const int col = inm_cyclic_owner(dim * p->atom[1], c->block, c->npcol);
  return row * c->npcol + col;
}

static void add_block(inm_cyclic *c, size_t dim, const parcel *p)
{
  const size_t row = inm_cyclic_local(dim * p->atom[0], c->block, c->nprow);
  const size_t col = inm_cyclic_local(dim * p->atom[1], c->block, c->npcol);
  for (size_t b = 0; b < dim; b++)
    for (size_t a = 0; a < dim; a++) c->a[(col + b) * c->nrow + row + a] += p->k[3 * a + b];
}

/* Send and receive one piece.  item, dest: [PIECE+1] workspace. */
static inm_status send_piece(inm_cyclic *c, cursor *at, parcel *item, int *dest)
{
  const inm_hessian *h = at->h;
  const size_t dim = (size_t) h->dim;
  void *arrival = NULL;
  size_t nitem = 0, narrival = 0;

  while (nitem < PIECE && at->row < h->nrow) {
    for (int count = next_blocks(at, &item[nitem]); count > 0; count--, nitem++)
      dest[nitem] = owner_of_block(c, dim, &item[nitem]);
  }
  const inm_status status =
      inm_route_once(h->comm, nitem, dest, sizeof(*item), item, &arrival, &narrival);
  if (status != INM_OK) return status;
  for (size_t k = 0; k < narrival; k++) add_block(c, dim, (const parcel *) arrival + k);
  free(arrival);
  return INM_OK;
}

static inm_status send_blocks(inm_cyclic *c, const inm_hessian *h, const int64_t *tag,
                              const double *mass, size_t natom)
{
  size_t *index = (size_t *) malloc((h->ncol + 1) * sizeof(*index));
  parcel *item = (parcel *) malloc((PIECE + 1) * sizeof(*item));
  int *dest = (int *) malloc((PIECE + 1) * sizeof(*dest));
  cursor at = {h, index, mass, 0, 0};
  inm_status status = (index && item && dest) ? INM_OK : INM_ERR_ALLOC;
  int more = 1;

  status = inm_status_sync(status, h->comm);
  if (status == INM_OK)
    for (size_t k = 0; k < h->ncol; k++) index[k] = inm_tag_index(tag, natom, h->tag[k]);
  while (status == INM_OK && more) {
    status = send_piece(c, &at, item, dest);
    const int mine = (at.row < h->nrow);
    MPI_Allreduce(&mine, &more, 1, MPI_INT, MPI_MAX, h->comm);
  }
  free(index);
  free(item);
  free(dest);
  return status;
}

/* ---- reciprocal part -------------------------------------------------------------------------- */

static inm_status add_part(inm_cyclic *c, const inm_reciprocal *r, const inm_charges *charges)
{
  size_t *row = (size_t *) malloc((c->nrow + c->ncol + 1) * sizeof(*row));
  if (!row) return INM_ERR_ALLOC;
  size_t *col = row + c->nrow;

  for (size_t k = 0; k < c->nrow; k++) row[k] = inm_cyclic_global(k, c->block, c->myrow, c->nprow);
  for (size_t k = 0; k < c->ncol; k++) col[k] = inm_cyclic_global(k, c->block, c->mycol, c->npcol);
  const inm_status status = inm_reciprocal_add_part(r, charges, c->nrow, row, c->ncol, col, c->a);
  free(row);
  return status;
}

static inm_status add_reciprocal(inm_cyclic *c, const inm_hessian *h, const int64_t *tag,
                                 const double *mass, size_t natom)
{
  inm_charges charges;
  inm_status status = inm_charges_of_all(&charges, h, tag, natom, mass);

  if (status == INM_OK && inm_cyclic_inside(c)) status = add_part(c, h->reciprocal, &charges);
  inm_charges_free(&charges);
  return inm_status_sync(status, h->comm);
}

/* ---- translations ----------------------------------------------------------------------------- */

/* Largest row sum of |D|, which bounds all |lambda|.  Not finite if an element is not. */
static inm_status row_sum_norm(const inm_cyclic *c, double *norm)
{
  double *sum = (double *) calloc(c->n, sizeof(*sum));
  const inm_status status = inm_status_sync(sum ? INM_OK : INM_ERR_ALLOC, c->comm);

  if (status == INM_OK) {
    for (size_t col = 0; col < c->ncol; col++)
      for (size_t row = 0; row < c->nrow; row++)
        sum[inm_cyclic_global(row, c->block, c->myrow, c->nprow)] +=
            fabs(c->a[col * c->nrow + row]);
    MPI_Allreduce(MPI_IN_PLACE, sum, (int) c->n, MPI_DOUBLE, MPI_SUM, c->comm);
    double largest = 0.0, nonfinite = 0.0;
    for (size_t row = 0; row < c->n; row++) {
      largest = fmax(largest, sum[row]);
      nonfinite += 0.0 * sum[row]; /* NaN if any element is not finite */
    }
    *norm = largest + nonfinite;
  }
  free(sum);
  return status;
}

static void lift(inm_cyclic *c, const double *mass, size_t natom, const int *is_free)
{
  const size_t dim = c->n / natom;
  double total = 0.0;

  for (size_t i = 0; i < natom; i++) total += mass[i];
  for (size_t col = 0; col < c->ncol; col++) {
    const size_t gc = inm_cyclic_global(col, c->block, c->mycol, c->npcol);
    if (!is_free[gc % dim]) continue;
    for (size_t row = 0; row < c->nrow; row++) {
      const size_t gr = inm_cyclic_global(row, c->block, c->myrow, c->nprow);
      if (gr % dim == gc % dim)
        c->a[col * c->nrow + row] += c->shift * sqrt(mass[gr / dim] * mass[gc / dim]) / total;
    }
  }
}

/* trace and sum of squared elements.  Collective over the grid. */
static void add_up_moments(inm_cyclic *c)
{
  double sum[2] = {0.0, 0.0};

  for (size_t col = 0; col < c->ncol; col++) {
    const size_t k = inm_cyclic_global(col, c->block, c->mycol, c->npcol);
    const double *a = &c->a[col * c->nrow];
    if (inm_cyclic_owner(k, c->block, c->nprow) == c->myrow)
      sum[0] += a[inm_cyclic_local(k, c->block, c->nprow)];
    for (size_t row = 0; row < c->nrow; row++) sum[1] += a[row] * a[row];
  }
  MPI_Allreduce(MPI_IN_PLACE, sum, 2, MPI_DOUBLE, MPI_SUM, c->comm);
  c->trace = sum[0];
  c->squares = sum[1];
}

inm_status inm_cyclic_fill(inm_cyclic *c, const inm_hessian *h, const int64_t *tag,
                           const double *mass, size_t natom, const int *is_free)
{
  double norm = 0.0;
  inm_status status;

  if (c->a) memset(c->a, 0, c->nrow * c->ncol * sizeof(*c->a));
  status = send_blocks(c, h, tag, mass, natom);
  if (status == INM_OK && h->reciprocal) status = add_reciprocal(c, h, tag, mass, natom);
  if (status != INM_OK) return status;

  if (inm_cyclic_inside(c)) status = row_sum_norm(c, &norm);
  status = inm_status_sync(status, h->comm);
  if (status != INM_OK) return status;
  MPI_Bcast(&norm, 1, MPI_DOUBLE, 0, h->comm);
  if (!isfinite(norm * norm)) return INM_ERR_NONFINITE; /* solvers square elements */
  c->norm = norm;
  c->shift = (norm > 0.0) ? 1.1 * norm : 1.0;
  if (inm_cyclic_inside(c)) {
    lift(c, mass, natom, is_free);
    add_up_moments(c);
  }
  return INM_OK;
}

/* ---- complete columns ------------------------------------------------------------------------- */

/* counts and offsets of MPI_Alltoallv in the grid column, [nprow] each */
typedef struct {
  int *part_count, *part_offset, *whole_count, *whole_offset;
} lanes;

static lanes plan(const inm_cyclic *c, const int *begin)
{
  const int mine = begin[c->myrow + 1] - begin[c->myrow];
  lanes l = {c->lane, c->lane + c->nprow, c->lane + 2 * c->nprow, c->lane + 3 * c->nprow};
  int offset = 0;

  for (int r = 0; r < c->nprow; r++) {
    l.part_count[r] = (begin[r + 1] - begin[r]) * (int) c->nrow;
    l.part_offset[r] = begin[r] * (int) c->nrow;
    l.whole_count[r] = mine * (int) inm_cyclic_count(c->n, c->block, r, c->nprow);
    l.whole_offset[r] = offset;
    offset += l.whole_count[r];
  }
  return l;
}

typedef void (*copy_fn)(double *whole, double *run, size_t length);

static void to_whole(double *whole, double *run, size_t length)
{
  memcpy(whole, run, length * sizeof(*whole));
}

static void to_run(double *whole, double *run, size_t length)
{
  memcpy(run, whole, length * sizeof(*whole));
}

/* Copy ncolumn complete columns block by block to or from the runs, one for each rank of the grid column:
   [ncolumn][rows of the rank] each. */
static void copy_rows(const inm_cyclic *c, int ncolumn, double *whole, double *run, copy_fn copy)
{
  for (int rank = 0; rank < c->nprow; rank++) {
    const size_t block = (size_t) c->block,
                 count = inm_cyclic_count(c->n, c->block, rank, c->nprow);
    for (int k = 0; k < ncolumn; k++, run += count)
      for (size_t row = 0; row < count; row += block)
        copy(&whole[(size_t) k * c->n + inm_cyclic_global(row, c->block, rank, c->nprow)],
             &run[row], (count - row < block) ? count - row : block);
  }
}

void inm_cyclic_complete(const inm_cyclic *c, const int *begin, const double *part, double *whole,
                         double *buffer)
{
  const lanes l = plan(c, begin);
  MPI_Alltoallv(part, l.part_count, l.part_offset, MPI_DOUBLE, buffer, l.whole_count,
                l.whole_offset, MPI_DOUBLE, c->column);
  copy_rows(c, begin[c->myrow + 1] - begin[c->myrow], whole, buffer, to_whole);
}

void inm_cyclic_spread(const inm_cyclic *c, const int *begin, double *whole, double *part,
                       double *buffer)
{
  const lanes l = plan(c, begin);
  copy_rows(c, begin[c->myrow + 1] - begin[c->myrow], whole, buffer, to_run);
  MPI_Alltoallv(buffer, l.whole_count, l.whole_offset, MPI_DOUBLE, part, l.part_count,
                l.part_offset, MPI_DOUBLE, c->column);
}
