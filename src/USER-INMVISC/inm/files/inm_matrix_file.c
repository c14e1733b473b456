/* Hessian files: inm_matrix_file.h */

#include "inm_matrix_file.h"

#include "comm/inm_stream.h"
#include "files/inm_npz.h"
#include "hessian/inm_hessian_private.h"
#include "hessian/inm_sparse.h"
#include "inm_whole_file.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROOT = 0 };

static int ends_in(const char *name, const char *end)
{
  const size_t n = strlen(name), m = strlen(end);
  return n > m && strcmp(name + n - m, end) == 0;
}

inm_matrix_format inm_matrix_format_of(const char *name)
{
  return ends_in(name, ".npz") ? INM_MATRIX_NPZ
      : ends_in(name, ".mtx")  ? INM_MATRIX_MTX
                               : INM_MATRIX_UNKNOWN;
}

/* sum over all ranks, and over the ranks before this one */
static int64_t total_of(int64_t mine, MPI_Comm comm, int64_t *before)
{
  int64_t sum = 0;
  MPI_Scan(&mine, before, 1, MPI_INT64_T, MPI_SUM, comm);
  *before -= mine;
  MPI_Allreduce(&mine, &sum, 1, MPI_INT64_T, MPI_SUM, comm);
  return sum;
}

/* ---- npz ------------------------------------------------------------------------------------- */

static void npz_take(void *ctx, const void *bytes, size_t n)
{
  inm_npz_write((inm_npz *) ctx, bytes, n);
}

/* arrays that the root has; names as in scipy.sparse.save_npz where it has them */
static void npz_facts(inm_npz *z, const inm_sparse *s, double scale, const inm_matrix_facts *facts)
{
  const int64_t natom = (int64_t) s->natom, n = s->dim * natom;
  const int64_t shape[2] = {n, n}, two = 2, three_by_three[2] = {3, 3};
  const unsigned char weighted = (facts->weighted != 0);

  inm_npz_text(z, "format", "bsr");
  inm_npz_array(z, "shape", INM_NPZ_INT64, 1, &two, shape);
  inm_npz_array(z, "id", INM_NPZ_INT64, 1, &natom, s->tag);
  inm_npz_array(z, "type", INM_NPZ_INT32, 1, &natom, s->type);
  inm_npz_array(z, "mass", INM_NPZ_DOUBLE, 1, &natom, s->mass);
  inm_npz_text(z, "units", facts->units);
  inm_npz_array(z, "weighted", INM_NPZ_BOOL, 0, NULL, &weighted);
  inm_npz_array(z, "scale", INM_NPZ_DOUBLE, 0, NULL, &scale);
  inm_npz_array(z, "timestep", INM_NPZ_INT64, 0, NULL, &facts->timestep);
  inm_npz_array(z, "box", INM_NPZ_DOUBLE, 2, three_by_three, facts->box);
}

static void put_index(inm_stream *to, int64_t value, int is_long)
{
  const int32_t narrow = (int32_t) value;
  if (is_long)
    inm_stream_put(to, &value, sizeof(value));
  else
    inm_stream_put(to, &narrow, sizeof(narrow));
}

/* Distributed arrays.  z is NULL except on the root. */
static void npz_blocks(inm_npz *z, const inm_sparse *s, inm_stream *to)
{
  int64_t before;
  const int64_t dim = s->dim, natom = (int64_t) s->natom;
  const int64_t nblock = total_of((int64_t) s->nblock, to->comm, &before);
  const int64_t nstart = natom + 1, shape[3] = {nblock, dim, dim};
  const int is_long = (nblock > INT32_MAX);
  const inm_npz_type index_type = is_long ? INM_NPZ_INT64 : INM_NPZ_INT32;

  if (z) inm_npz_begin(z, "indptr", index_type, 1, &nstart);
  if (z) put_index(to, 0, is_long);
  for (size_t r = 0; r < s->last - s->first; r++)
    put_index(to, before + (int64_t) s->start[r + 1], is_long);
  inm_stream_end(to);

  if (z) inm_npz_begin(z, "indices", index_type, 1, &nblock);
  for (size_t n = 0; n < s->nblock; n++) put_index(to, s->col[n], is_long);
  inm_stream_end(to);

  if (z) inm_npz_begin(z, "data", INM_NPZ_DOUBLE, 3, shape);
  inm_stream_put(to, s->k, s->nblock * (size_t) (dim * dim) * sizeof(*s->k));
  inm_stream_end(to);
}

static void npz_affine(inm_npz *z, const inm_sparse *s, const double *xi, inm_stream *to)
{
  const int64_t shape[4] = {(int64_t) s->natom, 3, 3, 3};
  if (z) inm_npz_begin(z, "xi", INM_NPZ_DOUBLE, 4, shape);
  inm_stream_put(to, xi, 27 * (s->last - s->first) * sizeof(*xi));
  inm_stream_end(to);
}

/* fp is NULL except on the root, here and below. */
static inm_status write_npz(const inm_hessian *h, const inm_sparse *s, FILE *fp,
                            const inm_matrix_facts *facts)
{
  inm_npz *z = NULL;
  inm_stream to;
  double *xi = (double *) malloc((27 * (s->last - s->first) + 1) * sizeof(*xi));
  inm_status status = !xi ? INM_ERR_ALLOC : fp ? inm_npz_create(&z, fp) : INM_OK;

  status = inm_status_sync(status, h->comm);
  if (status == INM_OK) status = inm_sparse_affine(h, s, xi);
  if (status == INM_OK) status = inm_stream_open(&to, h->comm, ROOT, npz_take, z);
  if (status == INM_OK) {
    if (z) npz_facts(z, s, h->scale, facts);
    npz_blocks(z, s, &to);
    npz_affine(z, s, xi, &to);
    inm_stream_close(&to);
    status = inm_npz_close(&z);
  }
  inm_npz_close(&z);
  free(xi);
  return status;
}

