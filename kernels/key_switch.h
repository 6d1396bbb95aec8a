// Key switch of a batch from the big LWE key to the small one, on the 32-bit torus, exact mod 2^32.
//
// Key words travel through the multipliers as two signed 16-bit halves: sum of digit * low + (digit * high << 16). Rows come in
// pairs, [tile of columns][pair of rows][low halves, high halves], so that one instruction multiplies and adds two rows.
#pragma once
#include "vector.h"

#if defined(__AVX512VNNI__) && LANES == 8
typedef __m512i switch_vector;
#define SWITCH_COLUMNS 16
#define SWITCH_DOT(sum, key, pair) _mm512_dpwssd_epi32(sum, key, _mm512_set1_epi32(pair))
#define SWITCH_ZERO _mm512_setzero_si512()
#elif defined(__AVX512BW__) && LANES == 8
typedef __m512i switch_vector;
#define SWITCH_COLUMNS 16
#define SWITCH_DOT(sum, key, pair) _mm512_add_epi32(sum, _mm512_madd_epi16(key, _mm512_set1_epi32(pair)))
#define SWITCH_ZERO _mm512_setzero_si512()
#elif defined(__AVX2__)
typedef __m256i switch_vector;
#define SWITCH_COLUMNS 8
#define SWITCH_DOT(sum, key, pair) _mm256_add_epi32(sum, _mm256_madd_epi16(key, _mm256_set1_epi32(pair)))
#define SWITCH_ZERO _mm256_setzero_si256()
#elif defined(__x86_64__)
typedef __m128i switch_vector;
#define SWITCH_COLUMNS 4
#define SWITCH_DOT(sum, key, pair) _mm_add_epi32(sum, _mm_madd_epi16(key, _mm_set1_epi32(pair)))
#define SWITCH_ZERO _mm_setzero_si128()
#elif defined(__wasm__)
typedef v128_t switch_vector;
#define SWITCH_COLUMNS 4
#define SWITCH_DOT(sum, key, pair) wasm_i32x4_add(sum, wasm_i32x4_dot_i16x8(key, wasm_i32x4_splat(pair)))
#define SWITCH_ZERO wasm_i32x4_splat(0)
#else
typedef int32_t switch_vector __attribute__((vector_size(16)));
typedef int16_t switch_halves __attribute__((vector_size(16)));
typedef int16_t switch_four __attribute__((vector_size(8)));
#define SWITCH_COLUMNS 4
INLINE switch_vector switch_dot(switch_vector sum, switch_vector key, int32_t pair) {
  const switch_halves h = (switch_halves)key;
  const switch_vector even = __builtin_convertvector((switch_four)SHUFFLE(h, h, 0, 2, 4, 6), switch_vector);
  const switch_vector odd = __builtin_convertvector((switch_four)SHUFFLE(h, h, 1, 3, 5, 7), switch_vector);
  return sum + even * (int32_t)(int16_t)pair + odd * (pair >> 16);
}
#define SWITCH_DOT(sum, key, pair) switch_dot(sum, key, pair)
#define SWITCH_ZERO ((switch_vector){0, 0, 0, 0})
#endif

#define SWITCH_BATCH 8

typedef struct {
  int from;      // big dimension, k N
  int to;        // small dimension, n
  int levels;
  int base_log;
} switch_shape;

INLINE int switch_tiles(const switch_shape *s) { return (s->to + SWITCH_COLUMNS) / SWITCH_COLUMNS; }
INLINE size_t switch_key_bytes(const switch_shape *s) {
  return (size_t)switch_tiles(s) * (size_t)(s->from * s->levels) * sizeof(switch_vector) + 4096;
}
INLINE size_t switch_scratch_bytes(const switch_shape *s) { return (size_t)(s->from * s->levels / 2) * SWITCH_BATCH * 4; }

