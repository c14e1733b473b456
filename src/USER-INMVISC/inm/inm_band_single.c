#define INM_SINGLE
#include "inm_band.c"
