// Distributed solvers on any number of ranks: the grid, the matrix on it, and solutions by
// ScaLAPACK and ELPA.

#include "model_systems.h"

extern "C" {
#include "solvers/inm_distributed.h"
}

#include <map>
#include <set>
#include <string>

namespace {

// ---- places -------------------------------------------------------------------------------------

TEST(Cyclic, every_row_has_one_place_and_all_places_are_taken)
{
    for (int block : {1, 3, 6, 48})
        for (int nprocs : {1, 2, 3, 5})
            for (size_t n : {1, 3, 12, 47, 48, 49, 300}) {
                std::vector<std::set<size_t>> taken(nprocs);
                for (size_t g = 0; g < n; g++) {
                    const int owner    = inm_cyclic_owner(g, block, nprocs);
                    const size_t local = inm_cyclic_local(g, block, nprocs);
                    ASSERT_TRUE(taken[owner].insert(local).second);
                    ASSERT_EQ(inm_cyclic_global(local, block, owner, nprocs), g);
                }
                for (int r = 0; r < nprocs; r++) {
                    ASSERT_EQ(inm_cyclic_count(n, block, r, nprocs), taken[r].size());
                    if (!taken[r].empty()) {
                        ASSERT_EQ(*taken[r].rbegin() + 1, taken[r].size());
                    }
                }
            }
}

// A grid that frees itself.
struct Grid {
    inm_cyclic c;
    explicit Grid(size_t natom, int dim = 3, MPI_Comm comm = MPI_COMM_WORLD)
    {
        EXPECT_EQ(inm_cyclic_create(&c, comm, natom, dim), INM_OK);
    }
    ~Grid() { inm_cyclic_free(&c); }
    Grid(const Grid &)            = delete;
    Grid &operator=(const Grid &) = delete;

