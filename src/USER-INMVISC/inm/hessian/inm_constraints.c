/* From the Hessian of all coordinates to that on the surface of the constraints: inm_constraints.h

   Each rank computes the clusters of its rows, so that only forces and strained forces of their other atoms
   are exchanged.  A block (i,j) of H becomes blocks of all atoms of the two clusters, P_i^T K P_j.  The blocks
   between two clusters are added up before they are stored, and for a column of another rank the rows of its
   projector come with the halo. */

#include "inm_constraints.h"

#include "hessian/inm_cluster.h"
#include "hessian/inm_hessian_private.h"

#include <stdlib.h>
#include <string.h>

/* What a block needs of each of its atoms: the cluster, and the rows of the projector that belong to the
   atom.  An atom without constraints is a cluster of its own.  In doubles, for the halo. */
typedef struct {
  double natom, tag[INM_CLUSTER_ATOMS];
  double pi[INM_CLUSTER_ATOMS][9]; /* blocks of the atom with each atom of its cluster */
} record;
enum { RECORD = sizeof(record) / sizeof(double) };

typedef struct {
  inm_hessian *h;
  size_t ncluster;
  inm_cluster_frame *frame; /* [ncluster] */
  int32_t *member;     /* [ncluster][INM_CLUSTER_ATOMS]  rows, then copies of rows of other ranks */
  int32_t *cluster_of; /* [nrow]  -1 for none */
  size_t ncopy;
  int64_t *copy_tag; /* [ncopy] */
  inm_halo *halo;    /* of the copies */
  record *of_column; /* [ncol of h] */
  int64_t *site_tag; /* [nsite]  all atoms of the clusters of all columns */
  size_t nsite;
} surface;

static void free_surface(surface *s)
{
  free(s->frame);
  free(s->member);
  free(s->cluster_of);
  free(s->copy_tag);
  free(s->of_column);
  free(s->site_tag);
  inm_halo_destroy(&s->halo);
}

/* of two or more ranks with atoms of a cluster, the one that adds up what is there once */
static int is_owner(const surface *s, size_t c)
{
  return (size_t) s->member[c * INM_CLUSTER_ATOMS] < s->h->nrow;
}

/* ---- clusters --------------------------------------------------------------------------------- */

static inm_status find_members(surface *s, const inm_cluster *cluster)
{
  inm_tagmap rows;
  inm_status status = INM_OK;

  memset(&rows, 0, sizeof(rows));
  for (size_t r = 0; r < s->h->nrow && status == INM_OK; r++) {
    s->cluster_of[r] = -1;
    status = inm_tagmap_set(&rows, s->h->tag[r], (int32_t) r);
  }
  for (size_t c = 0; c < s->ncluster && status == INM_OK; c++) {
    status = inm_cluster_frame_set(&s->frame[c], &cluster[c]);
    for (int i = 0; i < cluster[c].natom && status == INM_OK; i++) {
      const int32_t row = inm_tagmap_find(&rows, cluster[c].tag[i]);
      s->member[c * INM_CLUSTER_ATOMS + (size_t) i] =
          (row >= 0) ? row : (int32_t) (s->h->nrow + s->ncopy);
      if (row < 0)
        s->copy_tag[s->ncopy++] = cluster[c].tag[i];
      else if (s->cluster_of[row] >= 0)
        status = INM_ERR_ARG;
      else
        s->cluster_of[row] = (int32_t) c;
    }
  }
  inm_tagmap_free(&rows);
  return status;
}

static inm_status start_surface(surface *s, inm_hessian *h, size_t ncluster,
                                const inm_cluster *cluster)
{
  memset(s, 0, sizeof(*s));
  s->h = h;
  s->ncluster = ncluster;
  s->frame = (inm_cluster_frame *) malloc((ncluster + 1) * sizeof(*s->frame));
  s->member = (int32_t *) calloc(ncluster + 1, INM_CLUSTER_ATOMS * sizeof(*s->member));
  s->cluster_of = (int32_t *) malloc((h->nrow + 1) * sizeof(*s->cluster_of));
  s->copy_tag = (int64_t *) malloc((ncluster * INM_CLUSTER_ATOMS + 1) * sizeof(*s->copy_tag));
  const int complete = s->frame && s->member && s->cluster_of && s->copy_tag;

  inm_status status = complete ? find_members(s, cluster) : INM_ERR_ALLOC;
  status = inm_status_sync(h->halo ? status : INM_ERR_ARG, h->comm);
  if (status == INM_OK)
    status = inm_halo_create(&s->halo, h->comm, h->nrow, h->tag, s->ncopy, s->copy_tag);
  return status;
}

