// CPU dispatch of inner loops.  ctest runs this with INMVISC_PROCESSOR too.

#include "base/inm_processor.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

namespace {

TEST(Processor, is_not_more_than_the_environment_allows)
{
    const char *text = getenv("INMVISC_PROCESSOR");
    const std::string wanted = text ? text : "";
    if (wanted == "any") EXPECT_EQ(inm_processor_level(), INM_PROCESSOR_ANY);
    if (wanted == "avx2") EXPECT_LE(inm_processor_level(), INM_PROCESSOR_AVX2);
    EXPECT_EQ(inm_processor_level(), inm_processor_level());
}

#if defined(__x86_64__)
TEST(Processor, has_the_instructions)
{
    if (inm_processor_level() >= INM_PROCESSOR_AVX2) EXPECT_TRUE(__builtin_cpu_supports("avx2"));
    if (inm_processor_level() == INM_PROCESSOR_AVX512) EXPECT_TRUE(__builtin_cpu_supports("avx512f"));
}
#endif

} // namespace
