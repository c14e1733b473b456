/* From the velocity autocorrelation function to the memory kernel and the friction: inm_kernel.h */

#include "inm_kernel.h"

#include "friction/inm_transform.h"

#include <complex.h>
#include <math.h>

void inm_kernel_from_vacf(size_t nlag, double dt, const double *corr, double *cbar, double *work)
{
  const double pbar = 0.5 * (corr[0] + corr[1]); /* <Pbar^2> + dt^2/4 <J^2> */
  double *a = work;

  a[0] = 0.0;
  cbar[0] = 2.0 * (corr[0] - corr[1]) / (dt * dt);
  for (size_t n = 1; n <= nlag; n++) {
    a[n] = (corr[n - 1] - corr[n + 1]) / (2.0 * dt * pbar);
    double sum = 0.5 * a[n] * cbar[0];
    for (size_t k = 1; k < n; k++) sum += a[n - k] * cbar[k];
    cbar[n] = (2.0 * corr[n] - corr[n - 1] - corr[n + 1]) / (dt * dt) + dt * sum;
  }
}

void inm_kernel_from_two_times(size_t nlag, double dt, const double *fp, const double *ff,
                               const double *pp, double count, double *cbar, double *beta)
{
  beta[0] = fp[0] / pp[0];
  cbar[0] = ff[0] / count;
  for (size_t n = 1; n <= nlag; n++) {
    const double *fpn = fp + n * (n + 1) / 2, *ffn = ff + n * (n + 1) / 2;
    double sum_p = 0.5 * beta[0] * fpn[n], sum_f = 0.5 * beta[0] * ffn[n];
    for (size_t k = 1; k < n; k++) {
      sum_p += beta[k] * fpn[n - k];
      sum_f += beta[k] * ffn[n - k];
    }
    beta[n] = (fpn[n] + dt * sum_p) / (pp[n] - 0.5 * dt * fpn[0]);
    cbar[n] = (ffn[n] + dt * (sum_f + 0.5 * beta[n] * ffn[0])) / count;
  }
}

void inm_kernel_integral(size_t nlag, double dt, const double *cbar, double scale, double *integral)
{
  integral[0] = 0.0;
  for (size_t n = 1; n <= nlag; n++)
    integral[n] = integral[n - 1] + 0.5 * dt * scale * (cbar[n - 1] + cbar[n]);
}

double inm_kernel_plateau_scale(const double *corr)
{
  return 2.0 * corr[0] / (corr[0] + corr[1]);
}

double inm_kernel_einstein_frequency_sq(double dt, const double *corr)
{
  return 2.0 * (corr[0] - corr[1]) / (corr[0] * dt * dt);
}

inm_kernel_tail inm_kernel_extrapolate(size_t nlag, const double *integral)
{
  inm_kernel_tail out;
  const size_t third =
      nlag / 3; /* two intervals of equal length, so that q is the ratio of an exponential decay */
  const double before = integral[nlag - third] - integral[nlag - 2 * third];

  out.last = integral[nlag] - integral[nlag - third];
  out.ratio = out.last / before;
  out.tail = 0.0;
  if (out.last > 0.0 && out.last < before) out.tail = out.last * out.ratio / (1.0 - out.ratio);
  return out;
}

inm_complex inm_kernel_transform(size_t nlag, double dt, double scale, const double *cbar,
                                 double tail, double ratio, double w)
{
  const inm_filon filon = inm_filon_at(nlag, dt, w);
  double complex sum = inm_filon_tail(&filon, tail, ratio);

  for (size_t n = 0; n <= nlag; n++) sum += scale * cbar[n] * inm_filon_weight(&filon, n);
  return (inm_complex){creal(sum), cimag(sum)};
}

static double linear(double x)
{
  return x;
}

/* Weighted slope of axis(y) against axis(x) for from <= x <= to; NaN for fewer than 3 points. */
static double slope(size_t n, const double *x, const double *y, const double *weight, double from,
                    double to, double (*axis)(double))
{
  size_t npoints = 0;
  double w = 0.0, xmean = 0.0, ymean = 0.0, sxx = 0.0, sxy = 0.0;

  for (size_t i = 0; i < n; i++) {
    if (!(weight[i] > 0.0) || x[i] < from || x[i] > to) continue;
    npoints++;
    w += weight[i];
    xmean += weight[i] * axis(x[i]);
    ymean += weight[i] * axis(y[i]);
  }
  if (npoints < 3) return NAN;
  xmean /= w;
  ymean /= w;
  for (size_t i = 0; i < n; i++) {
    if (!(weight[i] > 0.0) || x[i] < from || x[i] > to) continue;
    sxx += weight[i] * (axis(x[i]) - xmean) * (axis(x[i]) - xmean);
    sxy += weight[i] * (axis(x[i]) - xmean) * (axis(y[i]) - ymean);
  }
  return sxy / sxx;
}

inm_msd_line inm_msd_fit(size_t n, const double *lag, const double *msd, const double *weight,
                         double from, double to, int dim)
{
  inm_msd_line out;
  out.diffusion = slope(n, lag, msd, weight, from, to, linear) / (2.0 * dim);
  out.exponent = slope(n, lag, msd, weight, from, to, log);
  return out;
}

/* Standard error of the difference of estimates i and j. */
static double difference_error(size_t nblock, const double *leave_out, size_t stride, size_t i,
                               size_t j)
{
  double mean = 0.0, sum = 0.0;
  for (size_t b = 0; b < nblock; b++)
    mean += (leave_out[b * stride + i] - leave_out[b * stride + j]) / (double) nblock;
  for (size_t b = 0; b < nblock; b++) {
    const double d = leave_out[b * stride + i] - leave_out[b * stride + j] - mean;
    sum += d * d;
  }
  return sqrt(sum * (double) (nblock - 1) / (double) nblock);
}

size_t inm_first_unbiased(size_t n, const double *value, size_t nblock, const double *leave_out,
                          size_t stride)
{
  if (nblock < 2) return n - 1;
  for (size_t i = 0; i + 1 < n; i++) {
    size_t j = i + 1;
    while (j < n && fabs(value[i] - value[j]) <= difference_error(nblock, leave_out, stride, i, j))
      j++;
    if (j == n) return i;
  }
  return n - 1;
}

static double mean_of(size_t n, size_t stride, const double *x)
{
  double mean = 0.0;
  for (size_t i = 0; i < n; i++) mean += x[i * stride] / (double) n;
  return mean;
}

double inm_jackknife_covariance(size_t n, size_t stride, const double *x, const double *y)
{
  const double xmean = mean_of(n, stride, x), ymean = mean_of(n, stride, y);
  double sum = 0.0;
  if (n < 2) return NAN;
  for (size_t i = 0; i < n; i++) sum += (x[i * stride] - xmean) * (y[i * stride] - ymean);
  return sum * (double) (n - 1) / (double) n;
}

double inm_jackknife_error(size_t n, size_t stride, const double *x)
{
  return sqrt(inm_jackknife_covariance(n, stride, x, x));
}

double inm_jackknife_error_of_neighbors(size_t n, size_t stride, const double *x)
{
  const double mean = mean_of(n, stride, x);
  double products = 0.0;
  for (size_t i = 1; i < n; i++)
    products += 2.0 * (x[i * stride] - mean) * (x[(i - 1) * stride] - mean);
  products *= (double) (n - 1) / (double) n;
  return sqrt(inm_jackknife_covariance(n, stride, x, x) + fmax(0.0, products));
}
