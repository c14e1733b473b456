/* All solver calls are here; the rest of inm_replay only sees replay_result. */

#include "replay.h"

#include "inm_plan.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *replay_solver(size_t k)
{
  const inm_solver *solver = inm_solver_built(k);
  return solver ? inm_solver_name(solver) : NULL;
}

/* ---- what a solver is asked for -------------------------------------------------------------- */

static int is_matrix_free(const inm_solver *solver)
{
  return inm_solver_place(solver) == INM_MATRIX_FREE;
}

static inm_request request_for(const inm_solver *solver, const replay_matrix *m,
                               const replay_request *r)
{
  inm_request q;
  memset(&q, 0, sizeof(q));
  q.vectors = r->lowest        ? INM_VECTORS_LOWEST
      : is_matrix_free(solver) ? INM_VECTORS_NONE
                               : r->vectors;
  q.nlowest = r->lowest;
  q.precision = r->precision;
  q.products = r->products;
  q.ntypes = m->ntypes;
  q.nproj = REPLAY_PROJ;
  q.proj = m->proj;
  memcpy(q.is_free, m->is_free, sizeof(q.is_free));
  q.max_threads = r->threads;
  return q;
}

static size_t modes_of(const replay_matrix *m)
{
  size_t n = m->n;
  for (int a = 0; a < inm_hessian_dim(m->h) && n > 0; a++) n -= (m->is_free[a] != 0);
  return n;
}

const char *replay_refusal(const char *name, const replay_matrix *m, const replay_request *r)
{
  const inm_solver *solver = inm_solver_find(name);
  const inm_request q = request_for(solver, m, r);
  const char *reason = NULL;
  inm_plan plan;

  if (r->precision == INM_SINGLE_PRECISION) reason = inm_solver_lacks(solver, INM_HAS_SINGLE);
  if (!reason && r->lowest) reason = inm_solver_lacks(solver, INM_HAS_LOWEST);
  if (reason) return reason;
  if (r->lowest && modes_of(m) < 2 * inm_solver_vectors(r->lowest))
    return "modes lowest K needs twice as many modes as vectors of its subspace: a smaller K, or a "
           "larger matrix";

  const inm_status status = inm_plan_make(&plan, MPI_COMM_WORLD, m->n, m->h, &q, solver, 0.0);
  if (status == INM_ERR_ARG) return "solver lowest needs modes lowest K";
  if (status != INM_OK) return inm_strerror(status);
  return inm_plan_fits(&plan) ? NULL : "it needs more memory than is available";
}

/* ---- accuracy -------------------------------------------------------------------------------- */