/* x [nrow+ncopy][width]: rows to copies */
static inm_status complete_copies(const surface *s, size_t width, double *x)
{
  return inm_halo_forward(s->halo, width, x, x + width * s->h->nrow);
}

static const double *of_member(const surface *s, const double *x, size_t width, size_t c, int i)
{
  return &x[width * (size_t) s->member[c * INM_CLUSTER_ATOMS + (size_t) i]];
}

static inm_status find_multipliers(surface *s, const double *force)
{
  const size_t n = 3 * s->h->nrow;
  double *f = (double *) malloc((n + 3 * s->ncopy + 1) * sizeof(*f));
  inm_status status = inm_status_sync(f ? INM_OK : INM_ERR_ALLOC, s->h->comm);

  if (status == INM_OK && n) memcpy(f, force, n * sizeof(*f));
  if (status == INM_OK) status = complete_copies(s, 3, f);
  for (size_t c = 0; c < s->ncluster && status == INM_OK; c++) {
    inm_cluster_vector gradient;
    for (int i = 0; i < s->frame[c].of->natom; i++)
      for (int a = 0; a < 3; a++) gradient[3 * i + a] = -of_member(s, f, 3, c, i)[a];
    inm_cluster_multipliers(&s->frame[c], gradient);
  }
  free(f);
  return status;
}

/* ---- strains ---------------------------------------------------------------------------------- */

static size_t plane(int a, int k, int c)
{
  return (size_t) (9 * a + 3 * k + c);
}

/* normal parts n of all strains of the rows, and sum_c lam_c grad grad s_c times a and a - n.
   n, of_a, of_rest [nrow][27] */
static void strain_clusters(const surface *s, double *n, double *of_a, double *of_rest)
{
  const int dim = s->h->dim;

  for (size_t q = 0; q < s->ncluster; q++)
    for (int kc = 0; kc < dim * dim; kc++) {
      const inm_cluster_frame *f = &s->frame[q];
      const int k = kc / dim, c = kc % dim;
      inm_cluster_vector normal, a = {0.0}, rest, ya = {0.0}, yrest = {0.0};
      inm_cluster_normal_strain(f, k, c, normal);
      for (int i = 0; i < f->of->natom; i++) a[3 * i + k] = f->of->x[i][c];
      for (int x = 0; x < 3 * f->of->natom; x++) rest[x] = a[x] - normal[x];
      inm_cluster_add_curvature(f, a, ya);
      inm_cluster_add_curvature(f, rest, yrest);
      for (int i = 0; i < f->of->natom; i++) {
        const size_t row = (size_t) s->member[q * INM_CLUSTER_ATOMS + (size_t) i];
        for (int b = 0; b < 3 && row < s->h->nrow; b++) {
          n[27 * row + plane(b, k, c)] = normal[3 * i + b];
          of_a[27 * row + plane(b, k, c)] = ya[3 * i + b];
          of_rest[27 * row + plane(b, k, c)] = yrest[3 * i + b];
        }
      }
    }
}

/* y += H n for one strain; u, hu [nrow][3] workspace */
static inm_status add_normal_forces(const inm_hessian *h, int k, int c, const double *n, double *u,
                                    double *hu, double *y)
{
  for (size_t i = 0; i < h->nrow; i++)
    for (int a = 0; a < 3; a++) u[3 * i + (size_t) a] = n[27 * i + plane(a, k, c)];
  const inm_status status = inm_hessian_multiply(h, u, hu);
  for (size_t i = 0; i < h->nrow && status == INM_OK; i++)
    for (int a = 0; a < 3; a++) y[27 * i + plane(a, k, c)] += hu[3 * i + (size_t) a];
  return status;
}

/* Changes of the second derivatives of the energy.  With H' = H - sum lam grad grad s and Xi' = -H' a,
     (a - n) H' (a - n) - a H a = -sum lam |dr_c|^2 + n.(Xi' + xi),  xi = Xi' + H' n */
