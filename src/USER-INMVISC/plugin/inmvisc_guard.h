/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#ifndef INMVISC_GUARD_H
#define INMVISC_GUARD_H

#include <string>

namespace INMVISC_NS {

// Whether the LAMMPS of this handle is the one we were built for; if not, a warning says what differs
// and what to do.  There is no binary compatibility between LAMMPS versions, integer sizes or MPI
// libraries, and LAMMPS does not check.  Uses only the C library interface, which is the same in all
// versions, and no MPI function.  No C++ class of LAMMPS may be used before this returns true.
// what: the calling file, for the message

bool fits(void *lmp, const char *what);

// One line on the screen and in the log file, once, from a LAMMPS whose classes may be incompatible

void warn(void *lmp, const std::string &text);
}    // namespace INMVISC_NS
#endif
