/* A checksum of numbers, for states that are stored and read again. */

#ifndef INM_HASH_H
#define INM_HASH_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A whole number below 2^52, so that a double holds it, that changes with any of the n numbers
   (except by a coincidence of probability 2^-52). */
double inm_fingerprint(size_t n, const double *x);

#ifdef __cplusplus
}
#endif
#endif