/* ---- mtx ------------------------------------------------------------------------------------- */

typedef struct {
  FILE *fp;
  int reason; /* errno of the first failure, 0 if none */
} text_file;

static void mtx_take(void *ctx, const void *bytes, size_t n)
{
  text_file *f = (text_file *) ctx;
  if (!f->reason && fwrite(bytes, 1, n, f->fp) != n) f->reason = errno;
}

/* at most 319 characters */
static void put_line(inm_stream *to, const char *format, ...)
{
  char line[320];
  va_list values;

  va_start(values, format);
  const int n = vsnprintf(line, sizeof(line), format, values);
  va_end(values);
  inm_stream_put(to, line, (size_t) n);
}

static void mtx_header(const inm_sparse *s, double scale, const inm_matrix_facts *facts,
                       int64_t nentry, inm_stream *to)
{
  const double *b = facts->box;
  const long long n = (long long) s->dim * (long long) s->natom;

  put_line(to, "%%%%MatrixMarket matrix coordinate real symmetric\n");
  if (facts->weighted)
    put_line(to, "%% mass-weighted: D_ij = scale * H_ij / sqrt(m_i m_j), 1/time^2\n");
  else
    put_line(to, "%% not mass-weighted: H_ij = d2U / dr_i dr_j, energy/length^2\n");
  put_line(to, "%% scale %.17g\n", scale);
  put_line(to, "%% units %.32s\n", facts->units);
  put_line(to, "%% timestep %lld\n", (long long) facts->timestep);
  put_line(to, "%% box %.17g %.17g %.17g  %.17g %.17g %.17g  %.17g %.17g %.17g\n", b[0], b[1], b[2],
           b[3], b[4], b[5], b[6], b[7], b[8]);
  put_line(to, "%% atoms %lld; row %d*i+a+1 is coordinate a = 0..%d of atom i = 0.. in this list\n",
           (long long) s->natom, s->dim, s->dim - 1);
  put_line(to, "%% id type mass\n");
  for (size_t i = 0; i < s->natom; i++)
    put_line(to, "%% %lld %d %.17g\n", (long long) s->tag[i], s->type[i], s->mass[i]);
  put_line(to, "%lld %lld %lld\n", n, n, (long long) nentry);
}

/* elements on and below the diagonal */
static int64_t count_lower(const inm_sparse *s)
{
  const int64_t dim = s->dim;
  int64_t count = 0;
  for (size_t i = s->first; i < s->last; i++)
    for (size_t n = s->start[i - s->first]; n < s->start[i - s->first + 1]; n++)
      count += (s->col[n] < (int64_t) i) ? dim * dim
          : (s->col[n] == (int64_t) i)   ? dim * (dim + 1) / 2
                                         : 0;
  return count;
}

static void mtx_entries(const inm_sparse *s, inm_stream *to)
{
  const int64_t dim = s->dim;
  for (size_t i = s->first; i < s->last; i++)
    for (int64_t a = 0; a < dim; a++)
      for (size_t n = s->start[i - s->first]; n < s->start[i - s->first + 1]; n++)
        for (int64_t b = 0; b < dim; b++) {
          const int64_t row = dim * (int64_t) i + a, col = dim * s->col[n] + b;
          if (col <= row)
            put_line(to, "%lld %lld %.17g\n", (long long) row + 1, (long long) col + 1,
                     s->k[((int64_t) n * dim + a) * dim + b]);
        }
}

static inm_status write_mtx(const inm_hessian *h, const inm_sparse *s, FILE *fp,
                            const inm_matrix_facts *facts)
{
  text_file f = {fp, 0};
  int64_t before;
  const int64_t nentry = total_of(count_lower(s), h->comm, &before);
  inm_stream to;
  const inm_status status = inm_stream_open(&to, h->comm, ROOT, mtx_take, &f);

  if (status != INM_OK) return status;
  if (fp) mtx_header(s, h->scale, facts, nentry, &to);
  mtx_entries(s, &to);
  inm_stream_end(&to);
  inm_stream_close(&to);
  if (f.reason) errno = f.reason;
  return f.reason ? INM_ERR_IO : INM_OK;
}

/* ---- the file -------------------------------------------------------------------------------- */

static inm_status write_sparse(const inm_hessian *h, const inm_sparse *s, const char *name,
                               const inm_matrix_facts *facts)
{
  int me, reason;
  inm_whole_file file = {NULL, NULL, NULL};
  inm_status status = INM_OK;

  MPI_Comm_rank(h->comm, &me);
  if (me == ROOT) status = inm_whole_file_open(&file, name);
  reason = errno;
  status = inm_status_sync(status, h->comm);
  if (status == INM_OK) {
    status = (inm_matrix_format_of(name) == INM_MATRIX_NPZ) ? write_npz(h, s, file.fp, facts)
                                                            : write_mtx(h, s, file.fp, facts);
    if (file.fp) status = inm_whole_file_close(&file, status);
    reason = errno;
    status = inm_status_sync(status, h->comm);
  } else if (file.fp) {
    inm_whole_file_close(&file, status);
  }
  errno = reason; /* MPI calls may have changed it */
  return status;
}

inm_status inm_matrix_write(const inm_hessian *h, const char *name, const inm_matrix_facts *facts)
{
  inm_sparse s;

  if (inm_matrix_format_of(name) == INM_MATRIX_UNKNOWN) return INM_ERR_ARG;
  inm_status status = inm_sparse_gather(h, facts->weighted, &s);
  if (status != INM_OK) return status;
  status = write_sparse(h, &s, name, facts);
  inm_sparse_free(&s);
  return status;
}
