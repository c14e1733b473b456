/* Reading of files of named arrays: inm_npz_read.h */

#include "files/inm_npz_read.h"

#include "files/inm_crc.h"
#include "files/inm_npy_header.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#if defined(INM_ZLIB)
#include <zlib.h>
#endif

enum {
  MAX_ARRAYS = 64,
  NAME_LENGTH = 64,        /* with the end; longer names are not ours */
  MAX_DIRECTORY = 1 << 20, /* bytes: 64 entries with all their comments are less */
  MAX_HEADER = 1 << 14,    /* bytes of a .npy header, which has some hundred */
  MAX_COMMENT = 0xFFFF,    /* bytes of the archive's comment, the last of the file */
  END_SIZE = 22,           /* of the record at the end of the directory */
  LOCATOR_SIZE = 20,       /* of that which tells where its 64-bit form is */
  END64_SIZE = 56,
  LOCAL_SIZE = 30,
  ENTRY_SIZE = 46,
  DEFLATE_RATIO = 1032 /* no deflated byte becomes more than these */
};

typedef enum { STORED = 0, DEFLATED = 8 } zip_method;

typedef struct {
  char name[NAME_LENGTH]; /* without .npy; empty if it is not to be found */
  unsigned method, flags;
  uint32_t crc;
  uint64_t packed, size, offset; /* bytes in the archive and of the file; of the local header */
} entry;

struct inm_npz_reader {
  FILE *fp;  /* borrowed */
  char *why; /* borrowed */
  inm_status status;
  uint64_t length; /* of the archive */
  int count;
  entry file[MAX_ARRAYS];
  uint32_t crc_table[256];

  /* the array at hand */
  const entry *at;
  uint32_t crc;
  uint64_t packed_left, left; /* bytes of it that are still to come */
#if defined(INM_ZLIB)
  z_stream zip;
  int zip_open;
  unsigned char buffer[1 << 14]; /* what inflate has yet to take */
#endif
};

/* ---- failures -------------------------------------------------------------------------------- */

static inm_status refuse_with(inm_npz_reader *z, inm_status status, const char *format,
                              va_list values)
{
  if (z->status != INM_OK) return z->status;
  z->status = status;
  vsnprintf(z->why, INM_NPZ_WHY, format, values);
  return status;
}

inm_status inm_npz_refuse(inm_npz_reader *z, inm_status status, const char *format, ...)
{
  va_list values;
  va_start(values, format);
  status = refuse_with(z, status, format, values);
  va_end(values);
  return status;
}

inm_status inm_npz_state(const inm_npz_reader *z)
{
  return z->status;
}

#define REFUSE inm_npz_refuse

/* ---- bytes ----------------------------------------------------------------------------------- */

static uint64_t number(const unsigned char *p, int bytes)
{
  uint64_t value = 0;
  while (bytes-- > 0) value = value << 8 | p[bytes];
  return value;
}

/* n bytes from where the file stands */
static inm_status get(inm_npz_reader *z, void *to, size_t n)
{
  if (z->status != INM_OK) return z->status;
  errno = 0;
  if (n == 0 || fread(to, 1, n, z->fp) == n) return INM_OK;
  return ferror(z->fp) ? REFUSE(z, INM_ERR_IO, "cannot be read: %s", strerror(errno))
                       : REFUSE(z, INM_ERR_DATA, "ends too early");
}

static inm_status get_at(inm_npz_reader *z, uint64_t offset, void *to, size_t n)
{
  if (z->status != INM_OK) return z->status;
  if (offset > z->length || n > z->length - offset)
    return REFUSE(z, INM_ERR_DATA, "ends too early, or an offset in it is wrong");
  if (fseeko(z->fp, (off_t) offset, SEEK_SET) != 0)
    return REFUSE(z, INM_ERR_IO, "cannot be positioned: %s", strerror(errno));
  return get(z, to, n);
}

/* ---- directory ------------------------------------------------------------------------------- */

typedef struct {
  uint64_t count, size, offset;
} directory;

/* Where the last record begins: nothing but its comment is behind it.  length if there is none. */
static uint64_t find_end(inm_npz_reader *z)
{
  const size_t n = (z->length < END_SIZE + MAX_COMMENT) ? (size_t) z->length
                                                        : END_SIZE + MAX_COMMENT;
  unsigned char *tail = (unsigned char *) malloc(n + 1);
  uint64_t found = z->length;

  if (!tail) {
    REFUSE(z, INM_ERR_ALLOC, "%s", inm_strerror(INM_ERR_ALLOC));
    return found;
  }
  if (get_at(z, z->length - n, tail, n) == INM_OK)
    for (size_t back = END_SIZE; back <= n && found == z->length; back++) {
      const unsigned char *p = tail + n - back;
      if (number(p, 4) == 0x06054b50 && number(p + 20, 2) == back - END_SIZE)
        found = z->length - back;
    }
  free(tail);
  if (found == z->length) REFUSE(z, INM_ERR_DATA, "is not a ZIP archive, or its end is missing");
  return found;
}

