/* Vectors to start from that do not depend on how atoms are distributed or ordered, and the rigid
   translations taken out of them: in groups as inm_block_product.h has them. */

#ifndef INM_START_VECTORS_H
#define INM_START_VECTORS_H

#include "inm_hessian.h"

#ifdef __cplusplus
extern "C" {
#endif

/* t -= its part along each free translation, which has the direction sqrt(m_i/M).
   t [nrow][3][INM_GROUP].  Collective. */
void inm_leave_out_translations(const inm_hessian *h, const int *is_free, double total_mass,
                                double *t);

#ifdef __cplusplus
}
#endif
#endif
