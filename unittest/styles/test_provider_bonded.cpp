// The analytic Hessian of bonds, angles and dihedrals, element by element against central
// differences of the forces, and the affine force from it against finite strain.

#include "provider_test.h"

namespace {

// For a displacement h of about 5e-6, h^2 u''''/6 and the rounding of forces divided by h are a few
// 1e-10 of the largest element.
constexpr double FD_TOLERANCE = 1.0e-8;

class ProviderBonded : public ProviderTest {
protected:
    // Six chains of seven atoms that wind through a periodic box, all angles between 75 and 150
    // degrees and all dihedral angles 15 degrees or more from a plane.  IDs are not in the order of
    // the chains.  Two types of each kind of term.
    static constexpr int NCHAIN = 6, LENGTH = 7, NATOM = NCHAIN * LENGTH;
    static constexpr double BOX = 13.0;

    static int id(int chain, int k) { return (chain * LENGTH + k) * 5 % NATOM + 1; }

    // the same numbers on all machines
    struct Random {
        unsigned state;
        double operator()(double lo, double hi)
        {
            state = state * 1664525u + 1013904223u;
            return lo + (hi - lo) * (state >> 8) / 16777216.0;
        }
    };
    struct Vector {
        double x, y, z;
        Vector operator+(const Vector &b) const { return {x + b.x, y + b.y, z + b.z}; }
        Vector operator*(double s) const { return {s * x, s * y, s * z}; }
        double dot(const Vector &b) const { return x * b.x + y * b.y + z * b.z; }
        Vector cross(const Vector &b) const
        {
            return {y * b.z - z * b.y, z * b.x - x * b.z, x * b.y - y * b.x};
        }
        Vector unit() const { return *this * (1.0 / std::sqrt(dot(*this))); }
    };
    // next bond from the last two, given bond length, bond angle and dihedral angle
    static Vector grown(const Vector &before, const Vector &last, double r, double theta,
                        double phi)
    {
        const Vector u = last.unit(), n = before.cross(u).unit(), m = n.cross(u);
        return (u * -std::cos(theta) + (m * -std::cos(phi) + n * std::sin(phi)) * std::sin(theta)) *
               r;
    }
    static void section(std::ostream &out, const char *name, int natom)
    {
        int n = 0;
        out << "\n" << name << "\n\n";
        for (int c = 0; c < NCHAIN; c++)
            for (int k = 0; k + natom <= LENGTH; k++) {
                out << ++n << " " << 1 + (c + k) % 2;
                for (int a = 0; a < natom; a++)
                    out << " " << id(c, k + a);
                out << "\n";
            }
    }
    static void write_chains(const std::string &name)
    {
        const double degree = M_PI / 180.0;
        std::ofstream out(name);
        Random random = {4711};
        out.precision(17);
        out << "chains\n\n" << NATOM << " atoms\n";
        out << NCHAIN * (LENGTH - 1) << " bonds\n" << NCHAIN * (LENGTH - 2) << " angles\n";
        out << NCHAIN * (LENGTH - 3) << " dihedrals\n" << NCHAIN * (LENGTH - 3) << " impropers\n";
        out << "2 atom types\n2 bond types\n2 angle types\n2 dihedral types\n2 improper types\n";
        for (const char *x : {"x", "y", "z"})
            out << "0 " << BOX << " " << x << "lo " << x << "hi\n";
        out << "\nMasses\n\n1 12.0\n2 16.0\n\nAtoms # molecular\n\n";
        for (int c = 0; c < NCHAIN; c++) {
            Vector r    = {random(0, BOX), random(0, BOX), random(0, BOX)};
            Vector last = {random(-1, 1), random(-1, 1), random(-1, 1)}, before = {0.3, -0.5, 0.8};
            for (int k = 0; k < LENGTH; k++) {
                out << id(c, k) << " " << c + 1 << " " << 1 + k % 2 << " " << r.x << " " << r.y
                    << " " << r.z << "\n";
                const double side  = (random(-1, 1) > 0) ? 1.0 : -1.0;
                const Vector fresh = grown(before, last, random(1.3, 1.7), random(75, 150) * degree,
                                           side * random(15, 165) * degree);
                before             = last;
                last               = fresh;
                r                  = r + fresh;
            }
        }
        section(out, "Bonds", 2);
        section(out, "Angles", 3);
        section(out, "Dihedrals", 4);
        section(out, "Impropers", 4);
    }
    static std::string chains()
    {
        static struct File {
            std::string name = scratch("chains.data");
            File()
            {
                if (rank() == 0) write_chains(name);
                MPI_Barrier(MPI_COMM_WORLD);
            }
            ~File() { std::remove(name.c_str()); }
        } file;
        return file.name;
    }

