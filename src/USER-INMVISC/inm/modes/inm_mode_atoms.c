#include "modes/inm_mode_atoms.h"

#include "comm/inm_atom_order.h"
#include "comm/inm_stream.h"
#include "hessian/inm_hessian_private.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void inm_mode_atoms_free(inm_mode_atoms *atoms)
{
  free(atoms->mass);
  free(atoms->type);
  free(atoms->proj);
  memset(atoms, 0, sizeof(*atoms));
}

static inm_status allocate(inm_mode_atoms *atoms)
{
  atoms->mass = (double *) calloc(atoms->natom + 1, sizeof(*atoms->mass));
  atoms->type = (int *) calloc(atoms->natom + 1, sizeof(*atoms->type));
  atoms->proj = (double *) calloc((size_t) atoms->nproj * atoms->n + 1, sizeof(*atoms->proj));
  return (atoms->mass && atoms->type && atoms->proj) ? INM_OK : INM_ERR_ALLOC;
}

/* A record is an index, type, mass and vectors, all as double: exact up to 2^53. */
static size_t record_length(const inm_mode_atoms *atoms)
{
  return 3 + 3 * (size_t) atoms->nproj;
}

static void take_record(inm_mode_atoms *atoms, const double *record)
{
  const size_t i = (size_t) record[0], dim = (size_t) atoms->dim;
  const double *b = &record[3];

  atoms->type[i] = (int) record[1];
  atoms->mass[i] = record[2];
  for (size_t v = 0; v < (size_t) atoms->nproj; v++)
    for (size_t a = 0; a < dim; a++)
      atoms->proj[v * atoms->n + dim * i + a] = b[3 * v + a] / sqrt(atoms->mass[i]);
}

static void take_records(void *ctx, const void *bytes, size_t n)
{
  inm_mode_atoms *atoms = (inm_mode_atoms *) ctx;
  const double *record = (const double *) bytes, *end = record + n / sizeof(*record);
  for (; record < end; record += record_length(atoms)) take_record(atoms, record);
}

static inm_status send_records(inm_mode_atoms *atoms, const inm_hessian *h,
                               const inm_request *request, const int64_t *tag, int root)
{
  inm_stream stream;
  const size_t bytes = record_length(atoms) * sizeof(double);
  double *record = (double *) malloc(bytes);
  inm_status status = inm_status_sync(record ? INM_OK : INM_ERR_ALLOC, h->comm);

  if (status == INM_OK) status = inm_stream_open(&stream, h->comm, root, take_records, atoms);
  if (status != INM_OK) goto done;
  for (size_t i = 0; i < h->nrow; i++) {
    record[0] = (double) inm_tag_index(tag, atoms->natom, h->tag[i]);
    record[1] = h->type[i];
    record[2] = h->mass[i];
    for (size_t v = 0; v < (size_t) request->nproj; v++)
      memcpy(&record[3 + 3 * v], &request->proj[3 * (v * h->nrow + i)], 3 * sizeof(*record));
    inm_stream_put(&stream, record, bytes);
  }
  inm_stream_end(&stream);
  inm_stream_close(&stream);

done:
  free(record);
  return status;
}

static void describe(inm_mode_atoms *atoms, const inm_hessian *h, const inm_request *request,
                     size_t natom)
{
  memset(atoms, 0, sizeof(*atoms));
  atoms->dim = h->dim;
  atoms->nproj = request->nproj;
  atoms->natom = natom;
  atoms->n = (size_t) h->dim * natom;
}

inm_status inm_mode_atoms_gather(inm_mode_atoms *atoms, const inm_hessian *h,
                                 const inm_request *request, const int64_t *tag, size_t natom,
                                 int root)
{
  int rank;
  inm_status status;

  MPI_Comm_rank(h->comm, &rank);
  describe(atoms, h, request, natom);
  status = inm_status_sync((rank == root) ? allocate(atoms) : INM_OK, h->comm);
  return (status == INM_OK) ? send_records(atoms, h, request, tag, root) : status;
}

inm_status inm_mode_atoms_gather_all(inm_mode_atoms *atoms, const inm_hessian *h,
                                     const inm_request *request, const int64_t *tag, size_t natom)
{
  const int root = 0;
  const size_t nproj = (size_t) request->nproj;
  inm_status status;

  describe(atoms, h, request, natom);
  if (nproj > 0 && atoms->n > (size_t) INT_MAX / nproj) return INM_ERR_SIZE;
  status = inm_status_sync(allocate(atoms), h->comm);
  if (status == INM_OK) status = send_records(atoms, h, request, tag, root);
  if (status != INM_OK) return status;
  MPI_Bcast(atoms->mass, (int) natom, MPI_DOUBLE, root, h->comm);
  MPI_Bcast(atoms->type, (int) natom, MPI_INT, root, h->comm);
  MPI_Bcast(atoms->proj, (int) (nproj * atoms->n), MPI_DOUBLE, root, h->comm);
  return INM_OK;
}
