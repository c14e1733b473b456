// solver kpm inside LAMMPS: results agree with a diagonalization with the same smooth edges;
// outputs that need eigenvectors are refused or NaN

#include "lammps_test.h"

#include <cmath>

namespace {

enum { UL, UD, STABLE, ALL };

constexpr double W_EDGE = 5.0, W_MIN = 3.0, FRICTION = 80.0;

class SolverKpm : public LammpsTest {
protected:
    std::string melt500() { return read_melt(state(melt(5, smooth_pair())), smooth_pair()); }
    std::string melt108() { return read_melt(state(melt(3, smooth_pair())), smooth_pair()); }

    static std::string with(const std::string &solver, const std::string &eta = "",
                            const std::string &edge = "edge frequency 5.0")
    {
        return "compute inm all inm/dos 20 range -40 160 " + edge + " solver " + solver +
               "\ncompute gam all affine/gamma inm\n"
               "compute eta all ulinm/viscosity inm gam friction 80 wmin 3 " +
               eta + "\nthermo_style custom step c_inm c_eta\nthermo_modify norm no\n";
    }

    // modes from a diagonalization: lambda and Xi^2
    struct Modes {
        std::vector<double> lambda, xi2;
        double volume;
    };
    Modes diagonalize(const std::string &setup)
    {
        reopen();
        run(setup + with("lapack") + "run 0\n");
        Modes m;
        const auto rows = local("inm"), projections = local("gam");
        for (size_t p = 0; p < rows.size(); p++) {
            if (rows[p][3] == 0.0) continue;
            m.lambda.push_back(rows[p][0]);
            m.xi2.push_back(projections[p][1]);
        }
        m.volume = thermo("vol");
        return m;
    }
    // (v/m/V) sum Xi~^2/lambda^2 with smooth steps; with width 0 they are sharp
    static std::vector<double> viscosities(const Modes &m, double w_edge, double wmin, double width)
    {
        const auto step = [](double x, double edge, double over) {
            if (over == 0.0) return x >= edge ? 1.0 : 0.0;
            const double s = std::min(1.0, std::max(0.0, (x - edge) / over + 0.5));
            return 6.0 * std::pow(s, 5) - 15.0 * std::pow(s, 4) + 10.0 * std::pow(s, 3);
        };
        std::vector<double> eta(4, 0.0);
        for (size_t p = 0; p < m.lambda.size(); p++) {
            const double l = m.lambda[p], w = std::sqrt(std::fabs(l));
            const double share = FRICTION / m.volume * m.xi2[p] / (l * l) * step(w, wmin, width),
                         localized = step(w, w_edge, width);
            eta[ALL] += share;
            eta[STABLE] += l > 0.0 ? share : 0.0;
            eta[UL] += l < 0.0 ? share * localized : 0.0;
            eta[UD] += l < 0.0 ? share * (1.0 - localized) : 0.0;
        }
        return eta;
    }
    void expect_error(const std::string &commands, const std::string &text)
    {
        reopen();
        run(melt108());
        const std::string error = error_of(commands);
        EXPECT_NE(error.find(text), std::string::npos) << commands << "\ngot: " << error;
        close();
    }
};

// Test accuracy on each rank by itself, since it takes many products.  A test below compares ranks.
TEST_F(SolverKpm, gives_the_viscosities_of_a_diagonalization_with_the_same_smooth_edges)
{
    const std::string setup = melt108();
    const Modes modes       = diagonalize(setup);
    for (double width : {1.2, 1.5}) {
        reopen(MPI_COMM_SELF);
        run(setup + with("kpm 20000 kpm/width " + std::to_string(width)) + "run 0\n");
        const auto found = vector("eta"), wanted = viscosities(modes, W_EDGE, W_MIN, width);
        for (int set = 0; set < 4; set++) {
            EXPECT_GT(wanted[set], 0.0);
            EXPECT_NEAR(found[set], wanted[set], 1e-6 * wanted[set]) << set << " width " << width;
        }
        EXPECT_EQ(scalar("eta"), found[UL]);
        EXPECT_EQ(found[4], W_MIN);
        EXPECT_EQ(found[5], W_EDGE);
        EXPECT_DOUBLE_EQ(found[6], FRICTION);
    }
}

TEST_F(SolverKpm, gives_the_viscosities_of_sharp_edges_within_its_error)
{
    const std::string setup = melt500();
    const Modes modes       = diagonalize(setup);
    const auto sharp        = viscosities(modes, W_EDGE, W_MIN, 0.0);
    reopen();
    run(setup + with("kpm auto") + "run 0\n");
    const auto found = vector("eta");
    for (int set = 0; set < 4; set++) {
        EXPECT_GT(found[18 + set], 0.0);
        EXPECT_LT(found[18 + set], 0.15 * found[set]);
        EXPECT_NEAR(found[set], sharp[set], found[18 + set]) << set;
    }
}

TEST_F(SolverKpm, auto_ends_when_the_viscosity_has_converged)
{
    run(melt500() + with("kpm auto kpm/error 1e-3") + "run 0\n");
    const double products = vector("inm")[10], eta = scalar("eta");
    EXPECT_GE(products, 200.0);
    EXPECT_LT(products, 10000.0);
    reopen();
    run(melt500() + with("kpm 4000") + "run 0\n");
    EXPECT_EQ(vector("inm")[10], 4000.0);
    EXPECT_NEAR(eta, scalar("eta"), 2e-3 * eta);
    reopen();
    run(melt500() + with("kpm auto kpm/error 1e-1") + "run 0\n");
    EXPECT_LT(vector("inm")[10], products);
}

TEST_F(SolverKpm, auto_does_not_depend_on_the_order_of_definition)
{
    const std::string inm = "compute inm all inm/dos 20 edge frequency 5.0 solver kpm auto\n",
                      gam = "compute gam all affine/gamma inm\n",
                      eta = "compute eta all ulinm/viscosity inm gam friction 80 wmin 3\n",
                      end = "thermo_style custom step c_inm c_eta\nrun 0\n";
    run(melt108() + inm + gam + eta + end);
    const double wanted = scalar("eta"), products = vector("inm")[10];
    reopen();
    run(melt108() + inm + eta + gam + end);
    EXPECT_EQ(scalar("eta"), wanted);
    EXPECT_EQ(vector("inm")[10], products);

    // requests are repeated to a compute that takes the place of another one
    run("uncompute inm\n" + inm + "run 0\n");
    EXPECT_EQ(scalar("eta"), wanted);
    EXPECT_EQ(vector("inm")[10], products);
}

TEST_F(SolverKpm, equal_affine_forces_are_projected_once)
{
    const std::string inm = melt108() + "compute inm all inm/dos 20 edge frequency 5.0 solver kpm 50\n"
                                        "compute gam all affine/gamma inm\n",
                      end = "thermo_style custom step c_inm c_more[1][4]\nrun 0\n";
    const std::string same  = log_of(inm + "compute more all affine/gamma inm plane yz\n" + end);
    reopen();
    const std::string other = log_of(inm + "compute more all affine/gamma inm method strain 1e-6\n" + end);
    EXPECT_NE(same.find("with 8 vectors, 5 of them random"), std::string::npos);
    EXPECT_NE(other.find("with 16 vectors, 10 of them random"), std::string::npos);

    // a request ends with the compute that made it
    run("uncompute more\nthermo_style custom step c_inm\n");
    EXPECT_NE(log_of("run 0\n").find("with 8 vectors, 5 of them random"), std::string::npos);
}

TEST_F(SolverKpm, sensitivities_are_those_of_the_smooth_sums)
{
    const Modes modes = diagonalize(melt500());
    const auto slope  = [&](double edge, double wmin) {
        const auto eta = [&](int sign) {
            return viscosities(modes, W_EDGE * (1.0 + 0.1 * sign * edge),
                                W_MIN * (1.0 + 0.1 * sign * wmin), 1.0)[UL];
        };
        return std::log(eta(1) / eta(-1)) / std::log(1.1 / 0.9);
    };
    reopen();
    run(melt500() + with("kpm 6000 kpm/width 1.0") + "run 0\n");
    EXPECT_NEAR(vector("eta")[7], slope(1, 0), 1e-4);
    EXPECT_NEAR(vector("eta")[8], slope(0, 1), 1e-4);
}

TEST_F(SolverKpm, does_not_depend_on_ranks_and_order_of_atoms)
{
    run(melt500() + with("kpm 300") + "run 0\n");
    const auto eta = vector("eta"), inm = vector("inm");
    const auto dos = array("inm"), gam = array("gam"), spectrum = array("eta");

    // every rank has all atoms, without LAMMPS's default spatial sorting
    reopen(MPI_COMM_SELF);
    run(melt500() + "atom_modify sort 0 0.0\n" + with("kpm 300") + "run 0\n");
    for (int set = 0; set < 4; set++)
        EXPECT_NEAR(vector("eta")[set], eta[set], 1e-9 * eta[set]);
    for (int k : {0, 1, 2, 3, 6, 8, 9, 11})
        EXPECT_NEAR(vector("inm")[k], inm[k], 1e-9) << k;
    EXPECT_LT(deviation(column(array("inm"), 3), column(dos, 3)), 1e-9);
    EXPECT_LT(deviation(column(array("gam"), 3), column(gam, 3)), 1e-9);
    EXPECT_LT(deviation(column(array("eta"), 4), column(spectrum, 4)), 1e-9);
}

TEST_F(SolverKpm, fractions_and_spectra_are_those_of_the_modes)
{
    const Modes modes = diagonalize(melt500());
    const auto dense  = array("gam");
    reopen();
    run(melt500() + with("kpm 3000 kpm/random 61") + "run 0\n");
    const auto inm  = vector("inm");
    double unstable = 0.0, localized = 0.0;
    for (double l : modes.lambda) {
        unstable += (l < 0.0) / (double)modes.lambda.size();
        localized += (l < -W_EDGE * W_EDGE) / (double)modes.lambda.size();
    }
    EXPECT_GT(inm[8], 0.0);
    EXPECT_LT(inm[8], 0.005);
    EXPECT_NEAR(inm[1], unstable, 4.0 * inm[8]);
    EXPECT_NEAR(inm[2], localized, 4.0 * inm[9]);
    EXPECT_NEAR(inm[0] + inm[1], 1.0, 1e-12);
    EXPECT_NEAR(inm[2] + inm[3], inm[1], 1e-12);
    EXPECT_EQ(scalar("inm"), inm[1]);
    EXPECT_EQ(inm[4], W_EDGE);
    EXPECT_EQ(inm[5], 3.0);

    const auto dos = array("inm"), gam = array("gam"), spectrum = array("eta");
    double count = 0.0;
    for (size_t b = 0; b < dos.size(); b++) {
        EXPECT_EQ(dos[b][0], -35.0 + 10.0 * (double)b);
        EXPECT_NEAR(dos[b][1], dos[b][3] / (1497.0 * 10.0), 1e-12);
        EXPECT_TRUE(std::isnan(dos[b][2]));
        EXPECT_TRUE(std::isnan(dos[b][4]));
        // broadening, 2 % of a bin wide, moves part of a projection to the next bin
        EXPECT_NEAR(gam[b][3], dense[b][3], 0.1 * dense[b][3] + 1e-3 * largest(column(dense, 3)));
        if (dos[b][3] >= 0.5) {
            EXPECT_NEAR(gam[b][1], gam[b][3] / dos[b][3], 1e-9 * gam[b][1]);
        }
        count += dos[b][3];
    }
    EXPECT_NEAR(count, 1497.0, 1e-6);
    EXPECT_NEAR(spectrum.back()[3], vector("eta")[UL], 1e-9 * vector("eta")[ALL]);
    EXPECT_NEAR(spectrum.back()[4], vector("eta")[ALL], 1e-9 * vector("eta")[ALL]);
}

TEST_F(SolverKpm, has_no_modes_and_says_so)
{
    const std::string log = log_of(melt108() + with("kpm 100") + "run 0\n");
    for (const char *text : {"324 modes of 108 atoms, 3 of them zero modes: free translations", "324 modes, solver kpm\n",
                             "100 products with 8 vectors, 5 of them random, lambda from ",
                             " GB/s, ", "resolution in w: ", " at the edge, which is a step of width 0.5, in 1/tau",
                             "no modes and no eigenvectors",
                             "relative numerical uncertainty, from half of the products and from edges "
                             "other than steps of width 0.5 1/tau"})
        EXPECT_NE(log.find(text), std::string::npos) << text;
    EXPECT_TRUE(local("inm").empty());
    EXPECT_TRUE(local("gam").empty());
    for (const auto &row : peratom("inm"))
        for (double x : row)
            EXPECT_TRUE(std::isnan(x));
    EXPECT_GT(largest(column(peratom("gam"), 0)), 0.0) << "affine forces need no modes";
}

TEST_F(SolverKpm, without_edge_tells_stable_modes_only)
{
    run(melt108() + with("kpm auto", "", "edge none") + "run 0\n");
    const auto v = vector("eta"), inm = vector("inm");
    for (int set : {UL, UD}) {
        EXPECT_TRUE(std::isnan(v[set]));
        EXPECT_TRUE(std::isnan(v[18 + set]));
    }
    EXPECT_GT(v[STABLE], 0.0);
    EXPECT_GT(v[ALL], v[STABLE]);
    EXPECT_GT(inm[1], 0.0);
    for (int k : {2, 3, 4, 9, 11})
        EXPECT_TRUE(std::isnan(inm[k])) << k;
}

TEST_F(SolverKpm, works_without_affine_forces)
{
    for (const std::string edge : {"edge frequency 5.0", "edge none"}) {
        reopen();
        run(melt108() + "compute inm all inm/dos 20 solver kpm auto " + edge +
            "\nthermo_style custom step c_inm\nrun 0\n");
        EXPECT_GT(scalar("inm"), 0.0);
        EXPECT_LT(scalar("inm"), 1.0);
    }
}

TEST_F(SolverKpm, other_solvers_leave_its_outputs_undefined)
{
    run(melt108() + with("lapack") + "run 0\n");
    for (int k = 8; k < 12; k++)
        EXPECT_TRUE(std::isnan(vector("inm")[k])) << k;
    for (int k = 18; k < 22; k++)
        EXPECT_TRUE(std::isnan(vector("eta")[k])) << k;
}

TEST_F(SolverKpm, errors_of_running_means_contain_the_numerical_ones)
{
    run(melt108() + "fix nve all nve\n" + with("kpm 200") + "thermo 20\nrun 0\n");
    std::vector<std::vector<double>> eta = {vector("eta")};
    EXPECT_TRUE(std::isnan(eta[0][13])) << "one snapshot has no error";
    for (int k = 0; k < 3; k++) {
        run("run 20\n");
        eta.push_back(vector("eta"));
    }
    const auto v = vector("eta");
    EXPECT_EQ(v[17], 4.0);
    for (int set = 0; set < 4; set++) {
        double mean = 0.0, square = 0.0, numerics = 0.0;
        for (const auto &e : eta) {
            mean += e[set] / 4.0;
            numerics += e[18 + set] / 4.0;
        }
        for (const auto &e : eta)
            square += (e[set] - mean) * (e[set] - mean) / (4.0 * 3.0);
        EXPECT_NEAR(v[9 + set], mean, 1e-10 * mean) << set;
        EXPECT_NEAR(v[13 + set], std::sqrt(square + numerics * numerics), 1e-8 * mean) << set;
    }
}

TEST_F(SolverKpm, mean_friction_over_mass_is_that_of_a_diagonalization)
{
    const std::string masses = "mass 1 1.0\nmass 2 3.0\n";
    const std::string sums   = with("lapack", "friction/mix mean");
    run(melt108() + masses + sums + "run 0\n");
    Modes modes;
    const auto rows = local("inm"), projections = local("gam");
    for (size_t p = 0; p < rows.size(); p++) {
        if (rows[p][3] == 0.0) continue;
        modes.lambda.push_back(rows[p][0]);
        modes.xi2.push_back(projections[p][1]);
    }
    modes.volume = thermo("vol");
    const double scale =
        vector("eta")[ALL] / viscosities(modes, W_EDGE, W_MIN, 0.0)[ALL]; // 1 / mean mass
    const std::string setup = melt108();
    reopen(MPI_COMM_SELF);
    run(setup + masses + with("kpm 20000 kpm/width 1.5", "friction/mix mean") + "run 0\n");
    const auto wanted = viscosities(modes, W_EDGE, W_MIN, 1.5);
    for (int set = 0; set < 4; set++)
        EXPECT_NEAR(vector("eta")[set], scale * wanted[set], 1e-6 * scale * wanted[set]) << set;
}

TEST_F(SolverKpm, two_dimensions)
{
    const std::string setup =
        "units lj\ndimension 2\nboundary p p p\natom_style atomic\natom_modify map array\n"
        "lattice hex 0.9\nregion box block 0 8 0 5 -0.25 0.25\ncreate_box 1 box\n"
        "create_atoms 1 box\nmass 1 1.0\npair_style lj/smooth 2.0 2.5\npair_coeff 1 1 1.0 1.0\n"
        "velocity all create 3.0 4711 loop geom\nfix e2d all enforce2d\nfix nve all nve\n"
        "timestep 0.004\nrun 200\n";
    const std::string data = state(setup);
    const std::string start =
        "units lj\ndimension 2\nboundary p p p\natom_style atomic\natom_modify map array\n"
        "read_data " +
        data + "\npair_style lj/smooth 2.0 2.5\npair_coeff 1 1 1.0 1.0\n";
    const Modes modes = diagonalize(start + "fix e2d all enforce2d\n");
    EXPECT_EQ(modes.lambda.size(), 2u * 80u - 2u);
    reopen(MPI_COMM_SELF);
    run(start + "fix e2d all enforce2d\n" + with("kpm 8000 kpm/width 1.0") + "run 0\n");
    const auto wanted = viscosities(modes, W_EDGE, W_MIN, 1.0), found = vector("eta");
    EXPECT_GT(wanted[ALL], 0.0);
    for (int set = 0; set < 4; set++)
        EXPECT_NEAR(found[set], wanted[set], 1e-6 * wanted[ALL]) << set;
    EXPECT_EQ(vector("inm")[5], 2.0);
}

TEST_F(SolverKpm, leaves_no_trace_in_the_run)
{
    const auto trajectory = [&](const std::string &computes) {
        reopen();
        run(melt108() + "fix nve all nve\n" + computes + "thermo 5\nrun 20\n");
        return atoms("x");
    };
    EXPECT_EQ(trajectory(with("kpm 50")), trajectory(""));
}

TEST_F(SolverKpm, refuses_what_needs_eigenvectors_and_names_the_alternative)
{
    const std::string inm = "compute inm all inm/dos 10 ";
    expect_error(
        inm + "edge pr 0.3 solver kpm auto",
        "edge pr is not possible: solver kpm finds no eigenvectors; use modes lowest, edge "
        "frequency with the value from another solver in a smaller box of the same liquid");
    for (const char *which : {"all", "unstable"})
        expect_error(inm + "solver kpm auto modes " + which,
                     std::string("modes ") + which +
                         " is not possible: solver kpm finds no eigenvectors; use modes lowest");
    expect_error(inm + "solver kpm auto eigenvector index 1",
                 "eigenvector needs modes lowest with solver kpm");
    reopen();
    run(melt108());
    EXPECT_EQ(error_of(inm + "solver kpm 50 modes none"), "");
}

TEST_F(SolverKpm, refuses_a_mixture_by_mode_and_names_the_alternative)
{
    expect_error("mass 2 3.0\n" + with("kpm 50") + "run 0",
                 "Compute ulinm/viscosity eta: friction/mix mode where atoms differ in mass is not "
                 "possible: solver kpm finds no eigenvectors; use friction/mix mean");
    expect_error("fix mem all orthogonal/dynamics 1 10 1\n"
                 "compute inm all inm/dos 10 edge frequency 5 solver kpm 50\n"
                 "compute gam all affine/gamma inm\n"
                 "compute eta all ulinm/viscosity inm gam friction f_mem wmin 3\n"
                 "thermo_style custom step c_eta\nrun 0",
                 "differ in friction is not possible: solver kpm");
}

TEST_F(SolverKpm, refuses_wrong_values)
{
    const std::string inm = "compute inm all inm/dos 10 ";
    for (const char *value : {"0", "-3", "many", "2.5"})
        expect_error(inm + "solver kpm " + value,
                     "solver kpm must be auto or a number of products from 1 to 1000000, not " +
                         std::string(value));
    expect_error(inm + "solver kpm", "missing value for solver kpm");
    expect_error(inm + "solver kpm auto kpm/width 0", "kpm/width must be above 0, not 0");
    expect_error(inm + "solver kpm auto kpm/error -1", "kpm/error must be above 0, not -1");
    expect_error(inm + "solver kpm auto kpm/random 0",
                 "kpm/random must be an integer from 1 to 1000000, not 0");
    for (const char *key : {"kpm/width 1", "kpm/random 3", "kpm/error 0.1"})
        expect_error(inm + "solver lapack " + key,
                     " is not possible: solver lapack does not use polynomials; use solver kpm");
    expect_error("compute inm all inm/dos 10 edge frequency 5 solver kpm 50\n"
                 "compute gam all affine/gamma inm\n"
                 "compute eta all ulinm/viscosity inm gam friction 80 wmin 0\n"
                 "thermo_style custom step c_eta\nrun 0",
                 "wmin 0 is not possible: solver kpm works with polynomials");
}

TEST_F(SolverKpm, refuses_a_lowest_frequency_that_depends_on_its_own_result)
{
    expect_error("compute inm all inm/dos 10 edge frequency 5 solver kpm auto\n"
                 "compute gam all affine/gamma inm\nvariable w equal 3+0*c_inm\n"
                 "compute eta all ulinm/viscosity inm gam friction 80 wmin v_w\n"
                 "thermo_style custom step c_inm c_eta\nrun 0",
                 "the convergence criterion of solver kpm depends on its own result");
}

TEST_F(SolverKpm, warns_if_it_ends_before_it_has_converged)
{
    // a step too narrow for the largest number of products
    const std::string log =
        log_of(melt108() + with("kpm auto kpm/width 0.01 kpm/error 1e-12") + "run 0\n");
    EXPECT_NE(log.find("solver kpm auto stopped at 10000 products"), std::string::npos);
    EXPECT_EQ(vector("inm")[10], 10000.0);
}
} // namespace
