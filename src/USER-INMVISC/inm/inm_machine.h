/* Memory and speed of the machine, to estimate what a calculation takes before it begins. */

#ifndef INM_MACHINE_H
#define INM_MACHINE_H

#include <mpi.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes of memory that this process can still get: what the system has available, within the
   limit of the process.  0 if unknown. */
double inm_memory_available(void);

/* The same, and at most limit if limit is above 0. */
double inm_memory_within(double limit);

/* Memory on the nodes of comm, for ranks that need so many bytes each.
   need  what they need together on the node where that is most
   have  what the node with least can give, at most limit if it is above 0; 0 if unknown
   Collective; the same on all ranks. */
void inm_node_memory(MPI_Comm comm, double bytes_of_rank, double limit, double *need, double *have);

/* Flops per second of a matrix product in double precision on one core of rank 0, measured in some
   hundredths of a second; 0 if unknown.  Collective; the same on all ranks. */
double inm_core_speed(MPI_Comm comm);

#ifdef __cplusplus
}
#endif
#endif
