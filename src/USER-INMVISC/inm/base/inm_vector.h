/* Vector operations. */

#ifndef INM_VECTOR_H
#define INM_VECTOR_H

#include <stddef.h>

/* x . y, [n] each, summed in order */
static inline double inm_dot(const double *x, const double *y, size_t n)
{
  double sum = 0.0;
  for (size_t i = 0; i < n; i++) sum += x[i] * y[i];
  return sum;
}

#endif
