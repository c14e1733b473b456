// Random numbers: a fixed stream, on which results of solver kpm depend, and statistics of the
// others.

#include "inm_random.h"

#include "model_systems.h"

#include <set>

namespace {

TEST(Random, signs_are_those_of_every_version)
{
    // component a of vector v of the atom; if one of these changes, so do moments of kpm
    std::string signs;
    for (int64_t tag : {(int64_t)1, (int64_t)2, (int64_t)1000, (int64_t)1 << 40})
        for (int v = 0; v < 4; v++)
            for (int a = 0; a < 3; a++)
                signs += (inm_random_sign(tag, a, v) > 0.0) ? '+' : '-';
    EXPECT_EQ(signs, "-+--+-++----++++-++-+--+-++++++++-+++--++--+-+-+");
}

TEST(Random, uniform_numbers_fill_the_interval)
{
    const size_t n = 100000;
    double sum = 0.0, squares = 0.0, lowest = 1.0, highest = -1.0;
    for (size_t i = 0; i < n; i++) {
        const double x = inm_random_uniform(7, i);
        sum += x;
        squares += x * x;
        lowest  = std::min(lowest, x);
        highest = std::max(highest, x);
    }
    EXPECT_NEAR(sum / n, 0.0, 5.0 * std::sqrt(1.0 / 3.0 / n));
    EXPECT_NEAR(squares / n, 1.0 / 3.0, 5.0 * std::sqrt(4.0 / 45.0 / n));
    EXPECT_GE(lowest, -1.0);
    EXPECT_LT(lowest, -0.999);
    EXPECT_LT(highest, 1.0);
    EXPECT_GT(highest, 0.999);
}

TEST(Random, keys_and_counters_are_independent)
{
    const size_t n = 300;
    std::set<uint64_t> seen;
    double along = 0.0, across = 0.0;
    for (size_t key = 0; key < n; key++)
        for (size_t i = 0; i < n; i++) {
            const double x = inm_random_uniform(key, i);
            seen.insert(inm_random_bits(key, i));
            along += x * inm_random_uniform(key, i + 1);
            across += x * inm_random_uniform(key + 1, i);
        }
    EXPECT_EQ(seen.size(), n * n);
    EXPECT_NEAR(along / (n * n), 0.0, 5.0 / (3.0 * n));
    EXPECT_NEAR(across / (n * n), 0.0, 5.0 / (3.0 * n));
}

} // namespace
