// Spectra of handmade mode tables, for which every result is known.

#include "model_systems.h"

namespace {

// the given frequencies, in ascending order
std::vector<double> ascending(const std::vector<double> &w)
{
    std::vector<double> lambda;
    for (double one : w) lambda.push_back(lambda_of(one));
    std::sort(lambda.begin(), lambda.end());
    return lambda;
}

// of the density of states
std::vector<DosRow> dos_of(const Table &t, const inm_range &range, double *outside = nullptr)
{
    return Spectrum(t).dos(range, outside);
}

inm_range range_of(const Table &t, size_t nbin)
{
    return Spectrum(t).range(nbin);
}

// ---- bins ---------------------------------------------------------------------------------------

TEST(Bins, divide_the_range_evenly_with_the_upper_end_outside)
{
    const inm_range range = {8, -1.0, 3.0};
    EXPECT_EQ(inm_bin_width(&range), 0.5);
    EXPECT_EQ(inm_bin_center(&range, 0), -0.75);
    EXPECT_EQ(inm_bin_center(&range, 7), 2.75);
    EXPECT_EQ(inm_bin(&range, -1.0), 0u);
    EXPECT_EQ(inm_bin(&range, -0.5), 1u);
    EXPECT_EQ(inm_bin(&range, 0.0), 2u);
    EXPECT_EQ(inm_bin(&range, std::nextafter(3.0, 0.0)), 7u);
    for (double w : {3.0, 1e300, -1.0000001, -Infinity, Infinity, NaN})
        EXPECT_EQ(inm_bin(&range, w), range.nbin) << w;
}

TEST(Bins, contain_their_centers)
{
    const inm_range range = {977, -17.3, 41.9};
    for (size_t b = 0; b < range.nbin; b++)
        EXPECT_EQ(inm_bin(&range, inm_bin_center(&range, b)), b);
}

// a range for w from lowest to highest
void expect_good_range(double lowest, double highest, size_t nbin)
{
    Table t({lambda_of(lowest), lambda_of(highest)});
    const inm_range range = range_of(t, nbin);
    const double span     = range.hi - range.lo;
    SCOPED_TRACE(testing::Message() << lowest << " .. " << highest << " in " << nbin << " bins");
    EXPECT_EQ(range.nbin, nbin);

    // all modes, and 26 % more of either branch
    const double enough = 1.2599 - 10.0 * DBL_EPSILON;
    EXPECT_LT(inm_bin(&range, lowest), nbin);
    EXPECT_LT(inm_bin(&range, highest), nbin);
    EXPECT_LE(range.lo, enough * std::min(0.0, lowest));
    EXPECT_GE(range.hi, enough * std::max(0.0, highest));

    // Zero is on a boundary.  A frequency is the root of an eigenvalue, so its rounding error is of
    // the order sqrt(DBL_EPSILON).  At this distance from zero the bins must differ.
    const double boundary = -range.lo / inm_bin_width(&range);
    EXPECT_NEAR(boundary, std::round(boundary), 100.0 * (double) nbin * DBL_EPSILON);
    const double near = std::sqrt(DBL_EPSILON) * span;
    if (range.lo < 0.0 && range.hi > 0.0) {
        EXPECT_EQ(inm_bin(&range, -near) + 1, inm_bin(&range, near));
    }
}

TEST(Range, covers_all_modes_with_zero_between_two_bins)
{
    const std::vector<double> size = random_numbers(60, 0.0, 30.0, 1);
    for (size_t k = 0; k < 60; k += 2)
        for (size_t nbin : {2, 3, 4, 7, 50, 101, 500})
            expect_good_range(-size[k], size[k + 1], nbin);
}

// the bins of the lowest and the highest mode must not depend on rounding
TEST(Range, keeps_the_extreme_modes_off_the_boundaries)
{
    const std::vector<double> size = random_numbers(200, 1.0, 30.0, 2);
    for (size_t k = 0; k < 200; k += 2)
        for (size_t nbin : {4, 7, 50, 101, 500}) {
            Table t({lambda_of(-size[k]), lambda_of(size[k + 1])});
            const inm_range range = range_of(t, nbin);
            for (double w : {-size[k], size[k + 1]}) {
                const double position = (w - range.lo) / inm_bin_width(&range);
                EXPECT_GT(fabs(position - std::round(position)), 1e-7) << w << " in " << nbin << " bins";
            }
        }
}

TEST(Range, may_be_very_uneven)
{
    for (size_t nbin : {2, 3, 10, 200}) {
        expect_good_range(-1e-6, 50.0, nbin);
        expect_good_range(-50.0, 1e-6, nbin);
        expect_good_range(-5.0, 5.0, nbin);
    }
}

TEST(Range, of_stable_modes_begins_at_zero)
{
    for (size_t nbin : {2, 5, 100}) expect_good_range(1.0, 30.0, nbin);
    Table t({1.0, 900.0});
    EXPECT_EQ(range_of(t, 10).lo, 0.0);
}

TEST(Range, of_unstable_modes_reaches_zero)
{
    for (size_t nbin : {2, 5, 100}) expect_good_range(-30.0, -1.0, nbin);
}

TEST(Range, covers_a_mode_at_zero_above_unstable_ones)
{
    // not a zero mode, but a stable one without stiffness
    for (size_t nbin : {2, 5, 100}) expect_good_range(-30.0, 0.0, nbin);
    Table t({-4.0, -1.0, 0.0});
    const inm_range range = range_of(t, 20);
    double outside;
    dos_of(t, range, &outside);
    EXPECT_EQ(outside, 0.0);
}

TEST(Range, of_no_modes_or_of_modes_at_zero_is_still_a_range)
{
    Table nothing((std::vector<double>()));
    Table zeros({0.0, 0.0, 0.0});
    for (const Table *t : {&nothing, &zeros})
        for (size_t nbin : {2, 3, 20}) {
            const inm_range range = range_of(*t, nbin);
            EXPECT_LT(range.lo, 0.0);
            EXPECT_GT(range.hi, 0.0);
            EXPECT_LT(inm_bin(&range, 0.0), nbin);
        }
}

// ---- density of states --------------------------------------------------------------------------

TEST(Dos, integrates_to_one)
{
    Table t(ascending(random_numbers(300, -10.0, 30.0, 2)), 100);
    for (size_t nbin : {2, 17, 250}) {
        const inm_range range = range_of(t, nbin);
        double outside;
        double integral = 0.0, count = 0.0;
        for (const DosRow &row : dos_of(t, range, &outside)) {
            integral += row.g * inm_bin_width(&range);
            count += row.count;
        }
        EXPECT_EQ(outside, 0.0);
        EXPECT_EQ(count, 300.0);
        EXPECT_NEAR(integral, 1.0, (double) nbin * DBL_EPSILON);
    }
}

TEST(Dos, leaves_zero_modes_out)
{
    std::vector<double> w = {-2.0, 0.0, 0.0, 0.0, 1.0, 2.0, 3.0};
    Table t(ascending(w), 3);
    for (size_t p = 1; p <= 3; p++) t.set_zero(p);
    const inm_range range = {10, -5.0, 5.0};
    const auto rows       = dos_of(t, range);
    EXPECT_EQ(rows[5].count, 0.0); // [0, 1)
    EXPECT_EQ(rows[3].g, 0.25);    // one of four
}

TEST(Dos, counts_modes_outside_the_range_and_norms_by_all_modes)
{
    Table t(ascending({-9.0, -3.0, -1.0, 1.0, 2.0, 6.0, 7.0, 8.0}));
    const inm_range range = {12, -4.0, 8.0}; // 8.0 is outside: bins exclude the upper end
    double outside;
    double integral = 0.0;
    for (const DosRow &row : dos_of(t, range, &outside)) integral += row.g * inm_bin_width(&range);
    EXPECT_EQ(outside, 2.0);
    EXPECT_NEAR(integral, 6.0 / 8.0, 10.0 * DBL_EPSILON);
}

TEST(Dos, has_the_mean_and_the_sum_of_P)
{
    Table t(ascending({-0.5, 0.25, 0.5, 0.75, 2.5}));
    const double pr[] = {0.5, 0.25, 0.125, 0.75, 1.0};
    std::copy(pr, pr + 5, t.m.pr);
    const inm_range range = {4, -1.0, 3.0};
    const auto rows       = dos_of(t, range);
    EXPECT_EQ(rows[0].mean_p, 0.5);
    EXPECT_EQ(rows[1].mean_p, 0.375);
    EXPECT_EQ(rows[1].sum_p, 1.125);
    EXPECT_EQ(rows[3].mean_p, 1.0);
    EXPECT_EQ(rows[1].w, 0.5);
    EXPECT_EQ(rows[1].count, 3.0);
}

TEST(Dos, of_an_empty_bin_is_zero_and_its_mean_P_undefined)
{
    Table t(ascending({-0.5, 2.5}));
    const inm_range range = {4, -1.0, 3.0};
    for (size_t b : {1, 2}) {
        const DosRow row = dos_of(t, range)[b];
        EXPECT_EQ(row.g, 0.0);
        EXPECT_EQ(row.count, 0.0);
        EXPECT_EQ(row.sum_p, 0.0);
        EXPECT_TRUE(std::isnan(row.mean_p));
    }
}

TEST(Dos, has_no_P_where_eigenvectors_are_missing_but_counts_the_modes)
{
    Table t(ascending({-0.5, 0.25, 0.5, 2.5}));
    t.m.pr[2]             = NaN;
    const inm_range range = {4, -1.0, 3.0};
    const auto rows       = dos_of(t, range);
    EXPECT_TRUE(std::isnan(rows[1].mean_p));
    EXPECT_TRUE(std::isnan(rows[1].sum_p));
    EXPECT_EQ(rows[1].count, 2.0);
    EXPECT_EQ(rows[1].g, 0.5);
    EXPECT_EQ(rows[0].mean_p, 0.5);
    EXPECT_EQ(rows[3].mean_p, 0.5);
}

TEST(Dos, of_no_modes_is_undefined_and_its_counts_are_zero)
{
    Table t((std::vector<double>()));
    const inm_range range = {4, -1.0, 3.0};
    for (const DosRow &row : dos_of(t, range)) {
        EXPECT_TRUE(std::isnan(row.g));
        EXPECT_EQ(row.count, 0.0);
    }
}

// ---- affine force correlator --------------------------------------------------------------------

TEST(Gamma, is_the_mean_of_the_squared_projections_in_a_bin)
{
    Table t(ascending({-0.5, 0.0, 0.25, 0.5, 2.5, 9.0}));
    t.set_zero(1);
    const double xi2[] = {4.0, 1e9, 1.0, 2.0, 7.0, 1e9};
    std::copy(xi2, xi2 + 6, t.m.proj2);
    t.m.mass[0]           = 2.0;
    const inm_range range = {4, -1.0, 3.0};
    double gamma[4][4];
    ASSERT_EQ(inm_gamma(Spectrum(t).s, 0, 1, &range, gamma[0]), INM_OK);
    const double expected[4][4] = {
        {-0.5, 4.0, 2.0, 4.0}, {0.5, 1.5, 0.75, 3.0}, {1.5, NaN, NaN, 0.0}, {2.5, 7.0, 3.5, 7.0}};
    for (size_t b = 0; b < 4; b++)
        for (size_t k = 0; k < 4; k++) {
            if (std::isnan(expected[b][k])) {
                EXPECT_TRUE(std::isnan(gamma[b][k])) << b << " " << k;
            } else {
                EXPECT_EQ(gamma[b][k], expected[b][k]) << b << " " << k;
            }
        }
}

TEST(Gamma, times_the_density_of_states_integrates_to_the_mean_projection)
{
    const size_t n = 300, nbin = 40;
    Table t(ascending(random_numbers(n, -10.0, 30.0, 3)), 100);
    const std::vector<double> xi2 = random_numbers(n, 0.0, 5.0, 4);
    std::copy(xi2.begin(), xi2.end(), t.m.proj2);
    const inm_range range = range_of(t, nbin);
    const auto gamma      = Spectrum(t).gamma(0, 1, range);
    const auto rows       = dos_of(t, range);
    double integral = 0.0, mean = 0.0;
    for (size_t b = 0; b < nbin; b++)
        if (rows[b].count > 0.0) integral += rows[b].g * gamma[b].xi2 * inm_bin_width(&range);
    for (double x : xi2) mean += x / (double) n;
    EXPECT_NEAR(integral, mean, 10.0 * (double) n * DBL_EPSILON);
}

TEST(Gamma, is_undefined_where_eigenvectors_are_missing)
{
    Table t(ascending({-0.5, 0.5}));
    t.m.proj2[1]          = NaN;
    const inm_range range = {2, -1.0, 1.0};
    const auto gamma      = Spectrum(t).gamma(0, 1, range);
    EXPECT_EQ(gamma[0].xi2, 1.0);
    EXPECT_TRUE(std::isnan(gamma[1].xi2));
}

TEST(Gamma, projections_are_averaged_over_the_vectors_asked_for)
{
    Table t({-1.0, 2.0}, 1, 1, 5);
    for (size_t x = 0; x < 10; x++) t.m.proj2[x] = (double) (1 << x); // [vector][mode]
    const Spectrum spectrum(t);
    const Measure three(spectrum.s, 1, 3), last(spectrum.s, 4, 1);
    EXPECT_EQ(three.m.weight[0], (4.0 + 16.0 + 64.0) / 3.0);
    EXPECT_EQ(three.m.weight[1], (8.0 + 32.0 + 128.0) / 3.0);
    EXPECT_EQ(last.m.weight[0], 256.0);
}

// ---- fractions ----------------------------------------------------------------------------------

const inm_edge no_edge = {INM_EDGE_NONE, 0.0}, at_p = {INM_EDGE_PARTICIPATION, 0.4};

TEST(Fractions, are_relative_to_the_modes_without_zero_modes_and_add_up)
{
    Table t({-4.0, -3.0, -2.0, 0.0, 0.0, 1.0, 2.0, 3.0, 4.0, 5.0});
    t.set_zero(3);
    t.set_zero(4);
    t.m.pr[0] = t.m.pr[1] = t.m.pr[3] = t.m.pr[7] = 0.3; // the others are at 0.5
    const inm_edge at_w                           = {INM_EDGE_FREQUENCY, std::sqrt(2.5)};
    for (const inm_edge &edge : {at_p, at_w}) {
        const inm_fractions f = Spectrum(t).fractions(edge);
        EXPECT_EQ(f.stable, 5.0 / 8.0);
        EXPECT_EQ(f.unstable, 3.0 / 8.0);
        EXPECT_EQ(f.localized, 2.0 / 8.0);
        EXPECT_EQ(f.delocalized, 1.0 / 8.0);
    }
}

TEST(Fractions, of_localized_modes_are_undefined_if_one_class_is_unknown)
{
    Table t({-4.0, -3.0, 1.0, 2.0});
    t.m.pr[0] = 0.3;
    t.m.pr[1] = NaN;
    for (const inm_edge &edge : {at_p, no_edge}) {
        const inm_fractions f = Spectrum(t).fractions(edge);
        EXPECT_EQ(f.stable, 0.5);
        EXPECT_EQ(f.unstable, 0.5);
        EXPECT_TRUE(std::isnan(f.localized));
        EXPECT_TRUE(std::isnan(f.delocalized));
    }
}

TEST(Fractions, without_unstable_modes_are_zero_and_not_undefined)
{
    Table t({1.0, 2.0});
    for (const inm_edge &edge : {at_p, no_edge}) {
        const inm_fractions f = Spectrum(t).fractions(edge);
        EXPECT_EQ(f.stable, 1.0);
        EXPECT_EQ(f.unstable, 0.0);
        EXPECT_EQ(f.localized, 0.0);
        EXPECT_EQ(f.delocalized, 0.0);
    }
}

TEST(Fractions, of_no_modes_are_undefined)
{
    Table nothing((std::vector<double>()));
    Table zeros({0.0, 0.0, 0.0});
    for (size_t p = 0; p < 3; p++) zeros.set_zero(p);
    for (const Table *t : {&nothing, &zeros}) {
        const inm_fractions f = Spectrum(*t).fractions(no_edge);
        for (double x : {f.stable, f.unstable, f.localized, f.delocalized})
            EXPECT_TRUE(std::isnan(x));
    }
}

TEST(Fractions, of_single_modes_have_no_standard_errors)
{
    Table t({-4.0, -3.0, 1.0, 2.0});
    inm_fractions errors;
    Spectrum(t).fractions(at_p, &errors);
    for (double x : {errors.stable, errors.unstable, errors.localized, errors.delocalized})
        EXPECT_TRUE(std::isnan(x));
}

// ---- mobility edge ------------------------------------------------------------------------------

// P = 0.8 - 0.05 |w|: two modes in every bin, on either side of its center, so that bin means are
// exact
struct LinearP {
    inm_range range = {60, -12.0, 18.0};
    Table t;

