/* The struct behind inm_correlator.h. */

#ifndef INM_CORRELATOR_PRIVATE_H
#define INM_CORRELATOR_PRIVATE_H

#include "inm_correlator.h"

/* Sums per type.  In a window: vv[nlag+2], moment[2].  In a block: the same, then msd[INM_MSD_LAGS],
   number of displacements [INM_MSD_LAGS], and for the direct estimator fp, ff and pp of
   inm_kernel_from_two_times(). */
enum { INM_MOMENT_MV2, INM_MOMENT_COUNT, INM_NMOMENT };

struct inm_correlator {
  inm_correlator_options o;
  int nslot;
  int64_t nsample; /* samples so far */

  int nfull;         /* full blocks; block nfull is open */
  int64_t per_block; /* origins in a full block */
  int64_t in_block;  /* origins in the open block so far */

  inm_sample todo;
  size_t window_width; /* numbers per type in a window */
  size_t frame_width;  /* numbers per type in a frame: lag products of one sample, direct only */
  size_t triangle;     /* numbers in fp */
  size_t block_width;  /* numbers per type in a block */
  double *window;      /* [nslot][ntypes][window_width] */
  double *frame;       /* [nslot][ntypes][frame_width]: av[nlag+1], aa[nlag+1], v^2; by lag */
  double *block;       /* [2*nblock][ntypes][block_width] */

  int discarded; /* enum inm_discard */

  int64_t estimated_at;           /* nsample of the results below, -1: none */
  inm_friction *friction;         /* [ntypes+1] */
  double *vacf, *cbar, *integral; /* [ntypes+1][nlag+2] */
  double *msd;                    /* [ntypes+1][INM_MSD_LAGS] */
  double *kernel;                 /* [2*nblock+1][ntypes+1][inm_kernel_size()] for transforms */
};

/* Numbers in a block, all types. */
static inline size_t inm_block_size(const inm_correlator *c)
{
  return (size_t) c->o.ntypes * c->block_width;
}

/* The kernel of a leave-one-out sample of a set: v(t) at lags 0..nlag, its tail, and the ratio of that.  Sample b lacks
   block b, and is on the rank that evaluated it; the last one has all blocks. */
static inline size_t inm_kernel_size(const inm_correlator *c)
{
  return (size_t) c->o.nlag + 3;
}

static inline double *inm_kernel_of(const inm_correlator *c, int sample, int set)
{
  const size_t nset = (size_t) c->o.ntypes + 1;
  return c->kernel + ((size_t) sample * nset + (size_t) set) * inm_kernel_size(c);
}

#endif
