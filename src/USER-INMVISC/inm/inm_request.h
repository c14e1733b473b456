/* What is wanted of a spectrum: one structure for all solvers (inm_solver.h). */

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
  INM_VECTORS_LOWEST /* those of the nlowest lowest modes */
} inm_vectors;

/* One mode whose eigenvector is to be kept. */
typedef enum { INM_KEEP_NONE, INM_KEEP_INDEX, INM_KEEP_FREQUENCY } inm_keep_kind;

typedef enum { INM_DOUBLE, INM_SINGLE_PRECISION } inm_precision;

/* How far a solution has come. */
typedef struct {
  double done;             /* 0 to 1, of what is known to be left */
  size_t products, target; /* of polynomials: products done, and those that are needed at the least */
} inm_progress;

/* A sum over modes that polynomials have to reproduce: its relative change between half of the products
   and all of them is to be at most the bound of the request. */
typedef struct {
  int first, count; /* vectors to project */
  inm_cut cut;      /* sum over 1/lambda^2 of the localized modes, or of all if the cut has no edge */
} inm_criterion;

/* An all-zero request wants eigenvalues alone, in double precision. */
typedef struct {
  inm_vectors vectors;
  size_t nlowest;
  inm_precision precision; /* of the dense matrix and what is done with it */
  inm_edge edge;           /* for the classes */
  int ntypes;              /* largest atom type */
  int nproj;               /* vectors to project on the modes */
  const double *proj;      /* [nproj][nrow][3] on each rank; without mass weighting; borrowed */
  int is_free[3];          /* translations that cost no energy (inm_hessian_translations) */
  inm_keep_kind keep;
  double keep_value; /* index 1..n in ascending order, or frequency (the nearest mode) */
  int max_threads;   /* of the solver; 0: all that the node's ranks were given */

  /* polynomials */
  size_t products;                /* 0: as many as the criteria want */
  int nrandom;                    /* random start vectors, 0: inm_kpm_default_random */
  int nlanczos;                   /* steps in search of the ends of the spectrum, 0: 60 */
  double width;                   /* of the steps at edges (inm_cut), 0: inm_default_width */
  double bound;                   /* of the change that a criterion tells, 0: 1e-3 */
  int ncriterion;
  const inm_criterion *criterion; /* [ncriterion] borrowed */

  /* NULL, or called now and then: on rank 0 by dense solvers, on all ranks by the others */
  void (*progress)(void *ctx, const inm_progress *progress);
  void *progress_ctx;
} inm_request;

/* Width of the steps of a request: as given, or a tenth of the mobility edge by frequency, or a tenth of
   wmin without such an edge. */
double inm_default_width(double given, inm_edge edge, double wmin);

#ifdef __cplusplus
}
#endif
#endif
