/* The Hessian from a file: inm_matrix_file.h

   The root reads.  What every atom has goes to all ranks, blocks and affine forces only to the rank
   of their row.  Both triangles are in the file, so each rank adds the sides that it has as row:
   the two halves add up to the block as it was, to the bit, and leave diagonal blocks alone. */

#include "files/inm_npz_read.h"
#include "hessian/inm_sparse.h"
#include "inm_matrix_file.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROOT = 0, TAG_PIECE = 7401, PIECE = 1 << 18 /* bytes that are sent at once */ };

/* what the root tells the others before anything is allocated */
typedef struct {
  inm_matrix_origin origin;
  int64_t natom, nblock;
  int dim;
  int index_size; /* bytes of an element of indptr and of indices, 4 or 8 */
} overview;

/* what a rank has of the file */
typedef struct {
  overview o;
  MPI_Comm comm;
  int me, nprocs;
  inm_npz_reader *z; /* of the root, else NULL */
  int64_t *id;       /* [natom], as the next three, on all ranks */
  int *type;
  double *mass;
  int64_t *start;     /* [natom+1] blocks of atom i: start[i]..start[i+1]-1 */
  size_t first, last; /* atoms of this rank */
  void *col;          /* [nblock of this rank] of index_size bytes */
  double *k;          /* [nblock of this rank][dim][dim] */
  double *xi;         /* [last-first][27] */
  const char *fault;  /* what a check has found, or NULL */
} parts;

/* ---- what is in the file: the root alone ----------------------------------------------------- */

static inm_status read_blocks_info(inm_npz_reader *z, overview *o)
{
  inm_npz_info indptr, indices, data;
  inm_npz_look(z, "indptr", &indptr);
  inm_npz_look(z, "indices", &indices);
  const inm_status status = inm_npz_look(z, "data", &data);
  if (status != INM_OK) return status;

  o->index_size = (indptr.type == INM_NPZ_INT64) ? 8 : 4;
  if ((indptr.type != INM_NPZ_INT32 && indptr.type != INM_NPZ_INT64) ||
      indices.type != indptr.type || data.type != INM_NPZ_DOUBLE || indptr.ndim != 1 ||
      indices.ndim != 1 || data.ndim != 3)
    return inm_npz_refuse(
        z, INM_ERR_FORMAT,
        "has indptr, indices, or data with types or dimensions that differ from a "
        "file of compute inm/dos");
  if (data.shape[1] != data.shape[2] || (data.shape[1] != 2 && data.shape[1] != 3))
    return inm_npz_refuse(z, INM_ERR_FORMAT, "has no blocks of size 2x2 or 3x3");
  o->natom = indptr.shape[0] - 1;
  o->nblock = data.shape[0];
  o->dim = (int) data.shape[1];
  if (o->natom < 0 || indices.shape[0] != o->nblock)
    return inm_npz_refuse(z, INM_ERR_DATA, "has indices that do not match its data");
  if (o->natom > INT32_MAX / 4) return inm_npz_refuse(z, INM_ERR_SIZE, "has too many atoms");
  return INM_OK;
}

