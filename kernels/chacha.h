// Public masks: the ChaCha20 stream of RFC 8439, several blocks at a time, one block in each vector lane.
// key = 32-byte seed; nonce = domain tag (u32 LE), stream index (u64 LE); block counter from 0. The words of a stream are its
// key stream read as little-endian numbers, so equal seeds give equal masks on every machine.
#pragma once
#include "abi.h"

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "masks are little-endian words"
#endif

enum { DOMAIN_BOOTSTRAP_KEY = 1, DOMAIN_KEY_SWITCH_KEY = 2, DOMAIN_INPUT = 3, DOMAIN_PACKED = 4, DOMAIN_BITS = 5, DOMAIN_PACKING_KEY = 6, DOMAIN_PUBLIC_KEY = 7 };
enum { CHACHA_SEED_BYTES = 32, CHACHA_BLOCK_WORDS = 16 };

#if defined(__AVX512F__)
#define CHACHA_LANES 16
#define CHACHA_LOW 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23
#define CHACHA_HIGH 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31
#define CHACHA_LANE_NUMBERS { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 }
#elif defined(__AVX2__)
#define CHACHA_LANES 8
#define CHACHA_LOW 0, 8, 1, 9, 2, 10, 3, 11
#define CHACHA_HIGH 4, 12, 5, 13, 6, 14, 7, 15
#define CHACHA_LANE_NUMBERS { 0, 1, 2, 3, 4, 5, 6, 7 }
#else
#define CHACHA_LANES 4
#define CHACHA_LOW 0, 4, 1, 5
#define CHACHA_HIGH 2, 6, 3, 7
#define CHACHA_LANE_NUMBERS { 0, 1, 2, 3 }
#endif

typedef uint32_t chacha_lanes __attribute__((vector_size(4 * CHACHA_LANES)));
typedef uint8_t chacha_bytes __attribute__((vector_size(4 * CHACHA_LANES)));
typedef uint32_t chacha_store __attribute__((vector_size(4 * CHACHA_LANES), aligned(4), may_alias));

#define CHACHA_ROTATE(x, n) (((x) << (n)) | ((x) >> (32 - (n))))
#if CHACHA_LANES == 16
#define CHACHA_ROTATE_16(x) CHACHA_ROTATE(x, 16)
#define CHACHA_ROTATE_8(x) CHACHA_ROTATE(x, 8)
#else
// Rotations by whole bytes are one shuffle where there is no rotate instruction.
#define CHACHA_WORD_16(i) i + 2, i + 3, i, i + 1
#define CHACHA_WORD_8(i) i + 3, i, i + 1, i + 2
#if CHACHA_LANES == 8
#define CHACHA_EACH(word) word(0), word(4), word(8), word(12), word(16), word(20), word(24), word(28)
#else
#define CHACHA_EACH(word) word(0), word(4), word(8), word(12)
#endif
#define CHACHA_SHUFFLE(x, word) \
  ((chacha_lanes)__builtin_shufflevector((chacha_bytes)(x), (chacha_bytes)(x), CHACHA_EACH(word)))
#define CHACHA_ROTATE_16(x) CHACHA_SHUFFLE(x, CHACHA_WORD_16)
#define CHACHA_ROTATE_8(x) CHACHA_SHUFFLE(x, CHACHA_WORD_8)
#endif

#define CHACHA_QUARTER(a, b, c, d)                                 \
  a += b, d = CHACHA_ROTATE_16(d ^ a), c += d, b ^= c, b = CHACHA_ROTATE(b, 12), \
  a += b, d = CHACHA_ROTATE_8(d ^ a), c += d, b ^= c, b = CHACHA_ROTATE(b, 7)

// One perfect shuffle of a square of lanes rotates the bits of (row, lane) by one place; log2(lanes) of them transpose it.
INLINE void chacha_shuffle_rows(chacha_lanes *rows) {
  chacha_lanes out[CHACHA_LANES];
  for (int i = 0; i < CHACHA_LANES / 2; i++) {
    out[2 * i] = __builtin_shufflevector(rows[i], rows[i + CHACHA_LANES / 2], CHACHA_LOW);
    out[2 * i + 1] = __builtin_shufflevector(rows[i], rows[i + CHACHA_LANES / 2], CHACHA_HIGH);
  }
  for (int i = 0; i < CHACHA_LANES; i++) rows[i] = out[i];
}

// CHACHA_LANES consecutive blocks of the stream of `state` (whose word 12 is the first block's counter), in order.
NOINLINE void chacha_blocks(uint32_t *out, const uint32_t *state) {
  const chacha_lanes lane = CHACHA_LANE_NUMBERS;
  chacha_lanes start[16], x[16];
  for (int i = 0; i < 16; i++) start[i] = (chacha_lanes){} + state[i];
  start[12] += lane;
  for (int i = 0; i < 16; i++) x[i] = start[i];
  for (int round = 0; round < 10; round++) {
    CHACHA_QUARTER(x[0], x[4], x[8], x[12]);
    CHACHA_QUARTER(x[1], x[5], x[9], x[13]);
    CHACHA_QUARTER(x[2], x[6], x[10], x[14]);
    CHACHA_QUARTER(x[3], x[7], x[11], x[15]);
    CHACHA_QUARTER(x[0], x[5], x[10], x[15]);
    CHACHA_QUARTER(x[1], x[6], x[11], x[12]);
    CHACHA_QUARTER(x[2], x[7], x[8], x[13]);
    CHACHA_QUARTER(x[3], x[4], x[9], x[14]);
  }
  for (int i = 0; i < 16; i++) x[i] += start[i];
  for (int group = 0; group < 16; group += CHACHA_LANES) {
    for (int lanes = CHACHA_LANES; lanes > 1; lanes >>= 1) chacha_shuffle_rows(x + group);
    for (int block = 0; block < CHACHA_LANES; block++)
      *(chacha_store *)(out + block * CHACHA_BLOCK_WORDS + group) = x[group + block];
  }
}

INLINE uint32_t chacha_load(const uint8_t *bytes) {
  return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

// Words [16 first_block, 16 first_block + words) of stream `index` of `domain`. `out` needs 4-byte alignment only.
static void chacha_stream(uint32_t *out, size_t words, const uint8_t *seed, uint32_t domain, uint64_t index,
                          uint32_t first_block) {
  uint32_t state[16] = { 0x61707865, 0x3320646e, 0x79622d32, 0x6b206574 };
  for (int i = 0; i < 8; i++) state[4 + i] = chacha_load(seed + 4 * i);
  state[12] = first_block;
  state[13] = domain;
  state[14] = (uint32_t)index;
  state[15] = (uint32_t)(index >> 32);
  const size_t step = CHACHA_LANES * CHACHA_BLOCK_WORDS;
  for (; words >= step; words -= step, out += step, state[12] += CHACHA_LANES) chacha_blocks(out, state);
  if (words == 0) return;
  uint32_t last[CHACHA_LANES * CHACHA_BLOCK_WORDS];
  chacha_blocks(last, state);
  for (size_t i = 0; i < words; i++) out[i] = last[i];
}

// The mask of one GLWE ciphertext or any other run of 64-bit words.
INLINE void chacha_words64(uint64_t *out, size_t words, const uint8_t *seed, uint32_t domain, uint64_t index) {
  chacha_stream((uint32_t *)(void *)out, 2 * words, seed, domain, index, 0);
}

INLINE void chacha_words32(uint32_t *out, size_t words, const uint8_t *seed, uint32_t domain, uint64_t index) {
  chacha_stream(out, words, seed, domain, index, 0);
}
