/* The Hessian as a sparse matrix in the order of atom IDs: inm_sparse.h */

#include "hessian/inm_sparse.h"

#include "comm/inm_atom_order.h"
#include "comm/inm_route.h"
#include "hessian/inm_hessian_private.h"
#include "hessian/inm_reciprocal_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- atoms ----------------------------------------------------------------------------------- */

/* Type and mass of all atoms on all ranks: each atom is a row of one rank, all others add 0. */
static inm_status replicate_atoms(const inm_hessian *h, inm_sparse *s)
{
  inm_status status = inm_gather_tags(h->comm, h->nrow, h->tag, &s->tag, &s->natom);
  if (status != INM_OK) return status;

  s->type = (int *) calloc(s->natom + 1, sizeof(*s->type));
  s->mass = (double *) calloc(s->natom + 1, sizeof(*s->mass));
  status = inm_status_sync((s->type && s->mass) ? INM_OK : INM_ERR_ALLOC, h->comm);
  if (status != INM_OK) return status;

  for (size_t r = 0; r < h->nrow; r++) {
    const size_t i = inm_tag_index(s->tag, s->natom, h->tag[r]);
    s->type[i] = h->type[r];
    s->mass[i] = h->mass[r];
  }
  MPI_Allreduce(MPI_IN_PLACE, s->type, (int) s->natom, MPI_INT, MPI_SUM, h->comm);
  MPI_Allreduce(MPI_IN_PLACE, s->mass, (int) s->natom, MPI_DOUBLE, MPI_SUM, h->comm);
  return INM_OK;
}

/* Rank r has the rows of atoms floor(natom*r/nprocs) to floor(natom*(r+1)/nprocs) - 1. */
size_t inm_sparse_first(size_t natom, int rank, int nprocs)
{
  return natom * (size_t) rank / (size_t) nprocs;
}

static int owner_of(size_t atom, size_t natom, int nprocs)
{
  return (int) (((atom + 1) * (size_t) nprocs - 1) / natom);
}

/* ---- blocks to the ranks of their rows -------------------------------------------------------- */

enum { ROW, COL };

typedef struct {
  size_t end[2]; /* [ROW], [COL]: atoms in the order of tags */
  double k[9];
} parcel;

typedef struct {
  size_t natom, n;
  int nprocs;
  parcel *item;
  int *dest;
} outbox;

static double *pack(outbox *out, size_t i, size_t j)
{
  parcel *p = &out->item[out->n];
  p->end[ROW] = i;
  p->end[COL] = j;
  out->dest[out->n++] = owner_of(i, out->natom, out->nprocs);
  return p->k;
}

/* Pack a block and its transpose together: contributions to H_ij and H_ji then arrive in the same order
   and have bitwise equal sums. */
static void pack_rows(const inm_hessian *h, const size_t *index, outbox *out)
{
  for (size_t r = 0; r < h->nrow; r++) {
    memcpy(pack(out, index[r], index[r]), &h->diagonal[9 * r], 9 * sizeof(double));
    for (size_t n = h->row_start[r]; n < inm_row_end(h, r); n++) {
      const size_t i = index[r], j = index[h->col[n]];
      memcpy(pack(out, i, j), &h->k[9 * n], 9 * sizeof(double));
      inm_transpose(&h->k[9 * n], pack(out, j, i));
    }
  }
}

/* in [nin]: all blocks of the rows of this rank, allocated.  Collective. */
static inm_status send_rows(const inm_hessian *h, const inm_sparse *s, parcel **in, size_t *nin)
{
  const size_t nout = h->nrow + 2 * h->nblock;
  size_t *index = (size_t *) malloc((h->ncol + 1) * sizeof(*index));
  outbox out = {s->natom, 0, 0, NULL, NULL};
  void *arrival = NULL;
  inm_status status;

  MPI_Comm_size(h->comm, &out.nprocs);
  out.item = (parcel *) malloc((nout + 1) * sizeof(*out.item));
  out.dest = (int *) malloc((nout + 1) * sizeof(*out.dest));
  status = (index && out.item && out.dest) ? INM_OK : INM_ERR_ALLOC;
  status = inm_status_sync(status, h->comm);
  if (status != INM_OK) goto done;

  for (size_t c = 0; c < h->ncol; c++) index[c] = inm_tag_index(s->tag, s->natom, h->tag[c]);
  pack_rows(h, index, &out);
  status = inm_route_once(h->comm, nout, out.dest, sizeof(**in), out.item, &arrival, nin);

done:
  *in = (parcel *) arrival;
  free(index);
  free(out.item);
  free(out.dest);
  return status;
}

