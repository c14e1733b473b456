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

/* A solver: a name, functions, and what it lacks. */
typedef struct inm_solver inm_solver;

/* Where the matrix is while it works. */
typedef enum {
  INM_ON_ROOT,     /* dense, on rank 0, which uses the cores of the waiting ranks of its node */
  INM_ON_GRID,     /* dense, block-cyclic on all ranks, one thread each */
  INM_MATRIX_FREE  /* sparse, as the Hessian is distributed: products with vectors only */
} inm_place;

/* Find a solver by name, "lapack", "twostage", "scalapack", "elpa", "kpm" or "lowest"; NULL if there is
   none of that name, as there is where ScaLAPACK or ELPA were not found when this was built. */
const inm_solver *inm_solver_find(const char *name);

/* The k-th solver that was built, from 0 on; NULL beyond the last. */
const inm_solver *inm_solver_built(size_t k);

const char *inm_solver_name(const inm_solver *solver);
inm_place inm_solver_place(const inm_solver *solver);

/* NULL if a solver has what is asked for, else why not: the end of a sentence, with what to do.  solver
   may be NULL, for a dense one that will be chosen. */
const char *inm_solver_lacks(const inm_solver *solver, inm_capability what);

/* What there is to solve, and with what. */
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

/* Precision that n modes are solved in: small matrices are always in double. */
inm_precision inm_precision_used(const inm_request *request, size_t n);

/* Whether a solver can: INM_OK, INM_ERR_SIZE if the job is too large for 32-bit LAPACK, INM_ERR_ARG if
   it does not have the precision or the vectors. */
inm_status inm_solver_can(const inm_solver *solver, const inm_job *job);

/* Bytes that a solution needs at the most: on rank 0, on each rank of a distributed solver, or on this
   rank of a matrix-free one.  Unstable modes are taken to be a third of all, which is more than liquids
   have. */
double inm_solver_bytes(const inm_solver *solver, const inm_job *job);

/* How long a solution takes, in flops of a matrix product in double precision on one core: fits to
   measured times, good to some 30 % on machines like the one they come from.  0 if not known. */
double inm_solver_work(const inm_solver *solver, const inm_job *job);

/* Vectors that a solver works with to find so many lowest modes: there have to be twice as many modes. */
size_t inm_solver_vectors(size_t nlowest);

/* Find the spectrum of D, the same on all ranks.
   out  owned by the caller; NULL on failure
   Rigid translations in request->is_free are moved out of the spectrum by their overlap with the
   modes, not found by the size of an eigenvalue: D + s sum_a t_a t_a^T has them at s above all others,
   and leaves the other modes as they are; start vectors of matrix-free solvers are orthogonal to them.
   Where vectors of "twostage" do not pass their check, "lapack" is used: inm_spectrum_about tells.
   Those of a distributed solver are computed once more in another way, and only then are an error.
   In single precision the eigenpairs are checked against the matrix in double: INM_ERR_PRECISION if it
   is not safe (hessian/inm_residual.h).
   Errors: INM_ERR_ARG if an atom type exceeds ntypes, or as inm_solver_can; INM_ERR_TAG if a tag appears
   twice; INM_ERR_NONFINITE, INM_ERR_LAPACK, INM_ERR_ACCURACY, INM_ERR_PRECISION, INM_ERR_ALLOC,
   INM_ERR_SIZE.  Collective over the communicator of h. */
inm_status inm_solve(const inm_solver *solver, const inm_hessian *h, const inm_request *request,
                     inm_spectrum **out);

/* The same for the table of all modes alone, by a dense solver.
   modes  out; freed first if it holds something (start with a zeroed struct); the caller frees
   INM_ERR_ARG for a matrix-free solver.  Collective. */
inm_status inm_solve_modes(const inm_solver *solver, const inm_hessian *h,
                           const inm_request *request, inm_modes *modes);

#ifdef __cplusplus
}
#endif
#endif
