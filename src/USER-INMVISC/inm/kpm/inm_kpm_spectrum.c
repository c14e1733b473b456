#include "kpm/inm_kpm_spectrum.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  inm_kpm *kpm;
  inm_modes lowest;
} moments;

static void destroy(void *data)
{
  moments *m = (moments *) data;
  if (!m) return;
  inm_kpm_destroy(&m->kpm);
  inm_modes_free(&m->lowest);
  free(m);
}

static const inm_modes *lowest_modes(const void *data)
{
  return &((const moments *) data)->lowest;
}

static double resolution(const void *data, double w)
{
  const inm_kpm *kpm = ((const moments *) data)->kpm;
  return inm_kpm_resolution(kpm, w, inm_kpm_products(kpm));
}

static inm_status count(const void *data, int sample, inm_measure *m)
{
  return inm_kpm_count(((const moments *) data)->kpm, sample, m);
}

static inm_status projected(const void *data, int first, int nvector, double part, inm_measure *m)
{
  const inm_kpm *kpm = ((const moments *) data)->kpm;
  const size_t products = (size_t) (part * (double) inm_kpm_products(kpm));
  return inm_kpm_projected(kpm, first, nvector, products, m);
}

static const inm_source source = {destroy, lowest_modes, resolution, count, projected};

inm_status inm_kpm_spectrum_create(inm_spectrum **out, inm_kpm **kpm, inm_modes *lowest,
                                   const char *const *lacks, inm_spectrum_facts about)
{
  moments *m = (moments *) calloc(1, sizeof(*m));

  *out = NULL;
  if (!m) {
    inm_kpm_destroy(kpm);
    inm_modes_free(lowest);
    return INM_ERR_ALLOC;
  }
  m->kpm = *kpm;
  m->lowest = *lowest;
  *kpm = NULL;
  memset(lowest, 0, sizeof(*lowest));

  about.natom = inm_kpm_natom(m->kpm);
  about.nmode = inm_kpm_nmode(m->kpm);
  about.nzero = inm_kpm_nzero(m->kpm);
  about.mean_mass = inm_kpm_mean_mass(m->kpm);
  about.lowest = inm_frequency(inm_kpm_lowest(m->kpm));
  about.highest = inm_frequency(inm_kpm_highest(m->kpm));
  about.norm = fmax(fabs(inm_kpm_lowest(m->kpm)), fabs(inm_kpm_highest(m->kpm)));
  about.nthread = about.grid[0] = about.grid[1] = 1;
  about.products = inm_kpm_products(m->kpm);
  about.nvector = inm_kpm_vectors(m->kpm);
  about.nrandom = inm_kpm_random(m->kpm);
  about.traffic = inm_kpm_traffic(m->kpm);
  return inm_spectrum_create(out, &source, m, lacks, about.nrandom, &about);
}
