// Every argument of every style, wrong in every way.  Documented input must give correct results or
// be refused with a reason; all other input must be refused; and an error must name the style, its
// ID, and the argument or its value.  The grammar below follows the pages in doc/src.

#include "lammps_test.h"

#include <climits>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <sys/time.h>

namespace {

// ---- grammar ----------------------------------------------------------------------------------

enum Kind {
    INTEGER,  // from low to high
    REAL,     // above low and below high, or equal to one of them if closed
    CHOICE,   // one of the words in good, separated by |
    YESNO,
    INM_ID,   // "inm"
    GAMMA_ID, // "gam"
    QUANTITY, // number >= 0 or v_name
    MODULUS,  // the same or auto
    FRICTION, // number >= 0, v_name, f_ID or f_ID[i]
    NAME      // anything
};

struct Slot {
    std::string name; // name in errors; alternatives separated by |
    Kind kind;
    std::string good; // a valid value
    double low = 0.0, high = 0.0;
    bool closed = true;
};

// one form of a keyword, "edge frequency" with one slot; companions: keywords that it requires
struct Form {
    std::string words;
    std::vector<Slot> slots;
    std::string companions;
};

struct Style {
    std::string me;      // beginning of errors
    std::string command; // before the arguments
    std::vector<Slot> head;
    std::string needed; // mandatory keywords, for tests of the head
    std::vector<Form> forms;
};

const double ANY = HUGE_VAL;

const Style inm_dos = {
    "Compute inm/dos inm: ",
    "compute inm all inm/dos",
    {{"Nbin", INTEGER, "20", 2, INT_MAX}},
    "",
    {
        {"range", {{"range", REAL, "-50", -ANY, 100, false}, {"range", REAL, "100", -50, ANY, false}}, ""},
        {"edge", {{"edge", CHOICE, "none"}}, ""},
        {"edge pr", {{"edge pr", REAL, "0.3", 0, 1}}, ""},
        {"edge frequency", {{"edge frequency", REAL, "6", -ANY, ANY, false}}, ""},
        {"edge frequency", {{"edge frequency", REAL, "6", -ANY, ANY, false}}, "solver kpm auto"},
        {"edge frequency", {{"edge frequency", REAL, "6", -ANY, ANY, false}}, "solver kpm 50"},
        {"modes", {{"modes", CHOICE, "all|unstable|none"}}, ""},
        {"modes lowest", {{"modes lowest", INTEGER, "4", 1, INT_MAX}}, "solver kpm 50"},
        {"hessian", {{"hessian", CHOICE, "auto|analytic"}}, ""},
        {"hessian numeric", {{"hessian numeric delta", REAL, "1e-5", 0, ANY}}, ""},
        {"solver", {{"solver", CHOICE, "auto|lapack|twostage|scalapack|elpa"}}, ""},
        {"solver kpm", {{"solver kpm", INTEGER, "50", 1, 1000000}}, ""},
        {"solver kpm", {{"solver kpm", CHOICE, "auto"}}, ""},
        {"threads", {{"threads", INTEGER, "2", 1, INT_MAX}}, ""},
        {"precision", {{"precision", CHOICE, "auto|double|single"}}, ""},
        {"memory", {{"memory", REAL, "1", 0, ANY, false}}, ""},
        {"memory", {{"memory", REAL, "1", 0, ANY, false}}, "solver kpm 50"},
        {"check", {{"check", YESNO, "no"}}, ""},
        {"eigenvector", {{"eigenvector", CHOICE, ""}}, ""},
        {"eigenvector index", {{"eigenvector index", INTEGER, "1", 1, INT_MAX}}, ""},
        {"eigenvector frequency", {{"eigenvector frequency", REAL, "3", -ANY, ANY, false}}, ""},
        {"weighted", {{"weighted", YESNO, "no"}}, "file SCRATCH.npz"},
        {"kpm/width", {{"kpm/width", REAL, "1", 0, ANY, false}}, "edge frequency 6 solver kpm 50"},
        {"kpm/random", {{"kpm/random", INTEGER, "8", 1, INT_MAX}}, "edge frequency 6 solver kpm 50"},
        {"kpm/error", {{"kpm/error", REAL, "1e-2", 0, ANY, false}}, "edge frequency 6 solver kpm auto"},
    }};

const Style affine_gamma = {"Compute affine/gamma gam: ",
                            "compute gam all affine/gamma",
                            {{"inm-ID|with ID", INM_ID, "inm"}},
                            "",
                            {
                                {"plane", {{"plane", CHOICE, "avg|xy|xz|yz"}}, ""},
                                {"method", {{"method", CHOICE, "hessian"}}, ""},
                                {"method strain", {{"method strain eps", REAL, "1e-6", 1e-10, 0.1, false}}, ""},
                            }};

const Style viscosity = {"Compute ulinm/viscosity eta: ",
                         "compute eta all ulinm/viscosity",
                         {{"inm-ID|with ID", INM_ID, "inm"}, {"gamma-ID|with ID", GAMMA_ID, "gam"}},
                         " friction 80 wmin 3",
                         {
                             {"friction", {{"friction", FRICTION, "80"}}, "wmin 3"},
                             {"wmin", {{"wmin", QUANTITY, "3"}}, "friction 80"},
                             {"bulk", {{"bulk", MODULUS, "65"}}, "friction 80"},
                             {"shear", {{"shear", MODULUS, "30"}}, "friction 80"},
                             {"friction/mix", {{"friction/mix", CHOICE, "mode|mean"}}, "friction 80 wmin 3"},
                         }};

const Style modulus = {"Compute inm/modulus mod: ",
                       "compute mod all inm/modulus",
                       {{"inm-ID|with ID", INM_ID, "inm"},
                        {"gamma-ID|with ID", GAMMA_ID, "gam"},
                        {"lo", REAL, "1", 0, 10, false},
                        {"hi", REAL, "10", 1, ANY, false},
                        {"n", INTEGER, "3", 1, 100000}},
                       " friction 80",
                       {
                           {"friction", {{"friction", FRICTION, "80"}}, ""},
                           {"friction/mix", {{"friction/mix", CHOICE, "mode|mean"}}, "friction 80"},
                           {"friction/constant", {{"friction/constant", YESNO, "no"}}, "friction 80"},
                           {"modes", {{"modes", CHOICE, "all|stable|unstable"}}, "friction 80"},
                           {"channel", {{"channel", CHOICE, "shear|bulk|both"}}, "friction 80"},
                           {"wmin", {{"wmin", QUANTITY, "3"}}, "friction 80 channel bulk"},
                           {"bulk", {{"bulk", QUANTITY, "65"}}, "friction 80 channel both"},
                           {"kpm/change", {{"kpm/change", REAL, "0.1", 0, ANY, false}}, "friction 80"},
                       }};

const Style orthogonal = {"Fix orthogonal/dynamics mem: ",
                          "fix mem all orthogonal/dynamics",
                          {{"Nevery", INTEGER, "1", 1, INT_MAX},
                           {"Nlag", INTEGER, "3", 3, INT_MAX},
                           {"Norigin", INTEGER, "1", 1, INT_MAX}},
                          "",
                          {
                              {"blocks", {{"blocks", INTEGER, "2", 2, INT_MAX}}, ""},
                              {"estimator", {{"estimator", CHOICE, "vacf|direct"}}, ""},
                              {"start", {{"start", INTEGER, "0", 0, 9223372036854775807.0}}, ""},
                              {"types", {{"types", YESNO, "no"}}, ""},
                              {"normalize", {{"normalize", YESNO, "no"}}, ""},
                          }};

// ---- what is tried ----------------------------------------------------------------------------

const std::vector<std::string> values = {"-2147483649",
                                         "-1",
                                         "-0.0",
                                         "0",
                                         "1",
                                         "2",
                                         "3",
                                         "7",
                                         "2.5",
                                         "0.3",
                                         "1e-12",
                                         "1e-300",
                                         "4.9e-324",
                                         "5000",
                                         "1e12",
                                         "1e300",
                                         "1.7976931348623157e308",
                                         "-1.7976931348623157e308",
                                         "1e400",
                                         "2147483647",
                                         "2147483648",
                                         "9223372036854775807",
                                         "99999999999999999999",
                                         "nan",
                                         "-nan",
                                         "inf",
                                         "-inf",
                                         "infinity",
                                         "NULL",
                                         "none",
                                         "all",
                                         "yes",
                                         "no",
                                         "auto",
                                         "word",
                                         "1x",
                                         "x1",
                                         "1e",
                                         "--1",
                                         "1,5",
                                         "0x10",
                                         "\"\"",
                                         "\" 1\"",
                                         "*",
                                         "%s%n",
                                         "{}",
                                         "\xc3\xa9",
                                         "inm",
                                         "gam",
                                         "mem",
                                         "thermo_temp",
                                         "v_none",
                                         "v_",
                                         "v_three",
                                         "v_atoms",
                                         "v_nothing",
                                         "f_",
                                         "f_none",
                                         "f_nve",
                                         "f_nve[1]",
                                         "f_mem",
                                         "f_mem[1]",
                                         "f_mem[0]",
                                         "f_mem[-1]",
                                         "f_mem[99999999999]",
                                         "f_mem[1",
                                         "f_mem[]",
                                         "c_inm",
                                         std::string(400, 'a')};

std::string unquoted(const std::string &value)
{
    return value.size() > 1 && value[0] == '"' ? value.substr(1, value.size() - 2) : value;
}

// a decimal number by the rules of LAMMPS input: not hexadecimal, no leading blank, finite
bool is_number(const std::string &text, double *value)
{
    if (text.empty() || text.find_first_not_of("0123456789.+-eE") != std::string::npos) return false;
    char *end = nullptr;
    *value    = strtod(text.c_str(), &end);
    return *end == '\0' && std::isfinite(*value);
}

bool is_one_of(const std::string &text, const std::string &words)
{
    return !text.empty() && ("|" + words + "|").find("|" + text + "|") != std::string::npos;
}

bool allowed(const Slot &s, const std::string &written)
{
    const std::string text = unquoted(written);
    double x               = 0.0;
    const bool number      = is_number(text, &x);
    switch (s.kind) {
        case INTEGER: return number && text.find_first_of(".eE") == std::string::npos && x >= s.low && x <= s.high;
        case REAL: return number && ((x > s.low && x < s.high) || (s.closed && (x == s.high || (x == s.low && x == 0.0 && s.high == ANY))));
        case CHOICE: return is_one_of(text, s.good);
        case YESNO: return is_one_of(text, "yes|no|on|off|true|false");
        case INM_ID: return text == "inm";
        case GAMMA_ID: return text == "gam";
        case QUANTITY: return (number && x >= 0.0) || text == "v_three";
        case MODULUS: return (number && x >= 0.0) || is_one_of(text, "v_three|auto");
        case FRICTION:
            return (number && x >= 0.0) || is_one_of(text, "v_three|v_nothing|f_mem|f_mem[1]");
        case NAME: return true;
    }
    return false;
}

std::string good_of(const Slot &s) { return s.good.substr(0, s.good.find('|')); }

// ---- what happens if a case crashes or hangs ----------------------------------------------------

char current_case[4096];

void last_words(int signal)
{
    const char *what = (signal == SIGPROF) ? "\nhangs: " : "\ncrashes: ";
    if (write(2, what, strlen(what)) < 0 || write(2, current_case, strlen(current_case)) < 0) _exit(2);
    _exit(1);
}

class BadInput : public LammpsTest {
protected:
    int number = 0, tried = 0, refused = 0, right = 0;
    std::vector<double> lambda;   // from the reference run
    std::vector<double> gamma;    // squared projections, mean over the planes
    double unstable = 0.0, volume = 0.0, mass = 0.0;
    bool fresh      = false;

