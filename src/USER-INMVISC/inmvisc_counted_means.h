/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#ifndef LMP_INMVISC_COUNTED_MEANS_H
#define LMP_INMVISC_COUNTED_MEANS_H

#include "inmvisc_restart_store.h"

#include "lmptype.h"

#include <string>

namespace INMVISC_NS {

// Which snapshots the running means of a compute contain, and a place for these means in binary restart files.
// What the means are is up to the compute.

class CountedMeans {
 public:
  // n numbers for the compute with this ID
  CountedMeans(LAMMPS_NS::LAMMPS *, const std::string &compute_id, size_t n);

  void begin_run() { in_run = false; }

  // Whether a snapshot is to be added; it counts as added afterwards.  A time step counts only once in a run,
  // and a configuration only once, since a run begins with the one at the end of the previous run.
  //   configuration  distinguishes those of one time step, up to rounding
  bool count(LAMMPS_NS::bigint step, double configuration);
  LAMMPS_NS::bigint last_step() const { return step; }    // counted last, -1 if none

  // where to put the n numbers, null if a command has deleted the store; settings: must agree for means to be
  // continued
  double *save(const std::string &settings);

  // Means in a restart file: their n numbers, if the settings agree, and what was counted is restored too.
  enum Found { NOTHING, SAME, OTHER_SETTINGS };
  Found restore(const std::string &settings, const double **numbers);

 private:
  RestartStore store;
  LAMMPS_NS::bigint step;
  double configuration;
  bool in_run;    // counted since begin_run()
};

}    // namespace INMVISC_NS

#endif
