/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#include "compute_affine_gamma.h"

#include "inmvisc_check.h"
#include "inmvisc_compat.h"
#include "inmvisc_force_probe.h"
#include "inmvisc_parser.h"

#include "atom.h"
#include "citeme.h"
#include "comm.h"
#include "domain.h"
#include "error.h"
#include "force.h"
#include "memory.h"
#include "modify.h"
#include "update.h"

#include <algorithm>
#include <cmath>
#include <cstring>

using namespace LAMMPS_NS;
using namespace INMVISC_NS;

// displacement along k proportional to the coordinate c, as change_box xy, xz, yz

struct Plane {
  const char *name;
  int k, c;
};
// below the first, the rounding of coordinates and forces is more than a few digits of the result

static constexpr double MIN_STRAIN = 1.0e-10, MAX_STRAIN = 0.1;

static const Plane planes[3] = {{"xy", 0, 1}, {"xz", 0, 2}, {"yz", 1, 2}};

static const char cite_compute_affine_gamma[] =
    "compute affine/gamma command: J. Stat. Phys. 123, 415 (2006)\n\n"
    "@Article{Lemaitre06,\n"
    " author = {A. Lema{\\^i}tre and C. Maloney},\n"
    " title = {Sum Rules for the Quasi-Static and Visco-Elastic Response of Disordered Solids at "
    "Zero Temperature},\n"
    " journal = {J.\\ Stat.\\ Phys.},\n"
    " year =    2006,\n"
    " volume =  123,\n"
    " pages =   415\n"
    "}\n\n";

/* ----------------------------------------------------------------------
   compute ID group affine/gamma inm-ID keyword values ...
------------------------------------------------------------------------- */

ComputeAffineGamma::ComputeAffineGamma(LAMMPS *lmp, int narg, char **arg) :
    Compute(lmp, narg, arg), inm(nullptr), first_plane(0), nplanes(domain->dimension == 2 ? 1 : 3),
    method(HESSIAN), strain(0.0), snapshot_step(-1)
{
  if (lmp->citeme) lmp->citeme->add(cite_compute_affine_gamma);

  me = fmt::format("Compute affine/gamma {}", id);
  KeywordParser in(lmp, me, narg, arg, 3);

  inm_id = in.word("inm-ID");
  while (in.more()) {
    const std::string key = in.keyword();
    if (key == "plane") {
      const std::string name = in.choice("plane", {"avg", "xy", "xz", "yz"});
      for (int p = 0; p < 3; p++)
        if (name == planes[p].name) {
          first_plane = p;
          nplanes = 1;
        }
      if (domain->dimension == 2 && first_plane != 0) in.fail("plane must be xy in 2d");
    } else if (key == "method") {
      method = (in.choice("method", {"hessian", "strain"}) == "hessian") ? HESSIAN : STRAIN;
      if (method == STRAIN) {
        strain = in.number("method strain eps");
        if (!(strain > MIN_STRAIN && strain < MAX_STRAIN))
          in.fail(
              fmt::format("method strain eps must lie between {} and {}", MIN_STRAIN, MAX_STRAIN));
      }
    } else {
      in.unknown();
    }
  }

  // the bins are those of compute inm/dos, so it must be there

  inm = ComputeInmDos::require(lmp, inm_id, me);

  check_bins(lmp, me, inm->nbins(), 4);
  array_flag = peratom_flag = local_flag = 1;
  extarray = 0;
  size_array_rows = inm->nbins();
  size_array_cols = 4;
  size_peratom_cols = 9;
  size_local_cols = 2;
  size_local_rows = 0;
  memory->create(array, size_array_rows, size_array_cols, "affine/gamma:array");
  std::fill(array[0], array[0] + (size_t) size_array_rows * size_array_cols, NAN);
}

ComputeAffineGamma::~ComputeAffineGamma()
{
  memory->destroy(array);
  memory->destroy(array_atom);
  memory->destroy(array_local);
}

/* looked up at every use: a run without set-up (pre no) may follow when it was deleted */

void ComputeAffineGamma::find_inm()
{
  inm = ComputeInmDos::require(lmp, inm_id, me);
  if (inm->igroup != igroup)
    error->all(FLERR, "{}: its group must be that of compute inm/dos {}", me, inm_id);
  if (inm->nbins() != size_array_rows)
    error->all(FLERR, "{}: compute inm/dos {} has another number of bins than before", me, inm_id);
}

void ComputeAffineGamma::init()
{
  find_inm();
  inm->add_projector(id);
  snapshot_step = -1;
}

/* ----------------------------------------------------------------------
   Asked for by compute inm/dos before it solves.  xi [3][nrow][3]
------------------------------------------------------------------------- */

