/* Prototypes of the BLAS and LAPACK routines in use, with 32-bit integers. */

#ifndef INM_LAPACK_H
#define INM_LAPACK_H

#include <stdlib.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Every array of reals that BLAS or LAPACK works on is allocated by one of these two, which leave readable
   bytes behind it, because kernels read ahead.  dsymv of OpenBLAS 0.3.21 with "L" reads 32 bytes beyond
   the end of y, which in dsytrd is that of tau or of the workspace, with the kernels for Prescott, Core2
   and Barcelona - and it takes those for Prescott on processors that are newer than itself.  What is
   there does not matter, even NaN: it enters no result, and nothing is written there.  A cache line is
   as much as the widest registers can read ahead. */
enum { INM_BLAS_READS_AHEAD = 64 };

static inline void *inm_malloc_for_blas(size_t bytes)
{
  return malloc(bytes + INM_BLAS_READS_AHEAD);
}

/* zeros; size: 4 or 8 */
static inline void *inm_calloc_for_blas(size_t count, size_t size)
{
  return calloc(count + INM_BLAS_READS_AHEAD / size, size);
}

/* in both precisions, as dNAME_ and sNAME_ */
#define INM_PROTOTYPES(X, REAL)                                                                   \
  void X##gemm_(const char *transa, const char *transb, const int *m, const int *n, const int *k, \
                const REAL *alpha, const REAL *a, const int *lda, const REAL *b, const int *ldb,  \
                const REAL *beta, REAL *c, const int *ldc);                                       \
  void X##syr2k_(const char *uplo, const char *trans, const int *n, const int *k,                 \
                 const REAL *alpha, const REAL *a, const int *lda, const REAL *b, const int *ldb, \
                 const REAL *beta, REAL *c, const int *ldc);                                      \
  void X##trmm_(const char *side, const char *uplo, const char *transa, const char *diag,         \
                const int *m, const int *n, const REAL *alpha, const REAL *a, const int *lda,     \
                REAL *b, const int *ldb);                                                         \
  void X##trsm_(const char *side, const char *uplo, const char *transa, const char *diag,         \
                const int *m, const int *n, const REAL *alpha, const REAL *a, const int *lda,     \
                REAL *b, const int *ldb);                                                         \
  void X##geqrt_(const int *m, const int *n, const int *nb, REAL *a, const int *lda, REAL *t,     \
                 const int *ldt, REAL *work, int *info);

INM_PROTOTYPES(d, double)
INM_PROTOTYPES(s, float)

void dsbmv_(const char *uplo, const int *n, const int *k, const double *alpha, const double *a,
            const int *lda, const double *x, const int *incx, const double *beta, double *y,
            const int *incy);

void dsyevd_(const char *jobz, const char *uplo, const int *n, double *a, const int *lda, double *w,
             double *work, const int *lwork, int *iwork, const int *liwork, int *info);
void dsygvd_(const int *itype, const char *jobz, const char *uplo, const int *n, double *a,
             const int *lda, double *b, const int *ldb, double *w, double *work, const int *lwork,
             int *iwork, const int *liwork, int *info);
void dsytrd_(const char *uplo, const int *n, double *a, const int *lda, double *d, double *e,
             double *tau, double *work, const int *lwork, int *info);
void dormtr_(const char *side, const char *uplo, const char *trans, const int *m, const int *n,
             const double *a, const int *lda, const double *tau, double *c, const int *ldc,
             double *work, const int *lwork, int *info);
void dsterf_(const int *n, double *d, double *e, int *info);
void dstemr_(const char *jobz, const char *range, const int *n, double *d, double *e,
             const double *vl, const double *vu, const int *il, const int *iu, int *m, double *w,
             double *z, const int *ldz, const int *nzc, int *isuppz, int *tryrac, double *work,
             const int *lwork, int *iwork, const int *liwork, int *info);

#ifdef __cplusplus
}
#endif
#endif