static void add_strains(const surface *s, const double *n, const double *of_a, const double *xi)
{
  inm_hessian *h = s->h;
  const int dim = h->dim;

  for (size_t q = 0; q < s->ncluster; q++)
    for (int b = 0; b < s->frame[q].of->nbond && is_owner(s, q); b++) {
      const double lam = s->frame[q].lam[b], *dr = s->frame[q].dr[b];
      for (int c = 0; c < dim; c++) {
        for (int k = 0; k < dim; k++) h->strain2[k][c] -= lam * dr[c] * dr[c];
        h->dilation2 -= lam * dr[c] * dr[c];
      }
    }
  for (size_t i = 0; i < h->nrow; i++)
    for (int a = 0; a < dim; a++) {
      double n_dilation = 0.0, xi_dilation = 0.0;
      for (int k = 0; k < dim; k++)
        for (int c = 0; c < dim; c++) {
          const size_t at = 27 * i + plane(a, k, c);
          const double both = h->affine[at] + of_a[at] + xi[at];
          h->strain2[k][c] += n[at] * both;
          n_dilation += (k == c) ? n[at] : 0.0;
          xi_dilation += (k == c) ? both : 0.0;
        }
      h->dilation2 += n_dilation * xi_dilation;
    }
}

/* affine = P^T xi, xi [nrow+ncopy][27] */
static void project_affine(const surface *s, const double *xi)
{
  inm_hessian *h = s->h;

  memcpy(h->affine, xi, 27 * h->nrow * sizeof(*xi));
  for (size_t q = 0; q < s->ncluster; q++) {
    inm_cluster_matrix pi;
    const int natom = s->frame[q].of->natom;
    inm_cluster_projector(&s->frame[q], pi);
    for (int i = 0; i < natom; i++) {
      const size_t row = (size_t) s->member[q * INM_CLUSTER_ATOMS + (size_t) i];
      if (row >= h->nrow) continue;
      memset(&h->affine[27 * row], 0, 27 * sizeof(*xi));
      for (int j = 0; j < natom; j++)
        for (int ab = 0; ab < 9; ab++)
          for (size_t kc = 0; kc < 9; kc++)
            h->affine[27 * row + 9 * (size_t) (ab % 3) + kc] += pi[3 * j + ab / 3][3 * i + ab % 3] *
                of_member(s, xi, 27, q, j)[9 * (size_t) (ab / 3) + kc];
    }
  }
}

static inm_status constrain_strains(const surface *s)
{
  inm_hessian *h = s->h;
  const size_t n27 = 27 * h->nrow, n3 = 3 * h->nrow;
  double *n = (double *) calloc(4 * n27 + 27 * s->ncopy + 2 * n3 + 1, sizeof(*n));
  inm_status status = inm_status_sync(n ? INM_OK : INM_ERR_ALLOC, h->comm);

  if (status == INM_OK) {
    double *of_a = n + n27, *of_rest = of_a + n27, *xi = of_rest + n27;
    double *u = xi + n27 + 27 * s->ncopy, *hu = u + n3;
    strain_clusters(s, n, of_a, of_rest);
    for (size_t at = 0; at < n27; at++) xi[at] = h->affine[at] + of_rest[at];
    for (int k = 0; k < h->dim; k++)
      for (int c = 0; c < h->dim && status == INM_OK; c++)
        status = add_normal_forces(h, k, c, n, u, hu, xi);
    if (status == INM_OK) add_strains(s, n, of_a, xi);
    if (status == INM_OK) status = complete_copies(s, 27, xi);
    if (status == INM_OK) project_affine(s, xi);
  }
  free(n);
  return status;
}

/* ---- facts ------------------------------------------------------------------------------------ */

/* kinetic terms less those of as many free atoms: Tr g'/2, and Tr [2 g'^2 - g'']/2 with r = (1 + gamma N) y */
static void add_kinetic(const inm_cluster_frame *f, int dim, inm_constraint_facts *sum)
{
  const double natom = f->of->natom;
  double first, second;

  for (int k = 0; k < dim; k++)
    for (int c = 0; c < dim; c++) {
      double strain[9] = {0.0};
      strain[3 * k + c] = 1.0;
      inm_cluster_kinetic(f, dim, strain, &first, &second);
      sum->shear2[k][c] += second - natom * ((k == c) ? 3.0 : 1.0);
    }
  double strain[9] = {0.0};
  for (int k = 0; k < dim; k++) strain[4 * k] = 1.0;
  inm_cluster_kinetic(f, dim, strain, &first, &second);
  sum->dilation[0] += first - natom * dim;
  sum->dilation[1] += second - natom * 3.0 * dim;
}

