// Zero modes: counts that are known from the construction of the matrix, for every solver,
// precision and set of eigenvectors.

#include "hessian/inm_parts.h"
#include "hessian/inm_ritz.h"
#include "hessian/inm_translations.h"
#include "inm_entropy.h"
#include "model_systems.h"
#include "solvers/inm_lowest.h"

namespace {

// ---- systems with a known number of zero modes --------------------------------------------------

// Adds a cluster in which springs without tension join all pairs: D is positive semidefinite, and
// its null space has the translations and rotations of the cluster, 6 for three atoms or more that
// are not on a line.
void add_rigid_cluster(System &s, size_t count, unsigned seed)
{
    const size_t first          = s.natom();
    const std::vector<double> x = random_numbers(3 * count, 0.0, 3.0, seed),
                              m = random_numbers(count, 0.5, 4.0, seed + 1),
                              k = random_numbers(count * count, 0.5, 3.0, seed + 2);
    for (size_t i = 0; i < count; i++)
        s.add_atom(m[i], 1 + (int)(i % 2));
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < i; j++) {
            const Vec3 dr = {
                {x[3 * i] - x[3 * j], x[3 * i + 1] - x[3 * j + 1], x[3 * i + 2] - x[3 * j + 2]}};
            s.pair(first + i, first + j, dr, 0.0, k[i * count + j]);
        }
}

struct Case {
    const char *name;
    System s;
    size_t nzero, nunstable;
};

// A spectrum with modes on both sides of 1e-9 of the largest, 100: half of that is zero, twice is
// not.
std::vector<double> spectrum_around_zero(size_t n)
{
    std::vector<double> lambda = {-30.0, -20.0, -7.0, -2e-3, -2e-7, -5e-8, -3e-12, 0.0,
                                  0.0,   4e-11, 5e-8, 2e-7,  3e-3,  1e-2,  100.0};
    for (double l : random_numbers(n - lambda.size(), 1.0, 99.0, 7))
        lambda.push_back(l);
    std::sort(lambda.begin(), lambda.end());
    return lambda;
}

System with_known_spectrum(std::vector<double> lambda, size_t natom, unsigned seed)
{
    return with_spectrum(lambda, random_orthogonal(3 * natom, seed),
                         random_numbers(natom, 0.5, 4.0, seed + 1));
}

// more than 256 modes, above which single precision is single, unless nearly all are zero modes
std::vector<Case> cases()
{
    System rigid, two, rattlers, gas, dimers;
    add_rigid_cluster(rigid, 100, 1);
    add_rigid_cluster(two, 60, 4);
    add_rigid_cluster(two, 50, 7);
    for (size_t i = 0; i < 3; i++)
        rattlers.add_atom(1.0 + (double)i);
    add_rigid_cluster(rattlers, 90, 10);
    for (size_t i = 0; i < 4; i++)
        rattlers.add_atom(2.0);
    for (size_t i = 0; i < 50; i++)
        gas.add_atom(1.0 + (double)(i % 3));
    add_rigid_cluster(dimers, 80, 13);
    for (unsigned k = 0; k < 6; k++)
        add_rigid_cluster(dimers, 2, 20 + k); // a dimer has one stiff mode
    // a chain without tension is stiff along itself alone
    return {
        {"rigid cluster", rigid, 6, 0},
        {"two rigid clusters", two, 12, 0},
        {"cluster and rattlers", rattlers, 6 + 3 * 7, 0},
        {"cluster and dimers", dimers, 6 + 5 * 6, 0},
        {"chain", chain(50, FREE, 2.0, 0.0), 1 + 2 * 50, 0},
        {"unstable chain", chain(20, FREE, -2.0, 0.0), 1 + 2 * 20, 19},
        {"gas", gas, 150, 0},
        {"spectrum around zero", with_known_spectrum(spectrum_around_zero(300), 100, 30), 6, 5}};
}

struct Way {
    const char *solver;
    inm_precision precision;
};

