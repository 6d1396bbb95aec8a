// Answers that tell nothing but their values: re-randomised with the client's public key, then flooded (included by eval.c).
#pragma once
#include "sampler.h"

// The public key, k GLWE encryptions of zero: k (k + 1) polynomials of N torus words.
EXPORT word velum_public_key_bytes(word N, word k) { return k * (k + 1) * N * 8; }

// All rows: masks from the seed, 64-bit bodies from the wire.
EXPORT void velum_expand_public_key(uint64_t *key, const uint8_t *seed, const uint8_t *bodies, word N, word k) {
  for (word row = 0; row < k; row++, key += (k + 1) * N, bodies += 8 * N) {
    chacha_words64(key, (size_t)(k * N), seed, DOMAIN_PUBLIC_KEY, (uint64_t)row);
    for (word j = 0; j < N; j++) key[k * N + j] = bits_load(bodies + 8 * j, 8);
  }
}

// Fourier form of a small polynomial, its coefficients, and the product's scratch.
#define PROTECT_SCRATCH(N) ((size_t)(N) * 12 + POLYNOMIAL_SCRATCH(N))
EXPORT word velum_protect_scratch_bytes(word N) { return (word)PROTECT_SCRATCH(N); }

// glwe += the sum over rows of r_row * public key row with binary r, and TUniform(noise) on every mask coefficient. `random`: k N bits r, then
// k N tuniform_bytes(noise) bytes. Leaves no randomness in the scratch.
INLINE void add_zero(uint64_t *glwe, const uint8_t *random, const uint64_t *row, word N, word k, word noise, char *scratch) {
  double *fourier = (double *)scratch, *work = fourier + N;
  int32_t *small = (int32_t *)(scratch + (word)POLYNOMIAL_SCRATCH(N) + 8 * N);
  for (word i = 0; i < k; i++, row += (k + 1) * N) {
    for (word j = 0; j < N; j++) small[j] = random[(i * N + j) >> 3] >> (j & 7) & 1;
    small_to_fourier(fourier, small, (int)N, work);
    for (word c = 0; c <= k; c++) torus_mul_add(glwe + c * N, row + c * N, fourier, (int)N, 2, work);
  }
  for (word j = 0; j < k * N; j++) glwe[j] += (uint64_t)tuniform_at(random + k * N / 8, (size_t)j, (int)noise);
  for (word j = 0; j < N; j++) { small[j] = 0; fourier[j] = 0; }
}

// Item = result GLWE at `out`: adds the sum over rows of r_row * public key row with binary r, TUniform(noise) to every mask coefficient, and a
// number uniform on [-2^flood, 2^flood) to every body at `positions` (-1: none). flood <= 62.
// The request holds the randomness at `in`, for every item: k N bits r, k N tuniform_bytes(noise) bytes, 8 read bytes. It is overwritten
// with zeros as soon as it is used.
EXPORT void velum_stage_protect(STAGE, word in, word N, word k, word positions, word read, word noise, word flood, word public_key, word out) {
  const word secret = k * N / 8, error = k * N * tuniform_bytes((int)noise), bytes = secret + error + 8 * read;
  for (word item = begin; item < end; item++) {
    uint8_t *random = (uint8_t *)REQUEST(item) + in + INDEX(item) * bytes;
    uint64_t *glwe = (uint64_t *)(REQUEST(item) + out) + (size_t)(INDEX(item) * (k + 1) * N);
    add_zero(glwe, random, (const uint64_t *)(keys + public_key), N, k, noise, scratch);
    const int32_t *at = (const int32_t *)(constants + positions) + INDEX(item) * read;
    for (word q = 0; q < read; q++) {
      const int64_t word64 = (int64_t)bits_load(random + secret + error + 8 * q, 8);
      if (at[q] >= 0) glwe[k * N + at[q]] += (uint64_t)(word64 >> (63 - flood));
    }
    for (word j = 0; j < bytes; j++) random[j] = 0;
  }
}

EXPORT word velum_protect_lwe_scratch_bytes(word N, word k) { return (word)PROTECT_SCRATCH(N) + 64 + (k + 1) * N * 8; }

// Item = LWE on the 32-bit torus at `in`, plus coefficient 0 of such an encryption of zero and a number uniform on [-2^flood, 2^flood), rounded
// to 32 bits at `out`. The request holds the randomness at `random_at` as above, 8 bytes for the body. flood <= 62.
EXPORT void velum_stage_protect_lwe(STAGE, word in, word random_at, word N, word k, word noise, word flood, word public_key, word out) {
  (void)constants;
  const word secret = k * N / 8, error = k * N * tuniform_bytes((int)noise), bytes = secret + error + 8, dimension = k * N;
  uint64_t *glwe = (uint64_t *)(scratch + (((word)PROTECT_SCRATCH(N) + 63) & ~(word)63));
  for (word item = begin; item < end; item++) {
    uint8_t *random = (uint8_t *)REQUEST(item) + random_at + INDEX(item) * bytes;
    const uint32_t *from = (const uint32_t *)(REQUEST(item) + in + (word)lwe_bytes(dimension) * INDEX(item));
    uint32_t *to = (uint32_t *)(REQUEST(item) + out + (word)lwe_bytes(dimension) * INDEX(item));
    for (word j = 0; j < (k + 1) * N; j++) glwe[j] = 0;
    add_zero(glwe, random, (const uint64_t *)(keys + public_key), N, k, noise, scratch);
    const uint64_t body = glwe[dimension] + (uint64_t)((int64_t)bits_load(random + secret + error, 8) >> (63 - flood));
    for (word i = 0; i < k; i++) for (word j = 0; j < N; j++) {
      const uint64_t a = j == 0 ? glwe[i * N] : 0u - glwe[i * N + N - j];
      to[i * N + j] = from[i * N + j] + (uint32_t)((a + 0x80000000u) >> 32);
    }
    to[dimension] = from[dimension] + (uint32_t)((body + 0x80000000u) >> 32);
    for (word j = 0; j < bytes; j++) random[j] = 0;
    for (word j = 0; j < (k + 1) * N; j++) glwe[j] = 0;
  }
}
