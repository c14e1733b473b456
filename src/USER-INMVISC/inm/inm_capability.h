/* What a solver, and so the spectrum that it finds, may lack.  A table entry is the reason, in words
   that end an error message; NULL means that nothing is lacking. */

#ifndef INM_CAPABILITY_H
#define INM_CAPABILITY_H

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
  INM_HAS_EIGENVALUES, /* each one, for the entropy */
  INM_HAS_VECTORS,     /* modes all and unstable, participation ratios, classes by them */
  INM_HAS_TYPES,       /* sums by atom type: a friction or a mass that differs between atoms */
  INM_HAS_SINGLE,      /* precision single */
  INM_HAS_LOW_CUTOFF,  /* sums without a lowest frequency */
  INM_HAS_LOWEST,      /* modes lowest */
  INM_HAS_PRODUCTS,    /* a number of products that can be chosen */
  INM_NCAPABILITY
} inm_capability;

#ifdef __cplusplus
}
#endif
#endif
