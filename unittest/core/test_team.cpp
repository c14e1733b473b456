// The thread team, whose threads live for a whole calculation.

#include "base/inm_team.h"

#include <gtest/gtest.h>

#include <atomic>
#include <unistd.h>
#include <vector>

namespace {

void count(void *ctx, int k)
{
    ((std::atomic<int> *)ctx)[k]++;
}

TEST(Team, runs_every_part_of_the_work_once)
{
    for (int n : {1, 2, 7}) {
        std::vector<std::atomic<int>> done(n);
        for (auto &d : done)
            d = 0;
        inm_team *team = nullptr;
        ASSERT_EQ(inm_team_create(&team, n), INM_OK);
        EXPECT_EQ(inm_team_size(team), n);
        for (int round = 1; round <= 2000; round++) {
            inm_team_run(team, count, done.data());
            for (auto &d : done)
                ASSERT_EQ(d, round);
        }
        inm_team_destroy(&team);
        EXPECT_EQ(team, nullptr);
    }
    inm_team_destroy(nullptr);
}

TEST(Team, wakes_members_that_have_gone_to_sleep)
{
    std::vector<std::atomic<int>> done(3);
    for (auto &d : done)
        d = 0;
    inm_team *team = nullptr;
    ASSERT_EQ(inm_team_create(&team, 3), INM_OK);
    for (int round = 1; round <= 3; round++) {
        usleep(20000); // a thousand times as long as they spin
        inm_team_run(team, count, done.data());
        for (auto &d : done)
            EXPECT_EQ(d, round);
    }
    inm_team_destroy(&team);
}

void sleep_as_told(void *ctx, int k)
{
    usleep(1000 * (unsigned)k);
    count(ctx, k);
}

TEST(Team, waits_for_the_slowest)
{
    std::vector<std::atomic<int>> done(4);
    for (auto &d : done)
        d = 0;
    inm_team *team = nullptr;
    ASSERT_EQ(inm_team_create(&team, 4), INM_OK);
    inm_team_run(team, sleep_as_told, done.data());
    for (auto &d : done)
        EXPECT_EQ(d, 1);
    inm_team_destroy(&team);
}

TEST(Team, for_one_piece_of_work)
{
    for (int n : {0, 1, 2, 7}) {
        std::vector<std::atomic<int>> done(n);
        for (auto &d : done)
            d = 0;
        inm_run_parallel(n, count, done.data());
        for (auto &d : done)
            EXPECT_EQ(d, 1);
    }
}

TEST(Team, shares_are_whole_steps_that_cover_everything_once)
{
    for (size_t n : {0, 1, 15, 16, 17, 100, 1000})
        for (size_t step : {1, 16})
            for (int size : {1, 2, 3, 64}) {
                size_t next = 0, largest = 0, first;
                for (int k = 0; k < size; k++) {
                    const size_t mine = inm_team_slice(n, step, size, k, &first);
                    EXPECT_EQ(first, next);
                    if (first < n) EXPECT_EQ(first % step, 0u);
                    next += mine;
                    largest = std::max(largest, mine);
                }
                EXPECT_EQ(next, n);
                EXPECT_LE(largest, n / (size_t)size + 2 * step);
            }
}

} // namespace
