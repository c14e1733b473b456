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

// Whether the LAMMPS of this handle is the one we were built for; if not, rank 0 says what differs
// and what to do.  There is no binary compatibility between LAMMPS versions, integer sizes or MPI
// libraries, and LAMMPS does not check.  Uses nothing but the C library interface, which is the
// same in all versions; before it has said yes, no C++ class of LAMMPS may be touched.
// what: the file that asks, for the message

bool fits(void *lmp, const char *what);

// print on one rank only; the classes of this LAMMPS cannot be trusted yet, so neither can its Comm

bool first_rank();
}    // namespace INMVISC_NS
#endif
