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

// stop all ranks with the text of an inm_status unless it is INM_OK on every one.  collective

void check_status(LAMMPS_NS::LAMMPS *, int status, const std::string &what);

// stop if no run is under way: positions, ghosts and neighbor lists are then not those of a time step

void require_run(LAMMPS_NS::LAMMPS *, const std::string &caller);

// stop unless so many bytes are available: have is 0 if unknown, limit is the user's or 0.
// collective, with the same values on all ranks

void require_memory(LAMMPS_NS::LAMMPS *, const std::string &caller, const std::string &what,
                    const std::string &where, double need, double have, double limit,
                    const std::string &advice);

// the same for the output array of a compute, nbin rows for the bins of compute inm/dos

void check_bins(LAMMPS_NS::LAMMPS *, const std::string &caller, int nbin, int columns);

}    // namespace INMVISC_NS

#endif