/* The 64-bit form is there if the record before the last says where. */
static inm_status read_end(inm_npz_reader *z, directory *d)
{
  unsigned char end[END_SIZE], locator[LOCATOR_SIZE], end64[END64_SIZE];
  const uint64_t place = find_end(z);

  if (get_at(z, place, end, sizeof(end)) != INM_OK) return z->status;
  d->count = number(end + 10, 2);
  d->size = number(end + 12, 4);
  d->offset = number(end + 16, 4);
  if (place >= LOCATOR_SIZE &&
      get_at(z, place - LOCATOR_SIZE, locator, sizeof(locator)) == INM_OK &&
      number(locator, 4) == 0x07064b50) {
    if (get_at(z, number(locator + 8, 8), end64, sizeof(end64)) != INM_OK) return z->status;
    if (number(end64, 4) != 0x06064b50)
      return REFUSE(z, INM_ERR_DATA, "has no directory at the offset stored in it");
    d->count = number(end64 + 32, 8);
    d->size = number(end64 + 40, 8);
    d->offset = number(end64 + 48, 8);
  }
  if (d->offset > z->length || d->size > z->length - d->offset)
    return REFUSE(z, INM_ERR_DATA, "is smaller than its own directory");
  if (d->count > MAX_ARRAYS || d->size > MAX_DIRECTORY)
    return REFUSE(z, INM_ERR_FORMAT, "has more than %d arrays", MAX_ARRAYS);
  return INM_OK;
}

/* The next 64-bit value, which replaces a 32-bit field that is too small. */
static int take_long(const unsigned char **extra, size_t *left, uint64_t *value)
{
  if (*value != 0xFFFFFFFFu) return 1;
  if (*left < 8) return 0;
  *value = number(*extra, 8);
  *extra += 8;
  *left -= 8;
  return 1;
}

/* Sizes and offset of an entry, from its extra field if need be. */
static int take_longs(entry *f, const unsigned char *extra, size_t length)
{
  while (length >= 4) {
    const size_t n = (size_t) number(extra + 2, 2);
    const int is_long = (number(extra, 2) == 1);
    extra += 4;
    length -= 4;
    if (n > length) return 0;
    if (is_long) {
      size_t left = n;
      return take_long(&extra, &left, &f->size) && take_long(&extra, &left, &f->packed) &&
          take_long(&extra, &left, &f->offset);
    }
    extra += n;
    length -= n;
  }
  return 1; /* a size of 2^32 - 1 without such a field will not fit the file */
}

/* name.npy, if it is that */
static void take_name(entry *f, const unsigned char *name, size_t length)
{
  f->name[0] = '\0';
  if (length < 5 || length - 4 >= NAME_LENGTH || memcmp(name + length - 4, ".npy", 4) != 0) return;
  memcpy(f->name, name, length - 4);
  f->name[length - 4] = '\0';
}

/* Bytes of the entry, 0 if it is none. */
static size_t take_entry(entry *f, const unsigned char *p, size_t left)
{
  if (left < ENTRY_SIZE || number(p, 4) != 0x02014b50) return 0;
  const size_t name = (size_t) number(p + 28, 2), extra = (size_t) number(p + 30, 2);
  const size_t total = ENTRY_SIZE + name + extra + (size_t) number(p + 32, 2);
  if (total > left) return 0;

  f->flags = (unsigned) number(p + 8, 2);
  f->method = (unsigned) number(p + 10, 2);
  f->crc = (uint32_t) number(p + 16, 4);
  f->packed = number(p + 20, 4);
  f->size = number(p + 24, 4);
  f->offset = number(p + 42, 4);
  take_name(f, p + ENTRY_SIZE, name);
  return take_longs(f, p + ENTRY_SIZE + name, extra) ? total : 0;
}

static inm_status read_directory(inm_npz_reader *z)
{
  directory d = {0, 0, 0};
  size_t at = 0;

  if (read_end(z, &d) != INM_OK) return z->status;
  unsigned char *bytes = (unsigned char *) malloc((size_t) d.size + 1);
  if (!bytes) return REFUSE(z, INM_ERR_ALLOC, "%s", inm_strerror(INM_ERR_ALLOC));
  get_at(z, d.offset, bytes, (size_t) d.size);
  while (z->status == INM_OK && z->count < (int) d.count) {
    const size_t n = take_entry(&z->file[z->count++], bytes + at, (size_t) d.size - at);
    if (n == 0) REFUSE(z, INM_ERR_DATA, "has a damaged directory");
    at += n;
  }
  free(bytes);
  return z->status;
}

