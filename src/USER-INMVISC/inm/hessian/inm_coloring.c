#include "inm_coloring.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

void inm_graph_free(inm_graph *g)
{
  free(g->start);
  free(g->neighbor);
  memset(g, 0, sizeof(*g));
}

/* prefix sum: start[r + 1] is the length of row r and becomes its end */
static void lengths_to_ends(size_t nrow, size_t *start)
{
  for (size_t r = 0; r < nrow; r++) start[r + 1] += start[r];
}

/* Both directions of every edge, each row in the order of the edges. */
static void fill_rows(inm_graph *g, size_t nedge, const int32_t *edge, size_t *next)
{
  memcpy(next, g->start, g->nrow * sizeof(*next));
  for (size_t e = 0; e < nedge; e++) {
    const int32_t a = edge[2 * e], b = edge[2 * e + 1];
    if (a == b) continue;
    g->neighbor[next[a]++] = b;
    g->neighbor[next[b]++] = a;
  }
}

/* Transposing a symmetric graph sorts its rows. */
static void transpose(const inm_graph *g, int32_t *neighbor, size_t *next)
{
  memcpy(next, g->start, g->nrow * sizeof(*next));
  for (size_t r = 0; r < g->nrow; r++)
    for (size_t k = g->start[r]; k < g->start[r + 1]; k++)
      neighbor[next[g->neighbor[k]]++] = (int32_t) r;
}

/* Remove duplicates from the sorted rows in neighbor [start[nrow]]. */
static void keep_distinct(inm_graph *g, const int32_t *neighbor)
{
  size_t kept = 0;
  for (size_t r = 0; r < g->nrow; r++) {
    const size_t begin = g->start[r], end = g->start[r + 1];
    g->start[r] = kept;
    for (size_t k = begin; k < end; k++)
      if (k == begin || neighbor[k] != neighbor[k - 1]) g->neighbor[kept++] = neighbor[k];
  }
  g->start[g->nrow] = kept;
}

inm_status inm_graph_create(inm_graph *g, size_t n, size_t nedge, const int32_t *edge)
{
  memset(g, 0, sizeof(*g));
  if (n > INT32_MAX) return INM_ERR_SIZE;
  for (size_t e = 0; e < 2 * nedge; e++)
    if (edge[e] < 0 || (size_t) edge[e] >= n) return INM_ERR_ARG;

  inm_status status = INM_ERR_ALLOC;
  size_t *next = (size_t *) malloc((n + 1) * sizeof(*next));
  int32_t *sorted = (int32_t *) malloc((2 * nedge + 1) * sizeof(*sorted));
  g->start = (size_t *) calloc(n + 1, sizeof(*g->start));
  g->neighbor = (int32_t *) malloc((2 * nedge + 1) * sizeof(*g->neighbor));
  if (!next || !sorted || !g->start || !g->neighbor) goto done;

  g->nrow = n;
  for (size_t e = 0; e < nedge; e++) {
    if (edge[2 * e] == edge[2 * e + 1]) continue;
    g->start[edge[2 * e] + 1]++;
    g->start[edge[2 * e + 1] + 1]++;
  }
  lengths_to_ends(n, g->start);
  fill_rows(g, nedge, edge, next);
  transpose(g, sorted, next);
  keep_distinct(g, sorted);
  status = INM_OK;

done:
  free(next);
  free(sorted);
  return status;
}

static int ascending(const void *a, const void *b)
{
  const int32_t x = *(const int32_t *) a, y = *(const int32_t *) b;
  return (x > y) - (x < y);
}

/* Breadth-first search.
   seen   [nrow]  number of the last search that reached a vertex
   found  [nrow]  out: the start, then the vertices within that many hops, ascending
   Returns the number of those vertices. */
