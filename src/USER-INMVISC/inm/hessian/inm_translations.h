/* Rigid translations projected out of vectors, which come in groups as in inm_block_product.h. */

#ifndef INM_TRANSLATIONS_H
#define INM_TRANSLATIONS_H

#include "inm_hessian.h"

#ifdef __cplusplus
extern "C" {
#endif

/* t -= its part along each free translation, which has the direction sqrt(m_i/M).
   t [nrow][3][INM_GROUP].  Collective. */
void inm_project_out_translations(const inm_hessian *h, const int *is_free, double total_mass,
                                  double *t);

#ifdef __cplusplus
}
#endif
#endif
