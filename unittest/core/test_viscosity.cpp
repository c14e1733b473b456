// The viscosity as a sum over modes: handmade tables, and systems with an analytic viscosity.

#include "model_systems.h"

namespace {

const inm_edge no_edge = {INM_EDGE_NONE, 0.0};

inm_edge at_participation(double value)
{
    return inm_edge{INM_EDGE_PARTICIPATION, value};
}

// sums for the first projected vector, with sharp edges
std::vector<double> sums_of(const inm_modes &m, double wmin, inm_edge edge)
{
    return Spectrum(m).sums(0, 1, inm_cut{edge, wmin, 0.0});
}

// Modes at w = -8, -7, .., -1, 1, 2, .., 15, two types, P = 1/|w|.  Xi_p^2 = |w|^4 2^-|w|, so that
// sums over classes are sums of powers of two; weights w1 = |w|, w2 = 1.
struct Model {
    Table t;

    static std::vector<double> lambda()
    {
        std::vector<double> l;
        for (int w = -8; w <= 15; w++)
            if (w != 0) l.push_back(lambda_of((double) w));
        return l;
    }
    Model() : t(lambda(), 8, 2)
    {
        for (size_t p = 0; p < t.m.n; p++) {
            t.m.pr[p]             = 1.0 / size(p);
            t.m.weight[p]         = size(p);
            t.m.weight[t.m.n + p] = 1.0;
            t.m.proj2[p]          = std::pow(size(p), 4) * std::ldexp(1.0, -(int) size(p));
        }
    }
    double size(size_t p) const { return std::fabs(inm_frequency(t.m.lambda[p])); }

