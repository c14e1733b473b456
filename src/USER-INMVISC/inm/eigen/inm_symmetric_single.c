#define INM_SINGLE
#include "eigen/inm_symmetric.c"
