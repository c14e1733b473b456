/* Inner loops for several kinds of processor in one binary.  A loop that is worth it is defined by a
   macro once for each kind, as NAME_any, NAME_avx2 and NAME_avx512, and INM_BEST_OF(NAME) is the one
   for the processor at hand. */

#ifndef INM_PROCESSOR_H
#define INM_PROCESSOR_H

#ifdef __cplusplus
extern "C" {
#endif

typedef enum { INM_PROCESSOR_ANY, INM_PROCESSOR_AVX2, INM_PROCESSOR_AVX512 } inm_processor;

/* The processor at hand, or less where the environment variable INMVISC_PROCESSOR says any, avx2 or
   avx512: for tests, and for comparing results between machines. */
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
