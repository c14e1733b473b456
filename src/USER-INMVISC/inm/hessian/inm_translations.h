/* Known zero modes of matrix-free solvers, projected out of vectors, which come in groups as in
   inm_block_product.h: free translations of the separate parts of the Hessian, and the directions normal to the
   surface of constraints. */

#ifndef INM_TRANSLATIONS_H
#define INM_TRANSLATIONS_H

#include "hessian/inm_block_product.h"
#include "hessian/inm_parts.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
  inm_parts parts;
  size_t count;             /* of free translations and constraints, of all ranks */
  double *mass;             /* [npart] */
  int *is_free;             /* [npart][3] */
  int *alone;               /* [nrow][3]  the same of an atom without blocks */
  double *overlap;          /* [npart][3][INM_GROUP] workspace */
  inm_block_matrix *normal; /* projector on the normal directions, NULL without constraints */
  double *vectors[2];       /* [ncol of normal][3][INM_GROUP] workspace */
} inm_translations;

/* Find them.  A translation t = sqrt(m_i/M) of a part is free if |D t| is at most INM_ZERO_SIZE of the
   largest diagonal element of D, hence of the largest |lambda|.
   t        need not be initialized; on failure there is nothing to free
   h        after inm_hessian_end, else INM_ERR_ARG
   is_free  [3]  translations that are known to be free, of the whole and so of all parts
   Collective; the same status on all ranks. */
inm_status inm_translations_find(const inm_hessian *h, const int *is_free, inm_translations *t);
void inm_translations_free(inm_translations *t);

/* x -= its part along each of them, x [nrow][3][INM_GROUP].  Collective. */
inm_status inm_project_out_translations(const inm_hessian *h, const inm_translations *t, double *x);

#ifdef __cplusplus
}
#endif
#endif
