/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#ifndef LMP_INMVISC_SNAPSHOT_COST_H
#define LMP_INMVISC_SNAPSHOT_COST_H

#include "lmptype.h"
#include "pointers.h"

#include <chrono>
#include <string>

namespace INMVISC_NS {

// What snapshots take of a run, and a warning once in a run if they take most of it although they are closer
// than a vibration, so that they are hardly independent: thermo output often asks for them by mistake.

class SnapshotCost : protected LAMMPS_NS::Pointers {
 public:
  SnapshotCost(LAMMPS_NS::LAMMPS *, const std::string &label);

  void begin_run();
  void begin();    // of a snapshot, which is made in any case
  void end(double einstein_frequency);

 private:
  typedef std::chrono::steady_clock Clock;
  std::string label;    // "Compute inm/dos ID"
  Clock::time_point run, snapshot;
  double spent;                 // seconds, on the snapshots of this run
  int count;                    // of these snapshots
  LAMMPS_NS::bigint last;       // step of the last one
  double einstein_frequency;    // of the last one
  bool warned;

  void warn(LAMMPS_NS::bigint interval, double elapsed, double vibration);
};
}    // namespace INMVISC_NS

#endif
