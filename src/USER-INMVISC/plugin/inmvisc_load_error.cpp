/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#include "inmvisc_load_error.h"

#include <unistd.h>

namespace {

// the configuration without this library, if it is an optional one

std::string without(const std::string &library)
{
  if (library.find("scalapack") != std::string::npos)
    return ", or configure with -DINMVISC_SCALAPACK=OFF";
  if (library.find("elpa") != std::string::npos) return ", or configure with -DINMVISC_ELPA=OFF";
  return "";
}

/* Functions of LAMMPS that format messages have the arguments of its library for that in their
   symbols. */

std::string missing_symbol(const std::string &symbol)
{
  const std::string again = ", build it with the compiler of LAMMPS and -DLAMMPS_CXX_STANDARD=";
  if (symbol.find("3fmt") != std::string::npos)
    return "they were compiled for a LAMMPS with its own fmt library, this one uses std::format of "
           "C++20 (lmp -h tells)" +
        again + "20";
  if (symbol.find("basic_format_arg") != std::string::npos)
    return "they were compiled for a LAMMPS with std::format of C++20, this one uses its own fmt "
           "library (lmp -h tells)" +
        again + "17";
  return "this LAMMPS does not have " + symbol +
      ", build them from its source and with its compiler";
}
}    // namespace

/* ---------------------------------------------------------------------- */

std::string INMVISC_NS::load_error(const std::string &file, const std::string &said)
{
  static const std::string no_library = ": cannot open shared object file",
                           no_symbol = "undefined symbol: ";

  if (access(file.c_str(), F_OK) != 0)
    return file + " is missing, install both files in one folder (cmake --install)";

  size_t found = said.find(no_symbol);
  if (found != std::string::npos) return missing_symbol(said.substr(found + no_symbol.size()));

  found = said.find(no_library);
  if (found == std::string::npos) return said;
  const std::string library = said.substr(0, found);
  return "the library " + library +
      " is not found, load its module or add its folder to LD_LIBRARY_PATH" + without(library);
}
