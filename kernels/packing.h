// Packed bits: coefficients of one GLWE become GGSWs.
//
// Expansion: c + sigma(c) doubles the coefficients of even index (at step j: index / 2^j) and erases the odd ones, X^(-2^j) (c - sigma(c))
// does the opposite, sigma an automorphism X -> X^(N / 2^j + 1) with a key switch behind it (Angel et al., SealPIR, 2018; Chen, Dai, Kim
// and Song, eprint 2020/015). Conversion: a GLWE of m g becomes one of -m g s_r with keys for s_r s_j (Menon and Wu, Spiral, eprint
// 2022/368; Cong et al., SortingHat, eprint 2022/757).
//
// Keys are far more precise than a double: a key word is 2^40 high + low, and digits meet both halves. The high halves' products are exact.
// A product that is wanted in the Fourier domain (conversion) leaves it for its high half alone, to lose multiples of the torus: the low
// half's is below one.
#pragma once
#include "decision.h"

#define SPLIT_BITS 40

typedef struct {
  int size;              // N
  int columns;           // k + 1
  int steps;             // S: a GLWE holds up to 2^S rows
  int keyed;             // bit j set: step j has a key of its own; the others apply the next keyed automorphism repeatedly
  int expansion_levels, expansion_log;
  int conversion_levels, conversion_log;
} packing_shape;

INLINE packing_shape packing_of(const int32_t *p) {
  return (packing_shape){p[0], p[1] + 1, p[2], p[3], p[4], p[5], p[6], p[7]};
}
INLINE int keyed_steps(const packing_shape *s) { int r = 0; for (int j = 0; j < s->steps; j++) r += s->keyed >> j & 1; return r; }
INLINE int expansion_rows(const packing_shape *s) { return keyed_steps(s) * (s->columns - 1) * s->expansion_levels; }
INLINE int conversion_pairs(const packing_shape *s) { return s->columns * (s->columns - 1) / 2; }
INLINE int packing_rows(const packing_shape *s) { return expansion_rows(s) + conversion_pairs(s) * s->conversion_levels; }
// Pair number of r, j < k, in the order (0, 0), (0, 1), ..., (1, 1), ....
INLINE int pair_of(int r, int j, int k) { const int low = r < j ? r : j, high = r < j ? j : r; return low * k - low * (low - 1) / 2 + high - low; }

// A key of `rows` rows: f64 [half][vector][row][column][re, im]; low halves of conversion keys in units of the 32-bit torus.
INLINE size_t split_words(const packing_shape *s, int rows) { return 2 * (size_t)rows * (size_t)(s->columns * s->size); }
INLINE size_t packing_key_words(const packing_shape *s) { return split_words(s, packing_rows(s)); }
INLINE const vf64 *expansion_key(const double *keys, const packing_shape *s, int step) {
  const int rows = (s->columns - 1) * s->expansion_levels;
  int before = 0;
  for (int j = 0; j < step; j++) before += s->keyed >> j & 1;
  return (const vf64 *)(keys + split_words(s, before * rows));
}
INLINE const vf64 *conversion_key(const double *keys, const packing_shape *s, int r, int j) {
  return (const vf64 *)(keys + split_words(s, expansion_rows(s) + pair_of(r, j, s->columns - 1) * s->conversion_levels));
}

// Puts a key row (GLWE, 64-bit torus) where the product reads it. `scratch`: 16 N bytes.
static void place_key_row(double *keys, const uint64_t *glwe, int row, const packing_shape *s, char *scratch) {
  const int N = s->size, first = expansion_rows(s);
  const int rows = row < first ? (s->columns - 1) * s->expansion_levels : s->conversion_levels;
  const int key = row < first ? row / rows : (row - first) / rows, at = row < first ? row % rows : (row - first) % rows;
  double *to = keys + (row < first ? 0 : split_words(s, first)) + (size_t)key * split_words(s, rows);
  double *reals = (double *)scratch, *fourier = reals + N;
  const double unit = row < first ? 1.0 : 1.0 / 4294967296.0;
  for (int half = 0; half < 2; half++, to += split_words(s, rows) / 2) for (int column = 0; column < s->columns; column++) {
    for (int j = 0; j < N; j++) {
      const uint64_t word = glwe[(size_t)column * (size_t)N + (size_t)j];
      const int64_t low = (int64_t)(word << (64 - SPLIT_BITS)) >> (64 - SPLIT_BITS);
      reals[j] = half == 0 ? (double)((int64_t)(word - (uint64_t)low) >> SPLIT_BITS) : (double)low * unit;
    }
    forward_reals(fourier, reals, N);
    place_row((vf64 *)to, (const vf64 *)fourier, N, at, rows, column, s->columns);
  }
}

