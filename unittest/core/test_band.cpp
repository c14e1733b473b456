// Building blocks of the two-stage solver: a symmetric matrix times few vectors, dense to band and
// back in both precisions, band to tridiagonal, and inverse iteration on the band.

#include "eigen/inm_band.h"
#include "eigen/inm_reflectors.h"
#include "eigen/inm_band_ldl.h"
#include "eigen/inm_band_lu.h"
#include "eigen/inm_band_vectors.h"
#include "eigen/inm_bulge.h"
#include "base/inm_lapack.h"
#include "eigen/inm_symmetric.h"
#include "model_systems.h"

#include <cstdlib>

namespace {

typedef std::vector<float> Singles;

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

// the full matrix from LAPACK's lower band storage
Field full_matrix(const Field &band, size_t n, size_t kd)
{
    Field b(n * n, 0.0);
    for (size_t j = 0; j < n; j++)
        for (size_t i = j; i < n && i <= j + kd; i++)
            b[i * n + j] = b[j * n + i] = band[j * (kd + 1) + i - j];
    return b;
}

// the band of a random matrix
Field random_band(size_t n, size_t kd, unsigned seed)
{
    Field band = random_numbers(n * (kd + 1), -1.0, 1.0, seed);
    for (size_t j = 0; j < n; j++)
        for (size_t i = j + 1; i <= j + kd; i++)
            if (i >= n) band[j * (kd + 1) + i - j] = NaN; // must never be read
    return band;
}

Field multiply(const Field &a, const Field &x, size_t n)
{
    Field y(n, 0.0);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) y[i] += a[i * n + j] * x[j];
    return y;
}

class Team {
public:
    explicit Team(int size) { EXPECT_EQ(inm_team_create(&team, size), INM_OK); }
    Team(const Team &) = delete;
    Team &operator=(const Team &) = delete;
    ~Team() { inm_team_destroy(&team); }
    inm_team *get() { return team; }

private:
    inm_team *team = nullptr;
};

// ---- product ------------------------------------------------------------------------------------

TEST(SymmetricProduct, is_that_of_the_lower_triangle_for_any_size_and_number_of_threads)
{
    for (size_t n : {1, 5, 47, 48, 49, 200, 433})
        for (size_t width : {1, 7, 32, 40})
            for (int nthread : {1, 2, 3}) {
                const size_t lda = n + 3, ldx = n + 5;
                const Field full = random_symmetric(n, 21), x = random_numbers(width * ldx, -1.0, 1.0, 22);
                Field lower(n * lda, NaN), y(width * ldx, NaN);
                for (size_t j = 0; j < n; j++)
                    for (size_t i = j; i < n; i++) lower[j * lda + i] = full[i * n + j];
                Team team(nthread);
                inm_symmetric *s = nullptr;
                ASSERT_EQ(inm_symmetric_create(&s, n, width, team.get()), INM_OK);
                inm_symmetric_multiply(s, n, lower.data(), lda, width, x.data(), y.data(), ldx);
                inm_symmetric_destroy(&s);
                EXPECT_EQ(s, nullptr);
                for (size_t c = 0; c < width; c++) {
                    const Field wanted = multiply(full, Field(&x[c * ldx], &x[c * ldx] + n), n);
                    for (size_t i = 0; i < n; i++)
                        ASSERT_NEAR(y[c * ldx + i], wanted[i], 4.0 * DBL_EPSILON * (double) n)
                            << n << " " << width << " " << nthread;
                }
            }
}

TEST(SymmetricProduct, in_single_precision_is_as_exact_as_that_is)
{
    const size_t n = 149, width = 33;
    const Field full = random_symmetric(n, 23), x = random_numbers(width * n, -1.0, 1.0, 24);
    const Singles a(full.begin(), full.end()), xs(x.begin(), x.end());
    Singles y(width * n);
    Team team(2);
    inm_symmetric_single *s = nullptr;
    ASSERT_EQ(inm_symmetric_create_single(&s, n, width, team.get()), INM_OK);
    inm_symmetric_multiply_single(s, n, a.data(), n, width, xs.data(), y.data(), n);
    inm_symmetric_destroy_single(&s);
    for (size_t c = 0; c < width; c++) {
        const Field wanted = multiply(full, Field(&x[c * n], &x[c * n] + n), n);
        for (size_t i = 0; i < n; i++)
            EXPECT_NEAR(y[c * n + i], wanted[i], 4.0 * FLT_EPSILON * (double) n);
    }
}

