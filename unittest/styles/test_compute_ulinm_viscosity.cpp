// compute ulinm/viscosity inside LAMMPS against sums over the local arrays of the other two
// computes

#include "lammps_test.h"

#include <cmath>

namespace {

enum { UL, UD, STABLE, ALL };

class UlinmViscosity : public LammpsTest {
protected:
    static std::string with(const std::string &eta = "friction 80 wmin 3",
                            const std::string &inm = "edge pr 0.27")
    {
        return "compute inm all inm/dos 50 " + inm +
               "\ncompute gam all affine/gamma inm\n"
               "compute eta all ulinm/viscosity inm gam " +
               eta + "\nthermo_style custom step c_inm c_eta\nthermo_modify norm no\n";
    }
    std::string melt256() { return read_melt(state(melt(4, smooth_pair())), smooth_pair()); }
    std::string melt108() { return read_melt(state(melt(3, smooth_pair())), smooth_pair()); }

    // (v/m/V) sum Xi~^2/lambda^2 over the modes of a set, for equal masses
    double sum_over_modes(int set, double v_over_m, double wmin)
    {
        const auto modes = local("inm"), projections = local("gam");
        double sum = 0.0;
        for (size_t p = 0; p < modes.size(); p++) {
            const double cls = modes[p][3], lambda = modes[p][0];
            if (cls == 0 || std::fabs(modes[p][1]) < wmin) continue;
            if (set == ALL || (set == UL && cls == -1) || (set == UD && cls == -2) ||
                (set == STABLE && cls == 1))
                sum += projections[p][1] / (lambda * lambda);
        }
        return v_over_m * sum / thermo("vol");
    }
};

TEST_F(UlinmViscosity, four_sets_are_the_sums_over_their_modes)
{
    run(melt256() + "mass * 2.0\n" + with("friction 80 wmin 1.5") + "run 0\n");
    const auto v = vector("eta");
    for (int set = 0; set < 4; set++) {
        const double eta = sum_over_modes(set, 80.0 / 2.0, 1.5);
        EXPECT_GT(eta, 0.0);
        EXPECT_NEAR(v[set], eta, 1e-12 * eta) << set;
    }
    EXPECT_EQ(scalar("eta"), v[UL]);
    EXPECT_NEAR(v[UL] + v[UD] + v[STABLE], v[ALL], 1e-12 * v[ALL]);
    EXPECT_EQ(v[4], 1.5);
    EXPECT_EQ(v[5], vector("inm")[4]);
    EXPECT_DOUBLE_EQ(v[6], 80.0);
}

TEST_F(UlinmViscosity, is_linear_in_the_friction)
{
    run(melt256() + with("friction 80 wmin 3") + "run 0\n");
    const auto once = vector("eta");
    reopen();
    run(melt256() + with("friction 240 wmin 3") + "run 0\n");
    for (int set = 0; set < 4; set++)
        EXPECT_NEAR(vector("eta")[set], 3.0 * once[set], 1e-12 * once[set]);
    reopen();
    run(melt256() + with("friction 0 wmin 3") + "run 0\n");
    for (int set = 0; set < 4; set++)
        EXPECT_EQ(vector("eta")[set], 0.0);
}

TEST_F(UlinmViscosity, all_ways_to_give_a_friction_agree)
{
    run(melt256() + with("friction 80 wmin 3") + "run 0\n");
    const double eta = scalar("eta");
    reopen();
    run(melt256() + "variable fr equal 2*40\nvariable w equal 3\n" +
        with("friction v_fr wmin v_w") + "run 0\n");
    EXPECT_DOUBLE_EQ(scalar("eta"), eta);
    reopen();
    run(melt256() + "variable a equal 1\nvariable b equal 80\nfix fr all ave/time 1 1 1 v_a v_b\n" +
        with("friction f_fr[2] wmin 3") + "run 0\n");
    EXPECT_DOUBLE_EQ(scalar("eta"), eta);
}

TEST_F(UlinmViscosity, lowest_frequency_from_the_bulk_modulus_is_that_of_sound_in_the_box)
{
    run(melt256() + "mass * 2.0\n" + with("friction 80 bulk 65") + "run 0\n");
    const double volume = thermo("vol"), density = 256 * 2.0 / volume;
    EXPECT_NEAR(vector("eta")[4], 2.0 * M_PI * std::sqrt(65.0 / density) / std::cbrt(volume),
                1e-12);
    const double eta = sum_over_modes(UL, 40.0, vector("eta")[4]);
    EXPECT_NEAR(scalar("eta"), eta, 1e-12 * eta);
    reopen();
    run(melt256() + "mass * 2.0\nvariable B equal 65\n" + with("friction 80 bulk v_B") + "run 0\n");
    EXPECT_NEAR(scalar("eta"), eta, 1e-12 * eta);
}

TEST_F(UlinmViscosity, sensitivities_are_those_of_computes_with_other_parameters)
{
    auto eta_with = [&](const std::string &edge, const std::string &wmin) {
        reopen();
        run(melt256() + with("friction 80 wmin " + wmin, edge) + "run 0\n");
        return scalar("eta");
    };
    const double steps = std::log(1.1 / 0.9);
    const double by_edge =
        std::log(eta_with("edge pr 0.297", "2.0") / eta_with("edge pr 0.243", "2.0")) / steps;
    const double by_wmin =
        std::log(eta_with("edge pr 0.27", "2.2") / eta_with("edge pr 0.27", "1.8")) / steps;
    eta_with("edge pr 0.27", "2.0");
    EXPECT_NEAR(vector("eta")[7], by_edge, 1e-9);
    EXPECT_NEAR(vector("eta")[8], by_wmin, 1e-9);
    const double by_frequency =
        std::log(eta_with("edge frequency 5.5", "2.0") / eta_with("edge frequency 4.5", "2.0")) /
        steps;
    eta_with("edge frequency 5.0", "2.0");
    EXPECT_NEAR(vector("eta")[7], by_frequency, 1e-9);
}

TEST_F(UlinmViscosity, running_means_and_errors_are_those_of_the_snapshots)
{
    run(melt108() + "fix nve all nve\n" + with("friction 80 wmin 1") + "thermo 20\nrun 0\n");
    std::vector<std::vector<double>> eta = {vector("eta")};
    EXPECT_TRUE(std::isnan(eta[0][13])) << "one snapshot has no error";
    for (int k = 0; k < 5; k++) {
        run("run 20\n");
        eta.push_back(vector("eta"));
    }
    const auto v = vector("eta");
    EXPECT_EQ(v[17], 6.0);
    for (int set = 0; set < 4; set++) {
        double mean = 0.0, square = 0.0;
        for (const auto &e : eta)
            mean += e[set] / 6.0;
        for (const auto &e : eta)
            square += (e[set] - mean) * (e[set] - mean);
        EXPECT_NEAR(v[9 + set], mean, 1e-10 * mean) << set;
        EXPECT_NEAR(v[13 + set], std::sqrt(square / (6.0 * 5.0)), 1e-8 * mean) << set;
    }
}

TEST_F(UlinmViscosity, one_configuration_counts_once)
{
    run(melt108() + "fix nve all nve\n" + with() + "thermo 5\nrun 0\n");
    EXPECT_EQ(vector("eta")[17], 1.0);
    run("run 0\n");
    EXPECT_EQ(vector("eta")[17], 1.0) << "run 0 again";
    run("run 10\n");
    EXPECT_EQ(vector("eta")[17], 3.0) << "steps 0, 5, 10";
    run("run 10\n");
    EXPECT_EQ(vector("eta")[17], 5.0) << "step 10 ends one run and begins the next";
    run("displace_atoms all random 0.1 0.1 0.1 4711\nrun 0\n");
    EXPECT_EQ(vector("eta")[17], 6.0) << "the same step, another configuration";
}

TEST_F(UlinmViscosity, means_go_on_after_a_restart_on_any_number_of_ranks)
{
    const std::string name = scratch("restart"), setup = "fix nve all nve\nthermo 5\n";
    run(melt108() + setup + with() + "run 10\nwrite_restart " + name + "\nrun 10\n");
    const auto straight = vector("eta");
    EXPECT_EQ(straight[17], 5.0);
    for (MPI_Comm comm : {MPI_COMM_WORLD, MPI_COMM_SELF}) {
        close();
        open(comm);
        const std::string log =
            log_of("read_restart " + name + "\n" + smooth_pair() + setup + with() + "run 10\n");
        EXPECT_NE(log.find("continuing the means of 3 snapshots in the restart file"), std::string::npos);
        const auto v = vector("eta");
        EXPECT_EQ(v[17], straight[17]) << "the snapshot at the restart counts once";
        for (int k = 9; k < 17; k++)
            EXPECT_NEAR(v[k], straight[k], 1e-6 * straight[9 + (k - 9) % 4]) << k;
    }
    if (rank() == 0) std::remove(name.c_str());
}

TEST_F(UlinmViscosity, means_in_a_restart_file_are_for_the_same_settings_only)
{
    const std::string name = scratch("restart"), again = "read_restart " + name + "\n" + smooth_pair();
    run(melt108() + with() + "run 0\n");
    const double eta = vector("eta")[9];
    run("write_restart " + name);
    close();
    open();
    run(again + with("friction 160 wmin 3") + "run 0\n"); // the same mean with another friction
    EXPECT_EQ(vector("eta")[17], 1.0);
    EXPECT_NEAR(vector("eta")[9], 2.0 * eta, 1e-10 * eta);
    for (const std::string &other :
         {with("friction 80 wmin 3.5"), with("friction 80 bulk 65"), with("friction 80 wmin 3", "edge pr 0.28"),
          with("friction 80 wmin 3", "edge frequency 5"), with("friction 80 wmin 3 friction/mix mean")}) {
        close();
        open();
        const std::string log = log_of(again + other + "displace_atoms all move 0.1 0 0\nrun 0\nrun 0\n");
        EXPECT_NE(log.find("starting new means"), std::string::npos) << other;
        EXPECT_EQ(vector("eta")[17], 1.0) << other;
    }
    if (rank() == 0) std::remove(name.c_str());
}

TEST_F(UlinmViscosity, means_start_over_with_a_new_compute_and_do_without_their_fix)
{
    run(melt108() + "fix nve all nve\nthermo 5\n" + with() + "run 10\n");
    EXPECT_EQ(vector("eta")[17], 3.0);
    run("thermo_style one\nuncompute eta\ncompute eta all ulinm/viscosity inm gam friction 80 wmin 3\n"
        "thermo_style custom step c_inm c_eta\nrun 0\n");
    EXPECT_EQ(vector("eta")[17], 1.0);
    run("unfix eta_COMPUTE_STORE\nrun 5\n");
    EXPECT_EQ(vector("eta")[17], 2.0);
    run("thermo_style one\nuncompute eta\nrun 5\n");
}

TEST_F(UlinmViscosity, mean_uses_the_friction_known_now)
{
    run(melt108() + "fix nve all nve\nvariable fr equal 80\n" + with("friction v_fr wmin 1") +
        "thermo 20\nrun 60\n");
    const auto before = vector("eta");
    run("variable fr delete\nvariable fr equal 160\nrun 0\n");
    const auto after = vector("eta");
    EXPECT_EQ(after[17], before[17]);
    for (int set = 0; set < 4; set++) {
        EXPECT_NEAR(after[9 + set], 2.0 * before[9 + set], 1e-10 * before[9 + set]);
        EXPECT_NEAR(after[13 + set], 2.0 * before[13 + set], 1e-8 * before[9 + set]);
    }
}

TEST_F(UlinmViscosity, friction_of_the_fix_is_used_and_unknown_before_its_first_window)
{
    run(melt256() + "fix nve all nve\nfix mem all orthogonal/dynamics 1 40 10\n" +
        with("friction f_mem wmin 3") + "thermo 100\nrun 0\n");
    EXPECT_TRUE(std::isnan(scalar("eta")));
    run("run 300\n");
    const auto v = vector("eta");
    const double fix =
        lammps_extract_fix(lmp, "mem", LMP_STYLE_GLOBAL, LMP_TYPE_SCALAR, 0, 0)
            ? *(double *)lammps_extract_fix(lmp, "mem", LMP_STYLE_GLOBAL, LMP_TYPE_SCALAR, 0, 0)
            : NAN;
    EXPECT_GT(v[6], 0.0);
    EXPECT_GT(fix, 0.0);
    EXPECT_EQ(v[17], 4.0) << "the snapshot without friction counts";
    EXPECT_GT(v[9], 0.0);
}

TEST_F(UlinmViscosity, equal_masses_and_frictions_mix_alike)
{
    run(melt256() + with("friction 80 wmin 3 friction/mix mode") + "run 0\n");
    const auto mode = vector("eta");
    reopen();
    run(melt256() + with("friction 80 wmin 3 friction/mix mean") + "run 0\n");
    for (int set = 0; set < 4; set++)
        EXPECT_NEAR(vector("eta")[set], mode[set], 1e-12 * mode[set]);
}

TEST_F(UlinmViscosity, unequal_masses_mix_by_the_part_of_each_atom_in_the_mode)
{
    // all eigenvectors of 32 atoms, one at a time
    const std::string setup =
        read_melt(state(melt(2, smooth_pair())), smooth_pair()) + "mass 2 3.0\n";
    run(setup + with("friction 80 wmin 1") + "run 0\n");
    const auto modes = local("inm"), projections = local("gam");
    const auto mixed    = vector("eta");
    const double volume = thermo("vol");
    auto type           = (int *)lammps_extract_atom(lmp, "type");
    auto tag            = (int *)lammps_extract_atom(lmp, "id");
    std::vector<std::vector<double>> mass;
    for (int i = 0; i < *(int *)lammps_extract_global(lmp, "nlocal"); i++)
        mass.push_back({(double)tag[i], type[i] == 2 ? 3.0 : 1.0});
    mass = gather(mass);
    std::sort(mass.begin(), mass.end());

    double eta[4] = {0.0, 0.0, 0.0, 0.0}, plain = 0.0, mean_mass = 0.0;
    for (const auto &m : mass)
        mean_mass += m[1] / 32.0;
    for (size_t p = 0; p < modes.size(); p++) {
        if (modes[p][3] == 0 || std::fabs(modes[p][1]) < 1.0) continue;
        reopen();
        run(setup + "compute inm all inm/dos 50 edge pr 0.27 check no eigenvector index " +
            std::to_string(p + 1) + "\nthermo_style custom step c_inm\nrun 0\n");
        const auto e = peratom("inm");
        double rate  = 0.0;
        for (int i = 0; i < 32; i++)
            rate += 80.0 * (e[i][3] * e[i][3] + e[i][4] * e[i][4] + e[i][5] * e[i][5]) / mass[i][1];
        const double compliance = projections[p][1] / (modes[p][0] * modes[p][0]) / volume;
        const int set           = modes[p][3] == 1 ? STABLE : modes[p][3] == -1 ? UL : UD;
        eta[set] += rate * compliance;
        eta[ALL] += rate * compliance;
        plain += 80.0 / mean_mass * compliance;
    }
    for (int set = 0; set < 4; set++)
        EXPECT_NEAR(mixed[set], eta[set], 1e-8 * eta[ALL]) << set;
    reopen();
    run(setup + with("friction 80 wmin 1 friction/mix mean") + "run 0\n");
    EXPECT_NEAR(vector("eta")[ALL], plain, 1e-8 * plain);
    EXPECT_GT(std::fabs(plain - mixed[ALL]), 1e-3 * plain)
        << "both ways agree here, the test shows nothing";
}

TEST_F(UlinmViscosity, spectral_decomposition_adds_up_to_the_viscosity)
{
    run(melt256() + with("friction 80 wmin 1") + "run 0\n");
    const auto rows    = array("eta");
    const auto v       = vector("eta");
    const double width = rows[1][0] - rows[0][0];
    double ul = 0.0, all = 0.0;
    for (size_t b = 0; b < rows.size(); b++) {
        EXPECT_EQ(rows[b][0], array("inm")[b][0]);
        ul += rows[b][1] * width;
        all += rows[b][2] * width;
        EXPECT_NEAR(rows[b][3], ul, 1e-12 * v[UL]);
        EXPECT_NEAR(rows[b][4], all, 1e-12 * v[ALL]);
        if (rows[b][0] > 0.5 * width) {
            EXPECT_EQ(rows[b][1], 0.0) << "no unstable modes at positive frequencies";
        }
    }
    EXPECT_NEAR(rows.back()[3], v[UL], 1e-12 * v[UL]);
    EXPECT_NEAR(rows.back()[4], v[ALL], 1e-12 * v[ALL]);
}

TEST_F(UlinmViscosity, unstable_modes_alone_give_the_same_for_their_classes)
{
    run(melt256() + with() + "run 0\n");
    const auto all = vector("eta");
    reopen();
    run(melt256() + with("friction 80 wmin 3", "edge pr 0.27 modes unstable") + "run 0\n");
    const auto v = vector("eta");
    EXPECT_NEAR(v[UL], all[UL], 1e-8 * all[UL]);
    EXPECT_NEAR(v[UD], all[UD], 1e-8 * all[UD]);
    EXPECT_TRUE(std::isnan(v[STABLE]));
    EXPECT_TRUE(std::isnan(v[ALL]));
    EXPECT_NEAR(v[7], all[7], 1e-6);
    EXPECT_NEAR(v[9], all[UL], 1e-8 * all[UL]);
    EXPECT_NEAR(array("eta").back()[3], all[UL], 1e-8 * all[UL]);
}

TEST_F(UlinmViscosity, edge_by_frequency_splits_at_that_frequency)
{
    for (const std::string modes : {"all", "unstable"}) {
        reopen();
        run(melt256() + with("friction 80 wmin 3", "edge frequency 6 modes " + modes) + "run 0\n");
        const auto m = local("inm"), x = local("gam");
        double ul = 0.0, ud = 0.0;
        for (size_t p = 0; p < m.size(); p++)
            if (m[p][1] <= -3.0)
                (m[p][1] < -6.0 ? ul : ud) += 80.0 * x[p][1] / (m[p][0] * m[p][0]) / thermo("vol");
        EXPECT_NEAR(vector("eta")[UL], ul, 1e-11 * ul) << modes;
        EXPECT_NEAR(vector("eta")[UD], ud, 1e-11 * ud) << modes;
        EXPECT_EQ(vector("eta")[5], 6.0);
    }
}

TEST_F(UlinmViscosity, without_eigenvectors_it_is_unknown_not_zero)
{
    run(melt256() + with("friction 80 wmin 3", "edge frequency 6 modes none") + "run 0\n");
    for (int set = 0; set < 4; set++)
        EXPECT_TRUE(std::isnan(vector("eta")[set])) << set;
    EXPECT_GT(vector("inm")[2], 0.0) << "the fractions are known";
    reopen();
    run(melt256() + with("friction 80 wmin 3", "edge none") + "run 0\n");
    EXPECT_TRUE(std::isnan(scalar("eta")));
    EXPECT_GT(vector("eta")[ALL], 0.0) << "the sum over all modes needs no edge";
}

TEST_F(UlinmViscosity, any_number_of_ranks_and_newton_off_find_the_number_of_one_rank)
{
    const std::string setup = melt256();
    run(setup + with() + "run 0\n");
    const auto here = vector("eta");
    const double fu = scalar("inm");
    reopen();
    run("newton off\n" + setup + with() + "run 0\n");
    const auto off = vector("eta");
    reopen(MPI_COMM_SELF);
    run(setup + with() + "run 0\n");
    const auto alone = vector("eta");
    EXPECT_EQ(fu, scalar("inm"));
    for (int k : {0, 1, 2, 3, 4, 6, 9, 10, 11, 12}) {
        EXPECT_NEAR(here[k], alone[k], 1e-10 * alone[k]) << k;
        EXPECT_NEAR(off[k], alone[k], 1e-10 * alone[k]) << k;
    }
}

TEST_F(UlinmViscosity, averages_over_time_take_all_its_outputs)
{
    const std::string vectors = scratch("eta.dat"), arrays = scratch("spectrum.dat");
    run(melt108() + "fix nve all nve\n" + with() + "fix out all ave/time 10 1 10 c_eta[*] file " +
        vectors +
        "\nfix spectrum all ave/time 10 2 20 c_inm[*] c_gam[*] c_eta[*] mode vector file " +
        arrays + "\nrun 20\n");
    const auto v = vector("eta");
    for (int k = 0; k < 18; k++) {
        auto x = (double *)lammps_extract_fix(lmp, "out", LMP_STYLE_GLOBAL, LMP_TYPE_VECTOR, k, 0);
        ASSERT_NE(x, nullptr);
        if (!std::isnan(v[k])) {
            EXPECT_DOUBLE_EQ(*x, v[k]) << k;
        }
        lammps_free(x);
    }
    close();
    const std::string rows = slurp(arrays);
    EXPECT_GT(std::count(rows.begin(), rows.end(), '\n'), 50);
    if (rank() == 0) {
        std::remove(vectors.c_str());
        std::remove(arrays.c_str());
    }
}

TEST_F(UlinmViscosity, parameters_that_decide_the_result_are_in_the_log)
{
    const std::string log = log_of(melt256() + with("friction 80 bulk 65") + "run 0\n");
    for (const std::string text :
         {"localized: P < 0.27", "left out: |w| <", ", longitudinal sound of speed ",
          "d ln eta_UL / d ln P_c", "d ln eta_UL / d ln w_min"})
        EXPECT_NE(log.find(text), std::string::npos) << text;
}

TEST_F(UlinmViscosity, replicated_crystal_box_gives_an_intensive_number)
{
    // two copies of the system side by side: each mode of the small box is a mode of the large one,
    // so the sum over all modes with w_min 0 contains that of the small box
    const std::string setup = read_melt(state(melt(3, smooth_pair())), smooth_pair());
    run(setup + with("friction 80 wmin 0") + "run 0\n");
    const double once = vector("eta")[ALL];
    reopen();
    run(setup + "replicate 2 1 1\n" + with("friction 80 wmin 0") + "run 0\n");
    // Xi is periodic in the small box, so its projection on the additional modes vanishes
    EXPECT_NEAR(vector("eta")[ALL], once, 1e-6 * once);
}

// ---- dumps that are analysed later

class UlinmRerun : public UlinmViscosity {
protected:
    const std::string name = scratch("eta.dump");
    std::string styles() { return "fix mem all orthogonal/dynamics 2 8 2 blocks 2\n" + with("friction f_mem wmin 1") + "thermo 50\n"; }
    // the same liquid as the live run at its start, then a rerun of its dump
    void live_and_rerun(const std::string &columns, std::vector<double> &eta, std::vector<double> &inm)
    {
        run(melt108() + "fix nve all nve\n" + styles() + "dump d all custom 2 " + name + " id type " + columns +
            "\ndump_modify d format float %.17g\nrun 150\n");
        eta = vector("eta");
        inm = vector("inm");
        gam = array("gam");
        reopen();
        run(melt108() + "velocity all set 0 0 0\n" + styles() + "rerun " + name + " dump " + columns + "\n");
        MPI_Barrier(MPI_COMM_WORLD);
        if (rank() == 0) std::remove(name.c_str());
    }
    std::vector<std::vector<double>> gam;
};

TEST_F(UlinmRerun, of_a_full_dump_gives_what_the_run_gave)
{
    std::vector<double> eta, inm;
    live_and_rerun("x y z ix iy iz vx vy vz", eta, inm);
    const auto again = vector("eta"), spectrum = vector("inm");
    for (int k = 0; k < 18; k++) {
        EXPECT_TRUE(std::isfinite(eta[k])) << k;
        EXPECT_NEAR(again[k], eta[k], 1e-12 * std::fabs(eta[k])) << k;
    }
    EXPECT_EQ(again[17], 4.0);
    for (int k = 0; k < 6; k++) EXPECT_NEAR(spectrum[k], inm[k], 1e-12 * std::fabs(inm[k])) << k;
    EXPECT_LT(deviation(column(array("gam"), 3), column(gam, 3)), 1e-10);
}

TEST_F(UlinmRerun, of_a_dump_without_velocities_knows_what_needs_positions_only)
{
    std::vector<double> eta, inm;
    live_and_rerun("x y z ix iy iz", eta, inm);
    const auto again = vector("eta"), spectrum = vector("inm");
    for (int k : {0, 1, 2, 3, 6, 9, 10, 11, 12, 13, 14, 15, 16}) EXPECT_TRUE(std::isnan(again[k])) << k;
    EXPECT_NEAR(again[4], eta[4], 1e-12 * eta[4]);
    EXPECT_EQ(again[17], 4.0);
    for (int k = 0; k < 6; k++) EXPECT_NEAR(spectrum[k], inm[k], 1e-12 * std::fabs(inm[k])) << k;
    EXPECT_LT(deviation(column(array("gam"), 3), column(gam, 3)), 1e-10);
}

// ---- snapshots without friction, and steps without a snapshot

TEST_F(UlinmViscosity, nan_for_want_of_friction_is_announced_once_with_its_end)
{
    run(melt108() + "fix nve all nve\nfix mem all orthogonal/dynamics 2 20 4 start 10\n" +
        with("friction f_mem wmin 1") + "thermo 20\n");
    const std::string log  = log_of("run 60\nrun 20\n"),
                      text = "WARNING: Compute ulinm/viscosity eta: the viscosity at step 0 is nan, because the friction "
                             "is not known: fix mem has a first value at step 52;";
    const size_t first = log.find(text);
    EXPECT_NE(first, std::string::npos) << log;
    EXPECT_EQ(log.find("is nan, because the friction", first + text.size()), std::string::npos) << log;
    EXPECT_EQ(vector("eta")[17], 5.0);
    EXPECT_TRUE(std::isfinite(vector("eta")[9]));
}

TEST_F(UlinmViscosity, means_include_the_snapshots_before_the_friction_was_known)
{
    run(melt108() + "fix nve all nve\nfix mem all orthogonal/dynamics 1 20 4\n" + with("friction f_mem wmin 1 friction/mix mean") +
        "compute ref all ulinm/viscosity inm gam friction 1 wmin 1 friction/mix mean\n"
        "thermo_style custom step c_inm c_eta c_ref\nthermo 20\nrun 60\n");
    const auto eta = vector("eta"), ref = vector("ref");
    for (int set = 0; set < 4; set++) EXPECT_NEAR(eta[9 + set], eta[6] * ref[9 + set], 1e-10 * eta[9 + set]) << set;
}

TEST_F(UlinmViscosity, means_can_be_read_between_runs_at_any_step)
{
    run(melt108() + "fix nve all nve\nthermo_style one\n" + with() +
        "thermo_style one\nfix out all ave/time 10 1 10 c_eta[*]\nrun 30\n");
    const auto at30 = vector("eta");
    ASSERT_EQ(at30[17], 4.0);
    std::string log = log_of("run 3\nvariable mean equal c_eta[10]\nvariable now equal c_eta[1]\n"
                             "print \"mean ${mean} now ${now}\"\n");
    char text[64];
    snprintf(text, sizeof(text), "mean %.15g now ", at30[9]);
    EXPECT_NE(log.find(text), std::string::npos) << text << log;
    const auto at33 = vector("eta");
    for (int k : {9, 10, 11, 12, 13, 14, 15, 16, 17}) EXPECT_EQ(at33[k], at30[k]) << k;
    run("run 7\n");
    EXPECT_EQ(vector("eta")[17], 5.0);
}

TEST_F(UlinmViscosity, array_has_the_means_of_its_columns)
{
    run(melt108() + "fix nve all nve\nfix mem all orthogonal/dynamics 1 20 4\n" +
        with("friction f_mem wmin 1", "edge pr 0.27 range -20 150") +
        "compute ref all ulinm/viscosity inm gam friction 1 wmin 1\nthermo_style custom step c_eta "
        "c_ref\n"
        "thermo 20\n");
    std::vector<std::vector<double>> mean(50, std::vector<double>(5, 0.0));
    for (int k = 0; k < 4; k++) {
        run(k ? "run 20\n" : "run 0\n");
        const auto rows = array("ref");
        for (size_t b = 0; b < mean.size(); b++)
            for (int c = 1; c < 5; c++)
                mean[b][c] += rows[b][c] / 4.0;
    }
    const auto ref = array("ref"), eta = array("eta");
    const double v0    = vector("eta")[6];
    double largest_one = 0.0;
    for (const auto &row : mean)
        largest_one = std::max(largest_one, row[2]);
    ASSERT_GT(largest_one, 0.0);
    for (size_t b = 0; b < mean.size(); b++)
        for (int c = 1; c < 5; c++) {
            EXPECT_NEAR(ref[b][c + 4], mean[b][c], 1e-12 * largest_one) << b << " " << c;
            EXPECT_TRUE(std::isfinite(eta[b][c + 4]))
                << "the first snapshot, without a friction, counts";
        }
    // frictions of the types differ, so only the last row of the cumulative sums is known otherwise
    EXPECT_NEAR(eta[49][7], vector("eta")[9], 1e-10 * vector("eta")[9]);
    EXPECT_NEAR(eta[49][8], vector("eta")[12], 1e-10 * vector("eta")[12]);
    EXPECT_GT(v0, 0.0);
}

TEST_F(UlinmViscosity, every_prints_means_without_a_snapshot)
{
    run(melt108() + "fix nve all nve\n" + with("friction 80 wmin 1 every 10") +
        "thermo_style custom step c_eta c_eta[10]\nthermo 5\n"
        "variable g equal c_eta[18]\nfix out all ave/time 1 1 1 v_g c_eta[10]\nrun 10\n");
    const auto at10 = vector("eta");
    EXPECT_EQ(at10[17], 2.0) << "steps 0 and 10";
    ASSERT_TRUE(std::isfinite(at10[0]));
    run("run 7\n");
    const auto at17 = vector("eta");
    const auto rows = array("eta");
    EXPECT_TRUE(std::isnan(at17[0]));
    EXPECT_TRUE(std::isnan(rows[49][3]));
    EXPECT_TRUE(std::isfinite(rows[49][7]));
    for (int k : {9, 10, 11, 12, 13, 14, 15, 16, 17})
        EXPECT_EQ(at17[k], at10[k]) << k;
    run("run 3\n");
    EXPECT_EQ(vector("eta")[17], 3.0);
}

TEST_F(UlinmViscosity, snapshots_at_every_step_are_made_and_their_cost_is_told_once)
{
    const std::string text = "Compute inm/dos inm: a snapshot every 1 steps takes ";
    run(melt256() + "fix nve all nve\n" + with() + "thermo 1\ntimer timeout 0:00:05 every 1\n");
    const std::string log = log_of("run 100000\n");
    const size_t first = log.find(text);
    ASSERT_NE(first, std::string::npos) << log;
    EXPECT_EQ(log.find(text, first + 1), std::string::npos);
    EXPECT_EQ(vector("eta")[17], thermo("step") + 1.0);
}

TEST_F(UlinmViscosity, edges_are_those_of_computes_with_other_edges)
{
    auto means_with = [&](const std::string &edge, const std::string &more) {
        reopen();
        run(melt108() + "fix nve all nve\n" + with("friction 80 wmin 1 " + more, edge) +
            "thermo_style custom step c_eta c_inm\nthermo 20\nrun 40\n");
        return vector("eta");
    };
    for (const std::string kind : {"edge pr ", "edge frequency "}) {
        const bool pr = kind == "edge pr ";
        const std::string at[3] = {pr ? "0.2" : "2", pr ? "0.3" : "3", pr ? "0.4" : "4"};
        means_with(kind + at[1], "edges " + at[0] + " " + at[2] + " 3");
        const auto rows = local("eta");
        ASSERT_EQ(rows.size(), 3u);
        for (int k = 0; k < 3; k++) {
            const auto v = means_with(kind + at[k], "");
            const double scale = v[ALL];
            EXPECT_NEAR(rows[k][0], std::stod(at[k]), 1e-12);
            for (int set : {UL, UD}) {
                EXPECT_NEAR(rows[k][1 + set], v[set], 1e-10 * scale) << kind << k << " " << set;
                EXPECT_NEAR(rows[k][3 + set], v[9 + set], 1e-10 * scale) << kind << k << " " << set;
                EXPECT_NEAR(rows[k][5 + set], v[13 + set], 1e-8 * scale) << kind << k << " " << set;
            }
        }
        EXPECT_GT(rows[2][1 + UL] + rows[0][1 + UL], 0.0);
        EXPECT_NE(rows[0][3 + UL], rows[2][3 + UL]);
    }
}

// ---- measured moduli
// ------------------------------------------------------------------------------

class UlinmModulus : public UlinmViscosity {
protected:
    enum {
        W_MIN       = 4,
        MEAN        = 9,
        ERR         = 13,
        NSNAPSHOT   = 17,
        MODULUS     = 22,
        ERR_MODULUS = 23,
        SPEED       = 24,
        MEAN_K_A    = 23,
        MEAN_G_A    = 20
    };

