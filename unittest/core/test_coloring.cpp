// Graphs of interacting atoms, their powers, and colors of atoms that may be displaced together.

#include "inm_coloring.h"

#include "gtest/gtest.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <set>
#include <vector>

namespace {

typedef std::vector<int32_t> Edges; // [nedge][2]

// a graph that frees itself
struct Graph : inm_graph {
    inm_status status;
    Graph(size_t n, const Edges &edge)
    {
        status = inm_graph_create(this, n, edge.size() / 2, edge.data());
    }
    Graph(const inm_graph &g, int hops)
    {
        status = inm_graph_power(this, &g, hops, g.nrow, nullptr);
    }
    Graph(const inm_graph &g, int hops, const std::vector<int32_t> &from)
    {
        status = inm_graph_power(this, &g, hops, from.size(), from.data());
    }
    ~Graph() { inm_graph_free(this); }
    Graph(const Graph &)            = delete;
    Graph &operator=(const Graph &) = delete;

    std::vector<int32_t> row(size_t r) const
    {
        return std::vector<int32_t>(neighbor + start[r], neighbor + start[r + 1]);
    }
};

struct Colors {
    std::vector<int> color;
    int n;
    inm_status status;
    Colors(const inm_graph &g, const char *takes_part = nullptr) : color(g.nrow + 1, -7), n(-1)
    {
        status = inm_graph_color(&g, takes_part, color.data(), &n);
        color.pop_back();
    }
};

// chain 0 - 1 - 2 - ... - n-1, or ring
Edges chain(int n, bool ring = false)
{
    Edges edge;
    for (int i = 0; i + 1 < n; i++)
        edge.insert(edge.end(), {i, i + 1});
    if (ring) edge.insert(edge.end(), {n - 1, 0});
    return edge;
}

// square lattice of n^2 sites, periodic
Edges square_lattice(int n)
{
    Edges edge;
    for (int x = 0; x < n; x++)
        for (int y = 0; y < n; y++) {
            edge.insert(edge.end(), {x * n + y, (x + 1) % n * n + y});
            edge.insert(edge.end(), {x * n + y, x * n + (y + 1) % n});
        }
    return edge;
}

// random points in a periodic box at density 1, joined within a distance; uses linked cells
Edges random_liquid(int n, double reach, unsigned seed)
{
    std::mt19937 engine(seed);
    const double length = std::cbrt((double)n);
    const int m         = std::max(1, (int)(length / reach));
    std::uniform_real_distribution<double> position(0.0, length);
    std::vector<double> x(3 * n);
    for (double &coordinate : x)
        coordinate = position(engine);
    std::vector<std::vector<int>> cell(m * m * m);
    auto at = [&](int a, int b, int c) -> std::vector<int> & {
        return cell[((a + m) % m * m + (b + m) % m) * m + (c + m) % m];
    };
    auto cell_of = [&](int i, int a) {
        return (int)(x[3 * i + a] / length * m) % m;
    };
    for (int i = 0; i < n; i++)
        at(cell_of(i, 0), cell_of(i, 1), cell_of(i, 2)).push_back(i);
    Edges edge;
    for (int i = 0; i < n; i++)
        for (int k = 0; k < 27; k++)
            for (int j : at(cell_of(i, 0) + k / 9 - 1, cell_of(i, 1) + k / 3 % 3 - 1,
                            cell_of(i, 2) + k % 3 - 1)) {
                double rsq = 0.0;
                for (int a = 0; a < 3; a++) {
                    double d = x[3 * i + a] - x[3 * j + a];
                    d -= length * std::round(d / length);
                    rsq += d * d;
                }
                if (rsq < reach * reach) edge.insert(edge.end(), {i, j});
            }
    return edge;
}

// true if no selected row has two vertices of one color among its neighbors and itself
bool is_valid(const inm_graph &g, const std::vector<int> &color,
              const std::vector<char> &takes_part = {})
{
    auto out = [&](size_t v) {
        return !takes_part.empty() && !takes_part[v];
    };
    for (size_t r = 0; r < g.nrow; r++) {
        if (out(r) != (color[r] < 0)) return false;
        if (out(r)) continue;
        std::set<int> seen = {color[r]};
        for (size_t k = g.start[r]; k < g.start[r + 1]; k++)
            if (!out(g.neighbor[k]) && !seen.insert(color[g.neighbor[k]]).second) return false;
    }
    return true;
}

// ---- graphs ------------------------------------------------------------------------------------

TEST(Graph, has_every_edge_once_from_both_sides_in_order)
{
    const Graph g(5, {3, 1, 1, 3, 0, 3, 2, 2, 3, 1, 4, 3});
    ASSERT_EQ(g.status, INM_OK);
    EXPECT_EQ(g.row(0), std::vector<int32_t>({3}));
    EXPECT_EQ(g.row(1), std::vector<int32_t>({3}));
    EXPECT_EQ(g.row(2), std::vector<int32_t>());
    EXPECT_EQ(g.row(3), std::vector<int32_t>({0, 1, 4}));
    EXPECT_EQ(g.row(4), std::vector<int32_t>({3}));
}

TEST(Graph, refuses_vertices_that_are_not_there)
{
    EXPECT_EQ(Graph(3, {0, 3}).status, INM_ERR_ARG);
    EXPECT_EQ(Graph(3, {-1, 2}).status, INM_ERR_ARG);
    const Graph g(3, {0, 1});
    EXPECT_EQ(Graph(g, 1, {0, 3}).status, INM_ERR_ARG);
    EXPECT_EQ(Graph(g, 0).status, INM_ERR_ARG);
}

TEST(Graph, may_be_empty)
{
    const Graph none(0, {}), isolated(4, {});
    ASSERT_EQ(none.status, INM_OK);
    ASSERT_EQ(isolated.status, INM_OK);
    const Graph power(none, 2), isolated_power(isolated, 3), no_rows(isolated, 2, {});
    EXPECT_EQ(power.status, INM_OK);
    EXPECT_EQ(isolated_power.status, INM_OK);
    EXPECT_EQ(no_rows.status, INM_OK);
    EXPECT_EQ(isolated_power.start[4], 0u);
    EXPECT_EQ(no_rows.nrow, 0u);
}

TEST(Graph, power_of_a_chain_is_known)
{
    const Graph g(20, chain(20));
    for (int hops : {1, 2, 5, 19, 30}) {
        const Graph power(g, hops);
        ASSERT_EQ(power.status, INM_OK);
        for (int r = 0; r < 20; r++) {
            std::vector<int32_t> expected;
            for (int v = std::max(0, r - hops); v <= std::min(19, r + hops); v++)
                if (v != r) expected.push_back(v);
            EXPECT_EQ(power.row(r), expected) << hops << " hops from " << r;
        }
    }
}

TEST(Graph, power_from_some_vertices_has_their_rows)
{
    const Graph g(300, random_liquid(300, 1.2, 1)), power(g, 2);
    const std::vector<int32_t> from = {7, 0, 299, 7};
    const Graph some(g, 2, from);
    ASSERT_EQ(some.status, INM_OK);
    for (size_t k = 0; k < from.size(); k++)
        EXPECT_EQ(some.row(k), power.row(from[k]));
}

TEST(Graph, second_power_joins_vertices_with_a_common_neighbor)
{
    const Graph g(200, random_liquid(200, 1.1, 2)), power(g, 2);
    for (size_t a = 0; a < 200; a++)
        for (size_t b = 0; b < 200; b++) {
            const auto ra = g.row(a), rb = g.row(b);
            std::vector<int32_t> common;
            std::set_intersection(ra.begin(), ra.end(), rb.begin(), rb.end(),
                                  std::back_inserter(common));
            const bool near = std::count(ra.begin(), ra.end(), (int32_t)b) || !common.empty();
            const auto row  = power.row(a);
            EXPECT_EQ(std::count(row.begin(), row.end(), (int32_t)b) > 0, a != b && near);
        }
}

// ---- colors ------------------------------------------------------------------------------------

TEST(Coloring, leaves_no_two_of_a_color_with_a_common_neighbor)
{
    for (unsigned seed = 1; seed <= 5; seed++)
        for (double reach : {0.5, 1.0, 1.5}) {
            const Graph g(400, random_liquid(400, reach, seed));
            const Colors c(g);
            ASSERT_EQ(c.status, INM_OK);
            EXPECT_TRUE(is_valid(g, c.color)) << "seed " << seed << " reach " << reach;
            // every color is used
            const std::set<int> used(c.color.begin(), c.color.end());
            EXPECT_EQ(used.size(), (size_t)c.n);
            EXPECT_EQ(*used.begin(), 0);
            EXPECT_EQ(*used.rbegin(), c.n - 1);
        }
}

TEST(Coloring, needs_as_many_as_the_largest_neighborhood_and_not_many_more)
{
    // lower bound: a vertex and its neighbors all differ.  Upper bound of first fit: the number of
    // vertices within two hops, plus one
    const Graph g(1000, random_liquid(1000, 1.4, 3)), power(g, 2);
    const Colors c(g);
    size_t lower = 0, upper = 0;
    for (size_t r = 0; r < g.nrow; r++) {
        lower = std::max(lower, g.row(r).size() + 1);
        upper = std::max(upper, power.row(r).size() + 1);
    }
    EXPECT_GE((size_t)c.n, lower);
    EXPECT_LE((size_t)c.n, upper / 2);
}

TEST(Coloring, of_a_chain_takes_three_and_of_a_ring_one_or_two_more)
{
    for (int n : {3, 4, 5, 10, 101})
        EXPECT_EQ(Colors(Graph(n, chain(n))).n, 3) << n;
    // in a ring of 4 or 5 all vertices are within two hops; larger rings need 3 or 4 colors
    EXPECT_EQ(Colors(Graph(4, chain(4, true))).n, 4);
    EXPECT_EQ(Colors(Graph(5, chain(5, true))).n, 5);
    for (int n : {6, 7, 8, 30, 100}) {
        const Graph ring(n, chain(n, true));
        const Colors c(ring);
        EXPECT_TRUE(is_valid(ring, c.color)) << n;
        EXPECT_GE(c.n, n % 3 ? 4 : 3) << n;
        EXPECT_LE(c.n, 5) << n;
    }
}

TEST(Coloring, of_a_square_lattice_comes_near_the_known_five)
{
    // (x + 2y) mod 5 colors the square of the lattice; 5 is the minimum, for a site and its
    // neighbors
    const Graph g(400, square_lattice(20));
    const Colors c(g);
    EXPECT_TRUE(is_valid(g, c.color));
    EXPECT_GE(c.n, 5);
    EXPECT_LE(c.n, 8);
}

TEST(Coloring, of_a_star_and_of_a_complete_graph_takes_all)
{
    Edges star, complete;
    for (int i = 0; i < 12; i++)
        for (int j = 0; j < i; j++) {
            complete.insert(complete.end(), {i, j});
            if (j == 0) star.insert(star.end(), {i, j});
        }
    EXPECT_EQ(Colors(Graph(12, complete)).n, 12);
    EXPECT_EQ(Colors(Graph(12, star)).n, 12);
}

TEST(Coloring, of_vertices_without_edges_takes_one)
{
    const Colors none(Graph(0, {})), isolated(Graph(7, {}));
    EXPECT_EQ(none.status, INM_OK);
    EXPECT_EQ(none.n, 0);
    EXPECT_EQ(isolated.n, 1);
    EXPECT_EQ(isolated.color, std::vector<int>(7, 0));
}

TEST(Coloring, passes_over_vertices_that_take_no_part)
{
    // every other site of a chain: their common neighbors do not count
    const Graph line(21, chain(21));
    std::vector<char> even(21);
    for (int i = 0; i < 21; i++)
        even[i] = (i % 2 == 0);
    const Colors alone(line, even.data());
    EXPECT_EQ(alone.n, 1);
    EXPECT_TRUE(is_valid(line, alone.color, even));

    const Graph g(500, random_liquid(500, 1.3, 4));
    std::vector<char> some(500);
    for (int i = 0; i < 500; i++)
        some[i] = (i % 3 != 0);
    const Colors c(g, some.data());
    EXPECT_TRUE(is_valid(g, c.color, some));
    EXPECT_LT(c.n, Colors(g).n);

    const std::vector<char> nobody(500, 0);
    EXPECT_EQ(Colors(g, nobody.data()).n, 0);
}

TEST(Coloring, is_the_same_however_the_edges_come)
{
    Edges edge = random_liquid(300, 1.3, 5), shuffled;
    std::vector<size_t> order(edge.size() / 2);
    for (size_t e = 0; e < order.size(); e++)
        order[e] = e;
    std::shuffle(order.begin(), order.end(), std::mt19937(6));
    for (size_t e : order)
        shuffled.insert(shuffled.end(), {edge[2 * e + 1], edge[2 * e]});
    EXPECT_EQ(Colors(Graph(300, edge)).color, Colors(Graph(300, shuffled)).color);
}

TEST(Coloring, takes_no_more_colors_for_more_atoms)
{
    // up to fluctuations: the maximum density is higher in a larger system
    const int few  = Colors(Graph(1000, random_liquid(1000, 1.5, 7))).n,
              many = Colors(Graph(8000, random_liquid(8000, 1.5, 8))).n;
    EXPECT_LT(many, 1.3 * few);
}
} // namespace
