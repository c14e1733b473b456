// What the tests of Hessian providers share: systems from potential files, the spectrum and the
// affine force of one setup after the other, and the log of the compute.

#ifndef INMVISC_PROVIDER_TEST_H
#define INMVISC_PROVIDER_TEST_H

#include "hessian_references.h"

#include <regex>

typedef std::map<std::pair<int, int>, double> Elements; // of the lower triangle, by row and column

class ProviderTest : public HessianReferences {
protected:
    std::string log; // of the last spectrum

    bool logged(const std::string &text) const { return log.find(text) != std::string::npos; }

    static std::string potential(const std::string &name)
    {
        return std::string(INMVISC_POTENTIALS_DIR) + "/" + name;
    }
    static bool has(const std::string &name) { return (bool)std::ifstream(potential(name)); }

    // cells^3 cubic cells of a lattice, with atoms of ntypes types at random.  disorder: commands
    // that set masses and displace atoms.  Read from a data file that is the same for any number of
    // ranks
    std::string crystal(const std::string &lattice, int cells, int ntypes,
                        const std::string &disorder, const std::string &pair)
    {
        std::string setup = metal() + filled_box(lattice, cells, ntypes);
        for (int t = 2; t <= ntypes; t++)
            setup += "set type 1 type/fraction " + std::to_string(t) + " " +
                     std::to_string(1.0 / (ntypes - t + 2)) + " 4711\n";
        return metal() + "read_data " + state(setup + disorder) + "\n" + pair;
    }
    // each coordinate by up to amplitude; units: box or lattice
    static std::string displaced(const std::string &amplitude, const std::string &units)
    {
        return "displace_atoms all random " + amplitude + " " + amplitude + " " + amplitude +
               " 4711 units " + units + "\n";
    }
    // melted silicon of cells^3 cubic cells, "" without the potential file
    std::string hot_silicon(const std::string &style, const std::string &file, int cells)
    {
        if (!has(file)) return "";
        const std::string pair =
            "pair_style " + style + "\npair_coeff * * " + potential(file) + " Si\n";
        return metal() + "read_data " +
               state(metal() + filled_box("diamond 5.431", cells, 1) + "mass 1 28.0855\n" + pair +
                     "velocity all create 6000 4711 loop geom\nfix nve all nve\nrun 100\n") +
               "\n" + pair;
    }

    static std::string compute_inm(const std::string &hessian, const std::string &group = "all")
    {
        return "compute inm " + group + " inm/dos 50 edge pr 0.27 hessian " + hessian + "\n";
    }
    // commands in a new instance; their log, if there is one instance on all ranks
    void run_in_new_lammps(const std::string &commands, MPI_Comm of)
    {
        reopen(of);
        if (of == MPI_COMM_WORLD)
            log = log_of(commands);
        else
            run(commands);
    }
    // the number after a word of the log
    double value(const std::string &word) const
    {
        std::smatch found;
        const bool is_there = std::regex_search(log, found, std::regex(word + " ([-+.e0-9]+)"));
        return is_there ? std::stod(found[1]) : NAN;
    }
    // eigenvalues; of: MPI_COMM_SELF for one rank alone
    std::vector<double> spectrum(const std::string &setup, const std::string &hessian = "auto",
                                 const std::string &group = "all", MPI_Comm of = MPI_COMM_WORLD)
    {
        run_in_new_lammps(setup + compute_inm(hessian, group) + "thermo_style custom step c_inm\nrun 0\n",
                 of);
        return column(local("inm"), 0);
    }
    // the matrix written by the compute, on rank 0; of: MPI_COMM_SELF for a run on one rank
    Elements matrix(const std::string &setup, const std::string &hessian,
                    const std::string &group = "all", MPI_Comm of = MPI_COMM_WORLD)
    {
        const std::string file =
            scratch("hessian" + std::to_string(of == MPI_COMM_SELF ? rank() : 0) + ".mtx");
        run_in_new_lammps(setup + compute_inm(hessian + " file " + file + " weighted no", group) +
                     "thermo_style custom step c_inm\nrun 0\n",
                 of);
        Elements h;
        if (rank(of) == 0) {
            std::ifstream in(file);
            std::string line;
            while (std::getline(in, line) && line[0] == '%') {
            }
            int row, column; // the last line read has the size
            double value;
            while (in >> row >> column >> value)
                h[{row, column}] = value;
            std::remove(file.c_str());
            EXPECT_FALSE(h.empty());
        }
        return h;
    }
    // relative to the largest element; the same on all ranks
    static double difference(const Elements &a, const Elements &b)
    {
        double size = 0.0, worst = 0.0;
        for (const auto &e : b)
            size = std::max(size, std::fabs(e.second));
        for (const auto *x : {&a, &b})
            for (const auto &e : *x) {
                const auto in_a = a.find(e.first), in_b = b.find(e.first);
                const double d =
                    (in_a == a.end() ? 0.0 : in_a->second) - (in_b == b.end() ? 0.0 : in_b->second);
                worst = (d == d) ? std::max(worst, std::fabs(d)) : INFINITY;
            }
        double all = (size > 0.0) ? worst / size : worst;
        MPI_Bcast(&all, 1, MPI_DOUBLE, 0, MPI_COMM_WORLD);
        return all;
    }
    // [atom by ID][xy, xz, yz][3]
    std::vector<std::vector<double>> affine_force(const std::string &setup,
                                                  const std::string &method,
                                                  const std::string &group = "all",
                                                  MPI_Comm of              = MPI_COMM_WORLD)
    {
        reopen(of);
        run(setup + compute_inm("analytic", group) + "compute gam " + group +
            " affine/gamma inm method " + method +
            "\nthermo_style custom step c_inm c_gam[1][1]\nrun 0\n");
        return shear_planes(peratom("gam"));
    }

    // Differences to compare with.  tolerance: relative to the largest eigenvalue, or the largest
    // affine force
    struct Differences {
        std::string hessian, method;
        double tolerance;
    };
    // both the spectrum and the affine force; said: what the log says of the analytic Hessian
    void expect_analytic(const std::string &setup, const std::string &group, const Differences &by,
                         const std::string &said)
    {
        const auto differences = spectrum(setup, by.hessian, group);
        EXPECT_TRUE(logged("central differences"));
        EXPECT_LT(deviation(spectrum(setup, "analytic", group), differences), by.tolerance);
        EXPECT_TRUE(logged(said)) << log;
        EXPECT_FALSE(logged("central differences"));
        expect_affine_force(setup, group, by.method, by.tolerance);
    }
    // that of the analytic Hessian, by another method
    void expect_affine_force(const std::string &setup, const std::string &group,
                             const std::string &method, double tolerance)
    {
        EXPECT_LT(
            deviation(affine_force(setup, "hessian", group), affine_force(setup, method, group)),
            tolerance);
    }

private:
    static std::string metal() { return "units metal\natom_style atomic\natom_modify map array\n"; }
    static std::string filled_box(const std::string &lattice, int cells, int ntypes)
    {
        const std::string k = std::to_string(cells);
        return "lattice " + lattice + "\nregion box block 0 " + k + " 0 " + k + " 0 " + k +
               "\ncreate_box " + std::to_string(ntypes) + " box\ncreate_atoms 1 box\n";
    }
};

#define NEEDS(file) \
    if (!has(file)) GTEST_SKIP() << "this LAMMPS has no " << file

#endif
