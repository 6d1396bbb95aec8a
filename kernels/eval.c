// The evaluation side: everything a server calls. Nothing here can hold a secret key.
//
// Stages are loops over items, ready to be split over threads: item i belongs to request i / per_request. A request's workspace is
// `workspace + request * stride`; `constants`, `keys` and `scratch` are the bases of read-only tables, expanded evaluation keys and
// this thread's own scratch. The rest are constants that code generation wrote.
#include "initialise.h"
#include "bits.h"
#include "blind_rotation.h"
#include "chacha.h"
#include "decision.h"
#include "key_switch.h"
#include "polynomial.h"

#define STAGE char *workspace, word stride, const char *constants, const char *keys, char *scratch, word begin, word end, word per_request
#define REQUEST(item) (workspace + ((item) / per_request) * stride)
#define INDEX(item) ((item) % per_request)

INLINE size_t lwe_bytes(word dimension) { return (((size_t)dimension + 1) * 4 + 63) & ~(size_t)63; }

// ---- evaluation keys -----------------------------------------------------------------------------------------
INLINE gadget_shape gadget_of(word N, word k, word levels, word base_log) { return (gadget_shape){(int)N, (int)k + 1, (int)levels, (int)base_log}; }

EXPORT word velum_bootstrap_key_bytes(word n, word N, word k, word levels) {
  const gadget_shape g = gadget_of(N, k, levels, 1);
  return (word)((size_t)n * ggsw_words(&g) * 8);
}
EXPORT word velum_switch_key_bytes(word from, word to, word levels) {
  const switch_shape s = {(int)from, (int)to, (int)levels, 1};
  return (word)switch_key_bytes(&s);
}
// A multiple of 64, so that the scratches of several threads can lie side by side.
EXPORT word velum_expand_scratch_bytes(word N, word k, word to) { return (N * (k + 1) * 8) + N * 8 * 3 + ((to * 4 + 63) & ~(word)63) + 4096; }

// GGSWs begin..end of the bootstrap key: masks from the seed, 48-bit bodies from the wire, into the Fourier domain.
EXPORT void velum_expand_bootstrap_key(double *key, const uint8_t *seed, const uint8_t *bodies, word begin, word end, word N, word k, word levels, char *scratch) {
  const gadget_shape g = gadget_of(N, k, levels, 1);
  const int rows = g.columns * g.levels;
  uint64_t *glwe = (uint64_t *)scratch;
  double *reals = (double *)(scratch + N * (k + 1) * 8), *fourier = reals + N;
  for (word i = begin; i < end; i++) for (int row = 0; row < rows; row++) {
    const word index = i * rows + row;
    chacha_words64(glwe, (size_t)(N * k), seed, DOMAIN_BOOTSTRAP_KEY, (uint64_t)index);
    const uint8_t *body = bodies + (size_t)index * (size_t)N * 6;
    for (word j = 0; j < N - 1; j++) glwe[k * N + j] = *(const bits_word *)(body + 6 * j) << 16;  // the next 2 bytes fall out on top
    glwe[k * N + N - 1] = bits_load(body + 6 * (N - 1), 6) << 16;
    for (int column = 0; column < g.columns; column++) {
      for (word j = 0; j < N; j++) reals[j] = (double)(int64_t)glwe[column * N + j] * (1.0 / 4294967296.0);
      forward_reals(fourier, reals, (int)N);
      place_row((vf64 *)(key + (size_t)i * ggsw_words(&g)), (const vf64 *)fourier, (int)N, row, rows, column, g.columns);
    }
  }
}
// Rows begin..end of the key-switch key.
EXPORT void velum_expand_switch_key(int16_t *key, const uint8_t *seed, const uint8_t *bodies, word begin, word end, word from, word to, word levels, char *scratch) {
  const switch_shape s = {(int)from, (int)to, (int)levels, 1};
  uint32_t *mask = (uint32_t *)scratch;
  for (word row = begin; row < end; row++) {
    chacha_words32(mask, (size_t)to, seed, DOMAIN_KEY_SWITCH_KEY, (uint64_t)row);
    for (word c = 0; c < to; c++) switch_key_store(key, &s, (int)row, (int)c, mask[c]);
    switch_key_store(key, &s, (int)row, (int)to, (uint32_t)bits_load(bodies + 4 * row, 4));
  }
}

