/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#include "inmvisc_counted_means.h"

#include "inm/inm_hash.h"

#include <cmath>
#include <vector>

using namespace LAMMPS_NS;
using namespace INMVISC_NS;

// layout of the store: settings, last snapshot counted, then the numbers of the compute

enum { SETTINGS, STEP, CONFIGURATION, NHEAD };

CountedMeans::CountedMeans(LAMMPS *lmp, const std::string &compute_id, size_t n) :
    store(lmp, compute_id, (int) (NHEAD + n)), step(-1), configuration(NAN), in_run(false)
{
}

bool CountedMeans::count(bigint now, double present)
{
  const bool again = (step == now) &&
      (in_run || std::fabs(present - configuration) <= 1.0e-9 * std::fabs(present));
  step = now;
  configuration = present;
  in_run = true;
  return !again;
}

static double fingerprint(const std::string &text)
{
  const std::vector<double> letters(text.begin(), text.end());
  return inm_fingerprint(letters.size(), letters.data());
}

double *CountedMeans::save(const std::string &settings)
{
  double *to = store.values();
  if (!to) return nullptr;
  to[SETTINGS] = fingerprint(settings);
  to[STEP] = (double) step;
  to[CONFIGURATION] = configuration;
  return to + NHEAD;
}

CountedMeans::Found CountedMeans::restore(const std::string &settings, const double **numbers)
{
  const double *from = store.values();
  if (!store.was_restored() || from[SETTINGS] == 0.0) return NOTHING;
  if (from[SETTINGS] != fingerprint(settings)) return OTHER_SETTINGS;
  step = (bigint) from[STEP];
  configuration = from[CONFIGURATION];
  *numbers = from + NHEAD;
  return SAME;
}
