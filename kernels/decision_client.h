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
