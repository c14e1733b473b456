#include "kpm/inm_kpm_converge.h"

#include "inm_modulus.h"
#include "inm_viscosity.h"

#include <math.h>
#include <stdlib.h>

enum {
  FIRST = 200, /* products before the first check of convergence */
  MOST = 10000,
  PLAIN = 800, /* without a criterion or an edge */
  BATCH = 25   /* products between progress reports */
};

static inm_status advance_to(inm_kpm *kpm, const inm_request *request, size_t target)
{
  inm_status status = INM_OK;

  while (status == INM_OK && inm_kpm_products(kpm) < target) {
    const size_t left = target - inm_kpm_products(kpm);
    status = inm_kpm_advance(kpm, left < BATCH ? left : BATCH);
    const inm_progress p = {(double) inm_kpm_products(kpm) / (double) target, inm_kpm_products(kpm),
                            target};
    if (status == INM_OK && request->progress) request->progress(request->progress_ctx, &p);
  }
  return status;
}

/* the sum over 1/lambda^2 of a convergence criterion, from the first nproduct products */
static inm_status criterion_sum(const inm_kpm *kpm, const inm_criterion *c, size_t nproduct,
                                double *sum)
{
  const int set = (c->cut.edge.kind == INM_EDGE_FREQUENCY) ? INM_UL : INM_ALL;
  inm_measure m = {0};
  inm_status status = inm_kpm_projected(kpm, c->first, c->count, nproduct, &m);
  double *sums = (double *) malloc((size_t) (INM_NSET * (m.ntypes + 1)) * sizeof(*sums));

  if (status == INM_OK && !sums) status = INM_ERR_ALLOC;
  if (status == INM_OK) {
    inm_viscosity_sums(&m, &c->cut, sums);
    *sum = sums[set * (m.ntypes + 1)];
  }
  free(sums);
  inm_measure_free(&m);
  return status;
}

static inm_status sum_change(const inm_kpm *kpm, const inm_criterion *c, double *change)
{
  const size_t products = inm_kpm_products(kpm);
  double all, half;
  inm_status status = criterion_sum(kpm, c, products, &all);

  if (status == INM_OK) status = criterion_sum(kpm, c, products / 2, &half);
  if (status == INM_OK) *change = (all == half) ? 0.0 : fabs((all - half) / all);
  return status;
}

/* the largest change of a modulus, of the frequencies that can be reached */
static inm_status modulus_change(const inm_kpm *kpm, const inm_criterion *c, double bound,
                                 double *change)
{
  const size_t products = inm_kpm_products(kpm);
  inm_measure all = {0}, half = {0};
  inm_status status = inm_kpm_projected(kpm, c->first, c->count, products, &all);

  if (status == INM_OK) status = inm_kpm_projected(kpm, c->first, c->count, products / 2, &half);
  if (status == INM_OK)
    *change = inm_modulus_largest_change(&all, &half, c->modulus, bound, (double) MOST);
  inm_measure_free(&all);
  inm_measure_free(&half);
  return status;
}

static inm_status criterion_change(const inm_kpm *kpm, const inm_criterion *c, double bound,
                                   double *change)
{
  return c->modulus ? modulus_change(kpm, c, bound, change) : sum_change(kpm, c, change);
}

/* the change that must fall to the bound */
static inm_status find_change(const inm_kpm *kpm, const inm_request *r, double bound,
                              double *change)
{
  const size_t products = inm_kpm_products(kpm);
  inm_status status = INM_OK;

  *change = -1.0; /* no criterion */
  for (int k = 0; k < r->ncriterion && status == INM_OK; k++) {
    double one = NAN;
    status = criterion_change(kpm, &r->criterion[k], bound, &one);
    if (isnan(one) || one > *change) *change = one; /* NaN persists */
  }
  if (!(*change < 0.0)) return status;
  if (r->edge.kind == INM_EDGE_FREQUENCY)
    *change = bound * inm_kpm_resolution(kpm, -r->edge.value, products) /
        inm_default_width(r->width, r->edge, 0.0);
  else
    *change = bound * PLAIN / (double) products;
  return status;
}

inm_status inm_kpm_converge(inm_kpm *kpm, const inm_request *request, double *change)
{
  const double bound = inm_default_bound(request->bound);
  size_t target = request->products ? request->products : FIRST;
  inm_status status = advance_to(kpm, request, target);

  *change = NAN;
  for (int passed = 0; status == INM_OK && !request->products;) {
    status = inm_status_sync(find_change(kpm, request, bound, change), inm_kpm_comm(kpm));
    passed = (*change <= bound) ? passed + 1 : 0;
    if (passed == 2 || target == MOST) break;
    target = (target + target / 4 < MOST) ? target + target / 4 : MOST;
    if (status == INM_OK) status = advance_to(kpm, request, target);
  }
  return status;
}
