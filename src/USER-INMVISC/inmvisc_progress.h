/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#ifndef LMP_INMVISC_PROGRESS_H
#define LMP_INMVISC_PROGRESS_H

#include "pointers.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace INMVISC_NS {

// A time in seconds, minutes, or hours, whichever reads best.

std::string duration(double seconds);

// Progress lines on rank 0 during a long calculation: every few seconds at first, later at intervals of a
// quarter of the elapsed time, to keep the log short.

class Progress : protected LAMMPS_NS::Pointers {
 public:
  // what: beginning of each line, "Compute inm/dos ID: diagonalization"
  Progress(LAMMPS_NS::LAMMPS *, const std::string &what);
  ~Progress();

  // Print from a thread, during library calls that return only at the end.
  // expected: estimated seconds, 0 if unknown.  All ranks may call it.
  void watch(double expected);
  void end_watch();

  void done(double share);    // 0 to 1, prints a line if one is due
  bool due();                 // true on rank 0 if a line is due; the caller then prints it:
  void tell(const std::string &line);
  double seconds() const;    // since the beginning

 private:
  typedef std::chrono::steady_clock Clock;
  std::string what;
  const Clock::time_point begin;
  Clock::time_point last_word;
  double expected;
  double share;    // fraction done, 0 until known

  std::thread watcher;
  std::mutex mutex;    // guards last_word, share and over
  std::condition_variable changed;
  bool over;

  double silence() const;    // seconds between lines
  bool is_time();
  std::string state() const;
  void wait_and_tell();
};
}    // namespace INMVISC_NS

#endif
