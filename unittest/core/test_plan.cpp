// The choice of a solver, its memory and its time, before anything large is allocated.

#include "inm_plan.h"
#include "model_systems.h"

#include <cstdio>
#include <cstdlib>
#include <sys/resource.h>
#include <unistd.h>

namespace {

inm_request request_for(inm_vectors vectors, inm_precision precision = INM_DOUBLE)
{
    inm_request request;
    memset(&request, 0, sizeof(request));
    request.vectors   = vectors;
    request.precision = precision;
    return request;
}

inm_plan plan_for(size_t n, const inm_request &request, const char *wanted = nullptr, double limit = 0.0)
{
    inm_plan plan;
    EXPECT_EQ(inm_plan_make(&plan, MPI_COMM_WORLD, n, &request, wanted ? inm_solver_find(wanted) : nullptr, limit),
              INM_OK);
    return plan;
}

TEST(Plan, takes_the_solver_that_was_asked_for)
{
    const inm_request request = request_for(INM_VECTORS_ALL);
    for (const char *name : {"lapack", "twostage"}) {
        const inm_plan plan = plan_for(300, request, name);
        EXPECT_STREQ(inm_solver_name(plan.solver), name);
        EXPECT_EQ(plan.need, inm_solver_bytes(plan.solver, &plan.job));
        EXPECT_EQ(plan.work, inm_solver_work(plan.solver, &plan.job));
        EXPECT_EQ(plan.job.nprocs, number_of_ranks());
        EXPECT_GE(plan.job.nthread, 1);
    }
}

TEST(Plan, otherwise_takes_the_fastest_that_fits)
{
    for (auto vectors : {INM_VECTORS_ALL, INM_VECTORS_UNSTABLE, INM_VECTORS_NONE})
        for (size_t n : {100, 1000, 6000}) {
            const inm_request request = request_for(vectors);
            const inm_plan best       = plan_for(n, request);
            for (const char *name : {"lapack", "twostage"})
                EXPECT_LE(best.work, plan_for(n, request, name).work) << name << " " << n;
        }
}

TEST(Plan, prefers_a_slower_solver_that_fits_to_a_faster_one_that_does_not)
{
    const size_t n            = 1000;
    const inm_request request = request_for(INM_VECTORS_ALL);
    const inm_plan lapack = plan_for(n, request, "lapack"), twostage = plan_for(n, request, "twostage");
    ASSERT_GT(lapack.need, twostage.need);
    const double between = 0.5 * (lapack.need + twostage.need);
    const inm_plan plan  = plan_for(n, request, nullptr, between);
    EXPECT_TRUE(inm_plan_fits(&plan));
    EXPECT_LE(plan.need, between);
    const inm_plan too_large = plan_for(n, request, "lapack", between);
    EXPECT_FALSE(inm_plan_fits(&too_large));
    EXPECT_EQ(too_large.have, between);
}

TEST(Plan, without_enough_memory_for_any_takes_the_one_that_needs_least)
{
    const inm_request request = request_for(INM_VECTORS_ALL);
    const inm_plan plan       = plan_for(1000, request, nullptr, 1000.0);
    EXPECT_FALSE(inm_plan_fits(&plan));
    for (const char *name : {"lapack", "twostage"}) EXPECT_LE(plan.need, plan_for(1000, request, name).need);
}

TEST(Plan, in_single_precision_needs_about_half_the_memory)
{
    const size_t n        = 12000;
    const inm_plan wide   = plan_for(n, request_for(INM_VECTORS_UNSTABLE), "twostage");
    const inm_plan narrow = plan_for(n, request_for(INM_VECTORS_UNSTABLE, INM_SINGLE_PRECISION), "twostage");
    EXPECT_LT(narrow.need, 0.6 * wide.need);
    EXPECT_LT(narrow.work, wide.work);
    EXPECT_EQ(narrow.job.precision, INM_SINGLE_PRECISION);
    // the issue of memory: 1.3 n^2 doubles at most
    EXPECT_LT(wide.need, 1.3 * 8.0 * (double) n * (double) n);
    EXPECT_LT(plan_for(6000, request_for(INM_VECTORS_UNSTABLE), "twostage").need, 1.3 * 8.0 * 6000.0 * 6000.0);
}

TEST(Plan, refuses_what_a_solver_does_not_have)
{
    inm_plan plan;
    const inm_request single = request_for(INM_VECTORS_ALL, INM_SINGLE_PRECISION),
                      wide   = request_for(INM_VECTORS_ALL);
    EXPECT_EQ(inm_plan_make(&plan, MPI_COMM_WORLD, 3000, &single, inm_solver_find("lapack"), 0.0), INM_ERR_ARG);
    EXPECT_EQ(inm_plan_make(&plan, MPI_COMM_WORLD, 32767, &wide, inm_solver_find("lapack"), 0.0), INM_ERR_SIZE);
    EXPECT_EQ(inm_plan_make(&plan, MPI_COMM_WORLD, 46341, &wide, inm_solver_find("twostage"), 0.0), INM_ERR_SIZE);
    EXPECT_EQ(inm_plan_make(&plan, MPI_COMM_WORLD, 46340, &wide, inm_solver_find("twostage"), 0.0), INM_OK);
}

TEST(Plan, measures_the_speed_of_a_core)
{
    const double speed = inm_core_speed(MPI_COMM_WORLD);
    EXPECT_GT(speed, 1e7);
    EXPECT_LT(speed, 1e13);
}

// ---- memory of the machine ----------------------------------------------------------------------

#if defined(__linux__)

double address_space()
{
    double pages = 0.0;
    FILE *fp     = fopen("/proc/self/statm", "r");
    if (fp) {
        if (fscanf(fp, "%lf", &pages) != 1) pages = 0.0;
        fclose(fp);
    }
    return pages * (double) sysconf(_SC_PAGESIZE);
}

// RLIMIT_AS with so much room above what is in use; back to what it was at the end of the scope

class AddressLimit {
    struct rlimit before;

public:
    bool set;
    explicit AddressLimit(double room)
    {
        set                 = getrlimit(RLIMIT_AS, &before) == 0;
        struct rlimit limit = before;
        limit.rlim_cur      = (rlim_t) (address_space() + room);
        set                 = set && setrlimit(RLIMIT_AS, &limit) == 0;
    }
    ~AddressLimit() { setrlimit(RLIMIT_AS, &before); }
};

TEST(Memory, on_linux_it_is_known_and_at_most_what_the_machine_has)
{
    const double machine = (double) sysconf(_SC_PHYS_PAGES) * (double) sysconf(_SC_PAGESIZE);
    EXPECT_GT(inm_memory_available(), 0.0);
    EXPECT_LE(inm_memory_available(), machine);
}

TEST(Memory, the_address_space_limit_of_the_process_counts)
{
    const double room   = 64.0 * 1024.0 * 1024.0;
    const double before = inm_memory_available();
    {
        AddressLimit limit(room);
        ASSERT_TRUE(limit.set);
        EXPECT_LE(inm_memory_available(), room);
        EXPECT_LE(inm_memory_available(), before);
        EXPECT_GT(inm_memory_available(), 0.5 * room); // a little goes to reading /proc
    }
    {
        AddressLimit half(0.5 * room);
        ASSERT_TRUE(half.set);
        EXPECT_LE(inm_memory_available(), 0.5 * room);
    }
}
#endif
} // namespace
