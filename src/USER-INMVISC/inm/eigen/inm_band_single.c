#define INM_SINGLE
#include "eigen/inm_band.c"
