/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#ifndef LMP_INMVISC_UNIT_NAMES_H
#define LMP_INMVISC_UNIT_NAMES_H

#include <cstring>
#include <string>

namespace INMVISC_NS {

// Names of the units in the log, by the unit style of LAMMPS.

struct UnitNames {
  const char *style, *mass, *distance, *time, *temperature;

  std::string frequency() const { return std::string("1/") + time; }
  std::string friction() const { return std::string(mass) + "/" + time; }
  std::string diffusion() const { return std::string(distance) + "^2/" + time; }
};

inline UnitNames unit_names(const char *style)
{
  static const UnitNames known[] = {{"lj", "m", "sigma", "tau", "epsilon/kB"},
                                    {"real", "g/mol", "A", "fs", "K"},
                                    {"metal", "g/mol", "A", "ps", "K"},
                                    {"si", "kg", "m", "s", "K"},
                                    {"cgs", "g", "cm", "s", "K"},
                                    {"electron", "amu", "Bohr", "fs", "K"},
                                    {"micro", "pg", "um", "us", "K"},
                                    {"nano", "ag", "nm", "ns", "K"}};
  for (const auto &names : known)
    if (strcmp(style, names.style) == 0) return names;
  return {style, "mass", "distance", "time", "temperature"};
}
}    // namespace INMVISC_NS

#endif