    // CPU time, which a waiting rank consumes too
    static void give_time(int seconds)
    {
        struct itimerval timer = {};
        timer.it_value.tv_sec  = seconds;
        setitimer(ITIMER_PROF, &timer, nullptr);
    }
    void SetUp() override
    {
        for (int s : {SIGSEGV, SIGABRT, SIGFPE, SIGBUS, SIGPROF}) signal(s, last_words);
    }
    void TearDown() override
    {
        give_time(0);
        LammpsTest::TearDown();
        for (int s : {SIGSEGV, SIGABRT, SIGFPE, SIGBUS, SIGPROF}) signal(s, SIG_DFL);
    }

    // 32 displaced atoms of two types, so that some modes are unstable
    static std::string liquid()
    {
        return "units lj\natom_style atomic\natom_modify map array\nlattice fcc 1.0\nregion box block 0 2 0 2 0 2\n"
               "create_box 2 box\ncreate_atoms 1 box\nset type 1 type/ratio 2 0.3 4711\nmass 1 1.0\nmass 2 2.0\n"
               "group few id 1:10\npair_style lj/smooth 2.0 2.5\npair_coeff * * 1.0 1.0\n"
               "displace_atoms all random 0.15 0.15 0.15 4711\nvelocity all create 1.0 4711 loop geom\n"
               "timestep 0.001\nthermo_modify norm no lost ignore\nvariable three equal 3\nvariable atoms atom x\nvariable mass equal mass(all)\n"
               "fix nve all nve\n";
    }
    // set up what a command needs, unless the last command was refused at once and changed nothing
    void begin(const std::string &before = "")
    {
        if (fresh) return;
        reopen();
        run(liquid() + before);
        fresh = true;
    }
    void find_reference()
    {
        begin();
        run("compute inm all inm/dos 20 edge pr 0.3\ncompute gam all affine/gamma inm\n"
            "thermo_style custom step c_inm c_gam[1][1]\nrun 0 post no\n");
        lambda   = column(local("inm"), 0);
        gamma    = column(local("gam"), 1);
        unstable = scalar("inm");
        volume   = thermo("vol");
        auto sum = (double *)lammps_extract_variable(lmp, "mass", nullptr);
        mass     = *sum;
        lammps_free(sum);
        fresh    = false;
    }

