import { fhe, type Tracer } from "../../../src/index.js";
import type { Programs } from "./programs.js";

const halved = (v: Tracer): Tracer => fhe.floor(v.mul(0.5)).astype("int64");

/** Pipelines of floating-point functions that end in integers: oracles/concrete/written/floats.py. */
export const floats: Programs = {
  sine: (x) => fhe.round(fhe.sin(x).mul(7)).astype("int64"),

  logarithm: (x) => fhe.floor(fhe.log(x.add(1)).mul(3.5)).astype("int64"),

  sigmoid: (x) => fhe.rint(fhe.divide(15, fhe.add(1, fhe.exp(x.neg().div(2))))).astype("int64"),

  truncated: (x) => [
    x.div(3).astype("int64"),
    x.mul(0.5).sub(0.25).astype("int64"),
    x.neg().div(2).astype("int64"),
  ],

  halves: (x) => [
    fhe.round(x.div(2)).astype("int64"),
    fhe.floor(x.div(2)).astype("int64"),
    fhe.ceil(x.div(2)).astype("int64"),
  ],

  divisions: (x) => [x.floorDivide(3), x.floorDivide(-3), x.mod(3), x.mod(-3), fhe.fmod(x, 3)],

  dividedBy: (x) => [
    fhe.floorDivide(20, x),
    fhe.remainder(20, x),
    fhe.power(2, x),
    fhe.floorDivide(-20, x),
  ],

  quantizeDequantize: (x) => {
    const real = x.astype("float64").sub(3).mul(0.37);
    const activated = fhe.maximum(real, 0);
    return fhe.clip(fhe.round(activated.div(0.5)).add(1), 0, 7).astype("int64");
  },

  quantizedLayer: (x) => {
    const weights = [
      [1, -2, 0, 3],
      [2, 1, -1, -3],
      [0, 2, 1, 1],
    ];
    const sums = x.matmul(weights).add([1, -4, 2, 0]);
    return fhe.clip(fhe.rint(sums.mul(0.21).add(2.5)), 0, 15).astype("int64");
  },

  normalised: (x) => fhe.floor(fhe.abs(x).pow(0.5).mul(4).add(fhe.cos(x))).astype("int64"),

  roots: (x) => [
    fhe.sqrt(x).astype("int64"),
    fhe.cbrt(x.mul(9)).astype("int64"),
    fhe.hypot(x, 3).astype("int64"),
  ],

  floatFromTwoPaths: (x) => {
    const a = fhe.sin(x).mul(3);
    const b = fhe.cos(x).mul(2);
    return a.add(b).add(0.5).astype("int64");
  },

  twoRegions: (x, y) => {
    const a = fhe.sqrt(fhe.abs(x)).mul(2).astype("int64");
    const b = fhe.exp2(y).astype("int64");
    return a.mul(2).add(b).sub(fhe.tanh(x).mul(4).astype("int64"));
  },

  clipped: (x) => [fhe.clip(x, 5, 20), x.clip(0, 15), fhe.minimum(x, 10), fhe.maximum(3, x)],

  around: (x) => [fhe.around(x, -1).astype("int64"), x.round(), fhe.sign(x), fhe.abs(x)],

  powers: (x) => [x.pow(2), x.pow(3), x.pow(0), fhe.power(x, 1), fhe.square(x)],

  comparisonsOfFloats: (x) => [
    x.mul(1.5).greater(2.2).astype("int64"),
    fhe.sin(x).greaterEqual(0).add(0),
    fhe.isnan(x.div(2)).add(x),
  ],

  reciprocals: (x) => [
    fhe.divide(12, x).astype("int64"),
    fhe.reciprocal(x.mul(0.5)).astype("int64"),
    fhe.log2(x).astype("int64"),
  ],

  conditions: (x) => [
    fhe.where(x.greater(3), x.mul(2), x.add(1)),
    fhe.where(x.mod(2).equal(0), x, fhe.subtract(0, x)),
  ],

  leakyRelu: (x) => fhe.where(x.greater(0), x, x.floorDivide(4)),

  wideToNarrow: (x) => fhe.floor(x.div(32)).astype("int64").add(4),

  integersAsFloats: (x) => x.astype("float64").astype("int64").add(x.add(0.25).astype("int64")),

  angles: (x) => {
    const degrees = x.mul(24);
    return [
      fhe.round(fhe.cos(fhe.deg2rad(degrees)).mul(8)).astype("int64"),
      fhe.arctan2(x, 5).astype("int64"),
    ];
  },

  elementwiseConstants: (x) => [
    fhe.round(x.mul([0.5, 1.5]).add([0.1, -3.0])).astype("int64"),
    x.floorDivide([2, 3]),
  ],

  longConstants: (x) => [
    fhe.round(x.mul(0.123456789012345).add(1e-7)).astype("int64"),
    x.mul(1.5e-9).div(1e-9).astype("int64"),
    fhe.round(x.mul(3.5)).astype("int64"),
  ],

  startingTypes: (x) => [
    halved(new fhe.LookupTable([0, 3, 9, 2, 4, 4, 4, -1]).apply(x)),
    halved(fhe.bits(x).at(2)),
    halved(fhe.bits(x).slice(1, 3)),
    halved(fhe.roundBitPattern(x, 1)),
    halved(fhe.truncateBitPattern(x, 1)),
    halved(fhe.relu(x.sub(3))),
    halved(fhe.univariate((v) => v + 20)(x)),
    halved(fhe.array([x.at(0), x.at(1), 9])),
    halved(fhe.concatenate([x, x.add(9)])),
    halved(fhe.identity(x)),
    halved(fhe.refresh(x)),
    halved(fhe.hint(x.add(1), 6)),
  ],

  startingTypesOfTwo: (x, y) => [
    halved(x.mul(y)),
    halved(x.matmul(y)),
    halved(x.matmul([5, 9])),
    halved(fhe.sum(x)),
    halved(fhe.max(x)),
    halved(fhe.maximum(x, y)),
    halved(x.add(100)),
    halved(fhe.subtract(3, x)),
    halved(x.greater(y)),
    halved(fhe.ifThenElse(x.greater(3), x, y)),
    halved(fhe.multivariate((a = 0, b = 0) => a + b)(x, y)),
    halved(fhe.constant(9).add(x.at(0))),
    halved(fhe.zeros([2]).add(x)),
  ],

  startingTypesOfImages: (x) => [
    halved(
      fhe.conv(x, [
        [
          [
            [3, 3],
            [3, 3],
          ],
        ],
      ]),
    ),
    halved(fhe.maxPool(x, [2, 2])),
    halved(x.at(0, 0, 1)),
  ],

  startingTypesOfSigned: (x) => [
    halved(x.at(0)),
    halved(fhe.bits(x).at(0)),
    halved(fhe.truncateBitPattern(x, 1)),
    halved(fhe.relu(x)),
    halved(fhe.identity(x)),
    halved(x.neg()),
    halved(x.reshape(2, 1)),
    halved(fhe.array([x.at(0), 100])),
    halved(fhe.relu(x.at(fhe.slice(null, null, -1)).sub(1))),
  ],

  nestedParts: (x) => {
    const s = fhe.floor(fhe.sin(fhe.round(x).mul(0.5)).mul(4)).astype("int64");
    return [s.reshape(2, 2), fhe.where(s.greater(-4), x, s.add(2)), s.mul(2)];
  },

  sharedParts: (x) => {
    const y = x.mul(1);
    const d = y.mul(2);
    const s = fhe.sqrt(d).astype("int64");
    return [fhe.where(y.greater(3), d, s.add(5)), d, s.add(5).mul(y.mod(2))];
  },
};
