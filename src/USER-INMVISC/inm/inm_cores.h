/* The processor cores that one rank may use for threads while the other ranks of its node wait.

   mpirun binds each rank to its own core, so that threads of a single rank would share that core.  The
   cores of the job on a node are the union of the affinity masks of its ranks there. */

#ifndef INM_CORES_H
#define INM_CORES_H

#include "inm_status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct inm_cores inm_cores;

/* Determine the cores of the ranks of comm on this node, and the number of threads to use: the number
   of these cores, but at most OMP_NUM_THREADS times the number of ranks, OPENBLAS_NUM_THREADS and
   MKL_NUM_THREADS, where they are set, and limit if it is > 0.  Collective. */
inm_status inm_cores_create(inm_cores **out, MPI_Comm comm, int limit);
void inm_cores_destroy(inm_cores **cores);

/* Threads to use, 1 or more. */
int inm_cores_count(const inm_cores *cores);

/* Extend the affinity of this rank to all of these cores and let BLAS use them; restore both.
   Not collective: only the working rank calls these, while the others sleep. */
void inm_cores_take(inm_cores *cores);
void inm_cores_give_back(inm_cores *cores);

/* Number of threads of BLAS, for OpenBLAS, MKL and BLIS; otherwise 1, and setting it has no effect. */
int inm_blas_threads(void);
void inm_blas_set_threads(int n);

/* The file that LAPACK was loaded from: the dynamic linker prefers that of the host program to the one
   this library was linked with.  "unknown" if that cannot be determined. */
const char *inm_lapack_file(void);

#ifdef __cplusplus
}
#endif
#endif
