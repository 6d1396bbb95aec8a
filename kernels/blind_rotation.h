// Blind rotation of a batch, key-major: every GGSW of the bootstrap key is read once and applied to all accumulators of the batch.
//
// Extended (Lee & Yoon, eprint 2023/402): a test polynomial of size N * E is E interleaved polynomials of size N, coefficient t at
// component t mod E, position t / E. Multiplying by Y^a moves component j - r to j (a = E h + r) and rotates it by X^h, or X^(h+1)
// where the index wrapped; every component meets the same GGSW.
#pragma once
#include "external_product.h"

typedef struct {
  gadget_shape gadget;
  int dimension;      // n of the small LWE key
  int extension_log;  // log2 E
  int tables_log;     // log2 of the tables read from one rotation
} rotation_shape;

INLINE size_t accumulator_words(const rotation_shape *s) { return ((size_t)(s->gadget.size * s->gadget.columns)) << s->extension_log; }
// Accumulators lie a little more than a power of two apart.
INLINE size_t accumulator_stride(const rotation_shape *s) { return accumulator_words(s) * 4 + 256; }
INLINE int accumulator_copies(const rotation_shape *s) { return s->extension_log > 0 ? 2 : 1; }

// Centred modulus switch to 2 N E: `out` gets n + 1 exponents, multiples of 2^tables_log. The expected contribution of the mask's
// rounding errors (half their sum, for a binary key) goes to the body; the body is floored, so boxes are symmetric in real terms.
static void modulus_switch(uint32_t *out, const uint32_t *lwe, const rotation_shape *s) {
  const int log = log2_of(2 * s->gadget.size) + s->extension_log - s->tables_log, shift = 32 - log;
  const uint32_t half = (uint32_t)1 << (shift - 1), mask = ((uint32_t)1 << log) - 1;
  int64_t error = 0;
  for (int i = 0; i < s->dimension; i++) {
    const uint32_t rounded = (lwe[i] + half) >> shift;
    error += (int32_t)((rounded << shift) - lwe[i]);
    out[i] = (rounded & mask) << s->tables_log;
  }
  const uint32_t body = lwe[s->dimension] + (uint32_t)(error >> 1);
  out[s->dimension] = ((body >> shift) & mask) << s->tables_log;
}

// accumulator <- (0, ..., 0, Y^a table), component by component.
static void start_accumulator(int32_t *acc, const int32_t *table, uint32_t a, const rotation_shape *s) {
  const int N = s->gadget.size, E = 1 << s->extension_log, columns = s->gadget.columns;
  for (int j = 0; j < E; j++) {
    int32_t *component = acc + (size_t)j * (size_t)(columns * N);
    for (int i = 0; i < (columns - 1) * N; i++) component[i] = 0;
    int32_t *body = component + (columns - 1) * N;
    const int r = (int)a & (E - 1), from = (j - r) & (E - 1);
    const int h = (((int)a >> s->extension_log) + (j < r)) & (2 * N - 1);
    const int32_t *source = table + (size_t)from * (size_t)N;
    for (int u = 0; u < N; u++) {
      const int to = u + h, at = to & (N - 1);
      body[at] = (to & N) ? (int32_t)(0u - (uint32_t)source[u]) : source[u];
    }
  }
}

// Rotates `count` accumulators (`acc[i]`, followed by its copy when E > 1) by the exponents `exponents[i]`; returns in `acc[i]` where
// each result lies. `key`: n GGSWs.
static void blind_rotate(int32_t **acc, int32_t **spare, uint32_t *const *exponents, int count, const double *key, const rotation_shape *s, char *scratch) {
  const gadget_shape *g = &s->gadget;
  const size_t ggsw = ggsw_words(g), component = (size_t)(g->size * g->columns);
  const int N = g->size, E = 1 << s->extension_log;
  for (int i = 0; i < s->dimension; i++) {
    const vf64 *row = (const vf64 *)(key + (size_t)i * ggsw);
    const char *next = i + 1 < s->dimension ? (const char *)(key + (size_t)(i + 1) * ggsw) : NULL;
    for (int b = 0; b < count; b++) {
      const uint32_t a = exponents[b][i];
      if (a == 0) continue;
      if (E == 1) {
        if (is_2x2(g)) cmux_2x2(acc[b], acc[b], acc[b], (int)a, row, g->base_log, scratch, next, b, count);
        else cmux_any(acc[b], acc[b], acc[b], (int)a, row, g, scratch);
        continue;
      }
      const int r = (int)a & (E - 1);
      for (int j = 0; j < E; j++) {
        const int h = (((int)a >> s->extension_log) + (j < r)) & (2 * N - 1);
        const int32_t *source = acc[b] + (size_t)((j - r) & (E - 1)) * component, *base = acc[b] + (size_t)j * component;
        int32_t *to = spare[b] + (size_t)j * component;
        if (is_2x2(g)) cmux_2x2(to, source, base, h, row, g->base_log, scratch, next, b * E + j, count * E);
        else cmux_any(to, source, base, h, row, g, scratch);
      }
      int32_t *swap = acc[b];
      acc[b] = spare[b];
      spare[b] = swap;
    }
  }
}

// The LWE ciphertext (k N mask words, body) of coefficient `t` of an accumulator, on the 32-bit torus.
static void sample_extract(uint32_t *lwe, const int32_t *acc, int t, const rotation_shape *s) {
  const int N = s->gadget.size, k = s->gadget.columns - 1, E = 1 << s->extension_log;
  const int32_t *component = acc + (size_t)(t & (E - 1)) * (size_t)(N * (k + 1));
  const int u = t >> s->extension_log;
  for (int i = 0; i < k; i++, component += N, lwe += N) {
    for (int j = 0; j <= u; j++) lwe[j] = (uint32_t)component[u - j];
    for (int j = u + 1; j < N; j++) lwe[j] = 0u - (uint32_t)component[N + u - j];
  }
  *lwe = (uint32_t)component[u];
}