TEST(SymmetricProduct, serves_smaller_matrices_with_the_workspace_of_a_larger_one)
{
    const size_t n = 60;
    const Field full = random_symmetric(n, 25), x = random_numbers(n, -1.0, 1.0, 26);
    Field y(n);
    Team team(2);
    inm_symmetric *s = nullptr;
    ASSERT_EQ(inm_symmetric_create(&s, 500, 40, team.get()), INM_OK);
    inm_symmetric_multiply(s, n, full.data(), n, 1, x.data(), y.data(), n);
    inm_symmetric_destroy(&s);
    inm_symmetric_destroy(nullptr);
    const Field wanted = multiply(full, x, n);
    for (size_t i = 0; i < n; i++) EXPECT_NEAR(y[i], wanted[i], 4.0 * DBL_EPSILON * (double) n);
}

// ---- dense to band ------------------------------------------------------------------------------

TEST(Band, leaves_alone_what_is_above_the_diagonal)
{
    const size_t n = 900, kd = 32; // several tiles of the update, and several deferred updates
    const Field full = random_symmetric(n, 31);
    Field a = full, tau(n), band(n * (kd + 1));
    for (size_t j = 0; j < n; j++)
        for (size_t i = 0; i < j; i++) a[j * n + i] = NaN;
    ASSERT_EQ(inm_reduce_to_band(n, kd, a.data(), tau.data(), band.data(), 3, nullptr, nullptr), INM_OK);
    double trace = 0.0, wanted = 0.0;
    for (size_t j = 0; j < n; j++) {
        trace += band[j * (kd + 1)];
        wanted += full[j * n + j];
        for (size_t i = 0; i < j; i++) ASSERT_TRUE(std::isnan(a[j * n + i]));
    }
    EXPECT_NEAR(trace, wanted, 1.0e-10);
}

TEST(Band, has_the_eigenvalues_of_the_matrix)
{
    for (int kd : {1, 5, 32})
        for (int n : {kd + 1, kd + 2, 2 * kd + 1, 4 * kd + 7, 170}) {
            const Field a = random_symmetric(n, 7);
            Field reflectors = a, tau(n), band((size_t) n * (kd + 1));
            ASSERT_EQ(inm_reduce_to_band(n, kd, reflectors.data(), tau.data(), band.data(), 2, nullptr, nullptr),
                      INM_OK);
            const auto wanted = eigenvalues_of(a, n), found = eigenvalues_of(full_matrix(band, n, kd), n);
            for (int p = 0; p < n; p++)
                EXPECT_NEAR(found[p], wanted[p], lambda_tolerance(a, n)) << "n " << n << " kd " << kd;
        }
}

TEST(Band, in_single_precision_has_the_eigenvalues_of_the_matrix_to_that_precision)
{
    const int n = 170, kd = 32;
    const Field a = random_symmetric(n, 7);
    Singles reflectors(a.begin(), a.end()), tau(n);
    Field band((size_t) n * (kd + 1));
    ASSERT_EQ(inm_reduce_to_band_single(n, kd, reflectors.data(), tau.data(), band.data(), 2, nullptr, nullptr),
              INM_OK);
    const double tolerance = lambda_tolerance(a, n) * FLT_EPSILON / DBL_EPSILON;
    const auto wanted = eigenvalues_of(a, n), found = eigenvalues_of(full_matrix(band, n, kd), n);
    for (int p = 0; p < n; p++) EXPECT_NEAR(found[p], wanted[p], tolerance);
}

// all rows of Q B Q^T, from two applications of Q
Field turned_back(size_t n, Field b, const std::function<inm_status(Field &)> &apply)
{
    for (int side = 0; side < 2; side++) {
        EXPECT_EQ(apply(b), INM_OK);
        Field transposed(n * n);
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++) transposed[i * n + j] = b[j * n + i];
        b = transposed;
    }
    return b;
}

