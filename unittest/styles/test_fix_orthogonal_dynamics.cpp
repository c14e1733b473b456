// fix orthogonal/dynamics inside LAMMPS, against sums over stored velocities and positions

#include "lammps_test.h"

#include "fix.h"
#include "lammps.h"
#include "modify.h"

#include <cmath>
#include <cstdio>
#include <fstream>
#include <sstream>

namespace {

typedef std::vector<double> Series;

class OrthogonalDynamics : public LammpsTest {
protected:
    // ---- access

    double value(const std::string &id, int type, int i = 0, int j = 0)
    {
        auto x = (double *)lammps_extract_fix(lmp, id.c_str(), LMP_STYLE_GLOBAL, type, i, j);
        EXPECT_FALSE(lammps_has_error(lmp));
        const double result = x ? *x : NAN;
        lammps_free(x);
        return result;
    }
    double scalar_of(const std::string &id) { return value(id, LMP_TYPE_SCALAR); }
    double vector_of(const std::string &id, int i) { return value(id, LMP_TYPE_VECTOR, i); }
    double array_of(const std::string &id, int i, int j) { return value(id, LMP_TYPE_ARRAY, i, j); }

    // all outputs of the fix
    Series everything(const std::string &id, int nlag, int ntypes)
    {
        Series all = {scalar_of(id)};
        for (int i = 0; i < 5 * (ntypes + 1); i++) all.push_back(vector_of(id, i));
        for (int i = 0; i <= nlag; i++)
            for (int j = 0; j < 3 + 2 * ntypes; j++) all.push_back(array_of(id, i, j));
        return all;
    }
    static void expect_close(const Series &a, const Series &b, double tolerance)
    {
        ASSERT_EQ(a.size(), b.size());
        for (size_t i = 0; i < a.size(); i++) {
            if (std::isnan(a[i]) && std::isnan(b[i])) continue;
            EXPECT_NEAR(a[i], b[i], tolerance * std::max(1.0, std::fabs(a[i]))) << "value " << i;
        }
    }
    LAMMPS_NS::Fix *fix(const std::string &id)
    {
        return ((LAMMPS_NS::LAMMPS *)lmp)->modify->get_fix_by_id(id);
    }

    // a scratch file, not shared with runs on other numbers of ranks
    static std::string scratch(const std::string &name)
    {
        int nranks;
        MPI_Comm_size(MPI_COMM_WORLD, &nranks);
        return "tmp." + std::to_string(nranks) + "." + name;
    }
    static void remove(const std::string &file)
    {
        MPI_Barrier(MPI_COMM_WORLD);
        std::remove(file.c_str());
    }

    // ---- systems

    // two masses, a drift, and atoms that may migrate at any step
    static std::string liquid(int steps = 100)
    {
        return melt(4, kob_andersen_pair(), steps) + "mass 2 2.5\nvelocity all set 0.4 -0.2 0.1 sum yes\n"
                                                     "neigh_modify every 1 delay 0 check no\n"
                                                     "atom_modify sort 7 0.0\n";
    }
    static std::string disks()
    {
        return "units lj\ndimension 2\natom_style atomic\natom_modify map array\n"
               "lattice sq2 0.8\nregion box block 0 8 0 8 -0.5 0.5\ncreate_box 1 box\n"
               "create_atoms 1 box\nmass 1 1.5\npair_style lj/cut 2.5\npair_coeff 1 1 1.0 1.0\n"
               "velocity all create 2.0 4711 loop geom\ntimestep 0.004\n"
               "fix nve all nve\nfix flat all enforce2d\nrun 50\n";
    }

    static constexpr const char *RERUN = " dump x y z vx vy vz ix iy iz\n";
    static std::string dump_of(int every, const std::string &name)
    {
        return "dump d all custom " + std::to_string(every) + " " + name +
            " id type x y z vx vy vz ix iy iz\ndump_modify d format float %.17g\n";
    }

    // ---- brute force

    int natoms = 0;
    std::vector<int> type;
    Series mass;                // of each atom
    std::vector<Series> v, x;   // [frame][3*natoms], relative to the center of mass, unwrapped

    void record()
    {
        natoms = (int)lammps_get_natoms(lmp);
        std::vector<int> image(3 * natoms);
        Series velocity(3 * natoms), position(3 * natoms);
        type.resize(natoms);
        lammps_gather_atoms(lmp, "type", 0, 1, type.data());
        lammps_gather_atoms(lmp, "image", 0, 3, image.data());
        lammps_gather_atoms(lmp, "v", 1, 3, velocity.data());
        lammps_gather_atoms(lmp, "x", 1, 3, position.data());
        double lo[3], hi[3];
        lammps_extract_box(lmp, lo, hi, nullptr, nullptr, nullptr, nullptr, nullptr);
        auto of_type = (double *)lammps_extract_atom(lmp, "mass");
        mass.resize(natoms);
        for (int i = 0; i < natoms; i++) {
            mass[i] = of_type[type[i]];
            for (int k = 0; k < 3; k++) position[3 * i + k] += image[3 * i + k] * (hi[k] - lo[k]);
        }
        subtract_mean(velocity);
        subtract_mean(position);
        v.push_back(velocity);
        x.push_back(position);
    }
    void subtract_mean(Series &y)
    {
        Series mean(3);
        double total = 0.0;
        for (int i = 0; i < natoms; i++) {
            total += mass[i];
            for (int k = 0; k < 3; k++) mean[k] += mass[i] * y[3 * i + k];
        }
        for (int i = 0; i < natoms; i++)
            for (int k = 0; k < 3; k++) y[3 * i + k] -= mean[k] / total;
    }
    // n more samples, every nevery steps
    void run_and_record(int n, int nevery)
    {
        for (int i = 0; i < n; i++) {
            run("run " + std::to_string(nevery) + " post no");
            record();
        }
    }
    bool member(int i, int set) { return i >= first_of_group && (set == 0 || type[i] == set); }
    int first_of_group = 0;

