/* On-the-fly time correlations of the atoms: velocity autocorrelation on a window of lags and
   mean-square displacement on a logarithmic set of lags, both from a bounded number of stored vectors
   ("slots") per atom, with sums in blocks for error estimates.

   The correlator keeps track of origins, slots, lags and blocks, but has no atom data.  At each sample
   it tells the caller what to do with the slots of its atoms and takes the sums over atoms:

     const inm_sample *todo = inm_correlator_begin(c);
     ... for each atom: copy, multiply, store as inm_sample says; sum per type and over ranks ...
     inm_correlator_end(c, &products);

   Velocity.  Every norigin samples an origin is stored in a slot, multiplied with the velocities of
   the nlag+1 following samples, and then released.  Only origins with a complete window enter the
   averages: the sum rule of the memory kernel requires that all lags are averaged over the same
   origins.

   Displacement.  Level l = 0, 1, ... stores a position every norigin*2^l samples and keeps the last
   INM_MSD_RING of them: lags k*norigin*2^l with k = 1..8 on level 0 and 5..8 above.  When a level has
   filled up, the next one is added with every second of its positions, so that no data are lost and
   the longest lag grows with the run.

   Blocks.  Origins with a complete window are added to the open block.  All blocks have the same
   number of origins and are at least as long as a window, so that they are nearly independent.  When
   2*nblock blocks are full, neighbors are merged: once the run is nblock windows long, there are
   always nblock to 2*nblock full blocks, and error estimates.  A displacement is added to the block
   that is open at its sample.

   Orthogonal dynamics.  For the direct estimator every sample is an origin, accelerations are stored
   along with velocities, and for every completed origin the sums over two times are formed from which
   inm_kernel_from_two_times() propagates the random force.

   Sums are passed in reduced over all ranks, so that every rank has the same state. */

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

#define INM_MSD_RING 8    /* positions stored on each level; even */
#define INM_MSD_LEVELS 16 /* longest lag: 8 * 2^15 * norigin samples */
#define INM_MSD_LAGS (INM_MSD_RING + (INM_MSD_LEVELS - 1) * INM_MSD_RING / 2)

typedef struct inm_correlator inm_correlator;

/* Instructions for one sample, in this order. */
typedef struct inm_sample {
  int origin_slot; /* velocity slot to overwrite with the current velocities, or -1 */
  int nlevel;      /* levels in use: nlevel*INM_MSD_RING position slots */
  int ncopy;       /* position slots to copy: slot copy_to[i] = slot copy_from[i] */
  int copy_from[INM_MSD_RING / 2], copy_to[INM_MSD_RING / 2];
  int npair; /* displacements to evaluate, from the position in pair_slot[i] to now */
  int pair_slot[INM_MSD_LAGS];
  int pair_lag[INM_MSD_LAGS]; /* index of the lag, see inm_correlator_msd_lag() */
  int nstore;                 /* position slots to overwrite with the current positions */
  int store_slot[INM_MSD_LEVELS];
} inm_sample;

/* Lag products of one sample, reduced over all ranks.  Unused slots are ignored. */
typedef struct inm_products {
  const double *vv;     /* [ntypes][nslot] sum of v(slot).v(now) */
  const double *av;     /* [ntypes][nslot] sum of a(slot).v(now); direct only, else NULL */
  const double *aa;     /* [ntypes][nslot] sum of a(slot).a(now); direct only, else NULL */
  const double *moment; /* [ntypes][2] sum of m v^2, number of atoms; read if origin_slot >= 0 */
  const double *msd;    /* [ntypes][npair] sum of |displacement|^2 */
} inm_products;

/* Friction of one set of atoms (one type, or all).  Unknown values are NaN. */
typedef struct inm_friction {
  double natoms;             /* number of atoms */
  double kT;                 /* <m v^2> of one component, as measured */
  double mass;               /* kT/<v^2>: the mass, if all atoms have the same */
  double einstein_frequency; /* Omega0, from the first step of the velocity autocorrelation */
  double integral;           /* kernel integrated over the window, without tail, mass/time */
  inm_kernel_tail rest;      /* extrapolation beyond the window */
  double tail, tail_error;   /* significant part of it, which was added; its error */
  double from_vacf;          /* integral by the vacf estimator, also with INM_DIRECT */
  double from_vacf_error;    /* its standard error */
  double sum_rule; /* lambda of the direct estimator, 1 if a is dv/dt at every step; else NaN */
  double kernel, kernel_error;     /* v~(0) = integral + tail */
  double diffusion;                /* D from the displacements */
  double msd_from, msd_to;         /* range of times of the fit */
  double msd_longest;              /* longest lag in use */
  double msd_exponent;             /* d ln MSD / d ln t over the decade up to it */
  double einstein, einstein_error; /* kT/D */
  int decayed;                     /* 1: no significant integral of the kernel beyond the window */
  int diffusive;                   /* 1: the slope of the displacements has become constant */
} inm_friction;

