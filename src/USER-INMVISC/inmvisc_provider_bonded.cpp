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
------------------------------------------------------------------------- */

#include "inmvisc_compat.h"
#include "inmvisc_provider.h"

#include "inm/inm_geometry.h"

#include "angle.h"
#include "bond.h"
#include "dihedral.h"
#include "force.h"

using namespace LAMMPS_NS;
using namespace INMVISC_NS;

namespace {

struct Derivatives {
  double du, du2;
};

class BondedProvider : public HessianProvider {
 public:
  BondedProvider(LAMMPS *lmp, const ForcePart &part_in) : HessianProvider(lmp), part(part_in) {}

  std::string refusal() const override;
  std::string description() const override { return "bonded, u'' from born_matrix()"; }
  double expected_pairs(const HessianSites &, NeighList *) const override;
  void fill(inm_hessian *, const HessianSites &, NeighList *) override;

 private:
  ForcePart part;

  int has_derivatives() const;
  bool is_mine(const HostAtoms &, const int *term, int natom) const;
  Derivatives derivatives(int n, const int *term, const double *x) const;
  int add(inm_hessian *, const HessianSites &, const HostAtoms &, int n, const int *term,
          int natom) const;
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

/* n: place in the list, by which dihedral styles find the type.  x [natom][3] */

Derivatives BondedProvider::derivatives(int n, const int *t, const double *x) const
{
  Derivatives d = {0.0, 0.0};

  if (part.kind == ForcePart::BOND) {
    double rsq = 0.0;
    for (int a = 0; a < 3; a++) rsq += (x[a] - x[3 + a]) * (x[a] - x[3 + a]);
    bond_born(force->bond, t[2], rsq, t[0], t[1], d.du, d.du2, rank1());
  } else if (part.kind == ForcePart::ANGLE) {
    angle_born(force->angle, t[3], t[0], t[1], t[2], d.du, d.du2, rank1());
  } else {
    dihedral_born(force->dihedral, n, t[0], t[1], t[2], t[3], d.du, d.du2, rank1());
  }
  return d;
}

int BondedProvider::add(inm_hessian *h, const HessianSites &sites, const HostAtoms &atoms, int n,
                        const int *term, int natom) const
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
  int status = INM_OK;

  for (int n = 0; n < list.n && status == INM_OK; n++)
    if (is_mine(atoms, list.term[n], list.natom))
      status = add(h, sites, atoms, n, list.term[n], list.natom);
  check_status(lmp, status, "assembling the Hessian of " + part.name());
}
}    // namespace

// for the table in inmvisc_provider_list.cpp

namespace INMVISC_NS {
std::unique_ptr<HessianProvider> bonded_provider(LAMMPS *lmp, const ForcePart &part)
{
  return std::unique_ptr<HessianProvider>(new BondedProvider(lmp, part));
}
}    // namespace INMVISC_NS
