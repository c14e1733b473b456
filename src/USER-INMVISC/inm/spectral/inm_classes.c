#include "inm_classes.h"

#include "inm_request.h"

#include <math.h>

double inm_frequency(double lambda)
{
  return (lambda >= 0.0) ? sqrt(lambda) : -sqrt(-lambda);
}

inm_class inm_classify(double lambda, double pr, inm_edge edge)
{
  if (lambda >= 0.0) return INM_STABLE;

  int localized;
  if (edge.kind == INM_EDGE_FREQUENCY)
    localized = sqrt(-lambda) > edge.value;
  else if (edge.kind == INM_EDGE_PARTICIPATION && !isnan(pr))
    localized = pr < edge.value;
  else
    return INM_UNSTABLE_UNKNOWN;
  return localized ? INM_UNSTABLE_LOCALIZED : INM_UNSTABLE_DELOCALIZED;
}

double inm_smooth_step(double x, double edge, double width)
{
  const double s = (x - edge) / width + 0.5;
  return (s <= 0.0) ? 0.0 : (s >= 1.0) ? 1.0 : s * s * s * (10.0 + s * (-15.0 + 6.0 * s));
}

/* a mode with lambda = 0 is in no sum, since 1/lambda^2 is undefined */
static double counted(double lambda, const inm_cut *cut)
{
  if (lambda == 0.0) return 0.0;
  if (cut->width > 0.0 && cut->wmin > 0.0)
    return inm_smooth_step(sqrt(fabs(lambda)), cut->wmin, fmin(cut->width, cut->wmin));
  return fabs(lambda) >= cut->wmin * cut->wmin;
}

/* localized part of an unstable mode */
static double localized(double lambda, double pr, const inm_cut *cut)
{
  if (cut->width > 0.0 && cut->edge.kind == INM_EDGE_FREQUENCY)
    return inm_smooth_step(sqrt(-lambda), cut->edge.value, cut->width);
  switch (inm_classify(lambda, pr, cut->edge)) {
    case INM_UNSTABLE_LOCALIZED:
      return 1.0;
    case INM_UNSTABLE_DELOCALIZED:
      return 0.0;
    default:
      return NAN;
  }
}

void inm_membership(double lambda, double pr, const inm_cut *cut, double *member)
{
  const double all = counted(lambda, cut);
  const int unstable = (lambda < 0.0 && all > 0.0);
  const double ul = unstable ? localized(lambda, pr, cut) : 0.0;

  member[INM_ALL] = all;
  member[INM_S] = (lambda >= 0.0) ? all : 0.0;
  member[INM_UL] = unstable ? all * ul : 0.0;
  member[INM_UD] = unstable ? all * (1.0 - ul) : 0.0;
}

double inm_default_width(double given, inm_edge edge, double wmin)
{
  if (given > 0.0) return given;
  return 0.1 * ((edge.kind == INM_EDGE_FREQUENCY) ? edge.value : wmin);
}

double inm_default_bound(double given)
{
  return (given > 0.0) ? given : 1.0e-3;
}
