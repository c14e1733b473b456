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

// whether all of a text is a finite decimal number, by the rules of LAMMPS input

bool is_number(const std::string &text, double &value);

// Reads the arguments of a command in order.  Every error message has the command, the keyword, the value
// found, and the allowed values.

class KeywordParser : protected LAMMPS_NS::Pointers {
 public:
  // caller: "Compute inm/dos ID"; first: index of the first argument to read

  KeywordParser(class LAMMPS_NS::LAMMPS *, const std::string &caller, int narg, char **arg,
                int first);

  bool more() const { return iarg < narg; }
  bool next_is(const char *text) const;
  std::string keyword();    // next word, for the caller to compare

  // next word as a value; errors call it name

  std::string word(const std::string &name);
  double number(const std::string &name);
  int integer(const std::string &name, int smallest, int largest = MAXSMALLINT);
  LAMMPS_NS::bigint timestep(const std::string &name);
  bool yesno(const std::string &name);
  std::string choice(const std::string &name, std::initializer_list<const char *> allowed);

  [[noreturn]] void fail(const std::string &text);    // adds the word just read, "..., not word"
  [[noreturn]] void refuse(const std::string &text);
  [[noreturn]] void unknown();    // the keyword just read is unknown

 private:
  std::string caller;
  int narg;
  char **arg;
  int iarg;    // next word

  const char *next(const std::string &name);
};
}    // namespace INMVISC_NS

#endif
