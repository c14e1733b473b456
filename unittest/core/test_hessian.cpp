// The Hessian as distributed blocks, against formulas, a plain assembly, and derivatives of an
// energy that is defined here.

#include "model_systems.h"

#include <climits>
#include <complex>

namespace {

// ---- a Lennard-Jones system with its energy -----------------------------------------------------

template <typename T> T lj(const T &rsq)
{
    const T s6 = 1.0 / (rsq * rsq * rsq);
    return 4.0 * s6 * (s6 - 1.0);
}
double lj_du(double r)
{
    return (-48.0 * std::pow(r, -12) + 24.0 * std::pow(r, -6)) / r;
}
double lj_du2(double r)
{
    return (624.0 * std::pow(r, -12) - 168.0 * std::pow(r, -6)) / (r * r);
}

// Atoms and the pairs within a cutoff, each seen from either side.  shift: from j to its image.

struct Liquid {
    struct Pair {
        size_t i, j;
        Vec3 shift;
    };
    std::vector<Vec3> r;
    std::vector<Pair> pairs;

    // half the sum over pairs counted from both sides, with coordinates displaced by u [natom][3],
    // then sheared: x_k += gamma x_c
    template <typename T> T energy(const std::vector<T> &u, double gamma, int k, int c) const
    {
        T sum = 0.0;
        for (const Pair &p : pairs) {
            std::array<T, 3> d;
            for (size_t a = 0; a < 3; a++) d[a] = r[p.i][a] - r[p.j][a] - p.shift[a];
            d[(size_t) k] += gamma * d[(size_t) c];
            for (size_t a = 0; a < 3; a++) d[a] += u[3 * p.i + a] - u[3 * p.j + a];
            sum += 0.5 * lj<T>(d[0] * d[0] + d[1] * d[1] + d[2] * d[2]);
        }
        return sum;
    }
    // forces by complex-step differentiation of the energy: exact up to rounding
    Field forces(const Field &displacement, double gamma = 0.0, int k = 0, int c = 1) const
    {
        const double step = 1e-100;
        std::vector<std::complex<double>> u(displacement.begin(), displacement.end());
        Field f(u.size());
        for (size_t x = 0; x < u.size(); x++) {
            u[x] += std::complex<double>(0.0, step);
            f[x] = -energy(u, gamma, k, c).imag() / step;
            u[x] = displacement[x];
        }
        return f;
    }
    System system() const
    {
        System s;
        for (size_t i = 0; i < r.size(); i++) s.add_atom();
        for (const Pair &p : pairs) {
            if (p.i > p.j || (p.i == p.j && p.shift < Vec3{{0, 0, 0}})) continue; // one side of two
            Vec3 d;
            for (size_t a = 0; a < 3; a++) d[a] = r[p.i][a] - r[p.j][a] - p.shift[a];
            const double distance = std::sqrt(dot(d, d));
            s.pair(p.i, p.j, d, lj_du(distance), lj_du2(distance));
        }
        return s;
    }
};

// Atoms near the places of a cubic lattice; box: edge of a periodic box, or 0 for a free cluster.
Liquid liquid(size_t natom, double box, double cutoff, unsigned seed)
{
    const std::vector<double> jitter = random_numbers(3 * natom, -0.1, 0.1, seed);
    const int images                 = (box > 0.0) ? (int) std::ceil(cutoff / box) + 1 : 0;
    Liquid l;
    for (size_t i = 0; i < natom; i++) {
        const double place[3] = {(double) (i % 2), (double) (i / 2 % 2), (double) (i / 4)};
        Vec3 r;
        for (size_t a = 0; a < 3; a++) r[a] = 1.12 * place[a] + jitter[3 * i + a];
        l.r.push_back(r);
    }
    for (size_t i = 0; i < natom; i++)
        for (size_t j = 0; j < natom; j++)
            for (int x = -images; x <= images; x++)
                for (int y = -images; y <= images; y++)
                    for (int z = -images; z <= images; z++) {
                        const Vec3 shift = {{x * box, y * box, z * box}};
                        double rsq       = 0.0;
                        for (size_t a = 0; a < 3; a++)
                            rsq += std::pow(l.r[i][a] - l.r[j][a] - shift[a], 2);
                        const bool itself = (i == j && !x && !y && !z);
                        if (!itself && rsq < cutoff * cutoff)
                            l.pairs.push_back(Liquid::Pair{i, j, shift});
                    }
    return l;
}

// box smaller than the cutoff: several images of a pair, and images of an atom itself
Liquid small_box()
{
    return liquid(5, 2.3, 2.5, 7);
}
Liquid free_cluster()
{
    return liquid(8, 0.0, 100.0, 3);
}

// ---- the core's answers as plain arrays ---------------------------------------------------------

// H [3N][3N] through products with unit fields
Field hessian_by_products(const Hessian &share, const System &s)
{
    const size_t natom = s.natom(), n = 3 * natom;
    Field h(n * n), y(3 * share.atoms.size());
    for (size_t c = 0; c < n; c++) {
        Field unit(n, 0.0);
        unit[c] = 1.0;
        EXPECT_EQ(inm_hessian_multiply(share.h, share.local(unit, natom).data(), y.data()), INM_OK);
        const Field column = share.global(y, natom);
        for (size_t r = 0; r < n; r++) h[r * n + c] = column[r];
    }
    return h;
}

double largest(const Field &x)
{
    double max = 0.0;
    for (double one : x) max = std::max(max, std::fabs(one));
    return max;
}

void expect_near(const Field &x, const Field &y, double tolerance)
{
    ASSERT_EQ(x.size(), y.size());
    for (size_t i = 0; i < x.size(); i++) EXPECT_NEAR(x[i], y[i], tolerance) << "element " << i;
}

// tolerance of sums of up to 500 terms, none larger than the largest element
double rounding(const Field &x)
{
    return 500.0 * DBL_EPSILON * largest(x);
}

// A handle with rows and ghosts of unit mass, without blocks.

class Bare {
public:
    inm_hessian *h = nullptr;
    size_t nrow;

    explicit Bare(const std::vector<int64_t> &tag, const std::vector<int64_t> &ghost = {},
                  MPI_Comm comm = MPI_COMM_SELF) :
        nrow(tag.size())
    {
        EXPECT_EQ(inm_hessian_create(&h, comm, 3, 1.0), INM_OK);
        EXPECT_EQ(begin(tag, ghost), INM_OK);
    }
    ~Bare() { inm_hessian_destroy(&h); }
    Bare(const Bare &)            = delete;
    Bare &operator=(const Bare &) = delete;

