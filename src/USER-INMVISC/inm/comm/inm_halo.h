/* Halo exchange: values of rows to their copies (ghosts) on other ranks, and sums back. */

#ifndef INM_HALO_H
#define INM_HALO_H

#include "inm_status.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct inm_halo inm_halo;

/* Plan the exchange between rows and their copies.
   tag       [nrow]   of the rows of this rank, > 0; each tag is a row of exactly one rank
   copy_tag  [ncopy]  rows of any rank
   INM_ERR_TAG if a tag is a row of no rank or of two.  Collective; the same status on all ranks. */
inm_status inm_halo_create(inm_halo **out, MPI_Comm comm, size_t nrow, const int64_t *tag,
                           size_t ncopy, const int64_t *copy_tag);

/* Free; accepts NULL and leaves NULL behind.  Not collective. */
void inm_halo_destroy(inm_halo **halo);

/* Rank that owns the row of each copy, [ncopy], borrowed. */
const int *inm_halo_owner(const inm_halo *halo);

/* Forward communication: copy [ncopy][width] = row [nrow][width].  Collective. */
inm_status inm_halo_forward(inm_halo *halo, size_t width, const double *row, double *copy);

/* Reverse communication: row [nrow][width] += sum over its copies, copy [ncopy][width].  Collective. */
inm_status inm_halo_reverse(inm_halo *halo, size_t width, const double *copy, double *row);

#ifdef __cplusplus
}
#endif
#endif