/* ---- rows in order ---------------------------------------------------------------------------- */

/* Stable counting sort by row or column, base..base+nkey-1.
   from, to  [n]       indices of parcels
   count     [nkey+1]  workspace */
static void sort_by(const parcel *p, size_t n, int which, size_t base, size_t nkey, size_t *count,
                    const size_t *from, size_t *to)
{
  memset(count, 0, (nkey + 1) * sizeof(*count));
  for (size_t m = 0; m < n; m++) count[p[m].end[which] - base + 1]++;
  for (size_t key = 0; key < nkey; key++) count[key + 1] += count[key];
  for (size_t m = 0; m < n; m++) to[count[p[from[m]].end[which] - base]++] = from[m];
}

/* order [n] = parcels by row, then by column, then by arrival; other [n], count [natom+1] are
   workspace */
static void sort_parcels(const inm_sparse *s, const parcel *p, size_t n, size_t *order,
                         size_t *other, size_t *count)
{
  for (size_t m = 0; m < n; m++) order[m] = m;
  sort_by(p, n, COL, 0, s->natom, count, order, other);
  sort_by(p, n, ROW, s->first, s->last - s->first, count, other, order);
}

/* Add up the parcels of each pair of atoms. */
static void add_up(inm_sparse *s, const parcel *p, const size_t *order, size_t n)
{
  const size_t dim = (size_t) s->dim, size = dim * dim;
  const parcel *before = NULL;
  size_t row = s->first;

  s->start[0] = 0;
  for (size_t m = 0; m < n; m++) {
    const parcel *q = &p[order[m]];
    if (!before || before->end[ROW] != q->end[ROW] || before->end[COL] != q->end[COL]) {
      while (row < q->end[ROW]) s->start[++row - s->first] = s->nblock;
      s->col[s->nblock++] = (int64_t) q->end[COL];
    }
    double *k = &s->k[size * (s->nblock - 1)];
    for (size_t a = 0; a < dim; a++)
      for (size_t b = 0; b < dim; b++) k[dim * a + b] += q->k[3 * a + b];
    before = q;
  }
  while (row < s->last) s->start[++row - s->first] = s->nblock;
}

static inm_status order_rows(inm_sparse *s, const parcel *p, size_t n)
{
  const size_t size = (size_t) (s->dim * s->dim);
  size_t *work = (size_t *) calloc(2 * n + s->natom + 1, sizeof(*work));
  inm_status status = INM_ERR_ALLOC;

  s->start = (size_t *) malloc((s->last - s->first + 1) * sizeof(*s->start));
  s->col = (int64_t *) malloc((n + 1) * sizeof(*s->col));
  s->k = (double *) calloc(size * n + 1, sizeof(*s->k));
  if (work && s->start && s->col && s->k) {
    sort_parcels(s, p, n, work, work + n, work + 2 * n);
    add_up(s, p, work, n);
    status = INM_OK;
  }
  free(work);
  return status;
}

/* Replace the rows by full ones, with the blocks of the reciprocal part. */
static inm_status fill_rows(inm_sparse *s, const inm_reciprocal *r, const inm_charges *c)
{
  const size_t rows = s->last - s->first, n = s->natom;
  int64_t *col = (int64_t *) malloc((rows * n + 1) * sizeof(*col));
  double *k = (double *) calloc(9 * rows * n + 1, sizeof(*k));
  inm_status status = (col && k) ? inm_reciprocal_add_rows(r, c, s->first, s->last, k) : INM_ERR_ALLOC;

  if (status != INM_OK) {
    free(col);
    free(k);
    return status;
  }
  for (size_t i = 0; i < rows; i++)
    for (size_t m = s->start[i]; m < s->start[i + 1]; m++)
      for (size_t ab = 0; ab < 9; ab++) k[9 * (n * i + (size_t) s->col[m]) + ab] += s->k[9 * m + ab];
  for (size_t i = 0; i <= rows; i++) s->start[i] = n * i;
  for (size_t m = 0; m < rows * n; m++) col[m] = (int64_t) (m % n);
  free(s->col);
  free(s->k);
  s->col = col;
  s->k = k;
  s->nblock = rows * n;
  return INM_OK;
}

