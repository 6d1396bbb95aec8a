import { fhe } from "../../../src/index.js";
import type { Programs } from "./programs.js";

/** Bounds at powers of two, constants, outputs in every form, tags, hints, bits: oracles/concrete/written/edges.py. */
export const edges: Programs = {
  powerOfTwo: (x) => [x, x.sub(16), x.add(16), x.neg(), x.mul(16)],

  minusOne: (x) => [x.add(0), x.mul(-1), x.sub(1), fhe.abs(x)],

  alwaysZero: (x) => [x.add(1), x.mul(5), x.sub(1)],

  sameTwice: (x) => {
    const y = x.add(1);
    return [y, y];
  },

  inputsReturned: (x, y) => [y, x],

  onlyInput: (x) => x,

  unusedInput: (_x, _unused, y) => y.mul(2),

  constantOutput: (x) => [x.add(1), fhe.constant(5), fhe.zero(), fhe.ones([2])],

  oneSample: (x) => [fhe.sum(x), x.mul(x)],

  oneScalarSample: (x) => [x.floorDivide(2), x.greater(3)],

  nestedTags: (x) => {
    const v = fhe.tag("outer", () => {
      const y = x.add(1);
      const [z, w] = fhe.tag("inner", () => {
        const z = y.pow(2);
        return [z, fhe.sin(z).astype("int64")] as const;
      });
      return z.sub(w);
    });
    return v.mul(2);
  },

  hints: (x) => {
    const y = fhe.hint(x.add(1), 6);
    const z = fhe.hintValue(y.mul(2), 100);
    return [z.add(1), fhe.hint(x, 5).pow(2)];
  },

  bitSlices: (x) => {
    const b = fhe.bits(x);
    return [
      b.at(0),
      b.at(4),
      b.slice(1, 3),
      b.slice(null, 2),
      b.slice(2),
      b.slice(0, 5, 2),
      b.slice(3, 1, -1),
    ];
  },

  signedBits: (x) => {
    const b = fhe.bits(x);
    return [b.at(0), b.at(3), b.slice(1, 3), b.slice(0, 4)];
  },

  parity: (x) => [fhe.subtract(1, fhe.bits(x).at(0)), x.mod(2).equal(0), x.and(1)],

  shifts: (x, n) => [
    x.leftShift(n),
    x.rightShift(n),
    fhe.leftShift(1, n),
    x.leftShift(2),
    x.rightShift(1),
  ],

  bitwise: (x, y) => [
    x.and(y),
    x.or(y),
    x.xor(y),
    x.and(5),
    x.or(8),
    fhe.bitwiseXor(3, x),
    x.invert(),
  ],

  signedComparisons: (x, y) => [
    x.less(y),
    x.lessEqual(y),
    x.equal(y),
    x.notEqual(y),
    x.greaterEqual(y),
    x.greater(y),
  ],

  unequalWidths: (x, y) => [x.less(y), y.less(x), x.equal(y), fhe.maximum(x, y)],

  logic: (x, y) => [
    fhe.logicalAnd(x.greater(2), y.greater(2)),
    fhe.logicalNot(x),
    fhe.logicalOr(x, 0),
    x.greater(2).and(y.less(5)).or(x.equal(y)),
  ],

  rounded: (x) => [
    fhe.roundBitPattern(x, 3).floorDivide(8),
    fhe.relu(fhe.roundBitPattern(x.sub(32), 2)).mul(1),
  ],

  truncatedPattern: (x) => [
    fhe.truncateBitPattern(x, 3).floorDivide(8),
    fhe.truncateBitPattern(x.sub(20), 2),
  ],

  multivariateSum: (x, y) => fhe.multivariate((a = 0, b = 0) => (a * b + 3) % 8)(x, y),

  multivariateThree: (x, y, z) => fhe.multivariate((a = 0, b = 0, c = 0) => a * b + c)(x, y, z),

  univariates: (x) => [
    fhe.univariate((v) => v ** 2 % 11)(x),
    fhe.univariate((v) => v - 7)(x.add(1)),
  ],

  identities: (x) => [
    fhe.identity(x).add(1),
    fhe.refresh(x).mul(2),
    x.pos(),
    fhe.positive(x),
    x.mul(1),
  ],

  relus: (x) => [fhe.relu(x), fhe.relu(x.mul(2).add(1)), fhe.relu(x.sub(8)), fhe.relu(x.add(8))],

  wideRelu: (x) => fhe.relu(x),

  clearFactor: (x, w) => [x.mul(w), x.add(w), x.sub(w), w.sub(x)],

  clearVector: (x, w) => [fhe.dot(x, w), x.mul(w).add(1)],

  repeats: (x) => {
    const y = x.mul(2);
    const z = x.mul(2);
    return [y.add(z), x.add(1).pow(2).sub(x.add(1).pow(2))];
  },

  bytesMod: (x) => [x.mod(16), x.floorDivide(16), x.greater(127)],

  mixedSigns: (x, y) => [x.add(y), x.sub(y), y.sub(x), fhe.minimum(x, y)],

  negativeTable: (x) => [
    new fhe.LookupTable([-1, -2, -3, -4, 0, 1, 2, 3]).apply(x),
    new fhe.LookupTable([7, 7, 7, 7, 7, 7, 7, 7]).apply(x),
  ],

  shortTable: (x) => new fhe.LookupTable([1, 2, 3, 4, 5]).apply(x),

  pythonIndex: (x) => new fhe.LookupTable([0, 1, 2, 3, 4, 5, 6, 7]).apply(x),

  choice: (x, a, b) => [
    fhe.ifThenElse(x, a, b),
    fhe.where(x, a, a.add(1)),
    fhe.where(x.equal(0), b, a),
  ],

  minusChain: (x) => [
    fhe.subtract(5, fhe.subtract(3, fhe.subtract(1, x))),
    x.neg().neg(),
    x.sub(3).neg(),
  ],

  booleans: (x) => {
    const flags = x.greater(3);
    return [fhe.sum(flags), flags.mul(3), fhe.subtract(1, flags), flags.equal(x.less(6))];
  },

  duplicateTables: (x) => [x.floorDivide(2).add(x.floorDivide(2)), x.floorDivide(2).mul(x.mod(2))],
};
