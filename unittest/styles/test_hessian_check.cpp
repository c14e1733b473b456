// The check of the Hessian against forces where the force has a kink or a jump, or is not the
// gradient of the energy; limits where atoms coincide or are in line.

#include "provider_test.h"

namespace {

class HessianCheck : public ProviderTest {
protected:
    // element of the matrix of a setup, rows and columns from 1, on rank 0
    static double element(const Elements &h, int row, int column)
    {
        const auto at = h.find({std::max(row, column), std::min(row, column)});
        return at == h.end() ? 0.0 : at->second;
    }
    // elements along one axis of all atoms, [natom][natom]
    static void expect_axis(const Elements &h, int axis,
                            const std::vector<std::vector<double>> &expected, double tolerance)
    {
        if (rank() != 0) return;
        for (size_t i = 0; i < expected.size(); i++)
            for (size_t j = 0; j < expected.size(); j++)
                EXPECT_NEAR(element(h, 3 * i + axis + 1, 3 * j + axis + 1), expected[i][j],
                            tolerance)
                    << i << " " << j;
    }
    std::string error_of_setup(const std::string &setup, const std::string &hessian = "auto")
    {
        reopen();
        return error_of(setup + "compute inm all inm/dos 20 modes none edge none hessian " +
                        hessian + "\nthermo_style custom step c_inm\nrun 0\n");
    }
};

// ---- discontinuities ----------------------------------------------------------------------------

// three particles in a row along x; U = k (rc - r)^2 with k = 1, rc = 1: u'' = 2 within rc
std::string row_of_three(const std::string &last)
{
    return "units lj\natom_modify map array\nregion b block 0 10 0 10 0 10\ncreate_box 1 b\n"
           "create_atoms 1 single 2.0 2.0 2.0\ncreate_atoms 1 single 2.9 2.0 2.0\n"
           "create_atoms 1 single " +
           last +
           " 2.0 2.0\nmass 1 1.0\npair_style harmonic/cut\n"
           "pair_coeff 1 1 1.0 1.0\n";
}

TEST_F(HessianCheck, contact_that_just_touches_has_no_stiffness_across_the_gap)
{
    for (const std::string hessian : {"auto", "analytic", "numeric 0"}) {
        SCOPED_TRACE(hessian);
        const Elements h = matrix(row_of_three("3.900000000001"), hessian);
        expect_axis(h, 0, {{2, -2, 0}, {-2, 2, 0}, {0, 0, 0}}, 1e-8);
        EXPECT_TRUE(logged("2 agree with one side")) << log;
        EXPECT_FALSE(logged("has a relative error of"));
    }
}

TEST_F(HessianCheck, contact_that_just_overlaps_is_stiff)
{
    for (const std::string hessian : {"auto", "analytic"}) {
        SCOPED_TRACE(hessian);
        const Elements h = matrix(row_of_three("3.899999999999"), hessian);
        expect_axis(h, 0, {{2, -2, 0}, {-2, 4, -2}, {0, -2, 2}}, 1e-8);
        EXPECT_FALSE(logged("has a relative error of")) << log;
    }
}

TEST_F(HessianCheck, crystal_of_touching_contacts_keeps_its_analytic_hessian)
{
    // twelve pairs of each atom at the cutoff; opposite ones hide from the quotients of the atom
    const std::string setup =
        "units lj\natom_modify map array\nlattice fcc 1.0\nregion b block 0 3 0 3 0 3\n"
        "create_box 1 b\ncreate_atoms 1 box\nmass 1 1.0\npair_style harmonic/cut\n"
        "variable d equal sqrt(0.5)*4^(1/3)*(1-1e-13)\npair_coeff 1 1 1.0 $d\n";
    reopen();
    log = log_of(setup + compute_inm("auto") + "thermo_style custom step c_inm\nrun 0\n");
    EXPECT_FALSE(logged("has a relative error of"));
    EXPECT_TRUE(logged("agree with one side"));
    EXPECT_TRUE(logged("of 108 atoms left out at discontinuities of the force (IDs ")) << log;
    for (const auto &lambda : column(local("inm"), 0))
        EXPECT_NEAR(lambda, 0.0, 1e-12);
}

TEST_F(HessianCheck, differences_do_not_cross_a_jump_of_the_force)
{
    // lj/cut without shift: its force jumps by 0.039 at 2.5, divided by a displacement a huge
    // stiffness.  u' and u'' of 4 (r^-12 - r^-6) at r = 1.1 and just within 2.5
    const double r = 2.5 - 2e-8;
    const auto u1  = [](double x) {
        return -48.0 * pow(x, -13) + 24.0 * pow(x, -7);
    };
    const auto u2 = [](double x) {
        return 624.0 * pow(x, -14) - 168.0 * pow(x, -8);
    };
    std::string far(32, ' ');
    far.resize((size_t)std::snprintf(&far[0], far.size(), "%.17g", 5.1 + r));
    std::string setup = "units lj\natom_modify map array\nregion b block 0 50 0 50 0 50\n"
                        "create_box 1 b\ncreate_atoms 1 single 4.0 2.0 2.0\n"
                        "create_atoms 1 single 5.1 2.0 2.0\ncreate_atoms 1 single " +
                        far + " 2.0 2.0\n";
    for (int n = 1; n <= 15; n++) { // pairs far apart: the typical stiffness
        const std::string y = std::to_string(2 + 3 * n);
        setup +=
            "create_atoms 1 single 4.0 " + y + " 2.0\ncreate_atoms 1 single 5.1 " + y + " 2.0\n";
    }
    setup += "mass 1 1.0\npair_style lj/cut 2.5\npair_coeff 1 1 1.0 1.0\n";
    const double a = u2(1.1), b = u2(r), a1 = u1(1.1) / 1.1, b1 = u1(r) / r;
    for (const std::string hessian : {"auto", "numeric 1e-6"}) {
        SCOPED_TRACE(hessian);
        const Elements h = matrix(setup, hessian);
        expect_axis(h, 0, {{a, -a, 0}, {-a, a + b, -b}, {0, -b, b}}, 1e-6 * a);
        expect_axis(h, 1, {{a1, -a1, 0}, {-a1, a1 + b1, -b1}, {0, -b1, b1}}, 1e-6 * a);
        EXPECT_FALSE(logged("has a relative error of")) << log;
    }
    EXPECT_TRUE(logged("on one side of a discontinuity")) << log;
}

// ---- limits -------------------------------------------------------------------------------------

std::string two_bonded(const std::string &distance, const std::string &bond)
{
    return "units metal\natom_style bond\natom_modify map array\nregion b block 0 8 0 8 0 8\n"
           "create_box 1 b bond/types 1 extra/bond/per/atom 1 extra/special/per/atom 1\n"
           "mass 1 10.0\ncreate_atoms 1 single 4 4 4\ncreate_atoms 1 single " +
           distance + " 4 4\ncomm_modify cutoff 4.0\n" + bond + "create_bonds single/bond 1 1 2\n";
}

TEST_F(HessianCheck, bond_of_no_length_is_isotropic)
{
    // U = K r^2: 2 K times the unit matrix, at r = 0 as elsewhere
    const std::string bond = "bond_style harmonic\nbond_coeff 1 20.0 0.0\n";
    for (const std::string x : {"4.0", "4.000001", "4.25"})
        for (const std::string hessian : {"auto", "numeric 0"}) {
            SCOPED_TRACE(x + " " + hessian);
            const Elements h = matrix(two_bonded(x, bond), hessian);
            for (int axis = 0; axis < 3; axis++)
                expect_axis(h, axis, {{40, -40}, {-40, 40}}, 1e-6);
        }
}

TEST_F(HessianCheck, pair_at_no_distance_has_the_limit_of_a_soft_potential)
{
    // U = A [1 + cos(pi r/rc)]: u'' = u'/r = -A pi^2/rc^2 at r = 0
    const std::string setup = "units lj\natom_modify map array\nregion b block 0 8 0 8 0 8\n"
                              "create_box 1 b\nmass 1 1.0\ncreate_atoms 1 single 4 4 4\n"
                              "create_atoms 1 single 4 4 4\npair_style soft 2.0\n"
                              "pair_coeff 1 1 3.0\n";
    const double k          = -3.0 * pow(3.14159265358979 / 2.0, 2);
    for (const std::string hessian : {"analytic", "numeric 0"}) {
        const Elements h = matrix(setup, hessian);
        for (int axis = 0; axis < 3; axis++)
            expect_axis(h, axis, {{k, -k}, {-k, k}}, 1e-6);
    }
}

TEST_F(HessianCheck, bond_with_a_length_names_its_atoms_where_they_coincide)
{
    const std::string error =
        error_of_setup(two_bonded("4.0", "bond_style harmonic\nbond_coeff 1 20.0 1.0\n"));
    EXPECT_NE(error.find("bond style harmonic"), std::string::npos) << error;
    EXPECT_NE(error.find("infinite for atoms 1 2"), std::string::npos) << error;
}

// a single Gaussian is a harmonic bond, U = 2 k_B T (r - r0)^2/w^2, also where exp() underflows
TEST_F(HessianCheck, bond_gaussian_is_finite_where_its_terms_underflow)
{
    reopen();
    if (!lammps_has_style(lmp, "bond", "gaussian")) GTEST_SKIP() << "no bond gaussian";
    const std::string bond = "bond_style gaussian\nbond_coeff 1 300 1 0.8 0.2 1.0\n";
    const double kT = 8.617333262e-5 * 300.0, k = 4.0 * kT / 0.04;
    for (const std::string x : {"5.2", "7.0"}) { // 1 and 10 widths from the minimum
        const Elements h = matrix(two_bonded(x, bond), "analytic");
        expect_axis(h, 0, {{k, -k}, {-k, k}}, 1e-5 * k);
    }
}

// atoms 1, 2, 3 in line along x, distances 1 and 1.25 from atom 2
std::string linear_molecule(const std::string &angle)
{
    return "units real\natom_style angle\natom_modify map array\nregion box block 0 12 0 12 0 12\n"
           "create_box 1 box bond/types 1 angle/types 1 extra/bond/per/atom 2 "
           "extra/angle/per/atom 1 extra/special/per/atom 2\nmass * 12.0\n"
           "create_atoms 1 single 1.0 2.0 3.0\ncreate_atoms 1 single 2.0 2.0 3.0\n"
           "create_atoms 1 single 3.25 2.0 3.0\npair_style zero 5.0\npair_coeff * *\n"
           "bond_style zero\nbond_coeff * 1.1\nangle_style " +
           angle +
           "\ncreate_bonds single/bond 1 1 2\ncreate_bonds single/bond 1 2 3\n"
           "create_bonds single/angle 1 1 2 3\nbond_style none\n";
}

TEST_F(HessianCheck, straight_angle_has_the_limit_of_its_energy)
{
    // 180 degrees - theta = delta with delta = |(y1 - y2)/r1 + (y3 - y2)/r2|, so that U = k delta^2
    // has the matrix 2 k v v^T with v = (1/r1, -1/r1 - 1/r2, 1/r2)
    const double v[3] = {1.0, -1.8, 0.8};
    struct {
        std::string angle;
        double k;
    } const cases[] = {{"harmonic\nangle_coeff 1 40 180", 40.0},
                       {"quartic\nangle_coeff 1 180 60 -20 10", 60.0},
                       {"cosine\nangle_coeff 1 40", 20.0},            // 40 (1 + cos theta)
                       {"cosine/squared\nangle_coeff 1 40 180", 0.0}, // quartic in delta
                       {"cosine/squared\nangle_coeff 1 40 120", -20.0}};
    for (const auto &c : cases) {
        SCOPED_TRACE(c.angle);
        const Elements h = matrix(linear_molecule(c.angle), "auto");
        std::vector<std::vector<double>> expected(3, std::vector<double>(3));
        for (int i = 0; i < 3; i++)
            for (int j = 0; j < 3; j++)
                expected[i][j] = 2.0 * c.k * v[i] * v[j];
        for (int axis = 1; axis < 3; axis++)
            expect_axis(h, axis, expected, 1e-5 * (std::fabs(c.k) + 1.0));
        EXPECT_FALSE(logged("has a relative error of")) << log;
        EXPECT_FALSE(logged("central differences")) << log;
    }
}

TEST_F(HessianCheck, straight_angle_that_wants_to_bend_names_its_atoms)
{
    for (const std::string angle :
         {"harmonic\nangle_coeff 1 40 120", "quartic\nangle_coeff 1 120 60 -20 10"}) {
        const std::string error = error_of_setup(linear_molecule(angle));
        EXPECT_NE(error.find("infinite for atoms 1 2 3"), std::string::npos) << error;
    }
}

// ---- forces that are not the gradient of the energy
// -----------------------------------------------

std::string charges(const std::string &pair)
{
    return "units real\natom_style charge\natom_modify map array\nlattice sc 4.0\n"
           "region b block 0 5 0 5 0 5\ncreate_box 2 b\ncreate_atoms 1 box\n"
           "set type 1 type/ratio 2 0.5 123\nset type 1 charge 0.3\nset type 2 charge -0.3\n"
           "mass * 30\ndisplace_atoms all random 0.4 0.4 0.4 4711 units box\n" +
           pair;
}

TEST_F(HessianCheck, forces_that_are_not_a_gradient_are_named)
{
    reopen();
    log = log_of(charges("pair_style lj/charmm/coul/charmm 7 9\npair_coeff * * 0.01 3.4\n") +
                 compute_inm("auto") + "thermo_style custom step c_inm\nrun 0\n");
    EXPECT_TRUE(logged("the forces of pair style lj/charmm/coul/charmm are not the gradient"))
        << log;
}

TEST_F(HessianCheck, forces_that_are_a_gradient_are_not)
{
    // cutoffs with jumps, tables, a crystal without forces, charges with kspace
    const std::string crystal = "units lj\natom_modify map array\nlattice fcc 1.0\n"
                                "region b block 0 4 0 4 0 4\ncreate_box 1 b\ncreate_atoms 1 box\n"
                                "mass 1 1.0\n";
    for (const std::string setup :
         {crystal + "pair_style lj/cut 2.5\npair_coeff 1 1 1.0 1.0\n",
          crystal + "displace_atoms all random 0.1 0.1 0.1 4711\npair_style lj/cut 2.5\n"
                    "pair_coeff 1 1 1.0 1.0\n",
          charges("pair_style lj/cut/coul/cut 7 9\npair_coeff * * 0.2 3.4\n"),
          charges("pair_style lj/cut/coul/long 7 9\npair_coeff * * 0.2 3.4\nkspace_style ewald "
                  "1e-4\n")}) {
        reopen();
        log = log_of(setup + "compute inm all inm/dos 20 modes none edge none\n"
                             "thermo_style custom step c_inm pe press\nrun 0\n");
        EXPECT_FALSE(logged("are not the gradient")) << log;
    }
}

// forces are evaluated without pair_modify table, whose slopes are those of straight lines
TEST_F(HessianCheck, tables_of_the_pair_style_do_not_make_noise)
{
    const std::string setup = charges("pair_style lj/cut/coul/long 7 9\npair_coeff * * 0.0 3.4\n"
                                      "kspace_style ewald 1e-4\nkspace_modify compute no\n");
    EXPECT_EQ(error_of_setup(setup, "numeric 1e-6"), "");
    EXPECT_EQ(error_of_setup(setup + "pair_modify table 6\n", "numeric 1e-6"), "");
    EXPECT_EQ(error_of_setup(setup + "pair_modify table 0\n", "numeric 1e-6"), "");
}

TEST_F(HessianCheck, energies_of_the_step_are_as_before_to_the_last_bit)
{
    std::vector<double> energies[2];
    for (int k = 0; k < 2; k++) {
        reopen();
        run(charges("pair_style lj/cut/coul/cut 7 9\npair_coeff * * 0.2 3.4\n") +
            "compute inm all inm/dos 20 modes none edge none\ncompute p all pair lj/cut/coul/cut\n"
            "thermo_style custom step " +
            (k ? "c_inm" : "vol") + " pe evdwl ecoul press c_p\nrun 0\n");
        for (const char *word : {"pe", "evdwl", "ecoul", "press"})
            energies[k].push_back(thermo(word));
    }
    EXPECT_EQ(energies[0], energies[1]);
}
} // namespace