    // commands before and after the one under test, and a check of its outputs
    struct Surroundings {
        std::string before, after;
        std::function<void(const std::string &command)> check;
    };

    void attempt(const Style &style, const std::string &arguments, bool may_pass, const std::string &name,
                 const std::string &value, const Surroundings &around)
    {
        // all ranks parse the same arguments, so some of the cases suffice on more than one rank
        if (ranks() > 1 && number++ % 7) return;
        std::string command = style.command + " " + arguments;
        const auto at       = command.find("SCRATCH");
        std::string file;
        if (at != std::string::npos) command.replace(at, 7, file = scratch("file"));
        snprintf(current_case, sizeof(current_case), "%s\n", command.c_str());
        SCOPED_TRACE(command);
        give_time(60);
        begin(around.before);
        tried++;
        std::string error = error_of(command);
        if (error.empty()) {
            fresh = false;
            error = error_of(around.after);
            if (error.empty()) {
                right++;
                EXPECT_TRUE(may_pass) << "should have been refused";
                if (may_pass) around.check(command);
            }
        }
        if (!file.empty() && rank() == 0) std::remove((file + ".npz").c_str());
        if (error.empty()) return;
        refused++;
        const std::string plain = unquoted(value);
        EXPECT_NE(error.find(style.me), std::string::npos) << error;
        EXPECT_TRUE(has_one_of(error, name) || (!plain.empty() && error.find(plain) != std::string::npos))
            << "names neither " << name << " nor " << plain << ": " << error;
    }

