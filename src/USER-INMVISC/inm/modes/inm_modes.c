#include "base/inm_vector.h"
#include "comm/inm_atom_order.h"
#include "hessian/inm_residual.h"
#include "solvers/inm_solver_private.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

double inm_frequency(double lambda)
{
  return (lambda >= 0.0) ? sqrt(lambda) : -sqrt(-lambda);
}

inm_class inm_classify(double lambda, double pr, inm_edge edge)
{
  if (lambda >= 0.0) return INM_STABLE;

  int localized;
  if (edge.kind == INM_EDGE_FREQUENCY)
    localized = sqrt(-lambda) > edge.value;
  else if (edge.kind == INM_EDGE_PARTICIPATION && !isnan(pr))
    localized = pr < edge.value;
  else
    return INM_UNSTABLE_UNKNOWN;
  return localized ? INM_UNSTABLE_LOCALIZED : INM_UNSTABLE_DELOCALIZED;
}

int inm_has_vector(const inm_modes *m, size_t p)
{
  return !isnan(m->pr[p]);
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
  free(m->share);
  free(m->eigenvector);
  memset(m, 0, sizeof(*m));
}

static void set_nan(double *x, size_t n)
{
  for (size_t i = 0; i < n; i++) x[i] = NAN;
}

/* an array of n NaN; never NULL but for want of memory */
static double *nan_array(size_t n)
{
  double *x = (double *) malloc((n + 1) * sizeof(*x));
  if (x) set_nan(x, n);
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
  m->share = nan_array(3 * m->natom);
  m->eigenvector = nan_array(3 * m->natom);
  const int complete = m->mass && m->lambda && m->pr && m->proj2 && m->weight && m->cls &&
      m->share && m->eigenvector;
  return complete ? INM_OK : INM_ERR_ALLOC;
}

void inm_modes_clear(inm_modes *m)
{
  memset(m->mass, 0, m->natom * sizeof(*m->mass));
  memset(m->pr, 0, m->n * sizeof(*m->pr));
  memset(m->proj2, 0, (size_t) m->nproj * m->n * sizeof(*m->proj2));
  memset(m->weight, 0, (size_t) m->ntypes * m->n * sizeof(*m->weight));
  memset(m->share, 0, 3 * m->natom * sizeof(*m->share));
  memset(m->eigenvector, 0, 3 * m->natom * sizeof(*m->eigenvector));
}

/* The solver's order has the lifted translations last, the table has them at lambda = 0. */
static size_t table_index(const inm_filler *f, size_t solver_index)
{
  const inm_modes *m = f->modes;
  const size_t first_lifted = m->n - m->nzero;

  if (solver_index < f->nunstable) return solver_index;
  if (solver_index < first_lifted) return solver_index + m->nzero;
  return f->nunstable + (solver_index - first_lifted);
}

/* table index of the mode whose eigenvector is to be kept, or n */
static size_t find_keep(const inm_modes *m, const inm_request *request)
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

void inm_fill_spectrum(inm_filler *f, const double *lambda)
{
  inm_modes *m = f->modes;
  const size_t first_lifted = m->n - m->nzero;

  f->lambda = lambda;
  f->nunstable = 0;
  while (f->nunstable < first_lifted && lambda[f->nunstable] < 0.0) f->nunstable++;

  for (size_t s = 0; s < m->n; s++) {
    const size_t p = table_index(f, s);
    const int lifted = (s >= first_lifted);
    m->lambda[p] = lifted ? 0.0 : lambda[s];
    m->cls[p] = lifted ? INM_ZERO : inm_classify(lambda[s], NAN, f->request->edge);
  }
  m->kept = find_keep(m, f->request);

  f->nseen[0] = f->nseen[1] = f->nseen[2] = 0;
  for (size_t i = 0; i < 3 * m->natom; i++) m->share[i] = 0.0;
  set_nan(m->pr, m->n);
  set_nan(m->proj2, (size_t) m->nproj * m->n);
  set_nan(m->weight, (size_t) m->ntypes * m->n);
  set_nan(m->eigenvector, 3 * m->natom);
}

size_t inm_fill_wanted(const inm_filler *f)
{
  const inm_vectors which = f->request->vectors;
  return (which == INM_VECTORS_ALL)     ? f->modes->n
      : (which == INM_VECTORS_UNSTABLE) ? f->nunstable
                                        : 0;
}

