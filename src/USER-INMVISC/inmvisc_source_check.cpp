/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#include "inmvisc_source_check.h"

#include "inmvisc_host.h"

#include "domain.h"
#include "error.h"
#include "update.h"

#include <algorithm>
#include <cmath>
#include <cstring>

using namespace LAMMPS_NS;
using namespace INMVISC_NS;

// Velocities that never change are missing, unless the displacements agree with them, as in an ideal gas:
// square of the relative difference, above that of coordinates with six digits.

static constexpr double MAX_DIFFERENCE = 0.04;

// Positions do not change: square of the ratio of displacement and velocity, by rounding.

static constexpr double MAX_ROUNDING = 1.0e-20;

// A displacement by more than half of the box is a lost image flag, if half of the box is this many
// standard deviations of the displacements.  If snapshots are too far apart for that: an atom that moves
// by more than half of the box leaves it in at least half of the cases, and has displacements in three
// directions, so image flags change at least once in six displacements.  Missing ones change only where
// an atom of the dump was a little outside of the box.

static constexpr double MIN_DEVIATIONS = 7.0;
static constexpr double MIN_JUMPS = 30.0;
static constexpr double MIN_IMAGES = 0.1;    // changes of image flags per displacement

// The ratio of displacement and velocity tells the timestep if samples are so close in time that the
// displacements follow from the velocities: square of the change of velocity, and of the correlation.

static constexpr double MAX_TURN = 0.5;
static constexpr double MIN_CORRELATION = 0.9;
static constexpr double MAX_MISMATCH = 0.1;

// all that the fix needs

static const char *command(const Domain *domain)
{
  return domain->dimension == 2 ? "rerun ... dump x y ix iy vx vy"
                                : "rerun ... dump x y z ix iy iz vx vy vz";
}

/* ---------------------------------------------------------------------- */

SourceCheck::SourceCheck(LAMMPS *lmp, const std::string &label_in) :
    Pointers(lmp), label(label_in), comparing(false), recording(false), last_step(-1),
    interval(0.0), box(), box_changed(0.0), was_snapshot(0.0), mine(), total()
{
  static_assert(sizeof(Sums) == NSUM * sizeof(double), "sums are reduced as numbers");
}

/* ---------------------------------------------------------------------- */

void SourceCheck::begin(bool snapshot, bigint last, double dt)
{
  comparing = snapshot && was_snapshot != 0.0 && last >= 0;
  recording = snapshot;
  was_snapshot = snapshot ? 1.0 : 0.0;
  last_step = last;
  interval = dt;
  if (!snapshot) return;

  double now[NBOX];
  std::copy_n(domain->boxlo, 3, now);
  std::copy_n(domain->h, 6, now + 3);
  if (comparing && !std::equal(now, now + NBOX, box)) box_changed = 1.0;
  std::copy_n(now, NBOX, box);
}

/* ---------------------------------------------------------------------- */

void SourceCheck::add(const HostAtoms &atoms, int i, double &step, double *record)
{
  const double *v = atoms.v(i);
  mine.natom += 1.0;
  if (v[0] != 0.0 || v[1] != 0.0 || v[2] != 0.0) mine.moving += 1.0;
  if (last_step >= 0 && step != (double) last_step) mine.unknown += 1.0;
  if (comparing) compare(atoms, i, record);

  step = (double) update->ntimestep;
  if (!recording) return;
  atoms.unwrap(i, record + X);
  std::copy_n(v, 3, record + V);
  record[IMAGE] = ubuf(atoms.image(i)).d;
}

/* ---------------------------------------------------------------------- */

void SourceCheck::compare(const HostAtoms &atoms, int i, const double *record)
{
  const double *v = atoms.v(i), *v0 = record + V;
  double x[3], d[3], relative[3];

  atoms.unwrap(i, x);
  for (int k = 0; k < 3; k++) {
    d[k] = x[k] - record[X + k];
    if (v[k] != v0[k]) mine.v_changed[k] += 1.0;
  }
  minimum_image(d, relative);
  mine.npair += 1.0;
  if (ubuf(atoms.image(i)).i != ubuf(record[IMAGE]).i) mine.image_changed += 1.0;
  for (int k = 0; k < domain->dimension; k++) {
    const double u = 0.5 * (v[k] + v0[k]) * interval, change = (v[k] - v0[k]) * interval;
    mine.dd[k] += d[k] * d[k];
    mine.uu[k] += u * u;
    mine.du[k] += d[k] * u;
    mine.turn += change * change;
    mine.fraction[k] += relative[k] * relative[k];
  }
}

/* ----------------------------------------------------------------------
   displacement by the minimum image, however many boxes it is; the same as
   a fraction of the box
------------------------------------------------------------------------- */

void SourceCheck::minimum_image(double *d, double *relative)
{
  const double *h = domain->h, *h_inv = domain->h_inv;
  double n[3];

  relative[0] = h_inv[0] * d[0] + h_inv[5] * d[1] + h_inv[4] * d[2];
  relative[1] = h_inv[1] * d[1] + h_inv[3] * d[2];
  relative[2] = h_inv[2] * d[2];
  for (int k = 0; k < 3; k++) {
    n[k] = domain->periodicity[k] ? std::round(relative[k]) : 0.0;
    if (n[k] != 0.0) mine.jumps[k] += 1.0;
    relative[k] -= n[k];
  }
  d[0] -= h[0] * n[0] + h[5] * n[1] + h[4] * n[2];
  d[1] -= h[1] * n[1] + h[3] * n[2];
  d[2] -= h[2] * n[2];
}

