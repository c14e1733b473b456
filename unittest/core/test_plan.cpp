// The choice of a solver, its memory and its time, before anything large is allocated.

#include "solvers/inm_cyclic.h"
#include "inm_machine.h"
#include "inm_plan.h"
#include "model_systems.h"

#include <climits>
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
    EXPECT_EQ(inm_plan_make(&plan, MPI_COMM_WORLD, n, nullptr, &request, wanted ? inm_solver_find(wanted) : nullptr, limit),
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
    // required: 1.3 n^2 doubles at most
    EXPECT_LT(wide.need, 1.3 * 8.0 * (double) n * (double) n);
    EXPECT_LT(plan_for(6000, request_for(INM_VECTORS_UNSTABLE), "twostage").need, 1.3 * 8.0 * 6000.0 * 6000.0);
}

TEST(Plan, refuses_what_a_solver_does_not_have)
{
    inm_plan plan;
    const inm_request single = request_for(INM_VECTORS_ALL, INM_SINGLE_PRECISION),
                      wide   = request_for(INM_VECTORS_ALL);
    EXPECT_EQ(inm_plan_make(&plan, MPI_COMM_WORLD, 3000, nullptr, &single, inm_solver_find("lapack"), 0.0), INM_ERR_ARG);
    EXPECT_EQ(inm_plan_make(&plan, MPI_COMM_WORLD, 32767, nullptr, &wide, inm_solver_find("lapack"), 0.0), INM_ERR_SIZE);
    EXPECT_EQ(inm_plan_make(&plan, MPI_COMM_WORLD, 46341, nullptr, &wide, inm_solver_find("twostage"), 0.0), INM_ERR_SIZE);
    EXPECT_EQ(inm_plan_make(&plan, MPI_COMM_WORLD, 46340, nullptr, &wide, inm_solver_find("twostage"), 0.0), INM_OK);
}

TEST(Plan, of_a_matrix_free_solver_is_for_the_hessian_that_is_given)
{
    const System s = random_cluster(60, 3);
    Options options(INM_VECTORS_LOWEST);
    options.nlowest = 4;
    const Task task(s, options);
    ASSERT_EQ(task.status, INM_OK);
    for (const char *name : {"kpm", "lowest"}) {
        const inm_solver *solver = inm_solver_find(name);
        inm_plan plan;
        ASSERT_EQ(inm_plan_make(&plan, MPI_COMM_WORLD, s.n(), task.share.h, &task.request, solver, 0.0), INM_OK);
        EXPECT_EQ(plan.solver, solver);
        EXPECT_GE(plan.need, 0.99 * inm_solver_bytes(solver, &plan.job));
        EXPECT_EQ(plan.work, 0.0);
        EXPECT_TRUE(same_on_all_ranks((int) plan.need));
        ASSERT_EQ(inm_plan_make(&plan, MPI_COMM_WORLD, s.n(), task.share.h, &task.request, solver, 1000.0), INM_OK);
        EXPECT_FALSE(inm_plan_fits(&plan));
        const inm_request all = request_for(INM_VECTORS_ALL);
        EXPECT_EQ(inm_plan_make(&plan, MPI_COMM_WORLD, s.n(), task.share.h, &all, solver, 0.0), INM_ERR_ARG);
    }
}

// small matrices are solved in double, whatever the request
TEST(Plan, accepts_the_precision_that_the_solver_accepts)
{
    for (size_t natom : {85, 86}) { // 255 and 258 coordinates
        const System s = random_cluster(natom, 3);
        for (size_t k = 0; inm_solver_built(k); k++) {
            const inm_solver *solver = inm_solver_built(k);
            const bool has_all       = !inm_solver_lacks(solver, INM_HAS_VECTORS);
            Options options(has_all ? INM_VECTORS_NONE : INM_VECTORS_LOWEST);
            options.solver    = inm_solver_name(solver);
            options.nlowest   = 2;
            options.products  = 5;
            options.precision = INM_SINGLE_PRECISION;
            const Task task(s, options);
            ASSERT_EQ(task.status, INM_OK);
            inm_plan plan;
            inm_spectrum *spectrum    = nullptr;
            const inm_status expected = (natom == 86 && inm_solver_lacks(solver, INM_HAS_SINGLE)) ? INM_ERR_ARG : INM_OK;
            EXPECT_EQ(inm_plan_make(&plan, MPI_COMM_WORLD, s.n(), task.share.h, &task.request, solver, 0.0), expected)
                << options.solver << natom;
            EXPECT_EQ(inm_solve(solver, task.share.h, &task.request, &spectrum), expected) << options.solver << natom;
            inm_spectrum_destroy(&spectrum);
        }
    }
}

TEST(Plan, takes_no_matrix_free_solver_that_was_not_asked_for)
{
    const System s = random_cluster(30, 4);
    const Task task(s, Options(INM_VECTORS_NONE));
    inm_plan plan;
    for (double limit : {0.0, 1000.0}) {
        ASSERT_EQ(inm_plan_make(&plan, MPI_COMM_WORLD, s.n(), task.share.h, &task.request, nullptr, limit), INM_OK);
        EXPECT_NE(inm_solver_place(plan.solver), INM_MATRIX_FREE);
    }
    const inm_request lowest = request_for(INM_VECTORS_LOWEST);
    EXPECT_EQ(inm_plan_make(&plan, MPI_COMM_WORLD, s.n(), task.share.h, &lowest, nullptr, 0.0), INM_ERR_SIZE);
    EXPECT_EQ(plan.solver, nullptr);
}