/* P = [ N sum_i (e_i . e_i)^2 ]^-1 with x,y,z of an atom summed before squaring (paper, eq. 5) */
static double participation_ratio(const double *intensity, size_t natom)
{
  double sum = 0.0;
  for (size_t i = 0; i < natom; i++) sum += intensity[i] * intensity[i];
  return 1.0 / ((double) natom * sum);
}

int inm_share_column(int cls)
{
  if (cls == INM_UNSTABLE_LOCALIZED) return 0;
  if (cls == INM_UNSTABLE_DELOCALIZED) return 1;
  if (cls == INM_STABLE) return 2;
  return -1;
}

static void fill_vector(inm_filler *f, size_t p, const double *e)
{
  inm_modes *m = f->modes;
  double *intensity = f->intensity;
  const inm_dense *d = f->dense;
  const size_t dim = (size_t) m->dim;

  for (size_t i = 0; i < m->natom; i++) intensity[i] = inm_dot(&e[dim * i], &e[dim * i], dim);
  m->pr[p] = participation_ratio(intensity, m->natom);

  for (int t = 0; t < m->ntypes; t++) m->weight[t * m->n + p] = 0.0;
  for (size_t i = 0; i < m->natom; i++)
    m->weight[(size_t) (d->type[i] - 1) * m->n + p] += intensity[i] / d->mass[i];

  for (int v = 0; v < m->nproj; v++) {
    const double overlap = inm_dot(e, &d->proj[v * m->n], m->n);
    m->proj2[v * m->n + p] = overlap * overlap;
  }

  if (m->cls[p] != INM_ZERO)
    m->cls[p] = (signed char) inm_classify(m->lambda[p], m->pr[p], f->request->edge);
  const int column = inm_share_column(m->cls[p]);
  if (column >= 0) {
    f->nseen[column]++;
    for (size_t i = 0; i < m->natom; i++) m->share[3 * i + column] += intensity[i];
  }

  if (p == m->kept)
    for (size_t i = 0; i < m->natom; i++)
      for (size_t a = 0; a < 3; a++) m->eigenvector[3 * i + a] = (a < dim) ? e[dim * i + a] : 0.0;
}

/* Single precision: to length one, and held against the matrix. */
static inm_status check_panel(inm_filler *f, size_t first, size_t count, double *vec)
{
  const size_t n = f->modes->n;

  for (size_t k = 0; k < count; k++) {
    double *e = &vec[k * n];
    const double factor = 1.0 / sqrt(inm_dot(e, e, n));
    for (size_t i = 0; i < n; i++) e[i] *= factor;
  }
  return inm_residual_check(f->dense->residual, count, &f->lambda[first], vec, f->nthread);
}

inm_status inm_fill_panel(inm_filler *f, size_t first, size_t count, double *vec)
{
  const inm_status status = f->dense->residual ? check_panel(f, first, count, vec) : INM_OK;

  for (size_t k = 0; k < count && status == INM_OK; k++)
    fill_vector(f, table_index(f, first + k), &vec[k * f->modes->n]);
  return status;
}

inm_status inm_fill_verdict(const inm_filler *f)
{
  return f->dense->residual ? inm_residual_result(f->dense->residual) : INM_OK;
}

void inm_fill_progress(const inm_filler *f, double done)
{
  if (f->request->progress) f->request->progress(f->request->progress_ctx, done);
}

/* sum over all modes of |e_ip|^2 that are neither unstable nor zero, from completeness */
static double stable_sum(const inm_filler *f, size_t i, double total_mass)
{
  const inm_modes *m = f->modes;
  return (double) m->dim - m->share[3 * i] - m->share[3 * i + 1] -
      (double) m->nzero * m->mass[i] / total_mass;
}

void inm_fill_shares(inm_filler *f)
{
  inm_modes *m = f->modes;
  const size_t seen_unstable = f->nseen[0] + f->nseen[1];
  const size_t nstable = m->n - m->nzero - f->nunstable;
  const int classified = (seen_unstable == f->nunstable);
  double total_mass = 0.0;

  for (size_t i = 0; i < m->natom; i++) total_mass += m->mass[i];
  for (size_t i = 0; i < m->natom; i++) {
    double *share = &m->share[3 * i];
    if (f->nseen[2] < nstable) share[2] = classified ? stable_sum(f, i, total_mass) : NAN;
    share[0] = (f->nseen[0] && classified) ? share[0] / (double) f->nseen[0] : NAN;
    share[1] = (f->nseen[1] && classified) ? share[1] / (double) f->nseen[1] : NAN;
    share[2] = nstable ? share[2] / (double) nstable : NAN;
  }
}

