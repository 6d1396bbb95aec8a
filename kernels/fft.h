// Negacyclic FFT of N real coefficients as M = N/2 complex points, N = 512, 1024, 2048.
//
// Folding: c_j = a_j + i a_(j+M) turns X^N + 1 over the reals into X^M - i over the complex numbers, which is split recursively:
// X^L - e^(i t) = (X^(L/2) - e^(i t/2)) (X^(L/2) + e^(i t/2)). The twiddles carry the twist, and one set serves a whole block, so
// they are broadcasts while the stride is at least a vector. The inverse is a plain decimation in time with an untwist at the end.
// Fourier order is private to a machine: keys travel as coefficients.
//
// Layout: complex vectors, x[2v] = LANES real parts, x[2v+1] = LANES imaginary parts of points v*LANES ....
// The last forward pass and the first inverse pass work on groups of RADIX vectors, transposed in registers, so that whatever
// is done pointwise in between never leaves the registers.
#pragma once
#include "vector.h"

#define MAX_POINTS 1024
#if LANES == 8
#define RADIX 8
#else
#define RADIX 4
#endif
#define GROUP (RADIX * LANES)  // points of one group

typedef struct { vf64 re[8], im[8]; } points;  // up to 8 vectors of complex points, in registers

// ---- butterflies: (u, v) -> (u + w v, u - w v) -----------------------------------------------
#if defined(__FMA__) || defined(__ARM_FEATURE_FMA) || defined(__aarch64__)
// with fused multiply-add: a = u + w v, b = 2u - a: 6 instructions
#define FINISH(a, b) const vf64 a_ = (a), b_ = (b); *vr = splat(2.0) * *ur - a_; *vi = splat(2.0) * *ui - b_; *ur = a_; *ui = b_
INLINE void butterfly(vf64 *ur, vf64 *ui, vf64 *vr, vf64 *vi, vf64 wr, vf64 wi) {
  FINISH((*ur + *vr * wr) - *vi * wi, (*ui + *vi * wr) + *vr * wi);
}
INLINE void butterfly_i(vf64 *ur, vf64 *ui, vf64 *vr, vf64 *vi, vf64 wr, vf64 wi) {  // i w
  FINISH((*ur - *vr * wi) - *vi * wr, (*ui + *vr * wr) - *vi * wi);
}
INLINE void butterfly_mi(vf64 *ur, vf64 *ui, vf64 *vr, vf64 *vi, vf64 wr, vf64 wi) {  // -i w
  FINISH((*ur + *vr * wi) + *vi * wr, (*ui - *vr * wr) + *vi * wi);
}
#else
#define FINISH(a, b) const vf64 a_ = (a), b_ = (b); *vr = *ur - a_; *vi = *ui - b_; *ur = *ur + a_; *ui = *ui + b_
INLINE void butterfly(vf64 *ur, vf64 *ui, vf64 *vr, vf64 *vi, vf64 wr, vf64 wi) {
  FINISH(*vr * wr - *vi * wi, *vi * wr + *vr * wi);
}
INLINE void butterfly_i(vf64 *ur, vf64 *ui, vf64 *vr, vf64 *vi, vf64 wr, vf64 wi) {
  FINISH(-(*vr * wi + *vi * wr), *vr * wr - *vi * wi);
}
INLINE void butterfly_mi(vf64 *ur, vf64 *ui, vf64 *vr, vf64 *vi, vf64 wr, vf64 wi) {
  FINISH(*vr * wi + *vi * wr, *vi * wi - *vr * wr);
}
#endif
INLINE void butterfly_1(vf64 *ur, vf64 *ui, vf64 *vr, vf64 *vi) {
  const vf64 a = *ur, b = *ui;
  *ur = a + *vr; *ui = b + *vi; *vr = a - *vr; *vi = b - *vi;
}
INLINE void butterfly_1mi(vf64 *ur, vf64 *ui, vf64 *vr, vf64 *vi) {  // w = -i
  const vf64 a = *ur, b = *ui, c = *vr;
  *ur = a + *vi; *ui = b - c; *vr = a - *vi; *vi = b + c;
}
#define BF(kind, p, u, v, ...) kind(&(p)->re[u], &(p)->im[u], &(p)->re[v], &(p)->im[v], ##__VA_ARGS__)

