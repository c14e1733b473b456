/* inm_replay SOURCE [keyword value ...]: solve a stored or synthetic matrix without LAMMPS, and print one
   line per solver; see usage below. */

#include "replay.h"

#include "inm_cores.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "inm_replay SOURCE [keyword value ...]: a solver of USER-INMVISC on a matrix, without LAMMPS\n"
    "\n"
    "  SOURCE      FILE.npz     that compute inm/dos has written (keyword file)\n"
    "              fcc:CELLS    a Lennard-Jones crystal of CELLS^3 cells, displaced at random\n"
    "              random:N     N soft particles at random\n"
    "  solver      its name, or all           (twostage)\n"
    "  modes       all, unstable or none: which have vectors; or lowest K, with solver lowest\n"
    "                                         (unstable)\n"
    "  precision   double, single or refined  (double); refined needs modes unstable\n"
    "  products    of solver kpm              (400)\n"
    "  repeat      solutions of each solver   (1)\n"
    "  threads     of a solver, 0: all cores  (0)\n"
    "  tolerance   for translations that cost no energy, of the diagonal blocks; compute inm/dos\n"
    "              takes 1e-5, and 1e-3 with a kspace style\n"
    "                                         (1e-5)\n"
    "  write       FILE.npz for the matrix    (none)\n"
    "\n"
    "Columns: seconds is the median of all solutions.  GFlop/s uses the operation count of "
    "LAPACK,\n"
    "4/3 n^3 and 2 n^2 for each vector, for every solver; share is its ratio to the speed of a "
    "matrix\n"
    "product on the same cores.  GB/s is the memory traffic of products with vectors.  MB is the "
    "peak\n"
    "memory, summed over ranks.  residual is |D e - lambda e| / |D|, the largest of the modes "
    "that\n"
    "were checked: the lowest, and another one with each repetition.  trace is |sum of lambda - "
    "trace\n"
    "of D| / sum of |lambda|.  f_u is the fraction of unstable modes.  lowest and highest are\n"
    "frequencies, of kpm the ends of its interval.  nan means not available.\n";

typedef struct {
  const char *source, *solver, *write;
  replay_request request;
  double tolerance;
  int repeat;
} options;

/* ---- errors ---------------------------------------------------------------------------------- */

static int rank_of_this(void)
{
  int me;
  MPI_Comm_rank(MPI_COMM_WORLD, &me);
  return me;
}

/* Collective; does not return. */
static void fail(const char *format, ...)
{
  va_list values;
  fflush(stdout);
  if (rank_of_this() == 0) {
    fputs("ERROR: inm_replay: ", stderr);
    va_start(values, format);
    vfprintf(stderr, format, values);
    va_end(values);
    fputc('\n', stderr);
  }
  MPI_Barrier(MPI_COMM_WORLD);
  MPI_Finalize();
  exit(1);
}

/* ---- arguments ------------------------------------------------------------------------------- */

/* The index of a word in a NULL-terminated list. */
static int choice(const char *keyword, const char *word, const char *const *list)
{
  char all[200] = "";
  for (int k = 0; list[k]; k++) {
    if (strcmp(word, list[k]) == 0) return k;
    snprintf(all + strlen(all), sizeof(all) - strlen(all), "%s%s", k ? ", " : "", list[k]);
  }
  fail("%s cannot be %.80s; it can be %s", keyword, word, all);
  return -1;
}

static long number(const char *keyword, const char *word, long least)
{
  char *end;
  errno = 0;
  const long value = isdigit((unsigned char) *word) ? strtol(word, &end, 10) : -1;
  if (value < 0 || *end != '\0' || errno != 0 || value < least || value > 1000000000)
    fail("%s must be a whole number of %ld or more, not %.80s", keyword, least, word);
  return value;
}

static double fraction(const char *keyword, const char *word)
{
  char *end;
  const double value = strtod(word, &end);
  if (end == word || *end != '\0' || !(value > 0.0 && value < 1.0))
    fail("%s must be a number above 0 and below 1, not %.80s", keyword, word);
  return value;
}

static const char *known_solver(const char *word)
{
  const char *list[16] = {"all"};
  for (size_t k = 0; k < 14 && replay_solver(k); k++) list[k + 1] = replay_solver(k);
  return list[choice("solver", word, list)];
}

