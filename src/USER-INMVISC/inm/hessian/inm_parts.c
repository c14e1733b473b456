/* Each rank joins the columns that its own blocks connect, and gives each such set its lowest tag as label.
   Then ghosts and their rows compare labels until nothing changes.  A rank has joined its columns beforehand,
   so the number of exchanges depends on how often a part crosses from rank to rank, not on its length. */

#include "hessian/inm_parts.h"

#include "comm/inm_atom_order.h"
#include "comm/inm_route.h"
#include "hessian/inm_hessian_private.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
  int64_t tag;    /* lowest known of the part */
  int64_t joined; /* 1 if there is another atom in the part */
} label;

typedef struct {
  const inm_hessian *h;
  int32_t *parent; /* [ncol] forest of columns (union-find) */
  label *of_set;   /* [ncol] at the roots */
  label *of_ghost; /* [ncol-nrow] as sent */
  inm_route *route;
  size_t narrival;
  int32_t *row;      /* [narrival] row that a ghost of another rank is a copy of */
  label *of_arrival; /* [narrival] */
} search;

/* ---- sets of columns -------------------------------------------------------------------------- */

static int32_t root_of(const search *s, int32_t c)
{
  while (s->parent[c] != c) {
    s->parent[c] = s->parent[s->parent[c]];
    c = s->parent[c];
  }
  return c;
}

static int is_zero(const double *k, int dim)
{
  for (int a = 0; a < dim; a++)
    for (int b = 0; b < dim; b++)
      if (k[3 * a + b] != 0.0) return 0;
  return 1;
}

/* lower the label of a set; returns whether it has changed */
static int lower(search *s, int32_t column, const label *other)
{
  label *mine = &s->of_set[root_of(s, column)];
  const label before = *mine;

  if (other->tag < mine->tag) mine->tag = other->tag;
  mine->joined |= other->joined;
  return mine->tag != before.tag || mine->joined != before.joined;
}

/* in a cluster, whatever the stiffness */
static int is_rigid(const inm_hessian *h, size_t i, size_t j)
{
  return h->cluster && h->cluster[i] == h->cluster[j];
}

static void join_columns(search *s)
{
  const inm_hessian *h = s->h;

  for (size_t c = 0; c < h->ncol; c++) {
    s->parent[c] = (int32_t) c;
    s->of_set[c].tag = h->tag[c];
    s->of_set[c].joined = 0;
  }
  for (size_t r = 0; r < h->nrow; r++)
    for (size_t n = h->row_start[r]; n < inm_row_end(h, r); n++) {
      if (is_zero(&h->k[9 * n], h->dim) && !is_rigid(h, r, (size_t) h->col[n])) continue;
      const int32_t i = root_of(s, (int32_t) r), j = root_of(s, h->col[n]);
      s->of_set[i].joined = 1;
      if (i == j) continue;
      s->parent[j] = i;
      lower(s, i, &s->of_set[j]);
    }
}

/* ---- labels across ranks ---------------------------------------------------------------------- */

static const label *label_of(const search *s, size_t column)
{
  return &s->of_set[root_of(s, (int32_t) column)];
}

/* which rows the arrivals are copies of */
static inm_status find_rows(search *s)
{
  const inm_hessian *h = s->h;
  int64_t *tag = (int64_t *) malloc((s->narrival + 1) * sizeof(*tag));
  inm_tagmap rows;
  inm_status status = tag ? INM_OK : INM_ERR_ALLOC;

  memset(&rows, 0, sizeof(rows));
  for (size_t r = 0; r < h->nrow && status == INM_OK; r++)
    status = inm_tagmap_set(&rows, h->tag[r], (int32_t) r);
  status = inm_status_sync(status, h->comm);
  if (status == INM_OK) status = inm_route_send(s->route, sizeof(*tag), &h->tag[h->nrow], tag);
  for (size_t k = 0; k < s->narrival && status == INM_OK; k++)
    s->row[k] = inm_tagmap_find(&rows, tag[k]);
  inm_tagmap_free(&rows);
  free(tag);
  return status;
}

