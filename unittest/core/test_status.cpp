// Status codes, their texts, and agreement between ranks.

#include "model_systems.h"

#include <set>
#include <string>

namespace {

TEST(Status, every_status_has_a_text_of_its_own)
{
    std::set<std::string> texts;
    for (int s = 0; s < INM_STATUS_COUNT; s++) {
        const std::string text = inm_strerror((inm_status) s);
        EXPECT_FALSE(text.empty()) << s;
        EXPECT_NE(text, "unknown status") << s;
        EXPECT_TRUE(texts.insert(text).second) << s << ": " << text;
    }
}

TEST(Status, success_is_zero)
{
    EXPECT_EQ((int) INM_OK, 0);
    EXPECT_STREQ(inm_strerror(INM_OK), "success");
}

TEST(Status, a_number_that_is_no_status_has_a_text_too)
{
    // through int, because an enum of this list holds no other values for the compiler
    for (int s : {-1, (int) INM_STATUS_COUNT, 1 << 20}) {
        inm_status status;
        static_assert(sizeof(status) == sizeof(s), "enum is an int");
        memcpy(&status, &s, sizeof(s));
        EXPECT_STREQ(inm_strerror(status), "unknown status") << s;
    }
}

TEST(Status, success_on_all_ranks_is_success)
{
    EXPECT_EQ(inm_status_sync(INM_OK, MPI_COMM_WORLD), INM_OK);
}

TEST(Status, what_fails_on_one_rank_fails_on_all)
{
    for (int who = 0; who < number_of_ranks(); who++)
        EXPECT_EQ(inm_status_sync(my_rank() == who ? INM_ERR_TAG : INM_OK, MPI_COMM_WORLD),
                  INM_ERR_TAG);
}

TEST(Status, the_worst_of_several_is_given_to_all)
{
    const int worst = std::min(number_of_ranks() - 1, INM_STATUS_COUNT - 1);
    const int mine  = std::min(my_rank(), INM_STATUS_COUNT - 1);
    EXPECT_EQ((int) inm_status_sync((inm_status) mine, MPI_COMM_WORLD), worst);
}

TEST(Status, other_communicators_do_not_hear_of_it)
{
    const inm_status mine = (my_rank() == 0) ? INM_ERR_ARG : INM_OK;
    EXPECT_EQ(inm_status_sync(mine, MPI_COMM_SELF), mine);
}
} // namespace
