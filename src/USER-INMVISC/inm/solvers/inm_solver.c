#include "inm_solver.h"

#include "comm/inm_atom_order.h"
#include "inm_cores.h"
#include "modes/inm_mode_spectrum.h"
#include "modes/inm_mode_table.h"
#include "solvers/inm_distributed.h"
#include "solvers/inm_lowest.h"
#include "solvers/inm_solver_entry.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const inm_solver *const solvers[] = {
    &inm_solver_lapack,    &inm_solver_twostage,
#if defined(INM_SCALAPACK)
    &inm_solver_scalapack,
#endif
#if defined(INM_ELPA)
    &inm_solver_elpa,
#endif
    &inm_solver_kpm,       &inm_solver_lowest,
};

/* what solver auto lacks, since it never chooses a matrix-free solver */
static const char *const unchosen_lacks[INM_NCAPABILITY] = {
    NULL,
    NULL,
    NULL,
    NULL,
    NULL,
    "solver auto finds all modes; use solver kpm",
    "solver auto does not use polynomials; use solver kpm"};

const inm_solver *inm_solver_find(const char *name)
{
  for (size_t k = 0; k < sizeof(solvers) / sizeof(*solvers); k++)
    if (strcmp(solvers[k]->name, name) == 0) return solvers[k];
  return NULL;
}

const inm_solver *inm_solver_built(size_t k)
{
  return (k < sizeof(solvers) / sizeof(*solvers)) ? solvers[k] : NULL;
}

const char *inm_solver_name(const inm_solver *solver)
{
  return solver->name;
}

inm_place inm_solver_place(const inm_solver *solver)
{
  return solver->place;
}

const char *inm_solver_lacks(const inm_solver *solver, inm_capability what)
{
  return solver ? solver->lacks[what] : unchosen_lacks[what];
}

inm_status inm_solver_can(const inm_solver *solver, const inm_job *job)
{
  return solver->can(job);
}

double inm_solver_bytes(const inm_solver *solver, const inm_job *job)
{
  return solver->bytes(job);
}

double inm_solver_work(const inm_solver *solver, const inm_job *job)
{
  return solver->work(job);
}

size_t inm_solver_vectors(size_t nlowest)
{
  return inm_lowest_vectors(nlowest);
}

/* Wait for the root without spinning, since its BLAS threads use the cores of the waiting ranks. */
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

/* LAPACK returns info = 0 even if elements near overflow or underflow lead to infinite eigenvalues or
   NaN */
static inm_status check_finite(const inm_modes *m)
{
  for (size_t p = 0; p < m->n; p++)
    if (!isfinite(m->lambda[p])) return INM_ERR_NONFINITE;
  return INM_OK;
}

/* work of the root, on the cores of all ranks of its node */
static inm_status solve_on_root(const inm_solver *solver, const inm_request *request, inm_dense *d,
                                inm_cores *cores, inm_modes *modes)
{
  inm_filler f;
  inm_status status;

  memset(&f, 0, sizeof(f));
  f.modes = modes;
  f.atoms = &d->atoms;
  f.residual = d->residual;
  f.request = request;
  f.nthread = inm_cores_count(cores);
  if (inm_fill_begin(&f, d->atoms.natom) != INM_OK) return INM_ERR_ALLOC;

  memcpy(modes->mass, d->atoms.mass, modes->natom * sizeof(*modes->mass));
  inm_cores_take(cores);
  status = inm_dense_lift_translations(d, request->is_free, f.nthread);
  f.norm = d->norm;
  f.nrigid = d->nrigid;
  f.rigid_share = d->rigid_share;
  if (status == INM_OK && d->n > 0) status = solver->on_root(d, &f);
  inm_cores_give_back(cores);
  if (status == INM_OK) status = check_finite(modes);
  inm_fill_end(&f);
  return status;
}

/* an empty table for the atoms of h, on all ranks */
static inm_status start_table(const inm_solver *solver, const inm_hessian *h,
                              const inm_request *request, const inm_cores *cores, inm_modes *modes)
{
  const MPI_Comm comm = inm_hessian_comm(h);
  inm_status status = (inm_hessian_largest_type(h) > request->ntypes) ? INM_ERR_ARG : INM_OK;

  status = inm_status_sync(status, comm);
  if (status == INM_OK)
    status =
        inm_gather_tags(comm, inm_hessian_nrow(h), inm_hessian_tags(h), &modes->tag, &modes->natom);
  if (status != INM_OK) return status;

  modes->dim = inm_hessian_dim(h);
  modes->ntypes = request->ntypes;
  modes->nproj = request->nproj;
  modes->solver = solver->name;
  modes->grid[0] = modes->grid[1] = 1;
  modes->nthread = (solver->place == INM_ON_GRID) ? 1 : inm_cores_count(cores);
  return inm_status_sync(inm_modes_alloc(modes), comm);
}

