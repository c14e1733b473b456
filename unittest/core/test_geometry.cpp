// Internal coordinates and the blocks of energy terms, against differences of the plain formulas in
// long double.

#include "inm_geometry.h"

#include "gtest/gtest.h"

#include <array>
#include <cfloat>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

namespace {

typedef long double real;
typedef std::vector<double> Array;
typedef std::function<real(const std::vector<real> &x)> Energy; // of all coordinates

// ---- the plain formulas -------------------------------------------------------------------------

typedef std::array<real, 3> Vector;

Vector between(const std::vector<real> &x, size_t to, size_t from)
{
    Vector d;
    for (size_t a = 0; a < 3; a++)
        d[a] = x[3 * to + a] - x[3 * from + a];
    return d;
}
real dot(const Vector &a, const Vector &b)
{
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}
real length(const Vector &a)
{
    return std::sqrt(dot(a, a));
}
real cosine(const Vector &a, const Vector &b)
{
    return dot(a, b) / (length(a) * length(b));
}
real angle_cosine(const std::vector<real> &x)
{
    return cosine(between(x, 0, 1), between(x, 2, 1));
}
// spherical law of cosines with the two bond angles, without normals of planes
real dihedral_cosine(const std::vector<real> &x)
{
    const Vector b1 = between(x, 0, 1), b2 = between(x, 2, 1), b3 = between(x, 3, 2);
    const real c1 = cosine(b1, b2), c2 = -cosine(b2, b3);
    return (cosine(b1, b3) + c1 * c2) / std::sqrt((1 - c1 * c1) * (1 - c2 * c2));
}

// ---- differences --------------------------------------------------------------------------------

// Sixth order in each of the two directions.  Errors relative to the largest element, for lengths
// and energies of order one: step^6 times a high derivative, up to 1e5, and the rounding of 36
// energies divided by step^2.
constexpr real STEP        = 2e-3;
constexpr double TOLERANCE = 1e5 * (double)(STEP * STEP * STEP * STEP * STEP * STEP) +
                             1e3 * (double)(LDBL_EPSILON / (STEP * STEP)) + 1e3 * DBL_EPSILON;

const real WEIGHT[7] = {-1.0L / 60, 9.0L / 60,  -45.0L / 60, 0,
                        45.0L / 60, -9.0L / 60, 1.0L / 60}; // of the first derivative

Array second_differences(const Energy &u, const Array &at)
{
    const size_t n = at.size();
    std::vector<real> x(at.begin(), at.end());
    Array h(n * n);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++) {
            real sum = 0;
            for (int p = 0; p < 7; p++)
                for (int q = 0; q < 7; q++) {
                    if (p == 3 || q == 3) continue;
                    x[i] += (p - 3) * STEP;
                    x[j] += (q - 3) * STEP;
                    sum += WEIGHT[p] * WEIGHT[q] * u(x);
                    x[i] = at[i];
                    x[j] = at[j];
                }
            h[i * n + j] = h[j * n + i] = (double)(sum / (STEP * STEP));
        }
    return h;
}

// sixth order too
Array forces_of(const Energy &u, const Array &at)
{
    std::vector<real> x(at.begin(), at.end());
    Array f(at.size());
    for (size_t i = 0; i < at.size(); i++) {
        real sum = 0;
        for (int p = -3; p <= 3; p++) {
            x[i] += p * STEP;
            sum += WEIGHT[p + 3] * u(x);
            x[i] = at[i];
        }
        f[i] = (double)(-sum / STEP);
    }
    return f;
}

double largest(const Array &x)
{
    double max = 0.0;
    for (double one : x)
        max = std::max(max, std::fabs(one));
    return max;
}

