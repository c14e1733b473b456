// The Hessian as distributed blocks, against formulas and against derivatives of an energy that is
// written here.

#include "model_systems.h"

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

    // half the sum over pairs seen from both; coordinates of atom a displaced by u [natom][3], all
    // of it sheared: x_k += gamma x_c
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
    // forces by a complex step in the energy: exact but for rounding
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
            Vec3 d;
            for (size_t a = 0; a < 3; a++) d[a] = r[p.i][a] - r[p.j][a] - p.shift[a];
            const double distance = std::sqrt(dot(d, d));
            s.half_pair(p.i, s.tag[p.j], d, lj_du(distance), lj_du2(distance));
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

// smaller than the cutoff: several images of a pair, and images of an atom itself
Liquid small_box()
{
    return liquid(5, 2.3, 2.5, 7);
}
Liquid free_cluster()
{
    return liquid(8, 0.0, 100.0, 3);
}

// ---- the core's answers as plain arrays ---------------------------------------------------------

struct UnitField {
    int64_t tag;
    size_t coordinate;
    static void displace(void *ctx, int64_t tag, double *u)
    {
        const UnitField *one = (const UnitField *) ctx;
        for (size_t a = 0; a < 3; a++) u[a] = (tag == one->tag && a == one->coordinate) ? 1.0 : 0.0;
    }
};

