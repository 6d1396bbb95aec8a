// acc <- acc + GGSW x (X^a acc' - acc), the CMUX of blind rotation, on accumulators over the 32-bit torus.
//
// Per step: digits of the rotated difference, (k+1) l forward transforms, a (k+1) l by (k+1) product in the Fourier domain,
// k + 1 inverse transforms, additions. Where the transforms meet the product (the group pass) everything stays in registers.
// A GGSW row stream is laid out [group][vector][row][column][re, im], in the order in which the product reads it.
#pragma once
#include "fft.h"

#define MAX_COLUMNS 6
#define MAX_LEVELS 4
#define MAX_ROWS (MAX_COLUMNS * MAX_LEVELS)

typedef struct {
  int size;        // N
  int columns;     // k + 1
  int levels;      // l
  int base_log;    // b
} gadget_shape;

// f64 of one GGSW: M points, rows x columns, re and im.
INLINE size_t ggsw_words(const gadget_shape *g) { return (size_t)g->size * (size_t)(g->columns * g->levels * g->columns); }

// Buffers start 2 KB apart modulo the cache's associativity period.
INLINE size_t fourier_stride(int size) { return (size_t)size * 8 + 2048; }
// Scratch of a CMUX: transforms of all rows, digits, and one group of every row.
INLINE size_t cmux_scratch_bytes(const gadget_shape *g) {
  return fourier_stride(g->size) * (size_t)(g->columns * g->levels) + (size_t)g->size * 4 * (size_t)g->levels + 4096;
}

// ---- digits ------------------------------------------------------------------------------------------
// Digits in [-B/2, B/2] of a number in base 2^b, level 0 first in memory, N apart.
INLINE void store_closest(int32_t *d, wi32 v, const int size, const int levels, const int b) {
  for (int level = levels - 1; level > 0; level--) {
    const wi32 digit = ((v + (1 << (b - 1))) & ((1 << b) - 1)) - (1 << (b - 1));
    *(wi32 *)(d + level * size) = digit;
    v = (v - digit) >> b;
  }
  *(wi32 *)d = v;
}
// Of (X^a source - base): closest representable, ties upwards.
INLINE void store_digits(int32_t *d, wi32 difference, const int size, const int levels, const int b) {
  const int drop = 32 - b * levels;
  store_closest(d, (difference + (drop > 0 ? 1 << (drop - 1) : 0)) >> drop, size, levels, b);
}
// The same with ties to the even neighbour, for CMUXes without rotation. Products in doubles are multiples of a power of two (2^(b - 17) of
// the 32-bit torus for one level and N = 2048), so ties are frequent; the key sums their mean over k N coefficients, and without rotations
// it would add up from CMUX to CMUX.
INLINE void store_even_digits(int32_t *d, wi32 difference, const int size, const int levels, const int b) {
  const int drop = 32 - b * levels, odd = drop > 0;
  const int below = drop > 0 ? (1 << (drop - 1)) - 1 : 0;
  store_closest(d, (difference + below + ((difference >> drop) & odd)) >> drop, size, levels, b);
}
#define DIGITS(LEVELS)                                                                                                  \
  NOINLINE void rotate_decompose_##LEVELS(int32_t *restrict d, const int32_t *source, const int32_t *base, int a, const int size, const int b) { \
    if (a == 0) {                                                                                                       \
      for (int j = 0; j < size; j += WIDE) store_even_digits(d + j, *(const wi32 *)(source + j) - *(const wi32 *)(base + j), size, LEVELS, b); \
      return;                                                                                                           \
    }                                                                                                                   \
    const int negative = a >= size;                                                                                     \
    a &= size - 1;                                                                                                      \
    const int whole = a & ~(WIDE - 1);                                                                                  \
    const int32_t *wrapped = source + size - a, *plain = source - a;                                                    \
    int j = 0;                                                                                                          \
    if (negative) for (; j < whole; j += WIDE) store_digits(d + j, *(const wi32u *)(wrapped + j) - *(const wi32 *)(base + j), size, LEVELS, b); \
    else for (; j < whole; j += WIDE) store_digits(d + j, -(*(const wi32u *)(wrapped + j) + *(const wi32 *)(base + j)), size, LEVELS, b); \
    if (a != whole) { /* the vector in which the sign changes */                                                        \
      int32_t mixed[WIDE] __attribute__((aligned(ALIGNMENT)));                                                          \
      for (int q = 0; q < WIDE; q++) {                                                                                  \
        const int below = j + q < a;                                                                                    \
        const uint32_t value = (uint32_t)(below ? wrapped[j + q] : plain[j + q]);                                       \
        mixed[q] = (int32_t)((below != negative ? 0u - value : value) - (uint32_t)base[j + q]);                         \
      }                                                                                                                 \
      store_digits(d + j, *(const wi32 *)mixed, size, LEVELS, b);                                                       \
      j += WIDE;                                                                                                        \
    }                                                                                                                   \
    if (negative) for (; j < size; j += WIDE) store_digits(d + j, -(*(const wi32u *)(plain + j) + *(const wi32 *)(base + j)), size, LEVELS, b); \
    else for (; j < size; j += WIDE) store_digits(d + j, *(const wi32u *)(plain + j) - *(const wi32 *)(base + j), size, LEVELS, b); \
  }
