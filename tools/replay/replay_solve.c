/* The calls of the solvers, all of them: what the rest of inm_replay knows is replay_result. */

#include "replay.h"

#include "inm_cores.h"
#include "inm_kpm.h"
#include "inm_lowest.h"
#include "inm_plan.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NRANDOM = 8 - REPLAY_PROJ }; /* of kpm: vectors pass in groups of eight */

static const char *const matrix_free[] = {"kpm", "lowest"};

const char *replay_solver(size_t k)
{
  size_t built = 0;
  while (inm_solver_built(built)) built++;
  if (k < built) return inm_solver_name(inm_solver_built(k));
  return (k - built < sizeof(matrix_free) / sizeof(*matrix_free)) ? matrix_free[k - built] : NULL;
}

static int is(const char *solver, const char *name)
{
  return strcmp(solver, name) == 0;
}

/* ---- what a solver is asked for -------------------------------------------------------------- */

static inm_request dense_request(const replay_matrix *m, const replay_request *r)
{
  inm_request q;
  memset(&q, 0, sizeof(q));
  q.vectors = r->vectors;
  q.precision = r->precision;
  q.ntypes = m->ntypes;
  q.nproj = REPLAY_PROJ;
  q.proj = m->proj;
  memcpy(q.is_free, m->is_free, sizeof(q.is_free));
  q.max_threads = r->threads;
  return q;
}

static inm_kpm_request kpm_request(const replay_matrix *m)
{
  inm_kpm_request q;
  memset(&q, 0, sizeof(q));
  q.nproj = REPLAY_PROJ;
  q.proj = m->proj;
  q.nrandom = NRANDOM;
  memcpy(q.is_free, m->is_free, sizeof(q.is_free));
  return q;
}

static size_t modes_of(const replay_matrix *m)
{
  size_t n = m->n;
  for (int a = 0; a < inm_hessian_dim(m->h) && n > 0; a++) n -= (m->is_free[a] != 0);
  return n;
}

const char *replay_refusal(const char *solver, const replay_matrix *m, const replay_request *r)
{
  inm_plan plan;
  const inm_request q = dense_request(m, r);

  if (is(solver, "lowest")) {
    if (r->lowest == 0) return "needs modes lowest K";
    if (r->precision != INM_DOUBLE) return "works in double precision only";
    return (modes_of(m) < 2 * inm_lowest_vectors(r->lowest))
        ? "needs twice as many modes as vectors of its subspace: a smaller K, or a larger matrix"
        : NULL;
  }
  if (r->lowest) return "has no modes lowest K, only solver lowest has";
  if (is(solver, "kpm"))
    return (r->precision != INM_DOUBLE) ? "works in double precision only" : NULL;

  const inm_status status =
      inm_plan_make(&plan, MPI_COMM_WORLD, m->n, &q, inm_solver_find(solver), 0.0);
  if (status == INM_ERR_ARG) return "has no single precision";
  if (status != INM_OK) return inm_strerror(status);
  return inm_plan_fits(&plan) ? NULL : "needs more memory than there is";
}

/* ---- how good -------------------------------------------------------------------------------- */

/* |D e - lambda e| of the mode that the table has kept, NaN if there is none.  Collective. */
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

/* The sum of all eigenvalues is the trace: this checks eigenvalues without vectors too. */
static double trace_defect(const inm_modes *t, double trace)
{
  double sum = 0.0, size = 0.0;
  for (size_t p = 0; p < t->n; p++) {
    sum += t->lambda[p];
    size += fabs(t->lambda[p]);
  }
  return (size > 0.0) ? fabs(sum - trace) / size : NAN;
}

static double largest_of(const inm_modes *t)
{
  return (t->n > 0) ? fmax(fabs(t->lambda[0]), fabs(t->lambda[t->n - 1])) : NAN;
}

/* Index from 1 of a mode that has a vector and is no translation: a fraction of the way up. */
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

/* ---- dense ----------------------------------------------------------------------------------- */

/* Operations of LAPACK: 4/3 n^3 to tridiagonal form, and 2 n^2 for each vector to transform back.
   */
static double nominal_flops(const inm_modes *t)
{
  const double n = (double) t->n;
  double vectors = 0.0;
  for (size_t p = 0; p < t->n; p++) vectors += inm_has_vector(t, p);
  return 4.0 / 3.0 * n * n * n + 2.0 * n * n * vectors;
}

static inm_status solve_dense(const char *solver, const replay_matrix *m, const replay_request *r,
                              replay_look *look, replay_result *result)
{
  static const char *const words[] = {"none", "unstable", "all"};
  inm_request q = dense_request(m, r);
  inm_modes t;
  memset(&t, 0, sizeof(t));
  q.keep = INM_KEEP_INDEX;
  q.keep_value = look->index;

  const double begin = MPI_Wtime();
  const inm_status status = inm_solve(inm_solver_find(solver), m->h, &q, &t);
  result->seconds = MPI_Wtime() - begin;
  strcpy(result->modes, words[r->vectors]);
  if (status == INM_OK && t.n > 0) {
    const double cores = (double) t.nthread * t.grid[0] * t.grid[1];
    result->single = t.single;
    result->threads = t.nthread;
    result->gflops = 1e-9 * nominal_flops(&t) / result->seconds;
    result->share = 1e9 * result->gflops / cores / m->core_speed;
    result->residual = residual_of(m->h, m->origin.scale, &t) / largest_of(&t);
    result->trace = trace_defect(&t, m->trace);
    result->unstable = inm_fractions_of(&t).unstable;
    result->lowest = inm_frequency(t.lambda[0]);
    result->highest = inm_frequency(t.lambda[t.n - 1]);
    look->index = index_at(&t, look->next);
  }
  inm_modes_free(&t);
  return status;
}