/* |D e - lambda e| of the mode kept in the table, NaN if there is none.  Collective. */
static double residual_of(const inm_hessian *h, double scale, const inm_modes *t)
{
  const size_t nrow = inm_hessian_nrow(h);
  const int64_t *tag = inm_hessian_tags(h);
  const int dim = inm_hessian_dim(h);
  double *u = (double *) calloc(3 * nrow + 1, sizeof(*u));
  double *y = (double *) calloc(3 * nrow + 1, sizeof(*y));
  double sum = 0.0, all = NAN;
  inm_status status = inm_status_sync((u && y) ? INM_OK : INM_ERR_ALLOC, MPI_COMM_WORLD);

  if (t->kept >= t->n || !inm_has_vector(t, t->kept)) status = INM_ERR_ARG; /* on all ranks */
  for (size_t r = 0; r < nrow && status == INM_OK; r++) {
    const size_t i = inm_mode_atom(t, tag[r]);
    for (size_t a = 0; a < 3; a++) u[3 * r + a] = t->eigenvector[3 * i + a] / sqrt(t->mass[i]);
  }
  if (status == INM_OK) status = inm_hessian_multiply(h, u, y);
  if (status == INM_OK) {
    for (size_t r = 0; r < nrow; r++) {
      const size_t i = inm_mode_atom(t, tag[r]);
      for (int a = 0; a < dim; a++) {
        const double d = scale * y[3 * r + (size_t) a] / sqrt(t->mass[i]) -
            t->lambda[t->kept] * t->eigenvector[3 * i + (size_t) a];
        sum += d * d;
      }
    }
    MPI_Allreduce(&sum, &all, 1, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
  }
  free(u);
  free(y);
  return sqrt(all);
}

/* Compare the sum of all eigenvalues with the trace, which works without vectors too. */
static double trace_defect(const inm_modes *t, double trace)
{
  double sum = 0.0, size = 0.0;
  for (size_t p = 0; p < t->n; p++) {
    sum += t->lambda[p];
    size += fabs(t->lambda[p]);
  }
  return (size > 0.0) ? fabs(sum - trace) / size : NAN;
}

/* Index, from 1, of the mode at a fraction of the modes with vectors, without translations. */
static double index_at(const inm_modes *t, double fraction)
{
  size_t seen = 0, wanted;
  for (size_t p = 0; p < t->n; p++) seen += (inm_has_vector(t, p) && t->cls[p] != INM_ZERO);
  wanted = (size_t) (fraction * (double) seen);
  if (wanted >= seen) wanted = seen - 1;
  for (size_t p = 0, k = 0; p < t->n && seen > 0; p++)
    if (inm_has_vector(t, p) && t->cls[p] != INM_ZERO && k++ == wanted) return (double) p + 1.0;
  return 1.0;
}

/* ---- the solution ---------------------------------------------------------------------------- */

/* Operation count of LAPACK: 4/3 n^3 to tridiagonal form, 2 n^2 to back-transform each vector. */
static double nominal_flops(const inm_modes *t)
{
  const double n = (double) t->n;
  double vectors = 0.0;
  for (size_t p = 0; p < t->n; p++) vectors += inm_has_vector(t, p);
  return 4.0 / 3.0 * n * n * n + 2.0 * n * n * vectors;
}

static double sum_of_ranks(double mine)
{
  double all = 0.0;
  MPI_Allreduce(&mine, &all, 1, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
  return all;
}

static void describe_dense(const replay_matrix *m, const inm_spectrum_facts *about,
                           const inm_modes *t, replay_result *result)
{
  const double cores = (double) about->nthread * about->grid[0] * about->grid[1];

  result->single = about->single;
  result->threads = about->nthread;
  result->gflops = 1e-9 * nominal_flops(t) / result->seconds;
  result->share = 1e9 * result->gflops / cores / m->core_speed;
  result->trace = trace_defect(t, m->trace);
}

/* fraction of unstable modes; a table of the lowest modes determines it only if it reaches a stable one */
static double unstable_fraction(const replay_matrix *m, const inm_spectrum *s)
{
  const inm_edge none = {INM_EDGE_NONE, 0.0};
  const inm_spectrum_facts *about = inm_spectrum_about(s);
  const double nmode = (double) about->nmode;
  inm_fractions f, errors;

  if (inm_fractions_of(s, none, &f, &errors) != INM_OK) return NAN;
  if (about->nmode + about->nzero >= modes_of(m)) return f.unstable;
  return (f.stable > 0.0) ? f.unstable * nmode / (double) modes_of(m) : NAN;
}

static void describe(const inm_solver *solver, const replay_matrix *m, const replay_request *r,
                     const inm_spectrum *s, replay_look *look, replay_result *result)
{
  static const char *const words[] = {"none", "unstable", "all"};
  const inm_spectrum_facts *about = inm_spectrum_about(s);
  const inm_modes *t = inm_spectrum_modes(s);

  if (r->lowest)
    snprintf(result->modes, sizeof(result->modes), "lowest:%zu", r->lowest);
  else if (about->products)
    snprintf(result->modes, sizeof(result->modes), "moments:%zu", 2 * about->products - 1);
  else
    strcpy(result->modes, words[r->vectors]);
  if (about->products) result->gbytes = 1e-9 * sum_of_ranks(about->traffic) / about->seconds;
  result->unstable = unstable_fraction(m, s);
  result->lowest = about->lowest;
  result->highest = about->highest;
  if (t->n == 0) return;
  if (!is_matrix_free(solver)) describe_dense(m, about, t, result);
  result->residual = residual_of(m->h, m->origin.scale, t) / about->norm;
  look->index = index_at(t, look->next);
}

inm_status replay_solve(const char *name, const replay_matrix *m, const replay_request *r,
                        replay_look *look, replay_result *result)
{
  const inm_solver *solver = inm_solver_find(name);
  inm_request q = request_for(solver, m, r);
  inm_spectrum *spectrum = NULL;

  memset(result, 0, sizeof(*result));
  result->threads = 1;
  result->gflops = result->share = result->gbytes = result->residual = result->trace = NAN;
  result->unstable = result->lowest = result->highest = NAN;
  q.keep = INM_KEEP_INDEX;
  q.keep_value = look->index;

  const double begin = MPI_Wtime();
  const inm_status status = inm_solve(solver, m->h, &q, &spectrum);
  result->seconds = MPI_Wtime() - begin;
  if (status == INM_OK) describe(solver, m, r, spectrum, look, result);
  inm_spectrum_destroy(&spectrum);
  return status;
}