static size_t within_hops(const inm_graph *g, int32_t from, int hops, size_t search, size_t *seen,
                          int32_t *found)
{
  size_t begin = 0, n = 1;

  found[0] = from;
  seen[from] = search;
  for (int hop = 0; hop < hops; hop++) {
    const size_t end = n; /* found[begin..end-1] were reached in the last hop */
    for (size_t m = begin; m < end; m++)
      for (size_t k = g->start[found[m]]; k < g->start[found[m] + 1]; k++) {
        const int32_t u = g->neighbor[k];
        if (seen[u] == search) continue;
        seen[u] = search;
        found[n++] = u;
      }
    begin = end;
  }
  qsort(found + 1, n - 1, sizeof(*found), ascending);
  return n - 1;
}

/* make room for n more neighbors */
static inm_status reserve_neighbors(inm_graph *g, size_t used, size_t n, size_t *room)
{
  if (used + n <= *room) return INM_OK;
  const size_t larger = used + n + *room / 2;
  int32_t *moved = (int32_t *) realloc(g->neighbor, larger * sizeof(*moved));
  if (!moved) return INM_ERR_ALLOC;
  g->neighbor = moved;
  *room = larger;
  return INM_OK;
}

inm_status inm_graph_power(inm_graph *out, const inm_graph *g, int hops, size_t nrow,
                           const int32_t *vertex)
{
  memset(out, 0, sizeof(*out));
  if (hops < 1) return INM_ERR_ARG;
  for (size_t r = 0; r < nrow; r++)
    if (vertex ? vertex[r] < 0 || (size_t) vertex[r] >= g->nrow : r >= g->nrow) return INM_ERR_ARG;

  inm_status status = INM_ERR_ALLOC;
  size_t room = 0;
  size_t *seen = (size_t *) calloc(g->nrow + 1, sizeof(*seen));
  int32_t *found = (int32_t *) malloc((g->nrow + 1) * sizeof(*found));
  out->start = (size_t *) calloc(nrow + 1, sizeof(*out->start));
  if (!seen || !found || !out->start) goto done;

  out->nrow = nrow;
  for (size_t r = 0; r < nrow; r++) {
    const int32_t from = vertex ? vertex[r] : (int32_t) r;
    const size_t n = within_hops(g, from, hops, r + 1, seen, found);
    status = reserve_neighbors(out, out->start[r], n + 1, &room);
    if (status != INM_OK) goto done;
    memcpy(out->neighbor + out->start[r], found + 1, n * sizeof(*found));
    out->start[r + 1] = out->start[r] + n;
  }
  status = INM_OK;

done:
  free(seen);
  free(found);
  return status;
}

/* ---- colors ----------------------------------------------------------------------------------- */

typedef struct {
  const inm_graph *g;
  const char *takes_part;
  size_t n;        /* vertices that take part */
  int32_t *order;  /* [n] */
  int *color;      /* [nrow], -1 = none */
  size_t *scratch; /* [4 * nrow + 4] */
} coloring;

static int takes_part(const coloring *c, size_t v)
{
  return !c->takes_part || c->takes_part[v];
}

/* Smallest-last order (Matula and Beck, J. ACM 30, 417 (1983)): repeatedly remove a vertex of smallest
   degree, and color in reverse order of removal.  Vertices are binned by degree as in Batagelj and
   Zaversnik, arXiv:cs/0310049. */
static void smallest_last(coloring *c)
{
  const inm_graph *g = c->g;
  const size_t nrow = g->nrow;
  size_t *degree = c->scratch, *position = degree + nrow, *sorted = position + nrow;
  size_t *bin = sorted + nrow; /* [nrow + 1] first vertex of each degree */

  memset(bin, 0, (nrow + 1) * sizeof(*bin));
  for (size_t v = 0; v < nrow; v++) {
    degree[v] = 0;
    if (!takes_part(c, v)) continue;
    for (size_t k = g->start[v]; k < g->start[v + 1]; k++)
      degree[v] += (size_t) takes_part(c, (size_t) g->neighbor[k]);
    bin[degree[v] + 1]++;
  }
  lengths_to_ends(nrow, bin);
  for (size_t v = 0; v < nrow; v++) {
    if (!takes_part(c, v)) continue;
    position[v] = bin[degree[v]]++;
    sorted[position[v]] = v;
  }
  memmove(bin + 1, bin, nrow * sizeof(*bin));
  bin[0] = 0;

  for (size_t m = 0; m < c->n; m++) {
    const size_t v = sorted[m];
    c->order[c->n - 1 - m] = (int32_t) v;
    for (size_t k = g->start[v]; k < g->start[v + 1]; k++) {
      const size_t u = (size_t) g->neighbor[k];
      if (!takes_part(c, u) || degree[u] <= degree[v]) continue;
      const size_t first = bin[degree[u]]++, w = sorted[first]; /* move u to the next lower bin */
      sorted[first] = u;
      sorted[position[u]] = w;
      position[w] = position[u];
      position[u] = first;
      degree[u]--;
    }
  }
}

