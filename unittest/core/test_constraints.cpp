// The Hessian on the surface of constraints, against values from elsewhere (numpy), the limit of
// stiff springs, differences along the surface, and the geometry of the sphere.

#include "hessian/inm_cluster.h"
#include "hessian/inm_translations.h"
#include "inm_constraints.h"
#include "model_systems.h"
#include "symmetric_eigen.h"

#include <array>

namespace {

typedef std::vector<std::array<int, 2>> Bonds;

// ---- molecules with a Lennard-Jones interaction between them ------------------------------------

struct Molecules {
    Field x; // [natom][3]
    std::vector<double> mass;
    std::vector<int> molecule; // of each atom
    Bonds bonds;               // inside molecules
    double spring = 0.0;       // stiffness of bonds that are not rigid
    std::vector<double> length;
    Field outside; // [..][3] atoms that only move with a strain
    bool interacting = true;

    size_t natom() const { return mass.size(); }
    Vec3 dr(const Field &at, int i, int j) const
    {
        Vec3 d;
        for (size_t a = 0; a < 3; a++)
            d[a] = at[3 * (size_t)i + a] - at[3 * (size_t)j + a];
        return d;
    }
    // call visit(i, j, dr, u', u'') for each pair that interacts, with j = -1 for atoms outside
    template <class Visit> void for_pairs(const Field &at, Visit visit) const
    {
        const auto lj = [&](int i, int j, const Vec3 &d) {
            const double r = std::sqrt(dot(d, d)), s = std::pow(r, -6);
            visit(i, j, d, 4.0 * (-12.0 * s * s + 6.0 * s) / r,
                  4.0 * (156.0 * s * s - 42.0 * s) / (r * r));
        };
        for (int i = 0; i < (int)natom() && interacting; i++) {
            for (int j = 0; j < i; j++)
                if (molecule[(size_t)i] != molecule[(size_t)j]) lj(i, j, dr(at, i, j));
            for (size_t o = 0; o < outside.size(); o += 3) {
                Vec3 d;
                for (size_t a = 0; a < 3; a++)
                    d[a] = at[3 * (size_t)i + a] - outside[o + a];
                lj(i, -1, d);
            }
        }
        for (size_t b = 0; b < bonds.size() && spring > 0.0; b++) {
            const Vec3 d = dr(at, bonds[b][0], bonds[b][1]);
            visit(bonds[b][0], bonds[b][1], d, spring * (std::sqrt(dot(d, d)) - length[b]), spring);
        }
    }
    Field force(const Field &at) const
    {
        Field f(at.size(), 0.0);
        for_pairs(at, [&](int i, int j, const Vec3 &d, double du, double) {
            for (size_t a = 0; a < 3; a++) {
                const double fa = -du * d[a] / std::sqrt(dot(d, d));
                f[3 * (size_t)i + a] += fa;
                if (j >= 0) f[3 * (size_t)j + a] -= fa;
            }
        });
        return f;
    }
    System system() const
    {
        System s;
        for (size_t i = 0; i < natom(); i++)
            s.add_atom(mass[i], 1 + molecule[i] % 2);
        for_pairs(x, [&](int i, int j, const Vec3 &d, double du, double du2) {
            if (j < 0)
                s.wall((size_t)i, d, du, du2);
            else
                s.pair((size_t)i, (size_t)j, d, du, du2);
        });
        return s;
    }
    std::vector<inm_cluster> clusters() const
    {
        std::vector<inm_cluster> all;
        for (size_t i = 0; i < natom(); i++) {
            if (i > 0 && molecule[i] == molecule[i - 1]) continue;
            inm_cluster c;
            memset(&c, 0, sizeof(c));
            const int first = (int)i;
            for (; i + (size_t)c.natom < natom() && molecule[i + (size_t)c.natom] == molecule[i];
                 c.natom++) {
                const size_t at = i + (size_t)c.natom;
                c.tag[c.natom]  = (int64_t)at + 1;
                c.mass[c.natom] = mass[at];
                for (size_t a = 0; a < 3; a++)
                    c.x[c.natom][a] = x[3 * at + a];
            }
            for (const auto &b : bonds)
                if (b[0] >= first && b[0] < first + c.natom) {
                    c.bond[c.nbond][0]   = b[0] - first;
                    c.bond[c.nbond++][1] = b[1] - first;
                }
            if (c.nbond > 0) all.push_back(c);
        }
        return all;
    }
};

// two rigid diatomics at random in each other
Molecules two_diatomics()
{
    Molecules m;
    m.x    = {-0.18569520568755138, 0.23252991198214312, -0.03804117004292534, 0.18569520568755138,
              -0.23252991198214312, 0.03804117004292534, 1.4748730463264699,   0.37927804541805843,
              0.18539025393412212,  1.0251269536735301,  0.02072195458194162,  0.01460974606587788};
    m.mass = {1.0, 2.0, 1.5, 1.0};
    m.molecule = {0, 0, 1, 1};
    m.bonds    = {{{0, 1}}, {{2, 3}}};
    m.length   = {0.6, 0.6};
    return m;
}

// a diatomic, a rigid triangle, a free atom, a star of four, a bent chain with a free angle
Molecules mixture()
{
    Molecules m;
    m.x        = {0.0,  0.0, 0.0, 0.5, 0.1, 0.2,                                 // diatomic
                  1.6,  0.1, 0.0, 2.0, 0.5, 0.1, 1.7, 0.2,  0.6,                 // triangle
                  0.3,  1.4, 0.2,                                                // atom
                  1.5,  1.6, 0.1, 1.9, 1.8, 0.4, 1.3, 2.0,  -0.2, 1.4, 1.3, 0.5, // star
                  -0.1, 0.2, 1.5, 0.3, 0.4, 1.8, 0.1, -0.2, 1.9};                // chain
    m.mass     = {1.0, 2.0, 16.0, 1.0, 1.5, 3.0, 12.0, 1.0, 1.0, 2.0, 1.0, 3.0, 0.5};
    m.molecule = {0, 0, 1, 1, 1, 2, 3, 3, 3, 3, 4, 4, 4};
    m.bonds    = {{{0, 1}}, {{2, 3}}, {{2, 4}},   {{3, 4}},  {{6, 7}},
                  {{6, 8}}, {{6, 9}}, {{10, 11}}, {{10, 12}}};
    for (const auto &b : m.bonds)
        m.length.push_back(std::sqrt(dot(m.dr(m.x, b[0], b[1]), m.dr(m.x, b[0], b[1]))));
    return m;
}

// ---- the core with constraints ------------------------------------------------------------------

struct Constrained {
    Hessian share;
    inm_status status;
    size_t natom;