// K [natom][natom][3][3] as matrix of coordinates
Array matrix_of(const Array &k)
{
    const size_t natom = (size_t)std::lround(std::sqrt((double)k.size() / 9.0)), n = 3 * natom;
    Array h(n * n);
    for (size_t i = 0; i < natom; i++)
        for (size_t j = 0; j < natom; j++)
            for (size_t a = 0; a < 3; a++)
                for (size_t b = 0; b < 3; b++)
                    h[(3 * i + a) * n + 3 * j + b] = k[9 * (natom * i + j) + 3 * a + b];
    return h;
}

void expect_same(const Array &x, const Array &y, double tolerance)
{
    ASSERT_EQ(x.size(), y.size());
    const double scale = largest(y);
    ASSERT_GT(scale, 0.0);
    for (size_t i = 0; i < x.size(); i++)
        EXPECT_NEAR(x[i], y[i], tolerance * scale) << "element " << i;
}

// ---- molecules ----------------------------------------------------------------------------------

// rotated about an axis in a general direction, and translated
Array turned(const Array &x, double about = 0.8)
{
    const double axis[3] = {2.0 / 7.0, 3.0 / 7.0, -6.0 / 7.0}, c = std::cos(about),
                 s = std::sin(about);
    Array y;
    for (size_t i = 0; i < x.size(); i += 3) {
        const double *r = &x[i], along = axis[0] * r[0] + axis[1] * r[1] + axis[2] * r[2];
        for (size_t a = 0; a < 3; a++) {
            const size_t b = (a + 1) % 3, d = (a + 2) % 3;
            y.push_back(c * r[a] + s * (axis[b] * r[d] - axis[d] * r[b]) +
                        (1.0 - c) * along * axis[a]);
        }
    }
    return y;
}
// bonds of 1.1 and 1.4
Array bent(double theta)
{
    return turned(
        {1.1, 0.0, 0.0, 0.0, 0.0, 0.0, 1.4 * std::cos(theta), 1.4 * std::sin(theta), 0.0});
}
// bonds of 1.2, 1.5, 1.0; bond angles of 110 and 100 degrees; 0 is cis
Array twisted(double phi)
{
    const double t1 = 110.0 / 180.0 * M_PI, t2 = 100.0 / 180.0 * M_PI;
    return turned({1.2 * std::cos(t1), 1.2 * std::sin(t1), 0.0, //
                   0.0, 0.0, 0.0,                               //
                   1.5, 0.0, 0.0,                               //
                   1.5 - std::cos(t2), std::sin(t2) * std::cos(phi), std::sin(t2) * std::sin(phi)});
}
std::vector<real> precise(const Array &x)
{
    return std::vector<real>(x.begin(), x.end());
}

// a function of one variable with its derivatives
struct Function {
    const char *name;
    std::function<real(real)> u, du, du2;
};
const Function smooth_functions[] = {
    {"the cosine itself",
     [](real c) {
         return c;
     },
     [](real) {
         return 1.0L;
     },
     [](real) {
         return 0.0L;
     }},
    {"square",
     [](real c) {
         return (c - 0.3L) * (c - 0.3L);
     },
     [](real c) {
         return 2 * (c - 0.3L);
     },
     [](real) {
         return 2.0L;
     }},
    {"polynomial",
     [](real c) {
         return c * (1 + c * (-2 + c * (3 - c)));
     },
     [](real c) {
         return 1 + c * (-4 + c * (9 - 4 * c));
     },
     [](real c) {
         return -4 + c * (18 - 12 * c);
     }},
    {"exponential",
     [](real c) {
         return std::exp(-2 * c);
     },
     [](real c) {
         return -2 * std::exp(-2 * c);
     },
     [](real c) {
         return 4 * std::exp(-2 * c);
     }},
};
// (t - t0)^2 of the angle t itself
Function harmonic(real t0)
{
    return {"harmonic",
            [t0](real c) {
                return (std::acos(c) - t0) * (std::acos(c) - t0);
            },
            [t0](real c) {
                return -2 * (std::acos(c) - t0) / std::sqrt(1 - c * c);
            },
            [t0](real c) {
                const real s = std::sqrt(1 - c * c);
                return 2 * (s - (std::acos(c) - t0) * c) / (s * s * s);
            }};
}

