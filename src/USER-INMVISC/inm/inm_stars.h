/* Second derivatives of energies that depend on sums over neighbors, as that of the embedded atom
   (Daw and Baskes, Phys. Rev. B 29, 6443 (1984)):

     U = sum_k F_k(rho_k) + sum_pairs phi(r),   rho_k = sum_m f_km(r_km)

   Let the star of k be k itself and all m on which rho_k depends, and g_km = d rho_k / d r_m (so that
   g_kk = -sum of the others).  Then for two different atoms

     d2U / dr_m dr_j = sum_k F''_k g_km g_kj^T  +  block of the central pair interaction with
                       u' = F'_k f'_km + F'_m f'_mk + phi' and the same with second derivatives

   The sum over k joins atoms that are two ranges of f apart, and some sixty stars of some sixty atoms
   contribute to the blocks of one atom: they are summed row by row and come out once per pair. */

#ifndef INM_STARS_H
#define INM_STARS_H

#include "inm_status.h"

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Stars, one after the other.  Atoms are indices below natom, each once in a star; images of an atom
   are different atoms here. */
typedef struct {
  size_t nstar;
  const double *curvature; /* [nstar] F''_k */
  const size_t *start;     /* [nstar+1] star k is start[k] .. start[k+1]-1 of what follows */
  const int *atom;         /* [start[nstar]] ascending within a star */
  const double *slope; /* [start[nstar]][4] g_km and a 0, so that a row fills vector registers */
} inm_star_list;

/* A central pair interaction u(|r_i - r_j|), i != j.  Several of one pair are added up. */
typedef struct {
  int i, j;
  double du, du2; /* u' and u'' */
} inm_central_pair;

/* Takes the block of atoms i < j: dr [3] = r_i - r_j, block [3][3] = d2U/dr_i dr_j, both borrowed for
   the call.  A status other than INM_OK ends the summation. */
typedef inm_status (*inm_block_sink)(void *ctx, int i, int j, const double *dr,
                                     const double *block);

/* Sum the blocks of all stars and pairs and hand each pair of atoms that has one to the sink, once.
   The diagonal blocks follow from translation invariance and are not computed.
   x  [natom][3] positions
   INM_ERR_ARG for an atom out of range, a star not in order or a pair of an atom with itself, then
   nothing has gone to the sink; else INM_ERR_SIZE, INM_ERR_ALLOC or the status of the sink.
   Not collective. */
inm_status inm_stars_blocks(size_t natom, const double *x, const inm_star_list *stars, size_t npair,
                            const inm_central_pair *pair, inm_block_sink sink, void *ctx);

#ifdef __cplusplus
}
#endif
#endif
