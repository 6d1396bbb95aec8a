// Noise: TUniform(b), uniform on [-2^b, 2^b] with halved ends, sampled exactly from b + 2 random bits without a branch.
// Variance (2^(2b+1) + 1) / 6. The random bytes come from the host's cryptographic generator.
#pragma once
#include "abi.h"

// Random bytes that one sample consumes; b <= 62.
INLINE int tuniform_bytes(int b) { return (b + 2 + 7) / 8; }

// Of the 2^(b+2) values v, ceil(v/2) takes 0 and 2^(b+1) once and every value between them twice.
INLINE int64_t tuniform(uint64_t random, int b) {
  const uint64_t v = b == 62 ? random : random & (((uint64_t)1 << (b + 2)) - 1);
  return (int64_t)((v >> 1) + (v & 1) - ((uint64_t)1 << b));
}

// Sample `index` of a buffer that holds tuniform_bytes(b) bytes for each.
INLINE int64_t tuniform_at(const uint8_t *random, size_t index, int b) {
  const int bytes = tuniform_bytes(b);
  uint64_t word = 0;
  for (int i = 0; i < bytes; i++) word |= (uint64_t)random[index * (size_t)bytes + (size_t)i] << (8 * i);
  return tuniform(word, b);
}