/* ---- members --------------------------------------------------------------------------------- */

static const entry *find(const inm_npz_reader *z, const char *name)
{
  for (int k = 0; k < z->count; k++)
    if (z->file[k].name[0] && strcmp(z->file[k].name, name) == 0) return &z->file[k];
  return NULL;
}

static void end_inflate(inm_npz_reader *z)
{
#if defined(INM_ZLIB)
  if (z->zip_open) inflateEnd(&z->zip);
  z->zip_open = 0;
#else
  (void) z;
#endif
}

static inm_status begin_inflate(inm_npz_reader *z)
{
#if defined(INM_ZLIB)
  const int raw = -MAX_WBITS; /* without the head and the tail that zlib gives its own streams */
  memset(&z->zip, 0, sizeof(z->zip));
  if (inflateInit2(&z->zip, raw) != Z_OK)
    return REFUSE(z, INM_ERR_ALLOC, "%s", inm_strerror(INM_ERR_ALLOC));
  z->zip_open = 1;
  return INM_OK;
#else
  return REFUSE(
      z, INM_ERR_FORMAT,
      "is compressed, and this program was built without zlib: load it and save it by numpy.savez");
#endif
}

/* So much that a member cannot say it has more than it can. */
static int sizes_agree(const entry *f)
{
  if (f->method == STORED) return f->packed == f->size;
  return f->size / DEFLATE_RATIO <= f->packed;
}

static inm_status begin_member(inm_npz_reader *z, const entry *f)
{
  unsigned char local[LOCAL_SIZE];

  end_inflate(z);
  z->at = NULL;
  if (f->flags & 1u) return REFUSE(z, INM_ERR_FORMAT, "is encrypted");
  if (f->method != STORED && f->method != DEFLATED)
    return REFUSE(z, INM_ERR_FORMAT, "has ZIP compression method %u; only deflate (8) can be read",
                  f->method);
  if (get_at(z, f->offset, local, sizeof(local)) != INM_OK) return z->status;
  const uint64_t begin =
      f->offset + LOCAL_SIZE + number(local + 26, 2) + number(local + 28, 2); /* name, extra */
  if (number(local, 4) != 0x04034b50 || begin > z->length || f->packed > z->length - begin)
    return REFUSE(z, INM_ERR_DATA, "has no array %s at the offset in its directory", f->name);
  if (!sizes_agree(f))
    return REFUSE(z, INM_ERR_DATA, "has inconsistent sizes of array %s", f->name);
  if (get_at(z, begin, NULL, 0) != INM_OK) return z->status;
  if (f->method == DEFLATED && begin_inflate(z) != INM_OK) return z->status;
  z->at = f;
  z->crc = 0;
  z->packed_left = f->packed;
  z->left = f->size;
  return INM_OK;
}

#if defined(INM_ZLIB)
static inm_status refill(inm_npz_reader *z)
{
  const size_t n = (z->packed_left < sizeof(z->buffer)) ? (size_t) z->packed_left
                                                        : sizeof(z->buffer);
  z->zip.next_in = z->buffer;
  z->zip.avail_in = (uInt) n;
  z->packed_left -= n;
  return get(z, z->buffer, n);
}

static inm_status inflate_piece(inm_npz_reader *z, unsigned char *to, size_t n)
{
  z->zip.next_out = to;
  z->zip.avail_out = (uInt) n;
  while (z->zip.avail_out > 0) {
    if (z->zip.avail_in == 0 && z->packed_left > 0 && refill(z) != INM_OK) return z->status;
    const int done = inflate(&z->zip, Z_NO_FLUSH);
    if (done == Z_MEM_ERROR) return REFUSE(z, INM_ERR_ALLOC, "%s", inm_strerror(INM_ERR_ALLOC));
    if (done != Z_OK && !(done == Z_STREAM_END && z->zip.avail_out == 0))
      return REFUSE(z, INM_ERR_DATA, "has a damaged array %s", z->at->name);
  }
  return INM_OK;
}
#endif

