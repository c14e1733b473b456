/* Solver lowest: the lowest modes and nothing else. */

#include "kpm/inm_kpm.h"
#include "modes/inm_mode_spectrum.h"
#include "solvers/inm_lowest.h"
#include "solvers/inm_solver_entry.h"
#include "spectral/inm_source.h"

#include <math.h>
#include <string.h>

static inm_status can(const inm_job *job)
{
  const int has = (job->vectors == INM_VECTORS_LOWEST && job->precision == INM_DOUBLE);
  return has ? INM_OK : INM_ERR_ARG;
}

static double bytes(const inm_job *job)
{
  return job->h ? inm_lowest_bytes_for(job->h, job->request->nlowest) : 0.0;
}

static double work(const inm_job *job)
{
  (void) job;
  return 0.0;
}

/* bound the spectrum by Lanczos recursion, as solver kpm does */
static inm_status find_ends(const inm_hessian *h, const inm_request *request, double *lowest,
                            double *highest)
{
  inm_request ends = *request;
  inm_kpm *kpm = NULL;

  ends.nproj = 0;
  ends.nrandom = 0;
  const inm_status status = inm_kpm_create(&kpm, h, &ends);
  if (status == INM_OK) {
    *lowest = inm_kpm_lowest(kpm);
    *highest = inm_kpm_highest(kpm);
  }
  inm_kpm_destroy(&kpm);
  return status;
}

static inm_status solve(const inm_hessian *h, const inm_request *request, inm_spectrum **out)
{
  double lowest, highest;
  size_t products = 0;
  inm_modes modes;

  memset(&modes, 0, sizeof(modes));
  const double begin = MPI_Wtime();
  inm_status status = find_ends(h, request, &lowest, &highest);
  if (status == INM_OK) status = inm_lowest_modes(h, request, lowest, highest, &modes, &products);
  if (status != INM_OK) return status;
  status = inm_status_sync(inm_mode_spectrum_create(out, &modes, inm_solver_lowest.lacks),
                           inm_hessian_comm(h));
  if (status != INM_OK) return status;
  (*out)->about.norm = fmax(fabs(lowest), fabs(highest));
  (*out)->about.low_products = products;
  (*out)->about.low_seconds = MPI_Wtime() - begin;
  return INM_OK;
}

const inm_solver inm_solver_lowest = {
    "lowest",
    INM_MATRIX_FREE,
    {
        "solver lowest finds only the lowest modes; use another solver",
        "solver lowest finds only the lowest modes; use another solver",
        NULL,
        "solver lowest works in double precision",
        NULL,
        NULL,
        INM_NO_PRODUCTS("lowest"),
    },
    can,
    bytes,
    work,
    NULL,
    NULL,
    solve,
};