    // styles with coefficients of type 1 and type 2; the other kinds of terms have no energy
    struct Style {
        const char *name, *one, *two;
    };
    static std::string terms(const std::string &kind, const Style &s)
    {
        return kind + "_style " + s.name + "\n" + kind + "_coeff 1 " + s.one + "\n" + kind +
               "_coeff 2 " + s.two + "\n";
    }
    static std::string system(const std::string &styles, const std::string &newton = "on",
                              const std::string &pair = "pair_style zero 5.0\npair_coeff * *\n")
    {
        return "newton on " + newton +
               "\nunits real\natom_style molecular\natom_modify map array\n"
               "bond_style zero\nangle_style zero\ndihedral_style zero\nimproper_style zero\n"
               "special_bonds lj/coul 0.0 0.3 0.6\nread_data " +
               chains() +
               "\nbond_coeff * 1.5\nangle_coeff *\ndihedral_coeff *\nimproper_coeff *\n" + pair +
               styles;
    }
    static std::string all_terms()
    {
        return terms("bond", {"harmonic", "250 1.5", "200 1.4"}) +
               terms("angle", {"harmonic", "60 110", "40 120"}) +
               terms("dihedral", {"multi/harmonic", "1 2 3 4 5", "2 -3 1 4 2"});
    }

