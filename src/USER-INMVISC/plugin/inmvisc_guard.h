/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#ifndef INMVISC_GUARD_H
#define INMVISC_GUARD_H

namespace INMVISC_NS {

// Whether the LAMMPS of this handle is the one we were built for; if not, rank 0 prints the difference
// and the remedy.  There is no binary compatibility between LAMMPS versions, integer sizes or MPI
// libraries, and LAMMPS does not check.  Uses only the C library interface, which is the same in all
// versions.  No C++ class of LAMMPS may be used before this returns true.
// what: the calling file, for the message

bool fits(void *lmp, const char *what);

// true on one rank, for printing; does not use Comm, since the classes of this LAMMPS may be incompatible

bool first_rank();
}    // namespace INMVISC_NS
#endif
