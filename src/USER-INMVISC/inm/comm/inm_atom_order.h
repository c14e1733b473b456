/* Atoms in ascending order of their IDs: the order of matrices and mode tables, which therefore do not
   depend on how atoms are distributed over ranks. */

#ifndef INM_ATOM_ORDER_H
#define INM_ATOM_ORDER_H

#include "inm_status.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Gather the tags of all ranks in ascending order.
   tag_of_row  [nrow]   tags of this rank, in any order
   tag         [natom]  out, allocated; the caller frees it
   INM_ERR_TAG if a tag appears twice, INM_ERR_SIZE if 3 natom exceeds an int; tag is NULL then.
   Collective; the same status on all ranks. */
inm_status inm_gather_tags(MPI_Comm comm, size_t nrow, const int64_t *tag_of_row, int64_t **tag,
                           size_t *natom);

/* Index of a tag among the ascending tags [natom], or natom if it is not among them. */
size_t inm_tag_index(const int64_t *tag, size_t natom, int64_t wanted);

#ifdef __cplusplus
}
#endif
#endif
