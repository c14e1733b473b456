/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

/* ----------------------------------------------------------------------
   LAMMPS with the styles of this package, for LAMMPS libraries without the
   PLUGIN package, such as those of Linux distributions: an executable that
   adds our styles before it reads input.

   In such a LAMMPS the command "plugin" is undefined.  Define it here so that
   input for the plugin, "plugin load .../inmviscplugin.so", works unchanged.
   It adds the styles again after the command "clear" has dropped them.
------------------------------------------------------------------------- */

#include "inmvisc_guard.h"

#include "comm.h"
#include "command.h"
#include "error.h"
#include "exceptions.h"
#include "input.h"
#include "lammps.h"
#include "lammpsplugin.h"
#include "modify.h"

#define LAMMPS_LIB_MPI 1    // lammps_open with a communicator
#include "library.h"

#include <cstdio>
#include <cstring>
#include <exception>
#include <mpi.h>
#include <string>

using namespace LAMMPS_NS;

extern "C" void inmvisc_register(void *lmp, void *handle, void *regfunc);

namespace {

// registers a style as LAMMPS's PLUGIN package would

void add_style(lammpsplugin_t *style, void *ptr)
{
  auto lmp = (LAMMPS *) ptr;
  if (strcmp(style->style, "compute") == 0)
    (*lmp->modify->compute_map)[style->name] = (Modify::ComputeCreator) style->creator.v2;
  else if (strcmp(style->style, "fix") == 0)
    (*lmp->modify->fix_map)[style->name] = (Modify::FixCreator) style->creator.v2;
  else
    lmp->error->all(FLERR, std::string("lmp_inmvisc cannot add a style of kind ") + style->style);
}

void add_styles(LAMMPS *lmp)
{
  inmvisc_register(lmp, nullptr, (void *) &add_style);
}

class Plugin : public Command {
 public:
  Plugin(LAMMPS *lmp) : Command(lmp) {}

  void command(int narg, char **arg) override
  {
    static const char ours[] = "inmviscplugin.so";
    const std::string file = (narg == 2) ? arg[1] : "";
    const size_t begin = file.rfind('/') + 1;    // base name
    if (narg != 2 || strcmp(arg[0], "load") != 0 || file.compare(begin, file.npos, ours) != 0)
      error->all(FLERR,
                 std::string("This LAMMPS has no PLUGIN package; of the command plugin, "
                             "lmp_inmvisc knows only: plugin load ") +
                     ours);
    add_styles(lmp);
  }
};

Command *plugin(LAMMPS *lmp)
{
  return new Plugin(lmp);
}

void run(LAMMPS *lmp)
{
  add_styles(lmp);
  lmp->input->command_map->insert(std::make_pair("plugin", &plugin));    // unless defined
  lmp->input->file();
}
}    // namespace

/* ---------------------------------------------------------------------- */

int main(int argc, char **argv)
{
  MPI_Init(&argc, &argv);
  int failed = 1;
  void *lmp = lammps_open(argc, argv, MPI_COMM_WORLD, nullptr);
  if (lmp && INMVISC_NS::fits(lmp, "lmp_inmvisc")) {
    try {
      run((LAMMPS *) lmp);
      failed = 0;
    } catch (const LAMMPSAbortException &) {    // on one rank, the others are waiting
      MPI_Abort(MPI_COMM_WORLD, 1);
    } catch (const LAMMPSException &) {    // on all ranks, already printed by LAMMPS
    } catch (const std::exception &e) {
      fprintf(stderr, "%s\n", e.what());
      MPI_Abort(MPI_COMM_WORLD, 1);
    }
  }
  // like LAMMPS's own executable, do not clean up after an error
  if (!failed) lammps_close(lmp);
  MPI_Barrier(MPI_COMM_WORLD);
  MPI_Finalize();
  return failed;
}
