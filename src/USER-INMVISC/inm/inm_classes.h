/* Classes of modes: stable, unstable and delocalized, unstable and localized (UL, "ULINM"). */

#ifndef INM_CLASSES_H
#define INM_CLASSES_H

#ifdef __cplusplus
extern "C" {
#endif

/* Class of one mode.  The numbers are an output of compute inm/dos. */
typedef enum {
  INM_STABLE = 1,                /* lambda > 0 */
  INM_ZERO = 0,                  /* zero mode, told by size: INM_ZERO_SIZE */
  INM_UNSTABLE_LOCALIZED = -1,   /* UL */
  INM_UNSTABLE_DELOCALIZED = -2, /* UD */
  INM_UNSTABLE_UNKNOWN = -3 /* no mobility edge, or no participation ratio to compare with it */
} inm_class;

/* The four sets of modes that sums run over, in the order of all outputs. */
enum { INM_UL, INM_UD, INM_S, INM_ALL, INM_NSET };

/* Mobility edge between localized and delocalized unstable modes. */
typedef enum {
  INM_EDGE_NONE,
  INM_EDGE_PARTICIPATION, /* localized: P < value */
  INM_EDGE_FREQUENCY      /* localized: |w| > value */
} inm_edge_kind;

typedef struct {
  inm_edge_kind kind;
  double value;
} inm_edge;

/* Which modes a sum runs over.  With width 0 each mode is either in a set or not.  With width > 0 the
   edges are smooth steps in |w|, which polynomials can follow, unlike jumps: a step at e is 0 below
   e - width/2, 1 above e + width/2, and s^3 (10 - 15 s + 6 s^2) between, 0 < s < 1. */
typedef struct {
  inm_edge edge;
  double wmin;  /* omit modes with |w| < wmin, >= 0 */
  double width; /* of both steps, at most wmin at wmin; needs an edge by frequency */
} inm_cut;

/* Angular frequency on the real axis, negative for unstable modes. */
double inm_frequency(double lambda);

/* Class of a mode that is not a zero mode.  pr may be NaN. */
inm_class inm_classify(double lambda, double pr, inm_edge edge);

/* Quintic step at edge, from 0 to 1 over width > 0. */
double inm_smooth_step(double x, double edge, double width);

/* Fraction of a mode that belongs to each set, 0 to 1; NaN if unknown.
   pr  participation ratio, NaN if unknown
   member [INM_NSET] out */
void inm_membership(double lambda, double pr, const inm_cut *cut, double *member);

#ifdef __cplusplus
}
#endif
#endif