static inm_status read_overview(inm_npz_reader *z, overview *o)
{
  const int64_t two = 2, three_by_three[2] = {3, 3};
  char format[8];
  unsigned char weighted = 0;
  int64_t shape[2] = {0, 0};
  inm_matrix_origin *origin = &o->origin;

  if (inm_npz_read_text(z, "format", sizeof(format), format) == INM_OK &&
      strcmp(format, "bsr") != 0)
    inm_npz_refuse(z, INM_ERR_FORMAT, "has a matrix in format %s; only bsr can be read", format);
  inm_npz_read(z, "shape", INM_NPZ_INT64, 1, &two, shape);
  inm_npz_read_text(z, "units", sizeof(origin->units), origin->units);
  inm_npz_read(z, "weighted", INM_NPZ_BOOL, 0, NULL, &weighted);
  inm_npz_read(z, "scale", INM_NPZ_DOUBLE, 0, NULL, &origin->scale);
  inm_npz_read(z, "timestep", INM_NPZ_INT64, 0, NULL, &origin->facts.timestep);
  inm_npz_read(z, "box", INM_NPZ_DOUBLE, 2, three_by_three, origin->facts.box);
  origin->facts.weighted = (weighted != 0);
  origin->has_affine = inm_npz_has(z, "xi");

  inm_status status = read_blocks_info(z, o);
  if (status != INM_OK) return status;
  if (shape[0] != o->dim * o->natom || shape[1] != shape[0])
    return inm_npz_refuse(z, INM_ERR_DATA, "has a shape that does not match its blocks");
  if (!(origin->scale > 0.0) || !isfinite(origin->scale))
    return inm_npz_refuse(z, INM_ERR_DATA, "has a scale that is not above 0");
  return INM_OK;
}

static inm_npz_type index_type(const overview *o)
{
  return (o->index_size == 8) ? INM_NPZ_INT64 : INM_NPZ_INT32;
}

/* start [natom+1] has room for the widest index: it is read into its own end and spread out */
static inm_status read_start(inm_npz_reader *z, const overview *o, int64_t *start)
{
  const int64_t n = o->natom + 1;
  unsigned char *bytes = (unsigned char *) (start + n) - (size_t) n * (size_t) o->index_size;

  const inm_status status = inm_npz_read(z, "indptr", index_type(o), 1, &n, bytes);
  if (status != INM_OK) return status;
  if (o->index_size == 4)
    for (int64_t i = 0; i < n; i++) {
      int32_t value;
      memcpy(&value, bytes + 4 * i, 4);
      start[i] = value;
    }
  int ascending = (start[0] == 0 && start[n - 1] == o->nblock);
  for (int64_t i = 1; i < n; i++) ascending = ascending && start[i - 1] <= start[i];
  return ascending
      ? INM_OK
      : inm_npz_refuse(z, INM_ERR_DATA,
                       "has an indptr that does not ascend from 0 to the number of blocks");
}

static inm_status read_atoms(parts *p)
{
  const int64_t natom = p->o.natom;
  inm_npz_read(p->z, "id", INM_NPZ_INT64, 1, &natom, p->id);
  inm_npz_read(p->z, "type", INM_NPZ_INT32, 1, &natom, p->type);
  inm_npz_read(p->z, "mass", INM_NPZ_DOUBLE, 1, &natom, p->mass);
  inm_status status = read_start(p->z, &p->o, p->start);
  for (int64_t i = 0; i < natom && status == INM_OK; i++)
    if (p->id[i] <= 0 || p->type[i] <= 0 || !(p->mass[i] > 0.0) || !isfinite(p->mass[i]))
      status = inm_npz_refuse(p->z, INM_ERR_DATA,
                              "has an atom ID, a type, or a mass that is not "
                              "above 0");
  return status;
}

/* ---- to all ranks ---------------------------------------------------------------------------- */

/* The status of the root, for all. */
static inm_status agree(inm_status status, MPI_Comm comm)
{
  int mine = (int) status;
  MPI_Bcast(&mine, 1, MPI_INT, ROOT, comm);
  return (inm_status) mine;
}

static inm_status share_overview(parts *p)
{
  inm_status status = p->z ? read_overview(p->z, &p->o) : INM_OK;
  status = agree(status, p->comm);
  MPI_Bcast(&p->o, (int) sizeof(p->o), MPI_BYTE, ROOT, p->comm);
  return status;
}

