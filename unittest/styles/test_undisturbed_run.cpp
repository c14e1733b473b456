// The computes do not disturb a run: trajectory, energies, pressure, per-atom quantities and thermo
// output are bit for bit the same as without them.

#include "lammps_test.h"

#include <cmath>

namespace {

class UndisturbedRun : public LammpsTest {
protected:
    struct Trace {
        std::string thermo, dump, lists; // lists: neighbor list lines of the log
        std::vector<std::vector<double>> x, v, f;
    };

    // the computes, invoked by a fix every step, so that thermo output is unchanged
    static std::string computes(const std::string &inm)
    {
        return "compute inm all inm/dos 20 edge pr 0.27 " + inm +
               "\ncompute gam all affine/gamma inm\ncompute eta all ulinm/viscosity inm gam "
               "friction 80 wmin 3\n"
               "compute mod all inm/modulus inm gam 1 10 2 friction 80 channel both\n"
               "fix every all ave/time 1 1 1 c_inm c_eta c_mod\n";
    }
    static std::string observables()
    {
        return "compute s all stress/atom NULL\ncompute e all pe/atom\ncompute sum all reduce sum "
               "c_s[*] c_e\n"
               "thermo_style custom step pe ke press pxx pyy pzz pxy pxz pyz evdwl c_sum[*]\n"
               "thermo_modify norm no format float %.17g\nthermo 1\n";
    }

