/* Time correlations of the atoms while a simulation runs: velocity autocorrelation on a window of
   lags and mean-square displacement on a logarithmic set of lags, both from a bounded number of
   copies ("slots") per atom, with the sums kept in blocks for error estimates.

   The correlator owns everything about origins, slots, lags and blocks, but no atom.  At each
   sample it tells the caller what to do with the slots and takes the sums over the caller's atoms:

     const inm_sample *todo = inm_correlator_begin(c);
     ... for each atom: copy, compare, store as inm_sample says; add up per type and over ranks ...
     inm_correlator_end(c, &products);

   Velocity.  Every norigin samples an origin is taken, in a slot; it is compared with the
   velocities of the nlag+1 samples that follow and then given up.  Only origins with a complete
   window count: all lags are averaged over the same origins, which the sum rule of the memory
   kernel needs.

   Displacement.  Level l = 0, 1, ... takes a position every norigin*2^l samples and remembers the
   last INM_MSD_RING of them: lags k*norigin*2^l with k = 1..8 on level 0 and 5..8 above.  A level
   is added when the level below it has filled up, with every second of its positions, so that
   nothing is lost and the longest lag grows with the run.

   Blocks.  Origins with a complete window go to the open block; blocks have equal numbers of
   origins, and are never shorter than a window, so that errors from blocks hold.  When 2*nblock of
   them are full, neighbors are merged: there are nblock to 2*nblock full blocks once the run is as
   long as nblock windows, and errors from then on.  A displacement counts for the block that is
   open at its sample.

   Orthogonal dynamics.  For the direct estimator an origin is taken at every sample, accelerations
   are kept along with velocities, and the sums over two times that the orthogonal dynamics consists
   of are formed for every completed origin, see inm_kernel_from_two_times().

   The sums handed in are those of all ranks, so that every rank has the same state. */

#ifndef INM_CORRELATOR_H
#define INM_CORRELATOR_H

#include "inm_kernel.h"
#include "inm_status.h"

#include <mpi.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define INM_MSD_RING 8    /* positions remembered on each level; even */
#define INM_MSD_LEVELS 16 /* longest lag: 8 * 2^15 * norigin samples */
#define INM_MSD_LAGS (INM_MSD_RING + (INM_MSD_LEVELS - 1) * INM_MSD_RING / 2)

typedef struct inm_correlator inm_correlator;

/* What the caller has to do at one sample, in this order. */
typedef struct inm_sample {
  int origin_slot; /* velocity slot to be overwritten with the velocities now, or -1 */
  int nlevel;      /* positions are needed in nlevel*INM_MSD_RING slots */
  int ncopy;       /* position slots to be copied: slot copy_to[i] = slot copy_from[i] */
  int copy_from[INM_MSD_RING / 2], copy_to[INM_MSD_RING / 2];
  int npair; /* displacements to be measured, from the position in pair_slot[i] to now */
  int pair_slot[INM_MSD_LAGS];
  int pair_lag[INM_MSD_LAGS]; /* number of the lag, see inm_correlator_msd_lag() */
  int nstore;                 /* position slots to be overwritten with the positions now */
  int store_slot[INM_MSD_LEVELS];
} inm_sample;

/* Products of one sample, all ranks together.  Slots out of use are ignored. */
typedef struct inm_products {
  const double *vv;     /* [ntypes][nslot] sum of v(slot).v(now) */
  const double *av;     /* [ntypes][nslot] sum of a(slot).v(now); direct only, else NULL */
  const double *aa;     /* [ntypes][nslot] sum of a(slot).a(now); direct only, else NULL */
  const double *moment; /* [ntypes][2] sum of m v^2, number of atoms; read if origin_slot >= 0 */
  const double *msd;    /* [ntypes][npair] sum of |displacement|^2 */
} inm_products;

/* Friction of one set of atoms (one type, or all).  NaN is what is not known. */
typedef struct inm_friction {
  double natoms;             /* atoms of the set */
  double kT;                 /* <m v^2> of one component, as measured */
  double mass;               /* kT/<v^2>: the mass of the atoms if it is one */
  double einstein_frequency; /* Omega0, from the first step of the velocity autocorrelation */
  double integral;           /* of the kernel over the window, without the tail, mass/time */
  inm_kernel_tail rest;      /* beyond the window, as extrapolated */
  double tail, tail_error;   /* the part of it that is significant and was added; its error */
  double from_vacf;          /* integral by the vacf estimator, also if that is not in use */
  double from_vacf_error;    /* its standard error */
  double sum_rule; /* lambda of the direct estimator, 1 if a is dv/dt at every step; else NaN */
  double kernel, kernel_error;     /* v~(0) = integral + tail */
  double diffusion;                /* D from the displacements */
  double msd_from, msd_to;         /* range of times of the fit */
  double msd_longest;              /* last lag that was considered */
  double msd_exponent;             /* d ln MSD / d ln t over the decade up to it */
  double einstein, einstein_error; /* kT/D */
  int decayed;   /* 1: the kernel has nothing left beyond the window, as far as can be seen */
  int diffusive; /* 1: the slope of the displacements does not change any more */
} inm_friction;

