// A LAMMPS instance for a test, through LAMMPS's C library interface, and liquids to test with.
// The plugin is loaded by LAMMPS_PLUGIN_PATH, which ctest sets.

#ifndef INMVISC_LAMMPS_TEST_H
#define INMVISC_LAMMPS_TEST_H

#define LAMMPS_LIB_MPI 1 // lammps_open with a communicator
#include "library.h"

#include "gtest/gtest.h"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <map>
#include <mpi.h>
#include <sstream>
#include <stdexcept>
#include <string>
#include <unistd.h>
#include <vector>

class LammpsTest : public testing::Test {
protected:
    void *lmp     = nullptr;
    MPI_Comm comm = MPI_COMM_WORLD; // of the instance

    void SetUp() override { open(); }
    void TearDown() override { close(); }

    void open(MPI_Comm of = MPI_COMM_WORLD)
    {
        comm               = of;
        const char *argv[] = {"lmp", "-log", "none", "-screen", "none", "-nocite", nullptr};
        lmp                = lammps_open(6, const_cast<char **>(argv), comm, nullptr);
    }
    void close()
    {
        if (lmp) lammps_close(lmp);
        lmp = nullptr;
    }
    void reopen(MPI_Comm of = MPI_COMM_WORLD)
    {
        close();
        open(of);
    }

    // Inside its scope the fixture works with another instance, one on every rank.  When it closes,
    // LAMMPS empties its list of plugins, which is one for the whole process.
    class Alone {
        LammpsTest *test;
        void *saved;
        MPI_Comm saved_comm;

    public:
        Alone(LammpsTest *t) : test(t), saved(t->lmp), saved_comm(t->comm)
        {
            test->lmp = nullptr;
            test->open(MPI_COMM_SELF);
        }
        ~Alone()
        {
            test->close();
            test->lmp  = saved;
            test->comm = saved_comm;
        }
        Alone(const Alone &)            = delete;
        Alone &operator=(const Alone &) = delete;
    };

    // run commands, one per line; "" if all went well, else LAMMPS's error message
    std::string error_of(const std::string &lines)
    {
        size_t begin = 0;
        while (begin < lines.size()) {
            size_t end = lines.find('\n', begin);
            if (end == std::string::npos) end = lines.size();
            lammps_command(lmp, lines.substr(begin, end - begin).c_str());
            if (lammps_has_error(lmp)) {
                char text[2048] = "";
                lammps_get_last_error_message(lmp, text, sizeof(text));
                return text;
            }
            begin = end + 1;
        }
        return "";
    }
    // the test ends here on all ranks if a command fails
    void run(const std::string &lines)
    {
        const std::string error = error_of(lines);
        if (!error.empty()) throw std::runtime_error(error + "\nin:\n" + lines);
    }
    // the same, and what LAMMPS writes to its log meanwhile, on all ranks
    std::string log_of(const std::string &lines)
    {
        const std::string name = scratch("log");
        run("log " + name + "\n" + lines + "\nlog none\n");
        const std::string text = slurp(name);
        if (rank() == 0) std::remove(name.c_str());
        return text;
    }

    static int rank(MPI_Comm of = MPI_COMM_WORLD)
    {
        int me;
        MPI_Comm_rank(of, &me);
        return me;
    }
    static int ranks(MPI_Comm of = MPI_COMM_WORLD)
    {
        int n;
        MPI_Comm_size(of, &n);
        return n;
    }
    // a file name that all ranks agree upon and no other program uses
    static std::string scratch(const std::string &name)
    {
        long pid = (long)getpid();
        MPI_Bcast(&pid, 1, MPI_LONG, 0, MPI_COMM_WORLD);
        return testing::TempDir() + "inmvisc_" + std::to_string(pid) + "_" + name;
    }
    // content of a file that rank 0 can read, on all ranks
    static std::string slurp(const std::string &name)
    {
        std::string text;
        if (rank() == 0) {
            std::ifstream in(name, std::ios::binary);
            std::ostringstream all;
            all << in.rdbuf();
            text = all.str();
        }
        long n = (long)text.size();
        MPI_Bcast(&n, 1, MPI_LONG, 0, MPI_COMM_WORLD);
        text.resize(n);
        MPI_Bcast(&text[0], (int)n, MPI_CHAR, 0, MPI_COMM_WORLD);
        return text;
    }

    // a configuration as data file, the same to the last bit for any number of ranks: rank 0 alone
    // runs the commands once in the life of the program
    std::string state(const std::string &commands)
    {
        static struct Files : std::map<std::string, std::string> {
            ~Files()
            {
                for (auto &f : *this)
                    std::remove(f.second.c_str());
            }
        } files;
        auto known = files.find(commands);
        if (known != files.end()) return known->second;

        const std::string name = scratch("state" + std::to_string(files.size()) + ".data");
        files[commands]        = name;
        std::string error;
        if (rank() == 0) {
            Alone alone(this);
            error = error_of(commands + "\nwrite_data " + name + " nocoeff\n");
        }
        int failed = error.empty() ? 0 : 1;
        MPI_Bcast(&failed, 1, MPI_INT, 0, MPI_COMM_WORLD);
        if (failed) throw std::runtime_error("state: " + error + "\nin:\n" + commands);
        return name;
    }