DIGITS(1)
DIGITS(2)
DIGITS(3)
DIGITS(4)
INLINE void rotate_decompose(int32_t *d, const int32_t *source, const int32_t *base, int a, const gadget_shape *g) {
  if (g->levels == 1) rotate_decompose_1(d, source, base, a, g->size, g->base_log);
  else if (g->levels == 2) rotate_decompose_2(d, source, base, a, g->size, g->base_log);
  else if (g->levels == 3) rotate_decompose_3(d, source, base, a, g->size, g->base_log);
  else rotate_decompose_4(d, source, base, a, g->size, g->base_log);
}

// ---- transforms by size --------------------------------------------------------------------------------
// OUTER, MIDDLE: cache lines of the next GGSW prefetched at every butterfly step of the first and last, and of the middle passes.
#define TRANSFORMS(M, NAME, OUTER, MIDDLE)                                                                    \
  NOINLINE void forward_digits_##M##_##NAME(vf64 *x, const int32_t *digits, prefetch_cursor *ahead) {         \
    first_from_i32(x, digits, M, ahead, OUTER);                                                               \
    forward_middle(x, M, ahead, MIDDLE);                                                                      \
  }                                                                                                           \
  NOINLINE void inverse_add_##M##_##NAME(int32_t *to, const int32_t *base, vf64 *x, prefetch_cursor *ahead) { \
    inverse_middle(x, M, ahead, MIDDLE);                                                                      \
    LAST_PASS(M, add_rounded_pair(to + at, base + at, M, re, im), prefetch_some(ahead, OUTER))                \
  }
TRANSFORMS(256, plain, 0, 0)
TRANSFORMS(512, plain, 0, 0)
TRANSFORMS(1024, plain, 0, 0)

#define READ_AHEAD 4096  // bytes of key fetched before they are needed
// ---- the product, any shape ------------------------------------------------------------------------------
INLINE void product(vf64 *x, const size_t stride, const vf64 *key, const int rows, const int M, const int columns) {
  vf64 group_rows[MAX_ROWS][2 * RADIX];
  prefetch_cursor none = {0};
  for (int g = 0; g < M / GROUP; g++) {
    for (int r = 0; r < rows; r++) {
      vf64 *y = x + (size_t)r * stride;
      points p;
      group_begin(y, g, M, &none, 0);
      group_forward(y, g, &p, M);
      for (int q = 0; q < RADIX; q++) { group_rows[r][2 * q] = p.re[q]; group_rows[r][2 * q + 1] = p.im[q]; }
    }
    points out[MAX_COLUMNS];
    for (int q = 0; q < RADIX; q++) {
      vf64 sum[2 * MAX_COLUMNS];
      for (int c = 0; c < 2 * columns; c++) sum[c] = splat(0);
      for (int r = 0; r < rows; r++, key += 2 * columns) {
        for (int z = 0; z < (int)(2 * columns * (int)sizeof(vf64)); z += 64) PREFETCH((const char *)key + READ_AHEAD + z);
        const vf64 re = group_rows[r][2 * q], im = group_rows[r][2 * q + 1];
        for (int c = 0; c < columns; c++) {
          vf64 kr = key[2 * c], ki = key[2 * c + 1];
          PIN(kr); PIN(ki);
          ADD_PRODUCT(sum[2 * c], sum[2 * c + 1], re, im, kr, ki);
        }
      }
      for (int c = 0; c < columns; c++) { out[c].re[q] = sum[2 * c]; out[c].im[q] = sum[2 * c + 1]; }
    }
    for (int c = 0; c < columns; c++) group_inverse(x + (size_t)c * stride, g, &out[c], M);
  }
}
#if defined(__wasm__)
#define UNROLL_ROWS 0  // buys nothing there, and doubles the module
#else
#define UNROLL_ROWS 1
#endif
#define PRODUCT(M, COLUMNS)                                                                       \
  NOINLINE void product_##M##_##COLUMNS(vf64 *x, size_t stride, const vf64 *key, int rows) {      \
    if (UNROLL_ROWS && rows == COLUMNS) product(x, stride, key, COLUMNS, M, COLUMNS); /* one level */ \
    else product(x, stride, key, rows, M, COLUMNS);                                               \
  }