    static std::vector<double> frequencies(double lo, double hi)
    {
        std::vector<double> w;
        for (double center = lo + 0.25; center < hi; center += 0.5) {
            w.push_back(center - 0.125);
            w.push_back(center + 0.125);
        }
        return w;
    }
    explicit LinearP(double lo = -12.0, double hi = 18.0) : t(ascending(frequencies(lo, hi)))
    {
        for (size_t p = 0; p < t.m.n; p++)
            t.m.pr[p] = 0.8 - 0.05 * std::fabs(inm_frequency(t.m.lambda[p]));
    }
    double edge(double value, inm_edge_kind kind = INM_EDGE_PARTICIPATION)
    {
        const auto dos      = dos_of(t, range);
        const inm_edge edge = {kind, value};
        return inm_edge_frequency(&range, &dos[0].w, edge);
    }
};

TEST(EdgeFrequency, of_a_linear_P_is_where_P_crosses_the_value)
{
    LinearP linear;
    for (double value : {0.78, 0.6, 0.5125, 0.36, 0.27, 0.22})
        EXPECT_NEAR(linear.edge(value), (0.8 - value) / 0.05, 1e3 * DBL_EPSILON);
}

TEST(EdgeFrequency, is_found_across_empty_bins)
{
    LinearP linear;
    std::vector<double> w;
    for (double one : LinearP::frequencies(-12.0, 0.0))
        if (one > -4.0 || one < -9.0) w.push_back(one);
    Table gap(ascending(w));
    for (size_t p = 0; p < gap.m.n; p++)
        gap.m.pr[p] = 0.8 - 0.05 * std::fabs(inm_frequency(gap.m.lambda[p]));
    const auto dos      = dos_of(gap, linear.range);
    const inm_edge edge = {INM_EDGE_PARTICIPATION, 0.5};
    EXPECT_NEAR(inm_edge_frequency(&linear.range, &dos[0].w, edge), 6.0, 1e3 * DBL_EPSILON);
}

TEST(EdgeFrequency, is_the_first_crossing_from_zero_outwards)
{
    LinearP linear;
    for (size_t p = 0; p < linear.t.m.n; p++) // extended again far out
        if (linear.t.m.lambda[p] < -100.0) linear.t.m.pr[p] = 0.9;
    EXPECT_NEAR(linear.edge(0.6), 4.0, 1e3 * DBL_EPSILON);
}

TEST(EdgeFrequency, does_not_look_at_stable_modes)
{
    LinearP linear;
    for (size_t p = 0; p < linear.t.m.n; p++)
        if (linear.t.m.lambda[p] > 0.0) linear.t.m.pr[p] = 0.01;
    EXPECT_NEAR(linear.edge(0.6), 4.0, 1e3 * DBL_EPSILON);
}

TEST(EdgeFrequency, is_undefined_where_P_does_not_cross_the_value)
{
    LinearP linear;
    EXPECT_TRUE(std::isnan(linear.edge(0.1)));  // extended up to the end
    EXPECT_TRUE(std::isnan(linear.edge(0.95))); // localized from the start
    LinearP stable(0.0, 18.0);
    EXPECT_TRUE(std::isnan(stable.edge(0.5)));
}

TEST(EdgeFrequency, of_an_edge_by_frequency_is_its_value_and_of_none_undefined)
{
    LinearP linear;
    EXPECT_EQ(linear.edge(5.5, INM_EDGE_FREQUENCY), 5.5);
    EXPECT_TRUE(std::isnan(linear.edge(5.5, INM_EDGE_NONE)));
}

// ---- low frequencies ----------------------------------------------------------------------------

// Eigenvalues at +-(k + 1/2) step: the number of modes with |w| < W grows as W^2, so g = a |w| with
// a = 2/(n step) over both branches.
std::vector<double> uniform_lambda(size_t n, double step)
{
    std::vector<double> lambda;
    for (size_t k = 0; k < n / 2; k++) {
        lambda.push_back(((double) k + 0.5) * step);
        lambda.push_back(-((double) k + 0.5) * step);
    }
    std::sort(lambda.begin(), lambda.end());
    return lambda;
}

TEST(LowFrequencySlope, of_uniform_eigenvalues_is_exact)
{
    for (size_t n : {40, 300, 1234})
        for (double step : {0.01, 3.0}) {
            Table t(uniform_lambda(n, step));
            const double a = 2.0 / ((double) n * step);
            EXPECT_NEAR(Spectrum(t).slope(), a, 10.0 * DBL_EPSILON * a);
        }
}

TEST(LowFrequencySlope, is_that_of_the_density_of_states)
{
    // the histogram of the same modes follows a |w| to within one mode in a bin
    const size_t n = 20000;
    Table t(uniform_lambda(n, 1.0));
    const double slope    = Spectrum(t).slope();
    const inm_range range = {20, -50.0, 50.0};
    for (const DosRow &row : dos_of(t, range)) {
        const double one_mode = 1.0 / ((double) n * inm_bin_width(&range));
        EXPECT_NEAR(row.g, slope * std::fabs(row.w), 1.01 * one_mode);
    }
}

TEST(LowFrequencySlope, leaves_zero_modes_out)
{
    const size_t n             = 400;
    std::vector<double> lambda = uniform_lambda(n, 1.0);
    lambda.insert(lambda.begin() + n / 2, 3, 0.0);
    Table t(lambda);
    for (size_t p = n / 2; p < n / 2 + 3; p++) t.set_zero(p);
    EXPECT_NEAR(Spectrum(t).slope(), 2.0 / (double) n, 10.0 * DBL_EPSILON);
}

TEST(LowFrequencySlope, counts_both_branches)
{
    // all stable, with the same density on one branch: half as many modes within W, of as many in
    // total
    const size_t n = 400;
    std::vector<double> lambda;
    for (size_t k = 0; k < n; k++) lambda.push_back((double) k + 0.5);
    Table t(lambda);
    EXPECT_NEAR(Spectrum(t).slope(), 1.0 / (double) n, 10.0 * DBL_EPSILON);
}

TEST(LowFrequencySlope, of_too_few_modes_is_undefined)
{
    Table few(uniform_lambda(18, 1.0)); // less than one in twenty
    EXPECT_TRUE(std::isnan(Spectrum(few).slope()));
    Table nothing((std::vector<double>()));
    EXPECT_TRUE(std::isnan(Spectrum(nothing).slope()));
}

TEST(MeanMass, is_the_number_average)
{
    Table t({1.0}, 4);
    const double mass[] = {1.0, 2.0, 5.0, 8.0};
    std::copy(mass, mass + 4, t.m.mass);
    EXPECT_EQ(Spectrum(t).about().mean_mass, 4.0);
}
} // namespace
