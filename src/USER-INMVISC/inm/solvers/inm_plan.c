#include "inm_plan.h"

#include "inm_cores.h"
#include "inm_machine.h"

#include <string.h>

typedef struct {
  double root, least; /* bytes available on the node of rank 0, and least of any node */
  int ranks;          /* largest number of ranks on a node */
} nodes;

static nodes look_at_nodes(MPI_Comm comm, double limit)
{
  nodes found;
  double ranks;

  found.root = inm_memory_within(limit);
  MPI_Bcast(&found.root, 1, MPI_DOUBLE, 0, comm);
  inm_node_memory(comm, 1.0, limit, &ranks, &found.least);
  found.ranks = (int) ranks;
  return found;
}

/* ---- choice ----------------------------------------------------------------------------------- */

/* collective */
static void count_memory(inm_plan *plan, MPI_Comm comm, double limit, const nodes *of)
{
  const double bytes = inm_solver_bytes(plan->solver, &plan->job);

  switch (inm_solver_place(plan->solver)) {
    case INM_ON_ROOT:
      plan->need = bytes;
      plan->have = of->root;
      break;
    case INM_ON_GRID:
      plan->need = bytes * of->ranks;
      plan->have = of->least;
      break;
    default:
      inm_node_memory(comm, bytes, limit, &plan->need, &plan->have);
  }
}

int inm_plan_fits(const inm_plan *plan)
{
  return plan->have == 0.0 || plan->need <= plan->have;
}

/* Prefer what fits; of two that fit the faster one, of two that do not the smaller one. */
static int is_better(const inm_plan *a, const inm_plan *b)
{
  const int a_fits = inm_plan_fits(a), b_fits = inm_plan_fits(b);
  if (a_fits != b_fits) return a_fits;
  return a_fits ? a->work < b->work : a->need < b->need;
}

/* Exclude distributed solvers on one rank, which would run BLAS without threads, and matrix-free solvers,
   which do not compute all outputs. */
static int is_candidate(const inm_solver *solver, const inm_job *job)
{
  const inm_place place = inm_solver_place(solver);
  return (place == INM_ON_ROOT || (place == INM_ON_GRID && job->nprocs > 1)) &&
      inm_solver_can(solver, job) == INM_OK;
}

static void choose(inm_plan *plan, MPI_Comm comm, double limit, const nodes *of)
{
  const inm_solver *solver;
  inm_plan trial = *plan;

  for (size_t k = 0; (solver = inm_solver_built(k)) != NULL; k++) {
    trial.solver = solver;
    trial.job.precision = inm_precision_used(solver, plan->job.request, plan->job.n);
    if (!is_candidate(solver, &trial.job)) continue;
    trial.work = inm_solver_work(solver, &plan->job);
    count_memory(&trial, comm, limit, of);
    if (!plan->solver || is_better(&trial, plan)) *plan = trial;
  }
}

inm_status inm_plan_make(inm_plan *plan, MPI_Comm comm, size_t n, const inm_hessian *h,
                         const inm_request *request, const inm_solver *wanted, double limit)
{
  inm_cores *cores = NULL;
  inm_status status = inm_cores_create(&cores, comm, request->max_threads);

  memset(plan, 0, sizeof(*plan));
  if (status != INM_OK) return status;
  const nodes of = look_at_nodes(comm, limit);
  plan->job.n = n;
  plan->job.h = h;
  plan->job.request = request;
  plan->job.vectors = request->vectors;
  plan->job.nthread = inm_cores_count(cores);
  MPI_Bcast(&plan->job.nthread, 1, MPI_INT, 0, comm);
  MPI_Comm_size(comm, &plan->job.nprocs);
  inm_cores_destroy(&cores);

  if (!wanted) {
    choose(plan, comm, limit, &of);
    return plan->solver ? INM_OK : INM_ERR_SIZE;
  }
  plan->job.precision = inm_precision_used(wanted, request, n);
  status = inm_solver_can(wanted, &plan->job);
  if (status != INM_OK) return status;
  plan->solver = wanted;
  plan->work = inm_solver_work(wanted, &plan->job);
  count_memory(plan, comm, limit, &of);
  return INM_OK;
}