Array angle_blocks(const Array &x, double du, double du2)
{
    Array k(81, std::numeric_limits<double>::quiet_NaN());
    EXPECT_EQ(inm_angle_blocks(x.data(), du, du2, k.data()), INM_OK);
    return matrix_of(k);
}
Array dihedral_blocks(const Array &x, double du, double du2)
{
    Array k(144, std::numeric_limits<double>::quiet_NaN());
    EXPECT_EQ(inm_dihedral_blocks(x.data(), du, du2, k.data()), INM_OK);
    return matrix_of(k);
}
Array angle_term(const Array &x, const Function &f)
{
    const real c = angle_cosine(precise(x));
    return angle_blocks(x, (double)f.du(c), (double)f.du2(c));
}
Array dihedral_term(const Array &x, const Function &f)
{
    const real c = dihedral_cosine(precise(x));
    return dihedral_blocks(x, (double)f.du(c), (double)f.du2(c));
}
Array angle_differences(const Array &x, const Function &f)
{
    return second_differences(
        [&](const std::vector<real> &y) {
            return f.u(angle_cosine(y));
        },
        x);
}
Array dihedral_differences(const Array &x, const Function &f)
{
    return second_differences(
        [&](const std::vector<real> &y) {
            return f.u(dihedral_cosine(y));
        },
        x);
}

// exp(0.7 r1 - 0.3 r2) (c + 0.4)^2: none of its derivatives is zero
real threebody_energy(const std::vector<real> &x)
{
    const real c = angle_cosine(x) + 0.4L;
    return std::exp(0.7L * length(between(x, 0, 1)) - 0.3L * length(between(x, 2, 1))) * c * c;
}
Array threebody_blocks(const Array &x)
{
    const auto y   = precise(x);
    const double c = (double)angle_cosine(y) + 0.4;
    const double e =
        std::exp(0.7 * (double)length(between(y, 0, 1)) - 0.3 * (double)length(between(y, 2, 1)));
    const double u = e * c * c, uc = 2.0 * e * c;
    const double du[]  = {0.7 * u, -0.3 * u, uc};
    const double d2u[] = {0.49 * u,  -0.21 * u, 0.7 * uc,  -0.21 * u, 0.09 * u,
                          -0.3 * uc, 0.7 * uc,  -0.3 * uc, 2.0 * e};
    Array k(81);
    EXPECT_EQ(inm_threebody_blocks(x.data(), du, d2u, k.data()), INM_OK);
    return matrix_of(k);
}

// ---- coordinates --------------------------------------------------------------------------------

TEST(Cosine, gradient_and_second_derivatives_are_those_of_the_formula)
{
    const Array ab = {0.7, -1.1, 0.4, 0.2, 0.9, 1.3};
    double c, g[6];
    Array h(36);
    inm_cosine(&ab[0], &ab[3], &c, g, h.data());
    const Energy formula = [](const std::vector<real> &x) {
        return cosine({x[0], x[1], x[2]}, {x[3], x[4], x[5]});
    };
    EXPECT_NEAR(c, (double)formula(precise(ab)), 4.0 * DBL_EPSILON);
    expect_same(h, second_differences(formula, ab), TOLERANCE);
    for (size_t i = 0; i < 6; i++) {
        // second order: step^2 u'''/6
        auto up = precise(ab), down = up;
        up[i] += 1e-5L;
        down[i] -= 1e-5L;
        EXPECT_NEAR(g[i], (double)((formula(up) - formula(down)) / 2e-5L), 1e-9) << i;
    }
}

