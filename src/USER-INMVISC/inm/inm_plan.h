/* Choice of a solver, with its memory and time, before anything large is allocated. */

#ifndef INM_PLAN_H
#define INM_PLAN_H

#include "inm_solver.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
  const inm_solver *solver; /* NULL if none can do the job */
  inm_job job;
  double need, have; /* bytes: on the node of rank 0 for a solver on the root, else the largest need
                        and the least available memory of any node; have is 0 if unknown */
  double work;       /* inm_solver_work */
} inm_plan;

/* Make a plan for n modes.
   h       the Hessian, for the memory of matrix-free solvers; NULL if there are none to consider
   wanted  a solver, or NULL for the fastest dense one that can do the job and fits the memory; if none fits,
           the one that needs least memory
   limit   bytes to use on a node, 0: all
   INM_ERR_SIZE, INM_ERR_ARG if the wanted solver cannot do the job, or none can.  Insufficient memory is no
   error: call inm_plan_fits.  Collective; the same on all ranks. */
inm_status inm_plan_make(inm_plan *plan, MPI_Comm comm, size_t n, const inm_hessian *h,
                         const inm_request *request, const inm_solver *wanted, double limit);

/* Whether the memory suffices; true if it is unknown. */
int inm_plan_fits(const inm_plan *plan);

#ifdef __cplusplus
}
#endif
#endif
