// Rigid bonds of fix shake and fix rattle in the computes: against formulas, and against LAMMPS's
// own forces along the surface of the constraints.

#include "lammps_test.h"
#include "symmetric_eigen.h"

#include <array>
#include <cmath>
#include <cstring>

namespace {

typedef std::vector<double> Numbers;
typedef std::vector<std::array<int, 2>> Bonds;

class Constraints : public LammpsTest {
protected:
    // ---- rigid SPC/E water --------------------------------------------------

    static constexpr int NWATER = 27;
    static std::string head()
    {
        return "units real\natom_style full\natom_modify map array\nnewton on\n";
    }
    static std::string forces(const std::string &bonded = "harmonic", double stiffness = 554.0)
    {
        const std::string k = (bonded == "zero") ? "" : " " + std::to_string(stiffness);
        return "pair_style lj/gromacs/coul/gromacs 3.0 4.5\npair_coeff 1 1 0.1553 3.166\n"
               "pair_coeff * 2 0.0 1.0\nbond_style " +
               bonded + "\nbond_coeff 1" + k + " 1.0\nangle_style " + bonded + "\nangle_coeff 1" +
               k +
               " 109.47\n"
               "neigh_modify delay 0 every 1 check yes\nthermo_modify norm no\ntimestep 1.0\n";
    }
    static std::string shake(const std::string &style = "shake")
    {
        return "fix s all " + style + " 1e-9 200 0 b 1 a 1\n";
    }
    // molecules on a lattice, each turned by other angles
    std::string water_on_lattice()
    {
        const std::string name = scratch("lattice.data");
        if (rank() != 0) return name;
        std::ofstream out(name);
        const double spacing = 3.1035, pi = std::acos(-1.0), half = 0.5 * 109.47 * pi / 180.0;
        out << "water\n\n"
            << 3 * NWATER << " atoms\n2 atom types\n"
            << 2 * NWATER << " bonds\n1 bond types\n"
            << NWATER << " angles\n1 angle types\n\n0 " << 3 * spacing << " xlo xhi\n0 "
            << 3 * spacing << " ylo yhi\n0 " << 3 * spacing
            << " zlo zhi\n\nMasses\n\n1 15.9994\n2 1.008\n\nAtoms\n\n";
        out.precision(15);
        for (int m = 0; m < NWATER; m++) {
            const double a = 1.7 * m, b = 2.9 * m;
            for (int i = 0; i < 3; i++) {
                const double x  = (i == 0) ? 0.0 : (i == 1 ? 1.0 : -1.0) * std::sin(half),
                             z  = (i == 0) ? 0.0 : std::cos(half);
                const double x1 = std::cos(a) * x + std::sin(a) * z,
                             z1 = std::cos(a) * z - std::sin(a) * x;
                out << 3 * m + i + 1 << " " << m + 1 << (i ? " 2 0.4238 " : " 1 -0.8476 ")
                    << (m % 3) * spacing + std::cos(b) * x1 << " "
                    << (m / 3 % 3) * spacing + std::sin(b) * x1 << " " << (m / 9) * spacing + z1
                    << "\n";
            }
        }
        out << "\nBonds\n\n";
        for (int m = 0; m < NWATER; m++)
            for (int i = 1; i < 3; i++)
                out << 2 * m + i << " 1 " << 3 * m + 1 << " " << 3 * m + i + 1 << "\n";
        out << "\nAngles\n\n";
        for (int m = 0; m < NWATER; m++)
            out << m + 1 << " 1 " << 3 * m + 2 << " " << 3 * m + 1 << " " << 3 * m + 3 << "\n";
        return name;
    }
    // a liquid after 200 steps, without its forces
    std::string liquid()
    {
        const std::string lattice = water_on_lattice();
        const std::string data =
            state(head() + "read_data " + lattice + "\n" + forces() +
                  "velocity all create 300 4711 loop geom\n" + shake() +
                  "fix n all nvt temp 300 300 50\nfix m all momentum 50 linear 1 1 1\nrun 200\n");
        return head() + "read_data " + data + "\n";
    }
    static std::string computes(const std::string &inm = "", const std::string &bulk = "both")
    {
        return "compute inm all inm/dos 50 edge none " + inm +
               "\ncompute gam all affine/gamma inm\ncompute mod all inm/modulus inm gam 0.05 0.5 3 "
               "friction 0.001 friction/mix mean channel " +
               bulk + "\nthermo_style custom step temp c_inm c_gam[1][1] c_mod\n";
    }
    static Bonds water_bonds()
    {
        Bonds bonds;
        for (int m = 0; m < NWATER; m++)
            for (const auto &b : Bonds{{{0, 1}}, {{0, 2}}, {{1, 2}}})
                bonds.push_back({{3 * m + b[0], 3 * m + b[1]}});
        return bonds;
    }