static inm_status start(search *s)
{
  const inm_hessian *h = s->h;

  s->parent = (int32_t *) malloc((h->ncol + 1) * sizeof(*s->parent));
  s->of_set = (label *) malloc((h->ncol + 1) * sizeof(*s->of_set));
  s->of_ghost = (label *) malloc((h->ncol - h->nrow + 1) * sizeof(*s->of_ghost));
  inm_status status = (s->parent && s->of_set && s->of_ghost) ? INM_OK : INM_ERR_ALLOC;
  status = inm_status_sync(status, h->comm);
  if (status == INM_OK)
    status = inm_route_create(&s->route, h->comm, h->ncol - h->nrow, inm_halo_owner(h->halo));
  if (status != INM_OK) return status;

  s->narrival = inm_route_narrival(s->route);
  s->row = (int32_t *) malloc((s->narrival + 1) * sizeof(*s->row));
  s->of_arrival = (label *) malloc((s->narrival + 1) * sizeof(*s->of_arrival));
  status = inm_status_sync((s->row && s->of_arrival) ? INM_OK : INM_ERR_ALLOC, h->comm);
  if (status == INM_OK) status = find_rows(s);
  return status;
}

/* ghosts to rows and back; changed: whether a label has changed on any rank */
static inm_status exchange(search *s, int *changed)
{
  const inm_hessian *h = s->h;
  const size_t nghost = h->ncol - h->nrow;
  int mine = 0;

  for (size_t g = 0; g < nghost; g++) s->of_ghost[g] = *label_of(s, h->nrow + g);
  inm_status status = inm_route_send(s->route, sizeof(label), s->of_ghost, s->of_arrival);
  if (status != INM_OK) return status;
  for (size_t k = 0; k < s->narrival; k++) mine |= lower(s, s->row[k], &s->of_arrival[k]);
  for (size_t k = 0; k < s->narrival; k++) s->of_arrival[k] = *label_of(s, (size_t) s->row[k]);
  status = inm_route_back(s->route, sizeof(label), s->of_arrival, s->of_ghost);
  if (status != INM_OK) return status;
  for (size_t g = 0; g < nghost; g++) mine |= lower(s, (int32_t) (h->nrow + g), &s->of_ghost[g]);
  MPI_Allreduce(&mine, changed, 1, MPI_INT, MPI_MAX, h->comm);
  return INM_OK;
}

/* ---- parts in order --------------------------------------------------------------------------- */

/* The label of a part is the tag of one of its rows, on one rank. */
static inm_status number_parts(const search *s, inm_parts *p)
{
  const inm_hessian *h = s->h;
  int64_t *first = (int64_t *) malloc((h->nrow + 1) * sizeof(*first)), *all = NULL;
  size_t nfirst = 0;

  p->part = (size_t *) malloc((h->nrow + 1) * sizeof(*p->part));
  inm_status status = inm_status_sync((first && p->part) ? INM_OK : INM_ERR_ALLOC, h->comm);
  for (size_t r = 0; r < h->nrow && status == INM_OK; r++)
    if (label_of(s, r)->joined && label_of(s, r)->tag == h->tag[r]) first[nfirst++] = h->tag[r];
  if (status == INM_OK) status = inm_gather_tags(h->comm, nfirst, first, &all, &p->npart);
  for (size_t r = 0; r < h->nrow && status == INM_OK; r++) {
    const label *l = label_of(s, r);
    p->part[r] = l->joined ? inm_tag_index(all, p->npart, l->tag) : p->npart;
  }
  free(first);
  free(all);
  return status;
}

void inm_parts_free(inm_parts *p)
{
  free(p->part);
  memset(p, 0, sizeof(*p));
}

inm_status inm_parts_find(const inm_hessian *h, inm_parts *p)
{
  search s;
  int changed = 1;
  inm_status status = inm_status_sync(h->halo ? INM_OK : INM_ERR_ARG, h->comm);

  memset(p, 0, sizeof(*p));
  memset(&s, 0, sizeof(s));
  s.h = h;
  if (status == INM_OK) status = start(&s);
  if (status == INM_OK) join_columns(&s);
  while (status == INM_OK && changed) status = exchange(&s, &changed);
  if (status == INM_OK) status = number_parts(&s, p);
  if (status != INM_OK) inm_parts_free(p);
  inm_route_destroy(&s.route);
  free(s.parent);
  free(s.of_set);
  free(s.of_ghost);
  free(s.row);
  free(s.of_arrival);
  return status;
}
