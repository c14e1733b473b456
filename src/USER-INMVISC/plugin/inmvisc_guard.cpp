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
}

namespace {

// "4 Feb 2025" -> 20250204, as lammps_version() returns it

int numeric_version(const char *text)
{
  static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
  int day = 0, year = 0;
  char month[4] = "";
  if (sscanf(text, "%d %3s %d", &day, month, &year) != 3) return 0;
  const char *m = strstr(months, month);
  return m ? year * 10000 + (int) ((m - months) / 3 + 1) * 100 + day : 0;
}

const char *mpi_name(int code)
{
  return (code == 0) ? "no MPI" : (code == sizeof(void *)) ? "Open MPI" : "MPICH or like it";
}
}    // namespace

/* ---------------------------------------------------------------------- */

bool INMVISC_NS::first_rank()
{
  int me = 0, started = 0;
  MPI_Initialized(&started);
  if (started) MPI_Comm_rank(MPI_COMM_WORLD, &me);
  return me == 0;
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
  const int tagint_bytes = lammps_extract_setting(lmp, "tagint");
  const int bigint_bytes = lammps_extract_setting(lmp, "bigint");
  const int mpi = lammps_config_has_mpi_support();

  const bool version_ok = (version == my_version);
  const bool sizes_ok =
      tagint_bytes == (int) sizeof(tagint) && bigint_bytes == (int) sizeof(bigint);
  // older versions return 1 for any MPI instead of the handle size
  const bool mpi_ok = (mpi == my_mpi) || (mpi == 1 && my_mpi != 0);
  if (version_ok && sizes_ok && mpi_ok) return true;

  if (first_rank()) {
    fprintf(stderr, "WARNING: %s does not fit this LAMMPS, its styles are not available.\n", what);
    if (!version_ok)
      fprintf(stderr, "  version:       LAMMPS %d, %s built for %d\n", version, what, my_version);
    if (!sizes_ok)
      fprintf(stderr, "  integer sizes: LAMMPS tagint %d bigint %d bytes, %s %d and %d\n",
              tagint_bytes, bigint_bytes, what, (int) sizeof(tagint), (int) sizeof(bigint));
    if (!mpi_ok)
      fprintf(stderr, "  MPI:           LAMMPS %s, %s %s\n", mpi_name(mpi), what, mpi_name(my_mpi));
    fprintf(stderr,
            "  Build it from the source tree of this very LAMMPS:\n"
            "  cmake -B build -DLAMMPS_SOURCE_DIR=<its src folder> -DLAMMPS_BINARY=<its lmp> "
            "-DLAMMPS_SIZES=%s\n",
            tagint_bytes == 8 ? "bigbig" : "smallbig");
  }
  return false;
}