    // columns Cbar and integral of one set
    std::vector<Series> brute_force_kernel(int set, int nlag, int norigin, double dt, int dim)
    {
        Series c(nlag + 2), cbar(nlag + 1), a(nlag + 1), integral(nlag + 1);
        double mv2 = 0.0, count = 0.0;
        for (size_t o = 0; o + nlag + 1 < v.size(); o += norigin)
            for (int i = 0; i < natoms; i++) {
                if (!member(i, set)) continue;
                count += dim;
                for (int k = 0; k < dim; k++) {
                    const double v0 = v[o][3 * i + k];
                    mv2 += mass[i] * v0 * v0;
                    for (int n = 0; n < nlag + 2; n++) c[n] += v0 * v[o + n][3 * i + k];
                }
            }
        const double kT = mv2 / count, effective_mass = mv2 / c[0];
        for (double &y : c) y *= effective_mass * effective_mass / count;
        const double pbar = 0.5 * (c[0] + c[1]);
        cbar[0]           = 2.0 * (c[0] - c[1]) / (dt * dt);
        for (int n = 1; n <= nlag; n++) {
            a[n]       = -(c[n + 1] - c[n - 1]) / (2.0 * dt * pbar);
            double sum = 0.5 * a[n] * cbar[0];
            for (int k = 1; k < n; k++) sum += a[n - k] * cbar[k];
            cbar[n]     = (2.0 * c[n] - c[n - 1] - c[n + 1]) / (dt * dt) + dt * sum;
            integral[n] = integral[n - 1] + 0.5 * dt * (cbar[n - 1] + cbar[n]) * c[0] / pbar / kT;
        }
        return {cbar, integral};
    }
    double brute_force_msd(int set, int lag, int stride)
    {
        double sum = 0.0, count = 0.0;
        for (size_t o = 0; o + lag < x.size(); o += stride)
            for (int i = 0; i < natoms; i++) {
                if (!member(i, set)) continue;
                count += 1.0;
                for (int k = 0; k < 3; k++) {
                    const double d = x[o + lag][3 * i + k] - x[o][3 * i + k];
                    sum += d * d;
                }
            }
        return sum / count;
    }
    void expect_brute_force(int ntypes, int nlag, int norigin, double dt, int dim)
    {
        for (int set = 0; set <= ntypes; set++) {
            const auto expected = brute_force_kernel(set, nlag, norigin, dt, dim);
            const double scale  = expected[0][0];
            for (int n = 0; n <= nlag; n++) {
                EXPECT_NEAR(array_of("mem", n, 0), n * dt, 1e-14);
                EXPECT_NEAR(array_of("mem", n, 1 + 2 * set), expected[0][n], 1e-9 * scale)
                    << "set " << set << " lag " << n;
                EXPECT_NEAR(array_of("mem", n, 2 + 2 * set), expected[1][n], 1e-9 * scale * dt * nlag)
                    << "set " << set << " lag " << n;
            }
        }
    }
};

// ---- numbers

TEST_F(OrthogonalDynamics, kernel_is_that_of_the_stored_velocities)
{
    run(liquid() + "fix mem all orthogonal/dynamics 1 20 3 blocks 4\nrun 0\nrun 0\n");
    record();
    run_and_record(80, 1);
    expect_brute_force(2, 20, 3, 0.004, 3);
}

TEST_F(OrthogonalDynamics, samples_every_so_many_steps_and_origins_may_be_far_apart)
{
    run(liquid(90) + "fix mem all orthogonal/dynamics 2 10 25 blocks 2 start 100\nrun 10\n");
    record();
    run_and_record(70, 2);
    expect_brute_force(2, 10, 25, 0.008, 3);
}

TEST_F(OrthogonalDynamics, knows_a_part_of_the_atoms)
{
    run(liquid() + "group some id 57:256\nfix mem some orthogonal/dynamics 1 12 1\nrun 0\n");
    first_of_group = 56;
    record();
    run_and_record(40, 1);
    expect_brute_force(2, 12, 1, 0.004, 3);
}

TEST_F(OrthogonalDynamics, counts_two_components_in_two_dimensions)
{
    run(disks() + "fix mem all orthogonal/dynamics 1 12 2\nrun 0\n");
    record();
    run_and_record(40, 1);
    expect_brute_force(1, 12, 2, 0.004, 2);
}

TEST_F(OrthogonalDynamics, file_has_the_kernel_and_the_displacements)
{
    const std::string name = scratch("mem");
    run(liquid() + "fix mem all orthogonal/dynamics 1 9 1 file " + name + "\nrun 0\n");
    record();
    run_and_record(90, 1);
    run("run 0");
    MPI_Barrier(MPI_COMM_WORLD);
    std::ifstream file(name);
    std::vector<std::vector<Series>> tables;
    std::string line;
    while (std::getline(file, line)) {
        if (line[0] == '#') continue;
        Series row;
        std::istringstream in(line);
        for (double y; in >> y;) row.push_back(y);
        if (row.size() == 2)
            tables.emplace_back();
        else
            tables.at(tables.size() - 1).push_back(row);
    }
    ASSERT_EQ(tables.size(), 2u);
    ASSERT_EQ(tables[0].size(), 10u);
    for (int n = 0; n < 10; n++) {
        ASSERT_EQ(tables[0][n].size(), 2u + 3u * 3u);
        EXPECT_NEAR(tables[0][n][2], array_of("mem", n, 1), 1e-8 * tables[0][0][2]);
        EXPECT_NEAR(tables[0][n][6], array_of("mem", n, 4), 1e-8 * tables[0][0][2]);
    }
    ASSERT_EQ(tables[1].size(), 8u + 3u * 4u + 1u); // lags 1-8, 10-16, 20-32, 40-64, 80 of 91 samples
    for (const Series &row : tables[1]) {
        const int lag = (int)std::lround(row[1] / 0.004);
        int stride    = 1;
        while (8 * stride < lag) stride *= 2;
        for (int set : {0, 1, 2})
            EXPECT_NEAR(row[2 + set], brute_force_msd(set, lag, stride), 1e-8 * row[2]) << "lag " << lag;
    }
    remove(name);
}

TEST_F(OrthogonalDynamics, ideal_gas_has_no_friction)
{
    run("units metal\natom_style atomic\nregion box block 0 20 0 20 0 20\ncreate_box 1 box\n"
        "create_atoms 1 random 50 991 box\nmass 1 40.0\npair_style zero 5.0\npair_coeff * *\n"
        "velocity all create 300.0 4928 loop geom\nfix nve all nve\ntimestep 0.002\n"
        "fix mem all orthogonal/dynamics 1 10 1\nrun 400\n");
    EXPECT_NEAR(vector_of("mem", 0), 0.0, 1e-6);
    EXPECT_NEAR(array_of("mem", 0, 1), 0.0, 1e-3);
}

// ---- orthogonal dynamics itself

TEST_F(OrthogonalDynamics, direct_agrees_with_vacf_within_the_errors)
{
    run(melt(4, kob_andersen_pair(), 2000) + // in equilibrium
        "fix mem all orthogonal/dynamics 1 30 1 estimator direct\n"
        "fix ref all orthogonal/dynamics 1 30 1\n");
    const std::string log = log_of("run 2500");
    for (int set : {0, 1, 2}) {
        const double at_zero = array_of("ref", 0, 1 + 2 * set);
        for (int n = 0; n <= 30; n++)
            EXPECT_NEAR(array_of("mem", n, 1 + 2 * set), array_of("ref", n, 1 + 2 * set), 0.03 * at_zero);
        EXPECT_NEAR(array_of("mem", 30, 2 + 2 * set), array_of("ref", 30, 2 + 2 * set),
                    2.0 * vector_of("mem", 5 * set + 1));
        EXPECT_EQ(vector_of("mem", 5 * set + 2), vector_of("ref", 5 * set + 2)); // same displacements
    }
    EXPECT_NE(log.find("lambda - 1 ="), std::string::npos) << log;
    EXPECT_EQ(log.find("sum rule is violated"), std::string::npos) << log;
}

TEST_F(OrthogonalDynamics, direct_notices_that_the_force_is_not_what_moves_the_atoms)
{
    run(liquid() + "fix push all addforce 3.0 0.0 0.0\n"
                   "fix mem all orthogonal/dynamics 1 30 1 estimator direct blocks 2\n");
    EXPECT_EQ(log_of("run 120").find("sum rule is violated"), std::string::npos); // the same for all atoms
    run("unfix mem\nfix cool all heat 1 -1500.0\n" // scales velocities after the forces
        "fix mem all orthogonal/dynamics 1 30 1 estimator direct blocks 2\n");
    EXPECT_NE(log_of("run 100\n").find("sum rule is violated"), std::string::npos);
}

TEST_F(OrthogonalDynamics, direct_refuses_what_breaks_its_sum_rule)
{
    const std::string begin = "fix mem all orthogonal/dynamics ";
    run(liquid(1));
    EXPECT_NE(error_of(begin + "2 10 1 estimator direct").find("needs Nevery 1"), std::string::npos);
    EXPECT_NE(error_of(begin + "1 10 5 estimator direct").find("Norigin must be 1"), std::string::npos);
    run(begin + "1 10 1 estimator direct\nunfix nve\nfix bath all nvt temp 1.0 1.0 0.5\n");
    EXPECT_NE(error_of("run 1").find("with thermostat bath the acceleration is not force over mass"),
              std::string::npos);
    run("unfix bath\nfix nve all nve\nfix still all momentum 1 linear 1 1 1\n");
    EXPECT_NE(error_of("run 1").find("with fix still the acceleration is not force over mass"),
              std::string::npos);
    run("unfix still\nrun 1\nrun_style respa 2 2\n");
    EXPECT_NE(error_of("run 1").find("needs run_style verlet"), std::string::npos);
}

TEST_F(OrthogonalDynamics, memory_is_checked_before_it_is_taken)
{
    run(liquid(1));
    const std::string error = error_of("fix mem all orthogonal/dynamics 1 2000000 1 estimator direct");
    EXPECT_NE(error.find("estimator direct with Nlag 2000000 and Norigin 1 needs"), std::string::npos) << error;
    EXPECT_NE(error.find("GB are available"), std::string::npos) << error;
    EXPECT_NE(error_of("fix mem all orthogonal/dynamics 1 2000000000 1").find("GB are available"),
              std::string::npos);
    run("fix mem all orthogonal/dynamics 1 100 1 estimator direct\nrun 1\n");
}

// ---- what must not matter

TEST_F(OrthogonalDynamics, ranks_do_not_matter)
{
    const std::string deck = liquid() + "fix mem all orthogonal/dynamics 1 15 2 blocks 3\nrun 120\n";
    run(deck);
    const Series together = everything("mem", 15, 2);
    close();
    open(MPI_COMM_SELF);
    run(deck);
    const Series alone = everything("mem", 15, 2);
    for (double y : alone) EXPECT_TRUE(std::isfinite(y));
    expect_close(alone, together, 1e-7);
}

TEST_F(OrthogonalDynamics, two_runs_are_one_run)
{
    const std::string deck = liquid() + "fix mem all orthogonal/dynamics 2 15 4 blocks 3\n";
    run(deck + "run 150\n");
    const Series one = everything("mem", 15, 2);
    reopen();
    run(deck + "run 0\nrun 57\nrun 0\nrun 93\n");
    expect_close(one, everything("mem", 15, 2), 1e-7);
}

TEST_F(OrthogonalDynamics, restart_continues_on_any_number_of_ranks)
{
    const std::string fix = "fix mem all orthogonal/dynamics 1 15 4 blocks 3\n", name = scratch("restart");
    run(liquid() + fix + "run 90\nwrite_restart " + name + "\nrun 60\n");
    const Series straight = everything("mem", 15, 2);
    for (MPI_Comm comm : {MPI_COMM_WORLD, MPI_COMM_SELF}) {
        close();
        open(comm);
        run("read_restart " + name + "\n" + kob_andersen_pair() +
            "neigh_modify every 1 delay 0 check no\ntimestep 0.004\nfix nve all nve\n" + fix + "run 60\n");
        expect_close(straight, everything("mem", 15, 2), 1e-7);
    }
    const std::string error =
        error_of("clear\nread_restart " + name + "\nfix mem all orthogonal/dynamics 1 16 4 blocks 3\n");
    EXPECT_NE(error.find("restart file has data for another Nlag"), std::string::npos) << error;
    remove(name);
}

// LAMMPS passes neither the length of the restart data to a fix nor whether they are complete

TEST_F(OrthogonalDynamics, restart_with_damaged_data_is_refused)
{
    const std::string name = scratch("damaged");
    const std::string fix  = "fix mem all orthogonal/dynamics 1 15 4 blocks 3\n";
    run(liquid() + fix + "run 40\nwrite_restart " + name);
    const std::string whole = slurp(name), style = "orthogonal/dynamics";
    const size_t begin      = whole.find(style) + style.size() + 1 + sizeof(int);
    for (size_t byte : {5, 30, 100, 110, 8 * 20 + 6, 8 * 24 + 1, 8 * 40 + 2, 8 * 300}) {
        if (rank() == 0) {
            std::string damaged = whole;
            damaged[begin + byte] ^= 4;
            std::ofstream(name, std::ios::binary) << damaged;
        }
        MPI_Barrier(MPI_COMM_WORLD);
        reopen();
        const std::string error = error_of("read_restart " + name + "\n" + fix);
        const bool refused      = error.find("in the restart file are damaged") != std::string::npos ||
                             error.find("restart file has data for another") != std::string::npos;
        EXPECT_TRUE(refused) << "byte " << byte << ": " << error;
    }
    remove(name);
}

TEST_F(OrthogonalDynamics, rerun_of_a_dump_gives_the_same)
{
    const std::string fix = "fix mem all orthogonal/dynamics 5 8 2 blocks 2\n", name = scratch("dump");
    run(liquid() + fix + dump_of(5, name) + "run 200\n");
    const Series direct = everything("mem", 8, 2);
    run("undump d\nunfix mem\n" + fix + "rerun " + name + RERUN);
    expect_close(direct, everything("mem", 8, 2), 1e-10);
    const std::string error = error_of("unfix mem\n" + fix + "rerun " + name + " every 10" + RERUN);
    EXPECT_NE(error.find("samples must be 5 steps apart, but step 110 follows step 100"), std::string::npos)
        << error;
    remove(name);
}

// rerun of a dump on one or on all ranks, in one run or with a restart in the middle of a window
// and of a group of stored samples: bit for bit the same results

TEST_F(OrthogonalDynamics, rerun_split_at_a_restart_is_identical)
{
    const std::string name = scratch("split.dump"), restart = scratch("split.restart");
    const std::string setup = kob_andersen_pair() + "timestep 0.004\natom_modify sort 7 0.0\n";
    run(liquid() + dump_of(1, name) + "run 120\nundump d\nwrite_restart " + restart + ".0\n");
    for (const char *estimator : {"1 15 4 blocks 3", "1 15 1 blocks 3 estimator direct"}) {
        const std::string fix = "fix mem all orthogonal/dynamics " + std::string(estimator) + "\n";
        std::vector<Series> result;
        for (MPI_Comm comm : {MPI_COMM_WORLD, MPI_COMM_SELF}) {
            close();
            open(comm);
            run("read_restart " + restart + ".0\n" + setup + fix + "rerun " + name + RERUN);
            result.push_back(everything("mem", 15, 2));
            if (comm == MPI_COMM_SELF) continue; // every rank would write the restart file
            reopen();
            run("read_restart " + restart + ".0\n" + setup + fix + "rerun " + name + " last 167" + RERUN);
            run("write_restart " + restart + ".1\n");
            reopen();
            run("read_restart " + restart + ".1\n" + setup + fix + "rerun " + name + " first 168" + RERUN);
            result.push_back(everything("mem", 15, 2));
        }
        for (double y : result[0]) EXPECT_TRUE(std::isfinite(y));
        EXPECT_EQ(result[0], result[1]) << "restart, " << estimator;
        if (std::string(estimator).find("direct") == std::string::npos)
            EXPECT_EQ(result[0], result[2]) << "ranks, " << estimator;
        else // forces are not bit for bit the same
            expect_close(result[0], result[2], 1e-8);
    }
    for (const char *end : {".0", ".1"}) remove(restart + end);
    remove(name);
}

TEST_F(OrthogonalDynamics, trajectory_is_not_disturbed)
{
    std::vector<Series> end;
    for (const char *fix : {"", "fix mem all orthogonal/dynamics 1 15 4\nfix out all ave/time 1 1 1 f_mem\n"}) {
        reopen();
        run(liquid() + fix + "run 100\n");
        natoms = (int)lammps_get_natoms(lmp);
        Series positions(3 * natoms);
        lammps_gather_atoms(lmp, "x", 1, 3, positions.data());
        end.push_back(positions);
    }
    EXPECT_EQ(end[0], end[1]);
}

// ---- interface

TEST_F(OrthogonalDynamics, nothing_is_known_before_the_first_window)
{
    run(liquid() + "fix mem all orthogonal/dynamics 1 20 2\nrun 20\n");
    for (double y : {scalar_of("mem"), vector_of("mem", 0), vector_of("mem", 4), array_of("mem", 3, 1),
                     array_of("mem", 3, 2)})
        EXPECT_TRUE(std::isnan(y));
    EXPECT_NEAR(array_of("mem", 3, 0), 0.012, 1e-15);
    run("run 1");
    EXPECT_TRUE(std::isfinite(scalar_of("mem")));
}

TEST_F(OrthogonalDynamics, group_without_atoms_gives_nan)
{
    run(liquid() + "group nobody type 2\ngroup nobody clear\n"
                   "fix mem nobody orthogonal/dynamics 1 10 2\nrun 60\n");
    for (double y : everything("mem", 0, 2))
        EXPECT_TRUE(std::isnan(y) || y == 0.0) << y; // 0 is the time
}

TEST_F(OrthogonalDynamics, extract_gives_the_chosen_friction)
{
    run(liquid() + "fix mem all orthogonal/dynamics 1 10 2 blocks 4\nrun 100\n");
    int dim     = 0;
    auto friction = (double *)fix("mem")->extract("friction", dim);
    ASSERT_NE(friction, nullptr);
    EXPECT_EQ(dim, 1);
    EXPECT_EQ(friction[0], scalar_of("mem"));
    auto error = (double *)fix("mem")->extract("friction/error", dim);
    const int column = (friction[0] == vector_of("mem", 0)) ? 0 : 2;
    for (int set : {0, 1, 2}) {
        EXPECT_EQ(friction[set], vector_of("mem", 5 * set + column));
        EXPECT_EQ(error[set], vector_of("mem", 5 * set + column + 1));
    }
    EXPECT_EQ(fix("mem")->extract("viscosity", dim), nullptr);
}

TEST_F(OrthogonalDynamics, extract_knows_the_types_with_types_no)
{
    run(liquid() + "fix mem all orthogonal/dynamics 1 10 2 blocks 4 types no\n"
                   "fix ref all orthogonal/dynamics 1 10 2 blocks 4\nrun 100\n");
    int dim = 0;
    for (const char *what : {"friction", "friction/error"}) {
        auto mem = (double *)fix("mem")->extract(what, dim), ref = (double *)fix("ref")->extract(what, dim);
        for (int set : {0, 1, 2}) EXPECT_EQ(mem[set], ref[set]) << what;
    }
}

TEST_F(OrthogonalDynamics, type_without_atoms_is_not_known_and_does_not_vote)
{
    run(liquid() + "set type 2 type 1\nfix mem all orthogonal/dynamics 1 10 2 blocks 4\n");
    const std::string log = log_of("run 150");
    for (int i = 0; i < 5; i++) {
        EXPECT_TRUE(std::isnan(vector_of("mem", 10 + i)));
        EXPECT_EQ(vector_of("mem", i), vector_of("mem", 5 + i));
    }
    EXPECT_TRUE(std::isfinite(scalar_of("mem")));
    EXPECT_EQ(log.find("type 2"), std::string::npos) << log;
}

TEST_F(OrthogonalDynamics, log_says_what_is_doubtful)
{
    auto warnings = [this](const std::string &deck, const std::string &command) {
        reopen();
        run(liquid() + deck);
        return log_of(command);
    };
    auto has = [](const std::string &log, const char *text) { return log.find(text) != std::string::npos; };

    std::string log = warnings("fix mem all orthogonal/dynamics 1 20 2\n", "run 10");
    EXPECT_TRUE(has(log, "no value yet: the first window of the kernel is complete after 22 samples")) << log;
    log = warnings("fix mem all orthogonal/dynamics 1 20 2\n", "run 60");
    EXPECT_TRUE(has(log, "no errors yet: 16 blocks as long as the window are complete after 372 samples")) << log;
    EXPECT_TRUE(has(log, "friction used: ")) << log;
    log = warnings("fix mem all orthogonal/dynamics 1 5 2\n", "run 60");
    EXPECT_TRUE(has(log, "has not decayed within Nlag samples")) << log;
    log = warnings("fix mem all orthogonal/dynamics 10 5 2\n", "run 100");
    EXPECT_TRUE(has(log, "Omega0*dt is above 0.5: sample more often")) << log;
    EXPECT_TRUE(has(log, "Omega0*dt of type 2 is above 0.5: sample more often")) << log;
    log = warnings("unfix nve\nfix bath all nvt temp 2.0 2.0 0.5\nfix mem all orthogonal/dynamics 1 5 2\n", "run 30");
    EXPECT_TRUE(has(log, "fix bath is a thermostat, which changes D and thus the friction")) << log;
    log = warnings("fix squeeze all deform 1 x erate -0.001\nfix mem all orthogonal/dynamics 1 5 2\n", "run 30");
    EXPECT_TRUE(has(log, "the box changes")) << log;
    EXPECT_FALSE(has(log, "thermostat")) << log;
}

TEST_F(OrthogonalDynamics, file_may_be_normalized)
{
    const std::string name = scratch("norm");
    run(liquid() + "fix mem all orthogonal/dynamics 1 5 1 file " + name + " normalize yes types no\nrun 20\n");
    MPI_Barrier(MPI_COMM_WORLD);
    std::ifstream file(name);
    std::string line;
    std::vector<Series> rows;
    while (rows.size() < 6 && std::getline(file, line)) {
        if (line[0] == '#') continue;
        Series row;
        std::istringstream in(line);
        for (double y; in >> y;) row.push_back(y);
        if (row.size() == 5) rows.push_back(row);
    }
    ASSERT_EQ(rows.size(), 6u);
    EXPECT_EQ(rows[0][2], 1.0);
    EXPECT_EQ(rows[0][4], 1.0);
    for (int n = 0; n < 6; n++) {
        EXPECT_NEAR(rows[n][2], array_of("mem", n, 1) / array_of("mem", 0, 1), 1e-9);
        EXPECT_NEAR(rows[n][3], array_of("mem", n, 2), 1e-8 * rows[5][3]);
    }
    remove(name);
}

TEST_F(OrthogonalDynamics, types_no_leaves_out_the_columns_of_types)
{
    run(liquid() + "fix mem all orthogonal/dynamics 1 10 2 types no\nrun 40\n");
    EXPECT_EQ(fix("mem")->size_array_rows, 11);
    EXPECT_EQ(fix("mem")->size_array_cols, 3);
    EXPECT_EQ(fix("mem")->size_vector, 5);
    run("unfix mem\nfix mem all orthogonal/dynamics 1 10 2 types yes\n");
    EXPECT_EQ(fix("mem")->size_array_cols, 7);
    EXPECT_EQ(fix("mem")->size_vector, 15);
}

TEST_F(OrthogonalDynamics, says_what_is_wrong_with_its_arguments)
{
    run(liquid(1));
    const std::string begin        = "fix mem all orthogonal/dynamics ";
    const char *const wrong[][2] = {
        {"1 10", "mem: missing value for Norigin"},
        {"0 10 1", "mem: Nevery must be an integer >= 1, not 0"},
        {"1 2 1", "mem: Nlag must be an integer >= 3, not 2"},
        {"1 10 0", "mem: Norigin must be an integer >= 1, not 0"},
        {"1 10 1 block 3", "mem: unknown keyword block"},
        {"1 10 1 blocks", "mem: missing value for blocks"},
        {"1 10 1 blocks 1", "mem: blocks must be an integer >= 2, not 1"},
        {"1 10 1 estimator none", "mem: estimator must be vacf or direct, not none"},
        {"1 10 1 types maybe", "mem: types must be yes, no, on, off, true, or false, not maybe"},
        {"1 10 1 start soon", "mem: start must be a timestep, an integer >= 0, not soon"},
        {"1 10 1 normalize", "mem: missing value for normalize"},
    };
    for (const auto &w : wrong)
        EXPECT_NE(error_of(begin + w[0]).find(w[1]), std::string::npos) << w[0];
}

// what a user may change between two runs: that the second one does not continue the trajectory is told,
// also if a restart file is between them

TEST_F(OrthogonalDynamics, notices_what_changes_between_runs)
{
    const std::pair<std::string, std::string> changes[] = {
        {"change_box all x scale 1.001 y scale 1.001 z scale 1.001 remap", "the box changed"},
        {"change_box all x final -0.5 7.5 units box", "the box changed"},
        {"change_box all triclinic xy final 0.1 remap", "the box changed"},
        {"set group all type/fraction 1 0.5 4711", "the types of atoms changed"},
        {"set atom 7 type 2", "the types of atoms changed"},
        {"mass 2 2.6", "the masses of atoms changed"},
        {"displace_atoms few random 1e-4 1e-4 1e-4 4711", "positions or image flags of atoms changed"},
        {"set atom 7 image 1 0 0", "positions or image flags of atoms changed"},
        {"velocity all scale 2.9", "velocities of atoms changed"},
        {"velocity few set 1e-3 0 0 sum yes", "velocities of atoms changed"},
        {"group few clear\ngroup few id 11:20", "the group changed"},
        {"group few id 11", "the number of atoms in its group changed from 10 to 11"},
        {"create_atoms 1 single 0.1 0.2 0.3", "the number of atoms changed from 256 to 257"},
        {"group outside id 200\ndelete_atoms group outside compress no", "the number of atoms changed from 256 to 255"},
    };
    const std::string fix = "fix mem few orthogonal/dynamics 2 15 4 blocks 3\n", name = scratch("changed.restart");
    const std::string few = "group few id 1:10\n";
    const std::string straight = liquid() + few + "lattice fcc 1.185\n" + fix + "run 31\n";
    run(straight + "write_restart " + name + "\n");
    const std::string again = "read_restart " + name + "\n" + kob_andersen_pair() +
        "timestep 0.004\nfix nve all nve\nlattice fcc 1.185\n" + fix;
    for (const auto &c : changes) {
        const std::string message = "Fix orthogonal/dynamics mem: " + c.second +
            " between two runs, after sampling began; delete and redefine the fix";
        const std::string change = c.first + "\n";
        for (const bool in_this_run : {true, false}) {
            reopen();
            run(in_this_run ? straight : again);
            const std::string error = error_of(change + "run 10\n");
            // some commands are refused after read_restart, by themselves
            const bool by_command = !in_this_run && error.find("after reading restart file") != std::string::npos;
            EXPECT_TRUE(error.find(message) != std::string::npos || by_command)
                << c.first << (in_this_run ? "" : ", restart") << ": " << error;
        }
        // before the first sample anything may change
        if (c.first.find("create_atoms") == 0) continue; // on top of another atom
        reopen();
        run(liquid() + few + "lattice fcc 1.185\nfix mem few orthogonal/dynamics 2 15 4 blocks 3 start 1000\nrun 10\n" + change);
        EXPECT_EQ(error_of("run 2\n"), "") << c.first;
    }
    for (const std::string &change : {"timestep 0.002", "reset_timestep 0", "minimize 0 0 1 1", "minimize 0 0 2 1000"}) {
        reopen();
        run(again + "run 9\n");
        EXPECT_NE(error_of(change + "\nrun 10\n"), "") << change;
    }
    remove(name);
}

TEST_F(OrthogonalDynamics, goes_on_where_nothing_changed_between_runs)
{
    const std::string fix = "fix mem all orthogonal/dynamics 2 15 4 blocks 3\n", name = scratch("same");
    run(liquid() + fix + "run 93\nrun 67\n");
    const auto expected = everything("mem", 15, 2);
    for (const std::string &between :
         {std::string("run 0"), "write_data " + name + "\nwrite_restart " + name, std::string("balance 1.0 shift xyz 5 1.0"),
          std::string("velocity all zero linear"), std::string("displace_atoms all move 0.3 0.2 0.1")}) {
        reopen();
        run(liquid() + fix + "run 93\n" + between + "\nrun 67\n");
        expect_close(everything("mem", 15, 2), expected, 1e-6);
    }
    remove(name);
}

TEST_F(OrthogonalDynamics, stops_when_samples_would_not_fit_together)
{
    const std::string deck = liquid(10) + "fix mem all orthogonal/dynamics 1 10 1\nrun 20\n";
    run(deck + "timestep 0.004\n");
    EXPECT_NE(error_of("timestep 0.002\n").find("timestep was changed from 0.004 to 0.002"), std::string::npos);
    reopen();
    run(deck + "group one id 1\ndelete_atoms group one compress no\n");
    EXPECT_NE(error_of("run 1\n").find("number of atoms in its group changed from 256 to 255"), std::string::npos);
    reopen();
    run(deck);
    EXPECT_NE(error_of("reset_timestep 0\n").find("time-dependent fix"), std::string::npos);
    reopen();
    run(liquid(10) + "group moving dynamic all every 1\nfix mem moving orthogonal/dynamics 1 10 1\n");
    EXPECT_NE(error_of("run 1\n").find("dynamic group"), std::string::npos);
}

// ---- dumps that are analysed later: what a dump does not have must not become a number

class AnalysedLater : public OrthogonalDynamics {
protected:
    static std::string mem(int nevery = 2)
    {
        return "fix mem all orthogonal/dynamics " + std::to_string(nevery) + " 8 2 blocks 2\n";
    }
    const std::string name = scratch("later.dump");
    std::string small_liquid()
    {
        return melt(3, kob_andersen_pair(), 0) + "run 100 post no\n";
    }