// Twiddles of one radix-8 (or radix-4, radix-2) step: e^(i t/2), e^(i t/4), e^(i t/8), e^(i t/8) e^(i pi/4), each re, im.
#define TWIDDLES 8
typedef struct { vf64 w[TWIDDLES]; } twiddle_vectors;

INLINE void forward8(points *p, const vf64 *w) {
  for (int q = 0; q < 4; q++) BF(butterfly, p, q, q + 4, w[0], w[1]);
  for (int q = 0; q < 2; q++) { BF(butterfly, p, q, q + 2, w[2], w[3]); BF(butterfly_i, p, q + 4, q + 6, w[2], w[3]); }
  BF(butterfly, p, 0, 1, w[4], w[5]); BF(butterfly_i, p, 2, 3, w[4], w[5]);
  BF(butterfly, p, 4, 5, w[6], w[7]); BF(butterfly_i, p, 6, 7, w[6], w[7]);
}
#if defined(__FMA__) || defined(__ARM_FEATURE_FMA) || defined(__aarch64__)
INLINE void forward4(points *p, const vf64 *w) {
  BF(butterfly, p, 0, 2, w[0], w[1]); BF(butterfly, p, 1, 3, w[0], w[1]);
  BF(butterfly, p, 0, 1, w[2], w[3]); BF(butterfly_i, p, 2, 3, w[2], w[3]);
}
#else
// three complex products and eight additions: w[4..5] = e^(i 3t/4)
INLINE void forward4(points *p, const vf64 *w) {
  const vf64 ar = p->re[1] * w[2] - p->im[1] * w[3], ai = p->im[1] * w[2] + p->re[1] * w[3];
  const vf64 br = p->re[2] * w[0] - p->im[2] * w[1], bi = p->im[2] * w[0] + p->re[2] * w[1];
  const vf64 cr = p->re[3] * w[4] - p->im[3] * w[5], ci = p->im[3] * w[4] + p->re[3] * w[5];
  const vf64 sr = p->re[0] + br, si = p->im[0] + bi, dr = p->re[0] - br, di = p->im[0] - bi;
  const vf64 er = ar + cr, ei = ai + ci, fr = ar - cr, fi = ai - ci;
  p->re[0] = sr + er; p->im[0] = si + ei; p->re[1] = sr - er; p->im[1] = si - ei;
  p->re[2] = dr - fi; p->im[2] = di + fr; p->re[3] = dr + fi; p->im[3] = di - fr;
}
#endif
INLINE void forward2(points *p, const vf64 *w) { BF(butterfly, p, 0, 1, w[0], w[1]); }

