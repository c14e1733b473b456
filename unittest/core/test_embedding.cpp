// Blocks of embedding energies and central pairs against finite differences of the plain energy,
// and against plain sums.

#include "inm_embedding.h"

#include "model_systems.h"

#include <map>
#include <utility>

namespace {

// blocks passed to the sink
struct Blocks {
    std::map<std::pair<int, int>, Mat3> of;
    std::map<std::pair<int, int>, Vec3> dr;
    size_t calls = 0, allowed = (size_t)-1;

    static inm_status take(void *ctx, int i, int j, const double *dr, const double *block)
    {
        Blocks &b = *(Blocks *)ctx;
        if (b.calls++ == b.allowed) return INM_ERR_NONFINITE;
        EXPECT_LT(i, j);
        EXPECT_EQ(b.of.count({i, j}), 0u) << i << " " << j << " came twice";
        std::copy(block, block + 9, b.of[{i, j}].begin());
        std::copy(dr, dr + 3, b.dr[{i, j}].begin());
        return INM_OK;
    }
};

struct Model {
    std::vector<double> x, curvature, slope;
    std::vector<size_t> start = {0};
    std::vector<int> atom;
    std::vector<inm_central_pair> pair;

    size_t natom() const { return x.size() / 3; }
    Vec3 vector(size_t i, size_t j) const
    {
        return Vec3{
            {x[3 * i] - x[3 * j], x[3 * i + 1] - x[3 * j + 1], x[3 * i + 2] - x[3 * j + 2]}};
    }
    double distance(size_t i, size_t j) const { return std::sqrt(dot(vector(i, j), vector(i, j))); }
    void term(double second_derivative, const std::map<int, Vec3> &slopes)
    {
        curvature.push_back(second_derivative);
        for (const auto &member : slopes) {
            atom.push_back(member.first);
            slope.insert(slope.end(), member.second.begin(), member.second.end());
            slope.push_back(0.0);
        }
        start.push_back(atom.size());
    }
    inm_status sum(Blocks &blocks) const
    {
        const inm_embedding_list list = {curvature.size(), curvature.data(), start.data(), atom.data(),
                                    slope.data()};
        return inm_embedding_blocks(natom(), x.data(), &list, pair.size(), pair.data(), Blocks::take,
                                &blocks);
    }
    // the formula of the header, term by term
    std::map<std::pair<int, int>, Mat3> plain_sum() const
    {
        std::map<std::pair<int, int>, Mat3> sum;
        for (size_t k = 0; k < curvature.size(); k++)
            for (size_t m = start[k]; m < start[k + 1]; m++)
                for (size_t j = m + 1; j < start[k + 1]; j++)
                    for (int a = 0; a < 9; a++)
                        sum[{atom[m], atom[j]}][a] +=
                            curvature[k] * slope[4 * m + a / 3] * slope[4 * j + a % 3];
        for (const auto &p : pair) {
            const Mat3 k = pair_matrix(vector(p.i, p.j), p.du, p.du2);
            for (int a = 0; a < 9; a++)
                sum[std::minmax({p.i, p.j})][a] -= k[a];
        }
        return sum;
    }
};

double largest_element(const std::map<std::pair<int, int>, Mat3> &blocks)
{
    double largest = 0.0;
    for (const auto &b : blocks)
        for (double k : b.second)
            largest = std::max(largest, std::fabs(k));
    return largest;
}

void expect_same(const std::map<std::pair<int, int>, Mat3> &blocks,
                 const std::map<std::pair<int, int>, Mat3> &expected, double tolerance)
{
    ASSERT_EQ(blocks.size(), expected.size());
    for (const auto &b : expected) {
        ASSERT_EQ(blocks.count(b.first), 1u) << b.first.first << " " << b.first.second;
        for (int a = 0; a < 9; a++)
            EXPECT_NEAR(blocks.at(b.first)[a], b.second[a], tolerance)
                << b.first.first << " " << b.first.second << " element " << a;
    }
}

// An analytic metal: the density at k from m is c_m exp(-r), which differs between the two sides,
// F = -sqrt(rho), and phi = exp(-2r)/r.  With a range, f and phi end there.

double strength(size_t m)
{
    return 1.0 + 0.3 * (double)(m % 3);
}

struct Metal : Model {
    double range;

