// Every error stops LAMMPS with a message that names the command, the problem and the remedy

#include "lammps_test.h"

#include <regex>

namespace {

class ErrorMessages : public LammpsTest {
protected:
    // a crystal of 32 atoms after a run
    static std::string crystal(const std::string &pair = smooth())
    {
        return "units lj\natom_style atomic\natom_modify map array\nlattice fcc 1.0\nregion box "
               "block 0 2 0 2 0 2\n"
               "create_box 1 box\ncreate_atoms 1 box\nmass 1 1.0\ngroup few id 1:10\n" +
               pair + "run 0\n";
    }
    static std::string smooth() { return "pair_style lj/smooth 2.0 2.5\npair_coeff * * 1.0 1.0\n"; }
    static std::string inm(const std::string &keywords = "")
    {
        return "compute inm all inm/dos 10 edge pr 0.3 " + keywords + "\n";
    }
    static std::string gamma(const std::string &keywords = "")
    {
        return inm() + "compute gam all affine/gamma inm " + keywords + "\n";
    }
    static std::string eta(const std::string &keywords)
    {
        return gamma() + "compute eta all ulinm/viscosity inm gam " + keywords + "\n";
    }
    static std::string go(const std::string &column = "c_inm")
    {
        return "thermo_style custom step " + column + "\nrun 0\n";
    }
    void expect(const std::string &setup, const std::string &commands, const std::string &text)
    {
        reopen();
        run(setup);
        const std::string error = error_of(commands);
        EXPECT_NE(error.find(text), std::string::npos)
            << "after:\n"
            << commands << "\nexpected: " << text << "\n     got: " << error;
        close();
    }
};

// ---- arguments --------------------------------------------------------------------------------

TEST_F(ErrorMessages, arguments_of_inm_dos)
{
    const std::string me                              = "Compute inm/dos inm: ";
    const std::pair<std::string, std::string> cases[] = {
        {"", "missing value for Nbin"},
        {"1", "Nbin must be an integer >= 2, not 1"},
        {"-5", "Nbin must be an integer >= 2, not -5"},
        {"2.5", "Nbin must be an integer, not 2.5"},
        {"ten", "Nbin must be an integer, not ten"},
        {"99999999999", "Nbin must be an integer >= 2, not 99999999999"},
        {"10 nonsense", "unknown keyword nonsense"},
        {"10 edge pr 0.3 0.4", "unknown keyword 0.4"},
        {"10 range", "missing value for range lo"},
        {"10 range 1", "missing value for range hi"},
        {"10 range a 1", "range lo must be a number, not a"},
        {"10 range 1 1e", "range hi must be a number, not 1e"},
        {"10 range 0 nan", "range hi must be a number, not nan"},
        {"10 range 0 inf", "range hi must be a number, not inf"},
        {"10 range 2 1", "range hi must be above range lo"},
        {"10 range 1 1", "range hi must be above range lo"},
        {"10 edge", "missing value for edge"},
        {"10 edge ipr 0.3", "edge must be pr, frequency, or none, not ipr"},
        {"10 edge pr", "missing value for edge pr"},
        {"10 edge pr 0", "edge pr must lie between 0 and 1"},
        {"10 edge pr -0.3", "edge pr must lie between 0 and 1"},
        {"10 edge pr 1.01", "edge pr must lie between 0 and 1"},
        {"10 edge pr x", "edge pr must be a number, not x"},
        {"10 edge frequency", "missing value for edge frequency"},
        {"10 edge pr 0.3 modes none", "edge pr needs eigenvectors"},
        {"10 modes some", "modes must be all, unstable, none, or lowest, not some"},
        {"10 modes", "missing value for modes"},
        {"10 modes lowest", "missing value for modes lowest"},
        {"10 modes lowest 0", "modes lowest must be an integer >= 1, not 0"},
        {"10 modes lowest 5", "modes lowest is not possible: solver auto finds all modes; use solver kpm"},
        {"10 modes none eigenvector index 1", "eigenvector needs modes all or unstable"},
        {"10 hessian exact", "hessian must be auto, analytic, or numeric, not exact"},
        {"10 hessian numeric", "missing value for hessian numeric delta"},
        {"10 hessian numeric auto", "hessian numeric delta must be a number, not auto"},
        {"10 hessian numeric -1e-6", "hessian numeric delta must be positive"},
        {"10 solver magic", "solver must be auto, lapack, twostage, scalapack, elpa, or kpm, not magic"},
        {"10 solver lowest", "solver lowest is not available on its own; use solver kpm with modes lowest K"},
        {"10 precision half", "precision must be auto, double, or single, not half"},
        {"10 memory", "missing value for memory"},
        {"10 memory 0", "memory must be a positive number of GB"},
        {"10 memory -1", "memory must be a positive number of GB"},
        {"10 memory much", "memory must be a number, not much"},
        {"10 entropy", "missing value for entropy"},
        {"10 entropy 0", "entropy must be a temperature above 0"},
        {"10 entropy warm", "entropy must be a number, not warm"},
        {"10 edge none solver kpm auto entropy 1", "entropy is not possible: solver kpm finds no individual eigenvalues"},
        {"10 threads 0", "threads must be an integer >= 1, not 0"},
        {"10 check perhaps", "check must be yes, no, on, off, true, or false, not perhaps"},
        {"10 eigenvector", "missing value for eigenvector"},
        {"10 eigenvector 5", "eigenvector must be index or frequency, not 5"},
        {"10 eigenvector index 0", "eigenvector index must be an integer >= 1, not 0"},
        {"10 eigenvector index 1.5", "eigenvector index must be an integer, not 1.5"},
        {"10 eigenvector frequency x", "eigenvector frequency must be a number, not x"},
    };
    for (const auto &c : cases)
        expect(crystal(), "compute inm all inm/dos " + c.first, me + c.second);
}

TEST_F(ErrorMessages, arguments_of_affine_gamma)
{
    const std::string me                              = "Compute affine/gamma gam: ";
    const std::pair<std::string, std::string> cases[] = {
        {"", "missing value for inm-ID"},
        {"nobody", "there is no compute inm/dos with ID nobody"},
        {"thermo_temp", "there is no compute inm/dos with ID thermo_temp"},
        {"inm nonsense", "unknown keyword nonsense"},
        {"inm plane", "missing value for plane"},
        {"inm plane yx", "plane must be avg, xy, xz, or yz, not yx"},
        {"inm method", "missing value for method"},
        {"inm method guess", "method must be hessian or strain, not guess"},
        {"inm method strain", "missing value for method strain eps"},
        {"inm method strain x", "method strain eps must be a number, not x"},
        {"inm method strain 0", "method strain eps must lie between 1e-10 and 0.1"},
        {"inm method strain -1e-6", "method strain eps must lie between 1e-10 and 0.1"},
        {"inm method strain 0.5", "method strain eps must lie between 1e-10 and 0.1"},
    };
    for (const auto &c : cases)
        expect(crystal() + inm(), "compute gam all affine/gamma " + c.first, me + c.second);
}

TEST_F(ErrorMessages, arguments_of_ulinm_viscosity)
{
    const std::string me                              = "Compute ulinm/viscosity eta: ";
    const std::pair<std::string, std::string> cases[] = {
        {"", "missing value for inm-ID"},
        {"inm", "missing value for gamma-ID"},
        {"inm gam", "keyword friction is missing"},
        {"inm gam wmin 3", "keyword friction is missing"},
        {"inm gam friction 80", "keyword wmin, bulk or shear is missing"},
        {"nobody gam friction 80 wmin 3", "there is no compute inm/dos with ID nobody"},
        {"gam inm friction 80 wmin 3", "there is no compute inm/dos with ID gam"},
        {"inm gam friction", "missing value for friction"},
        {"inm gam friction x wmin 3", "friction must be a number >= 0 or v_name, not x"},
        {"inm gam friction -80 wmin 3", "friction must be a number >= 0 or v_name, not -80"},
        {"inm gam friction nan wmin 3", "friction must be a number >= 0 or v_name, not nan"},
        {"inm gam friction f_x[0] wmin 3",
         "friction must be f_ID or f_ID[i] with i >= 1, not f_x[0]"},
        {"inm gam friction f_x[1 wmin 3",
         "friction must be f_ID or f_ID[i] with i >= 1, not f_x[1"},
        {"inm gam friction f_x[a] wmin 3",
         "friction must be f_ID or f_ID[i] with i >= 1, not f_x[a]"},
        {"inm gam friction f_x[1]2 wmin 3",
         "friction must be f_ID or f_ID[i] with i >= 1, not f_x[1]2"},
        {"inm gam friction 80 wmin", "missing value for wmin"},
        {"inm gam friction 80 wmin -3", "wmin must be a number >= 0 or v_name, not -3"},
        {"inm gam friction 80 bulk soft", "bulk must be a number >= 0, v_name or auto, not soft"},
        {"inm gam friction 80 shear", "missing value for shear"},
        {"inm gam friction 80 wmin auto", "wmin must be a number >= 0 or v_name, not auto"},
        {"inm gam friction 80 bulk auto bulk/every 0", "bulk/every must be an integer >= 1, not 0"},
        {"inm gam friction 80 wmin 3 every 0", "every must be an integer >= 1, not 0"},
        {"inm gam friction 80 wmin 3 bulk 65", "wmin, bulk or shear may be given only once"},
        {"inm gam friction 80 wmin 3 friction/mix best",
         "friction/mix must be mode or mean, not best"},
        {"inm gam friction 80 wmin 3 nonsense", "unknown keyword nonsense"},
    };
    for (const auto &c : cases)
        expect(crystal() + gamma(), "compute eta all ulinm/viscosity " + c.first, me + c.second);
}

TEST_F(ErrorMessages, planes_out_of_the_plane_are_refused_in_two_dimensions)
{
    expect("units lj\ndimension 2\natom_style atomic\nlattice hex 0.85\nregion box block 0 5 0 3 "
           "-0.5 0.5\n"
           "create_box 1 box\ncreate_atoms 1 box\nmass 1 1.0\n" +
               smooth() + inm(),
           "compute gam all affine/gamma inm plane xz", "plane must be xy in 2d");
}

// ---- computes that do not fit each other --------------------------------------------------------

TEST_F(ErrorMessages, computes_that_do_not_fit_each_other)
{
    expect(crystal(), inm() + "compute gam few affine/gamma inm\n" + go(),
           "Compute affine/gamma gam: must use the same group as compute inm/dos inm");
    expect(crystal(),
           gamma() + "compute eta few ulinm/viscosity inm gam friction 80 wmin 3\n" + go("c_eta"),
           "Compute ulinm/viscosity eta: must use the same group as compute inm/dos inm");
    expect(crystal(), gamma() + "uncompute inm\n" + go("c_gam[1][1]"),
           "Compute affine/gamma gam: there is no compute inm/dos with ID inm");
    expect(crystal(), gamma() + "uncompute inm\ncompute inm all inm/dos 20\n" + go("c_gam[1][1]"),
           "the number of bins of compute inm/dos inm has changed");
    expect(crystal(), eta("friction 80 wmin 3") + "uncompute gam\n" + go("c_eta"),
           "Compute ulinm/viscosity eta: there is no compute affine/gamma with ID gam");
    expect(crystal(), eta("friction 80 wmin 3") + "uncompute gam\nuncompute inm\n" + go("c_eta"),
           "Compute ulinm/viscosity eta: there is no compute inm/dos with ID inm");
    expect(crystal(),
           gamma() +
               "compute other all inm/dos 10 edge pr 0.3\n"
               "compute eta all ulinm/viscosity other gam friction 80 wmin 3\n" +
               go("c_eta"),
           "Compute ulinm/viscosity eta: compute affine/gamma gam uses the modes of inm, not of "
           "other");
}

TEST_F(ErrorMessages, frictions_that_are_not_there)
{
    const std::string me = "Compute ulinm/viscosity eta: ";
    expect(crystal(), eta("friction v_none wmin 3") + go("c_eta"),
           me + "friction v_none: there is no variable none");
    expect(crystal(), "variable a atom x\n" + eta("friction v_a wmin 3") + go("c_eta"),
           me + "friction v_a: variable a is not equal-style");
    expect(crystal(), "variable a equal -1\n" + eta("friction v_a wmin 3") + go("c_eta"),
           me + "friction v_a is negative: -1");
    expect(crystal(), "variable a equal -1\n" + eta("friction 80 wmin v_a") + go("c_eta"),
           me + "wmin v_a is negative: -1");
    expect(crystal(), "variable a equal -1\n" + eta("friction 80 bulk v_a") + go("c_eta"),
           me + "bulk v_a is negative: -1");
    expect(crystal(), eta("friction f_none wmin 3") + go("c_eta"),
           me + "there is no fix none for the friction");
    expect(crystal(), "fix nve all nve\n" + eta("friction f_nve wmin 3") + go("c_eta"),
           me + "friction f_nve must be a fix orthogonal/dynamics");
    expect(crystal(), "fix nve all nve\n" + eta("friction f_nve[1] wmin 3") + go("c_eta"),
           me + "friction f_nve[1]: fix nve has no component 1 of a global vector");
    expect(crystal(),
           "variable a equal 1\nfix f all ave/time 1 1 1 v_a v_a\n" +
               eta("friction f_f[3] wmin 3") + go("c_eta"),
           me + "friction f_f[3]: fix f has no component 3 of a global vector");
    expect(crystal(),
           "variable a equal 1\nfix f all ave/time 1 1 2 v_a v_a\n" +
               eta("friction f_f[1] wmin 3") + "thermo 1\nthermo_style custom step c_eta\nrun 1\n",
           me + "friction f_f[1]: fix f is not computed at a compatible time");
}

TEST_F(ErrorMessages, used_between_runs)
{
    run(crystal() + eta("friction 80 wmin 3"));
    lammps_extract_compute(lmp, "inm", LMP_STYLE_GLOBAL, LMP_TYPE_SCALAR);
    ASSERT_TRUE(lammps_has_error(lmp));
    char text[1024] = "";
    lammps_get_last_error_message(lmp, text, sizeof(text));
    EXPECT_NE(std::string(text).find("Compute inm/dos inm: used between runs and not current: an "
                                     "output of the last step, also of run 0, must ask for it"),
              std::string::npos)
        << text;
}

TEST_F(ErrorMessages, asked_for_before_there_was_any_run)
{
    for (const std::string id : {"inm", "gam", "eta"}) {
        reopen();
        std::string setup = crystal();
        setup.replace(setup.rfind("run 0\n"), 6, "");
        run(setup + eta("friction 80 wmin 3"));
        if (id == "inm")
            lammps_extract_compute(lmp, "inm", LMP_STYLE_LOCAL, LMP_TYPE_ARRAY);
        else if (id == "gam")
            lammps_extract_compute(lmp, "gam", LMP_STYLE_ATOM, LMP_TYPE_ARRAY);
        else
            lammps_extract_compute(lmp, "eta", LMP_STYLE_GLOBAL, LMP_TYPE_VECTOR);
        ASSERT_TRUE(lammps_has_error(lmp)) << id;
        char text[1024] = "";
        lammps_get_last_error_message(lmp, text, sizeof(text));
        EXPECT_NE(std::string(text).find("used between runs and not current"), std::string::npos)
            << text;
    }
}

// ---- force fields -----------------------------------------------------------------------------

TEST_F(ErrorMessages, force_fields_without_an_analytic_hessian)
{
    const std::string analytic = "compute inm all inm/dos 10 hessian analytic\n";
    expect(crystal(""), analytic + go(), "Compute inm/dos inm: cannot compute the Hessian: there is no pair, bonded, or kspace style");
#ifdef INMVISC_POTENTIALS_DIR
    const std::string file = std::string(INMVISC_POTENTIALS_DIR) + "/Si.tersoff";
    if (std::ifstream(file))
        expect("units metal\nlattice diamond 5.431\nregion box block 0 2 0 2 0 2\ncreate_box 1 "
               "box\ncreate_atoms 1 box\nmass 1 28.0855\n"
               "pair_style tersoff\npair_coeff * * " +
                   file + " Si\n",
               analytic + go(),
               "Compute inm/dos inm: no analytic Hessian of pair style tersoff: it is many-body; "
               "use hessian auto or numeric");
#endif
}

TEST_F(ErrorMessages, motion_that_has_no_hessian_of_all_coordinates)
{
    expect(crystal(), "fix r few rigid/nve single\n" + inm() + go(),
           "cannot compute the Hessian: rigid bodies of fix r (rigid/nve) in its group remove degrees "
           "of freedom; use a group without them");
    expect(crystal(), inm() + "run_style respa 2 2 pair 2\n" + go(),
           "cannot compute the Hessian: run_style respa splits the forces");
}

TEST_F(ErrorMessages, forces_with_random_numbers)
{
    if (!lammps_has_style(lmp, "pair", "dpd")) GTEST_SKIP() << "this LAMMPS has no pair style dpd";
    expect(crystal("pair_style dpd 1.0 1.0 4711\npair_coeff * * 25 4.5\ncomm_modify vel yes\n"),
           inm() + go(), "cannot compute the Hessian: pair style dpd has random forces");
    expect(crystal("pair_style hybrid/overlay lj/smooth 2.0 2.5 dpd/tstat 1.0 1.0 1.0 4711\n"
                   "pair_coeff * * lj/smooth 1.0 1.0\npair_coeff * * dpd/tstat 4.5\ncomm_modify "
                   "vel yes\n"),
           inm() + go(), "cannot compute the Hessian: pair style dpd has random forces");
}

TEST_F(ErrorMessages, atoms_without_ids)
{
    std::string setup         = crystal();
    const std::string command = "atom_modify map array\n";
    setup.replace(setup.find(command), command.size(), "atom_modify id no\n");
    setup.replace(setup.find("group few id 1:10\n"), 18, "");
    expect(setup, inm() + go(), "cannot compute the Hessian: atoms have no IDs");
}

TEST_F(ErrorMessages, affine_force_of_long_range_forces)
{
    expect("units lj\natom_style charge\nlattice fcc 0.8\nregion box block 0 2 0 2 0 2\ncreate_box "
           "1 box\n"
           "create_atoms 1 box\nset group all charge 0.1\ngroup half id 1:16\nset group half "
           "charge -0.1\nmass 1 1.0\n"
           "pair_style lj/cut/coul/long 1.5\npair_coeff * * 1.0 1.0\nkspace_style ewald 1e-5\n",
           gamma("method strain 1e-6") + go("c_gam[1][1]"),
           "Compute affine/gamma gam: method strain with a kspace style needs a triclinic box");
}

TEST_F(ErrorMessages, atoms_on_top_of_each_other)
{
    const std::string overlap = "create_atoms 1 single 0 0 0\n";
    expect(crystal() + overlap, "compute inm all inm/dos 10 check no\n" + go(),
           "atoms may overlap");
    reopen();
    run(crystal() + overlap);
    const std::string error = error_of(inm() + go());
    EXPECT_TRUE(error.find("atoms may overlap") != std::string::npos ||
                error.find("does not reproduce the forces") != std::string::npos)
        << error;
}

TEST_F(ErrorMessages, displacement_far_too_large)
{
    expect(crystal() + "displace_atoms all random 0.1 0.1 0.1 4711\n",
           "compute inm all inm/dos 10 hessian numeric 0.2\n" + go(),
           ") the force does not change in proportion to a displacement of 0.2");
}

TEST_F(ErrorMessages, more_modes_than_any_solver_can_count)
{
    // 2e5 atoms of a gas: 6e5 modes need terabytes, the sparse Hessian almost nothing
    expect("units lj\natom_style atomic\nlattice sc 1e-3\nregion box block 0 64 0 64 0 "
           "48\ncreate_box 1 box\n"
           "create_atoms 1 box\nmass 1 1.0\n" +
               smooth(),
           "compute inm all inm/dos 10 check no\n" + go(),
           "589824 modes are too many for one rank");
}

TEST_F(ErrorMessages, more_memory_than_the_keyword_allows)
{
    expect(crystal(), inm("memory 1e-6") + go(), "1e-06 GB are allowed (keyword memory)");
}

TEST_F(ErrorMessages, single_precision_of_a_solver_that_has_none)
{
    // the modes of 32 atoms are so few that they would be solved in double
    const std::string crystal500 =
        std::regex_replace(crystal(), std::regex("block 0 2 0 2 0 2"), "block 0 5 0 5 0 5");
    expect(crystal500, inm("solver lapack precision single") + go(),
           "precision single is not possible: solver lapack works in double precision");
}

TEST_F(ErrorMessages, an_error_in_one_instance_leaves_the_next_one_usable)
{
    expect(crystal(), "compute inm all inm/dos 1", "Nbin");
    open();
    run(crystal() + inm() + go());
    EXPECT_EQ(vector("inm")[5], 3.0);
}
} // namespace
