/* Capabilities that a solver, and hence its spectrum, may lack.  A table entry is the reason, worded as the
   end of an error message, or NULL if the solver has the capability. */

#ifndef INM_CAPABILITY_H
#define INM_CAPABILITY_H

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
  INM_HAS_EIGENVALUES, /* each one, for the entropy */
  INM_HAS_VECTORS,     /* modes all and unstable, participation ratios and classes by them */
  INM_HAS_TYPES,       /* sums by atom type, for friction or mass that differs between atoms */
  INM_HAS_SINGLE,      /* precision single */
  INM_HAS_LOW_CUTOFF,  /* sums without a lowest frequency */
  INM_HAS_LOWEST,      /* modes lowest */
  INM_HAS_PRODUCTS,    /* a chosen number of products */
  INM_NCAPABILITY
} inm_capability;

#ifdef __cplusplus
}
#endif
#endif
