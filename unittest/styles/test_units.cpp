// One state of argon in lj, real and metal units: the same frequencies, affine forces and viscosity
// after conversion.  The factors below are CODATA 2018, independent of LAMMPS's.

#include "lammps_test.h"

#include <cmath>
#include <regex>

namespace {

// standard parameters of argon: eps/k_B = 119.8 K, sigma = 3.405 A, m = 39.948 g/mol
constexpr double KB = 1.380649e-23, NA = 6.02214076e23, EV = 1.602176634e-19, KCAL = 4184.0 / NA;
constexpr double EPS = 119.8 * KB, SIGMA = 3.405e-10, MASS = 39.948e-3 / NA;
const double TAU = SIGMA * std::sqrt(MASS / EPS);

struct Units {
    const char *name;
    double energy, length, mass, time, pressure; // SI
};
const Units lj    = {"lj", EPS, SIGMA, MASS, TAU, EPS / (SIGMA * SIGMA * SIGMA)};
const Units real  = {"real", KCAL, 1e-10, 1e-3 / NA, 1e-15, 101325.0};
const Units metal = {"metal", EV, 1e-10, 1e-3 / NA, 1e-12, 1e5};
const Units si    = {"si", 1.0, 1.0, 1.0, 1.0, 1.0};

class UnitStyles : public LammpsTest {
protected:
    struct Result { // in reduced units
        std::vector<double> w, xi, gamma, eta;
        double wmin, fu;
    };
    // definitions of the units of time and pressure
    enum Source { CODATA, LAMMPS };

    std::string number(double x) const
    {
        char text[40];
        snprintf(text, sizeof(text), "%.17g", x);
        return text;
    }
    // the atoms in lj units, from a data file
    std::vector<std::vector<double>> positions;
    double box = 0.0;