// ---- constants ---------------------------------------------------------------------------------------------------
// The Fourier form of a weight polynomial. `scratch`: POLYNOMIAL_SCRATCH(N).
EXPORT void velum_weights_to_fourier(double *fourier, const int32_t *weights, word N, char *scratch) {
  small_to_fourier(fourier, weights, (int)N, (double *)scratch);
}
// The test polynomial of 2^tables_log tables of 2^precision torus values each (table after table), in components of an extended
// accumulator. Message m owns the coefficients nearest to m * box; the last half box holds minus the first values (X^N = -1).
EXPORT void velum_expand_table(int32_t *out, const int32_t *values, word precision, word tables_log, word N, word extension_log) {
  const word size = N << extension_log, box = size >> precision, entries = (word)1 << precision;
  for (word t = 0; t < size; t++) {
    const word table = t & (((word)1 << tables_log) - 1), m = ((t - table) + box / 2) / box;
    const uint32_t value = (uint32_t)values[table * entries + (m == entries ? 0 : m)];
    out[(t & (((word)1 << extension_log) - 1)) * N + (t >> extension_log)] = (int32_t)(m == entries ? 0u - value : value);
  }
}

// ---- linear lane ---------------------------------------------------------------------------------------------------
// A fresh input: GLWE number INDEX(item) from seed and packed bodies. The bodies that did not travel are zero.
EXPORT void velum_stage_expand(STAGE, word in, word body_bytes, word used, word last_used, word bits, word N, word k, word out) {
  (void)constants; (void)keys; (void)scratch;
  for (word item = begin; item < end; item++) {
    const char *from = REQUEST(item) + in;
    const word g = INDEX(item), count = g == per_request - 1 ? last_used : used;
    uint64_t *glwe = (uint64_t *)(REQUEST(item) + out) + (size_t)(g * (k + 1) * N), *body = glwe + k * N;
    chacha_words64(glwe, (size_t)(k * N), (const uint8_t *)from, DOMAIN_INPUT, (uint64_t)g);
    bits_unpack(body, (const uint8_t *)from + CHACHA_SEED_BYTES + g * body_bytes, (size_t)count, (int)bits);
    for (word j = count; j < N; j++) body[j] = 0;
  }
}