// Puts key word `value` of (row, column) where the kernel reads it.
INLINE void switch_key_store(int16_t *key, const switch_shape *s, int row, int column, uint32_t value) {
  const size_t pairs = (size_t)(s->from * s->levels / 2);
  const int16_t low = (int16_t)value, high = (int16_t)((value - (uint32_t)(int32_t)low) >> 16);
  const size_t at = (((size_t)(column / SWITCH_COLUMNS) * pairs + (size_t)(row / 2)) * 2 * SWITCH_COLUMNS + (size_t)(column % SWITCH_COLUMNS)) * 2 + (size_t)(row & 1);
  key[at] = low;
  key[at + 2 * SWITCH_COLUMNS] = high;
}

INLINE void switch_tile(const switch_vector *key, const int32_t *pairs, size_t count, uint32_t *const *out, int column, int columns, const int batch) {
  switch_vector low[SWITCH_BATCH], high[SWITCH_BATCH];
  for (int b = 0; b < batch; b++) low[b] = high[b] = SWITCH_ZERO;
  for (size_t r = 0; r < count; r++, key += 2, pairs += SWITCH_BATCH) {
    const switch_vector kl = key[0], kh = key[1];
    PREFETCH((const char *)key + 4096);
#pragma GCC unroll 8
    for (int b = 0; b < batch; b++) {
      low[b] = SWITCH_DOT(low[b], kl, pairs[b]);
      high[b] = SWITCH_DOT(high[b], kh, pairs[b]);
    }
  }
  for (int b = 0; b < batch; b++) {
    const uint32_t *l = (const uint32_t *)&low[b], *h = (const uint32_t *)&high[b];
    for (int c = 0; c < columns; c++) out[b][column + c] -= l[c] + (h[c] << 16);
  }
}
#define SWITCH_TILE(BATCH) \
  NOINLINE void switch_tile_##BATCH(const switch_vector *key, const int32_t *pairs, size_t count, uint32_t *const *out, int column, int columns) { \
    switch_tile(key, pairs, count, out, column, columns, BATCH); \
  }
SWITCH_TILE(1)
SWITCH_TILE(2)
SWITCH_TILE(4)
#if LANES == 8
SWITCH_TILE(8)
#endif

// out[i] (n + 1 words) = key switch of in[i] (k N + 1 words), i < count <= SWITCH_BATCH.
static void key_switch(uint32_t *const *out, const uint32_t *const *in, int count, const switch_vector *key, const switch_shape *s, int32_t *scratch) {
  const int used = s->levels * s->base_log, drop = 32 - used, b = s->base_log, levels = s->levels;
  const int32_t half = 1 << (b - 1), low_bits = (1 << b) - 1;
  const size_t pairs = (size_t)(s->from * levels / 2);
  for (int i = 0; i < count; i++) {
    for (int c = 0; c <= s->to; c++) out[i][c] = 0;
    out[i][s->to] = in[i][s->from];
    int16_t *digits = (int16_t *)scratch;
    for (int j = 0; j < s->from; j++) {
      int32_t v = (int32_t)(in[i][j] + ((uint32_t)1 << (drop - 1))) >> drop;
      for (int level = levels - 1; level >= 0; level--) {
        const int32_t digit = level == 0 ? v : ((v + half) & low_bits) - half;
        const int row = j * levels + level;
        digits[((size_t)(row / 2) * SWITCH_BATCH + (size_t)i) * 2 + (size_t)(row & 1)] = (int16_t)digit;
        v = (v - digit) >> b;
      }
    }
  }
  for (int t = 0; t < switch_tiles(s); t++) {
    const switch_vector *tile = key + (size_t)t * pairs * 2;
    const int column = t * SWITCH_COLUMNS, rest = s->to + 1 - column, columns = rest < SWITCH_COLUMNS ? rest : SWITCH_COLUMNS;
    int done = 0;
#if LANES == 8
    for (; count - done >= 8; done += 8) switch_tile_8(tile, scratch + done, pairs, out + done, column, columns);
#endif
    for (; count - done >= 4; done += 4) switch_tile_4(tile, scratch + done, pairs, out + done, column, columns);
    for (; count - done >= 2; done += 2) switch_tile_2(tile, scratch + done, pairs, out + done, column, columns);
    for (; count - done >= 1; done += 1) switch_tile_1(tile, scratch + done, pairs, out + done, column, columns);
  }
}
