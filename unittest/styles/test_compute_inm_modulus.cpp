// compute inm/modulus inside LAMMPS: Born terms against the virial in strained boxes,
// rows against the sum over the modes that the other computes list, both routes, means and errors.

#include "provider_test.h"

#include <complex>
#include <cstdio>

namespace {

enum { G_BORN, G_XY, G_XZ, G_YZ, G_KIN, G_A, K_BORN, P_CONF, K_A, G_STABLE, K_STABLE, ZETA_UL, ZETA_ALL = 14 };
constexpr int NQUANTITY = 15, NSNAPSHOT = 45;
enum { W, G1, G2, ETA, K1, K2, MEAN_G1, MEAN_ETA = 8, ERR_G1 = 11, NUM_G = 16 };

typedef std::complex<double> Complex;

class InmModulus : public ProviderTest {
protected:
    // lj/smooth has no jump of the energy at the cutoff only if it is shifted
    std::string melt108()
    {
        return read_melt(state(melt(3, smooth_pair())), smooth_pair()) + "pair_modify shift yes\n";
    }

    static std::string computes(const std::string &modulus = "friction 77", const std::string &inm = "",
                                const std::string &range = "0.1 100 5", const std::string &gam = "")
    {
        return "compute inm all inm/dos 50 edge pr 0.27 " + inm + "\ncompute gam all affine/gamma inm " + gam +
               "\ncompute mod all inm/modulus inm gam " + range + " " + modulus +
               "\nthermo_style custom step c_mod c_mod[1] ke press\nthermo_modify norm no\n";
    }
    // scalar, vector and array of the last snapshot
    struct Result {
        std::vector<double> vector;
        std::vector<std::vector<double>> rows;
    };
    Result modulus(const std::string &setup, const std::string &more)
    {
        reopen();
        run(setup + more + "run 0\n");
        return {vector("mod"), array("mod")};
    }
    // virial xx yy zz xy xz yz, energy units, in a box changed by a command, from one rank alone
    std::vector<double> virial(const std::string &setup, const std::string &change)
    {
        reopen();
        std::vector<double> w(6, NAN);
        if (rank() == 0) {
            Alone alone(this);
            const std::string error = error_of(setup + change + "compute virial all pressure NULL virial\n"
                                               "thermo_style custom step c_virial\nrun 0\n");
            if (error.empty()) w = vector("virial");
            for (double &x : w) x *= thermo("vol") / *(double *)lammps_extract_global(lmp, "nktv2p");
        }
        MPI_Bcast(w.data(), 6, MPI_DOUBLE, 0, MPI_COMM_WORLD);
        return w;
    }
    static std::string text(const char *format, double x)
    {
        char line[200];
        snprintf(line, sizeof(line), format, x);
        return line;
    }
    // d2U/dgamma2 for the three planes and d2U/de2 for r -> (1+e) r: with the virial W, dU/dgamma = -W_kc and
    // dU/de = -(tr W)/(1+e)
    std::vector<double> second_derivatives(const std::string &setup, double eps = 1e-6)
    {
        reopen();
        run(setup + "run 0\n");
        const double ly = thermo("ly"), lz = thermo("lz");
        const double xy = thermo("xy"), xz = thermo("xz"), yz = thermo("yz");
        const bool tilted = xy != 0.0 || xz != 0.0 || yz != 0.0;
        std::vector<double> result;
        for (int p = 0; p < 3; p++) {
            const std::string name = p == 0 ? "xy" : p == 1 ? "xz" : "yz";
            double w[2];
            for (int s : {0, 1}) {
                const double gamma = s ? eps : -eps;
                std::string change = "change_box all triclinic\nchange_box all " + name +
                                     text(" delta %.17g", gamma * (p == 0 ? ly : lz));
                if (p == 0) change += text(" xz delta %.17g", gamma * yz);
                w[s] = virial(setup, change + " remap units box\n")[3 + p];
            }
            result.push_back(-(w[1] - w[0]) / (2.0 * eps));
        }
        double trace[3];
        for (int s : {0, 1, 2}) {
            const double e = (s - 1) * eps;
            std::string change = "change_box all";
            for (const char *axis : {" x", " y", " z"}) change += axis + text(" scale %.17g", 1.0 + e);
            if (tilted)
                change += text(" xy final %.17g", xy * (1.0 + e)) + text(" xz final %.17g", xz * (1.0 + e)) +
                          text(" yz final %.17g", yz * (1.0 + e));
            const auto w = virial(setup, change + " remap units box\n");
            trace[s]     = w[0] + w[1] + w[2];
        }
        result.push_back(trace[1] - (trace[2] - trace[0]) / (2.0 * eps));
        return result;
    }
    void expect_born_terms(const std::string &setup, const std::string &inm, double tolerance)
    {
        const auto u2  = second_derivatives(setup);
        const Result r = modulus(setup, computes("friction 77 channel both", inm));
        const double per_volume = *(double *)lammps_extract_global(lmp, "nktv2p") / thermo("vol");
        for (int p = 0; p < 3; p++)
            EXPECT_NEAR(r.vector[G_XY + p], per_volume * u2[p], tolerance * per_volume * u2[3] / 9.0) << "plane " << p;
        EXPECT_NEAR(r.vector[G_BORN], (r.vector[G_XY] + r.vector[G_XZ] + r.vector[G_YZ]) / 3.0,
                    1e-12 * std::fabs(r.vector[G_BORN]));
        EXPECT_NEAR(r.vector[K_BORN] + r.vector[P_CONF] / 3.0, per_volume * u2[3] / 9.0,
                    tolerance * per_volume * u2[3] / 9.0);
    }
};

// ---- affine moduli ------------------------------------------------------------------------------

TEST_F(InmModulus, born_terms_of_pairs_are_those_of_the_energy_in_strained_boxes)
{
    expect_born_terms(melt108(), "hessian analytic", 1e-6);
    expect_born_terms(melt108(), "hessian numeric 0", 1e-6);
}

TEST_F(InmModulus, born_terms_in_a_tilted_box_are_those_of_the_energy_in_strained_boxes)
{
    const std::string tilted = melt108() + "change_box all triclinic\nchange_box all xy final 0.7 xz final 0.4 "
                                           "yz final -0.5 remap units box\n";
    expect_born_terms(tilted, "", 1e-6);
}

// u'' of the spline jumps at each knot
TEST_F(InmModulus, born_terms_of_embedded_atoms_are_those_of_the_energy_in_strained_boxes)
{
    const std::string setup = hot_copper();
    if (setup.empty()) GTEST_SKIP() << "this LAMMPS has no Cu_u3.eam";
    expect_born_terms(setup, "hessian analytic", 1e-5);
}

TEST_F(InmModulus, born_terms_of_three_body_forces_are_those_of_the_energy_in_strained_boxes)
{
    const std::string setup = hot_silicon("sw", "Si.sw", 2);
    if (setup.empty()) GTEST_SKIP() << "this LAMMPS has no Si.sw";
    expect_born_terms(setup, "hessian analytic", 1e-6);
    expect_born_terms(setup, "hessian numeric 0", 1e-6);
}

TEST_F(InmModulus, born_terms_of_bonds_and_angles_are_those_of_the_energy_in_strained_boxes)
{
    const std::string head = "units lj\natom_style angle\natom_modify map array\n";
    const std::string force_field =
        "bond_style harmonic\nbond_coeff * 30.0 1.1\nangle_style harmonic\nangle_coeff * 5.0 100.0\n" +
        std::string("pair_style lj/smooth 1.8 2.3\npair_coeff * * 1.0 1.0\npair_modify shift yes\n"
                    "special_bonds lj 0 0 1\n");
    const std::string chains =
        head + "lattice sc 0.85\nregion box block 0 5 0 5 0 5\n"
               "create_box 1 box bond/types 1 angle/types 1 extra/bond/per/atom 2 extra/angle/per/atom 3 "
               "extra/special/per/atom 6\ncreate_atoms 1 box\nmass * 1.0\n"
               "create_bonds single/bond 1 1 2\ncreate_bonds single/bond 1 2 3\ncreate_bonds single/angle 1 1 2 3\n"
               "create_bonds single/bond 1 7 8\ncreate_bonds single/bond 1 8 9\ncreate_bonds single/angle 1 7 8 9\n"
               "displace_atoms all random 0.05 0.05 0.05 4711\n";
    const std::string setup = head + "read_data " + state(chains) + "\n" + force_field;
    expect_born_terms(setup, "hessian analytic", 1e-6);
}

// The virial in boxes that are strained so much that many pairs cross the cutoff has the delta function of u'', of
// which the present configuration knows nothing but the pairs near the cutoff: at the second peak of g(r), where
// it is flat.
TEST_F(InmModulus, jump_of_the_force_at_the_cutoff_is_what_the_born_terms_lack)
{
    const std::string pair = "pair_style lj/cut 2.05\npair_coeff * * 1.0 1.0\npair_modify shift yes\n";
    std::string liquid = melt(8, pair);
    liquid.replace(liquid.find("fcc 1.185"), 9, "fcc 0.85");
    const std::string setup = read_melt(state(liquid), pair);
    const auto u2 = second_derivatives(setup, 4e-3);
    std::string kpm = computes("friction 77 channel both", "solver kpm 50", "50 50 1");
    kpm.replace(kpm.find("edge pr 0.27"), 12, "edge none");
    reopen();
    log = log_of(setup + kpm + "run 0\n");
    const auto v = vector("mod");
    const double per_volume = 1.0 / thermo("vol");
    const double lacks_g = per_volume * (u2[0] + u2[1] + u2[2]) / 3.0 - v[G_BORN];
    const double lacks_k = per_volume * u2[3] / 9.0 - v[K_BORN] - v[P_CONF] / 3.0;
    EXPECT_LT(lacks_k, -0.02 * v[K_BORN]);
    EXPECT_NEAR(value("would add about"), lacks_g, 0.1 * std::fabs(lacks_g));
    EXPECT_NEAR(value("to G_A and"), lacks_k, 0.1 * std::fabs(lacks_k));
    EXPECT_NE(log.find("jumps at its cutoff"), std::string::npos) << log;
}

TEST_F(InmModulus, smooth_pairs_do_not_jump)
{
    reopen();
    log = log_of(melt108() + computes("friction 77 channel both") + "run 0\n");
    EXPECT_EQ(log.find("jumps at its cutoff"), std::string::npos) << log;
}

// LAMMPS cannot shear an orthogonal box with kspace, and differences of forces have no closed form
TEST_F(InmModulus, log_says_in_words_that_the_shear_of_a_kspace_box_is_not_known)
{
    const std::string charges =
        "units lj\natom_style charge\natom_modify map array\nlattice sc 0.5\nregion box block 0 2 0 2 0 2\n"
        "create_box 1 box\ncreate_atoms 1 box\nmass * 1.0\nset group all charge 1.0\nset region box charge 1.0\n"
        "set atom 1*4 charge -1.0\ndisplace_atoms all random 0.1 0.1 0.1 4711\n"
        "pair_style lj/cut/coul/long 1.0 1.2\npair_coeff * * 1.0 1.0\npair_modify table 0\n"
        "kspace_style ewald 1e-4\n";
    reopen();
    log = log_of(charges + computes("friction 77 channel both", "check no hessian numeric 0") + "run 0\n");
    EXPECT_NE(log.find("mod: G_A is not known, K_A = "), std::string::npos) << log;
    EXPECT_EQ(log.find("G_A = "), std::string::npos) << log;
    EXPECT_TRUE(std::isfinite(vector("mod")[K_A]));
}

// The reciprocal sum in closed form needs no sheared box, also where LAMMPS cannot shear it.  Wave vectors are given,
// so that they are the same in strained boxes.
TEST_F(InmModulus, born_terms_of_charges_are_those_of_the_energy_in_strained_boxes)
{
    const std::string head = "units lj\natom_style charge\natom_modify map array\n";
    const std::string salt = head + "lattice fcc 0.8\nregion box block 0 2 0 2 0 2\ncreate_box 2 box\n"
                                    "create_atoms 1 box\nset type 1 type/ratio 2 0.5 123\nset type 1 charge 1.0\n"
                                    "set type 2 charge -1.0\nmass * 1.0\n"
                                    "displace_atoms all random 0.15 0.15 0.15 4711 units box\n";
    const std::string setup =
        head + "read_data " + state(salt) +
        "\npair_style lj/cut/coul/long 2.5 3.4\npair_coeff * * 1.0 1.0\npair_modify shift yes table 0\n"
        "kspace_style ewald 1e-8\nkspace_modify gewald 1.1 kmax/ewald 8 8 8\n";
    expect_born_terms(setup, "hessian analytic", 1e-6);
}

TEST_F(InmModulus, affine_moduli_add_up_and_the_kinetic_part_is_that_of_the_velocities)
{
    const Result r = modulus(melt108(), computes("friction 77 channel both"));
    const double rho_kT = 2.0 / 3.0 * thermo("ke") / thermo("vol"); // of all 3N velocities
    EXPECT_NEAR(r.vector[G_KIN], rho_kT, 1e-12 * rho_kT);
    EXPECT_NEAR(r.vector[G_A], r.vector[G_BORN] + rho_kT, 1e-12 * r.vector[G_A]);
    EXPECT_NEAR(r.vector[K_A], r.vector[K_BORN] + r.vector[P_CONF] + 5.0 / 3.0 * rho_kT, 1e-12 * r.vector[K_A]);
    EXPECT_NEAR(r.vector[P_CONF], thermo("press") - rho_kT, 1e-10 * std::fabs(thermo("press")));
    EXPECT_EQ(scalar("mod"), r.vector[G_A]);

    const Result at_rest = modulus(melt108() + "velocity all set 0 0 0\n", computes("friction 77 channel both"));
    EXPECT_EQ(at_rest.vector[G_KIN], 0.0);
    EXPECT_NEAR(at_rest.vector[G_A], r.vector[G_BORN], 1e-12 * r.vector[G_A]);
}

TEST_F(InmModulus, atoms_outside_the_group_count_in_the_affine_moduli)
{
    const Result whole = modulus(melt108(), computes("friction 77 channel both"));
    std::string some = melt108() + computes("friction 77 channel both");
    for (const char *name : {"inm", "gam", "mod"}) {
        const std::string all = std::string("compute ") + name + " all ";
        some.replace(some.find(all), all.size(), std::string("compute ") + name + " few ");
    }
    reopen();
    const std::string log = log_of(some.insert(some.find("compute inm"), "group few id <= 30\n") + "run 0\n");
    const auto few = vector("mod");
    for (int q : {G_BORN, G_A, K_BORN, P_CONF, K_A})
        EXPECT_NEAR(few[q], whole.vector[q], 1e-10 * std::fabs(whole.vector[q])) << q;
    EXPECT_NE(log.find("the others move with the strain"), std::string::npos) << log;
}

TEST_F(InmModulus, volumetric_affine_force_is_the_change_of_the_forces_in_a_scaled_box)
{
    const double eps = 1e-6; // of the edges: dV/V = 3 eps
    std::vector<std::vector<double>> f[2];
    for (int s : {0, 1}) {
        reopen();
        run(melt108() + text("change_box all x scale %.17g", 1.0 + (s ? eps : -eps)) + text(" y scale %.17g", 1.0 + (s ? eps : -eps)) +
            text(" z scale %.17g remap\n", 1.0 + (s ? eps : -eps)) + "run 0\n");
        f[s] = atoms("f");
    }
    std::vector<std::vector<double>> expected = f[0];
    for (size_t i = 0; i < expected.size(); i++)
        for (int a = 0; a < 3; a++) expected[i][a] = (f[1][i][a] - f[0][i][a]) / (2.0 * eps) / 3.0;
    for (const char *method : {"method hessian", "method strain 1e-6"}) {
        modulus(melt108(), computes("friction 77 channel both", "", "1 1 1", method) +
                "compute one all reduce max c_gam[10]\nthermo_style custom step c_mod c_one\n");
        std::vector<std::vector<double>> xi;
        for (const auto &row : peratom("gam")) xi.emplace_back(row.begin() + 9, row.end());
        EXPECT_LT(deviation(xi, expected), 1e-6) << method;
    }
}

// ---- rows ---------------------------------------------------------------------------------------

// the sum over the modes that the computes list, all of mass 1
TEST_F(InmModulus, rows_are_the_sum_over_the_modes)
{
    const std::string more = computes("friction 77 channel both wmin 3") +
        "thermo_style custom step c_mod c_inm c_gam[1][1]\n";
    const Result r     = modulus(melt108(), more);
    const auto lambda  = column(local("inm"), 0), cls = column(local("inm"), 3);
    const auto xi2     = local("gam");
    const double volume = thermo("vol");
    for (size_t k = 0; k < r.rows.size(); k++) {
        const double w = r.rows[k][W];
        EXPECT_NEAR(w, 0.1 * std::pow(1000.0, k / 4.0), 1e-12 * w);
        for (bool bulk : {false, true}) {
            Complex m = r.vector[bulk ? K_A : G_A];
            for (size_t p = 0; p < lambda.size(); p++)
                if (cls[p] != 0.0)
                    m -= xi2[p][bulk ? 2 : 1] / volume / (lambda[p] - w * w + Complex(0.0, w * 77.0));
            EXPECT_NEAR(r.rows[k][bulk ? K1 : G1], m.real(), 1e-9 * std::abs(m));
            EXPECT_NEAR(r.rows[k][bulk ? K2 : G2], m.imag(), 1e-9 * std::abs(m));
        }
        EXPECT_NEAR(r.rows[k][ETA], r.rows[k][G2] / w, 1e-12 * r.rows[k][ETA]);
    }
    double relaxed = r.vector[G_A], zeta = 0.0;
    for (size_t p = 0; p < lambda.size(); p++) {
        if (cls[p] == 1.0) relaxed -= xi2[p][1] / volume / lambda[p];
        if (cls[p] != 0.0 && std::fabs(lambda[p]) >= 9.0)
            zeta += 77.0 * xi2[p][2] / volume / (lambda[p] * lambda[p]);
    }
    EXPECT_NEAR(r.vector[G_STABLE], relaxed, 1e-9 * std::fabs(relaxed) + 1e-9 * r.vector[G_A]);
    EXPECT_NEAR(r.vector[ZETA_ALL], zeta, 1e-9 * zeta);
}

TEST_F(InmModulus, loss_at_low_frequency_is_the_viscosity)
{
    const Result r = modulus(melt108(), computes("friction 77", "", "1e-4 1e-4 1") +
                             "compute eta all ulinm/viscosity inm gam friction 77 wmin 0\n"
                             "thermo_style custom step c_mod c_eta\n");
    const double eta = vector("eta")[3];
    EXPECT_NEAR(r.rows[0][ETA], eta, 1e-3 * eta);
}

TEST_F(InmModulus, stable_and_unstable_modes_add_up)
{
    const Result all = modulus(melt108(), computes());
    const Result stable = modulus(melt108(), computes("friction 77 modes stable"));
    const Result unstable = modulus(melt108(), computes("friction 77 modes unstable", "modes unstable"));
    for (size_t k = 0; k < all.rows.size(); k++) {
        EXPECT_NEAR(stable.rows[k][G2] + unstable.rows[k][G2], all.rows[k][G2], 1e-8 * all.rows[k][G2]);
        EXPECT_NEAR(stable.rows[k][G1] + unstable.rows[k][G1] - all.vector[G_A], all.rows[k][G1],
                    1e-8 * all.vector[G_A]);
    }
}

TEST_F(InmModulus, polynomials_give_the_rows_of_the_modes)
{
    const std::string range = "1 100 4";
    const Result modes = modulus(melt108(), computes("friction 77 channel both", "", range));
    std::string kpm = computes("friction 77 channel both", "solver kpm 800", range);
    kpm.replace(kpm.find("edge pr 0.27"), 12, "edge frequency 6");
    const Result moments = modulus(melt108(), kpm);
    for (size_t k = 0; k < modes.rows.size(); k++)
        for (int c : {G1, G2, K1, K2})
            EXPECT_NEAR(moments.rows[k][c], modes.rows[k][c],
                        1e-8 * modes.vector[G_A] + 2.0 * moments.rows[k][NUM_G]) << k << " " << c;
    EXPECT_LT(moments.rows[0][NUM_G], 1e-3 * modes.vector[G_A]);
    EXPECT_TRUE(std::isnan(modes.rows[0][NUM_G]));
}

TEST_F(InmModulus, rows_that_polynomials_do_not_resolve_are_not_known)
{
    std::string kpm = computes("friction 0.01", "solver kpm 40", "3 3 1");
    kpm.replace(kpm.find("edge pr 0.27"), 12, "edge frequency 6");
    reopen();
    const std::string log = log_of(melt108() + kpm + "run 0\n");
    const auto row = array("mod")[0];
    EXPECT_TRUE(std::isnan(row[G1]));
    EXPECT_TRUE(std::isfinite(row[NUM_G]));
    EXPECT_NE(log.find("from half to all of the products they change"), std::string::npos) << log;
}

// the lowest frequency needs far more products than the mobility edge, and the bulk channel counts as well
TEST_F(InmModulus, automatic_number_of_products_serves_the_rows)
{
    for (const std::string channel : {"shear", "bulk"}) {
        const std::string range = "0.5 50 4", wanted = "friction 20 channel " + channel;
        const Result modes = modulus(melt108(), computes(wanted, "", range));
        std::string kpm = computes(wanted, "solver kpm auto", range);
        kpm.replace(kpm.find("edge pr 0.27"), 12, "edge none");
        const Result moments = modulus(melt108(), kpm);
        const int c = channel == "shear" ? G1 : K1, num = channel == "shear" ? NUM_G : NUM_G + 1;
        for (size_t k = 0; k < modes.rows.size(); k++) {
            const Complex exact(modes.rows[k][c], modes.rows[k][c + 1]),
                found(moments.rows[k][c], moments.rows[k][c + 1]);
            EXPECT_LT(moments.rows[k][num], 1e-3 * std::abs(exact)) << k;
            EXPECT_LT(std::abs(found - exact), 2e-3 * std::abs(exact)) << k;
        }
    }
}

// the row that needs most: the number that the log names is enough
TEST_F(InmModulus, log_names_a_number_of_products_that_is_enough)
{
    const auto run_with = [&](int products) {
        std::string kpm = computes("friction 5", "solver kpm " + std::to_string(products), "0.5 50 4");
        kpm.replace(kpm.find("edge pr 0.27"), 12, "edge none");
        reopen();
        return log_of(melt108() + kpm + "run 0\n");
    };
    const std::string log = run_with(60);
    const size_t at = log.find("W = 0.5 needs about ");
    ASSERT_NE(at, std::string::npos) << log;
    const int needed = std::stoi(log.substr(at + 20));
    EXPECT_GT(needed, 100);
    EXPECT_TRUE(std::isnan(array("mod")[0][G1]));
    run_with(2 * needed);
    EXPECT_TRUE(std::isfinite(array("mod")[0][G1]));
    run_with(needed / 8);
    EXPECT_TRUE(std::isnan(array("mod")[0][G1]));
}

TEST_F(InmModulus, two_dimensions_have_one_plane)
{
    const std::string flat = "units lj\ndimension 2\natom_style atomic\natom_modify map array\nlattice sq2 0.9\n"
                             "region box block 0 5 0 5 -0.1 0.1\ncreate_box 1 box\ncreate_atoms 1 box\nmass * 1.0\n"
                             "pair_style lj/smooth 2.0 2.5\npair_coeff * * 1.0 1.0\n"
                             "velocity all create 1.0 4711 loop geom\nfix nve all nve\nfix flat all enforce2d\nrun 100\n";
    const Result r = modulus(flat, computes("friction 77 channel both"));
    const double rho_kT = thermo("ke") / thermo("vol");
    EXPECT_TRUE(std::isnan(r.vector[G_XZ]));
    EXPECT_EQ(r.vector[G_BORN], r.vector[G_XY]);
    EXPECT_NEAR(r.vector[G_KIN], rho_kT, 1e-10 * rho_kT);
    EXPECT_NEAR(r.vector[K_A], r.vector[K_BORN] + r.vector[P_CONF] + 2.0 * rho_kT, 1e-10 * r.vector[K_A]);
    EXPECT_NEAR(r.vector[P_CONF] + rho_kT, thermo("press"), 1e-9);
}

// ---- friction of the fix, means -------------------------------------------------------------------

TEST_F(InmModulus, friction_of_the_fix_is_that_of_its_kernel_at_each_frequency)
{
    reopen();
    run(melt108() + "fix nve all nve\nfix mem all orthogonal/dynamics 1 60 5 blocks 2\nrun 600\n" +
        computes("friction f_mem", "", "0.5 200 8") +
        "compute con all inm/modulus inm gam 0.5 200 8 friction f_mem friction/constant yes\n"
        "thermo_style custom step c_mod c_con\nrun 0\n");
    const auto rows = array("mod"), constant = array("con");
    const double highest = 0.3 / 0.004, lowest = 2.0 * M_PI / (60 * 0.004);
    size_t known = 0;
    for (size_t k = 0; k < rows.size(); k++) {
        EXPECT_TRUE(std::isfinite(constant[k][G1]));
        if (rows[k][W] > highest) EXPECT_TRUE(std::isnan(rows[k][G1]));
        if (rows[k][W] > highest || rows[k][W] < lowest) continue;
        known++;
        ASSERT_TRUE(std::isfinite(rows[k][G1]));
        EXPECT_GT(std::fabs(rows[k][G1] - constant[k][G1]), 1e-3 * rows[k][G1]) << "kernel is not constant";
    }
    EXPECT_GE(known, 1u);
}

TEST_F(InmModulus, means_count_only_snapshots_with_a_friction)
{
    reopen();
    run(melt108() + "fix nve all nve\nfix mem all orthogonal/dynamics 1 60 1 blocks 2\n" +
        computes("friction f_mem", "", "50 50 1") + "thermo 80\nrun 240\n");
    const auto row = array("mod")[0];
    EXPECT_EQ(vector("mod")[NSNAPSHOT], 4.0);
    ASSERT_TRUE(std::isfinite(row[MEAN_G1]));
    EXPECT_TRUE(std::isfinite(row[ERR_G1]));
}

TEST_F(InmModulus, mean_is_that_of_the_snapshots_and_the_same_configuration_counts_once)
{
    reopen();
    run(melt108() + "fix nve all nve\n" + computes() + "thermo 10\n");
    std::vector<double> g;
    for (int n : {0, 10, 0, 10, 10}) {
        run("run " + std::to_string(n) + "\n");
        const double now = array("mod")[2][G1];
        if (n || g.empty()) g.push_back(now);
    }
    const auto row = array("mod")[2];
    double mean = 0.0, sum = 0.0;
    for (double x : g) mean += x / (double)g.size();
    for (double x : g) sum += (x - mean) * (x - mean);
    EXPECT_EQ(vector("mod")[NSNAPSHOT], 4.0);
    EXPECT_NEAR(row[MEAN_G1], mean, 1e-12 * std::fabs(mean));
    EXPECT_NEAR(row[ERR_G1], std::sqrt(sum / (g.size() * (g.size() - 1.0))), 1e-9 * row[ERR_G1]);
}

TEST_F(InmModulus, means_can_be_read_at_any_step_between_and_in_runs)
{
    reopen();
    run(melt108() + "fix nve all nve\n" + computes("friction 77 every 10 channel both wmin 1") + "thermo 10\nrun 20\n");
    const auto v20 = vector("mod");
    const auto r20 = array("mod");
    run("run 3\n");
    const auto v23 = vector("mod");
    const auto r23 = array("mod");
    EXPECT_TRUE(std::isnan(v23[G_A]));
    EXPECT_TRUE(std::isnan(r23[2][G1]));
    EXPECT_EQ(v23[NSNAPSHOT], 3.0);
    for (int q = NQUANTITY; q < NSNAPSHOT; q++) {
        EXPECT_TRUE(std::isfinite(v20[q])) << q;
        EXPECT_EQ(v23[q], v20[q]) << q;
    }
    for (int c = MEAN_G1; c < NUM_G; c++) EXPECT_EQ(r23[2][c], r20[2][c]) << c;
    run("thermo_style custom step c_mod[16]\nthermo 1\nrun 8\n");
    EXPECT_EQ(vector("mod")[NSNAPSHOT], 4.0) << "one of these steps is a multiple of 10";
}

TEST_F(InmModulus, means_continue_after_a_restart)
{
    const std::string file = scratch("modulus.restart");
    reopen();
    run(melt108() + "fix nve all nve\n" + computes() + "thermo 10\nrun 20\n");
    const auto before = vector("mod");
    run("write_restart " + file + "\n");
    reopen();
    run("read_restart " + file + "\n" + smooth_pair() + "fix nve all nve\n" + computes() + "thermo 10\nrun 10\n");
    EXPECT_EQ(before[NSNAPSHOT], 3.0);
    EXPECT_EQ(vector("mod")[NSNAPSHOT], 4.0);
    if (rank() == 0) std::remove(file.c_str());
}

// ---- what it leaves behind, what it refuses -------------------------------------------------------

TEST_F(InmModulus, trajectory_is_the_same_to_the_last_bit)
{
    const std::string md = melt108() + "fix nve all nve\nthermo 1\n";
    reopen();
    run(md + "thermo_style custom step pe press pxy\nrun 5\n");
    const auto x = atoms("x"), f = atoms("f");
    const double pe = thermo("pe"), press = thermo("press"), pxy = thermo("pxy");
    reopen();
    run(md + computes("friction 77 channel both") + "thermo_style custom step c_mod pe press pxy\nrun 5\n");
    EXPECT_EQ(x, atoms("x"));
    EXPECT_EQ(f, atoms("f"));
    EXPECT_EQ(pe, thermo("pe"));
    EXPECT_EQ(press, thermo("press"));
    EXPECT_EQ(pxy, thermo("pxy"));
}

TEST_F(InmModulus, bad_input_is_refused_with_what_would_be_right)
{
    const std::string base = melt108() + "compute inm all inm/dos 50 edge pr 0.27\ncompute gam all affine/gamma inm\n"
                                         "compute mod all inm/modulus inm gam ";
    const struct {
        const char *arguments, *message;
    } cases[] = {
        {"0.1 10 5", "keyword friction is missing"},
        {"0 10 5 friction 1", "must be above 0"},
        {"1 0.5 5 friction 1", "hi must not be below lo"},
        {"1 1 5 friction 1", "hi must be above lo for more than one frequency"},
        {"1 10 0 friction 1", "n "},
        {"1 10 5 friction 1 channel volume", "channel"},
        {"1 10 5 friction 1 modes unknown", "modes"},
        {"1 10 5 friction 1 wmin 1 bulk 1", "only once"},
        {"1 10 5 friction 1 kpm/change 0", "kpm/change"},
        {"1 10 5 friction 1 nonsense 0", "nonsense"},
    };
    for (const auto &c : cases) {
        reopen();
        const std::string error = error_of(base + c.arguments + "\n");
        EXPECT_NE(error.find("Compute inm/modulus mod"), std::string::npos) << c.arguments << ": " << error;
        EXPECT_NE(error.find(c.message), std::string::npos) << c.arguments << ": " << error;
    }
}

TEST_F(InmModulus, modes_without_eigenvectors_are_refused)
{
    reopen();
    const std::string error = error_of(melt108() + computes("friction 77", "modes unstable") + "run 0\n");
    EXPECT_NE(error.find("use modes all in compute inm/dos inm, or solver kpm"), std::string::npos) << error;
}
} // namespace
