/* What the distributed solvers share: the matrix comes to them block-cyclically, eigenvectors leave
   them in panels, go complete through the mode table of some rank, and are dropped. */

#ifndef INM_DISTRIBUTED_H
#define INM_DISTRIBUTED_H

#include "solvers/inm_cyclic.h"
#include "solvers/inm_solver_entry.h"

typedef struct inm_distributed {
  inm_cyclic d;
  inm_mode_atoms atoms; /* of all atoms, on all ranks */
  inm_filler f;    /* of this rank's table: it gets the vectors that are completed here */
  int attempt; /* 0; 1 where the solver, or the check of its vectors, returned INM_ERR_ACCURACY */
  double *lambda; /* [n] for the solver to fill, ascending, lifted translations last */

  /* for the check: sums over the vectors seen, with signs c_p */
  double *sum;   /* [n] c_p e_p */
  double *image; /* [n] c_p lambda_p e_p */
  double nvector;
} inm_distributed;

/* Collective over h's communicator: the work of inm_solve with such a solver.  The table of rank 0
   is filled.  solve_distributed() runs on the ranks of the grid alone; it calls
   inm_distributed_spectrum once, then inm_distributed_take for all the vectors that
   inm_fill_wanted(&p->f) asks for, in any order, or inm_distributed_take_all. */
inm_status inm_distributed_solve(const inm_solver *solver, const inm_hessian *h,
                                 const inm_request *request, inm_modes *modes);

/* p->lambda as the first rank of the grid has it.  Collective over the grid. */
void inm_distributed_spectrum(inm_distributed *p);

/* Vectors of which each rank of the grid column has its rows.  share, part, buffer as in
   inm_cyclic_complete.
   mode   [share[nprow]]  which ones, in the solver's order
   whole  workspace, out: the vectors completed here
   Collective over the grid column. */
void inm_distributed_take(inm_distributed *p, const int *share, const size_t *mode,
                          const double *part, double *whole, double *buffer);

/* The first vectors of a matrix of all that is distributed as the other one: z [ncol][nrow].
   Collective over the grid; the same status on all its ranks. */
inm_status inm_distributed_take_all(inm_distributed *p, size_t nvector, const double *z);

/* Vectors that a rank completes at a time, about: what bounds the workspace. */
enum { INM_DISTRIBUTED_SHARE = 64 };

#endif
