/* Eigenpairs near zero that single precision has found, refined in double with the sparse matrix.

   In single precision, an eigenvalue is known to 1e-6 of the largest, and a zero mode to 1e-9 must be told
   from a soft one.  Rayleigh quotients of single vectors do not tell them apart, since vectors of close
   eigenvalues are mixed: all modes near zero are rotated together (Rayleigh-Ritz).  The rest of the error
   is due to the modes outside their span, at a distance gap from zero, and is of second order:
   |theta - lambda| <= sum r^2 / gap with the residuals r = |D v - theta v| of those in question.  If that
   is too much, a polynomial of D that is 1 at zero and small from gap to norm filters the vectors (as in
   solvers/inm_lowest.c), and they are rotated again.

   Why this is not one with inm_lowest.c: the vectors there begin at random and are distributed, in groups of
   eight for products with sparse blocks; these are complete on one rank and nearly orthonormal, and must stay
   as they are but for rounding.  Only the names of the steps are the same. */

#ifndef INM_RITZ_H
#define INM_RITZ_H

#include "hessian/inm_residual.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
  inm_residual *matrix;
  size_t n, count; /* order of the matrix, number of vectors */
  double *vec;     /* [count][n]  orthonormal to single precision; on return Ritz vectors */
  double *image;   /* [count][n]  workspace: D vec */
  double *theta;   /* [count]  out: Ritz values, ascending */
  double error;    /* of the eigenvalues in single precision: smaller ones are in question */
  double zero;     /* to be decided: is |lambda| at most that? */
  double gap;      /* the eigenvalues outside the span have |lambda| > gap > error */
  double norm;     /* and at most that */
  int nthread;
} inm_ritz;

/* INM_ERR_ACCURACY if the vectors are not as orthonormal, or it cannot be decided.  Not collective. */
inm_status inm_ritz_refine(inm_ritz *z);

#ifdef __cplusplus
}
#endif
#endif