// ---- digits and products --------------------------------------------------------------------------------------------
// Transforms of the digits of one polynomial (64-bit torus), level 0 first, `stride` vectors apart.
// `scratch`: N words of 64 bits, then N of 32 bits.
static void digit_points(vf64 *x, const size_t stride, const uint64_t *polynomial, int levels, int b, int N, char *scratch) {
  const int drop = 64 - b * levels;
  int64_t *rest = (int64_t *)scratch;
  int32_t *digit = (int32_t *)(scratch + (size_t)N * 8);
  const int64_t half = (int64_t)1 << (b - 1), low_bits = ((int64_t)1 << b) - 1;
  for (int j = 0; j < N; j++) rest[j] = (int64_t)(polynomial[j] + ((uint64_t)1 << (drop - 1))) >> drop;
  for (int level = levels - 1; level >= 0; level--) {
    if (level == 0) for (int j = 0; j < N; j++) digit[j] = (int32_t)rest[j];
    else for (int j = 0; j < N; j++) {
      const int64_t d = ((rest[j] + half) & low_bits) - half;
      digit[j] = (int32_t)d;
      rest[j] = (rest[j] - d) >> b;
    }
    forward_integers(x + (size_t)level * stride, digit, N);
  }
}

// Ciphertexts that share a pass over a key: as many as leave their sums in registers.
#if LANES == 8
#define MOST_SHARING 2
#else
#define MOST_SHARING 1
#endif

// Where a product goes: vector v of ciphertext i, column c at to + i apart + c column + v step (vectors).
typedef struct { vf64 *to; size_t apart, column, step; } product_place;

// Sum over blocks and rows of digits times one half of the keys, on top of `base` (laid out as x of key_product) where there is one, for
// `count` ciphertexts; digits of ciphertext i, block b, row r at number
// (i blocks + b) rows + r, `stride` vectors apart.
INLINE void half_product(const product_place *out, const vf64 *base, const size_t stride, const vf64 *restrict digits, const vf64 *const *keys, int blocks, int rows, size_t offset, int vectors, const int columns, const int count, const int based) {
  const size_t next = (size_t)(blocks * rows) * stride;
  for (int v = 0; v < vectors; v++) {
    vf64 sum[MOST_SHARING][2 * MAX_COLUMNS];
    for (int i = 0; i < count; i++) for (int c = 0; c < columns; c++) {
      const vf64 *from = base + (size_t)(i * columns + c) * stride + 2 * (size_t)v;
      sum[i][2 * c] = based ? from[0] : splat(0);
      sum[i][2 * c + 1] = based ? from[1] : splat(0);
    }
    const vf64 *d = digits + 2 * v;
    for (int b = 0; b < blocks; b++) {
      const vf64 *key = keys[b] + offset + (size_t)(2 * v * rows * columns);
      for (int r = 0; r < rows; r++, key += 2 * columns, d += stride) {
        vf64 re[MOST_SHARING], im[MOST_SHARING];
        for (int i = 0; i < count; i++) { re[i] = d[(size_t)i * next]; im[i] = d[(size_t)i * next + 1]; }
        for (int c = 0; c < columns; c++) {
          vf64 kr = key[2 * c], ki = key[2 * c + 1];
          PIN(kr); PIN(ki);
          for (int i = 0; i < count; i++) {
            ADD_PRODUCT(sum[i][2 * c], sum[i][2 * c + 1], re[i], im[i], kr, ki);
          }
        }
      }
    }
    for (int i = 0; i < count; i++) for (int c = 0; c < columns; c++) {
      vf64 *to = out->to + (size_t)i * out->apart + (size_t)c * out->column + (size_t)v * out->step;
      to[0] = sum[i][2 * c];
      to[1] = sum[i][2 * c + 1];
    }
  }
}
#define HALF_PRODUCT(COLUMNS)                                                                                                            \
  NOINLINE void half_product_##COLUMNS(const product_place *out, const vf64 *base, size_t stride, const vf64 *digits, const vf64 *const *keys, int blocks, int rows, size_t offset, int vectors, int count) { \
    if (MOST_SHARING == 1 || count == MOST_SHARING) half_product(out, base, stride, digits, keys, blocks, rows, offset, vectors, COLUMNS, MOST_SHARING, base != NULL); \
    else half_product(out, base, stride, digits, keys, blocks, rows, offset, vectors, COLUMNS, 1, base != NULL);                        \
  }
