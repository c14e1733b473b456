// Eigenvalues of a tridiagonal matrix against a formula, LAPACK, and Sturm counts in higher
// precision.

#include "base/inm_lapack.h"
#include "eigen/inm_tridiagonal.h"
#include "model_systems.h"

#include <limits>

namespace {

struct Tridiagonal {
    Field diagonal, offdiagonal; // [n] each; the last offdiagonal is never read
};

Tridiagonal random_tridiagonal(size_t n, unsigned seed)
{
    Tridiagonal t = {random_numbers(n, -1.0, 1.0, seed), random_numbers(n, -1.0, 1.0, seed + 1)};
    t.offdiagonal[n - 1] = NaN;
    return t;
}

double norm_of(const Tridiagonal &t)
{
    const size_t n = t.diagonal.size();
    double norm    = 0.0;
    for (size_t i = 0; i < n; i++)
        norm = std::max(norm, std::fabs(t.diagonal[i]) + (i ? std::fabs(t.offdiagonal[i - 1]) : 0.0) +
                                  (i + 1 < n ? std::fabs(t.offdiagonal[i]) : 0.0));
    return norm;
}

// bit for bit the same on any number of threads
Field eigenvalues_of(const Tridiagonal &t)
{
    const size_t n = t.diagonal.size();
    Field lambda(n, NaN);
    EXPECT_EQ(inm_tridiagonal_eigenvalues(n, t.diagonal.data(), t.offdiagonal.data(), lambda.data(), 1), INM_OK);
    for (int nthread : {2, 5}) {
        Field more = t.diagonal; // in place
        EXPECT_EQ(inm_tridiagonal_eigenvalues(n, more.data(), t.offdiagonal.data(), more.data(), nthread), INM_OK);
        EXPECT_EQ(memcmp(more.data(), lambda.data(), n * sizeof(double)), 0);
    }
    EXPECT_TRUE(std::is_sorted(lambda.begin(), lambda.end()));
    return lambda;
}

// number of negative pivots of T - s, in long double
size_t count_below(const Tridiagonal &t, long double s)
{
    const long double tiny = 1.0e-4000L;
    long double pivot      = 1.0L;
    size_t count           = 0;
    for (size_t i = 0; i < t.diagonal.size(); i++) {
        const long double e = i ? t.offdiagonal[i - 1] : 0.0L;
        pivot               = t.diagonal[i] - s - (e == 0.0L ? 0.0L : e * e / pivot);
        if (std::fabs(pivot) < tiny) pivot = tiny;
        if (pivot < 0.0L) count++;
    }
    return count;
}

// eigenvalue k is above lambda - error and not above lambda + error
void expect_eigenvalues(const Tridiagonal &t, const Field &lambda)
{
    const long double error = 2.0L * DBL_EPSILON * norm_of(t) + std::numeric_limits<double>::denorm_min();
    for (size_t k = 0; k < lambda.size(); k++) {
        ASSERT_LE(count_below(t, lambda[k] - error), k) << lambda.size();
        ASSERT_GT(count_below(t, lambda[k] + error), k) << lambda.size();
    }
}

TEST(Tridiagonal, of_equal_elements_has_cosines)
{
    const double pi = std::acos(-1.0);
    for (int n : {1, 2, 3, 15, 16, 17, 31, 32, 33, 100, 1000}) {
        const Tridiagonal t = {Field(n, 3.0), Field(n, 0.5)};
        const Field found   = eigenvalues_of(t);
        for (size_t k = 0; k < n; k++)
            EXPECT_NEAR(found[k], 3.0 - std::cos(pi * (double) (k + 1) / (double) (n + 1)), 8.0 * DBL_EPSILON) << n;
    }
}

TEST(Tridiagonal, has_the_eigenvalues_that_lapack_finds)
{
    for (int n : {1, 2, 7, 64, 333, 900}) {
        const Tridiagonal t = random_tridiagonal(n, 11);
        Field wanted = t.diagonal, e = t.offdiagonal;
        int info;
        dsterf_(&n, wanted.data(), e.data(), &info);
        ASSERT_EQ(info, 0);
        const Field found = eigenvalues_of(t);
        for (int k = 0; k < n; k++) EXPECT_NEAR(found[k], wanted[k], 2.0 * DBL_EPSILON * n) << n;
    }
}

TEST(Tridiagonal, has_them_to_rounding_of_its_norm)
{
    for (size_t n : {1, 5, 50, 400}) {
        const Tridiagonal t = random_tridiagonal(n, 12);
        expect_eigenvalues(t, eigenvalues_of(t));
    }
}

// Wilkinson's matrix: pairs that agree to all digits, though no element is small
TEST(Tridiagonal, bears_pairs)
{
    const size_t half = 30;
    Tridiagonal t     = {Field(2 * half + 1), Field(2 * half + 1, 1.0)};
    for (size_t i = 0; i < t.diagonal.size(); i++) t.diagonal[i] = std::fabs((double) i - (double) half);
    const Field found = eigenvalues_of(t);
    expect_eigenvalues(t, found);
    EXPECT_NEAR(found[2 * half], found[2 * half - 1], 1.0e-14);
}

// equal blocks, as in crystals and in sets of distant molecules
TEST(Tridiagonal, bears_multiple_eigenvalues)
{
    for (size_t size : {1, 2, 12, 40}) {
        Tridiagonal t = random_tridiagonal(240, 13);
        for (size_t i = 0; i < 240; i++) {
            t.diagonal[i] = t.diagonal[i % size];
            if (i + 1 < 240) t.offdiagonal[i] = ((i + 1) % size) ? t.offdiagonal[i % size] : 0.0;
        }
        expect_eigenvalues(t, eigenvalues_of(t));
    }
}

TEST(Tridiagonal, bears_zeros)
{
    for (size_t n : {1, 2, 100}) {
        const Tridiagonal nothing = {Field(n, 0.0), Field(n, 0.0)};
        for (double lambda : eigenvalues_of(nothing)) EXPECT_EQ(lambda, 0.0);
        Tridiagonal t = random_tridiagonal(n, 14);
        t.offdiagonal = Field(n, 0.0);
        expect_eigenvalues(t, eigenvalues_of(t));
        t          = random_tridiagonal(n, 15);
        t.diagonal = Field(n, 0.0);
        expect_eigenvalues(t, eigenvalues_of(t));
    }
}

// squares and products of elements would overflow or underflow
TEST(Tridiagonal, does_not_depend_on_the_unit)
{
    const size_t n      = 150;
    const Tridiagonal t = random_tridiagonal(n, 16);
    const Field lambda  = eigenvalues_of(t);
    for (double unit : {ldexp(1.0, 1000), ldexp(1.0, -900)}) {
        Tridiagonal scaled = t;
        for (size_t i = 0; i < n; i++) {
            scaled.diagonal[i] *= unit;
            scaled.offdiagonal[i] *= unit;
        }
        const Field found = eigenvalues_of(scaled);
        for (size_t i = 0; i < n; i++) EXPECT_EQ(found[i], unit * lambda[i]);
    }
}

TEST(Tridiagonal, bears_elements_of_very_different_size)
{
    const size_t n = 200;
    for (int spread : {10, 20, 40, 150, 300}) {
        Tridiagonal t       = random_tridiagonal(n, 17);
        const Field power   = random_numbers(2 * n, -1.0, 0.0, 18);
        for (size_t i = 0; i < n; i++) {
            t.diagonal[i] *= std::pow(10.0, spread * power[i]);
            if (i + 1 < n) t.offdiagonal[i] *= std::pow(10.0, spread * power[n + i]);
        }
        expect_eigenvalues(t, eigenvalues_of(t));
    }
}

TEST(Tridiagonal, that_is_not_finite_is_refused)
{
    for (double bad : {NaN, HUGE_VAL, -HUGE_VAL})
        for (int where = 0; where < 2; where++) {
            Tridiagonal t                           = random_tridiagonal(20, 19);
            (where ? t.offdiagonal : t.diagonal)[7] = bad;
            Field lambda(20);
            EXPECT_EQ(inm_tridiagonal_eigenvalues(20, t.diagonal.data(), t.offdiagonal.data(), lambda.data(), 2),
                      INM_ERR_NONFINITE);
        }
    double x = 0.0;
    EXPECT_EQ(inm_tridiagonal_eigenvalues(0, &x, &x, &x, 1), INM_ERR_ARG);
}

} // namespace
