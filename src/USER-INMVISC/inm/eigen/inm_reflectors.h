/* The transformation Q of a reduction to a band (inm_band.h), applied to vectors. */

#ifndef INM_REFLECTORS_H
#define INM_REFLECTORS_H

#include "inm_status.h"

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* n, kd, a, tau  of inm_reduce_to_band; a and tau are borrowed until destroy
   Needs 2*128*n numbers beside them.  INM_ERR_ALLOC.  Nothing here is collective; BLAS is called with the threads
   that it has been set to. */
typedef struct inm_reflectors inm_reflectors;
inm_status inm_reflectors_create(inm_reflectors **out, size_t n, size_t kd, const double *a,
                                 const double *tau);
void inm_reflectors_destroy(inm_reflectors **q);

/* z = Q z and z = Q^T z, z [count][n] */
inm_status inm_band_to_dense(const inm_reflectors *q, size_t count, double *z);
inm_status inm_dense_to_band(const inm_reflectors *q, size_t count, double *z);

/* The same in single precision; vectors are converted. */
typedef struct inm_reflectors_single inm_reflectors_single;
inm_status inm_reflectors_create_single(inm_reflectors_single **out, size_t n, size_t kd,
                                        const float *a, const float *tau);
void inm_reflectors_destroy_single(inm_reflectors_single **q);
inm_status inm_band_to_dense_single(const inm_reflectors_single *q, size_t count, double *z);
inm_status inm_dense_to_band_single(const inm_reflectors_single *q, size_t count, double *z);

#ifdef __cplusplus
}
#endif
#endif
