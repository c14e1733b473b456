#include "inm_status.h"

const char *inm_strerror(inm_status status)
{
#define INM_STATUS_TEXT(name, text) text,
  static const char *const texts[] = {INM_STATUS_LIST(INM_STATUS_TEXT)};
#undef INM_STATUS_TEXT

  if ((int) status < 0 || status >= INM_STATUS_COUNT) return "unknown status";
  return texts[status];
}

inm_status inm_status_sync(inm_status mine, MPI_Comm comm)
{
  int worst = (int) mine, all = (int) mine;
  MPI_Allreduce(&worst, &all, 1, MPI_INT, MPI_MAX, comm);
  return (inm_status) all;
}
