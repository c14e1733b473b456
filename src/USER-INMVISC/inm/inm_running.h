/* Running mean and covariance of vectors (Welford), for a mean of eta over snapshots with a
   friction that is only known in the end. */

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

/* Mean of friction . x[set] over what was added (NaN if nothing was), and the standard error of the
   mean (NaN below two). */
double inm_running_mean(const inm_running *r, int set, const double *friction);
double inm_running_error(const inm_running *r, int set, const double *friction);

/* Mean of one component. */
double inm_running_component(const inm_running *r, int set, int k);

/* All of it as numbers, for a restart file.
   data [inm_running_size(r)]
   Restored into one that was created for the same nset and nk: INM_ERR_DATA, and r is as before, if the
   count is none. */
size_t inm_running_size(const inm_running *r);
void inm_running_store(const inm_running *r, double *data);
inm_status inm_running_restore(inm_running *r, const double *data);

#ifdef __cplusplus
}
#endif
#endif
