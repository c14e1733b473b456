/* Gather the distributed blocks into a dense mass-weighted matrix on one rank.  Atoms are sorted by tag,
   so the matrix is the same for any distribution. */

#include "solvers/inm_dense.h"

#include "base/inm_lapack.h"
#include "base/inm_pages.h"
#include "base/inm_team.h"
#include "comm/inm_atom_order.h"
#include "comm/inm_stream.h"
#include "hessian/inm_hessian_private.h"
#include "hessian/inm_residual.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- blocks ---------------------------------------------------------------------------------- */

typedef struct inm_dense_block {
  double row, col, k[9];
} block_record;

static void add_to_element(inm_dense *d, size_t row, size_t col, double x)
{
  if (d->single)
    d->single[row * d->n + col] += (float) x;
  else
    d->a[row * d->n + col] += x;
}

/* D += scale * H / sqrt(m_i m_j), once the atoms have been gathered.  An off-diagonal block represents
   its transpose too. */
static inm_status add_block(inm_dense *d, const block_record *record, double scale)
{
  const size_t dim = (size_t) d->atoms.dim, i = (size_t) record->row, j = (size_t) record->col;
  const double weight = scale / sqrt(d->atoms.mass[i] * d->atoms.mass[j]);
  double k[9];

  for (size_t e = 0; e < 9; e++) k[e] = weight * record->k[e];
  for (size_t a = 0; a < dim; a++)
    for (size_t b = 0; b < dim; b++) {
      add_to_element(d, dim * i + a, dim * j + b, k[3 * a + b]);
      if (i != j) add_to_element(d, dim * j + b, dim * i + a, k[3 * a + b]);
    }
  return d->residual ? inm_residual_add(d->residual, i, j, k) : INM_OK;
}

/* keep a block of the normal directions until the shift is known */
static inm_status keep_block(inm_dense *d, const block_record *record)
{
  if (d->nnormal % 4096 == 0) {
    block_record *more =
        (block_record *) realloc(d->normal, (d->nnormal + 4096) * sizeof(*d->normal));
    if (!more) return INM_ERR_ALLOC;
    d->normal = more;
  }
  d->normal[d->nnormal++] = *record;
  return INM_OK;
}

typedef struct {
  inm_dense *dense;
  int is_normal; /* of the normal directions */
  inm_status status;
} block_taker;

static void take_blocks(void *ctx, const void *bytes, size_t n)
{
  block_taker *t = (block_taker *) ctx;
  const block_record *record = (const block_record *) bytes;
  for (size_t k = 0; k < n / sizeof(*record) && t->status == INM_OK; k++)
    t->status = t->is_normal ? keep_block(t->dense, &record[k])
                             : add_block(t->dense, &record[k], t->dense->scale);
}

static void put_block(inm_stream *stream, size_t i, size_t j, const double *k)
{
  block_record record;
  record.row = (double) i;
  record.col = (double) j;
  memcpy(record.k, k, sizeof(record.k));
  inm_stream_put(stream, &record, sizeof(record));
}

static void put_row(inm_stream *stream, const inm_hessian *h, const size_t *index, size_t row)
{
  put_block(stream, index[row], index[row], &h->diagonal[9 * row]);
  for (size_t n = h->row_start[row]; n < inm_row_end(h, row); n++)
    put_block(stream, index[row], index[h->col[n]], &h->k[9 * n]);
}

static inm_status gather_blocks(const inm_hessian *h, const int64_t *tag, size_t natom, int root,
                                int is_normal, inm_dense *d)
{
  inm_stream stream;
  block_taker taker = {d, is_normal, INM_OK};
  size_t *index = (size_t *) malloc((h->ncol + 1) * sizeof(*index)); /* atoms in the matrix */
  inm_status status = inm_status_sync(index ? INM_OK : INM_ERR_ALLOC, h->comm);

  if (status == INM_OK) status = inm_stream_open(&stream, h->comm, root, take_blocks, &taker);
  if (status != INM_OK) goto done;
  for (size_t c = 0; c < h->ncol; c++) index[c] = inm_tag_index(tag, natom, h->tag[c]);
  for (size_t i = 0; i < h->nrow; i++) put_row(&stream, h, index, i);
  inm_stream_end(&stream);
  inm_stream_close(&stream);
  status = inm_status_sync(taker.status, h->comm);

done:
  free(index);
  return status;
}

/* ---- the matrix ------------------------------------------------------------------------------ */

void inm_dense_free(inm_dense *d)
{
  free(d->a);
  free(d->single);
  free(d->normal);
  free(d->rigid_share);
  inm_residual_destroy(&d->residual);
  inm_mode_atoms_free(&d->atoms);
  memset(d, 0, sizeof(*d));
}

static inm_status dense_alloc(inm_dense *d, const inm_request *request)
{
  const size_t elements = d->n * d->n + 1;

  if (request->precision == INM_DOUBLE) {
    d->a = (double *) inm_calloc_for_blas(elements, sizeof(*d->a));
    inm_prefer_large_pages(d->a, elements * sizeof(*d->a));
    return d->a ? INM_OK : INM_ERR_ALLOC;
  }
  d->single = (float *) inm_calloc_for_blas(elements, sizeof(*d->single));
  inm_prefer_large_pages(d->single, elements * sizeof(*d->single));
  return d->single ? inm_residual_create(&d->residual, d->atoms.natom, d->atoms.dim)
                   : INM_ERR_ALLOC;
}

/* First-touch the zeroed matrix with all threads: page faults would otherwise cost more than filling in
   the blocks. */
typedef struct {
  char *memory;
  size_t bytes;
  int nthread;
} untouched;

