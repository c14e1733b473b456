#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* affinity, dlsym over all libraries */
#endif

#include "inm_cores.h"

#include "base/inm_lapack.h"

#include <dlfcn.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

struct inm_cores {
  int count;        /* number of threads to use */
  cpu_set_t all;    /* of all ranks on the node */
  cpu_set_t mine;   /* before take */
  int blas_threads; /* before take */
  int taken;
};

/* ---- threads of BLAS ------------------------------------------------------------------------- */

/* The host program decides which BLAS is loaded, so look up its functions at run time. */
static const struct {
  const char *set, *get;
} blas_names[] = {{"openblas_set_num_threads", "openblas_get_num_threads"},
                  {"MKL_Set_Num_Threads", "MKL_Get_Max_Threads"},
                  {"bli_thread_set_num_threads", "bli_thread_get_num_threads"}};

/* conversion between function and object pointers, as dlsym requires */
typedef union {
  void *object;
  void (*set)(int);
  int (*get)(void);
  void (*any)(void);
} blas_symbol;

static blas_symbol blas_lookup(int setter)
{
  blas_symbol found;
  found.object = NULL;
  for (size_t k = 0; k < sizeof(blas_names) / sizeof(*blas_names) && !found.object; k++)
    found.object = dlsym(RTLD_DEFAULT, setter ? blas_names[k].set : blas_names[k].get);
  return found;
}

int inm_blas_threads(void)
{
  const blas_symbol f = blas_lookup(0);
  return f.object ? f.get() : 1;
}

void inm_blas_set_threads(int n)
{
  const blas_symbol f = blas_lookup(1);
  if (f.object) f.set(n);
}

const char *inm_lapack_file(void)
{
  blas_symbol lapack;
  Dl_info found;
  lapack.any = (void (*)(void)) dsyevd_;
  return (dladdr(lapack.object, &found) && found.dli_fname) ? found.dli_fname : "unknown";
}

/* ---- cores ----------------------------------------------------------------------------------- */

/* value of an environment variable, 0 if it is not a positive number */
static int positive_variable(const char *name)
{
  const char *text = getenv(name);
  const int value = text ? atoi(text) : 0;
  return (value > 0) ? value : 0;
}

static int smaller_if_set(int n, int limit)
{
  return (limit > 0 && limit < n) ? limit : n;
}

/* union of the masks of the ranks on this node, and their number */
static void node_union(MPI_Comm comm, cpu_set_t *mask, int *nranks)
{
  *nranks = 1;
#if !defined(MPI_STUBS)
  MPI_Comm node;
  MPI_Comm_split_type(comm, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node);
  MPI_Comm_size(node, nranks);
  MPI_Allreduce(MPI_IN_PLACE, mask, (int) sizeof(*mask), MPI_BYTE, MPI_BOR, node);
  MPI_Comm_free(&node);
#else
  (void) comm;
  (void) mask;
#endif
}

inm_status inm_cores_create(inm_cores **out, MPI_Comm comm, int limit)
{
  int nranks;
  inm_cores *c = (inm_cores *) calloc(1, sizeof(*c));
  const inm_status status = inm_status_sync(c ? INM_OK : INM_ERR_ALLOC, comm);

  *out = NULL;
  if (status != INM_OK) {
    free(c);
    return status;
  }
  CPU_ZERO(&c->all);
  if (sched_getaffinity(0, sizeof(c->all), &c->all) != 0) CPU_SET(0, &c->all);
  node_union(comm, &c->all, &nranks);

  c->count = CPU_COUNT(&c->all);
  c->count = smaller_if_set(c->count, nranks * positive_variable("OMP_NUM_THREADS"));
  c->count = smaller_if_set(c->count, positive_variable("OPENBLAS_NUM_THREADS"));
  c->count = smaller_if_set(c->count, positive_variable("MKL_NUM_THREADS"));
  c->count = smaller_if_set(c->count, limit);
  if (c->count < 1) c->count = 1;
  *out = c;
  return INM_OK;
}

void inm_cores_destroy(inm_cores **cores)
{
  if (!cores || !*cores) return;
  inm_cores_give_back(*cores);
  free(*cores);
  *cores = NULL;
}

int inm_cores_count(const inm_cores *cores)
{
  return cores->count;
}

void inm_cores_take(inm_cores *c)
{
  if (c->taken) return;
  c->taken = 1;
  c->blas_threads = inm_blas_threads();
  /* set the mask first: threads started by BLAS inherit it */
  if (sched_getaffinity(0, sizeof(c->mine), &c->mine) == 0)
    sched_setaffinity(0, sizeof(c->all), &c->all);
  inm_blas_set_threads(c->count);
}

void inm_cores_give_back(inm_cores *c)
{
  if (!c->taken) return;
  c->taken = 0;
  inm_blas_set_threads(c->blas_threads);
  sched_setaffinity(0, sizeof(c->mine), &c->mine);
}