static inm_status share_atoms(parts *p)
{
  const size_t natom = (size_t) p->o.natom;
  p->id = (int64_t *) malloc((natom + 1) * sizeof(*p->id));
  p->type = (int *) malloc((natom + 1) * sizeof(*p->type));
  p->mass = (double *) malloc((natom + 1) * sizeof(*p->mass));
  p->start = (int64_t *) malloc((natom + 1) * sizeof(*p->start));
  inm_status status = (p->id && p->type && p->mass && p->start) ? INM_OK : INM_ERR_ALLOC;
  status = inm_status_sync(status, p->comm);
  if (status != INM_OK) return status;

  status = agree(p->z ? read_atoms(p) : INM_OK, p->comm);
  if (status != INM_OK) return status;
  MPI_Bcast(p->id, (int) natom, MPI_INT64_T, ROOT, p->comm);
  MPI_Bcast(p->type, (int) natom, MPI_INT, ROOT, p->comm);
  MPI_Bcast(p->mass, (int) natom, MPI_DOUBLE, ROOT, p->comm);
  MPI_Bcast(p->start, (int) natom + 1, MPI_INT64_T, ROOT, p->comm);
  p->first = inm_sparse_first(natom, p->me, p->nprocs);
  p->last = inm_sparse_first(natom, p->me + 1, p->nprocs);
  return INM_OK;
}

/* ---- to the rank of a row -------------------------------------------------------------------- */

static size_t blocks_of(const parts *p, size_t first, size_t last)
{
  return (size_t) (p->start[last] - p->start[first]);
}

/* Of the array at hand, the bytes of one rank.  After a failure the others get what they wait for
   all the same, and are told at the end. */
static void give(parts *p, int rank, size_t bytes, unsigned char *mine, unsigned char *piece)
{
  if (rank == ROOT) {
    inm_npz_take(p->z, mine, bytes);
    return;
  }
  for (size_t done = 0; done < bytes; done += PIECE) {
    const size_t n = (bytes - done < PIECE) ? bytes - done : PIECE;
    if (inm_npz_take(p->z, piece, n) != INM_OK) memset(piece, 0, n);
    MPI_Send(piece, (int) n, MPI_BYTE, rank, TAG_PIECE, p->comm);
  }
}

static void receive(const parts *p, size_t bytes, unsigned char *mine)
{
  for (size_t done = 0; done < bytes; done += PIECE) {
    const size_t n = (bytes - done < PIECE) ? bytes - done : PIECE;
    MPI_Recv(mine + done, (int) n, MPI_BYTE, ROOT, TAG_PIECE, p->comm, MPI_STATUS_IGNORE);
  }
}

/* An array with per_atom bytes for each atom and per_block for each block, in the order of atoms.
   mine: those of the atoms of this rank.  piece [PIECE] is workspace of the root. */
static inm_status deal(parts *p, const char *name, inm_npz_type type, size_t per_atom,
                       size_t per_block, void *mine, unsigned char *piece)
{
  const size_t natom = (size_t) p->o.natom;
  inm_npz_info info;

  if (!p->z) {
    receive(p, per_atom * (p->last - p->first) + per_block * blocks_of(p, p->first, p->last),
            (unsigned char *) mine);
    return agree(INM_OK, p->comm);
  }
  inm_npz_look(p->z, name, &info);
  if (info.type != type || info.bytes != per_atom * natom + per_block * (size_t) p->o.nblock)
    inm_npz_refuse(p->z, INM_ERR_DATA, "has an array %s that does not match its atoms", name);
  for (int r = 0; r < p->nprocs; r++) {
    const size_t first = inm_sparse_first(natom, r, p->nprocs),
                 last = inm_sparse_first(natom, r + 1, p->nprocs);
    give(p, r, per_atom * (last - first) + per_block * blocks_of(p, first, last),
         (unsigned char *) mine, piece);
  }
  return agree(inm_npz_state(p->z), p->comm);
}