TEST(Cosine, does_not_depend_on_the_lengths_and_scales_its_derivatives)
{
    const double a[] = {1.0, 2.0, -0.5}, b[] = {0.3, -1.0, 0.8};
    const double a3[] = {3.0, 6.0, -1.5};
    double c, g[6], h[36], c3, g3[6], h3[36];
    inm_cosine(a, b, &c, g, h);
    inm_cosine(a3, b, &c3, g3, h3);
    EXPECT_NEAR(c, c3, 4.0 * DBL_EPSILON);
    for (int i = 0; i < 6; i++)
        for (int j = 0; j < 6; j++)
            EXPECT_NEAR(h[6 * i + j], (i < 3 ? 3.0 : 1.0) * (j < 3 ? 3.0 : 1.0) * h3[6 * i + j],
                        1e-14);
    for (int i = 0; i < 6; i++)
        EXPECT_NEAR(g[i], (i < 3 ? 3.0 : 1.0) * g3[i], 1e-14);
}

TEST(DihedralCosine, is_one_for_cis_and_minus_one_for_trans)
{
    for (double phi : {0.0, 0.5, M_PI / 2.0, 2.0, M_PI, -1.0}) {
        const Array x = twisted(phi);
        double b[9], c, g[9], h[81];
        for (size_t a = 0; a < 3; a++) {
            b[a]     = x[a] - x[3 + a];
            b[3 + a] = x[6 + a] - x[3 + a];
            b[6 + a] = x[9 + a] - x[6 + a];
        }
        ASSERT_EQ(inm_dihedral_cosine(&b[0], &b[3], &b[6], &c, g, h), INM_OK);
        EXPECT_NEAR(c, std::cos(phi), 10.0 * DBL_EPSILON) << phi;
    }
}

// ---- blocks against differences -----------------------------------------------------------------

TEST(AngleTerm, blocks_are_second_derivatives_of_the_energy)
{
    for (double degrees : {20.0, 70.0, 90.0, 109.47, 150.0, 175.0})
        for (const Function &f : smooth_functions) {
            SCOPED_TRACE(testing::Message() << f.name << " at " << degrees);
            const Array x = bent(degrees / 180.0 * M_PI);
            expect_same(angle_term(x, f), angle_differences(x, f), TOLERANCE);
        }
    const Array x    = bent(1.9);
    const Function f = harmonic(1.7L);
    expect_same(angle_term(x, f), angle_differences(x, f), TOLERANCE);
}

TEST(AngleTerm, straight_and_nearly_straight_angles_are_like_others)
{
    for (double end : {0.0, M_PI})
        for (double off : {0.0, 1e-14, 1e-9, 1e-6, 1e-3})
            for (const Function &f : smooth_functions) {
                SCOPED_TRACE(testing::Message() << f.name << " at " << end << " - " << off);
                const Array x = bent(end - off);
                expect_same(angle_term(x, f), angle_differences(x, f), TOLERANCE);
            }
}

TEST(AngleTerm, second_derivative_does_not_count_in_a_straight_angle)
{
    // as in born_matrix() for (theta - pi)^2: 1/sin^2, where the sine is pure rounding
    const Array x = bent(M_PI);
    expect_same(angle_blocks(x, 2.0, 1e32), angle_blocks(x, 2.0, 0.0), 0.0);
}

TEST(DihedralTerm, blocks_are_second_derivatives_of_the_energy)
{
    for (double degrees : {15.0, 60.0, 90.0, 135.0, 170.0, -70.0, -160.0}) {
        const Array x = twisted(degrees / 180.0 * M_PI);
        for (const Function &f : smooth_functions) {
            SCOPED_TRACE(testing::Message() << f.name << " at " << degrees);
            expect_same(dihedral_term(x, f), dihedral_differences(x, f), TOLERANCE);
        }
    }
    const Array x    = twisted(1.1);
    const Function f = harmonic(0.4L);
    expect_same(dihedral_term(x, f), dihedral_differences(x, f), TOLERANCE);
}

