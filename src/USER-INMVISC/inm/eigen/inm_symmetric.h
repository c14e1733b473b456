/* A symmetric matrix times a few vectors, reading each element once.

   symm of BLAS packs both triangles in every call, which takes longer than the arithmetic for only some
   tens of vectors. */

#ifndef INM_SYMMETRIC_H
#define INM_SYMMETRIC_H

#include "base/inm_team.h"
#include "inm_status.h"

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Workspace for matrices of up to n rows and up to width vectors.  The team does the work and must
   outlive it. */
typedef struct inm_symmetric inm_symmetric;
inm_status inm_symmetric_create(inm_symmetric **out, size_t n, size_t width, inm_team *team);
void inm_symmetric_destroy(inm_symmetric **s);

/* y = A x
   n, width   at most those of create
   a          [n][lda]  the lower triangle in column-major order is read
   x, y       [width][ldx]  columns of n elements; y is overwritten
   The result depends on the number of threads only by rounding.  Not collective. */
void inm_symmetric_multiply(inm_symmetric *s, size_t n, const double *a, size_t lda, size_t width,
                            const double *x, double *y, size_t ldx);

/* The same in single precision. */
typedef struct inm_symmetric_single inm_symmetric_single;
inm_status inm_symmetric_create_single(inm_symmetric_single **out, size_t n, size_t width,
                                       inm_team *team);
void inm_symmetric_destroy_single(inm_symmetric_single **s);
void inm_symmetric_multiply_single(inm_symmetric_single *s, size_t n, const float *a, size_t lda,
                                   size_t width, const float *x, float *y, size_t ldx);

#ifdef __cplusplus
}
#endif
#endif