// Inverse twiddles by position: radix 8: e^(4ia), e^(2ia), e^(ia), e^(i(a - pi/4)); radix 4: e^(2ia), e^(ia), e^(3ia); radix 2: e^(ia).
INLINE void inverse8(points *p, const vf64 *w) {
  for (int q = 0; q < 8; q += 2) BF(butterfly, p, q, q + 1, w[0], w[1]);
  for (int q = 0; q < 8; q += 4) { BF(butterfly, p, q, q + 2, w[2], w[3]); BF(butterfly_mi, p, q + 1, q + 3, w[2], w[3]); }
  BF(butterfly, p, 0, 4, w[4], w[5]); BF(butterfly, p, 1, 5, w[6], w[7]);
  BF(butterfly_mi, p, 2, 6, w[4], w[5]); BF(butterfly_mi, p, 3, 7, w[6], w[7]);
}
#if defined(__FMA__) || defined(__ARM_FEATURE_FMA) || defined(__aarch64__)
INLINE void inverse4(points *p, const vf64 *w) {
  BF(butterfly, p, 0, 1, w[0], w[1]); BF(butterfly, p, 2, 3, w[0], w[1]);
  BF(butterfly, p, 0, 2, w[2], w[3]); BF(butterfly_mi, p, 1, 3, w[2], w[3]);
}
#else
INLINE void inverse4(points *p, const vf64 *w) {
  const vf64 ar = p->re[1] * w[0] - p->im[1] * w[1], ai = p->im[1] * w[0] + p->re[1] * w[1];
  const vf64 br = p->re[2] * w[2] - p->im[2] * w[3], bi = p->im[2] * w[2] + p->re[2] * w[3];
  const vf64 cr = p->re[3] * w[4] - p->im[3] * w[5], ci = p->im[3] * w[4] + p->re[3] * w[5];
  const vf64 sr = p->re[0] + ar, si = p->im[0] + ai, dr = p->re[0] - ar, di = p->im[0] - ai;
  const vf64 er = br + cr, ei = bi + ci, fr = br - cr, fi = bi - ci;
  p->re[0] = sr + er; p->im[0] = si + ei; p->re[2] = sr - er; p->im[2] = si - ei;
  p->re[1] = dr + fi; p->im[1] = di - fr; p->re[3] = dr - fi; p->im[3] = di + fr;
}
#endif
INLINE void inverse2(points *p, const vf64 *w) { BF(butterfly, p, 0, 1, w[0], w[1]); }

// The first inverse pass has only trivial twiddles.
INLINE void inverse8_first(points *p) {
  const vf64 h = splat(0.70710678118654752440);
  for (int q = 0; q < 8; q += 2) BF(butterfly_1, p, q, q + 1);
  for (int q = 0; q < 8; q += 4) { BF(butterfly_1, p, q, q + 2); BF(butterfly_1mi, p, q + 1, q + 3); }
  BF(butterfly_1, p, 0, 4); BF(butterfly_1mi, p, 2, 6);
  { const vf64 s = p->re[5] + p->im[5], d = p->im[5] - p->re[5], u = p->re[1], v = p->im[1];
    p->re[1] = u + h * s; p->im[1] = v + h * d; p->re[5] = u - h * s; p->im[5] = v - h * d; }
  { const vf64 s = p->im[7] - p->re[7], d = p->re[7] + p->im[7], u = p->re[3], v = p->im[3];
    p->re[3] = u + h * s; p->im[3] = v - h * d; p->re[7] = u - h * s; p->im[7] = v + h * d; }
}
INLINE void inverse4_first(points *p) {
  BF(butterfly_1, p, 0, 1); BF(butterfly_1, p, 2, 3);
  BF(butterfly_1, p, 0, 2); BF(butterfly_1mi, p, 1, 3);
}

// (x, y) += (a + i b) (c + i d), term by term, so that each is one fused operation where there are any.
#define ADD_PRODUCT(x, y, a, b, c, d) do { x += (a) * (c); y += (a) * (d); x -= (b) * (d); y += (b) * (c); } while (0)

