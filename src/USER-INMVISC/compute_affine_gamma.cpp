/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#include "compute_affine_gamma.h"

#include "compute_inm_dos.h"
#include "inmvisc_affine_force.h"
#include "inmvisc_check.h"
#include "inmvisc_compat.h"
#include "inmvisc_ghosts.h"
#include "inmvisc_outputs.h"
#include "inmvisc_parser.h"
#include "inmvisc_snapshot.h"

#include "inm/inm_modes.h"

#include "atom.h"
#include "citeme.h"
#include "domain.h"
#include "error.h"
#include "memory.h"
#include "modify.h"
#include "update.h"

#include <algorithm>
#include <cmath>

using namespace LAMMPS_NS;
using namespace INMVISC_NS;
using namespace INMVISC_NS::AFFINE_GAMMA;

// below MIN_STRAIN, rounding of coordinates and forces costs more than a few digits

static constexpr double MIN_STRAIN = 1.0e-10, MAX_STRAIN = 0.1;

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

/* ---------------------------------------------------------------------- */

ComputeAffineGamma::ComputeAffineGamma(LAMMPS *lmp, int narg, char **arg) :
    Compute(lmp, narg, arg), inm(nullptr), first_plane(0),
    nplanes(domain->dimension == 2 ? 1 : NPLANE), tabulated_step(-1), tabulated(0), xi2()
{
  if (lmp->citeme) lmp->citeme->add(cite_compute_affine_gamma);

  label = fmt::format("Compute affine/gamma {}", id);
  parse(narg, arg);

  // compute inm/dos must exist, since it defines the bins

  inm = ComputeInmDos::require(lmp, inm_id, label);
  check_bins(lmp, label, inm->nbins(), NARRAY);
  array_flag = peratom_flag = local_flag = 1;
  extarray = 0;
  size_array_rows = inm->nbins();
  size_array_cols = NARRAY;
  size_peratom_cols = NPERATOM;
  size_local_cols = NLOCAL;
  size_local_rows = 0;
  memory->create(array, size_array_rows, size_array_cols, "affine/gamma:array");
  std::fill(array[0], array[0] + (size_t) size_array_rows * size_array_cols, NAN);
}

ComputeAffineGamma::~ComputeAffineGamma()
{
  memory->destroy(array);
  memory->destroy(array_atom);
  memory->destroy(array_local);
  inm_measure_free(&xi2);
}

/* ----------------------------------------------------------------------
   compute ID group affine/gamma inm-ID keyword values ...
------------------------------------------------------------------------- */

void ComputeAffineGamma::parse(int narg, char **arg)
{
  KeywordParser in(lmp, label, narg, arg, 3);
  AffineForce wanted;
  wanted.label = label;

  inm_id = in.word("inm-ID");
  while (in.more()) {
    const std::string key = in.keyword();
    if (key == "plane") {
      const std::string name = in.choice("plane", {"avg", "xy", "xz", "yz"});
      for (int p = 0; p < NPLANE; p++)
        if (name == shear_planes[p].name) {
          first_plane = p;
          nplanes = 1;
        }
      if (domain->dimension == 2 && first_plane != 0) in.fail("plane must be xy in 2d");
    } else if (key == "method") {
      const bool hessian = (in.choice("method", {"hessian", "strain"}) == "hessian");
      wanted.method = hessian ? AffineForce::HESSIAN : AffineForce::STRAIN;
      if (hessian) continue;
      wanted.strain = in.number("method strain eps");
      if (!(wanted.strain > MIN_STRAIN && wanted.strain < MAX_STRAIN))
        in.fail(
            fmt::format("method strain eps must lie between {} and {}", MIN_STRAIN, MAX_STRAIN));
    } else {
      in.unknown();
    }
  }
  force_field = std::make_shared<AffineForce>(wanted);
}

/* look up at every use: with run pre no, the compute may have been deleted since init() */

void ComputeAffineGamma::find_inm()
{
  inm = ComputeInmDos::require(lmp, inm_id, label);
  if (inm->igroup != igroup)
    error->all(FLERR, "{}: must use the same group as compute inm/dos {}", label, inm_id);
  if (inm->nbins() != size_array_rows)
    error->all(FLERR, "{}: the number of bins of compute inm/dos {} has changed", label, inm_id);
}

ComputeAffineGamma *ComputeAffineGamma::require(LAMMPS *lmp, const std::string &id,
                                                const std::string &caller)
{
  auto gamma = dynamic_cast<ComputeAffineGamma *>(compute_by_id(lmp->modify, id, rank1()));
  if (!gamma) lmp->error->all(FLERR, "{}: there is no compute affine/gamma with ID {}", caller, id);
  return gamma;
}

ComputeAffineGamma *ComputeAffineGamma::require(LAMMPS *lmp, const std::string &id,
                                                const ComputeInmDos *inm, int igroup,
                                                const std::string &caller)
{
  ComputeAffineGamma *gamma = require(lmp, id, caller);
  if (gamma->inm_id != inm->id)
    lmp->error->all(FLERR, "{}: compute affine/gamma {} uses the modes of {}, not of {}", caller,
                    id, gamma->inm_id, inm->id);
  if (inm->igroup != igroup)
    lmp->error->all(FLERR, "{}: must use the same group as compute inm/dos {}", caller, inm->id);
  return gamma;
}

Criterion ComputeAffineGamma::criterion(const Cutoff &cutoff) const
{
  Criterion c;
  c.force = force_field;
  c.first_plane = first_plane;
  c.nplanes = nplanes;
  c.cutoff = cutoff;
  return c;
}

