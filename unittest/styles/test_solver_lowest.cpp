// The lowest modes besides the moments of solver kpm, against a diagonalization

#include "lammps_test.h"

#include <cmath>

namespace {

class SolverLowest : public LammpsTest {
protected:
    void SetUp() override { open(); }
    std::string melt256() { return read_melt(state(melt(4, smooth_pair())), smooth_pair()); }
    static std::string with(const std::string &keywords)
    {
        return "compute inm all inm/dos 20 edge frequency 5.0 " + keywords +
               "\ncompute gam all affine/gamma inm\n"
               "compute any all reduce sum c_gam[1]\n"
               "thermo_style custom step c_inm c_any c_inm[1] c_gam[1][4]\nrun 0\n";
    }
    static constexpr size_t COUNT = 20;
};

// modes of a liquid are about 1e-5 of the interval apart, and residuals are below 1e-10 of it
constexpr double VECTORS = 1e-4;

TEST_F(SolverLowest, are_the_first_rows_of_a_diagonalization)
{
    const std::string setup = melt256();
    run(setup + with("solver lapack"));
    const auto modes = local("inm"), gamma = local("gam");
    reopen();
    const std::string log = log_of(setup + with("solver kpm 100 modes lowest 20"));
    const auto found = local("inm"), projections = local("gam");
    EXPECT_NE(log.find("20 lowest modes"), std::string::npos) << log;
    ASSERT_EQ(found.size(), COUNT);
    ASSERT_EQ(projections.size(), COUNT);
    const double norm = std::fabs(modes.back()[0]), most = largest(column(gamma, 1));
    for (size_t p = 0; p < COUNT; p++) {
        EXPECT_NEAR(found[p][0], modes[p][0], 1e-12 * norm) << p;
        EXPECT_NEAR(found[p][1], modes[p][1], 1e-9) << p;
        EXPECT_NEAR(found[p][2], modes[p][2], VECTORS) << p;
        EXPECT_EQ(found[p][3], modes[p][3]) << p;
        EXPECT_NEAR(projections[p][1], gamma[p][1], VECTORS * most) << p;
    }
}

TEST_F(SolverLowest, have_shares_of_atoms_and_an_eigenvector)
{
    const std::string setup = melt256();
    run(setup + with("solver lapack eigenvector index 3"));
    const auto wanted = peratom("inm");
    reopen();
    run(setup + with("solver kpm 100 modes lowest 20 eigenvector index 3"));
    const auto found = peratom("inm");
    ASSERT_EQ(found.size(), wanted.size());
    double share = 0.0, overlap = 0.0, length = 0.0;
    for (size_t i = 0; i < found.size(); i++) {
        share += found[i][0];
        for (int a = 3; a < 6; a++) {
            overlap += found[i][a] * wanted[i][a];
            length += found[i][a] * found[i][a];
        }
    }
    EXPECT_NEAR(share, 1.0, 1e-9);
    EXPECT_NEAR(length, 1.0, 1e-9);
    EXPECT_NEAR(overlap, 1.0, VECTORS);
}

TEST_F(SolverLowest, leave_the_moments_as_they_are)
{
    const std::string setup = melt256();
    run(setup + with("solver kpm 100"));
    const auto wanted = array("inm");
    const auto fractions = vector("inm");
    reopen();
    run(setup + with("solver kpm 100 modes lowest 20"));
    const auto found = array("inm");
    for (size_t b = 0; b < wanted.size(); b++) EXPECT_EQ(found[b][1], wanted[b][1]) << b;
    for (int k = 0; k < 4; k++) EXPECT_EQ(vector("inm")[k], fractions[k]) << k;
}

TEST_F(SolverLowest, refuses_what_does_not_fit)
{
    const std::pair<std::string, std::string> cases[] = {
        {"modes lowest 20 solver lapack", "modes lowest is not possible: solver lapack finds all modes; use solver kpm"},
        {"solver kpm 10 modes lowest 300", "modes lowest 300 works with 456 vectors and needs twice as many modes"},
        {"solver kpm 10 eigenvector index 1", "eigenvector needs modes lowest with solver kpm"},
        {"solver kpm 10 precision single", "precision single is not possible: solver kpm works in double precision"},
        {"solver kpm 10 memory 1e-6", "solver kpm for 768 modes needs"},
    };
    for (const auto &c : cases) {
        reopen();
        const std::string error = error_of(melt256() + with(c.first));
        EXPECT_NE(error.find(c.second), std::string::npos) << c.first << "\ngot: " << error;
        close();
    }
    open();
}
} // namespace