// ---- transposition of RADIX vectors of LANES ---------------------------------------------------
#if LANES == 8
INLINE void transpose_halves(vf64 *b) {  // b: the 4x4-block step is done; finishes an 8x8 transposition
  vf64 c[8];
  for (int h = 0; h < 8; h += 4) for (int k = 0; k < 2; k++) {
    c[h + k] = SHUFFLE(b[h + k], b[h + k + 2], 0, 1, 8, 9, 4, 5, 12, 13);
    c[h + k + 2] = SHUFFLE(b[h + k], b[h + k + 2], 2, 3, 10, 11, 6, 7, 14, 15);
  }
  for (int h = 0; h < 8; h += 2) {
    b[h] = SHUFFLE(c[h], c[h + 1], 0, 8, 2, 10, 4, 12, 6, 14);
    b[h + 1] = SHUFFLE(c[h], c[h + 1], 1, 9, 3, 11, 5, 13, 7, 15);
  }
}
INLINE void transpose(vf64 *a) {
  vf64 b[8];
  for (int k = 0; k < 4; k++) {
    b[k] = SHUFFLE(a[k], a[k + 4], 0, 1, 2, 3, 8, 9, 10, 11);
    b[k + 4] = SHUFFLE(a[k], a[k + 4], 4, 5, 6, 7, 12, 13, 14, 15);
  }
  transpose_halves(b);
  for (int k = 0; k < 8; k++) a[k] = b[k];
}
// the same from memory, 8 vectors `stride` apart: the block step becomes a load
INLINE void transpose_load(const vf64 *m, const int stride, vf64 *b) {
  for (int k = 0; k < 4; k++) for (int h = 0; h < 2; h++) {
    const double *lo = (const double *)(m + k * stride) + 4 * h, *hi = (const double *)(m + (k + 4) * stride) + 4 * h;
    b[k + 4 * h] = (vf64)_mm512_insertf64x4(_mm512_castpd256_pd512(_mm256_load_pd(lo)), _mm256_load_pd(hi), 1);
  }
  transpose_halves(b);
}
#define transpose_back transpose
#elif LANES == 4
INLINE void transpose(vf64 *a) {
  const vf64 b0 = SHUFFLE(a[0], a[2], 0, 1, 4, 5), b1 = SHUFFLE(a[1], a[3], 0, 1, 4, 5);
  const vf64 b2 = SHUFFLE(a[0], a[2], 2, 3, 6, 7), b3 = SHUFFLE(a[1], a[3], 2, 3, 6, 7);
  a[0] = SHUFFLE(b0, b1, 0, 4, 2, 6); a[1] = SHUFFLE(b0, b1, 1, 5, 3, 7);
  a[2] = SHUFFLE(b2, b3, 0, 4, 2, 6); a[3] = SHUFFLE(b2, b3, 1, 5, 3, 7);
}
#define transpose_back transpose
#else
INLINE void transpose(vf64 *a) {  // 4 vectors of 2: two blocks of 4 points
  const vf64 b0 = SHUFFLE(a[0], a[2], 0, 2), b1 = SHUFFLE(a[0], a[2], 1, 3), b2 = SHUFFLE(a[1], a[3], 0, 2), b3 = SHUFFLE(a[1], a[3], 1, 3);
  a[0] = b0; a[1] = b1; a[2] = b2; a[3] = b3;
}
INLINE void transpose_back(vf64 *a) {
  const vf64 b0 = SHUFFLE(a[0], a[1], 0, 2), b2 = SHUFFLE(a[0], a[1], 1, 3), b1 = SHUFFLE(a[2], a[3], 0, 2), b3 = SHUFFLE(a[2], a[3], 1, 3);
  a[0] = b0; a[1] = b1; a[2] = b2; a[3] = b3;
}
#endif

// ---- plans: radices by size ---------------------------------------------------------------------
// first pass | middle passes | (a radix-2 step inside the group pass when LANES = 8, M = 1024) | group pass
#if LANES == 8
#define FIRST_RADIX(M) 8
#define MIDDLE_PASSES(M) 1
#define MIDDLE_RADIX(M, p) ((M) == 256 ? 4 : 8)
#define PAIRED(M) ((M) == 1024)  // groups come in pairs joined by a radix-2 step
#else
#define FIRST_RADIX(M) 4
#define MIDDLE_PASSES(M) ((M) == 256 ? 2 : 3)
#define MIDDLE_RADIX(M, p) ((M) == 512 && (p) == 2 ? 2 : 4)
#define PAIRED(M) 0
#endif
INLINE int middle_stride(const int M, const int pass) {  // points between the elements of one butterfly
  int s = M / FIRST_RADIX(M);
  for (int p = 0; p <= pass; p++) s /= MIDDLE_RADIX(M, p);
  return s;
}

