/* inm_replay: run the solvers of the core on a stored or synthetic matrix, without LAMMPS.

   replay_matrix.c   source of the matrix: a file, or replay_model.c
   replay_model.c    crystals and random points with pair interactions
   replay_solve.c    the only file that calls a solver
   replay_memory.c   peak memory of a process
   inm_replay.c      arguments, and the table */

#ifndef INM_REPLAY_H
#define INM_REPLAY_H

#include "inm.h"
#include "inm_matrix_file.h"

enum { REPLAY_PROJ = 3, REPLAY_WHY = 320 };

/* ---- the matrix ------------------------------------------------------------------------------ */

typedef struct {
  inm_hessian *h; /* owned */
  inm_matrix_origin origin;
  size_t natom, n; /* atoms of all ranks, dim * natom */
  int ntypes;      /* largest atom type of all ranks */
  int is_free[3];
  double trace;        /* of D */
  double core_speed;   /* flops per second of a core in a matrix product */
  const char *vectors; /* description of proj */
  double *proj; /* [REPLAY_PROJ][nrow][3] owned: the affine forces of xy, xz, yz, or random ones */
} replay_matrix;

/* Make a matrix from FILE.npz, fcc:CELLS or random:N.  tolerance: of inm_hessian_translations.  On failure
   m is empty and why [REPLAY_WHY] has the reason. Collective. */
inm_status replay_matrix_get(replay_matrix *m, const char *source, double tolerance, char *why);
void replay_matrix_free(replay_matrix *m);

/* Lennard-Jones atoms, in units of sigma and epsilon, displaced at random from an fcc crystal of
   cells^3 cubic cells at density 1; natom random points in a cubic box at density 1, with a
   repulsion exp(-r^2), which is finite at all distances.  Two masses and types.  Atoms are divided
   evenly among ranks.
   h    out, as after inm_hessian_end; the caller destroys it, on failure too
   box  [9] as in inm_matrix_facts, its diagonal is written
   INM_ERR_SIZE for too many atoms.  Collective. */
inm_status replay_fcc(inm_hessian **h, MPI_Comm comm, size_t cells, double *box);
inm_status replay_random(inm_hessian **h, MPI_Comm comm, size_t natom, double *box);

/* ---- solving --------------------------------------------------------------------------------- */

typedef struct {
  inm_vectors vectors; /* for solvers that find all eigenvalues */
  size_t lowest;       /* number of modes for solver lowest; 0: another solver */
  inm_precision precision;
  size_t products; /* for kpm */
  int threads;     /* 0: all cores of the node's ranks */
} replay_request;

/* NaN where not available. */
typedef struct {
  char modes[32]; /* all, unstable, none, lowest:8, moments:400 */
  int single, threads;
  double seconds;
  double gflops,
      share;       /* by the operation count of LAPACK; ratio to a matrix product on these cores */
  double gbytes;   /* GB/s of products, all ranks */
  double residual; /* |D e - lambda e| / |D| of the checked mode */
  double trace;    /* |sum of lambda - trace D| / sum of |lambda| */
  double unstable, lowest, highest; /* fraction, frequencies; for kpm the ends of its interval */
} replay_result;

/* Name of the k-th available solver; NULL beyond the last. */
const char *replay_solver(size_t k);

/* NULL, or the reason why a solver cannot do it.  The solver must be available. */
const char *replay_refusal(const char *solver, const replay_matrix *m,
                           const replay_request *request);

/* The mode checked against the matrix.  Since modes with vectors are known only after a solution, each
   solution chooses the mode for the next one. */
typedef struct {
  double index; /* from 1 in ascending order; 1 the first time */
  double next;  /* 0 to 1: position of the next one among the modes with vectors */
} replay_look;

/* Solve once, and update look->index.  Collective. */
inm_status replay_solve(const char *solver, const replay_matrix *m, const replay_request *request,
                        replay_look *look, replay_result *result);

/* ---- memory ---------------------------------------------------------------------------------- */

/* Reset the peak resident memory of this process, if the system supports it. */
void replay_memory_reset(void);

/* Peak resident memory in bytes since the reset, or since the process started. */
double replay_memory_peak(void);

#endif
