/* An entry in the table of solvers.  To add a solver, define its entry in a file of its own and list it in
   inm_solver.c. */

#ifndef INM_SOLVER_ENTRY_H
#define INM_SOLVER_ENTRY_H

#include "inm_solver.h"
#include "modes/inm_mode_filler.h"
#include "solvers/inm_dense.h"

struct inm_distributed; /* solvers/inm_distributed.h */

struct inm_solver {
  const char *name;
  inm_place place;
  const char *lacks[INM_NCAPABILITY]; /* reasons, NULL for what it has */
  inm_status (*can)(const inm_job *job);
  double (*bytes)(const inm_job *job); /* inm_solver_bytes */
  double (*work)(const inm_job *job);  /* inm_solver_work */

  /* only the one for its place is set */
  inm_status (*on_root)(inm_dense *d, inm_filler *f); /* destroys d->a */
  inm_status (*on_grid)(struct inm_distributed *p);
  inm_status (*matrix_free)(const inm_hessian *h, const inm_request *request, inm_spectrum **out);
};

extern const inm_solver inm_solver_lapack, inm_solver_twostage;
extern const inm_solver inm_solver_scalapack; /* with INM_SCALAPACK defined */
extern const inm_solver inm_solver_elpa;      /* with INM_ELPA defined */
extern const inm_solver inm_solver_kpm, inm_solver_lowest;

/* reasons common to several solvers */
#define INM_NO_SINGLE(name) "solver " name " works in double precision; use solver auto or twostage"
#define INM_NO_LOWEST(name) "solver " name " finds all modes; use solver kpm"
#define INM_NO_PRODUCTS(name) "solver " name " does not use polynomials; use solver kpm"

#endif