// more reflectors than a group of the back-transformation has, and not a multiple of it
TEST(Band, is_turned_into_the_matrix_by_its_reflectors)
{
    for (size_t n : {33, 150, 161, 300}) {
        const size_t kd = 32;
        const Field a = random_symmetric(n, 8);
        Field reflectors = a, tau(n), band(n * (kd + 1));
        ASSERT_EQ(inm_reduce_to_band(n, kd, reflectors.data(), tau.data(), band.data(), 1, nullptr, nullptr), INM_OK);
        inm_reflectors *q = nullptr;
        ASSERT_EQ(inm_reflectors_create(&q, n, kd, reflectors.data(), tau.data()), INM_OK);
        const double tolerance = lambda_tolerance(a, n);
        const Field full = full_matrix(band, n, kd);
        const Field back = turned_back(n, full, [&](Field &z) { return inm_band_to_dense(q, n, z.data()); });
        for (size_t k = 0; k < a.size(); k++) ASSERT_NEAR(back[k], a[k], tolerance) << n;
        const Field there = turned_back(n, a, [&](Field &z) { return inm_dense_to_band(q, n, z.data()); });
        for (size_t k = 0; k < a.size(); k++) ASSERT_NEAR(there[k], full[k], tolerance) << n;
        inm_reflectors_destroy(&q);
        EXPECT_EQ(q, nullptr);
    }
}

TEST(Band, in_single_precision_is_turned_into_the_matrix_by_its_reflectors)
{
    const size_t n = 161, kd = 32;
    const Field a = random_symmetric(n, 8);
    Singles reflectors(a.begin(), a.end()), tau(n);
    Field band(n * (kd + 1));
    ASSERT_EQ(inm_reduce_to_band_single(n, kd, reflectors.data(), tau.data(), band.data(), 1, nullptr, nullptr),
              INM_OK);
    inm_reflectors_single *q = nullptr;
    ASSERT_EQ(inm_reflectors_create_single(&q, n, kd, reflectors.data(), tau.data()), INM_OK);
    const Field full = full_matrix(band, n, kd);
    const Field back = turned_back(n, full, [&](Field &z) { return inm_band_to_dense_single(q, n, z.data()); });
    const Field there = turned_back(n, a, [&](Field &z) { return inm_dense_to_band_single(q, n, z.data()); });
    const double tolerance = lambda_tolerance(a, n) * FLT_EPSILON / DBL_EPSILON;
    for (size_t k = 0; k < a.size(); k++) {
        EXPECT_NEAR(back[k], a[k], tolerance);
        EXPECT_NEAR(there[k], full[k], tolerance);
    }
    inm_reflectors_destroy_single(&q);
}

// if the matrix is a band already, all reflectors are the identity, tau = 0
TEST(Band, of_a_band_is_that_band)
{
    const size_t n = 150, kd = 5;
    const Field b = full_matrix(random_band(n, kd, 9), n, kd);
    Field reflectors = b, tau(n), band(n * (kd + 1));
    ASSERT_EQ(inm_reduce_to_band(n, kd, reflectors.data(), tau.data(), band.data(), 1, nullptr, nullptr), INM_OK);
    inm_reflectors *q = nullptr;
    ASSERT_EQ(inm_reflectors_create(&q, n, kd, reflectors.data(), tau.data()), INM_OK);
    const Field back =
        turned_back(n, full_matrix(band, n, kd), [&](Field &z) { return inm_band_to_dense(q, n, z.data()); });
    const double tolerance = lambda_tolerance(b, n);
    for (size_t k = 0; k < b.size(); k++) EXPECT_NEAR(back[k], b[k], tolerance);
    inm_reflectors_destroy(&q);
}

TEST(Band, wider_than_the_matrix_is_refused)
{
    double x = 0.0;
    EXPECT_EQ(inm_reduce_to_band(4, 4, &x, &x, &x, 1, nullptr, nullptr), INM_ERR_ARG);
    EXPECT_EQ(inm_reduce_to_band(4, 0, &x, &x, &x, 1, nullptr, nullptr), INM_ERR_ARG);
}

void remember(void *seen, double done)
{
    ((std::vector<double> *) seen)->push_back(done);
}

