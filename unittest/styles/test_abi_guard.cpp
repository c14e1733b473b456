// A plugin that does not fit must be refused with a warning that tells why and what to do, on the
// screen and in the log, and leave LAMMPS usable.

#include "lammps_test.h"

#include <cstdlib>
#include <string>

namespace {

struct Refused {
    const char *plugin; // below the folder of such plugins
    const char *reason; // what differs or is missing
    const char *remedy;
};

const Refused REFUSED[] = {
    {"other_sizes/other_sizes_plugin.so", "big (not ", "-DLAMMPS_SIZES="},
    {"other_version/other_version_plugin.so", " (not 1Jan2000);", "-DLAMMPS_SOURCE_DIR="},
    {"other_mpi/other_mpi_plugin.so", " (not MPICH or like it);", "of this LAMMPS and with its MPI"},
    {"no_styles/inmviscplugin.so", "no_styles/inmvisc_styles.so is missing",
     "install both files in one folder"},
    {"no_library/inmviscplugin.so", "the library libscalapack_of_a_module.so is not found",
     "LD_LIBRARY_PATH, or configure with -DINMVISC_SCALAPACK=OFF"},
    {"std_format/inmviscplugin.so", "this one uses its own fmt", "-DLAMMPS_CXX_STANDARD=17"},
    {"fmt/inmviscplugin.so", "this one uses std::format", "-DLAMMPS_CXX_STANDARD=20"},
};

std::string path_of(const Refused &r)
{
    return std::string(INMVISC_GUARD_DIR) + "/" + r.plugin;
}

// its one line
std::string warning_in(const std::string &text)
{
    const size_t begin = text.find("WARNING: ");
    if (begin == std::string::npos) return "";
    EXPECT_EQ(text.find("WARNING: ", begin + 1), std::string::npos) << text;
    return text.substr(begin, text.find('\n', begin) - begin);
}

void expect_reason(const Refused &r, const std::string &text)
{
    const std::string line = warning_in(text);
    EXPECT_NE(line.find("plugin.so"), std::string::npos) << r.plugin << ": " << text;
    EXPECT_NE(line.find(r.reason), std::string::npos) << r.plugin << ": " << text;
    EXPECT_NE(line.find(r.remedy), std::string::npos) << r.plugin << ": " << text;
}

class AbiGuard : public LammpsTest {
protected:
    bool has_styles() { return lammps_has_style(lmp, "compute", "inm/dos") == 1; }
    void is_usable() { run("units lj\nregion box block 0 1 0 1 0 1\ncreate_box 1 box\nclear"); }

    // log and screen of a LAMMPS that finds the plugins of this folder by itself
    std::string started_in(const std::string &folder)
    {
        const char *path        = getenv("LAMMPS_PLUGIN_PATH");
        const std::string saved = path ? path : "";
        const std::string log = scratch("log"), screen = scratch("screen");
        close();
        setenv("LAMMPS_PLUGIN_PATH", folder.c_str(), 1);
        const char *argv[] = {"lmp",          "-log",    log.c_str(), "-screen",
                              screen.c_str(), "-nocite", nullptr};
        lmp                = lammps_open(6, const_cast<char **>(argv), comm, nullptr);
        setenv("LAMMPS_PLUGIN_PATH", saved.c_str(), 1);
        EXPECT_FALSE(has_styles()) << folder;
        close();
        const std::string in_log = slurp(log), on_screen = slurp(screen);
        MPI_Barrier(comm);
        if (rank() == 0) {
            std::remove(log.c_str());
            std::remove(screen.c_str());
            EXPECT_EQ(warning_in(in_log), warning_in(on_screen)) << folder;
        }
        open();
        return in_log;
    }
};

TEST_F(AbiGuard, plugin_load_says_why_and_what_to_do)
{
    for (const Refused &r : REFUSED) {
        run("plugin clear");
        const std::string text = log_of("plugin load " + path_of(r));
        if (rank() == 0) expect_reason(r, text);
        EXPECT_FALSE(has_styles()) << r.plugin;
        is_usable();
    }
}

TEST_F(AbiGuard, a_plugin_that_lammps_finds_says_it_too)
{
    for (const Refused &r : REFUSED) {
        const std::string path = path_of(r);
        const std::string text = started_in(path.substr(0, path.rfind('/')));
        if (rank() == 0) expect_reason(r, text);
    }
}

TEST_F(AbiGuard, the_plugin_of_this_build_is_accepted)
{
    run("plugin clear");
    EXPECT_EQ(log_of("plugin load " INMVISC_PLUGIN).find("WARNING"), std::string::npos);
    EXPECT_TRUE(has_styles());
}
} // namespace
