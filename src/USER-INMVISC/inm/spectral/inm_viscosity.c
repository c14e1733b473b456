#include "inm_viscosity.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* contribution weight/lambda^2 of node j to each set; lambda^2 = w^4 on both branches.  [INM_NSET] */
static void node_terms(const inm_measure *m, size_t j, const inm_cut *cut, double *term)
{
  const double lambda = m->lambda[j];

  inm_membership(lambda, m->pr ? m->pr[j] : NAN, cut, term);
  for (int set = 0; set < INM_NSET; set++)
    if (term[set] != 0.0) term[set] *= m->weight[j] / (lambda * lambda);
}

/* sum of |e_i|^2/m_i in mode j over the atoms of type t, counted from 0 */
static double type_weight(const inm_measure *m, int t, size_t j)
{
  return m->type_weight ? m->type_weight[(size_t) t * m->n + j] : NAN;
}

void inm_viscosity_sums(const inm_measure *xi2, const inm_cut *cut, double *sums)
{
  const int nk = xi2->ntypes + 1;
  double term[INM_NSET];

  memset(sums, 0, (size_t) (INM_NSET * nk) * sizeof(*sums));
  for (size_t j = 0; j < xi2->n; j++) {
    if (xi2->weight[j] == 0.0) continue;
    node_terms(xi2, j, cut, term);
    for (int set = 0; set < INM_NSET; set++) {
      if (term[set] == 0.0) continue;
      sums[set * nk] += term[set];
      for (int t = 0; t < xi2->ntypes; t++)
        sums[set * nk + t + 1] += term[set] * type_weight(xi2, t, j);
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

/* friction . (1, weight of type 1, ...) */
static double node_friction(const inm_measure *m, size_t j, const double *friction)
{
  double rate = friction[0];
  for (int t = 0; t < m->ntypes; t++)
    if (friction[t + 1] != 0.0) rate += friction[t + 1] * type_weight(m, t, j);
  return rate;
}

void inm_viscosity_spectrum(const inm_measure *xi2, const inm_cut *cut, const double *friction,
                            const inm_range *range, double *spectrum)
{
  const double width = inm_bin_width(range);
  double term[INM_NSET], below[2] = {0.0, 0.0};

  for (size_t b = 0; b < range->nbin; b++) {
    double *row = &spectrum[5 * b];
    row[0] = inm_bin_center(range, b);
    row[1] = row[2] = row[3] = row[4] = 0.0;
  }
  for (size_t j = 0; j < xi2->n; j++) {
    if (xi2->weight[j] == 0.0) continue;
    node_terms(xi2, j, cut, term);
    if (term[INM_ALL] == 0.0) continue;
    const double w = inm_frequency(xi2->lambda[j]), rate = node_friction(xi2, j, friction);
    const double ul = (term[INM_UL] == 0.0) ? 0.0 : rate * term[INM_UL];
    const double all = rate * term[INM_ALL];
    const size_t b = inm_bin(range, w);
    if (b < range->nbin) {
      spectrum[5 * b + 1] += ul / width;
      spectrum[5 * b + 2] += all / width;
    } else if (w < range->lo) {
      below[0] += ul;
      below[1] += all;
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

/* ---- numerical uncertainty -------------------------------------------------------------------- */

/* [INM_NSET] the sums with k = 0 */
static inm_status plain_sums(const inm_measure *xi2, const inm_cut *cut, double width_factor,
                             double *sums)
{
  const int nk = xi2->ntypes + 1;
  inm_cut narrower = *cut;
  double *all = (double *) malloc((size_t) (INM_NSET * nk) * sizeof(*all));

  if (!all) return INM_ERR_ALLOC;
  narrower.width *= width_factor;
  inm_viscosity_sums(xi2, &narrower, all);
  for (int set = 0; set < INM_NSET; set++) sums[set] = all[set * nk];
  free(all);
  return INM_OK;
}

/* change [INM_NSET] = |membership with sharp edges - membership with steps| */
static void sharp_changes(double lambda, const inm_cut *cut, double *change)
{
  inm_cut sharp = *cut;
  double with_steps[INM_NSET];

  sharp.width = DBL_MIN;
  inm_membership(lambda, NAN, cut, with_steps);
  inm_membership(lambda, NAN, &sharp, change);
  for (int set = 0; set < INM_NSET; set++) change[set] = fabs(change[set] - with_steps[set]);
}

/* random error from the sharpness of the edges, [INM_NSET] */
static void edge_uncertainty(const inm_measure *xi2, const inm_measure *modes, const inm_cut *cut,
                             double *uncertainty)
{
  double change[INM_NSET], number[INM_NSET] = {0.0};

  memset(uncertainty, 0, INM_NSET * sizeof(*uncertainty));
  for (size_t j = 0; j < xi2->n; j++) {
    const double lambda = xi2->lambda[j];
    sharp_changes(lambda, cut, change);
    for (int set = 0; set < INM_NSET; set++)
      if (change[set] != 0.0) uncertainty[set] += xi2->weight[j] * change[set] / (lambda * lambda);
  }
  for (size_t j = 0; j < modes->n; j++) {
    sharp_changes(modes->lambda[j], cut, change);
    for (int set = 0; set < INM_NSET; set++)
      if (change[set] > 0.0) number[set] += modes->weight[j];
  }
  for (int set = 0; set < INM_NSET; set++)
    uncertainty[set] = 3.0 * fabs(uncertainty[set]) / sqrt(fmax(1.0, number[set]));
}

inm_status inm_viscosity_uncertainty(const inm_spectrum *spectrum, int first, int count,
                                     const inm_cut *cut, double *uncertainty)
{
  enum { WHOLE, HALF_WIDTH, QUARTER_WIDTH, HALF_PRODUCTS, SHARP, NTRIAL };
  const double factor[] = {1.0, 0.5, 0.25, 1.0};
  inm_measure whole = {0}, half = {0}, modes = {0};
  double sums[NTRIAL][INM_NSET];
  inm_status status = inm_spectrum_projected(spectrum, first, count, 1.0, &whole);

  for (int set = 0; set < INM_NSET; set++) uncertainty[set] = NAN;
  if (status == INM_OK && !whole.is_polynomial) goto done;
  if (status == INM_OK) status = inm_spectrum_projected(spectrum, first, count, 0.5, &half);
  if (status == INM_OK) status = inm_spectrum_count(spectrum, &modes);
  for (int k = WHOLE; k <= HALF_PRODUCTS && status == INM_OK; k++)
    status = plain_sums(k == HALF_PRODUCTS ? &half : &whole, cut, factor[k], sums[k]);
  if (status != INM_OK) goto done;
  edge_uncertainty(&whole, &modes, cut, sums[SHARP]);
  for (int set = 0; set < INM_NSET; set++) {
    const double eta = sums[WHOLE][set];
    const double width =
        fmax(fabs(eta - sums[HALF_WIDTH][set]), fabs(eta - sums[QUARTER_WIDTH][set]));
    uncertainty[set] = fabs(eta - sums[HALF_PRODUCTS][set]) + fmax(width, sums[SHARP][set]);
  }

done:
  inm_measure_free(&whole);
  inm_measure_free(&half);
  inm_measure_free(&modes);
  return status;
}