HALF_PRODUCT(3)
HALF_PRODUCT(4)
HALF_PRODUCT(5)
HALF_PRODUCT(6)
INLINE void any_half_product(const product_place *out, const vf64 *base, const vf64 *digits, const vf64 *const *keys, int blocks, int rows, int half, int count, const packing_shape *s) {
  const size_t stride = fourier_stride(s->size) / sizeof(vf64), offset = (size_t)half * split_words(s, rows) / 2 / LANES;
  const int vectors = s->size / 2 / LANES;
  switch (s->columns) {
    case 3: half_product_3(out, base, stride, digits, keys, blocks, rows, offset, vectors, count); break;
    case 4: half_product_4(out, base, stride, digits, keys, blocks, rows, offset, vectors, count); break;
    case 5: half_product_5(out, base, stride, digits, keys, blocks, rows, offset, vectors, count); break;
    default: half_product_6(out, base, stride, digits, keys, blocks, rows, offset, vectors, count);
  }
}

typedef uint64_t torus_vector __attribute__((vector_size(8 * LANES)));
// out = 2^SPLIT_BITS x, |x| < 2^51.
INLINE void store_high(uint64_t *out, vf64 x) { *(torus_vector *)out = (torus_vector)round_i64(x) << SPLIT_BITS; }
// out += x, |x| < 2^76, to a double's precision.
INLINE void add_low(uint64_t *out, vf64 x) {
  const vf64 magic = splat(ROUND_MAGIC * 67108864.0), high = (x + magic) - magic;  // a multiple of 2^26
  *(torus_vector *)out += ((torus_vector)round_i64(high * splat(1.0 / 67108864.0)) << 26) + (torus_vector)round_i64(x - high);
}
INLINE void put_half_m(uint64_t *out, vf64 *x, const int half, const vf64 sign, const int M) {
  if (half == 0) { LAST_PASS(M, (store_high(out + at, sign * re), store_high(out + M + at, sign * im)), (void)0) }
  else { LAST_PASS(M, (add_low(out + at, sign * re), add_low(out + M + at, sign * im)), (void)0) }
}
// The inverse transform of x, times `sign`: of the high halves to out, of the low ones added to it. N is 512 or 1024: rings of 2048
// coefficients are too noisy for packing.
NOINLINE void put_half(uint64_t *out, vf64 *x, int half, double sign, int N) {
  inverse_begin(x, N);
  const vf64 signs = splat(sign);
  if (half == 0) { if (N == 512) put_half_m(out, x, 0, signs, 256); else put_half_m(out, x, 0, signs, 512); }
  else if (N == 512) put_half_m(out, x, 1, signs, 256);
  else put_half_m(out, x, 1, signs, 512);
}
// glwe = +- sum of digits times keys, for `count` ciphertexts.
static void key_product(uint64_t *const *glwe, const vf64 *digits, vf64 *x, const vf64 *key, int rows, double sign, int count, const packing_shape *s) {
  const size_t stride = fourier_stride(s->size) / sizeof(vf64), apart = stride * (size_t)s->columns;
  const product_place place = {x, apart, stride, 2};
  for (int half = 0; half < 2; half++) {
    any_half_product(&place, NULL, digits, &key, 1, rows, half, count, s);
    for (int i = 0; i < count; i++) for (int c = 0; c < s->columns; c++)
      put_half(glwe[i] + (size_t)c * (size_t)s->size, x + (size_t)i * apart + (size_t)c * stride, half, sign, s->size);
  }
}