static inm_status share_blocks(parts *p)
{
  const size_t natom = p->last - p->first, nblock = blocks_of(p, p->first, p->last);
  const size_t size = (size_t) (p->o.dim * p->o.dim), width = (size_t) p->o.index_size;
  unsigned char *piece = (unsigned char *) malloc(PIECE);
  p->col = malloc(nblock * width + 1);
  p->k = (double *) malloc((nblock * size + 1) * sizeof(*p->k));
  p->xi = (double *) calloc(27 * natom + 1, sizeof(*p->xi));

  inm_status status = (piece && p->col && p->k && p->xi) ? INM_OK : INM_ERR_ALLOC;
  status = inm_status_sync(status, p->comm);
  if (status == INM_OK) status = deal(p, "indices", index_type(&p->o), 0, width, p->col, piece);
  if (status == INM_OK)
    status = deal(p, "data", INM_NPZ_DOUBLE, 0, size * sizeof(*p->k), p->k, piece);
  if (status == INM_OK && p->o.origin.has_affine)
    status = deal(p, "xi", INM_NPZ_DOUBLE, 27 * sizeof(*p->xi), 0, p->xi, piece);
  free(piece);
  return status;
}

/* ---- the matrix ------------------------------------------------------------------------------ */

static int64_t column(const parts *p, size_t n)
{
  int32_t narrow;
  int64_t wide;
  if (p->o.index_size == 8) {
    memcpy(&wide, (const char *) p->col + 8 * n, 8);
    return wide;
  }
  memcpy(&narrow, (const char *) p->col + 4 * n, 4);
  return narrow;
}

static inm_status check_columns(const parts *p)
{
  for (size_t n = 0; n < blocks_of(p, p->first, p->last); n++)
    if (column(p, n) < 0 || column(p, n) >= p->o.natom) return INM_ERR_DATA;
  return INM_OK;
}

/* Two fields that are not parallel, and not symmetric under anything that a matrix is likely to be.
   */
static double field(int which, int64_t row)
{
  return which ? sin(1.0 + 1.7 * (double) row) : cos(0.3 * (double) row);
}

/* Whether u A w = w A u within rounding.  If not, one triangle has been changed, and the mean of
   both would be solved in silence.  Both are sums over the rows of all ranks. */
static inm_status check_symmetric(const parts *p)
{
  const int64_t dim = p->o.dim;
  double sum[3] = {0.0, 0.0, 0.0}, all[3]; /* uAw, wAu, and that of their absolute values */

  for (size_t i = p->first; i < p->last; i++)
    for (int64_t m = p->start[i]; m < p->start[i + 1]; m++) {
      const size_t n = (size_t) (m - p->start[p->first]);
      for (int64_t a = 0; a < dim; a++)
        for (int64_t b = 0; b < dim; b++) {
          const int64_t row = dim * (int64_t) i + a, col = dim * column(p, n) + b;
          const double k = p->k[((int64_t) n * dim + a) * dim + b];
          const double uw = k * field(0, row) * field(1, col),
                       wu = k * field(1, row) * field(0, col);
          sum[0] += uw;
          sum[1] += wu;
          sum[2] += fabs(uw) + fabs(wu);
        }
    }
  MPI_Allreduce(sum, all, 3, MPI_DOUBLE, MPI_SUM, p->comm);
  if (!isfinite(all[2])) return INM_ERR_NONFINITE;
  return (fabs(all[0] - all[1]) <= 1e-10 * all[2]) ? INM_OK : INM_ERR_DATA;
}

/* a block [dim][dim] of the file as one of energy/length^2 [3][3] */
static void expand(const parts *p, size_t n, double factor, double *k)
{
  const size_t dim = (size_t) p->o.dim;
  memset(k, 0, 9 * sizeof(*k));
  for (size_t a = 0; a < dim; a++)
    for (size_t b = 0; b < dim; b++) k[3 * a + b] = factor * p->k[(n * dim + a) * dim + b];
}

static inm_status add_row(const parts *p, size_t i, inm_hessian *h)
{
  const int row = (int) (i - p->first);
  double k[9];
  inm_status status = inm_hessian_add_affine(h, row, &p->xi[27 * (i - p->first)]);

  for (int64_t m = p->start[i]; m < p->start[i + 1] && status == INM_OK; m++) {
    const size_t n = (size_t) (m - p->start[p->first]), j = (size_t) column(p, n);
    const double factor =
        p->o.origin.facts.weighted ? sqrt(p->mass[i] * p->mass[j]) / p->o.origin.scale : 1.0;
    expand(p, n, factor, k);
    status = inm_hessian_add_side(h, row, p->id[j], k);
  }
  return status;
}

