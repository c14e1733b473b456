/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

/* ----------------------------------------------------------------------
   Hessian of bonds, angles and dihedrals.  born_matrix() of the style has
   U' and U'' with respect to the length of a bond, or to the cosine of an
   angle or a dihedral angle; the geometry is in inm/inm_geometry.h.

   At r = 0, and at straight angles, a style divides 0 by 0, or by a number
   that is not 0 (LAMMPS's forces do: sin(theta) is taken as at least 1e-3).
   Where the energy is smooth its derivatives are the limits from nearby.
------------------------------------------------------------------------- */

#include "inmvisc_compat.h"
#include "inmvisc_gather.h"
#include "inmvisc_provider.h"

#include "inm/inm_geometry.h"

#include "angle.h"
#include "bond.h"
#include "dihedral.h"
#include "force.h"

#include <algorithm>
#include <cmath>

using namespace LAMMPS_NS;
using namespace INMVISC_NS;

namespace {

struct Derivatives {
  double du, du2;
};

// Sine below which LAMMPS damps the forces of angles, and angles to the straight line from which limits
// are taken.

constexpr double DAMPED = 1.0e-3, NEAR = 1.0e-2;

// Limits from two distances are the same if they agree to this.

constexpr double SAME = 1.0e-6;

// Sine below which a singular energy has no second derivatives

constexpr double STRAIGHT = 1.0e-10;

// Distance for limits at r = 0, in distances between atoms, and for differences of u' in bond lengths

constexpr double SHORT = 1.0e-6, STEP = 1.0e-4;

class BondedProvider : public HessianProvider {
 public:
  BondedProvider(LAMMPS *lmp, const ForcePart &part_in) : HessianProvider(lmp), part(part_in) {}

  std::string refusal() const override;
  std::string description() const override { return "bonded, u'' from born_matrix()"; }
  double expected_pairs(const HessianSites &, NeighList *) const override;
  void fill(inm_hessian *, const HessianSites &, NeighList *) override;
  std::vector<tagint> regularized() const override { return damped; }

 private:
  ForcePart part;
  std::vector<tagint> damped;    // atoms of angles that are straight to LAMMPS's forces

