// Every allocation of the core fails in turn.  The linker leads malloc, calloc, realloc and free of
// this program and of the static core to the functions below (-Wl,--wrap=malloc,...); those of the
// shared libraries, and so of new, MPI and LAPACK, go their own way.

#include "eigen/inm_chebyshev.h"
#include "inm_coloring.h"
#include "inm_constraints.h"
#include "inm_correlator.h"
#include "comm/inm_halo.h"
#include "inm_matrix_file.h"
#include "inm_machine.h"
#include "inm_entropy.h"
#include "inm_plan.h"
#include "inm_embedding.h"
#include "inm_viscosity.h"
#include "base/inm_team.h"
#include "comm/inm_tagmap.h"
#include "solvers/inm_lowest.h"
#include "model_systems.h"

#include <cstdio>
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
//   action  returns a status
//   after   what comes next, with enough memory; at its end all that was watched must be gone
// A rank is told by its number; -1 means all ranks.

void fail_in_turn(
    const std::function<inm_status()> &action, const std::function<void()> &after = []() {
    })
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
                after();
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

// more blocks on one rank than the core makes room for at first
System many_blocks()
{
    System s = random_cluster(5, 1);
    for (int b = 0; b < 9000; b++) s.block(0, 3, Vec3{{1, 0, 0}}, diagonal_matrix(0, 0, 0));
    return s;
}

