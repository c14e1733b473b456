/* Inner loops of inm_band_ldl.c, which includes this file once for each instruction set:

     W           doubles in its widest vector, a divisor of PACK
     TARGET      attribute of the functions
     KERNEL(f)   name of a function or type f for this instruction set */

typedef double KERNEL(vector) __attribute__((vector_size(sizeof(double) * W)));
typedef uint64_t KERNEL(bits) __attribute__((vector_size(sizeof(double) * W)));
typedef uint64_t KERNEL(loose_bits)
    __attribute__((vector_size(sizeof(double) * W), aligned(sizeof(double))));
#define VECTOR KERNEL(vector)
#define BITS KERNEL(bits)
#define UNROLL _Pragma("GCC unroll 32")
#define EACH(q) UNROLL for (size_t q = 0; q < SPAN / W; q++)

/* mask for the vector that begins `at` rows after the multiple of PACK before row r */
#define MASK(table, at, r) \
  ((BITS) * (const KERNEL(loose_bits) *) ((table) + PACK + (at) - (r) % PACK))

TARGET static double KERNEL(factorize)(inm_band_ldl *f, const double *band, double lambda,
                                       double norm)
{
  double largest = 0.0;
  size_t next, nloaded = 0;

  for (size_t j = 0; j < f->n; j = next) {
    while (nloaded < j + AHEAD) load_column(f, band, lambda, nloaded++);

    const double *column[2] = {column_of(f, j), column_of(f, j + 1)};
    const double *d = &column[0][j % PACK], *c = &column[1][(j + 1) % PACK];
    const block b = choose_block(d[0], d[1], c[0], j + 1 < f->n, 1.0 / norm);
    f->blocks[j] = b;
    next = j + b.size;
    f->size_before[next] = (unsigned char) b.size;
    largest = larger_of(largest, b.largest);

    /* V below the block, and L = V P^-1 */
    const size_t base = base_of(next);
    double v[2][SPAN] __attribute__((aligned(INM_CACHE_LINE)));
    VECTOR first[SPAN / W], second[SPAN / W];
    for (size_t k = 0; k < 2; k++) {
      const VECTOR *from = (const VECTOR *) (column[k] + base - base_of(j + k));
      EACH(q)
      ((VECTOR *) v[k])[q] =
          (q * W < PACK) ? (VECTOR) ((BITS) from[q] & MASK(from_row_on, q * W, next)) : from[q];
    }
    const double *kept = v[b.kept], *other = v[!b.kept];
    const double *v_first = v[b.first], *v_second = v[!b.first];
    double *l = &f->l[j * SPAN];
    EACH(q)
    {
      const VECTOR x = ((const VECTOR *) kept)[q], y = ((const VECTOR *) other)[q];
      first[q] = b.s * (y - b.r * x);
      second[q] = b.q * x - b.t * first[q];
      ((VECTOR *) (l + b.first * SPAN))[q] = first[q];
      ((VECTOR *) (l + !b.first * SPAN))[q] = second[q];
    }

    /* trailing columns, from their diagonals on: -= L V^T */
    size_t k = next - base;
#define COLUMNS(AT, END)                                                    \
  for (; k < (END); k++) {                                                  \
    VECTOR *to = (VECTOR *) column_of(f, base + k);                         \
    const double x = v_first[k], y = v_second[k];                           \
    UNROLL for (size_t q = 0; q < (SPAN - (AT)) / W; q++)                   \
        to[q] = to[q] - x * first[(AT) / W + q] - y * second[(AT) / W + q]; \
  }
    COLUMNS(0, PACK)
    COLUMNS(PACK, 2 * PACK)
    COLUMNS(2 * PACK, 3 * PACK)
    COLUMNS(3 * PACK, 4 * PACK)
    COLUMNS(4 * PACK, next - base + INM_BAND_LDL_LARGEST_KD)
#undef COLUMNS
  }
  return largest;
}

/* x = D^-1 L^-1 x */
TARGET static void KERNEL(solve_lower)(const inm_band_ldl *f, double *x)
{
  size_t next;

  for (size_t j = 0; j < f->n; j = next) {
    const block *b = &f->blocks[j];
    const VECTOR *l = (const VECTOR *) &f->l[j * SPAN], *second = l + SPAN / W;
    next = j + b->size;
    VECTOR *to = (VECTOR *) (x + base_of(next));
    const double z[2] = {x[j], x[j + 1]};
    if (b->size == 1) {
      EACH(q) to[q] -= z[0] * l[q];
      x[j] = b->q * z[0];
    } else {
      EACH(q) to[q] = to[q] - z[0] * l[q] - z[1] * second[q];
      const double y = b->s * (z[!b->kept] - b->r * z[b->kept]);
      x[j + b->first] = y;
      x[j + !b->first] = b->q * z[b->kept] - b->t * y;
    }
  }
}

#if W == 8
#define ADD_UP(v) (((v[0] + v[1]) + (v[2] + v[3])) + ((v[4] + v[5]) + (v[6] + v[7])))
#elif W == 4
#define ADD_UP(v) ((v[0] + v[1]) + (v[2] + v[3]))
#else
#define ADD_UP(v) (v[0] + v[1])
#endif

/* insert x[r] into the window of known rows, which begins at base */
#define ENTER(r)                                                                            \
  if ((r) < base) {                                                                         \
    UNROLL for (size_t q = SPAN / W; q-- > PACK / W;) known[q] = known[q - PACK / W];       \
    UNROLL for (size_t q = 0; q < PACK / W; q++) known[q] = (VECTOR){0};                    \
    base -= PACK;                                                                           \
  }                                                                                         \
  UNROLL for (size_t q = 0; q < PACK / W; q++)                                              \
  {                                                                                         \
    const BITS mask = MASK(this_row, q * W, r);                                             \
    known[q] = (VECTOR) (((BITS) known[q] & ~mask) | ((BITS) ((VECTOR){0} + x[r]) & mask)); \
  }

/* x = L^-T x.  Elements just computed are inserted into vector registers: a vector load of elements
   that were stored one by one would stall (no store forwarding). */
TARGET static void KERNEL(solve_upper)(const inm_band_ldl *f, double *x)
{
  VECTOR known[SPAN / W];
  size_t base = base_of(f->n);

  EACH(q) known[q] = (VECTOR){0};
  for (size_t j = f->n; j > 0;) {
    const size_t size = f->size_before[j];
    j -= size;
    const VECTOR *l = (const VECTOR *) &f->l[j * SPAN], *second = l + SPAN / W;
    VECTOR sum = {0}, sum_second = {0};
    if (size == 2) {
      EACH(q)
      {
        sum += l[q] * known[q];
        sum_second += second[q] * known[q];
      }
      x[j + 1] -= ADD_UP(sum_second);
      x[j] -= ADD_UP(sum);
      ENTER(j + 1)
    } else {
      EACH(q) sum += l[q] * known[q];
      x[j] -= ADD_UP(sum);
    }
    ENTER(j)
  }
}

#undef ADD_UP
#undef ENTER
#undef MASK
#undef EACH
#undef UNROLL
#undef BITS
#undef VECTOR
#undef W
#undef TARGET
#undef KERNEL
