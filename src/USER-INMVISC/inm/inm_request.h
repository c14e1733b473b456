/* Request for a spectrum: one structure for all solvers (inm_solver.h). */

#ifndef INM_REQUEST_H
#define INM_REQUEST_H

#include "inm_classes.h"

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Which eigenvectors.  Dense solvers always compute all eigenvalues. */
typedef enum {
  INM_VECTORS_NONE,
  INM_VECTORS_UNSTABLE,
  INM_VECTORS_ALL,
  INM_VECTORS_LOWEST /* the nlowest lowest modes */
} inm_vectors;

/* The one mode whose eigenvector is kept. */
typedef enum { INM_KEEP_NONE, INM_KEEP_INDEX, INM_KEEP_FREQUENCY } inm_keep_kind;

/* Of the dense matrix and of operations on it.
   INM_REFINED: unstable modes in double although the matrix is reduced in single.  Eigenvalues of stable modes,
   which have no vectors then, are those of single precision.
   INM_PRECISION_AUTO: INM_REFINED where that is faster, else INM_DOUBLE. */
typedef enum { INM_DOUBLE, INM_SINGLE_PRECISION, INM_REFINED, INM_PRECISION_AUTO } inm_precision;

/* Progress of a solution. */
typedef struct {
  double done;             /* 0 to 1, of the work known so far */
  size_t products, target; /* polynomials: products done, and products needed at least */
} inm_progress;

/* Convergence criterion of polynomials: the relative change of a sum over modes, or of a modulus at several
   frequencies, between half of the products and all of them must be at most the bound of the request. */
struct inm_modulus_rows; /* inm_modulus.h */

typedef struct {
  int first, count; /* vectors to project */
  inm_cut cut; /* sum over 1/lambda^2 of the localized modes, or of all if the cut has no edge */
  const struct inm_modulus_rows *modulus; /* NULL, or the modulus, whatever the cut; borrowed */
} inm_criterion;

/* An all-zero request is for eigenvalues only, in double precision. */
typedef struct {
  inm_vectors vectors;
  size_t nlowest;
  inm_precision precision;
  inm_edge edge;      /* for the classes */
  int ntypes;         /* largest atom type */
  int nproj;          /* vectors to project on the modes */
  const double *proj; /* [nproj][nrow][3] on each rank; without mass weighting; borrowed */
  int is_free[3];     /* translations that cost no energy (inm_hessian_translations) */
  inm_keep_kind keep;
  double keep_value; /* index 1..n in ascending order, or frequency (the nearest mode) */
  int max_threads;   /* of the solver; 0: all cores of the node's ranks */

  /* polynomials */
  size_t products; /* 0: until the criteria are met */
  int nrandom;     /* random start vectors, 0: inm_kpm_default_random */
  int nlanczos;    /* Lanczos steps to bound the spectrum, 0: 60 */
  double width;    /* of the steps at edges (inm_cut), 0: inm_default_width */
  double bound;    /* of the relative change of the criteria, 0: 1e-3 */
  int ncriterion;
  const inm_criterion *criterion; /* [ncriterion] borrowed */

  /* NULL, or called repeatedly: by dense solvers on rank 0, by the others on all ranks */
  void (*progress)(void *ctx, const inm_progress *progress);
  void *progress_ctx;
} inm_request;

/* Width of the steps at edges: as given, else a tenth of the mobility edge by frequency, or of wmin without
   such an edge. */
double inm_default_width(double given, inm_edge edge, double wmin);

/* Bound of a criterion's change: as given, or 1e-3 if that is 0. */
double inm_default_bound(double given);

#ifdef __cplusplus
}
#endif
#endif
