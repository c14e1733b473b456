// The table of solvers: missing capabilities, refused requests, and matrix-free solvers against
// dense ones.

#include "model_systems.h"

#include <string>

namespace {

std::vector<const inm_solver *> all_solvers()
{
    std::vector<const inm_solver *> all;
    for (size_t k = 0; inm_solver_built(k); k++)
        all.push_back(inm_solver_built(k));
    return all;
}

std::vector<inm_capability> all_capabilities()
{
    std::vector<inm_capability> all;
    for (int what = 0; what < INM_NCAPABILITY; what++)
        all.push_back((inm_capability)what);
    return all;
}

bool lacks(const inm_solver *solver, inm_capability what)
{
    return inm_solver_lacks(solver, what) != nullptr;
}

// ---- capabilities -------------------------------------------------------------------------------

TEST(Capabilities, that_are_lacking_have_a_reason_that_names_the_solver)
{
    for (const inm_solver *solver : all_solvers())
        for (inm_capability what : all_capabilities()) {
            const char *reason = inm_solver_lacks(solver, what);
            if (!reason) continue;
            const std::string name = std::string("solver ") + inm_solver_name(solver) + " ";
            EXPECT_EQ(std::string(reason).find(name), 0u) << reason;
            EXPECT_GT(std::string(reason).size(), name.size() + 10) << reason;
            EXPECT_NE(std::string(reason).back(), '.') << "it is the end of a sentence: " << reason;
        }
}

TEST(Capabilities, of_solver_auto_are_those_of_a_dense_one)
{
    for (inm_capability what : all_capabilities()) {
        const char *reason  = inm_solver_lacks(nullptr, what);
        bool some_dense_has = false;
        for (const inm_solver *solver : all_solvers())
            if (inm_solver_place(solver) != INM_MATRIX_FREE) some_dense_has |= !lacks(solver, what);
        EXPECT_EQ(reason == nullptr, some_dense_has) << what;
        if (reason) {
            EXPECT_EQ(std::string(reason).find("solver auto "), 0u) << reason;
        }
    }
}

TEST(Capabilities, that_a_reason_sends_to_another_solver_for_are_there)
{
    const auto all   = all_solvers();
    auto with_choice = all;
    with_choice.push_back(nullptr);
    for (const inm_solver *solver : with_choice)
        for (inm_capability what : all_capabilities()) {
            const char *reason = inm_solver_lacks(solver, what);
            if (!reason) continue;
            const size_t use = std::string(reason).find("use solver ");
            if (use == std::string::npos) continue;
            const std::string rest  = std::string(reason).substr(use + strlen("use solver "));
            const std::string name  = rest.substr(0, rest.find_first_of(" ,"));
            const inm_solver *other = (name == "auto") ? nullptr : inm_solver_find(name.c_str());
            if (name != "auto") {
                ASSERT_NE(other, nullptr) << reason;
            }
            EXPECT_FALSE(lacks(other, what)) << reason;
        }
}

TEST(Capabilities, are_those_that_a_solver_can)
{
    for (const inm_solver *solver : all_solvers()) {
        const auto can = [&](inm_vectors vectors, inm_precision precision) {
            const inm_job job = job_for(300, vectors, number_of_ranks(), precision);
            return inm_solver_can(solver, &job);
        };
        const char *name = inm_solver_name(solver);
        // modes lowest, the only vectors of this solver
        const bool has_vectors = !lacks(solver, INM_HAS_VECTORS),
                   has_lowest  = !lacks(solver, INM_HAS_LOWEST),
                   has_single  = !lacks(solver, INM_HAS_SINGLE);
        EXPECT_EQ(can(INM_VECTORS_ALL, INM_DOUBLE), has_vectors ? INM_OK : INM_ERR_ARG) << name;
        EXPECT_EQ(can(INM_VECTORS_UNSTABLE, INM_DOUBLE), has_vectors ? INM_OK : INM_ERR_ARG)
            << name;
        EXPECT_EQ(can(INM_VECTORS_LOWEST, INM_DOUBLE), has_lowest ? INM_OK : INM_ERR_ARG) << name;
        for (inm_vectors vectors :
             {INM_VECTORS_NONE, INM_VECTORS_UNSTABLE, INM_VECTORS_ALL, INM_VECTORS_LOWEST}) {
            const inm_status in_double = can(vectors, INM_DOUBLE);
            EXPECT_EQ(can(vectors, INM_SINGLE_PRECISION), has_single ? in_double : INM_ERR_ARG)
                << name;
        }
        // without vectors: modes, or the density of polynomials
        const bool has_none = !lacks(solver, INM_HAS_EIGENVALUES) ||
                              !lacks(solver, INM_HAS_PRODUCTS);
        EXPECT_EQ(can(INM_VECTORS_NONE, INM_DOUBLE), has_none ? INM_OK : INM_ERR_ARG) << name;
    }
}

TEST(Capabilities, that_a_solver_lacks_are_refused_when_solving)
{
    const System s = random_cluster(30, 5);
    for (const inm_solver *solver : all_solvers()) {
        const bool free = inm_solver_place(solver) == INM_MATRIX_FREE;
        for (inm_vectors vectors :
             {INM_VECTORS_NONE, INM_VECTORS_UNSTABLE, INM_VECTORS_ALL, INM_VECTORS_LOWEST}) {
            Options options(vectors);
            options.solver    = inm_solver_name(solver);
            options.nlowest   = 2;
            options.products  = 5;
            const inm_job job = job_for(s.n(), vectors, number_of_ranks());
            const Spectrum spectrum(s, options);
            EXPECT_EQ(spectrum.status, inm_solver_can(solver, &job)) << options.solver << vectors;
            EXPECT_EQ(spectrum.s == nullptr, spectrum.status != INM_OK);
            if (free) {
                EXPECT_EQ(Solution(s, options).status, INM_ERR_ARG) << "a table of all modes";
            }
        }
    }
}

TEST(Capabilities, of_a_spectrum_are_those_of_its_solver)
{
    const System s = random_cluster(30, 6);
    for (const inm_solver *solver : all_solvers()) {
        Options options(lacks(solver, INM_HAS_VECTORS) ? INM_VECTORS_LOWEST : INM_VECTORS_ALL);
        options.solver   = inm_solver_name(solver);
        options.nlowest  = 2;
        options.products = 5;
        const Spectrum spectrum(s, options);
        ASSERT_EQ(spectrum.status, INM_OK) << options.solver;
        for (inm_capability what : all_capabilities())
            EXPECT_EQ(inm_spectrum_lacks(spectrum.s, what), inm_solver_lacks(solver, what));
        EXPECT_STREQ(spectrum.about().solver, options.solver);
        EXPECT_EQ(spectrum.about().natom, s.natom());
    }
}

TEST(Solvers, matrix_free_ones_refuse_an_atom_type_beyond_the_last_as_dense_ones_do)
{
    const System s = random_cluster(30, 6);
    for (const inm_solver *solver : all_solvers())
        for (inm_vectors vectors : {INM_VECTORS_NONE, INM_VECTORS_ALL, INM_VECTORS_LOWEST}) {
            const inm_job job = job_for(s.n(), vectors, number_of_ranks());
            if (inm_solver_can(solver, &job) != INM_OK) continue;
            for (const Owner &owner : {scattered, all_on_last}) {
                Options options(vectors);
                options.nlowest  = 2;
                options.products = 5;
                options.owner    = owner;
                Task task(s, options);
                task.request.ntypes    = 1;
                inm_spectrum *spectrum = nullptr;
                EXPECT_EQ(inm_solve(solver, task.share.h, &task.request, &spectrum), INM_ERR_ARG)
                    << inm_solver_name(solver);
                EXPECT_EQ(spectrum, nullptr);
                inm_spectrum_destroy(&spectrum);
            }
        }
}

// ---- matrix-free solvers against dense ones -----------------------------------------------------

const inm_edge at_w = {INM_EDGE_FREQUENCY, 1.5};

Options with_projections(const System &s, const char *solver, inm_vectors vectors)
{
    Options options(vectors);
    options.solver = solver;
    options.proj   = random_numbers(2 * 3 * s.natom(), -1.0, 1.0, 12);
    options.edge   = at_w;
    return options;
}

// lowest modes of a spectrum, to within the residual of 1e-10 of the interval
void expect_lowest(const inm_modes &found, const Solution &wanted, size_t count)
{
    ASSERT_EQ(found.n, count);
    ASSERT_EQ(wanted.status, INM_OK);
    const double span = 1.1 * (wanted.m.lambda[wanted.m.n - 1] - wanted.m.lambda[0]);
    for (size_t p = 0; p < count; p++) {
        EXPECT_NEAR(found.lambda[p], wanted.m.lambda[p], 1e-12 * span) << p;
        double gap = wanted.m.lambda[p + 1] - wanted.m.lambda[p];
        if (p > 0) gap = std::min(gap, wanted.m.lambda[p] - wanted.m.lambda[p - 1]);
        EXPECT_NEAR(found.pr[p], wanted.m.pr[p], 8e-10 * span / gap) << p;
        EXPECT_EQ(found.cls[p], wanted.m.cls[p]) << p;
    }
}

TEST(MatrixFree, lowest_modes_of_both_solvers_are_those_of_lapack)
{
    const System s = random_cluster(60, 51);
    const Solution wanted(s, with_projections(s, "lapack", INM_VECTORS_ALL));
    for (const char *solver : {"kpm", "lowest"}) {
        Options options  = with_projections(s, solver, INM_VECTORS_LOWEST);
        options.nlowest  = 5;
        options.products = 100;
        const Spectrum found(s, options);
        ASSERT_EQ(found.status, INM_OK) << solver;
        SCOPED_TRACE(solver);
        expect_lowest(found.modes(), wanted, 5);
    }
}

TEST(MatrixFree, spectrum_of_solver_lowest_is_one_of_the_modes_found)
{
    const System s  = random_cluster(60, 51);
    Options options = with_projections(s, "lowest", INM_VECTORS_LOWEST);
    options.nlowest = 8;
    const Spectrum lowest(s, options);
    const Solution wanted(s, with_projections(s, "lapack", INM_VECTORS_ALL));
    ASSERT_EQ(lowest.status, INM_OK);
    EXPECT_EQ(lowest.about().nmode, 8u);
    EXPECT_EQ(lowest.about().nzero, 0u);
    EXPECT_EQ(lowest.about().products, 0u);
    EXPECT_NEAR(lowest.about().lowest, inm_frequency(wanted.m.lambda[0]), 1e-9);
    EXPECT_NEAR(lowest.about().highest, inm_frequency(wanted.m.lambda[7]), 1e-9);
    // sums over the lowest modes equal those over all modes up to the same lambda
    const inm_cut cut = {
        at_w, 0.5 * (std::sqrt(-wanted.m.lambda[7]) + std::sqrt(-wanted.m.lambda[8])), 0.0};
    const auto sums = lowest.sums(0, 2, cut), all = Spectrum(wanted.m).sums(0, 2, cut);
    for (size_t k = 0; k < 3; k++) {
        EXPECT_NEAR(sums[3 * INM_UL + k], all[3 * INM_UL + k], 1e-6 * all[3 * INM_UL + k]) << k;
        EXPECT_NEAR(sums[3 * INM_UD + k], all[3 * INM_UD + k], 1e-6 * all[3 * INM_UD + k] + 1e-12);
    }
    EXPECT_GT(sums[3 * INM_UL], 0.0);
}

TEST(MatrixFree, moments_of_solver_kpm_are_the_same_with_and_without_the_lowest_modes)
{
    const System s   = random_cluster(40, 52);
    Options options  = with_projections(s, "kpm", INM_VECTORS_NONE);
    options.products = 150;
    options.nlowest  = 3;
    const Spectrum bare(s, options);
    options.vectors = INM_VECTORS_LOWEST;
    const Spectrum with_modes(s, options);
    ASSERT_EQ(bare.status, INM_OK);
    ASSERT_EQ(with_modes.status, INM_OK);
    EXPECT_EQ(bare.modes().n, 0u);
    EXPECT_EQ(with_modes.modes().n, 3u);
    EXPECT_EQ(bare.about().low_products, 0u);
    EXPECT_GT(with_modes.about().low_products, 0u);
    const inm_cut cut = {at_w, 0.8, 0.3};
    for (int set = 0; set < INM_NSET; set++)
        EXPECT_EQ(bare.sums(0, 2, cut)[3 * set], with_modes.sums(0, 2, cut)[3 * set]);
}

TEST(MatrixFree, facts_of_solver_kpm_are_those_of_its_moments)
{
    const System s   = random_cluster(40, 52);
    Options options  = with_projections(s, "kpm", INM_VECTORS_NONE);
    options.products = 70;
    options.width    = 0.25;
    const Spectrum spectrum(s, options);
    ASSERT_EQ(spectrum.status, INM_OK);
    const inm_spectrum_facts &about = spectrum.about();
    EXPECT_EQ(about.products, 70u);
    EXPECT_EQ(about.nmode, s.n() - 3);
    EXPECT_EQ(about.nzero, 3u);
    EXPECT_EQ(about.ntypes, 2);
    EXPECT_EQ(about.nrandom, inm_kpm_default_random(2));
    EXPECT_EQ(about.nvector, about.nrandom + 2);
    EXPECT_EQ(about.width, 0.25);
    EXPECT_TRUE(std::isnan(about.change)); // the number of products was given
    EXPECT_GE(about.seconds, 0.0);
    EXPECT_EQ(about.low_seconds, 0.0);
    EXPECT_NEAR(about.mean_mass, s.total_mass() / (double)s.natom(), 1e-13);
    const Solution wanted(s, Options(INM_VECTORS_NONE));
    EXPECT_LE(about.lowest, inm_frequency(wanted.m.lambda[0]));
    EXPECT_GE(about.highest, inm_frequency(wanted.m.lambda[s.n() - 1]));
    for (double w : {-1.5, 2.0})
        EXPECT_GT(inm_spectrum_resolution(spectrum.s, w), 0.0);
}

// ---- how many products are enough ---------------------------------------------------------------

struct Seen {
    std::vector<inm_progress> calls;
    static void remember(void *ctx, const inm_progress *progress)
    {
        ((Seen *)ctx)->calls.push_back(*progress);
    }
};

TEST(Criteria, are_met_when_the_change_is_below_the_bound)
{
    const System s   = random_cluster(30, 55);
    Options options  = with_projections(s, "kpm", INM_VECTORS_NONE);
    options.width    = 0.5;
    options.criteria = {{0, 2, {at_w, 0.8, 0.5}}, {0, 1, {{INM_EDGE_NONE, 0.0}, 0.8, 0.5}}};
    size_t before    = 0;
    for (double bound : {1e-2, 1e-5}) {
        options.bound = bound;
        const Spectrum spectrum(s, options);
        ASSERT_EQ(spectrum.status, INM_OK);
        const size_t products = spectrum.about().products;
        EXPECT_GT(products, 200u); // the change is checked twice
        EXPECT_LT(products, 10000u);
        EXPECT_GE(products, before);
        EXPECT_LE(spectrum.about().change, bound);
        before = products;

        // the reported change is between half of the products and all
        double largest = 0.0;
        for (const inm_criterion &c : options.criteria) {
            const int set     = (c.cut.edge.kind == INM_EDGE_FREQUENCY) ? INM_UL : INM_ALL;
            const double all  = Measure(spectrum.s, c.first, c.count).sums(c.cut)[3 * set],
                         half = Measure(spectrum.s, c.first, c.count, 0.5).sums(c.cut)[3 * set];
            largest           = std::max(largest, std::fabs((all - half) / all));
        }
        EXPECT_NEAR(spectrum.about().change, largest, 1e-12 + 1e-9 * largest);
        EXPECT_TRUE(same_on_all_ranks((int)products));
    }
}

TEST(Criteria, that_cannot_be_met_end_at_the_largest_number_of_products)
{
    // few atoms on one rank, for 10000 products; the bound is below rounding
    const System s   = random_cluster(3, 55);
    Options options  = with_projections(s, "kpm", INM_VECTORS_NONE);
    options.comm     = MPI_COMM_SELF;
    options.bound    = 1e-300;
    options.criteria = {{0, 1, {{INM_EDGE_NONE, 0.0}, 0.5, 0.1}}};
    const Spectrum spectrum(s, options);
    ASSERT_EQ(spectrum.status, INM_OK);
    if (spectrum.about().change > 0.0) {
        EXPECT_EQ(spectrum.about().products, 10000u);
    }
}

TEST(Criteria, without_them_the_resolution_at_the_edge_decides)
{
    const System s  = random_cluster(20, 56);
    Options options = with_projections(s, "kpm", INM_VECTORS_NONE);
    for (double width : {0.0, 0.2}) {
        options.width = width;
        const Spectrum spectrum(s, options);
        ASSERT_EQ(spectrum.status, INM_OK);
        EXPECT_LE(inm_spectrum_resolution(spectrum.s, -at_w.value),
                  inm_default_width(width, at_w, 0.0));
        EXPECT_LE(spectrum.about().change, 1e-3);
        EXPECT_GT(spectrum.about().change, 0.0);
    }
    options.edge = {INM_EDGE_NONE, 0.0};
    const Spectrum plain(s, options);
    ASSERT_EQ(plain.status, INM_OK);
    EXPECT_GE(plain.about().products, 800u);
    EXPECT_LT(plain.about().products, 1600u);
}

TEST(Criteria, progress_is_told_on_all_ranks_and_ends_with_all_products)
{
    const System s  = random_cluster(20, 57);
    Options options = with_projections(s, "kpm", INM_VECTORS_NONE);
    Seen seen;
    options.progress     = Seen::remember;
    options.progress_ctx = &seen;
    for (size_t products : {0, 60}) {
        options.products = products;
        seen.calls.clear();
        const Spectrum spectrum(s, options);
        ASSERT_EQ(spectrum.status, INM_OK);
        ASSERT_GE(seen.calls.size(), products ? 3u : 10u);
        EXPECT_TRUE(same_on_all_ranks((int)seen.calls.size()));
        size_t before = 0;
        for (const inm_progress &p : seen.calls) {
            EXPECT_GT(p.products, before);
            EXPECT_LE(p.products, p.target);
            EXPECT_NEAR(p.done, (double)p.products / (double)p.target, 1e-15);
            before = p.products;
        }
        EXPECT_EQ(seen.calls.back().products, spectrum.about().products);
        EXPECT_EQ(seen.calls.back().done, 1.0);
        if (products) {
            EXPECT_EQ(spectrum.about().products, products);
        }
    }
}
} // namespace