void ComputeAffineGamma::affine_force(HessianBuilder &builder, double *xi)
{
  if (method == HESSIAN)
    from_hessian(builder, xi);
  else
    from_strain(builder, xi);
  keep_peratom(builder.sites(), xi);
}

void ComputeAffineGamma::keep_peratom(const HessianSites &sites, const double *xi)
{
  const size_t nrow = sites.atom_of_row.size();

  xi_atom.assign(9 * (size_t) atom->nlocal, 0.0);
  for (size_t r = 0; r < nrow; r++)
    for (int p = 0; p < 3; p++)
      for (int a = 0; a < 3; a++)
        xi_atom[9 * (size_t) sites.atom_of_row[r] + 3 * p + a] = xi[3 * (p * nrow + r) + a];
}

void ComputeAffineGamma::from_hessian(HessianBuilder &builder, double *xi) const
{
  const size_t n = 3 * builder.sites().atom_of_row.size();
  for (int p = 0; p < 3; p++)
    inm_hessian_affine_force(builder.hessian(), planes[p].k, planes[p].c, &xi[p * n]);
}

/* ----------------------------------------------------------------------
   Xi = d f / d gamma by a central difference: all atoms and their images
   move with the strain, so the box need not.
------------------------------------------------------------------------- */

void ComputeAffineGamma::from_strain(HessianBuilder &builder, double *xi) const
{
  const std::vector<int> &atoms = builder.sites().atom_of_row;
  ForceProbe probe(lmp);

  if (force->kspace && !domain->triclinic)
    error->all(FLERR,
               "{}: method strain with a kspace style needs a triclinic box (change_box all "
               "triclinic); method hessian does not",
               me);
  std::fill(xi, xi + 9 * atoms.size(), 0.0);
  probe.open();
  for (int p = 0; p < (domain->dimension == 2 ? 1 : 3); p++)
    for (int sign = 1; sign >= -1; sign -= 2) {
      probe.shear(planes[p].k, planes[p].c, sign * strain);
      const double *f = probe.forces();
      for (size_t r = 0; r < atoms.size(); r++)
        for (int a = 0; a < 3; a++)
          xi[3 * (p * atoms.size() + r) + a] +=
              sign * f[3 * (size_t) atoms[r] + a] / (2.0 * strain);
    }
  probe.close();
}

/* ---------------------------------------------------------------------- */

int ComputeAffineGamma::first_vector() const
{
  const int first = inm->first_projection(id);
  if (first < 0) error->all(FLERR, "{}: compute inm/dos {} was invoked without it", me, inm_id);
  return first + first_plane;
}

void ComputeAffineGamma::snapshot()
{
  if (snapshot_step == update->ntimestep) return;
  require_run(lmp, me);
  find_inm();
  inm->snapshot();

  const inm_modes &modes = inm->modes();
  xi2.resize(modes.n + 1);
  inm_mean_projection(&modes, first_vector(), nplanes, xi2.data());
  if (inm->has_moments())
    check_status(
        lmp, inm_kpm_gamma(inm->moments(), first_vector(), nplanes, &inm->bins(), array[0]), me);
  else
    inm_gamma(&modes, &inm->bins(), xi2.data(), inm->mean_mass(), array[0]);
  tabulate_local();

  snapshot_step = update->ntimestep;
  invoked_array = invoked_local = snapshot_step;
}

void ComputeAffineGamma::tabulate_peratom()
{
  memory->destroy(array_atom);
  memory->create(array_atom, std::max(atom->nmax, 1), size_peratom_cols, "affine/gamma:array_atom");

  std::copy(xi_atom.begin(), xi_atom.end(), array_atom[0]);
}

void ComputeAffineGamma::tabulate_local()
{
  size_t first, last;
  inm->mode_slice(first, last);

  size_local_rows = (int) (last - first);
  memory->destroy(array_local);
  memory->create(array_local, std::max(size_local_rows, 1), size_local_cols,
                 "affine/gamma:array_local");
  for (size_t p = first; p < last; p++) {
    array_local[p - first][0] = inm->modes().lambda[p];
    array_local[p - first][1] = xi2[p];
  }
}

void ComputeAffineGamma::compute_array()
{
  snapshot();
}

/* the affine force is read off the blocks: no modes are needed */

void ComputeAffineGamma::compute_peratom()
{
  find_inm();
  inm->assemble();
  tabulate_peratom();
  invoked_peratom = update->ntimestep;
}

void ComputeAffineGamma::compute_local()
{
  snapshot();
}

double ComputeAffineGamma::memory_usage()
{
  return 8.0 *
      ((double) xi_atom.size() + (double) xi2.size() + (double) atom->nmax * size_peratom_cols +
       (double) size_local_rows * size_local_cols);
}
