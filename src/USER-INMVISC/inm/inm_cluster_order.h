/* An order of the rows of a Hessian in which neighbors stand together, for the cache. */

#ifndef INM_CLUSTER_ORDER_H
#define INM_CLUSTER_ORDER_H

#include "inm_hessian.h"

#ifdef __cplusplus
extern "C" {
#endif

/* order [nrow] out: rows of this rank, cluster by cluster; each cluster grows around a row along
   the blocks until it has some hundred atoms.  Not collective. */
inm_status inm_cluster_order(const inm_hessian *h, size_t *order);

#ifdef __cplusplus
}
#endif
#endif