static inm_status add_reciprocal(inm_sparse *s, const inm_hessian *h)
{
  inm_charges c;
  inm_status status = inm_charges_of_all(&c, h, s->tag, s->natom, NULL);

  if (status == INM_OK) status = inm_status_sync(fill_rows(s, h->reciprocal, &c), h->comm);
  inm_charges_free(&c);
  return status;
}

/* D = scale * H / sqrt(m_i m_j) */
static void weight_rows(inm_sparse *s, double scale)
{
  const size_t size = (size_t) (s->dim * s->dim);
  for (size_t i = s->first; i < s->last; i++)
    for (size_t n = s->start[i - s->first]; n < s->start[i - s->first + 1]; n++) {
      const double weight = scale / sqrt(s->mass[i] * s->mass[s->col[n]]);
      for (size_t c = 0; c < size; c++) s->k[size * n + c] *= weight;
    }
}

static inm_status check_finite(const inm_sparse *s)
{
  const size_t size = (size_t) (s->dim * s->dim);
  double nonfinite = 0.0;
  for (size_t c = 0; c < size * s->nblock; c++) nonfinite += 0.0 * s->k[c];
  return (nonfinite == 0.0) ? INM_OK : INM_ERR_NONFINITE;
}

/* ---- affine forces ---------------------------------------------------------------------------- */

typedef struct {
  size_t atom;
  double xi[27];
} affine_parcel;

inm_status inm_sparse_affine(const inm_hessian *h, const inm_sparse *s, double *xi)
{
  affine_parcel *out = (affine_parcel *) malloc((h->nrow + 1) * sizeof(*out));
  int *dest = (int *) malloc((h->nrow + 1) * sizeof(*dest));
  void *arrival = NULL;
  size_t narrival = 0;
  int nprocs;
  inm_status status = inm_status_sync((out && dest) ? INM_OK : INM_ERR_ALLOC, h->comm);
  if (status != INM_OK) goto done;

  MPI_Comm_size(h->comm, &nprocs);
  for (size_t r = 0; r < h->nrow; r++) {
    out[r].atom = inm_tag_index(s->tag, s->natom, h->tag[r]);
    memcpy(out[r].xi, &h->affine[27 * r], sizeof(out[r].xi));
    dest[r] = owner_of(out[r].atom, s->natom, nprocs);
  }
  status = inm_route_once(h->comm, h->nrow, dest, sizeof(*out), out, &arrival, &narrival);
  if (status != INM_OK) goto done;
  const affine_parcel *in = (const affine_parcel *) arrival;
  for (size_t n = 0; n < narrival; n++)
    memcpy(&xi[27 * (in[n].atom - s->first)], in[n].xi, sizeof(in[n].xi));

done:
  free(out);
  free(arrival);
  free(dest);
  return status;
}

/* ---- the matrix ------------------------------------------------------------------------------- */

void inm_sparse_free(inm_sparse *s)
{
  free(s->tag);
  free(s->type);
  free(s->mass);
  free(s->start);
  free(s->col);
  free(s->k);
  memset(s, 0, sizeof(*s));
}

inm_status inm_sparse_gather(const inm_hessian *h, int weighted, inm_sparse *s)
{
  int me, nprocs;
  parcel *in = NULL;
  size_t nin = 0;
  inm_status status;

  memset(s, 0, sizeof(*s));
  s->dim = h->dim;
  MPI_Comm_rank(h->comm, &me);
  MPI_Comm_size(h->comm, &nprocs);
  status = inm_status_sync(h->halo ? INM_OK : INM_ERR_ARG, h->comm); /* created by end */
  if (status == INM_OK) status = replicate_atoms(h, s);
  if (status != INM_OK) goto done;

  s->first = inm_sparse_first(s->natom, me, nprocs);
  s->last = inm_sparse_first(s->natom, me + 1, nprocs);
  status = send_rows(h, s, &in, &nin);
  if (status == INM_OK) status = inm_status_sync(order_rows(s, in, nin), h->comm);
  if (status == INM_OK && h->reciprocal) status = add_reciprocal(s, h);
  if (status != INM_OK) goto done;
  if (weighted) weight_rows(s, h->scale);
  status = inm_status_sync(check_finite(s), h->comm);

done:
  free(in);
  if (status != INM_OK) inm_sparse_free(s);
  return status;
}
