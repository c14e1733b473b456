/* Shear viscosity as a sum over modes (paper, eq. 1; several masses: projection on mass-weighted
   coordinates):

     eta_class = (1/V) sum_{p in class, |w_p| >= w_min} (v/m)_p Xi_p^2 / lambda_p^2
     (v/m)_p   = sum_i |e_ip|^2 v_t(i) / m_i

   It is linear in the frictions v_t of the atom types.  A snapshot therefore stores the coefficients, and
   the friction can be applied later, when it is known. */

#ifndef INM_VISCOSITY_H
#define INM_VISCOSITY_H

#include "inm_running.h"
#include "inm_spectrum.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Coefficients of one snapshot.
   xi2   squared projections (inm_spectrum_projected)
   cut   which modes, and the edge between the classes
   sums  [INM_NSET][ntypes+1] out; with k = 0: sum_p Xi_p^2 / lambda_p^2 (for one v/m for all modes),
         k = 1..ntypes: sum_p (sum_{i of type k} |e_ip|^2/m_i) Xi_p^2 / lambda_p^2.
   NaN in a set that has a mode without eigenvector or of unknown class, and for k > 0 where there are
   no eigenvectors. */
void inm_viscosity_sums(const inm_measure *xi2, const inm_cut *cut, double *sums);

/* Numerical uncertainty of the sums with k = 0, [INM_NSET], as the sum of
   - the change with half of the products
   - the largest of the changes with half and with a quarter of the step width, and the random change with
     sharp edges.  A sharp edge moves each of the n modes on a step either in or out.  If b is the sum of the
     absolute changes, independent modes change the sum by b/sqrt(n), times 1.5 for the spread of their
     projections and steps; twice that is used.
   first, count  vectors as in inm_spectrum_projected
   NaN for modes, which have neither products nor steps. */
inm_status inm_viscosity_uncertainty(const inm_spectrum *spectrum, int first, int count,
                                     const inm_cut *cut, double *uncertainty);

/* sum_k friction[k] sums[k], skipping coefficients that are 0.  [nk] each */
double inm_viscosity_contract(const double *friction, const double *sums, int nk);

/* Spectral decomposition by bin, over the modes that the cut keeps.
   friction [ntypes+1]  in the order of sums
   spectrum [nbin][5]   w, d(eta_UL)/dw, d(eta_all)/dw, and both summed from the left edge
   The sums include modes left of the range.  Without the factor 1/V and units. */
void inm_viscosity_spectrum(const inm_measure *xi2, const inm_cut *cut, const double *friction,
                            const inm_range *range, double *spectrum);

/* Logarithmic derivative [ln f(1.1 x) - ln f(0.9 x)] / ln(1.1/0.9) from the two values; NaN if undefined. */
double inm_log_slope(double at_lower, double at_upper);

#ifdef __cplusplus
}
#endif
#endif
