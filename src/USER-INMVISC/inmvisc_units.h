/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#ifndef LMP_INMVISC_UNITS_H
#define LMP_INMVISC_UNITS_H

#include "fmt/format.h"

#include <string>

namespace INMVISC_NS {

// Decimal, in every message and keyword: those of disks and of most job schedulers, not of memory modules.

constexpr double MB = 1.0e6, GB = 1.0e9;    // bytes

// "12.3 MB" or "4.56 GB", whichever reads better

inline std::string bytes_text(double bytes)
{
  if (bytes < GB) return fmt::format("{:.1f} MB", bytes / MB);
  return fmt::format("{:.3g} GB", bytes / GB);
}
}    // namespace INMVISC_NS

#endif