static inm_constraint_facts find_facts(const surface *s)
{
  enum { NSUM = 1 + 9 + 9 + 2 };
  inm_constraint_facts facts;
  double sum[NSUM], count = 0.0;

  memset(&facts, 0, sizeof(facts));
  for (size_t q = 0; q < s->ncluster; q++) {
    const inm_cluster_frame *f = &s->frame[q];
    if (!is_owner(s, q)) continue;
    count += f->of->nbond;
    for (int b = 0; b < f->of->nbond; b++)
      for (int kc = 0; kc < 9; kc++)
        facts.virial[kc / 3][kc % 3] += f->lam[b] * f->dr[b][kc / 3] * f->dr[b][kc % 3];
    add_kinetic(f, s->h->dim, &facts);
  }
  sum[0] = count;
  memcpy(&sum[1], facts.virial, sizeof(facts.virial));
  memcpy(&sum[10], facts.shear2, sizeof(facts.shear2));
  memcpy(&sum[19], facts.dilation, sizeof(facts.dilation));
  MPI_Allreduce(MPI_IN_PLACE, sum, NSUM, MPI_DOUBLE, MPI_SUM, s->h->comm);
  facts.count = (size_t) sum[0];
  memcpy(facts.virial, &sum[1], sizeof(facts.virial));
  memcpy(facts.shear2, &sum[10], sizeof(facts.shear2));
  memcpy(facts.dilation, &sum[19], sizeof(facts.dilation));
  return facts;
}

/* ---- projectors of all columns ---------------------------------------------------------------- */

static void set_alone(record *r, int64_t tag)
{
  memset(r, 0, sizeof(*r));
  r->natom = 1.0;
  r->tag[0] = (double) tag;
  for (int a = 0; a < 3; a++) r->pi[0][4 * a] = 1.0;
}

/* records of the rows of this rank in cluster q */
static void set_in_cluster(const surface *s, size_t q)
{
  const inm_cluster *of = s->frame[q].of;
  inm_cluster_matrix pi;

  inm_cluster_projector(&s->frame[q], pi);
  for (int i = 0; i < of->natom; i++) {
    const size_t row = (size_t) s->member[q * INM_CLUSTER_ATOMS + (size_t) i];
    if (row >= s->h->nrow) continue;
    record *r = &s->of_column[row];
    memset(r, 0, sizeof(*r));
    r->natom = of->natom;
    for (int j = 0; j < of->natom; j++) {
      r->tag[j] = (double) of->tag[j];
      for (int ab = 0; ab < 9; ab++) r->pi[j][ab] = pi[3 * i + ab / 3][3 * j + ab % 3];
    }
  }
}

static inm_status find_records(surface *s)
{
  inm_hessian *h = s->h;
  s->of_column = (record *) malloc((h->ncol + 1) * sizeof(*s->of_column));
  s->site_tag =
      (int64_t *) malloc((h->ncol * INM_CLUSTER_ATOMS + s->ncopy + 1) * sizeof(*s->site_tag));
  inm_status status =
      inm_status_sync((s->of_column && s->site_tag) ? INM_OK : INM_ERR_ALLOC, h->comm);

  if (status != INM_OK) return status;
  for (size_t r = 0; r < h->nrow; r++)
    if (s->cluster_of[r] < 0) set_alone(&s->of_column[r], h->tag[r]);
  for (size_t q = 0; q < s->ncluster; q++) set_in_cluster(s, q);
  status = inm_halo_forward(h->halo, RECORD, &s->of_column[0].natom, &s->of_column[h->nrow].natom);
  for (size_t c = 0; c < h->ncol && status == INM_OK; c++)
    for (int i = 0; i < (int) s->of_column[c].natom; i++)
      s->site_tag[s->nsite++] = (int64_t) s->of_column[c].tag[i];
  return status;
}

/* ---- the matrix ------------------------------------------------------------------------------- */

/* an empty matrix with the rows of the surface and all atoms of the clusters of its columns */
static inm_status begin_matrix(const surface *s, double scale, inm_hessian **out)
{
  const inm_hessian *h = s->h;
  inm_status status = inm_hessian_create(out, h->comm, h->dim, scale);
  if (status != INM_OK) return status;
  return inm_hessian_begin(*out, h->nrow, h->tag, h->type, h->mass, s->nsite, s->site_tag);
}

