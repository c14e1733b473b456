// The plugin as a file: loading, unloading, and what it shows to the rest of the process

#include "lammps_test.h"

#include <cstdlib>

namespace {

class Plugin : public LammpsTest {
protected:
    static std::string crystal()
    {
        return "units lj\nlattice fcc 1.0\nregion box block 0 2 0 2 0 2\ncreate_box 1 "
               "box\ncreate_atoms 1 box\n"
               "mass 1 1.0\npair_style lj/smooth 2.0 2.5\npair_coeff * * 1.0 1.0\n"
               "displace_atoms all random 0.1 0.1 0.1 4711\n";
    }
    static std::string computes()
    {
        return "compute inm all inm/dos 10 edge pr 0.3\ncompute gam all affine/gamma inm\n"
               "compute eta all ulinm/viscosity inm gam friction 80 wmin 1\nfix mem all "
               "orthogonal/dynamics 1 4 1\n"
               "thermo_style custom step c_inm c_eta\nrun 0\n";
    }
    int registered() const
    {
        int n = 0;
        for (int i = 0; i < lammps_plugin_count(); i++) {
            char kind[64], name[64];
            if (lammps_plugin_name(i, kind, name, 64)) {
                const std::string s = name;
                n += (s == "inm/dos" || s == "affine/gamma" || s == "ulinm/viscosity" ||
                      s == "orthogonal/dynamics");
            }
        }
        return n;
    }
};

TEST_F(Plugin, is_loaded_from_the_plugin_path)
{
    EXPECT_EQ(registered(), 4);
    EXPECT_TRUE(lammps_has_style(lmp, "compute", "inm/dos"));
    EXPECT_TRUE(lammps_has_style(lmp, "compute", "affine/gamma"));
    EXPECT_TRUE(lammps_has_style(lmp, "compute", "ulinm/viscosity"));
    EXPECT_TRUE(lammps_has_style(lmp, "fix", "orthogonal/dynamics"));
}

TEST_F(Plugin, loads_unloads_and_loads_again)
{
    run(crystal() + computes());
    const double fu = scalar("inm"), eta = scalar("eta");
    EXPECT_GT(eta, 0.0);
    for (int k = 0; k < 2; k++) {
        run("plugin clear\n");
        EXPECT_EQ(registered(), 0);
        EXPECT_FALSE(lammps_has_style(lmp, "compute", "inm/dos"));
        EXPECT_NE(error_of("compute x all inm/dos 10\n"), "");
        reopen();
        run("plugin clear\nplugin load " INMVISC_PLUGIN "\n");
        EXPECT_EQ(registered(), 4);
        run(crystal() + computes());
        EXPECT_DOUBLE_EQ(scalar("inm"), fu);
        EXPECT_NEAR(scalar("eta"), eta, 1e-9 * eta);
    }
}

TEST_F(Plugin, unloading_a_style_removes_what_uses_it)
{
    run(crystal() + computes() + "thermo_style one\n");
    run("plugin unload compute ulinm/viscosity\nplugin unload compute affine/gamma\n"
        "plugin unload compute inm/dos\nplugin unload fix orthogonal/dynamics\n");
    EXPECT_EQ(registered(), 0);
    for (const char *id : {"inm", "gam", "eta"})
        EXPECT_FALSE(lammps_has_id(lmp, "compute", id)) << id;
    EXPECT_FALSE(lammps_has_id(lmp, "fix", "mem"));
    run("run 5\n");
}

TEST_F(Plugin, loading_it_twice_is_harmless)
{
    run("plugin load " INMVISC_PLUGIN "\n");
    EXPECT_EQ(registered(), 4);
    run(crystal() + computes());
    EXPECT_GT(scalar("eta"), 0.0);
}

TEST_F(Plugin, shows_one_symbol)
{
    // LAMMPS opens plugins with RTLD_GLOBAL: whatever else were visible could clash
    FILE *nm = popen("nm -D --defined-only " INMVISC_PLUGIN " 2>/dev/null", "r");
    ASSERT_NE(nm, nullptr);
    std::string functions, others;
    char line[1024];
    while (fgets(line, sizeof(line), nm)) {
        std::istringstream words(line);
        std::string address, kind, name;
        words >> address >> kind >> name;
        (kind == "T" ? functions : others) += name + " ";
    }
    if (pclose(nm) != 0) GTEST_SKIP() << "there is no program nm";
    EXPECT_EQ(functions, "lammpsplugin_init ");
    EXPECT_EQ(others.find("inm_"), std::string::npos) << others;
}
} // namespace
