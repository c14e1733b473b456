/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

/* ----------------------------------------------------------------------
   Hessian of any force field by central differences of the forces:
     H_jb,ia = -[f_jb(r_ia + h) - f_jb(r_ia - h)] / 2h
   The force of a row is read by the rank that owns it, so no rank needs
   to know both atoms of a block.
------------------------------------------------------------------------- */

#include "inmvisc_compat.h"
#include "inmvisc_force_probe.h"
#include "inmvisc_hessian.h"

#include "inm/inm_hessian.h"

#include "atom.h"
#include "domain.h"
#include "force.h"
#include "kspace.h"
#include "pair.h"

#include <algorithm>
#include <cmath>

using namespace LAMMPS_NS;
using namespace INMVISC_NS;

namespace {

// an atom to be displaced, known to all ranks

struct Site {
  double tag, x[3];    // the tag as double: exact up to 2^53
};

class NumericProvider : public HessianProvider {
 public:
  NumericProvider(LAMMPS *lmp, double delta_in) :
      HessianProvider(lmp), delta(delta_in), h(0.0), whole(true)
  {
  }

  std::string refusal() const override { return ""; }
  std::string description() const override;
  std::string affine_refusal() const override;
  double step() const override { return h; }
  void fill(inm_hessian *, const HessianRows &, NeighList *) override;

 private:
  double delta;    // the user's, 0 = default
  double h;        // the one used
  bool whole;      // the group is all atoms
  bigint nevaluations;

  std::vector<Site> gather_sites(const HessianRows &) const;
  void displace(ForceProbe &, const Site &, const HessianRows &, std::vector<double> &columns);
  bool images_apart() const;
};

std::string NumericProvider::description() const
{
  return fmt::format("central differences of forces, {} evaluations, displacement {:.3g}",
                     nevaluations, h);
}

/* ----------------------------------------------------------------------
   All images of an atom move together, so a block is the sum over images.
   The vector to the image is only known if no two images of an atom are in
   reach of another atom.  Many-body forces reach twice the cutoff.
------------------------------------------------------------------------- */

bool NumericProvider::images_apart() const
{
  const double reach = (force->pair && force->pair->manybody_flag ? 2.0 : 1.0) *
      (force->pair ? force->pair->cutforce : 0.0);
  for (int a = 0; a < domain->dimension; a++)
    if (domain->periodicity[a] && domain->prd[a] < 2.0 * reach) return false;
  return domain->triclinic == 0;
}

std::string NumericProvider::affine_refusal() const
{
  if (force->kspace) return "kspace forces reach all images";
  if (!whole) return "blocks of atoms outside the group were not computed";
  if (!images_apart()) return "images of an atom are not told apart in a box this small or tilted";
  return "";
}

std::vector<Site> NumericProvider::gather_sites(const HessianRows &rows) const
{
  std::vector<Site> mine(rows.atom_of_row.size());
  for (size_t r = 0; r < mine.size(); r++) {
    const int i = rows.atom_of_row[r];
    mine[r] = {(double) atom->tag[i], {atom->x[i][0], atom->x[i][1], atom->x[i][2]}};
  }

  int nprocs, n = 4 * (int) mine.size();
  MPI_Comm_size(world, &nprocs);
  std::vector<int> count(nprocs), offset(nprocs, 0);
  MPI_Allgather(&n, 1, MPI_INT, count.data(), 1, MPI_INT, world);
  for (int r = 1; r < nprocs; r++) offset[r] = offset[r - 1] + count[r - 1];

  std::vector<Site> all((offset[nprocs - 1] + count[nprocs - 1]) / 4);
  MPI_Allgatherv(mine.data(), n, MPI_DOUBLE, all.data(), count.data(), offset.data(), MPI_DOUBLE,
                 world);
  std::sort(all.begin(), all.end(), [](const Site &a, const Site &b) {
    return a.tag < b.tag;
  });
  return all;
}

/* columns [nrow][3][3]: blocks of all rows with the column of one atom */

void NumericProvider::displace(ForceProbe &probe, const Site &site, const HessianRows &rows,
                               std::vector<double> &columns)
{
  const size_t nrow = rows.atom_of_row.size();

  std::fill(columns.begin(), columns.end(), 0.0);
  for (int b = 0; b < domain->dimension; b++)
    for (int sign = 1; sign >= -1; sign -= 2) {
      probe.shift_atom((tagint) site.tag, b, sign * h);
      const double *f = probe.forces();
      nevaluations++;
      for (size_t r = 0; r < nrow; r++)
        for (int a = 0; a < 3; a++)
          columns[9 * r + 3 * a + b] -= sign * f[3 * (size_t) rows.atom_of_row[r] + a] / (2.0 * h);
    }
}

void NumericProvider::fill(inm_hessian *hessian, const HessianRows &rows, NeighList *)
{
  const std::vector<Site> sites = gather_sites(rows);
  const size_t nrow = rows.atom_of_row.size();
  std::vector<double> columns(9 * nrow);
  ForceProbe probe(lmp);
  int status = INM_OK;

  h = (delta > 0.0) ? delta : 1.0e-6 * atom_spacing(lmp);
  whole = ((bigint) sites.size() == atom->natoms);
  nevaluations = 0;

  probe.open();
  for (const Site &site : sites) {
    displace(probe, site, rows, columns);
    for (size_t r = 0; r < nrow && status == INM_OK; r++) {
      const double *block = &columns[9 * r];
      if (std::all_of(block, block + 9, [](double k) {
            return k == 0.0;
          }))
        continue;
      const int i = rows.atom_of_row[r];
      if (atom->tag[i] == (tagint) site.tag) {
        inm_hessian_add_diagonal(hessian, r, block);
        continue;
      }
      double dr[3] = {atom->x[i][0] - site.x[0], atom->x[i][1] - site.x[1],
                      atom->x[i][2] - site.x[2]};
      minimg(domain, dr, rank1());
      status = inm_hessian_add(hessian, r, (int64_t) site.tag, dr, block);
    }
  }
  probe.close();
  check_status(lmp, status, "assembling the numeric Hessian");
}
}    // namespace

std::unique_ptr<HessianProvider> INMVISC_NS::make_numeric_provider(LAMMPS *lmp, double delta)
{
  return std::unique_ptr<HessianProvider>(new NumericProvider(lmp, delta));
}
