/* Distributed solver with ELPA (Marek et al., J. Phys.: Condens. Matter 26, 213201 (2014)).

   ELPA finds all eigenvalues by divide and conquer and back-transforms a number of vectors that must be
   set beforehand, when the number of unstable modes is not known yet.  Request a third of all, more than
   the unstable fraction of a liquid, and if that is too few, all. */

#if defined(INM_ELPA)

#include "base/inm_lapack.h"
#include "solvers/inm_distributed.h"

#include <elpa/elpa.h>
#include <stdlib.h>

static inm_status elpa_can(const inm_job *job)
{
  if (job->vectors == INM_VECTORS_LOWEST || job->precision != INM_DOUBLE) return INM_ERR_ARG;
  return inm_cyclic_fits(job->n, job->nprocs) ? INM_OK : INM_ERR_SIZE;
}

static double elpa_bytes(const inm_job *job)
{
  /* measured: 4 to 5 matrices, even for eigenvalues only */
  const double columns = 2.0 * INM_DISTRIBUTED_VECTORS + 16.0;
  return 8.0 * (5.0 * inm_cyclic_largest_part(job->n, job->nprocs) + columns * (double) job->n) +
      INM_CYCLIC_WORKSPACE;
}

static double elpa_work(const inm_job *job)
{
  const double n = (double) job->n;
  const double c = (job->vectors == INM_VECTORS_ALL) ? 10.6
      : (job->vectors == INM_VECTORS_UNSTABLE)       ? 12.7
                                                     : 9.0;
  return c * n * n * n / job->nprocs;
}

static size_t vectors_asked_for(const inm_distributed *p)
{
  const size_t n = p->d.n;
  const inm_vectors which = p->f.request->vectors;
  return (which == INM_VECTORS_UNSTABLE && p->attempt == 0) ? (n + 2) / 3 : n;
}

/* An ELPA object for the matrix on its grid, or NULL.  With the kernels of the Debian package, ELPA's
   two-stage solver was faster for eigenvalues and as fast for few vectors, its one-stage solver faster for
   all vectors.  The second attempt uses the other one.  The environment variable ELPA_FORCE_solver
   overrides the choice. */
static elpa_t start_elpa(const inm_distributed *p, size_t nvector)
{
  const inm_cyclic *d = &p->d;
  const struct {
    const char *name;
    int value;
  } settings[] = {
      {"na", (int) d->n},
      {"nev", (int) nvector},
      {"nblk", d->block},
      {"local_nrows", (int) d->nrow},
      {"local_ncols", (int) d->ncol},
      {"process_row", d->myrow},
      {"process_col", d->mycol},
      {"mpi_comm_parent", (int) MPI_Comm_c2f(d->comm)},
  };
  const int all = (p->f.request->vectors == INM_VECTORS_ALL);
  const int solver = (all == (p->attempt == 0)) ? ELPA_SOLVER_1STAGE : ELPA_SOLVER_2STAGE;
  int error;
  elpa_t handle = elpa_allocate(&error);

  if (error != ELPA_OK) return NULL;
  for (size_t k = 0; k < sizeof(settings) / sizeof(*settings) && error == ELPA_OK; k++)
    elpa_set_integer(handle, settings[k].name, settings[k].value, &error);
  if (error == ELPA_OK) error = elpa_setup(handle);
  if (error == ELPA_OK) elpa_set_integer(handle, "solver", solver, &error);
  if (error != ELPA_OK) {
    elpa_deallocate(handle, &error);
    return NULL;
  }
  return handle;
}

static inm_status solve(inm_distributed *p, elpa_t handle, size_t nvector)
{
  const inm_cyclic *d = &p->d;
  double *z = NULL;
  int error = ELPA_OK;
  inm_status status = INM_OK;

  if (p->f.request->vectors == INM_VECTORS_NONE) {
    elpa_eigenvalues_double(handle, d->a, p->lambda, &error);
  } else {
    /* ELPA needs room for all columns, however few are wanted */
    z = (double *) inm_malloc_for_blas(d->nrow * d->ncol * sizeof(*z));
    status = inm_status_sync(z ? INM_OK : INM_ERR_ALLOC, d->comm);
    if (status == INM_OK) elpa_eigenvectors_double(handle, d->a, p->lambda, z, &error);
  }
  if (status == INM_OK) status = inm_status_sync(error ? INM_ERR_LAPACK : INM_OK, d->comm);
  if (status == INM_OK) {
    inm_distributed_spectrum(p);
    const size_t wanted = inm_fill_wanted(&p->f);
    status = (wanted > nvector) ? INM_ERR_ACCURACY : inm_distributed_take_all(p, wanted, z);
  }
  free(z);
  return status;
}

static inm_status elpa_solve(inm_distributed *p)
{
  const size_t nvector = vectors_asked_for(p);
  int error;
  inm_status status = (elpa_init(ELPA_API_VERSION) == ELPA_OK) ? INM_OK : INM_ERR_LAPACK;

  status = inm_status_sync(status, p->d.comm);
  if (status != INM_OK) return status;
  elpa_t handle = start_elpa(p, nvector);
  status = inm_status_sync(handle ? INM_OK : INM_ERR_LAPACK, p->d.comm);
  if (status == INM_OK) status = solve(p, handle, nvector);
  if (handle) elpa_deallocate(handle, &error);
  elpa_uninit(&error);
  return status;
}

const inm_solver inm_solver_elpa = {
    "elpa",
    INM_ON_GRID,
    {NULL, NULL, NULL, INM_NO_SINGLE("elpa"), NULL, INM_NO_LOWEST("elpa"), INM_NO_PRODUCTS("elpa")},
    elpa_can,
    elpa_bytes,
    elpa_work,
    NULL,
    elpa_solve,
    NULL};

#else
typedef int inm_not_built; /* ISO C forbids an empty translation unit */
#endif
