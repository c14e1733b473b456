/* Code common to the distributed solvers.  The matrix is block-cyclic.  Eigenvectors come in panels:
   each is completed on some rank, entered in the mode table there, and dropped. */

#ifndef INM_DISTRIBUTED_H
#define INM_DISTRIBUTED_H

#include "solvers/inm_cyclic.h"
#include "solvers/inm_solver_entry.h"

typedef struct inm_distributed {
  inm_cyclic d;
  inm_mode_atoms atoms; /* of all atoms, on all ranks */
  inm_filler f;         /* of this rank's table, for the vectors completed here */
  int attempt;    /* 0; 1 after the solver or the check of its vectors returned INM_ERR_ACCURACY */
  double *lambda; /* [n] filled by the solver, ascending, shifted translations last */

  /* for the check: sums over the vectors so far, with signs c_p */
  double *sum;   /* [n] c_p e_p */
  double *image; /* [n] c_p lambda_p e_p */
  double nvector;
} inm_distributed;

/* inm_solve with a distributed solver.  Fills the table of rank 0.  Collective over h's communicator.
   The solver's on_grid() runs on the ranks of the grid only.  It calls inm_distributed_spectrum once, then
   inm_distributed_take for all the vectors that inm_fill_wanted(&p->f) requests, in any order, or
   inm_distributed_take_all. */
inm_status inm_distributed_solve(const inm_solver *solver, const inm_hessian *h,
                                 const inm_request *request, inm_modes *modes);

/* Broadcast p->lambda from the first rank of the grid, and classify.  Collective over the grid. */
void inm_distributed_spectrum(inm_distributed *p);

/* Take vectors of which each rank of the grid column has its rows.  begin, part, buffer as in
   inm_cyclic_complete.
   mode   [begin[nprow]]  their indices in the solver's order
   whole  workspace, out: the vectors completed here
   Collective over the grid column. */
void inm_distributed_take(inm_distributed *p, const int *begin, const size_t *mode,
                          const double *part, double *whole, double *buffer);

/* Take the first nvector vectors from a matrix of all eigenvectors, z [ncol][nrow], distributed like the
   mass-weighted matrix.  Collective over the grid; the same status on all its ranks. */
inm_status inm_distributed_take_all(inm_distributed *p, size_t nvector, const double *z);

/* Approximate number of vectors that a rank completes at a time, to bound the workspace. */
enum { INM_DISTRIBUTED_VECTORS = 64 };

#endif