TEST(Band, tells_how_much_is_done)
{
    const size_t n = 300, kd = 32;
    Field a = random_symmetric(n, 10), tau(n), band(n * (kd + 1));
    std::vector<double> seen;
    ASSERT_EQ(inm_reduce_to_band(n, kd, a.data(), tau.data(), band.data(), 1, remember, &seen), INM_OK);
    ASSERT_EQ(seen.size(), 9u); // panels
    EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
    EXPECT_GE(seen.front(), 0.0);
    EXPECT_GT(seen.back(), 0.95);
    EXPECT_LE(seen.back(), 1.0);
}

// ---- band to tridiagonal ------------------------------------------------------------------------

// diagonal and subdiagonal in one array, independent of the number of threads
Field tridiagonal_of(const Field &band, size_t n, size_t kd)
{
    Field one(2 * n, NaN);
    EXPECT_EQ(inm_band_to_tridiagonal(n, kd, band.data(), one.data(), &one[n], 1), INM_OK);
    EXPECT_TRUE(std::isnan(one[2 * n - 1])); // the subdiagonal has n - 1 elements
    one[2 * n - 1] = 0.0;
    for (int nthread : {2, 3, 7}) {
        Field more(2 * n, 0.0);
        EXPECT_EQ(inm_band_to_tridiagonal(n, kd, band.data(), more.data(), &more[n], nthread), INM_OK);
        EXPECT_EQ(memcmp(one.data(), more.data(), one.size() * sizeof(double)), 0) << nthread;
    }
    return one;
}

void expect_same_eigenvalues(const Field &band, size_t n, size_t kd)
{
    const Field t = tridiagonal_of(band, n, kd), full = full_matrix(band, n, kd);
    Field tridiagonal(n * n, 0.0);
    for (size_t i = 0; i < n; i++) {
        tridiagonal[i * n + i] = t[i];
        if (i + 1 < n) tridiagonal[i * n + i + 1] = tridiagonal[(i + 1) * n + i] = t[n + i];
    }
    const auto wanted = eigenvalues_of(full, (int) n), found = eigenvalues_of(tridiagonal, (int) n);
    for (size_t p = 0; p < n; p++)
        ASSERT_NEAR(found[p], wanted[p], lambda_tolerance(full, n)) << "n " << n << " kd " << kd;
}

TEST(Bulge, chasing_keeps_the_eigenvalues_for_any_size_width_and_number_of_threads)
{
    for (size_t kd : {1, 2, 5, 31, 32})
        for (size_t n : {(size_t) 1, (size_t) 2, (size_t) 3, kd, kd + 1, kd + 2, 2 * kd + 3, (size_t) 200, (size_t) 517})
            expect_same_eigenvalues(random_band(n, kd, 51), n, kd);
}

TEST(Bulge, chasing_leaves_a_tridiagonal_or_diagonal_matrix_alone)
{
    for (size_t kd : {1, 5, 32})
        for (bool diagonal : {false, true}) {
            const size_t n = 150;
            Field band     = random_band(n, kd, 52);
            for (size_t j = 0; j < n; j++)
                for (size_t i = j + (diagonal ? 1 : 2); i < n && i <= j + kd; i++) band[j * (kd + 1) + i - j] = 0.0;
            const Field t = tridiagonal_of(band, n, kd);
            for (size_t i = 0; i < n; i++) {
                EXPECT_EQ(t[i], band[i * (kd + 1)]);
                if (i + 1 < n) EXPECT_EQ(t[n + i], band[i * (kd + 1) + 1]);
            }
        }
}

TEST(Bulge, chasing_bears_zeros_and_blocks)
{
    const size_t n = 200, kd = 32;
    expect_same_eigenvalues(Field(n * (kd + 1), 0.0), n, kd);
    for (size_t size : {2, 7, 32, 33, 50}) {
        Field band = random_band(n, kd, 53);
        for (size_t j = 0; j < n; j++)
            for (size_t i = j; i < n && i <= j + kd; i++)
                if (i / size != j / size || i == j) band[j * (kd + 1) + i - j] = 0.0;
        expect_same_eigenvalues(band, n, kd);
    }
}

