// The spectrum of compute inm/dos against LAMMPS's own command dynamical_matrix, diagonalized here
// without LAPACK.  dynamical_matrix is correct on one rank only, so rank 0 runs it alone while the
// compute runs on all ranks from the same data file.

#include "provider_test.h"

namespace {

// differences of forces with a displacement of 1e-6 have 6 to 8 digits
constexpr double FD_TOLERANCE = 2.0e-6;

class HessianOracle : public ProviderTest {
protected:
    // a melt with no pair within 1e-5 of a cutoff, where the force jumps
    std::string melt_away_from_cutoffs(int cells)
    {
        for (int steps = 300; steps < 400; steps += 5) {
            const std::string data = state(melt(cells, kob_andersen_pair(), steps));
            if (nearest_to_cutoff(data) > 1e-5) return data;
        }
        throw std::runtime_error("no configuration without pairs near a cutoff");
    }
    double nearest_to_cutoff(const std::string &data)
    {
        Alone alone(this);
        run(read_melt(data, kob_andersen_pair()) + "run 0\n");
        const auto x    = atoms("x");
        const auto type = (int *)lammps_extract_atom(lmp, "type");
        const auto tag  = (int *)lammps_extract_atom(lmp, "id");
        const double l  = thermo("lx");
        std::vector<int> t(x.size());
        for (size_t i = 0; i < x.size(); i++)
            t[tag[i] - 1] = type[i];
        double nearest = 1.0;
        for (size_t i = 0; i < x.size(); i++)
            for (size_t j = 0; j < x.size(); j++)
                for (int image = 0; image < 27; image++) {
                    const double dx  = x[i][0] - x[j][0] + l * (image % 3 - 1),
                                 dy  = x[i][1] - x[j][1] + l * (image / 3 % 3 - 1),
                                 dz  = x[i][2] - x[j][2] + l * (image / 9 - 1);
                    const double cut = (t[i] + t[j] == 2) ? 2.5 : (t[i] + t[j] == 3) ? 2.0 : 2.2;
                    nearest =
                        std::min(nearest, std::fabs(std::sqrt(dx * dx + dy * dy + dz * dz) - cut));
                }
        return nearest;
    }
};

TEST_F(HessianOracle, eigenvalues_of_a_known_matrix)
{
    // linear chain with fixed ends: 4 sin^2(k pi / 2(n+1))
    const size_t n = 20;
    std::vector<double> a(n * n, 0.0);
    for (size_t i = 0; i < n; i++) {
        a[i * n + i] = 2.0;
        if (i) a[i * n + i - 1] = a[(i - 1) * n + i] = -1.0;
    }
    // a rotation, so that the matrix is full: H A H with H = 1 - 2 u u^T, u_i = 1/sqrt(n)
    std::vector<double> row(n, 0.0), full(a);
    double total = 0.0;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            row[i] += a[i * n + j];
    for (double r : row)
        total += r;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            full[i * n + j] += -2.0 * (row[i] + row[j]) / n + 4.0 * total / (n * n);
    const auto chain = symmetric_eigenvalues(a, n), rotated = symmetric_eigenvalues(full, n);
    for (size_t k = 0; k < n; k++) {
        const double s = std::sin((k + 1) * M_PI / (2.0 * (n + 1)));
        EXPECT_NEAR(chain[k], 4.0 * s * s, 1e-13);
        EXPECT_NEAR(rotated[k], 4.0 * s * s, 1e-13);
    }
}

TEST_F(HessianOracle, smoothed_pair_style_agrees_with_dynamical_matrix)
{
    const std::string setup = read_melt(state(melt(4, smooth_pair())), smooth_pair());
    const auto ref          = reference_spectrum(setup);
    const auto analytic     = spectrum(setup, "analytic");
    EXPECT_TRUE(logged("pairwise"));
    EXPECT_LT(deviation(analytic, ref), FD_TOLERANCE);
    EXPECT_LT(deviation(spectrum(setup, "numeric 0"), ref), FD_TOLERANCE);
}

TEST_F(HessianOracle, truncated_kob_andersen_agrees_with_dynamical_matrix)
{
    const std::string setup = read_melt(melt_away_from_cutoffs(4), kob_andersen_pair());
    const auto ref          = reference_spectrum(setup);
    EXPECT_LT(deviation(spectrum(setup, "analytic"), ref), FD_TOLERANCE);
    EXPECT_TRUE(logged("born_matrix()"));
    EXPECT_LT(deviation(spectrum(setup, "numeric 0"), ref), FD_TOLERANCE);
}

TEST_F(HessianOracle, box_smaller_than_two_cutoffs_agrees_with_dynamical_matrix)
{
    // box length 4.5, cutoff 2.5: a pair interacts through several images
    const std::string setup = read_melt(state(melt(3, smooth_pair())), smooth_pair());
    const auto ref          = reference_spectrum(setup);
    EXPECT_LT(deviation(spectrum(setup, "analytic"), ref), FD_TOLERANCE);
    EXPECT_LT(deviation(spectrum(setup, "numeric 0"), ref), FD_TOLERANCE);
}

TEST_F(HessianOracle, box_smaller_than_the_cutoff_agrees_with_dynamical_matrix)
{
    // 4 atoms in a box of 1.5, cutoff 2.5: an atom interacts with its own images
    const std::string setup = read_melt(state(melt(1, smooth_pair())), smooth_pair());
    const auto ref          = reference_spectrum(setup);
    EXPECT_LT(deviation(spectrum(setup, "analytic"), ref), FD_TOLERANCE);
    EXPECT_LT(deviation(spectrum(setup, "numeric 0"), ref), FD_TOLERANCE);
}

TEST_F(HessianOracle, crystal_of_level_atoms_agrees_with_dynamical_matrix)
{
    // half of the neighbors' coordinates differ by rounding, which affects the choice of the rank
    // with the pair
    for (const std::string size : {"0 5 0 3 0 3", "0 3 0 3 0 5"}) {
        const std::string setup =
            "units lj\natom_style atomic\natom_modify map array\nlattice fcc 1.05\n"
            "region box block " +
            size +
            "\ncreate_box 1 box\ncreate_atoms 1 box\nmass 1 1.0\n"
            "pair_style lj/smooth 2.0 2.5\npair_coeff 1 1 1.0 1.0\n"
            "displace_atoms all move 0.137 0.291 0.0713\n";
        const auto ref = reference_spectrum(setup);
        EXPECT_LT(deviation(spectrum(setup, "analytic"), ref), FD_TOLERANCE) << size;
        EXPECT_LT(deviation(spectrum(setup, "numeric 0"), ref), FD_TOLERANCE) << size;
    }
}

TEST_F(HessianOracle, tilted_box_agrees_with_dynamical_matrix)
{
    const std::string setup =
        read_melt(state(melt(3, smooth_pair())), smooth_pair()) +
        "change_box all triclinic xy final 1.0 xz final -0.7 yz final 0.4 remap units box\n";
    const auto ref = reference_spectrum(setup);
    EXPECT_LT(deviation(spectrum(setup, "analytic"), ref), FD_TOLERANCE);
    EXPECT_LT(deviation(spectrum(setup, "numeric 0"), ref), FD_TOLERANCE);
}

TEST_F(HessianOracle, two_dimensions_agree_with_dynamical_matrix)
{
    const std::string setup =
        "units lj\ndimension 2\natom_style atomic\natom_modify map array\nlattice hex 0.85\n"
        "region box block 0 9 0 5 -0.5 0.5\ncreate_box 1 box\ncreate_atoms 1 box\nmass 1 1.0\n"
        "pair_style lj/smooth 2.0 2.5\npair_coeff 1 1 1.0 1.0\n"
        "displace_atoms all random 0.15 0.15 0.0 4711\nfix flat all enforce2d\n";
    const auto ref = reference_spectrum(setup, "all", 2);
    EXPECT_LT(deviation(spectrum(setup, "analytic"), ref), FD_TOLERANCE);
    EXPECT_LT(deviation(spectrum(setup, "numeric 0"), ref), FD_TOLERANCE);
}

TEST_F(HessianOracle, free_cluster_agrees_with_dynamical_matrix)
{
    const std::string setup =
        "units lj\natom_style atomic\natom_modify map array\nboundary f f f\nlattice fcc 1.05\n"
        "region box block -6 6 -6 6 -6 6\ncreate_box 1 box\nregion ball sphere 0 0 0 1.7\n"
        "create_atoms 1 region ball\nmass 1 1.0\npair_style lj/smooth 2.0 2.5\npair_coeff 1 1 1.0 "
        "1.0\n"
        "displace_atoms all random 0.1 0.1 0.1 4711\n";
    EXPECT_LT(deviation(spectrum(setup), reference_spectrum(setup)), FD_TOLERANCE);
}

TEST_F(HessianOracle, ewald_sums_agree_with_dynamical_matrix)
{
    // from a data file, since set type/ratio depends on the number of ranks.  without tables: their
    // lookup by distances in single precision is noise for small displacements
    const std::string ions =
        "units lj\natom_style charge\natom_modify map array\nlattice fcc 0.8\nregion box block 0 2 "
        "0 2 0 2\n"
        "create_box 2 box\ncreate_atoms 1 box\nset type 1 type/ratio 2 0.5 123\nset type 1 charge "
        "0.5\n"
        "set type 2 charge -0.5\nmass * 1.0\ndisplace_atoms all random 0.08 0.08 0.08 4711\n";
    const std::string setup = "units lj\natom_style charge\natom_modify map array\nread_data " +
                              state(ions) +
                              "\npair_style lj/cut/coul/long 1.6\npair_coeff * * 1.0 1.0\n"
                              "pair_modify shift yes table 0\nkspace_style ewald 1e-6\n";
    EXPECT_LT(deviation(spectrum(setup), reference_spectrum(setup)), FD_TOLERANCE);
    EXPECT_TRUE(logged("Hessian of kspace style ewald: reciprocal sum"));
}

TEST_F(HessianOracle, group_has_the_spectrum_of_its_block)
{
    const std::string setup =
        read_melt(state(melt(4, smooth_pair())), smooth_pair()) + "group few id 11:60\n";
    const auto ref = reference_spectrum(setup, "few");
    ASSERT_EQ(ref.size(), 150u);
    for (const std::string hessian : {"analytic", "numeric 0"})
        EXPECT_LT(deviation(spectrum(setup, hessian, "few"), ref), FD_TOLERANCE) << hessian;
}

// ---- the viscosity without normal modes ---------------------------------------------------------

// Over all modes (v/mV) sum_p Xi~_p^2/lambda_p^2 = (v/mV) |D^+ Xi~|^2: a linear system with D from
// dynamical_matrix and Xi from strained boxes, independent of this package.

TEST_F(HessianOracle, viscosity_of_all_modes_is_the_solution_of_a_linear_equation)
{
    const double m = 2.0, v = 80.0;
    const std::string setup =
        read_melt(state(melt(3, smooth_pair())), smooth_pair()) + "mass * 2.0\n";
    std::vector<double> d = dynamical_matrix(setup);
    const auto xi         = strained_boxes(setup);
    double expected       = 0.0;
    if (rank() == 0) {
        const size_t n = 324;
        ASSERT_EQ(d.size(), n * n);
        std::vector<std::vector<double>> b(3, std::vector<double>(n, 0.0));
        for (int p = 0; p < 3; p++)
            for (size_t k = 0; k < n; k++)
                b[p][k] = xi[k / 3][3 * p + k % 3] / std::sqrt(m);
        // shift the translations to a high lambda; Xi is orthogonal to them
        double stiff = 0.0;
        for (size_t i = 0; i < n; i++)
            stiff = std::max(stiff, d[i * n + i]);
        for (size_t i = 0; i < n; i++)
            for (size_t j = i % 3; j < n; j += 3)
                d[i * n + j] += stiff;
        // Gaussian elimination with pivoting for three right-hand sides
        for (size_t k = 0; k < n; k++) {
            size_t pivot = k;
            for (size_t i = k; i < n; i++)
                if (std::fabs(d[i * n + k]) > std::fabs(d[pivot * n + k])) pivot = i;
            for (size_t j = 0; j < n; j++)
                std::swap(d[k * n + j], d[pivot * n + j]);
            for (auto &x : b)
                std::swap(x[k], x[pivot]);
            for (size_t i = k + 1; i < n; i++) {
                const double factor = d[i * n + k] / d[k * n + k];
                if (factor == 0.0) continue;
                for (size_t j = k; j < n; j++)
                    d[i * n + j] -= factor * d[k * n + j];
                for (auto &x : b)
                    x[i] -= factor * x[k];
            }
        }
        for (auto &x : b)
            for (size_t k = n; k-- > 0;) {
                for (size_t j = k + 1; j < n; j++)
                    x[k] -= d[k * n + j] * x[j];
                x[k] /= d[k * n + k];
                expected += x[k] * x[k] / 3.0;
            }
    }
    MPI_Bcast(&expected, 1, MPI_DOUBLE, 0, MPI_COMM_WORLD);
    reopen();
    run(setup + three_computes("", "", "friction 80 wmin 0") + "run 0\n");
    expected *= v / (m * thermo("vol"));
    // the softest mode dominates and amplifies the error of the differences
    EXPECT_NEAR(vector("eta")[3], expected, 1e-3 * expected);
}

TEST_F(HessianOracle, unequal_masses_agree_with_dynamical_matrix)
{
    const std::string setup =
        read_melt(state(melt(3, smooth_pair())), smooth_pair()) + "mass 1 1.0\nmass 2 3.5\n";
    EXPECT_LT(deviation(spectrum(setup), reference_spectrum(setup)), FD_TOLERANCE);
}

TEST_F(HessianOracle, embedded_atom_copper_agrees_with_dynamical_matrix)
{
    const std::string setup = hot_copper();
    if (setup.empty()) GTEST_SKIP() << "this LAMMPS has no Cu_u3.eam";
    const auto ref = reference_spectrum(setup);
    EXPECT_LT(ref[0], 0.0) << "a crystal has no unstable modes: not hot enough";
    EXPECT_LT(deviation(spectrum(setup), ref), FD_TOLERANCE);
    EXPECT_FALSE(logged("central differences"));
}

TEST_F(HessianOracle, stillinger_weber_silicon_agrees_with_dynamical_matrix)
{
    const std::string setup = hot_silicon("sw", "Si.sw", 2);
    if (setup.empty()) GTEST_SKIP() << "this LAMMPS has no Si.sw";
    EXPECT_LT(deviation(spectrum(setup), reference_spectrum(setup)), FD_TOLERANCE);
}

// ---- providers against each other -----------------------------------------------------------

TEST_F(HessianOracle, wrong_born_matrix_of_lj96_is_found_and_not_used)
{
    const std::string pair =
        "pair_style lj96/cut 2.5\npair_coeff * * 1.0 1.0\npair_modify shift yes\n";
    const std::string setup = read_melt(state(melt(3, smooth_pair())), pair);
    const auto numeric      = spectrum(setup, "numeric 0");
    const auto analytic     = spectrum(setup, "analytic");
    EXPECT_TRUE(logged("failed the self-test"));
    EXPECT_TRUE(logged("differences of single()"));
    EXPECT_LT(deviation(analytic, numeric), FD_TOLERANCE);
}

TEST_F(HessianOracle, other_pair_styles_agree_with_differences)
{
    // born_matrix() of buck and born reads rho[2][1], which LAMMPS 4Feb2025 does not set: it may
    // fail its self-test with two types, but not with one
    for (const std::string pair : {"pair_style buck 2.5\npair_coeff * * 1000.0 0.12 1.0\n",
                                   "pair_style born 2.5\npair_coeff * * 1000.0 0.12 0.1 1.0 0.1\n",
                                   "pair_style morse 2.5\npair_coeff * * 1.0 4.0 1.1\n"}) {
        const std::string setup = read_melt(state(melt(3, smooth_pair())), pair);
        const auto numeric      = spectrum(setup, "numeric 0");
        EXPECT_LT(deviation(spectrum(setup, "analytic"), numeric), FD_TOLERANCE) << pair;
        EXPECT_LT(deviation(spectrum(setup + "set group all type 1\n", "analytic"), numeric),
                  FD_TOLERANCE)
            << pair;
        EXPECT_FALSE(logged("self-test")) << pair;
    }
}

TEST_F(HessianOracle, charges_count)
{
    const std::string hot =
        "units lj\natom_style charge\natom_modify map array\nlattice fcc 0.8\n"
        "region box block 0 3 0 3 0 3\ncreate_box 2 box\ncreate_atoms 1 box\n"
        "set type 1 type/ratio 2 0.5 123\nset type 1 charge 1.0\nset type 2 charge -1.0\n"
        "mass * 1.0\npair_style lj/cut/coul/cut 2.5 2.8\npair_coeff * * 1.0 1.0\n"
        "velocity all create 4.0 4711 loop geom\nfix nve all nve\ntimestep 0.002\nrun 200\n";
    const std::string setup = "units lj\natom_style charge\natom_modify map array\nread_data " +
                              state(hot) +
                              "\npair_style lj/cut/coul/cut 2.5 2.8\npair_coeff * * 1.0 1.0\n";
    const auto with    = spectrum(setup, "analytic");
    const auto numeric = spectrum(setup, "numeric 0");
    const auto without = spectrum(setup + "set group all charge 0.0\n", "analytic");
    EXPECT_LT(deviation(with, numeric), FD_TOLERANCE);
    EXPECT_GT(deviation(with, without), 1e-3)
        << "charges do not matter here, the test shows nothing";
}

TEST_F(HessianOracle, hybrid_pair_styles_agree_with_differences)
{
    const std::string hybrid =
        "pair_style hybrid lj/smooth 2.0 2.5 morse 2.5\n"
        "pair_coeff 1 1 lj/smooth 1.0 1.0\npair_coeff 1 2 lj/smooth 1.5 0.8\n"
        "pair_coeff 2 2 morse 1.0 4.0 1.1\n";
    const std::string overlay =
        "pair_style hybrid/overlay lj/smooth 2.0 2.5 yukawa 1.0 2.3\n"
        "pair_coeff 1 1 lj/smooth 1.0 1.0\npair_coeff 1 2 lj/smooth 1.5 0.8\n"
        "pair_coeff 2 2 lj/smooth 0.5 0.88\npair_coeff * * yukawa 3.0\n";
    const std::string scaled =
        "pair_style hybrid/scaled 0.7 lj/smooth 2.0 2.5 0.4 yukawa 1.0 2.3\n"
        "pair_coeff 1 1 lj/smooth 1.0 1.0\npair_coeff 1 2 lj/smooth 1.5 0.8\n"
        "pair_coeff 2 2 lj/smooth 0.5 0.88\npair_coeff * * yukawa 3.0\n";
    for (const auto &pair : {hybrid, overlay, scaled}) {
        const std::string setup = read_melt(state(melt(3, smooth_pair())), pair);
        const auto numeric      = spectrum(setup, "numeric 0");
        EXPECT_LT(deviation(spectrum(setup, "analytic"), numeric), FD_TOLERANCE) << pair;
    }
}

// a liquid of diatomic molecules
std::string molecules(const std::string &bond)
{
    return "units lj\natom_style bond\natom_modify map array\nspecial_bonds lj 0.0 1.0 1.0\n"
           "lattice fcc 0.9\nregion box block 0 3 0 3 0 3\n"
           "create_box 1 box bond/types 1 extra/bond/per/atom 4 extra/special/per/atom 12\n"
           "create_atoms 1 box\nmass * 1.0\n"
           "pair_style lj/smooth 2.0 2.5\npair_coeff * * 1.0 1.0\n" +
           bond +
           "create_bonds single/bond 1 1 2\ncreate_bonds single/bond 1 3 4\n"
           "create_bonds single/bond 1 5 6\ncreate_bonds single/bond 1 6 7\n"
           "displace_atoms all random 0.1 0.1 0.1 12345\n";
}

TEST_F(HessianOracle, bonded_molecules_agree_with_dynamical_matrix)
{
    const std::string setup = molecules("bond_style harmonic\nbond_coeff 1 50.0 1.1\n");
    const auto ref          = reference_spectrum(setup);
    EXPECT_LT(deviation(spectrum(setup), ref), FD_TOLERANCE);
    EXPECT_FALSE(logged("central differences"));
}

TEST_F(HessianOracle, special_bonds_without_a_bond_style_weigh_the_pairs)
{
    for (const std::string lj : {"0.0", "0.5", "1.0"}) {
        const std::string setup = molecules("bond_style zero\nbond_coeff *\n") +
                                  "bond_style none\nspecial_bonds lj " + lj + " 1.0 1.0\n";
        const auto numeric = spectrum(setup, "numeric 0");
        EXPECT_LT(deviation(spectrum(setup, "analytic"), numeric), FD_TOLERANCE) << lj;
    }
}

TEST_F(HessianOracle, step_of_the_differences_has_a_plateau)
{
    const std::string setup = read_melt(state(melt(3, smooth_pair())), smooth_pair());
    const auto ref          = spectrum(setup, "analytic");
    for (const std::string delta : {"1e-4", "1e-5", "1e-6", "1e-7"})
        EXPECT_LT(deviation(spectrum(setup, "numeric " + delta), ref), 1e-5) << delta;
}
} // namespace
