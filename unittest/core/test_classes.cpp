// Which modes a sum runs over: membership with sharp edges and with steps; sums over a measure
// given by its nodes.

#include "model_systems.h"

namespace {

const inm_edge no_edge = {INM_EDGE_NONE, 0.0}, at_p = {INM_EDGE_PARTICIPATION, 0.3},
               at_w = {INM_EDGE_FREQUENCY, 4.0};

struct Member {
    double of[INM_NSET];
    Member(double lambda, double pr, const inm_cut &cut)
    {
        for (double &x : of)
            x = 99.0; // overwritten
        inm_membership(lambda, pr, &cut, of);
    }
    double operator[](int set) const { return of[set]; }
};

// frequencies on both branches, none at an edge used here
std::vector<double> frequencies()
{
    std::vector<double> w = random_numbers(400, -8.0, 8.0, 1);
    for (double &one : w)
        if (std::fabs(std::fabs(one) - 4.0) < 1e-6 || std::fabs(std::fabs(one) - 1.5) < 1e-6)
            one += 1e-5;
    return w;
}

// ---- membership ---------------------------------------------------------------------------------

TEST(Membership, with_sharp_edges_is_that_of_the_class)
{
    for (const inm_edge &edge : {at_p, at_w})
        for (double w : frequencies())
            for (double pr : {0.1, 0.7}) {
                const Member member(lambda_of(w), pr, {edge, 1.5, 0.0});
                const inm_class cls = inm_classify(lambda_of(w), pr, edge);
                const double counts = std::fabs(w) >= 1.5;
                EXPECT_EQ(member[INM_ALL], counts) << w;
                EXPECT_EQ(member[INM_S], counts * (cls == INM_STABLE)) << w;
                EXPECT_EQ(member[INM_UL], counts * (cls == INM_UNSTABLE_LOCALIZED)) << w;
                EXPECT_EQ(member[INM_UD], counts * (cls == INM_UNSTABLE_DELOCALIZED)) << w;
            }
}

TEST(Membership, at_the_lowest_frequency_is_full_and_below_it_none)
{
    for (double sign : {-1.0, 1.0}) {
        EXPECT_EQ(Member(sign * 2.25, 0.5, {at_w, 1.5, 0.0})[INM_ALL], 1.0);
        EXPECT_EQ(Member(sign * std::nextafter(2.25, 0.0), 0.5, {at_w, 1.5, 0.0})[INM_ALL], 0.0);
    }
}

TEST(Membership, with_steps_follows_the_quintic_step_on_both_edges)
{
    const double width = 0.5;
    const inm_cut cut  = {at_w, 1.5, width};
    for (double w : frequencies()) {
        const Member member(lambda_of(w), NaN, cut);
        const double counts    = inm_smooth_step(std::fabs(w), 1.5, width),
                     localized = inm_smooth_step(std::fabs(w), 4.0, width);
        EXPECT_NEAR(member[INM_ALL], counts, 1e-14) << w;
        EXPECT_NEAR(member[INM_S], w > 0.0 ? counts : 0.0, 1e-14) << w;
        EXPECT_NEAR(member[INM_UL], w < 0.0 ? counts * localized : 0.0, 1e-14) << w;
        EXPECT_NEAR(member[INM_UD], w < 0.0 ? counts * (1.0 - localized) : 0.0, 1e-14) << w;
    }
}

TEST(Membership, with_steps_that_become_narrow_is_that_with_sharp_edges)
{
    for (const inm_edge &edge : {no_edge, at_w})
        for (double w : frequencies()) {
            const Member sharp(lambda_of(w), 0.5, {edge, 1.5, 0.0});
            for (double width : {1e-6, 1e-12, DBL_MIN}) {
                const Member narrow(lambda_of(w), 0.5, {edge, 1.5, width});
                for (int set = 0; set < INM_NSET; set++) {
                    if (std::isnan(sharp[set]))
                        EXPECT_TRUE(std::isnan(narrow[set])) << w << " set " << set;
                    else
                        EXPECT_EQ(narrow[set], sharp[set]) << w << " set " << set;
                }
            }
        }
}

TEST(Membership, with_steps_differs_from_sharp_edges_on_the_steps_alone)
{
    for (double width : {0.1, 0.4})
        for (double w : frequencies()) {
            const Member sharp(lambda_of(w), 0.5, {at_w, 1.5, 0.0}),
                smooth(lambda_of(w), 0.5, {at_w, 1.5, width});
            const double size  = std::fabs(w);
            const bool on_step = std::fabs(size - 1.5) < 0.5 * width ||
                                 (w < 0.0 && std::fabs(size - 4.0) < 0.5 * width);
            bool differs = false;
            for (int set = 0; set < INM_NSET; set++)
                differs |= sharp[set] != smooth[set];
            const bool well_on_it = std::fabs(size - 1.5) < 0.3 * width ||
                                    (w < 0.0 && std::fabs(size - 4.0) < 0.3 * width);
            EXPECT_TRUE(on_step || !differs) << w;
            EXPECT_TRUE(differs || !well_on_it) << w;
        }
}

TEST(Membership, of_the_three_classes_adds_up_to_that_of_all_modes)
{
    for (const inm_edge &edge : {at_p, at_w})
        for (double width : {0.0, 0.3, 2.0})
            for (double wmin : {0.0, 1.5})
                for (double w : frequencies())
                    for (double pr : {0.1, 0.7}) {
                        const Member member(lambda_of(w), pr, {edge, wmin, width});
                        EXPECT_NEAR(member[INM_UL] + member[INM_UD] + member[INM_S],
                                    member[INM_ALL], 2.0 * DBL_EPSILON)
                            << w;
                        for (int set = 0; set < INM_NSET; set++) {
                            EXPECT_GE(member[set], 0.0);
                            EXPECT_LE(member[set], 1.0);
                        }
                    }
}

TEST(Membership, of_an_unstable_mode_of_unknown_class_is_undefined)
{
    const inm_cut without_edge = {no_edge, 1.5, 0.0}, by_p = {at_p, 1.5, 0.0};
    const double unstable = lambda_of(-3.0), stable = lambda_of(3.0);
    for (const Member &member : {Member(unstable, 0.5, without_edge), Member(unstable, NaN, by_p),
                                 Member(unstable, NaN, without_edge)}) {
        EXPECT_TRUE(std::isnan(member[INM_UL]));
        EXPECT_TRUE(std::isnan(member[INM_UD]));
        EXPECT_EQ(member[INM_S], 0.0);
        EXPECT_EQ(member[INM_ALL], 1.0);
    }
    for (const inm_cut &cut : {without_edge, by_p}) {
        const Member member(stable, NaN, cut);
        EXPECT_EQ(member[INM_UL], 0.0);
        EXPECT_EQ(member[INM_UD], 0.0);
        EXPECT_EQ(member[INM_S], 1.0);
        // omitted modes are in no set, whatever their class
        for (int set = 0; set < INM_NSET; set++)
            EXPECT_EQ(Member(lambda_of(-1.0), NaN, cut)[set], 0.0);
    }
    // an edge by frequency needs no participation ratio
    EXPECT_EQ(Member(unstable, NaN, {at_w, 1.5, 0.0})[INM_UD], 1.0);
}

TEST(Membership, of_a_mode_without_frequency_is_none)
{
    for (double width : {0.0, 0.1})
        for (double x : Member(0.0, 0.5, {at_w, 0.0, width}).of)
            EXPECT_EQ(x, 0.0);
}

// the step at wmin is at most wmin wide, so that it is 0 at w = 0
TEST(Membership, with_a_step_wider_than_the_lowest_frequency_still_leaves_out_zero)
{
    const inm_cut cut = {at_w, 0.5, 3.0};
    EXPECT_EQ(Member(lambda_of(0.25 - 1e-9), NaN, cut)[INM_ALL], 0.0);
    EXPECT_EQ(Member(lambda_of(0.75), NaN, cut)[INM_ALL], 1.0);
    EXPECT_NEAR(Member(lambda_of(0.5), NaN, cut)[INM_ALL], 0.5, 1e-14);
}

TEST(DefaultWidth, is_a_tenth_of_the_edge_or_of_the_lowest_frequency)
{
    EXPECT_EQ(inm_default_width(0.7, at_w, 1.5), 0.7);
    EXPECT_DOUBLE_EQ(inm_default_width(0.0, at_w, 1.5), 0.4);
    EXPECT_DOUBLE_EQ(inm_default_width(0.0, no_edge, 1.5), 0.15);
    EXPECT_DOUBLE_EQ(inm_default_width(0.0, at_p, 1.5), 0.15);
}

// ---- measures -----------------------------------------------------------------------------------

TEST(MeasureOfNodes, total_and_sums_below_are_sums_of_weights)
{
    const Measure measure({-3.0, -1.0, 2.0, 5.0}, {1.0, 2.0, 4.0, 8.0});
    EXPECT_EQ(inm_measure_total(&measure.m), 15.0);
    const double x[] = {-4.0, -1.0, 0.0, 2.0, 6.0}, expected[] = {0.0, 1.0, 3.0, 3.0, 15.0};
    double sum[5];
    ASSERT_EQ(inm_measure_below(&measure.m, 5, x, sum), INM_OK);
    for (int k = 0; k < 5; k++)
        EXPECT_EQ(sum[k], expected[k]) << k;
}

TEST(MeasureOfNodes, bins_hold_the_weights_and_do_not_notice_nodes_without_weight)
{
    const Measure measure({lambda_of(-1.5), 0.0, lambda_of(0.5), lambda_of(0.7), lambda_of(9.0)},
                          {1.0, 0.0, 2.0, 4.0, 8.0});
    const inm_range range = {4, -2.0, 2.0};
    double sum[4];
    ASSERT_EQ(inm_measure_bins(&measure.m, &range, sum), INM_OK);
    const double expected[] = {1.0, 0.0, 6.0, 0.0};
    for (int b = 0; b < 4; b++)
        EXPECT_EQ(sum[b], expected[b]) << b;
}

TEST(MeasureOfNodes, localized_weight_is_that_of_the_unstable_modes_beyond_the_edge)
{
    const std::vector<double> lambda = {-25.0, -20.0, -4.0, 0.0, 30.0},
                              weight = {1.0, 2.0, 4.0, 0.0, 8.0};
    const Measure measure(lambda, weight, {0.5, 0.1, 0.2, 0.1, 0.1}), bare(lambda, weight);
    double sum;
    ASSERT_EQ(inm_measure_localized(&measure.m, at_w, &sum), INM_OK);
    EXPECT_EQ(sum, 3.0);
    ASSERT_EQ(inm_measure_localized(&measure.m, at_p, &sum), INM_OK);
    EXPECT_EQ(sum, 6.0);
    for (const inm_edge &edge : {at_p, no_edge}) {
        ASSERT_EQ(inm_measure_localized(&bare.m, edge, &sum), INM_OK);
        EXPECT_TRUE(std::isnan(sum));
    }
    ASSERT_EQ(inm_measure_localized(&bare.m, at_w, &sum), INM_OK);
    EXPECT_EQ(sum, 3.0);
}

TEST(MeasureOfNodes, softest_part_ends_between_two_modes)
{
    std::vector<double> lambda, weight;
    for (int k = 1; k <= 40; k++) {
        lambda.push_back(k % 2 ? k : -k);
        weight.push_back(1.0);
    }
    lambda.push_back(0.0); // a rigid translation
    weight.push_back(0.0);
    const Measure measure(lambda, weight);
    double reached, at;
    ASSERT_EQ(inm_measure_softest(&measure.m, 0.06, &reached, &at), INM_OK);
    EXPECT_EQ(reached, 2.0 / 40.0);
    EXPECT_EQ(at, 2.5);
    ASSERT_EQ(inm_measure_softest(&measure.m, 0.02, &reached, &at), INM_OK); // less than one mode
    EXPECT_TRUE(std::isnan(reached));
    EXPECT_TRUE(std::isnan(at));
}

TEST(MeasureOfNodes, viscosity_sums_are_those_of_the_members)
{
    const std::vector<double> w = frequencies();
    std::vector<double> lambda, weight = random_numbers(w.size(), -0.2, 1.0, 7);
    for (double one : w)
        lambda.push_back(lambda_of(one));
    weight[3] = 0.0;
    const Measure measure(lambda, weight);
    for (double width : {0.0, 0.4}) {
        const inm_cut cut              = {at_w, 1.5, width};
        const std::vector<double> sums = measure.sums(cut);
        ASSERT_EQ(sums.size(), (size_t)INM_NSET); // without types
        for (int set = 0; set < INM_NSET; set++) {
            double wanted = 0.0;
            for (size_t j = 0; j < w.size(); j++)
                wanted += Member(lambda[j], NaN, cut)[set] * weight[j] / std::pow(w[j], 4);
            EXPECT_NEAR(sums[set], wanted, 1e-12 * std::fabs(wanted)) << set;
        }
    }
}
} // namespace