// ---- limits of 32-bit integers, without a matrix
// ----------------------------------------------------

struct Limit {
    const char *solver;
    inm_vectors vectors;
    size_t natom; // largest number of atoms in 3d
};

TEST(Limits, of_the_dense_solvers_are_those_of_a_count_of_lapack)
{
    // dsyevd: lwork = 1 + 6n + 2n^2; everything else: n^2
    const Limit limits[] = {{"lapack", INM_VECTORS_ALL, 10922},
                            {"lapack", INM_VECTORS_UNSTABLE, 15446},
                            {"lapack", INM_VECTORS_NONE, 15446},
                            {"twostage", INM_VECTORS_ALL, 15446},
                            {"twostage", INM_VECTORS_NONE, 15446}};
    for (const auto &l : limits)
        for (size_t natom : {l.natom, l.natom + 1}) {
            inm_plan plan;
            const inm_request request = request_for(l.vectors);
            const size_t n            = 3 * natom;
            const bool wide           = l.vectors == INM_VECTORS_ALL && std::string(l.solver) == "lapack";
            const double count        = wide ? 1.0 + 6.0 * n + 2.0 * (double)n * n : (double)n * n;
            EXPECT_EQ(count <= INT_MAX, natom == l.natom) << "the limit in this test is not that of the formula";
            EXPECT_EQ(inm_plan_make(&plan, MPI_COMM_WORLD, n, nullptr, &request, inm_solver_find(l.solver), 0.0),
                      natom == l.natom ? INM_OK : INM_ERR_SIZE)
                << l.solver << " " << natom;
        }
}

TEST(Limits, of_the_distributed_solvers_are_those_of_the_largest_part)
{
    for (int nprocs : {1, 2, 3, 4, 7, 16, 64, 1000}) {
        // the largest matrix whose part fits is between n and 1.1 n
        size_t n = 3;
        while (inm_cyclic_fits(n + n / 10, nprocs)) n += n / 10 + 3;
        const double part = inm_cyclic_largest_part(n + n / 10, nprocs);
        EXPECT_TRUE(part > INT_MAX || n + n / 10 > INT_MAX) << nprocs;
        EXPECT_LT(part, 1.3 * 1.1 * 1.1 * INT_MAX) << nprocs;
        for (const char *name : {"scalapack", "elpa"}) {
            const inm_solver *solver = inm_solver_find(name);
            if (!solver) continue;
            inm_job job  = job_for(n, INM_VECTORS_ALL, nprocs);
            EXPECT_EQ(inm_solver_can(solver, &job), inm_cyclic_fits(n, nprocs) ? INM_OK : INM_ERR_SIZE);
            job.n = n + n / 10;
            EXPECT_EQ(inm_solver_can(solver, &job), INM_ERR_SIZE) << name << " " << nprocs;
        }
    }
}

TEST(Limits, places_in_a_block_cyclic_matrix_are_right_beyond_32_bits)
{
    for (size_t n : {(size_t)32767 * 3, (size_t)46341, (size_t)INT_MAX, (size_t)INT_MAX * 3 + 1})
        for (int nprocs : {1, 2, 3, 7, 64}) {
            const int block = 48;
            size_t sum      = 0;
            for (int me = 0; me < nprocs; me++) {
                const size_t count = inm_cyclic_count(n, block, me, nprocs);
                sum += count;
                for (size_t local : {(size_t)0, count / 2, count - 1}) {
                    const size_t global = inm_cyclic_global(local, block, me, nprocs);
                    ASSERT_LT(global, n);
                    EXPECT_EQ(inm_cyclic_owner(global, block, nprocs), me);
                    EXPECT_EQ(inm_cyclic_local(global, block, nprocs), local);
                }
            }
            EXPECT_EQ(sum, n);
        }
}

TEST(Limits, bytes_are_counted_beyond_32_bits)
{
    for (size_t k = 0; inm_solver_built(k); k++) {
        const inm_solver *solver = inm_solver_built(k);
        if (inm_solver_place(solver) == INM_MATRIX_FREE) continue;
        double before = 0.0;
        for (size_t n : {10922 * 3, 10923 * 3, 15446 * 3, 15447 * 3, 32767 * 3, 32767 * 64}) {
            const inm_job job  = job_for(n, INM_VECTORS_ALL, 4);
            const double bytes = inm_solver_bytes(solver, &job), work = inm_solver_work(solver, &job);
            EXPECT_GT(bytes, before) << inm_solver_name(solver) << " " << n;
            EXPECT_GT(bytes, 8.0 * (double)n * n / 4.0);
            EXPECT_GT(work, (double)n * n);
            before = bytes;
        }
    }
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

// sets RLIMIT_AS to the memory in use plus some room, and restores it at the end of the scope

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
        EXPECT_GT(inm_memory_available(), 0.5 * room); // reading /proc takes a little
    }
    {
        AddressLimit half(0.5 * room);
        ASSERT_TRUE(half.set);
        EXPECT_LE(inm_memory_available(), 0.5 * room);
    }
}
#endif
} // namespace
