/* Statuses: every core function that can fail returns one, results go out through pointers.
   The core never prints, exits or aborts; the caller turns a status into its own kind of error. */

#ifndef INM_STATUS_H
#define INM_STATUS_H

#include <mpi.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One list makes both the enum and the texts, so they cannot part. */
#define INM_STATUS_LIST(ENTRY)                                               \
  ENTRY(INM_OK, "success")                                                   \
  ENTRY(INM_ERR_ALLOC, "out of memory")                                      \
  ENTRY(INM_ERR_SIZE, "size does not fit the integer type of LAPACK or MPI") \
  ENTRY(INM_ERR_ARG, "argument out of its range")                            \
  ENTRY(INM_ERR_NONFINITE, "infinite or undefined number in the input")      \
  ENTRY(INM_ERR_LAPACK, "LAPACK did not converge")                           \
  ENTRY(INM_ERR_ACCURACY, "eigenvectors did not pass their check")           \
  ENTRY(INM_ERR_PRECISION, "single precision is not safe here")              \
  ENTRY(INM_ERR_TAG, "atom ID missing or not unique")                        \
  ENTRY(INM_ERR_IO, "file could not be read or written")                     \
  ENTRY(INM_ERR_FORMAT, "file is of a kind that is not read")                \
  ENTRY(INM_ERR_DATA, "stored data are damaged")

#define INM_STATUS_ENUM(name, text) name,
typedef enum { INM_STATUS_LIST(INM_STATUS_ENUM) INM_STATUS_COUNT } inm_status;
#undef INM_STATUS_ENUM

/* Text of a status.  Never NULL. */
const char *inm_strerror(inm_status status);

/* The worst (largest) status of all ranks, so that what fails on one fails on all.
   Collective over comm. */
inm_status inm_status_sync(inm_status mine, MPI_Comm comm);

#ifdef __cplusplus
}
#endif
#endif
