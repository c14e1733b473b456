/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#include "inmvisc_fixes.h"

#include "inmvisc_host.h"

#include "comm.h"
#include "error.h"
#include "fix.h"
#include "group.h"
#include "modify.h"
#include "update.h"
#include "utils.h"

#include "fmt/format.h"

using namespace LAMMPS_NS;
using namespace INMVISC_NS;

namespace {

// Forces from outside the force field, and charges that follow the positions.  Of walls, only those with
// a potential.

const char *const forces_apart[] = {
    "^accelerate/cos", "^acks2",   "^addforce", "^addtorque",   "^amoeba/",   "^atc",
    "^cmap",           "^colvars", "^drag",     "^efield",      "^electrode", "^external",
    "^flow/gauss",     "^gravity", "^hyper/",   "^imd",         "^indent",    "^mdi/qm",
    "^oneway",         "^orient/", "^plumed",   "^propel/self", "^qeq",       "^qmmm",
    "^restrain",       "^rhok",    "^smd$",     "^spring",      "^ti/",       "^umbrella",
    "^wall/"};
const char *const no_potential[] = {"^wall/flow", "^wall/piston", "^wall/reflect", "^wall/srd"};

// Forces or velocities that are set, whatever the force field says

const char *const holders[] = {"^aveforce",    "^freeze", "^lineforce",           "^manifoldforce",
                               "^meso/move",   "^move$",  "^nve/asphere/noforce", "^nve/manifold",
                               "^nve/noforce", "^pafi",   "^planeforce",          "^setforce$",
                               "^smd/setvel",  "^tmd"};

template <size_t n> bool matches(const Fix *fix, const char *const (&patterns)[n])
{
  for (const char *pattern : patterns)
    if (utils::strmatch(fix->style, pattern)) return true;
  return false;
}

// atoms of the group for which the condition on their group bits holds, over all ranks

template <class Condition> double count_atoms(LAMMPS *lmp, int groupbit, Condition holds)
{
  const Atom *atom = lmp->atom;
  double count = 0.0;
  for (int i = 0; i < atom->nlocal; i++)
    if ((atom->mask[i] & groupbit) && holds(atom->mask[i])) count += 1.0;
  MPI_Allreduce(MPI_IN_PLACE, &count, 1, MPI_DOUBLE, MPI_SUM, lmp->world);
  return count;
}

void warn(LAMMPS *lmp, const std::string &caller, const std::string &who, double natoms, int igroup)
{
  if (natoms == 0.0 || lmp->comm->me != 0) return;
  lmp->error->warning(FLERR,
                      "{}: {} {:.0f} atoms of group {}, which are free to move in the Hessian; a "
                      "group without them leaves them out",
                      caller, who, natoms, lmp->group->names[igroup]);
}

/* atoms at rest are meant to be in a run that integrates others */

void warn_of_atoms_at_rest(LAMMPS *lmp, const std::string &caller, int igroup)
{
  const Modify *modify = lmp->modify;
  int moved = 0;    // bits of the groups that fixes integrate

  if (lmp->update->whichflag != 1 || lmp->update->nsteps == 0) return;
  for (int k = 0; k < modify->nfix; k++)
    if (modify->fix[k]->time_integrate) moved |= modify->fix[k]->groupbit;
  if (moved == 0) return;
  warn(lmp, caller, "no fix integrates",
       count_atoms(lmp, lmp->group->bitmask[igroup],
                   [moved](int mask) {
                     return !(mask & moved);
                   }),
       igroup);
}
}    // namespace

std::string INMVISC_NS::forces_of_fixes(LAMMPS *lmp)
{
  const Modify *modify = lmp->modify;
  std::string names;
  for (int k = 0; k < modify->nfix; k++)
    if (matches(modify->fix[k], forces_apart) && !matches(modify->fix[k], no_potential))
      names += (names.empty() ? "" : ", ") + std::string(modify->fix[k]->style);
  return names;
}

void INMVISC_NS::warn_of_held_atoms(LAMMPS *lmp, const std::string &caller, int igroup)
{
  const Modify *modify = lmp->modify;
  for (int k = 0; k < modify->nfix; k++) {
    const Fix *fix = modify->fix[k];
    const int held = fix->groupbit;
    if (!matches(fix, holders)) continue;
    warn(lmp, caller, fmt::format("fix {} ({}) holds", fix->id, fix->style),
         count_atoms(lmp, lmp->group->bitmask[igroup],
                     [held](int mask) {
                       return mask & held;
                     }),
         igroup);
  }
  warn_of_atoms_at_rest(lmp, caller, igroup);
}
