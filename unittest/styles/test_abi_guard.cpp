// An incompatible plugin must be refused with a message, and leave LAMMPS usable.

#include "lammps_test.h"

#include <string>

namespace {

class AbiGuard : public LammpsTest {
protected:
    // what is printed on stderr while a plugin is loaded
    std::string message_of(const char *plugin)
    {
        testing::internal::CaptureStderr();
        run(std::string("plugin load ") + plugin);
        return testing::internal::GetCapturedStderr();
    }
    bool has_styles() { return lammps_has_style(lmp, "compute", "inm/dos") == 1; }
    int rank()
    {
        int me;
        MPI_Comm_rank(MPI_COMM_WORLD, &me);
        return me;
    }
};

TEST_F(AbiGuard, plugin_of_other_integer_sizes_is_refused)
{
    run("plugin clear");
    const std::string text = message_of(INMVISC_PLUGIN_OTHER_SIZES);
    if (rank() == 0) EXPECT_NE(text.find("integer sizes"), std::string::npos) << text;
    EXPECT_FALSE(has_styles());
    run("units lj\nregion box block 0 1 0 1 0 1\ncreate_box 1 box");
}

TEST_F(AbiGuard, plugin_of_another_version_is_refused)
{
    run("plugin clear");
    const std::string text = message_of(INMVISC_PLUGIN_OTHER_VERSION);
    if (rank() == 0) {
        EXPECT_NE(text.find("inmviscplugin.so built for 20000101"), std::string::npos) << text;
        EXPECT_NE(text.find("-DLAMMPS_SOURCE_DIR"), std::string::npos) << text;
    }
    EXPECT_FALSE(has_styles());
}

TEST_F(AbiGuard, the_plugin_of_this_build_is_accepted)
{
    run("plugin clear");
    EXPECT_EQ(message_of(INMVISC_PLUGIN), "");
    EXPECT_TRUE(has_styles());
}
} // namespace