// ---- expansion ---------------------------------------------------------------------------------------------------------
INLINE size_t packing_scratch_bytes(const packing_shape *s) {
  const int levels = s->expansion_levels > s->conversion_levels ? s->expansion_levels : s->conversion_levels;
  const size_t rows = MOST_SHARING * (size_t)((s->columns - 1) * levels + s->columns);
  return fourier_stride(s->size) * rows + (size_t)s->size * 12 + MOST_SHARING * 2 * (size_t)(s->columns * s->size) * 8 + place_scratch_bytes(s->size) + 1024;
}

// out = (added ? out : 0) + in(X^g). Eight coefficients of one sign at a time would need gathers, which are no faster.
INLINE void automorphism(uint64_t *restrict out, const uint64_t *restrict in, const int g, const int N, const int added) {
  for (int i = 0, e = 0; i < N; i++, e = (e + g) & (2 * N - 1)) {
    const uint64_t sign = (uint64_t)0 - (uint64_t)(e >= N), value = (in[i] ^ sign) - sign;
    if (added) out[e & (N - 1)] += value;
    else out[e & (N - 1)] = value;
  }
}

// One ciphertext of a step: it keeps the coefficients whose index has bit `step` clear, `odd` gets the others (NULL: not wanted).
typedef struct { uint64_t *even, *odd; } expansion_pair;

INLINE void part_odd_even(const expansion_pair *pair, const uint64_t *turned, int shift, const packing_shape *s) {
  const int N = s->size;
  uint64_t *restrict even = pair->even, *restrict odd = pair->odd;
  for (int c = 0; c < s->columns; c++, even += N, turned += N) {
    if (odd != NULL) {
      for (int j = 0; j < N - shift; j++) odd[j] = even[j + shift] - turned[j + shift];
      for (int j = N - shift; j < N; j++) odd[j] = turned[j + shift - N] - even[j + shift - N];
      odd += N;
    }
    for (int j = 0; j < N; j++) even[j] += turned[j];
  }
}

// Step `step` on `count` ciphertexts, at most MOST_SHARING.
static void expand_step(const expansion_pair *pairs, int count, int step, const double *keys, const packing_shape *s, char *scratch) {
  const int N = s->size, k = s->columns - 1, levels = s->expansion_levels;
  const size_t stride = fourier_stride(N) / sizeof(vf64), words = (size_t)(s->columns * N);
  vf64 *digits = (vf64 *)scratch, *x = digits + stride * (size_t)(MOST_SHARING * k * levels);
  char *rest = (char *)(x + stride * (size_t)(MOST_SHARING * s->columns));
  uint64_t *first = (uint64_t *)(rest + (size_t)N * 12), *turned[MOST_SHARING];
  const uint64_t *current[MOST_SHARING];
  int keyed = step;
  while (!(s->keyed >> keyed & 1)) keyed++;
  const int g = (N >> keyed) + 1;
  const vf64 *key = expansion_key(keys, s, keyed);
  for (int i = 0; i < count; i++) current[i] = pairs[i].even;
  for (int times = 1 << (keyed - step); times > 0; times--) {
    for (int i = 0; i < count; i++) {
      uint64_t *const own = first + (size_t)(2 * i) * words;
      turned[i] = current[i] == own ? own + words : own;
      for (int c = 0; c < k; c++) {
        automorphism(turned[i], current[i] + (size_t)c * (size_t)N, g, N, 0);
        digit_points(digits + stride * (size_t)((i * k + c) * levels), stride, turned[i], levels, s->expansion_log, N, rest);
      }
    }
    key_product(turned, digits, x, key, k * levels, -1, count, s);
    for (int i = 0; i < count; i++) {
      automorphism(turned[i] + (size_t)(k * N), current[i] + (size_t)(k * N), g, N, 1);
      current[i] = turned[i];
    }
  }
  for (int i = 0; i < count; i++) part_odd_even(&pairs[i], current[i], 1 << step, s);
}

