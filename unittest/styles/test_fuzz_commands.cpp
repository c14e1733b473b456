// Random words as arguments of the styles, in random order of definition, followed by a run.
// The outcome must be an error that names the style or the ID, or a complete run.  The words are
// reproducible.
//
//   INMVISC_FUZZ_COMMANDS=N    number of scripts, default 300

#include "lammps_test.h"

#include <cstdlib>
#include <random>

namespace {

class FuzzCommands : public LammpsTest {
protected:
    std::mt19937 random{20261};

    template <class T> const T &one_of(const std::vector<T> &from) { return from[random() % from.size()]; }

    static std::string liquid()
    {
        return "units lj\nlattice fcc 1.0\nregion box block 0 2 0 2 0 2\ncreate_box 2 box\n"
               "create_atoms 1 box\nset atom 3*7 type 2\nmass * 1.0\npair_style lj/smooth 1.5 1.9\n"
               "pair_coeff * * 1.0 1.0\nneighbor 0.1 bin\ngroup few id 1:9\ngroup none empty\n"
               "variable v equal 3.0\nvariable broken equal c_nothing\ncompute ke all ke\n"
               "fix sum all ave/time 1 1 1 c_ke\nvelocity all create 3.0 4711 loop geom\nfix nve all nve\n";
    }
    std::string number()
    {
        return one_of<std::string>({"0", "1", "2", "10", "3", "0.3", "5.5", "-1", "-0.5", "1e-5", "1e300", "-1e300",
                                    "nan", "inf", "99999999999", "2147483647", "0x10", "1e", "1.5.2", "*", "1*3"});
    }
    std::string word()
    {
        static const std::vector<std::string> words = {
            "edge", "pr", "frequency", "none", "range", "modes", "all", "unstable", "lowest", "hessian", "auto",
            "analytic", "numeric", "solver", "lapack", "twostage", "kpm", "scalapack", "elpa", "precision", "double",
            "single", "check", "yes", "no", "memory", "threads", "file", "weighted", "plane", "avg", "xy", "xz", "yz",
            "method", "strain", "friction", "wmin", "bulk", "friction/mix", "mode", "mean", "blocks", "estimator",
            "vacf", "direct", "start", "types", "normalize", "inm", "gam", "eta", "f_mem", "f_mem[1]", "f_sum",
            "f_none", "v_v", "v_broken", "v_none", "c_ke", "eigenvector", "index", "smooth", "average", "", "\"two words\"",
            "vectors", "seed", "channel", "shear", "both", "stable", "friction/constant", "kpm/change", "mod", "&", "${v}", "$(1/0)", "ke", "few", "none"};
        return random() % 3 == 0 ? number() : one_of(words);
    }
    // a keyword of the style with valid values
    std::string likely(const std::string &style)
    {
        if (style == "inm/dos")
            return one_of<std::string>({"edge pr 0.3", "edge frequency 2.0", "range -30 60", "modes all",
                                        "modes unstable", "hessian numeric 1e-5", "solver lapack", "solver twostage",
                                        "precision double", "check no"});
        if (style == "affine/gamma") return one_of<std::string>({"plane xy", "plane avg", "method strain 1e-5"});
        if (style == "ulinm/viscosity")
            return one_of<std::string>({"friction 80", "friction v_v", "wmin 1", "friction/mix mean"});
        if (style == "inm/modulus")
            return one_of<std::string>({"friction 80", "friction f_mem", "friction/constant yes", "channel both",
                                        "modes stable", "wmin 1", "friction/mix mean"});
        return one_of<std::string>({"blocks 2", "estimator direct", "start 2", "types no", "estimator vacf"});
    }
    std::string arguments(const std::string &style)
    {
        std::string line;
        if (style == "inm/dos") line = random() % 12 ? " 10" : " " + word();
        if (style == "affine/gamma") line = random() % 12 ? " inm" : " " + word();
        if (style == "ulinm/viscosity") line = random() % 12 ? " inm gam friction 80 wmin 1" : " " + word();
        if (style == "inm/modulus") line = random() % 12 ? " inm gam 1 10 3 friction 80" : " inm gam " + word() + " " + word();
        if (style == "orthogonal/dynamics") line = random() % 12 ? " 1 4 1" : " " + number() + " " + number() + " " + word();
        for (int n = (int) (random() % 4); n > 0; n--) line += " " + (random() % 8 ? likely(style) : word());
        return line;
    }
    std::string command()
    {
        static const std::vector<std::pair<std::string, std::string>> styles = {{"inm", "inm/dos"},
                                                                                {"gam", "affine/gamma"},
                                                                                {"eta", "ulinm/viscosity"},
                                                                                {"mod", "inm/modulus"},
                                                                                {"mem", "orthogonal/dynamics"}};
        const auto &s = one_of(styles);
        const std::string kind = s.first == "mem" ? "fix " : "compute ";
        const std::string group = random() % 12 ? "all" : one_of<std::string>({"few", "none", "nobody"});
        return kind + s.first + " " + group + " " + s.second + arguments(s.second) + "\n";
    }
    // define the styles that others need first, at random, or not at all
    std::string script()
    {
        std::string lines;
        for (const char *good : {"compute inm all inm/dos 10 edge pr 0.3\n", "compute gam all affine/gamma inm\n"})
            if (random() % 8) lines += good;
        for (int n = 1 + (int) (random() % 3); n > 0; n--) {
            const std::string one = command();
            if (lines.find(one.substr(0, 12)) != std::string::npos) // ID in use: delete it first
                lines += (one[0] == 'f' ? "unfix " + one.substr(4, 3) : "uncompute " + one.substr(8, 3)) + "\n";
            lines += one;
        }
        lines += "thermo_style custom step";
        for (const char *column : {"c_inm", "c_eta", "c_eta[1]", "c_mod", "c_mod[7]", "c_gam[1][2]", "f_mem"})
            if (lines.find(std::string(" ") + std::string(column + 2, 3) + " ") != std::string::npos && random() % 4)
                lines += std::string(" ") + column;
        return lines + "\nthermo 2\nrun 6\n";
    }
    // the bare message: LAMMPS appends the source line and the command, which always has the name
    static std::string message_of(const std::string &error)
    {
        const std::string line = error.substr(0, error.find('\n'));
        const size_t place     = line.rfind(" (");
        return place == std::string::npos ? line : line.substr(0, place);
    }
    static bool names_a_style(const std::string &message)
    {
        for (const char *name : {"inm/dos", "affine/gamma", "ulinm/viscosity", "inm/modulus", "orthogonal/dynamics"})
            if (message.find(name) != std::string::npos) return true;
        return false;
    }
    // errors of LAMMPS itself, before it passes the words to our styles or after they have finished
    static bool is_of_lammps(const std::string &message)
    {
        for (const char *text : {"Could not find compute group ID", "Could not find fix group ID", "Substitution",
                                 "Divide by 0", "Unbalanced quotes", "Unmatched", "Invalid syntax in variable formula",
                                 "Could not find thermo", "Variable"})
            if (message.find(text) != std::string::npos) return true;
        return false;
    }
};

TEST_F(FuzzCommands, end_in_a_run_or_in_an_error_that_names_the_style)
{
    const char *wanted = getenv("INMVISC_FUZZ_COMMANDS");
    const int n        = wanted ? atoi(wanted) : 300;
    int runs = 0, errors = 0, ours = 0;
    for (int k = 0; k < n; k++) {
        random.seed((unsigned) k);
        const std::string lines = script();
        if (wanted && rank() == 0) {
            printf("---- %d\n%s", k, lines.c_str());
            fflush(stdout);
        }
        reopen();
        run(liquid());
        const std::string message = message_of(error_of(lines));
        message.empty() ? runs++ : errors++;
        ours += names_a_style(message);
        EXPECT_TRUE(message.empty() || names_a_style(message) || is_of_lammps(message))
            << "number " << k << "\n" << lines << message;
    }
    if (rank() == 0) printf("%d scripts: %d ran, %d errors, %d of them of our styles\n", n, runs, errors, ours);
    EXPECT_GT(runs, n / 10);
    EXPECT_GT(ours, n / 4);
}
} // namespace
