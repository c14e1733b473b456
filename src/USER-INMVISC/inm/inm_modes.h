/* The mode table: what is kept of each normal mode once its eigenvector has been looked at.
   Solvers fill it; everything after it is a few lines of arithmetic. */

#ifndef INM_MODES_H
#define INM_MODES_H

#include "inm_classes.h"
#include "inm_status.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct inm_modes {
  size_t natom; /* N */
  int dim;      /* 2 or 3 */
  size_t n;     /* modes: dim * N */
  size_t nzero; /* rigid translations among them */
  int ntypes;
  int nproj;      /* projected vectors */
  int64_t *tag;   /* [natom]         atoms in ascending order of ID */
  double *mass;   /* [natom] */
  double *lambda; /* [n]             1/time^2, ascending, zero modes exactly 0 */
  double *pr;     /* [n]             participation ratio; NaN without eigenvector */
  double *proj2;  /* [nproj][n]      (e_p . b/sqrt(m))^2 of each projected vector b; NaN likewise */
  double *weight; /* [ntypes][n]     sum over atoms of the type of |e_ip|^2 / m_i; NaN likewise */
  signed char *cls; /* [n]             inm_class, by the edge given to the solver */
  double *intensity;   /* [natom][3]      mean |e_ip|^2 over the modes UL, UD, stable; NaN if unknown */
  double *eigenvector; /* [natom][3]      of the chosen mode; NaN if none */
  size_t kept;         /* index of the chosen mode, n if none */
  const char *solver;  /* name of the one whose results these are */
  int single;          /* 1 if they were found in single precision */
  int nthread;         /* threads that it used on a rank */
  int grid[2];         /* rows and columns of ranks that held the matrix; 1 and 1 if one rank did */
} inm_modes;

/* True if the eigenvector of mode p was seen. */
int inm_has_vector(const inm_modes *m, size_t p);

/* Squared projection on mode p, mean over the vectors first..first+count-1. */
double inm_mean_projection(const inm_modes *m, int first, int count, size_t p);

/* Index of the atom with a tag in the table, or natom if it is not there. */
size_t inm_mode_atom(const inm_modes *m, int64_t tag);

/* Free all arrays and zero the struct. */
void inm_modes_free(inm_modes *m);

#ifdef __cplusplus
}
#endif
#endif