PRODUCT(256, 2)
PRODUCT(256, 3)
PRODUCT(256, 4)
PRODUCT(256, 5)
PRODUCT(256, 6)
PRODUCT(512, 2)
PRODUCT(512, 3)
PRODUCT(512, 4)
PRODUCT(1024, 2)

INLINE void any_product(vf64 *x, size_t stride, const vf64 *key, const gadget_shape *g) {
  const int rows = g->columns * g->levels;
  if (g->size == 2048) product_1024_2(x, stride, key, rows);
  else if (g->size == 1024) {
    if (g->columns == 2) product_512_2(x, stride, key, rows);
    else if (g->columns == 3) product_512_3(x, stride, key, rows);
    else product_512_4(x, stride, key, rows);
  } else {
    if (g->columns == 2) product_256_2(x, stride, key, rows);
    else if (g->columns == 3) product_256_3(x, stride, key, rows);
    else if (g->columns == 4) product_256_4(x, stride, key, rows);
    else if (g->columns == 5) product_256_5(x, stride, key, rows);
    else product_256_6(x, stride, key, rows);
  }
}
INLINE void any_forward(vf64 *x, const int32_t *digits, int size) {
  prefetch_cursor none = {0};
  if (size == 2048) forward_digits_1024_plain(x, digits, &none);
  else if (size == 1024) forward_digits_512_plain(x, digits, &none);
  else forward_digits_256_plain(x, digits, &none);
}
INLINE void any_inverse_add(int32_t *to, const int32_t *base, vf64 *x, int size) {
  prefetch_cursor none = {0};
  if (size == 2048) inverse_add_1024_plain(to, base, x, &none);
  else if (size == 1024) inverse_add_512_plain(to, base, x, &none);
  else inverse_add_256_plain(to, base, x, &none);
}

// to = base + GGSW x (X^a source - base); each a GLWE of `columns` polynomials. `to` may be `base`, and `source` if it is `base`.
static void cmux_any(int32_t *to, const int32_t *source, const int32_t *base, int a, const vf64 *key, const gadget_shape *g, char *scratch) {
  vf64 *x = (vf64 *)scratch;
  const size_t stride = fourier_stride(g->size) / sizeof(vf64);
  int32_t *digits = (int32_t *)(scratch + fourier_stride(g->size) * (size_t)(g->columns * g->levels));
  for (int c = 0; c < g->columns; c++) {
    rotate_decompose(digits, source + c * g->size, base + c * g->size, a, g);
    for (int level = 0; level < g->levels; level++)
      any_forward(x + (size_t)(c * g->levels + level) * stride, digits + level * g->size, g->size);
  }
  any_product(x, stride, key, g);
  for (int c = 0; c < g->columns; c++) any_inverse_add(to + c * g->size, base + c * g->size, x + (size_t)c * stride, g->size);
}

// ---- N = 2048, k = 1, l = 1: the work horse. Both rows of a group stay in registers. ---------------------------
INLINE void product_2x2(vf64 *restrict x0, vf64 *restrict x1, const vf64 *restrict key, prefetch_cursor *ahead, const int lines) {
  const int M = 1024;
  for (int g = 0; g < M / GROUP; g++) {
    points a, b;
    group_begin(x0, g, M, ahead, 0);
    group_begin(x1, g, M, ahead, 0);
    group_forward(x0, g, &a, M);
    group_forward(x1, g, &b, M);
    const vf64 *k = key + (size_t)g * RADIX * 8;
    for (int q = 0; q < RADIX; q++, k += 8) {
      const vf64 ar = a.re[q], ai = a.im[q], br = b.re[q], bi = b.im[q];
      prefetch_some(ahead, lines);
      vf64 k0 = k[0], k1 = k[1], k4 = k[4], k5 = k[5];
      PIN(k0); PIN(k1); PIN(k4); PIN(k5);
      a.re[q] = ar * k0 - ai * k1 + br * k4 - bi * k5;
      a.im[q] = ar * k1 + ai * k0 + br * k5 + bi * k4;
      vf64 k2 = k[2], k3 = k[3], k6 = k[6], k7 = k[7];
      PIN(k2); PIN(k3); PIN(k6); PIN(k7);
      b.re[q] = ar * k2 - ai * k3 + br * k6 - bi * k7;
      b.im[q] = ar * k3 + ai * k2 + br * k7 + bi * k6;
    }
    group_inverse(x0, g, &a, M);
    group_inverse(x1, g, &b, M);
  }
}
#define PRODUCT_2X2(NAME, LINES) \
  NOINLINE void product_2x2_##NAME(vf64 *x0, vf64 *x1, const vf64 *key, prefetch_cursor *ahead) { product_2x2(x0, x1, key, ahead, LINES); }
