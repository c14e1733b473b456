/* Shear viscosity as a sum over modes (paper, eq. 1; several masses: projection on mass-weighted
   coordinates):

     eta_class = (1/V) sum_{p in class, |w_p| >= w_min} (v/m)_p Xi_p^2 / lambda_p^2
     (v/m)_p   = sum_i |e_ip|^2 v_t(i) / m_i

   It is linear in the frictions v_t of the atom types, so what a snapshot gives is kept as the
   coefficients, and the friction can be put in whenever it is known. */

#ifndef INM_VISCOSITY_H
#define INM_VISCOSITY_H

#include "inm_spectrum.h"

#ifdef __cplusplus
extern "C" {
#endif

/* the four sets of modes, in the order of all outputs */
enum { INM_UL, INM_UD, INM_S, INM_ALL, INM_NSET };

/* Coefficients of one snapshot.
   xi2   [n]                 squared projections
   wmin  modes with |w| < wmin are left out, >= 0
   edge  classes are decided anew, so that the edge can be varied
   sums  [INM_NSET][ntypes+1] out; with k = 0: sum_p Xi_p^2 / lambda_p^2 (for one v/m for all modes),
         k = 1..ntypes: sum_p (sum_{i of type k} |e_ip|^2/m_i) Xi_p^2 / lambda_p^2.
   NaN in a set that has a mode without eigenvector, or whose class is unknown. */
void inm_viscosity_sums(const inm_modes *m, const double *xi2, double wmin, inm_edge edge,
                        double *sums);

/* sum_k friction[k] sums[k], skipping coefficients that are 0.  [nk] each */
double inm_viscosity_contract(const double *friction, const double *sums, int nk);

/* Spectral decomposition by bin of the modes with |w| >= wmin.
   friction [ntypes+1]  in the order of sums
   spectrum [nbin][5]   w, d(eta_UL)/dw, d(eta_all)/dw, and both summed from the left edge
   Modes left of the range count in the sums.  Without the factor 1/V and units. */
void inm_viscosity_spectrum(const inm_modes *m, const double *xi2, double wmin, inm_edge edge,
                            const double *friction, const inm_range *range, double *spectrum);

/* Logarithmic derivative [ln f(1.1 x) - ln f(0.9 x)] / ln(1.1/0.9) from the two values; NaN where
   it does not exist. */
double inm_log_slope(double at_lower, double at_upper);

#ifdef __cplusplus
}
#endif
#endif
