/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#ifndef LMP_INMVISC_GATHER_H
#define LMP_INMVISC_GATHER_H

#include "error.h"
#include "lammps.h"
#include "lmptype.h"

#include <climits>
#include <mpi.h>
#include <vector>

namespace INMVISC_NS {

// Gather the items of all ranks, in rank order, on every rank.  collective

template <class T>
std::vector<T> gather(LAMMPS_NS::LAMMPS *lmp, const std::vector<T> &mine, MPI_Datatype type)
{
  int nprocs, n = (int) mine.size();
  MPI_Comm_size(lmp->world, &nprocs);
  std::vector<int> count(nprocs), offset(nprocs, 0);
  MPI_Allgather(&n, 1, MPI_INT, count.data(), 1, MPI_INT, lmp->world);

  LAMMPS_NS::bigint total = 0;
  for (int r = 0; r < nprocs; r++) {
    offset[r] = (int) total;
    total += count[r];
    if (total > INT_MAX) lmp->error->all(FLERR, "Numeric Hessian: more items than MPI can gather");
  }
  std::vector<T> all(total);
  MPI_Allgatherv(mine.data(), n, type, all.data(), count.data(), offset.data(), type, lmp->world);
  return all;
}
}    // namespace INMVISC_NS

#endif