/* n bytes of the member, which has them. */
static inm_status unpack(inm_npz_reader *z, unsigned char *to, size_t n)
{
#if defined(INM_ZLIB)
  const size_t piece = (size_t) 1 << 30; /* zlib counts in unsigned integers */
  if (z->at->method == DEFLATED) {
    for (size_t done = 0; done < n && z->status == INM_OK; done += piece)
      inflate_piece(z, to + done, (n - done < piece) ? n - done : piece);
    return z->status;
  }
#endif
  return get(z, to, n);
}

inm_status inm_npz_take(inm_npz_reader *z, void *data, size_t bytes)
{
  if (z->status != INM_OK) return z->status;
  if (!z->at || bytes > z->left)
    return REFUSE(z, INM_ERR_ARG, "%s", "has no more data of this array");
  if (unpack(z, (unsigned char *) data, bytes) != INM_OK) return z->status;
  z->crc = inm_crc(z->crc_table, z->crc, data, bytes);
  z->left -= bytes;
  if (z->left == 0 && z->crc != z->at->crc)
    return REFUSE(z, INM_ERR_DATA, "has a damaged array %s: wrong checksum", z->at->name);
  return INM_OK;
}

/* ---- NPY ------------------------------------------------------------------------------------- */

static char byte_order(void)
{
  const uint16_t one = 1;
  unsigned char first;
  memcpy(&first, &one, 1);
  return first ? '<' : '>';
}

/* Type and bytes of an element; 0 if it is none that is read. */
static size_t type_of(const char *descr, inm_npz_type *type, int64_t *characters)
{
  const char *end;
  *characters = 1;
  if (strcmp(descr, "|b1") == 0 || strcmp(descr, "?") == 0) {
    *type = INM_NPZ_BOOL;
    return 1;
  }
  if (*descr != byte_order() && *descr != '=') return 0;
  descr++;
  *type = INM_NPZ_DOUBLE;
  if (strcmp(descr, "f8") == 0) return 8;
  *type = INM_NPZ_INT32;
  if (strcmp(descr, "i4") == 0) return 4;
  *type = INM_NPZ_INT64;
  if (strcmp(descr, "i8") == 0) return 8;
  *type = INM_NPZ_CHAR;
  if (*descr != 'U') return 0;
  end = inm_npy_count(descr + 1, characters);
  return (end && *end == '\0') ? 4 : 0;
}

/* product of the shape, UINT64_MAX if it is too large for anything */
static uint64_t elements(const inm_npy_header *h, int64_t characters)
{
  uint64_t n = (uint64_t) characters;
  for (int d = 0; d < h->ndim; d++) {
    const uint64_t factor = (uint64_t) h->shape[d];
    if (factor && n > UINT64_MAX / factor) return UINT64_MAX;
    n *= factor;
  }
  return n;
}

static inm_status interpret(inm_npz_reader *z, const inm_npy_header *h, inm_npz_info *info)
{
  const char *name = z->at->name;
  int64_t characters;
  const size_t size = type_of(h->descr, &info->type, &characters);

  if (size == 0)
    return REFUSE(z, INM_ERR_FORMAT,
                  "has array %s of type %s; only %cf8, %ci4, %ci8, |b1, and strings can be read",
                  name, h->descr, byte_order(), byte_order(), byte_order());
  if (h->fortran_order && h->ndim > 1)
    return REFUSE(z, INM_ERR_FORMAT,
                  "has array %s in column-major order; only row-major can be read", name);
  if (info->type == INM_NPZ_CHAR && h->ndim > 0)
    return REFUSE(z, INM_ERR_FORMAT, "has several strings in array %s; only one can be read", name);

  info->ndim = h->ndim;
  memcpy(info->shape, h->shape, sizeof(info->shape));
  info->count = elements(h, characters);
  info->bytes = z->left;
  if (info->count > z->left / size || info->count * size != z->left)
    return REFUSE(z, INM_ERR_DATA, "has an array %s whose size differs from its header", name);
  return INM_OK;
}

