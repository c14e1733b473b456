/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#ifndef LMP_INMVISC_RUNNING_MEANS_H
#define LMP_INMVISC_RUNNING_MEANS_H

#include <cmath>
#include <vector>

namespace INMVISC_NS {

// Mean and standard error of the mean over snapshots (Welford) of many quantities, each with its own number
// of samples: NaN, which means not known, is not counted.

class RunningMeans {
 public:
  explicit RunningMeans(size_t n) : data(3 * n, 0.0) {}

  void add(size_t i, double x)
  {
    if (std::isnan(x)) return;
    double *count = &data[3 * i], *mean = count + 1, *moment = count + 2;
    const double d = x - *mean;
    *mean += d / ++*count;
    *moment += d * (x - *mean);
  }

  double count(size_t i) const { return data[3 * i]; }
  double mean(size_t i) const { return count(i) > 0.0 ? data[3 * i + 1] : NAN; }
  double error(size_t i) const
  {
    const double n = count(i);
    return n > 1.0 ? std::sqrt(data[3 * i + 2] / (n * (n - 1.0))) : NAN;
  }

  // as numbers, for a restart file

  const std::vector<double> &numbers() const { return data; }
  void restore(const double *numbers) { data.assign(numbers, numbers + data.size()); }

 private:
  std::vector<double> data;    // [n][3]: count, mean, sum of squared deviations
};

}    // namespace INMVISC_NS

#endif