TEST(DihedralTerm, planar_and_nearly_planar_molecules_are_like_others)
{
    for (double plane : {0.0, M_PI})
        for (double off : {0.0, 1e-14, 1e-9, 1e-6, 1e-3})
            for (const Function &f : smooth_functions) {
                SCOPED_TRACE(testing::Message() << f.name << " at " << plane << " + " << off);
                const Array x = twisted(plane + off);
                expect_same(dihedral_term(x, f), dihedral_differences(x, f), TOLERANCE);
            }
}

TEST(ThreebodyTerm, blocks_are_second_derivatives_of_the_energy)
{
    for (double degrees : {0.0, 40.0, 90.0, 120.0, 180.0}) {
        SCOPED_TRACE(degrees);
        const Array x = bent(degrees / 180.0 * M_PI);
        expect_same(threebody_blocks(x), second_differences(threebody_energy, x), TOLERANCE);
    }
}

TEST(ThreebodyTerm, function_of_the_cosine_alone_is_an_angle_term)
{
    const Array x     = bent(1.3);
    const double du[] = {0.0, 0.0, 1.7}, d2u[] = {0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, -0.9};
    Array k(81);
    ASSERT_EQ(inm_threebody_blocks(x.data(), du, d2u, k.data()), INM_OK);
    expect_same(matrix_of(k), angle_blocks(x, 1.7, -0.9), 10.0 * DBL_EPSILON);
}

// ---- invariance ---------------------------------------------------------------------------------

// K(R x) = R K(x) R^T, K symmetric, rows of blocks sum to zero.  Cancellation in the cosines loses
// a factor of 10 in precision.
void expect_invariant(const std::function<Array(const Array &)> &blocks, const Array &x)
{
    const Array k = blocks(x), after = blocks(turned(x, 2.1));
    const size_t n   = x.size();
    const double tol = 1e3 * DBL_EPSILON * largest(k);
    Array there(n * n), back(n * n);
    for (size_t r = 0; r < n; r++) { // rows of K, then columns
        const Array row = turned(Array(&k[r * n], &k[r * n] + n), 2.1);
        for (size_t c = 0; c < n; c++)
            there[c * n + r] = row[c];
    }
    for (size_t c = 0; c < n; c++) {
        const Array column = turned(Array(&there[c * n], &there[c * n] + n), 2.1);
        for (size_t r = 0; r < n; r++)
            back[r * n + c] = column[r];
    }
    for (size_t i = 0; i < n * n; i++)
        EXPECT_NEAR(after[i], back[i], tol) << i;
    for (size_t r = 0; r < n; r++) {
        for (size_t c = 0; c < r; c++)
            EXPECT_NEAR(k[r * n + c], k[c * n + r], tol);
        for (size_t b = 0; b < 3; b++) {
            double sum = 0.0;
            for (size_t c = b; c < n; c += 3)
                sum += k[r * n + c];
            EXPECT_NEAR(sum, 0.0, tol) << "row " << r << ", direction " << b;
        }
    }
}

TEST(Invariance, blocks_turn_with_the_molecule_and_forget_where_it_is)
{
    const auto angle = [](const Array &x) {
        return angle_blocks(x, 1.3, -0.7);
    };
    const auto dihedral = [](const Array &x) {
        return dihedral_blocks(x, 1.3, -0.7);
    };
    const auto threebody = [](const Array &x) {
        return threebody_blocks(x);
    };
    expect_invariant(angle, bent(1.9));
    expect_invariant(threebody, bent(1.9));
    expect_invariant(dihedral, twisted(2.5));

    // translated by numbers that keep all differences exact
    Array x = twisted(0.6), moved;
    for (double &one : x)
        one = std::ldexp(std::round(std::ldexp(one, 20)), -20);
    for (size_t i = 0; i < x.size(); i++)
        moved.push_back(x[i] + (double)(8 << (i % 3)));
    expect_same(dihedral(moved), dihedral(x), 0.0);
}

