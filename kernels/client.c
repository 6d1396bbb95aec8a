// The secret side: keys, encryption, decryption. Everything here works on a workspace that the caller allocates, and zeroes when
// it is done. No branch and no address depends on a secret. Random bytes come from the host; see sampler.h for how noise uses them.
#include "initialise.h"
#include "bits.h"
#include "chacha.h"
#include "polynomial.h"
#include "sampler.h"

typedef struct {
  word k, N, n;
  uint64_t *big;    // k N key bits as words, all ones or zero
  uint32_t *small;  // n key bits as words, all ones or zero
  double *fourier;  // the k key polynomials, transformed
  uint64_t *mask;   // k N
  uint64_t *body;   // N
  double *scratch;
} client;

INLINE size_t aligned(size_t bytes) { return (bytes + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1); }

// Lays the workspace out behind its head; with a null head it only counts the bytes.
static size_t lay_out(client *c, word k, word N, word n) {
  const size_t words = 8 * (size_t)k * (size_t)N;
  const size_t sizes[] = { aligned(sizeof(client)), words, aligned(4 * (size_t)n), words, words, 8 * (size_t)N,
                           aligned(POLYNOMIAL_SCRATCH(N) + 8 * (size_t)N) };
  char *starts[7], *base = (char *)c;
  size_t at = 0;
  for (word i = 0; i < 7; i++) { starts[i] = base + at; at += sizes[i]; }
  if (c)
    *c = (client){ k, N, n, (uint64_t *)(void *)starts[1], (uint32_t *)(void *)starts[2], (double *)(void *)starts[3],
                   (uint64_t *)(void *)starts[4], (uint64_t *)(void *)starts[5], (double *)(void *)starts[6] };
  return at;
}

EXPORT word velum_client_bytes(word k, word N, word n) { return (word)lay_out(NULL, k, N, n); }

// `bits`: k N bits of the GLWE key, then n bits of the small key, lowest bit of a byte first.
EXPORT void velum_client_open(client *c, const uint8_t *bits, word k, word N, word n) {
  lay_out(c, k, N, n);
  const word big = k * N;
  for (word i = 0; i < big; i++) c->big[i] = -(uint64_t)(bits[i >> 3] >> (i & 7) & 1);
  for (word i = 0; i < n; i++) c->small[i] = -(uint32_t)(bits[(big + i) >> 3] >> (i & 7) & 1);
  int32_t *polynomial = (int32_t *)(void *)c->body;
  for (word p = 0; p < k; p++) {
    for (word j = 0; j < N; j++) polynomial[j] = (int32_t)(c->big[p * N + j] & 1);
    small_to_fourier(c->fourier + p * N, polynomial, (int)N, c->scratch);
  }
}

// body = <mask, key>, as a polynomial: products are added in the Fourier domain, so that each half of the words returns once.
static void mask_times_key(client *c) {
  const int N = (int)c->N;
  double *points = c->scratch + N, *sums = points + N;
  for (int j = 0; j < N; j++) c->body[j] = 0;
  for (int half = 0; half < 2; half++) {
    for (int j = 0; j < N; j++) sums[j] = 0;
    for (word p = 0; p < c->k; p++) {
      split_limb(c->scratch, c->mask + p * c->N, N, 2, half);
      forward_reals(points, c->scratch, N);
      multiply_points((vf64 *)points, (const vf64 *)(c->fourier + p * c->N), N / 2);
      for (int j = 0; j < N; j++) sums[j] += points[j];
    }
    add_limb(c->body, (vf64 *)sums, N, 32 * half);
  }
}

#include "decision_client.h"

// Rows [first, first + count) of the bootstrap key: 48-bit bodies of GLWE encryptions of -s_i g S_r (r < k) or s_i g (r = k),
// rows ordered (i, r, level), g = 2^(64 - base_log (level + 1)). `random`: tuniform_bytes(noise) bytes a coefficient.
EXPORT void velum_bootstrap_key_rows(client *c, uint8_t *out, const uint8_t *seed, const uint8_t *random, word first, word count,
                                     word base_log, word levels, word noise) {
  const word N = c->N;
  const word rows = (c->k + 1) * levels;
  for (word row = first; row < first + count; row++) {
    chacha_words64(c->mask, (size_t)c->k * (size_t)N, seed, DOMAIN_BOOTSTRAP_KEY, (uint64_t)row);
    ggsw_body(c, (uint64_t)(c->small[row / rows] & 1), row % rows, random, base_log, levels, noise);
    bits_pack(out, c->body, (size_t)N, 48);
    out += 6 * N;
    random += N * tuniform_bytes((int)noise);
  }
}

