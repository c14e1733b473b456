/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#ifndef LMP_INMVISC_CHECK_H
#define LMP_INMVISC_CHECK_H

#include "lmptype.h"

#include <string>

namespace LAMMPS_NS {
class LAMMPS;
}

namespace INMVISC_NS {

// stop with the text of an inm_status unless it is INM_OK on all ranks.  collective

void check_status(LAMMPS_NS::LAMMPS *, int status, const std::string &what);

// stop outside a run, when positions, ghosts and neighbor lists are not those of one time step

void require_run(LAMMPS_NS::LAMMPS *, const std::string &caller);

// stop unless need bytes are available; have is 0 if unknown, limit 0 if the user set none.
// collective, with the same values on all ranks

void require_memory(LAMMPS_NS::LAMMPS *, const std::string &caller, const std::string &what,
                    const std::string &where, double need, double have, double limit,
                    const std::string &advice);

// the same for the output array of a compute, nbin rows for the bins of compute inm/dos

void check_bins(LAMMPS_NS::LAMMPS *, const std::string &caller, int nbin, int columns);

}    // namespace INMVISC_NS

#endif
