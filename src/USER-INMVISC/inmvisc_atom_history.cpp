/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#include "inmvisc_atom_history.h"

#include "inm/inm_correlator.h"
#include "inm/inm_products.h"
#include "inmvisc_source_check.h"

#include "atom.h"
#include "memory.h"

#include <algorithm>

using namespace LAMMPS_NS;
using namespace INMVISC_NS;

static constexpr int NRECORD = SourceCheck::NRECORD;
static constexpr int NSOURCE = NRECORD + 1;    // with the step

AtomHistory::AtomHistory(LAMMPS *lmp, int nslot, bool accelerations) :
    Pointers(lmp), velocity(nullptr), acceleration(nullptr), position(nullptr), nkept(0),
    step(nullptr), record(nullptr), nlevel(1), width(3 * (int) inm_row_slots(nslot))
{
  for (auto &k : kept) k = nullptr;
  if (accelerations) memory->create(acceleration, 1, width, "orthogonal/dynamics:acceleration");
}

AtomHistory::~AtomHistory()
{
  memory->destroy(velocity);
  memory->destroy(acceleration);
  memory->destroy(position);
  memory->destroy(record);
  memory->destroy(step);
  for (auto &k : kept) memory->destroy(k);
}

int AtomHistory::position_width() const
{
  return 3 * INM_MSD_RING * nlevel;
}

int AtomHistory::slot_width() const
{
  return acceleration ? 2 * width : width;
}

int AtomHistory::size() const
{
  return slot_width() + 3 * nkept + NSOURCE + position_width();
}

int AtomHistory::maxsize() const
{
  return slot_width() + 3 * NKEEP + NSOURCE + 3 * INM_MSD_RING * INM_MSD_LEVELS;
}

double AtomHistory::bytes_per_atom() const
{
  return (slot_width() + 3.0 * NKEEP + NSOURCE + position_width()) * sizeof(double);
}

/* ---------------------------------------------------------------------- */

void AtomHistory::grow(int nmax)
{
  memory->grow(velocity, nmax, width, "orthogonal/dynamics:velocity");
  if (acceleration) memory->grow(acceleration, nmax, width, "orthogonal/dynamics:acceleration");
  memory->grow(position, nmax, position_width(), "orthogonal/dynamics:position");
  memory->grow(step, nmax, "orthogonal/dynamics:step");
  memory->grow(record, nmax, NRECORD, "orthogonal/dynamics:record");
  for (auto &k : kept) memory->grow(k, 3 * nmax, "orthogonal/dynamics:kept");
}

/* ----------------------------------------------------------------------
   room for more levels of positions; rows get longer, so they are copied
------------------------------------------------------------------------- */

void AtomHistory::grow_levels(int nlevel_new)
{
  const int old_width = position_width();
  double **wider = nullptr;

  nlevel = nlevel_new;
  memory->create(wider, atom->nmax, position_width(), "orthogonal/dynamics:position");
  for (int i = 0; i < atom->nlocal; i++) {
    std::copy_n(position[i], old_width, wider[i]);
    std::fill(wider[i] + old_width, wider[i] + position_width(), 0.0);
  }
  memory->destroy(position);
  position = wider;
}

/* ---------------------------------------------------------------------- */

void AtomHistory::copy(int from, int to)
{
  std::copy_n(velocity[from], width, velocity[to]);
  if (acceleration) std::copy_n(acceleration[from], width, acceleration[to]);
  for (int k = 0; k < nkept; k++) std::copy_n(kept[k] + 3 * from, 3, kept[k] + 3 * to);
  step[to] = step[from];
  std::copy_n(record[from], NRECORD, record[to]);
  std::copy_n(position[from], position_width(), position[to]);
}

/* ---------------------------------------------------------------------- */

void AtomHistory::clear(int i)
{
  std::fill_n(velocity[i], width, 0.0);
  if (acceleration) std::fill_n(acceleration[i], width, 0.0);
  for (auto &k : kept) std::fill_n(k + 3 * i, 3, 0.0);
  step[i] = -1.0;
  std::fill_n(record[i], NRECORD, 0.0);
  std::fill_n(position[i], position_width(), 0.0);
}

/* ---------------------------------------------------------------------- */

int AtomHistory::pack(int i, double *buf) const
{
  buf = std::copy_n(velocity[i], width, buf);
  if (acceleration) buf = std::copy_n(acceleration[i], width, buf);
  for (int k = 0; k < nkept; k++) buf = std::copy_n(kept[k] + 3 * i, 3, buf);
  *buf++ = step[i];
  buf = std::copy_n(record[i], NRECORD, buf);
  std::copy_n(position[i], position_width(), buf);
  return size();
}

/* ---------------------------------------------------------------------- */

int AtomHistory::unpack(int i, const double *buf)
{
  std::copy_n(buf, width, velocity[i]);
  buf += width;
  if (acceleration) {
    std::copy_n(buf, width, acceleration[i]);
    buf += width;
  }
  for (int k = 0; k < nkept; k++, buf += 3) std::copy_n(buf, 3, kept[k] + 3 * i);
  step[i] = *buf++;
  std::copy_n(buf, NRECORD, record[i]);
  buf += NRECORD;
  std::copy_n(buf, position_width(), position[i]);
  return size();
}