    // ---- the surface, computed here: sweeps over single bonds ---------------

    struct Surface {
        Bonds bonds;
        Numbers mass, x0;
        double box;

        std::array<double, 3> dr(const Numbers &x, const std::array<int, 2> &b) const
        {
            std::array<double, 3> d;
            for (int a = 0; a < 3; a++) {
                d[a] = x[3 * b[0] + a] - x[3 * b[1] + a];
                d[a] -= box * std::round(d[a] / box);
            }
            return d;
        }
        static double dot(const std::array<double, 3> &x, const std::array<double, 3> &y)
        {
            return x[0] * y[0] + x[1] * y[1] + x[2] * y[2];
        }
        // u - M^-1 A0^T mu such that A(x) u = 0; x = x0: the projection
        Numbers tangent(const Numbers &x, Numbers u) const
        {
            for (int sweep = 0; sweep < 300; sweep++)
                for (const auto &b : bonds) {
                    const auto d = dr(x, b), d0 = dr(x0, b);
                    const double mi = mass[b[0]], mj = mass[b[1]];
                    double change = 0.0;
                    for (int a = 0; a < 3; a++)
                        change += d[a] * (u[3 * b[0] + a] - u[3 * b[1] + a]);
                    move(u, b, d0, change / (dot(d, d0) * (1 / mi + 1 / mj)));
                }
            return u;
        }
        // x0 + h u - M^-1 A0^T mu on the surface
        Numbers position(const Numbers &u, double h) const
        {
            Numbers x = x0;
            for (size_t k = 0; k < x.size(); k++)
                x[k] += h * u[k];
            for (int sweep = 0; sweep < 300; sweep++)
                for (const auto &b : bonds) {
                    const auto d = dr(x, b), d0 = dr(x0, b);
                    move(x, b, d0,
                         (dot(d, d) - dot(d0, d0)) /
                             (2 * dot(d, d0) * (1 / mass[b[0]] + 1 / mass[b[1]])));
                }
            return x;
        }
        void move(Numbers &y, const std::array<int, 2> &b, const std::array<double, 3> &d0,
                  double mu) const
        {
            for (int a = 0; a < 3; a++) {
                y[3 * b[0] + a] -= mu * d0[a] / mass[b[0]];
                y[3 * b[1] + a] += mu * d0[a] / mass[b[1]];
            }
        }
    };