/* Which of the two values of the friction is to be trusted. */
typedef enum { INM_FROM_KERNEL, INM_FROM_MSD, INM_FROM_UNDECAYED_KERNEL } inm_friction_source;

typedef enum { INM_VACF, INM_DIRECT } inm_estimator;

typedef struct inm_correlator_options {
  int ntypes;              /* number of atom types, 1 or more */
  int nlag;                /* last lag of the kernel, in samples, 3 or more */
  int norigin;             /* samples between two origins, 1 or more; 1 for INM_DIRECT */
  int nblock;              /* blocks, 2 or more */
  int dim;                 /* 2 or 3 */
  inm_estimator estimator; /* INM_DIRECT holds 2*nblock*ntypes*nlag^2 numbers */
} inm_correlator_options;

/* Set numbers: 0 all atoms together (number average), 1..ntypes one type.
   INM_ERR_ARG, INM_ERR_ALLOC.  Not collective. */
inm_status inm_correlator_create(inm_correlator **out, const inm_correlator_options *options);
void inm_correlator_destroy(inm_correlator **correlator);

/* Bytes that a correlator with these options takes on each rank. */
double inm_correlator_bytes(const inm_correlator_options *options);

/* Number of velocity slots, ceil((nlag+2)/norigin). */
int inm_correlator_nslot(const inm_correlator *c);

/* Instructions for the sample that is due.  Borrowed, valid until the next call. */
const inm_sample *inm_correlator_begin(inm_correlator *c);

/* Hand in the sums of that sample and go on to the next. */
void inm_correlator_end(inm_correlator *c, const inm_products *products);

/* Counters: samples taken, origins with a complete window, full blocks, origins in each of them. */
int64_t inm_correlator_nsample(const inm_correlator *c);
int64_t inm_correlator_norigin_done(const inm_correlator *c);
int inm_correlator_nblock_full(const inm_correlator *c);
int64_t inm_correlator_origins_per_block(const inm_correlator *c);

/* Evaluate all that is known now: correlations, kernel, friction, and their errors by a
   leave-one-out jackknife of the whole way from correlations to friction over the full blocks.
     dt  time between two samples
   Collective over comm, whose ranks share the work and end up with the same results.  Costs
   nothing if there was no sample since the last call. */
inm_status inm_correlator_estimate(inm_correlator *c, double dt, MPI_Comm comm);

/* Results of the last inm_correlator_estimate().  Owned by the correlator. */
const inm_friction *inm_correlator_friction(const inm_correlator *c, int set);
const double *inm_correlator_vacf(const inm_correlator *c,
                                  int set); /* [nlag+2] <v v>, one component */
const double *inm_correlator_cbar(const inm_correlator *c,
                                  int set); /* [nlag+1] (mass*length/time^2)^2 */
const double *inm_correlator_integral(const inm_correlator *c,
                                      int set); /* [nlag+1] int_0^t Cbar/kT */
const double *inm_correlator_msd(const inm_correlator *c,
                                 int set); /* [INM_MSD_LAGS] NaN: no data */

/* Lag of a displacement, in samples. */
int64_t inm_correlator_msd_lag(const inm_correlator *c, int lag);

/* One choice for all sets, so that a mixture is treated alike:
   the kernel if it has decayed within the window for every set, else the displacements if they
   are diffusive for every set, else the kernel for lack of better.  Sets without atoms don't vote.
   friction, friction_error: the chosen value of a set. */
inm_friction_source inm_friction_choose(int nset, const inm_friction *set);
double inm_friction_value(const inm_friction *f, inm_friction_source source);
double inm_friction_error(const inm_friction *f, inm_friction_source source);

/* State as doubles, for a restart on any number of ranks.  The length of buf is not known to a fix
   in LAMMPS, so unpack reads the header first, and the rest only if the header is whole:
   INM_ERR_ARG if buf is of other options or of another version, INM_ERR_DATA if it is damaged; the
   correlator is as it was then. */
size_t inm_correlator_pack_size(const inm_correlator *c);
void inm_correlator_pack(const inm_correlator *c, double *buf);
inm_status inm_correlator_unpack(inm_correlator *c, const double *buf);

#ifdef __cplusplus
}
#endif
#endif