    static bool has_one_of(const std::string &text, const std::string &names)
    {
        std::istringstream in(names);
        for (std::string name; std::getline(in, name, '|');)
            if (text.find(name) != std::string::npos) return true;
        return false;
    }

    // the arguments of a form with value in slot k and valid values elsewhere; k < 0: all valid
    static std::string write_form(const Form &f, int k, const std::string &value)
    {
        std::string text = f.words;
        for (int i = 0; i < (int)f.slots.size(); i++)
            text += " " + (i == k ? value : good_of(f.slots[i]));
        return text;
    }
    static std::string write_head(const Style &style, int k, const std::string &value)
    {
        std::string text;
        for (int i = 0; i < (int)style.head.size(); i++)
            text += (i ? " " : "") + (i == k ? value : good_of(style.head[i]));
        return text;
    }
    static std::string first_words(const std::string &text, int n)
    {
        std::istringstream in(text);
        std::string word, result;
        for (int i = 0; i < n && in >> word; i++) result += (i ? " " : "") + word;
        return result;
    }
    static int count_words(const std::string &text)
    {
        std::istringstream in(text);
        std::string word;
        int n = 0;
        while (in >> word) n++;
        return n;
    }

    void try_everything(const Style &style, const Surroundings &around)
    {
        const std::string head = write_head(style, -1, "");

        // the arguments before keywords
        for (int n = 0; n < (int)style.head.size(); n++)
            attempt(style, first_words(head, n), false, style.head[n].name, "", around);
        for (int k = 0; k < (int)style.head.size(); k++)
            for (const auto &v : values)
                attempt(style, write_head(style, k, v) + style.needed, allowed(style.head[k], v), style.head[k].name, v,
                        around);
        attempt(style, head + style.needed, true, "", "", around);
        for (const char *surplus : {"surplus", "1", "\"\"", "Edge", "v_three"})
            attempt(style, head + style.needed + " " + surplus, false, "keyword", surplus, around);

        for (const auto &f : style.forms) {
            const std::string with = head + (f.companions.empty() ? "" : " " + f.companions) + " ";
            const std::string good = write_form(f, -1, "");
            const bool has_good    = !good_of(f.slots[0]).empty();
            // truncated forms: "edge" alone, "edge pr" without its value
            for (int n = 1; n < count_words(good) + (has_good ? 0 : 1); n++)
                attempt(style, with + first_words(good, n), false, "missing value for", "", around);
            if (has_good) {
                attempt(style, with + good, true, f.slots[0].name, "", around);
                attempt(style, with + good + " surplus", false, "unknown keyword", "surplus", around);
                // repeating a keyword has no effect, or is refused with that reason
                attempt(style, with + good + " " + good, true, f.slots[0].name, "", around);
            }
            for (int k = 0; k < (int)f.slots.size(); k++) {
                for (const auto &v : values) {
                    attempt(style, with + write_form(f, k, v), allowed_by_any(style, f, k, v), f.slots[k].name, v,
                            around);
                }
                if (f.slots[k].kind == CHOICE) {
                    std::istringstream words(f.slots[k].good);
                    for (std::string word; std::getline(words, word, '|');)
                        attempt(style, with + write_form(f, k, word), true, f.slots[k].name, word, around);
                }
            }
        }
        if (rank() == 0)
            printf("[  counted ] %s%d commands tried: %d refused by name, %d computed and right\n", style.me.c_str(),
                   tried, refused, right);
        RecordProperty("commands", tried);
        EXPECT_EQ(tried, refused + right);
        EXPECT_GT(right, 0);
    }
    // a keyword may have several forms: "solver kpm" takes a number or auto
    static bool allowed_by_any(const Style &style, const Form &form, int slot, const std::string &value)
    {
        for (const auto &f : style.forms)
            if (f.words == form.words && allowed(f.slots[slot], value)) return true;
        return false;
    }

