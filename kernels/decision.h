// Decision diagrams: every node is a CMUX between its children, chosen by an encrypted bit (Chillotti et al., TFHE, J. Cryptology 2020,
// section 5). Children are GLWE ciphertexts on the 32-bit torus, or leaves: clear polynomials with few nonzero coefficients.
//
// An expanded bit is its GGSW in the Fourier domain, laid out as external_product.h wants it, followed by its message rows (those with the
// bit on the body) as coefficients: a node whose children are both leaves is low + (high - low) * message rows, digit by digit, without an
// external product.
#pragma once
#include "external_product.h"
#include "polynomial.h"

// A message row is kept as two copies, negated and plain, so that X^p times it is a run of N words starting N - p words in.
INLINE size_t message_row_words(const gadget_shape *g) { return (size_t)g->columns * 2 * (size_t)g->size; }
INLINE size_t bit_words(const gadget_shape *g) { return ggsw_words(g) + (size_t)g->levels * message_row_words(g); }

// ---- expansion -----------------------------------------------------------------------------------------------------
INLINE void place_row(vf64 *ggsw, const vf64 *polynomial, int N, int row, int rows, int column, int columns) {
  for (int v = 0; v < N / 2 / LANES; v++) {
    vf64 *to = ggsw + 2 * ((size_t)v * (size_t)(rows * columns) + (size_t)(row * columns + column));
    to[0] = polynomial[2 * v];
    to[1] = polynomial[2 * v + 1];
  }
}
INLINE size_t place_scratch_bytes(int size) { return (size_t)size * 16; }

// What diagrams read of a bit: rows with the bit on a mask part (gates with a child that is no leaf), copies of the message rows (gates
// between leaves). Message rows themselves are always there.
#define NEEDS_MASK_ROWS 1
#define NEEDS_COPIES 2

// One GLWE (64-bit torus) becomes row `row` (part * levels + level) of an expanded bit.
static void place_glwe(double *bit, const uint64_t *glwe, int row, int needs, const gadget_shape *g, char *scratch) {
  const int N = g->size, rows = g->columns * g->levels;
  double *reals = (double *)scratch, *fourier = reals + N;
  const int level = row - (g->columns - 1) * g->levels;
  double *message = level < 0 || !(needs & NEEDS_COPIES) ? NULL : bit + ggsw_words(g) + (size_t)level * message_row_words(g);
  for (int column = 0; column < g->columns; column++) {
    for (int j = 0; j < N; j++) reals[j] = (double)(int64_t)glwe[(size_t)column * (size_t)N + (size_t)j] * (1.0 / 4294967296.0);
    forward_reals(fourier, reals, N);
    place_row((vf64 *)bit, (const vf64 *)fourier, N, row, rows, column, g->columns);
    if (message == NULL) continue;
    double *copies = message + (size_t)column * 2 * (size_t)N;
    for (int j = 0; j < N; j++) { copies[j] = -reals[j]; copies[N + j] = reals[j]; }
  }
}

// The same of `count` message rows, of level `level` and the next ones, whose GLWEs lie one after the other: each vector of all rows at once,
// since vectors of one polynomial lie whole pages apart. `x`: room for all polynomials, `stride` vectors each; `reals`: for one.
static void place_message_rows(double *bit, const uint64_t *glwe, int level, int count, int needs, const gadget_shape *g, vf64 *x, size_t stride, double *reals) {
  const int N = g->size, rows = g->columns * g->levels, first = (g->columns - 1) * g->levels + level, polynomials = count * g->columns;
  double *copies = bit + ggsw_words(g) + (size_t)level * message_row_words(g);
  for (int p = 0; p < polynomials; p++, copies += 2 * (size_t)N) {
    for (int j = 0; j < N; j++) reals[j] = (double)(int64_t)glwe[(size_t)p * (size_t)N + (size_t)j] * (1.0 / 4294967296.0);
    if (needs & NEEDS_COPIES) for (int j = 0; j < N; j++) { copies[j] = -reals[j]; copies[N + j] = reals[j]; }
    forward_reals((double *)(x + (size_t)p * stride), reals, N);
  }
  for (int v = 0; v < N / 2 / LANES; v++) {
    vf64 *to = (vf64 *)bit + 2 * ((size_t)v * (size_t)(rows * g->columns) + (size_t)(first * g->columns));
    for (int p = 0; p < polynomials; p++) {
      to[2 * p] = x[(size_t)p * stride + 2 * (size_t)v];
      to[2 * p + 1] = x[(size_t)p * stride + 2 * (size_t)v + 1];
    }
  }
}

// ---- nodes -----------------------------------------------------------------------------------------------------------
// A trivial GLWE.
INLINE void place_leaf(int32_t *glwe, const int32_t *leaf, const int32_t *positions, int values, const gadget_shape *g) {
  const int N = g->size, mask = (g->columns - 1) * N;
  for (int j = 0; j < mask + N; j++) glwe[j] = 0;
  for (int v = 0; v < values; v++) glwe[mask + positions[v]] = leaf[v];
}

// Up to this many nonzero digits are multiplied with the rows' coefficients one by one; more go through the Fourier domain.
#define MOST_DIGITS 8
typedef struct { vf64 factor; const double *row; } leaf_digit;

