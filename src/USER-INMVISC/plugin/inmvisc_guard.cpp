/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#include "inmvisc_guard.h"

#include "lmptype.h"
#include "version.h"

#include <cstdio>
#include <cstring>
#include <mpi.h>

using namespace LAMMPS_NS;

extern "C" {
int lammps_version(void *);
int lammps_extract_setting(void *, const char *);
int lammps_config_has_mpi_support();
void lammps_error(void *, int, const char *) __attribute__((weak));    // since 3Nov2022
}

namespace {

const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

// "4 Feb 2025" -> 20250204, as lammps_version() returns it

int numeric_version(const char *text)
{
  int day = 0, year = 0;
  char month[4] = "";
  if (sscanf(text, "%d %3s %d", &day, month, &year) != 3) return 0;
  const char *m = strstr(months, month);
  return m ? year * 10000 + (int) ((m - months) / 3 + 1) * 100 + day : 0;
}

// 20250204 -> "4Feb2025"

std::string version_name(int number)
{
  const int month = number / 100 % 100;
  if (month < 1 || month > 12) return std::to_string(number);
  return std::to_string(number % 100) + std::string(months + 3 * (month - 1), 3) +
      std::to_string(number / 10000);
}

std::string sizes_name(int tagint_bytes, int bigint_bytes)
{
  if (bigint_bytes == 4) return "smallsmall";
  return tagint_bytes == 8 ? "bigbig" : "smallbig";
}

const char *mpi_name(int code)
{
  return (code == 0) ? "no MPI" : (code == sizeof(void *)) ? "Open MPI" : "MPICH or like it";
}
}    // namespace

/* ---------------------------------------------------------------------- */

void INMVISC_NS::warn(void *lmp, const std::string &text)
{
  if (lammps_extract_setting(lmp, "world_rank") != 0) return;
  if (lammps_error)
    lammps_error(lmp, 0, text.c_str());    // 0: a warning
  else
    fprintf(stderr, "WARNING: %s\n", text.c_str());
}

/* ---------------------------------------------------------------------- */

bool INMVISC_NS::fits(void *lmp, const char *what)
{
#if defined(MPI_STUBS)
  const int my_mpi = 0;
#else
  const int my_mpi = (int) sizeof(MPI_Comm);
#endif
  const int version = lammps_version(lmp), my_version = numeric_version(LAMMPS_VERSION);
  const std::string sizes =
      sizes_name(lammps_extract_setting(lmp, "tagint"), lammps_extract_setting(lmp, "bigint"));
  const std::string my_sizes = sizes_name(sizeof(tagint), sizeof(bigint));
  const int mpi = lammps_config_has_mpi_support();
  // older versions return 1 for any MPI instead of the handle size
  const bool mpi_ok = (mpi == my_mpi) || (mpi == 1 && my_mpi != 0);

  std::string differs;
  auto add = [&differs](const std::string &host, const std::string &mine) {
    differs += (differs.empty() ? " " : ", ") + host + " (not " + mine + ")";
  };
  if (version != my_version) add("version " + version_name(version), version_name(my_version));
  if (sizes != my_sizes) add(sizes, my_sizes);
  if (!mpi_ok) add(mpi_name(mpi), mpi_name(my_mpi));
  if (differs.empty()) return true;

  warn(lmp,
       what + std::string(" was built for another LAMMPS, its styles are not available: this is") +
           differs + "; build it from the source of this LAMMPS" +
           (mpi_ok ? "" : " and with its MPI") +
           ": cmake -B build -DLAMMPS_SOURCE_DIR=<its src folder> -DLAMMPS_BINARY=<its lmp> "
           "-DLAMMPS_SIZES=" +
           sizes);
  return false;
}