    double scalar(const std::string &id)
    {
        auto x =
            (double *)lammps_extract_compute(lmp, id.c_str(), LMP_STYLE_GLOBAL, LMP_TYPE_SCALAR);
        if (lammps_has_error(lmp) || !x) throw std::runtime_error("no scalar of compute " + id);
        return *x;
    }
    std::vector<double> vector(const std::string &id)
    {
        auto x =
            (double *)lammps_extract_compute(lmp, id.c_str(), LMP_STYLE_GLOBAL, LMP_TYPE_VECTOR);
        if (lammps_has_error(lmp) || !x) throw std::runtime_error("no vector of compute " + id);
        const int n =
            *(int *)lammps_extract_compute(lmp, id.c_str(), LMP_STYLE_GLOBAL, LMP_SIZE_VECTOR);
        return std::vector<double>(x, x + n);
    }
    std::vector<std::vector<double>> array(const std::string &id, int style = LMP_STYLE_GLOBAL)
    {
        auto x = (double **)lammps_extract_compute(lmp, id.c_str(), style, LMP_TYPE_ARRAY);
        if (lammps_has_error(lmp) || !x) throw std::runtime_error("no array of compute " + id);
        const int rows = *(int *)lammps_extract_compute(lmp, id.c_str(), style, LMP_SIZE_ROWS);
        const int cols = *(int *)lammps_extract_compute(lmp, id.c_str(), style, LMP_SIZE_COLS);
        std::vector<std::vector<double>> result(rows, std::vector<double>(cols));
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < cols; j++)
                result[i][j] = x[i][j];
        return result;
    }
    // all rows of a local array, in the order of ranks
    std::vector<std::vector<double>> local(const std::string &id)
    {
        return gather(array(id, LMP_STYLE_LOCAL));
    }
    // rows of all ranks, in the order of ranks, on every rank
    std::vector<std::vector<double>> gather(const std::vector<std::vector<double>> &mine) const
    {
        const int nprocs = ranks(comm);
        int cols         = mine.empty() ? 0 : (int)mine[0].size(), all_cols;
        MPI_Allreduce(&cols, &all_cols, 1, MPI_INT, MPI_MAX, comm);
        int n = (int)mine.size() * all_cols;
        std::vector<int> count(nprocs), offset(nprocs, 0);
        MPI_Allgather(&n, 1, MPI_INT, count.data(), 1, MPI_INT, comm);
        for (int r = 1; r < nprocs; r++)
            offset[r] = offset[r - 1] + count[r - 1];
        std::vector<double> flat, all(offset[nprocs - 1] + count[nprocs - 1]);
        for (const auto &row : mine)
            flat.insert(flat.end(), row.begin(), row.end());
        MPI_Allgatherv(flat.data(), n, MPI_DOUBLE, all.data(), count.data(), offset.data(),
                       MPI_DOUBLE, comm);
        std::vector<std::vector<double>> result;
        for (size_t i = 0; i + all_cols <= all.size() && all_cols > 0; i += all_cols)
            result.emplace_back(all.begin() + i, all.begin() + i + all_cols);
        return result;
    }
    // rows of owned atoms, one after the other in memory, gathered and in the order of atom IDs
    std::vector<std::vector<double>> by_atom_id(double **rows, int cols) const
    {
        const int nlocal = *(int *)lammps_extract_global(lmp, "nlocal");
        auto tag         = (int *)lammps_extract_atom(lmp, "id");
        std::vector<std::vector<double>> mine(nlocal, std::vector<double>(cols + 1));
        for (int i = 0; i < nlocal; i++) {
            mine[i][0] = tag[i];
            for (int a = 0; a < cols; a++)
                mine[i][a + 1] = rows[i][a];
        }
        auto all = gather(mine);
        std::sort(all.begin(), all.end());
        for (auto &row : all)
            row.erase(row.begin());
        return all;
    }
    // x, v or f
    std::vector<std::vector<double>> atoms(const std::string &name)
    {
        return by_atom_id((double **)lammps_extract_atom(lmp, name.c_str()), 3);
    }
    // per-atom array of a compute
    std::vector<std::vector<double>> peratom(const std::string &id)
    {
        auto x = (double **)lammps_extract_compute(lmp, id.c_str(), LMP_STYLE_ATOM, LMP_TYPE_ARRAY);
        if (lammps_has_error(lmp) || !x)
            throw std::runtime_error("no per-atom array of compute " + id);
        const int cols =
            *(int *)lammps_extract_compute(lmp, id.c_str(), LMP_STYLE_ATOM, LMP_SIZE_COLS);
        return by_atom_id(x, cols);
    }
    double thermo(const std::string &keyword) { return lammps_get_thermo(lmp, keyword.c_str()); }

    static std::vector<double> column(const std::vector<std::vector<double>> &rows, int c)
    {
        std::vector<double> result;
        for (const auto &row : rows)
            result.push_back(row[c]);
        return result;
    }
    static double largest(const std::vector<double> &x)
    {
        double m = 0.0;
        for (double v : x)
            m = std::max(m, v < 0.0 ? -v : v);
        return m;
    }
    // largest difference relative to the largest element
    static double deviation(const std::vector<double> &a, const std::vector<double> &b)
    {
        if (a.size() != b.size()) throw std::runtime_error("vectors of different lengths");
        double d = 0.0;
        for (size_t i = 0; i < a.size(); i++) {
            const double e = a[i] - b[i];
            if (!(e == e)) return e;
            d = std::max(d, e < 0.0 ? -e : e);
        }
        return largest(b) > 0.0 ? d / largest(b) : d;
    }
    static double deviation(const std::vector<std::vector<double>> &a,
                            const std::vector<std::vector<double>> &b)
    {
        std::vector<double> fa, fb;
        for (const auto &row : a)
            fa.insert(fa.end(), row.begin(), row.end());
        for (const auto &row : b)
            fb.insert(fb.end(), row.begin(), row.end());
        return deviation(fa, fb);
    }

    // a hot copper crystal (EAM) of 4 cells^3 atoms, as commands that read it from a file; "" if LAMMPS's
    // potential is not there
    std::string hot_copper(int cells = 3)
    {
        const std::string file = std::string(INMVISC_POTENTIALS_DIR) + "/Cu_u3.eam", k = std::to_string(cells);
        if (!std::ifstream(file)) return "";
        const std::string pair = "pair_style eam\npair_coeff 1 1 " + file + "\n";
        const std::string head = "units metal\natom_style atomic\natom_modify map array\n";
        return head + "read_data " +
               state(head + "lattice fcc 3.7\nregion box block 0 " + k + " 0 " + k + " 0 " + k +
                     "\ncreate_box 1 box\ncreate_atoms 1 box\n" + pair +
                     "velocity all create 3000 4711 loop geom\nfix nve all nve\nrun 100\n") +
               "\n" + pair;
    }

    // Kob-Andersen mixture (Kob and Andersen, PRE 51, 4626 (1995)), a melt after some steps.
    // pair: pair style and coefficients; the default is truncated and shifted, as in the paper
    static std::string kob_andersen_pair()
    {
        return "pair_style lj/cut 2.5\n"
               "pair_coeff 1 1 1.0 1.0 2.5\n"
               "pair_coeff 1 2 1.5 0.8 2.0\n"
               "pair_coeff 2 2 0.5 0.88 2.2\n"
               "pair_modify shift yes\n";
    }
    // smoothed: force and its derivative go to zero at the cutoff
    static std::string smooth_pair()
    {
        return "pair_style lj/smooth 2.0 2.5\n"
               "pair_coeff 1 1 1.0 1.0\n"
               "pair_coeff 1 2 1.5 0.8\n"
               "pair_coeff 2 2 0.5 0.88\n";
    }
    // n must be 4 k^3; type 2 for a fifth of the atoms
    static std::string melt(int cells, const std::string &pair, int steps = 300)
    {
        const std::string k = std::to_string(cells);
        return "units lj\natom_style atomic\natom_modify map array\n"
               "lattice fcc 1.185\nregion box block 0 " +
               k + " 0 " + k + " 0 " + k +
               "\n"
               "create_box 2 box\ncreate_atoms 1 box\nset type 1 type/fraction 2 0.2 4711\n"
               "mass * 1.0\n" +
               pair +
               "velocity all create 3.0 12345 mom yes rot no loop geom\n"
               "timestep 0.004\nfix nve all nve\nthermo_modify norm no\n"
               "run " +
               std::to_string(steps) + "\n";
    }
    // read a state() of melt() back
    static std::string read_melt(const std::string &data, const std::string &pair)
    {
        return "units lj\natom_style atomic\natom_modify map array\nread_data " + data + "\n" +
               pair + "timestep 0.004\nthermo_modify norm no\n";
    }
    static std::string three_computes(const std::string &inm = "", const std::string &gam = "",
                                      const std::string &eta = "friction 80 wmin 3")
    {
        return "compute inm all inm/dos 50 edge pr 0.27 " + inm +
               "\ncompute gam all affine/gamma inm " + gam +
               "\ncompute eta all ulinm/viscosity inm gam " + eta +
               "\nthermo_style custom step c_inm c_eta\nthermo_modify norm no\n";
    }
};

#endif
