// Entropy of harmonic modes against independent closed forms.

#include "inm_entropy.h"
#include "model_systems.h"

namespace {

// the modes of n/3 atoms: three translations and the frequencies given
struct Minimum : public Table {
    explicit Minimum(const std::vector<double> &w) : Table(with_translations(w), (w.size() + 3) / 3)
    {
        for (size_t p = 0; p < 3; p++)
            set_zero(p);
    }
    static std::vector<double> with_translations(const std::vector<double> &w)
    {
        std::vector<double> lambda(3, 0.0);
        for (double one : w)
            lambda.push_back(lambda_of(one));
        std::sort(lambda.begin(), lambda.end());
        return lambda;
    }
};

inm_entropy entropy_of(const Table &t, double w_thermal)
{
    inm_entropy entropy;
    EXPECT_EQ(inm_harmonic_entropy(Spectrum(t).s, w_thermal, &entropy), INM_OK);
    return entropy;
}

TEST(Entropy, of_one_frequency_is_that_of_one_oscillator)
{
    // from the energy levels (n + 1/2) x, in units of kT: S = - sum p ln p
    for (double x : {0.05, 0.7, 3.0}) {
        const double norm = 1.0 - std::exp(-x);
        double levels     = 0.0;
        for (int n = 0; n < 4000 && n * x < 700.0; n++) {
            const double p = norm * std::exp(-n * x);
            levels -= p * std::log(p);
        }
        Minimum t(std::vector<double>(9, 2.0 * x)); // 4 atoms, 9 modes
        const inm_entropy s = entropy_of(t, 2.0);
        EXPECT_NEAR(s.quantum, 9.0 / 4.0 * levels, 1e-12 * levels);
        EXPECT_NEAR(s.classical, 9.0 / 4.0 * (1.0 - std::log(x)), 1e-14);
    }
}

TEST(Entropy, of_a_chain_is_the_closed_form)
{
    // the product of the nonzero 4 sin^2(k pi/n) is n^2, which gives the sum of the logarithms
    const int n = 300;
    std::vector<double> w;
    for (int k = 1; k < n; k++)
        w.push_back(2.0 * std::sin(k * M_PI / n));
    w.push_back(1.0); // 300 modes and three translations: 101 atoms
    Minimum t(w);
    const inm_entropy s = entropy_of(t, 5.0);
    EXPECT_NEAR(s.classical, (n * (1.0 + std::log(5.0)) - std::log((double)n)) / 101.0, 1e-12);
}

TEST(Entropy, quantum_and_classical_agree_where_kT_is_large)
{
    // S_q - S_c = x^2/24 + O(x^4) per mode
    Minimum t(std::vector<double>(6, 1.0));
    const inm_entropy s = entropy_of(t, 1000.0);
    EXPECT_NEAR(s.quantum - s.classical, 2.0 * 1e-6 / 24.0, 1e-13);
    const inm_entropy cold =
        entropy_of(t, 1e-3); // x = 1000: no overflow, nothing left
    EXPECT_EQ(cold.quantum, 0.0);
}

TEST(Entropy, is_undefined_with_an_unstable_mode_and_without_modes)
{
    Table t({-1.0, 0.0, 0.0, 0.0, 1.0, 2.0});
    for (size_t p = 1; p <= 3; p++)
        t.set_zero(p);
    EXPECT_TRUE(std::isnan(entropy_of(t, 1.0).classical));
    EXPECT_TRUE(std::isnan(entropy_of(t, 1.0).quantum));
    Table rigid({0.0, 0.0, 0.0});
    for (size_t p = 0; p < 3; p++)
        rigid.set_zero(p);
    EXPECT_TRUE(std::isnan(entropy_of(rigid, 1.0).classical));
}

} // namespace
