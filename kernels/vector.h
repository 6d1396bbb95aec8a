// The widest vectors of f64 that the target has, by the compiler's portable vector types. LANES is 8 (AVX-512), 4 (AVX2) or 2 (128 bits).
#pragma once
#include "abi.h"

#if defined(__AVX512F__) && defined(__AVX512DQ__) && !defined(VELUM_NO_AVX512)
#define LANES 8
#elif defined(__AVX2__) && defined(__FMA__)
#define LANES 4
#else
#define LANES 2
#endif
#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__wasm__)
#include <wasm_simd128.h>
#endif

typedef double vf64 __attribute__((vector_size(8 * LANES)));
typedef int32_t vi32 __attribute__((vector_size(4 * LANES)));      // as many i32 as there are f64
typedef int64_t vi64 __attribute__((vector_size(8 * LANES)));
typedef int32_t wi32 __attribute__((vector_size(8 * LANES)));      // a full vector of i32
typedef int32_t wi32u __attribute__((vector_size(8 * LANES), aligned(4)));
typedef uint32_t wu32 __attribute__((vector_size(8 * LANES)));
#define WIDE (2 * LANES)                                             // i32 in a full vector
#define SHUFFLE __builtin_shufflevector

INLINE vf64 splat(double x) {
#if LANES == 8
  return (vf64)_mm512_set1_pd(x);  // gcc 12 builds a loop-made broadcast from shuffles
#elif LANES == 4
  return (vf64)_mm256_set1_pd(x);
#else
  return (vf64){x, x};
#endif
}

// LANES signed 32-bit integers as f64.
INLINE vf64 from_i32(const int32_t *p) {
#if LANES == 8
  return (vf64)_mm512_cvtepi32_pd(*(const __m256i *)p);
#elif LANES == 4
  return (vf64)_mm256_cvtepi32_pd(*(const __m128i *)p);
#elif defined(__wasm__)
  return (vf64)wasm_f64x2_convert_low_i32x4(wasm_v128_load64_zero(p));
#else
  return __builtin_convertvector(*(const vi32 *)p, vf64);
#endif
}

#define ROUND_MAGIC 6755399441055744.0  // 1.5 * 2^52: adding it leaves the rounded integer in the low bits

#if LANES != 8
// x without its multiples of 2^32, |x| < 2^83, with the nearest integer mod 2^32 in the low 32 bits of each lane.
INLINE vf64 removed_multiples(vf64 x) {
  const vf64 high = splat(ROUND_MAGIC * 4294967296.0);
  return x - ((x + high) - high) + splat(ROUND_MAGIC);
}
// The nearest integers of x mod 2^32.
INLINE vi32 round_i32(vf64 x) {
  const wi32 bits = (wi32)removed_multiples(x);
#if LANES == 4
  return SHUFFLE(bits, bits, 0, 2, 4, 6);
#else
  return SHUFFLE(bits, bits, 0, 2);
#endif
}
#endif

// to[0..] = base[0..] + round(x), and the same `apart` words further with y.
INLINE void add_rounded_pair(int32_t *to, const int32_t *base, size_t apart, vf64 x, vf64 y) {
#if LANES == 8
  const __m512i low_words = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
  const __m512i rounded = _mm512_permutex2var_epi32(_mm512_cvtpd_epi64((__m512d)x), low_words, _mm512_cvtpd_epi64((__m512d)y));
  const __m512i bases = _mm512_inserti64x4(_mm512_castsi256_si512(*(const __m256i *)base), *(const __m256i *)(base + apart), 1);
  const __m512i sum = _mm512_add_epi32(bases, rounded);
  *(__m256i *)to = _mm512_castsi512_si256(sum);
  *(__m256i *)(to + apart) = _mm512_extracti64x4_epi64(sum, 1);
#elif defined(__wasm__)
  const wi32 low = (wi32)removed_multiples(x), high = (wi32)removed_multiples(y);
  const v128_t bases = wasm_v128_load64_lane(base + apart, wasm_v128_load64_zero(base), 1);
  const v128_t sum = wasm_i32x4_add(bases, wasm_i32x4_shuffle((v128_t)low, (v128_t)high, 0, 2, 4, 6));
  wasm_v128_store64_lane(to, sum, 0);
  wasm_v128_store64_lane(to + apart, sum, 1);
#else
  *(vi32 *)to = *(const vi32 *)base + round_i32(x);
  *(vi32 *)(to + apart) = *(const vi32 *)(base + apart) + round_i32(y);
#endif
}

// The nearest integers of x; |x| < 2^51.
INLINE vi64 round_i64(vf64 x) { return (vi64)(x + splat(ROUND_MAGIC)) - (vi64)splat(ROUND_MAGIC); }

// Keeps a loaded value in a register (gcc re-reads memory otherwise, and the load ports are the limit there).
#if defined(__x86_64__) && LANES == 8
#define PIN(x) __asm__("" : "+v"(x))
#elif defined(__x86_64__)
#define PIN(x) __asm__("" : "+x"(x))
#else
#define PIN(x)
#endif

#if defined(__wasm__)
#define PREFETCH(p)
#else
#define PREFETCH(p) __builtin_prefetch((p), 0, 2)
#endif
