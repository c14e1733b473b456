/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#include "inmvisc_parser.h"

#include "error.h"

#include "fmt/format.h"

#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <cstring>

using namespace LAMMPS_NS;
using namespace INMVISC_NS;

namespace {
// Error::all is not declared noreturn in LAMMPS of 2021
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

/* strtod and strtol alone would also accept hexadecimal numbers and leading blanks */

static bool has_only(const std::string &text, const char *allowed)
{
  return !text.empty() && text.find_first_not_of(allowed) == std::string::npos;
}

bool INMVISC_NS::is_number(const std::string &text, double &value)
{
  char *end = nullptr;
  value = strtod(text.c_str(), &end);
  return has_only(text, "0123456789+-.eE") && *end == '\0' && std::isfinite(value);
}

static bool is_integer(const std::string &text, long long &value)
{
  char *end = nullptr;
  errno = 0;
  value = strtoll(text.c_str(), &end, 10);
  return has_only(text, "0123456789+-") && *end == '\0';
}

/* an empty word counts as missing */

const char *KeywordParser::next(const std::string &name)
{
  if (iarg >= narg || arg[iarg][0] == '\0')
    error->all(FLERR, "{}: missing value for {}", caller, name);
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
  double value;
  if (!is_number(text, value))
    error->all(FLERR, "{}: {} must be a number, not {}", caller, name, text);
  return value;
}

int KeywordParser::integer(const std::string &name, int smallest, int largest)
{
  const char *text = next(name);
  long long value;
  if (!is_integer(text, value))
    error->all(FLERR, "{}: {} must be an integer, not {}", caller, name, text);
  if (value < smallest || value > largest || errno == ERANGE) {
    const std::string range = (largest == MAXSMALLINT)
        ? fmt::format(">= {}", smallest)
        : fmt::format("from {} to {}", smallest, largest);
    error->all(FLERR, "{}: {} must be an integer {}, not {}", caller, name, range, text);
  }
  return (int) value;
}

bigint KeywordParser::timestep(const std::string &name)
{
  const char *text = next(name);
  long long value;
  if (!is_integer(text, value) || value < 0 || value > MAXBIGINT || errno == ERANGE)
    error->all(FLERR, "{}: {} must be a timestep, an integer >= 0, not {}", caller, name, text);
  return (bigint) value;
}

bool KeywordParser::yesno(const std::string &name)
{
  const std::string text = choice(name, {"yes", "no", "on", "off", "true", "false"});
  return text == "yes" || text == "on" || text == "true";
}

/* "a or b", "a, b, or c" */

static std::string one_of(std::initializer_list<const char *> words)
{
  const char *const comma = words.size() > 2 ? ", " : " ";
  std::string list;
  for (auto word = words.begin(); word != words.end(); ++word) {
    if (word != words.begin()) list += comma;
    if (word + 1 == words.end()) list += "or ";
    list += *word;
  }
  return list;
}

std::string KeywordParser::choice(const std::string &name,
                                  std::initializer_list<const char *> allowed)
{
  const std::string text = next(name);
  for (auto a : allowed)
    if (text == a) return text;
  fail(name + " must be " + one_of(allowed));
}

bool KeywordParser::next_is(const char *text) const
{
  return more() && strcmp(arg[iarg], text) == 0;
}

void KeywordParser::fail(const std::string &text)
{
  refuse(text + ", not " + arg[iarg - 1]);
}

void KeywordParser::refuse(const std::string &text)
{
  stop(error, caller + ": " + text);
}

void KeywordParser::unknown()
{
  refuse(std::string("unknown keyword ") + arg[iarg - 1]);
}