PRODUCT_2X2(plain, 0)

// Prefetching plans: what share of the next GGSW's 1024 lines one call fetches, spread evenly over its passes. Bursts would fill the
// few line buffers of the first-level cache and stall everything behind them.
#if !defined(__wasm__)
#if LANES == 8
TRANSFORMS(1024, all, 4, 4)      // 16 steps in each of 8 passes, 128 in the product: 512 + 512
PRODUCT_2X2(all, 4)
TRANSFORMS(1024, half, 2, 2)
PRODUCT_2X2(half, 2)
TRANSFORMS(1024, quarter, 1, 1)
PRODUCT_2X2(quarter, 1)
#define PREFETCH_SHARES 8        // the rest: product_quarter alone fetches an eighth
#define product_2x2_rest product_2x2_quarter
#else
TRANSFORMS(1024, all, 0, 1)      // 1024 / 4 / LANES steps in each of 12 middle passes, 1024 / LANES in the product
PRODUCT_2X2(all, 256 / (1024 / LANES))
TRANSFORMS(1024, half, 0, 0)
PRODUCT_2X2(half, 512 / (1024 / LANES))
#define forward_digits_1024_quarter forward_digits_1024_plain
#define inverse_add_1024_quarter inverse_add_1024_plain
#define product_2x2_quarter product_2x2_all
#define PREFETCH_SHARES 4
#define product_2x2_rest product_2x2_all
#endif
#endif

#define CMUX_2X2(TRANSFORM, PRODUCT_PLAN)                                              \
  {                                                                                    \
    rotate_decompose_1(digits, source, base, a, 2048, base_log);                       \
    forward_digits_1024_##TRANSFORM(x0, digits, &ahead);                               \
    rotate_decompose_1(digits, source + 2048, base + 2048, a, 2048, base_log);         \
    forward_digits_1024_##TRANSFORM(x1, digits, &ahead);                               \
    product_2x2_##PRODUCT_PLAN(x0, x1, key, &ahead);                                   \
    inverse_add_1024_##TRANSFORM(to, base, x0, &ahead);                                \
    inverse_add_1024_##TRANSFORM(to + 2048, base + 2048, x1, &ahead);                  \
  }
// One CMUX as cmux_any. `next` is the GGSW of the next step (or NULL), of which call `position` of `batch` fetches its share.
static void cmux_2x2(int32_t *to, const int32_t *source, const int32_t *base, int a, const vf64 *key, int base_log, char *scratch, const char *next, int position, int batch) {
  vf64 *x0 = (vf64 *)scratch, *x1 = (vf64 *)(scratch + fourier_stride(2048));
  int32_t *digits = (int32_t *)(scratch + 2 * fourier_stride(2048));
  prefetch_cursor ahead = {next};
#if !defined(__wasm__)
  const int shares = batch == 1 ? 1 : batch < 4 ? 2 : batch < 8 ? 4 : PREFETCH_SHARES;
  if (next && position < shares) {
    ahead.at = next + (size_t)2048 * 8 * 4 / (size_t)shares * (size_t)position;
    if (shares == 1) CMUX_2X2(all, all)
    else if (shares == 2) CMUX_2X2(half, half)
    else if (shares == 4) CMUX_2X2(quarter, quarter)
    else CMUX_2X2(plain, rest)
    return;
  }
#endif
  (void)position; (void)batch;
  CMUX_2X2(plain, plain)
}

INLINE int is_2x2(const gadget_shape *g) { return g->size == 2048 && g->columns == 2 && g->levels == 1; }
