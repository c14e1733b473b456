/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#include "inmvisc_restart_store.h"

#include "inmvisc_compat.h"

#include "fmt/format.h"
#include "modify.h"

#include <algorithm>

#if __has_include("fix_store_global.h")
#include "fix_store_global.h"
typedef LAMMPS_NS::FixStoreGlobal Store;
static constexpr char COMMAND[] = "{} all STORE/GLOBAL {} 1";
#else    // before 2023
#include "fix_store.h"
typedef LAMMPS_NS::FixStore Store;
static constexpr char COMMAND[] = "{} all STORE global {} 1";
#endif

using namespace LAMMPS_NS;
using namespace INMVISC_NS;

/* store the count first, since a restart file may come from another version */

RestartStore::RestartStore(LAMMPS *lmp, const std::string &compute_id, int n) :
    Pointers(lmp), id(compute_id + "_COMPUTE_STORE"), restored(false)
{
  auto store = static_cast<Store *>(modify->add_fix(fmt::format(COMMAND, id, n + 1)));

  restored = store->restart_reset && store->vstore[0] == n;
  store->restart_reset = 0;
  if (restored) return;
  store->reset_global(n + 1, 1);
  std::fill(store->vstore, store->vstore + n + 1, 0.0);
  store->vstore[0] = n;
}

RestartStore::~RestartStore()
{
  if (modify->nfix && fix_by_id(modify, id, rank1())) modify->delete_fix(id);
}

double *RestartStore::values() const
{
  auto store = static_cast<Store *>(fix_by_id(modify, id, rank1()));
  return store ? store->vstore + 1 : nullptr;
}