std::vector<Way> ways()
{
    std::vector<Way> all = {
        {"lapack", INM_DOUBLE}, {"twostage", INM_DOUBLE}, {"twostage", INM_SINGLE_PRECISION}, {"twostage", INM_REFINED}};
    for (const char *name : {"scalapack", "elpa"})
        if (inm_solver_find(name)) all.push_back({name, INM_DOUBLE});
    return all;
}

Options options_of(const Way &way, inm_vectors vectors)
{
    Options options(vectors);
    options.solver    = way.solver;
    options.precision = way.precision;
    options.edge      = {INM_EDGE_FREQUENCY, 0.5};
    if (way.precision == INM_REFINED && vectors != INM_VECTORS_UNSTABLE) options.precision = INM_DOUBLE;
    return options;
}

// Where soft modes are too many for single precision, refined or not, double takes over, as in the styles.
bool needs_double(const System &s, const Options &options)
{
    return options.precision != INM_DOUBLE && Solution(s, options).status == INM_ERR_PRECISION;
}

const inm_vectors every[] = {INM_VECTORS_ALL, INM_VECTORS_UNSTABLE, INM_VECTORS_NONE};

// ---- dense solvers ------------------------------------------------------------------------------

void expect_counts(const Case &c, const inm_modes &m)
{
    size_t nzero = 0, nunstable = 0;
    for (size_t p = 0; p < m.n; p++) {
        if (p > 0) EXPECT_LE(m.lambda[p - 1], m.lambda[p]);
        if (m.cls[p] == INM_ZERO) {
            nzero++;
            EXPECT_EQ(m.lambda[p], 0.0);
        } else {
            EXPECT_NE(m.lambda[p], 0.0);
            EXPECT_EQ(m.cls[p] == INM_STABLE, m.lambda[p] > 0.0);
            nunstable += (m.lambda[p] < 0.0);
        }
    }
    EXPECT_EQ(nzero, c.nzero);
    EXPECT_EQ(m.nzero, c.nzero);
    EXPECT_EQ(nunstable, c.nunstable);
}

TEST(ZeroModes, have_the_same_counts_with_every_solver)
{
    for (const Case &c : cases())
        for (const Way &way : ways())
            for (inm_vectors vectors : every) {
                SCOPED_TRACE(std::string(c.name) + ", " + way.solver +
                             (way.precision == INM_DOUBLE ? "" : way.precision == INM_REFINED ? " refined" : " single") + ", vectors " +
                             std::to_string((int)vectors));
                Options options = options_of(way, vectors);
                if (needs_double(c.s, options)) options.precision = INM_DOUBLE;
                const Solution solution(c.s, options);
                ASSERT_EQ(solution.status, INM_OK);
                expect_counts(c, solution.m);
                EXPECT_TRUE(same_on_all_ranks((int)solution.m.nzero));
            }
}

// Single precision is not left where zero modes are few.  The vectors of modes of 2e-9 of the
// largest lambda are out of its reach, but not the eigenvalues.
TEST(ZeroModes, are_found_in_single_precision)
{
    for (const Case &c : cases())
        for (inm_vectors vectors : every) {
            if (c.nzero >= 20 || (c.nunstable > 0 && vectors != INM_VECTORS_NONE)) continue;
            const Solution solution(c.s, options_of({"twostage", INM_SINGLE_PRECISION}, vectors));
            ASSERT_EQ(solution.status, INM_OK) << c.name << ", vectors " << vectors;
            EXPECT_EQ(solution.m.single, 1) << c.name << ", vectors " << vectors;
            expect_counts(c, solution.m);
        }
}

TEST(ZeroModes, leave_the_share_of_stable_modes_complete)
{
    for (const Case &c : cases())
        for (const Way &way : ways()) {
            SCOPED_TRACE(std::string(c.name) + ", " + way.solver);
            const Solution all(c.s, options_of({"lapack", INM_DOUBLE}, INM_VECTORS_ALL));
            Options options = options_of(way, INM_VECTORS_UNSTABLE);
            if (needs_double(c.s, options)) options.precision = INM_DOUBLE;
            const Solution unstable(c.s, options);
            ASSERT_EQ(all.status, INM_OK);
            ASSERT_EQ(unstable.status, INM_OK);
            const double tolerance = (way.precision == INM_SINGLE_PRECISION) ? 1e-4 : 1e-9;
            for (size_t i = 0; i < c.s.natom(); i++) {
                ASSERT_EQ(std::isnan(all.intensity(i, 2)), std::isnan(unstable.intensity(i, 2)));
                if (!std::isnan(all.intensity(i, 2)))
                    EXPECT_NEAR(unstable.intensity(i, 2), all.intensity(i, 2), tolerance) << i;
            }
        }
}

