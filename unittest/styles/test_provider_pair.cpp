// Two atoms and the pair potentials whose born_matrix() has coefficients for itype <= jtype only (born,
// buck, buck/coul/cut), or is wrong (lj96/cut): the spectrum against u' and u'' from their formulas, with
// the types in either order in memory and with pairs of types that meet during the run.

#include "provider_test.h"

namespace {

struct Derivatives {
    double du, du2;
};
typedef Derivatives Formula(double r);

// a exp((s - r)/rho) - c/r^6 + d/r^8
Derivatives exp_6_8(double r, double a, double s, double rho, double c, double d)
{
    const double e = a * std::exp((s - r) / rho);
    return {-e / rho + 6 * c / std::pow(r, 7) - 8 * d / std::pow(r, 9),
            e / rho / rho - 42 * c / std::pow(r, 8) + 72 * d / std::pow(r, 10)};
}
Derivatives born(double r) { return exp_6_8(r, 2.5, 1.8, 0.15, 29.0, 141.0); }
Derivatives buck(double r) { return exp_6_8(r, 5000.0, 0.0, 0.4, 300.0, 0.0); }
Derivatives lj96(double r) // 4 eps [(s/r)^9 - (s/r)^6], eps 0.5, s 3
{
    const double s9 = std::pow(3.0 / r, 9), s6 = std::pow(3.0 / r, 6);
    return {2.0 * (-9 * s9 + 6 * s6) / r, 2.0 * (90 * s9 - 42 * s6) / r / r};
}
Derivatives buck_coul(double r) // with q = 0.3 and -0.3
{
    const Derivatives d = buck(r);
    const double qq     = -332.06371 * 0.09;
    return {d.du - qq / r / r, d.du2 + 2 * qq / r / r / r};
}

struct PairStyle {
    const char *name, *commands;
    Formula *formula;
};
const PairStyle styles[] = {
    {"born", "pair_style born 10.0\npair_coeff * * 2.5 0.15 1.8 29.0 141.0\n", born},
    {"buck", "pair_style buck 10.0\npair_coeff * * 5000.0 0.4 300.0\n", buck},
    {"buck_coul_cut", "pair_style buck/coul/cut 10.0\npair_coeff * * 5000.0 0.4 300.0\nset type 1 charge 0.3\nset type 2 charge -0.3\n",
     buck_coul},
    {"lj96_cut", "pair_style lj96/cut 10.0\npair_coeff * * 0.5 3.0\n", lj96},
};

class TwoTypes : public ProviderTest, public testing::WithParamInterface<PairStyle> {
protected:
    static constexpr double MASS = 40.0;

    // atoms of these types at x and x + r in a wide box, with opposite velocities
    static std::string atoms_of(int first, int second, double r, const std::string &sort)
    {
        return "units real\natom_style charge\natom_modify map array sort " + sort +
               "\nboundary f f f\nregion b block 0 60 0 40 0 40 units box\ncreate_box 2 b\ncreate_atoms " +
               std::to_string(first) + " single 17 20 20 units box\ncreate_atoms " + std::to_string(second) + " single " +
               std::to_string(17 + r) + " 20 20 units box\nmass * " + std::to_string(MASS) + "\n";
    }
    // 6 eigenvalues of a free pair along x, in ascending order
    static std::vector<double> expected(Formula *u, double r)
    {
        const Derivatives d = u(r);
        const double units  = 4.184e-4 * 2.0 / MASS; // of 48.88821291^2, to 1e-7
        std::vector<double> lambda = {0, 0, 0, units * d.du / r, units * d.du / r, units * d.du2};
        std::sort(lambda.begin(), lambda.end());
        return lambda;
    }
    static std::string output()
    {
        return "compute inm all inm/dos 4 edge pr 0.3\nthermo_style custom step c_inm[1]\n";
    }
    double distance()
    {
        const auto x = atoms("x");
        double sum   = 0.0;
        for (int a = 0; a < 3; a++) sum += std::pow(x[1][a] - x[0][a], 2);
        return std::sqrt(sum);
    }
};

TEST_P(TwoTypes, in_either_order)
{
    const PairStyle s = GetParam();
    for (const auto &types : {std::pair<int, int>{1, 2}, {2, 1}})
        for (double r : {3.1, 3.6, 5.0}) {
            reopen();
            run(atoms_of(types.first, types.second, r, "0 0") + s.commands + output() + "run 0\n");
            const auto lambda = column(local("inm"), 0);
            EXPECT_LT(deviation(lambda, expected(s.formula, r)), 1e-6) << s.name << " " << types.first << " " << r;
        }
}

// atoms pass each other, and sorting turns their order in memory

TEST_P(TwoTypes, when_sorting_turns_them)
{
    const PairStyle s = GetParam();
    run(atoms_of(1, 2, 4.0, "10 3.9") + s.commands + output() +
        "displace_atoms all random 0 0.4 0.4 4711\nset atom 2 y 23.0\nvelocity all zero linear\n"
        "group one type 1\ngroup two type 2\nvelocity one set 0.02 0 0\nvelocity two set -0.02 0 0\n"
        "neigh_modify every 10 delay 0 check no\nfix nve all nve\nrun 200\n");
    const auto x = atoms("x");
    EXPECT_GT(x[0][0], x[1][0]) << "test looks at nothing";
    EXPECT_LT(deviation(column(local("inm"), 0), expected(s.formula, distance())), 1e-6) << s.name;
}

// the pair of types is beyond the cutoff in the first snapshot

TEST_P(TwoTypes, that_meet_during_the_run)
{
    const PairStyle s = GetParam();
    run(atoms_of(2, 1, 14.0, "0 0") + s.commands + output() +
        "group one type 1\nvelocity one set -0.05 0 0\nfix nve all nve\nrun 200\n");
    EXPECT_LT(distance(), 9.0) << "test looks at nothing";
    EXPECT_LT(deviation(column(local("inm"), 0), expected(s.formula, distance())), 1e-6) << s.name;
}

INSTANTIATE_TEST_SUITE_P(Of, TwoTypes, testing::ValuesIn(styles),
                         [](const testing::TestParamInfo<PairStyle> &c) { return std::string(c.param.name); });
} // namespace