  int has_derivatives() const;
  bool is_mine(const HostAtoms &, const int *term, int natom) const;
  Derivatives bond(const int *term, double rsq) const;
  Derivatives angle(const int *term, const double *x);
  Derivatives bent_angle(int type, const double *x, double bend) const;
  Derivatives derivatives(int n, const int *term, const double *x);
  int add(inm_hessian *, const HessianSites &, const HostAtoms &, int n, const int *term,
          int natom);
  void require_finite(int status, const HostAtoms &, const int *term, int natom) const;
};

int BondedProvider::has_derivatives() const
{
  switch (part.kind) {
    case ForcePart::BOND:
      return has_born(force->bond, rank1());
    case ForcePart::ANGLE:
      return has_born(force->angle, rank1());
    case ForcePart::DIHEDRAL:
      return has_born(force->dihedral, rank1());
    default:
      return 0;
  }
}

std::string BondedProvider::refusal() const
{
  if (part.kind == ForcePart::IMPROPER) return "LAMMPS has no second derivatives of impropers";
  if (utils::strmatch(part.style, "^hybrid")) return "hybrid does not pass on born_matrix()";
  if (!has_derivatives()) return "it has no born_matrix()";
  return "";
}

/* ----------------------------------------------------------------------
   With newton_bond a term is listed once.  Without, it is listed wherever
   some of its atoms are owned, once for every such set of images: then it
   counts where its atom of lowest ID is owned.  A type <= 0 is a bond that
   was broken or switched off.
------------------------------------------------------------------------- */

bool BondedProvider::is_mine(const HostAtoms &atoms, const int *term, int natom) const
{
  if (term[natom] <= 0) return false;
  if (force->newton_bond) return true;
  int lowest = term[0];
  for (int k = 1; k < natom; k++)
    if (atoms.tag(term[k]) < atoms.tag(lowest)) lowest = term[k];
  return lowest < atoms.nlocal();
}

/* ---- derivatives of one term ------------------------------------------------------------------ */

/* ----------------------------------------------------------------------
   At r = 0 the energy is smooth if u' goes to 0 with r; styles set it to 0
   there whatever it is.  u'' of bond gaussian is 0/0 where its terms underflow
   before u' does.
------------------------------------------------------------------------- */

Derivatives BondedProvider::bond(const int *t, double rsq) const
{
  const auto at = [&](double r) {
    Derivatives d = {0.0, 0.0};
    bond_born(force->bond, t[2], r * r, t[0], t[1], d.du, d.du2, rank1());
    return d;
  };
  const double r = sqrt(rsq);

  if (r == 0.0) {
    const double near = SHORT * atom_spacing(lmp);
    const Derivatives d = at(near);
    if (fabs(d.du) <= 2.0 * fabs(d.du2) * near) return {0.0, d.du2};
    return {INFINITY, INFINITY};
  }
  Derivatives d = at(r);
  if (!std::isfinite(d.du2)) {
    const double h = STEP * r;
    d.du2 = (8.0 * (at(r + h).du - at(r - h).du) - (at(r + 2.0 * h).du - at(r - 2.0 * h).du)) /
        (12.0 * h);
  }
  return d;
}

/* ----------------------------------------------------------------------
   With atom 1 turned about atom 2, to an angle that differs from the straight
   line, 0 or 180 degrees, by bend.  Styles find positions by index in atom->x:
   lend them another one.
------------------------------------------------------------------------- */

Derivatives BondedProvider::bent_angle(int type, const double *x, double bend) const
{
  double moved[3][3], d1[3], axis[3], normal[3], *rows[3] = {moved[0], moved[1], moved[2]};
  double length1 = 0.0, length2 = 0.0, along = 0.0, size = 0.0;

  for (int a = 0; a < 3; a++) {
    d1[a] = x[a] - x[3 + a];
    axis[a] = x[6 + a] - x[3 + a];
    length1 += d1[a] * d1[a];
    length2 += axis[a] * axis[a];
    along += d1[a] * axis[a];
  }
  length1 = sqrt(length1);
  for (double &component : axis) component /= sqrt(length2);
  const int least = (fabs(axis[0]) < fabs(axis[1])) ? ((fabs(axis[0]) < fabs(axis[2])) ? 0 : 2)
                                                    : ((fabs(axis[1]) < fabs(axis[2])) ? 1 : 2);
  for (int a = 0; a < 3; a++) {
    normal[a] = ((a == least) ? 1.0 : 0.0) - axis[least] * axis[a];
    size += normal[a] * normal[a];
  }
  const double side = (along < 0.0) ? -1.0 : 1.0;
  for (int a = 0; a < 3; a++) {
    const double turned = side * cos(bend) * axis[a] + sin(bend) * normal[a] / sqrt(size);
    moved[0][a] = x[3 + a] + length1 * turned;
    moved[1][a] = x[3 + a];
    moved[2][a] = x[6 + a];
  }

  Derivatives d = {0.0, 0.0};
  double **const positions = atom->x;
  atom->x = rows;
  angle_born(force->angle, type, 0, 1, 2, d.du, d.du2, rank1());
  atom->x = positions;
  return d;
}

/* squared sine of the angle at atom 2 and the sign of its cosine */

static double sine_squared(const double *x, double &side)
{
  double a[3], b[3], cross2 = 0.0, a2 = 0.0, b2 = 0.0;
  side = 0.0;
  for (int k = 0; k < 3; k++) {
    a[k] = x[k] - x[3 + k];
    b[k] = x[6 + k] - x[3 + k];
    a2 += a[k] * a[k];
    b2 += b[k] * b[k];
    side += a[k] * b[k];
  }
  for (int k = 0; k < 3; k++) {
    const int l = (k + 1) % 3, m = (k + 2) % 3;
    cross2 += pow(a[l] * b[m] - a[m] * b[l], 2);
  }
  side = (side < 0.0) ? -1.0 : 1.0;
  return cross2 / (a2 * b2);
}

/* ----------------------------------------------------------------------
   Near the straight line the cosine is quadratic in the displacements, so du is
   what counts.  Extrapolate it with du2, from three distances: what is left are
   odd powers of the distance, such as (theta - 180)^3 makes, or a divergence.
------------------------------------------------------------------------- */

Derivatives BondedProvider::angle(const int *t, const double *x)
{
  double side;
  const double sinsq = sine_squared(x, side);

  if (!(sinsq < DAMPED * DAMPED)) {
    Derivatives d = {0.0, 0.0};
    angle_born(force->angle, t[3], t[0], t[1], t[2], d.du, d.du2, rank1());
    return d;
  }
  const auto limit = [&](double bend) {
    Derivatives d = bent_angle(t[3], x, bend);
    d.du += side * (2.0 * pow(sin(0.5 * bend), 2) - 0.5 * sinsq) * d.du2;
    return d;
  };
  Derivatives near = limit(NEAR);
  const double change = near.du - limit(2.0 * NEAR).du,
               before = limit(2.0 * NEAR).du - limit(4.0 * NEAR).du,
               same = SAME * (fabs(near.du) + fabs(near.du2));
  const bool smooth = fabs(change) <= std::max(same, fabs(before));
  near.du += (fabs(change) > same) ? change : 0.0;

  for (int k = 0; k < 3; k++) damped.push_back(atom->tag[t[k]]);
  if (smooth) return near;
  if (sinsq < STRAIGHT * STRAIGHT) return {INFINITY, INFINITY};
  Derivatives d = {0.0, 0.0};
  angle_born(force->angle, t[3], t[0], t[1], t[2], d.du, d.du2, rank1());
  return d;
}

/* n: place in the list, by which dihedral styles find the type.  x [natom][3] */

Derivatives BondedProvider::derivatives(int n, const int *t, const double *x)
{
  Derivatives d = {0.0, 0.0};

  if (part.kind == ForcePart::BOND) {
    double rsq = 0.0;
    for (int a = 0; a < 3; a++) rsq += (x[a] - x[3 + a]) * (x[a] - x[3 + a]);
    return bond(t, rsq);
  }
  if (part.kind == ForcePart::ANGLE) return angle(t, x);
  dihedral_born(force->dihedral, n, t[0], t[1], t[2], t[3], d.du, d.du2, rank1());
  return d;
}

/* ---- terms ------------------------------------------------------------------------------------ */

int BondedProvider::add(inm_hessian *h, const HessianSites &sites, const HostAtoms &atoms, int n,
                        const int *term, int natom)
{
  int site[4], status = INM_OK;
  double x[4 * 3], k[4 * 4 * 9];
  bool any = sites.with_strains;

  for (int i = 0; i < natom; i++) {
    site[i] = sites.site_of_atom[term[i]];
    any = any || site[i] != INM_OUTSIDE;
    for (int a = 0; a < 3; a++) x[3 * i + a] = atoms.x(term[i])[a];
  }
  if (!any) return INM_OK;

  const Derivatives d = derivatives(n, term, x);
  if (!std::isfinite(d.du) || !std::isfinite(d.du2)) return INM_ERR_NONFINITE;
  if (part.kind == ForcePart::BOND) {
    const double dr[3] = {x[0] - x[3], x[1] - x[4], x[2] - x[5]};
    return inm_hessian_add_central(h, site[0], site[1], dr, d.du, d.du2);
  }
  if (part.kind == ForcePart::ANGLE)
    status = inm_angle_blocks(x, d.du, d.du2, k);
  else
    status = inm_dihedral_blocks(x, d.du, d.du2, k);
  return (status == INM_OK) ? inm_hessian_add_term(h, natom, site, x, k) : status;
}

double BondedProvider::expected_pairs(const HessianSites &, NeighList *) const
{
  const TermList list = bonded_terms(lmp, part.kind);
  return 0.5 * list.natom * (list.natom - 1) * list.n;
}

void BondedProvider::fill(inm_hessian *h, const HessianSites &sites, NeighList *)
{
  const TermList list = bonded_terms(lmp, part.kind);
  const HostAtoms atoms(lmp);
  int status = INM_OK, n = -1;

  damped.clear();
  while (status == INM_OK && ++n < list.n)
    if (is_mine(atoms, list.term[n], list.natom))
      status = add(h, sites, atoms, n, list.term[n], list.natom);
  require_finite(status, atoms, (status == INM_OK) ? nullptr : list.term[n], list.natom);
  check_status(lmp, status, "assembling the Hessian of " + part.name());
}

/* stop with the IDs of a term that has no second derivatives, of whatever rank */

void BondedProvider::require_finite(int status, const HostAtoms &atoms, const int *term,
                                    int natom) const
{
  std::vector<tagint> ids;

  if (status == INM_ERR_NONFINITE)
    for (int k = 0; k < natom; k++) ids.push_back(atoms.tag(term[k]));
  ids = gather(lmp, ids, MPI_LMP_TAGINT);
  if (ids.empty()) return;
  std::string text;
  for (int k = 0; k < natom; k++) text += fmt::format(" {}", ids[k]);
  error->all(FLERR,
             "No Hessian of {}: its second derivatives are infinite for atoms{}, which are at the "
             "same place or in line",
             part.name(), text);
}
}    // namespace

// for the table in inmvisc_provider_list.cpp

namespace INMVISC_NS {
std::unique_ptr<HessianProvider> bonded_provider(LAMMPS *lmp, const ForcePart &part)
{
  return std::unique_ptr<HessianProvider>(new BondedProvider(lmp, part));
}
}    // namespace INMVISC_NS