/* ---------------------------------------------------------------------- */

void SourceCheck::reduce()
{
  Sums all;
  MPI_Allreduce(&mine, &all, NSUM, MPI_DOUBLE, MPI_SUM, world);
  const double *from = &all.natom;
  double *to = &total.natom;
  for (int k = 0; k < NSUM; k++) to[k] += from[k];
  mine = Sums();
  if (all.unknown > 0.0)
    error->all(FLERR,
               "{}: atoms of its group were not there at the last sample: atoms were replaced, the "
               "group was redefined, or snapshots have other atoms (rerun ... purge, trim, or add)",
               label);
}

/* ----------------------------------------------------------------------
   answers
------------------------------------------------------------------------- */

bool SourceCheck::is_velocity_missing(int k) const
{
  const double dd = total.dd[k], uu = total.uu[k];
  const bool never_changes = (total.npair > 0.0 && total.v_changed[k] == 0.0);
  return never_changes && dd - 2.0 * total.du[k] + uu > MAX_DIFFERENCE * std::max(dd, uu);
}

bool SourceCheck::is_at_rest(int k) const
{
  return total.dd[k] <= MAX_ROUNDING * total.uu[k];
}

bool SourceCheck::is_position_missing(int k) const
{
  return total.uu[k] > 0.0 && is_at_rest(k);
}

bool SourceCheck::is_image_missing(int k) const
{
  if (total.jumps[k] == 0.0) return false;
  const double deviation = std::sqrt(total.fraction[k] / total.npair);
  const double jumps = total.jumps[0] + total.jumps[1] + total.jumps[2];
  return MIN_DEVIATIONS * deviation < 0.5 ||
      (jumps >= MIN_JUMPS && total.image_changed < MIN_IMAGES * jumps);
}

/* names of the columns for which something is true */

template <class Condition>
static std::string columns(const char *const (&names)[3], Condition is_true)
{
  std::string text;
  for (int k = 0; k < 3; k++)
    if (is_true(k)) text += (text.empty() ? "" : " ") + std::string(names[k]);
  return text;
}

/* ---------------------------------------------------------------------- */

std::string SourceCheck::velocities() const
{
  if (total.natom > 0.0 && total.moving == 0.0) {
    if (!is_file()) return "the velocities of all atoms are 0 at every sample";
    return fmt::format("the velocities of all atoms are 0 at every snapshot: the dump has no vx vy "
                       "vz, or they were not read ({})",
                       command(domain));
  }
  const std::string missing = columns({"vx", "vy", "vz"}, [this](int k) {
    return is_velocity_missing(k);
  });
  if (missing.empty()) return "";
  if (is_at_rest(0) && is_at_rest(1) && is_at_rest(2))
    return "positions and velocities are the same at every snapshot";
  return fmt::format("{0} never change although the atoms move otherwise: the dump has no {0}, or "
                     "they were not read ({1})",
                     missing, command(domain));
}

/* ---------------------------------------------------------------------- */

std::string SourceCheck::positions() const
{
  const std::string missing = columns({"x", "y", "z"}, [this](int k) {
    return is_position_missing(k);
  });
  if (!missing.empty())
    return fmt::format("{0} never change although the atoms have velocities: the dump has no {0}, "
                       "or they were not read ({1})",
                       missing, command(domain));

  const std::string jumping = columns({"ix", "iy", "iz"}, [this](int k) {
    return is_image_missing(k);
  });
  if (jumping.empty()) return "";
  return fmt::format("atoms jump by the length of the box: the dump has no {}, or they were not "
                     "read ({}; a dump of xu yu zu needs none)",
                     jumping, command(domain));
}

/* ----------------------------------------------------------------------
   rerun uses the timestep of the script, since dumps do not have theirs
------------------------------------------------------------------------- */

std::string SourceCheck::timestep() const
{
  double dd = 0.0, uu = 0.0, du = 0.0;
  if (!velocities().empty() || !positions().empty()) return "";
  for (int k = 0; k < domain->dimension; k++) {
    dd += total.dd[k];
    uu += total.uu[k];
    du += total.du[k];
  }
  const double ratio = du / uu;
  if (!(total.turn < MAX_TURN * uu && du * du > MIN_CORRELATION * dd * uu)) return "";
  if (!(std::fabs(ratio - 1.0) > MAX_MISMATCH)) return "";
  return fmt::format("displacements between snapshots are {:.3g} times the velocities times the "
                     "time between them: the timestep of the dump may be {:.4g}, not {:.4g} "
                     "(command timestep), or its velocities have other units",
                     ratio, ratio * update->dt, update->dt);
}

/* ----------------------------------------------------------------------
   restart
------------------------------------------------------------------------- */

size_t SourceCheck::size()
{
  return NSUM + NBOX + 2;
}

void SourceCheck::pack(double *list) const
{
  list = std::copy_n(&total.natom, (int) NSUM, list);
  list = std::copy_n(box, (int) NBOX, list);
  list[0] = box_changed;
  list[1] = was_snapshot;
}

void SourceCheck::unpack(const double *list)
{
  std::copy_n(list, (int) NSUM, &total.natom);
  std::copy_n(list + NSUM, (int) NBOX, box);
  box_changed = list[NSUM + NBOX];
  was_snapshot = list[NSUM + NBOX + 1];
}