/* add the blocks of the atoms of one cluster, or of two: sum [4][4][3][3] */
static inm_status store_blocks(inm_hessian *to, const record *a, const record *b, const double *sum)
{
  const int same = (a->tag[0] == b->tag[0]);

  for (int i = 0; i < (int) a->natom; i++)
    for (int j = same ? i : 0; j < (int) b->natom; j++) {
      const double *k = &sum[9 * (INM_CLUSTER_ATOMS * i + j)];
      const int32_t row = inm_tagmap_find(&to->column_of, (int64_t) a->tag[i]);
      const int32_t col = inm_tagmap_find(&to->column_of, (int64_t) b->tag[j]);
      if (row < 0 || col < 0) return INM_ERR_TAG;
      if (row == col) {
        for (int x = 0; x < 9; x++) to->diagonal[9 * (size_t) row + (size_t) x] += k[x];
        continue;
      }
      const inm_status status = inm_hessian_store(to, row, col, k);
      if (status != INM_OK) return status;
    }
  return INM_OK;
}

/* y += a^T k b */
static void add_triple(const double *a, const double *k, const double *b, double *y)
{
  for (int r = 0; r < 3; r++)
    for (int c = 0; c < 3; c++) {
      double left = 0.0; /* element of a^T k */
      for (int x = 0; x < 3; x++) left += a[3 * x + r] * k[3 * x + c];
      for (int x = 0; x < 3; x++) y[3 * r + x] += left * b[3 * c + x];
    }
}

/* a block of H, with its clusters in order */
typedef struct {
  double a, b; /* lowest place in their clusters: tags of the first atoms */
  int32_t row, col;
  const double *k;
  int is_transposed;
} entry;

static int compare_entries(const void *x, const void *y)
{
  const entry *p = (const entry *) x, *q = (const entry *) y;
  if (p->a != q->a) return (p->a < q->a) ? -1 : 1;
  if (p->b != q->b) return (p->b < q->b) ? -1 : 1;
  return 0;
}

static entry entry_of(const surface *s, size_t row, size_t col, const double *k)
{
  const double a = s->of_column[row].tag[0], b = s->of_column[col].tag[0];
  const entry in_order = {a, b, (int32_t) row, (int32_t) col, k, 0},
              swapped = {b, a, (int32_t) col, (int32_t) row, k, 1};
  return (a <= b) ? in_order : swapped;
}

/* sum += P_row^T K P_col for all pairs of atoms of the two clusters */
static void add_entry(const surface *s, const entry *e, double *sum)
{
  const record *a = &s->of_column[e->row], *b = &s->of_column[e->col];
  double k[9];

  if (e->is_transposed)
    inm_transpose(e->k, k);
  else
    memcpy(k, e->k, sizeof(k));
  for (int i = 0; i < (int) a->natom; i++)
    for (int j = 0; j < (int) b->natom; j++) {
      double block[9] = {0.0}, transposed[9];
      add_triple(a->pi[i], k, b->pi[j], block);
      for (int x = 0; x < 9; x++) sum[9 * (INM_CLUSTER_ATOMS * i + j) + x] += block[x];
      if (e->a != e->b || e->row == e->col) continue;
      inm_transpose(block, transposed); /* the other side of a block inside a cluster */
      for (int x = 0; x < 9; x++) sum[9 * (INM_CLUSTER_ATOMS * j + i) + x] += transposed[x];
    }
}

static inm_status project_blocks(const surface *s, inm_hessian *to)
{
  const inm_hessian *h = s->h;
  const size_t most = h->nrow + h->nblock;
  entry *list = (entry *) malloc((most + 1) * sizeof(*list));
  size_t n = 0;
  inm_status status = list ? INM_OK : INM_ERR_ALLOC;

  for (size_t r = 0; r < h->nrow && list; r++) {
    list[n++] = entry_of(s, r, r, &h->diagonal[9 * r]);
    for (size_t at = h->row_start[r]; at < inm_row_end(h, r); at++)
      list[n++] = entry_of(s, r, (size_t) h->col[at], &h->k[9 * at]);
  }
  if (list) qsort(list, n, sizeof(*list), compare_entries);
  for (size_t first = 0, e = 0; first < n && status == INM_OK; first = e) {
    double sum[9 * INM_CLUSTER_ATOMS * INM_CLUSTER_ATOMS] = {0.0};
    for (e = first; e < n && compare_entries(&list[first], &list[e]) == 0; e++)
      add_entry(s, &list[e], sum);
    status = store_blocks(to, &s->of_column[list[first].row], &s->of_column[list[first].col], sum);
  }
  free(list);
  return status;
}

