// The plugin as a file: loading, unloading, and its visible symbols

#include "lammps_test.h"

#include <cmath>
#include <cstdlib>
#include <dlfcn.h>

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

// exported symbols of a shared library: functions, and all others
std::pair<std::string, std::string> symbols_of(const std::string &file)
{
    std::pair<std::string, std::string> result;
    FILE *nm = popen(("nm -D --defined-only " + file + " 2>/dev/null").c_str(), "r");
    if (!nm) return result;
    char line[1024];
    while (fgets(line, sizeof(line), nm)) {
        std::istringstream words(line);
        std::string address, kind, name;
        words >> address >> kind >> name;
        (kind == "T" ? result.first : result.second) += name + " ";
    }
    pclose(nm);
    return result;
}

TEST_F(Plugin, shows_one_symbol)
{
    // LAMMPS opens plugins with RTLD_GLOBAL, so any other visible symbol could clash
    const std::string plugin = INMVISC_PLUGIN;
    const std::string styles = plugin.substr(0, plugin.rfind('/') + 1) + "inmvisc_styles.so";
    const auto shown = symbols_of(plugin), beside = symbols_of(styles);
    if (shown.first.empty()) GTEST_SKIP() << "there is no program nm";
    EXPECT_EQ(shown.first, "lammpsplugin_init ");
    EXPECT_EQ(shown.second.find("inm_"), std::string::npos) << shown.second;
    EXPECT_EQ(beside.first, "inmvisc_register ");
    EXPECT_EQ(beside.second.find("inm"), std::string::npos) << beside.second;
}

// LAPACK, BLAS and the core come with the plugin but are invisible to the process: it has the same
// symbols before and after

TEST_F(Plugin, brings_no_symbols_into_the_process)
{
    run("plugin clear\n");
    const char *names[] = {"dsyevd_", "dgemm_", "dstemr_", "cblas_dgemm", "openblas_set_num_threads",
                           "pdsyevd_", "inm_solve", "inm_hessian_create", "inmvisc_register"};
    std::vector<void *> before;
    for (const char *name : names) before.push_back(dlsym(RTLD_DEFAULT, name));
    reopen();
    run(crystal() + computes());
    for (size_t k = 0; k < before.size(); k++)
        EXPECT_EQ(dlsym(RTLD_DEFAULT, names[k]), before[k]) << names[k];
}

// ctest also runs this with a LAPACK of the host program: unittest/testing/host_linalg.c

TEST_F(Plugin, tells_which_lapack_answers)
{
    const std::string log = log_of(crystal() + "compute inm all inm/dos 10 modes all solver lapack\n"
                                               "thermo_style custom step c_inm\nrun 0\n");
    const std::string said = "LAPACK from ";
    const size_t at = log.find(said);
    ASSERT_NE(at, std::string::npos) << log;
    const std::string file = log.substr(at + said.size(), log.find('\n', at) - at - said.size());
    EXPECT_TRUE(std::ifstream(file).good()) << file;
    const int *calls = (const int *)dlsym(RTLD_DEFAULT, "host_dsyevd_calls");
    EXPECT_EQ(file.find("host_linalg") != std::string::npos, calls != nullptr) << file;
    if (calls && rank() == 0) {
        EXPECT_GT(*calls, 0);
    }
    EXPECT_EQ(calls != nullptr, getenv("INMVISC_HOST_LINALG") != nullptr);
}

// ---- two instances ------------------------------------------------------------------------------

// results of two systems, run alternately or one after the other
class TwoInstances : public Plugin {
protected:
    static std::string start(int seed)
    {
        return crystal() + "displace_atoms all random 0.05 0.05 0.05 " + std::to_string(seed) + "\nfix nve all nve\n" +
               computes();
    }
    std::vector<double> results()
    {
        std::vector<double> r = vector("eta");
        r.push_back(scalar("inm"));
        return r;
    }
    void expect_equal(const std::vector<double> &a, const std::vector<double> &b)
    {
        ASSERT_EQ(a.size(), b.size());
        for (size_t i = 0; i < a.size(); i++)
            EXPECT_TRUE(a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i]))) << i << ": " << a[i] << " " << b[i];
    }
};

TEST_F(TwoInstances, in_one_process_do_not_know_of_each_other)
{
    std::vector<std::vector<double>> alone;
    for (int seed : {11, 22}) {
        reopen();
        run(start(seed) + "run 3\nrun 3\n");
        alone.push_back(results());
        run("run 3\n");
        alone.push_back(results());
    }
    reopen();
    run(start(11));
    void *first = lmp;
    open(); // a second instance
    run(start(22));
    for (int k = 0; k < 2; k++) {
        std::swap(lmp, first);
        run("run 3\n");
        std::swap(lmp, first);
        run("run 3\n");
    }
    expect_equal(results(), alone[2]);
    std::swap(lmp, first);
    expect_equal(results(), alone[0]);

    // closing the second instance deletes its list of plugins; the first goes on and can define new
    // styles
    std::swap(lmp, first);
    close();
    lmp = first;
    run("run 3\n");
    expect_equal(results(), alone[1]);
    run("uncompute eta\ncompute eta all ulinm/viscosity inm gam friction 80 wmin 1\nrun 0\n");
    EXPECT_GT(scalar("eta"), 0.0);
}

TEST_F(TwoInstances, clear_and_clear_again)
{
    run(start(11));
    const std::vector<double> first = results();
    for (int k = 0; k < 3; k++) {
        run("clear\n" + start(11));
        expect_equal(results(), first);
    }
}
} // namespace