// Result GLWE r = sum over the input's GLWEs of weights[r][g] * input[g], plus addends at the coefficients that are read.
INLINE void add_at(uint64_t *body, const int32_t *at, const uint64_t *add, word read) {
  for (word q = 0; q < read; q++) if (at[q] >= 0) body[at[q]] += add[q];
}
EXPORT void velum_stage_linear(STAGE, word in, word inputs, word N, word k, word weights, word positions, word addends, word read, word out) {
  (void)keys;
  for (word item = begin; item < end; item++) {
    const word r = INDEX(item);
    uint64_t *result = (uint64_t *)(REQUEST(item) + out) + (size_t)(r * (k + 1) * N);
    for (word j = 0; j < (k + 1) * N; j++) result[j] = 0;
    for (word g = 0; g < inputs; g++) {
      const double *w = (const double *)(constants + weights) + (size_t)((r * inputs + g) * N);
      const uint64_t *glwe = (const uint64_t *)(REQUEST(item) + in) + (size_t)(g * (k + 1) * N);
      for (word c = 0; c <= k; c++) torus_mul_add(result + c * N, glwe + c * N, w, (int)N, 3, (double *)scratch);
    }
    add_at(result + k * N, (const int32_t *)(constants + positions) + r * read, (const uint64_t *)(constants + addends) + r * read, read);
  }
}
// The same with weights (N i32 a polynomial) and addends of the request itself.
EXPORT void velum_stage_linear_clear(STAGE, word in, word inputs, word N, word k, word weights, word positions, word addends, word read, word out) {
  (void)keys;
  double *fourier = (double *)scratch;
  char *free = scratch + N * 8;
  for (word item = begin; item < end; item++) {
    const word r = INDEX(item);
    uint64_t *result = (uint64_t *)(REQUEST(item) + out) + (size_t)(r * (k + 1) * N);
    for (word j = 0; j < (k + 1) * N; j++) result[j] = 0;
    for (word g = 0; g < inputs; g++) {
      small_to_fourier(fourier, (const int32_t *)(REQUEST(item) + weights) + (size_t)((r * inputs + g) * N), (int)N, (double *)free);
      const uint64_t *glwe = (const uint64_t *)(REQUEST(item) + in) + (size_t)(g * (k + 1) * N);
      for (word c = 0; c <= k; c++) torus_mul_add(result + c * N, glwe + c * N, fourier, (int)N, 3, (double *)free);
    }
    add_at(result + k * N, (const int32_t *)(constants + positions) + r * read, (const uint64_t *)(REQUEST(item) + addends) + r * read, read);
  }
}
EXPORT word velum_linear_clear_scratch_bytes(word N) { return N * 8 + (word)POLYNOMIAL_SCRATCH(N); }
EXPORT word velum_linear_scratch_bytes(word N) { return (word)POLYNOMIAL_SCRATCH(N); }

INLINE uint32_t to_torus32(uint64_t x) { return (uint32_t)((x + 0x80000000u) >> 32); }

// LWE ciphertext on the 32-bit torus: weight * coefficient + addend. `rows`: {glwe, coefficient, weight, 0} (i32) an item.
EXPORT void velum_stage_extract(STAGE, word in, word N, word k, word rows, word addends, word out) {
  (void)keys; (void)scratch;
  const word dimension = k * N;
  for (word item = begin; item < end; item++) {
    const int32_t *row = (const int32_t *)(constants + rows) + 4 * INDEX(item);
    const uint64_t *glwe = (const uint64_t *)(REQUEST(item) + in) + (size_t)(row[0] * (k + 1) * N);
    const word t = row[1];
    const uint64_t weight = (uint64_t)(int64_t)row[2];
    uint32_t *lwe = (uint32_t *)(REQUEST(item) + out + (word)lwe_bytes(dimension) * INDEX(item));
    for (word i = 0; i < k; i++, glwe += N, lwe += N) {
      for (word j = 0; j <= t; j++) lwe[j] = to_torus32(weight * glwe[t - j]);
      for (word j = t + 1; j < N; j++) lwe[j] = to_torus32(0u - weight * glwe[N + t - j]);
    }
    *lwe = to_torus32(weight * glwe[t] + ((const uint64_t *)(constants + addends))[INDEX(item)]);
  }
}

// ---- bootstrap lane ----------------------------------------------------------------------------------------------------
// out[r] = addend[r] + sum of weight * in[column], over LWE ciphertexts. Sparse rows: starts (per_request + 1), columns, weights (i32).
INLINE void affine_row(uint32_t *to, const char *in, word dimension, const int32_t *start, const int32_t *column, const int32_t *weight, uint32_t addend) {
  for (word j = 0; j < dimension; j++) to[j] = 0;
  to[dimension] = addend;
  for (int32_t e = start[0]; e < start[1]; e++) {
    const uint32_t *from = (const uint32_t *)(in + (word)lwe_bytes(dimension) * column[e]);
    const uint32_t w = (uint32_t)weight[e];
    for (word j = 0; j <= dimension; j++) to[j] += w * from[j];
  }
}
#define AFFINE_ROWS(BASE)                                                                                                       \
  for (word item = begin; item < end; item++) {                                                                                 \
    const word r = INDEX(item);                                                                                                 \
    const char *base = (BASE);                                                                                                  \
    affine_row((uint32_t *)(REQUEST(item) + out + (word)lwe_bytes(dimension) * r), REQUEST(item) + in, dimension,               \
               (const int32_t *)(base + starts) + r, (const int32_t *)(base + columns), (const int32_t *)(base + weights),      \
               ((const uint32_t *)(base + addends))[r]);                                                                        \
  }
