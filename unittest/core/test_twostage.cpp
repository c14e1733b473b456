// Two-stage solver: dense to band, inverse iteration on the band, back-transformation; and the
// threads that it uses.  Systems have more than 128 modes: below that it hands over to LAPACK.

#include "inm_band.h"
#include "inm_cores.h"
#include "inm_lapack.h"
#include "model_systems.h"

#include <atomic>
#include <cstdlib>
#include <sched.h>

namespace {

// eigenvalues of a symmetric matrix [n][n], by LAPACK
std::vector<double> eigenvalues_of(Field a, int n)
{
    std::vector<double> w(n);
    int info, lwork = 2 * n + 1, liwork = 1;
    Field work(lwork);
    dsyevd_("N", "L", &n, a.data(), &n, w.data(), work.data(), &lwork, &liwork, &liwork, &info);
    EXPECT_EQ(info, 0);
    return w;
}

Field random_symmetric(size_t n, unsigned seed)
{
    Field a = random_numbers(n * n, -1.0, 1.0, seed);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++) a[i * n + j] = a[j * n + i];
    return a;
}

// the full matrix of LAPACK's lower band storage
Field full_matrix(const Field &band, size_t n, size_t kd)
{
    Field b(n * n, 0.0);
    for (size_t j = 0; j < n; j++)
        for (size_t i = j; i < n && i <= j + kd; i++)
            b[i * n + j] = b[j * n + i] = band[j * (kd + 1) + i - j];
    return b;
}

TEST(Band, has_the_eigenvalues_of_the_matrix)
{
    for (int kd : {1, 5, 32})
        for (int n : {kd + 1, kd + 2, 2 * kd + 1, 4 * kd + 7, 170}) {
            const Field a = random_symmetric(n, 7);
            Field reflectors = a, tau(n), band((size_t) n * (kd + 1));
            ASSERT_EQ(inm_reduce_to_band(n, kd, reflectors.data(), tau.data(), band.data()), INM_OK);
            const auto wanted = eigenvalues_of(a, n), found = eigenvalues_of(full_matrix(band, n, kd), n);
            for (int p = 0; p < n; p++)
                EXPECT_NEAR(found[p], wanted[p], lambda_tolerance(a, n)) << "n " << n << " kd " << kd;
        }
}

TEST(Band, is_turned_into_the_matrix_by_its_reflectors)
{
    const int n = 150, kd = 32, rows = n - kd;
    const Field a = random_symmetric(n, 8);
    Field reflectors = a, tau(n), band((size_t) n * (kd + 1));
    ASSERT_EQ(inm_reduce_to_band(n, kd, reflectors.data(), tau.data(), band.data()), INM_OK);

    // Q B Q^T, both by dormqr on the rows from kd on
    Field b = full_matrix(band, n, kd), work(64 * n);
    int lwork = (int) work.size(), info;
    dormqr_("L", "N", &rows, &n, &rows, &reflectors[kd], &n, tau.data(), &b[kd], &n, work.data(), &lwork, &info);
    dormqr_("R", "T", &n, &rows, &rows, &reflectors[kd], &n, tau.data(), &b[(size_t) kd * n], &n, work.data(),
            &lwork, &info);
    for (size_t k = 0; k < a.size(); k++) EXPECT_NEAR(b[k], a[k], lambda_tolerance(a, n));
}

TEST(Band, wider_than_the_matrix_is_refused)
{
    double x = 0.0;
    EXPECT_EQ(inm_reduce_to_band(4, 4, &x, &x, &x), INM_ERR_ARG);
    EXPECT_EQ(inm_reduce_to_band(4, 0, &x, &x, &x), INM_ERR_ARG);
}

// smallest distance of a mode from the others
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
        EXPECT_EQ(std::isnan(twostage.m.share[i]), std::isnan(lapack.m.share[i]));
        if (!std::isnan(lapack.m.share[i])) EXPECT_NEAR(twostage.m.share[i], lapack.m.share[i], 1e-9);
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

// the part of a projected vector in each cluster does not depend on the choice of basis
TEST(TwoStage, handles_degenerate_modes)
{
    const size_t natom = 60, n = 3 * natom, multiplicity = 12;
    std::vector<double> lambda(n);
    for (size_t p = 0; p < n; p++) lambda[p] = -3.0 + (double) (p / multiplicity);
    const Field q = random_orthogonal(n, 15);
    const System s = with_spectrum(lambda, q, std::vector<double>(natom, 1.0));
    const double tolerance = lambda_tolerance(s.matrix(), n), angle = vector_tolerance(s.matrix(), n, 1.0);
    Options options;
    options.solver = "twostage";
    options.proj   = random_numbers(n, -1.0, 1.0, 16);
    Solution solution(s, options);
    ASSERT_EQ(solution.status, INM_OK);
    EXPECT_STREQ(solution.m.solver, "twostage");

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

void count(void *ctx, int k)
{
    ((std::atomic<int> *) ctx)[k]++;
}

TEST(Cores, run_every_part_of_the_work_once)
{
    for (int n : {0, 1, 2, 7}) {
        std::vector<std::atomic<int>> done(n);
        for (auto &d : done) d = 0;
        inm_run_parallel(n, count, done.data());
        for (auto &d : done) EXPECT_EQ(d, 1);
    }
}
} // namespace