// squares of the elements would overflow or underflow
TEST(Bulge, chasing_does_not_depend_on_the_unit)
{
    const size_t n = 150, kd = 32;
    const Field band = random_band(n, kd, 54), t = tridiagonal_of(band, n, kd);
    for (double unit : {ldexp(1.0, 1000), ldexp(1.0, -900)}) {
        Field scaled = band;
        for (double &x : scaled) x *= unit;
        const Field found = tridiagonal_of(scaled, n, kd);
        for (size_t i = 0; i < 2 * n; i++) EXPECT_EQ(found[i], unit * t[i]);
    }
}

// elements whose squares underflow, partly or to zero, next to larger ones
TEST(Bulge, chasing_bears_elements_of_very_different_size)
{
    const size_t n = 200, kd = 32;
    for (int spread : {20, 150, 170, 300}) {
        Field band = random_band(n, kd, 55);
        const Field power = random_numbers(band.size(), -1.0, 0.0, 56);
        for (size_t i = 0; i < band.size(); i++) band[i] *= std::pow(10.0, spread * power[i]);
        expect_same_eigenvalues(band, n, kd);
    }
}

TEST(Bulge, of_a_band_that_is_too_wide_is_refused)
{
    double x = 0.0;
    EXPECT_EQ(inm_band_to_tridiagonal(0, 1, &x, &x, &x, 1), INM_ERR_ARG);
    EXPECT_EQ(inm_band_to_tridiagonal(1, 0, &x, &x, &x, 1), INM_ERR_ARG);
    EXPECT_EQ(inm_band_to_tridiagonal(1, INM_BULGE_LARGEST_KD + 1, &x, &x, &x, 1), INM_ERR_ARG);
}

// ---- factors of the band ------------------------------------------------------------------------

// B - lambda, its norm, and the residual of a solution y for right-hand side x in units of eps |B|
// |y|
struct Shifted {
    size_t n, kd;
    double lambda;
    Field band, full;

    Shifted(size_t n_, size_t kd_, double lambda_, Field band_)
        : n(n_), kd(kd_), lambda(lambda_), band(band_), full(full_matrix(band_, n_, kd_))
    {
        for (size_t i = 0; i < n; i++) full[i * n + i] -= lambda;
    }
    double norm() const { return std::sqrt(squared_norm(full) / (double) n); }
    void expect_solution(const Field &y, const Field &x, double growth) const
    {
        const Field back  = multiply(full, y, n);
        const double size = std::sqrt(squared_norm(y));
        for (size_t i = 0; i < n; i++)
            EXPECT_NEAR(back[i], x[i], growth * 50.0 * DBL_EPSILON * (double) n * (size + 1.0)) << n << " " << kd;
    }
};

Shifted random_shifted(size_t n, size_t kd, double lambda = 0.3)
{
    return Shifted(n, kd, lambda, random_band(n, kd, 31));
}

// all leading minors up to size are singular, so that only an interchange helps
Shifted with_a_corner_of_zeros(size_t n, size_t kd, size_t size)
{
    Field band = random_band(n, kd, 37);
    for (size_t j = 0; j < size; j++)
        for (size_t i = 0; i + j < size; i++) band[j * (kd + 1) + i] = 0.0;
    return Shifted(n, kd, 0.0, band);
}

typedef std::vector<std::pair<size_t, size_t>> Sizes;

const Sizes narrow = {{1, 1},  {2, 1},  {3, 5},   {7, 6},   {8, 8},   {9, 32},  {40, 1},
                      {50, 3}, {64, 8}, {65, 16}, {100, 9}, {100, 31}, {133, 32}, {256, 32}};
const Sizes wide   = {{60, 33}, {200, 48}};

TEST(BandLu, solves_for_any_width_of_the_band)
{
    for (const Sizes &sizes : {narrow, wide})
        for (const auto &c : sizes) {
            const Shifted b = random_shifted(c.first, c.second);
            const Field x   = random_numbers(b.n, -1.0, 1.0, 32);
            Field y         = x;
            inm_band_lu *f  = nullptr;
            ASSERT_EQ(inm_band_lu_create(&f, b.n, b.kd), INM_OK);
            inm_band_lu_factorize(f, b.band.data(), b.lambda, 1e-300);
            inm_band_lu_solve(f, y.data());
            inm_band_lu_destroy(&f);
            b.expect_solution(y, x, 1.0);
        }
    inm_band_lu_destroy(nullptr);
}

