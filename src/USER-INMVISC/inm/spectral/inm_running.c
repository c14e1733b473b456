#include "inm_running.h"

#include "inm_viscosity.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct inm_running {
  int nset, nk;
  size_t count;
  double *mean;   /* [nset][nk] */
  double *moment; /* [nset][nk][nk]  sum of (x - mean)(x - mean)^T */
};

inm_status inm_running_create(inm_running **out, int nset, int nk)
{
  *out = NULL;
  inm_running *r = (inm_running *) calloc(1, sizeof(*r));
  if (!r) return INM_ERR_ALLOC;
  r->nset = nset;
  r->nk = nk;
  r->mean = (double *) calloc((size_t) (nset * nk), sizeof(*r->mean));
  r->moment = (double *) calloc((size_t) (nset * nk * nk), sizeof(*r->moment));
  if (!r->mean || !r->moment) {
    inm_running_destroy(&r);
    return INM_ERR_ALLOC;
  }
  *out = r;
  return INM_OK;
}

void inm_running_destroy(inm_running **r)
{
  if (!r || !*r) return;
  free((*r)->mean);
  free((*r)->moment);
  free(*r);
  *r = NULL;
}

/* Welford's update: with d = x - mean before, the moment grows by d d^T (n-1)/n */
void inm_running_add(inm_running *r, const double *x)
{
  const double n = (double) ++r->count;

  for (int s = 0; s < r->nset; s++) {
    double *mean = &r->mean[s * r->nk], *moment = &r->moment[s * r->nk * r->nk];
    const double *xs = &x[s * r->nk];
    for (int i = 0; i < r->nk; i++)
      for (int j = 0; j < r->nk; j++)
        moment[i * r->nk + j] += (xs[i] - mean[i]) * (xs[j] - mean[j]) * (n - 1.0) / n;
    for (int i = 0; i < r->nk; i++) mean[i] += (xs[i] - mean[i]) / n;
  }
}

static size_t count_means(const inm_running *r)
{
  return (size_t) r->nset * (size_t) r->nk;
}

size_t inm_running_size(const inm_running *r)
{
  return 1 + count_means(r) * (size_t) (1 + r->nk);
}

/* count, means, moments */
void inm_running_store(const inm_running *r, double *data)
{
  const size_t nmean = count_means(r);

  data[0] = (double) r->count;
  memcpy(&data[1], r->mean, nmean * sizeof(*data));
  memcpy(&data[1 + nmean], r->moment, nmean * (size_t) r->nk * sizeof(*data));
}

inm_status inm_running_restore(inm_running *r, const double *data)
{
  const size_t nmean = count_means(r);

  if (!(data[0] >= 0.0 && data[0] <= 9007199254740992.0 && floor(data[0]) == data[0]))
    return INM_ERR_DATA;
  r->count = (size_t) data[0];
  memcpy(r->mean, &data[1], nmean * sizeof(*data));
  memcpy(r->moment, &data[1 + nmean], nmean * (size_t) r->nk * sizeof(*data));
  return INM_OK;
}

size_t inm_running_count(const inm_running *r)
{
  return r->count;
}

double inm_running_component(const inm_running *r, int set, int k)
{
  return r->count ? r->mean[set * r->nk + k] : NAN;
}

double inm_running_mean(const inm_running *r, int set, const double *friction)
{
  return r->count ? inm_viscosity_contract(friction, &r->mean[set * r->nk], r->nk) : NAN;
}

double inm_running_error(const inm_running *r, int set, const double *friction)
{
  const double *moment = &r->moment[set * r->nk * r->nk], n = (double) r->count;
  double sum = 0.0;

  if (r->count < 2) return NAN;
  for (int i = 0; i < r->nk; i++)
    if (friction[i] != 0.0)
      sum += friction[i] * inm_viscosity_contract(friction, &moment[i * r->nk], r->nk);
  if (sum < 0.0) sum = 0.0; /* rounding can leave a zero variance below zero */
  return sqrt(sum / (n * (n - 1.0)));
}