/* a matrix of one cluster, as blocks; only once over all ranks */
static inm_status store_cluster(const surface *s, size_t q, inm_cluster_matrix m, inm_hessian *to)
{
  const record *r = &s->of_column[s->member[q * INM_CLUSTER_ATOMS]];
  double sum[9 * INM_CLUSTER_ATOMS * INM_CLUSTER_ATOMS] = {0.0};

  for (int row = 0; row < 3 * (int) r->natom; row++)
    for (int col = 0; col < 3 * (int) r->natom; col++)
      sum[9 * (INM_CLUSTER_ATOMS * (row / 3) + col / 3) + 3 * (row % 3) + col % 3] = m[row][col];
  return store_blocks(to, r, r, sum);
}

/* -P^T (sum lam grad grad s) P */
static void curvature_matrix(const inm_cluster_frame *f, inm_cluster_matrix m)
{
  const int n = 3 * f->of->natom;
  inm_cluster_matrix pi;

  inm_cluster_projector(f, pi);
  for (int c = 0; c < n; c++) {
    inm_cluster_vector u, y = {0.0};
    for (int r = 0; r < n; r++) u[r] = pi[r][c];
    inm_cluster_add_curvature(f, u, y);
    for (int r = 0; r < n; r++) {
      m[r][c] = 0.0;
      for (int x = 0; x < n; x++) m[r][c] -= pi[x][r] * y[x];
    }
  }
}

static inm_status project_matrix(const surface *s, inm_hessian **out)
{
  const inm_hessian *h = s->h;
  inm_status status = begin_matrix(s, h->scale, out);

  if (status == INM_OK) status = project_blocks(s, *out);
  for (size_t q = 0; q < s->ncluster && status == INM_OK; q++) {
    inm_cluster_matrix m;
    if (!is_owner(s, q)) continue;
    curvature_matrix(&s->frame[q], m);
    status = store_cluster(s, q, m, *out);
  }
  for (size_t i = 0; i < h->nrow && status == INM_OK; i++)
    status = inm_hessian_add_affine(*out, (int) i, &h->affine[27 * i]);
  if (status == INM_OK) status = inm_hessian_add_strains(*out, h->strain2[0], h->dilation2);
  status = inm_status_sync(status, h->comm);
  return (status == INM_OK) ? inm_hessian_end(*out) : status;
}

static inm_status normal_matrix(const surface *s, inm_hessian **out)
{
  inm_status status = begin_matrix(s, 1.0, out);

  for (size_t q = 0; q < s->ncluster && status == INM_OK; q++) {
    inm_cluster_matrix m;
    if (!is_owner(s, q)) continue;
    inm_cluster_normal(&s->frame[q], m);
    status = store_cluster(s, q, m, *out);
  }
  status = inm_status_sync(status, s->h->comm);
  return (status == INM_OK) ? inm_hessian_end(*out) : status;
}

/* which columns move together in clusters */
static inm_status find_partners(const surface *s, inm_hessian *to)
{
  double *first = (double *) malloc((to->ncol + 1) * sizeof(*first));
  to->cluster = (int64_t *) malloc((to->ncol + 1) * sizeof(*to->cluster));
  inm_status status = inm_status_sync((first && to->cluster) ? INM_OK : INM_ERR_ALLOC, to->comm);

  for (size_t r = 0; r < to->nrow && status == INM_OK; r++) first[r] = s->of_column[r].tag[0];
  if (status == INM_OK) status = inm_halo_forward(to->halo, 1, first, first + to->nrow);
  for (size_t c = 0; c < to->ncol && status == INM_OK; c++) to->cluster[c] = (int64_t) first[c];
  free(first);
  return status;
}

/* ---- driver ----------------------------------------------------------------------------------- */

inm_status inm_hessian_constrain(inm_hessian *h, size_t ncluster, const inm_cluster *cluster,
                                 const double *force)
{
  surface s;
  inm_hessian *projected = NULL;
  inm_status status = start_surface(&s, h, ncluster, cluster);

  if (status == INM_OK) status = find_multipliers(&s, force);
  if (status == INM_OK) status = constrain_strains(&s);
  if (status == INM_OK) status = find_records(&s);
  if (status == INM_OK) status = project_matrix(&s, &projected);
  if (status == INM_OK) status = normal_matrix(&s, &projected->normal);
  if (status == INM_OK) status = find_partners(&s, projected);
  if (status == INM_OK) {
    const inm_hessian before = *h;
    projected->constraints = find_facts(&s);
    *h = *projected;
    *projected = before;
  } else {
    inm_hessian_clear(h);
  }
  inm_hessian_destroy(&projected);
  free_surface(&s);
  return status;
}

const inm_constraint_facts *inm_hessian_constraints(const inm_hessian *h)
{
  return &h->constraints;
}
