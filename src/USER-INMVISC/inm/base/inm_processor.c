#include "base/inm_processor.h"

#include <stdlib.h>
#include <string.h>

static inm_processor detected(void)
{
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f")) return INM_PROCESSOR_AVX512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return INM_PROCESSOR_AVX2;
#endif
  return INM_PROCESSOR_ANY;
}

static inm_processor allowed(void)
{
  const char *text = getenv("INMVISC_PROCESSOR");
  if (text && strcmp(text, "any") == 0) return INM_PROCESSOR_ANY;
  if (text && strcmp(text, "avx2") == 0) return INM_PROCESSOR_AVX2;
  return INM_PROCESSOR_AVX512;
}

inm_processor inm_processor_level(void)
{
  static int level = -1; /* a race is harmless: all threads find the same */
  int known = __atomic_load_n(&level, __ATOMIC_RELAXED);

  if (known < 0) {
    const inm_processor best = detected(), limit = allowed();
    known = (int) ((best < limit) ? best : limit);
    __atomic_store_n(&level, known, __ATOMIC_RELAXED);
  }
  return (inm_processor) known;
}