TEST(BandLu, of_a_singular_matrix_is_finite)
{
    const size_t n = 30, kd = 4;
    const Field zero(n * (kd + 1), 0.0);
    Field x(n, 1.0);
    inm_band_lu *f = nullptr;
    ASSERT_EQ(inm_band_lu_create(&f, n, kd), INM_OK);
    inm_band_lu_factorize(f, zero.data(), 0.0, 0.5);
    inm_band_lu_solve(f, x.data());
    for (double y : x) EXPECT_EQ(y, 2.0); // pivots were replaced
    inm_band_lu_destroy(&f);
}

TEST(BandLdl, solves_for_any_width_of_the_band_and_says_how_exact)
{
    for (const auto &c : narrow)
        for (double lambda : {-3.0, 0.0, 0.3, 2.0}) {
            const Shifted b = random_shifted(c.first, c.second, lambda);
            const Field x   = random_numbers(b.n, -1.0, 1.0, 32);
            Field y         = x;
            inm_band_ldl *f = nullptr;
            ASSERT_EQ(inm_band_ldl_create(&f, b.n, b.kd), INM_OK);
            const double growth = inm_band_ldl_factorize(f, b.band.data(), b.lambda, b.norm());
            inm_band_ldl_solve(f, y.data());
            inm_band_ldl_destroy(&f);
            EXPECT_GT(growth, 0.0);
            b.expect_solution(y, x, growth + 1.0);
        }
    inm_band_ldl_destroy(nullptr);
}

// zeros on the diagonal are harmless with 2x2 pivots
TEST(BandLdl, grows_little_where_every_other_minor_is_singular)
{
    const size_t n = 100, kd = 5;
    Field band = random_band(n, kd, 39);
    for (size_t j = 0; j < n; j++) {
        band[j * (kd + 1)] = 0.0;
        for (size_t i = 1; i <= kd && j + i < n; i++) band[j * (kd + 1) + i] = (i == 1 && j % 2 == 0) ? 1.0 : 0.01;
    }
    const Shifted b(n, kd, 0.0, band);
    const Field x   = random_numbers(n, -1.0, 1.0, 32);
    Field y         = x;
    inm_band_ldl *f = nullptr;
    ASSERT_EQ(inm_band_ldl_create(&f, n, kd), INM_OK);
    EXPECT_LT(inm_band_ldl_factorize(f, band.data(), 0.0, b.norm()), 2.0);
    inm_band_ldl_solve(f, y.data());
    b.expect_solution(y, x, 1.0);
    inm_band_ldl_destroy(&f);
}

TEST(BandLdl, tells_of_growth)
{
    for (size_t size : {3, 4, 7}) {
        const Shifted b = with_a_corner_of_zeros(60, 8, size);
        inm_band_ldl *f = nullptr;
        ASSERT_EQ(inm_band_ldl_create(&f, b.n, b.kd), INM_OK);
        EXPECT_GT(inm_band_ldl_factorize(f, b.band.data(), 0.0, b.norm()), 1.0e8) << size;
        inm_band_ldl_destroy(&f);
    }
}

TEST(BandLdl, does_not_depend_on_the_unit)
{
    const Shifted b = random_shifted(80, 20);
    Field found[3], x = random_numbers(b.n, -1.0, 1.0, 32);
    const double units[3] = {1.0, ldexp(1.0, 900), ldexp(1.0, -900)};
    for (int k = 0; k < 3; k++) {
        Field band = b.band;
        for (double &element : band) element *= units[k];
        found[k]        = x;
        inm_band_ldl *f = nullptr;
        ASSERT_EQ(inm_band_ldl_create(&f, b.n, b.kd), INM_OK);
        inm_band_ldl_factorize(f, band.data(), units[k] * b.lambda, units[k] * b.norm());
        inm_band_ldl_solve(f, found[k].data());
        for (double &y : found[k]) y *= units[k];
        inm_band_ldl_destroy(&f);
    }
    EXPECT_EQ(found[1], found[0]);
    EXPECT_EQ(found[2], found[0]);
}

