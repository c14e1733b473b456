// The numeric Hessian by colored differences against dynamical_matrix, strained boxes and the
// analytic Hessian; its cost, and its invariances.

#include "provider_test.h"

#include <regex>

namespace {

// differences of forces with a displacement of 1e-6 have 6 to 8 digits
constexpr double FD_TOLERANCE = 2.0e-6;

class ProviderNumeric : public ProviderTest {
protected:
    std::vector<std::vector<double>> xi; // [atom by ID][xy, xz, yz][3]

    // eigenvalues, as a side effect also the affine force and the log
    std::vector<double> spectrum(const std::string &setup, const std::string &hessian = "numeric 0",
                                 const std::string &group = "all")
    {
        reopen(comm);
        log = log_of(setup + compute_inm(hessian, group) + "compute gam " + group +
                     " affine/gamma inm\nthermo_style custom step c_inm c_gam[1][1]\nrun 0\n");
        xi  = shear_planes(peratom("gam"));
        return column(local("inm"), 0);
    }
    // the Hessian only, for larger systems
    void fill(const std::string &setup)
    {
        reopen(comm);
        log = log_of(setup + "compute inm all inm/dos 50 edge frequency 5 modes none hessian "
                             "numeric 0\nthermo_style custom step c_inm\nrun 0\n");
    }

    // the number before a word in the log
    int number(const std::string &word) const
    {
        std::smatch found;
        const bool is_there = std::regex_search(log, found, std::regex("([0-9]+) " + word));
        return is_there ? std::stoi(found[1]) : -1;
    }

