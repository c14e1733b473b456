/* Blocks of embedding energies: inm_embedding.h */

#include "inm_embedding.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Numbers 0..n-1 sorted by the atom each belongs to: those of atom m are
   number[start[m]] .. number[start[m+1]-1]. */
typedef struct {
  size_t *start;  /* [natom+1] */
  size_t *number; /* [n] */
} by_atom;

static void free_by_atom(by_atom *sorted)
{
  free(sorted->start);
  free(sorted->number);
}

/* Counting sort.  sorted is zeroed; the caller frees it, also after a failure. */
static inm_status sort_by_atom(size_t natom, size_t n, const int *atom, by_atom *sorted)
{
  sorted->start = (size_t *) calloc(natom + 2, sizeof(size_t));
  sorted->number = (size_t *) malloc((n + 1) * sizeof(size_t));
  if (!sorted->start || !sorted->number) return INM_ERR_ALLOC;

  /* Count two places ahead: after the prefix sum start[m+1] is where m begins, and filling in the
     numbers moves it to where m ends. */
  size_t *next = sorted->start + 1;
  for (size_t e = 0; e < n; e++) next[atom[e] + 1]++;
  for (size_t m = 1; m <= natom; m++) next[m] += next[m - 1];
  for (size_t e = 0; e < n; e++) sorted->number[next[atom[e]]++] = e;
  return INM_OK;
}

/* The blocks of one atom (the row) with those atoms that it is coupled to */
typedef struct {
  size_t nslot;
  int *slot_of;  /* [natom] slot of an atom, -1 without one */
  int *atom;     /* [nslot] */
  double *block; /* [nslot][3][4], the fourth column is padding, 0 */
  int *slot;     /* [largest term] scratch */
} row_sum;

static inm_status create_row(row_sum *row, size_t natom, size_t most_slots, size_t largest_term)
{
  row->slot_of = (int *) malloc((natom + 1) * sizeof(int));
  row->atom = (int *) malloc((most_slots + 1) * sizeof(int));
  row->block = (double *) malloc((most_slots + 1) * 12 * sizeof(double));
  row->slot = (int *) malloc((largest_term + 1) * sizeof(int));
  if (!row->slot_of || !row->atom || !row->block || !row->slot) return INM_ERR_ALLOC;
  for (size_t m = 0; m < natom; m++) row->slot_of[m] = -1;
  return INM_OK;
}

static void free_row(row_sum *row)
{
  free(row->slot_of);
  free(row->atom);
  free(row->block);
  free(row->slot);
}

static inline int slot_for(row_sum *row, int atom)
{
  int slot = row->slot_of[atom];
  if (slot < 0) {
    slot = (int) row->nslot++;
    row->slot_of[atom] = slot;
    row->atom[slot] = atom;
    memset(&row->block[12 * (size_t) slot], 0, 12 * sizeof(double));
  }
  return slot;
}

/* F'' g_m g_j^T for the atoms j that follow m in the term.  The hot loop: rows of four elements and no
   branches let the compiler vectorize it. */
static void add_term(row_sum *row, const double *g_m, double curvature, size_t n, const int *atom,
                     const double *slope)
{
  const double ax = curvature * g_m[0], ay = curvature * g_m[1], az = curvature * g_m[2];

  for (size_t e = 0; e < n; e++) row->slot[e] = slot_for(row, atom[e]);
  for (size_t e = 0; e < n; e++) {
    double *k = &row->block[12 * (size_t) row->slot[e]], g[4];
    memcpy(g, &slope[4 * e], sizeof(g));
    for (int b = 0; b < 4; b++) k[b] += ax * g[b];
    for (int b = 0; b < 4; b++) k[4 + b] += ay * g[b];
    for (int b = 0; b < 4; b++) k[8 + b] += az * g[b];
  }
}

/* -[(u'' - u'/r) dr dr^T / r^2 + (u'/r) 1] */
static void add_central(row_sum *row, int atom, const double *dr, double du, double du2)
{
  const double rsq = dr[0] * dr[0] + dr[1] * dr[1] + dr[2] * dr[2];
  const double transverse = du / sqrt(rsq);
  const double longitudinal = (du2 - transverse) / rsq;
  double *k = &row->block[12 * (size_t) slot_for(row, atom)];

  for (int a = 0; a < 3; a++) {
    for (int b = 0; b < 3; b++) k[4 * a + b] -= longitudinal * dr[a] * dr[b];
    k[5 * a] -= transverse;
  }
}

static void difference(const double *x, int i, int j, double *dr)
{
  for (int a = 0; a < 3; a++) dr[a] = x[3 * (size_t) i + a] - x[3 * (size_t) j + a];
}

/* pass the row to the sink and empty it */
static inm_status flush(row_sum *row, int m, const double *x, inm_block_sink sink, void *ctx)
{
  inm_status status = INM_OK;
  double dr[3], block[9];

  for (size_t s = 0; s < row->nslot; s++) {
    const double *k = &row->block[12 * s];
    row->slot_of[row->atom[s]] = -1;
    if (status != INM_OK) continue;
    for (int a = 0; a < 3; a++) memcpy(&block[3 * a], &k[4 * a], 3 * sizeof(double));
    difference(x, m, row->atom[s], dr);
    status = sink(ctx, m, row->atom[s], dr, block);
  }
  row->nslot = 0;
  return status;
}