// H [3N][3N] through products with unit fields
Field hessian_by_products(const Hessian &share, const System &s)
{
    const size_t natom = s.natom(), n = 3 * natom;
    Field h(n * n), y(3 * share.atoms.size());
    for (size_t c = 0; c < n; c++) {
        UnitField unit = {s.tag[c / 3], c % 3};
        inm_hessian_multiply_field(share.h, UnitField::displace, &unit, y.data());
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

// sums of up to 500 terms no larger than the largest of all
double rounding(const Field &x)
{
    return 500.0 * DBL_EPSILON * largest(x);
}

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
    Hessian share((System()));
    ASSERT_EQ(share.status, INM_OK);
    EXPECT_EQ(inm_hessian_begin(share.h, 2, zero_tag, type, mass), INM_ERR_ARG);
    EXPECT_EQ(inm_hessian_begin(share.h, 2, negative_tag, type, mass), INM_ERR_ARG);
    EXPECT_EQ(inm_hessian_begin(share.h, 2, tag, zero_type, mass), INM_ERR_ARG);
    EXPECT_EQ(inm_hessian_begin(share.h, 2, tag, type, zero_mass), INM_ERR_ARG);
    EXPECT_EQ(inm_hessian_begin(share.h, 2, tag, type, negative_mass), INM_ERR_ARG);
    EXPECT_EQ(inm_hessian_begin(share.h, 2, tag, type, nan_mass), INM_ERR_ARG);
    EXPECT_EQ(inm_hessian_nrow(share.h), 0u) << "rows of a failed begin";
    EXPECT_EQ(inm_hessian_begin(share.h, 2, tag, type, mass), INM_OK) << "and the handle lives on";
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
        for (size_t c = 0; c < r; c++) EXPECT_NEAR(h[r * s.n() + c], h[c * s.n() + r], rounding(h));
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
    struct Ctx {
        const Field *u;
        static void field(void *ctx, int64_t tag, double *u)
        {
            memcpy(u, &(*((Ctx *) ctx)->u)[3 * ((size_t) tag - 1)], 3 * sizeof(*u));
        }
    } ctx = {&u};

    Field expected(n, 0.0);
    for (size_t r = 0; r < n; r++)
        for (size_t c = 0; c < n; c++) expected[r] += h[r * n + c] * u[c];
    for (const Owner &owner : {Owner(scattered), Owner(all_on_last), Owner(in_pairs)}) {
        Hessian share(s, owner);
        Field y(3 * share.atoms.size(), 99.0); // it is overwritten
        inm_hessian_multiply_field(share.h, Ctx::field, &ctx, y.data());
        expect_near(share.global(y, s.natom()), expected, rounding(h) * (double) n);
    }
}

TEST(HessianBlocks, blocks_and_diagonal_blocks_add_up)
{
    const Mat3 k = {{1, 2, 3, 4, 5, 6, 7, 8, 9}}, d = {{2, 0, 1, 0, 3, 0, 1, 0, 4}};
    System s;
    s.add_atom();
    s.add_atom();
    for (int times = 0; times < 2; times++) {
        s.block(0, 2, Vec3{{1, 0, 0}}, k);
        s.onsite(1, d);
    }
    const Field h = hessian_by_products(Hessian(s), s);
    for (size_t a = 0; a < 3; a++)
        for (size_t b = 0; b < 3; b++) {
            EXPECT_EQ(h[a * 6 + 3 + b], 2.0 * k[3 * a + b]);
            EXPECT_EQ(h[(3 + a) * 6 + 3 + b], 2.0 * d[3 * a + b]);
            EXPECT_EQ(h[a * 6 + b], 0.0);
            EXPECT_EQ(h[(3 + a) * 6 + b], 0.0);
        }
}

TEST(HessianBlocks, begin_forgets_what_was_there)
{
    const int64_t tag = 5;
    const int type    = 2;
    const double mass = 3.0;
    const System s    = small_box().system();
    Hessian share(s);
    ASSERT_EQ(inm_hessian_begin(share.h, 1, &tag, &type, &mass), INM_OK);
    EXPECT_EQ(inm_hessian_nrow(share.h), 1u);
    EXPECT_EQ(inm_hessian_tags(share.h)[0], 5);
    EXPECT_EQ(inm_hessian_nblock(share.h), 0u);

    double y[3] = {1, 1, 1}, xi[3] = {1, 1, 1};
    UnitField unit = {5, 0};
    inm_hessian_multiply_field(share.h, UnitField::displace, &unit, y);
    inm_hessian_affine_force(share.h, 0, 1, xi);
    for (int a = 0; a < 3; a++) {
        EXPECT_EQ(y[a], 0.0);
        EXPECT_EQ(xi[a], 0.0);
    }
}

TEST(HessianBlocks, begin_takes_more_and_fewer_rows_than_before)
{
    Hessian share((System()));
    for (size_t nrow : {3, 1, 0, 50, 7, 400, 2}) {
        std::vector<int64_t> tag(nrow);
        const std::vector<int> type(nrow, 1);
        const std::vector<double> mass(nrow, 1.0);
        for (size_t i = 0; i < nrow; i++) tag[i] = (int64_t) (1000 - i);
        ASSERT_EQ(inm_hessian_begin(share.h, nrow, tag.data(), type.data(), mass.data()), INM_OK);
        ASSERT_EQ(inm_hessian_nrow(share.h), nrow);
        for (size_t i = 0; i < nrow; i++) {
            EXPECT_EQ(inm_hessian_tags(share.h)[i], tag[i]);
            inm_hessian_add_diagonal(share.h, i, diagonal_matrix(1, 1, 1).data());
        }
    }
}

TEST(HessianBlocks, number_and_bytes_follow_the_blocks)
{
    System s;
    s.add_atom();
    Hessian share(s, all_on_first);
    const double empty = inm_hessian_bytes(share.h);
    const Mat3 k       = diagonal_matrix(1, 1, 1);
    const Vec3 dr      = {{1, 0, 0}};
    const size_t count = 5000;
    for (size_t b = 0; b < count && my_rank() == 0; b++)
        ASSERT_EQ(inm_hessian_add(share.h, 0, INM_OUTSIDE, dr.data(), k.data()), INM_OK);
    EXPECT_EQ(inm_hessian_nblock(share.h), my_rank() == 0 ? count : 0u);

    // a block is at least twelve doubles, a tag and a row
    const double least = (double) (my_rank() == 0 ? count : 0u) * (12 * 8 + 8 + 4);
    EXPECT_GE(inm_hessian_bytes(share.h) - empty, least);
    EXPECT_LE(inm_hessian_bytes(share.h) - empty, 2.0 * least + 1024 * 128);
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

void expect_derivative_of_forces(const Liquid &l, const Owner &owner)
{
    const System s = l.system();
    const Field rest(s.n(), 0.0);
    Hessian share(s, owner);
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
    // some pair must have several images within the cutoff, and some atom images of itself
    const Liquid l = small_box();
    std::vector<int> images(25, 0);
    for (const Liquid::Pair &p : l.pairs) images[5 * p.i + p.j]++;
    ASSERT_GT(images[1], 1);
    ASSERT_GT(images[0], 1);
    expect_derivative_of_forces(l, scattered);
    expect_derivative_of_forces(l, all_on_last);
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
        if (t.row >= natom) continue;
        if (t.col > (int64_t) natom) t.col = INM_OUTSIDE;
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
    // z is no part of the matrix
    s.onsite(0, Mat3{{0, 0, 3.0, 0, 0, -2.0, 3.0, -2.0, 9.0}});
    EXPECT_EQ(translations(s), (std::array<int, 3>{{1, 1, 0}}));
}

TEST(Translations, of_a_free_atom_cost_nothing)
{
    System s;
    s.add_atom();
    EXPECT_EQ(translations(s), all_three);
}

TEST(Translations, tolerance_is_relative_to_the_largest_diagonal_element)
{
    System s = two_atoms(1.0, 1.0, 1e6, 1e6, Vec3{{1, 0, 0}}); // K = 1e6 * 1
    s.onsite(0, diagonal_matrix(1.0, 1.0, 1.0));
    int is_free[3];
    Hessian share(s);
    EXPECT_EQ(inm_hessian_translations(share.h, 2e-6, is_free), INM_OK);
    EXPECT_TRUE(is_free[0] && is_free[1] && is_free[2]);
    EXPECT_EQ(inm_hessian_translations(share.h, 0.5e-6, is_free), INM_OK);
    EXPECT_FALSE(is_free[0] || is_free[1] || is_free[2]);
}

// ---- ranks without rows -------------------------------------------------------------------------

TEST(EmptyRanks, rows_on_any_rank_give_the_same)
{
    const System s       = small_box().system();
    const Field h        = hessian_by_products(Hessian(s, scattered), s);
    const Field xi       = Hessian(s, scattered).affine_force(0, 1, s.natom());
    const Owner owners[] = {all_on_first, all_on_last, in_pairs};
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
    inm_hessian_affine_force(share.h, 0, 1, nullptr);
    inm_hessian_multiply_field(share.h, UnitField::displace, nullptr, nullptr);
    int is_free[3];
    EXPECT_EQ(inm_hessian_translations(share.h, ACOUSTIC, is_free), INM_OK);
    double trace = 1.0, squares = 1.0;
    inm_hessian_invariants(share.h, &trace, &squares);
    EXPECT_EQ(trace, 0.0);
    EXPECT_EQ(squares, 0.0);
}

// ---- invariants ---------------------------------------------------------------------------------

void expect_trace_and_squares(const System &s)
{
    const Field d = s.matrix();
    double trace = 0.0, squares = 0.0, got_trace, got_squares;
    for (size_t r = 0; r < s.n(); r++) trace += d[r * s.n() + r];

    // the sum of squares keeps images and the diagonal apart
    std::vector<Mat3> diagonal(s.natom(), Mat3());
    for (const Term &t : s.terms) {
        const Mat3 k = (t.kind == Term::CENTRAL) ? pair_matrix(t.dr, t.du, t.du2) : t.block;
        for (size_t x = 0; x < 9; x++) {
            if (t.kind != Term::BLOCK) diagonal[t.row][x] += k[x];
            if (t.kind != Term::DIAGONAL) squares += k[x] * k[x];
        }
    }
    for (const Mat3 &k : diagonal)
        for (double x : k) squares += x * x;

    for (const Owner &owner : {Owner(scattered), Owner(all_on_last)}) {
        Hessian share(s, owner, true);
        inm_hessian_invariants(share.h, &got_trace, &got_squares);
        EXPECT_NEAR(got_trace, trace, rounding(d) * (double) s.n());
        EXPECT_NEAR(got_squares, squares, 1e4 * DBL_EPSILON * squares);
    }
}

TEST(Invariants, are_the_trace_of_D_and_the_sum_of_squared_elements)
{
    System s = random_cluster(6, 31);
    s.scale  = 7.0;
    expect_trace_and_squares(s);
}

TEST(Invariants, in_two_dimensions_the_trace_is_that_of_the_matrix_without_z)
{
    expect_trace_and_squares(random_cluster(6, 32, 2));
}

TEST(Invariants, images_of_an_atom_itself_do_not_count_in_the_trace)
{
    System s = random_cluster(3, 33);
    s.pair(1, 1, Vec3{{2.0, 0.3, 0.1}}, 1.0, 4.0);
    expect_trace_and_squares(s);
}

TEST(Invariants, tell_one_configuration_from_another)
{
    double trace[2], squares[2];
    for (unsigned seed : {0u, 1u}) {
        const System s = random_cluster(5, 40 + seed);
        Hessian share(s);
        inm_hessian_invariants(share.h, &trace[seed], &squares[seed]);
    }
    EXPECT_NE(trace[0], trace[1]);
    EXPECT_NE(squares[0], squares[1]);
}
} // namespace