typedef struct {
  double first[TWIDDLES];
  double middle[3][64][TWIDDLES];                            // by pass and block, broadcast
  double pair[64][2];                                        // radix-2 step inside group pairs, by block
  twiddle_vectors group[MAX_POINTS / GROUP];                 // by group and lane
  twiddle_vectors inverse_pair;
  twiddle_vectors inverse_middle[3][MAX_POINTS / LANES / 4]; // by pass and position
  twiddle_vectors inverse_last[MAX_POINTS / LANES / 4];
  vf64 untwist[MAX_POINTS / LANES][2];                       // e^(-i pi j / N) / M
} fft_tables;
static fft_tables tables_256 __attribute__((aligned(4096))), tables_512 __attribute__((aligned(4096))), tables_1024 __attribute__((aligned(4096)));
#define TABLES(M) ((M) == 1024 ? &tables_1024 : (M) == 512 ? &tables_512 : &tables_256)

INLINE void load_splats(vf64 *w, const double *from, const int radix) {
  const int count = radix == 8 ? 8 : radix == 4 ? 6 : 2;
  for (int q = 0; q < count; q++) w[q] = splat(from[q]);
}
INLINE void forward_step(points *p, const vf64 *w, const int radix) {
  if (radix == 8) forward8(p, w); else if (radix == 4) forward4(p, w); else forward2(p, w);
}
INLINE void inverse_step(points *p, const vf64 *w, const int radix) {
  if (radix == 8) inverse8(p, w); else if (radix == 4) inverse4(p, w); else inverse2(p, w);
}
INLINE void load_points(points *p, const vf64 *x, const int stride, const int radix) {  // stride in complex vectors
  for (int q = 0; q < radix; q++) { p->re[q] = x[2 * q * stride]; p->im[q] = x[2 * q * stride + 1]; }
}
INLINE void store_points(vf64 *x, const points *p, const int stride, const int radix) {
  for (int q = 0; q < radix; q++) { x[2 * q * stride] = p->re[q]; x[2 * q * stride + 1] = p->im[q]; }
}

// A stream of prefetches, spread over the passes: `lines` cache lines at every step.
typedef struct { const char *at; } prefetch_cursor;
INLINE void prefetch_some(prefetch_cursor *c, const int lines) {
  for (int z = 0; z < lines; z++) PREFETCH(c->at + 64 * z);
  c->at += 64 * lines;
}

// ---- passes ---------------------------------------------------------------------------------------
#define FIRST_PASS(M, LOAD_RE, LOAD_IM, STEP)                                        \
  const int radix = FIRST_RADIX(M), step = (M) / radix / LANES;                      \
  vf64 w[TWIDDLES];                                                                  \
  load_splats(w, TABLES(M)->first, radix);                                           \
  for (int v = 0; v < step; v++) {                                                   \
    points p;                                                                        \
    for (int q = 0; q < radix; q++) {                                                \
      const int at = v * LANES + q * ((M) / radix);                                  \
      p.re[q] = LOAD_RE; p.im[q] = LOAD_IM;                                          \
    }                                                                                \
    forward_step(&p, w, radix);                                                      \
    STEP;                                                                            \
    store_points(x + 2 * v, &p, step, radix);                                        \
  }
INLINE void first_from_i32(vf64 *restrict x, const int32_t *restrict d, const int M, prefetch_cursor *ahead, const int lines) {
  FIRST_PASS(M, from_i32(d + at), from_i32(d + (M) + at), prefetch_some(ahead, lines))
}
INLINE void first_from_f64(vf64 *restrict x, const double *restrict d, const int M) {
  FIRST_PASS(M, *(const vf64 *)(d + at), *(const vf64 *)(d + (M) + at), (void)0)
}

