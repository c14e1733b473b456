/* Which solver, in how much memory, and how long: before anything large is allocated. */

#ifndef INM_PLAN_H
#define INM_PLAN_H

#include "inm_solver.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
  const inm_solver *solver; /* NULL if there is none that can */
  inm_job job;
  double need, have; /* bytes on a node: of rank 0's for a solver that works there, else the largest
                        need of all nodes and the least that one has; have is 0 if unknown */
  double work;       /* inm_solver_work */
} inm_plan;

/* Make a plan for n modes.
   h       what is to be solved, for the memory of matrix-free solvers; NULL if none is considered
   wanted  a solver, or NULL for the dense one that takes least time among those that can and whose memory
           suffices; if it suffices for none, the one that needs least of it
   limit   bytes that may be used on a node, 0: all there are
   INM_ERR_SIZE, INM_ERR_ARG if the wanted solver cannot do the job, or none can.  That memory
   suffices is for the caller to see.  Collective; the same on all ranks. */
inm_status inm_plan_make(inm_plan *plan, MPI_Comm comm, size_t n, const inm_hessian *h,
                         const inm_request *request, const inm_solver *wanted, double limit);

/* Whether the memory suffices, as far as it is known. */
int inm_plan_fits(const inm_plan *plan);

#ifdef __cplusplus
}
#endif
#endif