/* components this close to the largest one are its equals: symmetry makes them so, but for rounding */
#define EQUAL_COMPONENTS 1.0e-6

void inm_modes_fix_sign(inm_modes *m)
{
  double *e = m->eigenvector, largest = 0.0;
  size_t first = 0;

  for (size_t i = 0; i < 3 * m->natom; i++) largest = fmax(largest, fabs(e[i]));
  if (largest == 0.0) return; /* all NaN, fmax leaves them out */
  while (!(fabs(e[first]) >= (1.0 - EQUAL_COMPONENTS) * largest)) first++;
  if (e[first] > 0.0) return;
  for (size_t i = 0; i < 3 * m->natom; i++) e[i] = (e[i] == 0.0) ? 0.0 : -e[i];
}

/* ---- tables of several ranks ------------------------------------------------------------------ */

/* x [n] on the root = sum over ranks, each of which has NaN where it has nothing */
static void add_up(double *x, size_t n, int root, MPI_Comm comm)
{
  int me;
  MPI_Comm_rank(comm, &me);
  for (size_t i = 0; i < n; i++)
    if (isnan(x[i])) x[i] = 0.0;
  MPI_Reduce((me == root) ? MPI_IN_PLACE : x, x, (int) n, MPI_DOUBLE, MPI_SUM, root, comm);
}

/* on the root: a participation ratio of 0 is that of no vector */
static void settle(inm_filler *f)
{
  inm_modes *m = f->modes;

  if (m->kept == m->n || m->pr[m->kept] == 0.0) set_nan(m->eigenvector, 3 * m->natom);
  for (size_t p = 0; p < m->n; p++) {
    if (m->pr[p] > 0.0) {
      if (m->cls[p] != INM_ZERO)
        m->cls[p] = (signed char) inm_classify(m->lambda[p], m->pr[p], f->request->edge);
      continue;
    }
    m->pr[p] = NAN;
    for (int v = 0; v < m->nproj; v++) m->proj2[v * m->n + p] = NAN;
    for (int t = 0; t < m->ntypes; t++) m->weight[t * m->n + p] = NAN;
  }
}

inm_status inm_fill_merge(inm_filler *f, int root, MPI_Comm comm)
{
  inm_modes *m = f->modes;
  const size_t widest = (m->nproj > m->ntypes) ? (size_t) m->nproj : (size_t) m->ntypes;
  double nseen[3];
  int me;

  if (m->n > (size_t) INT_MAX / (widest + 1)) return INM_ERR_SIZE;
  for (int c = 0; c < 3; c++) nseen[c] = (double) f->nseen[c];
  add_up(nseen, 3, root, comm);
  add_up(m->pr, m->n, root, comm);
  add_up(m->proj2, (size_t) m->nproj * m->n, root, comm);
  add_up(m->weight, (size_t) m->ntypes * m->n, root, comm);
  add_up(m->share, 3 * m->natom, root, comm);
  add_up(m->eigenvector, 3 * m->natom, root, comm);

  MPI_Comm_rank(comm, &me);
  if (me != root) return INM_OK;
  for (int c = 0; c < 3; c++) f->nseen[c] = (size_t) nseen[c];
  settle(f);
  return INM_OK;
}

inm_status inm_modes_bcast(inm_modes *m, int root, MPI_Comm comm)
{
  const size_t lengths[] = {
      m->natom,     m->n,        m->n, (size_t) m->nproj * m->n, (size_t) m->ntypes * m->n,
      3 * m->natom, 3 * m->natom};
  double *const arrays[] = {m->mass,   m->lambda, m->pr,         m->proj2,
                            m->weight, m->share,  m->eigenvector};

  for (int k = 0; k < 7; k++)
    if (lengths[k] > INT_MAX) return INM_ERR_SIZE;
  for (int k = 0; k < 7; k++) MPI_Bcast(arrays[k], (int) lengths[k], MPI_DOUBLE, root, comm);
  MPI_Bcast(m->cls, (int) m->n, MPI_SIGNED_CHAR, root, comm);
  uint64_t kept = m->kept;
  MPI_Bcast(&kept, 1, MPI_UINT64_T, root, comm);
  m->kept = (size_t) kept;
  return INM_OK;
}
