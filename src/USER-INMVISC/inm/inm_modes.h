/* The mode table: what remains of each normal mode after its eigenvector is dropped.  Solvers fill it, and
   all results follow from it by a few lines of arithmetic. */

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
  size_t nzero; /* zero modes among them */
  int ntypes;
  int nproj;      /* projected vectors */
  int64_t *tag;   /* [natom]         atoms in ascending order of ID */
  double *mass;   /* [natom] */
  double *lambda; /* [n]             1/time^2, ascending, zero modes exactly 0 */
  double *pr;     /* [n]             participation ratio; NaN without eigenvector */
  double *proj2;  /* [nproj][n]      (e_p . b/sqrt(m))^2 of each projected vector b; NaN likewise */
  double *weight; /* [ntypes][n]     sum over atoms of the type of |e_ip|^2 / m_i; NaN likewise */
  signed char *cls;    /* [n]             inm_class, by the edge given to the solver */
  double *intensity;   /* [natom][3]      mean |e_ip|^2 over UL, UD, stable modes; NaN if unknown */
  double *eigenvector; /* [natom][3]      of the chosen mode; NaN if none */
  size_t kept;         /* index of the chosen mode, n if none */
  const char *solver;  /* name of the solver that found the modes */
  int single;          /* 1 if in single precision */
  int nthread;         /* threads of a rank */
  int grid[2];         /* rows and columns of the grid of ranks; 1 and 1 for one rank */
} inm_modes;

/* True if the solver found the eigenvector of mode p. */
int inm_has_vector(const inm_modes *m, size_t p);

/* Squared projection on mode p, mean over the vectors first..first+count-1. */
double inm_mean_projection(const inm_modes *m, int first, int count, size_t p);

/* Index of the atom with this tag in the table, or natom if there is none. */
size_t inm_mode_atom(const inm_modes *m, int64_t tag);

/* Free all arrays and zero the struct. */
void inm_modes_free(inm_modes *m);

#ifdef __cplusplus
}
#endif
#endif