    std::string liquid() { return melt108() + "pair_modify shift yes\n"; }
    static std::string auto_with(const std::string &more = "")
    {
        return with("friction 80 bulk auto bulk/every 5") +
               "compute shear all ulinm/viscosity inm gam friction 80 shear auto\n"
               "compute mod all inm/modulus inm gam 1 1 1 friction 80\n" +
               more +
               "fix p all vector 5 c_thermo_press\nfix e all vector 5 v_e\nfix t all vector 5 "
               "c_thermo_temp\n"
               "thermo_style custom step c_eta c_shear c_mod pe ke press\nthermo 350\n";
    }
    // the samples of a fix vector but the first, which is that of the setup
    std::vector<double> samples(const std::string &id)
    {
        const int n =
            *(int *)lammps_extract_fix(lmp, id.c_str(), LMP_STYLE_GLOBAL, LMP_SIZE_VECTOR, 0, 0);
        std::vector<double> x;
        for (int k = 1; k < n; k++) {
            auto v = (double *)lammps_extract_fix(lmp, id.c_str(), LMP_STYLE_GLOBAL,
                                                  LMP_TYPE_VECTOR, k, 0);
            x.push_back(*v);
            lammps_free(v);
        }
        return x;
    }
    static double mean(const std::vector<double> &x)
    {
        double sum = 0.0;
        for (double v : x)
            sum += v;
        return sum / (double)x.size();
    }
    static double covariance(const std::vector<double> &x, const std::vector<double> &y)
    {
        const double mx = mean(x), my = mean(y);
        double sum = 0.0;
        for (size_t k = 0; k < x.size(); k++)
            sum += (x[k] - mx) * (y[k] - my);
        return sum / (double)x.size();
    }
};

TEST_F(UlinmModulus, bulk_auto_is_affine_modulus_less_fluctuations_of_the_pressure)
{
    run(liquid() + "fix nve all nve\nvariable e equal etotal*atoms\n" + auto_with() + "run 0\n");
    EXPECT_TRUE(std::isnan(vector("eta")[MODULUS]));
    EXPECT_TRUE(std::isnan(vector("eta")[MEAN]));
    EXPECT_TRUE(std::isfinite(vector("shear")[MEAN])) << "G_A needs no fluctuations";
    run("run 700\n");
    const auto v = vector("eta"), shear = vector("shear"), mod = vector("mod");
    const auto p = samples("p");
    ASSERT_GE(p.size(), 140u);
    const double V = thermo("vol"), kT = mean(samples("t")), L = std::cbrt(V), rho = 108.0 / V;
    const double expected = mod[MEAN_K_A] - V * covariance(p, p) / kT;
    EXPECT_NEAR(v[MODULUS], expected, 1e-6 * expected);
    EXPECT_GT(v[ERR_MODULUS], 0.0);
    EXPECT_LT(v[ERR_MODULUS], 0.2 * expected);
    EXPECT_NEAR(v[SPEED], std::sqrt(expected / rho), 1e-6 * v[SPEED]);
    EXPECT_NEAR(v[W_MIN], 2.0 * M_PI * v[SPEED] / L, 1e-6 * v[W_MIN]);
    EXPECT_NEAR(shear[MODULUS], mod[MEAN_G_A], 1e-9 * mod[MEAN_G_A]);
    EXPECT_NEAR(shear[W_MIN], 2.0 * M_PI * std::sqrt(mod[MEAN_G_A] / rho) / L, 1e-6 * shear[W_MIN]);
    EXPECT_EQ(v[NSNAPSHOT], 3.0) << "the snapshots before the modulus was known count";
}

TEST_F(UlinmModulus, bulk_auto_under_a_thermostat_is_adiabatic)
{
    run(liquid() +
        "fix nvt all nvt temp 1 1 0.2\nvariable e equal etotal\nthermo_modify norm no\n" +
        auto_with() + "thermo_modify norm no\nrun 700\n");
    const auto v = vector("eta"), mod = vector("mod");
    const auto p = samples("p"), e = samples("e");
    const double V = thermo("vol"), kT = mean(samples("t")),
                 K_T = mod[MEAN_K_A] - V * covariance(p, p) / kT;
    // T V (dP/dT)_V^2 / C_V with k = 1
    const double dPdT = covariance(e, p) / (kT * kT), C_V = covariance(e, e) / (kT * kT);
    EXPECT_NEAR(v[MODULUS], K_T + kT * V * dPdT * dPdT / C_V, 1e-6 * v[MODULUS]);
    EXPECT_GT(v[MODULUS], K_T);
}

TEST_F(UlinmModulus, means_are_those_above_the_frequency_that_is_known_at_the_end)
{
    run(liquid() + "fix nve all nve\nvariable e equal etotal\n" + auto_with() + "run 700\n");
    const auto v = vector("eta");
    char lower[40], upper[40];
    snprintf(lower, sizeof(lower), "%.6g", 0.97 * v[W_MIN]);
    snprintf(upper, sizeof(upper), "%.6g", 1.03 * v[W_MIN]);
    reopen();
    run(liquid() + "fix nve all nve\n" + with(std::string("friction 80 wmin ") + lower) +
        "compute up all ulinm/viscosity inm gam friction 80 wmin " + upper +
        "\nthermo_style custom step c_eta c_up\nthermo 350\nrun 700\n");
    const auto lo = vector("eta"), up = vector("up");
    for (int set : {UL, STABLE, ALL}) {
        EXPECT_LE(v[MEAN + set], lo[MEAN + set] * (1 + 1e-4)) << set;
        EXPECT_GE(v[MEAN + set], up[MEAN + set] * (1 - 1e-4)) << set;
    }
    EXPECT_GT(v[ERR + ALL], 0.0);
}

TEST_F(UlinmModulus, samples_continue_after_a_restart)
{
    const std::string file = scratch("bulk.restart");
    run(liquid() + "fix nve all nve\nvariable e equal etotal\n" + auto_with() +
        "run 700\nwrite_restart " + file + "\n");
    const auto before = vector("eta");
    reopen();
    run("read_restart " + file + "\n" + smooth_pair() +
        "pair_modify shift yes\nfix nve all nve\n"
        "variable e equal etotal\n" +
        auto_with() + "run 0\n");
    const auto after = vector("eta");
    ASSERT_TRUE(std::isfinite(before[MODULUS]));
    for (int k : {(int)MODULUS, (int)ERR_MODULUS, (int)W_MIN, (int)MEAN + ALL, (int)ERR + ALL,
                  (int)NSNAPSHOT})
        EXPECT_NEAR(after[k], before[k], 1e-9 * before[k]) << k;
    if (rank() == 0) std::remove(file.c_str());
}

TEST_F(UlinmModulus, bulk_auto_is_not_known_under_a_barostat_and_says_so)
{
    run(liquid() + "fix npt all npt temp 1 1 0.2 iso 0 0 1\n" + with("friction 80 bulk auto") +
        "thermo 20\n");
    const std::string log = log_of("run 20\n");
    EXPECT_TRUE(std::isnan(vector("eta")[MODULUS]));
    EXPECT_TRUE(std::isnan(vector("eta")[MEAN]));
    EXPECT_NE(log.find("bulk auto is not known (fix npt (npt) leaves neither constant energy nor a "
                       "canonical ensemble"),
              std::string::npos)
        << log;
}

TEST_F(UlinmModulus, auto_needs_modes)
{
    const std::string error = error_of(liquid() + "fix nve all nve\n" +
                                       with("friction 80 bulk auto", "edge frequency 5 solver kpm 200") + "run 0\n");
    EXPECT_NE(error.find("bulk auto is not possible: solver kpm"), std::string::npos) << error;
}

TEST_F(UlinmModulus, trajectory_with_bulk_auto_is_the_same_to_the_last_bit)
{
    run(liquid() + "fix nve all nve\nrun 20\n");
    const auto x = atoms("x");
    reopen();
    run(liquid() + "fix nve all nve\n" + with("friction 80 bulk auto bulk/every 2") + "run 20\n");
    EXPECT_EQ(x, atoms("x"));
}

TEST_F(UlinmViscosity, mistakes_are_told_in_one_line)
{
    const std::string begin =
        melt108() + "velocity all create 1.0 4711 loop geom\nfix nve all nve\n";
    auto log_with = [&](const std::string &setup) {
        reopen();
        run(begin + setup);
        return log_of("run 0\n");
    };
    const std::string slow  = log_with(with("friction 80 bulk 0.065")),
                      fast  = log_with(with("friction 80 bulk 65000")),
                      right = log_with(with("friction 80 bulk 65"));
    EXPECT_NE(slow.find("bulk 0.065 means a speed of sound of 0.23"), std::string::npos) << slow;
    EXPECT_NE(fast.find("bulk 65000 means a speed of sound of 234"), std::string::npos) << fast;
    EXPECT_EQ(right.find("means a speed of sound"), std::string::npos) << right;

    const std::string none = log_with(with("friction 80 wmin 1", "edge none")),
                      low  = log_with(with("friction 80 wmin 12", "edge frequency 5"));
    EXPECT_NE(none.find("has no mobility edge; use its keyword edge"), std::string::npos) << none;
    EXPECT_NE(low.find("the mobility edge, |w| = 5, is below w_min = 12"), std::string::npos)
        << low;

    const std::string part =
        log_with("group some id <= 60\ncompute inm some inm/dos 50 edge pr 0.27\n"
                 "compute gam some affine/gamma inm\n"
                 "compute eta some ulinm/viscosity inm gam friction 80 wmin 1\n"
                 "thermo_style custom step c_eta\n");
    EXPECT_NE(part.find("group some has 60 of 108 atoms"), std::string::npos) << part;
}

} // namespace