/* mark the colors of v and its neighbors as taken in this turn */
static void mark_colors_around(const coloring *c, size_t v, size_t turn, size_t *taken)
{
  const inm_graph *g = c->g;
  if (c->color[v] >= 0) taken[c->color[v]] = turn;
  for (size_t k = g->start[v]; k < g->start[v + 1]; k++) {
    const int color = c->color[g->neighbor[k]];
    if (color >= 0) taken[color] = turn;
  }
}

/* Give each vertex in order the first free color.  Returns the number of colors. */
static int first_fit(coloring *c)
{
  const inm_graph *g = c->g;
  size_t *taken = c->scratch; /* [nrow + 1] the last turn in which a color was taken */
  int ncolor = 0;

  memset(taken, 0, (g->nrow + 1) * sizeof(*taken));
  for (size_t v = 0; v < g->nrow; v++) c->color[v] = -1;
  for (size_t m = 0; m < c->n; m++) {
    const size_t v = (size_t) c->order[m];
    mark_colors_around(c, v, m + 1, taken);
    for (size_t k = g->start[v]; k < g->start[v + 1]; k++)
      if (takes_part(c, (size_t) g->neighbor[k]))
        mark_colors_around(c, (size_t) g->neighbor[k], m + 1, taken);
    int color = 0;
    while (taken[color] == m + 1) color++;
    c->color[v] = color;
    if (color >= ncolor) ncolor = color + 1;
  }
  return ncolor;
}

/* order by color, the last color first */
static void last_color_first(coloring *c, int ncolor)
{
  const size_t nrow = c->g->nrow;
  size_t *next = c->scratch; /* [ncolor + 1] */

  memset(next, 0, ((size_t) ncolor + 1) * sizeof(*next));
  for (size_t v = 0; v < nrow; v++)
    if (c->color[v] >= 0) next[ncolor - c->color[v]]++;
  lengths_to_ends((size_t) ncolor, next);
  for (size_t v = 0; v < nrow; v++)
    if (c->color[v] >= 0) c->order[next[ncolor - 1 - c->color[v]]++] = (int32_t) v;
}

/* Iterated greedy (Culberson, Univ. of Alberta TR 92-07, 1992): recoloring with the vertices of each
   color together never needs more colors, and with the last color first it saves a tenth to a sixth
   in liquids.  Colors of a Lennard-Jones liquid of 8000 atoms with 75 neighbors each:

     order of the first pass      any   largest degree first   smallest last
     colors                      194          200                 204
     after a second pass          190          188                 172       */
inm_status inm_graph_color(const inm_graph *g, const char *takes_part_in, int *color, int *ncolor)
{
  coloring c = {g, takes_part_in, 0, NULL, color, NULL};
  inm_status status = INM_ERR_ALLOC;

  *ncolor = 0;
  c.order = (int32_t *) malloc((g->nrow + 1) * sizeof(*c.order));
  c.scratch = (size_t *) malloc((4 * g->nrow + 4) * sizeof(*c.scratch));
  if (!c.order || !c.scratch) goto done;

  for (size_t v = 0; v < g->nrow; v++) c.n += (size_t) takes_part(&c, v);
  smallest_last(&c);
  for (int fewer = first_fit(&c); fewer != *ncolor; fewer = first_fit(&c)) {
    *ncolor = fewer;
    last_color_first(&c, *ncolor);
  }
  status = INM_OK;

done:
  free(c.order);
  free(c.scratch);
  return status;
}
