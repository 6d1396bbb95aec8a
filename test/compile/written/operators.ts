import { fhe, type Tracer } from "../../../src/index.js";
import type { Programs } from "./programs.js";

const s = fhe.slice;
const all = s();

/** Operators with unusual operands: oracles/concrete/written/operators.py. */
export const operators: Programs = {
  negativeAxes: (x) => [
    fhe.sum(x, -2),
    fhe.sum(x, [-1, 0]),
    fhe.expandDims(x, -1),
    fhe.transpose(x, [-1, 0, 1]),
    fhe.concatenate([x, x], -3),
    fhe.squeeze(x.at(s(0, 1)), -3),
  ],

  stackedProducts: (x) => {
    const weights = [
      [1, 0],
      [-1, 2],
      [3, 1],
    ];
    return [x.matmul(weights), fhe.matmul([[2, -1]], x.at(0)), fhe.matmul(x.at(0, 0), weights)];
  },

  vectorsAndMatrices: (x) => [
    fhe.matmul(
      [
        [1, 2, 3],
        [-1, 0, 1],
      ],
      x,
    ),
    x.matmul([
      [1, 2],
      [0, 0],
      [-1, 1],
    ]),
    fhe.matmul([1, 1, 1], x),
  ],

  outer: (x, y) => [x.mul(y), x.add(y), x.less(y), fhe.maximum(x, y)],

  oddSlices: (x) => [
    x.at(s(-100, 3)),
    x.at(s(3, 100)),
    x.at(s(-1, -4, -1)),
    x.at(s(2, null, -1)),
    x.at(s(null, 1, -1)),
    x.at(s(4, 0, -3)),
  ],

  assignNegatives: (x) => {
    const y = x.set(1, -3);
    return y.set(s(null, null, 2), y.at(s(2, 4)).sub(8));
  },

  assignRows: (x, y) =>
    x
      .set(all, x.add(1))
      .set([0, s(null, null, -1)], y)
      .set([all, 0], [9, 10]),

  joinSigns: (x, y) => [fhe.concatenate([x, y]), fhe.concatenate([x, [-1], y])],

  arrayOfConstants: (x) => [fhe.array([x, -1, 2]), fhe.array([[x], [7]])],

  shiftsByArrays: (x) => [
    x.leftShift([1, 2]),
    x.rightShift([0, 1]),
    fhe.leftShift(1, x),
    fhe.rightShift(64, x),
  ],

  bitsOfConstants: (x) => [
    x.and(0b101),
    x.or(16),
    x.xor(0),
    x.invert().add(16),
    fhe.bitwiseAnd(7, x),
  ],

  signedPowers: (x) => [
    x.pow(2),
    x.pow(3),
    x.neg().pow(3),
    fhe.power(2, x.add(8)),
    fhe.abs(x.neg()),
  ],

  constantBases: (x) => [
    fhe.floorDivide(-5, x.add(1)),
    fhe.remainder(5, x.add(1)),
    fhe.subtract(100, x),
    fhe.power(3, x),
    fhe.multiply(10, x).sub(70),
  ],

  divisionsByArrays: (x) => [
    fhe.floorDivide(x, 4),
    fhe.remainder(x, -4),
    fhe.mod(x, 5),
    fhe.fmod(x, -3),
    fhe.trueDivide(x, 4).astype("int64"),
  ],

  rareFunctions: (x) => [
    fhe.heaviside(x, 1).astype("int64"),
    fhe.copysign(3, x).astype("int64"),
    fhe.fmax(x, 2),
    fhe.fmin(x, -2),
    fhe.gcd(x, 6),
    fhe.lcm(x, 4),
    fhe.signbit(x).add(0),
  ],

  infinities: (x) => [
    fhe.isfinite(fhe.divide(1, x)).add(0),
    fhe.isinf(fhe.log(x)).add(x),
    fhe.isnan(fhe.sqrt(x.sub(4.5))).mul(3),
  ],

  exponentials: (x) => [
    fhe.expm1(x.div(4)).astype("int64"),
    fhe.log1p(x).astype("int64"),
    fhe.log10(x.mul(30)).astype("int64"),
    fhe.exp2(x.div(2)).astype("int64"),
    fhe.sinh(x.div(3)).astype("int64"),
    fhe.arctan(x.sub(4)).astype("int64"),
    fhe.ldexp(x, 2).astype("int64"),
    fhe.logaddexp(x, 2).astype("int64"),
    fhe.floatPower(x, 1.5).astype("int64"),
  ],

  sameFloatTwice: (x) => {
    const root = fhe.sqrt(x);
    return root.mul(3).astype("int64").add(fhe.floor(root).astype("int64"));
  },

  rowConstants: (x) => fhe.rint(x.mul([0.5, 1.25, 2.0])).astype("int64"),

  clippedRows: (x) => [fhe.clip(x, [1, 2, 3], [5, 5, 4]), fhe.maximum(x, [[2], [5]])],

  chosenRows: (c, x, y) => [fhe.where(c, x, y), fhe.where(c.equal(1), x.at(0), x.at(1))],

  nothingLeft: (x) => [x.sub(x), x.mul(0), x.equal(x), x.floorDivide(8), x.greater(7)],

  products: (x, y, z) => [
    x.mul(y).mul(z),
    x.mul(x).mul(x),
    x.add(y).mul(x.sub(y)),
    fhe.square(x.add(z)),
  ],

  thresholdProducts: (x, y) => [fhe.dot(x, y).greater(9), fhe.sum(x.mul(y)).floorDivide(4)],

  between: (x, y, z) => [
    x.lessEqual(y).and(y.lessEqual(z)),
    x.less(y).or(y.less(z)),
    x.greater(y).add(y.greater(z)).equal(2),
  ],

  bitsOfTensors: (x) => [
    fhe.bits(x).at(0),
    fhe.bits(x).slice(1, 3),
    fhe.bits(x.mul(3)).at(2),
    fhe.bits(x).slice(2, 0, -1),
  ],

  roundedSigned: (x) => [fhe.roundBitPattern(x, 1), fhe.abs(fhe.roundBitPattern(x, 2))],

  roundedUnprotected: (x) =>
    fhe.univariate((v) => Math.floor(v / 4))(fhe.roundBitPattern(x, 2, false)),

  roundedByNothing: (x) => [fhe.roundBitPattern(x, 0).add(1), fhe.truncateBitPattern(x, 0).mul(2)],

  singleBits: (x) => [
    new fhe.LookupTable([1, 0]).apply(x),
    new fhe.LookupTable([5, -5]).apply(x),
    fhe.sum(x),
    fhe.subtract(1, x),
    x.xor(1),
  ],

  longTable: (x) => [
    new fhe.LookupTable(Array.from({ length: 16 }, (_, i) => i % 5)).apply(x),
    new fhe.LookupTable(Array.from({ length: 8 }, (_, i) => i * i)).apply(x.add(0)),
  ],

  tagsOfTables: (x) => {
    const [y, z] = fhe.tag("a", () => {
      const table = new fhe.LookupTable([0, 2, 4, 6, 8, 10, 12, 14]);
      const y = fhe.tag("b", () => table.apply(x));
      return [y, fhe.tag("c.d", () => fhe.floor(y.div(3)).astype("int64"))] as const;
    });
    return fhe.tag("a", () => z.add(y));
  },

  oneElement: (x, y) => [x.at(0), y.at(0, 0), x.add(y), fhe.sum(y), fhe.max(x), y.reshape(1), y.T],

  chainedShapes: (x) => {
    const reversed = x.reshape(4).at(s(null, null, -1));
    return reversed
      .reshape(2, 2)
      .T.matmul([
        [1, 1],
        [0, 2],
      ])
      .sub(x);
  },

  widestBytes: (x) => [x.add(1), fhe.subtract(255, x), x.mul(2)],

  widestSigned: (x) => [x.add(128), x.neg(), x.sub(1)],

  swapped: (x, y) => [y, x, x, y.add(0)],

  longExpression: (x) => {
    let total: Tracer = x;
    for (const i of [0, 1, 2, 3, 4, 5]) {
      total = total.add(fhe.multiply(i + 1, x.T)).sub([
        [i, 0],
        [0, i],
      ]);
    }
    return total;
  },

  longConstantArrays: (x) => [
    x.mul(Array.from({ length: 12 }, (_, i) => 100 + i)),
    x.add(Array.from({ length: 12 }, () => 1000)),
    fhe.sum(x.mul(Array.from({ length: 12 }, (_, i) => i - 6))),
  ],
};
