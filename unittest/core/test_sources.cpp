// One spectrum from two sources: modes of a diagonalization and Chebyshev moments, through the same
// functions.  Common properties are tested with both.

#include "inm_entropy.h"
#include "model_systems.h"

#include <memory>
#include <string>

namespace {

const inm_edge no_edge = {INM_EDGE_NONE, 0.0}, at_w = {INM_EDGE_FREQUENCY, 1.5};

// both with two projected vectors; nrandom 0: default
Options options_for(const System &s, const std::string &solver, size_t products = 400,
                    int nrandom = 64)
{
    Options options(solver == "kpm" ? INM_VECTORS_NONE : INM_VECTORS_ALL);
    options.solver   = (solver == "kpm") ? "kpm" : "lapack";
    options.proj     = random_numbers(2 * 3 * s.natom(), -1.0, 1.0, 4);
    options.products = products;
    options.nrandom  = nrandom;
    return options;
}

// |b/sqrt(m)|^2 without its part along the translations, mean over both vectors
double squared_projection(const System &s)
{
    const Field b = options_for(s, "kpm").proj;
    double mean   = 0.0;
    for (size_t v = 0; v < 2; v++)
        for (size_t a = 0; a < 3; a++) {
            double total = 0.0;
            for (size_t i = 0; i < s.natom(); i++) {
                const double one = b[3 * (v * s.natom() + i) + a];
                total += one;
                mean += 0.5 * one * one / s.mass[i];
            }
            mean -= 0.5 * total * total / s.total_mass();
        }
    return mean;
}

class Sources : public testing::TestWithParam<const char *> {
protected:
    System s = random_cluster(40, 71); // stable and unstable modes and three translations
    std::unique_ptr<Spectrum> spectrum;

