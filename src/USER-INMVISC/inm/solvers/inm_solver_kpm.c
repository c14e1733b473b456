/* Solver kpm: Chebyshev moments instead of modes, and on request a table of the lowest modes. */

#include "kpm/inm_kpm_converge.h"
#include "kpm/inm_kpm_spectrum.h"
#include "solvers/inm_lowest.h"
#include "solvers/inm_solver_entry.h"

#include <math.h>
#include <string.h>

static inm_status can(const inm_job *job)
{
  const int has = (job->vectors == INM_VECTORS_NONE || job->vectors == INM_VECTORS_LOWEST);
  return (has && job->precision == INM_DOUBLE) ? INM_OK : INM_ERR_ARG;
}

/* the larger one: moments are finished before the lowest modes begin */
static double bytes(const inm_job *job)
{
  if (!job->h) return 0.0;
  const double moments = inm_kpm_bytes_for(job->h, job->request);
  const double lowest = (job->vectors == INM_VECTORS_LOWEST)
      ? inm_lowest_bytes_for(job->h, job->request->nlowest)
      : 0.0;
  return fmax(moments, lowest);
}

static double work(const inm_job *job)
{
  (void) job;
  return 0.0;
}

static inm_status find_moments(inm_kpm **kpm, const inm_hessian *h, const inm_request *request,
                               inm_spectrum_facts *about)
{
  inm_status status = inm_kpm_create(kpm, h, request);
  const double begin = MPI_Wtime();

  if (status == INM_OK) status = inm_kpm_converge(*kpm, request, &about->change);
  about->seconds = MPI_Wtime() - begin;
  if (status == INM_OK) inm_kpm_finish(*kpm);
  return status;
}

static inm_status find_lowest(const inm_kpm *kpm, const inm_hessian *h, const inm_request *request,
                              inm_modes *modes, inm_spectrum_facts *about)
{
  const double begin = MPI_Wtime();
  const inm_status status = inm_lowest_modes(h, request, inm_kpm_lowest(kpm), inm_kpm_highest(kpm),
                                             modes, &about->low_products);
  about->low_seconds = MPI_Wtime() - begin;
  return status;
}

static inm_status solve(const inm_hessian *h, const inm_request *request, inm_spectrum **out)
{
  inm_kpm *kpm = NULL;
  inm_modes lowest;
  inm_spectrum_facts about;

  memset(&lowest, 0, sizeof(lowest));
  memset(&about, 0, sizeof(about));
  about.solver = inm_solver_kpm.name;
  about.ntypes = request->ntypes;
  about.width = request->width;
  inm_status status = find_moments(&kpm, h, request, &about);
  if (status == INM_OK && request->vectors == INM_VECTORS_LOWEST)
    status = find_lowest(kpm, h, request, &lowest, &about);
  if (status == INM_OK)
    status =
        inm_status_sync(inm_kpm_spectrum_create(out, &kpm, &lowest, inm_solver_kpm.lacks, about),
                        inm_hessian_comm(h));
  inm_kpm_destroy(&kpm);
  inm_modes_free(&lowest);
  return status;
}

const inm_solver inm_solver_kpm = {
    "kpm",
    INM_MATRIX_FREE,
    {
        "solver kpm finds no individual eigenvalues; use another solver",
        "solver kpm finds no eigenvectors; use modes lowest, edge frequency with the value from "
        "another solver in a smaller box of the same liquid, or another solver for a smaller box "
        "or group",
        "solver kpm finds no eigenvectors; use friction/mix mean",
        "solver kpm works in double precision",
        "solver kpm works with polynomials, which cannot follow 1/w^4 down to w = 0",
        NULL,
        NULL,
    },
    can,
    bytes,
    work,
    NULL,
    NULL,
    solve,
};
