// Torus words on the wire: only their top `width` bits travel, rounded to nearest, packed without gaps, lowest bit first.
#pragma once
#include "abi.h"

INLINE size_t bits_bytes(size_t count, int width) { return (count * (size_t)width + 7) / 8; }

// The top `width` bits (1..64) of a 64-bit torus word, to nearest; a carry out of the top is a turn of the torus.
INLINE uint64_t bits_round(uint64_t word, int width) {
  return width == 64 ? word : (word + ((uint64_t)1 << (63 - width))) >> (64 - width);
}

typedef uint64_t bits_word __attribute__((aligned(1), may_alias));

INLINE void bits_store(uint8_t *out, uint64_t word, int bytes) {
  for (int i = 0; i < bytes; i++) out[i] = (uint8_t)(word >> (8 * i));
}

INLINE uint64_t bits_load(const uint8_t *in, int bytes) {
  uint64_t word = 0;
  for (int i = 0; i < bytes; i++) word |= (uint64_t)in[i] << (8 * i);
  return word;
}

// Rounds and packs `count` words; writes bits_bytes(count, width) bytes, the spare bits of the last one zero.
static void bits_pack(uint8_t *out, const uint64_t *words, size_t count, int width) {
  uint64_t pending = 0;
  int filled = 0;
  for (size_t i = 0; i < count; i++) {
    const uint64_t value = bits_round(words[i], width);
    pending |= value << filled;
    if (filled + width >= 64) {
      *(bits_word *)out = pending;
      out += 8;
      pending = filled == 0 ? 0 : value >> (64 - filled);
      filled += width - 64;
      if (filled == 0) pending = 0;
    } else {
      filled += width;
    }
  }
  bits_store(out, pending, (filled + 7) / 8);
}

// The inverse: words with the travelled bits on top and zeros below. Reads bits_bytes(count, width) bytes, not one more.
static void bits_unpack(uint64_t *words, const uint8_t *in, size_t count, int width) {
  size_t left = bits_bytes(count, width);
  uint64_t pending = 0;
  int filled = 0;
  for (size_t i = 0; i < count; i++) {
    uint64_t value = pending;
    if (filled < width) {
      const int bytes = left < 8 ? (int)left : 8;
      const uint64_t next = bytes == 8 ? *(const bits_word *)in : bits_load(in, bytes);
      in += bytes;
      left -= (size_t)bytes;
      value |= filled == 0 ? next : next << filled;
      const int used = width - filled;
      pending = used == 64 ? 0 : next >> used;
      filled = 64 - used;
    } else {
      pending = width == 64 ? 0 : pending >> width;
      filled -= width;
    }
    words[i] = value << (64 - width);
  }
}