TEST(Invariance, reversed_order_of_atoms_is_the_same_term)
{
    const Array x = twisted(0.9), k = dihedral_blocks(x, 1.3, -0.7);
    Array reversed;
    for (size_t i = 4; i-- > 0;)
        reversed.insert(reversed.end(), &x[3 * i], &x[3 * i] + 3);
    const Array back = dihedral_blocks(reversed, 1.3, -0.7);
    Array same(144);
    for (size_t r = 0; r < 12; r++)
        for (size_t c = 0; c < 12; c++)
            same[r * 12 + c] = back[(9 - r / 3 * 3 + r % 3) * 12 + 9 - c / 3 * 3 + c % 3];
    expect_same(same, k, 100.0 * DBL_EPSILON);
}

// ---- where there is no result -------------------------------------------------------------------

TEST(Undefined, dihedral_of_atoms_in_line_is_reported)
{
    const Array line = {-1.0, 0.1, 0.0, 0.0, 0.1, 0.0, 1.5, 0.1, 0.0, 2.0, 1.0, 0.0};
    Array k(144);
    EXPECT_EQ(inm_dihedral_blocks(line.data(), 1.0, 0.0, k.data()), INM_ERR_NONFINITE);
    EXPECT_EQ(inm_dihedral_blocks(turned(line).data(), 1.0, 1.0, k.data()), INM_ERR_NONFINITE);
}

TEST(Undefined, dihedral_without_energy_is_zero_even_in_line)
{
    const Array line = {-1.0, 0.1, 0.0, 0.0, 0.1, 0.0, 1.5, 0.1, 0.0, 2.0, 1.0, 0.0};
    Array k(144, 1.0);
    ASSERT_EQ(inm_dihedral_blocks(line.data(), 0.0, 0.0, k.data()), INM_OK);
    EXPECT_EQ(largest(k), 0.0);
}

TEST(Undefined, atoms_at_one_place_and_infinite_derivatives_are_reported)
{
    const double inf   = std::numeric_limits<double>::infinity();
    const Array same   = {0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0};
    const double du[3] = {1.0, 1.0, 1.0}, d2u[9] = {0.0};
    Array k(144);
    EXPECT_EQ(inm_angle_blocks(same.data(), 1.0, 0.0, k.data()), INM_ERR_NONFINITE);
    EXPECT_EQ(inm_threebody_blocks(same.data(), du, d2u, k.data()), INM_ERR_NONFINITE);
    EXPECT_EQ(inm_angle_blocks(bent(1.0).data(), inf, 0.0, k.data()), INM_ERR_NONFINITE);
    EXPECT_EQ(inm_dihedral_blocks(twisted(1.0).data(), 1.0, inf, k.data()), INM_ERR_NONFINITE);
}

// ---- into the Hessian ---------------------------------------------------------------------------

// a Hessian of one term whose atoms have the given sites, on this rank only; rows are atoms
// 0..nrow-1
struct OneTerm {
    inm_hessian *h = nullptr;
    size_t nrow;

    OneTerm(size_t nrow_in, const std::vector<int64_t> &ghosts, const std::vector<int> &site,
            const Array &x, const Array &k) :
        nrow(nrow_in)
    {
        std::vector<int64_t> tag;
        for (size_t i = 0; i < nrow; i++)
            tag.push_back((int64_t)i + 1);
        const std::vector<int> type(nrow, 1);
        const Array mass(nrow, 1.0);
        EXPECT_EQ(inm_hessian_create(&h, MPI_COMM_SELF, 3, 1.0), INM_OK);
        EXPECT_EQ(inm_hessian_begin(h, nrow, tag.data(), type.data(), mass.data(), ghosts.size(),
                                    ghosts.data()),
                  INM_OK);
        EXPECT_EQ(inm_hessian_add_term(h, (int)site.size(), site.data(), x.data(), k.data()),
                  INM_OK);
        EXPECT_EQ(inm_hessian_end(h), INM_OK);
    }
    ~OneTerm() { inm_hessian_destroy(&h); }
    OneTerm(const OneTerm &)            = delete;
    OneTerm &operator=(const OneTerm &) = delete;

