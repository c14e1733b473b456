/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#include "inmvisc_parser.h"

#include "error.h"

#include <cmath>
#include <cstdlib>

using namespace LAMMPS_NS;
using namespace INMVISC_NS;

namespace {
// LAMMPS of 2021 does not tell the compiler that Error::all never returns
[[noreturn]] void stop(Error *error, const std::string &text)
{
  error->all(FLERR, text);
  std::abort();
}
}    // namespace

KeywordParser::KeywordParser(LAMMPS *lmp, const std::string &caller_in, int narg_in, char **arg_in,
                             int first) :
    Pointers(lmp),
    caller(caller_in), narg(narg_in), arg(arg_in), iarg(first)
{
}

const char *KeywordParser::next(const std::string &name)
{
  if (iarg >= narg) error->all(FLERR, "{}: missing value for {}", caller, name);
  return arg[iarg++];
}

std::string KeywordParser::keyword()
{
  return next("keyword");
}

std::string KeywordParser::word(const std::string &name)
{
  return next(name);
}

double KeywordParser::number(const std::string &name)
{
  const char *text = next(name);
  char *end = nullptr;
  const double value = strtod(text, &end);
  if (end == text || *end != '\0' || !std::isfinite(value))
    error->all(FLERR, "{}: {} must be a number, not {}", caller, name, text);
  return value;
}

int KeywordParser::integer(const std::string &name, int smallest)
{
  const char *text = next(name);
  char *end = nullptr;
  const long value = strtol(text, &end, 10);
  if (end == text || *end != '\0')
    error->all(FLERR, "{}: {} must be an integer, not {}", caller, name, text);
  if (value < smallest || value > MAXSMALLINT)
    error->all(FLERR, "{}: {} must be an integer from {} on, not {}", caller, name, smallest, text);
  return (int) value;
}

bool KeywordParser::yesno(const std::string &name)
{
  const std::string text = choice(name, {"yes", "no", "on", "off", "true", "false"});
  return text == "yes" || text == "on" || text == "true";
}

std::string KeywordParser::choice(const std::string &name,
                                  std::initializer_list<const char *> allowed)
{
  const std::string text = next(name);
  std::string list;
  for (auto a : allowed) {
    if (text == a) return text;
    list += (list.empty() ? "" : ", ") + std::string(a);
  }
  stop(error, caller + ": " + name + " cannot be " + text + "; possible here: " + list);
}

void KeywordParser::fail(const std::string &text)
{
  stop(error, caller + ": " + text + ", not " + arg[iarg - 1]);
}

void KeywordParser::unknown()
{
  stop(error, caller + ": unknown keyword " + arg[iarg - 1]);
}
