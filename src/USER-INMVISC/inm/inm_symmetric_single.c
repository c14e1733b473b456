#define INM_SINGLE
#include "inm_symmetric.c"
