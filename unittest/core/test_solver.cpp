// From a Hessian to its mode table with a dense solver: closed forms, prescribed spectra, and
// properties of the outputs.

#include "comm/inm_stream.h"
#include "model_systems.h"

#include <string>

namespace {

std::vector<double> sorted(std::vector<double> x)
{
    std::sort(x.begin(), x.end());
    return x;
}

void expect_lambda(const Solution &solution, const std::vector<double> &expected, double tolerance)
{
    ASSERT_EQ(solution.status, INM_OK);
    ASSERT_EQ(solution.m.n, expected.size());
    const std::vector<double> lambda = sorted(expected);
    for (size_t p = 0; p < lambda.size(); p++)
        EXPECT_NEAR(solution.m.lambda[p], lambda[p], tolerance) << "mode " << p;
}

// invariants of every table: order, zero modes, classes
void expect_order(const Solution &solution)
{
    const inm_modes &m = solution.m;
    size_t nzero       = 0;
    for (size_t p = 0; p < m.n; p++) {
        if (p > 0) {
            EXPECT_LE(m.lambda[p - 1], m.lambda[p]);
        }
        if (m.cls[p] == INM_ZERO) {
            nzero++;
            EXPECT_EQ(m.lambda[p], 0.0);
        } else {
            EXPECT_EQ(m.cls[p] == INM_STABLE, m.lambda[p] >= 0.0);
        }
    }
    EXPECT_EQ(nzero, m.nzero);
}

// ---- closed forms -------------------------------------------------------------------------------

TEST(TwoAtoms, squared_frequencies_are_the_stiffness_over_the_reduced_mass)
{
    const double m1 = 1.5, m2 = 40.0, stiff = 17.0, soft = -2.0, rate = 1.0 / m1 + 1.0 / m2;
    const System s = two_atoms(m1, m2, stiff, soft, Vec3{{0.3, -1.2, 0.8}});
    Solution solution(s);
    expect_lambda(solution, {soft * rate, soft * rate, 0, 0, 0, stiff * rate},
                  lambda_tolerance(s.matrix(), 6));
    expect_order(solution);
    EXPECT_EQ(solution.m.nzero, 3u);
}

void expect_chain(size_t natom, Ends ends, double mass)
{
    const double stiff = 5.0, soft = -0.8;
    const System s = chain(natom, ends, stiff, soft, mass);
    std::vector<double> lambda;
    for (double k : {stiff, soft, soft})
        for (double l : chain_lambda(natom, ends, k, mass)) lambda.push_back(l);
    Solution solution(s);
    expect_lambda(solution, lambda, lambda_tolerance(s.matrix(), s.n()));
    expect_order(solution);
    EXPECT_EQ(solution.m.nzero, ends == FIXED ? 0u : 3u);
}

TEST(Chain, with_free_ends_matches_closed_form)
{
    for (size_t natom : {2, 3, 10, 41}) expect_chain(natom, FREE, 2.0);
}

TEST(Chain, with_fixed_ends_matches_closed_form)
{
    for (size_t natom : {1, 2, 3, 10, 41}) expect_chain(natom, FIXED, 0.5);
}

TEST(Chain, periodic_matches_closed_form_down_to_one_atom_and_its_images)
{
    for (size_t natom : {1, 2, 3, 10, 41}) expect_chain(natom, PERIODIC, 3.0);
}

TEST(Chain, of_two_masses_has_the_acoustic_and_the_optical_branch)
{
    // lambda = k s +- k sqrt(s^2 - 4 sin^2(q/2)/(m1 m2)), s = 1/m1 + 1/m2, q = 2 pi p / cells
    const size_t cells = 6;
    const double k = 3.0, m1 = 1.0, m2 = 2.6, sum = 1.0 / m1 + 1.0 / m2;
    System s = chain(2 * cells, PERIODIC, k, k);
    for (size_t i = 0; i < 2 * cells; i++) s.mass[i] = (i % 2) ? m2 : m1;
    std::vector<double> lambda;
    for (size_t p = 0; p < cells; p++) {
        const double sine = std::sin(M_PI * (double) p / (double) cells);
        const double root = std::sqrt(sum * sum - 4.0 * sine * sine / (m1 * m2));
        for (int direction = 0; direction < 3; direction++) {
            lambda.push_back(k * (sum + root));
            lambda.push_back(k * (sum - root));
        }
    }
    expect_lambda(Solution(s), lambda, lambda_tolerance(s.matrix(), s.n()));
}

// ---- a spectrum that is put in ------------------------------------------------------------------

// Known modes: lambda -4, -3, .. with gaps of at least 1, several masses, two types.
struct Known {
    std::vector<double> lambda, mass;
    Field q; // [mode][n]
    System s;
    double vectors; // tolerance of an eigenvector

