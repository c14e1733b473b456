// The reciprocal part of the Hessian of charges, against derivatives of an energy that is defined
// here.

#include "model_systems.h"

#include <complex>

extern "C" {
#include "hessian/inm_block_product.h"
#include "hessian/inm_parts.h"
#include "hessian/inm_residual.h"
#include "hessian/inm_sparse.h"
#include "solvers/inm_cyclic.h"
#include "solvers/inm_dense.h"
}

namespace {

typedef std::complex<double> Complex;
const double PI = std::acos(-1.0);

// ---- Ewald's reciprocal sum, with complex positions and strain for complex-step derivatives
// -------

template <typename T> struct Matrix3 {
    T m[3][3];
};

template <typename T> T determinant(const Matrix3<T> &a)
{
    T sum = 0.0;
    for (int i = 0; i < 3; i++)
        sum += a.m[0][i] * (a.m[1][(i + 1) % 3] * a.m[2][(i + 2) % 3] -
                            a.m[1][(i + 2) % 3] * a.m[2][(i + 1) % 3]);
    return sum;
}

struct Salt {
    inm_ewald e;
    std::vector<Vec3> r;
    std::vector<double> q, mass;
    std::vector<int> outside; // not of the group

    // u [natom][3] displaces the atoms; then atoms and box are strained, r_k += gamma r_c
    template <typename T> T energy(const std::vector<T> &u, T gamma, int k, int c) const
    {
        Matrix3<T> edge;
        for (int a = 0; a < 3; a++) {
            for (int b = 0; b < 3; b++)
                edge.m[a][b] = e.edge[a][b];
            edge.m[a][k] += gamma * e.edge[a][c];
        }
        std::vector<std::array<T, 3>> x(r.size());
        for (size_t i = 0; i < r.size(); i++) {
            for (size_t a = 0; a < 3; a++)
                x[i][a] = r[i][a] + u[3 * i + a];
            x[i][(size_t)k] += gamma * x[i][(size_t)c];
        }
        return sum_of(edge, x);
    }
    template <typename T>
    T sum_of(const Matrix3<T> &edge, const std::vector<std::array<T, 3>> &x) const
    {
        const int most    = 9; // beyond 2 g 6.2 terms are 1e-15 of the sum
        const double last = std::pow(12.4 * e.g, 2);
        const T volume    = determinant(edge);
        T sum             = 0.0;
        for (int n0 = 0; n0 <= most; n0++)
            for (int n1 = -most; n1 <= most; n1++)
                for (int n2 = -most; n2 <= most; n2++) {
                    const int n[3] = {n0, n1, n2};
                    if (!n0 && (n1 < 0 || (!n1 && n2 <= 0))) continue; // k and -k are the same
                    T wave[3], k2 = 0.0, cosine = 0.0, sine = 0.0;
                    for (int a = 0; a < 3; a++) {
                        wave[a] = 0.0;
                        for (int i = 0; i < 3; i++) {
                            const int j = (i + 1) % 3, m = (i + 2) % 3, b = (a + 1) % 3,
                                      d = (a + 2) % 3;
                            wave[a] += 2.0 * PI * n[i] / volume *
                                       (edge.m[j][b] * edge.m[m][d] - edge.m[j][d] * edge.m[m][b]);
                        }
                        k2 += wave[a] * wave[a];
                    }
                    if (std::real(k2) > last) continue;
                    for (size_t i = 0; i < x.size(); i++) {
                        const T phase = wave[0] * x[i][0] + wave[1] * x[i][1] + wave[2] * x[i][2];
                        cosine += q[i] * std::cos(phase);
                        sine += q[i] * std::sin(phase);
                    }
                    sum += 4.0 * PI * e.coulomb / volume * std::exp(-k2 / (4.0 * e.g * e.g)) / k2 *
                           (cosine * cosine + sine * sine);
                }
        if (!e.slab) return sum;
        T dipole = 0.0, square = 0.0;
        double charge = 0.0;
        for (size_t i = 0; i < x.size(); i++) {
            charge += q[i];
            dipole += q[i] * x[i][2];
            square += q[i] * x[i][2] * x[i][2];
        }
        return sum + 2.0 * PI * e.coulomb / volume * (dipole * dipole - charge * square);
    }
    Field forces(const Field &displacement, double gamma = 0.0, int k = 0, int c = 1) const
    {
        const double step = 1e-100;
        std::vector<Complex> u(displacement.begin(), displacement.end());
        Field f(u.size());
        for (size_t x = 0; x < u.size(); x++) {
            // displacements are of the strained atoms here
            std::vector<Complex> v = u;
            v[x] += Complex(0.0, step);
            if (x % 3 == (size_t)c)
                v[x - x % 3 + (size_t)k] -=
                    gamma * Complex(0.0, step) / (1.0 + ((k == c) ? gamma : 0.0));
            f[x] = -energy(v, Complex(gamma), k, c).imag() / step;
        }
        return f;
    }
    double slope(double gamma, int k, int c) const
    {
        const double step = 1e-100;
        return energy(std::vector<Complex>(3 * r.size()), Complex(gamma, step), k, c).imag() / step;
    }
    // rows and columns of the group
    Field hessian() const
    {
        const double h = 1e-4;
        const size_t n = r.size();
        Field all(9 * n * n), u(3 * n, 0.0);
        for (size_t x = 0; x < 3 * n; x++) {
            u[x]          = h;
            const Field p = forces(u);
            u[x]          = -h;
            const Field m = forces(u);
            u[x]          = 0.0;
            for (size_t y = 0; y < 3 * n; y++)
                all[3 * n * y + x] = -(p[y] - m[y]) / (2.0 * h);
        }
        return of_group(all);
    }
    std::vector<size_t> group() const
    {
        std::vector<size_t> atoms;
        for (size_t i = 0; i < r.size(); i++)
            if (!outside[i]) atoms.push_back(i);
        return atoms;
    }
    Field of_group(const Field &all) const
    {
        Field part;
        for (size_t i : group())
            for (size_t a = 0; a < 3; a++)
                for (size_t j : group())
                    for (size_t b = 0; b < 3; b++)
                        part.push_back(all[3 * r.size() * (3 * i + a) + 3 * j + b]);
        return part;
    }
};

// small random numbers of charges without symmetry, with net charge and an atom without charge
Salt salt(bool slab = false)
{
    Salt s;
    s.e = inm_ewald{{{4.0, 0.0, 0.0}, {0.7, 4.4, 0.0}, {-0.5, 0.9, 3.8}}, 0.7, 1.3, 1e-13, 0};
    if (slab)
        s.e = inm_ewald{{{4.0, 0.0, 0.0}, {0.0, 4.4, 0.0}, {0.0, 0.0, 9.0}}, 0.5, 1.3, 1e-13, 1};
    std::mt19937 random(7);
    std::uniform_real_distribution<double> u(0.0, 1.0);
    for (int i = 0; i < 7; i++) {
        Vec3 x{{0, 0, 0}};
        for (int a = 0; a < 3; a++) {
            const double f = u(random) * ((slab && a == 2) ? 0.3 : 1.0);
            for (int b = 0; b < 3; b++)
                x[b] += f * s.e.edge[a][b];
        }
        s.r.push_back(x);
        s.q.push_back((i == 4) ? 0.0 : (i % 2 ? 1.0 : -1.2) + 0.1 * u(random));
        s.mass.push_back(1.0 + u(random));
        s.outside.push_back(0);
    }
    return s;
}

Salt salt_with_group()
{
    Salt s       = salt();
    s.outside[2] = s.outside[5] = 1;
    return s;
}

// ---- the core, with this rank's share
// ------------------------------------------------------------

class Core {
public:
    inm_hessian *h = nullptr;
    inm_status status;
    std::vector<size_t> row; // atoms of the rows of this rank
    Field force;             // [natom][3] of all atoms
    static constexpr double SCALE = 1.7;