TEST(ZeroModes, leave_the_share_of_stable_modes_unknown_without_vectors)
{
    System s;
    add_rigid_cluster(s, 10, 40);
    const Solution solution(s, Options(INM_VECTORS_NONE));
    ASSERT_EQ(solution.status, INM_OK);
    EXPECT_EQ(solution.m.nzero, 6u);
    for (size_t i = 0; i < s.natom(); i++)
        EXPECT_TRUE(std::isnan(solution.intensity(i, 2)));
}

TEST(ZeroModes, of_molecules_are_translations_and_rotations)
{
    for (const Way &way : ways()) {
        System atom, dimer, triangle, flat;
        atom.add_atom(2.0);
        add_rigid_cluster(dimer, 2, 50);
        add_rigid_cluster(triangle, 3, 51);
        EXPECT_EQ(Solution(atom, options_of(way, INM_VECTORS_ALL)).m.nzero, 3u);
        EXPECT_EQ(Solution(dimer, options_of(way, INM_VECTORS_ALL)).m.nzero, 5u);
        EXPECT_EQ(Solution(triangle, options_of(way, INM_VECTORS_ALL)).m.nzero, 6u);
        flat.dim = 2;
        for (int i = 0; i < 3; i++)
            flat.add_atom();
        flat.pair(0, 1, Vec3{{1.0, 0.2, 0.0}}, 0.0, 1.0);
        flat.pair(1, 2, Vec3{{0.1, -0.9, 0.0}}, 0.0, 2.0);
        flat.pair(0, 2, Vec3{{1.1, -0.7, 0.0}}, 0.0, 3.0);
        EXPECT_EQ(Solution(flat, options_of(way, INM_VECTORS_NONE)).m.nzero, 3u);
    }
}

// the entropy of the other modes, from the eigenvalues that went into the matrix
TEST(ZeroModes, have_no_entropy)
{
    const size_t natom = 100;
    std::vector<double> lambda(5, 0.0);
    for (double l : random_numbers(3 * natom - 5, 1.0, 100.0, 60))
        lambda.push_back(l);
    double classical = 0.0;
    for (size_t p = 5; p < lambda.size(); p++)
        classical += (1.0 - std::log(std::sqrt(lambda[p]) / 2.5)) / (double)natom;
    const System s = with_known_spectrum(lambda, natom, 61);
    for (const Way &way : ways()) {
        const Spectrum spectrum(s, options_of(way, INM_VECTORS_NONE));
        inm_entropy entropy;
        ASSERT_EQ(spectrum.status, INM_OK);
        EXPECT_EQ(inm_harmonic_entropy(spectrum.s, 2.5, &entropy), INM_OK);
        EXPECT_EQ(spectrum.about().nzero, 5u);
        EXPECT_NEAR(entropy.classical, classical, way.precision == INM_SINGLE_PRECISION ? 1e-4 : 1e-11)
            << way.solver;
    }
}

