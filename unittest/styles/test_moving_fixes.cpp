// Fixes that change the box, the positions or the number of atoms, some of them after the forces of the
// step: a snapshot is that of owned atoms and box as they are when it is asked for, on any number of
// ranks.  The reference is another instance that reads this configuration from a data file, and
// LAMMPS's dynamical_matrix.

#include "provider_test.h"

namespace {

struct MovingFix {
    const char *name, *fix; // the lines that define it, a group FEW is there
    const char *box;        // lines before
    bool same_on_all_ranks; // it draws no random numbers
};

const char tilted[] = "change_box all triclinic\n";
const char open_z[] = "change_box all boundary p p f z delta -0.4 0.4 units box\n";

// all fixes of LAMMPS's core and of the packages of the tests that change the box, x, or the atoms
// (not npt/cauchy of 4Feb2025, which on two ranks stops now and then with a pressure that is not a number)
const MovingFix fixes[] = {
    {"deform_shear_remap_x", "fix move all deform 1 xy erate 0.5 remap x", tilted, true},
    {"deform_shear_remap_v", "fix move all deform 1 xy erate 0.5 remap v", tilted, true},
    {"deform_shear_remap_none", "fix move all deform 1 xz erate 0.5 remap none", tilted, true},
    {"deform_shear_of_few", "fix move few deform 1 yz erate 0.2 remap x", tilted, true},
    {"deform_volume_remap_x", "fix move all deform 1 x erate 0.3 y volume z volume remap x", "", true},
    {"deform_rare", "fix move all deform 20 z scale 1.02 remap x", "", true},
    {"deform_flip", "fix move all deform 1 xy final 2.9 remap x", tilted, true},
    {"deform_pressure", "fix move all deform/pressure 1 x pressure 5.0 0.01 remap x", "", true},
    {"press_berendsen", "fix move all press/berendsen iso 5.0 5.0 0.2 modulus 100.0", "", true},
    {"press_berendsen_aniso", "fix move few press/berendsen x 5.0 5.0 0.2 z 1.0 1.0 0.2 modulus 100.0 dilate partial",
     "", true},
    {"press_langevin", "fix move all press/langevin iso 5.0 5.0 0.5 temp 2.0 2.0 4711", "", true},
    {"nph", "unfix nve\nfix move all nph iso 5.0 5.0 0.2", "", true},
    {"nph_tri", "unfix nve\nfix move all nph tri 5.0 5.0 0.2", tilted, true},
    {"npt", "unfix nve\nfix move all npt temp 2.0 2.0 0.2 aniso 5.0 5.0 0.2", "", true},
    {"nvt", "unfix nve\nfix move all nvt temp 2.0 2.0 0.2", "", true},
    {"nvt_sllod", "unfix nve\nfix move all nvt/sllod temp 2.0 2.0 0.2\nfix box all deform 1 xy erate 0.5 remap v",
     tilted, true},
    {"box_relax", "unfix nve\nfix move all box/relax iso 5.0 vmax 0.005", "", true},
    {"box_relax_tri", "unfix nve\nfix move all box/relax tri 5.0 vmax 0.005", tilted, true},
    {"move_linear", "fix move few move linear 1.0 0.5 0.0", "", true},
    {"move_rotate", "fix move few move rotate 1 1 1 0 0 1 50.0", "", true},
    {"recenter", "fix move all recenter 2.3 2.2 2.1 units box", "", true},
    {"recenter_few", "fix move few recenter INIT INIT INIT shift few", "", true},
    {"momentum", "fix move all momentum 1 linear 1 1 1", "", true},
    {"viscosity", "fix move all viscosity 5 x z 10", "", true},
    {"langevin", "fix move all langevin 2.0 2.0 0.1 4711", "", false},
    {"temp_berendsen", "fix move all temp/berendsen 2.0 2.0 0.1", "", true},
    {"nve_limit", "unfix nve\nfix move all nve/limit 0.01", "", true},
    {"wall_lj93", "fix move all wall/lj93 zlo EDGE 1.0 0.5 1.0 zhi EDGE 1.0 0.5 1.0", open_z, true},
    {"wall_harmonic", "variable at equal -0.3+0.5*step*dt\nfix move all wall/harmonic zlo v_at 10.0 1.0 0.5 zhi EDGE "
                      "10.0 1.0 0.5",
     open_z, true},
    {"wall_reflect", "fix move all wall/reflect zlo EDGE zhi EDGE", open_z, true},
    {"deposit", "region above block 0 4.4 0 4.4 5.9 6.2 units box\nfix move few deposit 3 1 5 4711 region above near 0.3 "
                "id next attempt 50",
     "change_box all boundary p p f z delta -0.4 3.0 units box\n", false},
    {"evaporate", "region half block INF INF INF INF INF 2.0\nfix move few evaporate 5 2 half 4711", "", false},
};

class MovingFixes : public ProviderTest, public testing::WithParamInterface<MovingFix> {
protected:
    struct Result {
        std::vector<double> lambda, eta;
        std::vector<std::vector<double>> xi;
    };