    // sum over first <= |w| <= last of 2^-|w| |w|^power
    static double sum(int first, int last, int power = 0)
    {
        double total = 0.0;
        for (int w = first; w <= last; w++) total += std::ldexp(std::pow(w, power), -w);
        return total;
    }
    std::vector<double> sums(double wmin, inm_edge edge) const
    {
        return sums_of(t.m, wmin, edge);
    }
};

// ---- sums ---------------------------------------------------------------------------------------

TEST(ViscositySums, of_a_model_spectrum_match_closed_form)
{
    // sum of 2^-w from 1 to k is 1 - 2^-k; P < 0.22 is |w| >= 5
    const Model model;
    const std::vector<double> s = model.sums(0.0, at_participation(0.22));
    EXPECT_NEAR(s[3 * INM_UL], (1.0 - std::ldexp(1.0, -8)) - (1.0 - std::ldexp(1.0, -4)), 1e-15);
    EXPECT_NEAR(s[3 * INM_UD], 1.0 - std::ldexp(1.0, -4), 1e-15);
    EXPECT_NEAR(s[3 * INM_S], 1.0 - std::ldexp(1.0, -15), 1e-15);
    EXPECT_NEAR(s[3 * INM_ALL], 2.0 - std::ldexp(1.0, -8) - std::ldexp(1.0, -15), 1e-15);
    // with the weights |w| and 1
    EXPECT_NEAR(s[3 * INM_UL + 1], Model::sum(5, 8, 1), 1e-15);
    EXPECT_NEAR(s[3 * INM_UD + 1], Model::sum(1, 4, 1), 1e-15);
    EXPECT_NEAR(s[3 * INM_S + 1], Model::sum(1, 15, 1), 1e-15);
    for (int set = 0; set < INM_NSET; set++) EXPECT_EQ(s[3 * set + 2], s[3 * set]);
}

TEST(ViscositySums, of_the_classes_add_up_to_that_of_all_modes)
{
    const Model model;
    for (double value : {0.0, 0.15, 0.22, 0.6, 2.0})
        for (double wmin : {0.0, 2.5, 6.0}) {
            const std::vector<double> s = model.sums(wmin, at_participation(value));
            for (int k = 0; k < 3; k++)
                EXPECT_NEAR(s[3 * INM_UL + k] + s[3 * INM_UD + k] + s[3 * INM_S + k],
                            s[3 * INM_ALL + k], 1e-14);
        }
}

TEST(ViscositySums, leave_out_modes_below_wmin_and_keep_those_at_it)
{
    const Model model;
    const inm_edge all_localized = at_participation(2.0);
    for (int w = 1; w <= 8; w++) {
        EXPECT_NEAR(model.sums(w, all_localized)[3 * INM_UL], Model::sum(w, 8), 1e-15) << w;
        EXPECT_NEAR(model.sums(w, all_localized)[3 * INM_S], Model::sum(w, 15), 1e-15) << w;
        EXPECT_NEAR(model.sums(w + 1e-9, all_localized)[3 * INM_UL], Model::sum(w + 1, 8), 1e-15)
            << w;
        EXPECT_NEAR(model.sums(w - 1e-9, all_localized)[3 * INM_UL], Model::sum(w, 8), 1e-15) << w;
    }
    for (double s : model.sums(100.0, all_localized)) EXPECT_EQ(s, 0.0);
}

TEST(ViscositySums, decide_the_classes_by_the_edge_that_is_given)
{
    Model model;
    for (signed char &cls : model.t.cls)
        if (cls != INM_STABLE) cls = INM_UNSTABLE_DELOCALIZED; // for another edge
    EXPECT_NEAR(model.sums(0.0, at_participation(0.3))[3 * INM_UL], Model::sum(4, 8), 1e-15);
    EXPECT_NEAR(model.sums(0.0, at_participation(0.15))[3 * INM_UL], Model::sum(7, 8), 1e-15);
    const inm_edge at_w = {INM_EDGE_FREQUENCY, 5.0};
    EXPECT_NEAR(model.sums(0.0, at_w)[3 * INM_UL], Model::sum(6, 8), 1e-15);
    EXPECT_NEAR(model.sums(0.0, at_w)[3 * INM_UD], Model::sum(1, 5), 1e-15);
}

TEST(ViscositySums, leave_out_zero_modes_and_modes_without_frequency_even_with_wmin_0)
{
    Model model;
    const size_t first_stable = 8;
    model.t.set_zero(first_stable);         // w = 1
    model.t.m.lambda[first_stable + 1] = 0; // w = 2, no zero mode
    const std::vector<double> s        = model.sums(0.0, at_participation(0.22));
    EXPECT_NEAR(s[3 * INM_S], Model::sum(3, 15), 1e-15);
    EXPECT_NEAR(s[3 * INM_ALL], Model::sum(1, 8) + Model::sum(3, 15), 1e-15);
}

TEST(ViscositySums, are_undefined_for_a_set_with_a_mode_without_eigenvector)
{
    // eigenvectors of unstable modes only
    Model model;
    for (size_t p = 8; p < model.t.m.n; p++)
        model.t.m.proj2[p] = model.t.m.pr[p] = model.t.m.weight[p] = model.t.m.weight[model.t.m.n + p] =
            NaN;
    const std::vector<double> s = model.sums(0.0, at_participation(0.22));
    EXPECT_NEAR(s[3 * INM_UL], Model::sum(5, 8), 1e-15);
    EXPECT_NEAR(s[3 * INM_UL + 1], Model::sum(5, 8, 1), 1e-15);
    EXPECT_NEAR(s[3 * INM_UD], Model::sum(1, 4), 1e-15);
    for (int k = 0; k < 3; k++) {
        EXPECT_TRUE(std::isnan(s[3 * INM_S + k]));
        EXPECT_TRUE(std::isnan(s[3 * INM_ALL + k]));
    }
}

TEST(ViscositySums, do_not_mind_a_mode_without_eigenvector_below_wmin)
{
    Model model;
    model.t.m.proj2[8] = model.t.m.pr[8] = NaN; // w = 1
    EXPECT_NEAR(model.sums(2.0, at_participation(0.22))[3 * INM_S], Model::sum(2, 15), 1e-15);
    EXPECT_TRUE(std::isnan(model.sums(1.0, at_participation(0.22))[3 * INM_S]));
}

TEST(ViscositySums, of_localized_modes_are_undefined_without_edge_and_the_others_are_not)
{
    const Model model;
    const std::vector<double> s = model.sums(0.0, no_edge);
    for (int k = 0; k < 3; k++) {
        EXPECT_TRUE(std::isnan(s[3 * INM_UL + k]));
        EXPECT_TRUE(std::isnan(s[3 * INM_UD + k]));
        EXPECT_FALSE(std::isnan(s[3 * INM_S + k]));
        EXPECT_FALSE(std::isnan(s[3 * INM_ALL + k]));
    }
    EXPECT_NEAR(s[3 * INM_ALL], Model::sum(1, 8) + Model::sum(1, 15), 1e-15);
    // defined if the cutoff leaves no unstable mode
    EXPECT_EQ(model.sums(9.0, no_edge)[3 * INM_UL], 0.0);
}

TEST(ViscositySums, of_no_modes_are_zero)
{
    Table nothing((std::vector<double>()));
    for (double s : sums_of(nothing.m, 0.0, no_edge)) EXPECT_EQ(s, 0.0);
}

// ---- contraction with the friction --------------------------------------------------------------

TEST(Contraction, is_the_sum_of_products)
{
    const double friction[] = {2.0, -1.0, 0.5}, sums[] = {3.0, 4.0, 16.0};
    EXPECT_EQ(inm_viscosity_contract(friction, sums, 3), 10.0);
    EXPECT_EQ(inm_viscosity_contract(friction, sums, 1), 6.0);
    EXPECT_EQ(inm_viscosity_contract(friction, sums, 0), 0.0);
}

TEST(Contraction, does_not_look_at_coefficients_without_friction)
{
    const double friction[] = {2.0, 0.0, 0.0}, sums[] = {3.0, NaN, Infinity};
    EXPECT_EQ(inm_viscosity_contract(friction, sums, 3), 6.0);
    const double other[] = {2.0, 1.0, 0.0};
    EXPECT_TRUE(std::isnan(inm_viscosity_contract(other, sums, 3)));
}

// ---- a viscosity that is a formula --------------------------------------------------------------

// Two atoms at dr with u'' = stiff and u'/r = soft, mu the reduced mass: for the plane (k,c)
//   sum_p Xi_p^2 / lambda_p^2 = mu dr_c^2, of which mu (dr_k dr_c / r)^2 from the mode along dr,
// whatever the stiffness, and each mode has (v/m) = mu (v_1/m_1^2 + v_2/m_2^2).

struct Pair {
    double m1 = 1.5, m2 = 4.0, mu = m1 * m2 / (m1 + m2);
    Vec3 dr = {{0.6, -1.1, 0.4}};