/* the header's text, with an end of string; freed by the caller, NULL on failure */
static char *get_header(inm_npz_reader *z)
{
  unsigned char begin[12];
  const char *name = z->at->name;
  char *text = NULL;
  size_t length;

  if (z->left < 10) {
    REFUSE(z, INM_ERR_DATA, "has an array %s without a header", name);
    return NULL;
  }
  if (inm_npz_take(z, begin, 8) != INM_OK) return NULL;
  if (memcmp(begin, "\x93NUMPY", 6) != 0) {
    REFUSE(z, INM_ERR_DATA, "has an array %s without a header", name);
    return NULL;
  }
  const int wide = (begin[6] == 2) ? 4 : 2;
  if ((begin[6] != 1 && begin[6] != 2) || begin[7] != 0) {
    REFUSE(z, INM_ERR_FORMAT, "has array %s in version %d.%d of .npy; only 1.0 and 2.0 can be read",
           name, begin[6], begin[7]);
    return NULL;
  }
  if (z->left < 4 || inm_npz_take(z, begin, (size_t) wide) != INM_OK ||
      (length = (size_t) number(begin, wide)) > z->left) {
    REFUSE(z, INM_ERR_DATA, "has an array %s that ends in its header", name);
    return NULL;
  }
  if (length > MAX_HEADER) {
    REFUSE(z, INM_ERR_FORMAT, "has array %s with a header of more than %d bytes", name, MAX_HEADER);
    return NULL;
  }
  text = (char *) malloc(length + 1);
  if (!text) {
    REFUSE(z, INM_ERR_ALLOC, "%s", inm_strerror(INM_ERR_ALLOC));
    return NULL;
  }
  text[length] = '\0';
  if (inm_npz_take(z, text, length) == INM_OK && strlen(text) == length) return text;
  REFUSE(z, INM_ERR_DATA, "has a damaged header of array %s", name);
  free(text);
  return NULL;
}

inm_status inm_npz_look(inm_npz_reader *z, const char *name, inm_npz_info *info)
{
  inm_npy_header h;
  const entry *f = find(z, name);

  memset(info, 0, sizeof(*info));
  if (z->status != INM_OK) return z->status;
  if (!f) return REFUSE(z, INM_ERR_ARG, "has no array %s", name);
  if (begin_member(z, f) != INM_OK) return z->status;
  char *text = get_header(z);
  if (!text) return z->status;
  const int good = inm_npy_parse(text, &h);
  free(text);
  return good ? interpret(z, &h, info)
              : REFUSE(z, INM_ERR_FORMAT, "has an invalid header of array %s", name);
}

/* ---- arrays ---------------------------------------------------------------------------------- */

int inm_npz_has(const inm_npz_reader *z, const char *name)
{
  return find(z, name) != NULL;
}

inm_status inm_npz_read(inm_npz_reader *z, const char *name, inm_npz_type type, int ndim,
                        const int64_t *shape, void *data)
{
  inm_npz_info info;
  if (inm_npz_look(z, name, &info) != INM_OK) return z->status;
  int same = (info.type == type && info.ndim == ndim);
  for (int d = 0; same && d < ndim; d++) same = (info.shape[d] == shape[d]);
  if (!same) return REFUSE(z, INM_ERR_ARG, "has array %s with a wrong type or shape", name);
  return inm_npz_take(z, data, (size_t) info.bytes);
}

inm_status inm_npz_read_text(inm_npz_reader *z, const char *name, size_t size, char *text)
{
  inm_npz_info info;
  text[0] = '\0';
  if (inm_npz_look(z, name, &info) != INM_OK) return z->status;
  if (info.type != INM_NPZ_CHAR)
    return REFUSE(z, INM_ERR_ARG, "has array %s that is not a string", name);
  if (info.count >= size)
    return REFUSE(z, INM_ERR_FORMAT, "has a string %s that is too long", name);
  for (uint64_t k = 0; k < info.count && z->status == INM_OK; k++) {
    uint32_t c = 0;
    inm_npz_take(z, &c, sizeof(c));
    text[k] = (char) ((c == 0 || (c >= ' ' && c <= '~')) ? c : '?');
    text[k + 1] = '\0';
  }
  return z->status;
}

/* ---- life ------------------------------------------------------------------------------------ */

void inm_npz_reader_close(inm_npz_reader **z)
{
  if (!*z) return;
  end_inflate(*z);
  free(*z);
  *z = NULL;
}

static inm_status measure(inm_npz_reader *z)
{
  const off_t length = (fseeko(z->fp, 0, SEEK_END) == 0) ? ftello(z->fp) : -1;
  if (length < 0) return REFUSE(z, INM_ERR_IO, "cannot be positioned: %s", strerror(errno));
  z->length = (uint64_t) length;
  return INM_OK;
}

inm_status inm_npz_open(inm_npz_reader **out, FILE *fp, char *why)
{
  inm_npz_reader *z = *out = (inm_npz_reader *) calloc(1, sizeof(*z));
  why[0] = '\0';
  if (!z) {
    snprintf(why, INM_NPZ_WHY, "%s", inm_strerror(INM_ERR_ALLOC));
    return INM_ERR_ALLOC;
  }
  z->fp = fp;
  z->why = why;
  inm_crc_table(z->crc_table);
  inm_status status = measure(z);
  if (status == INM_OK) status = read_directory(z);
  if (status != INM_OK) inm_npz_reader_close(out);
  return status;
}