INLINE void forward_middle_pass(vf64 *x, const int M, const int pass, prefetch_cursor *ahead, const int lines) {
  const int radix = MIDDLE_RADIX(M, pass), stride = middle_stride(M, pass), step = stride / LANES, blocks = M / (radix * stride);
  for (int b = 0; b < blocks; b++) {
    vf64 w[TWIDDLES];
    load_splats(w, TABLES(M)->middle[pass][b], radix);
    vf64 *y = x + 2 * b * radix * step;
    for (int v = 0; v < step; v++) {
      points p;
      load_points(&p, y + 2 * v, step, radix);
      forward_step(&p, w, radix);
      prefetch_some(ahead, lines);
      store_points(y + 2 * v, &p, step, radix);
    }
  }
}
// Passes are called by name, not in a loop: the radix of each must be a constant, or its points would live in memory.
INLINE void forward_middle(vf64 *x, const int M, prefetch_cursor *ahead, const int lines) {
  forward_middle_pass(x, M, 0, ahead, lines);
  if (MIDDLE_PASSES(M) > 1) forward_middle_pass(x, M, 1, ahead, lines);
  if (MIDDLE_PASSES(M) > 2) forward_middle_pass(x, M, 2, ahead, lines);
}
INLINE void inverse_middle_pass(vf64 *x, const int M, const int pass, prefetch_cursor *ahead, const int lines) {
  const int radix = MIDDLE_RADIX(M, pass), stride = middle_stride(M, pass), step = stride / LANES, blocks = M / (radix * stride);
  for (int b = 0; b < blocks; b++) {
    vf64 *y = x + 2 * b * radix * step;
    for (int v = 0; v < step; v++) {
      points p;
      load_points(&p, y + 2 * v, step, radix);
      inverse_step(&p, TABLES(M)->inverse_middle[pass][v].w, radix);
      prefetch_some(ahead, lines);
      store_points(y + 2 * v, &p, step, radix);
    }
  }
}
INLINE void inverse_middle(vf64 *x, const int M, prefetch_cursor *ahead, const int lines) {
  if (MIDDLE_PASSES(M) > 2) inverse_middle_pass(x, M, 2, ahead, lines);
  if (MIDDLE_PASSES(M) > 1) inverse_middle_pass(x, M, 1, ahead, lines);
  inverse_middle_pass(x, M, 0, ahead, lines);
}

// Group pass. For paired plans, group_begin must run before the two groups 2g, 2g+1 of a pair.
INLINE void group_begin(vf64 *x, const int group, const int M, prefetch_cursor *ahead, const int lines) {
  if (!PAIRED(M) || (group & 1)) return;
  vf64 *y = x + 2 * group * RADIX;
  for (int b = 0; b < RADIX; b++, y += 4) {
    const double *w = TABLES(M)->pair[group / 2 * RADIX + b];
    butterfly(&y[0], &y[1], &y[2], &y[3], splat(w[0]), splat(w[1]));
    prefetch_some(ahead, lines);
  }
}
INLINE void group_forward(const vf64 *x, const int group, points *p, const int M) {
  const vf64 *t = TABLES(M)->group[group].w;
#if LANES == 8
  vf64 w[TWIDDLES];
  for (int q = 0; q < TWIDDLES; q++) { w[q] = t[q]; PIN(w[q]); }
  if (PAIRED(M)) {
    const vf64 *y = x + 2 * (group & ~1) * RADIX + 2 * (group & 1);
    transpose_load(y, 4, p->re); transpose_load(y + 1, 4, p->im);
  } else {
    const vf64 *y = x + 2 * group * RADIX;
    transpose_load(y, 2, p->re); transpose_load(y + 1, 2, p->im);
  }
  forward8(p, w);
#else
  load_points(p, x + 2 * group * RADIX, 1, RADIX);
  transpose(p->re); transpose(p->im);
  forward4(p, t);
#endif
}
INLINE void group_inverse(vf64 *x, const int group, points *p, const int M) {
  (void)M;
#if LANES == 8
  inverse8_first(p);
  transpose(p->re); transpose(p->im);
  if (PAIRED(M)) {
    vf64 *y = x + 2 * (group & ~1) * RADIX;
    if ((group & 1) == 0) {
      for (int l = 0; l < 8; l++) { y[4 * l] = p->re[l]; y[4 * l + 1] = p->im[l]; }
    } else {
      const vf64 wr = TABLES(M)->inverse_pair.w[0], wi = TABLES(M)->inverse_pair.w[1];
      for (int l = 0; l < 8; l++, y += 4) {
        vf64 ur = y[0], ui = y[1];
        butterfly(&ur, &ui, &p->re[l], &p->im[l], wr, wi);
        y[0] = ur; y[1] = ui; y[2] = p->re[l]; y[3] = p->im[l];
      }
    }
    return;
  }
#else
  inverse4_first(p);
  transpose_back(p->re); transpose_back(p->im);
#endif
  store_points(x + 2 * group * RADIX, p, 1, RADIX);
}

