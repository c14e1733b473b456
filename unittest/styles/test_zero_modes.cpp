// Zero modes in compute inm/dos: free molecules, separate ones, rattlers and a gas, on any number
// of ranks. Counts are known; the entropy is computed from the formulas of the potential by another
// eigensolver.

#include "lammps_test.h"
#include "symmetric_eigen.h"

#include <cmath>

namespace {

constexpr double TEMPERATURE = 0.1;

const char HEAD[] =
    "units lj\nboundary f f f\natom_modify map array\nregion b block -30 30 -10 10 -10 10\n"
    "create_box 1 b\nmass 1 1.0\npair_style lj/smooth/linear 6.0\npair_coeff 1 1 1.0 1.0\n";

// four atoms near the minimum of their energy, a tetrahedron, at a distance along x
std::string molecule(double x)
{
    const double at[4][3] = {{0.0, 0.03, 0.0}, {1.1, 0.0, 0.1}, {0.5, 1.0, 0.0}, {0.45, 0.3, 0.9}};
    std::string commands;
    for (const auto &r : at)
        commands += "create_atoms 1 single " + std::to_string(r[0] + x) + " " +
                    std::to_string(r[1]) + " " + std::to_string(r[2]) + "\n";
    return commands;
}
std::string atom(double x)
{
    return "create_atoms 1 single " + std::to_string(x) + " 0.0 0.0\n";
}

const char MINIMIZE[] = "minimize 0 1e-13 10000 20000\n";

class ZeroModes : public LammpsTest {
protected:
    std::string compute(const std::string &keywords)
    {
        return "compute inm all inm/dos 20 " + keywords +
               "\nthermo_style custom step c_inm\nrun 0\nuncompute inm\n";
    }
    // the result, [14], of a compute that is deleted afterwards
    std::vector<double> result(const std::string &keywords)
    {
        run("compute inm all inm/dos 20 " + keywords + "\nthermo_style custom step c_inm\nrun 0\n");
        auto v = vector("inm");
        modes  = local("inm");
        run("thermo_style one\nuncompute inm\n");
        return v;
    }
    std::vector<std::vector<double>> modes; // of the last result

    // eigenvalues of the second derivatives of u = u_lj(r) - u_lj(c) - (r - c) u_lj'(c), masses 1
    std::vector<double> eigenvalues()
    {
        const auto x     = atoms("x");
        const size_t n   = 3 * x.size();
        const auto slope = [](double r) {
            return -48.0 * std::pow(r, -13) + 24.0 * std::pow(r, -7);
        };
        const auto bending = [](double r) {
            return 624.0 * std::pow(r, -14) - 168.0 * std::pow(r, -8);
        };
        std::vector<double> h(n * n, 0.0);
        for (size_t i = 0; i < x.size(); i++)
            for (size_t j = 0; j < x.size(); j++) {
                const double d[3] = {x[i][0] - x[j][0], x[i][1] - x[j][1], x[i][2] - x[j][2]};
                const double r    = std::sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2]);
                if (i == j || r > 6.0) continue;
                const double du = slope(r) - slope(6.0), du2 = bending(r);
                for (size_t a = 0; a < 3; a++)
                    for (size_t b = 0; b < 3; b++) {
                        const double k =
                            (du2 - du / r) * d[a] * d[b] / (r * r) + (a == b ? du / r : 0.0);
                        h[(3 * i + a) * n + 3 * i + b] += k;
                        h[(3 * i + a) * n + 3 * j + b] -= k;
                    }
            }
        return symmetric_eigenvalues(h, n);
    }
};

const char *const SOLVERS[] = {"auto", "lapack", "twostage", "scalapack", "elpa"};

TEST_F(ZeroModes, of_a_free_molecule_are_six_and_its_entropy_is_that_of_six_vibrations)
{
    run(HEAD + molecule(0.0) + MINIMIZE);
    const auto lambda = eigenvalues();
    ASSERT_EQ(lambda.size(), 12u);
    const double w_thermal = TEMPERATURE * 2.0 * M_PI; // kT / hbar in lj units
    double classical       = 0.0;
    for (size_t p = 0; p < 6; p++)
        EXPECT_LT(std::fabs(lambda[p]), 1e-9 * lambda[11]);
    for (size_t p = 6; p < 12; p++)
        classical += (1.0 - std::log(std::sqrt(lambda[p]) / w_thermal)) / 4.0;
    EXPECT_NEAR(classical, -2.664, 5e-4);

    for (const char *solver : SOLVERS)
        for (const char *which : {"all", "unstable", "none"}) {
            const std::string keywords =
                std::string("solver ") + solver + " modes " + which + " entropy 0.1";
            const std::string error = error_of(compute(keywords));
            if (error.find("is not in this plugin") != std::string::npos) continue;
            ASSERT_EQ(error, "") << keywords;
            const auto v = result(keywords);
            EXPECT_EQ(v[0], 1.0) << keywords;
            EXPECT_EQ(v[1], 0.0) << keywords;
            EXPECT_EQ(v[5], 6.0) << keywords;
            EXPECT_NEAR(v[12], classical, 1e-8) << keywords;
            ASSERT_EQ(modes.size(), 12u);
            for (size_t p = 0; p < 12; p++) {
                EXPECT_EQ(modes[p][3], p < 6 ? 0.0 : 1.0) << keywords << " mode " << p;
                if (p < 6)
                    EXPECT_EQ(modes[p][0], 0.0);
                else
                    EXPECT_NEAR(modes[p][0], lambda[p], 1e-8 * lambda[11]);
            }
        }
}

// kpm leaves out the translations of each part, and says that rotations remain
TEST_F(ZeroModes, of_separate_parts_add_up)
{
    run(HEAD + molecule(-15.0) + molecule(15.0) + atom(0.0) + MINIMIZE);
    for (const char *which : {"all", "unstable", "none"}) {
        const auto v = result(std::string("entropy 0.1 modes ") + which);
        EXPECT_EQ(v[1], 0.0) << which;
        EXPECT_EQ(v[5], 15.0) << which;
        EXPECT_NEAR(v[12], -2.664 * 8.0 / 9.0, 5e-4) << which;
    }
    EXPECT_EQ(result("edge frequency 1 solver kpm 100")[5], 9.0);
    const std::string log = log_of(compute("edge frequency 1 solver kpm 100"));
    EXPECT_NE(
        log.find("27 modes of 9 atoms, 9 of them zero modes: free translations of separate parts; "
                 "solver kpm does not count others, such as rotations"),
        std::string::npos);
}

TEST_F(ZeroModes, of_a_gas_are_all_modes)
{
    run(HEAD + atom(-25.0) + atom(-10.0) + atom(0.0) + atom(11.0) + atom(24.0));
    for (const char *keywords :
         {"modes all entropy 0.1", "modes unstable", "modes none", "edge frequency 1 solver kpm 50",
          "edge frequency 1 solver kpm auto"}) {
        const auto v = result(keywords);
        for (int k = 0; k < 4; k++)
            EXPECT_TRUE(std::isnan(v[k])) << keywords << " " << k;
        EXPECT_EQ(v[5], 15.0) << keywords;
        for (int k : {6, 12, 13})
            EXPECT_TRUE(std::isnan(v[k])) << keywords << " " << k;
        for (const auto &row : modes)
            EXPECT_EQ(row[3], 0.0) << keywords;
    }
    EXPECT_NE(log_of(compute("modes none entropy 0.1"))
                  .find("the harmonic entropy is nan, because there are zero modes only\n"),
              std::string::npos);
}

} // namespace
