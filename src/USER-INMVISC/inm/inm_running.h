/* Running mean and covariance of vectors (Welford), to average eta over snapshots before the friction is
   known. */

#ifndef INM_RUNNING_H
#define INM_RUNNING_H

#include "inm_status.h"

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct inm_running inm_running;
inm_status inm_running_create(inm_running **out, int nset, int nk);
void inm_running_destroy(inm_running **r);

/* x [nset][nk] */
void inm_running_add(inm_running *r, const double *x);
size_t inm_running_count(const inm_running *r);

/* Mean of friction . x[set] over all vectors added (NaN if none), and the standard error of the mean (NaN
   for fewer than two). */
double inm_running_mean(const inm_running *r, int set, const double *friction);
double inm_running_error(const inm_running *r, int set, const double *friction);

/* Mean of one component. */
double inm_running_component(const inm_running *r, int set, int k);

/* Serialize to an array of doubles, for a restart file, and restore.
   data [inm_running_size(r)]
   r must have been created for the same nset and nk.  inm_running_restore returns INM_ERR_DATA and leaves r
   unchanged if the stored count is not a valid number. */
size_t inm_running_size(const inm_running *r);
void inm_running_store(const inm_running *r, double *data);
inm_status inm_running_restore(inm_running *r, const double *data);

#ifdef __cplusplus
}
#endif
#endif
