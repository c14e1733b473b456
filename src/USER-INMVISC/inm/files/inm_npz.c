/* Files of named arrays for numpy.load: inm_npz.h */

#include "files/inm_npz.h"

#include "files/inm_crc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
  MAX_ARRAYS = 32,
  NAME_LENGTH = 36 /* including .npy and the terminating zero */,
  NPY_ALIGN = 64
};

#define ZIP_ESCAPE 0xFFFFFFFFu /* the value is in the 64-bit field */

typedef struct {
  char name[NAME_LENGTH];
  uint32_t crc;
  uint64_t size, offset; /* of the file, offset of its local header */
} entry;

struct inm_npz {
  FILE *fp; /* borrowed */
  inm_status status;
  int reason;          /* errno of the first failure */
  uint64_t position;   /* bytes written */
  uint64_t missing;    /* bytes of the current array still to be written */
  uint64_t zip64_from; /* see inm_npz_set_zip64 */
  fpos_t header;       /* position of the last local header */
  int count;
  entry file[MAX_ARRAYS];
  uint32_t crc_table[256];
};

/* ---- bytes ----------------------------------------------------------------------------------- */

static void fail(inm_npz *z, inm_status status)
{
  if (z->status != INM_OK) return;
  z->status = status;
  z->reason = errno;
}

static void put(inm_npz *z, const void *bytes, size_t n)
{
  if (z->status != INM_OK) return;
  if (n && fwrite(bytes, 1, n, z->fp) != n) fail(z, INM_ERR_IO);
  z->position += n;
}

/* A record of a ZIP archive: its integers are little-endian. */
typedef struct {
  unsigned char byte[128];
  size_t length;
} record;

static void add(record *r, uint64_t value, int bytes)
{
  for (; bytes > 0; bytes--, value >>= 8) r->byte[r->length++] = (unsigned char) (value & 0xFF);
}

static void put_record(inm_npz *z, const record *r)
{
  put(z, r->byte, r->length);
}

/* ---- ZIP ------------------------------------------------------------------------------------- */

static int is_long(const inm_npz *z, uint64_t value)
{
  return value >= z->zip64_from;
}

static uint64_t field(const inm_npz *z, uint64_t value)
{
  return is_long(z, value) ? ZIP_ESCAPE : value;
}

/* Fields common to local header and directory: version needed, flags, method (stored), time and date
   (the first day of the format), checksum, both sizes, lengths of the name and of the extra field. */
static void add_common(const inm_npz *z, record *r, const entry *f, size_t extra)
{
  add(r, extra ? 45 : 20, 2); /* version needed: 4.5 for 64-bit fields */
  add(r, 0, 2);
  add(r, 0, 2);
  add(r, 0, 2);
  add(r, (1 << 5) + 1, 2);
  add(r, f->crc, 4);
  add(r, field(z, f->size), 4);
  add(r, field(z, f->size), 4);
  add(r, strlen(f->name), 2);
  add(r, extra, 2);
}

static void put_local_header(inm_npz *z, const entry *f)
{
  const size_t extra = is_long(z, f->size) ? 4 + 16 : 0;
  record r;
  r.length = 0;
  add(&r, 0x04034b50, 4);
  add_common(z, &r, f, extra);
  put_record(z, &r);
  put(z, f->name, strlen(f->name));

  r.length = 0;
  if (extra) {
    add(&r, 1, 2);
    add(&r, 16, 2);
    add(&r, f->size, 8);
    add(&r, f->size, 8);
  }
  put_record(z, &r);
}

static void put_directory_entry(inm_npz *z, const entry *f)
{
  const size_t longs = (is_long(z, f->size) ? 16 : 0) + (is_long(z, f->offset) ? 8 : 0);
  const size_t extra = longs ? 4 + longs : 0;
  record r;
  r.length = 0;
  add(&r, 0x02014b50, 4);
  add(&r, 45, 2); /* made by version 4.5, on a system without file attributes */
  add_common(z, &r, f, extra);
  add(&r, 0, 2 + 2 + 2 + 4); /* no comment, first disk, attributes */
  add(&r, field(z, f->offset), 4);
  put_record(z, &r);
  put(z, f->name, strlen(f->name));

  r.length = 0;
  if (extra) {
    add(&r, 1, 2);
    add(&r, longs, 2);
  }
  if (is_long(z, f->size)) {
    add(&r, f->size, 8);
    add(&r, f->size, 8);
  }
  if (is_long(z, f->offset)) add(&r, f->offset, 8);
  put_record(z, &r);
}

static void put_directory(inm_npz *z)
{
  const uint64_t offset = z->position, count = (uint64_t) z->count;
  for (int k = 0; k < z->count; k++) put_directory_entry(z, &z->file[k]);

  const uint64_t size = z->position - offset, end = z->position;
  record r;
  r.length = 0;
  if (is_long(z, offset) || is_long(z, size)) {
    add(&r, 0x06064b50, 4); /* ZIP64 end of directory */
    add(&r, 56 - 12, 8);
    add(&r, 45, 2);
    add(&r, 45, 2);
    add(&r, 0, 4 + 4);
    add(&r, count, 8);
    add(&r, count, 8);
    add(&r, size, 8);
    add(&r, offset, 8);
    add(&r, 0x07064b50, 4); /* ZIP64 locator */
    add(&r, 0, 4);
    add(&r, end, 8);
    add(&r, 1, 4);
  }
  add(&r, 0x06054b50, 4);
  add(&r, 0, 2 + 2);
  add(&r, count, 2);
  add(&r, count, 2);
  add(&r, field(z, size), 4);
  add(&r, field(z, offset), 4);
  add(&r, 0, 2);
  put_record(z, &r);
}