static void take_modes(options *o, const char *word)
{
  static const char *const list[] = {"none", "unstable", "all", "lowest", NULL};
  const int k = choice("modes", word, list);
  o->request.lowest = 0;
  if (k < 3) o->request.vectors = (inm_vectors) k;
}

static const char *value_of(int argc, char **argv, int k)
{
  if (k + 1 >= argc) fail("missing value for %s", argv[k]);
  return argv[k + 1];
}

/* Parse a keyword and its values.  Returns the number of arguments used. */
static int take(options *o, int argc, char **argv, int k)
{
  static const char *const words[] = {"solver",  "modes",     "precision", "products", "repeat",
                                      "threads", "tolerance", "write",     NULL};
  static const char *const precisions[] = {"double", "single", "refined", NULL}; /* inm_precision */
  const int which = choice("a keyword", argv[k], words);
  const char *value = value_of(argc, argv, k);

  switch (which) {
    case 0:
      o->solver = known_solver(value);
      break;
    case 1:
      take_modes(o, value);
      if (strcmp(value, "lowest") != 0) break;
      if (k + 2 >= argc) fail("missing value for modes lowest");
      o->request.lowest = (size_t) number("modes lowest", argv[k + 2], 1);
      return 3;
    case 2:
      o->request.precision = (inm_precision) choice("precision", value, precisions);
      break;
    case 3:
      o->request.products = (size_t) number("products", value, 1);
      break;
    case 4:
      o->repeat = (int) number("repeat", value, 1);
      break;
    case 5:
      o->request.threads = (int) number("threads", value, 0);
      break;
    case 6:
      o->tolerance = fraction("tolerance", value);
      break;
    default:
      o->write = value;
  }
  return 2;
}

static options parse(int argc, char **argv)
{
  options o;
  memset(&o, 0, sizeof(o));
  o.source = argv[1];
  o.request.vectors = INM_VECTORS_UNSTABLE;
  o.request.products = 400;
  o.repeat = 1;
  o.tolerance = 1.0e-5;
  for (int k = 2; k < argc;) k += take(&o, argc, argv, k);
  if (!o.solver) o.solver = o.request.lowest ? "lowest" : "twostage";
  if (o.write && inm_matrix_format_of(o.write) == INM_MATRIX_UNKNOWN)
    fail("write must be a name that ends in .npz or .mtx, not %.80s", o.write);
  return o;
}

/* ---- the table ------------------------------------------------------------------------------- */

static void print_head(const options *o, const replay_matrix *m)
{
  const inm_matrix_facts *f = &m->origin.facts;

  if (rank_of_this() != 0) return;
  printf("# inm_replay %s: %zu atoms in %d dimensions, %d free translations, units %s, timestep "
         "%lld\n",
         o->source, m->natom, inm_hessian_dim(m->h), m->is_free[0] + m->is_free[1] + m->is_free[2],
         m->origin.units, (long long) f->timestep);
  printf("# projected: %s\n", m->vectors);
  printf("# LAPACK of %s, %.3g GFlop/s of a core in a matrix product\n", inm_lapack_file(),
         1e-9 * m->core_speed);
  printf("# %-9s %7s %-12s %-9s %5s %7s %10s %8s %6s %7s %8s %9s %9s %9s %16s %16s\n", "solver",
         "n", "modes", "precision", "ranks", "threads", "seconds", "GFlop/s", "share", "GB/s", "MB",
         "residual", "trace", "f_u", "lowest", "highest");
  fflush(stdout);
}

static void print_row(const char *solver, const replay_matrix *m, const replay_result *r,
                      double bytes)
{
  int nprocs;
  MPI_Comm_size(MPI_COMM_WORLD, &nprocs);
  if (rank_of_this() != 0) return;
  printf("  %-9s %7zu %-12s %-9s %5d %7d %10.4g %8.4g %6.3f %7.3g %8.1f %9.2e %9.2e %9.6f %16.12g "
         "%16.12g\n",
         solver, m->n, r->modes, r->single ? "single" : "double", nprocs, r->threads, r->seconds,
         r->gflops, r->share, r->gbytes, bytes / 1048576.0, r->residual, r->trace, r->unstable,
         r->lowest, r->highest);
  fflush(stdout);
}

