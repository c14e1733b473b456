// The kernel polynomial method against prescribed spectra, and against plain sums over all modes.

#include "hessian/inm_block_product.h"
#include "eigen/inm_chebyshev.h"
#include "inm_modulus.h"
#include "kpm/inm_kpm_converge.h"
#include "model_systems.h"

#include <climits>
#include <complex>

namespace {

const std::vector<Owner> owners = {scattered, all_on_first, all_on_last, in_pairs};

// ---- products -----------------------------------------------------------------------------------

// y = a D x + b x - c y with the matrix from the formulas; fields [n], atoms in the order added
Field expected_product(const System &s, double a, double b, double c, const Field &x,
                       const Field &y)
{
    const size_t n = s.n();
    const Field d  = s.matrix();
    Field result(n);
    for (size_t r = 0; r < n; r++) {
        double sum = 0.0;
        for (size_t q = 0; q < n; q++) sum += d[r * n + q] * x[q];
        result[r] = a * sum + b * x[r] - c * y[r];
    }
    return result;
}

// vectors of a group on the rows of this rank; coordinates beyond the dimension are zero
std::vector<double> as_group(const Hessian &share, const System &s, const std::vector<Field> &v,
                             size_t ncol)
{
    std::vector<double> group(INM_ATOM_GROUP * ncol, 0.0);
    const size_t d = (size_t) s.dim;
    for (size_t row = 0; row < share.atoms.size(); row++)
        for (size_t a = 0; a < d; a++)
            for (size_t k = 0; k < INM_GROUP; k++)
                group[INM_ATOM_GROUP * row + INM_GROUP * a + k] = v[k][d * share.atoms[row] + a];
    return group;
}

void expect_products(const System &s, const Owner &owner, bool reversed)
{
    const double a = 0.7, b = -1.3, c = 0.4;
    Hessian share(s, owner, reversed);
    inm_block_matrix *m = nullptr;
    ASSERT_EQ(inm_block_matrix_create(&m, share.h), INM_OK);
    ASSERT_EQ(inm_block_matrix_nrow(m), share.atoms.size());

    std::vector<Field> x, y;
    for (unsigned k = 0; k < INM_GROUP; k++) {
        x.push_back(random_numbers(s.n(), -1.0, 1.0, 10 + k));
        y.push_back(random_numbers(s.n(), -1.0, 1.0, 20 + k));
    }
    std::vector<double> gx = as_group(share, s, x, inm_block_matrix_ncol(m)),
                        gy = as_group(share, s, y, inm_block_matrix_ncol(m));
    double dots[2 * INM_GROUP];
    ASSERT_EQ(inm_block_multiply(m, a, b, c, gx.data(), gy.data(), dots), INM_OK);
    inm_block_matrix_destroy(&m);
    EXPECT_EQ(m, nullptr);
    MPI_Allreduce(MPI_IN_PLACE, dots, 2 * INM_GROUP, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);

    const size_t d         = (size_t) s.dim;
    const double tolerance = lambda_tolerance(s.matrix(), s.n()) + 4.0 * DBL_EPSILON;
    for (size_t k = 0; k < INM_GROUP; k++) {
        const Field wanted = expected_product(s, a, b, c, x[k], y[k]);
        for (size_t row = 0; row < share.atoms.size(); row++)
            for (size_t e = 0; e < 3; e++)
                EXPECT_NEAR(gy[INM_ATOM_GROUP * row + INM_GROUP * e + k],
                            e < d ? wanted[d * share.atoms[row] + e] : 0.0, tolerance)
                    << "vector " << k << " component " << e;
        double xx = 0.0, xy = 0.0;
        for (size_t r = 0; r < s.n(); r++) {
            xx += x[k][r] * x[k][r];
            xy += x[k][r] * y[k][r];
        }
        EXPECT_NEAR(dots[k], xx, 1e-13 * (double) s.n());
        EXPECT_NEAR(dots[INM_GROUP + k], xy, 1e-13 * (double) s.n());
    }
}

TEST(BlockProduct, is_that_of_the_mass_weighted_matrix)
{
    for (int dim : {2, 3})
        for (size_t natom : {1, 2, 9, 30}) {
            System s = random_cluster(natom, 7, dim);
            s.scale  = 2.5;
            for (const Owner &owner : owners)
                for (bool reversed : {false, true}) expect_products(s, owner, reversed);
        }
}

TEST(BlockProduct, agrees_with_the_product_of_the_hessian)
{
    System s = random_cluster(20, 3);
    std::fill(s.mass.begin(), s.mass.end(), 1.0);
    Hessian share(s);
    const Field u = random_numbers(s.n(), -1.0, 1.0, 5);
    Field y(3 * share.atoms.size());
    ASSERT_EQ(inm_hessian_multiply(share.h, share.local(u, s.natom()).data(), y.data()), INM_OK);

    inm_block_matrix *m = nullptr;
    ASSERT_EQ(inm_block_matrix_create(&m, share.h), INM_OK);
    std::vector<double> x = as_group(share, s, std::vector<Field>(INM_GROUP, u),
                                     inm_block_matrix_ncol(m)),
                        r(x.size(), 0.0);
    double dots[2 * INM_GROUP];
    ASSERT_EQ(inm_block_multiply(m, 1.0, 0.0, 0.0, x.data(), r.data(), dots), INM_OK);
    for (size_t i = 0; i < share.atoms.size(); i++)
        for (size_t a = 0; a < 3; a++)
            EXPECT_NEAR(r[INM_ATOM_GROUP * i + INM_GROUP * a + 3], y[3 * i + a],
                        lambda_tolerance(s.matrix(), s.n()));
    inm_block_matrix_destroy(&m);
}

// atom 1 + rank on each rank, and a ghost of the next rank's atom, with or without a block
size_t columns_of_ring(bool bound)
{
    int me, nprocs;
    MPI_Comm_rank(MPI_COMM_WORLD, &me);
    MPI_Comm_size(MPI_COMM_WORLD, &nprocs);
    const int64_t tag = 1 + me, next = 1 + (me + 1) % nprocs;
    const int type    = 1;
    const double mass = 1.0, dr[3] = {1.0, 0.0, 0.0},
                 k[9]   = {1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0};
    inm_hessian *h      = nullptr;
    inm_block_matrix *m = nullptr;
    size_t ncol         = 0;
    EXPECT_EQ(inm_hessian_create(&h, MPI_COMM_WORLD, 3, 1.0), INM_OK);
    EXPECT_EQ(inm_hessian_begin(h, 1, &tag, &type, &mass, 1, &next), INM_OK);
    if (bound) EXPECT_EQ(inm_hessian_add(h, 0, 1, dr, k), INM_OK);
    EXPECT_EQ(inm_hessian_end(h), INM_OK);
    EXPECT_EQ(inm_block_matrix_create(&m, h), INM_OK);
    if (m) ncol = inm_block_matrix_ncol(m);
    inm_block_matrix_destroy(&m);
    inm_hessian_destroy(&h);
    return ncol;
}

TEST(BlockProduct, has_copies_of_atoms_with_blocks_only)
{
    int nprocs;
    MPI_Comm_size(MPI_COMM_WORLD, &nprocs);
    EXPECT_EQ(columns_of_ring(false), 1u);
    EXPECT_EQ(columns_of_ring(true), nprocs > 1 ? 2u : 1u);
}

TEST(BlockProduct, needs_rows)
{
    inm_hessian *h      = nullptr;
    inm_block_matrix *m = nullptr;
    ASSERT_EQ(inm_hessian_create(&h, MPI_COMM_WORLD, 3, 1.0), INM_OK);
    EXPECT_EQ(inm_block_matrix_create(&m, h), INM_ERR_ARG);
    EXPECT_EQ(m, nullptr);
    inm_hessian_destroy(&h);
}

// ---- densities from moments ---------------------------------------------------------------------

std::vector<double> moments_of(const std::vector<double> &x, const std::vector<double> &weight,
                               size_t nmoment)
{
    std::vector<double> mu(nmoment, 0.0);
    for (size_t p = 0; p < x.size(); p++)
        for (size_t k = 0; k < nmoment; k++)
            mu[k] += weight[p] * std::cos((double) k * std::acos(x[p]));
    return mu;
}

TEST(Chebyshev, weights_integrate_polynomials_exactly)
{
    const std::vector<double> x = {-0.93, -0.2, 0.11, 0.6}, weight = {1.0, 2.5, 0.3, 4.0};
    for (size_t nmoment : {1, 2, 7, 100}) {
        const std::vector<double> mu = moments_of(x, weight, nmoment);
        const size_t n               = inm_chebyshev_nodes(nmoment);
        std::vector<double> w(n);
        ASSERT_EQ(inm_chebyshev_weights(mu.data(), nmoment, n, w.data()), INM_OK);
        for (size_t power = 0; power < nmoment && power < 9; power++) {
            double wanted = 0.0, sum = 0.0;
            for (size_t p = 0; p < x.size(); p++) wanted += weight[p] * std::pow(x[p], power);
            for (size_t j = 0; j < n; j++) sum += w[j] * std::pow(inm_chebyshev_node(n, j), power);
            EXPECT_NEAR(sum, wanted, 1e-13 * 7.8) << nmoment << " moments, power " << power;
        }
    }
}

TEST(Chebyshev, broadened_density_is_positive_and_as_wide_as_stated)
{
    const size_t nmoment = 200;
    const double place = 0.3, width = M_PI / nmoment;
    const std::vector<double> mu = moments_of({place}, {2.0}, nmoment);
    std::vector<double> points, sum(401);
    for (int i = 0; i <= 400; i++) points.push_back(-1.1 + 2.2 * i / 400.0);
    ASSERT_EQ(inm_chebyshev_below(mu.data(), nmoment, points.size(), points.data(), sum.data()),
              INM_OK);
    EXPECT_NEAR(sum.front(), 0.0, 1e-13);
    EXPECT_NEAR(sum.back(), 2.0, 1e-13);
    for (size_t i = 1; i < sum.size(); i++) EXPECT_GE(sum[i], sum[i - 1] - 1e-13);

    // standard deviation of the kernel: eq. 75 of Weisse et al., the stated width for large nmoment
    std::vector<double> fine, part(8001);
    for (int i = 0; i <= 8000; i++) fine.push_back(-1.0 + 2.0 * i / 8000.0);
    ASSERT_EQ(inm_chebyshev_below(mu.data(), nmoment, fine.size(), fine.data(), part.data()),
              INM_OK);
    double variance = 0.0;
    for (size_t i = 1; i < fine.size(); i++) {
        const double x = 0.5 * (fine[i] + fine[i - 1]) - place;
        variance += 0.5 * (part[i] - part[i - 1]) * x * x;
    }
    const double sine = std::sqrt(1.0 - place * place);
    EXPECT_NEAR(std::sqrt(variance), width * sine, 0.01 * width);
}

TEST(Chebyshev, without_moments_nothing_is_known)
{
    const double x = 0.1;
    double below   = 0.0;
    ASSERT_EQ(inm_chebyshev_below(nullptr, 0, 1, &x, &below), INM_OK);
    EXPECT_TRUE(std::isnan(below));
}

// ---- moments ------------------------------------------------------------------------------------

// A system with a known spectrum, and vectors to project.

struct Known {
    std::vector<double> lambda, mass;
    Field q, proj; // [mode][n], [nproj][natom][3]
    System s;
    size_t nproj;

