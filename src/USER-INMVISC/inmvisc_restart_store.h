/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#ifndef LMP_INMVISC_RESTART_STORE_H
#define LMP_INMVISC_RESTART_STORE_H

#include "pointers.h"

#include <string>

namespace INMVISC_NS {

// Numbers of a compute in binary restart files.  Computes cannot write restart data, so an internal fix
// stores the numbers, as for LAMMPS's own computes: ID_COMPUTE_STORE, style STORE/GLOBAL.

class RestartStore : protected LAMMPS_NS::Pointers {
 public:
  // n numbers for the compute with this ID
  RestartStore(LAMMPS_NS::LAMMPS *, const std::string &compute_id, int n);
  ~RestartStore() override;
  RestartStore(const RestartStore &) = delete;
  RestartStore &operator=(const RestartStore &) = delete;

  // whether the numbers come from a restart file
  bool was_restored() const { return restored; }

  // [n], initially 0; nullptr if a command has deleted the fix
  double *values() const;

 private:
  std::string id;    // of the fix
  bool restored;
};

}    // namespace INMVISC_NS

#endif
