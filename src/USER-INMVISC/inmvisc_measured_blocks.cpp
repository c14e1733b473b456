/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#include "inmvisc_measured_blocks.h"

#include "inm/inm_hessian.h"

#include "atom.h"
#include "domain.h"

#include <algorithm>
#include <cmath>

using namespace LAMMPS_NS;
using namespace INMVISC_NS;

MeasuredBlocks::MeasuredBlocks(LAMMPS *lmp, inm_hessian *h_in, const HessianSites &sites) :
    Pointers(lmp), asymmetry(0.0), acoustic(NAN), h(h_in), status(INM_OK),
    row_sum(9 * sites.atom_of_row.size(), 0.0), diagonal(row_sum), uhv(), vhu()
{
  const HostAtoms atoms(lmp);
  for (int i : sites.atom_of_row) own.push_back(atoms.tag(i));
}

/* the n-th pair of random fields at an atom */

void MeasuredBlocks::fields(tagint tag, int n, double *u, double *v) const
{
  int dimension = domain->dimension;
  random_field(&dimension, 2 * ((int64_t) tag * NFIELD + n), u);
  random_field(&dimension, 2 * ((int64_t) tag * NFIELD + n) + 1, v);
}

static double product(const double *u, const double *k, const double *v)
{
  double sum = 0.0;
  for (int a = 0; a < 3; a++)
    for (int b = 0; b < 3; b++) sum += u[a] * k[3 * a + b] * v[b];
  return sum;
}

void MeasuredBlocks::add(size_t row, tagint column, const double *k)
{
  double u[3], v[3], u_column[3], v_column[3];

  if (status == INM_OK) status = inm_hessian_add_side(h, (int) row, column, k);
  for (int a = 0; a < 9; a++) row_sum[9 * row + a] += k[a];
  if (column == own[row])
    for (int a = 0; a < 9; a++) diagonal[9 * row + a] += k[a];

  for (int n = 0; n < NFIELD; n++) {
    fields(own[row], n, u, v);
    fields(column, n, u_column, v_column);
    uhv[n] += product(u, k, v_column);
    vhu[n] += product(v, k, u_column);
  }
}

static double largest(const std::vector<double> &x)
{
  double size = 0.0;
  for (double element : x) size = std::max(size, fabs(element));
  return size;
}

/* ----------------------------------------------------------------------
   H_ij and H_ji may be on different ranks, so H - H^T is not available.
   Estimate its norm: for independent random numbers u, v of zero mean and
   variance s^2 and any matrix A,
     <(u^T A v)^2> = sum A_ij A_kl <u_i u_k> <v_j v_l> = s^4 |A|_F^2
   and u^T (H -+ H^T) v = u^T H v -+ v^T H u are sums over rows.
------------------------------------------------------------------------- */

void MeasuredBlocks::finish()
{
  double mine[2 * NFIELD + 1], all[2 * NFIELD + 1], odd2 = 0.0, even2 = 0.0;

  check_status(lmp, status, "adding measured blocks to the Hessian");
  std::copy(uhv, uhv + NFIELD, mine);
  std::copy(vhu, vhu + NFIELD, mine + NFIELD);
  mine[2 * NFIELD] = (double) own.size();
  MPI_Allreduce(mine, all, 2 * NFIELD + 1, MPI_DOUBLE, MPI_SUM, world);
  for (int n = 0; n < NFIELD; n++) {
    odd2 += pow(all[n] - all[NFIELD + n], 2);
    even2 += pow(all[n] + all[NFIELD + n], 2);
  }
  asymmetry = (even2 > 0.0) ? sqrt(odd2 / even2) : 0.0;

  const bool whole = (all[2 * NFIELD] == (double) atom->natoms);
  double sizes[2] = {largest(row_sum), largest(diagonal)}, max[2];
  MPI_Allreduce(sizes, max, 2, MPI_DOUBLE, MPI_MAX, world);
  acoustic = !whole ? NAN : (max[1] > 0.0) ? max[0] / max[1] : 0.0;
}