void expect_clean_failures_of(const System &s, Options options)
{
    options.edge       = {INM_EDGE_PARTICIPATION, 0.5};
    options.proj       = random_numbers(3 * s.natom(), -1.0, 1.0, 2);
    options.keep       = INM_KEEP_INDEX;
    options.keep_value = 1.0;
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

void expect_clean_failures(inm_vectors vectors, const Owner &owner,
                           const Giver &giver = given_by_owner)
{
    Options options(vectors);
    options.owner = owner;
    options.giver = giver;
    expect_clean_failures_of(many_blocks(), options);
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

TEST(Allocation, that_fails_while_blocks_go_to_other_ranks_is_reported_on_all_ranks)
{
    expect_clean_failures(INM_VECTORS_NONE, scattered, given_by_stranger);
}

TEST(Allocation, that_fails_is_reported_with_ranks_without_atoms_too)
{
    expect_clean_failures(INM_VECTORS_UNSTABLE, all_on_last);
    expect_clean_failures(INM_VECTORS_UNSTABLE, all_on_first);
}

// more than 256 modes: so many are solved in single precision, and in two stages
TEST(Allocation, that_fails_in_two_stages_is_reported_on_all_ranks)
{
    for (auto precision : {INM_DOUBLE, INM_SINGLE_PRECISION})
        for (auto vectors : {INM_VECTORS_UNSTABLE, INM_VECTORS_NONE}) {
            Options options(vectors);
            options.solver    = "twostage";
            options.precision = precision;
            expect_clean_failures_of(random_cluster(90, 6), options);
        }
}

TEST(Allocation, that_fails_while_modes_are_refined_is_reported_on_all_ranks)
{
    const size_t natom = 90, n = 3 * natom;
    auto lambda = random_numbers(n, 1.0, 100.0, 9);
    for (size_t p = 0; p < n; p += 9) lambda[p] -= 100.0;
    Options options(INM_VECTORS_UNSTABLE);
    options.solver    = "twostage";
    options.precision = INM_REFINED;
    const System s = with_spectrum(lambda, random_orthogonal(n, 10), std::vector<double>(natom, 1.0));
    expect_clean_failures_of(s, options);
}

TEST(Allocation, that_fails_in_a_distributed_solver_is_reported_on_all_ranks)
{
    for (const char *name : {"scalapack", "elpa"})
        for (auto vectors : {INM_VECTORS_ALL, INM_VECTORS_UNSTABLE, INM_VECTORS_NONE}) {
            Options options(vectors);
            options.solver = name;
            if (inm_solver_find(name)) expect_clean_failures_of(random_cluster(8, 7), options);
        }
}

TEST(Allocation, that_fails_while_the_matrix_is_written_is_reported_on_all_ranks)
{
    const System s = random_cluster(8, 8);
    Hessian share(s);
    const inm_matrix_facts facts = {1, "lj", 0, {1, 0, 0, 0, 1, 0, 0, 0, 1}};
    for (const char *name : {"allocation.npz", "allocation.mtx"}) {
        fail_in_turn([&]() {
            return inm_matrix_write(share.h, name, &facts);
        });
        if (my_rank() == 0) remove(name);
    }
}

TEST(Allocation, that_fails_while_a_matrix_is_read_is_reported_on_all_ranks)
{
    const char *name = "allocation_read.npz";
    Hessian share(random_cluster(8, 8));
    const inm_matrix_facts facts = {1, "lj", 0, {1, 0, 0, 0, 1, 0, 0, 0, 1}};
    ASSERT_EQ(inm_matrix_write(share.h, name, &facts), INM_OK);
    fail_in_turn([&]() {
        inm_matrix_origin origin;
        inm_hessian *h          = nullptr;
        const inm_status status = inm_matrix_read(&h, MPI_COMM_WORLD, name, &origin);
        EXPECT_EQ(h == nullptr, status != INM_OK);
        inm_hessian_destroy(&h);
        return status;
    });
    if (my_rank() == 0) remove(name);
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

// ---- the Hessian --------------------------------------------------------------------------------

// so many atoms that lists of them grow several times, pairs from their owners and from others, and
// sides
System many_atoms()
{
    System s = chain(600, FREE, 3.0, 1.0);
    for (size_t i = 0; i < 600; i += 5) s.side(i, (int64_t) (7 * i + 3) % 600 + 1, Mat3{{1, 2, 3}});
    return s;
}

Field product(const Hessian &share, const System &s)
{
    Field y(3 * share.atoms.size());
    const Field u = share.local(random_numbers(s.n(), -1.0, 1.0, 4), s.natom());
    EXPECT_EQ(inm_hessian_multiply(share.h, u.data(), y.data()), INM_OK);
    return y;
}

TEST(Allocation, that_fails_from_begin_to_end_leaves_a_handle_that_can_be_destroyed)
{
    const System s = many_atoms();
    fail_in_turn([&]() {
        return Hessian(s, scattered, false, MPI_COMM_WORLD, given_in_turn).status;
    });
}

TEST(Allocation, that_fails_from_begin_to_end_leaves_a_handle_that_can_be_used)
{
    for (const System &s : {many_atoms(), many_blocks()}) {
        const auto build = [&s](Hessian &share) {
            share.build(s, scattered, false, MPI_COMM_WORLD, given_in_turn);
            return share.status;
        };
        Hessian share((System()));
        ASSERT_EQ(build(share), INM_OK);
        const Field expected = product(share, s);
        fail_in_turn(
            [&]() {
                return build(share);
            },
            [&]() {
                Field u(3 * inm_hessian_nrow(share.h) + 1), y(u);
                EXPECT_EQ(inm_hessian_multiply(share.h, u.data(), y.data()),
                          share.status == INM_OK ? INM_OK : INM_ERR_ARG);
                EXPECT_EQ(build(share), INM_OK);
                EXPECT_EQ(product(share, s), expected);
                share.build(System()); // what was watched is gone
            });
    }
}

TEST(Allocation, that_fails_in_a_product_leaves_a_matrix_that_can_be_used)
{
    const System s = many_atoms();
    Hessian share(s);
    const Field expected = product(share, s);
    share.build(s);
    fail_in_turn(
        [&]() {
            const Field u(3 * share.atoms.size(), 1.0);
            Field y(u);
            return inm_hessian_multiply(share.h, u.data(), y.data());
        },
        [&]() {
            EXPECT_EQ(product(share, s), expected);
            share.build(s);
        });
}

TEST(Allocation, that_fails_in_end_leaves_no_rows_on_any_rank)
{
    const int me = my_rank(), nprocs = number_of_ranks();
    const int64_t tag = me + 1, ghosts[] = {me + 1, (me + 1) % nprocs + 1, (me + 2) % nprocs + 1};
    const int type       = 1;
    const double mass    = 1.0;
    const Vec3 dr        = {{1, 0, 0}};
    const Mat3 k         = diagonal_matrix(1, 2, 3);
    const auto configure = [&](inm_hessian *h) {
        EXPECT_EQ(inm_hessian_begin(h, 1, &tag, &type, &mass, 3, ghosts), INM_OK);
        for (int i : {0, 1, 2})
            EXPECT_EQ(inm_hessian_add(h, i, i + 1, dr.data(), k.data()), INM_OK);
    };
    inm_hessian *h = nullptr;
    ASSERT_EQ(inm_hessian_create(&h, MPI_COMM_WORLD, 3, 1.0), INM_OK);
    configure(h);
    inm_status ended;
    fail_in_turn(
        [&]() {
            ended = inm_hessian_end(h);
            return ended;
        },
        [&]() {
            EXPECT_EQ(inm_hessian_nrow(h), ended == INM_OK ? 1u : 0u);
            if (ended != INM_OK) {
                EXPECT_EQ(inm_hessian_bytes(h), 0.0);
            }
            configure(h);
        });
    inm_hessian_destroy(&h);
}

TEST(Allocation, of_rows_and_ghosts_may_fail_and_succeed_later)
{
    const size_t nrow = 50, nghost = 700;
    std::vector<int64_t> tag(nrow + nghost);
    for (size_t i = 0; i < tag.size(); i++) tag[i] = (int64_t) i + 1;
    const std::vector<int> type(nrow, 1);
    const std::vector<double> mass(nrow, 1.0);
    bool struck = true;
    for (long which = 1; struck; which++) {
        inm_hessian *h = nullptr;
        ASSERT_EQ(inm_hessian_create(&h, MPI_COMM_SELF, 3, 1.0), INM_OK);
        ASSERT_EQ(inm_hessian_begin(h, 3, tag.data(), type.data(), mass.data(), 5, &tag[3]),
                  INM_OK);
        inm_status status;
        {
            Watch watch(ONCE, which);
            status = inm_hessian_begin(h, nrow, tag.data(), type.data(), mass.data(), nghost,
                                       &tag[nrow]);
        }
        struck = allocations().struck;
        ASSERT_LT(which, 100);
        EXPECT_EQ(status, struck ? INM_ERR_ALLOC : INM_OK);
        EXPECT_EQ(inm_hessian_nrow(h), struck ? 0u : nrow);
        EXPECT_EQ(inm_hessian_begin(h, 3, tag.data(), type.data(), mass.data(), 0, nullptr),
                  INM_OK);
        EXPECT_EQ(inm_hessian_nrow(h), 3u);
        EXPECT_EQ(inm_hessian_end(h), INM_OK);
        inm_hessian_destroy(&h);
        EXPECT_EQ(allocations().live.size(), 0u) << "leaks what the failed begin had got";
    }
}

// Add with its first, second ... allocation failing until it succeeds; returns the failures.
int insist(inm_hessian *h, const std::function<inm_status()> &add)
{
    for (int failures = 0;; failures++) {
        const size_t before = inm_hessian_nblock(h);
        inm_status status;
        {
            Watch watch(ONCE, failures + 1);
            status = add();
        }
        if (status == INM_OK) return failures;
        EXPECT_EQ(status, INM_ERR_ALLOC);
        EXPECT_EQ(inm_hessian_nblock(h), before);
        if (failures > 10) return failures;
    }
}

TEST(Allocation, of_blocks_may_fail_and_adds_nothing)
{
    const int64_t tags[] = {1, 2};
    const int types[]    = {1, 1};
    const double mass[]  = {1.0, 1.0};
    const Vec3 dr        = {{1, 2, 0}};
    const Mat3 k         = diagonal_matrix(1, 2, 3);
    const int count      = 20000;
    int failures         = 0;
    inm_hessian *h       = nullptr;
    ASSERT_EQ(inm_hessian_create(&h, MPI_COMM_SELF, 3, 1.0), INM_OK);
    ASSERT_EQ(inm_hessian_begin(h, 2, tags, types, mass, 0, nullptr), INM_OK);
    for (int b = 0; b < count; b++)
        failures += insist(h, [&]() {
            return inm_hessian_add(h, 0, 1, dr.data(), k.data());
        });
    EXPECT_GT(failures, 1);
    EXPECT_EQ(inm_hessian_nblock(h), (size_t) count);
    ASSERT_EQ(inm_hessian_end(h), INM_OK);

    // H_00 = H_11 = -sum K, H_01 = sum K, Xi = +- sum K dr: whole numbers
    const double u[] = {1, 1, 1, 0, 0, 0}, total = (double) count;
    double y[6], xi[6];
    ASSERT_EQ(inm_hessian_multiply(h, u, y), INM_OK);
    inm_hessian_affine_force(h, 0, 1, xi);
    for (int a = 0; a < 3; a++) {
        EXPECT_EQ(y[a], -total * (a + 1));
        EXPECT_EQ(y[3 + a], total * (a + 1));
        EXPECT_EQ(xi[a], a == 0 ? 2.0 * total : 0.0);
        EXPECT_EQ(xi[3 + a], a == 0 ? -2.0 * total : 0.0);
    }
    inm_hessian_destroy(&h);
}

TEST(Allocation, of_columns_may_fail_and_adds_nothing)
{
    // the first rank sees all others' atoms from their sides only: each is a new column
    const int me = my_rank(), nprocs = number_of_ranks();
    const int64_t natom = 2000;
    const Mat3 k        = diagonal_matrix(2, 4, 6);
    int failures        = 0;
    System s;
    for (int64_t i = 0; i < natom; i++) s.add_atom();
    std::vector<int64_t> tag;
    for (int64_t t = 1; t <= natom; t++)
        if ((t == 1 ? 0 : nprocs - 1) == me) tag.push_back(t);
    inm_hessian *h = nullptr;
    ASSERT_EQ(inm_hessian_create(&h, MPI_COMM_WORLD, 3, 1.0), INM_OK);
    ASSERT_EQ(
        inm_hessian_begin(h, tag.size(), tag.data(), s.type.data(), s.mass.data(), 0, nullptr),
        INM_OK);
    if (me == 0)
        for (int64_t t = 2; t <= natom; t++)
            failures += insist(h, [&]() {
                return inm_hessian_add_side(h, 0, t, k.data());
            });
    if (me == 0) {
        EXPECT_GT(failures, nprocs > 1 ? 5 : 0);
    }
    ASSERT_EQ(inm_hessian_end(h), INM_OK);
    const Field u(3 * tag.size(), 1.0);
    Field y(u);
    ASSERT_EQ(inm_hessian_multiply(h, u.data(), y.data()), INM_OK);
    for (size_t i = 0; i < tag.size(); i++)
        for (size_t a = 0; a < 3; a++)
            EXPECT_EQ(y[3 * i + a], 0.5 * k[4 * a] * (tag[i] == 1 ? (double) natom - 1.0 : 1.0));
    inm_hessian_destroy(&h);
}

TEST(Allocation, of_copies_of_rows_may_fail_anywhere)
{
    const int nprocs = number_of_ranks();
    std::vector<int64_t> row, copy;
    for (int i = 0; i < 600; i++) row.push_back(1 + my_rank() + (int64_t) i * nprocs);
    for (int i = 0; i < 700; i++) copy.push_back(1 + (7 * i) % (600 * nprocs));
    fail_in_turn([&]() {
        inm_halo *halo = nullptr;
        Field mine(3 * row.size(), 1.0), theirs(3 * copy.size(), 0.0);
        inm_status status = inm_halo_create(&halo, MPI_COMM_WORLD, row.size(), row.data(),
                                            copy.size(), copy.data());
        EXPECT_EQ(halo == nullptr, status != INM_OK);
        if (status == INM_OK) status = inm_halo_forward(halo, 1, mine.data(), theirs.data());
        if (status == INM_OK) status = inm_halo_reverse(halo, 3, theirs.data(), mine.data());
        inm_halo_destroy(&halo);
        return status;
    });
}

inm_request request_of_moments(int nproj, const Field &b, int nrandom, int nlanczos)
{
    inm_request r;
    memset(&r, 0, sizeof(r));
    r.nproj      = nproj;
    r.proj       = b.data();
    r.nrandom    = nrandom;
    r.nlanczos   = nlanczos;
    r.ntypes     = 2;
    r.is_free[0] = r.is_free[1] = r.is_free[2] = 1;
    return r;
}

TEST(Allocation, that_fails_on_the_way_to_moments_is_reported_on_all_ranks)
{
    const System s = random_cluster(6, 4);
    for (const Owner &owner : {scattered, all_on_last}) {
        Hessian share(s, owner);
        const Field b       = share.local(random_numbers(3 * s.natom(), -1.0, 1.0, 2), s.natom());
        const inm_request r = request_of_moments(1, b, 2, 5);
        fail_in_turn(
            [&]() {
                inm_kpm *k        = nullptr;
                inm_status status = inm_kpm_create(&k, share.h, &r);
                EXPECT_EQ(k == nullptr, status != INM_OK);
                if (status == INM_OK) status = inm_kpm_advance(k, 3);
                if (status == INM_OK) status = inm_kpm_advance(k, 4);
                inm_kpm_destroy(&k);
                return status;
            },
            [&]() {
                share.build(s, owner); // with it goes what the exchange between ranks has got
            });
    }
}

// two clusters, of atoms 1, 2 and of 3, 4, 5, across ranks if the atoms are
std::vector<inm_cluster> rigid_clusters(const System &s, const Hessian &share)
{
    std::vector<inm_cluster> all;
    for (int first : {0, 2}) {
        inm_cluster c;
        memset(&c, 0, sizeof(c));
        c.natom  = (first == 0) ? 2 : 3;
        c.nbond  = c.natom - 1;
        bool any = false;
        for (int i = 0; i < c.natom; i++) {
            c.tag[i]     = s.tag[(size_t) (first + i)];
            c.mass[i]    = s.mass[(size_t) (first + i)];
            c.x[i][i]    = 1.0;
            any          = any || std::count(share.atoms.begin(), share.atoms.end(), (size_t) (first + i));
            if (i > 0) c.bond[i - 1][1] = i;
        }
        if (any) all.push_back(c);
    }
    return all;
}

TEST(Allocation, that_fails_on_the_way_to_rigid_bonds_is_reported_on_all_ranks)
{
    const System s = random_cluster(6, 4);
    fail_in_turn([&]() {
        Hessian share(s, scattered);
        if (share.status != INM_OK) return share.status;
        const Field force                       = share.local(random_numbers(3 * s.natom(), -1.0, 1.0, 2), s.natom());
        const std::vector<inm_cluster> clusters = rigid_clusters(s, share);
        inm_status status = inm_hessian_constrain(share.h, clusters.size(), clusters.data(), force.data());
        if (status != INM_OK) return status;
        inm_request r = request_of_moments(0, force, 2, 5);
        inm_kpm *k    = nullptr;
        status        = inm_kpm_create(&k, share.h, &r);
        inm_kpm_destroy(&k);
        if (status != INM_OK) return status;
        inm_modes modes;
        memset(&modes, 0, sizeof(modes));
        r.vectors = INM_VECTORS_UNSTABLE;
        status    = inm_solve_modes(inm_solver_find("lapack"), share.h, &r, &modes);
        inm_modes_free(&modes);
        return status;
    });
}

// whatever is computed from a spectrum; what fails leaves nothing behind
inm_status compute_everything(const inm_spectrum *s)
{
    const inm_range range = {4, -5.0, 5.0};
    const inm_edge edge   = {INM_EDGE_FREQUENCY, 1.0};
    const inm_cut cut     = {edge, 0.5, 0.2};
    std::vector<double> rows(5 * range.nbin), sums((size_t) (INM_NSET * 3));
    double outside, slope, uncertainty[INM_NSET];
    inm_fractions fractions, errors;
    inm_entropy entropy;
    inm_measure xi2   = {};
    inm_status status = inm_dos(s, &range, rows.data(), &outside);
    if (status == INM_OK) status = inm_gamma(s, 0, 1, &range, rows.data());
    if (status == INM_OK) status = inm_fractions_of(s, edge, &fractions, &errors);
    if (status == INM_OK) {
        status = inm_low_frequency_slope(s, &slope);
        EXPECT_EQ(std::isnan(slope), status != INM_OK);
    }
    if (status == INM_OK) {
        status = inm_viscosity_uncertainty(s, 0, 1, &cut, uncertainty);
        if (status != INM_OK)
            for (double u : uncertainty) EXPECT_TRUE(std::isnan(u));
    }
    if (status == INM_OK) {
        status = inm_harmonic_entropy(s, 1.0, &entropy);
        EXPECT_TRUE(std::isnan(entropy.classical)); // unstable, or without eigenvalues
    }
    if (status == INM_OK) status = inm_spectrum_projected(s, 0, 1, 1.0, &xi2);
    EXPECT_EQ(xi2.n > 0, status == INM_OK);
    if (status == INM_OK) inm_viscosity_sums(&xi2, &cut, sums.data());
    inm_measure_free(&xi2);
    return status;
}

TEST(Allocation, that_fails_in_what_is_computed_from_a_spectrum_is_reported)
{
    const System s = random_cluster(20, 4);
    Options options;
    options.proj     = random_numbers(3 * s.natom(), -1.0, 1.0, 2);
    options.products = 20;
    for (const char *solver : {"lapack", "kpm", "lowest"}) {
        options.solver  = solver;
        options.vectors = (solver == std::string("lapack")) ? INM_VECTORS_ALL : INM_VECTORS_LOWEST;
        options.nlowest = 8;
        const Spectrum spectrum(s, options);
        ASSERT_EQ(spectrum.status, INM_OK) << solver;
        if (solver == std::string("lowest")) {
            // no slope from a few modes
            const inm_range range = {4, -5.0, 5.0};
            std::vector<double> rows(5 * range.nbin);
            double slope;
            fail_in_turn([&]() {
                inm_status status = inm_dos(spectrum.s, &range, rows.data(), nullptr);
                if (status == INM_OK) status = inm_gamma(spectrum.s, 0, 1, &range, rows.data());
                if (status == INM_OK) status = inm_low_frequency_slope(spectrum.s, &slope);
                return inm_status_sync(status, MPI_COMM_WORLD);
            });
            continue;
        }
        fail_in_turn([&]() {
            return inm_status_sync(compute_everything(spectrum.s), MPI_COMM_WORLD);
        });
    }
}

// each alone, so that none hides behind the one before it
TEST(Allocation, that_fails_in_one_result_of_a_spectrum_leaves_it_undefined)
{
    const System s = random_cluster(20, 4);
    Options options(INM_VECTORS_NONE);
    options.proj     = random_numbers(3 * s.natom(), -1.0, 1.0, 2);
    options.products = 20;
    options.solver   = "kpm";
    const Spectrum moments(s, options);
    options.solver  = "lapack";
    options.vectors = INM_VECTORS_ALL;
    const Spectrum modes(chain(10, FREE, 2.0, 1.0), Options());
    ASSERT_EQ(moments.status, INM_OK);
    ASSERT_EQ(modes.status, INM_OK);
    const inm_cut cut = {{INM_EDGE_FREQUENCY, 1.0}, 0.5, 0.2};
    inm_fractions f, errors;
    double slope, uncertainty[INM_NSET];
    inm_entropy entropy;
    for (const Spectrum *spectrum : {&moments, &modes}) {
        fail_in_turn([&]() {
            const inm_status status = inm_fractions_of(spectrum->s, cut.edge, &f, &errors);
            EXPECT_TRUE(status == INM_OK || status == INM_ERR_ALLOC);
            return inm_status_sync(status, MPI_COMM_WORLD);
        });
        fail_in_turn([&]() {
            const inm_status status = inm_low_frequency_slope(spectrum->s, &slope);
            EXPECT_EQ(std::isnan(slope), status != INM_OK);
            return inm_status_sync(status, MPI_COMM_WORLD);
        });
    }
    EXPECT_FALSE(std::isnan(f.unstable));
    {
        Watch watch(FROM_THEN_ON, 1);
        EXPECT_EQ(inm_fractions_of(moments.s, cut.edge, &f, &errors), INM_ERR_ALLOC);
        for (double x : {f.unstable, f.stable, f.localized, f.delocalized}) EXPECT_TRUE(std::isnan(x));
    }
    fail_in_turn([&]() {
        const inm_status status = inm_viscosity_uncertainty(moments.s, 0, 1, &cut, uncertainty);
        for (double u : uncertainty) EXPECT_EQ(std::isnan(u), status != INM_OK);
        return inm_status_sync(status, MPI_COMM_WORLD);
    });
    fail_in_turn([&]() {
        const inm_status status = inm_harmonic_entropy(modes.s, 1.0, &entropy);
        EXPECT_EQ(std::isnan(entropy.quantum), status != INM_OK);
        return inm_status_sync(status, MPI_COMM_WORLD);
    });
}

void expect_clean_failures_of_solver(const System &s, Options options)
{
    options.proj       = random_numbers(3 * s.natom(), -1.0, 1.0, 2);
    options.edge       = {INM_EDGE_FREQUENCY, 1.0};
    options.keep       = INM_KEEP_INDEX;
    options.keep_value = 1.0;
    fail_in_turn([&]() {
        Task task(s, options);
        if (task.status != INM_OK) return task.status;
        inm_spectrum *spectrum  = nullptr;
        const inm_status status = inm_solve(inm_solver_find(options.solver), task.share.h, &task.request, &spectrum);
        EXPECT_EQ(spectrum == nullptr, status != INM_OK) << "a spectrum after a failure";
        inm_spectrum_destroy(&spectrum);
        return status;
    });
}

TEST(Allocation, that_fails_on_the_way_to_a_spectrum_is_reported_on_all_ranks)
{
    for (const Owner &owner : {scattered, all_on_last}) {
        Options options(INM_VECTORS_UNSTABLE);
        options.owner = owner;
        expect_clean_failures_of_solver(random_cluster(20, 9), options);

        options.solver   = "kpm";
        options.vectors  = INM_VECTORS_NONE;
        options.products = 7;
        expect_clean_failures_of_solver(random_cluster(20, 9), options);
        options.products = 0; // as many as criteria want
        options.bound    = 1e3;
        options.criteria = {inm_criterion{0, 1, {{INM_EDGE_FREQUENCY, 1.0}, 0.5, 0.2}}};
        expect_clean_failures_of_solver(random_cluster(20, 9), options);

        options.vectors = INM_VECTORS_LOWEST;
        options.nlowest = 2;
        expect_clean_failures_of_solver(random_cluster(20, 9), options);
        options.solver = "lowest";
        expect_clean_failures_of_solver(random_cluster(20, 9), options);
    }
}

TEST(Allocation, of_the_lowest_modes_may_fail_anywhere)
{
    const System s = random_cluster(20, 9);
    Hessian share(s);
    const Field b = share.local(random_numbers(3 * s.natom(), -1.0, 1.0, 10), s.natom());
    inm_request r  = request_of_moments(1, b, 0, 0);
    r.vectors      = INM_VECTORS_LOWEST;
    r.nlowest      = 2;
    r.keep         = INM_KEEP_INDEX;
    r.keep_value   = 1.0;
    const auto solve = [&]() {
        inm_modes m;
        memset(&m, 0, sizeof(m));
        const inm_status status = inm_lowest_modes(share.h, &r, -200.0, 200.0, &m, nullptr);
        EXPECT_EQ(m.n, status == INM_OK ? 2u : 0u);
        inm_modes_free(&m);
        return status;
    };
    ASSERT_EQ(solve(), INM_OK); // the exchange between ranks, which is the Hessian's, has its room now
    fail_in_turn(solve);
}

// ---- what needs no Hessian ----------------------------------------------------------------------

// samples of one number, as from a fix
void sample(inm_correlator *c, const inm_correlator_options &o, int count)
{
    for (int k = 0; k < count; k++) {
        const inm_sample *todo = inm_correlator_begin(c);
        const size_t nt = (size_t) o.ntypes, nslot = (size_t) inm_correlator_nslot(c);
        const Field vv(nt * nslot, 1.0 / (1 + k % 5)), moment(2 * nt, 1.0), msd(nt * (size_t) todo->npair + 1, 1.0);
        const inm_products p = {vv.data(), vv.data(), vv.data(), moment.data(), msd.data()};
        inm_correlator_end(c, &p);
    }
}

TEST(Allocation, of_a_correlator_may_fail_anywhere)
{
    for (inm_estimator estimator : {INM_VACF, INM_DIRECT}) {
        const inm_correlator_options o = {2, 5, 1, 2, 3, estimator};
        fail_in_turn([&]() {
            inm_correlator *c = nullptr;
            inm_status status = inm_correlator_create(&c, &o);
            EXPECT_EQ(c == nullptr, status != INM_OK);
            inm_correlator_destroy(&c);
            return inm_status_sync(status, MPI_COMM_WORLD);
        });
    }
}

TEST(Allocation, that_fails_in_an_estimate_of_the_friction_leaves_the_sums_as_they_were)
{
    for (inm_estimator estimator : {INM_VACF, INM_DIRECT}) {
        const inm_correlator_options o = {2, 5, 1, 2, 3, estimator};
        inm_correlator *c              = nullptr;
        ASSERT_EQ(inm_correlator_create(&c, &o), INM_OK);
        sample(c, o, 60);
        Field before(inm_correlator_pack_size(c)), after(before);
        inm_correlator_pack(c, before.data());
        Field friction;
        fail_in_turn(
            [&]() {
                const inm_status status = inm_correlator_estimate(c, 0.1, MPI_COMM_WORLD);
                if (status == INM_OK) friction.push_back(inm_correlator_friction(c, 0)->from_vacf);
                return status;
            },
            [&]() {
                inm_correlator_pack(c, after.data());
                EXPECT_EQ(before, after);
                inm_correlator_unpack(c, before.data()); // so that the next estimate is a new one
            });
        ASSERT_GE(friction.size(), 2u);
        for (double f : friction) EXPECT_EQ(memcmp(&f, &friction[0], sizeof(f)), 0);
        inm_correlator_destroy(&c);
    }
}

TEST(Allocation, of_graphs_and_colors_may_fail_anywhere)
{
    std::vector<int32_t> edge;
    for (int32_t i = 0; i < 300; i++)
        for (int32_t step : {1, 7, 20}) edge.insert(edge.end(), {i, (i + step) % 300});
    fail_in_turn([&]() {
        inm_graph g = {0, nullptr, nullptr}, wider = {0, nullptr, nullptr};
        int ncolor = 0;
        std::vector<int> color(300);
        inm_status status = inm_graph_create(&g, 300, edge.size() / 2, edge.data());
        if (status == INM_OK) status = inm_graph_power(&wider, &g, 3, 300, nullptr);
        if (status == INM_OK) status = inm_graph_color(&wider, nullptr, color.data(), &ncolor);
        inm_graph_free(&g);
        inm_graph_free(&wider);
        return inm_status_sync(status, MPI_COMM_WORLD);
    });
}

TEST(Allocation, of_embedding_terms_may_fail_anywhere)
{
    const Field x = random_numbers(12, -1.0, 1.0, 13), curvature(2, 1.0), slope = random_numbers(24, -1.0, 1.0, 14);
    const std::vector<size_t> start = {0, 3, 6};
    const std::vector<int> atom     = {0, 1, 2, 1, 2, 3};
    const inm_embedding_list terms  = {2, curvature.data(), start.data(), atom.data(), slope.data()};
    const inm_central_pair pairs[]  = {{0, 1, 1.0, 2.0}, {2, 3, 1.0, 2.0}};
    const auto ignore = [](void *, int, int, const double *, const double *) {
        return INM_OK;
    };
    fail_in_turn([&]() {
        return inm_status_sync(inm_embedding_blocks(4, x.data(), &terms, 2, pairs, ignore, nullptr), MPI_COMM_WORLD);
    });
}

TEST(Allocation, in_sums_of_chebyshev_polynomials_may_fail_anywhere)
{
    const Field mu(20, 0.1), x = {-0.5, 0.5};
    const size_t n = inm_chebyshev_nodes(mu.size());
    Field weight(n), below(x.size());
    fail_in_turn([&]() {
        inm_status status = inm_chebyshev_weights(mu.data(), mu.size(), n, weight.data());
        if (status == INM_OK) status = inm_chebyshev_below(mu.data(), mu.size(), x.size(), x.data(), below.data());
        return inm_status_sync(status, MPI_COMM_WORLD);
    });
}

TEST(Allocation, of_a_map_of_tags_may_fail_and_keeps_what_it_has)
{
    fail_in_turn([]() {
        inm_tagmap map    = {nullptr, nullptr, 0, 0};
        inm_status status = INM_OK;
        int32_t known     = 0;
        while (known < 5000 && status == INM_OK)
            if ((status = inm_tagmap_set(&map, 3 * (int64_t) known + 1, known)) == INM_OK) known++;
        for (int32_t i = 0; i < known; i++) EXPECT_EQ(inm_tagmap_find(&map, 3 * (int64_t) i + 1), i);
        inm_tagmap_free(&map);
        return inm_status_sync(status, MPI_COMM_WORLD);
    });
}

TEST(Allocation, of_a_plan_may_fail_anywhere)
{
    inm_request request;
    memset(&request, 0, sizeof(request));
    request.ntypes = 1;
    fail_in_turn([&]() {
        inm_plan plan;
        return inm_plan_make(&plan, MPI_COMM_WORLD, 300, nullptr, &request, nullptr, 0.0);
    });
    Watch watch(FROM_THEN_ON, 1);
    EXPECT_EQ(inm_core_speed(MPI_COMM_WORLD), 0.0); // unknown
    EXPECT_EQ(allocations().live.size(), 0u);
}

TEST(Allocation, of_a_team_may_fail_anywhere)
{
    fail_in_turn([]() {
        inm_team *team    = nullptr;
        inm_status status = inm_team_create(&team, 3);
        EXPECT_EQ(team == nullptr, status != INM_OK);
        inm_team_destroy(&team);
        return inm_status_sync(status, MPI_COMM_WORLD);
    });
}

TEST(Allocation, of_threads_that_fails_leaves_the_work_to_one)
{
    std::vector<int> done(5, 0);
    Watch watch(FROM_THEN_ON, 1);
    inm_run_parallel(5, [](void *ctx, int k) { ((int *) ctx)[k]++; }, done.data());
    EXPECT_EQ(done, std::vector<int>(5, 1));
}

// ---- after a failure ----------------------------------------------------------------------------

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
        ASSERT_EQ(inm_solve_modes(inm_solver_find("lapack"), share.h, &request, &m), INM_OK);
        const std::vector<double> lambda(m.lambda, m.lambda + m.n);
        inm_status status;
        {
            Watch watch(ONCE, which);
            status = inm_solve_modes(inm_solver_find("lapack"), share.h, &request, &m);
        }
        struck = on_any_rank(allocations().struck);
        EXPECT_EQ(status, struck ? INM_ERR_ALLOC : INM_OK);
        ASSERT_EQ(inm_solve_modes(inm_solver_find("lapack"), share.h, &request, &m), INM_OK);
        EXPECT_EQ(lambda, std::vector<double>(m.lambda, m.lambda + m.n));
    }
    inm_modes_free(&m);
}

TEST(Allocation, that_fails_leaves_the_low_frequency_slope_undefined)
{
    std::vector<double> lambda;
    for (int p = 0; p < 100; p++) lambda.push_back(0.5 + p);
    const Spectrum spectrum{Table(lambda)};
    double slope;
    EXPECT_EQ(inm_low_frequency_slope(spectrum.s, &slope), INM_OK);
    EXPECT_FALSE(std::isnan(slope));
    for (long which : {1, 2}) { // the measure, and what is sorted
        Watch watch(ONCE, which);
        EXPECT_EQ(inm_low_frequency_slope(spectrum.s, &slope), INM_ERR_ALLOC);
        EXPECT_TRUE(std::isnan(slope));
        EXPECT_EQ(allocations().live.size(), 0u);
    }
}

TEST(Allocation, of_a_spectrum_from_a_table_may_fail_and_frees_the_table)
{
    Table t({-1.0, 1.0, 2.0});
    fail_in_turn([&]() {
        inm_modes copy = {};
        copy           = copy_of(t.m);
        if (!copy.mass || !copy.lambda || !copy.pr || !copy.proj2 || !copy.weight || !copy.cls) {
            inm_modes_free(&copy);
            return inm_status_sync(INM_ERR_ALLOC, MPI_COMM_WORLD);
        }
        inm_spectrum *spectrum  = nullptr;
        const inm_status status = inm_mode_spectrum_create(&spectrum, &copy, lacks_nothing());
        EXPECT_EQ(spectrum == nullptr, status != INM_OK);
        EXPECT_EQ(copy.lambda, nullptr);
        inm_spectrum_destroy(&spectrum);
        return inm_status_sync(status, MPI_COMM_WORLD);
    });
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
            EXPECT_EQ(inm_solve_modes(lapack, share.h, &request, &m), INM_OK);
            inm_modes_free(&m);
        }
        const inm_job job = job_for(s.n(), vectors);
        const double said = inm_solver_bytes(lapack, &job);
        EXPECT_LE(allocations().peak, said) << "vectors " << vectors;
        if (my_rank() == 0) {
            EXPECT_GE(allocations().peak, 0.8 * said) << "vectors " << vectors;
        }
    }
}

