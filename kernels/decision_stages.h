// Stages of the decision lane (included by eval.c, which explains the common parameters).
//
// An upload is a seed of 32 bytes, then the packed bodies. A bit number b lies at `bits + b * velum_bit_bytes(N, k, levels)` of a
// request's workspace once it is expanded. GLWE ciphertexts of this lane are (k + 1) N words of the 32-bit torus; what the last stage
// writes are words of the 64-bit torus, as velum_stage_pack_glwe and velum_stage_extract read them.
#pragma once
#include "decision.h"
#include "packing.h"

EXPORT word velum_bit_bytes(word N, word k, word levels) {
  const gadget_shape g = gadget_of(N, k, levels, 1);
  return (word)(bit_words(&g) * 8);
}
EXPORT word velum_ggsw_expand_scratch_bytes(word N, word k) { return N * (k + 1) * 8 + (word)place_scratch_bytes((int)N); }

// Item = bit. The upload at `in` holds (k + 1) * levels rows a bit, ordered (part, level): encryptions of -m g s_part, then of m g, with
// g = 2^(64 - base_log (level + 1)). Mask of row r: stream r of DOMAIN_BITS. Bodies: N numbers of `width` bits a row. `needs`: i32 a bit
// (decision.h).
EXPORT void velum_stage_ggsw_expand(STAGE, word in, word width, word N, word k, word levels, word needs, word out) {
  (void)keys;
  const gadget_shape g = gadget_of(N, k, levels, 1);
  const word rows = (k + 1) * levels;
  uint64_t *glwe = (uint64_t *)scratch;
  for (word item = begin; item < end; item++) {
    const uint8_t *from = (const uint8_t *)REQUEST(item) + in;
    double *bit = (double *)(REQUEST(item) + out) + (size_t)INDEX(item) * bit_words(&g);
    const int32_t need = ((const int32_t *)(constants + needs))[INDEX(item)];
    for (word r = need & NEEDS_MASK_ROWS ? 0 : k * levels; r < rows; r++) {
      const word row = INDEX(item) * rows + r;
      chacha_words64(glwe, (size_t)(k * N), from, DOMAIN_BITS, (uint64_t)row);
      bits_unpack(glwe + k * N, from + CHACHA_SEED_BYTES + (size_t)row * (size_t)(N * width / 8), (size_t)N, (int)width);
      place_glwe(bit, glwe, (int)r, need, &g, scratch + N * (k + 1) * 8);
    }
  }
}

// Scratch of velum_stage_ensemble for programs whose slots are numbered below `slots`. A multiple of 64.
EXPORT word velum_ensemble_scratch_bytes(word N, word k, word levels, word slots) {
  const gadget_shape g = gadget_of(N, k, levels, 1);
  const size_t work = cmux_scratch_bytes(&g) > leaf_scratch_bytes(&g) ? cmux_scratch_bytes(&g) : leaf_scratch_bytes(&g);
  return (word)(((size_t)((k + 1) * N * 4) * (size_t)(slots + 3) + work + 63) & ~(size_t)63);
}