    static std::string computes(const std::string &inm = "", const std::string &gam = "")
    {
        return "compute inm all inm/dos 50 range -40 60 edge pr 0.27 solver lapack threads 1 " + inm + "\ncompute gam all affine/gamma inm " +
               gam + "\ncompute eta all ulinm/viscosity inm gam friction 80 wmin 3\n";
    }
    static std::string output() { return "thermo_style custom step c_inm[*] c_eta[*]\nthermo_modify norm no\nthermo 5\n"; }
    // a liquid of 108 atoms
    std::string liquid(const MovingFix &c)
    {
        const std::string data = state(melt(3, smooth_pair()));
        return read_melt(data, smooth_pair()) + c.box + "group few id 1:20\ntimestep 0.004\nfix nve all nve\n";
    }
    static std::string go(const MovingFix &c)
    {
        const bool minimize = std::string(c.name).find("box_relax") == 0;
        return minimize ? "min_modify line quadratic\nminimize 0 0 4 20\n" : "run 20\n";
    }
    // of the last step, eta in an order that does not matter
    Result result()
    {
        Result r;
        r.lambda = column(local("inm"), 0);
        r.xi     = peratom("gam");
        r.eta    = vector("eta");
        r.eta.resize(4); // of the configuration, without means
        return r;
    }
    void expect_same(const Result &a, const Result &b, double tolerance, const std::string &what)
    {
        EXPECT_LT(deviation(a.lambda, b.lambda), tolerance) << what;
        EXPECT_LT(deviation(a.xi, b.xi), tolerance) << what;
        // 1/lambda^2 amplifies the rounding of eigenvalues
        EXPECT_LT(deviation(a.eta, b.eta), 1e3 * tolerance) << what;
    }
    // the configuration of the instance, and what another one makes of it
    std::string configuration()
    {
        const std::string name = scratch("moved.data");
        run("write_data " + name + " nocoeff\n");
        return name;
    }
    static std::string read(const MovingFix &c, const std::string &data)
    {
        const bool open = std::string(c.box).find("boundary") != std::string::npos;
        return (open ? "boundary p p f\n" : "") + read_melt(data, smooth_pair());
    }
    Result of_configuration(const MovingFix &c, const std::string &data, const std::string &inm = "",
                            const std::string &gam = "")
    {
        reopen(comm);
        run(read(c, data) + computes(inm, gam) + output() + "run 0\n");
        return result();
    }
    // values of fix ave/time
    std::vector<double> asked()
    {
        std::vector<double> all;
        for (int i = 0; i < 4; i++) {
            auto x = (double *)lammps_extract_fix(lmp, "ask", LMP_STYLE_GLOBAL, LMP_TYPE_VECTOR, i, 0);
            if (!x) throw std::runtime_error("no value of fix ask");
            all.push_back(*x);
            lammps_free(x);
        }
        return all;
    }
    // the ghost atoms of this rank, as they lie in memory
    std::vector<double> ghosts()
    {
        const int nlocal = *(int *)lammps_extract_global(lmp, "nlocal"),
                  nghost = *(int *)lammps_extract_global(lmp, "nghost");
        auto x = (double **)lammps_extract_atom(lmp, "x");
        return nghost ? std::vector<double>(x[nlocal], x[nlocal] + 3 * nghost) : std::vector<double>();
    }
    std::string ask() { return "fix ask all ave/time 5 1 5 c_eta[1] c_eta[2] c_eta[3] c_eta[4]\n"; }
    // box of a matrix file: edges as rows
    static std::vector<double> box_of(const std::string &name)
    {
        const std::string bytes = slurp(name);
        const size_t entry = bytes.find("box.npy"), npy = bytes.find("\x93NUMPY", entry);
        if (npy == std::string::npos) throw std::runtime_error("no box in " + name);
        const size_t data = npy + 10 + (unsigned char)bytes[npy + 8] + 256 * (unsigned char)bytes[npy + 9];
        std::vector<double> box(9);
        std::memcpy(box.data(), bytes.data() + data, 9 * sizeof(double));
        return box;
    }
};

// whoever asks, thermo output gets the configuration that a dump or write_data would write

TEST_P(MovingFixes, the_configuration_that_is_written)
{
    const MovingFix c     = GetParam();
    const std::string fix = std::string(c.fix) + "\n";
    Result last[3];
    int k = 0;
    for (const std::string &lines : {fix, ask() + fix, fix + ask()}) {
        const std::string what = std::string(c.name) + (k == 0 ? "" : k == 1 ? ", asked before" : ", asked after");
        reopen();
        run(liquid(c) + computes() + lines + output() + go(c));
        last[k]               = result();
        const auto of_fix     = (k == 2 && go(c) == "run 20\n") ? asked() : last[k].eta;
        const std::string at  = configuration();
        const Result expected = of_configuration(c, at);
        EXPECT_GT(largest(expected.xi[0]), 1.0) << "test looks at nothing";
        expect_same(last[k], expected, 1e-8, what);
        EXPECT_LT(deviation(of_fix, expected.eta), 1e-5) << what;
        if (rank() == 0) std::remove(at.c_str());
        k++;
    }
    if (!c.same_on_all_ranks) return;
    // it is the same trajectory up to rounding
    expect_same(last[1], last[0], 1e-8, std::string(c.name) + ": asked before, or not");
    if (ranks() == 1) return;
    Alone alone(this);
    run(liquid(c) + computes() + fix + output() + go(c));
    expect_same(last[0], result(), 1e-8, std::string(c.name) + ": on one rank");
}

TEST_P(MovingFixes, do_not_see_that_they_are_observed)
{
    const MovingFix c = GetParam();
    std::vector<std::vector<double>> x[2], v[2], f[2];
    std::vector<double> ghost[2];
    const std::string fix = std::string(c.fix) + "\n";
    for (int observed = 0; observed < 2; observed++) {
        reopen();
        run(liquid(c) + (observed ? computes() + ask() : "") + fix + (observed ? output() : "thermo 5\n") + go(c));
        x[observed] = atoms("x");
        v[observed] = atoms("v");
        f[observed] = atoms("f");
        ghost[observed] = ghosts();
    }
    EXPECT_EQ(x[0], x[1]) << c.name;
    EXPECT_EQ(v[0], v[1]) << c.name;
    EXPECT_EQ(f[0], f[1]) << c.name;
    EXPECT_FALSE(ghost[0].empty()) << "test looks at nothing";
    EXPECT_TRUE(ghost[0] == ghost[1]) << c.name;
}

INSTANTIATE_TEST_SUITE_P(Of, MovingFixes, testing::ValuesIn(fixes),
                         [](const testing::TestParamInfo<MovingFix> &c) { return std::string(c.param.name); });

class MovedBox : public MovingFixes {};

// LAMMPS's own matrix, and the same with differences of forces and with strain

TEST_P(MovedBox, dynamical_matrix)
{
    const MovingFix c = GetParam();
    for (const std::string &how : {"check yes", "hessian numeric 0"}) {
        const std::string gam = how == "check yes" ? "method hessian" : "method strain 1e-6";
        reopen();
        const std::string npz = scratch("moved.npz");
        run(liquid(c) + computes(how + " file " + npz, gam) + c.fix + "\n" + output() + go(c));
        const auto last = result();
        double lo[3], hi[3], xy, yz, xz;
        int periodic[3], change;
        lammps_extract_box(lmp, lo, hi, &xy, &yz, &xz, periodic, &change);
        EXPECT_EQ(box_of(npz), (std::vector<double>{hi[0] - lo[0], 0, 0, xy, hi[1] - lo[1], 0, xz, yz, hi[2] - lo[2]}))
            << c.name;
        EXPECT_LT(vector("inm")[7], 1e-5) << c.name; // the check agrees
        const std::string at = configuration();
        EXPECT_LT(deviation(last.lambda, reference_spectrum(read(c, at))), 2e-6) << c.name << " " << how;
        expect_same(last, of_configuration(c, at), how == "check yes" ? 1e-8 : 1e-5, c.name);
        if (rank() == 0) {
            std::remove(at.c_str());
            std::remove(npz.c_str());
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Of, MovedBox, testing::Values(fixes[0], fixes[1], fixes[4], fixes[8]),
                         [](const testing::TestParamInfo<MovingFix> &c) { return std::string(c.param.name); });

class MovedInOneStep : public MovingFixes {};

// fix deform 20 has changed nothing before step 20, so a request before it sees the liquid without it

TEST_F(MovedInOneStep, a_request_before_the_fix_sees_the_configuration_before_it)
{
    const MovingFix c = {"", "fix move all deform 20 z scale 1.02 remap x\n", "", true};
    run(liquid(c) + computes() + ask() + output() + "run 20\n");
    const auto before = vector("eta");
    reopen();
    run(liquid(c) + computes() + ask() + c.fix + output() + "run 20\n");
    const auto of_fix = asked(), after = vector("eta");
    EXPECT_LT(deviation(of_fix, std::vector<double>(before.begin(), before.begin() + 4)), 1e-9);
    EXPECT_GT(std::fabs(after[3] - before[3]), 1e-3 * std::fabs(before[3])); // thermo: after it
    EXPECT_EQ(after[17], before[17]); // a step counts once
}

TEST_F(MovedInOneStep, pairs_that_the_neighbor_lists_miss)
{
    // the box shrinks by more than the skin in the step of the output
    const MovingFix c = {"", "", "", true};
    run(liquid(c) + computes() + output() + "fix move all deform 5 x scale 0.6 remap x\n");
    const std::string error = error_of("run 5\n");
    EXPECT_NE(error.find("Compute inm/dos inm: "), std::string::npos) << error;
    EXPECT_NE(error.find("pairs within the cutoff are not in the neighbor lists"), std::string::npos) << error;
}
} // namespace