    Array product(const Array &u) const
    {
        Array y(3 * nrow);
        EXPECT_EQ(inm_hessian_multiply(h, u.data(), y.data()), INM_OK);
        return y;
    }
};

TEST(AddTerm, gives_the_matrix_of_the_blocks)
{
    const Array x = twisted(1.2), h = dihedral_blocks(x, 1.3, -0.7);
    Array k(144), u(12), expected(12, 0.0);
    ASSERT_EQ(inm_dihedral_blocks(x.data(), 1.3, -0.7, k.data()), INM_OK);
    for (size_t i = 0; i < 12; i++)
        u[i] = std::sin(1.0 + 3.0 * (double)i);
    for (size_t r = 0; r < 12; r++)
        for (size_t c = 0; c < 12; c++)
            expected[r] += h[r * 12 + c] * u[c];
    expect_same(OneTerm(4, {}, {0, 1, 2, 3}, x, k).product(u), expected, 100.0 * DBL_EPSILON);
    expect_same(OneTerm(4, {3, 1}, {5, 1, 4, 3}, x, k).product(u), expected, 100.0 * DBL_EPSILON);
}

TEST(AddTerm, atoms_outside_hold_the_others_but_do_not_move)
{
    const Array x = bent(1.2), h = angle_blocks(x, 1.3, -0.7);
    Array k(81), u               = {0.3, -0.2, 0.9}, expected(3, 0.0);
    ASSERT_EQ(inm_angle_blocks(x.data(), 1.3, -0.7, k.data()), INM_OK);
    for (size_t r = 0; r < 3; r++)
        for (size_t c = 0; c < 3; c++)
            expected[r] += h[(3 + r) * 9 + 3 + c] * u[c];
    expect_same(OneTerm(1, {}, {INM_OUTSIDE, 0, INM_OUTSIDE}, x, k).product(u), expected,
                100.0 * DBL_EPSILON);
}

TEST(AddTerm, affine_force_is_the_change_of_forces_with_the_strain)
{
    const Function f = smooth_functions[2];
    const Array x    = twisted(1.2);
    const real c     = dihedral_cosine(precise(x));
    Array k(144), xi(12);
    ASSERT_EQ(inm_dihedral_blocks(x.data(), (double)f.du(c), (double)f.du2(c), k.data()), INM_OK);
    const OneTerm term(4, {}, {0, 1, 2, 3}, x, k);

    for (size_t a : {0, 1, 2})
        for (size_t b : {0, 1, 2}) {
            if (a == b) continue;
            SCOPED_TRACE(testing::Message() << "shear " << a << b);
            inm_hessian_affine_force(term.h, (int)a, (int)b, xi.data());

            // the strain as one more coordinate
            Array extended = x, expected;
            extended.push_back(0.0);
            const Array h = second_differences(
                [&](const std::vector<real> &y) {
                    std::vector<real> sheared(y.begin(), y.end() - 1);
                    for (size_t i = 0; i < 4; i++)
                        sheared[3 * i + a] += y.back() * y[3 * i + b];
                    return f.u(dihedral_cosine(sheared));
                },
                extended);
            // y is displaced before it is sheared, which adds a term to the force
            for (size_t i = 0; i < 12; i++)
                expected.push_back(-h[12 * 13 + i]);
            const Array force = forces_of(
                [&](const std::vector<real> &y) {
                    return f.u(dihedral_cosine(y));
                },
                x);
            for (size_t i = 0; i < 4; i++)
                expected[3 * i + b] -= force[3 * i + a];
            expect_same(xi, expected, TOLERANCE);
        }
}
} // namespace