    explicit Core(const Salt &s, int dim = 3, bool strains = true)
    {
        std::vector<int64_t> tag;
        std::vector<int> type, site;
        std::vector<size_t> mine;
        Field mass, x, q;
        inm_hessian_create(&h, MPI_COMM_WORLD, dim, SCALE);
        for (size_t i = s.r.size(); i-- > 0;) { // not in the order of tags
            if ((int)(i % (size_t)number_of_ranks()) != my_rank()) continue;
            mine.push_back(i);
            site.push_back(s.outside[i] ? INM_OUTSIDE : (int)tag.size());
            x.insert(x.end(), s.r[i].begin(), s.r[i].end());
            q.push_back(s.q[i]);
            if (s.outside[i]) continue;
            tag.push_back((int64_t)i + 1);
            type.push_back(1);
            mass.push_back(s.mass[i]);
            row.push_back(i);
        }
        inm_hessian_begin(h, tag.size(), tag.data(), type.data(), mass.data(), 0, nullptr);
        Field f(3 * mine.size() + 1);
        status = inm_hessian_add_reciprocal(h, &s.e, mine.size(), x.data(), q.data(), site.data(),
                                            strains, f.data());
        second = inm_hessian_add_reciprocal(h, &s.e, mine.size(), x.data(), q.data(), site.data(),
                                            strains, f.data());
        force.assign(3 * s.r.size(), 0.0);
        for (size_t m = 0; m < mine.size() && status == INM_OK; m++)
            for (size_t a = 0; a < 3; a++)
                force[3 * mine[m] + a] = f[3 * m + a];
        sum(force);
        inm_hessian_end(h);
    }
    ~Core() { inm_hessian_destroy(&h); }
    Core(const Core &)            = delete;
    Core &operator=(const Core &) = delete;
    inm_status second; // of adding it again