// Item = chunk of decision diagrams. `nodes`: i32 {bit, low, high, to} each; chunk c runs nodes chunks[c] to chunks[c + 1] - 1 in order
// (`chunks`: i32, one more than there are chunks). A node's value is its `high` child where the bit is 1 and its `low` child where it is
// 0; where the bit is -1, it is the sum of both. A child >= 0 is a slot that an earlier node of the chunk wrote, a child < 0 is leaf number -1 - child. `to` >= 0 is the slot that
// gets the result (it may be a child's), -1 adds the result to the chunk's sum.
// `leaves`: i32 [leaves, values] on the 32-bit torus; value v of a leaf sits at coefficient positions[v], all different.
// Chunk c writes its sum, a GLWE, to out + c (k + 1) N 4.
EXPORT void velum_stage_ensemble(STAGE, word bits, word N, word k, word levels, word base_log, word chunks, word nodes, word leaves, word positions, word values, word out) {
  (void)keys;
  const gadget_shape g = gadget_of(N, k, levels, base_log);
  const size_t glwe = (size_t)((k + 1) * N);
  const int32_t *start = (const int32_t *)(constants + chunks), *leaf = (const int32_t *)(constants + leaves), *at = (const int32_t *)(constants + positions);
  int32_t *spare = (int32_t *)scratch, *slot = spare + 3 * glwe;
  for (word item = begin; item < end; item++) {
    const word c = INDEX(item);
    const double *bit = (const double *)(REQUEST(item) + bits);
    int32_t *sum = (int32_t *)(REQUEST(item) + out) + glwe * (size_t)c;
    for (size_t j = 0; j < glwe; j++) sum[j] = 0;
    int most = -1;
    for (word n = start[c]; n < start[c + 1]; n++) {
      const int32_t to = ((const int32_t *)(constants + nodes))[4 * n + 3];
      if (to > most) most = to;
    }
    char *work = (char *)(slot + glwe * (size_t)(most + 1));
    for (word n = start[c]; n < start[c + 1]; n++) {
      const int32_t *node = (const int32_t *)(constants + nodes) + 4 * n;
      const double *ggsw = bit + (size_t)node[0] * bit_words(&g);
      int32_t *to = node[3] < 0 ? sum : slot + glwe * (size_t)node[3];
      if (node[0] >= 0 && node[1] < 0 && node[2] < 0) {
        if (node[3] >= 0) for (size_t j = 0; j < glwe; j++) to[j] = 0;
        add_leaf_node(to, leaf + values * (-1 - node[1]), leaf + values * (-1 - node[2]), at, (int)values, ggsw, &g, work);
        continue;
      }
      const int32_t *child[2];
      for (int side = 0; side < 2; side++) {
        const int32_t number = node[1 + side];
        child[side] = number < 0 ? spare + glwe * (size_t)side : slot + glwe * (size_t)number;
        if (number < 0) place_leaf(spare + glwe * (size_t)side, leaf + values * (-1 - number), at, (int)values, &g);
      }
      if (node[0] < 0) {
        add_children(to, child[0], child[1], glwe, node[3] < 0);
        continue;
      }
      if (node[3] >= 0) {
        cmux_any(to, child[1], child[0], 0, (const vf64 *)ggsw, &g, work);
        continue;
      }
      int32_t *result = spare + 2 * glwe;
      cmux_any(result, child[1], child[0], 0, (const vf64 *)ggsw, &g, work);
      for (size_t j = 0; j < glwe; j++) to[j] = (int32_t)((uint32_t)to[j] + (uint32_t)result[j]);
    }
  }
}

// Item = result: the sum of `chunks` GLWEs from in + item chunks (k + 1) N 4 on, plus the clear polynomial number item of `addends`
// (i32 [items, N], 32-bit torus), as a GLWE of the 64-bit torus.
EXPORT void velum_stage_ensemble_sum(STAGE, word in, word chunks, word N, word k, word addends, word out) {
  (void)keys; (void)scratch;
  const word glwe = (k + 1) * N;
  for (word item = begin; item < end; item++) {
    const word r = INDEX(item);
    const uint32_t *from = (const uint32_t *)(REQUEST(item) + in) + (size_t)(r * chunks * glwe);
    const uint32_t *add = (const uint32_t *)(constants + addends) + (size_t)(r * N);
    uint64_t *to = (uint64_t *)(REQUEST(item) + out) + (size_t)(r * glwe);
    for (word j = 0; j < glwe; j++) {
      uint32_t sum = j < k * N ? 0 : add[j - k * N];
      for (word c = 0; c < chunks; c++) sum += from[c * glwe + j];
      to[j] = (uint64_t)sum << 32;
    }
  }
}

// ---- packed bits -------------------------------------------------------------------------------------------------------
// `shape` (i32 in the constants): N, k, steps S, keyed steps as bits of a number, expansion levels, base_log, conversion levels, base_log.
// Rows are numbered bit * levels + level; row i ends up in slot i of the rows at `rows`, a GLWE of the 64-bit torus each.
EXPORT word velum_packing_key_bytes(const int32_t *shape) {
  const packing_shape s = packing_of(shape);
  return (word)(packing_key_words(&s) * 8);
}
// Scratch of the three stages below and of velum_expand_packing_key. A multiple of 64.
EXPORT word velum_packing_scratch_bytes(const int32_t *shape) {
  const packing_shape s = packing_of(shape);
  return (word)((packing_scratch_bytes(&s) + 63) & ~(size_t)63);
}
// Rows begin..end of the packing key: `bodies` holds N numbers of `width` bits a row; ready for the stages in `key`.
EXPORT void velum_expand_packing_key(double *key, const uint8_t *seed, const uint8_t *bodies, word begin, word end, word width, const int32_t *shape, char *scratch) {
  const packing_shape s = packing_of(shape);
  const word N = s.size, k = s.columns - 1;
  uint64_t *glwe = (uint64_t *)(scratch + place_scratch_bytes((int)N));
  for (word row = begin; row < end; row++) {
    chacha_words64(glwe, (size_t)(k * N), seed, DOMAIN_PACKING_KEY, (uint64_t)row);
    bits_unpack(glwe + k * N, bodies + (size_t)row * (size_t)(N * width / 8), (size_t)N, (int)width);
    place_key_row(key, glwe, (int)row, &s, scratch);
  }
}

