// The range of the bins that compute inm/dos chooses itself, and when it may choose again.

#include "provider_test.h"

namespace {

class AutomaticRange : public ProviderTest {
protected:
    // a crystal at step 0 that is disordered in the second run; more: commands before the first run
    static std::string crystal_then_disorder(const std::string &keywords, const std::string &more)
    {
        return "units lj\natom_modify map array\nlattice fcc 1.0\nregion b block 0 3 0 3 0 3\n"
               "create_box 1 b\ncreate_atoms 1 box\nmass 1 1.0\npair_style lj/smooth 2.0 2.3\n"
               "pair_coeff 1 1 1.0 1.0\ncompute inm all inm/dos 40 modes none " +
               keywords + "\n" + more +
               "thermo_style custom step c_inm[2]\nrun 0\n"
               "displace_atoms all random 0.12 0.12 0.12 4711 units box\nrun 0\n";
    }
    // modes in bins, from the counts
    double counted()
    {
        double n = 0.0;
        for (const auto &row : array("inm"))
            n += row[3];
        return n;
    }
};

TEST_F(AutomaticRange, that_of_a_crystal_is_chosen_again_for_a_liquid)
{
    log = log_of(crystal_then_disorder("", ""));
    EXPECT_GT(vector("inm")[1], 0.05) << "no unstable modes, the test shows nothing";
    EXPECT_NEAR(counted(), 3 * 108 - 3, 1e-9);
    EXPECT_LT(array("inm")[0][0], 0.0);
    EXPECT_FALSE(logged("lie outside range")) << log;
}

TEST_F(AutomaticRange, is_kept_where_bins_may_be_averaged)
{
    log = log_of(crystal_then_disorder("", "fix mean all ave/time 1 1 1 c_inm[2] mode vector\n"));
    EXPECT_TRUE(logged("lie outside range")) << log;
    EXPECT_TRUE(logged("which the first snapshot determined (keyword range)")) << log;
    EXPECT_GT(array("inm")[0][0], 0.0);
}

TEST_F(AutomaticRange, is_not_chosen_if_it_is_given)
{
    log = log_of(crystal_then_disorder("range 0 100", ""));
    EXPECT_TRUE(logged("lie outside range 0 100")) << log;
    EXPECT_FALSE(logged("keyword range"));
}
} // namespace
