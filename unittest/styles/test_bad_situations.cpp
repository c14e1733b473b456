// Systems with nothing to compute, and runs in which something is deleted: an error that names the
// style, or a correct result, with NaN for undefined outputs.

#include "lammps_test.h"

#include <cmath>
#include <regex>

namespace {

class BadSituation : public LammpsTest {
protected:
    static std::string box(const std::string &boundary = "p p p")
    {
        return "units lj\natom_style atomic\natom_modify map array\nboundary " + boundary +
               "\nlattice fcc 1.0\nregion box block 0 2 0 2 0 2\ncreate_box 2 box\n";
    }
    static std::string forces()
    {
        return "mass 1 1.0\nmass 2 2.0\npair_style lj/smooth 2.0 2.5\npair_coeff * * 1.0 1.0\n"
               "timestep 0.001\nthermo_modify norm no\n";
    }
    static std::string liquid(const std::string &boundary = "p p p")
    {
        return box(boundary) + "create_atoms 1 box\n" + forces() +
               "group few id 1:10\ndisplace_atoms all random 0.1 0.1 0.1 4711\n"
               "velocity all create 1.0 4711 loop geom\nfix nve all nve\n";
    }
    static std::string fix() { return "fix mem all orthogonal/dynamics 1 4 1 blocks 2\n"; }
    static std::string styles(const std::string &group = "all")
    {
        return "compute inm " + group + " inm/dos 20 edge pr 0.3\ncompute gam " + group +
               " affine/gamma inm\ncompute eta " + group +
               " ulinm/viscosity inm gam friction 80 wmin 1\nfix ask all ave/time 1 1 1 c_inm c_eta\n";
    }
    void expect_error(const std::string &commands, const std::string &text)
    {
        const std::string error = error_of(commands);
        EXPECT_NE(error.find(text), std::string::npos) << "expected: " << text << "\n     got: " << error;
    }
    double of_fix(int type, int row, int column = 0)
    {
        auto x         = (double *)lammps_extract_fix(lmp, "mem", LMP_STYLE_GLOBAL, type, row, column);
        const double v = *x;
        lammps_free(x);
        return v;
    }
    std::vector<double> of_fix()
    {
        std::vector<double> all = {of_fix(LMP_TYPE_SCALAR, 0)};
        for (int i = 0; i < 15; i++) all.push_back(of_fix(LMP_TYPE_VECTOR, i));
        for (int i = 0; i < 5; i++)
            for (int j = 1; j < 7; j++) all.push_back(of_fix(LMP_TYPE_ARRAY, i, j));
        return all;
    }
    void expect_no_infinity(const std::vector<double> &x, const std::string &what)
    {
        for (size_t i = 0; i < x.size(); i++) EXPECT_FALSE(std::isinf(x[i])) << what << " " << i;
    }
    void expect_no_infinity()
    {
        expect_no_infinity(vector("inm"), "inm");
        expect_no_infinity(vector("eta"), "eta");
        for (const std::string id : {"inm", "gam", "eta"})
            for (const auto &row : array(id)) expect_no_infinity(row, "array of " + id);
        for (const std::string id : {"inm", "gam"})
            for (const auto &row : peratom(id)) expect_no_infinity(row, "atoms of " + id);
    }
};

TEST_F(BadSituation, without_forces_masses_or_a_box)
{
    expect_error("compute inm all inm/dos 20", "Compute inm/dos inm: must be defined after the simulation box");
    reopen();
    expect_error("fix mem all orthogonal/dynamics 1 4 1", "Fix orthogonal/dynamics command before simulation box is defined");
    reopen();
    run(box() + "create_atoms 1 box\nmass * 1.0\n");
    expect_error(styles() + "run 0", "Compute inm/dos inm: cannot compute the Hessian: there is no pair, bonded, or kspace style");
    reopen();
    run(box() + "create_atoms 1 box\npair_style lj/smooth 2.0 2.5\npair_coeff * * 1.0 1.0\n");
    expect_error(styles() + fix() + "run 0", "Not all per-type masses are set");
}

TEST_F(BadSituation, of_no_atoms)
{
    run(box() + forces() + styles() + fix() + "fix nve all nve\nrun 8\n");
    const auto inm = vector("inm");
    for (int k : {0, 1, 2, 3}) EXPECT_TRUE(std::isnan(inm[k])) << k;
    EXPECT_EQ(inm[5], 0.0);
    expect_no_infinity();
    for (double x : of_fix()) EXPECT_TRUE(std::isnan(x));
}

TEST_F(BadSituation, of_one_atom)
{
    run(box() + "create_atoms 1 single 0.5 0.5 0.5\n" + forces() +
        "velocity all set 1 0 0\nfix nve all nve\n" + styles() + fix() + "run 8\n");
    EXPECT_EQ(vector("inm")[5], 3.0);
    for (int k : {0, 1, 2, 3}) EXPECT_TRUE(std::isnan(vector("inm")[k])) << k; // only translations
    expect_no_infinity();
    expect_no_infinity(of_fix(), "fix");
}

TEST_F(BadSituation, of_two_atoms)
{
    run(box() + "create_atoms 1 single 0.5 0.5 0.5\ncreate_atoms 2 single 1.2 0.5 0.5\n" + forces() +
        "velocity all create 1.0 4711 loop geom\nfix nve all nve\n" + styles() + fix() + "run 8\n");
    EXPECT_EQ(vector("inm")[5], 3.0);
    EXPECT_NEAR(vector("inm")[0] + vector("inm")[1], 1.0, 1e-14);
    expect_no_infinity();
    expect_no_infinity(of_fix(), "fix");
}

TEST_F(BadSituation, of_one_atom_among_others)
{
    run(liquid() + "group one id 7\n" + styles("one") + "fix mem one orthogonal/dynamics 1 4 1 blocks 2\nrun 8\n");
    EXPECT_EQ(vector("inm")[5], 0.0); // pinned by the others
    EXPECT_NEAR(vector("inm")[0] + vector("inm")[1], 1.0, 1e-14);
    for (const auto &row : local("inm")) EXPECT_NEAR(row[2], 1.0, 1e-14); // P of a single atom
    expect_no_infinity();
    expect_no_infinity(of_fix(), "fix");
}

TEST_F(BadSituation, of_a_group_without_atoms)
{
    run(liquid() + "group empty id 1000\n" + styles("empty") +
        "fix mem empty orthogonal/dynamics 1 4 1 blocks 2\nrun 8\n");
    for (int k : {0, 1, 2, 3}) EXPECT_TRUE(std::isnan(vector("inm")[k])) << k;
    expect_no_infinity();
    for (double x : of_fix()) EXPECT_TRUE(std::isnan(x));
}

TEST_F(BadSituation, of_atoms_that_do_not_move)
{
    run(box() + "create_atoms 1 box\n" + forces() + styles() + fix() + "run 8\n"); // no integration, v = 0
    EXPECT_EQ(vector("inm")[1], 0.0); // a crystal is stable
    EXPECT_EQ(vector("inm")[5], 3.0);
    EXPECT_TRUE(std::isnan(of_fix(LMP_TYPE_SCALAR, 0)));
    expect_no_infinity();
    expect_no_infinity(of_fix(), "fix");
}

// an edge above or below all unstable modes: one class contains all of them, and sums over the
// empty class are 0; only means over the empty class are nan

TEST_F(BadSituation, of_modes_that_are_all_of_one_class)
{
    for (const bool localized : {true, false}) {
        reopen();
        run(liquid() + "compute inm all inm/dos 20 edge frequency " + (localized ? "1e-9" : "1e9") +
            "\ncompute gam all affine/gamma inm\ncompute eta all ulinm/viscosity inm gam friction 80 wmin 0\n"
            "thermo_style custom step c_inm c_eta\nrun 0\n");
        const auto inm = vector("inm"), eta = vector("eta");
        const int all = localized ? 2 : 3, none = localized ? 3 : 2;
        EXPECT_GT(inm[1], 0.0);
        EXPECT_EQ(inm[all], inm[1]);
        EXPECT_EQ(inm[none], 0.0);
        EXPECT_EQ(eta[none - 2], 0.0);
        EXPECT_GT(eta[all - 2], 0.0);
        for (const auto &row : peratom("inm")) {
            EXPECT_TRUE(std::isfinite(row[all - 2]));
            EXPECT_TRUE(std::isnan(row[none - 2]));
        }
        expect_no_infinity();
    }
}

TEST_F(BadSituation, of_a_timestep_of_zero)
{
    run(liquid() + fix() + "timestep 0.0\nrun 8\n");
    expect_no_infinity(of_fix(), "fix");
}

TEST_F(BadSituation, overlapping_atoms)
{
    for (const std::string check : {"yes", "no"}) {
        reopen();
        run(box() + "create_atoms 1 box\ncreate_atoms 1 single 0 0 0\n" + forces());
        const std::string error = error_of("compute inm all inm/dos 20 check " + check +
                                           "\nfix ask all ave/time 1 1 1 c_inm\nrun 0\n");
        EXPECT_TRUE(error.find("Compute inm/dos inm: ") != std::string::npos) << error;
    }
}

TEST_F(BadSituation, an_exploding_system_ends_in_an_error)
{
    run(liquid() + styles() + fix() + "timestep 2.0\n");
    const std::string error = error_of("run 50\n");
    // from whichever style detects it first
    EXPECT_TRUE(error.find("Compute inm/dos inm: ") != std::string::npos ||
                error.find("Fix orthogonal/dynamics mem: ") != std::string::npos ||
                error.find("Lost atoms") != std::string::npos || error.find("Non-numeric") != std::string::npos)
        << error;
}

TEST_F(BadSituation, lost_atoms)
{
    const std::string lost = "thermo_modify lost ignore\nthermo 1\nvelocity few set 0 0 200 sum no\n";
    run(liquid("p p f") + lost + styles() + "run 20\n");
    EXPECT_LT(thermo("atoms"), 32.0);
    EXPECT_EQ(local("inm").size(), 3 * thermo("atoms"));
    reopen();
    run(liquid("p p f") + lost + fix());
    const std::string error = error_of("run 20\n");
    EXPECT_TRUE(std::regex_search(
        error, std::regex("Fix orthogonal/dynamics mem: the number of atoms in its group changed from "
                          "[0-9]+ to [0-9]+: atoms were lost or deleted")))
        << error;
}

TEST_F(BadSituation, a_group_that_changes_between_runs)
{
    run(liquid() + styles("few") + "run 2\n");
    EXPECT_EQ(local("inm").size(), 30u);
    run("group few id 11:15\nrun 2\n");
    EXPECT_EQ(local("inm").size(), 45u);
    reopen();
    run(liquid() + "fix mem few orthogonal/dynamics 1 4 1\nrun 2\ngroup few id 11:15\n");
    expect_error("run 2\n", "Fix orthogonal/dynamics mem: the number of atoms in its group changed from 10 to 15");
}

// atoms that do not follow the forces on them, but would in the Hessian

TEST_F(BadSituation, atoms_that_a_fix_holds)
{
    const std::string all = "compute inm all inm/dos 20\n", rest = "group rest subtract all few\ncompute inm rest inm/dos 20\n";
    const std::string output = "thermo_style custom step c_inm\n";
    for (const std::string fix : {"setforce 0 0 0", "setforce NULL NULL 0", "aveforce 0 0 0", "lineforce 1 0 0",
                                  "planeforce 0 0 1", "nve/noforce", "move linear 1 0 0"}) {
        const std::string style = fix.substr(0, fix.find(' '));
        const bool moves        = style == "nve/noforce" || style == "move";
        const std::string lines = "fix hold few " + fix + "\n" + (moves ? "unfix nve\ngroup others id 11:32\nfix nve others nve\n" : "");
        const std::string warning = "Compute inm/dos inm: fix hold (" + style + ") holds 10 atoms of group ";
        reopen();
        run(liquid());
        const std::string log = log_of(lines + all + output + "run 1\n");
        EXPECT_NE(log.find(warning + "all, which are free to move in the Hessian"), std::string::npos) << fix << log;
        EXPECT_EQ(log.find("no fix integrates"), std::string::npos) << fix;
        reopen();
        run(liquid());
        EXPECT_EQ(log_of(lines + rest + output + "run 1\n").find("in the Hessian"), std::string::npos) << fix;
    }
}

TEST_F(BadSituation, atoms_that_no_fix_integrates)
{
    const std::string some = "unfix nve\ngroup others id 11:32\nfix nve others nve\n";
    const std::string output = "thermo_style custom step c_inm\n", warning = "no fix integrates 10 atoms of group all";
    run(liquid());
    EXPECT_NE(log_of(some + "compute inm all inm/dos 20\n" + output + "run 1\n").find(warning), std::string::npos);
    EXPECT_EQ(log_of("run 0\n").find("no fix integrates"), std::string::npos);
    reopen();
    run(liquid());
    EXPECT_EQ(log_of(some + "compute inm others inm/dos 20\n" + output + "run 1\n").find("no fix"), std::string::npos);
}

// forces that have a potential, but no place in the Hessian

TEST_F(BadSituation, forces_of_fixes)
{
    const std::pair<std::string, bool> fixes[] = {
        {"addforce 1 0 0", true},
        {"spring/self 1.0", true},
        {"indent 1.0 sphere 0 0 0 0.1", true},
        {"efield 0 0 0", true},
        {"gravity 1.0 vector 0 0 -1", true},
        {"wall/harmonic zlo EDGE 1.0 1.0 0.5", true},
        {"wall/reflect zlo EDGE", false},
        {"press/berendsen iso 1.0 1.0 1.0", false},
        {"press/langevin iso 1.0 1.0 1.0 temp 1.0 1.0 4711", false},
        {"nph iso 1.0 1.0 1.0", false},
        {"npt temp 1.0 1.0 1.0 iso 1.0 1.0 1.0", false},
        {"nvt temp 1.0 1.0 1.0", false},
        {"langevin 1.0 1.0 1.0 4711", false},
        {"temp/berendsen 1.0 1.0 1.0", false},
        {"temp/csvr 1.0 1.0 1.0 4711", false},
        {"viscous 0.1", false},
        {"momentum 1 linear 1 1 1", false},
        {"recenter INIT INIT INIT", false},
        {"deform 1 x erate 0.01", false},
    };
    for (const auto &f : fixes) {
        const std::string style = f.first.substr(0, f.first.find(' '));
        const bool wall = style.find("wall") == 0, integrates = style == "nph" || style == "npt" || style == "nvt";
        const bool charged = style == "efield";
        reopen();
        run(liquid(wall ? "p p f" : "p p p") + (integrates ? "unfix nve\n" : ""));
        if (charged) run("clear\nunits lj\natom_style charge\nlattice fcc 1.0\nregion box block 0 2 0 2 0 2\n"
                         "create_box 2 box\ncreate_atoms 1 box\n" + forces() + "fix nve all nve\n");
        const std::string log = log_of("fix apart all " + f.first +
                                       "\ncompute inm all inm/dos 20\nthermo_style custom step c_inm\n"
                                       "thermo_modify lost ignore\nrun 0\n");
        const bool warned = log.find("the Hessian does not include the effect of fix " + style) != std::string::npos;
        EXPECT_EQ(warned, f.second) << f.first;
        EXPECT_EQ(log.find("does not include the effect") != std::string::npos, f.second) << f.first;
    }
}

TEST_F(BadSituation, styles_in_the_wrong_order)
{
    run(liquid());
    expect_error("compute gam all affine/gamma inm", "Compute affine/gamma gam: there is no compute inm/dos with ID inm");
    expect_error("compute eta all ulinm/viscosity inm gam friction 80 wmin 1",
                 "Compute ulinm/viscosity eta: there is no compute inm/dos with ID inm");
    // a command needed only during a run may be defined later
    run("compute inm all inm/dos 20 edge pr 0.3\ncompute eta all ulinm/viscosity inm gam friction 80 wmin 1\n"
        "compute gam all affine/gamma inm\ncompute eta2 all ulinm/viscosity inm gam friction 80 wmin 1\n"
        "thermo_style custom step c_eta c_eta2\nrun 0\n");
    EXPECT_EQ(scalar("eta"), scalar("eta2"));
}

TEST_F(BadSituation, something_is_deleted_in_the_middle_of_a_run)
{
    const std::string friction = "compute inm all inm/dos 20 edge pr 0.3\ncompute gam all affine/gamma inm\n"
                                 "variable cutoff equal 1\n" + fix() +
                                 "compute eta all ulinm/viscosity inm gam friction f_mem wmin v_cutoff\n"
                                 "fix ask all ave/time 2 1 2 c_eta\nrun 2\n";
    const std::pair<std::string, std::string> cases[] = {
        {"uncompute inm", "there is no compute inm/dos with ID inm"},
        {"uncompute gam", "Compute ulinm/viscosity eta: there is no compute affine/gamma with ID gam"},
        {"unfix mem", "Compute ulinm/viscosity eta: there is no fix mem for the friction"},
        {"variable cutoff delete", "Compute ulinm/viscosity eta: wmin v_cutoff: there is no variable cutoff"},
    };
    for (const auto &c : cases)
        for (const std::string how : {"run 4 pre no every 2 ", "run 4 every 2 "}) {
            reopen();
            run(liquid() + friction);
            expect_error(how + "\"" + c.first + "\"", c.second);
        }
    reopen();
    run(liquid() + friction);
    expect_error("run 4 pre no every 2 \"uncompute inm\" \"compute inm all inm/dos 20 edge pr 0.3\"",
                 "Compute inm/dos inm: must be defined before the run is set up; do not use run pre no");
    reopen();
    run(liquid() + friction);
    expect_error("run 4 pre no every 2 \"uncompute inm\" \"compute inm all inm/dos 30 edge pr 0.3\"",
                 "the number of bins of compute inm/dos inm has changed");
}
} // namespace