    // charges of both signs, at random around the sites of a lattice
    std::string ions(int cells, const std::string &pair)
    {
        const std::string k = std::to_string(cells);
        const std::string data =
            state("units lj\natom_style charge\nlattice fcc 0.8\nregion box block 0 " + k + " 0 " +
                  k + " 0 " + k +
                  "\ncreate_box 2 box\ncreate_atoms 1 box\nset type 1 type/ratio 2 0.5 123\n"
                  "set type 1 charge 1.0\nset type 2 charge -1.0\nmass * 1.0\n"
                  "displace_atoms all random 0.15 0.15 0.15 4711 units box\n");
        return "units lj\natom_style charge\natom_modify map array\nread_data " + data + "\n" +
               pair;
    }
};

// ---- many-body forces -----------------------------------------------------------------------

TEST_F(ProviderNumeric, tersoff_silicon_agrees_with_dynamical_matrix_and_strained_boxes)
{
    const std::string setup = hot_silicon("tersoff", "Si.tersoff", 2);
    if (setup.empty()) GTEST_SKIP() << "no potential file";
    EXPECT_LT(deviation(spectrum(setup), reference_spectrum(setup)), FD_TOLERANCE);
    EXPECT_LT(deviation(xi, strained_boxes(setup)), FD_TOLERANCE);
    EXPECT_FALSE(logged("coupling range extended"));
}

TEST_F(ProviderNumeric, tilted_box_of_tersoff_silicon_agrees_with_the_same)
{
    std::string setup = hot_silicon("tersoff", "Si.tersoff", 2);
    if (setup.empty()) GTEST_SKIP() << "no potential file";
    setup += "change_box all triclinic xy final 2.0 xz final -1.0 yz final 1.5 remap units box\n";
    EXPECT_LT(deviation(spectrum(setup), reference_spectrum(setup)), FD_TOLERANCE);
    EXPECT_LT(deviation(xi, strained_boxes(setup)), FD_TOLERANCE);
}

TEST_F(ProviderNumeric, evaluations_do_not_grow_with_the_number_of_atoms)
{
    if (hot_silicon("tersoff", "Si.tersoff", 2).empty()) GTEST_SKIP() << "no potential file";
    fill(hot_silicon("tersoff", "Si.tersoff", 3)); // 216 atoms
    const int few = number("evaluations"), colors = number("colors");
    EXPECT_GT(colors, 5);
    EXPECT_LT(colors, 108);
    fill(hot_silicon("tersoff", "Si.tersoff", 5)); // 1000 atoms
    EXPECT_LT(number("evaluations"), 1.2 * few);
    EXPECT_EQ(number("evaluations") - few, 6 * (number("colors") - colors));
}

// ---- pairwise forces -------------------------------------------------------------------------

TEST_F(ProviderNumeric, pairwise_forces_agree_with_the_analytic_hessian)
{
    const std::string setup = read_melt(state(melt(5, smooth_pair())), smooth_pair());
    const auto numeric      = spectrum(setup);
    const auto numeric_xi   = xi;
    EXPECT_LT(number("colors"), 250) << "of 500 atoms";
    EXPECT_LT(deviation(numeric, spectrum(setup, "analytic")), FD_TOLERANCE);
    EXPECT_LT(deviation(numeric_xi, xi), FD_TOLERANCE);
}

TEST_F(ProviderNumeric, images_of_an_atom_are_told_apart_in_small_boxes)
{
    for (int cells : {1, 3}) { // box lengths 1.5 and 4.5, cutoff 2.5
        const std::string setup = read_melt(state(melt(cells, smooth_pair())), smooth_pair());
        const auto numeric      = spectrum(setup);
        const auto numeric_xi   = xi;
        EXPECT_LT(deviation(numeric, spectrum(setup, "analytic")), FD_TOLERANCE);
        EXPECT_LT(deviation(numeric_xi, xi), FD_TOLERANCE);
    }
}

TEST_F(ProviderNumeric, group_has_its_block_and_the_affine_force_of_all_neighbors)
{
    const std::string setup = read_melt(state(melt(4, smooth_pair())), smooth_pair());
    const std::string few   = setup + "group few id 11:60\n";
    EXPECT_LT(deviation(spectrum(few, "numeric 0", "few"), reference_spectrum(few, "few")),
              FD_TOLERANCE);
    EXPECT_FALSE(logged("acoustic")) << "columns are missing";
    const auto xi_few = xi;
    spectrum(setup, "analytic");
    for (size_t i = 0; i < xi.size(); i++)
        if (i < 10 || i >= 60) xi[i].assign(9, 0.0);
    EXPECT_LT(deviation(xi_few, xi), FD_TOLERANCE);
}

// ---- bonded terms ----------------------------------------------------------------------------

// LAMMPS's test molecule with its water, special bonds and all kinds of terms
std::string four_molecules(const std::string &pair)
{
    const std::string data =
        std::string(INMVISC_POTENTIALS_DIR) + "/../unittest/force-styles/tests/data.fourmol";
    if (!std::ifstream(data)) return "";
    return "units real\natom_style full\natom_modify map array\nspecial_bonds lj/coul 0.1 0.25 "
           "0.5\n"
           "pair_style zero 8.0\nbond_style zero\nangle_style zero\ndihedral_style zero\n"
           "improper_style zero\nread_data " +
           data + "\n" + pair +
           "bond_style harmonic\nbond_coeff * 250.0 1.3\nangle_style harmonic\n"
           "angle_coeff * 75.0 110.0\ndihedral_style harmonic\ndihedral_coeff * 5.0 1 2\n"
           "improper_style cvff\nimproper_coeff * 40.0 -1 2\n";
}

TEST_F(ProviderNumeric, bonded_terms_agree_with_dynamical_matrix_and_strained_boxes)
{
    for (const std::string pair :
         {"pair_style lj/smooth 5.0 6.0\npair_coeff * * 0.02 2.5\n", "pair_coeff * *\n"}) {
        const std::string setup = four_molecules(pair);
        if (setup.empty()) GTEST_SKIP() << "no data file";
        EXPECT_LT(deviation(spectrum(setup), reference_spectrum(setup)), FD_TOLERANCE) << pair;
        EXPECT_LT(deviation(xi, strained_boxes(setup)), FD_TOLERANCE) << pair;
        EXPECT_FALSE(logged("coupling range extended")) << pair;
    }
}

// a chain in which every atom has two bonds: colors 0 2 1 0 2 1 ... would suffice
TEST_F(ProviderNumeric, bonds_without_a_pair_style_need_few_colors)
{
    const std::string setup =
        "units lj\natom_style bond\natom_modify map array\ncomm_modify cutoff 3.0\n"
        "lattice sc 1.0\nregion box block 0 60 0 4 0 4\nregion line block -0.1 60 -0.1 0.1 -0.1 "
        "0.1\n"
        "create_box 1 box bond/types 1 extra/bond/per/atom 2 extra/special/per/atom 6\n"
        "create_atoms 1 region line\nmass 1 1.0\npair_style zero 1.5\npair_coeff * *\n"
        "bond_style harmonic\nbond_coeff 1 50.0 0.9\ngroup line region line\n"
        "create_bonds many line line 1 0.9 1.1\npair_style none\n"
        "displace_atoms all random 0.1 0.1 0.1 4711\n";
    spectrum(setup);
    EXPECT_LE(number("colors"), 4);
    EXPECT_EQ(number("atoms:"), 60);
}

// ---- reach -----------------------------------------------------------------------------------

// In this style the forces on a water molecule depend on its charge site M, hence on all three
// atoms, at any distance of each of them from the other molecule.  The cutoff of the style does not
// include this.
TEST_F(ProviderNumeric, forces_beyond_the_reach_of_a_pair_style_are_found_and_followed)
{
    const std::string setup =
        four_molecules("pair_style lj/cut/tip4p/cut 5 2 5 1 0.15 10.0\npair_coeff * * 0.02 2.5\n"
                       "pair_coeff 2 2 0.0 1.0\npair_modify shift yes\n");
    if (setup.empty()) GTEST_SKIP() << "no data file";
    const std::string larger = setup + "replicate 3 3 3\n";
    spectrum(larger);
    EXPECT_TRUE(logged("coupling range extended by 1"));
    EXPECT_LT(number("colors"), 783 / 2);
    EXPECT_LT(value("asymmetry"), 1e-7);
    EXPECT_LT(deviation(xi, strained_boxes(larger)), FD_TOLERANCE);
}

// ---- the step --------------------------------------------------------------------------------

TEST_F(ProviderNumeric, step_grows_with_the_noise_of_the_forces)
{
    const std::string file = scratch("table"),
                      pair = "pair_style lj/cut 2.5\npair_coeff * * 1.0 1.0\n",
                      write =
                          pair + "pair_write 1 1 400 r 0.5 2.5 " + file + " LJ\npair_style table bitmap 12\n" +
        "pair_coeff * * " + file + " LJ 2.5\n";
    spectrum(ions(3, pair));
    const double exact = value("displacement"), error = value("relative error");
    EXPECT_LT(error, 1e-8);
    // tables are looked up by distances in single precision
    spectrum(ions(3, write), "numeric 0 check no");
    EXPECT_GT(value("displacement"), 5.0 * exact);
    EXPECT_GT(value("relative error"), error);
    if (rank() == 0) std::remove(file.c_str());
}

TEST_F(ProviderNumeric, step_can_be_given)
{
    const std::string setup = read_melt(state(melt(3, smooth_pair())), smooth_pair());
    const auto chosen       = spectrum(setup);
    EXPECT_LT(deviation(spectrum(setup, "numeric 3e-6"), chosen), FD_TOLERANCE);
    EXPECT_EQ(value("displacement"), 3e-6);
}

// ---- kspace ----------------------------------------------------------------------------------

// fix screening and grid, so that they are the same in strained boxes
std::string with_kspace(const std::string &style)
{
    return "pair_style lj/cut/coul/long 2.5 3.4\npair_coeff * * 1.0 1.0\n"
           "pair_modify shift yes table 0\nkspace_style " +
           style + "\n";
}
std::string ewald()
{
    return with_kspace("ewald 1e-6\nkspace_modify gewald 1.1 kmax/ewald 8 8 8");
}
std::string pppm()
{
    return with_kspace("pppm 1e-6\nkspace_modify gewald 1.1 mesh 32 32 32 order 7");
}

TEST_F(ProviderNumeric, ewald_sums_agree_with_dynamical_matrix_and_strained_boxes)
{
    for (const std::string tilt :
         {"", "change_box all triclinic xy final 0.5 xz final -0.4 yz final 0.7 remap units box\n"})
        for (const std::string hessian : {"auto", "numeric 0"}) {
            const std::string setup = ions(2, ewald()) + tilt;
            EXPECT_LT(deviation(spectrum(setup, hessian), reference_spectrum(setup)), FD_TOLERANCE);
            const auto strained = strained_boxes(setup);
            EXPECT_LT(deviation(xi, strained), FD_TOLERANCE);
            spectrum(setup + "kspace_modify compute no\n");
            EXPECT_GT(deviation(xi, strained), 1e-3) << "kspace does not matter here";
        }
}

// forces on a mesh are not exact derivatives; 1e-6 is the requested accuracy
TEST_F(ProviderNumeric, mesh_agrees_with_ewald_sums_to_its_accuracy)
{
    const auto exact    = spectrum(ions(2, ewald()));
    const auto exact_xi = xi;
    for (const std::string box : {"", "change_box all triclinic\n"}) {
        EXPECT_LT(deviation(spectrum(ions(2, box + pppm())), exact), 1e-5);
        EXPECT_LT(deviation(xi, exact_xi), 1e-5);
    }
    EXPECT_LT(deviation(xi, strained_boxes(ions(2, "change_box all triclinic\n" + pppm()))), 1e-5);
}

TEST_F(ProviderNumeric, dispersion_sums_and_charges_off_the_atoms_agree_with_strained_boxes)
{
    const std::string dispersion =
        ions(2, "change_box all triclinic\npair_style lj/long/coul/long long long 3.4\n"
                "pair_coeff * * 1.0 1.0\npair_modify table 0 table/disp 0\n"
                "kspace_style ewald/disp 1e-5\nkspace_modify gewald 1.1\n");
    const std::string water = four_molecules(
        "change_box all triclinic\npair_style lj/cut/tip4p/long 5 2 5 1 0.15 6.0 7.0\n"
        "pair_coeff * * 0.02 2.5\npair_coeff 2 2 0.0 1.0\npair_modify table 0 shift yes\n"
        "kspace_style pppm/tip4p 1e-4\nkspace_modify gewald 0.4 mesh 24 24 24 order 7\n");
    for (const auto &setup : {dispersion, water}) {
        if (setup.empty()) continue;
        EXPECT_LT(deviation(spectrum(setup), reference_spectrum(setup)), FD_TOLERANCE);
        EXPECT_LT(deviation(xi, strained_boxes(setup)), FD_TOLERANCE);
    }
}

TEST_F(ProviderNumeric, group_of_ions_has_its_block_and_the_affine_force_of_all_ions)
{
    const std::string setup = ions(2, ewald()), few = setup + "group few id 11:20\n";
    EXPECT_LT(deviation(spectrum(few, "auto", "few"), reference_spectrum(few, "few")),
              FD_TOLERANCE);
    const auto xi_few = xi;
    spectrum(setup);
    for (size_t i = 0; i < xi.size(); i++)
        if (i < 10 || i >= 20) xi[i].assign(9, 0.0);
    EXPECT_LT(deviation(xi_few, xi), FD_TOLERANCE);
}

TEST_F(ProviderNumeric, tallies_of_kspace_are_as_before_to_the_last_bit)
{
    const std::string with = "compute inm all inm/dos 50 edge pr 0.27\n",
                      what = "compute p all pressure NULL kspace\n"
                             "thermo_style custom step c_inm elong c_p c_p[1] c_p[6] pe press\n";
    std::vector<double> tallies[2];
    for (int k = 0; k < 2; k++) {
        reopen();
        std::string thermo_style = what;
        if (k == 0) thermo_style.replace(thermo_style.find("c_inm"), 5, "vol");
        run(ions(2, ewald()) + (k ? with : "") + thermo_style + "run 0\n");
        for (const char *word : {"elong", "pe", "press"})
            tallies[k].push_back(thermo(word));
        for (double x : vector("p"))
            tallies[k].push_back(x);
        for (const auto &f : atoms("f"))
            tallies[k].insert(tallies[k].end(), f.begin(), f.end());
    }
    EXPECT_EQ(tallies[0], tallies[1]);
}

// ---- what the result must not depend on ------------------------------------------------------

TEST_F(ProviderNumeric, ranks_make_no_difference)
{
    for (const std::string setup :
         {hot_silicon("tersoff", "Si.tersoff", 3), ions(2, ewald()), four_molecules("")}) {
        if (setup.empty()) continue;
        const auto together    = spectrum(setup);
        const auto together_xi = xi;
        const int colors = number("colors"), evaluations = number("evaluations");
        comm = MPI_COMM_SELF;
        EXPECT_LT(deviation(together, spectrum(setup)), FD_TOLERANCE);
        EXPECT_LT(deviation(together_xi, xi), FD_TOLERANCE);
        EXPECT_EQ(number("colors"), colors);
        EXPECT_EQ(number("evaluations"), evaluations);
        comm = MPI_COMM_WORLD;
    }
}
} // namespace