TEST(BandLdl, of_a_band_that_is_too_wide_is_refused)
{
    inm_band_ldl *f = nullptr;
    EXPECT_EQ(inm_band_ldl_create(&f, 100, INM_BAND_LDL_LARGEST_KD + 1), INM_ERR_ARG);
    EXPECT_EQ(inm_band_ldl_create(&f, 0, 1), INM_ERR_ARG);
    EXPECT_EQ(inm_band_ldl_create(&f, 1, 0), INM_ERR_ARG);
    EXPECT_EQ(f, nullptr);
}

// ---- inverse iteration --------------------------------------------------------------------------

// as accurate as with pivoting: for wide bands, and where factors without pivoting are useless
TEST(BandFactor, solves_whatever_the_band)
{
    std::vector<Shifted> all;
    for (const Sizes &sizes : {narrow, wide})
        for (const auto &c : sizes) all.push_back(random_shifted(c.first, c.second));
    for (size_t size : {3, 7}) all.push_back(with_a_corner_of_zeros(60, 8, size));
    for (const Shifted &b : all) {
        const Field x      = random_numbers(b.n, -1.0, 1.0, 32);
        Field y            = x;
        inm_band_factor *f = nullptr;
        ASSERT_EQ(inm_band_factor_create(&f, b.n, b.kd), INM_OK);
        ASSERT_EQ(inm_band_factorize(f, b.band.data(), b.lambda, b.norm(), 1.0e3), INM_OK);
        inm_band_solve(f, y.data());
        inm_band_factor_destroy(&f);
        b.expect_solution(y, x, 1.0);
    }
    inm_band_factor_destroy(nullptr);
}

TEST(BandFactor, can_be_used_again_for_another_shift)
{
    const Shifted bands[] = {random_shifted(90, 7, 0.4), with_a_corner_of_zeros(90, 7, 4)};
    const Field x         = random_numbers(90, -1.0, 1.0, 34);
    for (const Shifted &b : bands)
        for (const Shifted &before : bands) {
            inm_band_factor *twice = nullptr, *once = nullptr;
            Field after_another = x, alone = x;
            ASSERT_EQ(inm_band_factor_create(&twice, b.n, b.kd), INM_OK);
            ASSERT_EQ(inm_band_factor_create(&once, b.n, b.kd), INM_OK);
            ASSERT_EQ(inm_band_factorize(twice, before.band.data(), -0.7, b.norm(), 1.0e3), INM_OK);
            inm_band_solve(twice, after_another.data());
            after_another = x;
            ASSERT_EQ(inm_band_factorize(twice, b.band.data(), b.lambda, b.norm(), 1.0e3), INM_OK);
            ASSERT_EQ(inm_band_factorize(once, b.band.data(), b.lambda, b.norm(), 1.0e3), INM_OK);
            inm_band_solve(twice, after_another.data());
            inm_band_solve(once, alone.data());
            EXPECT_EQ(after_another, alone);
            inm_band_factor_destroy(&twice);
            inm_band_factor_destroy(&once);
        }
}

TEST(BandFactor, at_an_eigenvalue_two_steps_give_its_vector)
{
    for (const auto &c : Sizes{{120, 12}, {200, 32}, {100, 40}}) {
        const size_t n = c.first, kd = c.second;
        const double growth = (n == 120) ? 0.0 : 1.0e3;
        const Field band = random_band(n, kd, 35), b = full_matrix(band, n, kd);
        const auto lambda = eigenvalues_of(b, (int) n);
        const double norm = std::max(-lambda[0], lambda[n - 1]);
        inm_band_factor *f = nullptr;
        ASSERT_EQ(inm_band_factor_create(&f, n, kd), INM_OK);
        for (size_t p = 0; p < n; p++) {
            Field z = random_numbers(n, -1.0, 1.0, 36);
            ASSERT_EQ(inm_band_factorize(f, band.data(), lambda[p], norm, growth), INM_OK);
            for (int step = 0; step < 2; step++) {
                inm_band_solve(f, z.data());
                const double size = std::sqrt(squared_norm(z));
                ASSERT_TRUE(std::isfinite(size));
                for (double &x : z) x /= size;
            }
            const Field bz = multiply(b, z, n);
            for (size_t i = 0; i < n; i++)
                EXPECT_NEAR(bz[i], lambda[p] * z[i], lambda_tolerance(b, n)) << n << " " << p;
        }
        inm_band_factor_destroy(&f);
    }
}

} // namespace
