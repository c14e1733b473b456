/* The text in front of the numbers of a .npy file: inm_npy_header.h */

#include "files/inm_npy_header.h"

#include <string.h>

enum { DESCR = 1, ORDER = 2, SHAPE = 4, ALL_KEYS = 7 };

static const char *skip_space(const char *p)
{
  while (*p == ' ' || *p == '\t' || *p == '\n') p++;
  return p;
}

static const char *skip_word(const char *p, const char *word)
{
  const size_t n = strlen(word);
  p = skip_space(p);
  return strncmp(p, word, n) == 0 ? p + n : NULL;
}

/* A string in quotes of printable characters other than quotes and backslashes.  NULL if there is
   none that fits, as with all of these. */
static const char *take_string(const char *p, char *text, size_t size)
{
  size_t n = 0;
  p = skip_space(p);
  const char quote = *p;
  if (quote != '\'' && quote != '"') return NULL;
  for (p++; *p != quote; p++) {
    if (*p < ' ' || *p > '~' || *p == '\\' || n + 1 >= size) return NULL;
    text[n++] = *p;
  }
  text[n] = '\0';
  return p + 1;
}

const char *inm_npy_count(const char *p, int64_t *value)
{
  int64_t n = 0;
  p = skip_space(p);
  if (*p < '0' || *p > '9') return NULL;
  for (; *p >= '0' && *p <= '9'; p++) {
    if (n > (INT64_MAX - 9) / 10) return NULL;
    n = 10 * n + (*p - '0');
  }
  *value = n;
  return *p == 'L' ? p + 1 : p;
}

static const char *take_shape(const char *p, inm_npy_header *h)
{
  p = skip_word(p, "(");
  h->ndim = 0;
  while (p && *(p = skip_space(p)) != ')') {
    if (h->ndim == INM_NPZ_DIMS) return NULL;
    p = inm_npy_count(p, &h->shape[h->ndim++]);
    if (!p) return NULL;
    p = skip_space(p);
    if (*p == ',')
      p++;
    else if (*p != ')')
      return NULL;
  }
  return p ? p + 1 : NULL;
}

static const char *take_order(const char *p, inm_npy_header *h)
{
  const char *yes = skip_word(p, "True");
  h->fortran_order = (yes != NULL);
  return yes ? yes : skip_word(p, "False");
}

static const char *take_item(const char *p, inm_npy_header *h)
{
  char key[16];
  p = take_string(p, key, sizeof(key));
  if (p) p = skip_word(p, ":");
  if (!p) return NULL;
  if (strcmp(key, "descr") == 0) {
    h->seen |= DESCR;
    return take_string(p, h->descr, sizeof(h->descr));
  }
  if (strcmp(key, "fortran_order") == 0) {
    h->seen |= ORDER;
    return take_order(p, h);
  }
  h->seen |= SHAPE;
  return strcmp(key, "shape") == 0 ? take_shape(p, h) : NULL;
}

int inm_npy_parse(const char *p, inm_npy_header *h)
{
  memset(h, 0, sizeof(*h));
  p = skip_word(p, "{");
  while (p && *(p = skip_space(p)) != '}') {
    p = take_item(p, h);
    if (!p) return 0;
    p = skip_space(p);
    if (*p == ',')
      p++;
    else if (*p != '}')
      return 0;
  }
  return p && h->seen == ALL_KEYS && *skip_space(p + 1) == '\0';
}
