#include "inm_viscosity.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int counts(const inm_modes *m, size_t p, double wmin)
{
  return m->cls[p] != INM_ZERO && fabs(m->lambda[p]) >= wmin * wmin && m->lambda[p] != 0.0;
}

/* whether a mode of a class belongs to the set: 1, 0, or -1 if that cannot be told */
static int in_set(int set, inm_class cls)
{
  if (set == INM_ALL) return 1;
  if (set == INM_S) return cls == INM_STABLE;
  if (cls == INM_UNSTABLE_UNKNOWN) return -1;
  return cls == ((set == INM_UL) ? INM_UNSTABLE_LOCALIZED : INM_UNSTABLE_DELOCALIZED);
}

/* x * 1, x * 0, or NaN if membership cannot be told; a mode outside adds nothing even if x is NaN */
static double member_share(int member, double x)
{
  return (member == 0) ? 0.0 : (member < 0) ? NAN : x;
}

void inm_viscosity_sums(const inm_modes *m, const double *xi2, double wmin, inm_edge edge,
                        double *sums)
{
  const int nk = m->ntypes + 1;

  memset(sums, 0, (size_t) (INM_NSET * nk) * sizeof(*sums));
  for (size_t p = 0; p < m->n; p++) {
    if (!counts(m, p, wmin)) continue;
    const inm_class cls = inm_classify(m->lambda[p], m->pr[p], edge);
    const double compliance = xi2[p] / (m->lambda[p] * m->lambda[p]);
    for (int set = 0; set < INM_NSET; set++) {
      const double share = member_share(in_set(set, cls), compliance);
      if (share == 0.0) continue;
      sums[set * nk] += share;
      for (int t = 0; t < m->ntypes; t++)
        sums[set * nk + t + 1] += share * m->weight[(size_t) t * m->n + p];
    }
  }
}

double inm_viscosity_contract(const double *friction, const double *sums, int nk)
{
  double eta = 0.0;
  for (int k = 0; k < nk; k++)
    if (friction[k] != 0.0) eta += friction[k] * sums[k];
  return eta;
}

/* friction . (1, weight of type 1, ...) Xi_p^2/lambda_p^2; w^4 = lambda^2 on both branches */
static double mode_viscosity(const inm_modes *m, size_t p, const double *xi2,
                             const double *friction)
{
  double rate = friction[0];
  for (int t = 0; t < m->ntypes; t++)
    if (friction[t + 1] != 0.0) rate += friction[t + 1] * m->weight[(size_t) t * m->n + p];
  return rate * xi2[p] / (m->lambda[p] * m->lambda[p]);
}

void inm_viscosity_spectrum(const inm_modes *m, const double *xi2, double wmin, inm_edge edge,
                            const double *friction, const inm_range *range, double *spectrum)
{
  const double width = inm_bin_width(range);
  double below[2] = {0.0, 0.0};

  for (size_t b = 0; b < range->nbin; b++) {
    double *row = &spectrum[5 * b];
    row[0] = inm_bin_center(range, b);
    row[1] = row[2] = row[3] = row[4] = 0.0;
  }
  for (size_t p = 0; p < m->n; p++) {
    if (!counts(m, p, wmin)) continue;
    const double w = inm_frequency(m->lambda[p]);
    const size_t b = inm_bin(range, w);
    const inm_class cls = inm_classify(m->lambda[p], m->pr[p], edge);
    const double eta = mode_viscosity(m, p, xi2, friction);
    const double ul = member_share(in_set(INM_UL, cls), eta);
    if (b < range->nbin) {
      spectrum[5 * b + 1] += ul / width;
      spectrum[5 * b + 2] += eta / width;
    } else if (w < range->lo) {
      below[0] += ul;
      below[1] += eta;
    }
  }
  for (size_t b = 0; b < range->nbin; b++) {
    double *row = &spectrum[5 * b];
    for (int k = 0; k < 2; k++) row[3 + k] = below[k] += row[1 + k] * width;
  }
}

double inm_log_slope(double at_lower, double at_upper)
{
  if (!(at_lower > 0.0 && at_upper > 0.0)) return NAN;
  return log(at_upper / at_lower) / log(1.1 / 0.9);
}