static int lower(const inm_central_pair *p)
{
  return (p->i < p->j) ? p->i : p->j;
}

/* Terms and pairs, validated, and sorted by the atom whose row they contribute to */
typedef struct {
  const inm_embedding_list *terms;
  const inm_central_pair *pair;
  by_atom member;    /* entries of the terms, by atom */
  by_atom pair_of;   /* pairs, by their lower atom */
  size_t *term_of;   /* [members] */
  size_t most_slots; /* bound for a row */
  size_t largest_term;
} sorted_lists;

static int terms_are_valid(size_t natom, const inm_embedding_list *terms)
{
  for (size_t k = 0; k < terms->nterm; k++)
    for (size_t e = terms->start[k]; e < terms->start[k + 1]; e++) {
      const int m = terms->atom[e];
      if (m < 0 || (size_t) m >= natom) return 0;
      if (e > terms->start[k] && m <= terms->atom[e - 1]) return 0;
    }
  return 1;
}

static int pairs_are_valid(size_t natom, size_t npair, const inm_central_pair *pair)
{
  for (size_t p = 0; p < npair; p++) {
    const int i = pair[p].i, j = pair[p].j;
    if (i < 0 || j < 0 || i == j || (size_t) i >= natom || (size_t) j >= natom) return 0;
  }
  return 1;
}

/* A row has at most one slot for each atom that follows it in its terms and pairs. */
static void bound_rows(size_t natom, sorted_lists *l)
{
  const inm_embedding_list *terms = l->terms;

  for (size_t k = 0; k < terms->nterm; k++) {
    const size_t n = terms->start[k + 1] - terms->start[k];
    if (n > l->largest_term) l->largest_term = n;
  }
  for (size_t m = 0; m < natom; m++) {
    size_t n = l->pair_of.start[m + 1] - l->pair_of.start[m];
    for (size_t t = l->member.start[m]; t < l->member.start[m + 1]; t++) {
      const size_t e = l->member.number[t];
      n += terms->start[l->term_of[e] + 1] - e - 1;
    }
    if (n > l->most_slots) l->most_slots = n;
  }
  if (l->most_slots > natom) l->most_slots = natom;
}

static void free_lists(sorted_lists *l)
{
  free_by_atom(&l->member);
  free_by_atom(&l->pair_of);
  free(l->term_of);
}

/* l holds the two lists and is zero otherwise; the caller frees it, also after a failure. */
static inm_status sort_lists(size_t natom, size_t npair, sorted_lists *l)
{
  const inm_embedding_list *terms = l->terms;
  const size_t nmember = terms->nterm ? terms->start[terms->nterm] : 0;

  int *row_of = (int *) malloc((npair + 1) * sizeof(int));
  l->term_of = (size_t *) malloc((nmember + 1) * sizeof(size_t));
  inm_status status = (row_of && l->term_of) ? INM_OK : INM_ERR_ALLOC;
  if (status != INM_OK) goto done;

  for (size_t k = 0; k < terms->nterm; k++)
    for (size_t e = terms->start[k]; e < terms->start[k + 1]; e++) l->term_of[e] = k;
  for (size_t p = 0; p < npair; p++) row_of[p] = lower(&l->pair[p]);

  status = sort_by_atom(natom, nmember, terms->atom, &l->member);
  if (status == INM_OK) status = sort_by_atom(natom, npair, row_of, &l->pair_of);
  if (status == INM_OK) bound_rows(natom, l);

done:
  free(row_of);
  return status;
}

/* all blocks of atom m with atoms of higher index */
static void sum_row(row_sum *row, int m, const double *x, const sorted_lists *l)
{
  const inm_embedding_list *terms = l->terms;
  double dr[3];

  for (size_t t = l->member.start[m]; t < l->member.start[m + 1]; t++) {
    const size_t e = l->member.number[t], k = l->term_of[e];
    add_term(row, &terms->slope[4 * e], terms->curvature[k], terms->start[k + 1] - e - 1,
             &terms->atom[e + 1], &terms->slope[4 * (e + 1)]);
  }
  for (size_t t = l->pair_of.start[m]; t < l->pair_of.start[m + 1]; t++) {
    const inm_central_pair *p = &l->pair[l->pair_of.number[t]];
    difference(x, p->i, p->j, dr);
    add_central(row, p->i + p->j - m, dr, p->du, p->du2);
  }
}

inm_status inm_embedding_blocks(size_t natom, const double *x, const inm_embedding_list *terms,
                                size_t npair, const inm_central_pair *pair, inm_block_sink sink,
                                void *ctx)
{
  row_sum row;
  sorted_lists lists;

  if (natom > INT_MAX) return INM_ERR_SIZE;
  if (!terms_are_valid(natom, terms) || !pairs_are_valid(natom, npair, pair)) return INM_ERR_ARG;
  memset(&row, 0, sizeof(row));
  memset(&lists, 0, sizeof(lists));
  lists.terms = terms;
  lists.pair = pair;

  inm_status status = sort_lists(natom, npair, &lists);
  if (status == INM_OK) status = create_row(&row, natom, lists.most_slots, lists.largest_term);
  for (size_t m = 0; m < natom && status == INM_OK; m++) {
    sum_row(&row, (int) m, x, &lists);
    status = flush(&row, (int) m, x, sink, ctx);
  }

  free_row(&row);
  free_lists(&lists);
  return status;
}
