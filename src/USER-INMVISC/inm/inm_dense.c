/* Collecting the distributed blocks into one dense mass-weighted matrix on one rank.
   The order of atoms is that of their tags, so the matrix is the same for any distribution. */

#include "inm_hessian_private.h"
#include "inm_solver_private.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- order of the atoms ---------------------------------------------------------------------- */

static int compare_tags(const void *x, const void *y)
{
  const int64_t a = *(const int64_t *) x, b = *(const int64_t *) y;
  return (a > b) - (a < b);
}

inm_status inm_gather_tags(const inm_hessian *h, int64_t **tag, size_t *natom)
{
  inm_status status = INM_OK;
  int nprocs, mine = (int) h->nrow;
  int *count = NULL, *offset = NULL;
  long long total = 0;

  *tag = NULL;
  *natom = 0;
  MPI_Comm_size(h->comm, &nprocs);
  count = (int *) malloc((size_t) nprocs * sizeof(*count));
  offset = (int *) malloc((size_t) nprocs * sizeof(*offset));
  status = inm_status_sync((count && offset) ? INM_OK : INM_ERR_ALLOC, h->comm);
  if (status != INM_OK) goto done;

  MPI_Allgather(&mine, 1, MPI_INT, count, 1, MPI_INT, h->comm);
  for (int r = 0; r < nprocs; r++) {
    offset[r] = (int) total;
    total += count[r];
  }
  if (total > INT_MAX / 3) {
    status = INM_ERR_SIZE;
    goto done;
  }
  *tag = (int64_t *) malloc(((size_t) total + 1) * sizeof(**tag));
  status = inm_status_sync(*tag ? INM_OK : INM_ERR_ALLOC, h->comm);
  if (status != INM_OK) goto done;

  MPI_Allgatherv(h->tag, mine, MPI_INT64_T, *tag, count, offset, MPI_INT64_T, h->comm);
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

/* ---- packets: runs of doubles, from every rank to the root ------------------------------------ */

/* A record is a few indices and numbers, all as double: exact up to 2^53. */
enum { RECORDS = 2048, TAG_PACKET = 7301 };

typedef void (*take_fn)(inm_dense *d, const double *record);

typedef struct {
  MPI_Comm comm;
  int root, me, width; /* doubles in a record */
  int used;            /* records in the buffer */
  double *buffer;      /* [RECORDS][width] */
  inm_dense *d;
  take_fn take;
} packets;

static void deliver(packets *p, const double *buffer, int nrecord)
{
  for (int k = 0; k < nrecord; k++) p->take(p->d, &buffer[(size_t) k * p->width]);
}

static void flush(packets *p)
{
  if (p->me == p->root)
    deliver(p, p->buffer, p->used);
  else
    MPI_Send(p->buffer, p->used * p->width, MPI_DOUBLE, p->root, TAG_PACKET, p->comm);
  p->used = 0;
}

/* room for the next record */
static double *next_record(packets *p)
{
  if (p->used == RECORDS) flush(p);
  return &p->buffer[(size_t) (p->used++) * p->width];
}

/* Send what is left and an empty packet for the end; the root takes rank by rank in order, so that
   sums are formed in the same order every time. */
static void finish(packets *p)
{
  if (p->used) flush(p);
  if (p->me != p->root) {
    flush(p);
    return;
  }
  int nprocs;
  MPI_Comm_size(p->comm, &nprocs);
  for (int r = 0; r < nprocs; r++) {
    int n = (r != p->root);
    while (n > 0) {
      MPI_Status status;
      MPI_Recv(p->buffer, RECORDS * p->width, MPI_DOUBLE, r, TAG_PACKET, p->comm, &status);
      MPI_Get_count(&status, MPI_DOUBLE, &n);
      deliver(p, p->buffer, n / p->width);
    }
  }
}

static inm_status packets_open(packets *p, const inm_hessian *h, int root, int width, inm_dense *d,
                               take_fn take)
{
  p->comm = h->comm;
  p->root = root;
  p->width = width;
  p->used = 0;
  p->d = d;
  p->take = take;
  MPI_Comm_rank(h->comm, &p->me);
  p->buffer = (double *) malloc((size_t) RECORDS * width * sizeof(*p->buffer));
  return inm_status_sync(p->buffer ? INM_OK : INM_ERR_ALLOC, h->comm);
}

/* ---- atoms: index, type, mass, vectors ------------------------------------------------------- */

static void take_atom(inm_dense *d, const double *record)
{
  const size_t i = (size_t) record[0];
  const double *b = &record[3];

  d->type[i] = (int) record[1];
  d->mass[i] = record[2];
  for (int v = 0; v < d->nproj; v++)
    for (int a = 0; a < d->dim; a++)
      d->proj[v * d->n + d->dim * i + a] = b[3 * v + a] / sqrt(d->mass[i]);
}

static inm_status gather_atoms(const inm_hessian *h, const inm_request *request, const int64_t *tag,
                               size_t natom, int root, inm_dense *d)
{
  packets p;
  inm_status status = packets_open(&p, h, root, 3 + 3 * request->nproj, d, take_atom);

  if (status == INM_OK) {
    for (size_t i = 0; i < h->nrow; i++) {
      double *record = next_record(&p);
      record[0] = (double) inm_tag_index(tag, natom, h->tag[i]);
      record[1] = h->type[i];
      record[2] = h->mass[i];
      for (int v = 0; v < request->nproj; v++)
        memcpy(&record[3 + 3 * v], &request->proj[3 * (v * h->nrow + i)], 3 * sizeof(*record));
    }
    finish(&p);
  }
  free(p.buffer);
  return status;
}

/* ---- blocks ---------------------------------------------------------------------------------- */

/* D = scale * H / sqrt(m_i m_j): the atoms must have been gathered before */
static void take_block(inm_dense *d, const double *record)
{
  const size_t dim = (size_t) d->dim, i = (size_t) record[0], j = (size_t) record[1];
  const double *k = &record[2];
  const double weight = d->scale / sqrt(d->mass[i] * d->mass[j]);
  for (size_t a = 0; a < dim; a++)
    for (size_t b = 0; b < dim; b++)
      d->a[(dim * i + a) * d->n + dim * j + b] += weight * k[3 * a + b];
}

static void pack_block(packets *p, size_t i, size_t j, const double *k)
{
  double *record = next_record(p);
  record[0] = (double) i;
  record[1] = (double) j;
  memcpy(&record[2], k, 9 * sizeof(*k));
}

static inm_status gather_blocks(const inm_hessian *h, const int64_t *tag, size_t natom, int root,
                                inm_dense *d)
{
  packets p;
  size_t *index = (size_t *) malloc((h->nrow + 1) * sizeof(*index));
  inm_status status = packets_open(&p, h, root, 2 + 9, d, take_block);
  const inm_status mine = index ? INM_OK : INM_ERR_ALLOC;

  if (status == INM_OK) status = inm_status_sync(mine, h->comm);
  if (status == INM_OK) {
    for (size_t i = 0; i < h->nrow; i++) {
      index[i] = inm_tag_index(tag, natom, h->tag[i]);
      pack_block(&p, index[i], index[i], &h->diagonal[9 * i]);
    }
    for (size_t n = 0; n < h->nblock; n++) {
      const inm_block *b = &h->block[n];
      if (b->col == INM_OUTSIDE) continue;
      const size_t j = inm_tag_index(tag, natom, b->col);
      if (j < natom)
        pack_block(&p, index[b->row], j, b->k);
      else
        status = INM_ERR_TAG;
    }
    finish(&p);
    status = inm_status_sync(status, h->comm);
  }
  free(p.buffer);
  free(index);
  return status;
}

/* ---- the matrix ------------------------------------------------------------------------------ */

void inm_dense_free(inm_dense *d)
{
  free(d->a);
  free(d->mass);
  free(d->type);
  free(d->proj);
  memset(d, 0, sizeof(*d));
}

static inm_status dense_alloc(inm_dense *d)
{
  d->a = (double *) calloc(d->n * d->n + 1, sizeof(*d->a));
  d->mass = (double *) calloc(d->natom + 1, sizeof(*d->mass));
  d->type = (int *) calloc(d->natom + 1, sizeof(*d->type));
  d->proj = (double *) calloc((size_t) d->nproj * d->n + 1, sizeof(*d->proj));
  return (d->a && d->mass && d->type && d->proj) ? INM_OK : INM_ERR_ALLOC;
}

inm_status inm_dense_gather(const inm_hessian *h, const inm_request *request, const int64_t *tag,
                            size_t natom, int root, inm_dense *d)
{
  int me;
  inm_status status = INM_OK;

  MPI_Comm_rank(h->comm, &me);
  memset(d, 0, sizeof(*d));
  d->dim = h->dim;
  d->scale = h->scale;
  d->nproj = request->nproj;
  d->natom = natom;
  d->n = (size_t) h->dim * natom;
  if (me == root) status = dense_alloc(d);
  status = inm_status_sync(status, h->comm);

  if (status == INM_OK) status = gather_atoms(h, request, tag, natom, root, d);
  if (status == INM_OK) status = gather_blocks(h, tag, natom, root, d);
  return status;
}

inm_status inm_dense_symmetrize(inm_dense *d)
{
  enum { TILE = 64 }; /* both the tile and its transpose fit the cache */
  const size_t n = d->n;
  double difference = 0.0, size = 0.0, nonfinite = 0.0;

  for (size_t r0 = 0; r0 < n; r0 += TILE)
    for (size_t c0 = 0; c0 <= r0; c0 += TILE)
      for (size_t r = r0; r < r0 + TILE && r < n; r++)
        for (size_t c = c0; c < c0 + TILE && c <= r; c++) {
          double *x = &d->a[r * n + c], *y = &d->a[c * n + r];
          difference = fmax(difference, fabs(*x - *y));
          size = fmax(size, fmax(fabs(*x), fabs(*y)));
          *x = *y = 0.5 * (*x + *y);
          nonfinite += 0.0 * *x; /* NaN as soon as one is not finite */
        }
  if (nonfinite != 0.0) return INM_ERR_NONFINITE;
  d->asymmetry = (size > 0.0) ? difference / size : 0.0;
  return INM_OK;
}

/* Every eigenvalue lies within the largest row sum of |D|. */
static double row_sum_norm(const inm_dense *d)
{
  double norm = 0.0;
  for (size_t r = 0; r < d->n; r++) {
    double sum = 0.0;
    for (size_t c = 0; c < d->n; c++) sum += fabs(d->a[r * d->n + c]);
    norm = fmax(norm, sum);
  }
  return norm;
}

void inm_dense_lift_translations(inm_dense *d, const int *is_free)
{
  const size_t dim = (size_t) d->dim;
  double total = 0.0;

  for (size_t i = 0; i < d->natom; i++) total += d->mass[i];
  const double norm = row_sum_norm(d), shift = (norm > 0.0) ? 1.1 * norm : 1.0;
  for (size_t a = 0; a < dim; a++) {
    if (!is_free[a]) continue;
    for (size_t i = 0; i < d->natom; i++)
      for (size_t j = 0; j < d->natom; j++)
        d->a[(dim * i + a) * d->n + dim * j + a] += shift * sqrt(d->mass[i] * d->mass[j]) / total;
  }
}
