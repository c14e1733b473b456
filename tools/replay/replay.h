/* inm_replay: a solver of the core on a stored or made-up matrix, without LAMMPS.

   replay_matrix.c   where the matrix comes from: a file, or replay_model.c
   replay_model.c    crystals and random points with pair interactions
   replay_solve.c    the only file that calls a solver
   replay_memory.c   the largest memory of a process
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
  const char *vectors; /* what is projected, in words */
  double *proj; /* [REPLAY_PROJ][nrow][3] owned: the affine forces of xy, xz, yz, or random ones */
} replay_matrix;

/* From FILE.npz, fcc:CELLS or random:N.  tolerance: of inm_hessian_translations.  On failure m is
   empty and why [REPLAY_WHY] has a sentence. Collective. */
inm_status replay_matrix_get(replay_matrix *m, const char *source, double tolerance, char *why);
void replay_matrix_free(replay_matrix *m);

/* Lennard-Jones atoms, in units of sigma and epsilon, displaced at random from an fcc crystal of
   cells^3 cubic cells at density 1; natom points at random in a cubic box at density 1, with a
   repulsion exp(-r^2), which no distance makes infinite.  Two masses and types.  Every rank has an
   equal share of the atoms.
   h    out, as after inm_hessian_end; the caller destroys it, on failure too
   box  [9] as in inm_matrix_facts, its diagonal is written
   INM_ERR_SIZE for too many atoms.  Collective. */
inm_status replay_fcc(inm_hessian **h, MPI_Comm comm, size_t cells, double *box);
inm_status replay_random(inm_hessian **h, MPI_Comm comm, size_t natom, double *box);

/* ---- solving --------------------------------------------------------------------------------- */

typedef struct {
  inm_vectors vectors; /* of the solvers that have all eigenvalues */
  size_t lowest;       /* modes of solver lowest; 0: another solver */
  inm_precision precision;
  size_t products; /* of kpm */
  int threads;     /* 0: as many as the node's ranks were given */
} replay_request;

/* NaN where not available. */
typedef struct {
  char modes[32]; /* all, unstable, none, lowest:8, moments:400 */
  int single, threads;
  double seconds;
  double gflops,
      share;       /* by the operation count of LAPACK; ratio to a matrix product on these cores */
  double gbytes;   /* GB/s of products, all ranks */
  double residual; /* |D e - lambda e| / |D| of the mode that was checked */
  double trace;    /* |sum of lambda - trace D| / sum of |lambda| */
  double unstable, lowest, highest; /* fraction, frequencies; of kpm the ends of its interval */
} replay_result;

/* The k-th solver that there is; NULL beyond the last. */
const char *replay_solver(size_t k);

/* NULL, or a sentence why a solver cannot do it; a solver of that name must be there. */
const char *replay_refusal(const char *solver, const replay_matrix *m,
                           const replay_request *request);

/* Which mode is checked against the matrix: which modes have vectors is known only after a solution,
   so that each solution chooses the one for the next. */
typedef struct {
  double index; /* from 1 in ascending order; 1 the first time */
  double next;  /* 0 to 1: how far up among the modes with vectors the next one is */
} replay_look;

/* Solve once.  look->index is replaced.  Collective. */
inm_status replay_solve(const char *solver, const replay_matrix *m, const replay_request *request,
                        replay_look *look, replay_result *result);

/* ---- memory ---------------------------------------------------------------------------------- */

/* Forget the largest resident memory of this process, where the system allows it. */
void replay_memory_reset(void);

/* The largest resident memory in bytes since then, else since the process began. */
double replay_memory_peak(void);

#endif