    // the lines of numbers in a log
    static std::string thermo_lines(const std::string &log)
    {
        std::istringstream in(log);
        std::string line, result;
        bool inside = false;
        while (std::getline(in, line)) {
            if (line.find("Loop time") == 0) inside = false;
            // warnings and our log lines may come between
            if (inside && line.find_first_not_of(" 0123456789.e+-naif") == std::string::npos)
                result += line + "\n";
            if (line.find("   Step ") == 0) inside = true;
        }
        return result;
    }
    // numbers of list builds and of dangerous builds
    static std::string list_lines(const std::string &log)
    {
        std::istringstream in(log);
        std::string line, result;
        while (std::getline(in, line))
            if (line.find("Neighbor list builds") == 0 || line.find("Dangerous builds") == 0) result += line + "\n";
        return result;
    }
    Trace trace(const std::string &setup, const std::string &runs, bool dump = true)
    {
        Trace t;
        const std::string name = scratch("dump");
        reopen();
        const std::string log = log_of(setup + observables() +
                                       (dump ? "dump d all custom 1 " + name +
                                                   " id x y z vx vy vz fx fy fz c_e c_s[1] c_s[4]\n"
                                                   "dump_modify d sort id format float %.17g\n"
                                             : "") +
                                       runs + (dump ? "undump d\n" : ""));
        t.thermo              = thermo_lines(log);
        t.lists               = list_lines(log);
        if (dump) {
            t.dump = slurp(name);
            if (rank() == 0) std::remove(name.c_str());
        }
        t.x = atoms("x");
        t.v = atoms("v");
        t.f = atoms("f");
        return t;
    }
    void expect_same(const Trace &a, const Trace &b, int lines, const std::string &what)
    {
        EXPECT_EQ(std::count(a.thermo.begin(), a.thermo.end(), '\n'), lines)
            << what << ": test reads the log wrongly";
        EXPECT_EQ(a.thermo, b.thermo) << what;
        EXPECT_EQ(a.lists, b.lists) << what;
        EXPECT_FALSE(a.lists.empty()) << what << ": test reads the log wrongly";
        EXPECT_TRUE(a.dump == b.dump) << what << ": the dumps differ";
        EXPECT_EQ(a.x, b.x) << what;
        EXPECT_EQ(a.v, b.v) << what;
        EXPECT_EQ(a.f, b.f) << what;
    }
    std::string melt108() { return read_melt(state(melt(3, smooth_pair())), smooth_pair()); }
};

TEST_F(UndisturbedRun, pairwise_hessian_of_every_step_in_several_runs)
{
    for (const std::string newton : {"newton on\n", "newton off\n"}) {
        const std::string setup = newton + melt108() + "fix nve all nve\n",
                          runs  = "run 0\nrun 15\nrun 0\nrun 6\nrun 3 pre no\n";
        const Trace without     = trace(setup, runs);
        expect_same(trace(setup + computes(""), runs), without, 1 + 16 + 1 + 7 + 4,
                    newton + "analytic");
        expect_same(trace(setup + computes("check no"), runs), without, 1 + 16 + 1 + 7 + 4,
                    newton + "analytic, no check");
    }
}

TEST_F(UndisturbedRun, numeric_hessian_and_strain)
{
    for (const std::string newton : {"newton on\n", "newton off\n"}) {
        const std::string setup = newton + melt108() + "fix nve all nve\n", runs = "run 0\nrun 8\n";
        expect_same(trace(setup + computes("hessian numeric 0"), runs), trace(setup, runs), 1 + 9,
                    newton);
    }
}

TEST_F(UndisturbedRun, embedded_atoms)
{
    const std::string copper = hot_copper();
    if (copper.empty()) GTEST_SKIP() << "this LAMMPS has no Cu_u3.eam";
    const std::string setup = copper + "fix nve all nve\n";
    const std::string runs = "run 6\nrun 2\n";
    expect_same(trace(setup + computes(""), runs), trace(setup, runs), 7 + 3, "Cu");
}

TEST_F(UndisturbedRun, charges_with_ewald_sums_and_meshes)
{
    const std::string setup = "units lj\natom_style charge\natom_modify map array\nlattice fcc "
                              "0.8\nregion box block 0 2 0 2 0 2\n"
                              "create_box 2 box\ncreate_atoms 1 box\nset type 1 type/ratio 2 0.5 "
                              "123\nset type 1 charge 1.0\n"
                              "set type 2 charge -1.0\nmass * 1.0\npair_style lj/cut/coul/long "
                              "1.6\npair_coeff * * 1.0 1.0\n"
                              "kspace_style ewald 1e-6\nvelocity all create 2.0 4711 loop "
                              "geom\nfix nve all nve\ntimestep 0.002\n";
    const std::string runs  = "run 5\n";
    const Trace without     = trace(setup, runs);
    expect_same(
        trace(setup +
                  "compute inm all inm/dos 20 edge pr 0.27\nfix every all ave/time 1 1 1 c_inm\n",
              runs),
        without, 6, "ewald");
    const std::string pppm = "kspace_style pppm 1e-5\n";
    expect_same(
        trace(setup + pppm +
                  "compute inm all inm/dos 20 edge pr 0.27\nfix every all ave/time 1 1 1 c_inm\n",
              runs),
        trace(setup + pppm, runs), 6, "pppm");
}

TEST_F(UndisturbedRun, bonded_molecules)
{
    const std::string setup =
        "units lj\natom_style bond\natom_modify map array\nspecial_bonds lj 0.0 1.0 1.0\n"
        "lattice fcc 0.9\nregion box block 0 3 0 3 0 3\n"
        "create_box 1 box bond/types 1 extra/bond/per/atom 4 extra/special/per/atom 12\n"
        "create_atoms 1 box\nmass * 1.0\npair_style lj/smooth 2.0 2.5\npair_coeff * * 1.0 1.0\n"
        "bond_style harmonic\nbond_coeff 1 50.0 1.1\ncreate_bonds single/bond 1 1 2\n"
        "create_bonds single/bond 1 3 4\ncreate_bonds single/bond 1 5 6\n"
        "velocity all create 2.0 4711 loop geom\nfix nve all nve\n";
    expect_same(trace(setup + computes(""), "run 5\n"), trace(setup, "run 5\n"), 6, "bonds");
}

TEST_F(UndisturbedRun, without_an_atom_map_none_is_left_behind)
{
    std::string setup         = melt108() + "fix nve all nve\n";
    const std::string command = "atom_modify map array\n";
    setup.replace(setup.find(command), command.size(), "");
    expect_same(trace(setup + computes("hessian numeric 0"), "run 5\n"), trace(setup, "run 5\n"), 6,
                "no map");
    EXPECT_EQ(*(int *)lammps_extract_global(lmp, "map_style"), 0);
}

TEST_F(UndisturbedRun, asked_for_by_a_dump)
{
    const std::string name  = scratch("modes");
    const std::string setup = melt108() + "fix nve all nve\n";
    const std::string asked =
        "compute inm all inm/dos 20 edge pr 0.27\ncompute gam all affine/gamma inm\n"
        "dump modes all local 5 " +
        name +
        " index c_inm[1] c_inm[2] c_inm[3] c_inm[4] c_gam[1] c_gam[2]\n"
        "dump shares all custom 5 " +
        name + "2 id c_inm[1] c_gam[1] c_gam[9]\n";
    expect_same(trace(setup + asked, "run 10\n"), trace(setup, "run 10\n"), 11, "dump");
    const std::string modes = slurp(name);
    EXPECT_EQ(std::count(modes.begin(), modes.end(), '\n'), 3 * (9 + 324));
    close();
    if (rank() == 0) {
        std::remove(name.c_str());
        std::remove((name + "2").c_str());
    }
}

// every kind of force with every way to invoke the computes, with newton on and off

struct Kind {
    const char *name;
    std::string commands;
    int ways; // number of ways to test
};

// charged molecules: bonds and long-range forces, in a box of the given shape
std::string molecules(const std::string &region)
{
    return "units lj\natom_style full\natom_modify map array\nspecial_bonds lj/coul 0.0 1.0 1.0\nlattice fcc 0.8\n" +
           region +
           "\ncreate_box 2 box bond/types 1 extra/bond/per/atom 4 extra/special/per/atom 12\ncreate_atoms 1 box\n"
           "set type 1 type/ratio 2 0.5 123\nset group all charge 0.5\ngroup minus id 1:32:2\nset group minus charge -0.5\n"
           "mass * 1.0\npair_style lj/cut/coul/long 1.6\npair_coeff * * 1.0 1.0\nbond_style harmonic\n"
           "bond_coeff 1 50.0 1.2\ncreate_bonds single/bond 1 1 2\ncreate_bonds single/bond 1 3 4\n"
           "kspace_style pppm 1e-3\nvelocity all create 2.0 4711 loop geom\ntimestep 0.002\n";
}
std::string tilted_melt(const std::string &pair)
{
    return "units lj\natom_style atomic\natom_modify map array\nlattice fcc 1.1\nregion box prism 0 3 0 3 0 3 0.6 -0.4 0.3\n"
           "create_box 2 box\ncreate_atoms 1 box\nset type 1 type/ratio 2 0.2 4711\nmass * 1.0\n" +
           pair + "velocity all create 3.0 12345 loop geom\ntimestep 0.004\n";
}

TEST_F(UndisturbedRun, every_kind_of_force_in_every_way_of_asking)
{
    // differences of long-range forces take the most time, so test the first ways only
    std::vector<Kind> systems = {
        {"pairwise", melt108(), 4},
        {"triclinic", tilted_melt(smooth_pair()), 4},
        {"molecules with pppm", molecules("region box block 0 2 0 2 0 2"), 2},
        {"triclinic molecules with pppm", molecules("region box prism 0 2 0 2 0 2 0.3 0.2 -0.2"), 2},
    };
    if (!hot_copper(2).empty()) systems.push_back({"embedded atoms", hot_copper(2), 4});
    const std::string defined = "compute inm all inm/dos 20 edge pr 0.27\ncompute gam all affine/gamma inm\n"
                                "compute eta all ulinm/viscosity inm gam friction 80 wmin 3\n";
    const std::string modes = scratch("modes");
    const Kind ways[] = {
        {"every step", defined + "fix ask all ave/time 1 1 1 c_inm c_eta\n", 0},
        {"kernel", "fix ask all orthogonal/dynamics 1 4 1\n", 0},
        {"average over some steps", defined + "fix ask all ave/time 1 2 3 c_inm c_eta c_eta[1]\n", 0},
        {"dump", defined + "dump ask all local 2 " + modes + " index c_inm[1] c_gam[2]\n", 0},
    };
    const std::string runs = "run 0\nrun 3\nrun 4 every 2 \"print ''\"\nrun 1 pre no\n";
    for (const auto &system : systems)
        for (const std::string newton : {"newton on\n", "newton off\n"}) {
            const std::string setup =
                newton + system.commands + "neigh_modify every 1 delay 0 check yes\nfix nve all nve\n";
            const Trace without = trace(setup, runs);
            const auto lines    = std::count(without.thermo.begin(), without.thermo.end(), '\n');
            EXPECT_GE(lines, 1 + 4 + 3 + 3 + 2) << system.name;
            for (int w = 0; w < system.ways; w++)
                expect_same(trace(setup + ways[w].commands, runs), without, (int)lines,
                            std::string(system.name) + ", " + ways[w].name + ", " + newton);
        }
    close();
    if (rank() == 0) std::remove(modes.c_str());
}

TEST_F(UndisturbedRun, minimization_goes_the_same_way_and_ends_without_unstable_modes)
{
    const std::string runs  = "min_style fire\nminimize 0 1e-10 5000 10000\n";
    const std::string quiet = "thermo 1000\n";
    const Trace without     = trace(melt108(), quiet + runs, false);
    const Trace with =
        trace(melt108() +
                  "compute inm all inm/dos 20 edge pr 0.27\nfix every all ave/time 50 1 50 c_inm\n",
              quiet + runs, false);
    EXPECT_EQ(with.thermo, without.thermo);
    EXPECT_EQ(with.x, without.x);
    run("thermo_style custom step c_inm\nrun 0\n");
    EXPECT_EQ(scalar("inm"), 0.0) << "an inherent structure has no unstable modes";
    EXPECT_EQ(vector("inm")[5], 3.0);
}

TEST_F(UndisturbedRun, rerun_of_a_dump_gives_what_the_run_gave)
{
    const std::string name = scratch("rerun");
    const std::string three =
        "compute inm all inm/dos 20 range -100 200 edge pr 0.27\ncompute gam all affine/gamma inm\n"
        "compute eta all ulinm/viscosity inm gam friction 80 wmin 3\n"
        "thermo_style custom step c_inm c_eta\nthermo 20\n";
    run(melt108() + "fix nve all nve\n" + three + "dump d all custom 20 " + name +
        " id type x y z\ndump_modify d sort id format float %.17g\nrun 60\nundump d\n");
    const auto live      = vector("eta");
    const auto fractions = vector("inm");
    MPI_Barrier(MPI_COMM_WORLD);
    reopen();
    run(melt108() + three + "rerun " + name + " dump x y z\n");
    for (int k = 0; k < 4; k++)
        EXPECT_NEAR(vector("inm")[k], fractions[k], 1e-14) << k;
    for (int k = 0; k < 18; k++) {
        if (std::isnan(live[k]))
            EXPECT_TRUE(std::isnan(vector("eta")[k])) << k;
        else
            EXPECT_NEAR(vector("eta")[k], live[k], 1e-9 * std::fabs(live[k])) << k;
    }
    EXPECT_EQ(live[17], 4.0);
    close();
    if (rank() == 0) std::remove(name.c_str());
}

TEST_F(UndisturbedRun,
       a_second_run_without_a_request_costs_no_diagonalization_and_a_third_with_one_works)
{
    run(melt108() + "fix nve all nve\ncompute inm all inm/dos 20 edge pr 0.27\n"
                    "thermo_style custom step c_inm\nrun 5\nthermo_style custom step pe\nrun 5\n"
                    "thermo_style custom step c_inm\nrun 5\n");
    EXPECT_GT(scalar("inm"), 0.0);
    run("pair_style lj/cut 2.5\npair_coeff * * 1.0 1.0\nrun 5\n");
    EXPECT_GT(scalar("inm"), 0.0);
}
} // namespace
