#include "modes/inm_mode_table.h"

#include "comm/inm_atom_order.h"

#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int inm_has_vector(const inm_modes *m, size_t p)
{
  return !isnan(m->pr[p]);
}

double inm_mean_projection(const inm_modes *m, int first, int count, size_t p)
{
  double sum = 0.0;
  for (int v = first; v < first + count; v++) sum += m->proj2[(size_t) v * m->n + p];
  return sum / count;
}

size_t inm_mode_atom(const inm_modes *m, int64_t tag)
{
  return inm_tag_index(m->tag, m->natom, tag);
}

void inm_modes_free(inm_modes *m)
{
  free(m->tag);
  free(m->mass);
  free(m->lambda);
  free(m->pr);
  free(m->proj2);
  free(m->weight);
  free(m->cls);
  free(m->intensity);
  free(m->eigenvector);
  memset(m, 0, sizeof(*m));
}

void inm_set_nan(double *x, size_t n)
{
  for (size_t i = 0; i < n; i++) x[i] = NAN;
}

/* an array of n NaN; NULL only if out of memory, even for n = 0 */
static double *nan_array(size_t n)
{
  double *x = (double *) malloc((n + 1) * sizeof(*x));
  if (x) inm_set_nan(x, n);
  return x;
}

inm_status inm_modes_alloc(inm_modes *m)
{
  return inm_modes_alloc_rows(m, (size_t) m->dim * m->natom);
}

inm_status inm_modes_alloc_rows(inm_modes *m, size_t n)
{
  m->n = m->kept = n;
  m->mass = nan_array(m->natom);
  m->lambda = nan_array(m->n);
  m->pr = nan_array(m->n);
  m->proj2 = nan_array((size_t) m->nproj * m->n);
  m->weight = nan_array((size_t) m->ntypes * m->n);
  m->cls = (signed char *) calloc(m->n + 1, 1);
  m->intensity = nan_array(3 * m->natom);
  m->eigenvector = nan_array(3 * m->natom);
  const int complete = m->mass && m->lambda && m->pr && m->proj2 && m->weight && m->cls &&
      m->intensity && m->eigenvector;
  return complete ? INM_OK : INM_ERR_ALLOC;
}

void inm_modes_clear(inm_modes *m)
{
  memset(m->mass, 0, m->natom * sizeof(*m->mass));
  memset(m->pr, 0, m->n * sizeof(*m->pr));
  memset(m->proj2, 0, (size_t) m->nproj * m->n * sizeof(*m->proj2));
  memset(m->weight, 0, (size_t) m->ntypes * m->n * sizeof(*m->weight));
  memset(m->intensity, 0, 3 * m->natom * sizeof(*m->intensity));
  memset(m->eigenvector, 0, 3 * m->natom * sizeof(*m->eigenvector));
}

size_t inm_modes_find_keep(const inm_modes *m, const inm_request *request)
{
  size_t best = m->n;

  if (request->keep == INM_KEEP_INDEX) {
    if (request->keep_value >= 1.0 && request->keep_value <= (double) m->n)
      best = (size_t) request->keep_value - 1;
  } else if (request->keep == INM_KEEP_FREQUENCY) {
    double nearest = INFINITY;
    for (size_t p = 0; p < m->n; p++) {
      const double distance = fabs(inm_frequency(m->lambda[p]) - request->keep_value);
      if (m->cls[p] == INM_ZERO || distance >= nearest) continue;
      nearest = distance;
      best = p;
    }
  }
  return best;
}

int inm_class_column(int cls)
{
  if (cls == INM_UNSTABLE_LOCALIZED) return 0;
  if (cls == INM_UNSTABLE_DELOCALIZED) return 1;
  if (cls == INM_STABLE) return 2;
  return -1;
}

/* treat components this close to the largest as equal: symmetry makes them equal up to rounding */
#define EQUAL_COMPONENTS 1.0e-6

void inm_modes_fix_sign(inm_modes *m)
{
  double *e = m->eigenvector, largest = 0.0;
  size_t first = 0;

  for (size_t i = 0; i < 3 * m->natom; i++) largest = fmax(largest, fabs(e[i]));
  if (largest == 0.0) return; /* all NaN, which fmax ignores */
  while (!(fabs(e[first]) >= (1.0 - EQUAL_COMPONENTS) * largest)) first++;
  if (e[first] > 0.0) return;
  for (size_t i = 0; i < 3 * m->natom; i++) e[i] = (e[i] == 0.0) ? 0.0 : -e[i];
}

inm_status inm_modes_bcast(inm_modes *m, int root, MPI_Comm comm)
{
  const size_t lengths[] = {
      m->natom,     m->n,        m->n, (size_t) m->nproj * m->n, (size_t) m->ntypes * m->n,
      3 * m->natom, 3 * m->natom};
  double *const arrays[] = {m->mass,   m->lambda,    m->pr,         m->proj2,
                            m->weight, m->intensity, m->eigenvector};

  for (int k = 0; k < 7; k++)
    if (lengths[k] > INT_MAX) return INM_ERR_SIZE;
  for (int k = 0; k < 7; k++) MPI_Bcast(arrays[k], (int) lengths[k], MPI_DOUBLE, root, comm);
  MPI_Bcast(m->cls, (int) m->n, MPI_SIGNED_CHAR, root, comm);
  uint64_t numbers[2] = {m->kept, m->nzero};
  MPI_Bcast(numbers, 2, MPI_UINT64_T, root, comm);
  m->kept = (size_t) numbers[0];
  m->nzero = (size_t) numbers[1];
  return INM_OK;
}