    static void sum(Field &x)
    {
        MPI_Allreduce(MPI_IN_PLACE, x.data(), (int)x.size(), MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
    }
    // [natom][3] of rows
    Field on_all_ranks(const Field &mine, size_t natom) const
    {
        Field all(3 * natom, 0.0);
        for (size_t m = 0; m < row.size(); m++)
            for (size_t a = 0; a < 3; a++)
                all[3 * row[m] + a] = mine[3 * m + a];
        sum(all);
        return all;
    }
    Field by_products(const Salt &s) const
    {
        const size_t n = s.r.size();
        Field all(9 * n * n, 0.0);
        for (size_t x = 0; x < 3 * n; x++) {
            Field u(3 * row.size() + 1, 0.0), y(3 * row.size() + 1, 0.0);
            for (size_t m = 0; m < row.size(); m++)
                if (row[m] == x / 3) u[3 * m + x % 3] = 1.0;
            EXPECT_EQ(inm_hessian_multiply(h, u.data(), y.data()), INM_OK);
            const Field column = on_all_ranks(y, n);
            for (size_t y2 = 0; y2 < 3 * n; y2++)
                all[3 * n * y2 + x] = column[y2];
        }
        return s.of_group(all);
    }
};

double largest(const Field &x)
{
    double most = 0.0;
    for (double element : x)
        most = std::max(most, std::fabs(element));
    return most;
}

// largest difference relative to the largest element
double difference(const Field &x, const Field &y)
{
    EXPECT_EQ(x.size(), y.size());
    double most = 0.0;
    for (size_t i = 0; i < std::min(x.size(), y.size()); i++)
        most = std::max(most, std::fabs(x[i] - y[i]));
    return most / largest(y);
}

Field weighted(const Salt &s, Field h)
{
    const auto group = s.group();
    const size_t n   = 3 * group.size();
    for (size_t x = 0; x < n * n; x++)
        h[x] *= Core::SCALE / std::sqrt(s.mass[group[x / n / 3]] * s.mass[group[x % n / 3]]);
    return h;
}

const double BY_DIFFERENCES = 1e-7; // step 1e-4, quadratic

// ---- tests --------------------------------------------------------------------------------------

TEST(Reciprocal, forces_are_derivatives_of_the_energy)
{
    for (bool slab : {false, true}) {
        const Salt s = salt(slab);
        const Core c(s);
        ASSERT_EQ(c.status, INM_OK);
        EXPECT_LT(difference(c.force, s.forces(Field(3 * s.r.size(), 0.0))), 1e-11);
    }
}

TEST(Reciprocal, products_are_differences_of_forces)
{
    for (const Salt &s : {salt(), salt(true), salt_with_group()}) {
        const Core c(s);
        EXPECT_LT(difference(c.by_products(s), s.hessian()), BY_DIFFERENCES);
    }
}

TEST(Reciprocal, dense_matrix_is_that_of_the_products_in_both_precisions)
{
    for (const Salt &s : {salt(), salt(true), salt_with_group()}) {
        const Core c(s);
        const Field expected = weighted(s, c.by_products(s));
        const size_t natom = s.group().size(), n = 3 * natom;
        std::vector<int64_t> tag;
        for (size_t i : s.group())
            tag.push_back((int64_t)i + 1);
        for (inm_precision precision : {INM_DOUBLE, INM_SINGLE_PRECISION}) {
            inm_request request;
            std::memset(&request, 0, sizeof(request));
            request.ntypes    = 1;
            request.precision = precision;
            inm_dense d;
            ASSERT_EQ(inm_dense_gather(c.h, &request, tag.data(), natom, 0, 1, &d), INM_OK);
            if (my_rank() == 0) {
                ASSERT_EQ(inm_dense_add_reciprocal(&d), INM_OK);
                const Field a = d.a ? Field(d.a, d.a + n * n) : Field(d.single, d.single + n * n);
                EXPECT_LT(difference(a, expected), d.a ? 1e-13 : 1e-6);
                if (d.residual) {
                    Field one(n * n, 0.0), image(n * n);
                    for (size_t x = 0; x < n; x++)
                        one[n * x + x] = 1.0;
                    inm_residual_multiply(d.residual, n, one.data(), image.data(), 2);
                    EXPECT_LT(difference(image, expected), 1e-13);
                }
            }
            inm_dense_free(&d);
        }
    }
}

TEST(Reciprocal, block_cyclic_matrix_is_that_of_the_products)
{
    for (const Salt &s : {salt(), salt(true), salt_with_group()}) {
        const Core c(s);
        const Field expected = weighted(s, c.by_products(s));
        const size_t natom = s.group().size(), n = 3 * natom;
        const int none[3] = {0, 0, 0};
        std::vector<int64_t> tag;
        Field mass;
        for (size_t i : s.group()) {
            tag.push_back((int64_t)i + 1);
            mass.push_back(s.mass[i]);
        }
        inm_cyclic d;
        ASSERT_EQ(inm_cyclic_create(&d, MPI_COMM_WORLD, natom, 3), INM_OK);
        ASSERT_EQ(inm_cyclic_fill(&d, c.h, tag.data(), mass.data(), natom, none), INM_OK);
        Field a(n * n, 0.0);
        for (size_t col = 0; inm_cyclic_inside(&d) && col < d.ncol; col++)
            for (size_t row = 0; row < d.nrow; row++)
                a[n * inm_cyclic_global(row, d.block, d.myrow, d.nprow) +
                  inm_cyclic_global(col, d.block, d.mycol, d.npcol)] = d.a[d.nrow * col + row];
        Core::sum(a);
        inm_cyclic_free(&d);
        EXPECT_LT(difference(a, expected), 1e-13);
    }
}

TEST(Reciprocal, sparse_rows_are_full_and_symmetric_to_the_last_bit)
{
    for (const Salt &s : {salt(), salt(true), salt_with_group()}) {
        const Core c(s);
        const size_t natom = s.group().size(), n = 3 * natom;
        inm_sparse m;
        ASSERT_EQ(inm_sparse_gather(c.h, 0, &m), INM_OK);
        Field a(n * n, 0.0);
        for (size_t i = m.first; i < m.last; i++)
            for (size_t k = m.start[i - m.first]; k < m.start[i - m.first + 1]; k++)
                for (size_t ab = 0; ab < 9; ab++)
                    a[n * (3 * i + ab / 3) + 3 * (size_t)m.col[k] + ab % 3] = m.k[9 * k + ab];
        inm_sparse_free(&m);
        Core::sum(a);
        EXPECT_LT(difference(a, c.by_products(s)), 1e-13);
        for (size_t x = 0; x < n; x++)
            for (size_t y = 0; y < x; y++)
                EXPECT_EQ(a[n * x + y], a[n * y + x]);
    }
}

TEST(Reciprocal, eight_vectors_at_a_time_are_multiplied_alike)
{
    const Salt s = salt_with_group();
    const Core c(s);
    const Field expected = weighted(s, c.by_products(s));
    const auto group     = s.group();
    inm_block_matrix *m  = nullptr;
    ASSERT_EQ(inm_block_matrix_create(&m, c.h), INM_OK);
    const size_t nrow = c.row.size(), n = 3 * group.size();
    Field x(INM_ATOM_GROUP * nrow + 1), y(x), dots(2 * INM_GROUP);
    auto element = [](size_t atom, size_t a, size_t v) {
        return std::sin(1.0 + 5.0 * atom + 2.0 * a + 0.7 * v);
    };
    for (size_t i = 0; i < nrow; i++)
        for (size_t a = 0; a < 3; a++)
            for (size_t v = 0; v < INM_GROUP; v++) {
                x[INM_ATOM_GROUP * i + INM_GROUP * a + v] = element(c.row[i], a, v);
                y[INM_ATOM_GROUP * i + INM_GROUP * a + v] = 0.25 * a;
            }
    ASSERT_EQ(inm_block_multiply(m, 2.0, 0.3, 1.0, x.data(), y.data(), dots.data()), INM_OK);
    for (size_t i = 0; i < nrow; i++)
        for (size_t a = 0; a < 3; a++)
            for (size_t v = 0; v < INM_GROUP; v++) {
                const size_t r =
                    (size_t)(std::find(group.begin(), group.end(), c.row[i]) - group.begin());
                double sum = 0.3 * element(c.row[i], a, v) - 0.25 * a;
                for (size_t z = 0; z < n; z++)
                    sum += 2.0 * expected[n * (3 * r + a) + z] * element(group[z / 3], z % 3, v);
                EXPECT_NEAR(y[INM_ATOM_GROUP * i + INM_GROUP * a + v], sum,
                            1e-12 * largest(expected) * n);
            }
    inm_block_matrix_destroy(&m);
}

TEST(Reciprocal, affine_forces_are_differences_under_strain_of_atoms_and_box)
{
    const double h = 1e-4;
    for (bool slab : {false, true}) {
        const Salt s = salt(slab);
        const Core c(s);
        const Field u(3 * s.r.size(), 0.0);
        for (int k = 0; k < 3; k++)
            for (int g = 0; g < 3; g++) {
                if (slab && k == 2 && g != 2) continue; // not periodic
                Field xi(3 * c.row.size() + 1), expected(3 * s.r.size());
                inm_hessian_affine_force(c.h, k, g, xi.data());
                const Field p = s.forces(u, h, k, g), m = s.forces(u, -h, k, g);
                for (size_t x = 0; x < expected.size(); x++)
                    expected[x] = (p[x] - m[x]) / (2.0 * h);
                EXPECT_LT(difference(c.on_all_ranks(xi, s.r.size()), expected), 1e-6)
                    << k << g << slab;
            }
    }
}

TEST(Reciprocal, strain_derivatives_are_those_of_the_energy)
{
    const double h = 1e-4;
    const Salt s   = salt_with_group(); // of all atoms, in the group or not
    const Core c(s);
    double strain2[9], dilation2, along[3];
    inm_hessian_strains(c.h, strain2, &dilation2);
    for (int k = 0; k < 3; k++)
        for (int g = 0; g < 3; g++) {
            const double expected = (s.slope(h, k, g) - s.slope(-h, k, g)) / (2.0 * h);
            EXPECT_NEAR(strain2[3 * k + g], expected, 1e-6 * std::fabs(strain2[0])) << k << g;
        }
    // r -> (1 + e) r: U(e) = U of a box that is e times as large
    auto dilated = [&](double e) {
        Salt t = s;
        for (auto &edge : t.e.edge)
            for (double &x : edge)
                x *= 1.0 + e;
        for (auto &r : t.r)
            for (double &x : r)
                x *= 1.0 + e;
        return t.energy(Field(3 * t.r.size(), 0.0), 0.0, 0, 1);
    };
    const double d = 1e-3, up = dilated(d), down = dilated(-d), at = dilated(0.0);
    const double up2 = dilated(2 * d), down2 = dilated(-2 * d);
    const double second = (-up2 + 16 * up - 30 * at + 16 * down - down2) / (12 * d * d);
    double virial       = 0.0;
    for (int k = 0; k < 3; k++)
        virial -= (along[k] = s.slope(0.0, k, k));
    EXPECT_NEAR(dilation2, second + 2.0 * virial, 1e-6 * std::fabs(second));
}

TEST(Reciprocal, strain_of_a_slab_keeps_its_plane)
{
    const double h = 1e-4;
    const Salt s   = salt(true);
    const Core c(s);
    double strain2[9], dilation2;
    inm_hessian_strains(c.h, strain2, &dilation2);
    for (int k = 0; k < 2; k++)
        for (int g = 0; g < 3; g++) {
            if (k == g) continue;
            EXPECT_NEAR(strain2[3 * k + g], (s.slope(h, k, g) - s.slope(-h, k, g)) / (2.0 * h),
                        1e-6 * std::fabs(strain2[1]));
        }
    EXPECT_TRUE(std::isnan(dilation2));
}

TEST(Reciprocal, translations_are_free_of_all_atoms_only)
{
    int is_free[3];
    const Core all(salt()), part(salt_with_group());
    inm_hessian_translations(all.h, 1e-12, is_free);
    EXPECT_TRUE(is_free[0] && is_free[1] && is_free[2]);
    inm_hessian_translations(part.h, 1e-6, is_free);
    EXPECT_FALSE(is_free[0] || is_free[1] || is_free[2]);
}

TEST(Reciprocal, charges_are_one_part_and_what_has_none_is_alone)
{
    const Core c(salt());
    inm_parts p;
    ASSERT_EQ(inm_parts_find(c.h, &p), INM_OK);
    EXPECT_EQ(p.npart, 1u);
    for (size_t m = 0; m < c.row.size(); m++)
        EXPECT_EQ(p.part[m], (c.row[m] == 4) ? 1u : 0u);
    inm_parts_free(&p);
}

TEST(Reciprocal, more_wave_vectors_change_the_matrix_by_no_more_than_the_tail)
{
    Salt s            = salt();
    const Field exact = Core(s).by_products(s);
    size_t before     = inm_hessian_wave_vectors(Core(s).h);
    for (double tail : {1e-8, 1e-6, 1e-4}) {
        s.e.tail = tail;
        const Core c(s);
        EXPECT_LT(inm_hessian_wave_vectors(c.h), before);
        EXPECT_LT(difference(c.by_products(s), exact), 10.0 * tail); // few vectors in a small box
        before = inm_hessian_wave_vectors(c.h);
    }
}

TEST(Reciprocal, bad_arguments_are_refused)
{
    EXPECT_EQ(Core(salt()).second, INM_ERR_ARG) << "added twice";
    EXPECT_EQ(Core(salt(), 2).status, INM_ERR_ARG);
    Salt s = salt();
    s.e.g  = 0.0;
    EXPECT_EQ(Core(s).status, INM_ERR_ARG);
    s        = salt();
    s.e.tail = 0.0;
    EXPECT_EQ(Core(s).status, INM_ERR_ARG);
    s = salt();
    for (double &x : s.e.edge[2])
        x = 0.0;
    EXPECT_EQ(Core(s).status, INM_ERR_ARG);
}

} // namespace