// Rows [first, first + count) of the key-switch key: 32-bit bodies of LWE encryptions under the small key of
// S_i 2^(32 - base_log (level + 1)), rows ordered (i, level). `random`: tuniform_bytes(noise) bytes a row.
EXPORT void velum_key_switch_key_rows(client *c, uint32_t *out, const uint8_t *seed, const uint8_t *random, word first, word count,
                                      word base_log, word levels, word noise) {
  uint32_t *mask = (uint32_t *)(void *)c->mask;
  for (word row = first; row < first + count; row++) {
    const word level = row % levels, i = row / levels;
    chacha_words32(mask, (size_t)c->n, seed, DOMAIN_KEY_SWITCH_KEY, (uint64_t)row);
    uint32_t sum = 0;
    for (word t = 0; t < c->n; t++) sum += mask[t] & c->small[t];
    sum += (uint32_t)tuniform_at(random, (size_t)(row - first), (int)noise);
    out[row - first] = sum + ((uint32_t)(c->big[i] & 1) << (32 - base_log * (level + 1)));
  }
}

// Bodies of the public key: k GLWE encryptions of zero, all 64 bits of every coefficient. `random`: tuniform_bytes(noise) bytes a coefficient.
EXPORT void velum_public_key_rows(client *c, uint8_t *out, const uint8_t *seed, const uint8_t *random, word noise) {
  for (word row = 0; row < c->k; row++) {
    chacha_words64(c->mask, (size_t)c->k * (size_t)c->N, seed, DOMAIN_PUBLIC_KEY, (uint64_t)row);
    mask_times_key(c);
    for (word j = 0; j < c->N; j++) c->body[j] += (uint64_t)tuniform_at(random, (size_t)(row * c->N + j), (int)noise);
    bits_pack(out + 8 * row * c->N, c->body, (size_t)c->N, 64);
  }
}

// Bodies of GLWE number `index` of an input: `count` <= N integers times 2^delta, rounded to `width` bits and packed.
EXPORT void velum_encrypt(client *c, uint8_t *out, const uint8_t *seed, const uint8_t *random, const double *values, word index,
                          word count, word delta, word width, word noise) {
  chacha_words64(c->mask, (size_t)c->k * (size_t)c->N, seed, DOMAIN_INPUT, (uint64_t)index);
  mask_times_key(c);
  for (word j = 0; j < count; j++)
    c->body[j] += ((uint64_t)(int64_t)values[j] << delta) + (uint64_t)tuniform_at(random, (size_t)j, (int)noise);
  bits_pack(out, c->body, (size_t)count, (int)width);
}

// The nearest multiple of 2^delta, its factor mod 2^bits; bits <= 53, delta + bits <= 64.
INLINE double decode(uint64_t phase, word delta, word bits, word is_signed) {
  const uint64_t message = (phase + ((uint64_t)1 << delta >> 1)) >> delta << (64 - bits);
  return is_signed ? (double)((int64_t)message >> (64 - bits)) : (double)(message >> (64 - bits));
}

// Decodes `count` <= N listed coefficients of one GLWE: k N mask words, then the listed bodies, `width` bits each.
EXPORT void velum_decrypt_glwe(client *c, double *out, const uint8_t *in, const int32_t *coefficients, word count, word width,
                               word delta, word bits, word is_signed) {
  const size_t words = (size_t)c->k * (size_t)c->N;
  bits_unpack(c->mask, in, words, (int)width);
  mask_times_key(c);
  bits_unpack(c->mask, in + bits_bytes(words, (int)width), (size_t)count, (int)width);
  for (word j = 0; j < count; j++) out[j] = decode(c->mask[j] - c->body[coefficients[j]], delta, bits, is_signed);
}

// Decodes `count` LWE ciphertexts under the big key: k N mask words and a body, `width` bits each, byte-aligned.
EXPORT void velum_decrypt_lwe(client *c, double *out, const uint8_t *in, word count, word width, word delta, word bits, word is_signed) {
  const size_t words = (size_t)c->k * (size_t)c->N;
  for (word i = 0; i < count; i++) {
    bits_unpack(c->mask, in, words, (int)width);
    bits_unpack(c->body, in + bits_bytes(words, (int)width), 1, (int)width);
    uint64_t phase = c->body[0];
    for (size_t j = 0; j < words; j++) phase -= c->mask[j] & c->big[j];
    out[i] = decode(phase, delta, bits, is_signed);
    in += bits_bytes(words, (int)width) + bits_bytes(1, (int)width);
  }
}

// For checks against other implementations: words of a mask stream, and noise samples from given random bytes.
EXPORT void velum_mask_words(uint32_t *out, word words, const uint8_t *seed, word domain, word low, word high, word block) {
  chacha_stream(out, (size_t)words, seed, (uint32_t)domain, (uint64_t)high << 32 | (uint32_t)low, (uint32_t)block);
}
EXPORT void velum_noise(double *out, const uint8_t *random, word count, word noise) {
  for (word i = 0; i < count; i++) out[i] = (double)tuniform_at(random, (size_t)i, (int)noise);
}
