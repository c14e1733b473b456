/* Parts of the two-stage solver (inm_solver_twostage.c), for its refinement to double precision
   (inm_refined.c).  z of a panel is that of its struct. */

#ifndef INM_TWOSTAGE_H
#define INM_TWOSTAGE_H

#include "eigen/inm_band_vectors.h"
#include "eigen/inm_reflectors.h"
#include "modes/inm_mode_filler.h"
#include "solvers/inm_dense.h"

enum {
  INM_TWOSTAGE_KD = 32
}; /* half-bandwidth: wider is faster in the reduction, slower in the vectors */

typedef struct {
  size_t n;
  double norm;       /* largest |lambda| */
  double *band;      /* [n][KD+1] */
  double *lambda;    /* [n] */
  void *tau;         /* [n] scalars of the reflectors of Q, in the precision of the dense matrix */
  inm_reflectors *q; /* Q, one of the two */
  inm_reflectors_single *q_single;
  double *z;           /* [count][n] vectors of the panel */
  size_t first, count; /* panel */
  double max_overlap;  /* of neighbors in the spectrum */

  /* modes around zero refined in double, of single precision */
  size_t near_first, near_count;
  double *refined; /* [n] lambda with refined ones */
  double *near;    /* [near_count][n] their vectors */

  int nthread;
  inm_status *status; /* [nthread] */
} inm_twostage;

/* typical bound of the error of an eigenvalue in single precision */
double inm_twostage_single_error(const inm_twostage *s);

/* most vectors in a panel */
size_t inm_twostage_largest_panel(const inm_twostage *s);

/* size of the panel that begins at mode first; clusters are not split.  0 if one is too large */
size_t inm_twostage_panel(const inm_twostage *s, size_t first, size_t nvectors);

/* z = vectors of the band of the panel first..first+count-1, checked */
inm_status inm_twostage_vectors(inm_twostage *s);

/* factors of B - lambda of a mode */
inm_status inm_twostage_factorize(const inm_twostage *s, size_t mode, inm_band_factor *factor);

/* Run a step on all threads.  Returns the largest of s->status, which the step sets. */
inm_status inm_twostage_on_threads(inm_twostage *s, void (*step)(void *ctx, int thread), void *ctx);

/* ---- inm_refined.c ---------------------------------------------------------------------------- */

/* Receives the fraction of the work after the reduction that is done, 0 to 1. */
typedef void (*inm_twostage_report)(const inm_filler *f, double done);

/* The unstable modes in double precision from a reduction in single: spectrum and mode table.
   d  in single precision, with d->residual; its matrix and Q are freed
   INM_ERR_PRECISION if more than inm_twostage_most_refined modes may be unstable, or the modes do not pass
   the check. */
inm_status inm_twostage_refine(inm_twostage *s, inm_dense *d, inm_filler *f,
                               inm_twostage_report report);

/* Most modes that are refined, of n: for more, double precision is faster. */
size_t inm_twostage_most_refined(size_t n);

#endif