INLINE void add_multiples(int32_t *to, const leaf_digit *digits, const int count, const int N) {
  typedef double vf64u __attribute__((vector_size(8 * LANES), aligned(8)));
  for (int j = 0; j < N / 2; j += LANES) {
    vf64 x = splat(0), y = splat(0);
    for (int q = 0; q < count; q++) {
      x += digits[q].factor * *(const vf64u *)(digits[q].row + j);
      y += digits[q].factor * *(const vf64u *)(digits[q].row + N / 2 + j);
    }
    add_rounded_pair(to + j, to + j, (size_t)N / 2, x, y);
  }
}

// Group-order transform of integers, and back, rounded and added.
NOINLINE void forward_integers(vf64 *x, const int32_t *integers, int N) {
  any_forward(x, integers, N);
  BY_SIZE(N, forward_groups, x);
}
NOINLINE void add_inverse(int32_t *to, vf64 *x, int N) {
  BY_SIZE(N, inverse_groups, x);
  any_inverse_add(to, to, x, N);
}

static void leaf_products(int32_t *to, const int32_t *digits, const double *bit, const gadget_shape *g, vf64 *digit_points, vf64 *x) {
  const size_t stride = fourier_stride(g->size) / sizeof(vf64);
  const int columns = g->columns, rows = columns * g->levels;
  for (int level = 0; level < g->levels; level++) forward_integers(digit_points + (size_t)level * stride, digits + level * g->size, g->size);
  for (int c = 0; c < columns; c++) {
    for (int v = 0; v < g->size / 2 / LANES; v++) {
      const vf64 *key = (const vf64 *)bit + 2 * ((size_t)v * (size_t)(rows * columns) + (size_t)((columns - 1) * g->levels * columns + c));
      vf64 re = splat(0), im = splat(0);
      for (int level = 0; level < g->levels; level++, key += 2 * columns) {
        const vf64 *d = digit_points + (size_t)level * stride + 2 * v;
        ADD_PRODUCT(re, im, d[0], d[1], key[0], key[1]);
      }
      x[2 * v] = re;
      x[2 * v + 1] = im;
    }
    add_inverse(to + c * g->size, x, g->size);
  }
}

INLINE size_t leaf_scratch_bytes(const gadget_shape *g) {
  return fourier_stride(g->size) * (size_t)(g->levels + 1) + (size_t)g->size * 4 * (size_t)g->levels;
}

// The top 32 - drop bits of a torus number, rounded, and the lowest digit of such a number, in [-B/2, B/2).
INLINE int32_t closest(uint32_t x, int drop) { return (int32_t)(x + (drop > 0 ? (uint32_t)1 << (drop - 1) : 0)) >> drop; }
INLINE int32_t low_digit(int32_t x, int b) { return (int32_t)(((uint32_t)x + ((uint32_t)1 << (b - 1))) & (((uint32_t)1 << b) - 1)) - (1 << (b - 1)); }

// to += low + bit * (high - low), for leaves low and high.
static void add_leaf_node(int32_t *to, const int32_t *low, const int32_t *high, const int32_t *positions, int values, const double *bit, const gadget_shape *g, char *scratch) {
  const int N = g->size, b = g->base_log, drop = 32 - b * g->levels;
  int32_t *body = to + (g->columns - 1) * N;
  leaf_digit digits[MOST_DIGITS];
  int32_t small[MAX_LEVELS];
  int count = 0;
  for (int v = 0; v < values; v++) {
    body[positions[v]] = (int32_t)((uint32_t)body[positions[v]] + (uint32_t)low[v]);
    int32_t rest = closest((uint32_t)high[v] - (uint32_t)low[v], drop);
    for (int level = g->levels - 1; level >= 0; level--) {
      const int32_t digit = level == 0 ? rest : low_digit(rest, b);
      rest = (rest - digit) >> b;
      if (digit == 0) continue;
      if (count < MOST_DIGITS) {
        digits[count].factor = splat((double)digit);
        digits[count].row = bit + ggsw_words(g) + (size_t)level * message_row_words(g) + (N - positions[v]);
      }
      count++;
    }
  }
  if (count <= MOST_DIGITS) {
    for (int c = 0; c < g->columns; c++) {
      if (count == 1) add_multiples(to + c * N, digits, 1, N);
      else add_multiples(to + c * N, digits, count, N);
      for (int q = 0; q < count; q++) digits[q].row += 2 * N;
    }
    return;
  }
  const size_t stride = fourier_stride(N);
  vf64 *digit_points = (vf64 *)scratch, *x = (vf64 *)(scratch + stride * (size_t)g->levels);
  int32_t *dense = (int32_t *)(scratch + stride * (size_t)(g->levels + 1));
  for (int j = 0; j < N * g->levels; j++) dense[j] = 0;
  for (int v = 0; v < values; v++) {
    int32_t rest = closest((uint32_t)high[v] - (uint32_t)low[v], drop);
    for (int level = g->levels - 1; level >= 0; level--) {
      small[level] = level == 0 ? rest : low_digit(rest, b);
      rest = (rest - small[level]) >> b;
      dense[level * N + positions[v]] += small[level];
    }
  }
  leaf_products(to, dense, bit, g, digit_points, x);
}

// to = (added ? to : 0) + a + b.
INLINE void add_children(int32_t *to, const int32_t *a, const int32_t *b, const size_t words, const int added) {
  for (size_t j = 0; j < words; j += WIDE) {
    const wi32 sum = *(const wi32 *)(a + j) + *(const wi32 *)(b + j);
    *(wi32 *)(to + j) = added ? sum + *(const wi32 *)(to + j) : sum;
  }
}
