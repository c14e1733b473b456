/* Atom data for the mode table, in ascending order of ID.  Coordinate dim*i+a of an eigenvector belongs to
   atom i. */

#ifndef INM_MODE_ATOMS_H
#define INM_MODE_ATOMS_H

#include "inm_hessian.h"
#include "inm_request.h"

typedef struct {
  size_t natom, n; /* n = dim * natom */
  int dim, nproj;
  double *mass; /* [natom] */
  int *type;    /* [natom] */
  double *proj; /* [nproj][n]  vectors to project, divided by sqrt(m) */
} inm_mode_atoms;

/* Gather the atoms of all ranks on the root, where the arrays are filled; elsewhere they are NULL.
   tag [natom]  all tags in ascending order
   Free the result even after a failure.  Collective; the same status on all ranks. */
inm_status inm_mode_atoms_gather(inm_mode_atoms *atoms, const inm_hessian *h,
                                 const inm_request *request, const int64_t *tag, size_t natom,
                                 int root);

/* The same on every rank. */
inm_status inm_mode_atoms_gather_all(inm_mode_atoms *atoms, const inm_hessian *h,
                                     const inm_request *request, const int64_t *tag, size_t natom);

void inm_mode_atoms_free(inm_mode_atoms *atoms);

#endif