    std::vector<double> sums(double stiff, double soft, int k, int c, inm_edge edge) const
    {
        const System s = two_atoms(m1, m2, stiff, soft, dr);
        Options options;
        options.edge = edge;
        options.proj = Hessian(s).affine_force(k, c, 2);
        Solution solution(s, options);
        EXPECT_EQ(solution.status, INM_OK);
        return sums_of(solution.m, 0.0, edge);
    }
    double all(int c) const { return mu * std::pow(dr[(size_t) c], 2); }
    double along(int k, int c) const
    {
        return mu * std::pow(dr[(size_t) k] * dr[(size_t) c], 2) / dot(dr, dr);
    }
    // P of every mode except the translations
    double participation() const { return 0.5 / (std::pow(mu / m1, 2) + std::pow(mu / m2, 2)); }
};

TEST(ViscosityOfTwoAtoms, does_not_depend_on_the_stiffness)
{
    const Pair two;
    const int planes[3][2] = {{0, 1}, {0, 2}, {1, 2}};
    for (const auto &plane : planes)
        for (double stiff : {3.0, 500.0})
            for (double soft : {-1.0, 20.0}) {
                const double tolerance = 1e4 * DBL_EPSILON * stiff;
                const auto s           = two.sums(stiff, soft, plane[0], plane[1], no_edge);
                const double expected  = two.all(plane[1]);
                EXPECT_NEAR(s[3 * INM_ALL], expected, tolerance);
                EXPECT_NEAR(s[3 * INM_ALL + 1], expected * two.mu / (two.m1 * two.m1), tolerance);
                EXPECT_NEAR(s[3 * INM_ALL + 2], expected * two.mu / (two.m2 * two.m2), tolerance);
            }
}

TEST(ViscosityOfTwoAtoms, divides_into_stable_along_and_unstable_across)
{
    const Pair two;
    const double p = two.participation(), along = two.along(0, 1), all = two.all(1);
    for (bool localized : {true, false}) {
        const auto s =
            two.sums(30.0, -2.0, 0, 1, at_participation(localized ? 1.01 * p : 0.99 * p));
        EXPECT_NEAR(s[3 * INM_S], along, 1e-12);
        EXPECT_NEAR(s[3 * (localized ? INM_UL : INM_UD)], all - along, 1e-12);
        EXPECT_EQ(s[3 * (localized ? INM_UD : INM_UL)], 0.0);
    }
}

// sums of a cluster for shear in (x,y), all modes
std::vector<double> sums_of(const System &s, double wmin = 0.0)
{
    Options options;
    options.proj = Hessian(s).affine_force(0, 1, s.natom());
    Solution solution(s, options);
    EXPECT_EQ(solution.status, INM_OK);
    return sums_of(solution.m, wmin, no_edge);
}

TEST(Units, of_energy_do_not_matter_if_the_factor_goes_with_them)
{
    // with a 1000 times smaller unit of energy, Xi is 1000 times larger and lambda is unchanged
    System s        = random_cluster(6, 81);
    const auto one  = sums_of(s);
    const double up = 1000.0;
    for (Term &t : s.terms) {
        t.du *= up;
        t.du2 *= up;
    }
    s.scale          = 1.0 / up;
    const auto small = sums_of(s);
    for (size_t k = 0; k < one.size(); k++) {
        if (std::isnan(one[k])) continue; // UL and UD, without an edge
        EXPECT_NEAR(small[k] / (up * up), one[k], 1e-8 * std::fabs(one[k])) << k;
    }
}

TEST(Units, of_mass_do_not_matter_for_what_multiplies_the_friction)
{
    // with all masses times 4: Xi^2/m and weight by 1/4, lambda^2 by 1/16
    System s         = random_cluster(6, 82);
    const auto light = sums_of(s);
    for (double &m : s.mass) m *= 4.0;
    const auto heavy = sums_of(s);
    for (int set : {INM_S, INM_ALL}) {
        EXPECT_NEAR(heavy[3 * set], 4.0 * light[3 * set], 1e-8 * light[3 * set]);
        for (int k = 1; k <= 2; k++)
            EXPECT_NEAR(heavy[3 * set + k], light[3 * set + k], 1e-8 * light[3 * set + k]);
    }
}

TEST(Units, of_time_stretch_wmin)
{
    System s       = random_cluster(6, 83);
    const auto one = sums_of(s, 1.5);
    s.scale        = 100.0; // frequencies times 10
    const auto ten = sums_of(s, 15.0);
    EXPECT_NEAR(1e4 * ten[3 * INM_ALL], one[3 * INM_ALL], 1e-8 * one[3 * INM_ALL]);
}

// ---- spectrum -----------------------------------------------------------------------------------

struct ByFrequency {
    std::vector<double> rows; // [nbin][5]
    ByFrequency(const Model &model, double wmin, inm_edge edge, const std::vector<double> &friction,
                const inm_range &range) :
        rows(5 * range.nbin, 99.0)
    {
        const Spectrum spectrum(model.t);
        const inm_cut cut = {edge, wmin, 0.0};
        inm_viscosity_spectrum(Measure(spectrum.s, 0, 1).get(), &cut, friction.data(), &range,
                               rows.data());
    }
    double operator()(size_t bin, size_t k) const { return rows[5 * bin + k]; }
};

const inm_range wide = {100, -10.0, 20.0};

TEST(ViscositySpectrum, integrates_to_the_sums)
{
    const Model model;
    for (double wmin : {0.0, 3.0})
        for (const std::vector<double> &friction :
             {std::vector<double>{1.0, 0.0, 0.0}, std::vector<double>{0.0, 2.0, -0.5},
              std::vector<double>{1.0, 1.0, 1.0}}) {
            const inm_edge edge = at_participation(0.22);
            const auto sums     = model.sums(wmin, edge);
            const ByFrequency spectrum(model, wmin, edge, friction, wide);
            const double ul  = inm_viscosity_contract(friction.data(), &sums[3 * INM_UL], 3);
            const double all = inm_viscosity_contract(friction.data(), &sums[3 * INM_ALL], 3);
            double area_ul = 0.0, area_all = 0.0;
            for (size_t b = 0; b < wide.nbin; b++) {
                area_ul += spectrum(b, 1) * inm_bin_width(&wide);
                area_all += spectrum(b, 2) * inm_bin_width(&wide);
                EXPECT_NEAR(spectrum(b, 3), area_ul, 1e-14);
                EXPECT_NEAR(spectrum(b, 4), area_all, 1e-14);
            }
            EXPECT_NEAR(area_ul, ul, 1e-14);
            EXPECT_NEAR(area_all, all, 1e-14);
            EXPECT_NEAR(spectrum(wide.nbin - 1, 3), ul, 1e-14);
            EXPECT_NEAR(spectrum(wide.nbin - 1, 4), all, 1e-14);
        }
}

TEST(ViscositySpectrum, has_each_mode_in_its_bin)
{
    const Model model;
    const inm_range unit = {30, -9.5, 20.5};
    const ByFrequency spectrum(model, 2.0, at_participation(0.22), {1.0, 0.0, 0.0}, unit);
    for (size_t b = 0; b < unit.nbin; b++) {
        const int w       = (int) b - 9;
        const double term = std::ldexp(1.0, -std::abs(w));
        const bool is_in  = (w >= -8 && w <= 15 && std::abs(w) >= 2);
        EXPECT_EQ(spectrum(b, 0), (double) w);
        EXPECT_NEAR(spectrum(b, 2), is_in ? term : 0.0, 1e-15) << w;
        EXPECT_NEAR(spectrum(b, 1), (is_in && w <= -5) ? term : 0.0, 1e-15) << w;
    }
}

TEST(ViscositySpectrum, counts_modes_left_of_the_range_in_the_sums_and_not_those_right_of_it)
{
    const Model model;
    const inm_range part = {10, -4.5, 5.5};
    const ByFrequency spectrum(model, 0.0, at_participation(0.22), {1.0, 0.0, 0.0}, part);
    EXPECT_NEAR(spectrum(9, 3), Model::sum(5, 8), 1e-15);
    EXPECT_NEAR(spectrum(0, 4), Model::sum(4, 8), 1e-15);
    EXPECT_NEAR(spectrum(9, 4), Model::sum(1, 8) + Model::sum(1, 5), 1e-15);
}

TEST(ViscositySpectrum, is_undefined_from_the_first_mode_without_class_on)
{
    const Model model;
    const inm_range unit = {30, -9.5, 20.5};
    const ByFrequency spectrum(model, 0.0, no_edge, {1.0, 0.0, 0.0}, unit);
    EXPECT_EQ(spectrum(0, 3), 0.0);
    EXPECT_TRUE(std::isnan(spectrum(1, 1)));
    EXPECT_TRUE(std::isnan(spectrum(29, 3)));
    EXPECT_NEAR(spectrum(29, 4), Model::sum(1, 8) + Model::sum(1, 15), 1e-15);
}

TEST(ViscositySpectrum, does_not_look_at_weights_without_friction)
{
    Model model;
    for (double &w : model.t.weight) w = NaN;
    const ByFrequency spectrum(model, 0.0, at_participation(0.22), {1.0, 0.0, 0.0}, wide);
    EXPECT_NEAR(spectrum(wide.nbin - 1, 3), Model::sum(5, 8), 1e-15);
}

// ---- logarithmic slope --------------------------------------------------------------------------

TEST(LogSlope, of_a_power_law_is_its_exponent)
{
    for (double exponent : {-4.0, -1.0, 0.0, 0.5, 3.0})
        for (double x : {0.27, 4.9}) {
            const double slope =
                inm_log_slope(7.0 * std::pow(0.9 * x, exponent), 7.0 * std::pow(1.1 * x, exponent));
            EXPECT_NEAR(slope, exponent, 100.0 * DBL_EPSILON);
        }
}

TEST(LogSlope, is_undefined_where_a_value_is_not_positive)
{
    EXPECT_TRUE(std::isnan(inm_log_slope(0.0, 1.0)));
    EXPECT_TRUE(std::isnan(inm_log_slope(1.0, 0.0)));
    EXPECT_TRUE(std::isnan(inm_log_slope(-1.0, 1.0)));
    EXPECT_TRUE(std::isnan(inm_log_slope(-1.0, -2.0)));
    EXPECT_TRUE(std::isnan(inm_log_slope(NaN, 1.0)));
    EXPECT_TRUE(std::isnan(inm_log_slope(1.0, NaN)));
}

// ---- running mean and error ---------------------------------------------------------------------

class Running : public testing::Test {
protected:
    enum { NSET = 4, NK = 3 };
    inm_running *r = nullptr;

