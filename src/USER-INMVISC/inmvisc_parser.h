/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#ifndef LMP_INMVISC_PARSER_H
#define LMP_INMVISC_PARSER_H

#include "lmptype.h"
#include "pointers.h"

#include <initializer_list>
#include <string>

namespace INMVISC_NS {

// whether a text is a finite decimal number and nothing else, by the rules of LAMMPS's input

bool is_number(const std::string &text, double &value);

// Reads the arguments of a command one after the other; every error names the command, the
// keyword, the value found and what is allowed.

class KeywordParser : protected LAMMPS_NS::Pointers {
 public:
  // caller: "Compute inm/dos ID"; first: index of the first argument to read

  KeywordParser(class LAMMPS_NS::LAMMPS *, const std::string &caller, int narg, char **arg,
                int first);

  bool more() const { return iarg < narg; }
  std::string keyword();    // next word, to be compared with what is known

  // next word as the value called name

  std::string word(const std::string &name);
  double number(const std::string &name);
  int integer(const std::string &name, int smallest, int largest = MAXSMALLINT);
  LAMMPS_NS::bigint timestep(const std::string &name);
  bool yesno(const std::string &name);
  std::string choice(const std::string &name, std::initializer_list<const char *> allowed);

  [[noreturn]] void fail(const std::string &text);    // about the word just read
  [[noreturn]] void unknown();                        // the keyword just read is not known

 private:
  std::string caller;
  int narg;
  char **arg;
  int iarg;    // next word

  const char *next(const std::string &name);
};
}    // namespace INMVISC_NS

#endif
