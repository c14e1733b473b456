// Complex modulus: closed forms, the limits of low and high frequency, and the two sources of a spectrum.

#include "inm_modulus.h"
#include "inm_viscosity.h"

#include "gtest/gtest.h"

#include <cmath>
#include <complex>
#include <vector>

namespace {

typedef std::complex<double> Complex;
const Complex i(0.0, 1.0);

// modes with projections and weights by type
struct Table {
    std::vector<double> lambda, x, pr, weight;
    inm_measure m;

    Table(const std::vector<double> &lambda, const std::vector<double> &x,
          const std::vector<double> &weight = {}) :
        lambda(lambda), x(x), pr(lambda.size(), 0.5), weight(weight), m()
    {
        m.n           = lambda.size();
        m.lambda      = this->lambda.data();
        m.weight      = this->x.data();
        m.pr          = pr.data();
        m.type_weight = weight.empty() ? nullptr : this->weight.data();
        m.ntypes      = 2;
    }
};

inm_complex at(double re, double im = 0.0)
{
    return {re, im};
}

Complex response(const Table &t, double w, const std::vector<inm_complex> &rate,
                 inm_mode_sign sign = INM_MODES_ALL, inm_complex *slope = nullptr)
{
    const inm_complex s = inm_modulus_response(&t.m, sign, w, rate.data(), slope);
    return {s.re, s.im};
}

const Table mixture({4.0, -1.0, 9.0}, {2.0, 3.0, 0.5}, {0.5, 0.2, 1.0, 0.1, 0.4, 0.0});
const std::vector<inm_complex> rates = {at(0.0), at(0.7, -0.2), at(1.1, 0.3)};

TEST(Modulus, is_the_sum_over_damped_oscillators)
{
    const double w = 1.5;
    Complex all = 0.0;
    for (size_t p = 0; p < 3; p++) {
        const Complex nu = Complex(0.7, -0.2) * mixture.weight[p] + Complex(1.1, 0.3) * mixture.weight[3 + p];
        all += mixture.x[p] / (mixture.lambda[p] - w * w + i * w * nu);
    }
    EXPECT_LT(std::abs(response(mixture, w, rates) - all), 1e-15);
    const Complex stable = response(mixture, w, rates, INM_MODES_STABLE);
    const Complex unstable = response(mixture, w, rates, INM_MODES_UNSTABLE);
    EXPECT_LT(std::abs(stable + unstable - all), 1e-15);
    const Complex nu = Complex(0.7, -0.2) * 0.2 + Complex(1.1, 0.3) * 0.4;
    EXPECT_LT(std::abs(unstable - 3.0 / (-1.0 - w * w + i * w * nu)), 1e-15);
}

TEST(Modulus, loss_over_frequency_tends_to_the_viscosity)
{
    const double w = 1e-5;
    const Table t({4.0, -1.0, 9.0}, {2.0, 3.0, 0.5});
    const Complex s = response(t, w, {at(1.3), at(0.0), at(0.0)});
    double sums[INM_NSET * 3];
    const inm_cut none = {{INM_EDGE_NONE, 0.0}, 0.0, 0.0};
    inm_viscosity_sums(&t.m, &none, sums);
    EXPECT_NEAR(-s.imag() / w, 1.3 * sums[INM_ALL * 3], 100.0 * w * w); // corrections are of order w^2
    EXPECT_NEAR(s.real(), 2.0 / 4.0 - 3.0 + 0.5 / 9.0, 1e-9);
    EXPECT_NEAR(inm_modulus_static(&t.m), 2.0 / 4.0 + 0.5 / 9.0, 1e-15);
}

TEST(Modulus, response_vanishes_at_high_frequency)
{
    EXPECT_NEAR(std::abs(response(mixture, 1e4, rates)), 5.5 / 1e8, 1e-11);
}

TEST(Modulus, slope_is_the_derivative_by_the_rate)
{
    const double w = 1.5, h = 1e-6;
    inm_complex slope[3];
    response(mixture, w, rates, INM_MODES_ALL, slope);
    EXPECT_EQ(slope[0].re, 0.0);
    for (size_t k : {1, 2})
        for (Complex step : {Complex(h, 0.0), Complex(0.0, h)}) {
            std::vector<inm_complex> up = rates, down = rates;
            up[k]   = at(rates[k].re + step.real(), rates[k].im + step.imag());
            down[k] = at(rates[k].re - step.real(), rates[k].im - step.imag());
            const Complex d = (response(mixture, w, up) - response(mixture, w, down)) / (2.0 * step);
            EXPECT_LT(std::abs(d - Complex(slope[k].re, slope[k].im)), 1e-8);
        }
}

TEST(Modulus, needs_type_weights_only_where_types_differ)
{
    const Table t({4.0}, {2.0});
    EXPECT_TRUE(std::isnan(response(t, 1.0, rates).real()));
    EXPECT_TRUE(std::isfinite(response(t, 1.0, {at(1.0), at(0.0), at(0.0)}).real()));
}

TEST(Modulus, zero_modes_do_not_count)
{
    const Table t({0.0, 4.0}, {0.0, 2.0});
    EXPECT_NEAR(std::abs(response(t, 0.0, {at(1.0), at(0.0), at(0.0)}) - 0.5), 0.0, 1e-15);
}

// ---- convergence --------------------------------------------------------------------------------

// error exp(-K d) for a pole on the imaginary side of the middle of the spectrum
TEST(Modulus, products_follow_from_the_distance_of_the_pole)
{
    inm_measure m = {};
    m.lo = -100.0;
    m.hi = 100.0; // the middle is lambda = 0
    const double w = 1e-3, few = inm_modulus_products(&m, w, at(1000.0), 100.0);
    EXPECT_NEAR(few, std::log(100.0) / std::asinh(0.01), 1e-6 * few); // |Im acos(-i x)| = asinh x
    EXPECT_NEAR(inm_modulus_products(&m, w, at(2000.0), 100.0) / few, 0.5, 1e-3);
    EXPECT_NEAR(inm_modulus_products(&m, w, at(1000.0), 10.0) / few, 0.5, 1e-9);
}

TEST(Modulus, change_is_relative_to_the_modulus)
{
    // M = 10 - (7 - 4i) = 3 + 4i of size 5
    EXPECT_NEAR(inm_modulus_change(10.0, at(7.0, -4.0), at(7.3, -4.4)), 0.1, 1e-14);
}

struct Rows {
    std::vector<double> w;
    std::vector<inm_complex> rate;
    inm_modulus_rows rows() const { return {w.size(), INM_MODES_ALL, 10.0, w.data(), rate.data()}; }
};

TEST(Modulus, largest_change_is_that_of_the_rows_that_are_known_and_within_reach)
{
    Table whole({4.0, -1.0, 9.0}, {2.0, 3.0, 0.5}), half({4.0, -1.0, 9.0}, {2.1, 3.0, 0.5});
    for (Table *t : {&whole, &half}) {
        t->m.lo = -2.0;
        t->m.hi = 10.0;
    }
    const Rows all = {{1.5, 0.3, 2.0, 1.0}, {at(3.0), at(2.0), at(NAN), at(1e-9)}};
    double expected = 0.0;
    for (size_t k : {0, 1}) { // the third is not known, the fourth needs some 10^10 products
        const std::vector<inm_complex> rate = {all.rate[k], at(0.0), at(0.0)};
        const Complex s = response(whole, all.w[k], rate), h = response(half, all.w[k], rate);
        expected = std::max(expected, std::abs(s - h) / std::abs(10.0 - s));
    }
    const inm_modulus_rows rows = all.rows();
    EXPECT_NEAR(inm_modulus_largest_change(&whole.m, &half.m, &rows, 1e-3, 1e4), expected, 1e-14);

    const Rows out_of_reach = {{1.0}, {at(1e-9)}};
    const inm_modulus_rows none = out_of_reach.rows();
    EXPECT_EQ(inm_modulus_largest_change(&whole.m, &half.m, &none, 1e-3, 1e4), -1.0);
}
} // namespace