static int ascending(const void *a, const void *b)
{
  const double x = *(const double *) a, y = *(const double *) b;
  return (x > y) - (x < y);
}

/* The middle value, or the mean of the two middle ones. */
static double median(double *x, int n)
{
  qsort(x, (size_t) n, sizeof(*x), ascending);
  return 0.5 * (x[(n - 1) / 2] + x[n / 2]);
}

/* Peak memory since replay_memory_reset, summed over ranks. */
static double peak_of_ranks(void)
{
  double mine = replay_memory_peak(), all = 0.0;
  MPI_Allreduce(&mine, &all, 1, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
  return all;
}

/* Scale speeds from the last solution to the median time. */
static void scale_speeds(replay_result *r, double seconds)
{
  const double factor = r->seconds / seconds;
  r->gflops *= factor;
  r->share *= factor;
  r->gbytes *= factor;
  r->seconds = seconds;
}

static inm_status run(const char *solver, const options *o, const replay_matrix *m)
{
  const double golden = 0.6180339887498949; /* steps of the golden ratio spread over all modes */
  double *seconds = (double *) malloc((size_t) o->repeat * sizeof(*seconds)), residual = NAN;
  replay_look look = {1.0, 0.0};
  replay_result r;
  inm_status status = inm_status_sync(seconds ? INM_OK : INM_ERR_ALLOC, MPI_COMM_WORLD);

  memset(&r, 0, sizeof(r));
  replay_memory_reset();
  for (int k = 0; k < o->repeat && status == INM_OK; k++) {
    look.next = fmod(golden * (k + 1), 1.0);
    status = replay_solve(solver, m, &o->request, &look, &r);
    seconds[k] = r.seconds;
    residual = fmax(residual, r.residual); /* fmax ignores NaN */
  }
  const double bytes = peak_of_ranks();
  if (status == INM_OK) {
    r.residual = residual;
    scale_speeds(&r, median(seconds, o->repeat));
    print_row(solver, m, &r, bytes);
  }
  free(seconds);
  return status;
}

/* Skip solvers that cannot do it; report those that fail and go on with the others. */
static int run_all(const options *o, const replay_matrix *m)
{
  int failed = 0;
  for (size_t k = 0; replay_solver(k); k++) {
    const char *name = replay_solver(k), *why = replay_refusal(name, m, &o->request);
    const inm_status status = why ? INM_OK : run(name, o, m);
    if (status != INM_OK) {
      why = inm_strerror(status);
      failed = 1;
    }
    if (why && rank_of_this() == 0)
      printf("# %s %s: %s\n", name, status ? "failed" : "left out", why);
  }
  return failed;
}

static void run_one(const options *o, const replay_matrix *m)
{
  const char *why = replay_refusal(o->solver, m, &o->request);
  if (why) fail("%s", why);
  const inm_status status = run(o->solver, o, m);
  if (status != INM_OK) fail("solver %s: %s", o->solver, inm_strerror(status));
}

static void write_matrix(const options *o, const replay_matrix *m)
{
  const inm_status status = inm_matrix_write(m->h, o->write, &m->origin.facts);
  if (status == INM_ERR_IO) fail("cannot write file %.80s: %s", o->write, strerror(errno));
  if (status != INM_OK) fail("cannot write file %.80s: %s", o->write, inm_strerror(status));
}

int main(int argc, char **argv)
{
  replay_matrix m;
  char why[REPLAY_WHY];
  int failed = 0;

  MPI_Init(&argc, &argv);
  if (argc < 2 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
    if (rank_of_this() == 0) fputs(usage, stdout);
    MPI_Finalize();
    return argc < 2;
  }
  const options o = parse(argc, argv);
  if (replay_matrix_get(&m, o.source, o.tolerance, why) != INM_OK) fail("%s", why);
  if (o.write) write_matrix(&o, &m);
  print_head(&o, &m);
  if (strcmp(o.solver, "all") == 0)
    failed = run_all(&o, &m);
  else
    run_one(&o, &m);
  replay_matrix_free(&m);
  MPI_Finalize();
  return failed;
}
