/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#ifndef INMVISC_LOAD_ERROR_H
#define INMVISC_LOAD_ERROR_H

#include <string>

namespace INMVISC_NS {

// What to do about a file that dlopen() cannot load; said: the text of dlerror()

std::string load_error(const std::string &file, const std::string &said);
}    // namespace INMVISC_NS
#endif