TEST(Memory, of_the_hessian_is_what_it_says)
{
    for (const System &s : {many_blocks(), many_atoms()}) {
        Watch watch;
        Hessian share(s);
        // the handle; of atoms that have copies on other ranks a few indices on either side
        const double rest = 1024.0 + 20.0 * (double) s.natom() * number_of_ranks();
        EXPECT_GE(allocations().bytes, inm_hessian_bytes(share.h));
        EXPECT_LE(allocations().bytes, inm_hessian_bytes(share.h) + rest);
    }
}

TEST(Memory, of_assembling_the_hessian_is_what_it_says)
{
    const size_t natom = 300;
    const System s     = random_cluster(natom, 5);
    const double npair = (double) s.terms.size();
    Hessian share((System()));
    {
        Watch watch;
        share.build(s, all_on_first);
    }
    // besides the blocks: rows and ghosts, and the last piece of memory that is not full
    const double said = inm_hessian_bytes_for(npair), rest = 1e6 + 1000.0 * (double) natom;
    if (my_rank() == 0) {
        EXPECT_GE(allocations().peak, 0.9 * said);
        EXPECT_LE(allocations().peak, said + rest);
    } else {
        EXPECT_LE(allocations().peak, rest);
    }
    share.build(System());
    EXPECT_EQ(allocations().live.size(), 0u);
}

TEST(Memory, of_moments_is_what_is_said)
{
    const System s = random_cluster(120, 5);
    Hessian share(s);
    const inm_request r = request_of_moments(0, Field(), 9, 0);
    const double said = inm_kpm_bytes_for(share.h, &r);
    {
        Watch watch;
        inm_kpm *k = nullptr;
        EXPECT_EQ(inm_kpm_create(&k, share.h, &r), INM_OK);
        EXPECT_EQ(inm_kpm_advance(k, 1), INM_OK);
        inm_kpm_destroy(&k);
    }
    // the exchange between ranks has copies of its own: in either direction two of the atoms of
    // others
    const double exchanged = (number_of_ranks() > 1) ? 4.0 * 192.0 * (double) s.natom() : 0.0;
    EXPECT_GE(allocations().peak, 0.95 * said);
    EXPECT_LE(allocations().peak, said + exchanged + 50000.0);
}
} // namespace