    // n^3 atoms displaced from a cubic lattice, so that none are close to each other
    Metal(int n, double range_in, unsigned seed) : range(range_in)
    {
        x = random_numbers(3 * (size_t)(n * n * n), -0.2, 0.2, seed);
        for (size_t p = 0; p < x.size(); p++) {
            const int site = (int)p / 3, along[3] = {site % n, site / n % n, site / (n * n)};
            x[p] += along[p % 3];
        }
    }
    std::vector<size_t> neighbors(size_t k) const
    {
        std::vector<size_t> list;
        for (size_t m = 0; m < natom(); m++)
            if (m != k && distance(k, m) < range) list.push_back(m);
        return list;
    }
    void fill(bool halves = false)
    {
        for (size_t k = 0; k < natom(); k++) {
            double rho = 0.0;
            for (size_t m : neighbors(k))
                rho += strength(m) * std::exp(-distance(k, m));
            const double fp = -0.5 / std::sqrt(rho), fpp = 0.25 / (rho * std::sqrt(rho));
            std::map<int, Vec3> g;
            for (size_t m : neighbors(k)) {
                const double r = distance(k, m), f = strength(m) * std::exp(-r);
                const Vec3 dr = vector(k, m);
                for (int a = 0; a < 3; a++) {
                    g[(int)m][a] += f * dr[a] / r;
                    g[(int)k][a] -= f * dr[a] / r;
                }
                // phi from the lower atom only, or one half from each
                const double share = halves ? 0.5 : (k < m) ? 1.0 : 0.0;
                const double phi = std::exp(-2.0 * r) / r, phip = -phi * (2.0 + 1.0 / r);
                const double phipp = phi * (4.0 + 4.0 / r + 2.0 / (r * r));
                pair.push_back({(int)k, (int)m, -fp * f + share * phip, fp * f + share * phipp});
            }
            term(fpp, g);
        }
    }
    long double energy(const std::vector<long double> &y) const
    {
        long double sum = 0.0L;
        for (size_t k = 0; k < natom(); k++) {
            long double rho = 0.0L;
            for (size_t m : neighbors(k)) { // those of the undisplaced atoms
                long double square = 0.0L;
                for (int a = 0; a < 3; a++)
                    square += (y[3 * k + a] - y[3 * m + a]) * (y[3 * k + a] - y[3 * m + a]);
                const long double r = std::sqrt(square);
                rho += (long double)strength(m) * std::exp(-r);
                sum += 0.5L * std::exp(-2.0L * r) / r;
            }
            sum -= std::sqrt(rho);
        }
        return sum;
    }
    // d2U/dx_p dx_q, two coordinates
    double second_difference(size_t p, size_t q) const
    {
        const long double h = 1e-4L;
        const std::vector<long double> y0(x.begin(), x.end());
        long double sum = 0.0L;
        for (int s = 1; s >= -1; s -= 2)
            for (int t = 1; t >= -1; t -= 2) {
                std::vector<long double> y = y0;
                y[p] += (long double)s * h;
                y[q] += (long double)t * h;
                sum += (long double)(s * t) * energy(y);
            }
        return (double)(sum / (4.0L * h * h));
    }
};

// differences with a displacement of 1e-4 have an error of 1e-8 times fourth derivatives, and
// elements and their derivatives are of the order of 1
const double DIFFERENCES = 1e-6;

TEST(Embedding, blocks_are_second_derivatives_of_the_energy)
{
    Metal metal(2, Infinity, 7);
    metal.fill();
    Blocks blocks;
    ASSERT_EQ(metal.sum(blocks), INM_OK);
    EXPECT_EQ(blocks.of.size(), 28u);
    for (const auto &b : blocks.of)
        for (int a = 0; a < 9; a++)
            EXPECT_NEAR(b.second[a],
                        metal.second_difference(3 * (size_t)b.first.first + a / 3,
                                                3 * (size_t)b.first.second + a % 3),
                        DIFFERENCES);
}

TEST(Embedding, diagonal_follows_from_translation_invariance)
{
    Metal metal(2, Infinity, 17);
    metal.fill();
    Blocks blocks;
    ASSERT_EQ(metal.sum(blocks), INM_OK);
    for (size_t m = 0; m < metal.natom(); m++)
        for (int a = 0; a < 9; a++) {
            double sum = 0.0;
            for (const auto &b : blocks.of) {
                if (b.first.first == (int)m) sum -= b.second[a];
                if (b.first.second == (int)m) sum -= b.second[3 * (a % 3) + a / 3];
            }
            EXPECT_NEAR(sum, metal.second_difference(3 * m + a / 3, 3 * m + a % 3), DIFFERENCES);
        }
}

TEST(Embedding, couples_atoms_up_to_two_ranges_apart)
{
    const double range = 1.3;
    Metal metal(3, range, 27);
    metal.fill();
    Blocks blocks;
    ASSERT_EQ(metal.sum(blocks), INM_OK);

    size_t between = 0;
    for (const auto &b : blocks.of) {
        const size_t i = (size_t)b.first.first, j = (size_t)b.first.second;
        const double r = metal.distance(i, j);
        EXPECT_LT(r, 2.0 * range);
        between += r > range;
        EXPECT_EQ(blocks.dr[b.first], metal.vector(i, j));
        for (int a = 0; a < 9; a += 4)
            EXPECT_NEAR(b.second[a], metal.second_difference(3 * i + a / 3, 3 * j + a % 3),
                        DIFFERENCES);
    }
    EXPECT_GT(between, 50u);
    EXPECT_LT(blocks.of.size(), 351u);
}

TEST(Embedding, agrees_with_the_plain_sum)
{
    Metal metal(6, 1.5, 37);
    metal.fill();
    Blocks blocks;
    ASSERT_EQ(metal.sum(blocks), INM_OK);
    const auto expected = metal.plain_sum();
    expect_same(blocks.of, expected, 100.0 * DBL_EPSILON * largest_element(expected));
}

TEST(Embedding, pairs_may_come_in_parts_and_from_either_side)
{
    Metal once(3, 1.5, 47), halves(3, 1.5, 47);
    once.fill(false);
    halves.fill(true);
    Blocks a, b;
    ASSERT_EQ(once.sum(a), INM_OK);
    ASSERT_EQ(halves.sum(b), INM_OK);
    expect_same(b.of, a.of, 100.0 * DBL_EPSILON * largest_element(a.of));
}

TEST(Embedding, terms_may_come_in_any_order)
{
    Metal metal(3, 1.5, 57);
    metal.fill();
    Model reversed;
    reversed.x = metal.x;
    for (size_t k = metal.curvature.size(); k-- > 0;) {
        std::map<int, Vec3> g;
        for (size_t e = metal.start[k]; e < metal.start[k + 1]; e++)
            g[metal.atom[e]] =
                Vec3{{metal.slope[4 * e], metal.slope[4 * e + 1], metal.slope[4 * e + 2]}};
        reversed.term(metal.curvature[k], g);
    }
    for (const auto &p : metal.pair)
        reversed.pair.push_back({p.j, p.i, p.du, p.du2});
    std::reverse(reversed.pair.begin(), reversed.pair.end());
    Blocks a, b;
    ASSERT_EQ(metal.sum(a), INM_OK);
    ASSERT_EQ(reversed.sum(b), INM_OK);
    expect_same(b.of, a.of, 100.0 * DBL_EPSILON * largest_element(a.of));
}

TEST(Embedding, pairs_alone_and_terms_alone_are_allowed)
{
    Model m;
    m.x = {0, 0, 0, 1, 0, 0, 0, 2, 0};
    m.pair.push_back({2, 0, 0.0, 3.0});
    Blocks pair;
    ASSERT_EQ(m.sum(pair), INM_OK);
    ASSERT_EQ(pair.of.size(), 1u);
    EXPECT_EQ((pair.of[{0, 2}]), diagonal_matrix(0, -3, 0));

    m.pair.clear();
    m.term(2.0, {{0, {{1, 0, 0}}}, {2, {{0, 5, 0}}}});
    Blocks term;
    ASSERT_EQ(m.sum(term), INM_OK);
    ASSERT_EQ(term.of.size(), 1u);
    EXPECT_EQ((term.of[{0, 2}]), (Mat3{{0, 10, 0, 0, 0, 0, 0, 0, 0}}));
}

TEST(Embedding, without_atoms_gives_nothing)
{
    Model nobody, lonely;
    lonely.x = {0, 0, 0};
    lonely.term(1.0, {});
    lonely.term(1.0, {{0, {{1, 1, 1}}}});
    Blocks blocks;
    EXPECT_EQ(nobody.sum(blocks), INM_OK);
    EXPECT_EQ(lonely.sum(blocks), INM_OK);
    EXPECT_EQ(blocks.calls, 0u);
}

TEST(Embedding, bad_lists_are_refused_before_any_block)
{
    Blocks blocks;
    for (const std::pair<int, int> &members : {std::make_pair(1, 0), {1, 1}, {0, 3}, {-1, 1}}) {
        Model m;
        m.x         = {0, 0, 0, 1, 0, 0, 0, 2, 0};
        m.curvature = {1.0};
        m.start     = {0, 2};
        m.atom      = {members.first, members.second};
        m.slope.assign(8, 1.0);
        EXPECT_EQ(m.sum(blocks), INM_ERR_ARG) << members.first << " " << members.second;
    }
    for (const inm_central_pair &p : std::vector<inm_central_pair>{
             {0, 0, 1, 1}, {0, 3, 1, 1}, {3, 0, 1, 1}, {-1, 0, 1, 1}, {0, -1, 1, 1}}) {
        Model m;
        m.x = {0, 0, 0, 1, 0, 0, 0, 2, 0};
        m.pair.push_back({0, 1, 1.0, 1.0});
        m.pair.push_back(p);
        EXPECT_EQ(m.sum(blocks), INM_ERR_ARG) << p.i << " " << p.j;
    }
    EXPECT_EQ(blocks.calls, 0u);
}

TEST(Embedding, status_of_the_sink_ends_the_sum)
{
    Metal metal(2, Infinity, 67);
    metal.fill();
    Blocks blocks;
    blocks.allowed = 11;
    EXPECT_EQ(metal.sum(blocks), INM_ERR_NONFINITE);
    EXPECT_EQ(blocks.calls, 12u);
    EXPECT_EQ(blocks.of.size(), 11u);
}
} // namespace
