/* From a Hessian to its spectrum: one table of solvers. */

#ifndef INM_SOLVER_H
#define INM_SOLVER_H

#include "inm_hessian.h"
#include "inm_modes.h"
#include "inm_request.h"
#include "inm_spectrum.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A solver: its name, functions, and missing capabilities. */
typedef struct inm_solver inm_solver;

/* Where the matrix is during the solution. */
typedef enum {
  INM_ON_ROOT,    /* dense, on rank 0, which uses the cores of the waiting ranks of its node */
  INM_ON_GRID,    /* dense, block-cyclic on all ranks, one thread each */
  INM_MATRIX_FREE /* sparse, distributed like the Hessian: products with vectors only */
} inm_place;

/* Find a solver by name: "lapack", "twostage", "scalapack", "elpa", "kpm" or "lowest".  NULL if the name is
   unknown or the solver was not built, as without ScaLAPACK or ELPA. */
const inm_solver *inm_solver_find(const char *name);

/* The k-th of the solvers that were built, counted from 0; NULL beyond the last. */
const inm_solver *inm_solver_built(size_t k);

const char *inm_solver_name(const inm_solver *solver);
inm_place inm_solver_place(const inm_solver *solver);

/* NULL if a solver has a capability, else the reason and the remedy, worded as the end of a sentence.
   solver NULL stands for the dense one that will be chosen. */
const char *inm_solver_lacks(const inm_solver *solver, inm_capability what);

/* Size of a problem and the resources for it. */
typedef struct {
  size_t n; /* modes */
  inm_vectors vectors;
  inm_precision precision;
  int nthread; /* of a solver on rank 0 */
  int nprocs;  /* ranks of a distributed one */

  /* of a matrix-free one, else NULL */
  const inm_hessian *h;
  const inm_request *request;
} inm_job;

/* Precision in which a solver finds n modes, never INM_PRECISION_AUTO.  Small matrices are always solved in
   double. */
inm_precision inm_precision_used(const inm_solver *solver, const inm_request *request, size_t n);

/* Whether a solver can do a job: INM_OK, INM_ERR_SIZE if the job is too large for 32-bit LAPACK,
   INM_ERR_ARG if the solver lacks the precision or the vectors. */
inm_status inm_solver_can(const inm_solver *solver, const inm_job *job);

/* Maximum memory of a solution, in bytes: on rank 0, on each rank of a distributed solver, or on this rank
   of a matrix-free one.  Assumes that a third of all modes is unstable, more than in a liquid. */
double inm_solver_bytes(const inm_solver *solver, const inm_job *job);

/* Work of a solution, in flops of a matrix product in double precision on one core.  Fitted to measured
   times, and accurate to some 30 % on similar machines.  0 if unknown. */
double inm_solver_work(const inm_solver *solver, const inm_job *job);

/* Subspace vectors for nlowest modes.  The system must have at least twice as many modes. */
size_t inm_solver_vectors(size_t nlowest);

/* Find the spectrum of D, the same on all ranks.
   out  owned by the caller; NULL on failure
   Rigid translations in request->is_free are removed as known vectors: dense solvers deflate by shift,
   D + s sum_a t_a t_a^T has the translations at s, above all other modes, which do not change.
   Matrix-free solvers start from vectors orthogonal to the translations.  Other zero modes are told by
   size, INM_ZERO_SIZE, in double precision.
   If vectors of "twostage" fail their check, "lapack" takes over, and inm_spectrum_about reports its name.
   A distributed solver makes a second attempt by another algorithm before it fails.
   Eigenpairs of single precision are checked against the matrix in double: INM_ERR_PRECISION if they are
   not accurate enough (hessian/inm_residual.h), or zero modes cannot be told (hessian/inm_ritz.h).  So are
   refined ones (solvers/inm_refined.c), also under INM_PRECISION_AUTO.  INM_DOUBLE always succeeds then.
   Errors: INM_ERR_ARG if an atom type exceeds ntypes, or as inm_solver_can; INM_ERR_TAG if a tag appears
   twice; INM_ERR_NONFINITE, INM_ERR_LAPACK, INM_ERR_ACCURACY, INM_ERR_PRECISION, INM_ERR_ALLOC,
   INM_ERR_SIZE.  Collective over the communicator of h. */
inm_status inm_solve(const inm_solver *solver, const inm_hessian *h, const inm_request *request,
                     inm_spectrum **out);

/* The same by a dense solver, which only fills the table of all modes.
   modes  out; freed first if not empty (start with a zeroed struct); the caller frees
   INM_ERR_ARG for a matrix-free solver.  Collective. */
inm_status inm_solve_modes(const inm_solver *solver, const inm_hessian *h,
                           const inm_request *request, inm_modes *modes);

#ifdef __cplusplus
}
#endif
#endif
