#include "inm_machine.h"

#include "base/inm_lapack.h"
#include "inm_cores.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

/* ---- memory ----------------------------------------------------------------------------------- */

/* MemAvailable includes reclaimable caches, unlike the free pages of sysconf */
static double system_available(void)
{
  double kib = 0.0;
  char line[128];
  FILE *fp = fopen("/proc/meminfo", "r");

  if (!fp) return 0.0;
  while (fgets(line, sizeof(line), fp))
    if (sscanf(line, "MemAvailable: %lf", &kib) == 1) break;
  fclose(fp);
  return 1024.0 * kib;
}

/* what is left of the address space limit (ulimit -v), or infinity */
static double limit_available(void)
{
  struct rlimit limit;
  double pages = 0.0;

  if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return INFINITY;
  FILE *fp = fopen("/proc/self/statm", "r");
  if (fp) {
    if (fscanf(fp, "%lf", &pages) != 1) pages = 0.0;
    fclose(fp);
  }
  return fmax(0.0, (double) limit.rlim_cur - pages * (double) sysconf(_SC_PAGESIZE));
}

double inm_memory_available(void)
{
  const double available = system_available();
  return (available > 0.0) ? fmin(available, limit_available()) : 0.0;
}

/* sum of x over the ranks of comm on the node of this one */
static double sum_over_node(MPI_Comm comm, double x)
{
#if !defined(MPI_STUBS)
  MPI_Comm node;
  MPI_Comm_split_type(comm, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node);
  MPI_Allreduce(MPI_IN_PLACE, &x, 1, MPI_DOUBLE, MPI_SUM, node);
  MPI_Comm_free(&node);
#else
  (void) comm;
#endif
  return x;
}

double inm_memory_within(double limit)
{
  const double available = inm_memory_available();
  return (limit > 0.0 && (available == 0.0 || limit < available)) ? limit : available;
}

void inm_node_memory(MPI_Comm comm, double bytes_of_rank, double limit, double *need, double *have)
{
  double mine[2] = {sum_over_node(comm, bytes_of_rank), -inm_memory_within(limit)}, worst[2];
  MPI_Allreduce(mine, worst, 2, MPI_DOUBLE, MPI_MAX, comm);
  *need = worst[0];
  *have = -worst[1];
}

/* ---- speed ------------------------------------------------------------------------------------ */

enum { TRIAL = 384, TRIALS = 3 };

/* work [3][TRIAL][TRIAL] */
static double seconds_of_product(double *work)
{
  const int n = TRIAL;
  const double one = 1.0, zero = 0.0;
  double *a = work, *b = a + TRIAL * TRIAL, *c = b + TRIAL * TRIAL;
  const double begin = MPI_Wtime();

  dgemm_("N", "N", &n, &n, &n, &one, a, &n, b, &n, &zero, c, &n);
  return MPI_Wtime() - begin;
}

double inm_core_speed(MPI_Comm comm)
{
  int me;
  double speed = 0.0;

  MPI_Comm_rank(comm, &me);
  if (me == 0) {
    const int threads = inm_blas_threads();
    double *work = (double *) inm_calloc_for_blas(3 * TRIAL * TRIAL, sizeof(*work)), least = INFINITY;
    inm_blas_set_threads(1);
    for (int k = 0; work && k < TRIALS; k++) least = fmin(least, seconds_of_product(work));
    inm_blas_set_threads(threads);
    free(work);
    if (isfinite(least) && least > 0.0) speed = 2.0 * pow(TRIAL, 3.0) / least;
  }
  MPI_Bcast(&speed, 1, MPI_DOUBLE, 0, comm);
  return speed;
}
