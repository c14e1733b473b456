#include "inm_cores.h"
#include "inm_distributed.h"
#include "inm_solver_private.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static const inm_solver *const solvers[] = {
    &inm_solver_lapack,
    &inm_solver_twostage,
#if defined(INM_SCALAPACK)
    &inm_solver_scalapack,
#endif
#if defined(INM_ELPA)
    &inm_solver_elpa,
#endif
};

const inm_solver *inm_solver_find(const char *name)
{
  for (size_t k = 0; k < sizeof(solvers) / sizeof(*solvers); k++)
    if (strcmp(solvers[k]->name, name) == 0) return solvers[k];
  return NULL;
}

/* Measured crossover: few vectors of many modes are the two-stage solver's case; for all vectors its
   inverse iterations cost more than divide and conquer. */
const inm_solver *inm_solver_choose(size_t n, inm_vectors vectors)
{
  const size_t crossover = 3000;
  return (vectors == INM_VECTORS_UNSTABLE && n >= crossover) ? &inm_solver_twostage
                                                             : &inm_solver_lapack;
}

const char *inm_solver_name(const inm_solver *solver)
{
  return solver->name;
}

int inm_solver_is_distributed(const inm_solver *solver)
{
  return solver->solve_distributed != NULL;
}

double inm_solver_rank_bytes(const inm_solver *solver, size_t n, inm_vectors vectors, int nprocs)
{
  return solver->bytes(n, vectors, nprocs);
}

double inm_solver_bytes(const inm_solver *solver, size_t n, inm_vectors vectors)
{
  return inm_solver_rank_bytes(solver, n, vectors, 1);
}

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

/* ranks of comm on the node of this one */
static int ranks_of_node(MPI_Comm comm)
{
  int nranks = 1;
#if !defined(MPI_STUBS)
  MPI_Comm node;
  MPI_Comm_split_type(comm, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node);
  MPI_Comm_size(node, &nranks);
  MPI_Comm_free(&node);
#else
  (void) comm;
#endif
  return nranks;
}

void inm_solver_memory(const inm_solver *solver, size_t n, inm_vectors vectors, MPI_Comm comm,
                       double *need, double *have)
{
  int nprocs;
  double mine[2], worst[2];

  MPI_Comm_size(comm, &nprocs);
  mine[0] = inm_solver_rank_bytes(solver, n, vectors, nprocs);
  mine[1] = -inm_memory_available();
  if (inm_solver_is_distributed(solver)) {
    mine[0] *= ranks_of_node(comm);
    MPI_Allreduce(mine, worst, 2, MPI_DOUBLE, MPI_MAX, comm);
  } else {
    memcpy(worst, mine, sizeof(worst));
    MPI_Bcast(worst, 2, MPI_DOUBLE, 0, comm);
  }
  *need = worst[0];
  *have = -worst[1];
}

/* Wait for the root without spinning: its BLAS threads want the cores of the waiting ranks. */
enum { TAG_READY = 7302 };

static void wait_for_root(int root, MPI_Comm comm)
{
#if !defined(MPI_STUBS)
  const struct timespec nap = {0, 2000000};
  int ready = 0, token;
  MPI_Status status;

  for (;;) {
    MPI_Iprobe(root, TAG_READY, comm, &ready, &status);
    if (ready) break;
    nanosleep(&nap, NULL);
  }
  MPI_Recv(&token, 1, MPI_INT, root, TAG_READY, comm, &status);
#else
  (void) root;
  (void) comm;
#endif
}

static void wake_others(int root, MPI_Comm comm)
{
  int nprocs, token = 0;
  MPI_Comm_size(comm, &nprocs);
  for (int r = 0; r < nprocs; r++)
    if (r != root) MPI_Send(&token, 1, MPI_INT, r, TAG_READY, comm);
}

/* the part that one rank does alone, with the cores of the others */
static inm_status solve_on_root(const inm_solver *solver, const inm_request *request, inm_dense *d,
                                inm_cores *cores, inm_modes *modes)
{
  inm_filler f;
  inm_status status = inm_dense_check(d);

  if (status != INM_OK) return status;
  memset(&f, 0, sizeof(f));
  f.modes = modes;
  f.dense = d;
  f.request = request;
  f.nthread = inm_cores_count(cores);
  f.intensity = (double *) malloc((d->natom + 1) * sizeof(*f.intensity));
  if (!f.intensity) return INM_ERR_ALLOC;

  inm_dense_lift_translations(d, request->is_free);
  memcpy(modes->mass, d->mass, d->natom * sizeof(*d->mass));
  inm_cores_take(cores);
  if (d->n > 0) status = solver->solve(d, &f);
  inm_cores_give_back(cores);
  free(f.intensity);
  return status;
}

/* an empty table for the atoms of h, the same on all ranks */
static inm_status start_table(const inm_solver *solver, const inm_hessian *h,
                              const inm_request *request, const inm_cores *cores, inm_modes *modes)
{
  const MPI_Comm comm = inm_hessian_comm(h);
  inm_status status = (inm_hessian_largest_type(h) > request->ntypes) ? INM_ERR_ARG : INM_OK;

  status = inm_status_sync(status, comm);
  if (status == INM_OK) status = inm_gather_tags(h, &modes->tag, &modes->natom);
  if (status != INM_OK) return status;

  modes->dim = inm_hessian_dim(h);
  modes->ntypes = request->ntypes;
  modes->nproj = request->nproj;
  modes->solver = solver->name;
  modes->grid[0] = modes->grid[1] = 1;
  modes->nthread = inm_solver_is_distributed(solver) ? 1 : inm_cores_count(cores);
  for (int a = 0; a < modes->dim; a++)
    if (request->is_free[a] && modes->natom > 0) modes->nzero++;
  return inm_status_sync(inm_modes_alloc(modes), comm);
}

static inm_status gather_and_solve(const inm_solver *solver, const inm_hessian *h,
                                   const inm_request *request, inm_cores *cores, inm_modes *modes)
{
  const int root = 0;
  const MPI_Comm comm = inm_hessian_comm(h);
  int me;
  inm_dense dense;
  inm_status status = inm_dense_gather(h, request, modes->tag, modes->natom, root, &dense);

  MPI_Comm_rank(comm, &me);
  if (status == INM_OK) {
    if (me == root) {
      status = solve_on_root(solver, request, &dense, cores, modes);
      wake_others(root, comm);
    } else {
      wait_for_root(root, comm);
    }
    status = inm_status_sync(status, comm);
  }
  inm_dense_free(&dense);
  return status;
}

inm_status inm_solve(const inm_solver *solver, const inm_hessian *h, const inm_request *request,
                     inm_modes *modes)
{
  inm_cores *cores = NULL;
  inm_status status = inm_cores_create(&cores, inm_hessian_comm(h), request->max_threads);

  inm_modes_free(modes);
  if (status == INM_OK) status = start_table(solver, h, request, cores, modes);
  if (status == INM_OK)
    status = inm_solver_is_distributed(solver) ? inm_distributed_solve(solver, h, request, modes)
                                               : gather_and_solve(solver, h, request, cores, modes);
  if (status == INM_OK) status = inm_modes_bcast(modes, 0, inm_hessian_comm(h));
  inm_cores_destroy(&cores);

  if (status != INM_OK) inm_modes_free(modes);
  if (status == INM_ERR_ACCURACY && solver == &inm_solver_twostage)
    return inm_solve(&inm_solver_lapack, h, request, modes);
  return status;
}
