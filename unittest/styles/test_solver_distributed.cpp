// The distributed solvers inside LAMMPS: the viscosity and all intermediate results agree with
// lapack, in one world and in several partitions.

#include "lammps_test.h"

#include <cmath>

namespace {

// Modes of a liquid are at least about 1e-6 of the largest eigenvalue apart, and results from a
// vector have errors of rounding (1e-15) divided by that gap.
constexpr double ROUNDING = 1e-9;

class SolverDistributed : public LammpsTest, public testing::WithParamInterface<const char *> {
protected:
    void SetUp() override
    {
        open();
        const std::string error =
            error_of(melt108() + "compute inm all inm/dos 50 solver " + GetParam());
        if (!error.empty()) {
            EXPECT_NE(error.find(std::string("solver ") + GetParam() + " is not available in this plugin"),
                      std::string::npos)
                << error;
            GTEST_SKIP() << error;
        }
        reopen();
    }
    std::string melt108() { return read_melt(state(melt(3, smooth_pair())), smooth_pair()); }

    // all outputs of a snapshot
    struct Results {
        std::vector<double> eta;
        std::vector<std::vector<double>> modes, gamma, dos, shares;
    };
    Results solve(const std::string &keywords)
    {
        run(melt108() + three_computes(keywords) + "run 0\n");
        return {vector("eta"), local("inm"), local("gam"), array("inm"), peratom("inm")};
    }
    void expect_same(const Results &found, const Results &wanted)
    {
        for (int set = 0; set < 4; set++) {
            ASSERT_EQ(std::isnan(found.eta[set]), std::isnan(wanted.eta[set])) << set;
            if (!std::isnan(wanted.eta[set])) {
                EXPECT_NEAR(found.eta[set], wanted.eta[set], ROUNDING * wanted.eta[set]) << set;
            }
        }
        ASSERT_EQ(found.modes.size(), wanted.modes.size());
        const double norm = largest(column(wanted.modes, 0)),
                     most = largest(column(wanted.gamma, 1));
        for (size_t p = 0; p < wanted.modes.size(); p++) {
            EXPECT_NEAR(found.modes[p][0], wanted.modes[p][0], 1e-12 * norm) << p;
            EXPECT_EQ(found.modes[p][3], wanted.modes[p][3]) << p;
            if (wanted.modes[p][3] == 0.0) continue; // any basis of the translations
            ASSERT_EQ(std::isnan(found.modes[p][2]), std::isnan(wanted.modes[p][2])) << p;
            if (std::isnan(wanted.modes[p][2])) continue;
            EXPECT_NEAR(found.modes[p][2], wanted.modes[p][2], ROUNDING) << p;
            EXPECT_NEAR(found.gamma[p][1], wanted.gamma[p][1], ROUNDING * most) << p;
        }
        EXPECT_LT(deviation(column(found.dos, 1), column(wanted.dos, 1)), ROUNDING);
        for (int c = 0; c < 3; c++)
            EXPECT_LT(deviation(column(found.shares, c), column(wanted.shares, c)), ROUNDING) << c;
    }
};

INSTANTIATE_TEST_SUITE_P(Solvers, SolverDistributed, testing::Values("scalapack", "elpa"),
                         [](const testing::TestParamInfo<const char *> &info) {
                             return std::string(info.param);
                         });

TEST_P(SolverDistributed, gives_the_viscosity_and_spectra_of_lapack)
{
    for (const std::string modes : {"modes all", "modes unstable"}) {
        SCOPED_TRACE(modes);
        reopen();
        const Results wanted = solve("solver lapack " + modes);
        reopen();
        expect_same(solve(std::string("solver ") + GetParam() + " " + modes), wanted);
    }
}

TEST_P(SolverDistributed, gives_the_eigenvalues_of_lapack_without_vectors)
{
    const std::string inm = "\nthermo_style custom step c_inm\nthermo_modify norm no\nrun 0\n";
    run(melt108() + "compute inm all inm/dos 50 modes none solver lapack" + inm);
    const auto wanted = column(local("inm"), 0);
    reopen();
    run(melt108() + "compute inm all inm/dos 50 modes none solver " + GetParam() + inm);
    EXPECT_LT(deviation(column(local("inm"), 0), wanted), 1e-12);
}

TEST_P(SolverDistributed, works_in_partitions_at_the_same_time)
{
    // as in LAMMPS with -partition: each part is the world of its own instance
    const Results wanted = solve("solver lapack");
    MPI_Comm part;
    MPI_Comm_split(MPI_COMM_WORLD, rank() % 2, rank(), &part);
    const std::string data = melt108(); // made on all ranks
    reopen(part);
    run(data + three_computes(std::string("solver ") + GetParam()) + "run 0\n");
    const auto eta = vector("eta");
    for (int set = 0; set < 4; set++)
        EXPECT_NEAR(eta[set], wanted.eta[set], ROUNDING * wanted.eta[set]) << set;
    close();
    MPI_Comm_free(&part);
}

TEST_P(SolverDistributed, follows_a_run)
{
    // several snapshots: grids are created and freed
    run(melt108() + three_computes("solver lapack") + "fix nve all nve\nthermo 5\nrun 15\n");
    const auto wanted = vector("eta");
    reopen();
    run(melt108() + three_computes(std::string("solver ") + GetParam()) +
        "fix nve all nve\nthermo 5\nrun 15\n");
    const auto eta = vector("eta");
    for (int k : {0, 1, 2, 3, 9, 10, 11, 12}) // last snapshot, mean over all
        EXPECT_NEAR(eta[k], wanted[k], ROUNDING * wanted[k]) << k;
}

TEST_P(SolverDistributed, names_itself_and_its_grid_in_the_log)
{
    const std::string log =
        log_of(melt108() + three_computes(std::string("solver ") + GetParam()) + "run 0\n");
    EXPECT_NE(log.find(std::string("solver ") + GetParam() + ", "), std::string::npos) << log;
    const size_t at = log.find("diagonalization took ");
    ASSERT_NE(at, std::string::npos) << log;
    int rows = 0, cols = 0;
    EXPECT_EQ(sscanf(log.c_str() + log.find(" on ", at), " on %d x %d ranks", &rows, &cols), 2);
    EXPECT_LE(rows * cols, ranks());
    EXPECT_GE(2 * rows * cols, ranks());
}

} // namespace
