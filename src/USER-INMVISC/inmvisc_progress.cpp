/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#include "inmvisc_progress.h"

#include "inmvisc_compat.h"

#include <algorithm>

using namespace LAMMPS_NS;
using namespace INMVISC_NS;

static constexpr double SHORTEST_SILENCE = 5.0;    // seconds

std::string INMVISC_NS::duration(double seconds)
{
  if (seconds < 100.0) return fmt::format("{:.2g} s", seconds);
  if (seconds < 6000.0) return fmt::format("{:.2g} min", seconds / 60.0);
  return fmt::format("{:.2g} h", seconds / 3600.0);
}

/* ---------------------------------------------------------------------- */

Progress::Progress(LAMMPS *lmp, const std::string &what_in) :
    Pointers(lmp), what(what_in), begin(Clock::now()), last_word(begin), expected(0.0), share(0.0),
    over(false)
{
}

Progress::~Progress()
{
  end_watch();
}

double Progress::seconds() const
{
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

double Progress::silence() const
{
  return std::max(SHORTEST_SILENCE, 0.25 * seconds());
}

/* the mutex must be locked */

bool Progress::is_time()
{
  if (std::chrono::duration<double>(Clock::now() - last_word).count() < silence()) return false;
  last_word = Clock::now();
  return true;
}

void Progress::tell(const std::string &line)
{
  utils::logmesg(lmp, "{}: {}\n", what, line);
  if (screen) fflush(screen);    // for interactive use
  if (logfile) fflush(logfile);
}

bool Progress::due()
{
  if (comm->me) return false;
  std::lock_guard<std::mutex> lock(mutex);
  return is_time();
}

/* the remaining time if known, else the elapsed time */

std::string Progress::state() const
{
  const double now = seconds();
  if (share > 0.0)
    return fmt::format("{:.0f} % done, about {} left", 100.0 * share,
                       duration(now * (1.0 / share - 1.0)));
  return duration(now) + (expected > 0.0 ? " of about " + duration(expected) : "");
}

void Progress::done(double share_in)
{
  if (comm->me || share_in <= 0.0 || share_in >= 1.0) return;
  std::lock_guard<std::mutex> lock(mutex);
  share = share_in;
  if (is_time()) tell(state());
}

/* ----------------------------------------------------------------------
   The thread makes no MPI calls and only uses the output of LAMMPS, while rank
   0 is inside the library call being watched.
------------------------------------------------------------------------- */

void Progress::watch(double expected_in)
{
  expected = expected_in;
  if (comm->me == 0) watcher = std::thread(&Progress::wait_and_tell, this);
}

void Progress::end_watch()
{
  if (!watcher.joinable()) return;
  {
    std::lock_guard<std::mutex> lock(mutex);
    over = true;
  }
  changed.notify_one();
  watcher.join();
}

void Progress::wait_and_tell()
{
  std::unique_lock<std::mutex> lock(mutex);
  while (!over) {
    const auto wake = last_word +
        std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(silence()));
    changed.wait_until(lock, wake);
    if (!over && is_time()) tell(state());
  }
}