static inm_status build(const parts *p, inm_hessian **out)
{
  inm_status status = inm_hessian_create(out, p->comm, p->o.dim, p->o.origin.scale);
  inm_hessian *h = *out;

  if (status == INM_OK)
    status = inm_hessian_begin(h, p->last - p->first, p->id + p->first, p->type + p->first,
                               p->mass + p->first, 0, NULL);
  for (size_t i = p->first; i < p->last && status == INM_OK; i++) status = add_row(p, i, h);
  status = inm_status_sync(status, p->comm);
  return (status == INM_OK) ? inm_hessian_end(h) : status;
}

/* ---- the file -------------------------------------------------------------------------------- */

/* Contents are in memory. */
static inm_status check(parts *p)
{
  inm_status status = inm_status_sync(check_columns(p), p->comm);
  if (status != INM_OK) {
    p->fault = "has a column index without an atom";
    return status;
  }
  status = check_symmetric(p);
  if (status == INM_ERR_DATA) p->fault = "has a matrix that is not symmetric";
  return status;
}

static inm_status read_all(parts *p, inm_hessian **h)
{
  inm_status status = share_overview(p);
  if (status == INM_OK) status = share_atoms(p);
  if (status == INM_OK) status = share_blocks(p);
  if (status == INM_OK) status = check(p);
  if (status == INM_OK) status = build(p, h);
  return status;
}

/* On the root.  fp out, to be closed whatever the status. */
static inm_status open_file(parts *p, const char *name, FILE **fp, char *why)
{
  if (inm_matrix_format_of(name) != INM_MATRIX_NPZ) {
    snprintf(why, INM_NPZ_WHY, "does not end in .npz, the only format that can be read");
    return INM_ERR_ARG;
  }
  *fp = fopen(name, "rb");
  if (*fp) return inm_npz_open(&p->z, *fp, why);
  snprintf(why, INM_NPZ_WHY, "cannot be opened: %s", strerror(errno));
  return INM_ERR_IO;
}

/* A sentence for all ranks: that of the root's reader, or of a check, or that of the status. */
static void share_reason(parts *p, const char *name, inm_status status, const char *why)
{
  inm_matrix_origin *origin = &p->o.origin;
  const char *reason = why[0] ? why : p->fault ? p->fault : inm_strerror(status);
  if (status != INM_OK) snprintf(origin->why, sizeof(origin->why), "%.90s %s", name, reason);
  MPI_Bcast(origin, (int) sizeof(*origin), MPI_BYTE, ROOT, p->comm);
}

inm_status inm_matrix_read(inm_hessian **h, MPI_Comm comm, const char *name,
                           inm_matrix_origin *origin)
{
  parts p;
  FILE *fp = NULL;
  char why[INM_NPZ_WHY] = "";
  inm_status status = INM_OK;

  *h = NULL;
  memset(&p, 0, sizeof(p));
  p.comm = comm;
  MPI_Comm_rank(comm, &p.me);
  MPI_Comm_size(comm, &p.nprocs);
  if (p.me == ROOT) status = open_file(&p, name, &fp, why);
  status = agree(status, comm);
  if (status == INM_OK) status = read_all(&p, h);
  share_reason(&p, name, status, why);

  *origin = p.o.origin;
  origin->facts.units = origin->units;
  if (status != INM_OK) inm_hessian_destroy(h);
  inm_npz_reader_close(&p.z);
  if (fp) fclose(fp);
  free(p.id);
  free(p.type);
  free(p.mass);
  free(p.start);
  free(p.col);
  free(p.k);
  free(p.xi);
  return status;
}