    int nranks() const { return c.nprow * c.npcol; }
};

TEST(Grid, is_nearly_square_and_uses_all_ranks_that_make_one)
{
    // with these numbers of ranks all are in the grid
    const std::map<int, std::pair<int, int>> sides = {
        {1, {1, 1}}, {2, {1, 2}}, {3, {1, 3}}, {4, {2, 2}}, {6, {2, 3}}, {8, {2, 4}}, {9, {3, 3}}};
    const Grid grid(1000);
    EXPECT_LE(grid.nranks(), number_of_ranks());
    EXPECT_LE(grid.c.nprow, grid.c.npcol);
    EXPECT_LE(grid.c.npcol, 3 * grid.c.nprow);
    const auto known = sides.find(number_of_ranks());
    if (known == sides.end()) return;
    EXPECT_EQ(grid.c.nprow, known->second.first);
    EXPECT_EQ(grid.c.npcol, known->second.second);
}

TEST(Grid, has_something_on_each_of_its_ranks_and_never_splits_an_atom)
{
    for (int dim : {2, 3})
        for (size_t natom : {1, 2, 3, 4, 5, 7, 16, 33, 100}) {
            const Grid grid(natom, dim);
            const inm_cyclic &c = grid.c;
            EXPECT_EQ(c.n, dim * natom);
            EXPECT_EQ(c.block % dim, 0);
            EXPECT_EQ(inm_cyclic_inside(&c), my_rank() < grid.nranks());
            EXPECT_EQ(c.nrow > 0 && c.ncol > 0, inm_cyclic_inside(&c) != 0);
            double mine = (double)c.nrow * (double)c.ncol, sum = 0.0;
            EXPECT_LE(mine, inm_cyclic_largest_part(c.n, number_of_ranks()));
            MPI_Allreduce(&mine, &sum, 1, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
            EXPECT_EQ(sum, (double)c.n * (double)c.n);
        }
}

TEST(Grid, of_many_atoms_is_shared_evenly)
{
    const size_t natom = 400, n = 3 * natom;
    const Grid grid(natom);
    // at most one block more than the others, in rows and columns
    const double rows = (double)n / grid.c.nprow + grid.c.block,
                 cols = (double)n / grid.c.npcol + grid.c.block;
    EXPECT_LE((double)grid.c.nrow * (double)grid.c.ncol, rows * cols);
}

// ---- the matrix ---------------------------------------------------------------------------------

// local elements equal those of D, plus the shifted translations if these are free
void expect_matrix(const System &s, const Owner &owner, const Giver &giver, bool free)
{
    const Hessian share(s, owner, false, MPI_COMM_WORLD, giver);
    ASSERT_EQ(share.status, INM_OK);
    Grid grid(s.natom(), s.dim);
    const inm_cyclic &c = grid.c;
    const int is_free[] = {free, free, free && s.dim == 3};
    for (int times = 0; times < 2; times++)
        ASSERT_EQ(
            inm_cyclic_fill(&grid.c, share.h, s.tag.data(), s.mass.data(), s.natom(), is_free),
            INM_OK);

    const Field d          = s.matrix();
    const double norm      = row_sum_norm(d, s.n());
    const double tolerance = 20.0 * (double)s.n() * DBL_EPSILON * norm; // sums in another order
    EXPECT_GT(c.shift, norm * (1.0 - 1e-9));
    for (size_t col = 0; col < c.ncol; col++)
        for (size_t row = 0; row < c.nrow; row++) {
            const size_t gr  = inm_cyclic_global(row, c.block, c.myrow, c.nprow);
            const size_t gc  = inm_cyclic_global(col, c.block, c.mycol, c.npcol);
            const size_t dim = (size_t)s.dim;
            double wanted    = d[gr * s.n() + gc];
            if (free && gr % dim == gc % dim)
                wanted += c.shift * std::sqrt(s.mass[gr / dim] * s.mass[gc / dim]) / s.total_mass();
            ASSERT_NEAR(c.a[col * c.nrow + row], wanted, tolerance) << gr << " " << gc;
        }
}

TEST(Matrix, on_the_grid_is_that_of_the_formulas)
{
    for (const Owner &owner : std::vector<Owner>{scattered, all_on_first, all_on_last, in_pairs})
        for (const Giver &giver : std::vector<Giver>{given_by_owner, given_by_stranger})
            for (size_t natom : {1, 2, 5, 40})
                for (int dim : {2, 3})
                    expect_matrix(random_cluster(natom, 31, dim), owner, giver, natom % 2 == 0);
}

TEST(Matrix, with_more_blocks_than_a_rank_sends_at_a_time_is_complete)
{
    expect_matrix(random_cluster(200, 32), all_on_first, given_by_owner,
                  true); // 40000 blocks, all from rank 0
}

TEST(Matrix, with_an_undefined_element_is_refused)
{
    for (double bad : {NaN, Infinity}) {
        System s = random_cluster(5, 33);
        s.onsite(3, diagonal_matrix(1.0, bad, 1.0));
        const Hessian share(s);
        Grid grid(s.natom());
        const int is_free[] = {0, 0, 0};
        EXPECT_EQ(
            inm_cyclic_fill(&grid.c, share.h, s.tag.data(), s.mass.data(), s.natom(), is_free),
            INM_ERR_NONFINITE);
    }
}

TEST(Columns, are_completed_and_spread_again)
{
    for (size_t natom : {2, 5, 50}) {
        const Grid grid(natom);
        const inm_cyclic &c = grid.c;
        if (!inm_cyclic_inside(&c)) continue;
        // rank r of the grid column has 2 r + 1 columns; element i of column k is 1000 k + i
        std::vector<int> share(1, 0);
        for (int r = 0; r < c.nprow; r++)
            share.push_back(share.back() + 2 * r + 1);
        const size_t mine = 2 * (size_t)c.myrow + 1, all = (size_t)share.back();
        Field part(all * c.nrow), again(part.size()), whole(mine * c.n), buffer(whole.size());
        for (size_t k = 0; k < all; k++)
            for (size_t i = 0; i < c.nrow; i++)
                part[k * c.nrow + i] =
                    1000.0 * (double)k + (double)inm_cyclic_global(i, c.block, c.myrow, c.nprow);

        inm_cyclic_complete(&c, share.data(), part.data(), whole.data(), buffer.data());
        for (size_t k = 0; k < mine; k++)
            for (size_t i = 0; i < c.n; i++)
                ASSERT_EQ(whole[k * c.n + i], 1000.0 * (double)(share[c.myrow] + k) + (double)i);
        inm_cyclic_spread(&c, share.data(), whole.data(), again.data(), buffer.data());
        EXPECT_EQ(again, part);
    }
}

// ---- what a solver returns is checked -----------------------------------------------------------

// Independent atoms: eigenvectors are unit vectors, in the order of lambda.
System alone(size_t natom)
{
    System s;
    for (size_t i = 0; i < natom; i++) {
        s.add_atom(1.0, 1 + (int)(i % 2));
        s.onsite(i, diagonal_matrix(3.0 * (double)i - 10.0, 3.0 * (double)i - 9.0,
                                    3.0 * (double)i - 8.0));
    }
    return s;
}

// A solver for this system that returns one or two wrong modes in its first attempts.
enum Fault { NO_FAULT, WRONG_LAMBDA, TURNED, TWICE, LONGER, SWAPPED, UNDEFINED, GIVES_UP };
struct Fake {
    Fault fault;
    int bad_attempts, attempts;
};
Fake fake;

inm_status fake_solve(inm_distributed *p)
{
    const inm_cyclic &c = p->d;
    const Fault fault   = (fake.attempts++ < fake.bad_attempts) ? fake.fault : NO_FAULT;
    if (fault == GIVES_UP) return INM_ERR_ACCURACY;
    for (size_t k = 0; k < c.n; k++)
        p->lambda[k] = (double)k - 10.0;
    if (fault == WRONG_LAMBDA) p->lambda[5] += 1e-6;
    inm_distributed_spectrum(p);

    Field z(c.nrow * c.ncol, 0.0);
    for (size_t col = 0; col < c.ncol; col++)
        for (size_t row = 0; row < c.nrow; row++) {
            const size_t mode = inm_cyclic_global(col, c.block, c.mycol, c.npcol);
            const size_t i    = inm_cyclic_global(row, c.block, c.myrow, c.nprow);
            size_t of_mode    = mode;
            if (fault == TWICE && mode == 4) of_mode = 7;
            if (fault == SWAPPED && (mode == 4 || mode == 7)) of_mode = 11 - mode;
            double &x = z[col * c.nrow + row];
            x         = (i == of_mode) ? 1.0 : 0.0;
            if (fault == TURNED && mode == 4 && i == 5) x = 1e-6;
            if (fault == LONGER && mode == 4) x *= 1.0 + 1e-6;
            if (fault == UNDEFINED && mode == 4) x = NaN;
        }
    return inm_distributed_take_all(p, inm_fill_wanted(&p->f), z.data());
}

inm_status can_all(const inm_job *)
{
    return INM_OK;
}

const inm_solver fake_solver = {"fake",  INM_ON_GRID, {},         can_all, nullptr,
                                nullptr, nullptr,     fake_solve, nullptr};

inm_status solve_alone(size_t natom, inm_vectors which, Fault fault, int bad_attempts, inm_modes *m)
{
    const System s = alone(natom);
    const Hessian share(s);
    inm_request request;
    memset(&request, 0, sizeof(request));
    request.vectors = which;
    request.ntypes  = 2;
    fake            = {fault, bad_attempts, 0};
    return inm_solve_modes(&fake_solver, share.h, &request, m);
}

TEST(Check, lets_good_vectors_pass)
{
    for (size_t natom : {4, 5, 30, 70})
        for (inm_vectors which : {INM_VECTORS_ALL, INM_VECTORS_UNSTABLE, INM_VECTORS_NONE}) {
            inm_modes m;
            memset(&m, 0, sizeof(m));
            ASSERT_EQ(solve_alone(natom, which, NO_FAULT, 0, &m), INM_OK);
            for (size_t p = 0; p < m.n; p++) {
                EXPECT_EQ(m.lambda[p], (double)p - 10.0);
                EXPECT_EQ(inm_has_vector(&m, p),
                          which == INM_VECTORS_ALL ||
                              (which == INM_VECTORS_UNSTABLE && p <= 10)); // a zero mode, too
                if (inm_has_vector(&m, p)) {
                    EXPECT_DOUBLE_EQ(m.pr[p], 1.0 / (double)natom);
                }
            }
            EXPECT_EQ(m.grid[0] * m.grid[1], Grid(natom).nranks());
            inm_modes_free(&m);
        }
}

TEST(Check, refuses_what_is_no_set_of_eigenpairs_after_a_second_attempt)
{
    for (Fault fault : {WRONG_LAMBDA, TURNED, TWICE, LONGER, SWAPPED, UNDEFINED, GIVES_UP})
        for (int bad_attempts : {1, 2}) {
            inm_modes m;
            memset(&m, 0, sizeof(m));
            EXPECT_EQ(solve_alone(20, INM_VECTORS_ALL, fault, bad_attempts, &m),
                      bad_attempts == 1 ? INM_OK : INM_ERR_ACCURACY)
                << fault;
            if (bad_attempts == 1) {
                for (size_t p = 0; p < m.n; p++) {
                    EXPECT_EQ(m.lambda[p], (double)p - 10.0);
                    EXPECT_DOUBLE_EQ(m.pr[p], 1.0 / 20.0); // no traces of the first attempt
                }
                double sum = 0.0;
                for (size_t i = 0; i < 20; i++)
                    sum += m.intensity[3 * i + 2];
                EXPECT_DOUBLE_EQ(sum, 1.0);
            }
            inm_modes_free(&m);
        }
}

// ---- solvers ------------------------------------------------------------------------------------

class Distributed : public testing::TestWithParam<const char *> {
protected:
    void SetUp() override
    {
        if (!inm_solver_find(GetParam())) GTEST_SKIP() << "built without solver " << GetParam();
    }
};

INSTANTIATE_TEST_SUITE_P(Solvers, Distributed, testing::Values("scalapack", "elpa"),
                         [](const testing::TestParamInfo<const char *> &info) {
                             return std::string(info.param);
                         });

// distance of a mode from its closest neighbor
double gap_of(const inm_modes &m, size_t p)
{
    double gap = Infinity;
    if (p > 0) gap = std::min(gap, m.lambda[p] - m.lambda[p - 1]);
    if (p + 1 < m.n) gap = std::min(gap, m.lambda[p + 1] - m.lambda[p]);
    return gap;
}

// Compare two tables of the same system from two solvers.  P, projections and weights that depend
// on the choice of basis in a cluster are compared by sum_over_clusters.
void expect_same_table(const System &s, const Solution &found, const Solution &wanted,
                       double square)
{
    ASSERT_EQ(wanted.status, INM_OK);
    ASSERT_EQ(found.status, INM_OK);
    ASSERT_EQ(found.m.n, wanted.m.n);
    EXPECT_EQ(found.m.nzero, wanted.m.nzero);
    for (size_t i = 0; i < found.m.natom; i++) {
        EXPECT_EQ(found.m.tag[i], wanted.m.tag[i]);
        EXPECT_EQ(found.m.mass[i], wanted.m.mass[i]);
    }
    const Field d          = s.matrix();
    const double tolerance = lambda_tolerance(d, s.n()), per_gap = vector_tolerance(d, s.n(), 1.0);
    for (size_t p = 0; p < wanted.m.n; p++) {
        EXPECT_NEAR(found.m.lambda[p], wanted.m.lambda[p], tolerance) << "mode " << p;
        ASSERT_EQ(inm_has_vector(&found.m, p), inm_has_vector(&wanted.m, p)) << "mode " << p;
        const double angle = per_gap / gap_of(wanted.m, p);
        if (wanted.m.cls[p] == INM_ZERO || angle > 1e-6) continue;
        EXPECT_EQ(found.m.cls[p], wanted.m.cls[p]) << "mode " << p;
        if (!inm_has_vector(&wanted.m, p)) continue;
        EXPECT_NEAR(found.m.pr[p], wanted.m.pr[p], 4.0 * angle);
        for (int v = 0; v < wanted.m.nproj; v++)
            EXPECT_NEAR(found.proj2(v, p), wanted.proj2(v, p), 2.0 * angle * square);
        for (int t = 1; t <= wanted.m.ntypes; t++)
            EXPECT_NEAR(found.weight(t, p), wanted.weight(t, p), 2.0 * angle / 0.5);
    }
    for (size_t i = 0; i < 3 * wanted.m.natom; i++) {
        ASSERT_EQ(std::isnan(found.m.intensity[i]), std::isnan(wanted.m.intensity[i]));
        ASSERT_EQ(std::isnan(found.m.eigenvector[i]), std::isnan(wanted.m.eigenvector[i]));
        if (!std::isnan(wanted.m.intensity[i])) {
            EXPECT_NEAR(found.m.intensity[i], wanted.m.intensity[i], 1e-9);
        }
        if (!std::isnan(wanted.m.eigenvector[i])) {
            EXPECT_NEAR(found.m.eigenvector[i], wanted.m.eigenvector[i], 1e-6);
        }
    }
}

void expect_same_table(const char *solver, const System &s, Options options)
{
    Solution wanted(s, options);
    options.solver = solver;
    Solution found(s, options);
    EXPECT_STREQ(found.m.solver, solver);
    expect_same_table(s, found, wanted,
                      options.proj.empty() ? 0.0 : squared_norm(options.proj) / 0.5);
}

Options full_options(const System &s, inm_vectors vectors)
{
    Options options(vectors);
    options.proj = random_numbers(2 * 3 * s.natom(), -1.0, 1.0, 42);
    options.edge = {INM_EDGE_FREQUENCY, 0.5};
    if (vectors != INM_VECTORS_NONE) {
        options.keep       = INM_KEEP_INDEX;
        options.keep_value = 1;
    }
    return options;
}

TEST_P(Distributed, agrees_with_lapack_for_any_number_of_atoms)
{
    // fewer atoms than ranks, less than a block, several blocks, more than a panel on each rank
    for (size_t natom : {1, 2, 3, 4, 5, 6, 9, 17, 50, 110}) {
        const System s = random_cluster(natom, 41);
        for (inm_vectors which : {INM_VECTORS_ALL, INM_VECTORS_UNSTABLE, INM_VECTORS_NONE}) {
            SCOPED_TRACE(std::to_string(natom) + " atoms, vectors " + std::to_string(which));
            expect_same_table(GetParam(), s, full_options(s, which));
        }
    }
}

TEST_P(Distributed, agrees_with_lapack_in_two_dimensions)
{
    for (size_t natom : {1, 3, 8, 60}) {
        const System s = random_cluster(natom, 43, 2);
        for (inm_vectors which : {INM_VECTORS_ALL, INM_VECTORS_UNSTABLE, INM_VECTORS_NONE})
            expect_same_table(GetParam(), s, full_options(s, which));
    }
}

TEST_P(Distributed, agrees_with_lapack_where_nothing_moves_freely)
{
    const System s = chain(20, FIXED, 2.0, -0.3, 1.7);
    expect_same_table(GetParam(), s, Options());
}

TEST_P(Distributed, does_not_depend_on_who_has_which_atoms)
{
    const System s  = random_cluster(11, 44);
    Options options = full_options(s, INM_VECTORS_ALL);
    Solution wanted(s, options);
    options.solver = GetParam();
    for (const Owner &owner : std::vector<Owner>{all_on_first, all_on_last, in_pairs})
        for (bool reversed : {false, true}) {
            options.owner    = owner;
            options.reversed = reversed;
            expect_same_table(s, Solution(s, options), wanted, squared_norm(options.proj) / 0.5);
        }
}

TEST_P(Distributed, classifies_by_participation_ratio)
{
    const System s = random_cluster(30, 45);
    for (inm_vectors which : {INM_VECTORS_ALL, INM_VECTORS_UNSTABLE}) {
        Options options = full_options(s, which);
        options.edge    = {INM_EDGE_PARTICIPATION, 0.4};
        expect_same_table(GetParam(), s, options);
    }
}

TEST_P(Distributed, finds_vectors_of_more_unstable_modes_than_expected)
{
    for (double sign : {1.0, -1.0}) { // all stable; all unstable
        System s        = chain(15, FIXED, sign * 2.0, sign * 0.7, 1.3);
        Options options = full_options(s, INM_VECTORS_UNSTABLE);
        options.keep    = INM_KEEP_NONE;
        expect_same_table(GetParam(), s, options);
    }
}

TEST_P(Distributed, table_is_the_same_on_all_ranks)
{
    const System s  = random_cluster(12, 46);
    Options options = full_options(s, INM_VECTORS_ALL);
    options.solver  = GetParam();
    const Solution solution(s, options);
    ASSERT_EQ(solution.status, INM_OK);
    const inm_modes &m = solution.m;
    Field mine;
    mine.insert(mine.end(), m.lambda, m.lambda + m.n);
    mine.insert(mine.end(), m.pr, m.pr + m.n);
    mine.insert(mine.end(), m.proj2, m.proj2 + 2 * m.n);
    mine.insert(mine.end(), m.weight, m.weight + 2 * m.n);
    mine.insert(mine.end(), m.eigenvector, m.eigenvector + 3 * m.natom);
    Field first = mine;
    MPI_Bcast(first.data(), (int)first.size(), MPI_DOUBLE, 0, MPI_COMM_WORLD);
    EXPECT_EQ(mine, first);
}

// ---- clusters -----------------------------------------------------------------------------------

// sums over the modes between two integers, which do not depend on the basis in a cluster
std::map<long, double> sum_over_clusters(const Solution &s,
                                         const std::function<double(size_t)> &of_mode)
{
    std::map<long, double> sum;
    for (size_t p = 0; p < s.m.n; p++)
        sum[(long)std::floor(s.m.lambda[p])] += of_mode(p);
    return sum;
}

void expect_same_clusters(const char *solver, const System &s, inm_vectors which)
{
    Options options(which);
    options.proj = random_numbers(3 * s.natom(), -1.0, 1.0, 47);
    Solution wanted(s, options);
    options.solver = solver;
    Solution found(s, options);
    ASSERT_EQ(wanted.status, INM_OK);
    ASSERT_EQ(found.status, INM_OK);
    EXPECT_STREQ(found.m.solver, solver);

    const Field d          = s.matrix();
    const double tolerance = lambda_tolerance(d, s.n()), angle = vector_tolerance(d, s.n(), 1.0);
    const double square = squared_norm(options.proj) / 0.5;
    for (size_t p = 0; p < s.n(); p++) {
        ASSERT_NEAR(found.m.lambda[p], wanted.m.lambda[p], tolerance);
        ASSERT_EQ(inm_has_vector(&found.m, p), inm_has_vector(&wanted.m, p));
    }
    const auto projection = [&](const Solution &t) {
        return sum_over_clusters(t, [&](size_t p) {
            return inm_has_vector(&t.m, p) ? t.proj2(0, p) : 0.0;
        });
    };
    const auto weight = [&](const Solution &t) {
        return sum_over_clusters(t, [&](size_t p) {
            return inm_has_vector(&t.m, p) ? t.weight(1, p) : 0.0;
        });
    };
    for (const auto &one : projection(wanted))
        EXPECT_NEAR(projection(found)[one.first], one.second, 2.0 * angle * square)
            << "lambda " << one.first;
    for (const auto &one : weight(wanted))
        EXPECT_NEAR(weight(found)[one.first], one.second, 2.0 * angle * (double)s.n() / 0.5)
            << "lambda " << one.first;
}

// every eigenvalue with this multiplicity, starting below zero
System degenerate(size_t natom, size_t multiplicity, unsigned seed)
{
    std::vector<double> lambda(3 * natom);
    for (size_t p = 0; p < lambda.size(); p++)
        lambda[p] = -3.5 + (double)(p / multiplicity);
    return with_spectrum(lambda, random_orthogonal(lambda.size(), seed),
                         std::vector<double>(natom, 1.0));
}

TEST_P(Distributed, handles_clusters)
{
    for (size_t multiplicity : {2, 5, 12, 45})
        for (inm_vectors which : {INM_VECTORS_ALL, INM_VECTORS_UNSTABLE})
            expect_same_clusters(GetParam(), degenerate(30, multiplicity, 48), which);
}

TEST_P(Distributed, handles_a_crystal)
{
    // a periodic chain has clusters: waves in both directions, and x, y, z alike
    const System s = chain(24, PERIODIC, 1.0, 1.0);
    Options options;
    options.solver = GetParam();
    std::vector<double> lambda;
    for (int direction = 0; direction < 3; direction++)
        for (double l : chain_lambda(24, PERIODIC, 1.0))
            lambda.push_back(l);
    std::sort(lambda.begin(), lambda.end());
    const Solution solution(s, options);
    const double tolerance = lambda_tolerance(s.matrix(), s.n());
    ASSERT_EQ(solution.status, INM_OK);
    for (size_t p = 0; p < s.n(); p++) {
        EXPECT_NEAR(solution.m.lambda[p], lambda[p], tolerance);
        EXPECT_TRUE(inm_has_vector(&solution.m, p));
    }
}

TEST_P(Distributed, handles_a_cluster_that_is_too_large_for_a_rank)
{
    // 130 independent atoms with three equal frequencies, and ten others
    System s;
    for (size_t i = 0; i < 140; i++)
        s.add_atom(1.0, 1 + (int)(i % 2));
    for (size_t i = 0; i < 130; i++)
        s.onsite(i, diagonal_matrix(2.5, 2.5, 2.5));
    for (size_t i = 130; i < 140; i++)
        s.onsite(i, diagonal_matrix(-1.5 - (double)i, 4.5 + (double)i, -2.0 * (double)i - 0.5));
    for (inm_vectors which : {INM_VECTORS_ALL, INM_VECTORS_UNSTABLE})
        expect_same_clusters(GetParam(), s, which);
}

TEST_P(Distributed, handles_atoms_that_feel_nothing)
{
    System s;
    for (size_t i = 0; i < 100; i++)
        s.add_atom(1.0 + (double)(i % 3));
    Options options;
    options.solver = GetParam();
    const Solution solution(s, options);
    ASSERT_EQ(solution.status, INM_OK);
    EXPECT_EQ(solution.m.nzero, s.n());
    for (size_t p = 0; p < s.n(); p++)
        EXPECT_EQ(solution.m.lambda[p], 0.0);
}

TEST_P(Distributed, handles_no_atoms)
{
    Options options;
    options.solver = GetParam();
    const Solution solution(System(), options);
    EXPECT_EQ(solution.status, INM_OK);
    EXPECT_EQ(solution.m.n, 0u);
}

// ---- communicators and errors -------------------------------------------------------------------

TEST_P(Distributed, works_on_parts_of_the_world_at_the_same_time)
{
    // as with LAMMPS's -partition: even and odd ranks solve different systems, once more, once less
    const int color = my_rank() % 2;
    MPI_Comm part;
    MPI_Comm_split(MPI_COMM_WORLD, color, -my_rank(),
                   &part); // and in a different order than in the world
    const System s  = random_cluster(color ? 7 : 12, 49 + (unsigned)color);
    Options options = full_options(s, INM_VECTORS_ALL);
    options.comm    = part;
    for (int times = 0; times < 2 + color; times++)
        expect_same_table(GetParam(), s, options);
    MPI_Comm_free(&part);
}

TEST_P(Distributed, tells_what_is_wrong_with_the_input)
{
    Options options;
    options.solver = GetParam();
    System s       = random_cluster(6, 50);
    s.onsite(2, diagonal_matrix(NaN, 1.0, 1.0));
    EXPECT_EQ(Solution(s, options).status, INM_ERR_NONFINITE);
    s        = random_cluster(6, 50);
    s.tag[4] = s.tag[1];
    EXPECT_EQ(Solution(s, options).status, INM_ERR_TAG);
}

TEST_P(Distributed, needs_less_memory_per_rank_on_more_ranks)
{
    const inm_solver *solver = inm_solver_find(GetParam());
    EXPECT_EQ(inm_solver_place(solver), INM_ON_GRID);
    const size_t n = 30000;
    for (inm_vectors which : {INM_VECTORS_ALL, INM_VECTORS_UNSTABLE, INM_VECTORS_NONE}) {
        const inm_job one = job_for(n, which), many = job_for(n, which, 16);
        const double alone = inm_solver_bytes(solver, &one);
        EXPECT_GE(alone, 8.0 * (double)n * (double)n);
        EXPECT_LT(inm_solver_bytes(solver, &many), alone / 10.0);
        EXPECT_LT(inm_solver_work(solver, &many), inm_solver_work(solver, &one));
    }
}

TEST(DenseSolvers, are_not_distributed)
{
    for (const char *name : {"lapack", "twostage"})
        EXPECT_EQ(inm_solver_place(inm_solver_find(name)), INM_ON_ROOT);
}

} // namespace