    Known(size_t natom, size_t nproj_in, int dim = 3, unsigned seed = 11,
          std::vector<double> given = {}) :
        lambda(std::move(given)), nproj(nproj_in)
    {
        const size_t n = (size_t) dim * natom;
        if (lambda.empty()) lambda = random_numbers(n, -30.0, 100.0, seed);
        std::sort(lambda.begin(), lambda.end());
        mass = random_numbers(natom, 0.5, 4.0, seed + 1);
        q    = random_orthogonal(n, seed + 2);
        s    = with_spectrum(lambda, q, mass, dim);
        proj = random_numbers(3 * nproj * natom, -1.0, 1.0, seed + 3);
    }
    // (e_p . b/sqrt(m))^2
    double proj2(size_t v, size_t p) const
    {
        const size_t d = (size_t) s.dim, n = lambda.size();
        double sum = 0.0;
        for (size_t i = 0; i < mass.size(); i++)
            for (size_t a = 0; a < d; a++)
                sum +=
                    q[p * n + d * i + a] * proj[3 * (v * mass.size() + i) + a] / std::sqrt(mass[i]);
        return sum * sum;
    }
};

// sums over 1/lambda^2, averaged over all projected vectors
std::vector<double> class_sums(const Kpm &kpm, const inm_cut &cut, size_t nproduct = 1000000)
{
    const std::vector<double> all = Measure(kpm.k, 0, kpm.nproj(), nproduct).sums(cut);
    std::vector<double> sums;
    for (size_t set = 0; set < INM_NSET; set++) sums.push_back(all[set * (all.size() / INM_NSET)]);
    return sums;
}

void expect_moments(const Known &known, const Kpm &kpm)
{
    ASSERT_EQ(kpm.status, INM_OK);
    const double lo = inm_kpm_lowest(kpm.k), hi = inm_kpm_highest(kpm.k);
    EXPECT_LT(lo, known.lambda.front());
    EXPECT_GT(hi, known.lambda.back());
    for (size_t v = 0; v < known.nproj; v++) {
        const double *mu = inm_kpm_moments(kpm.k, (int) v);
        for (size_t k = 0; k < 2 * inm_kpm_products(kpm.k) - 1; k++) {
            double wanted = 0.0;
            for (size_t p = 0; p < known.lambda.size(); p++) {
                const double x = (2.0 * known.lambda[p] - hi - lo) / (hi - lo);
                wanted += known.proj2(v, p) * std::cos((double) k * std::acos(x));
            }
            EXPECT_NEAR(mu[k], wanted, 1e-10 * mu[0]) << "vector " << v << " moment " << k;
        }
    }
}

TEST(Moments, are_those_of_the_spectrum)
{
    for (int dim : {2, 3}) {
        const Known known(14, 3, dim);
        for (const Owner &owner : owners)
            for (bool reversed : {false, true})
                expect_moments(known, Kpm(known.s, known.proj, 2, 60, owner, reversed));
    }
}

TEST(Moments, of_more_vectors_than_one_group_holds)
{
    const Known known(8, 11);
    expect_moments(known, Kpm(known.s, known.proj, 7, 40));
}

TEST(Moments, are_the_same_in_one_piece_and_in_several)
{
    const Known known(10, 2);
    Kpm at_once(known.s, known.proj, 2, 200), in_pieces(known.s, known.proj, 2, 1);
    ASSERT_EQ(at_once.status, INM_OK);
    for (size_t n : {0, 1, 70, 128}) ASSERT_EQ(inm_kpm_advance(in_pieces.k, n), INM_OK);
    ASSERT_EQ(inm_kpm_products(in_pieces.k), 200u);
    EXPECT_EQ(at_once.moments(), in_pieces.moments());
}

TEST(Moments, do_not_depend_on_ranks_and_order_of_atoms)
{
    const System s = random_cluster(40, 17);
    const Field b  = random_numbers(9 * s.natom(), -1.0, 1.0, 4);
    const Kpm alone(s, b, 5, 100, scattered, false, MPI_COMM_SELF);
    ASSERT_EQ(alone.status, INM_OK);
    const std::vector<double> wanted = alone.moments();
    for (const Owner &owner : owners)
        for (bool reversed : {false, true}) {
            const Kpm kpm(s, b, 5, 100, owner, reversed);
            ASSERT_EQ(kpm.status, INM_OK);
            EXPECT_EQ(inm_kpm_lowest(kpm.k), inm_kpm_lowest(alone.k));
            EXPECT_EQ(inm_kpm_highest(kpm.k), inm_kpm_highest(alone.k));
            const std::vector<double> found = kpm.moments();
            ASSERT_EQ(found.size(), wanted.size());
            const size_t each = 2 * 100 - 1;
            for (size_t k = 0; k < wanted.size(); k++)
                EXPECT_NEAR(found[k], wanted[k], 1e-9 * wanted[k / each * each]);
        }
}

TEST(Moments, are_right_after_a_search_for_the_ends_that_was_too_short)
{
    const Known known(14, 3);
    const Kpm kpm(known.s, known.proj, 2, 400, scattered, false, MPI_COMM_WORLD, 1);
    expect_moments(known, kpm);
}

TEST(Moments, have_no_part_of_translations)
{
    // only the translations have |w| < 0.2
    const System s = chain(10, FREE, 5.0, 3.0, 2.0);
    Kpm kpm(s, Field(), 3, 600);
    ASSERT_EQ(kpm.status, INM_OK);
    EXPECT_EQ(inm_kpm_nzero(kpm.k), 3u);
    EXPECT_EQ(inm_kpm_nmode(kpm.k), 27u);
    const inm_range range = {2, -0.2, 0.2};
    const auto dos        = dos_of(kpm.spectrum(), range);
    EXPECT_LT(dos[0].count + dos[1].count, 0.01);

    // all moments of a force on the centre of mass vanish
    Field force(3 * s.natom(), 0.0);
    for (size_t i = 0; i < s.natom(); i++) force[3 * i + 1] = s.mass[i];
    const Kpm pushed(s, force, 1, 10);
    ASSERT_EQ(pushed.status, INM_OK);
    EXPECT_LT(inm_kpm_moments(pushed.k, 0)[0], 1e-25 * squared_norm(force));
}

TEST(Moments, without_products_or_with_one)
{
    const Known known(5, 1);
    const inm_cut cut = {{INM_EDGE_FREQUENCY, 3.0}, 1.0, 0.3};
    Kpm none(known.s, known.proj, 1, 0);
    ASSERT_EQ(none.status, INM_OK);
    EXPECT_EQ(inm_kpm_products(none.k), 0u);
    for (double sum : class_sums(none, cut)) EXPECT_TRUE(std::isnan(sum));
    EXPECT_TRUE(std::isnan(fractions_of(none.spectrum(), cut.edge).unstable));

    // one moment: the norm of the vector, spread over the whole interval
    Kpm one(known.s, known.proj, 1, 1);
    ASSERT_EQ(one.status, INM_OK);
    double square = 0.0;
    for (size_t p = 0; p < known.lambda.size(); p++) square += known.proj2(0, p);
    EXPECT_NEAR(inm_kpm_moments(one.k, 0)[0], square, 1e-13 * square);
    const inm_range all = {1, -1e3, 1e3};
    EXPECT_NEAR(gamma_of(one.spectrum(), 0, 1, all)[0].sum, square, 1e-12 * square);
}

TEST(Moments, of_no_atoms_are_zero)
{
    const Kpm kpm(System(), Field(), 2, 20);
    ASSERT_EQ(kpm.status, INM_OK);
    EXPECT_EQ(inm_kpm_natom(kpm.k), 0u);
    for (double mu : kpm.moments()) EXPECT_EQ(mu, 0.0);
}

TEST(Moments, need_a_matrix)
{
    const System s = random_cluster(5, 1);
    Kpm kpm(s, Field(), 1, 5);
    ASSERT_EQ(kpm.status, INM_OK);
    const std::vector<double> before = kpm.moments();
    inm_kpm_finish(kpm.k);
    EXPECT_EQ(inm_kpm_advance(kpm.k, 1), INM_ERR_ARG);
    EXPECT_EQ(kpm.moments(), before);
}

TEST(Moments, of_a_matrix_that_is_not_finite_are_refused_on_all_ranks)
{
    for (double bad : {NaN, Infinity}) {
        System s = random_cluster(6, 2);
        s.onsite(3, diagonal_matrix(0, bad, 0));
        EXPECT_EQ(Kpm(s, Field(), 2, 5).status, INM_ERR_NONFINITE);
    }
}

TEST(Moments, have_a_default_number_of_random_vectors_and_refuse_a_negative_one)
{
    const System s = random_cluster(5, 1);
    for (size_t nproj : {0, 1, 4, 5, 8, 12, 13}) {
        const Field proj = random_numbers(3 * nproj * s.natom(), -1.0, 1.0, 3);
        const Kpm kpm(s, proj, 0, 1);
        ASSERT_EQ(kpm.status, INM_OK);
        const int nrandom = inm_kpm_random(kpm.k);
        EXPECT_EQ(nrandom, inm_kpm_default_random((int) nproj));
        EXPECT_GE(nrandom, 4);
        EXPECT_LT(nrandom, 4 + INM_GROUP);
        EXPECT_EQ(inm_kpm_vectors(kpm.k), (int) nproj + nrandom);
        EXPECT_EQ(inm_kpm_vectors(kpm.k) % INM_GROUP, 0);
        EXPECT_EQ(Kpm(s, proj, -1, 1).status, INM_ERR_ARG);
        EXPECT_EQ(Kpm(s, proj, INT_MAX, 1).status, INM_ERR_ARG);
    }
}

// regression: the recomputation did not terminate
TEST(Moments, of_a_vector_that_is_not_finite_are_refused_on_all_ranks)
{
    const System s = random_cluster(6, 2);
    for (double bad : {NaN, Infinity, 1e200}) {
        Field proj(3 * s.natom(), 0.0);
        proj[4] = bad;
        EXPECT_EQ(Kpm(s, proj, 2, 5).status, INM_ERR_NONFINITE) << bad;
    }
}

TEST(Moments, that_overflow_are_refused_on_all_ranks)
{
    System s = random_cluster(6, 2);
    s.onsite(3, diagonal_matrix(0, 1e160, 0));
    EXPECT_EQ(Kpm(s, Field(), 2, 40, scattered, false, MPI_COMM_WORLD, 1).status, INM_ERR_NONFINITE);
}

// ---- results from moments -----------------------------------------------------------------------

// 0 below, 1 above, 1/2 in the middle
TEST(SmoothStep, joins_its_levels_with_two_derivatives)
{
    const double e = 4.0, width = 0.5, h = 1e-4;
    EXPECT_EQ(inm_smooth_step(e - 0.25, e, width), 0.0);
    EXPECT_EQ(inm_smooth_step(e + 0.25, e, width), 1.0);
    EXPECT_NEAR(inm_smooth_step(e, e, width), 0.5, 1e-15);
    // slope 15/8 over width, times the rounding of its argument
    EXPECT_NEAR(inm_smooth_step(e - 0.1, e, width) + inm_smooth_step(e + 0.1, e, width), 1.0,
                1e-14);
    for (double end : {e - 0.25, e + 0.25}) {
        const double below = inm_smooth_step(end - h, e, width),
                     at    = inm_smooth_step(end, e, width),
                     above = inm_smooth_step(end + h, e, width);
        // third order in h/width: a nonzero first or second derivative would give 100 times more
        EXPECT_LT(std::fabs(above - 2.0 * at + below), 11.0 * std::pow(h / width, 3));
        EXPECT_LT(std::fabs(above - below), 11.0 * std::pow(h / width, 3));
    }
}

// the same sums over the modes, as defined in the manual
std::vector<double> sums_over_modes(const Known &known, double w_edge, double wmin, double width)
{
    const auto step = [](double x, double edge, double over) {
        const double s = std::min(1.0, std::max(0.0, (x - edge + 0.5 * over) / over));
        return 6.0 * std::pow(s, 5) - 15.0 * std::pow(s, 4) + 10.0 * std::pow(s, 3);
    };
    std::vector<double> sums(INM_NSET, 0.0);
    for (size_t p = 0; p < known.lambda.size(); p++) {
        const double lambda = known.lambda[p], w = std::sqrt(std::fabs(lambda));
        double xi2 = 0.0;
        for (size_t v = 0; v < known.nproj; v++) xi2 += known.proj2(v, p) / (double) known.nproj;
        const double share     = xi2 * step(w, wmin, std::min(width, wmin)) / (lambda * lambda),
                     localized = step(w, w_edge, width);
        sums[INM_ALL] += share;
        if (lambda > 0.0) sums[INM_S] += share;
        if (lambda < 0.0) sums[INM_UL] += share * localized;
        if (lambda < 0.0) sums[INM_UD] += share * (1.0 - localized);
    }
    return sums;
}

TEST(ClassSums, are_those_over_the_modes_with_the_same_smooth_steps)
{
    const double w_edge = 4.5, wmin = 2.5;
    for (int dim : {2, 3}) {
        const Known known(20, 3, dim, 31);
        const Kpm kpm(known.s, known.proj, 2, 2000);
        ASSERT_EQ(kpm.status, INM_OK);
        for (double width : {1.0, 1.5}) {
            const inm_cut cut               = {{INM_EDGE_FREQUENCY, w_edge}, wmin, width};
            const std::vector<double> found  = class_sums(kpm, cut),
                                      wanted = sums_over_modes(known, w_edge, wmin, width);
            for (int set = 0; set < INM_NSET; set++) {
                EXPECT_GT(wanted[set], 0.0);
                EXPECT_NEAR(found[set], wanted[set], 1e-6 * wanted[set]) << "set " << set;
            }
            EXPECT_NEAR(found[INM_UL] + found[INM_UD] + found[INM_S], found[INM_ALL],
                        1e-10 * found[INM_ALL]);
        }
    }
}

TEST(ClassSums, converge_with_the_number_of_products)
{
    const Known known(20, 3, 3, 31);
    const Kpm kpm(known.s, known.proj, 1, 1600);
    ASSERT_EQ(kpm.status, INM_OK);
    const inm_cut cut = {{INM_EDGE_FREQUENCY, 3.5}, 1.5, 0.5};
    const double wanted   = sums_over_modes(known, 3.5, 1.5, 0.5)[INM_UL];
    const auto error      = [&](size_t nproduct) {
        return std::fabs(class_sums(kpm, cut, nproduct)[INM_UL] / wanted - 1.0);
    };
    EXPECT_GT(error(50), 1e-3);
    EXPECT_LT(error(400), 1e-4);
    EXPECT_LT(error(1600), 1e-6);
    EXPECT_EQ(class_sums(kpm, cut, 1600), class_sums(kpm, cut));
}

TEST(ClassSums, without_an_edge_do_not_distinguish_the_unstable_classes)
{
    const Known known(10, 1);
    const Kpm kpm(known.s, known.proj, 1, 400);
    ASSERT_EQ(kpm.status, INM_OK);
    const auto sums = class_sums(kpm, {{INM_EDGE_NONE, 0.0}, 1.5, 0.5});
    EXPECT_TRUE(std::isnan(sums[INM_UL]));
    EXPECT_TRUE(std::isnan(sums[INM_UD]));
    EXPECT_GT(sums[INM_S], 0.0);
    EXPECT_GT(sums[INM_ALL], sums[INM_S]);
}

TEST(ClassSums, by_bin_add_up_to_the_whole)
{
    const Known known(20, 3);
    const Kpm kpm(known.s, known.proj, 1, 500);
    ASSERT_EQ(kpm.status, INM_OK);
    const inm_cut cut = {{INM_EDGE_FREQUENCY, 3.5}, 1.5, 0.5};
    const auto sums       = class_sums(kpm, cut);
    const Measure xi2(kpm.k, 0, 3, 500);
    const inm_range range = {30, -4.0, 11.0};
    std::vector<double> rows(5 * range.nbin), friction((size_t) xi2.m.ntypes + 1, 0.0);
    friction[0] = 2.0;
    inm_viscosity_spectrum(&xi2.m, &cut, friction.data(), &range, rows.data());
    const double *last = &rows[5 * (range.nbin - 1)];
    EXPECT_NEAR(last[3], 2.0 * sums[INM_UL], 1e-10 * sums[INM_ALL]);
    EXPECT_NEAR(last[4], 2.0 * sums[INM_ALL], 1e-10 * sums[INM_ALL]);
    EXPECT_EQ(rows[0], -3.75);
    for (size_t b = 1; b < range.nbin; b++)
        for (size_t c : {1, 2})
            EXPECT_NEAR(rows[5 * b + 2 + c] - rows[5 * b - 3 + c], 0.5 * rows[5 * b + c],
                        1e-10 * sums[INM_ALL]);
}

TEST(Fractions, are_those_of_the_spectrum_within_their_error)
{
    // with many random vectors the mean is close, and the spread estimates its error
    const Known known(40, 1, 3, 51);
    Kpm kpm(known.s, known.proj, 64, 300);
    ASSERT_EQ(kpm.status, INM_OK);
    inm_fractions errors;
    const double w_edge = 3.5;
    const inm_fractions f =
        fractions_of(kpm.spectrum(), {INM_EDGE_FREQUENCY, w_edge}, &errors);
    double unstable = 0.0, localized = 0.0;
    for (double l : known.lambda) {
        unstable += (l < 0.0) / (double) known.lambda.size();
        localized += (l < -w_edge * w_edge) / (double) known.lambda.size();
    }
    EXPECT_GT(errors.unstable, 0.0);
    EXPECT_LT(errors.unstable, 0.02);
    EXPECT_NEAR(f.unstable, unstable, 4.0 * errors.unstable);
    EXPECT_NEAR(f.localized, localized, 4.0 * errors.localized);
    EXPECT_NEAR(f.stable + f.unstable, 1.0, 1e-12);
    EXPECT_NEAR(f.localized + f.delocalized, f.unstable, 1e-12);
}

TEST(Fractions, have_no_error_from_one_random_vector_and_no_classes_without_edge)
{
    const Known known(20, 1, 3, 51);
    Kpm kpm(known.s, known.proj, 1, 100);
    ASSERT_EQ(kpm.status, INM_OK);
    inm_fractions errors;
    const inm_fractions f = fractions_of(kpm.spectrum(), {INM_EDGE_NONE, 0.0}, &errors);
    EXPECT_TRUE(std::isnan(errors.unstable));
    EXPECT_TRUE(std::isnan(f.localized));
    EXPECT_TRUE(std::isnan(f.delocalized));
    EXPECT_GT(f.unstable, 0.0);
    EXPECT_LT(f.unstable, 1.0);
}

TEST(Bins, hold_the_modes_and_projections_of_the_spectrum)
{
    const Known known(40, 2, 3, 61);
    Kpm kpm(known.s, known.proj, 64, 300);
    ASSERT_EQ(kpm.status, INM_OK);
    const inm_range range = {8, -8.0, 12.0};
    const auto dos        = dos_of(kpm.spectrum(), range);
    const auto gamma      = gamma_of(kpm.spectrum(), 0, 2, range);
    double modes = 0.0, all = 0.0;
    for (size_t b = 0; b < range.nbin; b++) {
        const double lo = -8.0 + 2.5 * (double) b, hi = lo + 2.5;
        double count = 0.0, xi2 = 0.0;
        for (size_t p = 0; p < known.lambda.size(); p++) {
            const double w = inm_frequency(known.lambda[p]);
            if (w < lo || w >= hi) continue;
            count += 1.0;
            xi2 += 0.5 * (known.proj2(0, p) + known.proj2(1, p));
        }
        // 120 modes, 64 random vectors: an error of sqrt(2 n f(1-f)/64) < 1 mode; part of a mode
        // near the edge of the bin may be counted beyond it
        EXPECT_NEAR(dos[b].count, count, 4.0) << b;
        EXPECT_NEAR(dos[b].g, dos[b].count / (120.0 * 2.5), 1e-12);
        EXPECT_TRUE(std::isnan(dos[b].mean_p));
        EXPECT_TRUE(std::isnan(dos[b].sum_p));
        EXPECT_NEAR(gamma[b].sum, xi2, 0.1 * xi2 + 0.5) << b;
        if (dos[b].count < 0.5) {
            EXPECT_TRUE(std::isnan(gamma[b].xi2));
        } else {
            EXPECT_NEAR(gamma[b].xi2, gamma[b].sum / dos[b].count, 1e-12);
            EXPECT_NEAR(gamma[b].over_mass, gamma[b].xi2 / inm_kpm_mean_mass(kpm.k), 1e-12);
        }
        modes += dos[b].count;
        all += gamma[b].sum;
    }
    double square = 0.0;
    for (size_t p = 0; p < known.lambda.size(); p++)
        square += 0.5 * (known.proj2(0, p) + known.proj2(1, p));
    EXPECT_NEAR(modes, 120.0, 1e-9);
    EXPECT_NEAR(all, square, 1e-10 * square);
}

TEST(Bins, low_frequency_slope_is_that_of_the_spectrum)
{
    // eigenvalues evenly spread over -100..300 give g = 2|w|/400
    const size_t natom = 60, n = 3 * natom;
    std::vector<double> lambda;
    for (size_t p = 0; p < n; p++)
        lambda.push_back(-100.0 + 400.0 * ((double) p + 0.5) / (double) n);
    const System s =
        with_spectrum(lambda, random_orthogonal(n, 5), std::vector<double>(natom, 1.0));
    const int nrandom = 160;
    Kpm kpm(s, Field(), nrandom, 100);
    ASSERT_EQ(kpm.status, INM_OK);
    // the lowest 9 modes, counted by random vectors
    const double error = std::sqrt(2.0 * 9.0 / nrandom) / 9.0, slope = 2.0 / 400.0;
    EXPECT_NEAR(slope_of(kpm.spectrum()), slope, 4.0 * error * slope);
}

// ---- the interval -------------------------------------------------------------------------------

// a liquid of stiff molecules: 2/3 of the modes from -5 to 50, and the bonds around 30000.  A margin in units of the
// width would be 300.
TEST(Interval, has_a_margin_at_each_end_that_fits_the_end)
{
    std::vector<double> lambda = random_numbers(80, -5.0, 50.0, 3);
    for (double l : random_numbers(40, 2.9e4, 3.0e4, 4)) lambda.push_back(l);
    const Known known(40, 2, 3, 71, lambda);
    const Kpm kpm(known.s, known.proj, 2, 400);
    ASSERT_EQ(kpm.status, INM_OK);
    const double lo = inm_kpm_lowest(kpm.k), hi = inm_kpm_highest(kpm.k);
    EXPECT_LT(lo, known.lambda.front());
    EXPECT_GT(lo, known.lambda.front() - 5.0);
    EXPECT_GT(hi, known.lambda.back());
    EXPECT_LT(hi, 1.02 * known.lambda.back());
}

// two Lanczos steps see hardly anything of the spectrum
TEST(Interval, is_widened_until_it_holds_the_spectrum)
{
    const Known known(14, 3);
    expect_moments(known, Kpm(known.s, known.proj, 2, 200, scattered, false, MPI_COMM_WORLD, 2));
}

// ---- convergence of a modulus -------------------------------------------------------------------

typedef std::complex<double> Complex;

Complex modulus_of(const Known &known, double affine, double w, double rate)
{
    Complex s = 0.0;
    for (size_t p = 0; p < known.lambda.size(); p++)
        s += known.proj2(0, p) / (known.lambda[p] - w * w + Complex(0.0, w * rate));
    return affine - s;
}

TEST(Convergence, of_a_modulus_goes_on_until_all_frequencies_within_reach_are_known)
{
    const Known known(40, 1);
    const double affine = 300.0, bound = 1e-3, reachable[] = {0.3, 2.0}, all[] = {1e-4, 0.3, 2.0};
    const std::vector<inm_complex> rates(3, inm_complex{2.0, 0.0});
    for (bool with_unreachable : {false, true}) {
        const size_t n = with_unreachable ? 3 : 2;
        const inm_modulus_rows rows = {n, INM_MODES_ALL, affine,
                                       with_unreachable ? all : reachable, rates.data()};
        Options options(INM_VECTORS_NONE);
        options.proj     = known.proj;
        options.nrandom  = 2;
        options.bound    = bound;
        options.criteria = {{0, 1, {}, &rows}};
        Task task(known.s, options);
        ASSERT_EQ(task.status, INM_OK);
        inm_kpm *kpm = nullptr;
        double change = NAN;
        ASSERT_EQ(inm_kpm_create(&kpm, task.share.h, &task.request), INM_OK);
        ASSERT_EQ(inm_kpm_converge(kpm, &task.request, &change), INM_OK);
        EXPECT_LE(change, bound);
        EXPECT_GE(change, 0.0);
        EXPECT_LT(inm_kpm_products(kpm), 10000u);

        const Measure m(kpm, 0, 1, inm_kpm_products(kpm));
        for (double w : reachable) {
            const std::vector<inm_complex> rate = {rates[0], {0.0, 0.0}, {0.0, 0.0}, {0.0, 0.0}};
            const inm_complex s = inm_modulus_response(&m.m, INM_MODES_ALL, w, rate.data(), nullptr);
            const Complex found(affine - s.re, -s.im), wanted = modulus_of(known, affine, w, 2.0);
            EXPECT_LT(std::abs(found - wanted), 2.0 * bound * std::abs(wanted)) << w;
        }
        inm_kpm_destroy(&kpm);
    }
}

TEST(Resolution, is_that_of_the_broadening)
{
    const Known known(10, 1);
    const Kpm kpm(known.s, known.proj, 1, 1);
    ASSERT_EQ(kpm.status, INM_OK);
    const double lo = inm_kpm_lowest(kpm.k), hi = inm_kpm_highest(kpm.k);
    for (double w : {-4.0, 3.0}) {
        const double lambda = w * std::fabs(w), fine = inm_kpm_resolution(kpm.k, w, 4000);
        const double sine = std::sqrt((lambda - lo) * (hi - lambda)); // times the half width
        EXPECT_NEAR(2.0 * std::fabs(w) * fine, M_PI * sine / 7999.0, 0.01 * M_PI * sine / 7999.0);
        EXPECT_NEAR(inm_kpm_resolution(kpm.k, w, 8000) / fine, 0.5, 0.01);
    }
}

TEST(Masses, are_averaged_over_all_ranks)
{
    const System s = random_cluster(6, 1);
    for (const Owner &owner : owners)
        EXPECT_NEAR(inm_kpm_mean_mass(Kpm(s, Field(), 1, 1, owner).k), s.total_mass() / 6.0, 1e-14);
}
} // namespace
