// Two-stage solver in both precisions, and its threads.  Systems have more than 128 modes, below
// which it calls LAPACK, or more than 256, below which single precision is replaced by double.

#include "inm_cores.h"
#include "model_systems.h"

#include <atomic>
#include <sched.h>

namespace {

// distance of a mode from its closest neighbor
double gap_of(const inm_modes &m, size_t p)
{
    double gap = Infinity;
    if (p > 0) gap = std::min(gap, m.lambda[p] - m.lambda[p - 1]);
    if (p + 1 < m.n) gap = std::min(gap, m.lambda[p + 1] - m.lambda[p]);
    return gap;
}

void expect_same_table(const System &s, Options options)
{
    options.solver = "lapack";
    Solution lapack(s, options);
    options.solver = "twostage";
    Solution twostage(s, options);
    ASSERT_EQ(lapack.status, INM_OK);
    ASSERT_EQ(twostage.status, INM_OK);
    EXPECT_STREQ(twostage.m.solver, "twostage");
    EXPECT_EQ(twostage.m.nzero, lapack.m.nzero);

    const Field d          = s.matrix();
    const double tolerance = lambda_tolerance(d, s.n()), per_gap = vector_tolerance(d, s.n(), 1.0);
    const double square = options.proj.empty() ? 0.0 : squared_norm(options.proj) / 0.5;
    for (size_t p = 0; p < lapack.m.n; p++) {
        EXPECT_NEAR(twostage.m.lambda[p], lapack.m.lambda[p], tolerance);
        EXPECT_EQ(twostage.m.cls[p], lapack.m.cls[p]) << p;
        EXPECT_EQ(inm_has_vector(&twostage.m, p), inm_has_vector(&lapack.m, p)) << p;
        if (!inm_has_vector(&lapack.m, p) || lapack.m.cls[p] == INM_ZERO) continue;
        const double angle = per_gap / gap_of(lapack.m, p);
        EXPECT_NEAR(twostage.m.pr[p], lapack.m.pr[p], 4.0 * angle);
        EXPECT_NEAR(twostage.proj2(0, p), lapack.proj2(0, p), 2.0 * angle * square);
    }
    for (size_t i = 0; i < 3 * lapack.m.natom; i++) {
        EXPECT_EQ(std::isnan(twostage.m.intensity[i]), std::isnan(lapack.m.intensity[i]));
        if (!std::isnan(lapack.m.intensity[i])) EXPECT_NEAR(twostage.m.intensity[i], lapack.m.intensity[i], 1e-9);
    }
}

TEST(TwoStage, agrees_with_lapack)
{
    const System s = random_cluster(70, 11);
    for (auto vectors : {INM_VECTORS_ALL, INM_VECTORS_UNSTABLE, INM_VECTORS_NONE}) {
        Options options(vectors);
        options.proj = random_numbers(3 * s.natom(), -1.0, 1.0, 12);
        options.edge = {INM_EDGE_FREQUENCY, 0.5};
        expect_same_table(s, options);
    }
}

TEST(TwoStage, needs_more_than_one_panel_for_many_modes)
{
    const System s = random_cluster(230, 13); // 690 modes, panels of 512
    Options options;
    options.proj = random_numbers(3 * s.natom(), -1.0, 1.0, 14);
    expect_same_table(s, options);
}

// the projection of a vector on a whole cluster does not depend on the choice of basis
void expect_degenerate_modes(size_t multiplicity, unsigned seed)
{
    const size_t natom = 60, n = 3 * natom;
    std::vector<double> lambda(n);
    for (size_t p = 0; p < n; p++) lambda[p] = -3.0 + (double) (p / multiplicity);
    const Field q = random_orthogonal(n, seed);
    const System s = with_spectrum(lambda, q, std::vector<double>(natom, 1.0));
    const double tolerance = lambda_tolerance(s.matrix(), n), angle = vector_tolerance(s.matrix(), n, 1.0);
    Options options;
    options.solver = "twostage";
    options.proj   = random_numbers(n, -1.0, 1.0, 16);
    Solution solution(s, options);
    ASSERT_EQ(solution.status, INM_OK);
    EXPECT_STREQ(solution.m.solver, "twostage") << multiplicity << " fold, seed " << seed;

    for (size_t first = 0; first < n; first += multiplicity) {
        double found = 0.0, wanted = 0.0;
        for (size_t p = first; p < first + multiplicity; p++) {
            double overlap = 0.0;
            for (size_t r = 0; r < n; r++) overlap += q[p * n + r] * options.proj[r];
            wanted += overlap * overlap;
            found += solution.proj2(0, p);
            EXPECT_NEAR(solution.m.lambda[p], lambda[p], tolerance);
        }
        EXPECT_NEAR(found, wanted, 2.0 * angle * squared_norm(options.proj));
    }
}

TEST(TwoStage, handles_degenerate_modes)
{
    for (const size_t multiplicity : {3, 12, 60})
        for (unsigned seed = 15; seed < 23; seed++) expect_degenerate_modes(multiplicity, seed);
}

TEST(TwoStage, leaves_a_huge_cluster_to_lapack)
{
    const size_t natom = 230, n = 3 * natom;
    System s;
    for (size_t i = 0; i < natom; i++) {
        s.add_atom(1.0, 1);
        s.onsite(i, diagonal_matrix(2.0, 2.0, 2.0));
    }
    Options options;
    options.solver = "twostage";
    Solution solution(s, options);
    ASSERT_EQ(solution.status, INM_OK);
    EXPECT_STREQ(solution.m.solver, "lapack");
    const double tolerance = lambda_tolerance(s.matrix(), n);
    for (size_t p = 0; p < n; p++) EXPECT_NEAR(solution.m.lambda[p], 2.0, tolerance);
}

// ---- single precision ---------------------------------------------------------------------------

Options in_single(inm_vectors vectors)
{
    Options options(vectors);
    options.solver    = "twostage";
    options.precision = INM_SINGLE_PRECISION;
    return options;
}

// Sums over modes do not depend on the mixing of neighbors, which makes single precision useful.
TEST(SinglePrecision, gives_eigenvalues_and_sums_over_modes)
{
    const System s         = random_cluster(110, 41); // 330 modes
    const Field d          = s.matrix();
    const double tolerance = lambda_tolerance(d, s.n()) * FLT_EPSILON / DBL_EPSILON;
    for (auto vectors : {INM_VECTORS_ALL, INM_VECTORS_UNSTABLE, INM_VECTORS_NONE}) {
        Options wanted(vectors), options = in_single(vectors);
        wanted.proj = options.proj = random_numbers(3 * s.natom(), -1.0, 1.0, 42);
        wanted.edge = options.edge = {INM_EDGE_FREQUENCY, 0.5};
        Solution in_double(s, wanted), single(s, options);
        ASSERT_EQ(single.status, INM_OK);
        EXPECT_EQ(single.m.single, 1);
        EXPECT_EQ(in_double.m.single, 0);
        EXPECT_EQ(single.m.nzero, in_double.m.nzero);
        double sum = 0.0, sum_single = 0.0;
        size_t differ = 0;
        for (size_t p = 0; p < s.n(); p++) {
            EXPECT_NEAR(single.m.lambda[p], in_double.m.lambda[p], tolerance);
            EXPECT_EQ(inm_has_vector(&single.m, p), inm_has_vector(&in_double.m, p));
            if (single.m.lambda[p] != in_double.m.lambda[p]) differ++;
            if (!inm_has_vector(&single.m, p) || in_double.m.cls[p] != INM_UNSTABLE_LOCALIZED) continue;
            sum += in_double.proj2(0, p);
            sum_single += single.proj2(0, p);
        }
        EXPECT_GT(differ, s.n() / 2); // it must really be single
        EXPECT_NEAR(sum_single, sum, 1e-4 * sum);
    }
}

TEST(SinglePrecision, vectors_are_normalized_in_double)
{
    const System s = random_cluster(110, 43);
    Solution solution(s, in_single(INM_VECTORS_ALL));
    ASSERT_EQ(solution.status, INM_OK);
    double shares = 0.0; // mean |e_ip|^2 over the stable modes, of all atoms
    for (size_t i = 0; i < solution.m.natom; i++) shares += solution.m.intensity[3 * i + 2];
    EXPECT_NEAR(shares, 1.0, 1e-12);
}

// elements are in the range of floats, intermediate results are not
TEST(SinglePrecision, that_overflows_is_left_to_lapack_in_double)
{
    System s = random_cluster(110, 45);
    for (double &m : s.mass) m *= 4.0e-37;
    Solution solution(s, in_single(INM_VECTORS_UNSTABLE)), in_double(s, Options(INM_VECTORS_UNSTABLE));
    ASSERT_EQ(solution.status, INM_OK);
    EXPECT_STREQ(solution.m.solver, "lapack");
    EXPECT_EQ(solution.m.single, 0);
    for (size_t p = 0; p < s.n(); p++)
        EXPECT_NEAR(solution.m.lambda[p], in_double.m.lambda[p], lambda_tolerance(s.matrix(), s.n()));
}

TEST(SinglePrecision, of_small_matrices_is_double)
{
    Solution solution(random_cluster(70, 44), in_single(INM_VECTORS_ALL)); // 210 modes
    ASSERT_EQ(solution.status, INM_OK);
    EXPECT_EQ(solution.m.single, 0);
}

// a few bonds 1e7 times as stiff as the others, so that rounding hides the soft modes
TEST(SinglePrecision, is_refused_where_stiff_bonds_hide_the_soft_modes)
{
    System s = random_cluster(110, 45);
    for (auto vectors : {INM_VECTORS_ALL, INM_VECTORS_UNSTABLE})
        EXPECT_EQ(Solution(s, in_single(vectors)).status, INM_OK);
    for (size_t i = 0; i + 1 < 20; i += 2) s.pair(i, i + 1, Vec3{{0.3, 0.5, 0.8}}, 0.0, 1e8);
    for (auto vectors : {INM_VECTORS_ALL, INM_VECTORS_UNSTABLE}) {
        Solution refused(s, in_single(vectors));
        EXPECT_EQ(refused.status, INM_ERR_PRECISION);
        EXPECT_EQ(refused.m.lambda, nullptr);
        Options options(vectors);
        options.solver = "twostage";
        EXPECT_EQ(Solution(s, options).status, INM_OK);
    }
}

TEST(SinglePrecision, is_not_offered_by_other_solvers)
{
    for (const char *name : {"lapack", "scalapack", "elpa"}) {
        Options options = in_single(INM_VECTORS_ALL);
        options.solver  = name;
        if (!inm_solver_find(name)) continue;
        EXPECT_EQ(Solution(random_cluster(110, 46), options).status, INM_ERR_ARG) << name;
    }
}

// ---- refined to double --------------------------------------------------------------------------

Options refined(inm_vectors vectors = INM_VECTORS_UNSTABLE)
{
    Options options   = in_single(vectors);
    options.precision = INM_REFINED;
    return options;
}

// n modes, every share-th of them unstable
std::vector<double> some_unstable(size_t n, size_t share, unsigned seed)
{
    std::vector<double> lambda = random_numbers(n, 0.1, 100.0, seed);
    for (size_t p = 0; p < n; p += share) lambda[p] -= 100.0;
    std::sort(lambda.begin(), lambda.end());
    return lambda;
}

// eigenvalues, participation ratios and projections are those of the modes that went into the matrix
void expect_known_modes(const System &s, const std::vector<double> &lambda, const Field &q, const Solution &found,
                        const Field &proj)
{
    const size_t n         = lambda.size();
    const double tolerance = lambda_tolerance(s.matrix(), n), per_gap = 50.0 * vector_tolerance(s.matrix(), n, 1.0);
    for (size_t p = 0; p < n && lambda[p] < 0.0; p++) {
        EXPECT_NEAR(found.m.lambda[p], lambda[p], tolerance);
        if (proj.empty()) continue;
        double overlap = 0.0, sum = 0.0;
        for (size_t r = 0; r < n; r++) overlap += q[p * n + r] * proj[r] / std::sqrt(s.mass[r / 3]);
        for (size_t i = 0; i < n / 3; i++) {
            double e2 = 0.0;
            for (size_t a = 0; a < 3; a++) e2 += q[p * n + 3 * i + a] * q[p * n + 3 * i + a];
            sum += e2 * e2;
        }
        const double angle = per_gap / gap_of(found.m, p);
        EXPECT_NEAR(found.m.pr[p], 3.0 / ((double) n * sum), angle) << p;
        EXPECT_NEAR(found.proj2(0, p), overlap * overlap, angle * squared_norm(proj)) << p;
    }
}

TEST(Refined, modes_are_those_of_double_precision)
{
    const size_t natom = 130, n = 3 * natom;
    const auto lambda = some_unstable(n, 8, 51);
    const Field q     = random_orthogonal(n, 52);
    const System s    = with_spectrum(lambda, q, random_numbers(natom, 0.5, 3.0, 53));
    Options options   = refined();
    options.proj      = random_numbers(n, -1.0, 1.0, 54);
    Solution found(s, options);
    ASSERT_EQ(found.status, INM_OK);
    EXPECT_STREQ(found.m.solver, "twostage");
    EXPECT_EQ(found.m.single, 0);
    expect_known_modes(s, lambda, q, found, options.proj);
    size_t differ = 0; // stable modes are those of single precision
    for (size_t p = n / 2; p < n; p++) differ += std::fabs(found.m.lambda[p] - lambda[p]) > 1e-9;
    EXPECT_GT(differ, n / 4);
}

TEST(Refined, eigenvalues_of_clusters_are_those_of_double_precision)
{
    const size_t natom = 120, n = 3 * natom;
    for (const size_t multiplicity : {2, 3, 20}) {
        std::vector<double> lambda(n);
        for (size_t p = 0; p < n; p++)
            lambda[p] = 10.0 * ((double) (p / multiplicity) - std::floor(40.0 / (double) multiplicity) - 0.5);
        const Field q  = random_orthogonal(n, 55);
        const System s = with_spectrum(lambda, q, std::vector<double>(natom, 1.0));
        Solution found(s, refined());
        ASSERT_EQ(found.status, INM_OK) << multiplicity;
        expect_known_modes(s, lambda, q, found, Field());
    }
}

TEST(Refined, spectra_without_unstable_modes_need_no_vectors)
{
    const size_t natom = 100, n = 3 * natom;
    const auto lambda = random_numbers(n, 1.0, 10.0, 56);
    Solution found(with_spectrum(lambda, random_orthogonal(n, 57), std::vector<double>(natom, 1.0)), refined());
    ASSERT_EQ(found.status, INM_OK);
    for (size_t p = 0; p < n; p++) {
        EXPECT_EQ(found.m.cls[p], INM_STABLE);
        EXPECT_FALSE(inm_has_vector(&found.m, p));
    }
}

TEST(Refined, is_refused_where_double_is_faster)
{
    const size_t natom = 100, n = 3 * natom;
    const System s = with_spectrum(some_unstable(n, 3, 58), random_orthogonal(n, 59), std::vector<double>(natom, 1.0));
    EXPECT_EQ(Solution(s, refined()).status, INM_ERR_PRECISION);
}

TEST(Refined, is_refused_where_stiff_bonds_hide_the_soft_modes)
{
    const size_t natom = 100, n = 3 * natom;
    auto lambda   = some_unstable(n, 8, 60);
    const Field q = random_orthogonal(n, 61);
    EXPECT_EQ(Solution(with_spectrum(lambda, q, std::vector<double>(natom, 1.0)), refined()).status, INM_OK);
    for (size_t p = n - 10; p < n; p++) lambda[p] = 1e9;
    EXPECT_EQ(Solution(with_spectrum(lambda, q, std::vector<double>(natom, 1.0)), refined()).status,
              INM_ERR_PRECISION);
}

TEST(Refined, is_what_auto_does_with_unstable_modes_of_large_matrices)
{
    inm_request request;
    memset(&request, 0, sizeof(request));
    request.precision = INM_PRECISION_AUTO;
    const auto used   = [&](const char *solver, inm_vectors vectors, size_t n) {
        request.vectors = vectors;
        return inm_precision_used(inm_solver_find(solver), &request, n);
    };
    EXPECT_EQ(used("twostage", INM_VECTORS_UNSTABLE, 12000), INM_REFINED);
    EXPECT_EQ(used("twostage", INM_VECTORS_UNSTABLE, 300), INM_DOUBLE);
    EXPECT_EQ(used("twostage", INM_VECTORS_ALL, 12000), INM_DOUBLE);
    EXPECT_EQ(used("twostage", INM_VECTORS_NONE, 12000), INM_DOUBLE);
    EXPECT_EQ(used("lapack", INM_VECTORS_UNSTABLE, 12000), INM_DOUBLE);
    EXPECT_EQ(used("kpm", INM_VECTORS_NONE, 12000), INM_DOUBLE);
}

// ---- progress -----------------------------------------------------------------------------------

void remember(void *seen, const inm_progress *progress)
{
    ((std::vector<double> *) seen)->push_back(progress->done);
}

TEST(Progress, is_told_on_the_first_rank_in_ascending_order)
{
    for (auto vectors : {INM_VECTORS_ALL, INM_VECTORS_UNSTABLE, INM_VECTORS_NONE}) {
        std::vector<double> seen;
        Options options(vectors);
        options.solver       = "twostage";
        options.progress     = remember;
        options.progress_ctx = &seen;
        ASSERT_EQ(Solution(random_cluster(230, 47), options).status, INM_OK);
        if (my_rank() != 0) {
            EXPECT_TRUE(seen.empty());
            continue;
        }
        EXPECT_GT(seen.size(), 5u);
        EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
        EXPECT_GE(seen.front(), 0.0);
        EXPECT_LE(seen.back(), 1.0);
    }
}

// ---- cores --------------------------------------------------------------------------------------

TEST(Cores, are_one_or_more_and_obey_the_limit)
{
    inm_cores *cores = nullptr;
    ASSERT_EQ(inm_cores_create(&cores, MPI_COMM_WORLD, 0), INM_OK);
    EXPECT_GE(inm_cores_count(cores), 1);
    inm_cores_destroy(&cores);
    EXPECT_EQ(cores, nullptr);
    ASSERT_EQ(inm_cores_create(&cores, MPI_COMM_WORLD, 1), INM_OK);
    EXPECT_EQ(inm_cores_count(cores), 1);
    inm_cores_destroy(&cores);
    inm_cores_destroy(nullptr);
}

TEST(Cores, are_given_back_with_affinity_and_blas_threads_as_before)
{
    cpu_set_t before, after;
    inm_cores *cores   = nullptr;
    const int threads = inm_blas_threads();
    ASSERT_EQ(sched_getaffinity(0, sizeof(before), &before), 0);
    ASSERT_EQ(inm_cores_create(&cores, MPI_COMM_WORLD, 0), INM_OK);
    inm_cores_take(cores);
    EXPECT_EQ(inm_blas_threads(), inm_cores_count(cores));
    inm_cores_give_back(cores);
    ASSERT_EQ(sched_getaffinity(0, sizeof(after), &after), 0);
    EXPECT_TRUE(CPU_EQUAL(&before, &after));
    EXPECT_EQ(inm_blas_threads(), threads);
    inm_cores_destroy(&cores);
}
} // namespace
