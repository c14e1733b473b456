/* From the velocity autocorrelation function to the Mori memory kernel and the friction.

   Conventions.  C(n) is the autocorrelation of one Cartesian component of the momentum at the lag
   n*dt, averaged over a fixed set of origins; kT = <P^2>/m of the same data; v(t) = Cbar(t)/kT is
   the friction kernel, in units of mass/time^2, with Cbar the autocorrelation of the random
   (orthogonally propagated) force; int_0^inf v dt = kT/D, in mass/time.  No units inside.

   Nothing here is collective, keeps state or prints. */

#ifndef INM_KERNEL_H
#define INM_KERNEL_H

#include "inm_status.h"

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Memory kernel from the momentum autocorrelation alone, second order in dt.

   Momentum and force are replaced by the pair (P[j]+P[j+1])/2 and (P[j+1]-P[j])/dt, which obeys
   the sum rule of the kernel to rounding for any dt.  The plain pair (P, F) does not, and the
   violation is amplified by kT t/(m D): the integral of the kernel would decay to nothing.
   With C(-1) = C(1) and Pb = (C(0)+C(1))/2:

     a(n) = [C(n-1) - C(n+1)] / (2 dt Pb)
     c(n) = [2 C(n) - C(n-1) - C(n+1)] / dt^2
     Cbar(0) = c(0)
     Cbar(n) = c(n) + dt [ a(n) c(0)/2 + sum_{k=1}^{n-1} a(n-k) Cbar(k) ]

   (Volterra equation of the second kind with the trapezoid rule.  The first-order predecessor is
   in Carof, Vuilleumier, Rotenberg, J. Chem. Phys. 140, 124103 (2014).)

     nlag  number of the last lag of the kernel
     dt    time between two lags
     corr  [nlag+2]  C(n)
     cbar  [nlag+1]  Cbar(n)
     work  [nlag+1]  scratch, holds a(n) on return

   Costs nlag^2/2 multiply-adds.  What is not finite in corr makes cbar not finite. */
void inm_kernel_from_vacf(size_t nlag, double dt, const double *corr, double *cbar, double *work);

/* Running integral by the trapezoid rule, int_0^{n dt} scale*cbar.
     cbar      [nlag+1]
     integral  [nlag+1], first element 0 */
void inm_kernel_integral(size_t nlag, double dt, const double *cbar, double scale,
                         double *integral);

/* The factor C(0)/Pb that makes the plateau of the integral exact: with it the trapezoid integrals
   obey  int Cbar * int C = C(0)^2  to rounding, which is int v = kT/D. */
double inm_kernel_plateau_scale(const double *corr);

/* Square of the Einstein frequency <F^2>/<P^2> from the first step of C, 2 [C(0)-C(1)]/(C(0) dt^2).
   sqrt() of it times dt should be below 0.2 for the shape of the kernel, below 0.5 for its
   integral. */
double inm_kernel_einstein_frequency_sq(double dt, const double *corr);

/* What the kernel still has to give beyond its last lag. */
typedef struct {
  double last;  /* I2, integral over the last third of the window */
  double ratio; /* q = I2/I1, I1 the integral over the third before; 1 or more: not decaying */
  double tail;  /* I2 q/(1-q) if 0 < I2 < I1, else 0 */
} inm_kernel_tail;

/* Geometric extrapolation: exact for an exponential kernel.
     integral  [nlag+1]  running integral of the kernel */
inm_kernel_tail inm_kernel_extrapolate(size_t nlag, const double *integral);

/* Diffusion coefficient from a mean-square displacement on any set of lags. */
typedef struct {
  double diffusion; /* length^2/time, NaN if there were fewer than 3 points */
  double exponent;  /* d ln MSD / d ln t over the same points: 1 if diffusive, 2 if ballistic */
  double from, to;  /* times of the first and the last point of the fit */
} inm_msd_line;

/* Weighted least squares fit of MSD(t) = 2 dim D t + offset over the last decade of the lags with
   positive weight; the offset takes up what happened before diffusion set in.
     lag     [n]  times > 0, any order
     msd     [n]
     weight  [n]  number of samples behind each point, 0 for points not to be used */
inm_msd_line inm_msd_fit(size_t n, const double *lag, const double *msd, const double *weight,
                         int dim);

/* Standard error of an estimate from its n leave-one-out values x[0], x[stride], ...:
   sqrt[ (n-1)/n sum (x - mean)^2 ], NaN for n < 2.  For a mean it equals s/sqrt(n). */
double inm_jackknife_error(size_t n, size_t stride, const double *x);

#ifdef __cplusplus
}
#endif
#endif