    void SetUp() override { ASSERT_EQ(inm_running_create(&r, NSET, NK), INM_OK); }
    void TearDown() override
    {
        inm_running_destroy(&r);
        EXPECT_EQ(r, nullptr);
    }
    // count vectors [NSET][NK] around an offset
    std::vector<std::vector<double>> add(size_t count, double offset, unsigned seed = 1)
    {
        std::vector<std::vector<double>> all;
        for (size_t s = 0; s < count; s++) {
            all.push_back(
                random_numbers(NSET * NK, offset - 1.0, offset + 1.0, seed + (unsigned) s));
            inm_running_add(r, all.back().data());
        }
        return all;
    }
    // mean and standard error of friction . x[set], by the two-pass formula
    static void textbook(const std::vector<std::vector<double>> &all, int set,
                         const std::vector<double> &friction, double &mean, double &error)
    {
        const double n = (double) all.size();
        std::vector<double> eta;
        for (const auto &x : all) {
            double sum = 0.0;
            for (size_t k = 0; k < NK; k++) sum += friction[k] * x[(size_t) set * NK + k];
            eta.push_back(sum);
        }
        double square = mean = 0.0;
        for (double one : eta) mean += one / n;
        for (double one : eta) square += (one - mean) * (one - mean);
        error = std::sqrt(square / (n * (n - 1.0)));
    }
};

TEST_F(Running, mean_and_error_are_those_of_the_textbook)
{
    for (double offset : {0.0, 5.0}) {
        TearDown();
        SetUp();
        const auto all = add(17, offset);
        EXPECT_EQ(inm_running_count(r), 17u);
        for (int set = 0; set < NSET; set++)
            for (const std::vector<double> &friction :
                 {std::vector<double>{1, 0, 0}, std::vector<double>{0, 2.5, 0.25},
                  std::vector<double>{1, -1, 3}}) {
                double mean, error;
                textbook(all, set, friction, mean, error);
                EXPECT_NEAR(inm_running_mean(r, set, friction.data()), mean, 1e-13);
                EXPECT_NEAR(inm_running_error(r, set, friction.data()), error, 1e-13);
            }
    }
}

TEST_F(Running, error_survives_a_large_offset)
{
    // the difference of sum of squares and squared sum would lose it: 1e8^2 + 1 is rounded
    const auto all = add(50, 1e8);
    double mean, error;
    textbook(all, 2, {1, 0, 0}, mean, error);
    const double friction[] = {1, 0, 0};
    EXPECT_NEAR(inm_running_error(r, 2, friction), error, 1e-6 * error);
}

TEST_F(Running, mean_is_linear_in_the_friction_and_error_homogeneous)
{
    add(9, 2.0);
    const double f[] = {1.0, 2.0, 3.0}, g[] = {0.5, -1.0, 4.0},
                 both[] = {2.5, 3.0, 10.0}, // 2 f + g
        minus_f[]       = {-3.0, -6.0, -9.0};
    EXPECT_NEAR(inm_running_mean(r, 1, both),
                2.0 * inm_running_mean(r, 1, f) + inm_running_mean(r, 1, g), 1e-13);
    EXPECT_NEAR(inm_running_error(r, 1, minus_f), 3.0 * inm_running_error(r, 1, f), 1e-13);
}

TEST_F(Running, goes_on_from_numbers_as_if_never_interrupted)
{
    add(5, 2.0);
    std::vector<double> data(inm_running_size(r) + 1, NaN);
    inm_running_store(r, data.data());
    EXPECT_TRUE(std::isnan(data.back()));
    inm_running *other = nullptr;
    ASSERT_EQ(inm_running_create(&other, NSET, NK), INM_OK);
    ASSERT_EQ(inm_running_restore(other, data.data()), INM_OK);
    for (const auto &x : add(4, 3.0, 77)) inm_running_add(other, x.data());
    EXPECT_EQ(inm_running_count(other), 9u);
    const double friction[] = {1.0, 2.0, 3.0};
    for (int set = 0; set < NSET; set++) {
        EXPECT_EQ(inm_running_mean(other, set, friction), inm_running_mean(r, set, friction));
        EXPECT_EQ(inm_running_error(other, set, friction), inm_running_error(r, set, friction));
    }
    for (double count : {-1.0, 0.5, 1.0e300, NaN}) {
        data[0] = count;
        EXPECT_EQ(inm_running_restore(other, data.data()), INM_ERR_DATA) << count;
        EXPECT_EQ(inm_running_count(other), 9u);
    }
    inm_running_destroy(&other);
}

TEST_F(Running, component_is_the_mean_with_friction_one)
{
    add(9, 2.0);
    for (int set = 0; set < NSET; set++)
        for (int k = 0; k < NK; k++) {
            double unit[NK] = {0, 0, 0};
            unit[k]         = 1.0;
            EXPECT_EQ(inm_running_component(r, set, k), inm_running_mean(r, set, unit));
        }
}

TEST_F(Running, order_does_not_matter)
{
    auto all = add(11, 1.0);
    inm_running *backwards;
    ASSERT_EQ(inm_running_create(&backwards, NSET, NK), INM_OK);
    for (size_t s = all.size(); s-- > 0;) inm_running_add(backwards, all[s].data());
    const double friction[] = {1.0, 2.0, 3.0};
    EXPECT_NEAR(inm_running_mean(backwards, 0, friction), inm_running_mean(r, 0, friction), 1e-13);
    EXPECT_NEAR(inm_running_error(backwards, 0, friction), inm_running_error(r, 0, friction),
                1e-13);
    inm_running_destroy(&backwards);
}

TEST_F(Running, mean_of_nothing_and_error_of_one_are_undefined)
{
    const double friction[] = {1.0, 2.0, 3.0};
    EXPECT_EQ(inm_running_count(r), 0u);
    EXPECT_TRUE(std::isnan(inm_running_mean(r, 0, friction)));
    EXPECT_TRUE(std::isnan(inm_running_error(r, 0, friction)));
    EXPECT_TRUE(std::isnan(inm_running_component(r, 0, 0)));
    const auto all = add(1, 3.0);
    EXPECT_EQ(inm_running_component(r, 0, 1), all[0][1]);
    EXPECT_TRUE(std::isnan(inm_running_error(r, 0, friction)));
}

TEST_F(Running, error_of_equal_values_is_zero)
{
    const std::vector<double> x(NSET * NK, 0.1);
    for (int times = 0; times < 10; times++) inm_running_add(r, x.data());
    const double friction[] = {1.0, 2.0, -3.0};
    EXPECT_NEAR(inm_running_error(r, 3, friction), 0.0, 1e-15);
}

TEST_F(Running, a_set_that_is_undefined_once_stays_so_and_the_others_do_not_notice)
{
    add(3, 1.0);
    std::vector<double> x(NSET * NK, 1.0);
    for (size_t k = 0; k < NK; k++) x[NK * INM_S + k] = NaN;
    inm_running_add(r, x.data());
    add(3, 1.0);
    const double friction[] = {1.0, 2.0, 3.0};
    EXPECT_TRUE(std::isnan(inm_running_mean(r, INM_S, friction)));
    EXPECT_TRUE(std::isnan(inm_running_error(r, INM_S, friction)));
    EXPECT_FALSE(std::isnan(inm_running_mean(r, INM_UL, friction)));
    EXPECT_FALSE(std::isnan(inm_running_error(r, INM_UL, friction)));
}

TEST(RunningHandle, destroy_takes_null)
{
    inm_running *r = nullptr;
    inm_running_destroy(nullptr);
    inm_running_destroy(&r);
}
} // namespace