    void SetUp() override
    {
        LammpsTest::SetUp();
        const std::string hot =
            "units lj\natom_style atomic\natom_modify map array\nlattice fcc 0.85\n"
            "region box block 0 4 0 4 0 4\ncreate_box 1 box\ncreate_atoms 1 box\nmass 1 1.0\n"
            "pair_style lj/smooth 2.0 2.5\npair_coeff 1 1 1.0 1.0\n"
            "velocity all create 3.0 4711 loop geom\nfix nve all nve\ntimestep 0.004\nrun 300\n";
        run("units lj\natom_style atomic\natom_modify map array\nread_data " + state(hot) +
            "\npair_style lj/smooth 2.0 2.5\npair_coeff 1 1 1.0 1.0\nrun 0\n");
        positions = atoms("x");
        box       = thermo("lx");
    }
    Result result(const Units &u, Source source)
    {
        const double length = SIGMA / u.length, energy = EPS / u.energy, mass = MASS / u.mass;
        const std::string l = number(box * length);
        reopen();
        run(std::string("units ") + u.name +
            "\natom_style atomic\natom_modify map array\nboundary p p p\n"
            "region box block 0 " +
            l + " 0 " + l + " 0 " + l + " units box\ncreate_box 1 box\n");
        std::vector<int> id, type;
        std::vector<double> x;
        for (size_t i = 0; i < positions.size(); i++) {
            id.push_back((int)i + 1);
            type.push_back(1);
            for (int a = 0; a < 3; a++)
                x.push_back(positions[i][a] * length);
        }
        lammps_create_atoms(lmp, (int)id.size(), id.data(), type.data(), x.data(), nullptr, nullptr,
                            1);

        // the reduced units of time and pressure in this unit style
        double tau = TAU / u.time, pressure = lj.pressure / u.pressure;
        if (source == LAMMPS) {
            tau = length *
                  std::sqrt(mass / (energy * *(double *)lammps_extract_global(lmp, "ftm2v")));
            pressure = *(double *)lammps_extract_global(lmp, "nktv2p") * energy /
                       (length * length * length);
        }
        run("mass 1 " + number(mass) + "\npair_style lj/smooth " + number(2.0 * length) + " " +
            number(2.5 * length) + "\npair_coeff 1 1 " + number(energy) + " " + number(length) +
            "\nneighbor " + number(0.3 * length) +
            " bin" // the default skin of si units is 1 mm
            "\ncompute inm all inm/dos 50 edge pr 0.27\ncompute gam all affine/gamma inm\n"
            "compute eta all ulinm/viscosity inm gam friction " +
            number(30.0 * mass / tau) + " bulk " + number(40.0 * pressure) +
            "\nthermo_style custom step c_inm c_eta\nrun 0\n");
        Result r;
        r.fu               = scalar("inm");
        r.wmin             = vector("eta")[4] * tau;
        const double force = energy / length; // Xi is a force per strain
        for (const auto &mode : local("inm"))
            r.w.push_back(mode[1] * tau);
        for (const auto &row : peratom("gam"))
            for (double f : row)
                r.xi.push_back(f / force);
        for (const auto &mode : local("gam"))
            r.gamma.push_back(mode[1] / (force * force / mass));
        for (int k = 0; k < 4; k++)
            r.eta.push_back(vector("eta")[k] / (pressure * tau));
        return r;
    }
    void expect_same(const Result &a, const Result &b, double tolerance)
    {
        EXPECT_LT(deviation(a.w, b.w), tolerance);
        EXPECT_LT(deviation(a.xi, b.xi), tolerance);
        EXPECT_LT(deviation(a.gamma, b.gamma), 10 * tolerance);
        EXPECT_NEAR(a.wmin, b.wmin, tolerance * b.wmin);
        EXPECT_EQ(a.fu, b.fu);
        for (int k = 0; k < 4; k++)
            EXPECT_NEAR(a.eta[k], b.eta[k], 10 * tolerance * b.eta[k]) << k;
    }
};

// Against the physical constants; those of LAMMPS have 8 or 9 digits, some from older CODATA.

TEST_F(UnitStyles, metal_real_and_si_units_give_what_reduced_units_give)
{
    const auto reduced = result(lj, CODATA);
    expect_same(result(metal, CODATA), reduced, 3e-6);
    expect_same(result(real, CODATA), reduced, 3e-6);
    expect_same(result(si, CODATA), reduced, 1e-9);
}

// With LAMMPS's own constants the conversion is exact.

TEST_F(UnitStyles, conversion_is_exact_with_the_constants_of_lammps)
{
    const auto reduced = result(lj, LAMMPS);
    expect_same(result(metal, LAMMPS), reduced, 1e-9);
    expect_same(result(real, LAMMPS), reduced, 1e-9);
    EXPECT_GT(reduced.eta[0], 1e-2);
    EXPECT_LT(reduced.eta[0], 1e3);
}

// ---- units in the log ---------------------------------------------------------------------------

std::string argon(const std::string &units, const std::string &epsilon, const std::string &timestep)
{
    return "units " + units + "\natom_style atomic\natom_modify map array\nlattice fcc 5.3\n"
           "region box block 0 3 0 3 0 3\ncreate_box 1 box\ncreate_atoms 1 box\nmass 1 39.948\n"
           "pair_style lj/smooth 6.8 7.8\npair_coeff 1 1 " + epsilon + " 3.405\n"
           "velocity all create 120 4711\nfix nve all nve\ntimestep " + timestep +
           "\nfix mem all orthogonal/dynamics 1 5 1 blocks 2\n";
}

// so short a run that the temperature is that of the start; it is relative to the center of mass
// and per 3N components, not 3N-3

TEST_F(UnitStyles, log_of_a_kernel_has_units_and_the_temperature)
{
    const std::string decks[][2] = {{argon("metal", "0.01032", "0.0001"), "ps"},
                                    {argon("real", "0.2381", "0.1"), "fs"}};
    for (const auto &deck : decks) {
        reopen();
        run(deck[0]);
        const std::string log = log_of("run 60\n"), time = deck[1];
        std::smatch found;
        ASSERT_TRUE(std::regex_search(
            log, found,
            std::regex("  all: kernel v~\\(0\\) = \\S+ \\+- \\S+ g/mol/" + time +
                       " \\(tail \\S+\\), kT/D = \\S+ \\+- \\S+ g/mol/" + time +
                       " \\(D = \\S+ A\\^2/" + time + " from .*, T = (\\S+) K, Omega0")))
            << log;
        EXPECT_NEAR(std::stod(found[1]), 120.0 * 107 / 108, 0.3);
    }
}

TEST_F(UnitStyles, log_of_a_kernel_names_a_single_type_once_and_no_undefined_diffusion)
{
    reopen();
    run(argon("metal", "0.01032", "0.0001") +
        "unfix mem\nfix mem all orthogonal/dynamics 1 5 1 blocks 16\n");
    const std::string log  = log_of("run 8\n");
    const std::string line = "kernel v~(0) = ";
    ASSERT_NE(log.find(line), std::string::npos) << log;
    EXPECT_EQ(log.find(line), log.rfind(line)) << log;
    EXPECT_NE(log.find("no kT/D yet"), std::string::npos) << log;
    EXPECT_EQ(log.find("D = nan"), std::string::npos) << log;
}

TEST_F(UnitStyles, log_of_a_spectrum_has_the_unit_of_frequencies)
{
    for (const auto &u : {metal, real, lj}) {
        result(u, LAMMPS);
        const std::string unit = u.name == lj.name ? "tau" : u.name == real.name ? "fs" : "ps";
        const std::string log  = log_of("run 0\n");
        EXPECT_TRUE(std::regex_search(log, std::regex("50 bins from \\S+ to \\S+ 1/" + unit + "\n"))) << log;
        EXPECT_TRUE(std::regex_search(log, std::regex("edge at \\|w\\| = \\S+ 1/" + unit + "; left out"))) << log;
    }
}
} // namespace
