// The Hessian and the affine force from LAMMPS's own commands: dynamical_matrix, which is right on
// one rank only, so rank 0 runs it alone, and boxes strained by change_box.
//
// The instance of the fixture starts again, since FFTs of one instance do not survive the end of
// another one (fftw_cleanup_threads).

#ifndef INMVISC_HESSIAN_REFERENCES_H
#define INMVISC_HESSIAN_REFERENCES_H

#include "lammps_test.h"
#include "symmetric_eigen.h"

#include <cmath>
#include <cstring>

class HessianReferences : public LammpsTest {
protected:
    // the matrix of dynamical_matrix, symmetrized, in 1/time^2 of the unit style; on rank 0
    std::vector<double> dynamical_matrix(const std::string &setup, const std::string &group = "all",
                                         const std::string &step = "1e-6")
    {
        reopen(comm);
        const std::string name = scratch("dynmat");
        std::vector<double> d;
        std::string error;
        if (rank() == 0) {
            Alone alone(this);
            error = error_of(setup + "run 0\ndynamical_matrix " + group + " regular " + step +
                             " file " + name + " binary yes\n");
            if (error.empty()) {
                const double ftm2v = *(double *)lammps_extract_global(lmp, "ftm2v");
                std::ifstream in(name, std::ios::binary);
                std::ostringstream all;
                all << in.rdbuf();
                const std::string bytes = all.str();
                d.resize(bytes.size() / sizeof(double));
                std::memcpy(d.data(), bytes.data(), d.size() * sizeof(double));
                const size_t n = order(d);
                for (size_t i = 0; i < n; i++)
                    for (size_t j = 0; j <= i; j++)
                        d[i * n + j] = d[j * n + i] = 0.5 * ftm2v * (d[i * n + j] + d[j * n + i]);
            }
            std::remove(name.c_str());
        }
        throw_on_all(error);
        return d;
    }
    // its eigenvalues, on all ranks; with 2 dimensions those of the x and y coordinates
    std::vector<double> reference_spectrum(const std::string &setup,
                                           const std::string &group = "all", int dimension = 3)
    {
        auto d = dynamical_matrix(setup, group);
        if (dimension == 2) d = without_z(d);
        std::vector<double> lambda;
        if (rank() == 0) lambda = symmetric_eigenvalues(d, order(d));
        return from_rank_0(lambda);
    }
    // of the per-atom array of compute affine/gamma: the shear planes alone, as in strained_boxes()
    static std::vector<std::vector<double>> shear_planes(std::vector<std::vector<double>> rows)
    {
        for (auto &row : rows)
            row.resize(9);
        return rows;
    }
    // [f(+eps) - f(-eps)] / 2 eps with the box itself strained: [atom by ID][xy, xz, yz][3].
    // What depends on the box, such as a kspace grid, must be given, so as to be the same in all
    std::vector<std::vector<double>> strained_boxes(const std::string &setup, double eps = 1e-6)
    {
        reopen(comm);
        std::vector<double> flat;
        std::string error;
        if (rank() == 0)
            for (int p = 0; p < 3; p++)
                for (int sign = 1; sign >= -1; sign -= 2) {
                    Alone alone(this);
                    if (error.empty()) error = error_of(setup + "change_box all triclinic\n");
                    if (error.empty()) error = error_of(strain_command(p, sign * eps) + "run 0\n");
                    if (!error.empty()) continue;
                    const auto f = atoms("f");
                    flat.resize(9 * f.size(), 0.0);
                    for (size_t i = 0; i < f.size(); i++)
                        for (int a = 0; a < 3; a++)
                            flat[9 * i + 3 * p + a] += sign * f[i][a] / (2.0 * eps);
                }
        throw_on_all(error);
        flat = from_rank_0(flat);
        std::vector<std::vector<double>> xi;
        for (size_t i = 0; i < flat.size(); i += 9)
            xi.emplace_back(flat.begin() + i, flat.begin() + i + 9);
        return xi;
    }

private:
    static size_t order(const std::vector<double> &matrix)
    {
        return (size_t)std::lround(std::sqrt((double)matrix.size()));
    }
    static std::vector<double> without_z(const std::vector<double> &d)
    {
        const size_t n = order(d);
        std::vector<double> flat;
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++)
                if (i % 3 != 2 && j % 3 != 2) flat.push_back(d[i * n + j]);
        return flat;
    }
    // the same error on all ranks
    static void throw_on_all(const std::string &error)
    {
        int failed = error.empty() ? 0 : 1;
        MPI_Bcast(&failed, 1, MPI_INT, 0, MPI_COMM_WORLD);
        if (failed) throw std::runtime_error("reference: " + error);
    }
    static std::vector<double> from_rank_0(std::vector<double> x)
    {
        long n = (long)x.size();
        MPI_Bcast(&n, 1, MPI_LONG, 0, MPI_COMM_WORLD);
        x.resize(n);
        MPI_Bcast(x.data(), (int)n, MPI_DOUBLE, 0, MPI_COMM_WORLD);
        return x;
    }
    // x += gamma y tilts the third box vector too, if it has a y component
    std::string strain_command(int plane, double gamma)
    {
        char text[300];
        const double by_lz = gamma * thermo("lz");
        if (plane == 0)
            snprintf(text, sizeof(text), "xy delta %.17g xz delta %.17g", gamma * thermo("ly"),
                     gamma * thermo("yz"));
        else
            snprintf(text, sizeof(text), "%s delta %.17g", plane == 1 ? "xz" : "yz", by_lz);
        return "change_box all " + std::string(text) + " remap units box\n";
    }
};

#endif
