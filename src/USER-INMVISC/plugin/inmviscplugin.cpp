/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

/* ----------------------------------------------------------------------
   USER-INMVISC: shear viscosity from instantaneous normal modes.

   This file uses no C++ class of LAMMPS, so any LAMMPS can load it.  It compares
   LAMMPS with the version that it was built for, and only then loads
   inmvisc_styles.so from the same folder, which has the C++ classes.
------------------------------------------------------------------------- */

// the only exported symbol; everything else is compiled with hidden visibility

#pragma GCC visibility push(default)
#include "lammpsplugin.h"
#pragma GCC visibility pop

#include "inmvisc_guard.h"
#include "inmvisc_load_error.h"

#include <dlfcn.h>
#include <string>

using namespace INMVISC_NS;

namespace {

// inmvisc_styles.so is in the folder of this file

std::string styles_file()
{
  Dl_info here;
  if (!dladdr((void *) &styles_file, &here) || !here.dli_fname) return "inmvisc_styles.so";
  const std::string path(here.dli_fname);
  const size_t slash = path.rfind('/');
  return (slash == std::string::npos ? "./" : path.substr(0, slash + 1)) + "inmvisc_styles.so";
}
}    // namespace

extern "C" void lammpsplugin_init(void *lmp, void *handle, void *regfunc)
{
  if (!fits(lmp, "inmviscplugin.so")) return;

  const std::string file = styles_file();
  void *styles = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  void *symbol = styles ? dlsym(styles, "inmvisc_register") : nullptr;
  if (!symbol) {
    warn(lmp,
         "inmviscplugin.so cannot load its styles, they are not available: " +
             load_error(file, dlerror()));
    return;
  }
  auto register_styles = (void (*)(void *, void *, void *)) symbol;
  (*register_styles)(lmp, handle, regfunc);
}
