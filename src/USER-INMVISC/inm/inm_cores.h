/* The processor cores that a serial part of a parallel program may use while the other ranks wait.

   mpirun binds each rank to a core of its own, so a rank that works alone sees one core only.  What
   was given to the job on this node is the union of the affinity masks of its ranks there. */

#ifndef INM_CORES_H
#define INM_CORES_H

#include "inm_status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct inm_cores inm_cores;

/* Find out what the node's ranks of comm were given, and the number of threads to use: the cores in
   the union of their masks, at most OMP_NUM_THREADS for each of the ranks where that is set, at most
   OPENBLAS_NUM_THREADS or MKL_NUM_THREADS where one of them is set, and at most limit if it is > 0.
   Collective. */
inm_status inm_cores_create(inm_cores **out, MPI_Comm comm, int limit);
void inm_cores_destroy(inm_cores **cores);

/* Threads to use, 1 or more. */
int inm_cores_count(const inm_cores *cores);

/* Widen this rank's affinity to all of them and let BLAS use them; give back what was before.
   Not collective: only the rank that works does it, while the others sleep. */
void inm_cores_take(inm_cores *cores);
void inm_cores_give_back(inm_cores *cores);

/* Threads that BLAS uses, where it can be told (OpenBLAS, MKL, BLIS; nothing happens otherwise). */
int inm_blas_threads(void);
void inm_blas_set_threads(int n);

/* The file that LAPACK comes from, which the dynamic linker decides: it takes that of the host program
   before the one this library was linked with.  "unknown" if it cannot be told. */
const char *inm_lapack_file(void);

#ifdef __cplusplus
}
#endif
#endif
