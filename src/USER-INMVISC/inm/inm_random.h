/* Counter-based random numbers: functions of a key, such as an atom ID or the index of a mode, and a
   counter.  Results do not depend on the number of ranks and threads, nor on the order of calls. */

#ifndef INM_RANDOM_H
#define INM_RANDOM_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* 64 random bits. */
uint64_t inm_random_bits(uint64_t key, uint64_t counter);

/* Uniform in [-1,1), in steps of 2^-52. */
double inm_random_uniform(uint64_t key, uint64_t counter);

/* +1 or -1 for component a of the atom with this tag in random vector v. */
double inm_random_sign(int64_t tag, int a, int v);

#ifdef __cplusplus
}
#endif
#endif
