// The lowest modes by Chebyshev-filtered subspace iteration, against LAPACK.

#include "solvers/inm_lowest.h"
#include "model_systems.h"

namespace {

struct Lowest {
    inm_modes m;
    inm_status status;
    size_t products = 0;

    Lowest(const System &s, size_t count, Options options = Options())
    {
        memset(&m, 0, sizeof(m));
        options.vectors = INM_VECTORS_LOWEST;
        options.nlowest = count;
        Task task(s, options);
        EXPECT_EQ(task.status, INM_OK);
        inm_request of_interval = task.request;
        of_interval.nproj       = 0;
        of_interval.nrandom     = 1;
        inm_kpm *kpm            = nullptr;
        status                  = inm_kpm_create(&kpm, task.share.h, &of_interval);
        if (status == INM_OK)
            status = inm_lowest_modes(task.share.h, &task.request, inm_kpm_lowest(kpm),
                                      inm_kpm_highest(kpm), &m, &products);
        inm_kpm_destroy(&kpm);
    }
    ~Lowest() { inm_modes_free(&m); }
    Lowest(const Lowest &)            = delete;
    Lowest &operator=(const Lowest &) = delete;
};

Options with_vectors(const System &s, unsigned seed, inm_edge edge = {INM_EDGE_PARTICIPATION, 0.3})
{
    Options options(INM_VECTORS_ALL);
    options.proj = random_numbers(2 * 3 * s.natom(), -1.0, 1.0, seed);
    options.edge = edge;
    return options;
}

// residuals are below 1e-10 of the interval, so vectors have errors of that divided by the gap
void expect_those_of_lapack(const System &s, size_t count, const Options &options)
{
    Solution wanted(s, options);
    Lowest found(s, count, options);
    ASSERT_EQ(wanted.status, INM_OK);
    ASSERT_EQ(found.status, INM_OK);
    ASSERT_EQ(found.m.n, count);
    EXPECT_EQ(found.m.natom, s.natom());
    EXPECT_EQ(found.m.nzero, 0u);
    const double span = 1.1 * (wanted.m.lambda[s.n() - 1] - wanted.m.lambda[0]);
    const double square = options.proj.empty() ? 0.0 : squared_norm(options.proj) / 0.5;
    for (size_t p = 0; p < count; p++) {
        EXPECT_NEAR(found.m.lambda[p], wanted.m.lambda[p], 1e-12 * span) << p;
        double gap = wanted.m.lambda[p + 1] - wanted.m.lambda[p];
        if (p > 0) gap = std::min(gap, wanted.m.lambda[p] - wanted.m.lambda[p - 1]);
        const double angle = 2e-10 * span / gap;
        EXPECT_NEAR(found.m.pr[p], wanted.m.pr[p], 4.0 * angle) << p;
        EXPECT_EQ(found.m.cls[p], wanted.m.cls[p]) << p;
        for (int v = 0; v < wanted.m.nproj; v++)
            EXPECT_NEAR(found.m.proj2[v * count + p], wanted.proj2(v, p), 2.0 * angle * square) << p;
        for (int t = 1; t <= wanted.m.ntypes; t++)
            EXPECT_NEAR(found.m.weight[(size_t) (t - 1) * count + p], wanted.weight(t, p), 4.0 * angle) << p;
    }
    for (size_t i = 0; i < s.natom(); i++) EXPECT_EQ(found.m.mass[i], wanted.m.mass[i]);
}

TEST(Lowest, modes_are_those_of_lapack)
{
    for (size_t count : {1, 5, 20}) {
        const System s = random_cluster(60, 51);
        expect_those_of_lapack(s, count, with_vectors(s, 52));
        expect_those_of_lapack(s, count, with_vectors(s, 53, {INM_EDGE_FREQUENCY, 3.0}));
    }
}

TEST(Lowest, modes_in_two_dimensions_are_those_of_lapack)
{
    const System s = random_cluster(60, 54, 2);
    expect_those_of_lapack(s, 5, with_vectors(s, 55));
}

TEST(Lowest, modes_are_found_where_some_ranks_have_no_atoms)
{
    const System s = random_cluster(60, 56);
    for (const Owner &owner : {all_on_first, all_on_last}) {
        Options options = with_vectors(s, 57);
        options.owner   = owner;
        expect_those_of_lapack(s, 4, options);
    }
}

TEST(Lowest, modes_of_a_stable_system_are_its_softest_and_no_translation)
{
    const System s = chain(60, FREE, 2.0, 1.0);
    Lowest found(s, 4);
    ASSERT_EQ(found.status, INM_OK);
    Solution wanted(s);
    size_t p = 0;
    for (size_t q = 0; p < 4; q++) {
        if (wanted.m.cls[q] == INM_ZERO) continue;
        EXPECT_NEAR(found.m.lambda[p++], wanted.m.lambda[q], 1e-10) << q;
    }
}

TEST(Lowest, modes_may_be_degenerate)
{
    const size_t natom = 60, n = 3 * natom;
    std::vector<double> lambda(n);
    for (size_t p = 0; p < n; p++) lambda[p] = (p < 6) ? -3.0 : -1.0 + 0.01 * (double) p;
    const Field q  = random_orthogonal(n, 58);
    const System s = with_spectrum(lambda, q, std::vector<double>(natom, 1.0));
    Options options;
    options.proj = random_numbers(n, -1.0, 1.0, 59);
    Lowest found(s, 8, options);
    ASSERT_EQ(found.status, INM_OK);
    double wanted = 0.0, sum = 0.0; // over the six modes, in any basis
    for (size_t p = 0; p < 6; p++) {
        double overlap = 0.0;
        for (size_t r = 0; r < n; r++) overlap += q[p * n + r] * options.proj[r];
        wanted += overlap * overlap;
        sum += found.m.proj2[p];
        EXPECT_NEAR(found.m.lambda[p], -3.0, 1e-11);
    }
    EXPECT_NEAR(sum, wanted, 1e-8 * wanted);
    EXPECT_NEAR(found.m.lambda[6], lambda[6], 1e-11);
}

TEST(Lowest, shares_are_means_over_the_modes_found)
{
    const System s        = random_cluster(60, 60);
    const Options options = with_vectors(s, 61);
    const size_t count    = 20;
    Lowest found(s, count, options);
    ASSERT_EQ(found.status, INM_OK);
    size_t number[3] = {0, 0, 0};
    for (size_t p = 0; p < count; p++) {
        number[0] += found.m.cls[p] == INM_UNSTABLE_LOCALIZED;
        number[1] += found.m.cls[p] == INM_UNSTABLE_DELOCALIZED;
        number[2] += found.m.cls[p] == INM_STABLE;
    }
    for (int c = 0; c < 3; c++) {
        double sum = 0.0;
        for (size_t i = 0; i < s.natom(); i++) sum += found.m.intensity[3 * i + c];
        if (number[c] == 0)
            EXPECT_TRUE(std::isnan(sum)) << c;
        else
            EXPECT_NEAR(sum, 1.0, 1e-12) << c;
    }
    EXPECT_GT(number[0] + number[1], 0u);
}

TEST(Lowest, an_eigenvector_can_be_kept)
{
    const System s  = random_cluster(60, 62);
    Options options = with_vectors(s, 63);
    options.keep       = INM_KEEP_INDEX;
    options.keep_value = 2.0;
    Solution wanted(s, options);
    Lowest by_index(s, 5, options);
    options.keep       = INM_KEEP_FREQUENCY;
    options.keep_value = inm_frequency(wanted.m.lambda[1]) + 1e-6;
    Lowest by_frequency(s, 5, options);
    ASSERT_EQ(by_index.status, INM_OK);
    ASSERT_EQ(by_frequency.status, INM_OK);
    double overlap = 0.0;
    for (size_t k = 0; k < 3 * s.natom(); k++) {
        overlap += by_index.m.eigenvector[k] * wanted.m.eigenvector[k];
        EXPECT_EQ(by_frequency.m.eigenvector[k], by_index.m.eigenvector[k]);
    }
    EXPECT_NEAR(overlap, 1.0, 1e-9);
    EXPECT_EQ(by_index.m.kept, 1u);
    EXPECT_EQ(by_frequency.m.kept, 1u);
    options.keep_value = 6.0;
    options.keep       = INM_KEEP_INDEX;
    Lowest beyond(s, 5, options);
    EXPECT_TRUE(std::isnan(beyond.m.eigenvector[0]));
}

TEST(Lowest, modes_do_not_depend_on_distribution_or_order)
{
    const System s  = random_cluster(60, 64);
    Options options = with_vectors(s, 65);
    Lowest wanted(s, 6, options);
    options.owner = all_on_first;
    Lowest gathered(s, 6, options);
    options.reversed = true;
    Lowest reversed(s, 6, options);
    for (const Lowest *other : {&gathered, &reversed})
        for (size_t p = 0; p < 6; p++) {
            EXPECT_NEAR(other->m.lambda[p], wanted.m.lambda[p], 1e-11 * std::fabs(wanted.m.lambda[0]));
            EXPECT_NEAR(other->m.pr[p], wanted.m.pr[p], 1e-9);
            double first[2] = {other->m.lambda[p], other->m.pr[p]};
            MPI_Bcast(first, 2, MPI_DOUBLE, 0, MPI_COMM_WORLD);
            EXPECT_EQ(first[0], other->m.lambda[p]);
            EXPECT_EQ(first[1], other->m.pr[p]);
        }
}

TEST(Lowest, refuses_more_than_the_system_has_room_for)
{
    const System s = random_cluster(20, 66); // 57 modes, 24 vectors for 8
    EXPECT_EQ(Lowest(s, 8).status, INM_OK);
    EXPECT_EQ(Lowest(s, 9).status, INM_ERR_ARG); // 32 vectors
    EXPECT_EQ(Lowest(s, 0).status, INM_ERR_ARG);
    EXPECT_EQ(Lowest(System(), 1).status, INM_ERR_ARG);
    EXPECT_EQ(inm_lowest_vectors(1), 24u);
    EXPECT_EQ(inm_lowest_vectors(50), 80u);
}
} // namespace
