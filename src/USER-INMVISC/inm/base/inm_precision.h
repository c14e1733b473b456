/* One source for two precisions: NAME.c includes this header and is compiled for double; NAME_single.c
   defines INM_SINGLE and includes NAME.c, which compiles it for float.

     real         double or float
     PRECISE(f)   name of a function: f or f_single
     GEMM ...     dgemm_ or sgemm_ ... */

#ifndef INM_PRECISION_H
#define INM_PRECISION_H

#include "base/inm_lapack.h"

#if defined(INM_SINGLE)
typedef float real;
#define PRECISE(name) name##_single
#define BLAS(name) s##name##_
#else
typedef double real;
#define PRECISE(name) name
#define BLAS(name) d##name##_
#endif

#define GEMM BLAS(gemm)
#define SYR2K BLAS(syr2k)
#define TRMM BLAS(trmm)
#define TRSM BLAS(trsm)
#define GEQRT BLAS(geqrt)

#endif