INLINE word reversed(word x, word bits) {
  word r = 0;
  for (word i = 0; i < bits; i++, x >>= 1) r = 2 * r + (x & 1);
  return r;
}

// Item = GLWE of the upload at `in`: its mask, and the coefficients that travelled of its body, into slot item 2^S.
// `count`: rows of a request. Scratch: 8 N bytes.
EXPORT void velum_stage_packed_open(STAGE, word in, word width, word shape, word count, word rows) {
  (void)keys;
  const packing_shape s = packing_of((const int32_t *)(constants + shape));
  const word N = s.size, k = s.columns - 1, full = (word)1 << s.steps, apart = N >> s.steps;
  for (word item = begin; item < end; item++) {
    const word c = INDEX(item), first = c << s.steps, held = count - first < full ? count - first : full;
    const uint8_t *from = (const uint8_t *)REQUEST(item) + in;
    uint64_t *glwe = (uint64_t *)(REQUEST(item) + rows) + (size_t)first * (size_t)((k + 1) * N), *body = glwe + k * N;
    uint64_t *numbers = (uint64_t *)scratch;
    chacha_words64(glwe, (size_t)(k * N), from, DOMAIN_PACKED, (uint64_t)c);
    bits_unpack(numbers, from + CHACHA_SEED_BYTES + (size_t)c * (size_t)(N * width / 8), (size_t)(held * apart), (int)width);
    for (word j = 0; j < N; j++) body[j] = 0;
    for (word i = 0; i < held; i++) for (word t = 0; t < apart; t++) body[reversed(i, s.steps) + (t << s.steps)] = numbers[i * apart + t];
  }
}

// Step `step` of the expansion, 0 first. Items: ceil(count / 2^(S - step)), one for each GLWE there is before the step.
EXPORT void velum_stage_packed_step(STAGE, word shape, word step, word count, word key, word rows) {
  const packing_shape s = packing_of((const int32_t *)(constants + shape));
  const size_t words = (size_t)(s.columns * s.size);
  for (word item = begin; item < end;) {
    expansion_pair pairs[MOST_SHARING];
    int held = 0;
    for (; held < MOST_SHARING && item < end; held++, item++) {
      const word slot = INDEX(item) << (s.steps - step), other = slot + ((word)1 << (s.steps - step - 1));
      uint64_t *base = (uint64_t *)(REQUEST(item) + rows);
      pairs[held] = (expansion_pair){base + (size_t)slot * words, other < count ? base + (size_t)other * words : NULL};
    }
    expand_step(pairs, held, (int)step, (const double *)(keys + key), &s, scratch);
  }
}

// Item = bit: its rows become the expanded bit at `bits`, whose GGSW has `levels` levels. `needs`: i32 a bit.
EXPORT void velum_stage_packed_convert(STAGE, word shape, word levels, word needs, word key, word rows, word bits) {
  const packing_shape s = packing_of((const int32_t *)(constants + shape));
  const gadget_shape g = gadget_of(s.size, s.columns - 1, levels, 1);
  const size_t words = (size_t)(s.columns * s.size);
  for (word item = begin; item < end; item++) {
    const word bit = INDEX(item);
    const uint64_t *from = (const uint64_t *)(REQUEST(item) + rows) + (size_t)(bit * levels) * words;
    convert_bit((double *)(REQUEST(item) + bits) + (size_t)bit * bit_words(&g), from, ((const int32_t *)(constants + needs))[bit], (const double *)(keys + key), &s, &g, scratch);
  }
}