    explicit Known(size_t natom, size_t nunstable, int dim = 3, unsigned seed = 1)
    {
        const size_t n = (size_t) dim * natom;
        for (size_t p = 0; p < n; p++) lambda.push_back((double) p - (double) nunstable + 0.5);
        mass    = random_numbers(natom, 0.5, 5.0, seed);
        q       = random_orthogonal(n, seed + 1);
        s       = with_spectrum(lambda, q, mass, dim);
        vectors = vector_tolerance(s.matrix(), n, 1.0);
    }
    size_t dim() const { return (size_t) s.dim; }
    double intensity(size_t p, size_t i) const
    {
        double sum = 0.0;
        for (size_t a = 0; a < dim(); a++) sum += std::pow(q[p * s.n() + dim() * i + a], 2);
        return sum;
    }
    double participation(size_t p) const
    {
        double sum = 0.0;
        for (size_t i = 0; i < s.natom(); i++) sum += std::pow(intensity(p, i), 2);
        return 1.0 / ((double) s.natom() * sum);
    }
    // (e_p . b/sqrt(m))^2 for vector v of a field
    double projection(size_t p, const Field &b, size_t v) const
    {
        double sum = 0.0;
        for (size_t i = 0; i < s.natom(); i++)
            for (size_t a = 0; a < dim(); a++)
                sum += q[p * s.n() + dim() * i + a] * b[3 * (v * s.natom() + i) + a] /
                    std::sqrt(mass[i]);
        return sum * sum;
    }
    double weight(size_t p, int type) const
    {
        double sum = 0.0;
        for (size_t i = 0; i < s.natom(); i++)
            if (s.type[i] == type) sum += intensity(p, i) / mass[i];
        return sum;
    }
};

TEST(KnownSpectrum, is_found)
{
    for (size_t nunstable : {0, 5, 24}) {
        const Known known(8, nunstable);
        Solution solution(known.s);
        expect_lambda(solution, known.lambda, lambda_tolerance(known.s.matrix(), known.s.n()));
        expect_order(solution);
        EXPECT_EQ(solution.m.nzero, 0u);
    }
}

TEST(KnownSpectrum, participation_ratios_projections_and_weights_are_those_of_its_vectors)
{
    const Known known(8, 7);
    const size_t natom = known.s.natom();
    Options options;
    options.proj = random_numbers(2 * 3 * natom, -2.0, 2.0, 5);
    Solution solution(known.s, options);
    ASSERT_EQ(solution.status, INM_OK);
    ASSERT_EQ(solution.m.nproj, 2);
    ASSERT_EQ(solution.m.ntypes, 2);

    // squares of components change by twice the error of the vector; |b|^2/m is at most 2 |b|^2
    const double square = squared_norm(options.proj) / 0.5;
    for (size_t p = 0; p < solution.m.n; p++) {
        EXPECT_NEAR(solution.m.pr[p], known.participation(p), 4.0 * known.vectors);
        for (int v = 0; v < 2; v++)
            EXPECT_NEAR(solution.proj2(v, p), known.projection(p, options.proj, (size_t) v),
                        2.0 * known.vectors * square);
        for (int t = 1; t <= 2; t++)
            EXPECT_NEAR(solution.weight(t, p), known.weight(p, t), 2.0 * known.vectors / 0.5);
    }
}

TEST(KnownSpectrum, in_two_dimensions_z_is_left_out)
{
    const Known known(9, 6, 2);
    Options options;
    options.proj = random_numbers(3 * 9, -2.0, 2.0, 5); // with z components, to be ignored
    options.keep = INM_KEEP_INDEX;
    options.keep_value = 3;
    Solution solution(known.s, options);
    expect_lambda(solution, known.lambda, lambda_tolerance(known.s.matrix(), 18));
    EXPECT_EQ(solution.m.dim, 2);
    for (size_t p = 0; p < 18; p++) {
        EXPECT_NEAR(solution.m.pr[p], known.participation(p), 4.0 * known.vectors);
        EXPECT_NEAR(solution.proj2(0, p), known.projection(p, options.proj, 0),
                    2.0 * known.vectors * squared_norm(options.proj) / 0.5);
    }
    for (size_t i = 0; i < 9; i++) EXPECT_EQ(solution.m.eigenvector[3 * i + 2], 0.0);
}

TEST(KnownSpectrum, in_two_dimensions_blocks_may_have_z_components)
{
    // a flat layer with forces along z: only x and y count
    System flat = random_cluster(5, 3, 2), bent = flat;
    for (size_t i = 0; i < 5; i++) bent.onsite(i, Mat3{{0, 0, 3.0, 0, 0, -2.0, 3.0, -2.0, 9.0}});
    Solution a(flat), b(bent);
    ASSERT_EQ(a.status, INM_OK);
    ASSERT_EQ(b.status, INM_OK);
    EXPECT_EQ(b.m.nzero, 2u);
    for (size_t p = 0; p < a.m.n; p++)
        EXPECT_NEAR(a.m.lambda[p], b.m.lambda[p], lambda_tolerance(flat.matrix(), flat.n()));
}

// ---- scaling ------------------------------------------------------------------------------------

TEST(Scaling, masses_times_4_give_lambda_over_4)
{
    System s = random_cluster(6, 17);
    Solution light(s);
    for (double &m : s.mass) m *= 4.0;
    Solution heavy(s);
    ASSERT_EQ(light.status, INM_OK);
    ASSERT_EQ(heavy.status, INM_OK);
    const double tolerance = lambda_tolerance(s.matrix(), s.n());
    for (size_t p = 0; p < s.n(); p++) {
        EXPECT_NEAR(heavy.m.lambda[p], 0.25 * light.m.lambda[p], tolerance);
        EXPECT_NEAR(inm_frequency(heavy.m.lambda[p]), 0.5 * inm_frequency(light.m.lambda[p]),
                    std::sqrt(tolerance));
    }
}

TEST(Scaling, the_factor_given_to_create_multiplies_lambda)
{
    System s = random_cluster(6, 17);
    Solution one(s);
    s.scale = 9648.5;
    Solution scaled(s);
    ASSERT_EQ(scaled.status, INM_OK);
    for (size_t p = 0; p < s.n(); p++)
        EXPECT_NEAR(scaled.m.lambda[p], s.scale * one.m.lambda[p],
                    lambda_tolerance(s.matrix(), s.n()));
}

// sums of lambda and lambda^2: the trace of D and the sum of its squared elements
void expect_moments(const Solution &solution, const Field &d)
{
    const size_t n = solution.m.n;
    double trace = 0.0, squares = 0.0, sum = 0.0, sum_squares = 0.0;
    ASSERT_EQ(d.size(), n * n);
    for (size_t r = 0; r < n; r++) trace += d[r * n + r];
    for (double x : d) squares += x * x;
    for (size_t p = 0; p < n; p++) {
        sum += solution.m.lambda[p];
        sum_squares += std::pow(solution.m.lambda[p], 2);
    }
    const double tolerance = lambda_tolerance(d, n) * (double) n;
    EXPECT_NEAR(sum, trace, tolerance);
    EXPECT_NEAR(sum_squares, squares, 2.0 * tolerance * row_sum_norm(d, n));
}

TEST(Scaling, sum_of_lambda_is_the_trace_and_sum_of_squares_that_of_the_elements)
{
    const System s = random_cluster(10, 18);
    Solution solution(s);
    ASSERT_EQ(solution.status, INM_OK);
    expect_moments(solution, s.matrix());
}

// ---- eigenvectors -------------------------------------------------------------------------------

// keep every eigenvector in turn
std::vector<Field> all_vectors(const System &s, Options options, std::vector<double> &lambda)
{
    std::vector<Field> e;
    options.keep = INM_KEEP_INDEX;
    for (size_t p = 0; p < s.n(); p++) {
        options.keep_value = (double) p + 1.0;
        Solution solution(s, options);
        EXPECT_EQ(solution.status, INM_OK);
        if (solution.status != INM_OK) break;
        e.push_back(solution.kept());
        lambda.assign(solution.m.lambda, solution.m.lambda + solution.m.n);
    }
    return e;
}

double largest_residual(const Field &d, const Field &e, double lambda)
{
    double worst   = 0.0;
    const size_t n = e.size();
    for (size_t r = 0; r < n; r++) {
        double sum = -lambda * e[r];
        for (size_t c = 0; c < n; c++) sum += d[r * n + c] * e[c];
        worst = std::max(worst, std::fabs(sum));
    }
    return worst;
}

double overlap(const Field &x, const Field &y)
{
    double sum = 0.0;
    for (size_t r = 0; r < x.size(); r++) sum += x[r] * y[r];
    return sum;
}

TEST(Eigenvectors, solve_D_e_is_lambda_e_and_are_orthonormal)
{
    for (inm_vectors which : {INM_VECTORS_ALL, INM_VECTORS_UNSTABLE}) {
        const System s   = random_cluster(7, 19);
        const Field d    = s.matrix();
        const double eps = lambda_tolerance(d, s.n());
        std::vector<double> lambda;
        const std::vector<Field> e = all_vectors(s, Options(which), lambda);
        ASSERT_EQ(e.size(), s.n());
        size_t seen = 0;
        for (size_t p = 0; p < s.n(); p++) {
            if (std::isnan(e[p][0])) {
                EXPECT_GE(lambda[p], 0.0) << "an unstable mode without vector";
                continue;
            }
            seen++;
            EXPECT_LE(largest_residual(d, e[p], lambda[p]), eps) << "mode " << p;
            for (size_t o = 0; o <= p; o++)
                if (!std::isnan(e[o][0])) {
                    EXPECT_NEAR(overlap(e[p], e[o]), (o == p) ? 1.0 : 0.0,
                                100.0 * (double) s.n() * DBL_EPSILON)
                        << o << " " << p;
                }
        }
        EXPECT_EQ(which == INM_VECTORS_ALL, seen == s.n());
        EXPECT_GT(seen, 2u);
    }
}

TEST(Eigenvectors, of_degenerate_unstable_modes_are_orthonormal)
{
    // periodic chain, soft across: waves are degenerate in pairs, so every eigenvalue is at least
    // double
    const System s = chain(8, PERIODIC, -1.0, -1.0);
    const Field d  = s.matrix();
    std::vector<double> lambda;
    const std::vector<Field> e = all_vectors(s, Options(INM_VECTORS_UNSTABLE), lambda);
    ASSERT_EQ(e.size(), s.n());
    for (size_t p = 0; p < s.n() - 3; p++) {
        EXPECT_LE(largest_residual(d, e[p], lambda[p]), lambda_tolerance(d, s.n()));
        for (size_t o = 0; o <= p; o++)
            EXPECT_NEAR(overlap(e[p], e[o]), (o == p) ? 1.0 : 0.0,
                        100.0 * (double) s.n() * DBL_EPSILON);
    }
}

// the largest component is positive; if symmetry makes several equal, that of the first atom
TEST(Eigenvectors, have_a_sign_that_no_solver_chooses)
{
    for (const char *solver : {"lapack", "twostage"})
        for (const System &s : {random_cluster(7, 23), chain(8, PERIODIC, 1.0, 0.0)}) {
            Options options(INM_VECTORS_ALL);
            options.solver = solver;
            std::vector<double> lambda;
            for (const Field &e : all_vectors(s, options, lambda)) {
                double largest = 0.0;
                for (double c : e) largest = std::max(largest, std::fabs(c));
                size_t first = 0;
                while (std::fabs(e[first]) < (1.0 - 1e-6) * largest) first++;
                EXPECT_GT(e[first], 0.0) << solver;
            }
        }
}

TEST(Eigenvectors, of_zero_modes_are_translations)
{
    const System s = random_cluster(6, 20);
    std::vector<double> lambda;
    const std::vector<Field> e = all_vectors(s, Options(), lambda);
    Solution solution(s);
    ASSERT_EQ(solution.m.nzero, 3u);
    ASSERT_EQ(e.size(), s.n());
    for (size_t p = 0; p < s.n(); p++) {
        double in_translations = 0.0;
        for (size_t a = 0; a < 3; a++) {
            Field t(s.n(), 0.0);
            for (size_t i = 0; i < s.natom(); i++)
                t[3 * i + a] = std::sqrt(s.mass[i] / s.total_mass());
            in_translations += std::pow(overlap(e[p], t), 2);
        }
        EXPECT_NEAR(in_translations, solution.m.cls[p] == INM_ZERO ? 1.0 : 0.0,
                    vector_tolerance(s.matrix(), s.n(), 0.05));
    }
}

// ---- sums over modes ----------------------------------------------------------------------------

// A cluster with three free translations, and vectors to project on its modes.
struct Summed {
    System s = random_cluster(9, 23);
    Options options;
    Summed()
    {
        options.proj = random_numbers(2 * 3 * s.natom(), -1.0, 3.0, 24);
        options.edge = {INM_EDGE_PARTICIPATION, 0.4};
    }
    // |b/sqrt(m)|^2 and its part along the translations, |sum b|^2 / M
    double whole(size_t v) const
    {
        double sum = 0.0;
        for (size_t i = 0; i < s.natom(); i++)
            for (size_t a = 0; a < 3; a++) sum += std::pow(b(v, i, a), 2) / s.mass[i];
        return sum;
    }
    double rigid(size_t v) const
    {
        double sum = 0.0;
        for (size_t a = 0; a < 3; a++) {
            double total = 0.0;
            for (size_t i = 0; i < s.natom(); i++) total += b(v, i, a);
            sum += total * total / s.total_mass();
        }
        return sum;
    }
    double b(size_t v, size_t i, size_t a) const
    {
        return options.proj[3 * (v * s.natom() + i) + a];
    }
};

TEST(SumsOverModes, squared_projections_add_up_to_the_square_of_the_vector)
{
    const Summed one;
    Solution solution(one.s, one.options);
    ASSERT_EQ(solution.status, INM_OK);
    ASSERT_EQ(solution.m.nzero, 3u);
    for (int v = 0; v < 2; v++) {
        double zero = 0.0, others = 0.0;
        for (size_t p = 0; p < solution.m.n; p++)
            (solution.m.cls[p] == INM_ZERO ? zero : others) += solution.proj2(v, p);
        const double whole = one.whole((size_t) v), rigid = one.rigid((size_t) v);
        const double tolerance = vector_tolerance(one.s.matrix(), one.s.n(), 1.0) * whole;
        EXPECT_NEAR(zero, rigid, tolerance);
        EXPECT_NEAR(others, whole - rigid, tolerance);
    }
}

TEST(SumsOverModes, weights_add_up_to_the_inverse_masses_of_the_type)
{
    const Summed one;
    Solution solution(one.s, one.options);
    ASSERT_EQ(solution.status, INM_OK);
    for (int t = 1; t <= 2; t++) {
        double inverse = 0.0, of_type = 0.0, zero = 0.0, others = 0.0;
        for (size_t i = 0; i < one.s.natom(); i++)
            if (one.s.type[i] == t) {
                inverse += 1.0 / one.s.mass[i];
                of_type += 1.0;
            }
        for (size_t p = 0; p < solution.m.n; p++)
            (solution.m.cls[p] == INM_ZERO ? zero : others) += solution.weight(t, p);
        const double rigid     = 3.0 * of_type / one.s.total_mass();
        const double tolerance = vector_tolerance(one.s.matrix(), one.s.n(), 1.0) * inverse;
        EXPECT_NEAR(zero, rigid, tolerance);
        EXPECT_NEAR(others, 3.0 * inverse - rigid, tolerance);
    }
}

TEST(SumsOverModes, shares_add_up_to_one_over_the_atoms)
{
    const Summed one;
    for (inm_vectors which : {INM_VECTORS_ALL, INM_VECTORS_UNSTABLE}) {
        Options options = one.options;
        options.vectors = which;
        Solution solution(one.s, options);
        ASSERT_EQ(solution.status, INM_OK);
        for (int column = 0; column < 3; column++) {
            double sum = 0.0;
            for (size_t i = 0; i < one.s.natom(); i++) sum += solution.intensity(i, column);
            EXPECT_NEAR(sum, 1.0, 100.0 * (double) one.s.n() * DBL_EPSILON) << column;
        }
    }
}

TEST(SumsOverModes, shares_of_all_modes_of_an_atom_add_up_to_the_dimension)
{
    const Summed one;
    Solution solution(one.s, one.options);
    ASSERT_EQ(solution.status, INM_OK);
    double count[3] = {0, 0, 0};
    for (size_t p = 0; p < solution.m.n; p++) {
        if (solution.m.cls[p] == INM_UNSTABLE_LOCALIZED) count[0] += 1.0;
        if (solution.m.cls[p] == INM_UNSTABLE_DELOCALIZED) count[1] += 1.0;
        if (solution.m.cls[p] == INM_STABLE) count[2] += 1.0;
    }
    ASSERT_TRUE(count[0] > 0.0 && count[1] > 0.0 && count[2] > 0.0);
    for (size_t i = 0; i < one.s.natom(); i++) {
        double sum = 3.0 * one.s.mass[i] / one.s.total_mass(); // part of the translations
        for (int column = 0; column < 3; column++) sum += count[column] * solution.intensity(i, column);
        EXPECT_NEAR(sum, 3.0, 100.0 * (double) one.s.n() * DBL_EPSILON);
    }
}

TEST(SumsOverModes, share_is_the_mean_intensity_of_the_class)
{
    const Known known(8, 9);
    Options options;
    options.edge = {INM_EDGE_FREQUENCY, 2.0}; // lambda < -4 is localized: modes 0 to 4 of 9
    Solution solution(known.s, options);
    ASSERT_EQ(solution.status, INM_OK);
    const size_t first[] = {0, 5, 9}, last[] = {5, 9, 24};
    for (size_t i = 0; i < 8; i++)
        for (int c = 0; c < 3; c++) {
            double sum = 0.0;
            for (size_t p = first[c]; p < last[c]; p++) sum += known.intensity(p, i);
            EXPECT_NEAR(solution.intensity(i, c), sum / (double) (last[c] - first[c]),
                        2.0 * known.vectors);
        }
}

// ---- which eigenvectors are wanted --------------------------------------------------------------

bool same_or_both_nan(double x, double y, double tolerance)
{
    return (std::isnan(x) && std::isnan(y)) || std::fabs(x - y) <= tolerance;
}

// compare everything that both tables have; entries without vector are NaN
void expect_same_table(const Solution &a, const Solution &b, double lambda, double vectors)
{
    ASSERT_EQ(a.status, INM_OK);
    ASSERT_EQ(b.status, INM_OK);
    ASSERT_EQ(a.m.natom, b.m.natom);
    ASSERT_EQ(a.m.n, b.m.n);
    ASSERT_EQ(a.m.nzero, b.m.nzero);
    ASSERT_EQ(a.m.nproj, b.m.nproj);
    ASSERT_EQ(a.m.ntypes, b.m.ntypes);
    for (size_t i = 0; i < a.m.natom; i++) {
        EXPECT_EQ(a.m.tag[i], b.m.tag[i]);
        EXPECT_EQ(a.m.mass[i], b.m.mass[i]);
    }
    for (size_t p = 0; p < a.m.n; p++) {
        EXPECT_NEAR(a.m.lambda[p], b.m.lambda[p], lambda) << "mode " << p;
        if (!inm_has_vector(&a.m, p) || !inm_has_vector(&b.m, p)) continue;
        EXPECT_EQ(a.m.cls[p], b.m.cls[p]) << "mode " << p;
        if (a.m.cls[p] == INM_ZERO) continue; // any basis of the translations
        EXPECT_NEAR(a.m.pr[p], b.m.pr[p], 4.0 * vectors) << "mode " << p;
        for (int v = 0; v < a.m.nproj; v++)
            EXPECT_NEAR(a.proj2(v, p), b.proj2(v, p), 1e3 * vectors) << "mode " << p;
        for (int t = 1; t <= a.m.ntypes; t++)
            EXPECT_NEAR(a.weight(t, p), b.weight(t, p), 10.0 * vectors) << "mode " << p;
    }
}

double smallest_gap(const inm_modes &m)
{
    double gap = INFINITY;
    for (size_t p = 1; p < m.n; p++)
        if (m.cls[p] != INM_ZERO || m.cls[p - 1] != INM_ZERO)
            gap = std::min(gap, m.lambda[p] - m.lambda[p - 1]);
    return gap;
}

TEST(Vectors, all_unstable_and_none_agree_where_they_are_defined)
{
    const Summed one;
    Options options = one.options;
    Solution all(one.s, options);
    ASSERT_EQ(all.status, INM_OK);
    const double lambda  = lambda_tolerance(one.s.matrix(), one.s.n());
    const double vectors = vector_tolerance(one.s.matrix(), one.s.n(), smallest_gap(all.m));
    ASSERT_LT(vectors, 1e-8) << "the system has modes too close to each other for this test";

    options.vectors = INM_VECTORS_UNSTABLE;
    Solution unstable(one.s, options);
    expect_same_table(all, unstable, lambda, vectors);
    options.vectors = INM_VECTORS_NONE;
    Solution bare(one.s, options);
    expect_same_table(all, bare, lambda, vectors);

    for (size_t p = 0; p < all.m.n; p++) {
        EXPECT_TRUE(inm_has_vector(&all.m, p));
        EXPECT_EQ(inm_has_vector(&unstable.m, p), all.m.lambda[p] < 0.0);
        EXPECT_FALSE(inm_has_vector(&bare.m, p));
        for (const Solution *s : {&all, &unstable, &bare}) {
            const bool known = inm_has_vector(&s->m, p);
            EXPECT_EQ(std::isnan(s->proj2(0, p)), !known);
            EXPECT_EQ(std::isnan(s->proj2(1, p)), !known);
            EXPECT_EQ(std::isnan(s->weight(1, p)), !known);
            EXPECT_EQ(std::isnan(s->weight(2, p)), !known);
        }
    }
}

TEST(Vectors, the_share_of_stable_modes_follows_from_the_unstable_ones)
{
    const Summed one;
    Options options = one.options;
    Solution all(one.s, options);
    options.vectors = INM_VECTORS_UNSTABLE;
    Solution unstable(one.s, options);
    ASSERT_EQ(all.status, INM_OK);
    ASSERT_EQ(unstable.status, INM_OK);
    const double vectors = vector_tolerance(one.s.matrix(), one.s.n(), smallest_gap(all.m));
    for (size_t i = 0; i < one.s.natom(); i++)
        for (int c = 0; c < 3; c++)
            EXPECT_NEAR(all.intensity(i, c), unstable.intensity(i, c), 2.0 * vectors) << i << " " << c;
}

TEST(Vectors, without_them_the_shares_are_unknown)
{
    const Summed one;
    Options options = one.options;
    options.vectors = INM_VECTORS_NONE;
    Solution solution(one.s, options);
    ASSERT_EQ(solution.status, INM_OK);
    for (size_t x = 0; x < 3 * one.s.natom(); x++) {
        EXPECT_TRUE(std::isnan(solution.m.intensity[x]));
        EXPECT_TRUE(std::isnan(solution.m.eigenvector[x]));
    }
}

TEST(Vectors, without_an_edge_unstable_shares_are_unknown_and_the_stable_one_is_not)
{
    const System s = random_cluster(6, 23);
    Solution solution(s);
    ASSERT_EQ(solution.status, INM_OK);
    for (size_t p = 0; p < s.n(); p++)
        if (solution.m.lambda[p] < 0.0) {
            EXPECT_EQ(solution.m.cls[p], INM_UNSTABLE_UNKNOWN);
        }
    double sum = 0.0;
    for (size_t i = 0; i < s.natom(); i++) {
        EXPECT_TRUE(std::isnan(solution.intensity(i, 0)));
        EXPECT_TRUE(std::isnan(solution.intensity(i, 1)));
        sum += solution.intensity(i, 2);
    }
    EXPECT_NEAR(sum, 1.0, 100.0 * (double) s.n() * DBL_EPSILON);
}

TEST(Vectors, a_class_without_modes_has_no_share)
{
    const Known known(4, 5);
    Options options;
    options.edge = {INM_EDGE_FREQUENCY, 100.0}; // nothing localized
    for (inm_vectors which : {INM_VECTORS_ALL, INM_VECTORS_UNSTABLE}) {
        options.vectors = which;
        Solution solution(known.s, options);
        ASSERT_EQ(solution.status, INM_OK);
        for (size_t i = 0; i < 4; i++) {
            EXPECT_TRUE(std::isnan(solution.intensity(i, 0)));
            EXPECT_FALSE(std::isnan(solution.intensity(i, 1)));
            EXPECT_FALSE(std::isnan(solution.intensity(i, 2)));
        }
    }
}

TEST(Vectors, an_edge_by_frequency_classifies_without_them)
{
    const Known known(5, 6); // lambda -5.5 .. -0.5
    Options options(INM_VECTORS_NONE);
    options.edge = {INM_EDGE_FREQUENCY, 2.0};
    Solution solution(known.s, options);
    ASSERT_EQ(solution.status, INM_OK);
    for (size_t p = 0; p < solution.m.n; p++)
        EXPECT_EQ(solution.m.cls[p],
                  p < 2       ? INM_UNSTABLE_LOCALIZED
                      : p < 6 ? INM_UNSTABLE_DELOCALIZED
                              : INM_STABLE);
}

TEST(Vectors, an_edge_by_participation_classifies_with_them_only)
{
    const Known known(5, 6);
    Options options;
    options.edge = {INM_EDGE_PARTICIPATION, known.participation(2) * (1.0 + 1e-6)};
    for (inm_vectors which : {INM_VECTORS_ALL, INM_VECTORS_UNSTABLE, INM_VECTORS_NONE}) {
        options.vectors = which;
        Solution solution(known.s, options);
        ASSERT_EQ(solution.status, INM_OK);
        for (size_t p = 0; p < 6; p++) {
            const bool localized = known.participation(p) < options.edge.value;
            EXPECT_EQ(solution.m.cls[p],
                      which == INM_VECTORS_NONE ? INM_UNSTABLE_UNKNOWN
                          : localized           ? INM_UNSTABLE_LOCALIZED
                                                : INM_UNSTABLE_DELOCALIZED);
        }
    }
}

TEST(Vectors, of_more_unstable_modes_than_one_panel_holds_are_all_right)
{
    // vectors are passed on 256 at a time: test one less, exactly as many, one more, and many more
    for (size_t nunstable : {255, 256, 257, 270}) {
        Known known(90, nunstable);
        Options options(INM_VECTORS_UNSTABLE);
        options.proj = random_numbers(3 * 90, -1.0, 1.0, 9);
        Solution solution(known.s, options);
        ASSERT_EQ(solution.status, INM_OK);
        for (size_t p = 0; p < 270; p++) {
            ASSERT_EQ(inm_has_vector(&solution.m, p), p < nunstable);
            if (p >= nunstable) continue;
            EXPECT_NEAR(solution.m.pr[p], known.participation(p), 4.0 * known.vectors);
            EXPECT_NEAR(solution.proj2(0, p), known.projection(p, options.proj, 0),
                        2.0 * known.vectors * squared_norm(options.proj) / 0.5);
        }
    }
}

// ---- spectra of one sign ------------------------------------------------------------------------

TEST(OneSign, an_all_stable_spectrum_has_no_unstable_modes_and_vectors_are_not_needed_for_its_share)
{
    const System s = chain(6, FREE, 3.0, 1.0, 2.0);
    for (inm_vectors which : {INM_VECTORS_ALL, INM_VECTORS_UNSTABLE, INM_VECTORS_NONE}) {
        Solution solution(s, Options(which));
        ASSERT_EQ(solution.status, INM_OK);
        expect_order(solution);
        for (size_t p = 0; p < 3; p++) EXPECT_EQ(solution.m.cls[p], INM_ZERO);
        for (size_t p = 3; p < s.n(); p++) EXPECT_EQ(solution.m.cls[p], INM_STABLE);
        // one mass and all modes: every atom has the same intensity
        for (size_t i = 0; i < 6; i++)
            EXPECT_NEAR(solution.intensity(i, 2), 1.0 / 6.0, 1e3 * DBL_EPSILON);
    }
}

TEST(OneSign, an_all_unstable_spectrum_has_its_zero_modes_last)
{
    const System s = chain(6, FREE, -3.0, -1.0, 2.0);
    for (inm_vectors which : {INM_VECTORS_ALL, INM_VECTORS_UNSTABLE, INM_VECTORS_NONE}) {
        Options options(which);
        options.edge = {INM_EDGE_PARTICIPATION, 2.0}; // all localized
        Solution solution(s, options);
        ASSERT_EQ(solution.status, INM_OK);
        expect_order(solution);
        for (size_t p = s.n() - 3; p < s.n(); p++) EXPECT_EQ(solution.m.cls[p], INM_ZERO);
        for (size_t i = 0; i < 6; i++) {
            if (which != INM_VECTORS_NONE) {
                EXPECT_NEAR(solution.intensity(i, 0), 1.0 / 6.0, 1e3 * DBL_EPSILON);
            }
            EXPECT_TRUE(std::isnan(solution.intensity(i, 2)));
        }
    }
}

TEST(OneSign, changing_the_sign_of_H_turns_the_spectrum_around)
{
    System s = random_cluster(7, 29);
    Solution plus(s);
    for (Term &t : s.terms) {
        t.du  = -t.du;
        t.du2 = -t.du2;
    }
    Solution minus(s);
    ASSERT_EQ(plus.status, INM_OK);
    ASSERT_EQ(minus.status, INM_OK);
    for (size_t p = 0; p < s.n(); p++)
        EXPECT_NEAR(plus.m.lambda[p], -minus.m.lambda[s.n() - 1 - p],
                    lambda_tolerance(s.matrix(), s.n()));
}

// ---- zero modes ---------------------------------------------------------------------------------

TEST(ZeroModes, sit_exactly_at_zero_between_unstable_and_stable_modes)
{
    const System s = random_cluster(10, 30);
    for (inm_vectors which : {INM_VECTORS_ALL, INM_VECTORS_UNSTABLE, INM_VECTORS_NONE}) {
        Solution solution(s, Options(which));
        ASSERT_EQ(solution.status, INM_OK);
        expect_order(solution);
        size_t nunstable = 0;
        while (solution.m.lambda[nunstable] < 0.0) nunstable++;
        ASSERT_GT(nunstable, 0u);
        EXPECT_EQ(solution.m.nzero, 3u);
        for (size_t p = 0; p < s.n(); p++)
            EXPECT_EQ(solution.m.cls[p] == INM_ZERO, p >= nunstable && p < nunstable + 3);
    }
}

TEST(ZeroModes, are_those_below_1e_9_of_the_largest_lambda)
{
    // the softest and the stiffest of a chain of five: sin^2(pi/10) and sin^2(4 pi/10), ratio 0.106
    for (double soft : {1e-17, -1e-17, 8e-9, -8e-9, 2e-8, -2e-8}) {
        Solution solution(chain(5, FREE, 1.0, soft));
        ASSERT_EQ(solution.status, INM_OK);
        expect_order(solution);
        // of 8e-9, 0.106 * 8e-9 lies below 1e-9, the next one above
        EXPECT_EQ(solution.m.nzero, std::fabs(soft) < 1e-9 ? 11u : std::fabs(soft) < 1e-8 ? 5u : 3u) << soft;
    }
}

TEST(ZeroModes, are_two_in_two_dimensions)
{
    Solution solution(random_cluster(6, 31, 2));
    ASSERT_EQ(solution.status, INM_OK);
    expect_order(solution);
    EXPECT_EQ(solution.m.nzero, 2u);
}

TEST(ZeroModes, are_as_many_as_there_are_free_directions)
{
    System s = random_cluster(6, 32);
    s.onsite(1, diagonal_matrix(0.0, 4.0, 0.0));
    Solution solution(s);
    ASSERT_EQ(solution.status, INM_OK);
    expect_order(solution);
    EXPECT_EQ(solution.m.nzero, 2u);
    s.onsite(1, diagonal_matrix(4.0, 0.0, 4.0));
    EXPECT_EQ(Solution(s).m.nzero, 0u);
}

TEST(ZeroModes, are_all_modes_of_atoms_without_any_force)
{
    System s;
    for (size_t i = 0; i < 4; i++) s.add_atom();
    Solution solution(s);
    ASSERT_EQ(solution.status, INM_OK);
    expect_order(solution);
    EXPECT_EQ(solution.m.nzero, 12u);
}

// ---- order and distribution of atoms ------------------------------------------------------------

TEST(Distribution, over_ranks_and_order_on_a_rank_do_not_matter)
{
    const Summed one;
    Solution reference(one.s, one.options);
    ASSERT_EQ(reference.status, INM_OK);
    const double lambda  = lambda_tolerance(one.s.matrix(), one.s.n());
    const double vectors = vector_tolerance(one.s.matrix(), one.s.n(), smallest_gap(reference.m));
    const Owner owners[] = {scattered, all_on_first, all_on_last, in_pairs};
    for (const Owner &owner : owners)
        for (bool reversed : {false, true}) {
            Options options  = one.options;
            options.owner    = owner;
            options.giver    = reversed ? given_in_turn : given_by_owner;
            options.reversed = reversed;
            expect_same_table(Solution(one.s, options), reference, lambda, vectors);
        }
}

TEST(Distribution, the_table_has_the_atoms_in_order_of_tags)
{
    System s              = random_cluster(6, 41);
    const int64_t names[] = {17, 3, 2000000000000, 9, 1, 40};
    System renamed        = s;
    for (size_t i = 0; i < 6; i++) renamed.tag[i] = names[i];
    for (Term &t : renamed.terms) t.col = names[t.col - 1];
    Solution solution(renamed);
    ASSERT_EQ(solution.status, INM_OK);
    for (size_t i = 0; i < 6; i++) {
        if (i > 0) {
            EXPECT_LT(solution.m.tag[i - 1], solution.m.tag[i]);
        }
        const size_t row = inm_mode_atom(&solution.m, names[i]);
        ASSERT_LT(row, 6u);
        EXPECT_EQ(solution.m.tag[row], names[i]);
        EXPECT_EQ(solution.m.mass[row], s.mass[i]);
    }
}

TEST(Distribution, renaming_the_atoms_permutes_the_atoms_and_leaves_the_modes)
{
    const Summed one;
    const size_t natom = one.s.natom();
    System renamed     = one.s;
    std::vector<int64_t> names(natom);
    for (size_t i = 0; i < natom; i++) names[i] = (int64_t) (1 + (5 * i + 2) % natom) * 10;
    for (size_t i = 0; i < natom; i++) renamed.tag[i] = names[i];
    for (Term &t : renamed.terms) t.col = names[(size_t) t.col - 1];

    Solution a(one.s, one.options), b(renamed, one.options);
    ASSERT_EQ(a.status, INM_OK);
    ASSERT_EQ(b.status, INM_OK);
    const double vectors = vector_tolerance(one.s.matrix(), one.s.n(), smallest_gap(a.m));
    for (size_t p = 0; p < a.m.n; p++) {
        EXPECT_NEAR(a.m.lambda[p], b.m.lambda[p], lambda_tolerance(one.s.matrix(), one.s.n()));
        if (a.m.cls[p] == INM_ZERO) continue;
        EXPECT_NEAR(a.m.pr[p], b.m.pr[p], 4.0 * vectors);
        EXPECT_NEAR(a.proj2(1, p), b.proj2(1, p), 1e3 * vectors);
        EXPECT_NEAR(a.weight(2, p), b.weight(2, p), 10.0 * vectors);
    }
    for (size_t i = 0; i < natom; i++)
        for (int c = 0; c < 3; c++)
            EXPECT_NEAR(a.intensity(i, c), b.intensity(inm_mode_atom(&b.m, names[i]), c), 2.0 * vectors);
}

TEST(Distribution, turning_the_whole_system_leaves_lambda_and_participation)
{
    const System s = random_cluster(7, 43);
    const Field q  = random_orthogonal(3, 44);
    System turned  = s;
    for (Term &t : turned.terms) {
        const Vec3 dr = t.dr;
        for (size_t a = 0; a < 3; a++)
            t.dr[a] = q[3 * a] * dr[0] + q[3 * a + 1] * dr[1] + q[3 * a + 2] * dr[2];
    }
    Solution a(s), b(turned);
    ASSERT_EQ(a.status, INM_OK);
    const double vectors = vector_tolerance(s.matrix(), s.n(), smallest_gap(a.m));
    expect_same_table(a, b, lambda_tolerance(s.matrix(), s.n()), vectors);
}

TEST(Distribution, the_same_table_is_on_every_rank)
{
    const Summed one;
    Options options    = one.options;
    options.keep       = INM_KEEP_INDEX;
    options.keep_value = 2;
    Solution solution(one.s, options);
    ASSERT_EQ(solution.status, INM_OK);
    const inm_modes &m     = solution.m;
    const auto expect_same = [](const double *x, size_t count, const char *what) {
        std::vector<double> first(x, x + count);
        MPI_Bcast(first.data(), (int) count, MPI_DOUBLE, 0, MPI_COMM_WORLD);
        for (size_t i = 0; i < count; i++)
            EXPECT_TRUE(same_or_both_nan(x[i], first[i], 0.0)) << what << " " << i;
    };
    expect_same(m.mass, m.natom, "mass");
    expect_same(m.lambda, m.n, "lambda");
    expect_same(m.pr, m.n, "pr");
    expect_same(m.proj2, 2 * m.n, "proj2");
    expect_same(m.weight, 2 * m.n, "weight");
    expect_same(m.intensity, 3 * m.natom, "intensity");
    expect_same(m.eigenvector, 3 * m.natom, "eigenvector");
    for (size_t p = 0; p < m.n; p++) EXPECT_TRUE(same_on_all_ranks(m.cls[p]));
    EXPECT_TRUE(same_on_all_ranks((int) m.nzero));
}

TEST(Distribution, parts_of_the_ranks_solve_for_themselves)
{
    // two halves of the ranks, each with its own system
    MPI_Comm half;
    const int color = my_rank() % 2;
    MPI_Comm_split(MPI_COMM_WORLD, color, 0, &half);
    {
        const size_t natom = color ? 7 : 4;
        const System s     = chain(natom, FIXED, 2.0, 2.0);
        Options options;
        options.comm = half;
        std::vector<double> lambda;
        for (int direction = 0; direction < 3; direction++)
            for (double l : chain_lambda(natom, FIXED, 2.0)) lambda.push_back(l);
        expect_lambda(Solution(s, options), lambda, lambda_tolerance(s.matrix(), s.n()));
    }
    MPI_Comm_free(&half);
}

TEST(Distribution, blocks_may_come_in_many_parts)
{
    const System s = random_cluster(5, 45);
    System parts   = s;
    parts.terms.clear();
    const int pieces = 128;
    for (Term t : s.terms) {
        t.du /= pieces;
        t.du2 /= pieces;
        parts.terms.insert(parts.terms.end(), pieces, t);
    }
    Solution a(s), b(parts);
    ASSERT_EQ(a.status, INM_OK);
    const double vectors = vector_tolerance(s.matrix(), s.n(), smallest_gap(a.m));
    expect_same_table(a, b, lambda_tolerance(s.matrix(), s.n()), vectors);
}

TEST(Distribution, any_number_of_blocks_arrives)
{
    // Records of two indices and nine elements are sent in pieces.  Test numbers around one and two
    // pieces, with one record for each diagonal block and each pair.  A lost or duplicated block
    // changes the moments of the spectrum.
    const size_t one = INM_STREAM_PIECE / (11 * sizeof(double));
    for (size_t records : {one - 1, one, one + 1, 2 * one, 2 * one + 1}) {
        const size_t natom = (size_t) std::sqrt(2.0 * (double) records) + 1;
        System s           = random_cluster(natom, 46);
        ASSERT_LE(records, natom + s.terms.size());
        s.terms.resize(records - natom);
        for (const Owner &owner : {Owner(all_on_first), Owner(all_on_last)}) {
            Options options(INM_VECTORS_NONE);
            options.owner = owner;
            Solution solution(s, options);
            ASSERT_EQ(solution.status, INM_OK);
            expect_moments(solution, s.matrix());
        }
    }
}

// ---- the mode that is kept ----------------------------------------------------------------------

void expect_parallel(const Field &e, const double *q, double tolerance)
{
    double sign = 0.0;
    for (size_t r = 0; r < e.size(); r++) sign += e[r] * q[r];
    sign = (sign < 0.0) ? -1.0 : 1.0;
    for (size_t r = 0; r < e.size(); r++) EXPECT_NEAR(sign * e[r], q[r], tolerance);
}

Options keeping(inm_keep_kind kind, double value, inm_vectors vectors = INM_VECTORS_ALL)
{
    Options options(vectors);
    options.keep       = kind;
    options.keep_value = value;
    return options;
}

TEST(KeptMode, by_index_counts_from_one_in_ascending_order)
{
    const Known known(5, 4);
    for (size_t p : {0, 3, 4, 14}) {
        Solution solution(known.s, keeping(INM_KEEP_INDEX, (double) p + 1.0));
        ASSERT_EQ(solution.status, INM_OK);
        expect_parallel(solution.kept(), &known.q[p * 15], known.vectors);
    }
}

TEST(KeptMode, by_frequency_is_the_nearest)
{
    const Known known(5, 4); // lambda -3.5 -2.5 -1.5 -0.5 0.5 1.5 ...
    const struct {
        double w;
        size_t p;
    } cases[] = {{-100.0, 0}, {-1.6, 1}, {-0.6, 3}, {0.1, 4}, {1.2, 5}, {100.0, 14}};
    for (const auto &c : cases) {
        Solution solution(known.s, keeping(INM_KEEP_FREQUENCY, c.w));
        ASSERT_EQ(solution.status, INM_OK);
        expect_parallel(solution.kept(), &known.q[c.p * 15], known.vectors);
    }
}

TEST(KeptMode, by_frequency_is_never_a_zero_mode)
{
    const System s = random_cluster(6, 51);
    Solution solution(s, keeping(INM_KEEP_FREQUENCY, 0.0));
    ASSERT_EQ(solution.status, INM_OK);
    const Field e = solution.kept();
    for (size_t a = 0; a < 3; a++) {
        double along = 0.0;
        for (size_t i = 0; i < s.natom(); i++) along += e[3 * i + a] * std::sqrt(s.mass[i]);
        EXPECT_NEAR(along, 0.0, vector_tolerance(s.matrix(), s.n(), 0.01));
    }
}

TEST(KeptMode, can_be_unstable_where_only_those_have_vectors)
{
    const Known known(5, 4);
    for (size_t p : {0, 1, 2, 3}) {
        Solution solution(known.s, keeping(INM_KEEP_INDEX, (double) p + 1.0, INM_VECTORS_UNSTABLE));
        ASSERT_EQ(solution.status, INM_OK);
        expect_parallel(solution.kept(), &known.q[p * 15], known.vectors);
    }
}

TEST(KeptMode, without_vector_or_out_of_range_is_undefined)
{
    const Known known(5, 4);
    const Options cases[] = {keeping(INM_KEEP_INDEX, 5, INM_VECTORS_UNSTABLE),
                             keeping(INM_KEEP_FREQUENCY, 2.0, INM_VECTORS_UNSTABLE),
                             keeping(INM_KEEP_INDEX, 1, INM_VECTORS_NONE),
                             keeping(INM_KEEP_INDEX, 0),
                             keeping(INM_KEEP_INDEX, -3),
                             keeping(INM_KEEP_INDEX, 16),
                             keeping(INM_KEEP_INDEX, NaN),
                             Options()};
    for (const Options &options : cases) {
        Solution solution(known.s, options);
        ASSERT_EQ(solution.status, INM_OK);
        for (double x : solution.kept()) EXPECT_TRUE(std::isnan(x));
    }
}

// ---- measured sides that differ -----------------------------------------------------------------

TEST(Symmetry, of_a_block_that_differs_from_side_to_side_is_that_of_the_mean)
{
    // 4 and 3, in either order: 3.5
    for (size_t row : {0, 1}) {
        System s;
        s.add_atom();
        s.add_atom();
        for (size_t i = 0; i < 2; i++) s.onsite(i, diagonal_matrix(1.0, 1.0, 1.0));
        s.side(row, s.tag[1 - row], diagonal_matrix(4.0, 0.0, 0.0));
        s.side(1 - row, s.tag[row], diagonal_matrix(3.0, 0.0, 0.0));
        expect_lambda(Solution(s), {1.0 - 3.5, 1.0, 1.0, 1.0, 1.0, 1.0 + 3.5}, 100.0 * DBL_EPSILON);
    }
}

TEST(Symmetry, of_a_block_seen_from_one_side_only_is_that_of_its_half)
{
    for (size_t row : {0, 1}) {
        System s;
        s.add_atom();
        s.add_atom();
        s.side(row, s.tag[1 - row], Mat3{{0.0, 4.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0}});
        // x of one atom and y of the other, coupled by 2
        expect_lambda(Solution(s), {-2.0, 0.0, 0.0, 0.0, 0.0, 2.0}, 100.0 * DBL_EPSILON);
    }
}

TEST(Symmetry, of_a_diagonal_block_is_that_of_the_mean_with_its_transpose)
{
    System s;
    s.add_atom();
    s.onsite(0, Mat3{{5.0, 4.0, 0.0, 2.0, 5.0, 0.0, 0.0, 0.0, 1.0}});
    expect_lambda(Solution(s), {1.0, 5.0 - 3.0, 5.0 + 3.0}, 100.0 * DBL_EPSILON);
}

// ---- small and empty systems --------------------------------------------------------------------

TEST(SmallSystems, no_atoms_give_an_empty_table)
{
    for (inm_vectors which : {INM_VECTORS_ALL, INM_VECTORS_UNSTABLE, INM_VECTORS_NONE}) {
        Solution solution((System()), Options(which));
        EXPECT_EQ(solution.status, INM_OK);
        EXPECT_EQ(solution.m.natom, 0u);
        EXPECT_EQ(solution.m.n, 0u);
        EXPECT_EQ(solution.m.nzero, 0u);
        EXPECT_EQ(inm_mode_atom(&solution.m, 1), 0u);
    }
}

TEST(SmallSystems, one_held_atom_has_three_modes)
{
    System s;
    s.add_atom(2.0);
    s.onsite(0, diagonal_matrix(-4.0, 2.0, 8.0));
    for (inm_vectors which : {INM_VECTORS_ALL, INM_VECTORS_UNSTABLE, INM_VECTORS_NONE}) {
        Solution solution(s, Options(which));
        expect_lambda(solution, {-2.0, 1.0, 4.0}, 50.0 * DBL_EPSILON);
        expect_order(solution);
    }
}

TEST(SmallSystems, one_free_atom_has_three_zero_modes)
{
    System s;
    s.add_atom(2.0);
    for (inm_vectors which : {INM_VECTORS_ALL, INM_VECTORS_UNSTABLE, INM_VECTORS_NONE}) {
        Solution solution(s, Options(which));
        expect_lambda(solution, {0.0, 0.0, 0.0}, 0.0);
        expect_order(solution);
        EXPECT_EQ(solution.m.nzero, 3u);
    }
}

TEST(SmallSystems, one_atom_in_two_dimensions_has_two_modes)
{
    System s;
    s.dim = 2;
    s.add_atom();
    s.onsite(0, Mat3{{0.0, 3.0, 0.0, 3.0, 0.0, 0.0, 0.0, 0.0, 77.0}});
    for (inm_vectors which : {INM_VECTORS_ALL, INM_VECTORS_UNSTABLE, INM_VECTORS_NONE})
        expect_lambda(Solution(s, Options(which)), {-3.0, 3.0}, 50.0 * DBL_EPSILON);
}

// ---- what cannot be solved ----------------------------------------------------------------------

void expect_failure(const System &s, inm_status expected, const Options &options = Options())
{
    Solution solution(s, options);
    EXPECT_EQ(solution.status, expected) << inm_strerror(solution.status);
    EXPECT_TRUE(same_on_all_ranks((int) solution.status));
    EXPECT_EQ(solution.m.n, 0u) << "a table after a failure";
    EXPECT_EQ(solution.m.natom, 0u);
    EXPECT_EQ(solution.m.lambda, nullptr);
    EXPECT_EQ(solution.m.tag, nullptr);
}

TEST(Failure, a_tag_that_appears_twice_is_refused)
{
    System s = random_cluster(6, 71);
    s.terms.clear();
    for (size_t other : {1, 2, 5}) { // on the same or another rank
        System twice     = s;
        twice.tag[other] = twice.tag[0];
        expect_failure(twice, INM_ERR_TAG);
        Options together;
        together.owner = all_on_last;
        expect_failure(twice, INM_ERR_TAG, together);
    }
}

TEST(Failure, a_column_that_is_no_atom_is_refused)
{
    // an ID that no atom has, and invalid IDs
    for (int64_t col : {99, -7, 0}) {
        System s = random_cluster(5, 72);
        s.side(4, col, diagonal_matrix(1, 1, 1));
        expect_failure(s, col > 0 ? INM_ERR_TAG : INM_ERR_ARG);
    }
}

TEST(Failure, infinite_and_undefined_numbers_are_refused)
{
    for (double bad : {NaN, Infinity, -Infinity})
        for (size_t element : {0, 1, 5, 8}) {
            Mat3 k     = Mat3();
            k[element] = bad;
            System s   = random_cluster(5, 73);
            s.block(4, 1, Vec3{{1, 0, 0}}, k);
            expect_failure(s, INM_ERR_NONFINITE);
            s = random_cluster(5, 73);
            s.side(4, 1, k);
            expect_failure(s, INM_ERR_NONFINITE);
            s = random_cluster(5, 73);
            s.onsite(3, k);
            for (inm_vectors which : {INM_VECTORS_ALL, INM_VECTORS_UNSTABLE, INM_VECTORS_NONE})
                expect_failure(s, INM_ERR_NONFINITE, Options(which));
        }
}

// finite elements that would lead to infinite eigenvalues
TEST(Failure, numbers_whose_squares_overflow_are_refused)
{
    for (double large : {1.7e308, -1.7e308, 1.0e200}) {
        Mat3 k     = Mat3();
        k[0]       = large;
        System s   = random_cluster(5, 73);
        s.onsite(3, k);
        for (inm_vectors which : {INM_VECTORS_ALL, INM_VECTORS_UNSTABLE, INM_VECTORS_NONE})
            expect_failure(s, INM_ERR_NONFINITE, Options(which));
    }
}

TEST(Failure, two_atoms_at_the_same_place_are_refused)
{
    System s = random_cluster(5, 74);
    s.pair(1, 3, Vec3{{0, 0, 0}}, -1.0, 2.0);
    expect_failure(s, INM_ERR_NONFINITE);
}

TEST(Failure, infinities_outside_the_group_matter_where_they_hold_an_atom_of_it)
{
    const Mat3 bad = Mat3{{NaN, 0, 0, 0, Infinity, 0, 0, 0, 0}};
    System s       = random_cluster(5, 75);
    s.side(2, INM_OUTSIDE, bad); // not in the matrix
    EXPECT_EQ(Solution(s).status, INM_OK);
    s.block(2, INM_OUTSIDE, Vec3{{1, 0, 0}}, bad);
    expect_failure(s, INM_ERR_NONFINITE);
}

TEST(Failure, leaves_a_table_that_can_be_used_again)
{
    System bad = random_cluster(4, 76);
    bad.onsite(0, diagonal_matrix(NaN, 0, 0));
    const System good = random_cluster(4, 76);
    Hessian bad_share(bad), good_share(good);
    inm_request request;
    inm_modes m;
    memset(&request, 0, sizeof(request));
    memset(&m, 0, sizeof(m));
    request.vectors          = INM_VECTORS_ALL;
    request.ntypes           = 2;
    const inm_solver *lapack = inm_solver_find("lapack");
    for (int times = 0; times < 2; times++) {
        EXPECT_EQ(inm_solve_modes(lapack, good_share.h, &request, &m), INM_OK);
        EXPECT_EQ(m.n, 12u);
        EXPECT_EQ(inm_solve_modes(lapack, good_share.h, &request, &m), INM_OK) << "over a full table";
        EXPECT_EQ(inm_solve_modes(lapack, bad_share.h, &request, &m), INM_ERR_NONFINITE);
        EXPECT_EQ(m.n, 0u);
    }
    inm_modes_free(&m);
}

TEST(Failure, does_not_change_the_hessian_nor_does_success)
{
    const System s = random_cluster(4, 77);
    Hessian share(s);
    const auto products = [&]() {
        Field y(3 * share.atoms.size());
        const Field u = share.local(random_numbers(s.n(), -1.0, 1.0, 78), s.natom());
        EXPECT_EQ(inm_hessian_multiply(share.h, u.data(), y.data()), INM_OK);
        y.push_back(inm_hessian_trace(share.h));
        return y;
    };
    const Field before = products();
    inm_request request;
    inm_modes m;
    memset(&request, 0, sizeof(request));
    memset(&m, 0, sizeof(m));
    request.vectors = INM_VECTORS_UNSTABLE;
    request.ntypes  = 2;
    EXPECT_EQ(inm_solve_modes(inm_solver_find("lapack"), share.h, &request, &m), INM_OK);
    inm_modes_free(&m);
    EXPECT_EQ(products(), before);
}

// ---- solvers by name ----------------------------------------------------------------------------

TEST(Solvers, are_found_by_name)
{
    ASSERT_NE(inm_solver_find("lapack"), nullptr);
    EXPECT_STREQ(inm_solver_name(inm_solver_find("lapack")), "lapack");
    for (size_t k = 0; inm_solver_built(k); k++)
        EXPECT_EQ(inm_solver_find(inm_solver_name(inm_solver_built(k))), inm_solver_built(k));
    EXPECT_EQ(inm_solver_find("no such solver"), nullptr);
    EXPECT_EQ(inm_solver_find(""), nullptr);
}

TEST(Solvers, more_vectors_and_more_modes_need_more_memory)
{
    for (size_t k = 0; inm_solver_built(k); k++)
        for (size_t n : {30, 3000, 30000}) {
            const inm_solver *solver = inm_solver_built(k);
            if (inm_solver_place(solver) == INM_MATRIX_FREE) continue;
            const inm_job none = job_for(n, INM_VECTORS_NONE), larger = job_for(n + 1, INM_VECTORS_NONE),
                          unstable = job_for(n, INM_VECTORS_UNSTABLE), all = job_for(n, INM_VECTORS_ALL);
            const double bare = inm_solver_bytes(solver, &none);
            EXPECT_GE(bare, 8.0 * (double) n * (double) n);
            EXPECT_GE(inm_solver_bytes(solver, &unstable), bare);
            EXPECT_GE(inm_solver_bytes(solver, &all), inm_solver_bytes(solver, &unstable));
            EXPECT_GT(inm_solver_bytes(solver, &larger), bare);
            EXPECT_GE(inm_solver_work(solver, &all), inm_solver_work(solver, &none));
            EXPECT_GT(inm_solver_work(solver, &none), 0.0);
        }
}

TEST(Solvers, matrix_free_ones_need_more_memory_for_more_vectors_and_know_no_time)
{
    const System small = random_cluster(30, 1), large = random_cluster(60, 1);
    for (const char *name : {"kpm", "lowest"}) {
        const inm_solver *solver = inm_solver_find(name);
        ASSERT_NE(solver, nullptr);
        EXPECT_EQ(inm_solver_place(solver), INM_MATRIX_FREE);
        Options options(INM_VECTORS_LOWEST);
        options.nlowest = 1;
        options.owner   = all_on_first; // bytes are of this rank
        const Task few(small, options), more_atoms(large, options);
        options.nlowest = 60;
        const Task more_vectors(small, options);
        const inm_job one = few.job(), atoms = more_atoms.job(), vectors = more_vectors.job();
        if (my_rank() == 0) {
            EXPECT_GT(inm_solver_bytes(solver, &one), 0.0) << name;
            EXPECT_GT(inm_solver_bytes(solver, &atoms), inm_solver_bytes(solver, &one)) << name;
            EXPECT_GT(inm_solver_bytes(solver, &vectors), inm_solver_bytes(solver, &one)) << name;
        }
        EXPECT_EQ(inm_solver_work(solver, &one), 0.0) << name;
        const inm_job without_hessian = job_for(30, INM_VECTORS_LOWEST);
        EXPECT_EQ(inm_solver_bytes(solver, &without_hessian), 0.0) << name;
    }
}
} // namespace
