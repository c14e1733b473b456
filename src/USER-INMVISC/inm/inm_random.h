/* Random numbers that are functions of a key, such as an atom ID or the number of a mode: every rank
   and every thread knows them, so that results do not depend on who asks or in which order. */

#ifndef INM_RANDOM_H
#define INM_RANDOM_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* 64 random bits, number counter of a key. */
uint64_t inm_random_bits(uint64_t key, uint64_t counter);

/* Uniform in [-1,1), in steps of 2^-52. */
double inm_random_uniform(uint64_t key, uint64_t counter);

/* +1 or -1, a function of atom ID, component and number of the vector. */
double inm_random_sign(int64_t tag, int a, int v);

#ifdef __cplusplus
}
#endif
#endif
