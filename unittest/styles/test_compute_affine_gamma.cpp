// compute affine/gamma inside LAMMPS: the affine force against strained boxes, Gamma(w) against
// sums over the modes

#include "hessian_references.h"

namespace {

const char INVOKE[] =
    "\nthermo_style custom step c_inm c_gam[1][1]\nthermo_modify norm no\nrun 0\n";

class AffineGamma : public HessianReferences {
protected:
    static std::string computes(const std::string &gamma = "", const std::string &inm = "")
    {
        return "compute inm all inm/dos 50 edge pr 0.27 " + inm +
               "\ncompute gam all affine/gamma inm " + gamma + INVOKE;
    }
    std::string melt256() { return read_melt(state(melt(4, smooth_pair())), smooth_pair()); }
    std::string melt108() { return read_melt(state(melt(3, smooth_pair())), smooth_pair()); }

    std::vector<std::vector<double>> xi(const std::string &setup, const std::string &gamma = "",
                                        const std::string &inm = "")
    {
        reopen();
        run(setup + computes(gamma, inm));
        return shear_planes(peratom("gam"));
    }
    // the contribution of one plane: 0 for xy, 1 for xz, 2 for yz
    static std::vector<std::vector<double>> plane(const std::vector<std::vector<double>> &all,
                                                  int p)
    {
        std::vector<std::vector<double>> part;
        for (const auto &row : all)
            part.emplace_back(row.begin() + 3 * p, row.begin() + 3 * p + 3);
        return part;
    }
};

// ---- the affine force -------------------------------------------------------------------------

TEST_F(AffineGamma, affine_force_is_the_change_of_the_forces_in_a_strained_box)
{
    const auto reference = strained_boxes(melt256());
    EXPECT_LT(deviation(xi(melt256(), "method hessian"), reference), 1e-6);
    EXPECT_LT(deviation(xi(melt256(), "method strain 1e-6"), reference), 1e-6);
    EXPECT_LT(deviation(xi(melt256(), "method hessian", "hessian numeric 0"), reference), 1e-5);
}

TEST_F(AffineGamma, kspace_style_agrees_between_its_virial_and_a_strained_triclinic_box)
{
    const std::string ions =
        "units lj\natom_style charge\natom_modify map array\nlattice fcc 0.8\n"
        "region box prism 0 2 0 2 0 2 0.3 0.2 0.1\ncreate_box 2 box\ncreate_atoms 1 box\n"
        "set type 1 type/ratio 2 0.5 123\nset type 1 charge 0.5\nset type 2 charge -0.5\n"
        "mass * 1.0\ndisplace_atoms all random 0.08 0.08 0.08 4711\n";
    const std::string setup = "units lj\natom_style charge\natom_modify map array\nread_data " +
                              state(ions) +
                              "\npair_style lj/cut/coul/long 1.6\npair_coeff * * 1.0 1.0\n"
                              "pair_modify shift yes table 0\nkspace_style ewald 1e-6\n";
    // rounding of forces divided by a displacement of 1e-6, and gamma^2
    EXPECT_LT(deviation(xi(setup, "method hessian"), xi(setup, "method strain 1e-5")), 1e-7);
}

TEST_F(AffineGamma, several_images_of_a_pair_in_a_small_box_are_told_apart)
{
    const auto reference = strained_boxes(melt108());
    EXPECT_LT(deviation(xi(melt108(), "method hessian", "hessian analytic"), reference), 1e-6);
    EXPECT_LT(deviation(xi(melt108(), "method strain 1e-6"), reference), 1e-6);
    // the numeric Hessian does not resolve images, so use method strain
    EXPECT_LT(deviation(xi(melt108(), "method hessian", "hessian numeric 0"), reference), 1e-6);
}

TEST_F(AffineGamma, copper_agrees_with_a_strained_box)
{
    const std::string setup = hot_copper();
    if (setup.empty()) GTEST_SKIP() << "this LAMMPS has no Cu_u3.eam";
    const auto reference = strained_boxes(setup);
    EXPECT_LT(deviation(xi(setup), reference), 1e-5);
    EXPECT_LT(deviation(xi(setup, "method strain 1e-6"), reference), 1e-5);
}

TEST_F(AffineGamma, copper_in_a_box_of_four_cutoffs_has_it_from_the_numeric_hessian)
{
    // cutoff 4.95, many-body range 9.9, box 20.7: images do not overlap.  From a data file, since
    // delete_atoms random depends on the number of ranks
    const std::string file = std::string(INMVISC_POTENTIALS_DIR) + "/Cu_u3.eam";
    if (!std::ifstream(file)) GTEST_SKIP() << file << " is not there";
    const std::string head = "units metal\natom_style atomic\natom_modify map array\n",
                      pair = "pair_style eam\npair_coeff 1 1 " + file + "\n";
    const std::string setup =
        head + "read_data " +
        state(head +
              "lattice fcc 4.15\nregion box block 0 5 0 5 0 5\ncreate_box 1 box\n"
              "create_atoms 1 box\n" +
              pair +
              "displace_atoms all random 0.2 0.2 0.2 4711\n"
              "delete_atoms random fraction 0.5 yes all NULL 4711 compress yes\n") +
        "\n" + pair;
    const auto reference = strained_boxes(setup);
    reopen();
    const std::string log = log_of(setup + computes());
    EXPECT_EQ(log.find("finite strain"), std::string::npos);
    EXPECT_LT(deviation(shear_planes(peratom("gam")), reference), 1e-5);
}

TEST_F(AffineGamma, atoms_outside_the_group_move_with_the_strain)
{
    const auto reference = strained_boxes(melt256());
    for (const std::string method : {"method hessian", "method strain 1e-6"})
        for (const std::string hessian : {"analytic", "numeric 0"}) {
            reopen();
            run(melt256() + "group few id 1:60\ncompute inm few inm/dos 50 edge pr 0.27 hessian " +
                hessian + "\ncompute gam few affine/gamma inm " + method + INVOKE);
            auto few = shear_planes(peratom("gam"));
            for (size_t i = 60; i < few.size(); i++)
                for (double x : few[i])
                    EXPECT_EQ(x, 0.0);
            few.resize(60);
            auto expected = reference;
            expected.resize(60);
            EXPECT_LT(deviation(few, expected), 1e-6) << method << " " << hessian;
        }
}

TEST_F(AffineGamma, tilted_box_agrees_with_more_tilt)
{
    const std::string tilted =
        melt108() +
        "change_box all triclinic xy final 1.0 xz final -0.7 yz final 0.4 remap units box\n";
    const auto reference = strained_boxes(tilted), hessian = xi(tilted);
    EXPECT_LT(deviation(xi(tilted, "method strain 1e-6"), hessian), 1e-6);
    for (int p = 1; p < 3; p++) // planes that change a single tilt factor
        EXPECT_LT(deviation(plane(hessian, p), plane(reference, p)), 1e-6) << p;
}

TEST_F(AffineGamma, affine_forces_add_up_to_zero)
{
    const auto rows = xi(melt256());
    for (int a = 0; a < 9; a++) {
        double sum = 0.0, size = 0.0;
        for (const auto &row : rows) {
            sum += row[a];
            size += std::fabs(row[a]);
        }
        EXPECT_LT(std::fabs(sum), 1e-12 * size);
    }
}

TEST_F(AffineGamma, perfect_crystal_has_no_affine_force)
{
    const auto rows =
        xi("units lj\natom_style atomic\nlattice fcc 1.0\nregion box block 0 4 0 4 0 4\n"
           "create_box 1 box\ncreate_atoms 1 box\nmass 1 1.0\npair_style lj/smooth 2.0 2.5\n"
           "pair_coeff * * 1.0 1.0\n");
    for (const auto &row : rows)
        for (double x : row)
            EXPECT_NEAR(x, 0.0, 1e-10);
}

TEST_F(AffineGamma, any_number_of_ranks_and_newton_off_find_the_force_of_one_rank)
{
    const std::string setup = melt256();
    for (const std::string newton : {"newton on\n", "newton off\n"})
        for (const std::string method : {"method hessian", "method strain 1e-6"}) {
            const auto here = xi(newton + setup, method);
            reopen(MPI_COMM_SELF);
            run(setup + computes("method hessian"));
            EXPECT_LT(deviation(here, shear_planes(peratom("gam"))), method == "method hessian" ? 1e-12 : 1e-6);
        }
}

// ---- projections and Gamma --------------------------------------------------------------------

TEST_F(AffineGamma, projections_of_all_modes_add_up_to_the_length_of_the_affine_force)
{
    // unequal masses: |Xi/sqrt(m)|^2; its component along the translations is zero
    for (const std::string plane : {"xy", "xz", "yz", "avg"}) {
        reopen();
        run(melt256() + "mass 2 2.5\nset type 2 type 2\n" + computes("plane " + plane));
        double sum = 0.0;
        for (const auto &mode : local("gam"))
            sum += mode[1];

        const auto rows = peratom("gam");
        auto type       = (int *)lammps_extract_atom(lmp, "type");
        auto tag        = (int *)lammps_extract_atom(lmp, "id");
        std::vector<std::vector<double>> mass;
        for (int i = 0; i < *(int *)lammps_extract_global(lmp, "nlocal"); i++)
            mass.push_back({(double)tag[i], type[i] == 2 ? 2.5 : 1.0});
        mass = gather(mass);
        std::sort(mass.begin(), mass.end());
        double length[3] = {0.0, 0.0, 0.0};
        for (size_t i = 0; i < rows.size(); i++)
            for (int a = 0; a < 9; a++)
                length[a / 3] += rows[i][a] * rows[i][a] / mass[i][1];
        const double expected = plane == "xy"   ? length[0]
                                : plane == "xz" ? length[1]
                                : plane == "yz" ? length[2]
                                                : (length[0] + length[1] + length[2]) / 3.0;
        EXPECT_NEAR(sum, expected, 1e-11 * expected) << plane;
    }
}

TEST_F(AffineGamma,
       projections_weighted_with_the_eigenvalues_are_the_curvature_along_the_affine_force)
{
    // sum_p lambda_p Xi~_p^2 = Xi~ D Xi~, with the right side from forces at displacements s Xi/m
    const std::string setup = melt256() + "mass * 2.0\n";
    const auto rows         = xi(setup, "plane xy");
    double left             = 0.0;
    for (const auto &mode : local("gam"))
        left += mode[0] * mode[1];
    const double s = 1e-9;
    double right   = 0.0;
    for (int side = 0; side < 2; side++) {
        reopen();
        run(setup);
        auto x   = (double **)lammps_extract_atom(lmp, "x");
        auto tag = (int *)lammps_extract_atom(lmp, "id");
        for (int i = 0; i < *(int *)lammps_extract_global(lmp, "nlocal"); i++)
            for (int a = 0; a < 3; a++)
                x[i][a] += (side ? -s : s) * rows[tag[i] - 1][a] / 2.0;
        run("run 0\n");
        const auto f = atoms("f");
        for (size_t i = 0; i < rows.size(); i++)
            for (int a = 0; a < 3; a++)
                right += (side ? 1.0 : -1.0) * rows[i][a] / 2.0 * f[i][a] / (2.0 * s);
    }
    EXPECT_NEAR(left, right, 1e-5 * std::fabs(right));
}

TEST_F(AffineGamma, average_over_planes_is_the_mean_of_the_three)
{
    std::vector<double> mean(768, 0.0);
    for (const std::string plane : {"xy", "xz", "yz"}) {
        reopen();
        run(melt256() + computes("plane " + plane));
        const auto modes = local("gam");
        for (size_t p = 0; p < 768; p++)
            mean[p] += modes[p][1] / 3.0;
    }
    reopen();
    run(melt256() + computes());
    EXPECT_LT(deviation(column(local("gam"), 1), mean), 1e-10);
}

TEST_F(AffineGamma, rows_stand_in_the_order_of_the_modes)
{
    run(melt256() + computes());
    EXPECT_EQ(column(array("inm", LMP_STYLE_LOCAL), 0), column(array("gam", LMP_STYLE_LOCAL), 0));
}

TEST_F(AffineGamma, gamma_is_the_bin_mean_of_the_projections)
{
    run(melt256() + "mass 2 2.5\n" + computes());
    const auto modes = local("inm"), projections = local("gam"), bins = array("inm"),
               gamma   = array("gam");
    const double width = bins[1][0] - bins[0][0], lo = bins[0][0] - 0.5 * width;
    std::vector<double> sum(50, 0.0);
    for (size_t p = 0; p < modes.size(); p++)
        if (modes[p][3] != 0) sum[(int)std::floor((modes[p][1] - lo) / width)] += projections[p][1];
    auto type      = (int *)lammps_extract_atom(lmp, "type");
    double mass[2] = {0.0, 0.0}, total[2];
    for (int i = 0; i < *(int *)lammps_extract_global(lmp, "nlocal"); i++) {
        mass[0] += (type[i] == 2) ? 2.5 : 1.0;
        mass[1] += 1.0;
    }
    MPI_Allreduce(mass, total, 2, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
    for (int b = 0; b < 50; b++) {
        EXPECT_EQ(gamma[b][0], bins[b][0]);
        EXPECT_NEAR(gamma[b][3], sum[b], 1e-11 * (1.0 + sum[b]));
        if (bins[b][3] == 0) {
            EXPECT_TRUE(std::isnan(gamma[b][1]) && std::isnan(gamma[b][2]));
            continue;
        }
        EXPECT_NEAR(gamma[b][3], bins[b][3] * gamma[b][1], 1e-12 * gamma[b][3]);
        EXPECT_NEAR(gamma[b][2], gamma[b][1] / (total[0] / total[1]), 1e-12 * gamma[b][2]);
    }
}

TEST_F(AffineGamma, only_unstable_vectors_give_only_unstable_projections)
{
    run(melt256() + computes());
    const auto all = local("gam");
    reopen();
    run(melt256() + computes("", "modes unstable"));
    const auto some = local("gam");
    for (size_t p = 0; p < all.size(); p++)
        if (all[p][0] < 0.0)
            EXPECT_NEAR(some[p][1], all[p][1], 1e-6 * (1.0 + all[p][1]));
        else
            EXPECT_TRUE(std::isnan(some[p][1]));
}

TEST_F(AffineGamma, two_of_them_share_one_diagonalization_and_do_not_mix)
{
    run(melt256() +
        "compute inm all inm/dos 50 edge pr 0.27\ncompute xy all affine/gamma inm plane xy\n"
        "compute gam all affine/gamma inm plane yz\n"
        "thermo_style custom step c_gam[1][1] c_xy[1][1] c_inm\nrun 0\n");
    const auto xy = local("xy"), yz = local("gam");
    reopen();
    run(melt256() + computes("plane xy"));
    EXPECT_LT(deviation(column(xy, 1), column(local("gam"), 1)), 1e-11);
    reopen();
    run(melt256() + computes("plane yz"));
    EXPECT_LT(deviation(column(yz, 1), column(local("gam"), 1)), 1e-11);
}

TEST_F(AffineGamma, one_that_was_deleted_is_forgotten)
{
    run(melt256() +
        "compute inm all inm/dos 50 edge pr 0.27\ncompute xy all affine/gamma inm plane xy\n"
        "compute gam all affine/gamma inm plane yz\n"
        "thermo_style custom step c_gam[1][1] c_xy[1][1] c_inm\nrun 0\n"
        "thermo_style custom step c_gam[1][1]\nuncompute xy\nrun 0\n");
    const auto yz = local("gam");
    reopen();
    run(melt256() + computes("plane yz"));
    EXPECT_LT(deviation(column(yz, 1), column(local("gam"), 1)), 1e-11);
}

TEST_F(AffineGamma, two_dimensions_have_one_plane)
{
    run("units lj\ndimension 2\natom_style atomic\natom_modify map array\nlattice hex 0.85\n"
        "region box block 0 9 0 5 -0.5 0.5\ncreate_box 1 box\ncreate_atoms 1 box\nmass 1 1.0\n"
        "pair_style lj/smooth 2.0 2.5\npair_coeff 1 1 1.0 1.0\n"
        "displace_atoms all random 0.15 0.15 0.0 4711\nfix flat all enforce2d\n" +
        computes("method strain 1e-6"));
    const auto strain = peratom("gam");
    double length = 0.0, sum = 0.0;
    for (const auto &row : strain) {
        for (int a = 2; a < 3; a++)
            EXPECT_EQ(row[a], 0.0);
        length += row[0] * row[0] + row[1] * row[1];
    }
    for (const auto &mode : local("gam"))
        sum += mode[1];
    EXPECT_NEAR(sum, length, 1e-9 * length);
}
} // namespace