    Constrained(const Molecules &m, const Owner &owner = scattered, bool reversed = false) :
        share(m.system(), owner, reversed), natom(m.natom())
    {
        std::vector<inm_cluster> mine;
        for (const auto &c : m.clusters()) {
            bool has_row = false;
            for (int i = 0; i < c.natom; i++)
                for (size_t row : share.atoms)
                    has_row = has_row || (int64_t)row + 1 == c.tag[i];
            if (has_row) mine.push_back(c);
        }
        const Field f = share.local(m.force(m.x), natom);
        status        = inm_hessian_constrain(share.h, mine.size(), mine.data(), f.data());
    }
    // H u for a field of all atoms
    Field times(const Field &u) const
    {
        const Field mine = share.local(u, natom);
        Field y(mine.size() + 1);
        EXPECT_EQ(inm_hessian_multiply(share.h, mine.data(), y.data()), INM_OK);
        return share.global(y, natom);
    }
    // mass-weighted
    Field matrix(const Molecules &m) const
    {
        const size_t n = 3 * natom;
        Field d(n * n);
        for (size_t c = 0; c < n; c++) {
            Field u(n, 0.0);
            u[c]          = 1.0;
            const Field y = times(u);
            for (size_t r = 0; r < n; r++)
                d[r * n + c] = y[r] / std::sqrt(m.mass[r / 3] * m.mass[c / 3]);
        }
        return d;
    }
};

Field eigenvalues(const Molecules &m)
{
    const Constrained c(m);
    EXPECT_EQ(c.status, INM_OK);
    return symmetric_eigenvalues(c.matrix(m), 3 * m.natom());
}

// ---- eigenvalues --------------------------------------------------------------------------------

TEST(Constraints, of_two_diatomics_give_the_eigenvalues_of_numpy)
{
    const Field wanted = {-519.56664763797539,
                          -445.56249347223661,
                          -135.23715136580577,
                          -103.41160504131207,
                          -51.448499375288037,
                          -44.084203587864941,
                          0,
                          0,
                          0,
                          0,
                          0,
                          3411.5733087645967};
    const Field found  = eigenvalues(two_diatomics());
    for (size_t p = 0; p < wanted.size(); p++)
        EXPECT_NEAR(found[p], wanted[p], 1e-8 * wanted.back()) << p; // H from differences there
}

// D_c u for a tangential u against differences of P_c M^-1/2 f along a curve on the surface: with
// r' = u, r'' normal, U'' = u (H - lam grad grad s) u
Field normal_part(const Molecules &m, const Field &at, Field u)
{
    // Gram-Schmidt would do; several sweeps of projections on single bonds converge
    for (int sweep = 0; sweep < 2000; sweep++)
        for (const auto &b : m.bonds) {
            const Vec3 d    = m.dr(at, b[0], b[1]);
            const double r2 = dot(d, d), mi = m.mass[(size_t)b[0]], mj = m.mass[(size_t)b[1]];
            double along = 0.0;
            for (size_t a = 0; a < 3; a++)
                along += d[a] * (u[3 * (size_t)b[0] + a] - u[3 * (size_t)b[1] + a]);
            const double mu = along / (r2 * (1.0 / mi + 1.0 / mj));
            for (size_t a = 0; a < 3; a++) {
                u[3 * (size_t)b[0] + a] -= mu * d[a] / mi;
                u[3 * (size_t)b[1] + a] += mu * d[a] / mj;
            }
        }
    return u;
}

// positions moved by u and back to the surface along M^-1 grad s at the start, as SHAKE does
Field on_surface(const Molecules &m, const Field &u)
{
    Field x = m.x;
    for (size_t k = 0; k < x.size(); k++)
        x[k] += u[k];
    for (int sweep = 0; sweep < 3000; sweep++)
        for (size_t b = 0; b < m.bonds.size(); b++) {
            const int i = m.bonds[b][0], j = m.bonds[b][1];
            const Vec3 d = m.dr(x, i, j), before = m.dr(m.x, i, j);
            const double mi = m.mass[(size_t)i], mj = m.mass[(size_t)j];
            const double mu = (dot(d, d) - m.length[b] * m.length[b]) /
                              (2.0 * dot(d, before) * (1.0 / mi + 1.0 / mj));
            for (size_t a = 0; a < 3; a++) {
                x[3 * (size_t)i + a] -= mu * before[a] / mi;
                x[3 * (size_t)j + a] += mu * before[a] / mj;
            }
        }
    return x;
}

double energy(const Molecules &m, const Field &at)
{
    double u = 0.0;
    for (int i = 0; i < (int)m.natom(); i++)
        for (int j = 0; j < i; j++) {
            if (m.molecule[(size_t)i] == m.molecule[(size_t)j]) continue;
            const Vec3 d   = m.dr(at, i, j);
            const double s = std::pow(dot(d, d), -3);
            u += 4.0 * (s * s - s);
        }
    return u;
}

// five-point second difference of a function of h
template <class Function> double second_difference(double h, Function f)
{
    return (-f(2.0 * h) + 16.0 * f(h) - 30.0 * f(0.0) + 16.0 * f(-h) - f(-2.0 * h)) /
           (12.0 * h * h);
}

TEST(Constraints, matrix_is_the_second_derivative_along_the_surface)
{
    const Molecules m = mixture();
    const Constrained c(m);
    ASSERT_EQ(c.status, INM_OK);
    for (unsigned seed = 0; seed < 3; seed++) {
        const Field u  = normal_part(m, m.x, random_numbers(3 * m.natom(), -1.0, 1.0, seed));
        const Field hu = c.times(u);
        double found   = 0.0;
        for (size_t k = 0; k < u.size(); k++)
            found += u[k] * hu[k];
        const double wanted = second_difference(1e-3, [&](double h) {
            Field step = u;
            for (double &s : step)
                s *= h;
            return energy(m, on_surface(m, step));
        });
        EXPECT_NEAR(found, wanted, 1e-5 * std::fabs(wanted));
    }
}

TEST(Constraints, leave_directions_normal_to_the_surface_as_zero_modes)
{
    const Molecules m = mixture();
    const Constrained c(m);
    ASSERT_EQ(c.status, INM_OK);
    EXPECT_EQ(inm_hessian_constraints(c.share.h)->count, 9u);
    const double size = std::fabs(symmetric_eigenvalues(c.matrix(m), 3 * m.natom()).back());
    for (const auto &b : m.bonds) {
        Field u(3 * m.natom(), 0.0);
        for (size_t a = 0; a < 3; a++) {
            const double d          = m.dr(m.x, b[0], b[1])[a];
            u[3 * (size_t)b[0] + a] = d / m.mass[(size_t)b[0]];
            u[3 * (size_t)b[1] + a] = -d / m.mass[(size_t)b[1]];
        }
        for (double y : c.times(u))
            EXPECT_NEAR(y, 0.0, 1e-11 * size);
    }
}

TEST(Constraints, do_not_depend_on_the_distribution)
{
    const Molecules m = mixture();
    const Constrained wanted(m, all_on_first);
    ASSERT_EQ(wanted.status, INM_OK);
    const Field u = random_numbers(3 * m.natom(), -1.0, 1.0, 5), y = wanted.times(u);
    double strain2[9], dilation2, strain2_of[9], dilation2_of;
    inm_hessian_strains(wanted.share.h, strain2, &dilation2);
    for (const Owner &owner : {Owner(scattered), Owner(in_pairs), Owner(all_on_last)})
        for (bool reversed : {false, true}) {
            const Constrained c(m, owner, reversed);
            ASSERT_EQ(c.status, INM_OK);
            const Field found = c.times(u);
            for (size_t k = 0; k < y.size(); k++)
                EXPECT_NEAR(found[k], y[k], 1e-9);
            for (int k = 0; k < 3; k++)
                for (int l = 0; l < 3; l++) {
                    const Field xi        = c.share.affine_force(k, l, m.natom()),
                                xi_wanted = wanted.share.affine_force(k, l, m.natom());
                    for (size_t i = 0; i < xi.size(); i++)
                        EXPECT_NEAR(xi[i], xi_wanted[i], 1e-9);
                }
            inm_hessian_strains(c.share.h, strain2_of, &dilation2_of);
            for (int kc = 0; kc < 9; kc++)
                EXPECT_NEAR(strain2_of[kc], strain2[kc], 1e-9 * std::fabs(strain2[kc]));
            EXPECT_NEAR(dilation2_of, dilation2, 1e-9 * std::fabs(dilation2));
            const inm_constraint_facts *a = inm_hessian_constraints(c.share.h),
                                       *b = inm_hessian_constraints(wanted.share.h);
            EXPECT_NEAR(a->dilation[1], b->dilation[1], 1e-10);
            EXPECT_NEAR(a->virial[0][1], b->virial[0][1], 1e-10 * std::fabs(b->virial[0][0]));
        }
}

// ---- strain -------------------------------------------------------------------------------------

// a_i = e_k (r_i)_c, or r_i for k = 3
Field strain_field(const Molecules &m, int k, int c)
{
    Field a(m.x.size(), 0.0);
    for (size_t i = 0; i < m.natom(); i++)
        for (int l = 0; l < 3; l++)
            if (k == 3)
                a[3 * i + (size_t)l] = m.x[3 * i + (size_t)l];
            else if (l == k)
                a[3 * i + (size_t)l] = m.x[3 * i + (size_t)c];
    return a;
}

TEST(Constraints, derivatives_by_strain_are_those_along_the_surface)
{
    const Molecules m = mixture();
    const Constrained c(m);
    ASSERT_EQ(c.status, INM_OK);
    double strain2[9], dilation2;
    inm_hessian_strains(c.share.h, strain2, &dilation2);
    const int planes[5][2] = {{0, 1}, {0, 2}, {1, 2}, {2, 0}, {3, 3}};
    for (const auto &kc : planes) {
        const Field a = strain_field(m, kc[0], kc[1]), w = normal_part(m, m.x, a);
        double first     = 0.0;
        const auto along = [&](double h) {
            Field step = w;
            for (double &s : step)
                s *= h;
            return energy(m, on_surface(m, step));
        };
        const double wanted = second_difference(5e-4, along);
        const Field f       = m.force(m.x);
        double virial       = 0.0;
        for (size_t i = 0; i < f.size(); i++) {
            first -= f[i] * w[i];
            virial += f[i] * a[i];
        }
        const inm_constraint_facts *facts = inm_hessian_constraints(c.share.h);
        if (kc[0] < 3) {
            EXPECT_NEAR(strain2[3 * kc[0] + kc[1]], wanted, 1e-5 * std::fabs(wanted));
            EXPECT_NEAR(virial + facts->virial[kc[0]][kc[1]], -first, 1e-9 * std::fabs(virial));
        } else {
            EXPECT_NEAR(dilation2 - 2.0 * virial, wanted, 1e-5 * std::fabs(wanted));
            EXPECT_NEAR(virial + facts->virial[0][0] + facts->virial[1][1] + facts->virial[2][2],
                        -first, 1e-9 * std::fabs(virial));
        }
    }
}

TEST(Constraints, affine_force_is_the_mixed_derivative)
{
    const Molecules m = mixture();
    const Constrained c(m);
    ASSERT_EQ(c.status, INM_OK);
    // polarization: d2U along (w + u) less those along w and along u is twice the mixed one, -Xi .
    // u
    for (int plane = 0; plane < 3; plane++) {
        const int k = (plane == 2), l = (plane == 0) ? 1 : 2;
        const Field w    = normal_part(m, m.x, strain_field(m, k, l)),
                    u    = normal_part(m, m.x, random_numbers(w.size(), -1.0, 1.0, 17)),
                    xi   = c.share.affine_force(k, l, m.natom());
        const auto along = [&](double cw, double cu) {
            return second_difference(5e-4, [&](double h) {
                Field step(w.size());
                for (size_t i = 0; i < w.size(); i++)
                    step[i] = h * (cw * w[i] + cu * u[i]);
                return energy(m, on_surface(m, step));
            });
        };
        const double mixed = 0.5 * (along(1, 1) - along(1, 0) - along(0, 1));
        double found       = 0.0;
        for (size_t i = 0; i < w.size(); i++)
            found -= xi[i] * u[i];
        EXPECT_NEAR(found, mixed, 1e-5 * std::fabs(along(1, 1)));
    }
}

// ---- the limit of stiff springs -----------------------------------------------------------------

// Atoms outside, without which all of the affine energy relaxes.  All modes are soft or stiff, none
// is zero.
Molecules two_diatomics_among_others()
{
    Molecules m = two_diatomics();
    m.outside   = {-1.25, 0.2, 0.1, 0.2, 1.3, 0.3, 1.2, -0.9, 0.6, 0.6, 0.3, -1.1, 2.3, 0.5, -0.2};
    return m;
}

// bond lengths where the normal part of the gradient vanishes
Molecules relaxed(Molecules m, double k)
{
    m.spring = k;
    for (int step = 0; step < 100; step++) {
        const Field f = m.force(m.x), before = m.x;
        Field move(f.size());
        for (size_t i = 0; i < f.size(); i++)
            move[i] = f[i] / m.mass[i / 3];
        const Field tangent = normal_part(m, before, move);
        for (size_t i = 0; i < f.size(); i++) // of a single spring: x'' = -k/mu x
            m.x[i] +=
                (move[i] - tangent[i]) * (m.mass[0] * m.mass[1]) / (m.mass[0] + m.mass[1]) / k;
    }
    return m;
}

struct Response {
    Field lambda;               // of the soft modes
    double modulus[3], soft[3]; // static, and sum of Xi_p^2/lambda_p of the soft modes
};

Response response_of(inm_hessian *h, size_t nsoft)
{
    Response r;
    double strain2[9], dilation2;
    inm_modes modes;
    inm_request request;
    memset(&modes, 0, sizeof(modes));
    memset(&request, 0, sizeof(request));
    Field xi;
    for (int p = 0; p < 3; p++) {
        Field one(3 * inm_hessian_nrow(h));
        inm_hessian_affine_force(h, p == 2, (p == 0) ? 1 : 2, one.data());
        xi.insert(xi.end(), one.begin(), one.end());
    }
    request.vectors = INM_VECTORS_ALL;
    request.ntypes  = 2;
    request.nproj   = 3;
    request.proj    = xi.data();
    EXPECT_EQ(inm_hessian_translations(h, ACOUSTIC, request.is_free), INM_OK);
    EXPECT_EQ(inm_solve_modes(inm_solver_find("lapack"), h, &request, &modes), INM_OK);
    inm_hessian_strains(h, strain2, &dilation2);
    for (int p = 0; p < 3; p++)
        r.modulus[p] = strain2[3 * (p == 2) + ((p == 0) ? 1 : 2)], r.soft[p] = 0.0;
    for (size_t p = 0; p < modes.n; p++) {
        if (modes.cls[p] == INM_ZERO) continue;
        for (int v = 0; v < 3; v++) {
            const double part = modes.proj2[(size_t)v * modes.n + p] / modes.lambda[p];
            r.modulus[v] -= part;
            if (r.lambda.size() < nsoft) r.soft[v] += part;
        }
        if (r.lambda.size() < nsoft) r.lambda.push_back(modes.lambda[p]);
    }
    inm_modes_free(&modes);
    return r;
}

TEST(Constraints, are_the_limit_of_stiff_springs)
{
    const size_t nsoft = 10;
    const Molecules m  = two_diatomics_among_others();
    const Constrained c(m, all_on_first);
    ASSERT_EQ(c.status, INM_OK);
    const Response rigid = response_of(c.share.h, nsoft);
    ASSERT_EQ(rigid.lambda.size(), nsoft);
    Field error[3];
    const double stiffness[3] = {3e5, 3e6, 3e7};
    for (int s = 0; s < 3; s++) {
        const Molecules flexible = relaxed(m, stiffness[s]);
        const Hessian share(flexible.system(), all_on_first);
        const Response springs = response_of(share.h, nsoft);
        for (size_t p = 0; p < nsoft; p++)
            error[s].push_back(std::fabs(springs.lambda[p] / rigid.lambda[p] - 1.0));
        for (int v = 0; v < 3; v++) {
            error[s].push_back(std::fabs((springs.modulus[v] - rigid.modulus[v]) / rigid.soft[v]));
            error[s].push_back(std::fabs(springs.soft[v] / rigid.soft[v] - 1.0));
        }
    }
    for (size_t q = 0; q < error[0].size(); q++) {
        EXPECT_LT(error[0][q], 0.1) << q;
        EXPECT_NEAR(error[0][q] / error[1][q], 10.0, 1.0) << q;
        EXPECT_NEAR(error[1][q] / error[2][q], 10.0, 1.0) << q;
    }
}

// ---- kinetic energy -----------------------------------------------------------------------------

// A diatomic: the centre of mass moves like a free atom, the axis e on a sphere along geodesics
// with w = (N - e.N.e) e.  With S the symmetric part of its covariant derivative dw = P (N - e.N.e)
// P, and J the Jacobi field: Tr[2 g'^2 - g'']/2 = 4 Tr S^2 - |dw|^2 + Ric(w,w), Ric = |w|^2 on the
// unit sphere.
TEST(Constraints, kinetic_energy_of_a_diatomic_is_that_on_a_sphere)
{
    const double l = 0.7;
    inm_cluster c;
    memset(&c, 0, sizeof(c));
    c.natom      = 2;
    c.nbond      = 1;
    c.bond[0][1] = 1;
    c.tag[0] = 1, c.tag[1] = 2;
    c.mass[0] = 1.3, c.mass[1] = 2.9;
    const double e[3] = {0.48, -0.6, 0.64};
    for (int a = 0; a < 3; a++)
        c.x[0][a] = 3.0 + l * e[a], c.x[1][a] = 3.0;
    inm_cluster_frame f;
    ASSERT_EQ(inm_cluster_frame_set(&f, &c), INM_OK);

    const double strains[3][9] = {{0, 1, 0, 0, 0, 0, 0, 0, 0},
                                  {1, 0, 0, 0, 0, 0, 0, 0, 0},
                                  {0.3, -0.2, 0.7, 1.1, 0.4, 0.1, -0.6, 0.2, -0.9}};
    for (const double *n : strains) {
        double stretch = 0.0, w2 = 0.0, s2 = 0.0, dw2 = 0.0, trace = 0.0, w[3], dw[9] = {},
               com1 = 0.0, com2 = 0.0;
        for (int a = 0; a < 3; a++)
            for (int b = 0; b < 3; b++)
                stretch += e[a] * n[3 * a + b] * e[b];
        for (int a = 0; a < 3; a++) {
            w[a] = -stretch * e[a];
            for (int b = 0; b < 3; b++)
                w[a] += n[3 * a + b] * e[b];
            w2 += w[a] * w[a];
        }
        for (int a = 0; a < 3; a++)
            for (int b = 0; b < 3; b++)
                for (int p = 0; p < 3; p++)
                    for (int q = 0; q < 3; q++)
                        dw[3 * a + b] += ((a == p) - e[a] * e[p]) *
                                         (n[3 * p + q] - stretch * (p == q)) *
                                         ((q == b) - e[q] * e[b]);
        for (int a = 0; a < 3; a++) {
            trace += dw[4 * a];
            com1 += n[4 * a];
            for (int b = 0; b < 3; b++) {
                const double s  = 0.5 * (dw[3 * a + b] + dw[3 * b + a]),
                             sn = 0.5 * (n[3 * a + b] + n[3 * b + a]);
                s2 += s * s;
                dw2 += dw[3 * a + b] * dw[3 * a + b];
                com2 += 4.0 * sn * sn - n[3 * a + b] * n[3 * a + b];
            }
        }
        double first, second;
        inm_cluster_kinetic(&f, 3, n, &first, &second);
        EXPECT_NEAR(first, com1 + trace, 1e-13);
        EXPECT_NEAR(second, com2 + 4.0 * s2 - dw2 + w2, 1e-13);
    }
}

// Any cluster: g from differences of the curve r(gamma) = r + gamma w + gamma^2/2 b, found by its
// two properties, on the surface and with a normal second derivative.  A rigid body in a dilation
// only moves.
TEST(Constraints, kinetic_energy_of_a_rigid_triangle_in_a_dilation_is_that_of_its_centre)
{
    Molecules m;
    m.x                              = {0.1, 0.0, 0.3, 1.0, 0.2, 0.1, -0.2, 0.9, 0.0};
    m.mass                           = {16.0, 1.0, 2.0};
    m.molecule                       = {0, 0, 0};
    m.bonds                          = {{{0, 1}}, {{0, 2}}, {{1, 2}}};
    const std::vector<inm_cluster> c = m.clusters();
    inm_cluster_frame f;
    ASSERT_EQ(inm_cluster_frame_set(&f, &c[0]), INM_OK);
    const double dilation[9] = {1, 0, 0, 0, 1, 0, 0, 0, 1};
    double first, second;
    inm_cluster_kinetic(&f, 3, dilation, &first, &second);
    EXPECT_NEAR(first, 3.0, 1e-13);
    EXPECT_NEAR(second, 9.0, 1e-12);
}

// ---- solvers ------------------------------------------------------------------------------------

TEST(Constraints, moments_have_no_part_of_the_normal_directions)
{
    const Molecules m = mixture();
    Constrained c(m);
    ASSERT_EQ(c.status, INM_OK);
    const size_t n = 3 * m.natom(), nrow = inm_hessian_nrow(c.share.h);
    const Field lambda = symmetric_eigenvalues(c.matrix(m), n);
    const Field xi = c.share.affine_force(0, 1, m.natom()), y = c.times(xi);
    Field mine(3 * nrow + 1);
    inm_hessian_affine_force(c.share.h, 0, 1, mine.data());
    inm_request request;
    memset(&request, 0, sizeof(request));
    request.ntypes  = 2;
    request.nproj   = 1;
    request.proj    = mine.data();
    request.nrandom = 7;
    ASSERT_EQ(inm_hessian_translations(c.share.h, ACOUSTIC, request.is_free), INM_OK);
    inm_kpm *kpm = nullptr;
    ASSERT_EQ(inm_kpm_create(&kpm, c.share.h, &request), INM_OK);
    ASSERT_EQ(inm_kpm_advance(kpm, 40), INM_OK);
    EXPECT_EQ(inm_kpm_nzero(kpm), 3u + 9u);
    EXPECT_EQ(inm_kpm_nmode(kpm), n - 12u);
    // a random start vector has a component of about 1 along each mode that is left
    double mean = 0.0;
    for (int v = 1; v < 8; v++) {
        mean += inm_kpm_moments(kpm, v)[0] / 7.0;
        EXPECT_LT(inm_kpm_moments(kpm, v)[0], (double)n);
    }
    EXPECT_NEAR(mean, (double)(n - 12), 5.0);
    double square = 0.0;
    for (size_t k = 0; k < n; k++)
        square += xi[k] * xi[k] / m.mass[k / 3];
    EXPECT_NEAR(inm_kpm_moments(kpm, 0)[0], square, 1e-10 * square);
    EXPECT_LE(inm_kpm_lowest(kpm), lambda.front());
    EXPECT_GE(inm_kpm_highest(kpm), lambda.back());
    inm_kpm_destroy(&kpm);
}

TEST(Constraints, atoms_of_a_molecule_without_neighbors_are_one_part)
{
    Molecules m   = two_diatomics();
    m.interacting = false;
    const Constrained c(m);
    ASSERT_EQ(c.status, INM_OK);
    const int none[3] = {0, 0, 0};
    inm_translations t;
    ASSERT_EQ(inm_translations_find(c.share.h, none, &t), INM_OK);
    EXPECT_EQ(t.count, 3u + 3u + 2u);
    inm_translations_free(&t);
}

// ---- bad input ----------------------------------------------------------------------------------

TEST(Constraints, that_depend_on_each_other_are_refused)
{
    Molecules m;
    m.x        = {0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 2.0, 0.0, 0.0};
    m.mass     = {1.0, 1.0, 1.0};
    m.molecule = {0, 0, 0};
    m.bonds    = {{{0, 1}}, {{0, 2}}, {{1, 2}}};
    const Constrained in_line(m);
    EXPECT_EQ(in_line.status, INM_ERR_ARG);
    EXPECT_EQ(inm_hessian_nrow(in_line.share.h), 0u);
}

TEST(Constraints, of_an_atom_in_two_clusters_or_of_none_are_refused)
{
    const Molecules m                = two_diatomics();
    std::vector<inm_cluster> cluster = m.clusters();
    const Field f(3 * m.natom(), 0.0);
    for (int64_t wrong : {(int64_t)1, (int64_t)99}) {
        std::vector<inm_cluster> bad = cluster;
        bad[1].tag[1]                = wrong;
        Hessian share(m.system(), all_on_first);
        const inm_status status = inm_hessian_constrain(
            share.h, share.atoms.empty() ? 0 : bad.size(), bad.data(), f.data());
        EXPECT_EQ(status, wrong == 1 ? INM_ERR_ARG : INM_ERR_TAG);
    }
}
} // namespace
