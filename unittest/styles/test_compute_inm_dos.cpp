// compute inm/dos inside LAMMPS: its outputs, and their independence of the number of ranks and of
// how LAMMPS stores atoms.  For dynamical_matrix as reference see test_hessian_oracle.cpp

#include "lammps_test.h"

#include <cmath>
#include <regex>

namespace {

// rounding: sums over neighbors in a different order, then LAPACK
constexpr double ROUNDING = 1e-11;
// differences of forces
constexpr double FD_TOLERANCE = 2.0e-6;

const char INVOKE[] = "\nthermo_style custom step c_inm\nthermo_modify norm no\nrun 0\n";

class InmDos : public LammpsTest {
protected:
    std::vector<double> spectrum(const std::string &setup, const std::string &keywords = "")
    {
        reopen();
        run(setup + "compute inm all inm/dos 50 edge pr 0.27 " + keywords + INVOKE);
        return column(local("inm"), 0);
    }
    std::string melt256() { return read_melt(state(melt(4, smooth_pair())), smooth_pair()); }
    std::string melt108() { return read_melt(state(melt(3, smooth_pair())), smooth_pair()); }

    // the spectrum of the current configuration on one rank
    std::vector<double> spectrum_alone(const std::string &pair)
    {
        const std::string data = scratch("now.data");
        run("write_data " + data + " nocoeff\n");
        MPI_Barrier(MPI_COMM_WORLD);
        reopen(MPI_COMM_SELF);
        run(read_melt(data, pair) + "compute inm all inm/dos 50 edge pr 0.27" + INVOKE);
        const auto result = column(local("inm"), 0);
        MPI_Barrier(MPI_COMM_WORLD);
        if (rank() == 0) std::remove(data.c_str());
        return result;
    }
};

// ---- outputs ----------------------------------------------------------------------------------

TEST_F(InmDos, fractions_add_up_and_three_translations_are_left_out)
{
    run(melt(4, kob_andersen_pair()) + "compute inm all inm/dos 50 edge pr 0.27\n"
                                       "thermo_style custom step c_inm\nrun 0\n");
    const auto v = vector("inm");
    EXPECT_NEAR(v[0] + v[1], 1.0, 1e-14);
    EXPECT_NEAR(v[2] + v[3], v[1], 1e-14);
    EXPECT_EQ(v[5], 3.0);
    EXPECT_LT(v[7], 1e-7);
}

TEST_F(InmDos, fractions_and_classes_are_those_of_the_modes)
{
    run(melt256() + "compute inm all inm/dos 50 edge pr 0.27" + INVOKE);
    const auto modes = local("inm");
    ASSERT_EQ(modes.size(), 768u);
    double n = 0, stable = 0, ul = 0, ud = 0, zero = 0;
    for (size_t p = 0; p < modes.size(); p++) {
        const double lambda = modes[p][0], w = modes[p][1], pr = modes[p][2], cls = modes[p][3];
        if (p) {
            EXPECT_GE(lambda, modes[p - 1][0]) << "not in ascending order";
        }
        EXPECT_DOUBLE_EQ(w, lambda < 0 ? -std::sqrt(-lambda) : std::sqrt(lambda));
        if (cls == 0) {
            EXPECT_EQ(lambda, 0.0);
            zero++;
            continue;
        }
        EXPECT_GE(pr, 1.0 / 256 - 1e-12);
        EXPECT_LE(pr, 1.0 + 1e-12);
        EXPECT_EQ(cls, lambda > 0 ? 1 : pr < 0.27 ? -1 : -2);
        n++;
        stable += (cls == 1);
        ul += (cls == -1);
        ud += (cls == -2);
    }
    EXPECT_EQ(zero, 3);
    EXPECT_GT(ul, 0);
    EXPECT_GT(ud, 0);
    const auto v = vector("inm");
    EXPECT_DOUBLE_EQ(v[0], stable / n);
    EXPECT_DOUBLE_EQ(v[1], (ul + ud) / n);
    EXPECT_DOUBLE_EQ(v[2], ul / n);
    EXPECT_DOUBLE_EQ(v[3], ud / n);
    EXPECT_EQ(scalar("inm"), v[1]);
}

TEST_F(InmDos, histogram_is_that_of_the_modes_and_normalized)
{
    run(melt256() + "compute inm all inm/dos 40 range -40 120 edge pr 0.27" + INVOKE);
    const auto modes = local("inm"), bins = array("inm");
    std::vector<double> count(40, 0.0), sum(40, 0.0);
    for (const auto &mode : modes) {
        if (mode[3] == 0) continue;
        const int b = (int)std::floor((mode[1] + 40.0) / 4.0);
        ASSERT_TRUE(b >= 0 && b < 40) << "test: range too small";
        count[b]++;
        sum[b] += mode[2];
    }
    double integral = 0.0;
    for (int b = 0; b < 40; b++) {
        EXPECT_NEAR(bins[b][0], -38.0 + 4.0 * b, 1e-12);
        EXPECT_NEAR(bins[b][1], count[b] / (765.0 * 4.0), 1e-14);
        EXPECT_EQ(bins[b][3], count[b]);
        EXPECT_NEAR(bins[b][4], sum[b], 1e-12 * (1.0 + sum[b]));
        if (count[b] > 0) {
            EXPECT_NEAR(bins[b][2], sum[b] / count[b], 1e-12);
        } else {
            EXPECT_TRUE(std::isnan(bins[b][2]));
        }
        integral += 4.0 * bins[b][1];
    }
    EXPECT_NEAR(integral, 1.0, 1e-13);
}

TEST_F(InmDos, default_range_holds_all_modes_and_stays)
{
    run(melt256() + "fix nve all nve\ncompute inm all inm/dos 50 edge pr 0.27\n"
                    "thermo_style custom step c_inm\nthermo 10\nrun 0\n");
    const auto before = column(array("inm"), 0);
    double counted    = 0;
    for (const auto &row : array("inm"))
        counted += row[3];
    EXPECT_EQ(counted, 765.0);
    run("run 10\n");
    EXPECT_EQ(column(array("inm"), 0), before);
}

TEST_F(InmDos, modes_outside_the_range_are_warned_of_and_not_lost_from_fractions)
{
    const std::string log =
        log_of(melt256() + "compute inm all inm/dos 10 range -1 1 edge pr 0.27" + INVOKE);
    EXPECT_NE(log.find("modes lie outside range"), std::string::npos);
    double counted = 0;
    for (const auto &row : array("inm"))
        counted += row[3];
    EXPECT_LT(counted, 765.0);
    EXPECT_NEAR(vector("inm")[0] + vector("inm")[1], 1.0, 1e-14);
}

TEST_F(InmDos, unstable_only_and_no_vectors_find_the_same_eigenvalues)
{
    run(melt256() + "compute inm all inm/dos 50 edge pr 0.27" + INVOKE);
    const auto all = local("inm");
    const auto v   = vector("inm");
    reopen();
    run(melt256() + "compute inm all inm/dos 50 edge pr 0.27 modes unstable" + INVOKE);
    const auto unstable = local("inm");
    EXPECT_LT(deviation(column(unstable, 0), column(all, 0)), ROUNDING);
    for (size_t p = 0; p < all.size(); p++) {
        EXPECT_EQ(unstable[p][3], all[p][3]);
        if (all[p][0] < 0)
            EXPECT_NEAR(unstable[p][2], all[p][2], 1e-8);
        else
            EXPECT_TRUE(std::isnan(unstable[p][2])) << "a stable mode has no vector here";
    }
    for (int k = 0; k < 4; k++)
        EXPECT_NEAR(vector("inm")[k], v[k], 1e-14);
    reopen();
    run(melt256() + "compute inm all inm/dos 50 edge frequency 4 modes none" + INVOKE);
    const auto none = local("inm");
    EXPECT_LT(deviation(column(none, 0), column(all, 0)), ROUNDING);
    for (const auto &mode : none) {
        EXPECT_TRUE(std::isnan(mode[2]));
        if (mode[0] < 0) {
            EXPECT_EQ(mode[3], mode[1] < -4 ? -1 : -2);
        }
    }
    EXPECT_DOUBLE_EQ(scalar("inm"), v[1]);
    EXPECT_EQ(vector("inm")[4], 4.0);
}

TEST_F(InmDos, solvers_agree_with_any_number_of_threads)
{
    run(melt256() + "compute inm all inm/dos 50 edge pr 0.27 solver lapack" + INVOKE);
    const auto lapack = local("inm");
    for (const std::string keywords : {"solver twostage", "solver twostage threads 1", "solver auto threads 2"}) {
        reopen();
        run(melt256() + "compute inm all inm/dos 50 edge pr 0.27 " + keywords + INVOKE);
        const auto other = local("inm");
        EXPECT_LT(deviation(column(other, 0), column(lapack, 0)), ROUNDING) << keywords;
        for (size_t p = 0; p < lapack.size(); p++) {
            if (lapack[p][3] != 0.0) EXPECT_NEAR(other[p][2], lapack[p][2], 1e-8) << keywords;
            EXPECT_EQ(other[p][3], lapack[p][3]) << keywords;
        }
    }
}

// sums agree with double precision, so the viscosity of the paper is unaffected by single precision
TEST_F(InmDos, single_precision_gives_the_viscosity_of_double)
{
    std::vector<double> eta[2];
    for (int single = 0; single < 2; single++) {
        reopen();
        const std::string keywords = single ? "precision single" : "";
        const std::string log = log_of(melt256() + three_computes(keywords) + "thermo_style custom step c_eta\nrun 0\n");
        eta[single] = vector("eta");
        EXPECT_EQ(log.find("in single precision") != std::string::npos, single == 1) << log;
    }
    for (int set = 0; set < 4; set++) {
        EXPECT_NEAR(eta[1][set], eta[0][set], 1e-4 * eta[0][set]) << set;
        EXPECT_NE(eta[1][set], eta[0][set]) << set;
    }
}

// 2592 modes are refined; outputs of unstable modes and the viscosity are those of double precision
TEST_F(InmDos, precision_auto_gives_the_modes_of_double)
{
    std::vector<double> eta[2];
    std::vector<std::vector<double>> modes[2];
    const std::string start = read_melt(state(melt(6, smooth_pair())), smooth_pair());
    for (int refined = 0; refined < 2; refined++) {
        reopen();
        const std::string keywords = std::string("modes unstable solver twostage") + (refined ? "" : " precision double");
        const std::string log = log_of(start + three_computes(keywords) + "thermo_style custom step c_eta\nrun 0\n");
        eta[refined]   = vector("eta");
        modes[refined] = local("inm");
        EXPECT_EQ(log.find("refined to double") != std::string::npos, refined == 1) << log;
    }
    for (int set : {0, 1}) EXPECT_NEAR(eta[1][set], eta[0][set], 1e-9 * eta[0][set]) << set;
    EXPECT_NE(eta[1][0], eta[0][0]);
    for (size_t p = 0; p < modes[0].size() && modes[0][p][0] < 0.0; p++) {
        EXPECT_NEAR(modes[1][p][0], modes[0][p][0], 1e-9 * std::fabs(modes[0][0][0])) << p;
        EXPECT_NEAR(modes[1][p][2], modes[0][p][2], 1e-8) << p;
    }
}

// a dumbbell so stiff that rounding hides the soft modes
TEST_F(InmDos, single_precision_that_is_not_safe_becomes_double)
{
    const std::string pair =
        "pair_style hybrid/overlay lj/smooth 2.0 2.5 zero 2.5\npair_coeff * * lj/smooth 1.0 1.0\npair_coeff * * zero\n";
    const std::string setup = "units lj\natom_style bond\natom_modify map array\nlattice fcc 1.0\n"
                              "region box block 0 4 0 4 0 4\n"
                              "create_box 1 box bond/types 1 extra/bond/per/atom 1\ncreate_atoms 1 box\nmass 1 1.0\n" +
        pair +
        "special_bonds lj 1 1 1\nbond_style harmonic\nbond_coeff 1 1e8 1.1225\n"
        "displace_atoms all random 0.05 0.05 0.05 4711\n"
        "create_bonds single/bond 1 1 2\ncreate_bonds single/bond 1 3 4\ncreate_bonds single/bond 1 5 6\n"
        "create_bonds single/bond 1 9 10\ncreate_bonds single/bond 1 13 14\n";
    const std::string log = log_of(setup + "compute inm all inm/dos 50 modes unstable check no solver twostage precision single" + INVOKE);
    EXPECT_NE(log.find("precision single is not accurate enough"), std::string::npos) << log;
    const auto refused = local("inm");
    reopen();
    run(setup + "compute inm all inm/dos 50 modes unstable check no solver twostage" + INVOKE);
    const auto wanted = local("inm");
    ASSERT_EQ(refused.size(), wanted.size());
    for (size_t p = 0; p < wanted.size(); p++) EXPECT_EQ(refused[p][0], wanted[p][0]) << p;
}

TEST_F(InmDos, a_solution_of_some_length_is_announced_with_an_estimate_of_its_time)
{
    const std::string log = log_of(melt(5, smooth_pair(), 100) + "compute inm all inm/dos 50 modes none check no" + INVOKE);
    EXPECT_TRUE(std::regex_search(
        log, std::regex("1500 modes, solver [a-z]+, [0-9]+ (threads on rank 0|ranks), [0-9.e-]+ GB( on a node)?, about [0-9.]+ (s|min|h) per snapshot")))
        << log;
}

// progress during a library call that returns only at the end; none if it is shorter than the first
// interval
TEST_F(InmDos, a_long_solution_shows_that_it_goes_on)
{
    int nprocs;
    MPI_Comm_size(MPI_COMM_WORLD, &nprocs);
    if (nprocs > 1) GTEST_SKIP() << "takes some 10 s, one rank is enough";
    const std::string log = log_of(melt(7, smooth_pair(), 20) + "compute inm all inm/dos 50 modes all solver lapack check no" + INVOKE);
    std::smatch took;
    ASSERT_TRUE(std::regex_search(log, took, std::regex("diagonalization took ([0-9.e+-]+) s"))) << log;
    const double seconds = std::stod(took[1]);
    if (seconds > 4.5 && seconds < 5.5) GTEST_SKIP() << "either is right at " << seconds << " s";
    EXPECT_EQ(std::regex_search(log, std::regex("inm: diagonalization: 5(\\.[0-9])? s of about [0-9.]+ (s|min)\n")), seconds > 5.0) << log;
}

TEST_F(InmDos, without_an_edge_the_split_of_the_unstable_modes_is_unknown)
{
    for (const std::string keywords : {"", "edge none", "modes none"}) {
        reopen();
        run(melt108() + "compute inm all inm/dos 50 " + keywords + INVOKE);
        const auto v = vector("inm");
        EXPECT_GT(v[1], 0.0);
        EXPECT_TRUE(std::isnan(v[2])) << keywords;
        EXPECT_TRUE(std::isnan(v[3])) << keywords;
        EXPECT_TRUE(std::isnan(v[4])) << keywords;
    }
}

TEST_F(InmDos, mobility_edge_lies_where_the_bin_mean_crosses)
{
    run(melt256() + "compute inm all inm/dos 30 edge pr 0.27" + INVOKE);
    const double w  = -vector("inm")[4];
    const auto bins = array("inm");
    // linear interpolation between the two bins around it
    bool found = false;
    for (size_t b = 0; b + 1 < bins.size(); b++)
        if (bins[b][0] <= w && w <= bins[b + 1][0]) {
            const double t = (w - bins[b][0]) / (bins[b + 1][0] - bins[b][0]);
            EXPECT_NEAR((1 - t) * bins[b][2] + t * bins[b + 1][2], 0.27, 1e-12);
            found = true;
        }
    EXPECT_TRUE(found) << "edge at " << w;
}

TEST_F(InmDos, shares_of_the_atoms_add_up_to_one_in_each_class)
{
    for (const std::string modes : {"all", "unstable"}) {
        reopen();
        run(melt256() + "compute inm all inm/dos 50 edge pr 0.27 modes " + modes + INVOKE);
        const auto share = peratom("inm");
        ASSERT_EQ(share.size(), 256u);
        for (int k = 0; k < 3; k++) {
            double sum = 0.0;
            for (const auto &row : share)
                sum += row[k];
            EXPECT_NEAR(sum, 1.0, 1e-12) << modes << ", class " << k;
        }
    }
}

TEST_F(InmDos, stable_share_from_completeness_is_that_from_the_vectors)
{
    run(melt256() + "compute inm all inm/dos 50 edge pr 0.27" + INVOKE);
    const auto all = peratom("inm");
    reopen();
    run(melt256() + "compute inm all inm/dos 50 edge pr 0.27 modes unstable" + INVOKE);
    const auto some = peratom("inm");
    for (int k = 0; k < 3; k++)
        EXPECT_LT(deviation(column(some, k), column(all, k)), 1e-9);
}

TEST_F(InmDos, chosen_eigenvector_has_the_curvature_and_the_participation_ratio_of_its_mode)
{
    for (const std::string index : {"1", "20", "768"}) {
        reopen();
        run(melt256() + "mass 2 2.5\ncompute inm all inm/dos 50 edge pr 0.27 eigenvector index " +
            index + "\nthermo_style custom step c_inm pe\nthermo_modify norm no\nrun 0\n");
        const auto mode = local("inm")[std::stoi(index) - 1];
        const auto rows = peratom("inm");
        double norm = 0.0, fourth = 0.0;
        for (const auto &r : rows) {
            const double e2 = r[3] * r[3] + r[4] * r[4] + r[5] * r[5];
            norm += e2;
            fourth += e2 * e2;
        }
        EXPECT_NEAR(norm, 1.0, 1e-11);
        EXPECT_NEAR(1.0 / (256.0 * fourth), mode[2], 1e-10);

        // forces for displacements along the mode: -[f(s) - f(-s)] / 2s sqrt(m) = lambda e
        const double s = 1e-6;
        std::vector<double> curvature(768, 0.0), expected(768);
        for (int side = 0; side < 2; side++) {
            reopen();
            run(melt256() + "mass 2 2.5\n");
            auto x    = (double **)lammps_extract_atom(lmp, "x");
            auto tag  = (int *)lammps_extract_atom(lmp, "id");
            auto type = (int *)lammps_extract_atom(lmp, "type");
            std::vector<std::vector<double>> mass;
            for (int i = 0; i < *(int *)lammps_extract_global(lmp, "nlocal"); i++) {
                const double m = (type[i] == 2) ? 2.5 : 1.0;
                mass.push_back({(double)tag[i], m});
                for (int a = 0; a < 3; a++)
                    x[i][a] += (side ? -s : s) * rows[tag[i] - 1][3 + a] / std::sqrt(m);
            }
            mass = gather(mass);
            std::sort(mass.begin(), mass.end());
            run("run 0\n");
            const auto f = atoms("f");
            for (int i = 0; i < 256; i++)
                for (int a = 0; a < 3; a++) {
                    curvature[3 * i + a] +=
                        (side ? 1.0 : -1.0) * f[i][a] / (2.0 * s * std::sqrt(mass[i][1]));
                    expected[3 * i + a] = mode[0] * rows[i][3 + a];
                }
        }
        EXPECT_LT(deviation(curvature, expected), 1e-5);
    }
}

TEST_F(InmDos, eigenvector_by_frequency_is_that_of_the_nearest_mode)
{
    run(melt108() + "compute inm all inm/dos 50 edge pr 0.27" + INVOKE);
    const auto modes = local("inm");
    reopen();
    run(melt108() + "compute inm all inm/dos 50 edge pr 0.27 eigenvector index 4" + INVOKE);
    const auto by_index = peratom("inm");
    reopen();
    run(melt108() + "compute inm all inm/dos 50 edge pr 0.27 eigenvector frequency " +
        std::to_string(modes[3][1]) + INVOKE);
    const auto by_frequency = peratom("inm");
    for (size_t i = 0; i < by_index.size(); i++)
        for (int a = 3; a < 6; a++) EXPECT_NEAR(by_frequency[i][a], by_index[i][a], 1e-10);
}

TEST_F(InmDos, four_times_the_mass_is_half_the_frequency)
{
    auto light       = spectrum(melt256());
    const auto heavy = spectrum(melt256() + "mass * 4.0\n");
    for (auto &l : light)
        l /= 4.0;
    EXPECT_LT(deviation(heavy, light), ROUNDING);
}

// ---- ways to keep atoms -----------------------------------------------------------------------

TEST_F(InmDos, any_number_of_ranks_finds_the_spectrum_of_one)
{
    for (const std::string hessian : {"analytic", "numeric 0"}) {
        const auto here            = spectrum(melt108(), "eigenvector index 2 hessian " + hessian);
        const auto pr              = column(local("inm"), 2);
        const auto v               = vector("inm");
        const auto per             = peratom("inm");
        const std::string commands = melt108();
        reopen(MPI_COMM_SELF);
        run(commands + "compute inm all inm/dos 50 edge pr 0.27 eigenvector index 2 hessian " +
            hessian + INVOKE);
        const double tolerance = (hessian == "analytic") ? ROUNDING : FD_TOLERANCE;
        EXPECT_LT(deviation(here, column(local("inm"), 0)), tolerance);
        for (int k = 0; k < 6; k++)
            EXPECT_NEAR(v[k], vector("inm")[k], 1e3 * tolerance) << k;
        if (hessian == "analytic") {
            std::vector<double> seen, expected;
            for (size_t p = 0; p < pr.size(); p++)
                if (local("inm")[p][3] != 0) {
                    seen.push_back(pr[p]);
                    expected.push_back(local("inm")[p][2]);
                }
            EXPECT_LT(deviation(seen, expected), 1e-8);
            for (int k = 0; k < 6; k++) // eigenvector, including its sign
                EXPECT_LT(deviation(column(per, k), column(peratom("inm"), k)), k < 3 ? 1e-9 : 1e-8)
                    << k;
        }
    }
}

TEST_F(InmDos, newton_off_finds_the_same)
{
    const auto on = spectrum(melt256());
    EXPECT_LT(deviation(spectrum("newton off\n" + melt256()), on), ROUNDING);
    const auto small = spectrum(melt108());
    EXPECT_LT(deviation(spectrum("newton off\n" + melt108(), "hessian numeric 0"), small),
              FD_TOLERANCE);
}

TEST_F(InmDos, atom_map_is_not_required_of_the_user)
{
    const std::string modify = "atom_modify map array\n";
    std::string none         = melt108();
    none.replace(none.find(modify), modify.size(), "");
    const auto with = spectrum(melt108());
    EXPECT_LT(deviation(spectrum(none, "hessian analytic"), with), ROUNDING);
    EXPECT_LT(deviation(spectrum(none, "hessian numeric 0"), with), FD_TOLERANCE);
    std::string hash = melt108();
    hash.replace(hash.find("map array"), 9, "map hash");
    EXPECT_LT(deviation(spectrum(hash, "hessian numeric 0"), with), FD_TOLERANCE);
}

TEST_F(InmDos, sorted_and_migrating_atoms_and_a_neighbor_list_of_any_age_do_not_matter)
{
    for (const std::string hessian : {"analytic", "numeric 0"})
        for (const std::string steps : {"1", "7", "23"}) {
            reopen();
            run(melt108() +
                "atom_modify sort 5 1.0\nneighbor 0.5 bin\nneigh_modify every 1 delay 0 check yes\n"
                "fix nve all nve\ncompute inm all inm/dos 50 edge pr 0.27 hessian " +
                hessian + "\nthermo_style custom step c_inm\nthermo 1\nrun 2\nthermo 50\nrun " +
                steps + "\n");
            const auto here = column(local("inm"), 0);
            EXPECT_LT(deviation(here, spectrum_alone(smooth_pair())),
                      hessian == "analytic" ? ROUNDING : FD_TOLERANCE)
                << hessian << " after " << steps;
        }
}

TEST_F(InmDos, tiled_and_wide_communication_do_not_matter)
{
    const auto here = spectrum(melt256());
    EXPECT_LT(deviation(spectrum("comm_style tiled\n" + melt256() + "balance 1.0 rcb\n"), here),
              ROUNDING);
    EXPECT_LT(deviation(spectrum(melt256() + "comm_modify cutoff 5.5\n"), here), ROUNDING);
    const auto small = spectrum(melt108());
    EXPECT_LT(deviation(spectrum("comm_style tiled\n" + melt108() + "balance 1.0 rcb\n",
                                 "hessian numeric 0"),
                        small),
              FD_TOLERANCE);
    EXPECT_LT(
        deviation(spectrum(melt108() + "comm_modify cutoff 5.5\n", "hessian numeric 0"), small),
        FD_TOLERANCE);
}

TEST_F(InmDos, excluded_pairs_are_no_part_of_the_hessian)
{
    const std::string excluded = melt108() + "neigh_modify exclude type 2 2\n";
    const auto numeric         = spectrum(excluded, "hessian numeric 0");
    EXPECT_LT(deviation(spectrum(excluded, "hessian analytic"), numeric), FD_TOLERANCE);
}

TEST_F(InmDos, atoms_may_be_deleted_and_masses_changed_between_runs)
{
    const std::string change = "delete_atoms group few compress yes\nmass * 3.0\n";
    run(melt256() + "group few id 1:20\ncompute inm all inm/dos 50 edge pr 0.27" + INVOKE + change +
        "run 0\n");
    const auto later = column(local("inm"), 0);
    const auto share = peratom("inm");
    EXPECT_EQ(share.size(), 236u);
    EXPECT_LT(deviation(later, spectrum(melt256() + "group few id 1:20\n" + change)), ROUNDING);
}

TEST_F(InmDos, ranks_without_atoms_take_part)
{
    // a drop of 32 atoms in the corner of a large box
    const std::string drop =
        "units lj\natom_style atomic\nlattice fcc 1.0\nregion box block 0 12 0 4 0 4\n"
        "create_box 1 box\nregion r block 0 1.9 0 1.9 0 1.9\ncreate_atoms 1 region r\nmass 1 1.0\n"
        "pair_style lj/smooth 2.0 2.5\npair_coeff 1 1 1.0 1.0\n"
        "displace_atoms all random 0.1 0.1 0.1 4711\n";
    const std::string cuts = (ranks() > 1) ? "processors " + std::to_string(ranks()) + " 1 1\n"
                                           : "";
    const auto analytic    = spectrum(cuts + drop, "hessian analytic");
    const auto numeric     = spectrum(cuts + drop, "hessian numeric 0");
    EXPECT_EQ(vector("inm")[5], 3.0);
    EXPECT_LT(deviation(numeric, analytic), FD_TOLERANCE);
    reopen(MPI_COMM_SELF);
    run(drop + "compute inm all inm/dos 50 edge pr 0.27" + INVOKE);
    EXPECT_LT(deviation(analytic, column(local("inm"), 0)), ROUNDING);
}

TEST_F(InmDos, two_atoms_are_an_oscillator)
{
    // lj dimer at distance r: lambda = 2 u''/m once, 2 u'/(r m) twice
    const double r = 1.05, i6 = std::pow(r, -6);
    const double du  = -24.0 * (2.0 * i6 * i6 - i6) / r,
                 du2 = 4.0 * (156.0 * i6 * i6 - 42.0 * i6) / (r * r);
    for (const std::string hessian : {"analytic", "numeric 0"}) {
        reopen();
        run("units lj\natom_style atomic\nregion box block 0 9 0 9 0 9\ncreate_box 1 box\nmass 1 "
            "2.0\n"
            "create_atoms 1 single 4.4 4.5 4.5\ncreate_atoms 1 single 5.45 4.5 4.5\n"
            "pair_style lj/cut 2.5\npair_coeff * * 1.0 1.0\n"
            "compute inm all inm/dos 10 edge pr 0.27 hessian " +
            hessian + INVOKE);
        const auto lambda = column(local("inm"), 0);
        ASSERT_EQ(lambda.size(), 6u);
        EXPECT_EQ(vector("inm")[5], 3.0);
        EXPECT_NEAR(lambda[5], 2.0 * du2 / 2.0, 1e-5);
        EXPECT_NEAR(lambda[0], 2.0 * du / r / 2.0, 1e-5);
        EXPECT_NEAR(lambda[1], 2.0 * du / r / 2.0, 1e-5);
        for (int p = 2; p < 5; p++)
            EXPECT_EQ(lambda[p], 0.0);
    }
}

TEST_F(InmDos, harmonic_entropy_is_that_of_the_local_array_and_undefined_with_unstable_modes)
{
    const double T = 0.7;
    for (const std::string units : {"lj", "metal"}) {
        reopen();
        // a crystal: all modes stable; h in eV ps, k in eV/K
        const double h = (units == "lj") ? 1.0 : 4.135667696e-3, k = (units == "lj") ? 1.0 : 8.617333262e-5;
        run("units " + units + "\natom_style atomic\nlattice fcc " + (units == "lj" ? "1.1" : "1.55") +
            "\nregion box block 0 3 0 3 0 3\ncreate_box 1 box\ncreate_atoms 1 box\nmass 1 2.0\n"
            "pair_style lj/cut 2.0\npair_coeff * * 1.0 1.0\ndisplace_atoms all random 0.01 0.01 0.01 8\n"
            "compute inm all inm/dos 10 modes none entropy 0.7" + INVOKE);
        const auto lambda = column(local("inm"), 0);
        double sum        = 0.0;
        for (double one : lambda)
            if (one != 0.0) sum += 1.0 - std::log(h / (2.0 * M_PI) * std::sqrt(one) / (k * T));
        const auto v = vector("inm");
        ASSERT_EQ(v[1], 0.0);
        EXPECT_NEAR(v[12], sum / 108.0, 1e-6 * std::fabs(sum) / 108.0); // LAMMPS may have older constants
        EXPECT_GT(v[13], v[12]);
    }
    reopen();
    const std::string log =
        log_of(melt108() + "compute inm all inm/dos 10 modes none entropy 0.7" + INVOKE);
    EXPECT_GT(vector("inm")[1], 0.0);
    EXPECT_TRUE(std::isnan(vector("inm")[12]));
    EXPECT_NE(log.find("the harmonic entropy is nan, because there are unstable modes: minimize first"), std::string::npos);
}

TEST_F(InmDos, one_atom_has_only_translations)
{
    run("units lj\natom_style atomic\nregion box block 0 9 0 9 0 9\ncreate_box 1 box\nmass 1 2.0\n"
        "create_atoms 1 single 4.4 4.5 4.5\npair_style lj/cut 2.5\npair_coeff * * 1.0 1.0\n"
        "compute inm all inm/dos 10 edge pr 0.27\ncompute gam all affine/gamma inm\n"
        "compute eta all ulinm/viscosity inm gam friction 1 wmin 0\n"
        "thermo_style custom step c_inm c_eta\nrun 0\n");
    EXPECT_EQ(vector("inm")[5], 3.0);
    EXPECT_TRUE(std::isnan(scalar("inm"))) << "there are no modes to be a fraction of";
}

TEST_F(InmDos, an_empty_group_is_survived)
{
    const std::string error = error_of(melt108() +
                                       "group none type 2\ngroup none subtract none none\n"
                                       "compute inm none inm/dos 50 edge pr 0.27" +
                                       INVOKE);
    if (error.empty()) {
        EXPECT_TRUE(std::isnan(scalar("inm")));
    }
}

// ---- boxes and groups -------------------------------------------------------------------------

TEST_F(InmDos, triclinic_box_without_tilt_is_the_orthogonal_box)
{
    const auto orthogonal = spectrum(melt256());
    EXPECT_LT(deviation(spectrum(melt256() + "change_box all triclinic\n"), orthogonal), ROUNDING);
    const auto small = spectrum(melt108());
    EXPECT_LT(
        deviation(spectrum(melt108() + "change_box all triclinic\n", "hessian numeric 0"), small),
        FD_TOLERANCE);
}

TEST_F(InmDos, tilted_box_agrees_with_differences)
{
    const std::string tilted =
        melt108() +
        "change_box all triclinic xy final 1.0 xz final -0.7 yz final 0.4 remap units box\n";
    const auto numeric = spectrum(tilted, "hessian numeric 0");
    EXPECT_LT(deviation(spectrum(tilted, "hessian analytic"), numeric), FD_TOLERANCE);
    EXPECT_EQ(vector("inm")[5], 3.0);
}

std::string flat(const std::string &units = "lj")
{
    return "units " + units +
           "\ndimension 2\natom_style atomic\nlattice hex 0.85\nregion box block 0 9 0 5 -0.5 0.5\n"
           "create_box 1 box\ncreate_atoms 1 box\nmass 1 1.0\npair_style lj/smooth 2.0 2.5\n"
           "pair_coeff 1 1 1.0 1.0\ndisplace_atoms all random 0.15 0.15 0.0 4711\n"
           "fix flat all enforce2d\n";
}

TEST_F(InmDos, two_dimensions_have_two_modes_per_atom_and_two_translations)
{
    const auto analytic = spectrum(flat(), "hessian analytic");
    EXPECT_EQ(analytic.size(), 180u);
    EXPECT_EQ(vector("inm")[5], 2.0);
    EXPECT_LT(deviation(spectrum(flat(), "hessian numeric 0"), analytic), FD_TOLERANCE);
}

TEST_F(InmDos, free_cluster_has_three_translations_whatever_the_boundary)
{
    const std::string cluster = "lattice fcc 1.05\nregion box block -6 6 -6 6 -6 6\ncreate_box 1 "
                                "box\nregion ball sphere 0 0 0 1.7\n"
                                "create_atoms 1 region ball\nmass 1 1.0\npair_style lj/smooth 2.0 "
                                "2.5\npair_coeff 1 1 1.0 1.0\n"
                                "displace_atoms all random 0.1 0.1 0.1 4711\n";
    const auto periodic       = spectrum("units lj\natom_style atomic\n" + cluster);
    for (const std::string boundary : {"f f f", "s s s", "p f s"})
        for (const std::string hessian : {"analytic", "numeric 0"}) {
            const auto here =
                spectrum("units lj\natom_style atomic\nboundary " + boundary + "\n" + cluster,
                         "hessian " + hessian);
            EXPECT_EQ(vector("inm")[5], 3.0) << boundary;
            EXPECT_LT(deviation(here, periodic), hessian == "analytic" ? ROUNDING : FD_TOLERANCE)
                << boundary;
        }
}

TEST_F(InmDos, modes_of_a_group_among_others_have_no_translation_and_agree_with_differences)
{
    const std::string group = melt256() + "group few id 1:60\n";
    std::vector<double> lambda[2];
    int k = 0;
    for (const std::string hessian : {"analytic", "numeric 0"}) {
        reopen();
        run(group + "compute inm few inm/dos 50 edge pr 0.27 hessian " + hessian + INVOKE);
        lambda[k++] = column(local("inm"), 0);
        EXPECT_EQ(vector("inm")[5], 0.0);
        EXPECT_LT(vector("inm")[7], 1e-6);
        const auto share = peratom("inm");
        for (size_t i = 60; i < share.size(); i++)
            for (double s : share[i])
                EXPECT_EQ(s, 0.0) << "atom outside the group";
    }
    EXPECT_EQ(lambda[0].size(), 180u);
    EXPECT_LT(deviation(lambda[1], lambda[0]), FD_TOLERANCE);
}

TEST_F(InmDos, spheres_with_masses_of_their_own_are_atoms_with_these_masses)
{
    const auto atomic      = spectrum(melt108() + "mass 1 1.0\nmass 2 2.5\n");
    std::string sphere     = melt108();
    const std::string data = state(melt(3, smooth_pair()));
    run("clear\n");
    // the data file has atom style atomic: create the atoms one by one
    std::string atoms_of;
    {
        Alone alone(this);
        run(sphere + "run 0\n");
        const auto x   = atoms("x");
        const auto tag = (int *)lammps_extract_atom(lmp, "id");
        const auto typ = (int *)lammps_extract_atom(lmp, "type");
        std::vector<int> type(x.size());
        for (size_t i = 0; i < x.size(); i++)
            type[tag[i] - 1] = typ[i];
        char line[200];
        snprintf(line, sizeof(line),
                 "region box block 0 %.17g 0 %.17g 0 %.17g units box\ncreate_box 2 box\n",
                 thermo("lx"), thermo("ly"), thermo("lz"));
        atoms_of = line;
        for (size_t i = 0; i < x.size(); i++) {
            snprintf(line, sizeof(line), "create_atoms %d single %.17g %.17g %.17g units box\n",
                     type[i], x[i][0], x[i][1], x[i][2]);
            atoms_of += line;
        }
    }
    const auto spheres = spectrum(
        "units lj\natom_style sphere\n" + atoms_of +
        "set group all diameter 1.0\nset type 1 mass 1.0\nset type 2 mass 2.5\n" + smooth_pair());
    EXPECT_LT(deviation(spheres, atomic), 1e-9); // positions cross the faces of the box
}
} // namespace
