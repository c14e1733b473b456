/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

/* ----------------------------------------------------------------------
   Registers the styles of the package with the LAMMPS that loads it.  Part of
   inmvisc_styles.so, which inmviscplugin.so loads after it has checked that
   LAMMPS is compatible.
------------------------------------------------------------------------- */

#include "compute_affine_gamma.h"
#include "compute_inm_dos.h"
#include "compute_inm_modulus.h"
#include "compute_ulinm_viscosity.h"
#include "fix_orthogonal_dynamics.h"

#include "lammps.h"
#include "lammpsplugin.h"
#include "modify.h"
#include "version.h"

#include <cstdio>
#include <cstring>
#include <memory>

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
  const char *kind, *name;
  lammpsplugin_factory2 *creator;
};

const Style styles[] = {
    {"compute", "inm/dos", (lammpsplugin_factory2 *) &compute<ComputeInmDos>},
    {"compute", "affine/gamma", (lammpsplugin_factory2 *) &compute<ComputeAffineGamma>},
    {"compute", "inm/modulus", (lammpsplugin_factory2 *) &compute<ComputeInmModulus>},
    {"compute", "ulinm/viscosity", (lammpsplugin_factory2 *) &compute<ComputeUlinmViscosity>},
    {"fix", "orthogonal/dynamics", (lammpsplugin_factory2 *) &fix<FixOrthogonalDynamics>},
};

constexpr char INFO[] =
    "shear viscosity and complex moduli from instantaneous normal modes (compute inm/dos, compute "
    "affine/gamma, compute ulinm/viscosity, compute inm/modulus, fix orthogonal/dynamics)";

// LAMMPS prints a line for each registered style; the first line names all styles, so suppress the
// others

class Silence {
 public:
  Silence(LAMMPS *l) : lmp(l), screen(l->screen), logfile(l->logfile)
  {
    lmp->screen = lmp->logfile = nullptr;
  }
  ~Silence()
  {
    lmp->screen = screen;
    lmp->logfile = logfile;
  }

 private:
  LAMMPS *lmp;
  FILE *screen, *logfile;
};

// LAMMPS has one list of plugins for the whole process, and does not register styles again for a
// second instance.  So add missing ones here.  This is safe because the code stays in memory until
// the process ends, even if another instance unloads the plugin.

void add_where_missing(Modify *modify, const Style &s)
{
  if (strcmp(s.kind, "compute") == 0)
    modify->compute_map->insert({s.name, (Modify::ComputeCreator) s.creator});
  else
    modify->fix_map->insert({s.name, (Modify::FixCreator) s.creator});
}
}    // namespace

extern "C" __attribute__((visibility("default"))) void inmvisc_register(void *host, void *handle,
                                                                        void *regfunc)
{
  auto lmp = (LAMMPS *) host;
  auto register_plugin = (lammpsplugin_regfunc) regfunc;
  std::unique_ptr<Silence> silence;
  lammpsplugin_t plugin;
  plugin.version = LAMMPS_VERSION;
  plugin.author = "USER-INMVISC developers";
  plugin.info = INFO;
  plugin.handle = handle;
  for (const auto &s : styles) {
    plugin.style = s.kind;
    plugin.name = s.name;
    plugin.creator.v2 = s.creator;
    (*register_plugin)(&plugin, lmp);
    if (!silence) silence.reset(new Silence(lmp));
    add_where_missing(lmp->modify, s);
  }
}
