/* Second derivatives of embedding energies, functions of sums over neighbors, as in the embedded-atom
   method (Daw and Baskes, Phys. Rev. B 29, 6443 (1984)):

     U = sum_k F_k(rho_k) + sum_pairs phi(r),   rho_k = sum_m f_km(r_km)

   Embedding term k depends on atom k and on all m that contribute to rho_k.  With the slopes
   g_km = d rho_k / d r_m (g_kk = -sum of the others), for two different atoms

     d2U / dr_m dr_j = sum_k F''_k g_km g_kj^T  +  block of the central pair interaction with
                       u' = F'_k f'_km + F'_m f'_mk + phi' and the same with second derivatives

   The sum over k couples atoms up to twice the range of f apart.  In a metal some sixty terms of some
   sixty atoms each contribute to the blocks of one atom, so blocks are summed row by row and leave
   this file once per pair, not once per term. */

#ifndef INM_EMBEDDING_H
#define INM_EMBEDDING_H

#include "inm_status.h"

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Embedding terms, one after the other.  Atoms are indices below natom, each at most once in a term;
   periodic images count as different atoms. */
typedef struct {
  size_t nterm;
  const double *curvature; /* [nterm] F''_k */
  const size_t *start;     /* [nterm+1] entries start[k] .. start[k+1]-1 belong to term k */
  const int *atom;         /* [start[nterm]] ascending within a term */
  const double *slope;     /* [start[nterm]][4] g_km, padded with 0 to fill vector registers */
} inm_embedding_list;

/* A central pair interaction u(|r_i - r_j|), i != j.  Several of one pair are added up. */
typedef struct {
  int i, j;
  double du, du2; /* u' and u'' */
} inm_central_pair;

/* Receives the block of atoms i < j: dr [3] = r_i - r_j, block [3][3] = d2U/dr_i dr_j, both borrowed
   for the call.  A status other than INM_OK ends the summation. */
typedef inm_status (*inm_block_sink)(void *ctx, int i, int j, const double *dr,
                                     const double *block);

/* Sum the blocks of all terms and pairs and pass the block of each pair of atoms to the sink, once.
   The diagonal blocks follow from translation invariance and are not computed.
   x  [natom][3] positions
   INM_ERR_ARG for an atom out of range, atoms of a term not in order or a pair of an atom with itself,
   before the sink is called; else INM_ERR_SIZE, INM_ERR_ALLOC or the status of the sink.
   Not collective. */
inm_status inm_embedding_blocks(size_t natom, const double *x, const inm_embedding_list *terms,
                                size_t npair, const inm_central_pair *pair, inm_block_sink sink,
                                void *ctx);

#ifdef __cplusplus
}
#endif
#endif