/* ---- matrix-free ----------------------------------------------------------------------------- */

static double sum_of_ranks(double mine)
{
  double all = 0.0;
  MPI_Allreduce(&mine, &all, 1, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
  return all;
}

static inm_status solve_kpm(const replay_matrix *m, const replay_request *r, replay_result *result)
{
  const inm_kpm_request q = kpm_request(m);
  const inm_edge none = {INM_EDGE_NONE, 0.0};
  inm_fractions fractions, errors;
  inm_kpm *kpm = NULL;

  const double begin = MPI_Wtime();
  inm_status status = inm_kpm_create(&kpm, m->h, &q);
  const double start = MPI_Wtime();
  if (status == INM_OK) status = inm_kpm_advance(kpm, r->products);
  const double end = MPI_Wtime();
  result->seconds = end - begin;
  snprintf(result->modes, sizeof(result->modes), "moments:%zu", 2 * r->products - 1);
  if (status == INM_OK) {
    inm_kpm_fractions(kpm, none, &fractions, &errors);
    result->gbytes = 1e-9 * sum_of_ranks(inm_kpm_traffic(kpm)) / (end - start);
    result->unstable = fractions.unstable;
    result->lowest = inm_frequency(inm_kpm_lowest(kpm));
    result->highest = inm_frequency(inm_kpm_highest(kpm));
  }
  inm_kpm_destroy(&kpm);
  return status;
}

static void read_lowest(const replay_matrix *m, const inm_kpm *kpm, const inm_modes *t,
                        replay_result *result)
{
  size_t unstable = 0;
  for (size_t p = 0; p < t->n; p++) unstable += (t->lambda[p] < 0.0);
  result->residual = residual_of(m->h, m->origin.scale, t) /
      fmax(fabs(inm_kpm_lowest(kpm)), fabs(inm_kpm_highest(kpm)));
  if (unstable < t->n) result->unstable = (double) unstable / (double) modes_of(m);
  result->lowest = inm_frequency(t->lambda[0]);
  result->highest = inm_frequency(t->lambda[t->n - 1]);
}

static inm_status solve_lowest(const replay_matrix *m, const replay_request *r, replay_look *look,
                               replay_result *result)
{
  const inm_kpm_request k = kpm_request(m);
  const size_t probe = 2; /* products, for what one of them moves */
  size_t products = 0;
  inm_kpm *kpm = NULL;
  inm_lowest_request q;
  inm_modes t;
  memset(&t, 0, sizeof(t));
  memset(&q, 0, sizeof(q));

  double begin = MPI_Wtime();
  inm_status status = inm_kpm_create(&kpm, m->h, &k);
  result->seconds = MPI_Wtime() - begin;
  if (status == INM_OK) status = inm_kpm_advance(kpm, probe);
  if (status == INM_OK) {
    q.count = r->lowest;
    q.lowest = inm_kpm_lowest(kpm);
    q.highest = inm_kpm_highest(kpm);
    q.ntypes = m->ntypes;
    q.nproj = REPLAY_PROJ;
    q.proj = m->proj;
    memcpy(q.is_free, m->is_free, sizeof(q.is_free));
    q.keep = INM_KEEP_INDEX;
    q.keep_value = look->index;
    inm_kpm_finish(kpm);
    begin = MPI_Wtime();
    status = inm_lowest_modes(m->h, &q, &t, &products);
    result->seconds += MPI_Wtime() - begin;
  }
  snprintf(result->modes, sizeof(result->modes), "lowest:%zu", r->lowest);
  if (status == INM_OK) {
    result->gbytes = 1e-9 * sum_of_ranks(inm_kpm_traffic(kpm)) * (double) products /
        (double) probe / result->seconds;
    read_lowest(m, kpm, &t, result);
    look->index = index_at(&t, look->next);
  }
  inm_kpm_destroy(&kpm);
  inm_modes_free(&t);
  return status;
}

/* ---- all ------------------------------------------------------------------------------------- */

inm_status replay_solve(const char *solver, const replay_matrix *m, const replay_request *r,
                        replay_look *look, replay_result *result)
{
  memset(result, 0, sizeof(*result));
  result->threads = 1;
  result->gflops = result->share = result->gbytes = result->residual = result->trace = NAN;
  result->unstable = result->lowest = result->highest = NAN;
  if (is(solver, "kpm")) return solve_kpm(m, r, result);
  if (is(solver, "lowest")) return solve_lowest(m, r, look, result);
  return solve_dense(solver, m, r, look, result);
}
