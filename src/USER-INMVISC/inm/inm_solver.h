/* From a Hessian to its mode table. */

#ifndef INM_SOLVER_H
#define INM_SOLVER_H

#include "inm_hessian.h"
#include "inm_modes.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Which eigenvectors are wanted.  Eigenvalues are always all computed. */
typedef enum { INM_VECTORS_NONE, INM_VECTORS_UNSTABLE, INM_VECTORS_ALL } inm_vectors;

/* One mode whose eigenvector is to be kept. */
typedef enum { INM_KEEP_NONE, INM_KEEP_INDEX, INM_KEEP_FREQUENCY } inm_keep_kind;

typedef enum { INM_DOUBLE, INM_SINGLE_PRECISION } inm_precision;

typedef struct {
  inm_vectors vectors;
  inm_precision precision; /* of the dense matrix and what is done with it */
  inm_edge edge;           /* for the classes */
  int ntypes;              /* largest atom type */
  int nproj;               /* vectors to project on the modes */
  const double *proj;      /* [nproj][nrow][3] on each rank; without mass weighting; borrowed */
  int is_free[3];          /* translations that cost no energy (inm_hessian_translations) */
  inm_keep_kind keep;
  double keep_value; /* index 1..n in ascending order, or frequency (the nearest mode) */
  int max_threads;   /* of the solver; 0: all that the node's ranks were given */

  /* NULL, or told on rank 0 now and then what part of the solution is done, 0 to 1 */
  void (*progress)(void *ctx, double done);
  void *progress_ctx;
} inm_request;

/* Precision that n modes are solved in: small matrices are always in double. */
inm_precision inm_precision_used(const inm_request *request, size_t n);

/* A solver: a name and functions.  It works on the root only, on a dense matrix, or on all ranks, on
   a matrix distributed over them. */
typedef struct inm_solver inm_solver;

/* Find a solver by name, "lapack", "twostage", "scalapack" or "elpa"; NULL if there is none of that
   name, as there is where ScaLAPACK or ELPA were not found when this was built. */
const inm_solver *inm_solver_find(const char *name);

const char *inm_solver_name(const inm_solver *solver);
int inm_solver_is_distributed(const inm_solver *solver);

/* The k-th solver that was built, from 0 on; NULL beyond the last. */
const inm_solver *inm_solver_built(size_t k);

/* What there is to solve, and with what. */
typedef struct {
  size_t n; /* modes */
  inm_vectors vectors;
  inm_precision precision;
  int nthread; /* of a solver on rank 0 */
  int nprocs;  /* ranks of a distributed one */
} inm_job;

/* Whether a solver can: INM_OK, INM_ERR_SIZE if the job is too large for 32-bit LAPACK, INM_ERR_ARG if
   it does not have the precision. */
inm_status inm_solver_can(const inm_solver *solver, const inm_job *job);

/* Bytes that a solution needs at the most: on rank 0, or on each rank of a distributed solver.
   Unstable modes are taken to be a third of all, which is more than liquids have. */
double inm_solver_bytes(const inm_solver *solver, const inm_job *job);

/* How long a solution takes, in flops of a matrix product in double precision on one core: fits to
   measured times, good to some 30 % on machines like the one they come from. */
double inm_solver_work(const inm_solver *solver, const inm_job *job);

/* Solve the eigenvalue problem of D and fill the table, the same on all ranks.
   modes  out; freed first if it holds something (start with a zeroed struct); the caller frees
   Rigid translations in is_free are moved out of the spectrum by their overlap with the modes, not
   found by the size of an eigenvalue: D + s sum_a t_a t_a^T has them at s above all others, and
   leaves the other modes as they are.
   A solver on the root uses the cores of the other ranks of its node while these sleep
   (inm_cores.h); with a distributed one every rank uses one thread.
   Where vectors of "twostage" do not pass their check, "lapack" is used: modes->solver tells.  Those
   of a distributed solver are computed once more in another way, and only then are an error.
   In single precision the eigenpairs are checked against the matrix in double: INM_ERR_PRECISION if it
   is not safe (inm_residual.h).
   Errors: INM_ERR_ARG if an atom type exceeds ntypes, or as inm_solver_can, INM_ERR_TAG if a tag appears twice, INM_ERR_NONFINITE, INM_ERR_LAPACK,
   INM_ERR_ACCURACY, INM_ERR_PRECISION, INM_ERR_ALLOC, INM_ERR_SIZE.  Collective over the communicator of h. */
inm_status inm_solve(const inm_solver *solver, const inm_hessian *h, const inm_request *request,
                     inm_modes *modes);

#ifdef __cplusplus
}
#endif
#endif