    // both the matrix and the affine force
    void expect_right(const std::string &setup, const std::string &group = "all")
    {
        const Elements differences = matrix(setup, "numeric 0", group);
        EXPECT_TRUE(logged("central differences"));
        EXPECT_LT(difference(matrix(setup, "analytic", group), differences), FD_TOLERANCE);
        EXPECT_TRUE(logged("bonded, u'' from born_matrix()")) << log;
        EXPECT_FALSE(logged("central differences"));
        expect_affine_force(setup, group, "strain 1e-6", FD_TOLERANCE);
    }
    template <size_t N> void expect_each_right(const std::string &kind, const Style (&styles)[N])
    {
        for (const Style &s : styles) {
            SCOPED_TRACE(kind + " style " + s.name);
            if (is_there(kind, s.name)) expect_right(system(terms(kind, s)));
        }
    }
    // false if this LAMMPS lacks the package of the style, the first word
    bool is_there(const std::string &kind, const std::string &style)
    {
        reopen();
        return lammps_has_style(lmp, kind.c_str(), style.substr(0, style.find(' ')).c_str());
    }
    bool has_born_matrix() const { return lammps_version(lmp) >= 20220504; }
};

constexpr double ProviderBonded::BOX;

#define NEEDS_BORN_MATRIX() \
    if (!has_born_matrix()) GTEST_SKIP() << "born_matrix() came with LAMMPS 4May2022"

// ---- the styles ---------------------------------------------------------------------------------

TEST_F(ProviderBonded, bonds_agree_with_differences)
{
    NEEDS_BORN_MATRIX();
    const Style styles[] = {
        {"harmonic", "250 1.5", "200 1.4"},
        {"morse", "100 1.5 1.4", "80 2.0 1.5"},
        {"fene", "30 3.0 1.0 1.2", "20 2.5 1.0 1.5"},
        {"nonlinear", "100 1.5 1.0", "80 1.4 1.2"},
        {"gromos", "100 1.5", "80 1.4"},
        {"gaussian", "300 1 0.8 0.7 1.5", "300 2 0.8 0.5 1.4 0.6 0.7 1.7"},
        {"harmonic/shift", "100 1.5 2.5", "80 1.4 2.6"},
        {"harmonic/shift/cut", "100 1.4 1.55", "80 1.3 1.5"},
        {"fene/nm", "30 3.0 1.0 1.2 12 6", "20 2.5 1.0 1.5 10 5"},
        {"class2", "1.5 250 -200 100", "1.4 200 -100 150"},
        {"mm3", "250 1.5", "200 1.4"},
    };
    expect_each_right("bond", styles);
}

// unlike quartic, it does not break bonds, and it has no born_matrix()
TEST_F(ProviderBonded, quartic_exp_has_the_hessian_of_its_formula)
{
    if (!is_there("bond", "quartic/exp"))
        GTEST_SKIP() << "bond quartic/exp came with LAMMPS 4Jul2026";
    const double r = 1.37, r0 = 1.3, k2 = 350.0, k3 = -120.0, k4 = 45.0, a = 200.0, b = 0.3;
    const double d = r - r0, e = a * std::exp(-r / b);
    const double du  = 2.0 * k2 * d + 3.0 * k3 * d * d + 4.0 * k4 * d * d * d - e / b;
    const double du2 = 2.0 * k2 + 6.0 * k3 * d + 12.0 * k4 * d * d + e / (b * b);

    const std::string one_bond =
        "units real\natom_style bond\natom_modify map array\nregion box block 0 12 0 12 0 12\n"
        "create_box 1 box bond/types 1 extra/bond/per/atom 1 extra/special/per/atom 2\n"
        "create_atoms 1 single 5.8 6 6 units box\ncreate_atoms 1 single 7.17 6 6 units box\n"
        "mass 1 12.0\npair_style zero 5.0\npair_coeff * *\nbond_style quartic/exp\n"
        "bond_coeff 1 1.3 350 -120 45 200 0.3\ncreate_bonds single/bond 1 1 2\n";
    Elements h = matrix(one_bond, "auto");
    EXPECT_TRUE(logged("bond style quartic/exp: central differences")) << log;
    if (rank() == 0) {
        EXPECT_NEAR((h[{4, 1}]), -du2, FD_TOLERANCE * du2);
        EXPECT_NEAR((h[{5, 2}]), -du / r, FD_TOLERANCE * du2);
        EXPECT_NEAR((h[{6, 3}]), -du / r, FD_TOLERANCE * du2);
    }
    // a chain of them
    const std::string chain =
        system(terms("bond", {"quartic/exp", "1.5 250 -100 50 0 1", "1.3 350 -120 45 200 0.3"}));
    EXPECT_LT(difference(matrix(chain, "auto"), matrix(chain, "numeric 0")), FD_TOLERANCE);
}

TEST_F(ProviderBonded, angles_agree_with_differences)
{
    NEEDS_BORN_MATRIX();
    const Style styles[] = {
        {"harmonic", "60 110", "40 120"},
        {"cosine", "60", "40"},
        {"cosine/squared", "60 110", "40 120"},
        {"fourier", "60 1.0 0.5 0.3", "40 0.5 1.0 0.2"},
        {"fourier/simple", "60 1.0 2.0", "40 -1.0 1.0"},
        {"mwlc", "10 5 1 300", "8 4 2 300"},
        {"quartic", "110 60 -20 10", "120 40 10 20"},
    };
    expect_each_right("angle", styles);
}

TEST_F(ProviderBonded, dihedrals_agree_with_differences)
{
    NEEDS_BORN_MATRIX();
    const Style styles[] = {
        {"multi/harmonic", "1 2 3 4 5", "2 -3 1 4 2"},
        {"nharmonic", "4 1 2 3 4", "3 2 -3 1"},
        {"helix", "8 6 4", "5 7 3"},
        {"quadratic", "5 70", "8 -160"},
    };
    expect_each_right("dihedral", styles);
}

TEST_F(ProviderBonded, terms_add_up_with_each_other_and_with_pairs)
{
    NEEDS_BORN_MATRIX();
    expect_right(system(all_terms()));
    expect_right(
        system(all_terms(), "on", "pair_style lj/smooth 4.0 5.0\npair_coeff * * 0.05 2.5\n"));
}

// ---- who counts a term --------------------------------------------------------------------------

TEST_F(ProviderBonded, any_number_of_ranks_and_newton_off_find_the_hessian_of_one_rank)
{
    NEEDS_BORN_MATRIX();
    const Elements one = matrix(system(all_terms()), "analytic", "all", MPI_COMM_SELF);
    for (const std::string newton : {"on", "off"}) {
        SCOPED_TRACE("newton_bond " + newton);
        const std::string setup = system(all_terms(), newton);
        // sums in another order
        EXPECT_LT(difference(matrix(setup, "analytic", "all", MPI_COMM_SELF), one), 1e-13);
        EXPECT_LT(difference(matrix(setup, "analytic"), one), 1e-13);
        expect_right(setup);
    }
}

TEST_F(ProviderBonded, group_agrees_with_differences)
{
    // parts of chains, so that some terms have atoms outside the group
    NEEDS_BORN_MATRIX();
    for (const std::string newton : {"on", "off"})
        expect_right(system(all_terms(), newton) + "group few id 4:19\n", "few");
}

TEST_F(ProviderBonded, tilted_box_agrees_with_differences)
{
    NEEDS_BORN_MATRIX();
    expect_right(
        system(all_terms()) +
        "change_box all triclinic xy final 3.0 xz final -2.0 yz final 1.5 remap units box\n");
}

TEST_F(ProviderBonded, terms_that_were_switched_off_do_not_count)
{
    NEEDS_BORN_MATRIX();
    for (const std::string newton : {"on", "off"}) {
        const std::string whole = system(all_terms(), newton),
                          part  = whole + "delete_bonds all bond 1\ndelete_bonds all angle 2\n"
                                          "delete_bonds all dihedral 1\n";
        expect_right(part);
        EXPECT_GT(difference(matrix(part, "analytic"), matrix(whole, "analytic")), 0.1)
            << "nothing was switched off, the test shows nothing";
    }
}

TEST_F(ProviderBonded, straight_molecules_are_like_others)
{
    // U is a smooth function of the cosine; for (theta - 180)^2 LAMMPS's forces are not a gradient
    // there
    NEEDS_BORN_MATRIX();
    const std::string setup =
        "units real\natom_style angle\natom_modify map array\nregion box block 0 12 0 12 0 12\n"
        "create_box 1 box bond/types 1 angle/types 1 extra/bond/per/atom 2 extra/angle/per/atom 1 "
        "extra/special/per/atom 2\nmass * 12.0\ncreate_atoms 1 single 1.0 2.0 3.0\n"
        "create_atoms 1 single 2.0 2.0 3.0\ncreate_atoms 1 single 3.25 2.0 3.0\n"
        "pair_style zero 5.0\npair_coeff * *\nbond_style harmonic\nbond_coeff * 100 1.1\n"
        "angle_style cosine/squared\nangle_coeff * 40 130\ncreate_bonds single/bond 1 1 2\n"
        "create_bonds single/bond 1 2 3\ncreate_bonds single/angle 1 1 2 3\n";
    const Elements differences = matrix(setup, "numeric 0");
    EXPECT_LT(difference(matrix(setup, "analytic"), differences), FD_TOLERANCE);
}

// ---- what is left to differences ----------------------------------------------------------------

TEST_F(ProviderBonded, styles_without_derivatives_are_refused_by_name)
{
    struct {
        std::string kind;
        Style style;
        std::string reason;
    } const cases[] = {
        {"bond", {"harmonic/restrain", "250", "200"}, "it has no born_matrix()"},
        {"bond", {"hybrid harmonic morse", "harmonic 250 1.5", "morse 80 2.0 1.5"}, "hybrid"},
        {"angle", {"charmm", "60 110 20 2.5", "40 120 20 2.5"}, "it has no born_matrix()"},
        {"angle", {"hybrid harmonic cosine", "harmonic 60 110", "cosine 30"}, "hybrid"},
        {"dihedral", {"harmonic", "5 1 2", "3 -1 3"}, "it has no born_matrix()"},
        {"dihedral", {"hybrid harmonic helix", "harmonic 5 1 2", "helix 5 7 3"}, "hybrid"},
        {"improper", {"harmonic", "5 20", "3 40"}, "impropers"},
    };
    for (const auto &c : cases) {
        const std::string setup = system(terms(c.kind, c.style)), name = c.style.name;
        SCOPED_TRACE(c.kind + " " + name);
        if (!is_there(c.kind, name)) continue;
        const Elements numeric = matrix(setup, "numeric 0");
        EXPECT_LT(difference(matrix(setup, "auto"), numeric), FD_TOLERANCE);
        EXPECT_TRUE(logged(c.kind + " style " + name.substr(0, name.find(' '))));
        EXPECT_TRUE(logged(c.reason)) << log;
        const std::string error = error_of("uncompute inm\ncompute inm all inm/dos 50 hessian "
                                           "analytic modes none edge none\nrun 0\n");
        EXPECT_NE(error.find("no analytic Hessian of " + c.kind + " style"), std::string::npos)
            << error;
    }
}

TEST_F(ProviderBonded, wrong_derivatives_are_found_and_not_used)
{
    // errors of born_matrix() in LAMMPS 4Feb2025: u'' without a factor cos(phi) in opls, with the
    // wrong sign in cosine/squared/restricted, u' times sin^2 in cosine/periodic
    NEEDS_BORN_MATRIX();
    struct {
        std::string kind;
        Style style;
    } const cases[] = {
        {"dihedral", {"opls", "1 2 3 4", "2 -1 3 1"}},
        {"dihedral", {"cosine/squared/restricted", "5 70", "3 100"}},
        {"angle", {"cosine/squared/restricted", "60 110", "40 120"}},
        {"angle", {"cosine/periodic", "60 1 3", "40 -1 2"}},
    };
    for (const auto &c : cases) {
        SCOPED_TRACE(c.kind + " " + c.style.name);
        if (!is_there(c.kind, c.style.name)) continue;
        const std::string setup = system(terms(c.kind, c.style));
        const Elements numeric  = matrix(setup, "numeric 0");
        EXPECT_LT(difference(matrix(setup, "auto"), numeric), FD_TOLERANCE);
        if (lammps_version(lmp) == 20250204) {
            EXPECT_TRUE(logged("its analytic Hessian has a relative error of")) << log;
        }
    }
}

TEST_F(ProviderBonded, the_rest_stays_analytic_beside_a_part_that_is_numeric)
{
    NEEDS_BORN_MATRIX();
    const std::string setup =
        system(all_terms() + terms("improper", {"harmonic", "5 20", "3 40"}), "on",
               "pair_style lj/smooth 4.0 5.0\npair_coeff * * 0.05 2.5\n");
    const Elements numeric = matrix(setup, "numeric 0");
    EXPECT_LT(difference(matrix(setup, "auto"), numeric), FD_TOLERANCE);
    EXPECT_TRUE(logged("bonded, u'' from born_matrix()"));
    EXPECT_TRUE(logged("improper style harmonic: central differences")) << log;
    EXPECT_TRUE(logged("pairwise"));
}
} // namespace
