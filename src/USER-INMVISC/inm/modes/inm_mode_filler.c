/* Fill a mode table: inm_mode_filler.h */

#include "modes/inm_mode_filler.h"

#include "base/inm_vector.h"
#include "hessian/inm_residual.h"
#include "modes/inm_mode_table.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

inm_status inm_fill_begin(inm_filler *f, size_t natom)
{
  f->intensity = (double *) malloc((2 * natom + 1) * sizeof(*f->intensity));
  if (!f->intensity) return INM_ERR_ALLOC;
  f->of_soft = f->intensity + natom;
  return INM_OK;
}

void inm_fill_end(inm_filler *f)
{
  free(f->intensity);
  f->intensity = f->of_soft = NULL;
}

/* Solvers return shifted translations and normal directions last; in the table they are at lambda = 0. */
static size_t table_index(const inm_filler *f, size_t solver_index)
{
  const size_t first_lifted = f->modes->n - f->nlifted, first_stable = f->nunstable + f->nsoft;

  if (solver_index < first_stable) return solver_index;
  if (solver_index < first_lifted) return solver_index + f->nlifted;
  return first_stable + (solver_index - first_lifted);
}

static size_t count_lifted(const inm_filler *f)
{
  size_t count = 0;
  for (int a = 0; a < f->modes->dim; a++)
    if (f->request->is_free[a] && f->modes->natom > 0) count++;
  return count;
}

/* Classify by the eigenvalues; of the zero matrix, shifted translations leave rounding errors only. */
static void count_modes(inm_filler *f)
{
  const double *lambda = f->lambda;
  size_t p = 0;

  f->nlifted = count_lifted(f) + f->nrigid;
  const size_t nother = f->modes->n - f->nlifted;
  const double largest = nother ? fmax(fabs(lambda[0]), fabs(lambda[nother - 1])) : 0.0;
  f->zero = (f->norm > 0.0) ? INM_ZERO_SIZE * largest : INFINITY;
  while (p < nother && lambda[p] < -f->zero) p++;
  f->nunstable = p;
  while (p < nother && lambda[p] <= f->zero) p++;
  f->nsoft = p - f->nunstable;
  f->modes->nzero = f->nsoft + f->nlifted;
}

void inm_fill_spectrum(inm_filler *f, const double *lambda)
{
  inm_modes *m = f->modes;

  f->lambda = lambda;
  count_modes(f);
  for (size_t s = 0; s < m->n; s++) {
    const size_t p = table_index(f, s);
    const int is_zero = (p >= f->nunstable && p < f->nunstable + m->nzero);
    m->lambda[p] = is_zero ? 0.0 : lambda[s];
    m->cls[p] = is_zero ? INM_ZERO : inm_classify(lambda[s], NAN, f->request->edge);
  }
  m->kept = inm_modes_find_keep(m, f->request);

  f->nseen[0] = f->nseen[1] = f->nseen[2] = 0;
  memset(m->intensity, 0, 3 * m->natom * sizeof(*m->intensity));
  memset(f->of_soft, 0, m->natom * sizeof(*f->of_soft));
  inm_set_nan(m->pr, m->n);
  inm_set_nan(m->proj2, (size_t) m->nproj * m->n);
  inm_set_nan(m->weight, (size_t) m->ntypes * m->n);
  inm_set_nan(m->eigenvector, 3 * m->natom);
}

size_t inm_fill_wanted(const inm_filler *f)
{
  const inm_vectors which = f->request->vectors;
  return (which == INM_VECTORS_ALL)     ? f->modes->n - f->nrigid
      : (which == INM_VECTORS_UNSTABLE) ? f->nunstable + f->nsoft
                                        : 0;
}

/* P = [ N sum_i (e_i . e_i)^2 ]^-1 with x,y,z of an atom summed before squaring (paper, eq. 5) */
static double participation_ratio(const double *intensity, size_t natom)
{
  double sum = 0.0;
  for (size_t i = 0; i < natom; i++) sum += intensity[i] * intensity[i];
  return 1.0 / ((double) natom * sum);
}

static void fill_vector(inm_filler *f, size_t p, const double *e)
{
  inm_modes *m = f->modes;
  double *intensity = f->intensity;
  const inm_mode_atoms *d = f->atoms;
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
  const int column = inm_class_column(m->cls[p]);
  if (column >= 0) {
    f->nseen[column]++;
    for (size_t i = 0; i < m->natom; i++) m->intensity[3 * i + column] += intensity[i];
  } else if (p >= f->nunstable && p < f->nunstable + f->nsoft) {
    for (size_t i = 0; i < m->natom; i++) f->of_soft[i] += intensity[i];
  }

  if (p == m->kept)
    for (size_t i = 0; i < m->natom; i++)
      for (size_t a = 0; a < 3; a++) m->eigenvector[3 * i + a] = (a < dim) ? e[dim * i + a] : 0.0;
}

