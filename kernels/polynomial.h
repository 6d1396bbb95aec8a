// Products of torus polynomials (64-bit) with small integer polynomials, exact mod X^N + 1 and mod 2^64, through the f64 FFT:
// the torus side is split into signed limbs so that every product coefficient stays an integer below 2^51.
#pragma once
#include "fft.h"

// Bytes of scratch for the functions below.
#define POLYNOMIAL_SCRATCH(N) ((size_t)(N) * 8 * 2)

#define BY_POINTS(N, CALL)                            \
  do {                                                \
    if ((N) == 2048) { const int M = 1024; CALL; }    \
    else if ((N) == 1024) { const int M = 512; CALL; } \
    else { const int M = 256; CALL; }                 \
  } while (0)

// The last pass of a forward transform, left in group order: 2 * RADIX vectors (re, im alternating) a group.
INLINE void forward_groups(vf64 *fourier, const int M) {
  prefetch_cursor none = {0};
  for (int g = 0; g < M / GROUP; g++) {
    group_begin(fourier, g, M, &none, 0);
    points p;
    if (PAIRED(M) && (g & 1) == 0) {  // both groups of a pair are read before either is written
      points odd;
      group_forward(fourier, g, &p, M);
      group_forward(fourier, g + 1, &odd, M);
      store_points(fourier + 2 * g * RADIX, &p, 1, RADIX);
      store_points(fourier + 2 * (g + 1) * RADIX, &odd, 1, RADIX);
      g++;
      continue;
    }
    group_forward(fourier, g, &p, M);
    store_points(fourier + 2 * g * RADIX, &p, 1, RADIX);
  }
}
INLINE void inverse_groups(vf64 *x, const int M) {
  for (int g = 0; g < M / GROUP; g++) {
    points p, odd;
    load_points(&p, x + 2 * g * RADIX, 1, RADIX);
    if (PAIRED(M)) {
      load_points(&odd, x + 2 * (g + 1) * RADIX, 1, RADIX);
      group_inverse(x, g, &p, M);
      group_inverse(x, ++g, &odd, M);
    } else {
      group_inverse(x, g, &p, M);
    }
  }
}

// Passes that all transforms of a size share: compiled once a size, they keep the module and its build small.
#define SHARED_PASSES(M)                              \
  NOINLINE void forward_middle_##M(vf64 *x) {         \
    prefetch_cursor none = {0};                       \
    forward_middle(x, M, &none, 0);                   \
  }                                                   \
  NOINLINE void inverse_middle_##M(vf64 *x) {         \
    prefetch_cursor none = {0};                       \
    inverse_middle(x, M, &none, 0);                   \
  }                                                   \
  NOINLINE void forward_groups_##M(vf64 *x) { forward_groups(x, M); } \
  NOINLINE void inverse_groups_##M(vf64 *x) { inverse_groups(x, M); }
SHARED_PASSES(256)
SHARED_PASSES(512)
SHARED_PASSES(1024)
#define BY_SIZE(N, NAME, ...)                         \
  do {                                                \
    if ((N) == 2048) NAME##_1024(__VA_ARGS__);        \
    else if ((N) == 1024) NAME##_512(__VA_ARGS__);    \
    else NAME##_256(__VA_ARGS__);                     \
  } while (0)

// Forward transform of f64 coefficients, in group order.
NOINLINE void forward_reals(double *fourier, const double *coefficients, int N) {
  vf64 *x = (vf64 *)fourier;
  BY_POINTS(N, first_from_f64(x, coefficients, M));
  BY_SIZE(N, forward_middle, x);
  BY_SIZE(N, forward_groups, x);
}

// All but the last pass of the inverse of forward_reals.
INLINE void inverse_begin(vf64 *x, int N) {
  BY_SIZE(N, inverse_groups, x);
  BY_SIZE(N, inverse_middle, x);
}

// x *= y pointwise, both in group order.
static void multiply_points(vf64 *x, const vf64 *y, int M) {
  for (int v = 0; v < M / LANES; v++) {
    const vf64 a = x[2 * v], b = x[2 * v + 1], c = y[2 * v], d = y[2 * v + 1];
    x[2 * v] = a * c - b * d;
    x[2 * v + 1] = a * d + b * c;
  }
}

// The Fourier form (N f64) of a small integer polynomial. `scratch`: POLYNOMIAL_SCRATCH(N) bytes.
static void small_to_fourier(double *fourier, const int32_t *small, int N, double *scratch) {
  for (int j = 0; j < N; j++) scratch[j] = small[j];
  forward_reals(fourier, scratch, N);
}

// Signed limb `index` of `limbs` of every coefficient, as f64. Two limbs of 32 bits, or three of 22, 22 and 20.
NOINLINE void split_limb(double *restrict out, const uint64_t *restrict torus, int N, int limbs, int index) {
  if (limbs == 2) {
    if (index == 0) for (int j = 0; j < N; j++) out[j] = (double)(int32_t)torus[j];
    else for (int j = 0; j < N; j++) out[j] = (double)(int32_t)((torus[j] + 0x80000000u) >> 32);
    return;
  }
  for (int j = 0; j < N; j++) {
    const int64_t low = (int64_t)(torus[j] << 42) >> 42;
    const uint64_t rest = torus[j] - (uint64_t)low;
    const int64_t middle = (int64_t)(rest << 20) >> 42;
    const int64_t high = (int64_t)(rest - ((uint64_t)middle << 22)) >> 44;
    out[j] = (double)(index == 0 ? low : index == 1 ? middle : high);
  }
}
INLINE void add_shifted(uint64_t *out, vf64 x, int shift) {
  typedef uint64_t vu64 __attribute__((vector_size(8 * LANES)));
  *(vu64 *)out += (vu64)round_i64(x) << shift;
}
INLINE void add_limb_m(uint64_t *out, vf64 *x, const int M, int shift) {
  LAST_PASS(M, (add_shifted(out + at, re, shift), add_shifted(out + M + at, im, shift)), (void)0)
}
// out += 2^shift times the inverse transform of x, which is destroyed.
NOINLINE void add_limb(uint64_t *out, vf64 *x, int N, int shift) {
  inverse_begin(x, N);
  BY_POINTS(N, add_limb_m(out, x, M, shift));
}

// out += torus * small mod X^N + 1, mod 2^64. All blocks 64-byte aligned. Exact while the FFT's error stays below 1/2:
// limbs = 2 for |small|_2 <= 2^8 (binary keys), limbs = 3 for |small|_2 <= 2^17.
static void torus_mul_add(uint64_t *out, const uint64_t *torus, const double *fourier_small, int N, int limbs, double *scratch) {
  vf64 *x = (vf64 *)(scratch + N);
  for (int index = 0; index < limbs; index++) {
    split_limb(scratch, torus, N, limbs, index);
    forward_reals((double *)x, scratch, N);
    multiply_points(x, (const vf64 *)fourier_small, N / 2);
    add_limb(out, x, N, index * (limbs == 2 ? 32 : 22));
  }
}
