/* Memory and speed of the machine, for estimates before a calculation starts. */

#ifndef INM_MACHINE_H
#define INM_MACHINE_H

#include <mpi.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes that this process can still allocate: the memory available on the system, within the address
   space limit of the process.  0 if unknown. */
double inm_memory_available(void);

/* The same, and at most limit if limit is above 0. */
double inm_memory_within(double limit);

/* Memory needed and available on a node, if each rank of comm needs bytes_of_rank.
   need  largest sum over the ranks of a node
   have  smallest available memory of a node, at most limit if limit is above 0; 0 if unknown
   Collective; the same on all ranks. */
void inm_node_memory(MPI_Comm comm, double bytes_of_rank, double limit, double *need, double *have);

/* Flop rate of a double-precision matrix product on one core of rank 0, from a measurement of some
   hundredths of a second; 0 if unknown.  Collective; the same on all ranks. */
double inm_core_speed(MPI_Comm comm);

#ifdef __cplusplus
}
#endif
#endif