    static Numbers flat(const std::vector<Numbers> &rows)
    {
        Numbers all;
        for (const auto &row : rows)
            all.insert(all.end(), row.begin(), row.end());
        return all;
    }
    static Numbers random_field(size_t n, unsigned seed)
    {
        Numbers u(n);
        for (double &x : u) {
            seed = seed * 1664525u + 1013904223u;
            x    = seed / 2147483648.0 - 1.0;
        }
        return u;
    }
    // u H u with the lower triangle of a Matrix Market file
    static double quadratic(const std::string &text, const Numbers &u)
    {
        std::istringstream in(text);
        std::string line;
        while (std::getline(in, line) && line[0] == '%') {
        }
        double sum = 0.0, value;
        size_t row, col;
        while (in >> row >> col >> value)
            sum += (row == col ? 1.0 : 2.0) * value * u[row - 1] * u[col - 1];
        return sum;
    }
    Numbers lambda() { return column(local("inm"), 0); }
    static Numbers without_zeros(const Numbers &all)
    {
        Numbers some;
        for (double l : all)
            if (l != 0.0) some.push_back(l);
        std::sort(some.begin(), some.end());
        return some;
    }
};

TEST_F(Constraints, matrix_is_the_derivative_of_lammps_forces_along_the_surface)
{
    const std::string file = scratch("rigid.mtx"), from = liquid();
    run(from + forces() + shake() + computes("file " + file + " weighted no") + "run 0\n");
    const std::string text = slurp(file);
    Surface s;
    s.x0    = flat(atoms("x"));
    s.bonds = water_bonds();
    s.box   = lammps_get_thermo(lmp, "lx");
    for (int i = 0; i < 3 * NWATER; i++)
        s.mass.push_back(i % 3 ? 1.008 : 15.9994);

    reopen();
    run(from + forces("zero") + "run 0\n");
    const double h = 2e-4;
    for (unsigned seed = 1; seed < 3; seed++) {
        const Numbers u = s.tangent(s.x0, random_field(s.x0.size(), seed));
        double slope[5];
        for (int k = -2; k <= 2; k++) {
            Numbers x           = s.position(u, k * h);
            const Numbers along = s.tangent(x, u);
            lammps_scatter_atoms(lmp, "x", 1, 3, x.data());
            run("run 0\n");
            const Numbers f = flat(atoms("f"));
            slope[k + 2]    = 0.0;
            for (size_t i = 0; i < f.size(); i++)
                slope[k + 2] -= f[i] * along[i];
        }
        const double wanted = (slope[0] - 8 * slope[1] + 8 * slope[3] - slope[4]) / (12 * h);
        EXPECT_NEAR(quadratic(text, u), wanted, 1e-6 * std::fabs(wanted));
    }
    if (rank() == 0) std::remove(file.c_str());
}

// ---- formulas ---------------------------------------------------------------

// Atoms 1.. that move, each on a spring to an anchor, in units in which lambda is force/length/mass
std::string data_of(const std::vector<std::array<double, 3>> &x,
                    const std::vector<std::array<double, 3>> &anchor, const Numbers &mass,
                    const Bonds &rigid)
{
    const size_t n = x.size();
    std::ostringstream out;
    out.precision(15);
    out << "anchored\n\n"
        << 2 * n << " atoms\n"
        << n + 1 << " atom types\n"
        << rigid.size() + n << " bonds\n"
        << 1 + n
        << " bond types\n1 angles\n1 angle types\n\n-50 50 xlo xhi\n-50 50 ylo yhi\n-50 50 zlo "
           "zhi\n\nMasses\n\n";
    for (size_t i = 0; i < n; i++)
        out << i + 1 << " " << mass[i] << "\n";
    out << n + 1 << " 1.0\n\nAtoms # molecular\n\n";
    for (size_t i = 0; i < n; i++)
        out << i + 1 << " 1 " << i + 1 << " " << x[i][0] << " " << x[i][1] << " " << x[i][2]
            << "\n";
    for (size_t i = 0; i < n; i++)
        out << n + i + 1 << " 2 " << n + 1 << " " << anchor[i][0] << " " << anchor[i][1] << " "
            << anchor[i][2] << "\n";
    out << "\nBonds\n\n";
    size_t count = 0;
    for (const auto &b : rigid)
        out << ++count << " 1 " << b[0] << " " << b[1] << "\n";
    for (size_t i = 0; i < n; i++)
        out << ++count << " " << i + 2 << " " << i + 1 << " " << n + i + 1 << "\n";
    out << "\nAngles\n\n1 1 2 1 " << (n > 2 ? 3 : 4) << "\n";
    return out.str();
}

class Anchored : public Constraints {
protected:
    Numbers spectrum(const std::string &data, const std::string &coefficients,
                     const std::string &fix)
    {
        const std::string name = scratch("anchored.data");
        if (rank() == 0) std::ofstream(name) << data;
        MPI_Barrier(MPI_COMM_WORLD);
        run("units lj\natom_style molecular\natom_modify map array\ncomm_modify cutoff "
            "30.0\nread_data " +
            name + "\npair_style zero 5.0\npair_coeff * *\nbond_style harmonic\n" + coefficients +
            "group moving molecule 1\n" + fix +
            "compute inm moving inm/dos 10 edge none\nthermo_style custom step c_inm\nrun 0\n");
        if (rank() == 0) std::remove(name.c_str());
        return without_zeros(lambda());
    }
};

// Two atoms on a rigid rod between two stretched springs of tension t: the rod is under the same
// tension, which adds t/d to the stiffness of its ends against each other.
TEST_F(Anchored, rod_between_springs_has_the_librations_of_the_formula)
{
    const double d = 1.3, length = 4.0, tension = 0.7, stiff = 2.0, m1 = 1.0, m2 = 2.5;
    const std::string spring =
        std::to_string(stiff / 2) + " " + std::to_string(length - tension / stiff) + "\n";
    const Numbers found =
        spectrum(data_of({{{0, 0, 0}}, {{0, 0, d}}}, {{{0, 0, -length}}, {{0, 0, d + length}}},
                         {m1, m2}, {{{1, 2}}}),
                 "bond_coeff 1 100.0 1.3\nbond_coeff 2 " + spring + "bond_coeff 3 " + spring +
                     "angle_style zero\nangle_coeff 1\n",
                 "fix s moving shake 1e-10 100 0 b 1\n");
    const double a = tension / length + tension / d, b = tension / d;
    const double mean    = 0.5 * (a / m1 + a / m2),
                 split   = std::hypot(0.5 * (a / m1 - a / m2), b / std::sqrt(m1 * m2));
    const Numbers wanted = {mean - split, mean - split, mean + split, mean + split,
                            2 * stiff / (m1 + m2)};
    ASSERT_EQ(found.size(), wanted.size());
    Numbers sorted = wanted;
    std::sort(sorted.begin(), sorted.end());
    EXPECT_LT(deviation(found, sorted), 1e-9);
}

// Water held by forces on its atoms along its axis, of which the transverse stiffness is t/R:
// translations and librations of a rigid body with theta x r + theta x (theta x r)/2.
TEST_F(Anchored, water_in_a_field_has_the_librations_of_a_rigid_body)
{
    const double half = 0.5 * 109.47 * std::acos(-1.0) / 180, reach = 8.0, t = 0.6, k = 0.9;
    const Numbers mass = {16, 1, 1}, tension = {2 * t, t, t}; // of O up, of H down
    std::vector<std::array<double, 3>> x      = {{{0, 0, 0}},
                                                 {{std::sin(half), 0, -std::cos(half)}},
                                                 {{-std::sin(half), 0, -std::cos(half)}}};
    std::vector<std::array<double, 3>> anchor = x;
    for (int i = 0; i < 3; i++)
        anchor[i][2] += (i == 0) ? reach : -reach;
    std::ostringstream coefficients;
    coefficients.precision(15);
    coefficients << "bond_coeff 1 100.0 1.0\nangle_style harmonic\nangle_coeff 1 50.0 109.47\n";
    for (int i = 0; i < 3; i++)
        coefficients << "bond_coeff " << i + 2 << " " << k / 2 << " " << reach - tension[i] / k
                     << "\n";
    const Numbers found = spectrum(data_of(x, anchor, mass, {{{1, 2}}, {{1, 3}}}),
                                   coefficients.str(), "fix s moving shake 1e-10 200 0 b 1 a 1\n");
    ASSERT_EQ(found.size(), 6u);

    double z = 0.0, total = 0.0, inertia[3] = {0, 0, 0};
    for (int i = 0; i < 3; i++) {
        z += mass[i] * x[i][2];
        total += mass[i];
    }
    for (int i = 0; i < 3; i++)
        x[i][2] -= z / total;
    for (int i = 0; i < 3; i++)
        for (int a = 0; a < 3; a++)
            for (int b = 0; b < 3; b++)
                inertia[a] += (a == b) ? 0.0 : mass[i] * x[i][b] * x[i][b];
    Numbers stiffness(36, 0.0);
    for (int i = 0; i < 3; i++) {
        const double onsite[3] = {tension[i] / reach, tension[i] / reach, k},
                     gradient  = (i == 0) ? -tension[i] : tension[i]; // of U, in z
        double move[6][3]      = {{1, 0, 0},
                                  {0, 1, 0},
                                  {0, 0, 1}, // displacements, and rotations e x r
                                  {0, -x[i][2], x[i][1]},
                                  {x[i][2], 0, -x[i][0]},
                                  {-x[i][1], x[i][0], 0}};
        for (int p = 0; p < 6; p++)
            for (int q = 0; q < 6; q++) {
                for (int a = 0; a < 3; a++)
                    stiffness[6 * p + q] += move[p][a] * onsite[a] * move[q][a];
                // theta x (theta x r) = theta (theta.r) - r theta^2, in z, symmetrized
                if (p < 3 || q < 3) continue;
                const int a = p - 3, b = q - 3;
                stiffness[6 * p + q] +=
                    gradient *
                    (0.5 * ((a == 2) * x[i][b] + (b == 2) * x[i][a]) - (a == b) * x[i][2]);
            }
    }
    for (int p = 0; p < 6; p++)
        for (int q = 0; q < 6; q++)
            stiffness[6 * p + q] /=
                std::sqrt((p < 3 ? total : inertia[p - 3]) * (q < 3 ? total : inertia[q - 3]));
    Numbers wanted = symmetric_eigenvalues(stiffness, 6);
    EXPECT_LT(deviation(found, wanted), 1e-8);
}

// ---- invariance -------------------------------------------------------------

struct Results {
    Numbers lambda, modulus, rows;
};

TEST_F(Constraints, results_do_not_depend_on_ranks_and_on_atom_order)
{
    const std::string from = liquid();
    const auto results     = [&](const std::string &before) {
        run(from + forces() + before + shake() + computes() + "run 0\n");
        return Results{lambda(), vector("mod"), flat(array("mod"))};
    };
    Results wanted;
    {
        Alone alone(this);
        wanted = results("");
    }
    EXPECT_EQ(without_zeros(wanted.lambda).size(), 6u * NWATER - 3u);
    for (const std::string &before :
         {std::string(), std::string("comm_modify cutoff 8.0\nreset_atoms id sort yes\n")}) {
        reopen();
        const Results found = results(before);
        EXPECT_LT(deviation(without_zeros(found.lambda), without_zeros(wanted.lambda)), 1e-8);
        for (int q = 0; q < 11; q++)
            EXPECT_NEAR(found.modulus[q], wanted.modulus[q], 1e-7 * std::fabs(wanted.modulus[q]))
                << q;
        EXPECT_EQ(vector("inm")[5], 3.0); // zero modes, without those normal to the surface
    }
}

TEST_F(Constraints, rattle_is_shake)
{
    const std::string from = liquid();
    run(from + forces() + shake() + computes() + "run 0\n");
    const Numbers of_shake = lambda();
    reopen();
    run(from + forces() + shake("rattle") + computes() + "run 0\n");
    EXPECT_LT(deviation(lambda(), of_shake), 1e-7);
}

// fix shake turns its bonds and angles off
TEST_F(Constraints, stiffness_of_rigid_bonds_does_not_matter)
{
    const std::string from = liquid();
    run(from + forces("harmonic", 554.0) + shake() + computes() + "run 0\n");
    const Numbers stiff = lambda();
    reopen();
    run(from + forces("harmonic", 3.0) + shake() + computes() + "run 0\n");
    EXPECT_LT(deviation(lambda(), stiff), 1e-12);
}

TEST_F(Constraints, run_is_undisturbed)
{
    const std::string from = liquid(),
                      run_it =
                          shake() + "fix n all nve\nthermo_style custom step pe ke press pxy\n";
    run(from + forces() + run_it + "run 20\n");
    const auto x = atoms("x"), v = atoms("v"), f = atoms("f");
    const double pe = thermo("pe"), press = thermo("press");
    reopen();
    run(from + forces() + run_it +
        "compute inm all inm/dos 20 edge none\ncompute gam all affine/gamma inm\n"
        "compute mod all inm/modulus inm gam 0.05 0.5 2 friction 0.001 channel both\n"
        "fix every all ave/time 5 1 5 c_inm c_mod\nrun 20\n");
    EXPECT_EQ(atoms("x"), x);
    EXPECT_EQ(atoms("v"), v);
    EXPECT_EQ(atoms("f"), f);
    EXPECT_EQ(thermo("pe"), pe);
    EXPECT_EQ(thermo("press"), press);
}

// ---- solvers ----------------------------------------------------------------

// Dense solvers move the normal directions out of the spectrum; with modes unstable, the weights of
// the stable modes follow from completeness, in which these directions have their part.
TEST_F(Constraints, dense_solvers_and_choices_of_vectors_agree)
{
    const std::string from = liquid();
    const auto weights     = [&](const std::string &settings) {
        reopen();
        run(from + forces() + shake() + "compute inm all inm/dos 50 edge frequency 0.02 " +
                settings + "\nthermo_style custom step c_inm c_inm[6]\nrun 0\n");
        EXPECT_EQ(vector("inm")[5], 3.0) << settings;
        return column(peratom("inm"), 2);
    };
    const Numbers wanted   = weights("solver lapack modes all");
    const Numbers spectrum = without_zeros(lambda());
    EXPECT_EQ(spectrum.size(), 6u * NWATER - 3u);
    double sum = 0.0; // of |e_i|^2 over all atoms, 1 for each mode
    for (double w : wanted)
        sum += w;
    EXPECT_NEAR(sum, 1.0, 1e-10);
    for (const char *settings : {"solver lapack modes unstable", "solver twostage modes all",
                                 "solver twostage modes unstable"}) {
        EXPECT_LT(deviation(weights(settings), wanted), 1e-8) << settings;
        EXPECT_LT(deviation(without_zeros(lambda()), spectrum), 1e-9) << settings;
    }
}

// ---- polynomials ------------------------------------------------------------

TEST_F(Constraints, polynomials_agree_with_the_modes)
{
    const std::string from = liquid();
    run(from + forces() + shake() + computes() + "run 0\n");
    const auto modes       = array("mod");
    const Numbers of_modes = vector("mod");
    reopen();
    run(from + forces() + shake() + computes("solver kpm 400") + "run 0\n");
    const auto rows = array("mod");
    const Numbers v = vector("mod");
    for (int q = 0; q < 9; q++)
        EXPECT_NEAR(v[q], of_modes[q], 1e-7 * std::fabs(of_modes[q])) << q;
    EXPECT_EQ(vector("inm")[5], 3.0);
    int known = 0;
    for (size_t k = 0; k < rows.size(); k++) {
        if (std::isnan(rows[k][1])) continue;
        known++;
        // the change from half of the products bounds the error of all of them
        EXPECT_NEAR(rows[k][1], modes[k][1], 2.0 * rows[k][16] + 1e-6 * std::fabs(modes[k][1]));
        EXPECT_NEAR(rows[k][2], modes[k][2], 2.0 * rows[k][16] + 1e-6 * std::fabs(modes[k][1]));
    }
    EXPECT_GT(known, 0);
}

TEST_F(Constraints, lowest_modes_are_those_of_all)
{
    const std::string from = liquid();
    run(from + forces() + shake() + computes() + "run 0\n");
    Numbers all = without_zeros(lambda());
    reopen();
    run(from + forces() + shake() +
        "compute inm all inm/dos 50 edge none solver kpm 50 modes lowest 6\n"
        "thermo_style custom step c_inm\nrun 0\n");
    const Numbers lowest = lambda();
    ASSERT_EQ(lowest.size(), 6u);
    all.resize(6);
    EXPECT_LT(deviation(lowest, all), 1e-7);
}

// ---- what is rigid outside the group ----------------------------------------

TEST_F(Constraints, rigid_bodies_outside_the_group_do_not_matter)
{
    const std::string
        crystal = read_melt(state(melt(3, smooth_pair(), 50)), smooth_pair()) +
                  "group few id <= 5\ngroup rest subtract all few\n",
        inm = "compute inm rest inm/dos 20 edge none\nthermo_style custom step c_inm\nrun 0\n";
    run(crystal + inm);
    const Numbers wanted = lambda();
    reopen();
    run(crystal + "fix r few rigid/nve single\nfix n rest nve\n" + inm);
    EXPECT_LT(deviation(lambda(), wanted), 1e-10);
}

TEST_F(Constraints, affine_moduli_are_not_known_if_something_outside_the_group_is_rigid)
{
    run(liquid() + forces() + shake() +
        "group some molecule <= 20\ncompute inm some inm/dos 50 edge none\ncompute gam some "
        "affine/gamma inm\n"
        "compute mod some inm/modulus inm gam 0.05 0.5 2 friction 0.001 channel both\n"
        "thermo_style custom step c_inm c_mod\nrun 0\n");
    for (int q : {0, 5, 6, 7, 8})
        EXPECT_TRUE(std::isnan(vector("mod")[q])) << q;
    EXPECT_EQ(without_zeros(lambda()).size(), 6u * 20u);
}

// ---- bad input --------------------------------------------------------------

TEST_F(Constraints, bad_input_is_refused)
{
    const std::string from = liquid() + forces();
    const auto refused     = [&](const std::string &commands, const std::string &reason) {
        reopen();
        const std::string message = error_of(from + commands);
        EXPECT_NE(message.find(reason), std::string::npos) << message;
    };
    refused(shake() + computes() + "minimize 0 0 1 1\n",
            "Compute inm/dos inm: fix s (shake) replaces constraints by springs in a minimization");
    refused(shake() + "group oxygen type 1\ncompute inm oxygen inm/dos 20 edge none\nthermo_style "
                      "custom step "
                      "c_inm\nrun 0\n",
            "with rigid bonds is only partly in the group; use a group of whole molecules");
    refused("fix r all rigid/nve molecule\n" + computes() + "run 0\n",
            "rigid bodies of fix r (rigid/nve) in its group remove degrees of freedom");
    refused(shake() + "compute inm all inm/dos 20 edge none\ncompute gam all affine/gamma inm "
                      "method strain 1e-5\n"
                      "thermo_style custom step c_gam[1][1]\nrun 0\n",
            "Compute affine/gamma gam: method strain violates the constraints of fix shake or "
            "rattle; use method "
            "hessian");
}
} // namespace