TEST(ZeroModes, alone_leave_fractions_undefined)
{
    System gas;
    for (int i = 0; i < 7; i++)
        gas.add_atom();
    std::vector<Way> all = ways();
    all.push_back({"kpm", INM_DOUBLE});
    for (const Way &way : all) {
        Options options  = options_of(way, INM_VECTORS_NONE);
        options.products = 20;
        const Spectrum spectrum(gas, options);
        ASSERT_EQ(spectrum.status, INM_OK) << way.solver;
        EXPECT_EQ(spectrum.about().nmode, 0u) << way.solver;
        EXPECT_EQ(spectrum.about().nzero, 21u) << way.solver;
        EXPECT_TRUE(std::isnan(spectrum.fractions(options.edge).unstable)) << way.solver;
        EXPECT_TRUE(std::isnan(spectrum.fractions(options.edge).stable)) << way.solver;
        EXPECT_TRUE(std::isnan(spectrum.slope())) << way.solver;
        const auto dos = spectrum.dos(spectrum.range(4));
        for (const DosRow &row : dos)
            EXPECT_TRUE(std::isnan(row.g)) << way.solver;
        inm_entropy entropy;
        EXPECT_EQ(inm_harmonic_entropy(spectrum.s, 1.0, &entropy), INM_OK);
        EXPECT_TRUE(std::isnan(entropy.classical)) << way.solver;
    }
}

// ---- refinement of single precision -------------------------------------------------------------

// Four modes, three of them around the bound of zero modes, with errors of their vectors by the
// others.
struct Refined {
    enum { NATOM = 30, N = 3 * NATOM, COUNT = 4 };
    std::vector<double> lambda, theta = std::vector<double>(COUNT);
    inm_status status;

    Refined(const std::vector<double> &soft, double perturbation) : lambda(soft)
    {
        for (double l : random_numbers(N - COUNT, 10.0, 100.0, 110))
            lambda.push_back(l);
        for (size_t p = COUNT; p < N; p += 3)
            lambda[p] = -lambda[p];
        const Field q = random_orthogonal(N, 111), d = matrix(q);
        const std::vector<double> error =
            random_numbers(COUNT * N, -perturbation, perturbation, 112);
        Field vec(COUNT * N), image(COUNT * N);
        for (size_t p = 0; p < COUNT; p++) // rotated within the span, too
            for (size_t r = 0; r < N; r++)
                vec[p * N + r] = 0.6 * q[p * N + r] + (p % 2 ? -0.8 : 0.8) * q[(p ^ 1) * N + r] +
                                 error[p * N + r];
        inm_residual *matrix = nullptr;
        EXPECT_EQ(inm_residual_create(&matrix, NATOM, 3), INM_OK);
        for (size_t i = 0; i < NATOM; i++)
            for (size_t j = 0; j <= i; j++) {
                double k[9];
                for (size_t a = 0; a < 9; a++)
                    k[a] = d[(3 * i + a / 3) * N + 3 * j + a % 3];
                EXPECT_EQ(inm_residual_add(matrix, i, j, k), INM_OK);
            }
        inm_ritz ritz = {matrix, N,   COUNT, vec.data(), image.data(), theta.data(), 0.1,
                         1e-7,   9.9, 101.0, 1};
        status        = inm_ritz_refine(&ritz);
        inm_residual_destroy(&matrix);
    }
    Field matrix(const Field &q) const
    {
        Field d(N * N, 0.0);
        for (size_t p = 0; p < N; p++)
            for (size_t r = 0; r < N; r++)
                for (size_t c = 0; c < N; c++)
                    d[r * N + c] += lambda[p] * q[p * N + r] * q[p * N + c];
        return d;
    }
};

TEST(Refined, eigenvalues_are_on_the_right_side_of_the_bound)
{
    // 1e-3 of other modes adds up to 90 * 1e-6 * 50, beyond any of the soft modes
    for (double perturbation : {0.0, 1e-6, 1e-4, 1e-3}) {
        const Refined found({-2e-7, 0.0, 5e-8, 5.0}, perturbation);
        ASSERT_EQ(found.status, INM_OK) << perturbation;
        EXPECT_NEAR(found.theta[0], -2e-7, 5e-8) << perturbation;
        EXPECT_NEAR(found.theta[1], 0.0, 2e-8) << perturbation;
        EXPECT_NEAR(found.theta[2], 5e-8, 4e-8) << perturbation;
        EXPECT_NEAR(found.theta[3], 5.0, 1e-3) << perturbation;
    }
}

TEST(Refined, eigenvalues_at_the_bound_or_of_wrong_vectors_are_left_to_double)
{
    EXPECT_EQ(Refined({-1e-7, 0.0, 5e-8, 5.0}, 1e-3).status, INM_ERR_ACCURACY);
    EXPECT_EQ(Refined({-2e-7, 0.0, 5e-8, 5.0}, 0.3).status, INM_ERR_ACCURACY);
}

