/* Statuses: every core function that can fail returns one, results go out through pointers.
   The core never prints, exits or aborts; the caller turns a status into its own kind of error. */

#ifndef INM_STATUS_H
#define INM_STATUS_H

#include <mpi.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One list defines both the enum and the texts, so that they cannot diverge. */
#define INM_STATUS_LIST(ENTRY)                                          \
  ENTRY(INM_OK, "success")                                              \
  ENTRY(INM_ERR_ALLOC, "out of memory")                                 \
  ENTRY(INM_ERR_SIZE, "size exceeds the integer type of LAPACK or MPI") \
  ENTRY(INM_ERR_ARG, "argument out of range")                           \
  ENTRY(INM_ERR_NONFINITE, "infinite or NaN value in the input")        \
  ENTRY(INM_ERR_LAPACK, "LAPACK did not converge")                      \
  ENTRY(INM_ERR_ACCURACY, "eigenvectors failed the accuracy check")     \
  ENTRY(INM_ERR_PRECISION, "single precision is not accurate enough")   \
  ENTRY(INM_ERR_TAG, "atom ID missing or not unique")                   \
  ENTRY(INM_ERR_IO, "cannot read or write file")                        \
  ENTRY(INM_ERR_FORMAT, "unsupported file format")                      \
  ENTRY(INM_ERR_DATA, "stored data are corrupt")

#define INM_STATUS_ENUM(name, text) name,
typedef enum { INM_STATUS_LIST(INM_STATUS_ENUM) INM_STATUS_COUNT } inm_status;
#undef INM_STATUS_ENUM

/* Text of a status, never NULL. */
const char *inm_strerror(inm_status status);

/* The largest status of all ranks, so that a failure on one rank is a failure on all.
   Collective over comm. */
inm_status inm_status_sync(inm_status mine, MPI_Comm comm);

#ifdef __cplusplus
}
#endif
#endif
