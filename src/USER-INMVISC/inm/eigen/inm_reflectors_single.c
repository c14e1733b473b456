#define INM_SINGLE
#include "eigen/inm_reflectors.c"
