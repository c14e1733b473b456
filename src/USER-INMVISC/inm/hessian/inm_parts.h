/* Separate parts of the Hessian: the connected components of its graph, in which two atoms are joined by a
   block that is not zero, or by constraints.  They do not depend on the distribution of the atoms. */

#ifndef INM_PARTS_H
#define INM_PARTS_H

#include "inm_hessian.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
  size_t npart; /* parts of two or more atoms, of all ranks, in the order of their lowest tags */
  size_t *part; /* [nrow]  part of each row; npart for an atom without blocks */
} inm_parts;

/* Fill p, which need not be initialized; on failure there is nothing to free.
   h  after inm_hessian_end, else INM_ERR_ARG
   Collective; the same status on all ranks. */
inm_status inm_parts_find(const inm_hessian *h, inm_parts *p);
void inm_parts_free(inm_parts *p);

#ifdef __cplusplus
}
#endif
#endif