/* Which of the two estimates of the friction to use. */
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

/* Bytes that a correlator with these options allocates on each rank. */
double inm_correlator_bytes(const inm_correlator_options *options);

/* Number of velocity slots, ceil((nlag+2)/norigin). */
int inm_correlator_nslot(const inm_correlator *c);

/* Instructions for the next sample.  Borrowed, valid until the next call. */
const inm_sample *inm_correlator_begin(inm_correlator *c);

/* Add the sums of that sample and advance to the next one. */
void inm_correlator_end(inm_correlator *c, const inm_products *products);

/* Counters: samples taken, origins with a complete window, full blocks, origins in each of them. */
int64_t inm_correlator_nsample(const inm_correlator *c);
int64_t inm_correlator_norigin_done(const inm_correlator *c);
int inm_correlator_nblock_full(const inm_correlator *c);
int64_t inm_correlator_origins_per_block(const inm_correlator *c);

/* Leave out data that turned out to be wrong, a sum of enum inm_discard: all results that depend on
   them are NaN, whenever they are evaluated.  Not part of the packed state. */
enum inm_discard { INM_DISCARD_NONE = 0, INM_DISCARD_VELOCITIES = 1, INM_DISCARD_POSITIONS = 2 };
void inm_correlator_discard(inm_correlator *c, int what);

/* Evaluate correlations, kernel and friction from the samples so far, with errors by a leave-one-out
   jackknife over the full blocks, each through the whole calculation from correlations to friction.
     dt  time between two samples
   Collective over comm: the ranks divide the work and get the same results.  Returns at once if there
   was no sample since the last call. */
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

/* Frequencies at which the transform of the kernel is known, radian/time: from that of one period per
   window, or from 0 if the kernel has decayed for every set, to that of about 20 samples per period. */
typedef struct inm_frequency_range {
  double lowest, highest;
} inm_frequency_range;
inm_frequency_range inm_correlator_frequency_range(const inm_correlator *c, double dt);

/* v~(w) at one frequency, mass/time, and the covariance matrix of its real and imaginary part. */
typedef struct inm_friction_at {
  inm_complex value;
  double var_re, var_im, cov;
} inm_friction_at;

/* Transform of the memory kernel, v~(w) = int_0^inf v(t) exp(-iwt) dt, with errors by the same jackknife as
   inm_correlator_estimate(), after which it must be called.  A tail counts if it does in v~(0).
   NaN outside the frequency range and for sets without atoms; errors are NaN without blocks.
     nw, w  [nw]  angular frequencies, radian/time
     out    [ntypes+1][nw]
   Collective over comm; same results on all ranks. */
inm_status inm_correlator_transform(const inm_correlator *c, double dt, size_t nw, const double *w,
                                    MPI_Comm comm, inm_friction_at *out);

/* Choose one source for all sets, so that the components of a mixture are treated alike: the kernel if
   it has decayed within the window for every set, else the displacements if they are diffusive for
   every set, else the undecayed kernel as a last resort.  Sets without atoms are ignored.
   inm_friction_value, inm_friction_error: value of a set from that source. */
inm_friction_source inm_friction_choose(int nset, const inm_friction *set);
double inm_friction_value(const inm_friction *f, inm_friction_source source);
double inm_friction_error(const inm_friction *f, inm_friction_source source);

/* State as doubles, for a restart on any number of ranks.  A LAMMPS fix does not know the length of
   buf, so unpack reads the header first, and the rest only if the header is valid.  INM_ERR_ARG if
   buf was packed with other options or by another version, INM_ERR_DATA if it is corrupt; both leave
   the correlator unchanged. */
size_t inm_correlator_pack_size(const inm_correlator *c);
void inm_correlator_pack(const inm_correlator *c, double *buf);
inm_status inm_correlator_unpack(inm_correlator *c, const double *buf);

#ifdef __cplusplus
}
#endif
#endif
