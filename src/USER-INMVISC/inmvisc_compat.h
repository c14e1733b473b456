// Compatibility shims for LAMMPS 29Sep2021 .. 30Sep2026 (feature detection, no version macros)
#ifndef INMVISC_COMPAT_H
#define INMVISC_COMPAT_H

#include "atom.h"
#include "comm.h"
#include "compute.h"
#include "domain.h"
#include "error.h"
#include "fix.h"
#include "force.h"
#include "modify.h"
#include "neigh_request.h"
#include "neighbor.h"
#include "pair.h"
#include "update.h"

#include <string>
#include <type_traits>
#include <utility>

namespace INMVISC_NS {
using namespace LAMMPS_NS;

struct rank0 {};
struct rank1 : rank0 {};
struct rank2 : rank1 {};

// --- neighbor list request: half/full, occasional or perpetual; cut <= 0 keeps pair cutoffs ----

template <class R> auto set_cut(R *r, double c, rank1) -> decltype(r->set_cutoff_fixed(c), void())
{
  r->set_cutoff_fixed(c);
}    // > 4Jul2026 (PR #5154)
template <class R> auto set_cut(R *r, double c, rank0) -> decltype(r->set_cutoff(c), void())
{
  r->set_cutoff(c);
}    // 24Mar2022 .. 4Jul2026

template <class N, class Obj>
auto request_list(N *nb, Obj *o, int /*inst*/, bool full, bool occ, double cut, rank1)
    -> decltype(nb->add_request(o, 0), void())
{
  // NeighConst::REQ_FULL = 1<<0, REQ_GHOST = 1<<1, REQ_SIZE = 1<<2, REQ_HISTORY = 1<<3, REQ_OCCASIONAL = 1<<4
  auto *r = nb->add_request(o, (full ? 1 : 0) | (occ ? 16 : 0));
  if (cut > 0.0) set_cut(r, cut, rank1());
}
template <class N, class Obj>
auto request_list(N *nb, Obj *o, int inst, bool full, bool occ, double cut, rank0)
    -> decltype(nb->requests[0]->pair = 0, void())
{
  auto *r = nb->requests[nb->request((void *) o, inst)];
  r->pair = 0;
  if (std::is_base_of<Compute, Obj>::value)
    r->compute = 1;
  else
    r->fix = 1;
  if (full) {
    r->half = 0;
    r->full = 1;
  }
  r->occasional = occ ? 1 : 0;
  if (cut > 0.0) {
    r->cut = 1;
    r->cutoff = cut;
  }
}

// --- communication for computes and fixes ------------------------------------------------------

template <class C, class O> auto fwd(C *c, O *o, rank1) -> decltype(c->forward_comm(o), void())
{
  c->forward_comm(o);
}
template <class C> auto fwd(C *c, Compute *o, rank0) -> decltype(c->forward_comm_compute(o), void())
{
  c->forward_comm_compute(o);
}
template <class C> auto fwd(C *c, Fix *o, rank0) -> decltype(c->forward_comm_fix(o), void())
{
  c->forward_comm_fix(o);
}
template <class C, class O> auto rev(C *c, O *o, rank1) -> decltype(c->reverse_comm(o), void())
{
  c->reverse_comm(o);
}
template <class C> auto rev(C *c, Compute *o, rank0) -> decltype(c->reverse_comm_compute(o), void())
{
  c->reverse_comm_compute(o);
}
template <class C> auto rev(C *c, Fix *o, rank0) -> decltype(c->reverse_comm_fix(o), void())
{
  c->reverse_comm_fix(o);
}

// --- look-up by id -----------------------------------------------------------------------------

template <class M>
auto compute_by_id(M *m, const std::string &id, rank1) -> decltype(m->get_compute_by_id(id))
{
  return m->get_compute_by_id(id);
}
template <class M>
auto compute_by_id(M *m, const std::string &id, rank0) ->
    typename std::remove_reference<decltype(m->compute[0])>::type
{
  int i = m->find_compute(id);
  return i < 0 ? nullptr : m->compute[i];
}
template <class M>
auto fix_by_id(M *m, const std::string &id, rank1) -> decltype(m->get_fix_by_id(id))
{
  return m->get_fix_by_id(id);
}
template <class M>
auto fix_by_id(M *m, const std::string &id, rank0) ->
    typename std::remove_reference<decltype(m->fix[0])>::type
{
  int i = m->find_fix(id);
  return i < 0 ? nullptr : m->fix[i];
}

// --- minimum image -----------------------------------------------------------------------------

template <class D>
auto minimg(D *d, double *v, rank1) -> decltype(d->minimum_image(__FILE__, __LINE__, v), void())
{
  d->minimum_image(__FILE__, __LINE__, v);
}
template <class D> auto minimg(D *d, double *v, rank0) -> decltype(d->minimum_image(v), void())
{
  d->minimum_image(v);
}

// --- Pair/Bond/Angle/Dihedral::born_matrix (absent in 29Sep2021) -------------------------------

template <class P> auto has_born(P *p, rank1) -> decltype(p->born_matrix_enable)
{
  return p->born_matrix_enable;
}
template <class P> int has_born(P *, rank0)
{
  return 0;
}
template <class P>
auto pair_born(P *p, int i, int j, int it, int jt, double rsq, double fc, double fl, double &du,
               double &du2, rank1)
    -> decltype(p->born_matrix(i, j, it, jt, rsq, fc, fl, du, du2), true)
{
  p->born_matrix(i, j, it, jt, rsq, fc, fl, du, du2);
  return true;
}
template <class P>
bool pair_born(P *, int, int, int, int, double, double, double, double &, double &, rank0)
{
  return false;
}

template <class B>
auto bond_born(B *b, int type, double rsq, int i, int j, double &du, double &du2, rank1)
    -> decltype(b->born_matrix(type, rsq, i, j, du, du2), true)
{
  b->born_matrix(type, rsq, i, j, du, du2);
  return true;
}
template <class B> bool bond_born(B *, int, double, int, int, double &, double &, rank0)
{
  return false;
}
template <class A>
auto angle_born(A *a, int type, int i, int j, int k, double &du, double &du2, rank1)
    -> decltype(a->born_matrix(type, i, j, k, du, du2), true)
{
  a->born_matrix(type, i, j, k, du, du2);
  return true;
}
template <class A> bool angle_born(A *, int, int, int, int, double &, double &, rank0)
{
  return false;
}
// n: index in neighbor->dihedrallist, whatever the parameter is called in dihedral.h
template <class D>
auto dihedral_born(D *d, int n, int i, int j, int k, int l, double &du, double &du2, rank1)
    -> decltype(d->born_matrix(n, i, j, k, l, du, du2), true)
{
  d->born_matrix(n, i, j, k, l, du, du2);
  return true;
}
template <class D> bool dihedral_born(D *, int, int, int, int, int, double &, double &, rank0)
{
  return false;
}

// --- yes/no keyword ----------------------------------------------------------------------------

inline int yesno(LAMMPS *lmp, const char *file, int line, const char *s)
{
  const std::string v(s);
  if (v == "yes" || v == "on" || v == "true") return 1;
  if (v == "no" || v == "off" || v == "false") return 0;
  lmp->error->all(file, line, "Expected boolean parameter instead of '" + v + "'");
  return 0;
}
}    // namespace INMVISC_NS
#endif
