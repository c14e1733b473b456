/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

/* ----------------------------------------------------------------------
   What fix shake knows of its clusters is protected, except for what it sends
   along with an atom that moves to another rank: pack_exchange() of a fix is
   public, and so there is nothing here that depends on the layout of the class
   or on the RIGID package.
     flag          0: not constrained, 1: three atoms and their angle, 2-4: number of atoms
     atoms         their IDs, the central one first
     types         not needed
------------------------------------------------------------------------- */

#include "inmvisc_constraints.h"

#include "inmvisc_compat.h"
#include "inmvisc_host.h"

#include "comm.h"
#include "domain.h"
#include "error.h"
#include "fix.h"
#include "modify.h"
#include "update.h"
#include "utils.h"

#include "fmt/format.h"

#include <algorithm>

using namespace LAMMPS_NS;
using namespace INMVISC_NS;

namespace {

bool has_clusters(const Fix *fix)
{
  return utils::strmatch(fix->style, "^shake$") || utils::strmatch(fix->style, "^rattle$");
}

bool has_bodies(const Fix *fix)
{
  return utils::strmatch(fix->style, "^rigid") || utils::strmatch(fix->style, "^poems");
}

// IDs of the atoms of a cluster of fix shake, none if the atom is not constrained

struct ShakeCluster {
  int flag;
  std::vector<tagint> ids;
};

ShakeCluster cluster_of(Fix *fix, int i)
{
  double buf[32] = {};
  const int n = fix->pack_exchange(i, buf);
  ShakeCluster c = {(int) buf[0], {}};
  const int natom = (c.flag == 1) ? 3 : c.flag;
  for (int k = 0; k < natom && k + 1 < n; k++) c.ids.push_back((tagint) buf[1 + k]);
  return c;
}

// pairs of atoms whose distance is fixed: the central atom with the others, and the base of an angle

void set_bonds(inm_cluster &c, int flag)
{
  for (int k = 1; k < c.natom; k++) {
    c.bond[c.nbond][0] = 0;
    c.bond[c.nbond++][1] = k;
  }
  if (flag == 1) {
    c.bond[c.nbond][0] = 1;
    c.bond[c.nbond++][1] = 2;
  }
}

/* images of the cluster next to each other: closest to owned atom i */

inm_cluster geometry(LAMMPS *lmp, const ShakeCluster &ids, const std::vector<int> &local)
{
  const HostAtoms atoms(lmp);
  inm_cluster c = {};

  c.natom = (int) local.size();
  for (int k = 0; k < c.natom; k++) {
    double d[3];
    c.tag[k] = ids.ids[k];
    c.mass[k] = atoms.mass(local[k]);
    for (int a = 0; a < 3; a++) d[a] = atoms.x(local[k])[a] - atoms.x(local[0])[a];
    minimg(lmp->domain, d, rank1());
    std::copy_n(d, 3, c.x[k]);
  }
  set_bonds(c, ids.flag);
  return c;
}

template <class Condition> bool any_owned(LAMMPS *lmp, Condition holds)
{
  int mine = 0, any;
  for (int i = 0; i < lmp->atom->nlocal && !mine; i++) mine = holds(i);
  MPI_Allreduce(&mine, &any, 1, MPI_INT, MPI_MAX, lmp->world);
  return any;
}
}    // namespace

std::string INMVISC_NS::rigid_refusal(LAMMPS *lmp, int groupbit)
{
  const HostAtoms atoms(lmp);
  for (int k = 0; k < lmp->modify->nfix; k++) {
    const Fix *fix = lmp->modify->fix[k];
    if (!has_bodies(fix)) continue;
    if (any_owned(lmp, [&](int i) {
          return atoms.in_group(i, groupbit) && atoms.in_group(i, fix->groupbit);
        }))
      return fmt::format("rigid bodies of fix {} ({}) in its group remove degrees of freedom; "
                         "use a group without them",
                         fix->id, fix->style);
  }
  return "";
}

bool INMVISC_NS::is_rigid_outside(LAMMPS *lmp, int groupbit)
{
  const HostAtoms atoms(lmp);
  for (int k = 0; k < lmp->modify->nfix; k++) {
    Fix *fix = lmp->modify->fix[k];
    if (!has_bodies(fix) && !has_clusters(fix)) continue;
    if (any_owned(lmp, [&](int i) {
          return !atoms.in_group(i, groupbit) &&
              (has_bodies(fix) ? atoms.in_group(i, fix->groupbit) : cluster_of(fix, i).flag != 0);
        }))
      return true;
  }
  return false;
}

void INMVISC_NS::require_constraints(LAMMPS *lmp, const std::string &caller)
{
  if (lmp->update->whichflag != 2) return;
  for (int k = 0; k < lmp->modify->nfix; k++)
    if (has_clusters(lmp->modify->fix[k]))
      lmp->error->all(FLERR,
                      "{}: fix {} ({}) replaces constraints by springs in a minimization; use the "
                      "compute in a run, run 0 for one configuration",
                      caller, lmp->modify->fix[k]->id, lmp->modify->fix[k]->style);
}

std::vector<inm_cluster> INMVISC_NS::rigid_clusters(LAMMPS *lmp, const std::string &caller,
                                                    int groupbit)
{
  const HostAtoms atoms(lmp);
  std::vector<inm_cluster> clusters;
  tagint partly = 0;    // ID of an atom of a cluster that is only partly in the group

  for (int k = 0; k < lmp->modify->nfix; k++) {
    Fix *fix = lmp->modify->fix[k];
    if (!has_clusters(fix)) continue;
    for (int i = 0; i < atoms.nlocal(); i++) {
      const ShakeCluster c = cluster_of(fix, i);
      std::vector<int> local;
      int ingroup = 0;
      bool first = true;    // of its owned atoms
      for (tagint id : c.ids) {
        const int j = lmp->atom->map(id);
        if (j < 0)
          lmp->error->one(FLERR,
                          "{}: atom {} of a cluster of fix {} is not on this rank; increase the "
                          "communication cutoff (comm_modify cutoff)",
                          caller, id, fix->id);
        local.push_back(j);
        ingroup += atoms.in_group(j, groupbit);
        first = first && !(j < atoms.nlocal() && j < i);
      }
      if (c.ids.empty() || !first || ingroup == 0) continue;
      if (ingroup < (int) c.ids.size())
        partly = c.ids[0];
      else
        clusters.push_back(geometry(lmp, c, local));
    }
  }
  tagint any;
  MPI_Allreduce(&partly, &any, 1, MPI_LMP_TAGINT, MPI_MAX, lmp->world);
  if (any)
    lmp->error->all(
        FLERR,
        "{}: the cluster of atom {} with rigid bonds is only partly in the group; use a "
        "group of whole molecules",
        caller, any);
  return clusters;
}
