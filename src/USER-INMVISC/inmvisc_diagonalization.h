/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#ifndef LMP_INMVISC_DIAGONALIZATION_H
#define LMP_INMVISC_DIAGONALIZATION_H

#include "pointers.h"

#include "inm/inm_plan.h"

#include <string>

namespace INMVISC_NS {

// From a Hessian to its modes as a user sees it: a solver that fits the memory, one line that says
// which and how long, progress if that is long, and double precision where single was not safe.

class Diagonalization : protected LAMMPS_NS::Pointers {
 public:
  Diagonalization(class LAMMPS_NS::LAMMPS *, const std::string &caller);

  const inm_solver *solver;    // the user's choice, nullptr for the best one
  double memory_limit;         // bytes on a node that it may use, 0: all there are

  void begin_run() { announced = false; }
  void solve(const inm_hessian *, size_t n, inm_request &, inm_modes &);    // collective
  double seconds() const { return last_seconds; }                           // of the last solution

 private:
  std::string caller;     // "Compute inm/dos ID"
  bool announced;         // in this run
  double core_speed;      // flops per second of a core, 0 as long as it was not measured
  double speed_factor;    // seconds that the last solution took over those estimated; 1 before it
  double last_seconds;

  inm_plan plan_for(size_t n, const inm_request &) const;
  void check_memory(const inm_plan &) const;
  void announce(const inm_plan &);
  bool attempt(const inm_plan &, const inm_hessian *, inm_request &, inm_modes &);
};
}    // namespace INMVISC_NS

#endif
