/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#ifndef LMP_INMVISC_MATRIX_FILE_H
#define LMP_INMVISC_MATRIX_FILE_H

#include "pointers.h"

#include <string>

struct inm_hessian;    // C core, see inm/inm_hessian.h

namespace INMVISC_NS {

class KeywordParser;

// Writes the matrix of a snapshot to a file for other programs.

class MatrixFile : protected LAMMPS_NS::Pointers {
 public:
  MatrixFile(LAMMPS_NS::LAMMPS *, const std::string &label);

  void parse(KeywordParser &);    // the value of keyword file
  bool is_wanted() const { return !pattern.empty(); }

  // call before the solver, which may stop because the matrix is too large.  collective

  void write(const inm_hessian *, bool announce) const;

  bool weighted;    // write the mass-weighted matrix

 private:
  std::string label;
  std::string pattern;    // file name, with * for the time step
};
}    // namespace INMVISC_NS

#endif
