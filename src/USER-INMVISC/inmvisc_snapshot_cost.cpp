/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#include "inmvisc_snapshot_cost.h"

#include "inmvisc_progress.h"

#include "comm.h"
#include "error.h"
#include "update.h"

#include "fmt/format.h"

using namespace LAMMPS_NS;
using namespace INMVISC_NS;

static constexpr double SHORTEST_RUN = 2.0;     // seconds that are worth a warning
static constexpr double LARGEST_SHARE = 0.5;    // of a run
static constexpr double TWO_PI = 6.28318530717958647692;

SnapshotCost::SnapshotCost(LAMMPS *lmp, const std::string &label_in) :
    Pointers(lmp), label(label_in), spent(0.0), count(0), last(-1), einstein_frequency(0.0),
    warned(false)
{
  begin_run();
}

void SnapshotCost::begin_run()
{
  run = Clock::now();
  spent = 0.0;
  count = 0;
  warned = false;
}

static double seconds(std::chrono::steady_clock::duration d)
{
  return std::chrono::duration<double>(d).count();
}

/* ----------------------------------------------------------------------
   Warn before the second snapshot rather than after it, since it may take long.
------------------------------------------------------------------------- */

void SnapshotCost::begin()
{
  snapshot = Clock::now();
  if (comm->me || warned || count == 0) return;
  const double elapsed = seconds(snapshot - run);
  const bigint interval = update->ntimestep - last;
  const double vibration = TWO_PI / (einstein_frequency * update->dt);    // steps
  if (elapsed < SHORTEST_RUN || spent < LARGEST_SHARE * elapsed) return;
  if (interval > 0 && (double) interval < vibration) warn(interval, elapsed, vibration);
}

void SnapshotCost::end(double frequency)
{
  spent += seconds(Clock::now() - snapshot);
  count++;
  last = update->ntimestep;
  einstein_frequency = frequency;
}

void SnapshotCost::warn(bigint interval, double elapsed, double vibration)
{
  warned = true;
  const double left = (double) (update->laststep - update->ntimestep) / (double) interval;
  error->warning(
      FLERR,
      "{}: a snapshot every {} steps takes {:.0f} % of the time of this run ({} each, about {} for "
      "the rest of the run), and snapshots less than a vibration, {:.0f} steps, apart are hardly "
      "independent: ask for them less often (thermo, fix ave/time), or use the keyword every of "
      "compute ulinm/viscosity and inm/modulus to print running means without a new snapshot",
      label, interval, 100.0 * spent / elapsed, duration(spent / count),
      duration((left + 1.0) * spent / count), vibration);
}