    void SetUp() override
    {
        spectrum.reset(new Spectrum(s, options_for(s, GetParam())));
        ASSERT_EQ(spectrum->status, INM_OK);
    }
    bool has_modes() const { return GetParam() != std::string("kpm"); }
};

INSTANTIATE_TEST_SUITE_P(Both, Sources, testing::Values("lapack", "kpm"));

TEST_P(Sources, know_the_atoms_and_the_modes)
{
    const inm_spectrum_facts &about = spectrum->about();
    EXPECT_STREQ(about.solver, GetParam());
    EXPECT_EQ(about.natom, 40u);
    EXPECT_EQ(about.nmode, 117u);
    EXPECT_EQ(about.nzero, 3u);
    EXPECT_EQ(about.ntypes, 2);
    EXPECT_NEAR(about.mean_mass, s.total_mass() / 40.0, 1e-13);
    const Solution modes(s, Options(INM_VECTORS_NONE));
    EXPECT_LE(about.lowest, inm_frequency(modes.m.lambda[0]) + 1e-9);
    EXPECT_GE(about.highest, inm_frequency(modes.m.lambda[119]) - 1e-9);
    EXPECT_EQ(spectrum->modes().n, has_modes() ? 120u : 0u);
    EXPECT_EQ(inm_spectrum_resolution(spectrum->s, 2.0) == 0.0, has_modes());
}

TEST_P(Sources, measures_add_up_to_the_number_of_modes_and_to_the_square_of_the_vectors)
{
    const double square = squared_projection(s);
    EXPECT_NEAR(Measure(spectrum->s).total(), 117.0, 1e-9);
    for (double part : {1.0, 0.5}) {
        const Measure xi2(spectrum->s, 0, 2, part);
        EXPECT_NEAR(inm_measure_total(&xi2.m), square, 1e-10 * square) << part;
        EXPECT_EQ(xi2.m.ntypes, 2);
        EXPECT_EQ(xi2.m.is_polynomial, !has_modes());
    }
    // the mean over two vectors is the mean of the results for each
    double each = 0.0;
    for (int v : {0, 1})
        each += 0.5 * Measure(spectrum->s, v, 1).total();
    EXPECT_NEAR(each, square, 1e-10 * square);
}

TEST_P(Sources, density_of_states_integrates_to_one_in_any_bins)
{
    for (size_t nbin : {2, 17, 100}) {
        const inm_range range = spectrum->range(nbin);
        double integral = 0.0, count = 0.0, outside;
        for (const DosRow &row : spectrum->dos(range, &outside)) {
            integral += row.g * inm_bin_width(&range);
            count += row.count;
            EXPECT_GT(row.g, -1e-9);
            EXPECT_NEAR(row.g, row.count / (117.0 * inm_bin_width(&range)), 1e-12);
        }
        EXPECT_NEAR(integral, 1.0, 1e-9);
        EXPECT_NEAR(count, 117.0, 1e-7);
        EXPECT_NEAR(outside, 0.0, 1e-7);
    }
}

TEST_P(Sources, density_of_states_tells_what_is_outside_the_range)
{
    const inm_range part = {10, -2.0, 4.0};
    double count         = 0.0, outside;
    for (const DosRow &row : spectrum->dos(part, &outside))
        count += row.count;
    EXPECT_GT(outside, 5.0);
    EXPECT_NEAR(count + outside, 117.0, 1e-9);
    EXPECT_EQ(inm_dos(spectrum->s, &part, std::vector<double>(50).data(), nullptr), INM_OK);
}

TEST_P(Sources, participation_ratios_are_known_where_there_are_modes)
{
    const inm_range range = spectrum->range(6);
    for (const DosRow &row : spectrum->dos(range)) {
        EXPECT_EQ(std::isnan(row.sum_p), !has_modes());
        if (has_modes() && row.count > 0.0) {
            EXPECT_GT(row.mean_p, 0.0);
            EXPECT_LE(row.mean_p, 1.0);
        }
    }
}

TEST_P(Sources, zero_modes_are_left_out)
{
    // only the translations have |w| < 0.2
    const System soft = chain(10, FREE, 5.0, 3.0, 2.0);
    const Spectrum of_chain(soft, options_for(soft, GetParam(), 600, 4));
    ASSERT_EQ(of_chain.status, INM_OK);
    EXPECT_EQ(of_chain.about().nmode, 27u);
    const inm_range range = {2, -0.2, 0.2};
    for (const DosRow &row : of_chain.dos(range))
        EXPECT_LT(std::fabs(row.count), 0.01);
    for (const GammaRow &row : of_chain.gamma(0, 2, range)) {
        EXPECT_LT(std::fabs(row.sum), 0.01);
        EXPECT_TRUE(std::isnan(row.xi2));
    }
    const auto sums = of_chain.sums(0, 2, {at_w, 0.1, 0.05});
    EXPECT_TRUE(std::isfinite(sums[(size_t) (of_chain.about().ntypes + 1) * INM_ALL]));
}

TEST_P(Sources, force_correlator_adds_up_to_the_square_of_the_vectors)
{
    for (size_t nbin : {2, 30}) {
        const inm_range range = spectrum->range(nbin);
        const auto gamma      = spectrum->gamma(0, 2, range);
        const auto dos        = spectrum->dos(range);
        double sum            = 0.0;
        for (size_t b = 0; b < nbin; b++) {
            sum += gamma[b].sum;
            EXPECT_EQ(gamma[b].w, dos[b].w);
            EXPECT_EQ(std::isnan(gamma[b].xi2), dos[b].count < 0.5);
            if (std::isnan(gamma[b].xi2)) continue;
            EXPECT_NEAR(gamma[b].xi2, gamma[b].sum / dos[b].count, 1e-12 * gamma[b].xi2);
            EXPECT_NEAR(gamma[b].over_mass, gamma[b].xi2 / spectrum->about().mean_mass,
                        1e-12 * gamma[b].xi2);
        }
        const double square = squared_projection(s);
        EXPECT_NEAR(sum, square, 1e-9 * square);
    }
}

TEST_P(Sources, fractions_of_the_classes_add_up)
{
    inm_fractions errors;
    const inm_fractions f = spectrum->fractions(at_w, &errors);
    EXPECT_NEAR(f.stable + f.unstable, 1.0, 1e-12);
    EXPECT_NEAR(f.localized + f.delocalized, f.unstable, 1e-12);
    EXPECT_GT(f.localized, 0.0);
    EXPECT_GT(f.delocalized, 0.0);
    for (double e : {errors.stable, errors.unstable, errors.localized, errors.delocalized})
        EXPECT_EQ(std::isnan(e), has_modes());
    const inm_fractions unknown = spectrum->fractions(no_edge);
    EXPECT_EQ(unknown.unstable, f.unstable);
    EXPECT_TRUE(std::isnan(unknown.localized));
    EXPECT_TRUE(std::isnan(unknown.delocalized));
}

TEST_P(Sources, sums_over_the_classes_add_up)
{
    for (double width : {0.2, 0.6}) {
        const auto sums = spectrum->sums(0, 2, {at_w, 0.8, width});
        EXPECT_NEAR(sums[3 * INM_UL] + sums[3 * INM_UD] + sums[3 * INM_S], sums[3 * INM_ALL],
                    1e-10 * sums[3 * INM_ALL]);
        for (int set = 0; set < INM_NSET; set++) {
            EXPECT_GT(sums[3 * set], 0.0);
            for (int k : {1, 2})
                EXPECT_EQ(std::isnan(sums[3 * set + k]), !has_modes());
        }
        const auto unknown = spectrum->sums(0, 2, {no_edge, 0.8, width});
        EXPECT_TRUE(std::isnan(unknown[3 * INM_UL]));
        EXPECT_TRUE(std::isnan(unknown[3 * INM_UD]));
        EXPECT_GT(unknown[3 * INM_S], 0.0);
    }
}

TEST_P(Sources, viscosity_by_bin_adds_up_to_the_sums)
{
    const inm_cut cut     = {at_w, 0.8, 0.4};
    const inm_range range = spectrum->range(50);
    const Measure xi2(spectrum->s, 0, 2);
    const auto sums         = xi2.sums(cut);
    const double friction[] = {2.0, 0.0, 0.0};
    std::vector<double> rows(5 * range.nbin);
    inm_viscosity_spectrum(&xi2.m, &cut, friction, &range, rows.data());
    const double *last = &rows[5 * (range.nbin - 1)];
    EXPECT_NEAR(last[3], 2.0 * sums[3 * INM_UL], 1e-10 * sums[3 * INM_ALL]);
    EXPECT_NEAR(last[4], 2.0 * sums[3 * INM_ALL], 1e-10 * sums[3 * INM_ALL]);
}

TEST_P(Sources, entropy_of_unstable_modes_is_undefined)
{
    inm_entropy entropy;
    ASSERT_EQ(inm_harmonic_entropy(spectrum->s, 1.0, &entropy), INM_OK);
    EXPECT_TRUE(std::isnan(entropy.classical));
    EXPECT_TRUE(std::isnan(entropy.quantum));
    const System stable = chain(10, FREE, 5.0, 3.0);
    const Spectrum of_chain(stable, options_for(stable, GetParam(), 50, 4));
    ASSERT_EQ(inm_harmonic_entropy(of_chain.s, 1.0, &entropy), INM_OK);
    EXPECT_EQ(std::isnan(entropy.classical), !has_modes());
}

TEST_P(Sources, results_are_the_same_on_all_ranks)
{
    const inm_range range = {7, -6.0, 8.0};
    std::vector<double> all;
    for (const DosRow &row : spectrum->dos(range))
        all.push_back(row.count);
    for (const GammaRow &row : spectrum->gamma(0, 2, range))
        all.push_back(row.sum);
    for (double x : spectrum->sums(0, 2, {at_w, 0.8, 0.3}))
        all.push_back(std::isnan(x) ? 0.0 : x);
    all.push_back(spectrum->fractions(at_w).localized);
    all.push_back(spectrum->slope());
    std::vector<double> first = all;
    MPI_Bcast(first.data(), (int)first.size(), MPI_DOUBLE, 0, MPI_COMM_WORLD);
    EXPECT_EQ(first, all);
}

TEST_P(Sources, of_no_atoms_have_no_modes)
{
    const Spectrum nothing(System(), options_for(System(), GetParam(), 20, 4));
    ASSERT_EQ(nothing.status, INM_OK);
    EXPECT_EQ(nothing.about().natom, 0u);
    EXPECT_EQ(nothing.about().nmode, 0u);
    const inm_range range = nothing.range(4);
    for (const DosRow &row : nothing.dos(range))
        EXPECT_TRUE(std::isnan(row.g));
    EXPECT_TRUE(std::isnan(nothing.fractions(at_w).unstable));
    EXPECT_TRUE(std::isnan(nothing.slope()));
}

// ---- each against the other ---------------------------------------------------------------------

// the sums up to the end of each bin
std::vector<double> up_to(const std::vector<double> &x)
{
    std::vector<double> sum;
    for (double one : x)
        sum.push_back(one + (sum.empty() ? 0.0 : sum.back()));
    return sum;
}

struct Pair {
    System s = random_cluster(40, 71);
    Spectrum modes, moments;
    explicit Pair(size_t products = 400, int nrandom = 64) :
        modes(s, options_for(s, "lapack")), moments(s, options_for(s, "kpm", products, nrandom))
    {
        EXPECT_EQ(modes.status, INM_OK);
        EXPECT_EQ(moments.status, INM_OK);
    }
    // sum of the weights of the modes below a frequency
    static double below(const Measure &of_modes, double w)
    {
        const double lambda = lambda_of(w);
        double sum;
        EXPECT_EQ(inm_measure_below(&of_modes.m, 1, &lambda, &sum), INM_OK);
        return sum;
    }
    double reach(double w) const { return 4.0 * inm_spectrum_resolution(moments.s, w); }
};

TEST(TwoSources, force_correlators_agree_within_the_broadening)
{
    const Pair pair;
    const Measure exact(pair.modes.s, 0, 2);
    const inm_range range = pair.moments.range(40);
    std::vector<double> found;
    for (const GammaRow &row : pair.moments.gamma(0, 2, range))
        found.push_back(row.sum);
    found              = up_to(found);
    const double total = squared_projection(pair.s);
    for (size_t b = 0; b < range.nbin; b++) {
        const double w = range.lo + (double)(b + 1) * inm_bin_width(&range), reach = pair.reach(w);
        EXPECT_GE(found[b], Pair::below(exact, w - reach) - 1e-3 * total) << w;
        EXPECT_LE(found[b], Pair::below(exact, w + reach) + 1e-3 * total) << w;
    }
}

TEST(TwoSources, densities_of_states_agree_within_broadening_and_chance)
{
    const Pair pair;
    const Measure exact(pair.modes.s);
    const inm_range range = pair.moments.range(40);
    std::vector<double> found;
    for (const DosRow &row : pair.moments.dos(range))
        found.push_back(row.count);
    found = up_to(found);
    for (size_t b = 0; b < range.nbin; b++) {
        const double w = range.lo + (double)(b + 1) * inm_bin_width(&range), reach = pair.reach(w);
        const double low = Pair::below(exact, w - reach), high = Pair::below(exact, w + reach);
        // random signs: the variance of a count of f of n modes is at most 2 n f (1 - f), over 64
        const double f      = std::min(116.0, std::max(1.0, 0.5 * (low + high))) / 117.0;
        const double chance = 4.0 * std::sqrt(2.0 * 117.0 * f * (1.0 - f) / 64.0) + 0.1;
        EXPECT_GE(found[b], low - chance) << w;
        EXPECT_LE(found[b], high + chance) << w;
    }
}

TEST(TwoSources, fractions_agree_within_broadening_and_chance)
{
    const Pair pair;
    const Measure exact(pair.modes.s);
    inm_fractions errors;
    const inm_fractions found = pair.moments.fractions(at_w, &errors),
                        known = pair.modes.fractions(at_w);
    EXPECT_NEAR(known.unstable, Pair::below(exact, 0.0) / 117.0, 1e-14);
    EXPECT_NEAR(known.localized, Pair::below(exact, -1.5) / 117.0, 1e-14);
    const auto expect_near = [&](double x, double error, double w) {
        const double reach = pair.reach(w);
        EXPECT_GE(x, Pair::below(exact, w - reach) / 117.0 - 4.0 * error);
        EXPECT_LE(x, Pair::below(exact, w + reach) / 117.0 + 4.0 * error);
    };
    expect_near(found.unstable, errors.unstable, 0.0);
    expect_near(found.localized, errors.localized, -1.5);
    EXPECT_LT(errors.unstable, 0.02);
}

TEST(TwoSources, viscosities_with_the_same_steps_agree)
{
    const Pair pair(4000, 4);
    for (double width : {0.6, 1.2}) {
        const inm_cut cut = {at_w, 0.8, width};
        for (int first : {0, 1})
            for (int count = 1; first + count <= 2; count++) {
                const auto found = pair.moments.sums(first, count, cut),
                           known = pair.modes.sums(first, count, cut);
                for (int set = 0; set < INM_NSET; set++)
                    EXPECT_NEAR(found[3 * set], known[3 * set], 1e-6 * known[3 * set])
                        << "set " << set;
            }
    }
}

TEST(TwoSources, viscosities_come_closer_with_more_products)
{
    const Pair pair(2000, 4);
    const inm_cut cut = {at_w, 0.8, 0.8};
    const auto known  = pair.modes.sums(0, 2, cut);
    double before     = INFINITY;
    for (double part : {0.02, 0.1, 0.5}) {
        const double error = std::fabs(
            Measure(pair.moments.s, 0, 2, part).sums(cut)[3 * INM_UL] / known[3 * INM_UL] - 1.0);
        EXPECT_LT(error, 0.2 * before) << part;
        before = error;
    }
    EXPECT_LT(before, 1e-4);
}

TEST(TwoSources, low_frequency_slopes_agree_within_chance)
{
    // eigenvalues evenly spread: 9 of 180 modes are counted by random vectors
    const size_t natom = 60, n = 3 * natom;
    std::vector<double> lambda;
    for (size_t p = 0; p < n; p++)
        lambda.push_back(-100.0 + 400.0 * ((double)p + 0.5) / (double)n);
    const System s =
        with_spectrum(lambda, random_orthogonal(n, 5), std::vector<double>(natom, 1.0));
    const double known = Spectrum(s, options_for(s, "lapack")).slope(),
                 found = Spectrum(s, options_for(s, "kpm", 100, 160)).slope();
    EXPECT_NEAR(known, 2.0 / 400.0, 0.06 * known); // the ninth mode is a step
    EXPECT_NEAR(found, known, 4.0 * std::sqrt(2.0 * 9.0 / 160.0) / 9.0 * known + 0.06 * known);
}

// ---- uncertainty --------------------------------------------------------------------------------

struct Uncertainty {
    double of[INM_NSET];
    Uncertainty(const inm_spectrum *s, int first, int count, const inm_cut &cut)
    {
        for (double &x : of)
            x = 99.0; // overwritten
        EXPECT_EQ(inm_viscosity_uncertainty(s, first, count, &cut, of), INM_OK);
    }
    double operator[](int set) const { return of[set]; }
};

TEST(Uncertainty, of_modes_is_undefined)
{
    const System s = random_cluster(20, 72);
    const Spectrum modes(s, options_for(s, "lapack"));
    for (double width : {0.0, 0.3})
        for (double x : Uncertainty(modes.s, 0, 2, {at_w, 0.8, width}).of)
            EXPECT_TRUE(std::isnan(x));
}

TEST(Uncertainty, of_moments_is_positive_and_smaller_with_narrow_steps)
{
    const Pair pair(3000, 4);
    double before[INM_NSET];
    for (double &x : before)
        x = INFINITY;
    for (double width : {1.0, 0.25}) {
        const Uncertainty u(pair.moments.s, 0, 2, {at_w, 0.8, width});
        for (int set = 0; set < INM_NSET; set++) {
            EXPECT_GT(u[set], 0.0) << set;
            EXPECT_LT(u[set], before[set]) << set;
            before[set] = u[set];
        }
    }
}

TEST(Uncertainty, without_an_edge_is_undefined_for_the_unstable_classes)
{
    const Pair pair(200, 4);
    const Uncertainty u(pair.moments.s, 0, 2, {no_edge, 0.8, 0.3});
    EXPECT_TRUE(std::isnan(u[INM_UL]));
    EXPECT_TRUE(std::isnan(u[INM_UD]));
    EXPECT_GT(u[INM_S], 0.0);
    EXPECT_GT(u[INM_ALL], 0.0);
}

// error in units of the uncertainty, for every set; the reference is sums over the modes with sharp
// edges, which polynomials cannot follow
std::vector<double> relative_errors(unsigned seed, double width)
{
    const System s = random_cluster(60, seed);
    const Spectrum modes(s, options_for(s, "lapack")), moments(s, options_for(s, "kpm", 1500, 4));
    EXPECT_EQ(modes.status, INM_OK);
    EXPECT_EQ(moments.status, INM_OK);
    const inm_cut sharp = {at_w, 0.8, 0.0}, smooth = {at_w, 0.8, width};
    const auto known = modes.sums(0, 2, sharp), found = moments.sums(0, 2, smooth);
    const Uncertainty u(moments.s, 0, 2, smooth);
    std::vector<double> relative;
    for (int set = 0; set < INM_NSET; set++) {
        EXPECT_GT(known[3 * set], 0.0);
        EXPECT_LT(u[set], known[3 * set]) << "it says nothing";
        relative.push_back(std::fabs(found[3 * set] - known[3 * set]) / u[set]);
    }
    return relative;
}

TEST(Uncertainty, is_more_than_the_error)
{
    for (double width : {0.1, 0.2, 0.4})
        for (double one : relative_errors(73, width))
            EXPECT_LT(one, 1.0) << width;
}

// the uncertainty is about twice a standard deviation
TEST(Uncertainty, is_more_than_the_error_in_nine_of_ten_cases)
{
    int count = 0, more = 0;
    for (unsigned seed = 71; seed < 83; seed++)
        for (double one : relative_errors(seed, 0.2)) {
            EXPECT_LT(one, 2.0) << seed;
            count++;
            more += one < 1.0;
        }
    EXPECT_GE(more, 0.9 * count);
}

TEST(Uncertainty, counts_products_that_are_too_few)
{
    const Pair few(40, 4), many(2000, 4);
    const inm_cut cut = {at_w, 0.8, 0.4};
    const Uncertainty of_few(few.moments.s, 0, 2, cut), of_many(many.moments.s, 0, 2, cut);
    EXPECT_GT(of_few[INM_UL], of_many[INM_UL]);
}
} // namespace