// Last inverse pass with the untwist: EMIT sees in `re` the coefficients at..at+LANES-1, in `im` those from M + at; STEP runs once a step.
#define LAST_PASS(M, EMIT, STEP)                                                                 \
  const int radix = FIRST_RADIX(M), step = (M) / radix / LANES;                                  \
  for (int v = 0; v < step; v++) {                                                               \
    points p;                                                                                    \
    load_points(&p, x + 2 * v, step, radix);                                                     \
    inverse_step(&p, TABLES(M)->inverse_last[v].w, radix);                                       \
    STEP;                                                                                        \
    for (int q = 0; q < radix; q++) {                                                            \
      const int at = (v + q * step) * LANES;                                                     \
      const vf64 c = TABLES(M)->untwist[v + q * step][0], s = TABLES(M)->untwist[v + q * step][1]; \
      const vf64 re = p.re[q] * c - p.im[q] * s, im = p.re[q] * s + p.im[q] * c;                 \
      EMIT;                                                                                      \
    }                                                                                            \
  }

// ---- tables, to better than 53 bits ------------------------------------------------------------------
typedef struct { double hi, lo; } dd;  // unevaluated sum (Dekker 1971)
static dd dd_sum(double a, double b) { const double s = a + b, t = s - a; return (dd){s, (a - (s - t)) + (b - t)}; }
static dd dd_add(dd a, dd b) { dd s = dd_sum(a.hi, b.hi); return dd_sum(s.hi, s.lo + a.lo + b.lo); }
static dd dd_mul(dd a, dd b) {
  const double p = a.hi * b.hi, c = 134217729.0 * a.hi, d = 134217729.0 * b.hi;
  const double ah = c - (c - a.hi), al = a.hi - ah, bh = d - (d - b.hi), bl = b.hi - bh;
  return dd_sum(p, (((ah * bh - p) + ah * bl + al * bh) + al * bl) + a.hi * b.lo + a.lo * b.hi);
}
static dd dd_div_small(dd a, double n) {
  const double q = a.hi / n;
  const dd back = dd_mul((dd){q, 0}, (dd){n, 0});
  return dd_sum(q, ((a.hi - back.hi) - back.lo + a.lo) / n);
}
#define TURN 4096  // all angles are multiples of 2 pi / TURN
static double cosine_octant[TURN / 8 + 1], sine_octant[TURN / 8 + 1];
static void octant_tables(void) {
  const dd two_pi = {6.283185307179586, 2.4492935982947064e-16};
  for (int k = 0; k <= TURN / 8; k++) {
    dd x = dd_mul(two_pi, (dd){(double)k / TURN, 0});
    const dd minus_square = dd_mul((dd){-x.hi, -x.lo}, x);
    dd c = {1, 0}, s = x, term_c = {1, 0}, term_s = x;
    for (int n = 2; n <= 24; n += 2) {
      term_c = dd_div_small(dd_mul(term_c, minus_square), (double)(n * (n - 1)));
      term_s = dd_div_small(dd_mul(term_s, minus_square), (double)(n * (n + 1)));
      c = dd_add(c, term_c);
      s = dd_add(s, term_s);
    }
    cosine_octant[k] = c.hi;
    sine_octant[k] = s.hi;
  }
}
static double cosine(int k) {  // cos(2 pi k / TURN)
  k &= TURN - 1;
  if (k > TURN / 2) k = TURN - k;
  if (k > TURN / 4) return -cosine(TURN / 2 - k);
  return k <= TURN / 8 ? cosine_octant[k] : sine_octant[TURN / 4 - k];
}
static double sine(int k) { return cosine(k - TURN / 4); }