static inm_status gather_and_solve(const inm_solver *solver, const inm_hessian *h,
                                   const inm_request *request, inm_cores *cores, inm_modes *modes)
{
  const int root = 0;
  const MPI_Comm comm = inm_hessian_comm(h);
  int me;
  inm_dense dense;
  inm_status status =
      inm_dense_gather(h, request, modes->tag, modes->natom, root, inm_cores_count(cores), &dense);

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

inm_precision inm_precision_used(const inm_solver *solver, const inm_request *request, size_t n)
{
  const size_t small = 256, worth_refining = 2000;
  const inm_job refined = {n, request->vectors, INM_REFINED, 1, 1, NULL, NULL};

  if (n <= small) return INM_DOUBLE;
  if (request->precision != INM_PRECISION_AUTO) return request->precision;
  return (n >= worth_refining && solver->can(&refined) == INM_OK) ? INM_REFINED : INM_DOUBLE;
}

/* one attempt; modes is an empty table */
static inm_status solve_once(const inm_solver *solver, const inm_hessian *h,
                             const inm_request *request, inm_modes *modes)
{
  inm_cores *cores = NULL;
  inm_request used = *request;
  inm_status status = inm_cores_create(&cores, inm_hessian_comm(h), request->max_threads);

  if (status == INM_OK) status = start_table(solver, h, request, cores, modes);
  if (status == INM_OK) {
    const inm_precision precision = inm_precision_used(solver, request, modes->n);
    const inm_job job = {modes->n, request->vectors, precision, 1, 1, NULL, NULL};
    used.precision = job.precision;
    modes->single = (job.precision == INM_SINGLE_PRECISION);
    status = inm_solver_can(solver, &job);
  }
  if (status == INM_OK)
    status = (solver->place == INM_ON_GRID) ? inm_distributed_solve(solver, h, &used, modes)
                                            : gather_and_solve(solver, h, &used, cores, modes);
  if (status == INM_OK) status = inm_modes_bcast(modes, 0, inm_hessian_comm(h));
  if (status == INM_OK) inm_modes_fix_sign(modes);
  inm_cores_destroy(&cores);
  if (status != INM_OK) inm_modes_free(modes);
  return status;
}

/* solve with a dense solver */
static inm_status solve_densely(const inm_solver *solver, const inm_hessian *h,
                                const inm_request *request, inm_modes *modes)
{
  inm_modes_free(modes);
  const inm_status status = solve_once(solver, h, request, modes);
  if (status != INM_ERR_ACCURACY || solver != &inm_solver_twostage) return status;

  /* Clusters too large for inverse iteration need lapack, which works in double precision only. */
  inm_request in_double = *request;
  in_double.precision = INM_DOUBLE;
  return solve_once(&inm_solver_lapack, h, &in_double, modes);
}

inm_status inm_solve_modes(const inm_solver *solver, const inm_hessian *h,
                           const inm_request *request, inm_modes *modes)
{
  if (solver->place == INM_MATRIX_FREE) return INM_ERR_ARG;
  return solve_densely(solver, h, request, modes);
}

/* coordinates of all atoms */
static size_t size_of_matrix(const inm_hessian *h)
{
  unsigned long long natom = inm_hessian_nrow(h);
  MPI_Allreduce(MPI_IN_PLACE, &natom, 1, MPI_UNSIGNED_LONG_LONG, MPI_SUM, inm_hessian_comm(h));
  return (size_t) natom * (size_t) inm_hessian_dim(h);
}

static inm_status solve_matrix_free(const inm_solver *solver, const inm_hessian *h,
                                    const inm_request *request, inm_spectrum **out)
{
  const size_t n = size_of_matrix(h);
  const inm_precision precision = inm_precision_used(solver, request, n);
  const inm_job job = {n, request->vectors, precision, 1, 1, h, request};
  inm_status status = solver->can(&job);

  if (status == INM_OK && inm_hessian_largest_type(h) > request->ntypes) status = INM_ERR_ARG;
  status = inm_status_sync(status, inm_hessian_comm(h));
  return (status == INM_OK) ? solver->matrix_free(h, request, out) : status;
}

inm_status inm_solve(const inm_solver *solver, const inm_hessian *h, const inm_request *request,
                     inm_spectrum **out)
{
  inm_status status;

  *out = NULL;
  if (solver->place == INM_MATRIX_FREE) {
    status = solve_matrix_free(solver, h, request, out);
  } else {
    inm_modes modes;
    memset(&modes, 0, sizeof(modes));
    status = solve_densely(solver, h, request, &modes);
    if (status == INM_OK)
      status = inm_status_sync(inm_mode_spectrum_create(out, &modes, solver->lacks),
                               inm_hessian_comm(h));
  }
  if (status != INM_OK) inm_spectrum_destroy(out); /* another rank may have failed */
  return status;
}
