/* Run-time CPU dispatch: inner loops for several instruction sets in one binary.  A macro defines a
   loop as NAME_any, NAME_avx2 and NAME_avx512, and INM_BEST_OF(NAME) selects the one for this
   processor. */

#ifndef INM_PROCESSOR_H
#define INM_PROCESSOR_H

#ifdef __cplusplus
extern "C" {
#endif

typedef enum { INM_PROCESSOR_ANY, INM_PROCESSOR_AVX2, INM_PROCESSOR_AVX512 } inm_processor;

/* The best level that this processor supports, or a lower one set by the environment variable
   INMVISC_PROCESSOR to any, avx2 or avx512: for tests, and to compare results between machines. */
inm_processor inm_processor_level(void);

#if defined(__x86_64__)
#define INM_TARGET_AVX2 __attribute__((target("avx2,fma")))
#define INM_TARGET_AVX512 __attribute__((target("avx512f")))
#define INM_BEST_OF(NAME)                                            \
  (inm_processor_level() == INM_PROCESSOR_AVX512     ? NAME##_avx512 \
       : inm_processor_level() == INM_PROCESSOR_AVX2 ? NAME##_avx2   \
                                                     : NAME##_any)
#else
#define INM_BEST_OF(NAME) NAME##_any
#endif

#ifdef __cplusplus
}
#endif
#endif
