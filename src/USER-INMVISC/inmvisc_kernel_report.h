/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#ifndef LMP_INMVISC_KERNEL_REPORT_H
#define LMP_INMVISC_KERNEL_REPORT_H

#include "pointers.h"

#include <string>
#include <vector>

struct inm_correlator;
struct inm_friction;

namespace INMVISC_NS {

class SourceCheck;

// Output of fix orthogonal/dynamics to the log and to its file.  Rank 0 only.

class KernelReport : protected LAMMPS_NS::Pointers {
 public:
  std::string id;                             // of the fix
  int nlag, norigin, nblock;                  // as given by the user
  bool per_type;                              // values for each type besides those for all atoms
  double dt;                                  // time between samples
  bool normalized;                            // kernel and VACF in the file relative to t = 0
  const double *friction, *friction_error;    // [ntypes+1], the values in use
  int source;                                 // their source, enum inm_friction_source
  const SourceCheck *checked;                 // where the samples come from
  const inm_correlator *results;              // evaluated

  KernelReport(class LAMMPS_NS::LAMMPS *lmp) : Pointers(lmp) {}
  void log();
  int write(const std::string &filename);    // inm_status; INM_ERR_IO with errno

 private:
  void log_set(int set);
  std::string einstein_text(int set) const;
  void log_direct(int set);
  void log_choice();
  void log_types();
  void warn(const std::string &text);
  void warn_set(int set);
  void warn_direct(int set);
  void warn_run();
  void warn_source();
  void write_kernel(FILE *);
  void write_displacements(FILE *);
  bool present(int set) const;
  int present_types() const;
  std::vector<int> sets_to_log() const;
  bool unknown_velocities() const;
  bool unknown_positions() const;
  int nset() const;
};

// Comma-separated IDs of fixes that exchange energy or momentum with a bath, and of fixes that make the
// acceleration differ from force over mass.

std::string thermostats(class LAMMPS_NS::Modify *modify);
std::string constraints(class LAMMPS_NS::Modify *modify);
}    // namespace INMVISC_NS

#endif