// ---- separate parts -----------------------------------------------------------------------------

// three parts, whose tags alternate, and an atom alone
System parts(bool held)
{
    System s = chain(9, FREE, 2.0, 1.0); // atoms 0 to 8
    for (size_t i = 0; i < 6; i++)
        s.add_atom(1.5, 2);
    s.pair(9, 11, Vec3{{1, 0.3, 0.2}}, 0.3, -2.0); // 9, 11, 13
    s.pair(11, 13, Vec3{{0.4, 1, 0.1}}, -0.2, 3.0);
    s.pair(10, 14, Vec3{{0, 0.5, 1}}, 0.6, 4.0); // 10, 14
    s.pair(12, 13, Vec3{{1, 0, 0}}, 0.0, 0.0);   // 12 is alone: a block that is zero joins nothing
    if (held) s.onsite(13, diagonal_matrix(0.0, 2.0, 0.0));
    return s;
}

std::vector<size_t> parts_of(const System &s, const Owner &owner, bool reversed, size_t *npart)
{
    const Hessian share(s, owner, reversed);
    inm_parts p;
    EXPECT_EQ(inm_parts_find(share.h, &p), INM_OK);
    std::vector<double> part(s.natom(), 0.0), all(s.natom());
    for (size_t row = 0; row < share.atoms.size(); row++)
        part[share.atoms[row]] = (double)p.part[row];
    MPI_Allreduce(part.data(), all.data(), (int)s.natom(), MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
    *npart = p.npart;
    inm_parts_free(&p);
    return std::vector<size_t>(all.begin(), all.end());
}

TEST(Parts, are_those_that_blocks_join_on_any_ranks)
{
    System s                         = parts(false);
    const std::vector<size_t> wanted = {0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 1, 3, 1, 2};
    for (const Owner &owner :
         {Owner(scattered), Owner(all_on_first), Owner(all_on_last), Owner(in_pairs)})
        for (bool reversed : {false, true}) {
            size_t npart = 0;
            EXPECT_EQ(parts_of(s, owner, reversed, &npart), wanted);
            EXPECT_EQ(npart, 3u);
        }
}

TEST(Parts, are_one_for_a_long_chain_across_ranks)
{
    size_t npart   = 0;
    const System s = chain(200, FREE, 2.0, 1.0);
    for (size_t part : parts_of(s, scattered, false, &npart))
        EXPECT_EQ(part, 0u);
    EXPECT_EQ(npart, 1u);
    for (size_t part : parts_of(System(), scattered, false, &npart))
        EXPECT_EQ(part, 0u);
    EXPECT_EQ(npart, 0u);
}

TEST(Parts, translate_freely_where_nothing_holds_them)
{
    const int none[3] = {0, 0, 0}, x[3] = {1, 0, 0};
    for (bool held : {false, true}) {
        const Hessian share(parts(held));
        inm_translations t;
        ASSERT_EQ(inm_translations_find(share.h, none, &t), INM_OK);
        EXPECT_EQ(t.count, held ? 11u : 12u);
        inm_translations_free(&t);
        ASSERT_EQ(inm_translations_find(share.h, x, &t), INM_OK);
        EXPECT_EQ(t.count, held ? 11u : 12u);
        inm_translations_free(&t);
    }
}

// ---- moments ------------------------------------------------------------------------------------

// Systems whose zero modes are translations of parts, against the modes of lapack.
void expect_moments_of_modes(const System &s, size_t nzero)
{
    const Field proj = random_numbers(2 * 3 * s.natom(), -1.0, 1.0, 70);
    Options options;
    options.proj = proj;
    const Solution modes(s, options);
    ASSERT_EQ(modes.status, INM_OK);
    EXPECT_EQ(modes.m.nzero, nzero);
    for (const Owner &owner : {Owner(scattered), Owner(in_pairs)}) {
        const Kpm kpm(s, proj, 2, 40, owner);
        ASSERT_EQ(kpm.status, INM_OK);
        EXPECT_EQ(inm_kpm_nzero(kpm.k), nzero);
        EXPECT_EQ(inm_kpm_nmode(kpm.k), s.n() - nzero);
        const double lo = inm_kpm_lowest(kpm.k), hi = inm_kpm_highest(kpm.k);
        for (int v = 0; v < 2; v++)
            for (size_t k = 0; k < 79; k++) {
                double wanted = 0.0;
                for (size_t p = 0; p < s.n(); p++) {
                    const double at = (2.0 * modes.m.lambda[p] - hi - lo) / (hi - lo);
                    if (modes.m.cls[p] != INM_ZERO)
                        wanted += modes.proj2(v, p) * std::cos((double)k * std::acos(at));
                }
                EXPECT_NEAR(inm_kpm_moments(kpm.k, v)[k], wanted,
                            1e-10 * inm_kpm_moments(kpm.k, v)[0])
                    << "vector " << v << " moment " << k;
            }
    }
}

System joined(const System &a, const System &b)
{
    System both        = a;
    const size_t first = a.natom();
    for (size_t i = 0; i < b.natom(); i++)
        both.add_atom(b.mass[i], b.type[i]);
    for (Term t : b.terms) {
        t.row += first;
        if (t.col > 0) t.col = both.tag[first + b.index_of(t.col)];
        both.terms.push_back(t);
    }
    return both;
}

TEST(Moments, have_no_part_of_the_translations_of_separate_parts)
{
    const System one = random_cluster(12, 71), other = random_cluster(9, 75);
    System two = joined(one, other);
    expect_moments_of_modes(two, 6);
    two.add_atom(3.0);
    two.add_atom(0.5);
    expect_moments_of_modes(two, 12);
    two.onsite(3, diagonal_matrix(0.0, 2.0, 0.0)); // holds the first part in y
    expect_moments_of_modes(two, 11);
}

TEST(Moments, of_atoms_in_a_field_have_their_part)
{
    System s = random_cluster(12, 81);
    s.add_atom(2.0);
    s.onsite(12, diagonal_matrix(3.0, -2.0, 0.0));
    expect_moments_of_modes(s, 4);
}

// ---- lowest modes -------------------------------------------------------------------------------

TEST(Lowest, modes_have_rotations_as_zero_modes)
{
    System s;
    add_rigid_cluster(s, 60, 90);
    const Solution wanted(s, Options(INM_VECTORS_NONE));
    Options options(INM_VECTORS_LOWEST);
    options.solver  = "lowest";
    options.nlowest = 8;
    const Spectrum found(s, options);
    ASSERT_EQ(found.status, INM_OK);
    EXPECT_EQ(found.about().nzero, 3u);
    EXPECT_EQ(found.about().nmode, 5u);
    for (size_t p = 0; p < 8; p++) {
        EXPECT_EQ(found.modes().cls[p], p < 3 ? INM_ZERO : INM_STABLE) << p;
        EXPECT_NEAR(found.modes().lambda[p], wanted.m.lambda[p + 3],
                    1e-9 * wanted.m.lambda[s.n() - 1])
            << p;
        if (p < 3) EXPECT_EQ(found.modes().lambda[p], 0.0);
    }
}

TEST(Lowest, modes_leave_out_the_translations_of_separate_parts)
{
    System s = joined(chain(40, FREE, 3.0, 1.0), chain(31, FREE, 2.5, 0.8));
    s.add_atom();
    const Solution wanted(s, Options(INM_VECTORS_NONE));
    Options options(INM_VECTORS_LOWEST);
    options.solver  = "lowest";
    options.nlowest = 6;
    const Spectrum found(s, options);
    ASSERT_EQ(found.status, INM_OK);
    EXPECT_EQ(found.about().nzero, 0u);
    EXPECT_EQ(wanted.m.nzero, 9u);
    for (size_t p = 0; p < 6; p++)
        EXPECT_NEAR(found.modes().lambda[p], wanted.m.lambda[p + 9], 1e-9) << p;
}

} // namespace
