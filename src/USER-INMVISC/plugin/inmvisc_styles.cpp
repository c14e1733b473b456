/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

/* ----------------------------------------------------------------------
   The styles of the package, to be registered with the LAMMPS that loads it.
   Lives in inmvisc_styles.so, which inmviscplugin.so opens once it knows
   that this LAMMPS fits.
------------------------------------------------------------------------- */

#include "compute_affine_gamma.h"
#include "compute_inm_dos.h"
#include "compute_ulinm_viscosity.h"
#include "fix_orthogonal_dynamics.h"

#include "lammps.h"
#include "lammpsplugin.h"
#include "modify.h"
#include "version.h"

#include <cstring>

using namespace LAMMPS_NS;

namespace {

template <class T> Compute *compute(LAMMPS *lmp, int narg, char **arg)
{
  return new T(lmp, narg, arg);
}

template <class T> Fix *fix(LAMMPS *lmp, int narg, char **arg)
{
  return new T(lmp, narg, arg);
}

struct Style {
  const char *kind, *name, *info;
  lammpsplugin_factory2 *creator;
};

const Style styles[] = {
    {"compute", "inm/dos", "instantaneous normal modes and their density of states",
     (lammpsplugin_factory2 *) &compute<ComputeInmDos>},
    {"compute", "affine/gamma", "affine force field and its correlator Gamma(w)",
     (lammpsplugin_factory2 *) &compute<ComputeAffineGamma>},
    {"compute", "ulinm/viscosity", "shear viscosity by class of normal mode",
     (lammpsplugin_factory2 *) &compute<ComputeUlinmViscosity>},
    {"fix", "orthogonal/dynamics", "memory kernel and friction of the atoms",
     (lammpsplugin_factory2 *) &fix<FixOrthogonalDynamics>},
};

// LAMMPS has one list of plugins for the whole process: what stands in it because another instance
// has loaded it is not given to this one.  The code stays in memory until the process ends, whoever
// unloads the plugin, so this one may use it too.

void add_where_missing(Modify *modify, const Style &s)
{
  if (strcmp(s.kind, "compute") == 0)
    modify->compute_map->insert({s.name, (Modify::ComputeCreator) s.creator});
  else
    modify->fix_map->insert({s.name, (Modify::FixCreator) s.creator});
}
}    // namespace

extern "C" __attribute__((visibility("default"))) void inmvisc_register(void *lmp, void *handle,
                                                                        void *regfunc)
{
  auto register_plugin = (lammpsplugin_regfunc) regfunc;
  lammpsplugin_t plugin;
  plugin.version = LAMMPS_VERSION;
  plugin.author = "USER-INMVISC developers";
  plugin.handle = handle;
  for (const auto &s : styles) {
    plugin.style = s.kind;
    plugin.name = s.name;
    plugin.info = s.info;
    plugin.creator.v2 = s.creator;
    (*register_plugin)(&plugin, lmp);
    add_where_missing(((LAMMPS *) lmp)->modify, s);
  }
}
