/* Make the matrix, and find its free translations and vectors to project. */

#include "replay.h"

#include "inm_machine.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The number after prefix, 0 if invalid. */
static size_t count_behind(const char *source, const char *prefix)
{
  char *end;
  const size_t n = strlen(prefix);
  if (strncmp(source, prefix, n) != 0 || !isdigit((unsigned char) source[n])) return 0;
  errno = 0;
  const unsigned long value = strtoul(source + n, &end, 10);
  return (*end == '\0' && errno == 0) ? (size_t) value : 0;
}

static int is_model(const char *source)
{
  return strncmp(source, "fcc:", 4) == 0 || strncmp(source, "random:", 7) == 0;
}

static inm_status make_model(replay_matrix *m, const char *source, char *why)
{
  const size_t cells = count_behind(source, "fcc:"), natom = count_behind(source, "random:");
  inm_matrix_origin *origin = &m->origin;
  inm_status status = INM_ERR_ARG;

  strcpy(origin->units, "lj");
  origin->facts.weighted = 1;
  origin->scale = 1.0;
  origin->has_affine = 1;
  if (cells) status = replay_fcc(&m->h, MPI_COMM_WORLD, cells, origin->facts.box);
  if (natom) status = replay_random(&m->h, MPI_COMM_WORLD, natom, origin->facts.box);
  if (status == INM_ERR_ARG)
    snprintf(why, REPLAY_WHY, "%.80s must be fcc:CELLS or random:N with a number of 1 or more",
             source);
  else if (status != INM_OK)
    snprintf(why, REPLAY_WHY, "%.80s cannot be made: %s", source, inm_strerror(status));
  return status;
}

/* random signs by atom ID */
static void random_signs(const replay_matrix *m, double *x, int v)
{
  const int64_t *tag = inm_hessian_tags(m->h);
  for (size_t r = 0; r < inm_hessian_nrow(m->h); r++)
    for (int a = 0; a < 3; a++) {
      uint64_t z = ((uint64_t) tag[r] * 3 + (uint64_t) a) * REPLAY_PROJ + (uint64_t) v;
      z = (z + 1) * UINT64_C(0x9E3779B97F4A7C15);
      z = (z ^ (z >> 29)) * UINT64_C(0xBF58476D1CE4E5B9);
      x[3 * r + (size_t) a] = (z >> 63) ? 1.0 : -1.0;
    }
}

static inm_status make_vectors(replay_matrix *m)
{
  static const int plane[REPLAY_PROJ][2] = {{0, 1}, {0, 2}, {1, 2}};
  const size_t nrow = inm_hessian_nrow(m->h);
  m->proj = (double *) malloc((REPLAY_PROJ * 3 * nrow + 1) * sizeof(*m->proj));
  if (!m->proj) return INM_ERR_ALLOC;

  m->vectors = m->origin.has_affine ? "affine forces of xy, xz, yz"
                                    : "random vectors, as there are no affine forces in the file";
  for (int v = 0; v < REPLAY_PROJ; v++) {
    double *x = m->proj + (size_t) v * 3 * nrow;
    if (m->origin.has_affine)
      inm_hessian_affine_force(m->h, plane[v][0], plane[v][1], x);
    else
      random_signs(m, x, v);
  }
  return INM_OK;
}

static inm_status look_at(replay_matrix *m, double tolerance)
{
  int types = inm_hessian_largest_type(m->h);
  unsigned long long rows = inm_hessian_nrow(m->h), all = 0;
  MPI_Allreduce(&rows, &all, 1, MPI_UNSIGNED_LONG_LONG, MPI_SUM, MPI_COMM_WORLD);
  MPI_Allreduce(&types, &m->ntypes, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
  if (m->ntypes < 1) m->ntypes = 1;
  m->natom = (size_t) all;
  m->n = m->natom * (size_t) inm_hessian_dim(m->h);
  m->trace = inm_hessian_trace(m->h);
  m->core_speed = inm_core_speed(MPI_COMM_WORLD);
  inm_status status = inm_hessian_translations(m->h, tolerance, m->is_free);
  if (status == INM_OK) status = inm_status_sync(make_vectors(m), MPI_COMM_WORLD);
  return status;
}

inm_status replay_matrix_get(replay_matrix *m, const char *source, double tolerance, char *why)
{
  inm_status status;

  memset(m, 0, sizeof(*m));
  why[0] = '\0';
  if (is_model(source)) {
    status = make_model(m, source, why);
  } else {
    status = inm_matrix_read(&m->h, MPI_COMM_WORLD, source, &m->origin);
    if (status != INM_OK) snprintf(why, REPLAY_WHY, "%s", m->origin.why);
  }
  m->origin.facts.units = m->origin.units;
  if (status == INM_OK) {
    status = look_at(m, tolerance);
    if (status != INM_OK) snprintf(why, REPLAY_WHY, "%.80s: %s", source, inm_strerror(status));
  }
  if (status != INM_OK) replay_matrix_free(m);
  return status;
}

void replay_matrix_free(replay_matrix *m)
{
  inm_hessian_destroy(&m->h);
  free(m->proj);
  memset(m, 0, sizeof(*m));
}
