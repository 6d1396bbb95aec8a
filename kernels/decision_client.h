// Encrypted bits for decision diagrams (included by client.c).
#pragma once

// body = <mask, key> + noise + message row `row` of a GGSW of `bit` (0 or 1), rows ordered (part, level): -bit g s_part for part < k, bit g
// for part = k, g = 2^(64 - base_log (level + 1)). The mask is in place.
static void ggsw_body(client *c, uint64_t bit, word row, const uint8_t *random, word base_log, word levels, word noise) {
  const word N = c->N, level = row % levels, part = row / levels;
  const uint64_t gadget = bit << (64 - base_log * (level + 1));
  mask_times_key(c);
  for (word j = 0; j < N; j++) c->body[j] += (uint64_t)tuniform_at(random, (size_t)j, (int)noise);
  if (part == c->k) c->body[0] += gadget;
  else for (word j = 0; j < N; j++) c->body[j] -= gadget & c->big[part * N + j];
}

// Bodies of rows [first, first + count) of GGSWs of `bits` (a byte each, 0 or 1), rows ordered (bit, part, level), `width` bits a number.
// `random`: tuniform_bytes(noise) bytes a coefficient.
EXPORT void velum_encrypt_bits(client *c, uint8_t *out, const uint8_t *seed, const uint8_t *random, const uint8_t *bits, word first, word count,
                               word base_log, word levels, word width, word noise) {
  const word N = c->N, rows = (c->k + 1) * levels;
  for (word row = first; row < first + count; row++) {
    chacha_words64(c->mask, (size_t)c->k * (size_t)N, seed, DOMAIN_BITS, (uint64_t)row);
    ggsw_body(c, (uint64_t)bits[row / rows], row % rows, random, base_log, levels, noise);
    bits_pack(out, c->body, (size_t)N, (int)width);
    out += N * width / 8;
    random += N * tuniform_bytes((int)noise);
  }
}

// Adds `count` bodies' worth of a packed upload: numbers [0, held apart) of GLWE `index`, apart = N / 2^steps. Row i < held encrypts bit
// bits[i / levels] times 2^(64 - base_log (i % levels + 1) - steps) at coefficient reverse(i); `first` is the number of the GLWE's first row.
EXPORT void velum_encrypt_packed_bits(client *c, uint8_t *out, const uint8_t *seed, const uint8_t *random, const uint8_t *bits, word index,
                                      word held, word steps, word base_log, word levels, word width, word noise) {
  const word N = c->N, apart = N >> steps, first = index << steps;
  chacha_words64(c->mask, (size_t)c->k * (size_t)N, seed, DOMAIN_PACKED, (uint64_t)index);
  mask_times_key(c);
  for (word i = 0; i < held; i++) {
    word at = 0;
    for (word b = 0; b < steps; b++) at |= (i >> b & 1) << (steps - 1 - b);
    const word row = first + i, level = row % levels;
    c->body[at] += (uint64_t)bits[row / levels] << (64 - base_log * (level + 1) - steps);
    for (word t = 0; t < apart; t++)
      c->mask[i * apart + t] = c->body[at + (t << steps)] + (uint64_t)tuniform_at(random, (size_t)(i * apart + t), (int)noise);
  }
  bits_pack(out, c->mask, (size_t)(held * apart), (int)width);
}

// Rows [first, first + count) of the packing key, `width` bits a number. First, for every keyed step j, part i < k and expansion level, the
// image of s_i under X -> X^(N / 2^j + 1); then for every pair i <= j and conversion level s_i s_j; times 2^(64 - base_log (level + 1)).
// `shape`: N, k, steps, keyed, expansion levels, base_log, conversion levels, base_log. `message`: N words.
EXPORT void velum_packing_key_rows(client *c, uint8_t *out, const uint8_t *seed, const uint8_t *random, word first, word count,
                                   const int32_t *shape, uint64_t *message, word width, word noise) {
  const word N = c->N, k = c->k;
  word keyed = 0;
  for (word j = 0; j < shape[2]; j++) keyed += shape[3] >> j & 1;
  const word expansion = keyed * k * shape[4];
  for (word row = first; row < first + count; row++) {
    word gadget;
    for (word j = 0; j < N; j++) message[j] = 0;
    if (row < expansion) {
      const word level = row % shape[4], i = row / shape[4] % k;
      word number = row / shape[4] / k, step = 0;
      while (!(shape[3] >> step & 1) || number-- > 0) step++;
      const word g = (N >> step) + 1;
      for (word j = 0, e = 0; j < N; j++, e = (e + g) & (2 * N - 1)) {
        const uint64_t bit = c->big[i * N + j] & 1;
        message[e & (N - 1)] = e < N ? bit : 0u - bit;
      }
      gadget = 64 - shape[5] * (level + 1);
    } else {
      const word level = (row - expansion) % shape[6];
      word pair = (row - expansion) / shape[6], i = 0;
      while (pair >= k - i) pair -= k - i++;
      for (word j = 0; j < N; j++) c->body[j] = c->big[i * N + j] & 1;
      torus_mul_add(message, c->body, c->fourier + (i + pair) * N, (int)N, 2, c->scratch);
      gadget = 64 - shape[7] * (level + 1);
    }
    chacha_words64(c->mask, (size_t)k * (size_t)N, seed, DOMAIN_PACKING_KEY, (uint64_t)row);
    mask_times_key(c);
    for (word j = 0; j < N; j++) c->body[j] += (message[j] << gadget) + (uint64_t)tuniform_at(random, (size_t)j, (int)noise);
    bits_pack(out, c->body, (size_t)N, (int)width);
    out += N * width / 8;
    random += N * tuniform_bytes((int)noise);
  }
}
