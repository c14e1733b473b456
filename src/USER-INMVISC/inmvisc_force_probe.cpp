/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#include "inmvisc_force_probe.h"

#include "angle.h"
#include "atom.h"
#include "bond.h"
#include "comm.h"
#include "dihedral.h"
#include "fix.h"
#include "force.h"
#include "improper.h"
#include "kspace.h"
#include "modify.h"
#include "pair.h"
#include "update.h"
#include "utils.h"

#include <cstring>

using namespace LAMMPS_NS;
using namespace INMVISC_NS;

namespace {

// pair styles whose forces cannot be asked for twice: random numbers or history would advance

const char *const stochastic_pairs[] = {"^dpd",      "^tdpd", "^mdpd",      "^edpd", "^sdpd",
                                        "^brownian", "^dsmc", "^lubricate", "^gran", "^granular"};

// fixes that make the Hessian of all 3N coordinates meaningless, or that own the forces

struct Hazard {
  const char *style, *reason;
};
const Hazard hazards[] = {
    {"^shake", "constraints of fix shake remove degrees of freedom"},
    {"^rattle", "constraints of fix rattle remove degrees of freedom"},
    {"^rigid", "rigid bodies remove degrees of freedom"},
    {"^GPU", "forces of the GPU package arrive outside the pair style"},
    {"^package_intel", "the INTEL package keeps forces of its own"},
    {"^bond/react", "reactive bonds change the topology"},
};

// pair style or any sub-style of hybrid: 1 asks for the first of several that match

bool has_pair(Force *force, const char *pattern)
{
  return force->pair && (force->pair_match(pattern, 0) || force->pair_match(pattern, 0, 1));
}
}    // namespace

ForceProbe::ForceProbe(LAMMPS *lmp) : Pointers(lmp), own_map(false) {}

std::string ForceProbe::refusal() const
{
  if (!atom->tag_enable) return "atoms have no IDs (atom_modify id no)";
  if (lmp->kokkos) return "KOKKOS styles keep positions and forces on the device";
  if (utils::strmatch(update->integrate_style, "^respa"))
    return "run_style respa splits the forces";
  if (force->bond && force->bond_match("^quartic")) return "bond_style quartic breaks bonds";
  for (auto pattern : stochastic_pairs)
    if (has_pair(force, pattern))
      return "the pair style draws random numbers or keeps history, its forces have no Hessian";
  for (int i = 0; i < modify->nfix; i++)
    for (auto &h : hazards)
      if (utils::strmatch(modify->fix[i]->style, h.style)) return h.reason;
  return "";
}

int ForceProbe::nall() const
{
  return atom->nlocal + atom->nghost;
}

void ForceProbe::open()
{
  const size_t n = 3 * (size_t) nall();

  own_map = (atom->map_style == Atom::MAP_NONE);
  if (own_map) {
    atom->map_init();
    atom->map_set();
  }
  x_saved.resize(n);
  f_saved.resize(n);
  torque_saved.resize(atom->torque ? n : 0);
  f_out.resize(3 * (size_t) atom->nlocal);
  if (n == 0) return;
  memcpy(x_saved.data(), atom->x[0], n * sizeof(double));
  memcpy(f_saved.data(), atom->f[0], n * sizeof(double));
  if (atom->torque) memcpy(torque_saved.data(), atom->torque[0], n * sizeof(double));
}

/* ----------------------------------------------------------------------
   One more evaluation at the saved positions, since pair styles keep
   per-atom intermediates (EAM: density) that others may ask for.
   Copies, not differences, come back: no drift.
------------------------------------------------------------------------- */

void ForceProbe::close()
{
  evaluate();
  if (nall() > 0) {
    memcpy(atom->f[0], f_saved.data(), f_saved.size() * sizeof(double));
    if (atom->torque)
      memcpy(atom->torque[0], torque_saved.data(), torque_saved.size() * sizeof(double));
  }
  if (own_map) {
    atom->map_delete();
    atom->map_style = Atom::MAP_NONE;
  }
}

void ForceProbe::shift_atom(tagint tag, int direction, double delta)
{
  for (int j = atom->map(tag); j >= 0; j = atom->sametag[j]) atom->x[j][direction] += delta;
}

void ForceProbe::shift_all(int groupbit, void (*field)(void *, int64_t, double *), void *ctx,
                           double delta)
{
  double u[3];
  for (int i = 0; i < nall(); i++) {
    if (!(atom->mask[i] & groupbit)) continue;
    field(ctx, atom->tag[i], u);
    for (int a = 0; a < 3; a++) atom->x[i][a] += delta * u[a];
  }
}

void ForceProbe::shear(int k, int c, double strain)
{
  for (int i = 0; i < nall(); i++) atom->x[i][k] += strain * atom->x[i][c];
}

const double *ForceProbe::forces()
{
  evaluate();
  if (atom->nlocal > 0) memcpy(f_out.data(), atom->f[0], f_out.size() * sizeof(double));
  if (nall() > 0) memcpy(atom->x[0], x_saved.data(), x_saved.size() * sizeof(double));
  return f_out.data();
}

/* ----------------------------------------------------------------------
   Flags (0,0) leave the energy and virial tallies of this step alone.
   Neighbor lists stay: displacements are far below the skin.
------------------------------------------------------------------------- */

void ForceProbe::evaluate()
{
  const int n = atom->nlocal + (force->newton ? atom->nghost : 0);
  if (n > 0) {
    memset(atom->f[0], 0, 3 * (size_t) n * sizeof(double));
    if (atom->torque) memset(atom->torque[0], 0, 3 * (size_t) n * sizeof(double));
  }

  // the OPENMP package has force arrays of each thread to clear

  for (int i = 0; i < modify->nfix; i++)
    if (strcmp(modify->fix[i]->style, "OMP") == 0) modify->fix[i]->pre_force(0);

  if (force->pair && force->pair->compute_flag) force->pair->compute(0, 0);
  if (atom->molecular != Atom::ATOMIC) {
    if (force->bond) force->bond->compute(0, 0);
    if (force->angle) force->angle->compute(0, 0);
    if (force->dihedral) force->dihedral->compute(0, 0);
    if (force->improper) force->improper->compute(0, 0);
  }
  if (force->kspace && force->kspace->compute_flag) force->kspace->compute(0, 0);
  if (force->newton) comm->reverse_comm();
}