/* repeat the request: the snapshot may belong to a new compute with the same ID */

void ComputeAffineGamma::request()
{
  find_inm();
  force_field = inm->snapshot()->want(*force_field);
}

void ComputeAffineGamma::init()
{
  request();
  tabulated_step = -1;
  tabulated = 0;
}

std::shared_ptr<AffineForce> ComputeAffineGamma::request_bulk()
{
  request();
  AffineForce wanted = *force_field;
  wanted.channel = AffineForce::BULK;
  const auto bulk = inm->snapshot()->want(wanted);
  bulk_force = bulk;
  return bulk;
}

int ComputeAffineGamma::first_vector() const
{
  if (force_field->first < 0)
    error->all(FLERR, "{}: compute inm/dos {} was invoked before this compute was set up", label,
               inm_id);
  return force_field->first + first_plane;
}

/* ---- outputs ---------------------------------------------------------------------------------- */

void ComputeAffineGamma::tabulate()
{
  if (tabulated_step == update->ntimestep && update->whichflag == 0) return;
  require_run(lmp, label);
  find_inm();
  inm->tabulate();
  if (tabulated == inm->snapshot()->version()) return;

  check_status(
      lmp, inm_spectrum_projected(inm->snapshot()->spectrum(), first_vector(), nplanes, 1.0, &xi2),
      label);
  tabulate_bins();
  tabulate_local();

  tabulated = inm->snapshot()->version();
  tabulated_step = update->ntimestep;
  invoked_array = invoked_local = tabulated_step;
}

/* Gamma of the shear planes, and that of volumetric strain if it was projected */

void ComputeAffineGamma::tabulate_bins()
{
  enum { W, GAMMA, GAMMA_M, SUM, NGAMMA };    // columns of inm_gamma()
  const inm_spectrum *spectrum = inm->snapshot()->spectrum();
  const auto bulk = bulk_force.lock();
  const bool is_projected = bulk && bulk->first >= 0;
  std::vector<double> shear((size_t) size_array_rows * NGAMMA), volume(shear.size(), NAN);

  check_status(lmp, inm_gamma(spectrum, first_vector(), nplanes, &inm->bins(), shear.data()),
               label);
  if (is_projected)
    check_status(lmp, inm_gamma(spectrum, bulk->first, 1, &inm->bins(), volume.data()), label);
  for (int b = 0; b < size_array_rows; b++) {
    std::copy_n(&shear[(size_t) b * NGAMMA], (int) NGAMMA, array[b]);
    array[b][OUT_Gamma_bulk] = volume[(size_t) b * NGAMMA + GAMMA];
  }
}

/* of the snapshot, if it was projected, else found now */

std::vector<double> ComputeAffineGamma::volumetric_force() const
{
  const auto bulk = bulk_force.lock();
  if (bulk && bulk->first >= 0) return bulk->xi;

  AffineForce volumetric = *force_field;
  volumetric.channel = AffineForce::BULK;
  const CurrentGhosts ghosts(lmp);    // for method strain
  volumetric.compute(lmp, inm->snapshot()->builder);
  return volumetric.xi;
}

void ComputeAffineGamma::tabulate_peratom()
{
  memory->destroy(array_atom);
  memory->create(array_atom, std::max(atom->nmax, 1), size_peratom_cols, "affine/gamma:array_atom");

  const std::vector<int> &rows = inm->snapshot()->builder.sites().atom_of_row;
  const double *xi = force_field->xi.data();
  const std::vector<double> volumetric = volumetric_force();
  std::fill(array_atom[0], array_atom[0] + (size_t) atom->nlocal * size_peratom_cols, 0.0);
  for (size_t r = 0; r < rows.size(); r++)
    for (int a = 0; a < 3; a++) {
      for (int p = 0; p < NPLANE; p++)
        array_atom[rows[r]][OUT_Xi_xy_x + 3 * p + a] = xi[3 * (p * rows.size() + r) + a];
      array_atom[rows[r]][OUT_Xi_V_x + a] = volumetric[3 * r + a];
    }
}

/* same distribution and order of rows as in compute inm/dos */

void ComputeAffineGamma::tabulate_local()
{
  const inm_modes &modes = inm->snapshot()->modes();
  const int vector_of_plane = first_vector();
  const auto bulk = bulk_force.lock();
  size_t first, last;
  inm->snapshot()->mode_slice(first, last);

  size_local_rows = (int) (last - first);
  memory->destroy(array_local);
  memory->create(array_local, std::max(size_local_rows, 1), size_local_cols,
                 "affine/gamma:array_local");
  for (size_t p = first; p < last; p++) {
    array_local[p - first][OUT_lambda] = modes.lambda[p];
    array_local[p - first][OUT_Xi2] = inm_mean_projection(&modes, vector_of_plane, nplanes, p);
    array_local[p - first][OUT_Xi2_bulk] =
        (bulk && bulk->first >= 0) ? inm_mean_projection(&modes, bulk->first, 1, p) : NAN;
  }
}

void ComputeAffineGamma::compute_array()
{
  tabulate();
}

/* the affine force needs the Hessian only, no modes */

void ComputeAffineGamma::compute_peratom()
{
  find_inm();
  inm->snapshot()->assemble();
  tabulate_peratom();
  invoked_peratom = update->ntimestep;
}

void ComputeAffineGamma::compute_local()
{
  tabulate();
}

double ComputeAffineGamma::memory_usage()
{
  return 8.0 *
      (2.0 * (double) xi2.n + (double) atom->nmax * size_peratom_cols +
       (double) size_local_rows * size_local_cols);
}
