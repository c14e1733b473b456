/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#include "inmvisc_check.h"

#include "inmvisc_units.h"

#include "inm/inm_machine.h"
#include "inm/inm_status.h"

#include "error.h"
#include "lammps.h"
#include "update.h"

#include "fmt/format.h"

using namespace LAMMPS_NS;

void INMVISC_NS::check_status(LAMMPS *lmp, int status, const std::string &what)
{
  const inm_status worst = inm_status_sync((inm_status) status, lmp->world);
  if (worst != INM_OK)
    lmp->error->all(FLERR, "USER-INMVISC: {} failed: {}", what, inm_strerror(worst));
}

void INMVISC_NS::require_run(LAMMPS *lmp, const std::string &caller)
{
  if (lmp->update->whichflag == 0)
    lmp->error->all(
        FLERR,
        "{}: used between runs and not current: an output of the last step, also of run 0, "
        "must ask for it (thermo_style custom, fix ave/time, dump, ...)",
        caller);
}

void INMVISC_NS::require_memory(LAMMPS *lmp, const std::string &caller, const std::string &what,
                                const std::string &where, double need, double have, double limit,
                                const std::string &advice)
{
  if (have == 0.0 || need <= have) return;
  const bool by_keyword = (limit > 0.0 && have >= limit);
  lmp->error->all(FLERR, "{}: {} needs {:.3g} GB on {}, but only {:.3g} GB are {}; use {}", caller,
                  what, need / GB, where, have / GB,
                  by_keyword ? "allowed (keyword memory)" : "available", advice);
}

void INMVISC_NS::check_bins(LAMMPS *lmp, const std::string &caller, int nbin, int columns)
{
  double need, have;
  inm_node_memory(lmp->world, (double) sizeof(double) * columns * nbin, 0.0, &need, &have);
  require_memory(lmp, caller, fmt::format("an array of Nbin = {} rows", nbin), "a node", need, have,
                 0.0, "fewer bins");
}
