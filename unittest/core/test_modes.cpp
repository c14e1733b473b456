// Single modes: frequency, class, participation ratio; the mode table as a struct.

#include "model_systems.h"

namespace {

// ---- frequency and class ------------------------------------------------------------------------

TEST(Frequency, is_the_root_and_negative_for_unstable_modes)
{
    EXPECT_EQ(inm_frequency(9.0), 3.0);
    EXPECT_EQ(inm_frequency(-9.0), -3.0);
    EXPECT_EQ(inm_frequency(0.0), 0.0);
    EXPECT_TRUE(std::isnan(inm_frequency(NaN)));
}

TEST(Frequency, keeps_the_order_of_eigenvalues)
{
    std::vector<double> lambda = random_numbers(200, -50.0, 50.0, 1);
    std::sort(lambda.begin(), lambda.end());
    for (size_t p = 1; p < lambda.size(); p++)
        EXPECT_LE(inm_frequency(lambda[p - 1]), inm_frequency(lambda[p]));
}

const inm_edge no_edge = {INM_EDGE_NONE, 0.0}, at_p = {INM_EDGE_PARTICIPATION, 0.25},
               at_w = {INM_EDGE_FREQUENCY, 3.0};

TEST(Class, of_a_stable_mode_needs_no_edge)
{
    for (const inm_edge &edge : {no_edge, at_p, at_w}) {
        EXPECT_EQ(inm_classify(1e-12, NaN, edge), INM_STABLE);
        EXPECT_EQ(inm_classify(100.0, 0.01, edge), INM_STABLE);
    }
}

TEST(Class, by_participation_is_localized_below_the_edge_and_delocalized_at_it)
{
    EXPECT_EQ(inm_classify(-1.0, 0.2499, at_p), INM_UNSTABLE_LOCALIZED);
    EXPECT_EQ(inm_classify(-1.0, 0.25, at_p), INM_UNSTABLE_DELOCALIZED);
    EXPECT_EQ(inm_classify(-1.0, 0.9, at_p), INM_UNSTABLE_DELOCALIZED);
}

TEST(Class, by_frequency_is_localized_above_the_edge_and_delocalized_at_it)
{
    EXPECT_EQ(inm_classify(-9.0001, 0.9, at_w), INM_UNSTABLE_LOCALIZED);
    EXPECT_EQ(inm_classify(-9.0, 0.1, at_w), INM_UNSTABLE_DELOCALIZED);
    EXPECT_EQ(inm_classify(-1.0, NaN, at_w), INM_UNSTABLE_DELOCALIZED);
}

TEST(Class, of_an_unstable_mode_is_unknown_without_edge_or_without_participation_ratio)
{
    EXPECT_EQ(inm_classify(-1.0, 0.1, no_edge), INM_UNSTABLE_UNKNOWN);
    EXPECT_EQ(inm_classify(-1.0, NaN, at_p), INM_UNSTABLE_UNKNOWN);
}

TEST(Class, numbers_are_those_of_the_documentation)
{
    EXPECT_EQ((int) INM_STABLE, 1);
    EXPECT_EQ((int) INM_ZERO, 0);
    EXPECT_EQ((int) INM_UNSTABLE_LOCALIZED, -1);
    EXPECT_EQ((int) INM_UNSTABLE_DELOCALIZED, -2);
    EXPECT_EQ((int) INM_UNSTABLE_UNKNOWN, -3);
}

// ---- participation ratio ------------------------------------------------------------------------

// no coupling, three different eigenvalues on each atom along axes in general directions
System einstein(size_t natom)
{
    System s;
    for (size_t i = 0; i < natom; i++) {
        const Field q = random_orthogonal(3, 100 + (unsigned) i);
        s.add_atom(1.0 + 0.3 * (double) i);
        Mat3 k = Mat3();
        for (size_t p = 0; p < 3; p++)
            for (size_t a = 0; a < 3; a++)
                for (size_t b = 0; b < 3; b++)
                    k[3 * a + b] +=
                        (1.0 + 3.0 * (double) i + (double) p) * q[3 * p + a] * q[3 * p + b];
        s.onsite(i, k);
    }
    return s;
}

TEST(ParticipationRatio, of_a_mode_of_one_atom_is_1_over_N_in_any_direction)
{
    // x, y, z of an atom are summed before squaring
    for (size_t natom : {1, 2, 7}) {
        const System s = einstein(natom);
        Solution solution(s);
        ASSERT_EQ(solution.status, INM_OK);
        ASSERT_EQ(solution.m.nzero, 0u);
        const double tolerance = vector_tolerance(s.matrix(), s.n(), 0.1);
        for (size_t p = 0; p < solution.m.n; p++)
            EXPECT_NEAR(solution.m.pr[p], 1.0 / (double) natom, tolerance);
    }
}

TEST(ParticipationRatio, of_a_translation_is_1_for_equal_masses)
{
    System s = random_cluster(9, 4);
    for (double &m : s.mass) m = 2.5;
    Solution solution(s);
    ASSERT_EQ(solution.status, INM_OK);
    ASSERT_EQ(solution.m.nzero, 3u);
    for (size_t p = 0; p < solution.m.n; p++)
        if (solution.m.cls[p] == INM_ZERO) {
            EXPECT_NEAR(solution.m.pr[p], 1.0, vector_tolerance(s.matrix(), s.n(), 1.0));
        }
}

TEST(ParticipationRatio, of_a_translation_follows_from_the_masses)
{
    // |e_i|^2 = m_i/M, so P = M^2 / (N sum m_i^2)
    const System s = random_cluster(9, 4);
    double squares = 0.0;
    for (double m : s.mass) squares += m * m;
    const double expected = std::pow(s.total_mass(), 2) / ((double) s.natom() * squares);
    Solution solution(s);
    ASSERT_EQ(solution.status, INM_OK);
    for (size_t p = 0; p < solution.m.n; p++)
        if (solution.m.cls[p] == INM_ZERO) {
            EXPECT_NEAR(solution.m.pr[p], expected, vector_tolerance(s.matrix(), s.n(), 1.0));
        }
}

TEST(ParticipationRatio, of_a_mode_shared_equally_by_two_atoms_is_2_over_N)
{
    System s = two_atoms(1.0, 1.0, 3.0, 2.0, Vec3{{1.0, 0.5, -0.2}});
    for (size_t i = 0; i < 6; i++) {
        s.add_atom();
        s.onsite(i + 2, diagonal_matrix(10.0, 11.0, 12.0));
    }
    Solution solution(s);
    ASSERT_EQ(solution.status, INM_OK);
    size_t found = 0;
    for (size_t p = 0; p < solution.m.n; p++)
        if (solution.m.lambda[p] > 3.5 && solution.m.lambda[p] < 6.5) {
            EXPECT_NEAR(solution.m.pr[p], 2.0 / 8.0, vector_tolerance(s.matrix(), s.n(), 1.0));
            found++;
        }
    EXPECT_EQ(found, 3u); // 2 u''/m and 2 u'/(r m) twice
}

TEST(ParticipationRatio, lies_between_1_over_N_and_1)
{
    const System s = random_cluster(12, 8);
    Solution solution(s);
    ASSERT_EQ(solution.status, INM_OK);
    for (size_t p = 0; p < solution.m.n; p++) {
        EXPECT_GE(solution.m.pr[p], (1.0 - 100.0 * DBL_EPSILON) / (double) s.natom());
        EXPECT_LE(solution.m.pr[p], 1.0 + 100.0 * DBL_EPSILON);
    }
}

// ---- the table ----------------------------------------------------------------------------------

TEST(ModeTable, has_a_vector_where_the_participation_ratio_is_known)
{
    Table t({-1.0, 1.0, 2.0});
    t.m.pr[1] = NaN;
    EXPECT_TRUE(inm_has_vector(&t.m, 0));
    EXPECT_FALSE(inm_has_vector(&t.m, 1));
    EXPECT_TRUE(inm_has_vector(&t.m, 2));
}

TEST(ModeTable, finds_atoms_by_tag)
{
    int64_t tags[] = {2, 3, 7, 1000000000000};
    Table t({1.0}, 4);
    t.m.tag = tags;
    for (size_t i = 0; i < 4; i++) EXPECT_EQ(inm_mode_atom(&t.m, tags[i]), i);
    for (int64_t missing : std::vector<int64_t>{1, 5, 8, INM_OUTSIDE, 2000000000000})
        EXPECT_EQ(inm_mode_atom(&t.m, missing), 4u) << missing;
    t.m.natom = 0;
    EXPECT_EQ(inm_mode_atom(&t.m, 2), 0u);
}

TEST(ModeTable, free_leaves_zeros_and_may_be_repeated)
{
    Solution solution(random_cluster(3, 1));
    ASSERT_EQ(solution.status, INM_OK);
    for (int times = 0; times < 2; times++) {
        inm_modes_free(&solution.m);
        inm_modes zeros;
        memset(&zeros, 0, sizeof(zeros));
        EXPECT_EQ(solution.m.lambda, nullptr);
        EXPECT_EQ(solution.m.tag, nullptr);
        EXPECT_EQ(solution.m.n, zeros.n);
        EXPECT_EQ(solution.m.natom, zeros.natom);
    }
}
} // namespace
