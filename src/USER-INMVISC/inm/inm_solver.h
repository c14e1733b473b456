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

typedef struct {
  inm_vectors vectors;
  inm_edge edge;      /* for the classes */
  int ntypes;         /* largest atom type */
  int nproj;          /* vectors to project on the modes */
  const double *proj; /* [nproj][nrow][3] on each rank; without mass weighting; borrowed */
  int is_free[3];     /* translations that cost no energy (inm_hessian_translations) */
  inm_keep_kind keep;
  int max_threads;   /* of the solver; 0: all that the node's ranks were given */
  double keep_value; /* index 1..n in ascending order, or frequency (the nearest mode) */
} inm_request;

/* A solver: a name and functions.  It works on the root only, on a dense matrix, or on all ranks, on
   a matrix distributed over them. */
typedef struct inm_solver inm_solver;

/* Find a solver by name, "lapack", "twostage", "scalapack" or "elpa"; NULL if there is none of that
   name, as there is where ScaLAPACK or ELPA were not found when this was built. */
const inm_solver *inm_solver_find(const char *name);

/* The fastest one for n modes. */
const inm_solver *inm_solver_choose(size_t n, inm_vectors vectors);

const char *inm_solver_name(const inm_solver *solver);
int inm_solver_is_distributed(const inm_solver *solver);

/* Bytes that the root needs at the most for n modes, estimated from above for
   INM_VECTORS_UNSTABLE by a third of the modes being unstable. */
double inm_solver_bytes(const inm_solver *solver, size_t n, inm_vectors vectors);

/* The same for a distributed solver: bytes that each of nprocs ranks needs. */
double inm_solver_rank_bytes(const inm_solver *solver, size_t n, inm_vectors vectors, int nprocs);

/* Bytes that a solution needs on a node, and bytes that the node still has: of rank 0's node for a
   solver that works there, else the largest need of all nodes and the least they have.
   have is 0 if unknown.  Collective; the same on all ranks. */
void inm_solver_memory(const inm_solver *solver, size_t n, inm_vectors vectors, MPI_Comm comm,
                       double *need, double *have);

/* Bytes of memory that this process can still get: what the system has available, within the
   limit of the process.  0 if unknown. */
double inm_memory_available(void);

/* Solve the eigenvalue problem of D and fill the table, the same on all ranks.
   modes  out; freed first if it holds something (start with a zeroed struct); the caller frees
   Rigid translations in is_free are moved out of the spectrum by their overlap with the modes, not
   found by the size of an eigenvalue: D + s sum_a t_a t_a^T has them at s above all others, and
   leaves the other modes as they are.
   A solver on the root uses the cores of the other ranks of its node while these sleep
   (inm_cores.h); with a distributed one every rank uses one thread.
   Where vectors of "twostage" do not pass their check, "lapack" is used: modes->solver tells.  Those
   of a distributed solver are computed once more in another way, and only then are an error.
   Errors: INM_ERR_ARG if an atom type exceeds ntypes, INM_ERR_TAG if a tag appears twice, INM_ERR_NONFINITE, INM_ERR_LAPACK,
   INM_ERR_ACCURACY, INM_ERR_ALLOC, INM_ERR_SIZE.  Collective over the communicator of h. */
inm_status inm_solve(const inm_solver *solver, const inm_hessian *h, const inm_request *request,
                     inm_modes *modes);

#ifdef __cplusplus
}
#endif
#endif