    static std::string value_after(const std::string &command, const std::string &keyword)
    {
        const auto at = command.rfind(" " + keyword + " ");
        if (at == std::string::npos) return "";
        std::istringstream in(command.substr(at + keyword.size() + 2));
        std::string value;
        in >> value;
        return value;
    }
    static bool has(const std::string &command, const std::string &words)
    {
        return (command + " ").find(" " + words + " ") != std::string::npos;
    }
    static void expect_no_infinity(const std::vector<double> &x, const char *what)
    {
        for (size_t i = 0; i < x.size(); i++)
            EXPECT_FALSE(std::isinf(x[i])) << what << " " << i;
    }
};

TEST_F(BadInput, of_inm_dos)
{
    find_reference();
    Surroundings around;
    around.after = "thermo_style custom step c_inm\nrun 0 post no\n";
    around.check = [this](const std::string &command) {
        const bool kpm    = has(command, "solver kpm");
        const auto rows   = array("inm");
        const auto vector = this->vector("inm");
        EXPECT_EQ((int)rows.size(), atoi(value_after(command, "inm/dos").c_str()));
        for (int c = 0; c < 5; c++) expect_no_infinity(column(rows, c), "array");
        expect_no_infinity(vector, "vector");
        EXPECT_EQ(vector[5], 3.0);
        EXPECT_NEAR(vector[0] + vector[1], 1.0, 1e-12);
        if (kpm) {
            if (vector[10] > 40) {
                EXPECT_NEAR(vector[1], unstable, 0.1 + (std::isnan(vector[8]) ? 0.3 : 6.0 * vector[8]));
            }
        } else {
            const double tolerance = has(command, "hessian numeric") ? 1e-4 : 1e-10;
            EXPECT_LT(deviation(column(local("inm"), 0), lambda), tolerance);
            EXPECT_EQ(vector[1], unstable);
        }
        for (const auto &row : rows) EXPECT_FALSE(std::isnan(row[0]) || std::isnan(row[1]));
        if (!has(command, "eigenvector") || kpm) return;
        double norm = 0.0;
        for (const auto &row : peratom("inm"))
            for (int a = 3; a < 6; a++) norm += row[a] * row[a];
        const bool beyond = has(command, "eigenvector index") && strtol(value_after(command, "index").c_str(), nullptr, 10) > 96;
        if (beyond)
            EXPECT_TRUE(std::isnan(norm));
        else
            EXPECT_NEAR(norm, 1.0, 1e-10);
    };
    try_everything(inm_dos, around);
}

TEST_F(BadInput, of_affine_gamma)
{
    find_reference();
    Surroundings around;
    around.before = "compute inm all inm/dos 20 edge pr 0.3\n";
    around.after  = "thermo_style custom step c_inm c_gam[1][1]\nrun 0 post no\n";
    around.check  = [this](const std::string &command) {
        EXPECT_EQ(vector("inm")[5], 3.0);
        const auto found = column(local("gam"), 1);
        if (has(command, "plane") && !has(command, "plane avg")) {
            for (double x : found) EXPECT_TRUE(std::isfinite(x) && x >= 0.0);
            return;
        }
        EXPECT_LT(deviation(found, gamma), has(command, "method strain") ? 1e-5 : 1e-9);
    };
    try_everything(affine_gamma, around);
}

TEST_F(BadInput, of_ulinm_viscosity)
{
    find_reference();
    Surroundings around;
    around.before = "compute inm all inm/dos 20 edge pr 0.3\ncompute gam all affine/gamma inm\n"
                    "fix mem all orthogonal/dynamics 1 3 1\nvariable nothing equal f_mem\n";
    around.after  = "thermo_style custom step c_inm c_eta\nrun 0 post no\n";
    around.check  = [this](const std::string &command) {
        const auto v               = vector("eta");
        const std::string friction = value_after(command, "friction");
        if (is_one_of(friction, "v_nothing|f_mem|f_mem[1]")) {
            EXPECT_TRUE(std::isnan(v[0]) && std::isnan(v[3]) && std::isnan(v[6])); // not yet known
            return;
        }
        // mean friction over mean mass; for mode with two masses the sum needs weights by type
        const std::string wmin = value_after(command, "wmin");
        std::string bulk       = value_after(command, "bulk");
        if (bulk.empty()) bulk = value_after(command, "shear");
        if (bulk == "auto") return;
        const double f = friction == "v_three" ? 3.0 : strtod(friction.c_str(), nullptr);
        double cutoff  = wmin == "v_three" ? 3.0 : strtod(wmin.c_str(), nullptr);
        if (!bulk.empty()) {
            const double b = bulk == "v_three" ? 3.0 : strtod(bulk.c_str(), nullptr);
            cutoff         = 2.0 * M_PI * std::sqrt(b / (mass / volume)) / std::cbrt(volume);
        }
        EXPECT_NEAR(v[4], cutoff, 1e-12 * cutoff);
        if (f > 0.0 && (f < 1e-290 || f > 1e290)) { // products overflow or underflow
            EXPECT_TRUE(f < 1.0 ? v[3] < 1e-280 : v[3] > 1e280);
            return;
        }
        EXPECT_NEAR(v[6], f, 1e-12 * f);
        double low = 0.0, high = 0.0, mean = 0.0; // bounds by the lightest and the heaviest atom
        for (size_t p = 0; p < lambda.size(); p++) {
            if (lambda[p] == 0.0 || std::sqrt(std::fabs(lambda[p])) < cutoff) continue;
            const double one = gamma[p] / (lambda[p] * lambda[p]) / volume;
            low += f * one / 2.0;
            high += f * one;
            mean += f * one / (mass / 32.0);
        }
        if (has(command, "friction/mix mean"))
            EXPECT_NEAR(v[3], mean, 1e-9 * mean);
        else
            EXPECT_TRUE(v[3] >= low && v[3] <= high) << low << " " << v[3] << " " << high;
        EXPECT_TRUE(v[0] >= 0.0 && v[0] <= v[3]);
    };
    try_everything(viscosity, around);
}

TEST_F(BadInput, of_inm_modulus)
{
    Surroundings around;
    around.before = "compute inm all inm/dos 20 edge pr 0.3\ncompute gam all affine/gamma inm\n"
                    "fix mem all orthogonal/dynamics 1 3 1\nvariable nothing equal f_mem\n";
    around.after  = "thermo_style custom step c_inm c_mod c_mod[1] ke\nrun 0 post no\n";
    double known  = NAN; // G_A, whatever the arguments
    around.check  = [&](const std::string &command) {
        const auto v = vector("mod");
        if (std::isnan(known)) known = v[5];
        EXPECT_NEAR(v[5], known, 1e-9 * std::fabs(known));
        EXPECT_NEAR(v[4], 31.0 / 32.0, 1e-9); // rho kT, of 3N-3 degrees of freedom
        const std::string friction = value_after(command, "friction");
        const bool unknown         = is_one_of(friction, "v_nothing|f_mem|f_mem[1]");
        const auto rows            = array("mod");
        for (const auto &row : rows)
            if (unknown) EXPECT_TRUE(std::isnan(row[1]) && std::isnan(row[2]));
    };
    try_everything(modulus, around);
}

TEST_F(BadInput, of_orthogonal_dynamics)
{
    Surroundings around;
    around.after = "run 12 post no\n";
    around.check = [this](const std::string &command) {
        std::istringstream in(command.substr(orthogonal.command.size()));
        double nevery, nlag;
        in >> nevery >> nlag;
        const double start = (double)strtoll(value_after(command, "start").c_str(), nullptr, 10);
        const bool known   = nlag + 2 <= std::floor((12.0 - start) / nevery) + 1;
        auto value           = [this](int type, int row, int column) {
            auto x         = (double *)lammps_extract_fix(lmp, "mem", LMP_STYLE_GLOBAL, type, row, column);
            const double v = *x;
            lammps_free(x);
            return v;
        };
        EXPECT_EQ(std::isfinite(value(LMP_TYPE_SCALAR, 0, 0)), known);
        EXPECT_EQ(std::isfinite(value(LMP_TYPE_VECTOR, 0, 0)), known);
        for (int row = 0; row <= std::min(nlag, 100.0); row++) {
            EXPECT_DOUBLE_EQ(value(LMP_TYPE_ARRAY, row, 0), row * nevery * 0.001);
            EXPECT_EQ(std::isfinite(value(LMP_TYPE_ARRAY, row, 1)), known) << row;
        }
    };
    try_everything(orthogonal, around);
}
} // namespace
