#include "inm_plan.h"

#include "base/inm_lapack.h"
#include "inm_cores.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* ---- memory ----------------------------------------------------------------------------------- */

/* MemAvailable counts what the kernel can free for us, unlike the free pages of sysconf */
static double system_available(void)
{
  double kib = 0.0;
  char line[128];
  FILE *fp = fopen("/proc/meminfo", "r");

  if (!fp) return 0.0;
  while (fgets(line, sizeof(line), fp))
    if (sscanf(line, "MemAvailable: %lf", &kib) == 1) break;
  fclose(fp);
  return 1024.0 * kib;
}

/* what the address space limit (ulimit -v) leaves, or infinity */
static double limit_available(void)
{
  struct rlimit limit;
  double pages = 0.0;

  if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return INFINITY;
  FILE *fp = fopen("/proc/self/statm", "r");
  if (fp) {
    if (fscanf(fp, "%lf", &pages) != 1) pages = 0.0;
    fclose(fp);
  }
  return fmax(0.0, (double) limit.rlim_cur - pages * (double) sysconf(_SC_PAGESIZE));
}

double inm_memory_available(void)
{
  const double available = system_available();
  return (available > 0.0) ? fmin(available, limit_available()) : 0.0;
}

/* sum of x over the ranks of comm on the node of this one */
static double sum_over_node(MPI_Comm comm, double x)
{
#if !defined(MPI_STUBS)
  MPI_Comm node;
  MPI_Comm_split_type(comm, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node);
  MPI_Allreduce(MPI_IN_PLACE, &x, 1, MPI_DOUBLE, MPI_SUM, node);
  MPI_Comm_free(&node);
#else
  (void) comm;
#endif
  return x;
}

/* what the system has, or less if that is wanted; 0 if unknown */
static double available_within(double limit)
{
  const double available = inm_memory_available();
  return (limit > 0.0 && (available == 0.0 || limit < available)) ? limit : available;
}

void inm_node_memory(MPI_Comm comm, double bytes_of_rank, double limit, double *need, double *have)
{
  double mine[2] = {sum_over_node(comm, bytes_of_rank), -available_within(limit)}, worst[2];
  MPI_Allreduce(mine, worst, 2, MPI_DOUBLE, MPI_MAX, comm);
  *need = worst[0];
  *have = -worst[1];
}

typedef struct {
  double root, least; /* bytes available on rank 0's node, and on the node that has least */
  int ranks;          /* largest number of ranks on a node */
} nodes;

static nodes look_at_nodes(MPI_Comm comm, double limit)
{
  nodes found;
  double ranks;

  found.root = available_within(limit);
  MPI_Bcast(&found.root, 1, MPI_DOUBLE, 0, comm);
  inm_node_memory(comm, 1.0, limit, &ranks, &found.least);
  found.ranks = (int) ranks;
  return found;
}

/* ---- choice ----------------------------------------------------------------------------------- */

static void count_memory(inm_plan *plan, const nodes *of)
{
  const int distributed = inm_solver_is_distributed(plan->solver);
  plan->need = inm_solver_bytes(plan->solver, &plan->job) * (distributed ? of->ranks : 1);
  plan->have = distributed ? of->least : of->root;
}

int inm_plan_fits(const inm_plan *plan)
{
  return plan->have == 0.0 || plan->need <= plan->have;
}

/* a is better than b: it fits and b does not, both fit and it is faster, or it needs less */
static int is_better(const inm_plan *a, const inm_plan *b)
{
  const int a_fits = inm_plan_fits(a), b_fits = inm_plan_fits(b);
  if (a_fits != b_fits) return a_fits;
  return a_fits ? a->work < b->work : a->need < b->need;
}

/* a distributed solver on one rank is that rank's BLAS without its threads */
static int is_candidate(const inm_solver *solver, const inm_job *job)
{
  return !(inm_solver_is_distributed(solver) && job->nprocs == 1);
}

static void choose(inm_plan *plan, const nodes *of)
{
  const inm_solver *solver;
  inm_plan trial = *plan;

  for (size_t k = 0; (solver = inm_solver_built(k)) != NULL; k++) {
    if (!is_candidate(solver, &plan->job) || inm_solver_can(solver, &plan->job) != INM_OK) continue;
    trial.solver = solver;
    trial.work = inm_solver_work(solver, &plan->job);
    count_memory(&trial, of);
    if (!plan->solver || is_better(&trial, plan)) *plan = trial;
  }
}

inm_status inm_plan_make(inm_plan *plan, MPI_Comm comm, size_t n, const inm_request *request,
                         const inm_solver *wanted, double limit)
{
  inm_cores *cores = NULL;
  inm_status status = inm_cores_create(&cores, comm, request->max_threads);

  memset(plan, 0, sizeof(*plan));
  if (status != INM_OK) return status;
  const nodes of = look_at_nodes(comm, limit);
  plan->job.n = n;
  plan->job.vectors = request->vectors;
  plan->job.precision = inm_precision_used(request, n);
  plan->job.nthread = inm_cores_count(cores);
  MPI_Bcast(&plan->job.nthread, 1, MPI_INT, 0, comm);
  MPI_Comm_size(comm, &plan->job.nprocs);
  inm_cores_destroy(&cores);

  if (!wanted) {
    choose(plan, &of);
    return plan->solver ? INM_OK : INM_ERR_SIZE;
  }
  status = inm_solver_can(wanted, &plan->job);
  if (status != INM_OK) return status;
  plan->solver = wanted;
  plan->work = inm_solver_work(wanted, &plan->job);
  count_memory(plan, &of);
  return INM_OK;
}

/* ---- speed ------------------------------------------------------------------------------------ */

enum { TRIAL = 384, TRIALS = 3 };

/* work [3][TRIAL][TRIAL] */
static double seconds_of_product(double *work)
{
  const int n = TRIAL;
  const double one = 1.0, zero = 0.0;
  double *a = work, *b = a + TRIAL * TRIAL, *c = b + TRIAL * TRIAL;
  const double begin = MPI_Wtime();

  dgemm_("N", "N", &n, &n, &n, &one, a, &n, b, &n, &zero, c, &n);
  return MPI_Wtime() - begin;
}

double inm_core_speed(MPI_Comm comm)
{
  int me;
  double speed = 0.0;

  MPI_Comm_rank(comm, &me);
  if (me == 0) {
    const int threads = inm_blas_threads();
    double *work = (double *) inm_calloc_for_blas(3 * TRIAL * TRIAL, sizeof(*work));
    double least = INFINITY;
    inm_blas_set_threads(1);
    for (int k = 0; work && k < TRIALS; k++) least = fmin(least, seconds_of_product(work));
    inm_blas_set_threads(threads);
    free(work);
    if (isfinite(least) && least > 0.0) speed = 2.0 * pow(TRIAL, 3.0) / least;
  }
  MPI_Bcast(&speed, 1, MPI_DOUBLE, 0, comm);
  return speed;
}
