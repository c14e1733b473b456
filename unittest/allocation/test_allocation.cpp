// Every allocation of the core fails in turn.  The linker leads malloc, calloc, realloc and free of
// this program and of the static core to the functions below (-Wl,--wrap=malloc,...); those of the
// shared libraries, and so of new, MPI and LAPACK, go their own way.

#include "model_systems.h"

#include <cstdlib>
#include <map>

// ---- allocations that are counted and can fail --------------------------------------------------

extern "C" {
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *p, size_t size);
void __real_free(void *p);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *p, size_t size);
void __wrap_free(void *p);
}

namespace {

enum Fault { NOTHING, ONCE, FROM_THEN_ON };

struct Allocations {
    bool watched = false;
    Fault fault  = NOTHING;
    long which   = 0; // the one that fails, from 1
    long seen    = 0;
    bool struck  = false;
    double bytes = 0.0, peak = 0.0;
    std::map<void *, size_t> live;

    // a watched call is about to be made: must it fail?
    bool fails()
    {
        if (!watched) return false;
        seen++;
        const bool now = (fault == ONCE && seen == which) ||
            (fault == FROM_THEN_ON && seen >= which);
        struck = struck || now;
        return now;
    }
    void *born(void *p, size_t size)
    {
        if (watched && p) {
            live[p] = size;
            bytes += (double) size;
            peak = std::max(peak, bytes);
        }
        return p;
    }
    void gone(void *p)
    {
        const auto found = live.find(p);
        if (found == live.end()) return;
        bytes -= (double) found->second;
        live.erase(found);
    }
};

Allocations &allocations()
{
    static Allocations *all = new Allocations; // outlives whatever is freed at exit
    return *all;
}

// Watch what is allocated in this scope; the which-th allocation fails, and later ones if so
// wanted.

class Watch {
public:
    explicit Watch(Fault fault = NOTHING, long which = 0)
    {
        Allocations fresh;
        fresh.watched = true;
        fresh.fault   = fault;
        fresh.which   = which;
        allocations() = fresh;
    }
    ~Watch() { allocations().watched = false; }
    Watch(const Watch &)            = delete;
    Watch &operator=(const Watch &) = delete;
};
} // namespace

