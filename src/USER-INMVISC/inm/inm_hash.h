/* A checksum of doubles, for states in restart files. */

#ifndef INM_HASH_H
#define INM_HASH_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A 52-bit hash of n numbers, returned as an integer that a double represents exactly. */
double inm_fingerprint(size_t n, const double *x);

#ifdef __cplusplus
}
#endif
#endif