EXPORT void velum_stage_affine(STAGE, word in, word dimension, word starts, word columns, word weights, word addends, word out) {
  (void)keys; (void)scratch;
  AFFINE_ROWS(constants)
}
// The same with rows of the request itself.
EXPORT void velum_stage_affine_clear(STAGE, word in, word dimension, word starts, word columns, word weights, word addends, word out) {
  (void)keys; (void)scratch; (void)constants;
  AFFINE_ROWS(REQUEST(item))
}

// Shape of a bootstrap, as i32 in the constants: N, k, levels, base_log, extension_log, tables_log, n, switch levels, switch base_log.
INLINE rotation_shape rotation_of(const int32_t *p) {
  return (rotation_shape){{p[0], p[1] + 1, p[2], p[3]}, p[6], p[4], p[5]};
}
INLINE switch_shape switch_of(const int32_t *p) { return (switch_shape){p[0] * p[1], p[6], p[7], p[8]}; }
#define ROTATION_BATCH(s) ((s)->extension_log >= 3 ? 1 : SWITCH_BATCH >> (s)->extension_log)

EXPORT word velum_bootstrap_scratch_bytes(const int32_t *shape) {
  const rotation_shape s = rotation_of(shape);
  const switch_shape k = switch_of(shape);
  const size_t small = ((size_t)s.dimension + 1) * 4 * SWITCH_BATCH + 64 * SWITCH_BATCH;
  const size_t accumulators = accumulator_stride(&s) * (size_t)(accumulator_copies(&s) * ROTATION_BATCH(&s));
  return (word)(switch_scratch_bytes(&k) + 2 * small + accumulators + cmux_scratch_bytes(&s.gadget) + 8192);
}
INLINE char *take(char **from, size_t bytes) {
  char *taken = *from;
  *from += (bytes + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
  return taken;
}

// The coefficients that are extracted after a rotation: `at`, all below 2 N E, beyond N E with the other sign; 0, 1, ... where it is NULL.
typedef struct {
  const int32_t *at;
  int count;
} reading;

// Key switch, modulus switch, blind rotation, sample extraction. Item i reads LWE i and writes `read.count` of them.
INLINE void bootstrap_items(STAGE, const reading read, word shape, word offset, word in, word table_of, word tables, word bootstrap_key, word switch_key, word out) {
  const rotation_shape s = rotation_of((const int32_t *)(constants + shape));
  const switch_shape k = switch_of((const int32_t *)(constants + shape));
  const size_t table_words = (size_t)s.gadget.size << s.extension_log;
  char *free = scratch;
  int32_t *switch_scratch = (int32_t *)take(&free, switch_scratch_bytes(&k));
  uint32_t *small[SWITCH_BATCH], *exponents[SWITCH_BATCH];
  const uint32_t *big[SWITCH_BATCH];
  for (int b = 0; b < SWITCH_BATCH; b++) {
    small[b] = (uint32_t *)take(&free, ((size_t)s.dimension + 1) * 4);
    exponents[b] = (uint32_t *)take(&free, ((size_t)s.dimension + 1) * 4);
  }
  int32_t *acc_blocks[2][SWITCH_BATCH];
  for (int b = 0; b < ROTATION_BATCH(&s); b++) for (int c = 0; c < accumulator_copies(&s); c++) acc_blocks[c][b] = (int32_t *)take(&free, accumulator_stride(&s));
  char *cmux_scratch = free;
  for (word first = begin; first < end; first += SWITCH_BATCH) {
    const int count = (int)(end - first < SWITCH_BATCH ? end - first : SWITCH_BATCH);
    for (int b = 0; b < count; b++) big[b] = (const uint32_t *)(REQUEST(first + b) + in + (word)lwe_bytes(k.from) * INDEX(first + b));
    key_switch(small, big, count, (const switch_vector *)(keys + switch_key), &k, switch_scratch);
    for (int b = 0; b < count; b++) {
      small[b][s.dimension] += (uint32_t)offset;
      modulus_switch(exponents[b], small[b], &s);
    }
    for (int at = 0; at < count; at += ROTATION_BATCH(&s)) {
      const int part = count - at < ROTATION_BATCH(&s) ? count - at : ROTATION_BATCH(&s);
      int32_t *acc[SWITCH_BATCH], *spare[SWITCH_BATCH];
      for (int b = 0; b < part; b++) {
        acc[b] = acc_blocks[0][b];
        spare[b] = s.extension_log > 0 ? acc_blocks[1][b] : NULL;
        const int32_t *table = (const int32_t *)(constants + tables) + table_words * (size_t)((const int32_t *)(constants + table_of))[INDEX(first + at + b)];
        const uint32_t turn = (uint32_t)(2 * table_words);
        start_accumulator(acc[b], table, (turn - exponents[at + b][s.dimension]) & (turn - 1), &s);
      }
      blind_rotate(acc, spare, exponents + at, part, (const double *)(keys + bootstrap_key), &s, cmux_scratch);
      for (int b = 0; b < part; b++) for (int r = 0; r < read.count; r++) {
        const word item = first + at + b;
        uint32_t *lwe = (uint32_t *)(REQUEST(item) + out + (word)lwe_bytes(k.from) * (INDEX(item) * read.count + r));
        const int t = read.at == NULL ? r : read.at[r];
        sample_extract(lwe, acc[b], t & (int)(table_words - 1), &s);
        if (t >= (int)table_words) for (int j = 0; j <= k.from; j++) lwe[j] = 0u - lwe[j];
      }
    }
  }
}

// Item i reads LWE i and writes 2^tables_log of them, one a table.
// `offset` (32-bit torus) is added to every body first: half the range, where the table's argument is signed.
// `table_of`: i32 an item, index of its test polynomial among `tables`.
EXPORT void velum_stage_bootstrap(STAGE, word shape, word offset, word in, word table_of, word tables, word bootstrap_key, word switch_key, word out) {
  const reading read = {NULL, 1 << rotation_of((const int32_t *)(constants + shape)).tables_log};
  bootstrap_items(workspace, stride, constants, keys, scratch, begin, end, per_request, read, shape, offset, in, table_of, tables, bootstrap_key, switch_key, out);
}
// The same table at `reads` places: item i writes as many LWEs. `places`: i32 each, coefficients of the rotated test polynomial.
EXPORT void velum_stage_bootstrap_steps(STAGE, word shape, word offset, word in, word table_of, word tables, word bootstrap_key, word switch_key, word out, word places, word reads) {
  const reading read = {(const int32_t *)(constants + places), (int)reads};
  bootstrap_items(workspace, stride, constants, keys, scratch, begin, end, per_request, read, shape, offset, in, table_of, tables, bootstrap_key, switch_key, out);
}

#include "decision_stages.h"
#include "protect_stage.h"

// ---- results --------------------------------------------------------------------------------------------------------------
// GLWE r as `bits` bits of k N mask words and of the bodies at `positions` (-1: none). Half of the mask's rounding error, what a
// binary key takes of it on average, is moved to the body first.
EXPORT void velum_stage_pack_glwe(STAGE, word in, word N, word k, word positions, word read, word bits, word out, word out_bytes) {
  (void)keys;
  for (word item = begin; item < end; item++) {
    const word r = INDEX(item);
    const uint64_t *glwe = (const uint64_t *)(REQUEST(item) + in) + (size_t)(r * (k + 1) * N);
    const int32_t *at = (const int32_t *)(constants + positions) + r * read;
    uint64_t *words = (uint64_t *)scratch;
    word count = k * N;
    for (word j = 0; j < count; j++) words[j] = glwe[j];
    for (word q = 0; q < read; q++) {
      if (at[q] < 0) continue;
      int64_t shift = 0;  // in units of half a 2^-64; errors are below 2^(64 - bits)
      for (word i = 0; i < k; i++) for (word j = 0; j < N; j++) {
        const uint64_t a = glwe[i * N + j];
        const int64_t error = (int64_t)((bits_round(a, (int)bits) << (64 - bits)) - a);
        shift += j <= at[q] ? error : -error;
      }
      words[count++] = glwe[k * N + at[q]] + (uint64_t)(shift >> 1);
    }
    bits_pack((uint8_t *)(REQUEST(item) + out + out_bytes * r), words, (size_t)count, (int)bits);
  }
}
EXPORT word velum_pack_scratch_bytes(word dimension, word read) { return (dimension + read + 1) * 8; }

// LWE i (32-bit torus) as `bits` bits of every mask word and of the body.
EXPORT void velum_stage_pack_lwe(STAGE, word in, word dimension, word bits, word out, word out_bytes) {
  (void)constants; (void)keys;
  for (word item = begin; item < end; item++) {
    const word i = INDEX(item);
    const uint32_t *lwe = (const uint32_t *)(REQUEST(item) + in + (word)lwe_bytes(dimension) * i);
    uint64_t *words = (uint64_t *)scratch;
    int64_t shift = 0;
    for (word j = 0; j < dimension; j++) {
      words[j] = (uint64_t)lwe[j] << 32;
      shift += (int64_t)((bits_round(words[j], (int)bits) << (64 - bits)) - words[j]);
    }
    words[dimension] = ((uint64_t)lwe[dimension] << 32) + (uint64_t)(shift >> 1);
    bits_pack((uint8_t *)(REQUEST(item) + out + out_bytes * i), words, (size_t)dimension + 1, (int)bits);
  }
}

// ---- parts of a bootstrap, for tests and measurements -----------------------------------------------------------------------
// `count` CMUXes with the first `count` GGSWs of a key, on one accumulator, each rotating by `a`.
EXPORT void velum_cmux_chain(int32_t *accumulator, word a, word count, const double *key, const int32_t *shape, char *scratch) {
  const rotation_shape s = rotation_of(shape);
  for (word i = 0; i < count; i++) {
    const vf64 *row = (const vf64 *)(key + (size_t)i * ggsw_words(&s.gadget));
    const char *next = i + 1 < count ? (const char *)row + ggsw_words(&s.gadget) * 8 : NULL;
    if (is_2x2(&s.gadget)) cmux_2x2(accumulator, accumulator, accumulator, (int)a, row, s.gadget.base_log, scratch, next, 0, 1);
    else cmux_any(accumulator, accumulator, accumulator, (int)a, row, &s.gadget, scratch);
  }
}
EXPORT void velum_key_switch(uint32_t *out, const uint32_t *in, const char *key, const int32_t *shape, char *scratch) {
  const switch_shape k = switch_of(shape);
  uint32_t *to[1] = {out};
  const uint32_t *from[1] = {in};
  key_switch(to, from, 1, (const switch_vector *)key, &k, (int32_t *)scratch);
}
EXPORT void velum_modulus_switch(uint32_t *exponents, const uint32_t *lwe, const int32_t *shape) {
  const rotation_shape s = rotation_of(shape);
  modulus_switch(exponents, lwe, &s);
}