static int reverse_bits(int x, int bits) {
  int r = 0;
  for (int i = 0; i < bits; i++, x >>= 1) r = 2 * r + (x & 1);
  return r;
}
static int log2_of(int x) { int r = 0; while ((1 << r) < x) r++; return r; }
// Angle of block b of `blocks`, in TURN-ths of a turn.
static int block_angle(int blocks, int b) { return (TURN / 4 + TURN * reverse_bits(b, log2_of(blocks))) / blocks; }
static void set_root(double *re, double *im, int angle) { *re = cosine(angle); *im = sine(angle); }
static void forward_roots(double w[TWIDDLES], int angle, int radix) {
  set_root(&w[0], &w[1], angle / 2);
  if (radix >= 4) set_root(&w[2], &w[3], angle / 4);
  if (radix == 4) set_root(&w[4], &w[5], angle / 4 + angle / 2);
  if (radix == 8) { set_root(&w[4], &w[5], angle / 8); set_root(&w[6], &w[7], angle / 8 + TURN / 8); }
}
static void inverse_roots(double w[TWIDDLES], int angle, int radix) {  // angle of one position
  if (radix == 2) set_root(&w[0], &w[1], angle);
  if (radix == 4) { set_root(&w[0], &w[1], 2 * angle); set_root(&w[2], &w[3], angle); set_root(&w[4], &w[5], 3 * angle); }
  if (radix == 8) {
    set_root(&w[0], &w[1], 4 * angle); set_root(&w[2], &w[3], 2 * angle);
    set_root(&w[4], &w[5], angle); set_root(&w[6], &w[7], angle - TURN / 8);
  }
}
static void set_lane(twiddle_vectors *t, int lane, const double w[TWIDDLES]) {
  for (int q = 0; q < TWIDDLES; q++) ((double *)&t->w[q])[lane] = w[q];
}
static void fill_tables(fft_tables *t, const int M) {
  double w[TWIDDLES] = {0};
  forward_roots(t->first, block_angle(1, 0), FIRST_RADIX(M));
  for (int pass = 0; pass < MIDDLE_PASSES(M); pass++) {
    const int radix = MIDDLE_RADIX(M, pass), stride = middle_stride(M, pass), blocks = M / (radix * stride);
    for (int b = 0; b < blocks; b++) forward_roots(t->middle[pass][b], block_angle(blocks, b), radix);
    for (int j = 0; j < stride; j++) {
      inverse_roots(w, -TURN / (radix * stride) * j, radix);
      set_lane(&t->inverse_middle[pass][j / LANES], j % LANES, w);
    }
  }
  if (PAIRED(M)) {
    for (int b = 0; b < M / (2 * LANES); b++) set_root(&t->pair[b][0], &t->pair[b][1], block_angle(M / (2 * LANES), b) / 2);
    for (int j = 0; j < LANES; j++) { inverse_roots(w, -TURN / (2 * LANES) * j, 2); set_lane(&t->inverse_pair, j, w); }
  }
  for (int g = 0; g < M / GROUP; g++) for (int l = 0; l < LANES; l++) {
    const int block = PAIRED(M) ? 2 * (g / 2 * LANES + l) + (g & 1) : g * LANES + l;
    forward_roots(w, block_angle(M / RADIX, block), RADIX);
    set_lane(&t->group[g], l, w);
  }
  for (int j = 0; j < M / FIRST_RADIX(M); j++) {
    inverse_roots(w, -TURN / M * j, FIRST_RADIX(M));
    set_lane(&t->inverse_last[j / LANES], j % LANES, w);
  }
  for (int j = 0; j < M; j++) {
    ((double *)&t->untwist[j / LANES][0])[j % LANES] = cosine(-TURN / (4 * M) * j) / M;
    ((double *)&t->untwist[j / LANES][1])[j % LANES] = sine(-TURN / (4 * M) * j) / M;
  }
}
static void fft_initialise(void) {
  octant_tables();
  fill_tables(&tables_256, 256);
  fill_tables(&tables_512, 512);
  fill_tables(&tables_1024, 1024);
}