/* Normalize vectors of single precision and compute their residuals in double. */
static inm_status check_panel(inm_filler *f, size_t first, size_t count, double *vec)
{
  const size_t n = f->modes->n;

  for (size_t k = 0; k < count; k++) {
    double *e = &vec[k * n];
    const double factor = 1.0 / sqrt(inm_dot(e, e, n));
    for (size_t i = 0; i < n; i++) e[i] *= factor;
  }
  return inm_residual_check(f->residual, count, &f->lambda[first], f->zero, vec, f->nthread);
}

inm_status inm_fill_panel(inm_filler *f, size_t first, size_t count, double *vec)
{
  const inm_status status = f->residual ? check_panel(f, first, count, vec) : INM_OK;

  for (size_t k = 0; k < count && first + k < f->modes->n - f->nrigid && status == INM_OK; k++)
    fill_vector(f, table_index(f, first + k), &vec[k * f->modes->n]);
  return status;
}

inm_status inm_fill_precision(const inm_filler *f)
{
  return f->residual ? inm_residual_result(f->residual) : INM_OK;
}

void inm_fill_progress(const inm_filler *f, double done)
{
  const inm_progress p = {done, 0, 0};
  if (f->request->progress) f->request->progress(f->request->progress_ctx, &p);
}

/* sum of |e_ip|^2 over the stable modes, by completeness; shifted translations are sqrt(m_i/M), and
   the share of normal directions is known */
static double stable_sum(const inm_filler *f, size_t i, double total_mass)
{
  const inm_modes *m = f->modes;
  return (double) m->dim - m->intensity[3 * i] - m->intensity[3 * i + 1] - f->of_soft[i] -
      (double) (f->nlifted - f->nrigid) * m->mass[i] / total_mass -
      (f->nrigid ? f->rigid_share[i] : 0.0);
}

void inm_fill_means(inm_filler *f)
{
  inm_modes *m = f->modes;
  const size_t seen_unstable = f->nseen[0] + f->nseen[1];
  const size_t nstable = m->n - m->nzero - f->nunstable;
  const int classified = (seen_unstable == f->nunstable);
  const int complete = (classified && (f->nsoft == 0 || inm_fill_wanted(f) > 0));
  double total_mass = 0.0;

  for (size_t i = 0; i < m->natom; i++) total_mass += m->mass[i];
  for (size_t i = 0; i < m->natom; i++) {
    double *mean = &m->intensity[3 * i];
    if (f->nseen[2] < nstable) mean[2] = complete ? stable_sum(f, i, total_mass) : NAN;
    mean[0] = (f->nseen[0] && classified) ? mean[0] / (double) f->nseen[0] : NAN;
    mean[1] = (f->nseen[1] && classified) ? mean[1] / (double) f->nseen[1] : NAN;
    mean[2] = nstable ? mean[2] / (double) nstable : NAN;
  }
}

/* ---- tables of several ranks ------------------------------------------------------------------ */

/* x [n] on the root = sum over ranks, with NaN, for missing, counted as 0 */
static void add_up(double *x, size_t n, int root, MPI_Comm comm)
{
  int me;
  MPI_Comm_rank(comm, &me);
  for (size_t i = 0; i < n; i++)
    if (isnan(x[i])) x[i] = 0.0;
  MPI_Reduce((me == root) ? MPI_IN_PLACE : x, x, (int) n, MPI_DOUBLE, MPI_SUM, root, comm);
}

/* On the root, classify the modes that have a vector, and set the others, whose pr is 0, to NaN. */
static void settle(inm_filler *f)
{
  inm_modes *m = f->modes;

  if (m->kept == m->n || m->pr[m->kept] == 0.0) inm_set_nan(m->eigenvector, 3 * m->natom);
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
  add_up(m->intensity, 3 * m->natom, root, comm);
  add_up(f->of_soft, m->natom, root, comm);
  add_up(m->eigenvector, 3 * m->natom, root, comm);

  MPI_Comm_rank(comm, &me);
  if (me != root) return INM_OK;
  for (int c = 0; c < 3; c++) f->nseen[c] = (size_t) nseen[c];
  settle(f);
  return INM_OK;
}