/* Rewrite the local header, now with the checksum. */
static void finish_array(inm_npz *z)
{
  const uint64_t end = z->position;

  if (z->count == 0) return;
  if (z->missing) fail(z, INM_ERR_ARG);
  if (z->status != INM_OK) return;
  if (fsetpos(z->fp, &z->header) != 0) fail(z, INM_ERR_IO);
  put_local_header(z, &z->file[z->count - 1]);
  if (z->status == INM_OK && fseek(z->fp, 0, SEEK_END) != 0) fail(z, INM_ERR_IO);
  z->position = end;
}

/* ---- NPY ------------------------------------------------------------------------------------- */

static const struct {
  size_t size;
  const char *descr;
} types[] = {{8, "f8"}, {4, "i4"}, {8, "i8"}, {1, "b1"}, {4, "U"}};

/* byte order of this machine; none for one-byte types */
static char byte_order(inm_npz_type type)
{
  const uint16_t one = 1;
  unsigned char first;
  memcpy(&first, &one, 1);
  return (types[type].size == 1) ? '|' : first ? '<' : '>';
}

/* A string is a scalar; its length is part of the type. */
static size_t npy_header(char *header, inm_npz_type type, int ndim, const int64_t *shape)
{
  const int is_text = (type == INM_NPZ_CHAR);
  char text[160], *end = text;

  end += sprintf(end, "{'descr': '%c%s", byte_order(type), types[type].descr);
  if (is_text) end += sprintf(end, "%lld", (long long) shape[0]);
  end += sprintf(end, "', 'fortran_order': False, 'shape': (");
  for (int d = is_text; d < ndim; d++)
    end += sprintf(end, "%s%lld%s", d ? " " : "", (long long) shape[d],
                   (d + 1 < ndim || d == 0) ? "," : ""); /* (3,) and (3, 3) */
  end += sprintf(end, "), }");

  const size_t length = (size_t) (end - text), total = 10 + length + 1;
  const size_t padded = (total + NPY_ALIGN - 1) / NPY_ALIGN * NPY_ALIGN;
  memcpy(header, "\x93NUMPY\x01\x00", 8);
  header[8] = (char) ((padded - 10) & 0xFF);
  header[9] = (char) ((padded - 10) >> 8);
  memcpy(header + 10, text, length);
  memset(header + 10 + length, ' ', padded - 10 - length);
  header[padded - 1] = '\n';
  return padded;
}

/* ---- arrays ---------------------------------------------------------------------------------- */

inm_status inm_npz_create(inm_npz **out, FILE *fp)
{
  inm_npz *z = *out = (inm_npz *) calloc(1, sizeof(*z));
  if (!z) return INM_ERR_ALLOC;
  z->fp = fp;
  z->status = INM_OK;
  z->zip64_from = ZIP_ESCAPE;
  inm_crc_table(z->crc_table);
  return INM_OK;
}

void inm_npz_set_zip64(inm_npz *z, uint64_t from)
{
  z->zip64_from = from;
}

void inm_npz_begin(inm_npz *z, const char *name, inm_npz_type type, int ndim, const int64_t *shape)
{
  char header[4 * NPY_ALIGN];
  uint64_t bytes = types[type].size;

  finish_array(z);
  if (ndim < 0 || ndim > INM_NPZ_DIMS || z->count == MAX_ARRAYS || strlen(name) > NAME_LENGTH - 5)
    fail(z, INM_ERR_ARG);
  if (z->status != INM_OK) return;

  for (int d = 0; d < ndim; d++) bytes *= (uint64_t) shape[d];
  const size_t length = npy_header(header, type, ndim, shape);
  entry *f = &z->file[z->count++];
  sprintf(f->name, "%s.npy", name);
  f->size = z->missing = length + bytes;
  f->offset = z->position;
  if (fgetpos(z->fp, &z->header) != 0) fail(z, INM_ERR_IO);
  put_local_header(z, f);
  inm_npz_write(z, header, length);
}

void inm_npz_write(inm_npz *z, const void *data, size_t bytes)
{
  if (z->count == 0 || bytes > z->missing) fail(z, INM_ERR_ARG);
  if (z->status != INM_OK) return;

  entry *f = &z->file[z->count - 1];
  f->crc = inm_crc(z->crc_table, f->crc, data, bytes);
  z->missing -= bytes;
  put(z, data, bytes);
}

void inm_npz_array(inm_npz *z, const char *name, inm_npz_type type, int ndim, const int64_t *shape,
                   const void *data)
{
  inm_npz_begin(z, name, type, ndim, shape);
  if (z->status == INM_OK) inm_npz_write(z, data, (size_t) z->missing);
}

/* numpy strips trailing zeros from strings and has no strings of length 0 */
void inm_npz_text(inm_npz *z, const char *name, const char *text)
{
  const int64_t length = *text ? (int64_t) strlen(text) : 1;

  inm_npz_begin(z, name, INM_NPZ_CHAR, 1, &length);
  for (int64_t k = 0; k < length; k++) {
    const uint32_t character = (unsigned char) text[k];
    inm_npz_write(z, &character, sizeof(character));
  }
}

inm_status inm_npz_close(inm_npz **out)
{
  inm_npz *z = *out;
  if (!z) return INM_OK;
  finish_array(z);
  put_directory(z);
  if (z->status == INM_OK && fflush(z->fp) != 0) fail(z, INM_ERR_IO);

  const inm_status status = z->status;
  const int reason = z->reason;
  free(z);
  *out = NULL;
  if (status == INM_ERR_IO) errno = reason;
  return status;
}