static void touch_slice(void *ctx, int thread)
{
  const size_t page = 4096;
  const untouched *u = (const untouched *) ctx;
  size_t first;
  const size_t count = inm_team_slice(u->bytes, (size_t) 1 << 21, u->nthread, thread, &first);
  volatile char *byte = u->memory + first;

  for (size_t k = 0; k < count; k += page) byte[k] = 0;
}

static void touch_matrix(const inm_dense *d, int nthread)
{
  const size_t element = d->single ? sizeof(*d->single) : sizeof(*d->a);
  untouched u = {d->single ? (char *) d->single : (char *) d->a, d->n * d->n * element, nthread};
  inm_run_parallel(nthread, touch_slice, &u);
}

inm_status inm_dense_gather(const inm_hessian *h, const inm_request *request, const int64_t *tag,
                            size_t natom, int root, int nthread, inm_dense *d)
{
  int rank;

  MPI_Comm_rank(h->comm, &rank);
  memset(d, 0, sizeof(*d));
  inm_status status = inm_mode_atoms_gather(&d->atoms, h, request, tag, natom, root);
  d->n = d->atoms.n;
  d->scale = h->scale;
  if (status == INM_OK)
    status = inm_status_sync((rank == root) ? dense_alloc(d, request) : INM_OK, h->comm);
  if (status == INM_OK && rank == root) touch_matrix(d, nthread);
  if (status == INM_OK) status = gather_blocks(h, tag, natom, root, 0, d);
  if (status == INM_OK && h->normal) {
    d->nrigid = h->constraints.count;
    status = gather_blocks(h->normal, tag, natom, root, 1, d);
  }
  return status;
}

/* ---- translations ---------------------------------------------------------------------------- */

typedef struct {
  inm_dense *dense;
  int nthread;
  double *norm; /* [nthread] largest row sum of |D|, NaN if an element is not finite */
  const int *is_free;
  double weight;
} lifting;

static double row_sum(const inm_dense *d, size_t r)
{
  double sum = 0.0;
  if (d->single)
    for (size_t c = 0; c < d->n; c++) sum += fabs(d->single[r * d->n + c]);
  else
    for (size_t c = 0; c < d->n; c++) sum += fabs(d->a[r * d->n + c]);
  return sum;
}

static void norm_slice(void *ctx, int thread)
{
  const lifting *l = (const lifting *) ctx;
  size_t first;
  const size_t count = inm_team_slice(l->dense->n, 1, l->nthread, thread, &first);
  double norm = 0.0;

  for (size_t r = first; r < first + count && isfinite(norm); r++) {
    const double sum = row_sum(l->dense, r);
    norm = isfinite(sum) ? fmax(norm, sum) : NAN;
  }
  l->norm[thread] = norm;
}

/* The largest row sum of |D| bounds all |lambda|; NaN if an element is not finite. */
static double row_sum_norm(const lifting *l)
{
  double norm = 0.0;
  inm_run_parallel(l->nthread, norm_slice, (void *) l);
  for (int t = 0; t < l->nthread; t++) norm = isnan(l->norm[t]) ? NAN : fmax(norm, l->norm[t]);
  return norm;
}

static void lift_slice(void *ctx, int thread)
{
  const lifting *l = (const lifting *) ctx;
  inm_dense *d = l->dense;
  const size_t dim = (size_t) d->atoms.dim;
  size_t first;
  const size_t count = inm_team_slice(d->atoms.natom, 1, l->nthread, thread, &first);

  for (size_t i = first; i < first + count; i++)
    for (size_t j = 0; j < d->atoms.natom; j++) {
      const double lift = l->weight * sqrt(d->atoms.mass[i] * d->atoms.mass[j]);
      for (size_t a = 0; a < dim; a++)
        if (l->is_free[a]) add_to_element(d, dim * i + a, dim * j + a, lift);
    }
}

static inm_status lift_normal(inm_dense *d, double shift)
{
  d->rigid_share = (double *) calloc(d->atoms.natom + 1, sizeof(*d->rigid_share));
  inm_status status = d->rigid_share ? INM_OK : INM_ERR_ALLOC;

  for (size_t n = 0; n < d->nnormal && status == INM_OK; n++) {
    const block_record *b = &d->normal[n];
    const size_t i = (size_t) b->row;
    status = add_block(d, b, shift);
    for (int a = 0; a < d->atoms.dim && b->row == b->col; a++)
      d->rigid_share[i] += b->k[4 * a] / d->atoms.mass[i];
  }
  return status;
}

inm_status inm_dense_lift_translations(inm_dense *d, const int *is_free, int nthread)
{
  double total = 0.0;
  lifting l = {d, nthread, (double *) malloc((size_t) nthread * sizeof(double)), is_free, 0.0};

  if (!l.norm) return INM_ERR_ALLOC;
  const double norm = row_sum_norm(&l), shift = (norm > 0.0) ? 1.1 * norm : 1.0;
  free(l.norm);
  d->norm = norm;
  if (!isfinite(norm * norm)) return INM_ERR_NONFINITE; /* solvers square elements */
  for (size_t i = 0; i < d->atoms.natom; i++) total += d->atoms.mass[i];
  l.weight = shift / total;
  inm_run_parallel(nthread, lift_slice, &l);
  inm_status status = INM_OK;
  for (int a = 0; a < d->atoms.dim && status == INM_OK; a++)
    if (is_free[a] && d->residual) status = inm_residual_lift(d->residual, a, shift, d->atoms.mass);
  return (status == INM_OK && d->nrigid) ? lift_normal(d, 1.1 * shift) : status;
}