    inm_status begin(const std::vector<int64_t> &tag, const std::vector<int64_t> &ghost = {})
    {
        const std::vector<int> type(tag.size(), 1);
        const std::vector<double> mass(tag.size(), 1.0);
        nrow = tag.size();
        return inm_hessian_begin(h, nrow, tag.data(), type.data(), mass.data(), ghost.size(),
                                 ghost.data());
    }
    inm_status add(int i, int j, const Vec3 &dr, const Mat3 &k)
    {
        return inm_hessian_add(h, i, j, dr.data(), k.data());
    }
    Field product(const Field &u) const
    {
        Field y(3 * nrow, 99.0);
        EXPECT_EQ(inm_hessian_multiply(h, u.data(), y.data()), INM_OK);
        return y;
    }
    // [3 nrow][3 nrow] where all rows are on this rank
    Field matrix() const
    {
        const size_t n = 3 * nrow;
        Field m(n * n);
        for (size_t c = 0; c < n; c++) {
            Field unit(n, 0.0);
            unit[c]       = 1.0;
            const Field y = product(unit);
            for (size_t r = 0; r < n; r++) m[r * n + c] = y[r];
        }
        return m;
    }
    // all 27 numbers of every row, [nrow][3] for each shear in turn
    Field affine_force() const
    {
        Field all, xi(3 * nrow);
        for (int k = 0; k < 3; k++)
            for (int c = 0; c < 3; c++) {
                inm_hessian_affine_force(h, k, c, xi.data());
                all.insert(all.end(), xi.begin(), xi.end());
            }
        return all;
    }
};

const Mat3 general = {{1.0, 2.0, -3.0, 0.5, -4.0, 5.0, 7.0, 0.25, 6.0}}; // not symmetric
const Vec3 along   = {{0.5, -2.0, 1.5}};

// ---- arguments ----------------------------------------------------------------------------------

TEST(HessianArguments, dimension_is_two_or_three)
{
    for (int dim : {-1, 0, 1, 4}) {
        inm_hessian *h = nullptr;
        EXPECT_EQ(inm_hessian_create(&h, MPI_COMM_WORLD, dim, 1.0), INM_ERR_ARG) << dim;
        EXPECT_EQ(h, nullptr);
    }
    for (int dim : {2, 3}) {
        inm_hessian *h = nullptr;
        ASSERT_EQ(inm_hessian_create(&h, MPI_COMM_WORLD, dim, 1.0), INM_OK) << dim;
        EXPECT_EQ(inm_hessian_dim(h), dim);
        inm_hessian_destroy(&h);
    }
}

TEST(HessianArguments, scale_is_positive)
{
    for (double scale : {0.0, -1.0, NaN}) {
        inm_hessian *h = nullptr;
        EXPECT_EQ(inm_hessian_create(&h, MPI_COMM_WORLD, 3, scale), INM_ERR_ARG) << scale;
        EXPECT_EQ(h, nullptr);
    }
}

TEST(HessianArguments, tags_types_and_masses_are_positive)
{
    const int64_t tag[] = {1, 2}, zero_tag[] = {1, 0}, negative_tag[] = {-1, 2};
    const int type[] = {1, 1}, zero_type[] = {1, 0};
    const double mass[] = {1.0, 1.0}, zero_mass[] = {1.0, 0.0}, negative_mass[] = {-1.0, 1.0},
                 nan_mass[] = {1.0, NaN};
    const int64_t ghost[] = {2, 7, 7}, zero_ghost[] = {2, 0}, negative_ghost[] = {-1, 2},
                  same_tag[] = {4, 4};
    Hessian share((System()));
    ASSERT_EQ(share.status, INM_OK);
    EXPECT_EQ(inm_hessian_begin(share.h, 2, zero_tag, type, mass, 0, nullptr), INM_ERR_ARG);
    EXPECT_EQ(inm_hessian_begin(share.h, 2, negative_tag, type, mass, 0, nullptr), INM_ERR_ARG);
    EXPECT_EQ(inm_hessian_begin(share.h, 2, tag, zero_type, mass, 0, nullptr), INM_ERR_ARG);
    EXPECT_EQ(inm_hessian_begin(share.h, 2, tag, type, zero_mass, 0, nullptr), INM_ERR_ARG);
    EXPECT_EQ(inm_hessian_begin(share.h, 2, tag, type, negative_mass, 0, nullptr), INM_ERR_ARG);
    EXPECT_EQ(inm_hessian_begin(share.h, 2, tag, type, nan_mass, 0, nullptr), INM_ERR_ARG);
    EXPECT_EQ(inm_hessian_begin(share.h, 2, tag, type, mass, 2, zero_ghost), INM_ERR_ARG);
    EXPECT_EQ(inm_hessian_begin(share.h, 2, tag, type, mass, 2, negative_ghost), INM_ERR_ARG);
    EXPECT_EQ(inm_hessian_begin(share.h, 2, same_tag, type, mass, 0, nullptr), INM_ERR_TAG);
    EXPECT_EQ(inm_hessian_nrow(share.h), 0u) << "rows of a failed begin";
    EXPECT_EQ(inm_hessian_begin(share.h, 2, tag, type, mass, 3, ghost), INM_OK) << "it lives on";
    EXPECT_EQ(inm_hessian_nrow(share.h), 2u);
}

TEST(HessianArguments, destroy_takes_null_and_leaves_null)
{
    inm_hessian *h = nullptr;
    inm_hessian_destroy(nullptr);
    inm_hessian_destroy(&h);
    ASSERT_EQ(inm_hessian_create(&h, MPI_COMM_WORLD, 3, 1.0), INM_OK);
    inm_hessian_destroy(&h);
    EXPECT_EQ(h, nullptr);
}

TEST(HessianArguments, the_communicator_is_given_back)
{
    Hessian share((System()), scattered, false, MPI_COMM_SELF);
    int result;
    MPI_Comm_compare(inm_hessian_comm(share.h), MPI_COMM_SELF, &result);
    EXPECT_EQ(result, MPI_IDENT);
}

// ---- blocks -------------------------------------------------------------------------------------

TEST(CentralPair, block_is_longitudinal_u2_and_transverse_u1_over_r)
{
    // along dr the stiffness is u'', across it is u'/r
    const Vec3 dr = {{1.0, 2.0, -2.0}}, across[] = {{{2.0, 1.0, 2.0}}, {{-2.0, 2.0, 1.0}}};
    const double r = 3.0, du = -1.5, du2 = 7.0;
    System s;
    s.add_atom();
    s.add_atom();
    s.pair(0, 1, dr, du, du2);
    const Field h = hessian_by_products(Hessian(s), s);

    const auto product = [&](size_t i, size_t j, const Vec3 &u) {
        Vec3 y = {{0, 0, 0}};
        for (size_t a = 0; a < 3; a++)
            for (size_t b = 0; b < 3; b++) y[a] += h[(3 * i + a) * 6 + 3 * j + b] * u[b];
        return y;
    };
    for (size_t i = 0; i < 2; i++)
        for (size_t j = 0; j < 2; j++) {
            const double sign = (i == j) ? 1.0 : -1.0, tolerance = 50.0 * DBL_EPSILON * du2 * r;
            for (size_t a = 0; a < 3; a++) {
                EXPECT_NEAR(product(i, j, dr)[a], sign * du2 * dr[a], tolerance);
                for (const Vec3 &t : across)
                    EXPECT_NEAR(product(i, j, t)[a], sign * du / r * t[a], tolerance);
            }
        }
}

TEST(CentralPair, hessian_is_the_second_derivative_of_the_energy)
{
    for (const Liquid &l : {free_cluster(), small_box()}) {
        const System s = l.system();
        const size_t n = s.n();
        const Field h  = hessian_by_products(Hessian(s), s);

        // central difference of exact forces: error step^2 u''''/6, with u'''' up to 1e3 |H|
        const double step = 1e-5, tolerance = 1e3 * step * step * largest(h);
        for (size_t c = 0; c < n; c++) {
            Field up(n, 0.0), down(n, 0.0);
            up[c]            = step;
            down[c]          = -step;
            const Field f_up = l.forces(up), f_down = l.forces(down);
            for (size_t r = 0; r < n; r++)
                EXPECT_NEAR(h[r * n + c], -(f_up[r] - f_down[r]) / (2.0 * step), tolerance)
                    << r << " " << c;
        }
    }
}

TEST(CentralPair, matrix_of_pairs_is_symmetric)
{
    const System s = small_box().system();
    const Field h  = hessian_by_products(Hessian(s), s);
    for (size_t r = 0; r < s.n(); r++)
        for (size_t c = 0; c < r; c++) EXPECT_EQ(h[r * s.n() + c], h[c * s.n() + r]);
}

TEST(CentralPair, of_two_atoms_at_the_same_place_is_undefined)
{
    Bare two({1, 2});
    const double dr[] = {0, 0, 0};
    EXPECT_EQ(inm_hessian_add_central(two.h, 0, 1, dr, -1.0, 2.0), INM_OK);
    ASSERT_EQ(inm_hessian_end(two.h), INM_OK);
    EXPECT_FALSE(std::isfinite(inm_hessian_trace(two.h)));
}

TEST(HessianBlocks, every_row_sums_to_zero_where_only_distances_matter)
{
    for (const Liquid &l : {free_cluster(), small_box()}) {
        const System s = l.system();
        const size_t n = s.n();
        const Field h  = hessian_by_products(Hessian(s), s);
        for (size_t r = 0; r < n; r++)
            for (size_t b = 0; b < 3; b++) {
                double sum = 0.0;
                for (size_t j = 0; j < s.natom(); j++) sum += h[r * n + 3 * j + b];
                EXPECT_NEAR(sum, 0.0, rounding(h)) << "row " << r << ", column " << b;
            }
    }
}

TEST(HessianBlocks, an_atom_and_its_own_images_cost_no_energy)
{
    System s;
    s.add_atom();
    s.pair(0, 0, Vec3{{1.3, 0.0, 0.2}}, -0.7, 5.0);
    expect_near(hessian_by_products(Hessian(s), s), Field(9, 0.0), 20.0 * DBL_EPSILON * 5.0);
}

TEST(HessianBlocks, product_with_a_field_is_that_of_the_dense_matrix)
{
    const System s = random_cluster(7, 11);
    const size_t n = s.n();
    const Field h = s.hessian(), u = random_numbers(n, -1.0, 1.0, 12);
    Field expected(n, 0.0);
    for (size_t r = 0; r < n; r++)
        for (size_t c = 0; c < n; c++) expected[r] += h[r * n + c] * u[c];
    for (const Owner &owner : {Owner(scattered), Owner(all_on_last), Owner(in_pairs)}) {
        Hessian share(s, owner);
        Field y(3 * share.atoms.size(), 99.0); // overwritten
        ASSERT_EQ(inm_hessian_multiply(share.h, share.local(u, s.natom()).data(), y.data()),
                  INM_OK);
        expect_near(share.global(y, s.natom()), expected, rounding(h) * (double) n);
    }
}

TEST(HessianBlocks, sides_and_diagonal_blocks_add_up)
{
    const Mat3 k = {{1, 2, 3, 4, 5, 6, 7, 8, 9}}, d = {{2, 0, 1, 0, 3, 0, 1, 0, 4}};
    System s;
    s.add_atom();
    s.add_atom();
    for (int times = 0; times < 2; times++) {
        s.side(0, 2, k);
        s.onsite(1, d);
    }
    const Field h = hessian_by_products(Hessian(s), s);
    for (size_t a = 0; a < 3; a++)
        for (size_t b = 0; b < 3; b++) {
            EXPECT_EQ(h[a * 6 + 3 + b], k[3 * a + b]) << "half of each of two, seen from one side";
            EXPECT_EQ(h[(3 + b) * 6 + a], k[3 * a + b]) << "and its transpose";
            EXPECT_EQ(h[(3 + a) * 6 + 3 + b], d[3 * a + b] + d[3 * b + a]);
            EXPECT_EQ(h[a * 6 + b], 0.0);
        }
}

TEST(HessianBlocks, begin_forgets_what_was_there)
{
    const int64_t tag = 5 + my_rank();
    const int type    = 2;
    const double mass = 3.0;
    for (bool ended : {false, true}) {
        Hessian share(small_box().system());
        if (!ended) {
            ASSERT_EQ(inm_hessian_begin(share.h, 1, &tag, &type, &mass, 1, &tag), INM_OK);
            ASSERT_EQ(inm_hessian_add(share.h, 0, INM_OUTSIDE, along.data(), general.data()),
                      INM_OK);
        }
        ASSERT_EQ(inm_hessian_begin(share.h, 1, &tag, &type, &mass, 0, nullptr), INM_OK);
        EXPECT_EQ(inm_hessian_nrow(share.h), 1u);
        EXPECT_EQ(inm_hessian_tags(share.h)[0], tag);
        EXPECT_EQ(inm_hessian_largest_type(share.h), 2);
        EXPECT_EQ(inm_hessian_nblock(share.h), 0u);
        ASSERT_EQ(inm_hessian_end(share.h), INM_OK);
        EXPECT_EQ(inm_hessian_nblock(share.h), 0u);

        const double u[3] = {1, 1, 1};
        double y[3] = {1, 1, 1}, xi[3] = {1, 1, 1};
        EXPECT_EQ(inm_hessian_multiply(share.h, u, y), INM_OK);
        inm_hessian_affine_force(share.h, 0, 1, xi);
        for (int a = 0; a < 3; a++) {
            EXPECT_EQ(y[a], 0.0);
            EXPECT_EQ(xi[a], 0.0);
        }
    }
}

TEST(HessianBlocks, begin_takes_more_and_fewer_rows_than_before)
{
    Bare bare({});
    for (size_t nrow : {3, 1, 0, 50, 7, 400, 2}) {
        std::vector<int64_t> tag(nrow);
        for (size_t i = 0; i < nrow; i++) tag[i] = (int64_t) (1000 - i);
        ASSERT_EQ(bare.begin(tag, tag), INM_OK);
        ASSERT_EQ(inm_hessian_nrow(bare.h), nrow);
        for (int i = 0; i < (int) nrow; i++) {
            EXPECT_EQ(inm_hessian_tags(bare.h)[i], tag[(size_t) i]);
            EXPECT_EQ(inm_hessian_add_diagonal(bare.h, i, diagonal_matrix(1, 2, 3).data()), INM_OK);
        }
        ASSERT_EQ(inm_hessian_end(bare.h), INM_OK);
        EXPECT_EQ(inm_hessian_trace(bare.h), 6.0 * (double) nrow);
    }
}

// ---- sites --------------------------------------------------------------------------------------

// of atoms 7 and 9, as rows 0, 1 and as ghosts 2 to 5
const std::vector<int64_t> two_rows = {7, 9}, four_ghosts = {9, 7, 9, 7};
const int sites_of_7[] = {0, 3, 5}, sites_of_9[] = {1, 2, 4};

// H_01 = K, H_10 = K^T, H_00 = H_11 = -(K + K^T)/2
void expect_pair_matrix(const Field &h, const Mat3 &k)
{
    ASSERT_EQ(h.size(), 36u);
    for (size_t a = 0; a < 3; a++)
        for (size_t b = 0; b < 3; b++) {
            const double both = k[3 * a + b] + k[3 * b + a];
            EXPECT_EQ(h[6 * a + 3 + b], k[3 * a + b]);
            EXPECT_EQ(h[6 * (3 + b) + a], k[3 * a + b]);
            EXPECT_EQ(h[6 * a + b], -0.5 * both);
            EXPECT_EQ(h[6 * (3 + a) + 3 + b], -0.5 * both);
        }
}

TEST(Sites, may_be_the_row_or_any_image_of_an_atom)
{
    for (int i : sites_of_7)
        for (int j : sites_of_9)
            for (bool other_way : {false, true}) {
                SCOPED_TRACE(testing::Message() << i << " " << j << " " << other_way);
                Bare two(two_rows, four_ghosts);
                ASSERT_EQ(other_way ? two.add(j, i, minus(along), transposed(general))
                                    : two.add(i, j, along, general),
                          INM_OK);
                ASSERT_EQ(inm_hessian_end(two.h), INM_OK);
                expect_pair_matrix(two.matrix(), general);
                // Xi_0 = K e_k dr_c, Xi_1 = -K^T e_k dr_c
                const Field xi = two.affine_force();
                for (size_t k = 0; k < 3; k++)
                    for (size_t c = 0; c < 3; c++)
                        for (size_t a = 0; a < 3; a++) {
                            EXPECT_EQ(xi[6 * (3 * k + c) + a], general[3 * a + k] * along[c]);
                            EXPECT_EQ(xi[6 * (3 * k + c) + 3 + a], -general[3 * k + a] * along[c]);
                        }
            }
}

TEST(Sites, of_one_atom_cancel_in_the_matrix)
{
    // for an asymmetric block the affine force keeps (K - K^T) dr
    for (int i : sites_of_7)
        for (int j : sites_of_7) {
            Bare two(two_rows, four_ghosts);
            ASSERT_EQ(two.add(i, j, along, general), INM_OK);
            EXPECT_EQ(inm_hessian_nblock(two.h), 0u);
            ASSERT_EQ(inm_hessian_end(two.h), INM_OK);
            EXPECT_EQ(two.matrix(), Field(36, 0.0));
            const Field xi = two.affine_force();
            for (size_t k = 0; k < 3; k++)
                for (size_t c = 0; c < 3; c++)
                    for (size_t a = 0; a < 3; a++) {
                        const double expected =
                            general[3 * a + k] * along[c] - general[3 * k + a] * along[c];
                        EXPECT_EQ(xi[6 * (3 * k + c) + a], expected);
                        EXPECT_EQ(xi[6 * (3 * k + c) + 3 + a], 0.0);
                    }
        }
}

TEST(Sites, outside_hold_an_atom_and_shear_it)
{
    for (int i : sites_of_9)
        for (bool other_way : {false, true}) {
            Bare two(two_rows, four_ghosts);
            ASSERT_EQ(other_way ? two.add(INM_OUTSIDE, i, minus(along), transposed(general))
                                : two.add(i, INM_OUTSIDE, along, general),
                      INM_OK);
            EXPECT_EQ(inm_hessian_nblock(two.h), 0u);
            ASSERT_EQ(inm_hessian_end(two.h), INM_OK);
            const Field h = two.matrix(), xi = two.affine_force();
            for (size_t r = 0; r < 6; r++)
                for (size_t c = 0; c < 6; c++) {
                    const bool here = (r >= 3 && c >= 3);
                    const double both =
                        here ? general[3 * (r - 3) + c - 3] + general[3 * (c - 3) + r - 3] : 0.0;
                    EXPECT_EQ(h[6 * r + c], -0.5 * both);
                }
            for (size_t k = 0; k < 3; k++)
                for (size_t c = 0; c < 3; c++)
                    for (size_t a = 0; a < 3; a++) {
                        EXPECT_EQ(xi[6 * (3 * k + c) + a], 0.0);
                        EXPECT_EQ(xi[6 * (3 * k + c) + 3 + a], general[3 * a + k] * along[c]);
                    }
        }
}

TEST(Sites, outside_on_both_ends_are_nothing_in_the_matrix)
{
    Bare two(two_rows, four_ghosts);
    ASSERT_EQ(two.add(INM_OUTSIDE, INM_OUTSIDE, along, general), INM_OK);
    ASSERT_EQ(inm_hessian_end(two.h), INM_OK);
    EXPECT_EQ(two.matrix(), Field(36, 0.0));
    EXPECT_EQ(two.affine_force(), Field(54, 0.0));
}

TEST(Sites, that_do_not_exist_are_refused_and_add_nothing)
{
    Bare two(two_rows, four_ghosts);
    for (int bad : {6, 7, -2, INT_MAX, INT_MIN})
        for (int good : {0, 2, (int) INM_OUTSIDE}) {
            EXPECT_EQ(two.add(bad, good, along, general), INM_ERR_ARG) << bad << " " << good;
            EXPECT_EQ(two.add(good, bad, along, general), INM_ERR_ARG) << bad << " " << good;
            EXPECT_EQ(inm_hessian_add_central(two.h, bad, good, along.data(), 1, 1), INM_ERR_ARG);
        }
    for (int bad : {2, 6, -1, -2, INT_MAX, INT_MIN}) { // a ghost is not a row
        EXPECT_EQ(inm_hessian_add_side(two.h, bad, 7, general.data()), INM_ERR_ARG) << bad;
        EXPECT_EQ(inm_hessian_add_diagonal(two.h, bad, general.data()), INM_ERR_ARG) << bad;
        EXPECT_EQ(inm_hessian_add_affine(two.h, bad, Field(27, 1.0).data()), INM_ERR_ARG) << bad;
    }
    for (int64_t bad : {(int64_t) 0, (int64_t) -2, (int64_t) INT64_MIN})
        EXPECT_EQ(inm_hessian_add_side(two.h, 0, bad, general.data()), INM_ERR_ARG) << bad;
    EXPECT_EQ(inm_hessian_nblock(two.h), 0u);
    ASSERT_EQ(inm_hessian_end(two.h), INM_OK);
    EXPECT_EQ(two.matrix(), Field(36, 0.0));
    EXPECT_EQ(two.affine_force(), Field(54, 0.0));
}

// ---- order of calls -----------------------------------------------------------------------------

void expect_nothing_can_be_added(inm_hessian *h)
{
    const Field ones(27, 1.0);
    EXPECT_EQ(inm_hessian_add(h, 0, 1, ones.data(), ones.data()), INM_ERR_ARG);
    EXPECT_EQ(inm_hessian_add(h, 0, INM_OUTSIDE, ones.data(), ones.data()), INM_ERR_ARG);
    EXPECT_EQ(inm_hessian_add_central(h, 0, 1, ones.data(), 1.0, 1.0), INM_ERR_ARG);
    EXPECT_EQ(inm_hessian_add_side(h, 0, 9, ones.data()), INM_ERR_ARG);
    EXPECT_EQ(inm_hessian_add_side(h, 0, INM_OUTSIDE, ones.data()), INM_ERR_ARG);
    EXPECT_EQ(inm_hessian_add_diagonal(h, 0, ones.data()), INM_ERR_ARG);
    EXPECT_EQ(inm_hessian_add_affine(h, 0, ones.data()), INM_ERR_ARG);
}

TEST(OrderOfCalls, nothing_is_added_before_begin_or_after_end)
{
    inm_hessian *fresh = nullptr;
    ASSERT_EQ(inm_hessian_create(&fresh, MPI_COMM_SELF, 3, 1.0), INM_OK);
    expect_nothing_can_be_added(fresh);
    inm_hessian_destroy(&fresh);

    Bare two(two_rows, four_ghosts);
    ASSERT_EQ(two.add(0, 1, along, general), INM_OK);
    ASSERT_EQ(inm_hessian_end(two.h), INM_OK);
    const Field h = two.matrix(), xi = two.affine_force();
    expect_nothing_can_be_added(two.h);
    EXPECT_EQ(two.matrix(), h);
    EXPECT_EQ(two.affine_force(), xi);
}

TEST(OrderOfCalls, end_without_begin_is_refused_and_a_second_end_leaves_the_matrix)
{
    inm_hessian *fresh = nullptr;
    ASSERT_EQ(inm_hessian_create(&fresh, MPI_COMM_SELF, 3, 1.0), INM_OK);
    EXPECT_EQ(inm_hessian_end(fresh), INM_ERR_ARG);
    inm_hessian_destroy(&fresh);

    Bare two(two_rows, four_ghosts);
    ASSERT_EQ(two.add(0, 1, along, general), INM_OK);
    ASSERT_EQ(inm_hessian_end(two.h), INM_OK);
    EXPECT_EQ(inm_hessian_end(two.h), INM_ERR_ARG);
    expect_pair_matrix(two.matrix(), general);
}

TEST(OrderOfCalls, products_wait_for_end)
{
    const Field u(6, 1.0);
    Field y(6, 2.0);
    Bare two(two_rows);
    EXPECT_EQ(inm_hessian_multiply(two.h, u.data(), y.data()), INM_ERR_ARG);
    int is_free[3];
    EXPECT_EQ(inm_hessian_translations(two.h, ACOUSTIC, is_free), INM_ERR_ARG);
    EXPECT_EQ(y, Field(6, 2.0));
    ASSERT_EQ(inm_hessian_end(two.h), INM_OK);
    EXPECT_EQ(inm_hessian_multiply(two.h, u.data(), y.data()), INM_OK);
    EXPECT_EQ(y, Field(6, 0.0));
}

// ---- failures on one rank -----------------------------------------------------------------------

// the handle takes a new configuration on all ranks
void expect_usable(Bare &bare)
{
    ASSERT_EQ(bare.begin({my_rank() + 1}), INM_OK);
    ASSERT_EQ(inm_hessian_add_diagonal(bare.h, 0, diagonal_matrix(1, 2, 3).data()), INM_OK);
    ASSERT_EQ(inm_hessian_end(bare.h), INM_OK);
    EXPECT_EQ(bare.product({1, 1, 1}), Field({1, 2, 3}));
}

void expect_no_rows(const Bare &bare)
{
    double y = 5.0;
    EXPECT_EQ(inm_hessian_nrow(bare.h), 0u);
    EXPECT_EQ(inm_hessian_nblock(bare.h), 0u);
    EXPECT_EQ(inm_hessian_bytes(bare.h), 0.0);
    EXPECT_EQ(inm_hessian_multiply(bare.h, &y, &y), INM_ERR_ARG);
}

TEST(FailingRank, a_row_of_two_ranks_is_refused_on_all)
{
    const int last = number_of_ranks() - 1;
    if (last == 0) return;
    const int64_t mine = (my_rank() == last) ? 1 : my_rank() + 1; // rank 0 has row 1 too
    Bare bare({mine}, {}, MPI_COMM_WORLD);
    EXPECT_EQ(inm_hessian_end(bare.h), INM_ERR_TAG);
    expect_no_rows(bare);
    expect_usable(bare);
}

TEST(FailingRank, an_atom_that_is_nobodys_row_is_refused_on_all)
{
    for (bool as_ghost : {true, false})
        for (int who = 0; who < number_of_ranks(); who++) {
            const bool me = (who == my_rank());
            Bare bare({my_rank() + 1}, std::vector<int64_t>(me && as_ghost ? 1 : 0, 1000),
                      MPI_COMM_WORLD);
            if (me && !as_ghost) {
                EXPECT_EQ(inm_hessian_add_side(bare.h, 0, 1000, general.data()), INM_OK);
            }
            EXPECT_EQ(inm_hessian_end(bare.h), INM_ERR_TAG) << who << " " << as_ghost;
            expect_no_rows(bare);
            expect_usable(bare);
        }
}

TEST(FailingRank, that_has_not_begun_is_noticed_by_all)
{
    for (int who = 0; who < number_of_ranks(); who++) {
        Bare bare({my_rank() + 1}, {}, MPI_COMM_WORLD);
        if (who == my_rank()) {
            EXPECT_EQ(bare.begin({-1}), INM_ERR_ARG);
        }
        EXPECT_EQ(inm_hessian_end(bare.h), INM_ERR_ARG);
        EXPECT_EQ(inm_hessian_nrow(bare.h), who == my_rank() ? 0u : 1u);
        if (who == my_rank()) {
            EXPECT_EQ(bare.begin({my_rank() + 1}), INM_OK);
        }
        EXPECT_EQ(inm_hessian_end(bare.h), INM_OK) << "the others wait for it";
        expect_usable(bare);
    }
}

TEST(FailingRank, that_has_no_matrix_is_noticed_by_all_in_a_product)
{
    for (int who = 0; who < number_of_ranks(); who++) {
        Bare bare({my_rank() + 1}, {}, MPI_COMM_WORLD);
        ASSERT_EQ(inm_hessian_end(bare.h), INM_OK);
        if (who == my_rank()) {
            EXPECT_EQ(bare.begin({my_rank() + 1}), INM_OK);
        }
        const Field u(3, 1.0);
        Field y(3);
        EXPECT_EQ(inm_hessian_multiply(bare.h, u.data(), y.data()), INM_ERR_ARG);
        expect_usable(bare);
    }
}

// ---- ranks that add a pair and ranks that own it ------------------------------------------------

const Owner owners[] = {scattered, all_on_first, all_on_last, in_pairs};
const Giver givers[] = {given_by_owner, given_in_turn, given_by_last, given_by_stranger};

// central and general pairs, pairs with the outside, of an atom with itself, and repeated ones in
// both orders; measured sides; diagonal blocks
System all_kinds(size_t natom, unsigned seed)
{
    System s          = random_cluster(natom, seed);
    Field x           = random_numbers(1000, -2.0, 2.0, seed + 9);
    size_t n          = 0;
    const auto number = [&]() {
        return x[n++ % x.size()];
    };
    const auto vector = [&]() {
        return Vec3{{number(), number(), number()}};
    };
    const auto matrix = [&]() {
        Mat3 k;
        for (double &one : k) one = number();
        return k;
    };
    for (size_t i = 0; i < natom; i++) {
        const size_t j = (3 * i + 1) % natom;
        s.pair(j, i, Vec3{{1.5, number(), number()}}, number(), number());
        s.block(i, s.tag[j], vector(), matrix());
        s.block(j, s.tag[i], vector(), matrix());
        s.block(i, s.tag[i], vector(), matrix());
        s.wall(i, Vec3{{number(), 1.5, number()}}, number(), number());
        s.block(i, INM_OUTSIDE, vector(), matrix());
        s.side(i, s.tag[j], matrix());
        s.side(j, s.tag[i], matrix());
        s.side(i, s.tag[i], matrix());
        s.onsite(i, matrix());
    }
    return s;
}

TEST(Givers, of_any_kind_on_any_rank_give_the_same_matrix_and_affine_force)
{
    const System s = all_kinds(6, 91);
    const Field h  = s.hessian();
    for (const Owner &owner : owners)
        for (const Giver &giver : givers)
            for (bool reversed : {false, true}) {
                Hessian share(s, owner, reversed, MPI_COMM_WORLD, giver);
                ASSERT_EQ(share.status, INM_OK);
                expect_near(hessian_by_products(share, s), h, rounding(h));
                for (size_t k = 0; k < 3; k++)
                    for (size_t c = 0; c < 3; c++) {
                        const Field xi = s.affine_force(k, c);
                        expect_near(share.affine_force((int) k, (int) c, s.natom()), xi,
                                    rounding(xi));
                    }
            }
}

TEST(Givers, of_many_blocks_with_large_tags_give_the_matrix)
{
    System s = all_kinds(60, 92);
    for (int64_t &tag : s.tag) tag = 5000000000 + 7 * tag;
    for (Term &t : s.terms)
        if (t.col > 0) t.col = 5000000000 + 7 * t.col;
    const size_t n = s.n();
    const Field h = s.hessian(), u = random_numbers(n, -1.0, 1.0, 93);
    Field expected(n, 0.0);
    for (size_t r = 0; r < n; r++)
        for (size_t c = 0; c < n; c++) expected[r] += h[r * n + c] * u[c];
    for (const Giver &giver : givers) {
        Hessian share(s, scattered, false, MPI_COMM_WORLD, giver);
        ASSERT_EQ(share.status, INM_OK);
        Field y(3 * share.atoms.size());
        ASSERT_EQ(inm_hessian_multiply(share.h, share.local(u, s.natom()).data(), y.data()),
                  INM_OK);
        expect_near(share.global(y, s.natom()), expected, rounding(h) * (double) n);
    }
}

TEST(Givers, of_more_blocks_than_one_piece_of_memory_holds_give_the_matrix)
{
    // each pair split into many equal parts, exact in binary
    const System s = random_cluster(5, 94);
    System parts   = s;
    parts.terms.clear();
    const int pieces = 4096;
    for (Term t : s.terms) {
        t.du /= pieces;
        t.du2 /= pieces;
        parts.terms.insert(parts.terms.end(), pieces, t);
    }
    const Field h = s.hessian();
    for (const Giver &giver : {Giver(given_by_owner), Giver(given_by_stranger)}) {
        Hessian share(parts, scattered, false, MPI_COMM_WORLD, giver);
        ASSERT_EQ(share.status, INM_OK);
        // sums of 10 * 4096 parts, each of one sign and no larger than the largest element
        expect_near(hessian_by_products(share, s), h, 5.0 * pieces * DBL_EPSILON * largest(h));
        EXPECT_LE(inm_hessian_nblock(share.h), s.terms.size());
    }
}

TEST(Givers, need_not_know_more_than_the_pair)
{
    // rank r has row r + 1; rank r + 2 adds the pair of ranks r and r + 1
    const int nprocs = number_of_ranks(), me = my_rank();
    const int64_t first = (me + nprocs - 2 % nprocs) % nprocs + 1, second = first % nprocs + 1;
    Bare bare({me + 1}, {first, second}, MPI_COMM_WORLD);
    ASSERT_EQ(bare.add(1, 2, along, general), INM_OK);
    ASSERT_EQ(inm_hessian_end(bare.h), INM_OK);

    System s;
    for (int r = 0; r < nprocs; r++) s.add_atom();
    for (int r = 0; r < nprocs; r++) s.block((size_t) r, (r + 1) % nprocs + 1, along, general);
    const Field h = s.hessian(), u = random_numbers(s.n(), -1.0, 1.0, 95);
    const Field y = bare.product(Field(&u[3 * (size_t) me], &u[3 * (size_t) me] + 3));
    for (size_t a = 0; a < 3; a++) {
        double expected = 0.0;
        for (size_t c = 0; c < s.n(); c++) expected += h[(3 * (size_t) me + a) * s.n() + c] * u[c];
        EXPECT_NEAR(y[a], expected, rounding(h));
    }
}

// ---- measured sides -----------------------------------------------------------------------------

TEST(Side, counts_half_and_its_transpose_the_same)
{
    Bare two(two_rows);
    ASSERT_EQ(inm_hessian_add_side(two.h, 1, 7, general.data()), INM_OK);
    EXPECT_EQ(inm_hessian_nblock(two.h), 1u);
    ASSERT_EQ(inm_hessian_end(two.h), INM_OK);
    const Field h = two.matrix();
    for (size_t r = 0; r < 6; r++)
        for (size_t c = 0; c < 6; c++)
            EXPECT_EQ(h[6 * r + c], (r >= 3 && c < 3)   ? 0.5 * general[3 * (r - 3) + c]
                                    : (r < 3 && c >= 3) ? 0.5 * general[3 * (c - 3) + r]
                                                        : 0.0);
    EXPECT_EQ(two.affine_force(), Field(54, 0.0));
}

TEST(Side, of_an_atom_itself_goes_to_its_diagonal_block_in_full)
{
    Bare two(two_rows);
    ASSERT_EQ(inm_hessian_add_side(two.h, 0, 7, general.data()), INM_OK);
    EXPECT_EQ(inm_hessian_nblock(two.h), 0u);
    ASSERT_EQ(inm_hessian_end(two.h), INM_OK);
    const Field h = two.matrix();
    for (size_t r = 0; r < 6; r++)
        for (size_t c = 0; c < 6; c++)
            EXPECT_EQ(h[6 * r + c],
                      (r < 3 && c < 3) ? 0.5 * (general[3 * r + c] + general[3 * c + r]) : 0.0);
}

TEST(Side, to_the_outside_is_nothing)
{
    Bare two(two_rows);
    ASSERT_EQ(inm_hessian_add_side(two.h, 0, INM_OUTSIDE, general.data()), INM_OK);
    EXPECT_EQ(inm_hessian_nblock(two.h), 0u);
    ASSERT_EQ(inm_hessian_end(two.h), INM_OK);
    EXPECT_EQ(two.matrix(), Field(36, 0.0));
}

TEST(Side, may_name_atoms_that_are_no_site)
{
    // every rank measures its atom against all others, which are not among its ghosts
    const int nprocs = number_of_ranks(), me = my_rank();
    const auto block = [&](int i, int j) {
        Mat3 k = general;
        for (size_t x = 0; x < 9; x++) k[x] += 10.0 * i + 0.125 * j * (double) x;
        return k;
    };
    Bare bare({me + 1}, {}, MPI_COMM_WORLD);
    for (int j = 0; j < nprocs; j++)
        if (j != me) {
            ASSERT_EQ(inm_hessian_add_side(bare.h, 0, j + 1, block(me, j).data()), INM_OK);
        }
    ASSERT_EQ(inm_hessian_end(bare.h), INM_OK);
    for (int j = 0; j < nprocs; j++)
        for (size_t b = 0; b < 3; b++) {
            Field u(3, 0.0);
            if (me == j) u[b] = 1.0;
            const Field y   = bare.product(u);
            const Mat3 mine = block(me, j), other = block(j, me);
            for (size_t a = 0; a < 3; a++)
                EXPECT_EQ(y[a], me == j ? 0.0 : 0.5 * mine[3 * a + b] + 0.5 * other[3 * b + a]);
        }
}

// ---- one block of each pair ---------------------------------------------------------------------

TEST(NumberOfBlocks, counts_what_was_added_and_in_the_end_one_of_each_pair)
{
    Bare three({1, 2, 3}, {1, 2, 3, 3});
    EXPECT_EQ(inm_hessian_nblock(three.h), 0u);
    const int pairs[][2] = {{0, 1}, {1, 0}, {3, 1}, {4, 3}, {0, 4}, {2, 1}, {1, 6}, {5, 4}};
    for (const auto &p : pairs) ASSERT_EQ(three.add(p[0], p[1], along, general), INM_OK);
    ASSERT_EQ(inm_hessian_add_side(three.h, 0, 2, general.data()), INM_OK);
    ASSERT_EQ(inm_hessian_add_side(three.h, 1, 1, general.data()), INM_OK);
    EXPECT_EQ(inm_hessian_nblock(three.h), 10u);
    ASSERT_EQ(inm_hessian_end(three.h), INM_OK);
    EXPECT_EQ(inm_hessian_nblock(three.h), 2u) << "1-2 and 2-3";
}

TEST(NumberOfBlocks, is_at_most_one_of_each_pair_on_each_rank)
{
    const System once = random_cluster(7, 96);
    System s          = once;
    for (int times = 0; times < 4; times++)
        for (const Term &t : once.terms) s.pair(s.index_of(t.col), t.row, minus(t.dr), t.du, t.du2);
    const double npair = (double) once.terms.size();
    for (const Owner &owner : owners)
        for (const Giver &giver : givers) {
            Hessian share(s, owner, false, MPI_COMM_WORLD, giver);
            ASSERT_EQ(share.status, INM_OK);
            double mine = (double) inm_hessian_nblock(share.h), all;
            MPI_Allreduce(&mine, &all, 1, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
            EXPECT_LE(mine, npair);
            EXPECT_GE(all, npair);
            EXPECT_LE(all, 2.0 * npair) << "on the ranks of its two atoms";
        }
}

TEST(Bytes, follow_the_blocks)
{
    const size_t nrow = 201;
    std::vector<int64_t> tag(nrow);
    for (size_t i = 0; i < nrow; i++) tag[i] = (int64_t) i + 1;
    Bare bare(tag);
    const double empty = inm_hessian_bytes(bare.h), count = (double) (nrow * (nrow - 1) / 2);
    EXPECT_GE(empty, (double) nrow * (9 + 27) * 8) << "diagonal blocks and affine forces";
    for (int i = 0; i < (int) nrow; i++)
        for (int j = 0; j < i; j++) ASSERT_EQ(bare.add(i, j, along, general), INM_OK);

    // a block takes at least nine doubles; memory is allocated in pieces of less than a megabyte
    const double open = inm_hessian_bytes(bare.h) - empty;
    EXPECT_GE(open, 72.0 * count);
    EXPECT_LE(open, 100.0 * count + 1e6);
    ASSERT_EQ(inm_hessian_end(bare.h), INM_OK);
    const double ended = inm_hessian_bytes(bare.h) - empty;
    EXPECT_GE(ended, 72.0 * count);
    EXPECT_LE(ended, 90.0 * count);
    EXPECT_GE(inm_hessian_bytes_for(count), open + ended - 1e6) << "both at the worst moment";

    ASSERT_EQ(bare.begin(tag), INM_OK);
    EXPECT_EQ(inm_hessian_bytes(bare.h), empty) << "begin frees the blocks";
}

TEST(Bytes, that_will_be_needed_are_in_proportion_to_the_pairs)
{
    EXPECT_EQ(inm_hessian_bytes_for(0.0), 0.0);
    EXPECT_GE(inm_hessian_bytes_for(1.0), 2.0 * 72.0) << "as added, and in rows";
    EXPECT_LE(inm_hessian_bytes_for(1.0), 3.0 * 72.0);
    EXPECT_EQ(inm_hessian_bytes_for(1e9), 1e9 * inm_hessian_bytes_for(1.0));
}

// ---- affine force -------------------------------------------------------------------------------

const int planes[6][2] = {{0, 1}, {0, 2}, {1, 2}, {1, 0}, {2, 0}, {2, 1}};

TEST(AffineForce, of_two_atoms_is_the_formula)
{
    // Xi_1 = -K e_k dr_c, Xi_2 = -Xi_1
    const Vec3 dr   = {{0.7, -0.4, 1.1}};
    const double du = -2.0, du2 = 9.0;
    System s;
    s.add_atom();
    s.add_atom();
    s.pair(0, 1, dr, du, du2);
    const Mat3 k = pair_matrix(dr, du, du2);
    Hessian share(s);
    for (const auto &plane : planes) {
        const size_t kk = (size_t) plane[0], c = (size_t) plane[1];
        const Field xi = share.affine_force(plane[0], plane[1], 2);
        for (size_t a = 0; a < 3; a++) {
            EXPECT_NEAR(xi[a], -k[3 * a + kk] * dr[c], 20.0 * DBL_EPSILON * du2);
            EXPECT_NEAR(xi[3 + a], k[3 * a + kk] * dr[c], 20.0 * DBL_EPSILON * du2);
        }
    }
}

void expect_derivative_of_forces(const Liquid &l, const Owner &owner,
                                 const Giver &giver = given_by_owner)
{
    const System s = l.system();
    const Field rest(s.n(), 0.0);
    Hessian share(s, owner, false, MPI_COMM_WORLD, giver);
    for (const auto &plane : planes) {
        const Field xi = share.affine_force(plane[0], plane[1], s.natom());
        // central difference of exact forces: error gamma^2 times derivatives up to 1e3 |Xi|
        const double gamma = 1e-5, tolerance = 1e3 * gamma * gamma * largest(xi);
        const Field up   = l.forces(rest, gamma, plane[0], plane[1]);
        const Field down = l.forces(rest, -gamma, plane[0], plane[1]);
        for (size_t x = 0; x < s.n(); x++)
            EXPECT_NEAR(xi[x], (up[x] - down[x]) / (2.0 * gamma), tolerance)
                << "plane " << plane[0] << plane[1] << ", coordinate " << x;
    }
}

TEST(AffineForce, of_a_free_cluster_is_the_derivative_of_the_forces_under_shear)
{
    expect_derivative_of_forces(free_cluster(), scattered);
}

TEST(AffineForce, of_a_box_with_several_images_is_the_derivative_of_the_forces_under_shear)
{
    // the system must have a pair with several images within the cutoff, and an atom with its own
    // images
    const Liquid l = small_box();
    std::vector<int> images(25, 0);
    for (const Liquid::Pair &p : l.pairs) images[5 * p.i + p.j]++;
    ASSERT_GT(images[1], 1);
    ASSERT_GT(images[0], 1);
    expect_derivative_of_forces(l, scattered);
    expect_derivative_of_forces(l, all_on_last);
    expect_derivative_of_forces(l, scattered, given_in_turn);
}

// ---- second derivatives by strain ---------------------------------------------------------------

void expect_second_differences(const Liquid &l, const Giver &giver = given_by_owner)
{
    const System s = l.system();
    Hessian share(s, scattered, false, MPI_COMM_WORLD, giver);
    double strain2[9], dilation2;
    inm_hessian_strains(share.h, strain2, &dilation2);

    const std::vector<long double> rest(s.n(), 0.0L);
    const long double gamma = 1e-5L, u0 = l.energy(rest, 0.0, 0, 0);
    for (int k = 0; k < 3; k++)
        for (int c = 0; c < 3; c++) {
            const long double up = l.energy(rest, (double) gamma, k, c);
            const long double down = l.energy(rest, -(double) gamma, k, c);
            const double expected = (double) ((up - 2.0L * u0 + down) / (gamma * gamma));
            EXPECT_NEAR(strain2[3 * k + c], expected, 1e-6 * std::fabs(expected)) << k << c;
        }
    double expected = 0.0; // sum of r^2 u'' + 2 W, W = -r u', over pairs, counted from both sides
    for (const Liquid::Pair &p : l.pairs) {
        Vec3 d;
        for (size_t a = 0; a < 3; a++) d[a] = l.r[p.i][a] - l.r[p.j][a] - p.shift[a];
        const double r = std::sqrt(dot(d, d));
        expected += 0.5 * (r * r * lj_du2(r) - 2.0 * r * lj_du(r));
    }
    EXPECT_NEAR(dilation2, expected, 1e-11 * std::fabs(expected));
}

TEST(StrainDerivatives, are_second_differences_of_the_energy)
{
    expect_second_differences(free_cluster());
    expect_second_differences(small_box());
    expect_second_differences(small_box(), given_in_turn);
}

TEST(StrainDerivatives, contain_pairs_outside_and_what_is_added)
{
    Bare two(two_rows);
    ASSERT_EQ(two.add(INM_OUTSIDE, INM_OUTSIDE, along, general), INM_OK);
    const Field more = random_numbers(9, -1.0, 1.0, 98);
    ASSERT_EQ(inm_hessian_add_strains(two.h, more.data(), 0.75), INM_OK);
    ASSERT_EQ(inm_hessian_end(two.h), INM_OK);
    EXPECT_EQ(inm_hessian_add_strains(two.h, more.data(), 0.75), INM_ERR_ARG) << "after end";
    double strain2[9], dilation2;
    double expected = 0.75 + (general[0] + general[4] + general[8]) * dot(along, along);
    inm_hessian_strains(two.h, strain2, &dilation2);
    for (size_t k = 0; k < 3; k++)
        for (size_t c = 0; c < 3; c++) {
            EXPECT_NEAR(strain2[3 * k + c], more[3 * k + c] - general[4 * k] * along[c] * along[c], 1e-13);
            expected -= 2.0 * along[k] * general[3 * k + c] * along[c];
        }
    EXPECT_NEAR(dilation2, expected, 1e-12);
}

TEST(AffineForce, takes_what_the_blocks_do_not_contain)
{
    const Field more = random_numbers(27, -1.0, 1.0, 97);
    Bare two(two_rows);
    for (int times = 0; times < 2; times++)
        ASSERT_EQ(inm_hessian_add_affine(two.h, 1, more.data()), INM_OK);
    ASSERT_EQ(inm_hessian_end(two.h), INM_OK);
    const Field xi = two.affine_force();
    for (size_t k = 0; k < 3; k++)
        for (size_t c = 0; c < 3; c++)
            for (size_t a = 0; a < 3; a++) {
                EXPECT_EQ(xi[6 * (3 * k + c) + a], 0.0);
                EXPECT_EQ(xi[6 * (3 * k + c) + 3 + a], 2.0 * more[9 * a + 3 * k + c]);
            }
    EXPECT_EQ(two.matrix(), Field(36, 0.0));
}

TEST(AffineForce, of_self_images_alone_is_zero)
{
    System s;
    s.add_atom();
    s.pair(0, 0, Vec3{{1.0, 0.4, -0.3}}, 1.0, 8.0);
    s.pair(0, 0, Vec3{{0.1, 1.2, 0.3}}, -1.0, 3.0);
    Hessian share(s);
    for (const auto &plane : planes)
        expect_near(share.affine_force(plane[0], plane[1], 1), Field(3, 0.0),
                    40.0 * DBL_EPSILON * 8.0);
}

TEST(AffineForce, sums_to_zero_over_atoms_without_outside_forces)
{
    for (const Liquid &l : {free_cluster(), small_box()}) {
        const System s = l.system();
        const Field xi = Hessian(s).affine_force(0, 1, s.natom());
        for (size_t a = 0; a < 3; a++) {
            double sum = 0.0;
            for (size_t i = 0; i < s.natom(); i++) sum += xi[3 * i + a];
            EXPECT_NEAR(sum, 0.0, rounding(xi));
        }
    }
}

TEST(AffineForce, does_not_depend_on_masses_or_scale)
{
    System s        = small_box().system();
    const Field one = Hessian(s).affine_force(0, 2, s.natom());
    s.scale         = 1e4;
    for (double &m : s.mass) m = 63.5;
    EXPECT_EQ(Hessian(s).affine_force(0, 2, s.natom()), one);
}

// ---- a group among other atoms ------------------------------------------------------------------

// the first atoms of a cluster, the others outside
System part_of(const System &whole, size_t natom)
{
    System part;
    for (size_t i = 0; i < natom; i++) part.add_atom(whole.mass[i], whole.type[i]);
    for (Term t : whole.terms) {
        const size_t col = whole.index_of(t.col);
        if (t.row >= natom && col >= natom) continue;
        if (t.row >= natom) { // a central pair from the other side
            t.row = col;
            t.dr  = minus(t.dr);
            t.col = INM_OUTSIDE;
        }
        if (col >= natom) t.col = INM_OUTSIDE;
        part.terms.push_back(t);
    }
    return part;
}

TEST(Group, its_matrix_is_the_block_of_the_full_matrix)
{
    const System whole = random_cluster(8, 21), part = part_of(whole, 3);
    const Field full = hessian_by_products(Hessian(whole), whole);
    const Field h    = hessian_by_products(Hessian(part), part);
    for (size_t r = 0; r < part.n(); r++)
        for (size_t c = 0; c < part.n(); c++)
            EXPECT_NEAR(h[r * part.n() + c], full[r * whole.n() + c], rounding(full));
}

TEST(Group, atoms_outside_count_for_the_affine_force)
{
    const System whole = random_cluster(8, 22), part = part_of(whole, 3);
    for (const auto &plane : planes) {
        const Field full = Hessian(whole).affine_force(plane[0], plane[1], whole.natom());
        const Field xi   = Hessian(part).affine_force(plane[0], plane[1], part.natom());
        for (size_t x = 0; x < part.n(); x++) EXPECT_NEAR(xi[x], full[x], rounding(full));
    }
}

// ---- translations -------------------------------------------------------------------------------

std::array<int, 3> translations(const System &s, const Owner &owner = scattered)
{
    std::array<int, 3> is_free = {{-1, -1, -1}};
    Hessian share(s, owner);
    EXPECT_EQ(inm_hessian_translations(share.h, ACOUSTIC, is_free.data()), INM_OK);
    for (int a : is_free) EXPECT_TRUE(same_on_all_ranks(a));
    return is_free;
}

const std::array<int, 3> none = {{0, 0, 0}}, all_three = {{1, 1, 1}};

TEST(Translations, of_a_free_cluster_and_of_a_periodic_box_cost_nothing)
{
    EXPECT_EQ(translations(free_cluster().system()), all_three);
    EXPECT_EQ(translations(small_box().system()), all_three);
    EXPECT_EQ(translations(free_cluster().system(), all_on_last), all_three);
}

TEST(Translations, of_a_part_of_a_cluster_cost_energy)
{
    EXPECT_EQ(translations(part_of(free_cluster().system(), 4)), none);
    EXPECT_EQ(translations(part_of(free_cluster().system(), 4), all_on_last), none);
}

TEST(Translations, of_one_held_atom_among_many_cost_energy)
{
    System s = free_cluster().system();
    s.onsite(5, diagonal_matrix(1.0, 1.0, 1.0));
    EXPECT_EQ(translations(s), none);
}

TEST(Translations, are_told_apart_by_direction)
{
    System s = free_cluster().system();
    s.onsite(2, diagonal_matrix(0.0, 1.0, 0.0));
    EXPECT_EQ(translations(s), (std::array<int, 3>{{1, 0, 1}}));
    // walls normal to z
    System slab = free_cluster().system();
    slab.wall(0, Vec3{{0, 0, 1}}, 0.0, 3.0);
    EXPECT_EQ(translations(slab), (std::array<int, 3>{{1, 1, 0}}));
}

TEST(Translations, in_two_dimensions_are_two)
{
    System s = random_cluster(6, 5, 2);
    EXPECT_EQ(translations(s), (std::array<int, 3>{{1, 1, 0}}));
    // the matrix does not contain z
    s.onsite(0, Mat3{{0, 0, 3.0, 0, 0, -2.0, 3.0, -2.0, 9.0}});
    EXPECT_EQ(translations(s), (std::array<int, 3>{{1, 1, 0}}));
}

TEST(Translations, of_a_free_atom_cost_nothing)
{
    System s;
    s.add_atom();
    EXPECT_EQ(translations(s), all_three);
}

void expect_free(const System &s, double tolerance, bool expected)
{
    int is_free[3];
    for (const Owner &owner : owners) {
        Hessian share(s, owner);
        EXPECT_EQ(inm_hessian_translations(share.h, tolerance, is_free), INM_OK);
        for (int a = 0; a < 3; a++) EXPECT_EQ(is_free[a] != 0, expected) << "direction " << a;
    }
}

TEST(Translations, tolerance_is_relative_to_the_diagonal_block_of_the_atom)
{
    System s = two_atoms(1.0, 1.0, 1e6, 1e6, Vec3{{1, 0, 0}}); // K = 1e6 * 1
    s.onsite(0, diagonal_matrix(1.0, 1.0, 1.0));
    expect_free(s, 2e-6, true);
    expect_free(s, 0.5e-6, false);
    // a stiffer pair elsewhere must not hide it
    const size_t third = s.add_atom(), fourth = s.add_atom();
    s.pair(third, fourth, Vec3{{1, 0, 0}}, 1e8, 1e8);
    expect_free(s, 2e-6, true);
    expect_free(s, 0.5e-6, false);
}

TEST(Translations, tolerance_is_relative_to_at_least_a_thousandth_of_the_largest_diagonal_element)
{
    // one atom tethered by 1, stiffness 1e6 elsewhere: 1/1e3
    System s = two_atoms(1.0, 1.0, 1e6, 1e6, Vec3{{1, 0, 0}});
    s.onsite(s.add_atom(), diagonal_matrix(1.0, 1.0, 1.0));
    expect_free(s, 2e-3, true);
    expect_free(s, 0.5e-3, false);
}

TEST(Translations, without_any_diagonal_cost_energy_where_rows_do_not_sum_to_zero)
{
    // x of one atom coupled to y of the other, nothing along z
    System s;
    s.add_atom();
    s.add_atom();
    s.side(0, s.tag[1], Mat3{{0.0, 4.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0}});
    EXPECT_EQ(translations(s), (std::array<int, 3>{{0, 0, 1}}));
}

// ---- ranks without rows -------------------------------------------------------------------------

TEST(EmptyRanks, rows_on_any_rank_give_the_same)
{
    const System s = small_box().system();
    const Field h  = hessian_by_products(Hessian(s, scattered), s);
    const Field xi = Hessian(s, scattered).affine_force(0, 1, s.natom());
    for (const Owner &owner : owners) {
        expect_near(hessian_by_products(Hessian(s, owner), s), h, rounding(h));
        expect_near(Hessian(s, owner).affine_force(0, 1, s.natom()), xi, rounding(xi));
    }
}

TEST(EmptyRanks, no_rows_on_any_rank_are_an_ordinary_case)
{
    const System nothing;
    Hessian share(nothing);
    ASSERT_EQ(share.status, INM_OK);
    EXPECT_EQ(inm_hessian_nrow(share.h), 0u);
    EXPECT_EQ(inm_hessian_nblock(share.h), 0u);
    EXPECT_EQ(inm_hessian_largest_type(share.h), 0);
    inm_hessian_affine_force(share.h, 0, 1, nullptr);
    EXPECT_EQ(inm_hessian_multiply(share.h, nullptr, nullptr), INM_OK);
    int is_free[3];
    EXPECT_EQ(inm_hessian_translations(share.h, ACOUSTIC, is_free), INM_OK);
    EXPECT_EQ(inm_hessian_trace(share.h), 0.0);
}

TEST(EmptyRanks, may_give_pairs_of_others)
{
    // all atoms on the first rank, all pairs from the last one
    const System s = small_box().system();
    const Field h = s.hessian(), xi = s.affine_force(0, 1);
    Hessian share(s, all_on_first, false, MPI_COMM_WORLD, given_by_last);
    ASSERT_EQ(share.status, INM_OK);
    expect_near(hessian_by_products(share, s), h, rounding(h));
    expect_near(share.affine_force(0, 1, s.natom()), xi, rounding(xi));
}

// ---- products -----------------------------------------------------------------------------------

TEST(Products, of_two_fields_do_not_depend_on_their_order)
{
    // u H v = v H u
    const System s = all_kinds(20, 98);
    const Field u = random_numbers(s.n(), -1.0, 1.0, 99), v = random_numbers(s.n(), -1.0, 1.0, 100);
    for (const Giver &giver : givers) {
        Hessian share(s, scattered, false, MPI_COMM_WORLD, giver);
        double sum[2] = {0.0, 0.0};
        for (int way : {0, 1}) {
            Field y(3 * share.atoms.size());
            const Field right = share.local(way ? u : v, s.natom());
            ASSERT_EQ(inm_hessian_multiply(share.h, right.data(), y.data()), INM_OK);
            const Field all = share.global(y, s.natom());
            for (size_t x = 0; x < s.n(); x++) sum[way] += (way ? v : u)[x] * all[x];
        }
        EXPECT_NEAR(sum[0], sum[1], rounding(s.hessian()) * (double) s.n());
    }
}

TEST(Products, are_the_same_the_second_time)
{
    const System s = all_kinds(6, 101);
    Hessian share(s);
    const Field h = hessian_by_products(share, s);
    EXPECT_EQ(hessian_by_products(share, s), h);
}

// ---- trace --------------------------------------------------------------------------------------

void expect_trace(const System &s)
{
    const Field d = s.matrix();
    double trace  = 0.0;
    for (size_t r = 0; r < s.n(); r++) trace += d[r * s.n() + r];
    for (const Owner &owner : owners)
        for (const Giver &giver : givers) {
            Hessian share(s, owner, true, MPI_COMM_WORLD, giver);
            EXPECT_NEAR(inm_hessian_trace(share.h), trace, rounding(d) * (double) s.n());
        }
}

TEST(Trace, is_that_of_D)
{
    System s = random_cluster(6, 31);
    s.scale  = 7.0;
    expect_trace(s);
    expect_trace(all_kinds(5, 34));
}

TEST(Trace, in_two_dimensions_is_that_of_the_matrix_without_z)
{
    expect_trace(random_cluster(6, 32, 2));
}

TEST(Trace, does_not_count_images_of_an_atom_itself)
{
    System s = random_cluster(3, 33);
    s.pair(1, 1, Vec3{{2.0, 0.3, 0.1}}, 1.0, 4.0);
    expect_trace(s);
}

TEST(Trace, tells_one_configuration_from_another)
{
    double trace[2];
    for (unsigned seed : {0u, 1u})
        trace[seed] = inm_hessian_trace(Hessian(random_cluster(5, 40 + seed)).h);
    EXPECT_NE(trace[0], trace[1]);
}

TEST(Trace, is_not_finite_on_any_rank_if_one_element_is_not)
{
    const System s = random_cluster(5, 35);
    for (double bad : {NaN, Infinity, -Infinity})
        for (size_t element : {0, 1, 5, 8}) {
            Mat3 k     = Mat3();
            k[element] = bad;
            System side(s), block(s), onsite(s);
            side.side(1, s.tag[4], k); // off-diagonal block only
            block.block(3, s.tag[0], along, k);
            onsite.onsite(2, k);
            for (const System *one : {&side, &block, &onsite}) {
                Hessian share(*one);
                ASSERT_EQ(share.status, INM_OK);
                EXPECT_FALSE(std::isfinite(inm_hessian_trace(share.h)))
                    << bad << " as element " << element;
            }
        }
}
} // namespace