void *__wrap_malloc(size_t size)
{
    return allocations().fails() ? nullptr : allocations().born(__real_malloc(size), size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return allocations().fails() ? nullptr
                                 : allocations().born(__real_calloc(count, size), count * size);
}

void *__wrap_realloc(void *p, size_t size)
{
    if (allocations().fails()) return nullptr; // p lives on
    allocations().gone(p);
    return allocations().born(__real_realloc(p, size), size);
}

void __wrap_free(void *p)
{
    allocations().gone(p);
    __real_free(p);
}

namespace {

bool on_any_rank(bool mine)
{
    int one = mine, any = 0;
    MPI_Allreduce(&one, &any, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
    return any != 0;
}

// Do something with the first, second, third ... allocation failing on some ranks until none fails.
//   action  returns a status; what it holds must be gone when it returns
// A rank is told by its number; -1 means all ranks.

void fail_in_turn(const std::function<inm_status()> &action)
{
    const int last             = number_of_ranks() - 1;
    const std::vector<int> who = (last > 0) ? std::vector<int>{-1, 0, last} : std::vector<int>{-1};
    for (int rank : who)
        for (Fault fault : {ONCE, FROM_THEN_ON})
            for (long which = 1;; which++) {
                SCOPED_TRACE(testing::Message() << "allocation " << which << " on rank " << rank);
                ASSERT_LT(which, 1000) << "no end of allocations";
                inm_status status;
                {
                    Watch watch((rank < 0 || rank == my_rank()) ? fault : NOTHING, which);
                    status = action();
                }
                EXPECT_EQ(allocations().live.size(), 0u)
                    << "leaks of " << allocations().bytes << " bytes";
                EXPECT_TRUE(same_on_all_ranks((int) status));
                if (!on_any_rank(allocations().struck)) {
                    EXPECT_EQ(status, INM_OK);
                    EXPECT_GT(which, 1) << "nothing was allocated";
                    break;
                }
                EXPECT_EQ(status, INM_ERR_ALLOC) << inm_strerror(status);
            }
}

TEST(Allocation, is_watched_by_this_program)
{
    Watch watch(ONCE, 2);
    void *volatile first = malloc(10);
    EXPECT_NE(first, nullptr);
    void *volatile second = malloc(10);
    EXPECT_EQ(second, nullptr);
    EXPECT_EQ(allocations().live.size(), 1u);
    EXPECT_EQ(allocations().bytes, 10.0);
    free(first);
    EXPECT_EQ(allocations().live.size(), 0u);
}

// more blocks on one rank than the core makes room for at first, or at second
System many_blocks()
{
    System s = random_cluster(5, 1);
    for (int b = 0; b < 3000; b++)
        s.block(0, INM_OUTSIDE, Vec3{{1, 0, 0}}, diagonal_matrix(0, 0, 0));
    return s;
}

void expect_clean_failures(inm_vectors vectors, const Owner &owner)
{
    const System s = many_blocks();
    Options options(vectors);
    options.edge       = {INM_EDGE_PARTICIPATION, 0.5};
    options.proj       = random_numbers(3 * s.natom(), -1.0, 1.0, 2);
    options.keep       = INM_KEEP_INDEX;
    options.keep_value = 1.0;
    options.owner      = owner;
    fail_in_turn([&]() {
        Solution solution(s, options);
        EXPECT_EQ(solution.m.n, solution.status == INM_OK ? s.n() : 0u);
        if (solution.status != INM_OK) {
            EXPECT_EQ(solution.m.lambda, nullptr);
            EXPECT_EQ(solution.m.tag, nullptr);
        }
        return solution.status;
    });
}

TEST(Allocation, that_fails_on_the_way_to_all_eigenvectors_is_reported_on_all_ranks)
{
    expect_clean_failures(INM_VECTORS_ALL, scattered);
}

TEST(Allocation, that_fails_on_the_way_to_unstable_eigenvectors_is_reported_on_all_ranks)
{
    expect_clean_failures(INM_VECTORS_UNSTABLE, scattered);
}

TEST(Allocation, that_fails_on_the_way_to_eigenvalues_is_reported_on_all_ranks)
{
    expect_clean_failures(INM_VECTORS_NONE, scattered);
}

TEST(Allocation, that_fails_is_reported_with_ranks_without_atoms_too)
{
    expect_clean_failures(INM_VECTORS_UNSTABLE, all_on_last);
    expect_clean_failures(INM_VECTORS_UNSTABLE, all_on_first);
}

TEST(Allocation, that_fails_without_any_atoms_is_reported)
{
    const System nothing;
    fail_in_turn([&]() {
        return Solution(nothing).status;
    });
}

TEST(Allocation, of_a_running_mean_may_fail)
{
    fail_in_turn([]() {
        inm_running *r    = nullptr;
        inm_status status = inm_running_create(&r, 4, 3);
        EXPECT_EQ(r == nullptr, status != INM_OK);
        inm_running_destroy(&r);
        return inm_status_sync(status, MPI_COMM_WORLD);
    });
}

TEST(Allocation, of_rows_may_fail_and_succeed_later)
{
    const size_t nrow = 50;
    std::vector<int64_t> tag(nrow);
    for (size_t i = 0; i < nrow; i++) tag[i] = (int64_t) i + 1;
    const std::vector<int> type(nrow, 1);
    const std::vector<double> mass(nrow, 1.0);
    for (long which = 1; which <= 4; which++) {
        inm_hessian *h = nullptr;
        ASSERT_EQ(inm_hessian_create(&h, MPI_COMM_SELF, 3, 1.0), INM_OK);
        ASSERT_EQ(inm_hessian_begin(h, 3, tag.data(), type.data(), mass.data()), INM_OK);
        inm_status status;
        {
            Watch watch(ONCE, which);
            status = inm_hessian_begin(h, nrow, tag.data(), type.data(), mass.data());
        }
        EXPECT_TRUE(allocations().struck);
        EXPECT_EQ(status, INM_ERR_ALLOC);
        EXPECT_EQ(inm_hessian_nrow(h), 0u);
        EXPECT_EQ(inm_hessian_begin(h, 3, tag.data(), type.data(), mass.data()), INM_OK);
        EXPECT_EQ(inm_hessian_nrow(h), 3u);
        inm_hessian_destroy(&h);
        EXPECT_EQ(allocations().live.size(), 0u) << "leaks what the failed begin had got";
    }
}

TEST(Allocation, of_blocks_may_fail_and_leaves_those_that_are_there)
{
    System s;
    s.add_atom();
    Hessian share(s, all_on_first, false, MPI_COMM_SELF);
    const Vec3 dr = {{1, 2, 0}};
    const Mat3 k  = diagonal_matrix(1, 1, 1);
    size_t added = 0, failed = 0;
    for (int b = 0; b < 5000; b++) {
        inm_status status;
        {
            Watch watch(ONCE, 1);
            status = inm_hessian_add(share.h, 0, INM_OUTSIDE, dr.data(), k.data());
        }
        if (status == INM_OK)
            added++;
        else
            failed++;
        if (status != INM_OK) { // again, with luck
            EXPECT_EQ(status, INM_ERR_ALLOC);
            EXPECT_EQ(inm_hessian_nblock(share.h), added);
            ASSERT_EQ(inm_hessian_add(share.h, 0, INM_OUTSIDE, dr.data(), k.data()), INM_OK);
            added++;
        }
    }
    EXPECT_EQ(added, 5000u);
    EXPECT_GT(failed, 1u);
    double xi[3];
    inm_hessian_affine_force(share.h, 0, 1, xi);
    EXPECT_EQ(xi[0], 2.0 * 5000.0);
}

TEST(Allocation, that_fails_in_one_solution_does_not_spoil_the_next)
{
    const System s = random_cluster(5, 3);
    Hessian share(s);
    inm_request request;
    inm_modes m;
    memset(&request, 0, sizeof(request));
    memset(&m, 0, sizeof(m));
    request.vectors = INM_VECTORS_UNSTABLE;
    request.ntypes  = 2;
    bool struck     = true;
    for (long which = 1; struck; which++) {
        ASSERT_EQ(inm_solve(inm_solver_find("lapack"), share.h, &request, &m), INM_OK);
        const std::vector<double> lambda(m.lambda, m.lambda + m.n);
        inm_status status;
        {
            Watch watch(ONCE, which);
            status = inm_solve(inm_solver_find("lapack"), share.h, &request, &m);
        }
        struck = on_any_rank(allocations().struck);
        EXPECT_EQ(status, struck ? INM_ERR_ALLOC : INM_OK);
        ASSERT_EQ(inm_solve(inm_solver_find("lapack"), share.h, &request, &m), INM_OK);
        EXPECT_EQ(lambda, std::vector<double>(m.lambda, m.lambda + m.n));
    }
    inm_modes_free(&m);
}

TEST(Allocation, that_fails_leaves_the_low_frequency_slope_undefined)
{
    std::vector<double> lambda;
    for (int p = 0; p < 100; p++) lambda.push_back(0.5 + p);
    Table t(lambda);
    EXPECT_FALSE(std::isnan(inm_low_frequency_slope(&t.m)));
    Watch watch(ONCE, 1);
    EXPECT_TRUE(std::isnan(inm_low_frequency_slope(&t.m)));
    EXPECT_EQ(allocations().live.size(), 0u);
}

// ---- how much -----------------------------------------------------------------------------------

TEST(Memory, of_a_solution_is_at_most_what_the_solver_says)
{
    const System s = chain(200, FREE, -2.0, 1.0); // a third of the modes unstable
    Hessian share(s);
    inm_request request;
    memset(&request, 0, sizeof(request));
    request.ntypes           = 1;
    const inm_solver *lapack = inm_solver_find("lapack");
    ASSERT_EQ(inm_hessian_translations(share.h, ACOUSTIC, request.is_free), INM_OK);
    for (inm_vectors vectors : {INM_VECTORS_NONE, INM_VECTORS_UNSTABLE, INM_VECTORS_ALL}) {
        inm_modes m;
        memset(&m, 0, sizeof(m));
        request.vectors = vectors;
        {
            Watch watch;
            EXPECT_EQ(inm_solve(lapack, share.h, &request, &m), INM_OK);
            inm_modes_free(&m);
        }
        const double said = inm_solver_bytes(lapack, s.n(), vectors);
        EXPECT_LE(allocations().peak, said) << "vectors " << vectors;
        if (my_rank() == 0) {
            EXPECT_GE(allocations().peak, 0.8 * said) << "vectors " << vectors;
        }
    }
}

TEST(Memory, of_the_hessian_is_what_it_says)
{
    const System s = many_blocks();
    Watch watch;
    Hessian share(s);
    const double handle = 256.0; // the struct itself
    EXPECT_GE(allocations().bytes, inm_hessian_bytes(share.h));
    EXPECT_LE(allocations().bytes, inm_hessian_bytes(share.h) + handle);
}
} // namespace