    // run with a dump of these columns; the fix of the run is unfixed
    Series live;
    void write(const std::string &columns, const std::string &more = "", int every = 2)
    {
        run(small_liquid() + mem() + "dump d all custom " + std::to_string(every) + " " + name + " id type " +
            columns + "\ndump_modify d format float %.17g\nrun 400\n");
        live = everything("mem", 8, 2);
        run("undump d\nunfix mem\n" + more);
    }
    // what the log says to a rerun that reads these columns
    std::string rerun(const std::string &columns, const std::string &fix = mem())
    {
        const std::string log = log_of(fix + "rerun " + name + " dump " + columns + "\n");
        remove(name);
        return log;
    }
    static void expect_in(const std::string &log, const std::string &text)
    {
        EXPECT_NE(log.find(text), std::string::npos) << text << "\nin:\n" << log;
    }
    static void expect_not_in(const std::string &log, const std::string &text)
    {
        EXPECT_EQ(log.find(text), std::string::npos) << text << "\nin:\n" << log;
    }
    static void expect_no_nan(const std::string &log)
    {
        for (const char *text : {"nan +-", "nan,", "= nan", "-nan", " 0 +- 0"}) expect_not_in(log, text);
    }
    enum { KERNEL, KERNEL_ERROR, EINSTEIN, EINSTEIN_ERROR, DIFFUSION };
    void expect_unknown(std::initializer_list<int> values)
    {
        for (int set : {0, 1, 2})
            for (int v : values) EXPECT_TRUE(std::isnan(vector_of("mem", 5 * set + v))) << set << " " << v;
    }
    void expect_as_live(std::initializer_list<int> values)
    {
        for (int set : {0, 1, 2})
            for (int v : values)
                EXPECT_NEAR(vector_of("mem", 5 * set + v), live[1 + 5 * set + v], 1e-12 * std::fabs(live[1 + 5 * set + v]))
                    << set << " " << v;
    }
    void expect_velocities_are_missing(const std::string &log, const std::string &columns)
    {
        expect_in(log, "kernel, kT/D and friction are not known, because");
        expect_in(log, "the dump has no " + columns);
        expect_in(log, "friction used: not known, because it needs velocities");
        expect_no_nan(log);
        expect_unknown({KERNEL, KERNEL_ERROR, EINSTEIN, EINSTEIN_ERROR});
        EXPECT_TRUE(std::isnan(scalar_of("mem")));
        for (int n : {0, 4, 8})
            for (int column : {1, 2}) EXPECT_TRUE(std::isnan(array_of("mem", n, column)));
        expect_as_live({DIFFUSION});
    }
};

TEST_F(AnalysedLater, a_full_dump_gives_what_the_run_gave)
{
    write("x y z ix iy iz vx vy vz");
    const std::string log = rerun("x y z ix iy iz vx vy vz");
    expect_close(live, everything("mem", 8, 2), 1e-12);
    for (double y : live) EXPECT_TRUE(std::isfinite(y));
    for (const char *text : {"not known", "timestep of the dump", "box changes"}) expect_not_in(log, text);
}

TEST_F(AnalysedLater, unwrapped_coordinates_need_no_image_flags)
{
    write("xu yu zu vx vy vz");
    expect_not_in(rerun("x y z vx vy vz"), "not known");
    expect_close(live, everything("mem", 8, 2), 1e-9);
}

TEST_F(AnalysedLater, velocities_of_the_run_before_are_not_those_of_the_dump)
{
    write("x y z ix iy iz");
    expect_velocities_are_missing(rerun("x y z ix iy iz"), "vx vy vz, or they were not read");
}

TEST_F(AnalysedLater, velocities_that_stay_zero_are_missing)
{
    write("x y z ix iy iz vx vy vz", "velocity all set 0 0 0\n");
    expect_velocities_are_missing(rerun("x y z ix iy iz"), "vx vy vz, or they were not read");
}

TEST_F(AnalysedLater, one_component_of_the_velocity_may_be_missing)
{
    write("x y z ix iy iz vx vz");
    expect_velocities_are_missing(rerun("x y z ix iy iz vx vz"), "vy, or they were not read");
}

TEST_F(AnalysedLater, without_image_flags_the_displacements_are_unknown_but_the_kernel_is_not)
{
    write("x y z vx vy vz");
    const std::string log = rerun("x y z vx vy vz");
    expect_in(log, "D and kT/D are not known, because atoms jump by the length of the box: the dump has no ix iy iz");
    expect_no_nan(log);
    expect_unknown({EINSTEIN, EINSTEIN_ERROR, DIFFUSION});
    expect_as_live({KERNEL, KERNEL_ERROR});
}

// free atoms that cross much of the box from one snapshot to the next, like a liquid in snapshots far apart

TEST_F(AnalysedLater, image_flags_are_told_from_none_in_snapshots_far_apart)
{
    const std::string gas =
        "units lj\natom_style atomic\natom_modify map array\nregion box block 0 20 0 20 0 20\ncreate_box 2 box\n"
        "create_atoms 1 random 50 991 box\nmass * 1.0\npair_style zero 2.0\npair_coeff * *\n"
        "velocity all create 1.0 4928 loop geom\nfix nve all nve\ntimestep 0.05\n";
    for (const std::string columns : {"x y z ix iy iz vx vy vz", "x y z vx vy vz"}) {
        reopen();
        run(gas + mem(200) + "dump d all custom 200 " + name + " id type " + columns +
            "\ndump_modify d format float %.17g\nrun 4000\nundump d\n");
        const double diffusion = vector_of("mem", DIFFUSION);
        run("unfix mem\n");
        const std::string log = rerun(columns, mem(200));
        if (columns.find("ix") != std::string::npos) {
            expect_not_in(log, "D and kT/D are not known");
            EXPECT_NEAR(vector_of("mem", DIFFUSION), diffusion, 1e-9 * diffusion);
        } else {
            expect_in(log, "D and kT/D are not known, because atoms jump by the length of the box");
            EXPECT_TRUE(std::isnan(vector_of("mem", DIFFUSION)));
        }
    }
}

TEST_F(AnalysedLater, image_flags_are_told_from_none_in_a_triclinic_box)
{
    for (const std::string columns : {"x y z ix iy iz vx vy vz", "x y z vx vy vz"}) {
        reopen();
        run(melt(3, kob_andersen_pair(), 0) +
            "change_box all triclinic\nchange_box all xy final 1.5 yz final -1.0 remap\nrun 100 post no\n" + mem() +
            "dump d all custom 2 " + name + " id type " + columns + "\ndump_modify d format float %.17g\nrun 400\n");
        live = everything("mem", 8, 2);
        run("undump d\nunfix mem\n");
        const std::string log = rerun(columns);
        if (columns.find("ix") != std::string::npos) {
            expect_not_in(log, "not known");
            expect_close(live, everything("mem", 8, 2), 1e-9);
        } else {
            expect_in(log, "D and kT/D are not known, because atoms jump by the length of the box");
            expect_as_live({KERNEL, KERNEL_ERROR});
        }
    }
}

TEST_F(AnalysedLater, a_dump_in_two_dimensions_has_no_z)
{
    for (const std::string columns : {"x y ix iy vx vy", "x y ix iy", "x y vx vy"}) {
        reopen();
        run(disks() + "run 100 post no\nfix mem all orthogonal/dynamics 2 8 2 blocks 2\ndump d all custom 2 " + name +
            " id type " + columns + "\ndump_modify d format float %.17g\nrun 600\n");
        live = everything("mem", 8, 1);
        run("undump d\nunfix mem\n");
        const std::string log = rerun(columns);
        if (columns == "x y ix iy vx vy") {
            expect_not_in(log, "not known");
            expect_close(live, everything("mem", 8, 1), 1e-9);
        }
        if (columns == "x y ix iy") expect_in(log, "the dump has no vx vy, or they were not read (rerun ... dump x y ix iy vx vy)");
        if (columns == "x y vx vy") expect_in(log, "the dump has no ix iy, or they were not read");
    }
}

TEST_F(AnalysedLater, without_velocities_and_image_flags_nothing_is_known)
{
    write("x y z");
    const std::string log = rerun("x y z");
    expect_in(log, "the dump has no vx vy vz");
    expect_in(log, "the dump has no ix iy iz");
    expect_no_nan(log);
    expect_unknown({KERNEL, KERNEL_ERROR, EINSTEIN, EINSTEIN_ERROR, DIFFUSION});
}

TEST_F(AnalysedLater, without_positions_the_displacements_are_unknown)
{
    write("x y z ix iy iz vx vy vz");
    const std::string log = rerun("vx vy vz");
    expect_in(log, "D and kT/D are not known, because x y z never change although the atoms have velocities");
    expect_no_nan(log);
    expect_unknown({EINSTEIN, EINSTEIN_ERROR, DIFFUSION});
    expect_as_live({KERNEL, KERNEL_ERROR});
}

TEST_F(AnalysedLater, a_dump_that_replaces_nothing_is_noticed)
{
    write("x y z ix iy iz vx vy vz");
    const std::string log = rerun("x y z ix iy iz vx vy vz replace no");
    expect_in(log, "positions and velocities are the same at every snapshot");
    expect_no_nan(log);
    expect_unknown({KERNEL, KERNEL_ERROR, EINSTEIN, EINSTEIN_ERROR, DIFFUSION});
}

TEST_F(AnalysedLater, atoms_at_rest_have_no_friction)
{
    run(small_liquid() + "velocity all set 0 0 0\nfix still all setforce 0 0 0\n" + mem());
    const std::string log = log_of("run 100\n");
    expect_in(log, "the velocities of all atoms are 0 at every sample");
    expect_no_nan(log);
    expect_unknown({KERNEL, KERNEL_ERROR, EINSTEIN, EINSTEIN_ERROR});
}

TEST_F(AnalysedLater, another_timestep_than_that_of_the_dump_is_noticed)
{
    write("x y z ix iy iz vx vy vz", "timestep 0.001\n");
    const std::string log = rerun("x y z ix iy iz vx vy vz");
    expect_in(log, "displacements between snapshots are 4.0");
    expect_in(log, "the timestep of the dump may be 0.00");
    expect_in(log, ", not 0.001 (command timestep)");
}

TEST_F(AnalysedLater, an_ideal_gas_is_not_a_dump_without_velocities)
{
    run("units lj\natom_style atomic\natom_modify map array\nregion box block 0 20 0 20 0 20\ncreate_box 2 box\n"
        "create_atoms 1 random 50 991 box\nmass * 1.0\npair_style zero 5.0\npair_coeff * *\n"
        "velocity all create 1.0 4928 loop geom\nfix nve all nve\ntimestep 0.01\n"
        "dump d all custom 2 " + name + " id type x y z ix iy iz vx vy vz\nrun 100\nundump d\n");
    expect_not_in(rerun("x y z ix iy iz vx vy vz"), "not known, because");
    EXPECT_NEAR(vector_of("mem", KERNEL), 0.0, 1e-6);
}

TEST_F(AnalysedLater, snapshots_at_other_steps_are_an_error_or_a_warning)
{
    write("x y z ix iy iz vx vy vz", "", 3);
    const std::string error = error_of(mem() + "rerun " + name + " dump x y z ix iy iz vx vy vz\n");
    EXPECT_NE(error.find("samples must be 2 steps apart, but step 108 follows step 102"), std::string::npos) << error;
    run("unfix mem\n");
    const std::string log = rerun("x y z ix iy iz vx vy vz", mem(7000));
    expect_in(log, "no sample was taken, because none of 133 snapshots is at a multiple of Nevery = 7000");
    EXPECT_TRUE(std::isnan(scalar_of("mem")));
}

TEST_F(AnalysedLater, atoms_of_a_dump_must_stay_the_same)
{
    const std::string fewer = scratch("fewer.dump"), all = " dump x y z ix iy iz vx vy vz ";
    write("x y z ix iy iz vx vy vz");
    std::string error = error_of(mem() + "rerun " + name + all + "purge yes replace no add keep\n");
    EXPECT_NE(error.find("atoms of its group were not there at the last sample"), std::string::npos) << error;

    reopen();
    run(small_liquid() + "group some id < 100\nrun 402 post no\ndump d some custom 2 " + fewer +
        " id type x y z ix iy iz vx vy vz\nrun 10\nundump d\n");
    error = error_of(mem() + "rerun " + name + " " + fewer + all + "trim yes\n");
    EXPECT_NE(error.find("the number of atoms in its group changed from 108 to 99: atoms were lost or deleted, or a "
                         "snapshot has less"),
              std::string::npos)
        << error;
    remove(name);
    remove(fewer);
}

TEST_F(AnalysedLater, one_atom_for_another_is_noticed)
{
    run(small_liquid() + "group some id 1:20\nfix mem some orthogonal/dynamics 1 8 2\nrun 10\n"
                         "group some clear\ngroup some id 2:21\n");
    const std::string error = error_of("run 10\n");
    EXPECT_NE(error.find("the group changed between two runs"), std::string::npos) << error;
}

TEST_F(AnalysedLater, what_is_missing_is_known_after_a_restart)
{
    const std::string restart = scratch("later.restart");
    write("x y z ix iy iz");
    run(mem() + "rerun " + name + " last 300 dump x y z ix iy iz\nwrite_restart " + restart);
    reopen();
    run("read_restart " + restart + "\n" + kob_andersen_pair() + "timestep 0.004\n");
    expect_velocities_are_missing(log_of(mem() + "rerun " + name + " first 302 dump x y z ix iy iz\n"), "vx vy vz");
    remove(name);
    remove(restart);
}

TEST_F(AnalysedLater, log_tells_the_friction_of_all_from_those_of_the_types)
{
    run(small_liquid() + mem());
    const std::string log = log_of("run 400\n");
    expect_in(log, "this is the scalar, for all atoms taken together; friction f_mem of compute ulinm/viscosity means");
    record();
    int dim             = 0;
    const auto friction = (const double *)fix("mem")->extract("friction", dim);
    const double n2     = (double)std::count(type.begin(), type.end(), 2);
    char text[64];
    for (int t : {1, 2}) {
        snprintf(text, sizeof(text), ", %.6g +- ", friction[t]);
        expect_in(log, text);
    }
    snprintf(text, sizeof(text), ", number average %.6g ", ((natoms - n2) * friction[1] + n2 * friction[2]) / natoms);
    expect_in(log, text);
    reopen();
    run(small_liquid() + "set type 2 type 1\n" + mem());
    const std::string one = log_of("run 400\n");
    expect_in(one, "  all: kernel");
    expect_not_in(one, "type 1");
    expect_not_in(one, "this is the scalar");
}

} // namespace
