/* Between the solver interface and the solvers behind it. */

#ifndef INM_SOLVER_PRIVATE_H
#define INM_SOLVER_PRIVATE_H

#include "inm_solver.h"

/* The mass-weighted matrix and the vectors to project, on one rank.  Coordinate dim*i+a belongs to
   atom i in ascending order of tags. */
typedef struct {
  size_t natom, n;
  int dim, nproj;
  double scale;  /* of the Hessian, see inm_hessian_create */
  double *a;     /* [n][n]     symmetric; solvers may destroy it.  NULL in single precision */
  float *single; /* [n][n]     the same in single precision, else NULL */
  struct inm_residual *residual; /* the matrix in double, for the check of single precision */
  double *mass;                  /* [natom] */
  int *type;                     /* [natom] */
  double *proj;                  /* [nproj][n] divided by sqrt(m) */
} inm_dense;

/* Collect the matrix on rank root, where d is filled; elsewhere d stays zeroed.  nthread: of the root.
   Collective. */
inm_status inm_dense_gather(const inm_hessian *h, const inm_request *request, const int64_t *tag,
                            size_t natom, int root, int nthread, inm_dense *d);
void inm_dense_free(inm_dense *d);

/* All but the matrix, on every rank: d->a is NULL.  Collective. */
inm_status inm_dense_share_atoms(const inm_hessian *h, const inm_request *request,
                                 const int64_t *tag, size_t natom, inm_dense *d);

/* Add shift * t t^T for each free translation t = sqrt(m_i/M), with a shift above all eigenvalues.
   INM_ERR_NONFINITE if an element is infinite or undefined. */
inm_status inm_dense_lift_translations(inm_dense *d, const int *is_free, int nthread);

/* Filling of the mode table, while solving: on the root, or on several ranks that see some of the
   eigenvectors each.
   order: first inm_fill_spectrum, which forgets what was before, then inm_fill_panel for every
   eigenvector at most once, then inm_fill_merge if there are several ranks, then inm_fill_shares. */
typedef struct {
  inm_modes *modes;
  const inm_dense *dense;
  const inm_request *request;
  const double *lambda; /* [n] of the solver */
  size_t nunstable;     /* modes below zero: they come first */
  size_t nseen[3];      /* eigenvectors seen of UL, UD, stable */
  int nthread;          /* threads that the solver may use, BLAS is set to them */
  double *intensity;    /* [natom] workspace: |e_i|^2 of the mode at hand */
} inm_filler;

/* lambda [n] ascending as the solver found it, lifted translations last; kept until all panels are in */
void inm_fill_spectrum(inm_filler *f, const double *lambda);

/* Eigenvectors first..first+count-1 in the solver's order.  vec [count][n], normalized; those of
   single precision are normalized here, and compared with the matrix. */
inm_status inm_fill_panel(inm_filler *f, size_t first, size_t count, double *vec);

/* Tell the caller of inm_solve how much of the solution is done. */
void inm_fill_progress(const inm_filler *f, double done);

/* Bring together on the root what the ranks have seen, each eigenvector on one of them.
   Collective over comm; the same status on all ranks. */
inm_status inm_fill_merge(inm_filler *f, int root, MPI_Comm comm);

/* Eigenvectors that the request asks for, they come first: known after inm_fill_spectrum. */
size_t inm_fill_wanted(const inm_filler *f);

/* Means over the classes, once all panels are in. */
void inm_fill_shares(inm_filler *f);

/* The verdict on single precision, once all panels are in: INM_OK or INM_ERR_PRECISION. */
inm_status inm_fill_verdict(const inm_filler *f);

/* Allocate all arrays for natom, dim, ntypes, nproj already set.  Everything starts as NaN. */
inm_status inm_modes_alloc(inm_modes *m);

/* The same for a table of n modes only. */
inm_status inm_modes_alloc_rows(inm_modes *m, size_t n);

/* All but lambda and class to zero, for sums. */
void inm_modes_clear(inm_modes *m);

/* Which column of share a class goes to, or -1. */
int inm_share_column(int cls);

/* Of e and -e, which are eigenvectors both, keep the one whose largest component is positive, of
   equal ones that of the lowest atom ID: solvers and numbers of ranks agree on it. */
void inm_modes_fix_sign(inm_modes *m);

/* Give the table of the root to all ranks.  Collective. */
inm_status inm_modes_bcast(inm_modes *m, int root, MPI_Comm comm);

struct inm_distributed; /* inm_distributed.h */

/* Either solve, on the root, or solve_distributed, on all ranks of a grid. */
struct inm_solver {
  const char *name;
  inm_status (*can)(const inm_job *job);
  double (*bytes)(const inm_job *job);              /* of the root, or of each rank */
  double (*work)(const inm_job *job);               /* inm_solver_work */
  inm_status (*solve)(inm_dense *d, inm_filler *f); /* destroys d->a */
  inm_status (*solve_distributed)(struct inm_distributed *p);
};

extern const inm_solver inm_solver_lapack, inm_solver_twostage;
extern const inm_solver inm_solver_scalapack; /* with INM_SCALAPACK defined */
extern const inm_solver inm_solver_elpa;      /* with INM_ELPA defined */

#endif
