#include "inm_whole_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static int is_special(const char *name)
{
  struct stat s;
  return stat(name, &s) == 0 && !S_ISREG(s.st_mode);
}

/* concatenation, or NULL if out of memory */
static char *joined(const char *name, const char *end)
{
  char *text = (char *) malloc(strlen(name) + strlen(end) + 1);
  if (text) strcat(strcpy(text, name), end);
  return text;
}

static void free_names(inm_whole_file *f)
{
  free(f->name);
  free(f->temporary);
  memset(f, 0, sizeof(*f));
}

inm_status inm_whole_file_open(inm_whole_file *f, const char *name)
{
  const int direct = is_special(name);

  memset(f, 0, sizeof(*f));
  f->name = joined(name, "");
  if (!direct) f->temporary = joined(name, ".tmp");
  if (!f->name || !(direct || f->temporary)) {
    free_names(f);
    return INM_ERR_ALLOC;
  }
  f->fp = fopen(direct ? f->name : f->temporary, "wb");
  if (f->fp) return INM_OK;

  const int reason = errno;
  free_names(f);
  errno = reason;
  return INM_ERR_IO;
}

inm_status inm_whole_file_close(inm_whole_file *f, inm_status status)
{
  int reason = errno;
  const int written = !ferror(f->fp), closed = (fclose(f->fp) == 0);

  if (status == INM_OK && !closed) reason = errno;
  if (status == INM_OK && !(written && closed)) status = INM_ERR_IO;
  if (status == INM_OK && f->temporary && rename(f->temporary, f->name) != 0) {
    reason = errno;
    status = INM_ERR_IO;
  }
  if (status != INM_OK && f->temporary) remove(f->temporary);
  free_names(f);
  errno = reason;
  return status;
}
