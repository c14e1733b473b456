/* A complex number that C and C++ pass to each other alike.  C sources convert it to C99's double complex. */

#ifndef INM_COMPLEX_H
#define INM_COMPLEX_H

#ifdef __cplusplus
extern "C" {
#endif

typedef struct inm_complex {
  double re, im;
} inm_complex;

#ifdef __cplusplus
}
#endif
#endif
