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

// The matrix of a snapshot on file, for other programs.

class MatrixFile : protected LAMMPS_NS::Pointers {
 public:
  MatrixFile(LAMMPS_NS::LAMMPS *, const std::string &label);

  void parse(KeywordParser &);    // the value of keyword file
  bool is_wanted() const { return !pattern.empty(); }

  // before the solver, which may find the matrix too large.  collective

  void write(const inm_hessian *, bool announce) const;

  bool weighted;    // the matrix on file is mass-weighted

 private:
  std::string label;
  std::string pattern;    // name of the file, with * for the time step
};
}    // namespace INMVISC_NS

#endif
