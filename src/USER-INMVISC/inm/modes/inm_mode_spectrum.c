#include "modes/inm_mode_spectrum.h"

#include "spectral/inm_source.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void destroy(void *data)
{
  inm_modes_free((inm_modes *) data);
  free(data);
}

static const inm_modes *table(const void *data)
{
  return (const inm_modes *) data;
}

static double resolution(const void *data, double w)
{
  (void) data;
  (void) w;
  return 0.0;
}

/* a measure on the modes, with weights for the caller to fill; NULL if out of memory */
static double *on_modes(const inm_modes *modes, inm_measure *m)
{
  double *weight = inm_measure_own_weights(m, modes->n);

  m->lambda = modes->lambda;
  m->pr = modes->pr;
  m->type_weight = modes->weight;
  m->ntypes = modes->ntypes;
  return weight;
}

static inm_status count(const void *data, int sample, inm_measure *m)
{
  const inm_modes *modes = (const inm_modes *) data;
  double *weight = on_modes(modes, m);

  (void) sample;
  if (!weight) return INM_ERR_ALLOC;
  for (size_t p = 0; p < modes->n; p++) weight[p] = (modes->cls[p] != INM_ZERO);
  return INM_OK;
}

static inm_status projected(const void *data, int first, int nvector, double part, inm_measure *m)
{
  const inm_modes *modes = (const inm_modes *) data;
  double *weight = on_modes(modes, m);

  (void) part;
  if (!weight) return INM_ERR_ALLOC;
  for (size_t p = 0; p < modes->n; p++)
    weight[p] = (modes->cls[p] == INM_ZERO) ? 0.0 : inm_mean_projection(modes, first, nvector, p);
  return INM_OK;
}

static const inm_source source = {destroy, table, resolution, count, projected};

static double mean_mass(const inm_modes *modes)
{
  double sum = 0.0;
  for (size_t i = 0; i < modes->natom; i++) sum += modes->mass[i];
  return sum / (double) modes->natom;
}

inm_status inm_mode_spectrum_create(inm_spectrum **out, inm_modes *modes, const char *const *lacks)
{
  inm_modes *m = (inm_modes *) malloc(sizeof(*m));
  inm_spectrum_facts about;

  *out = NULL;
  if (!m) {
    inm_modes_free(modes);
    return INM_ERR_ALLOC;
  }
  *m = *modes;
  memset(modes, 0, sizeof(*modes));

  memset(&about, 0, sizeof(about));
  about.solver = m->solver;
  about.natom = m->natom;
  about.nmode = m->n - m->nzero;
  about.nzero = m->nzero;
  about.ntypes = m->ntypes;
  about.mean_mass = mean_mass(m);
  about.lowest = m->n ? inm_frequency(m->lambda[0]) : 0.0;
  about.highest = m->n ? inm_frequency(m->lambda[m->n - 1]) : 0.0;
  about.norm = fmax(about.lowest * about.lowest, about.highest * about.highest);
  about.single = m->single;
  about.nthread = m->nthread;
  memcpy(about.grid, m->grid, sizeof(about.grid));
  about.change = NAN;
  return inm_spectrum_create(out, &source, m, lacks, 0, &about);
}