// ---- conversion --------------------------------------------------------------------------------------------------------
// reals = the inverse transform of x, times 2^SPLIT_BITS, without multiples of the torus, in units of the 32-bit torus.
INLINE vf64 without_turns(vf64 x, const double turn) {
  const vf64 magic = splat(ROUND_MAGIC * turn);
  return x - ((x + magic) - magic);
}
INLINE void reduced_m(double *reals, vf64 *x, const int M) {
  const vf64 magic = splat(ROUND_MAGIC), unit = splat(256.0);  // 2^SPLIT_BITS / 2^32
#define REDUCED(X) (without_turns(((X) + magic) - magic, 16777216.0) * unit)
  LAST_PASS(M, (*(vf64 *)(reals + at) = REDUCED(re), *(vf64 *)(reals + M + at) = REDUCED(im)), (void)0)
#undef REDUCED
}
NOINLINE void reduced(double *reals, vf64 *x, int N) {
  inverse_begin(x, N);
  if (N == 512) reduced_m(reals, x, 256);
  else reduced_m(reals, x, 512);
}
// GLWEs of m g, g of level `level` and the next ones, become those levels of the expanded bit m: the rows themselves, and their products
// with -s_r. The products stay in the Fourier domain but for their high halves.
static void convert_rows(double *bit, const uint64_t *glwe, int level, int count, int needs, const double *keys, const packing_shape *s, const gadget_shape *g, char *scratch) {
  const int N = s->size, k = s->columns - 1, levels = s->conversion_levels, rows = s->columns * g->levels;
  const size_t stride = fourier_stride(N) / sizeof(vf64), words = (size_t)(s->columns * N), step = 2 * (size_t)(rows * s->columns);
  vf64 *digits = (vf64 *)scratch, *x = digits + stride * (size_t)(MOST_SHARING * k * levels);
  char *rest = (char *)(x + stride * (size_t)(MOST_SHARING * s->columns));
  double *reals = (double *)(rest + (size_t)N * 12);
  const product_place high = {x, stride * (size_t)s->columns, stride, 2};
  place_message_rows(bit, glwe, level, count, needs, g, x, stride, reals);
  if (!(needs & NEEDS_MASK_ROWS)) return;
  for (int i = 0; i < count; i++) for (int j = 0; j < k; j++)
    digit_points(digits + stride * (size_t)((i * k + j) * levels), stride, glwe + (size_t)i * words + (size_t)j * (size_t)N, levels, s->conversion_log, N, rest);
  for (int r = 0; r < k; r++) {
    const vf64 *key[MAX_COLUMNS];
    for (int j = 0; j < k; j++) key[j] = conversion_key(keys, s, r, j);
    any_half_product(&high, NULL, digits, key, k, levels, 0, count, s);
    for (int i = 0; i < count; i++) for (int c = 0; c < s->columns; c++) {
      vf64 *column = x + (size_t)i * high.apart + (size_t)c * stride;
      reduced(reals, column, N);
      if (c == r) {
        const uint64_t *body = glwe + (size_t)i * words + (size_t)(k * N);
        for (int j = 0; j < N; j += LANES) {
          vf64 *at = (vf64 *)(reals + j);
          *at = without_turns(*at + __builtin_convertvector(*(const vi64 *)(body + j), vf64) * splat(1.0 / 4294967296.0), 4294967296.0);
        }
      }
      forward_reals((double *)column, reals, N);
    }
    const product_place row = {(vf64 *)bit + 2 * (size_t)((r * g->levels + level) * s->columns), 2 * (size_t)s->columns, 2, step};
    any_half_product(&row, x, digits, key, k, levels, 1, count, s);
  }
}

// All levels of a bit, whose GLWEs lie one after the other.
static void convert_bit(double *bit, const uint64_t *glwe, int needs, const double *keys, const packing_shape *s, const gadget_shape *g, char *scratch) {
  for (int level = 0; level < g->levels;) {
    const int count = g->levels - level < MOST_SHARING ? g->levels - level : MOST_SHARING;
    convert_rows(bit, glwe + (size_t)level * (size_t)(s->columns * s->size), level, count, needs, keys, s, g, scratch);
    level += count;
  }
}
