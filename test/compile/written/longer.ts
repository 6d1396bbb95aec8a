import { fhe, type Tracer } from "../../../src/index.js";
import type { Programs } from "./programs.js";

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
const all = fhe.slice();

/** Longer programs: ciphers, databases, statistics, small networks: oracles/concrete/written/longer.py. */
export const longer: Programs = {
  bitwiseComparator: (x, y) => {
    let greater: Tracer = fhe.zero();
    let equal: Tracer = fhe.one();
    for (const i of [5, 4, 3, 2, 1, 0]) {
      greater = greater.add(equal.mul(x.at(i).greater(y.at(i))));
      equal = equal.mul(x.at(i).equal(y.at(i)));
    }
    return [greater, equal];
  },

  addOfDigits: (a, b) => {
    const digits: Tracer[] = [];
    let carry: Tracer = fhe.zero();
    for (const i of upTo(4)) {
      const total = a.at(i).add(b.at(i)).add(carry);
      digits.push(fhe.bits(total).slice(0, 2));
      carry = fhe.bits(total).at(2);
    }
    return [fhe.array(digits), carry];
  },

  cipherRound: (state, key) => {
    const box = [12, 5, 6, 11, 9, 0, 10, 13, 3, 14, 15, 8, 4, 7, 1, 2];
    return fhe.lookup(box, state.xor(key)).at([1, 2, 3, 0]);
  },

  linearFeedback: (x) => {
    let seed = x;
    const out = upTo(3).map(() => {
      const bit = fhe.bits(seed).at(0).xor(fhe.bits(seed).at(3));
      seed = seed.rightShift(1).add(bit.mul(32));
      return bit;
    });
    return [fhe.array(out), seed];
  },

  columnStatistics: (x) => {
    const sums = x.sum(0);
    return [sums.floorDivide(3), x.max(0).sub(x.min(0)), x.mul(3).sub(sums).pow(2).sum()];
  },

  countsAndShares: (x) => {
    const counts = x
      .reshape(1, 5)
      .equal(upTo(8).map((i) => [i]))
      .sum(1);
    return [counts, counts.max(), counts.mul(upTo(8)).sum()];
  },

  secondPrice: (bids) => {
    const highest = fhe.max(bids);
    const winner = bids.equal(highest);
    const others = fhe.where(winner, fhe.zeros([4]), bids);
    return [winner, fhe.max(others)];
  },

  convolutionalNet: (x) => {
    const kernel = [
      [
        [
          [0, 1, 0],
          [1, -4, 1],
          [0, 1, 0],
        ],
      ],
    ];
    const edges = fhe.abs(fhe.conv(x, kernel)).floorDivide(4);
    return fhe
      .maxPool(edges, [2, 2])
      .reshape(1, 4)
      .matmul([[1], [-1], [2], [0]]);
  },

  denseNet: (x) => {
    const first = [
      [1, -1, 0],
      [2, 0, 1],
      [-1, 1, 1],
      [0, 2, -2],
    ];
    const sums = fhe.maximum(x.matmul(first).add([[3, -2, 0]]), 0);
    const hidden = fhe.minimum(sums.floorDivide(4), 15);
    const scores = hidden
      .matmul([
        [1, -2],
        [0, 3],
        [2, 1],
      ])
      .sub([4, 1]);
    return [scores, scores.at(all, 0).greater(scores.at(all, 1))];
  },

  batchNorm: (x) => {
    const scaled = x.mul([0.11, 0.2, 0.05]).add([1.0, -2.5, 0.3]);
    return fhe.clip(fhe.round(scaled), -8, 7).astype("int64");
  },

  distances: (p, q) => {
    const d = p.sub(q);
    return [fhe.abs(d).sum(), d.pow(2).sum(), fhe.max(fhe.abs(d))];
  },

  matrixPowers: (x) => [
    x.matmul(x).sum(),
    x.at(0, 0).add(x.at(1, 1)).add(x.at(2, 2)),
    x.T.matmul([1, 2, 3]),
  ],

  runningMaximum: (x) => {
    const zeros = fhe.zeros([4]);
    let best = x.at(0);
    let out = zeros.set(0, best);
    for (const i of [1, 2, 3]) {
      best = fhe.maximum(best, x.at(i));
      out = out.set(i, best);
    }
    return out;
  },

  bubble: (values) => {
    let x = values;
    for (const i of upTo(3)) {
      for (const j of upTo(3 - i)) {
        const low = fhe.minimum(x.at(j), x.at(j + 1));
        const high = fhe.maximum(x.at(j), x.at(j + 1));
        x = x.set(j, low).set(j + 1, high);
      }
    }
    return x;
  },

  taxes: (income, children) => {
    const low = income.less(20);
    const zero = income.mul(0);
    const middle = income.less(60);
    const second = income.sub(20).floorDivide(5);
    const third = income.sub(60).floorDivide(3).add(8);
    const bracket = fhe.where(low, zero, fhe.where(middle, second, third));
    return fhe.maximum(bracket.sub(children.mul(2)), 0);
  },

  checkDigit: (date) => {
    const ones = date.mod(10);
    const tens = date.floorDivide(10).mod(10).mul(3);
    return ones.add(tens).add(date.floorDivide(100).mul(7)).mod(11);
  },

  determinants: (x, y) => {
    const z = x.sub(y);
    const down = z.at(0, 0).mul(z.at(1, 1));
    return down.sub(z.at(0, 1).mul(z.at(1, 0)));
  },

  sequenceScore: (dna) => {
    const scores = new fhe.LookupTable([5, -4, 2, -1]).apply(dna);
    let best = scores.at(0);
    let total = fhe.maximum(scores.at(0), 0);
    for (const i of [1, 2, 3, 4, 5]) {
      total = fhe.maximum(total.add(scores.at(i)), 0);
      best = fhe.maximum(best, total);
    }
    return best;
  },

  multiplexer: (x, selector) => {
    const [low, high] = [fhe.bits(selector).at(0), fhe.bits(selector).at(1)];
    const [one, other] = [x.at(1).add(low), x.at(0).sub(low)];
    return [fhe.ifThenElse(high, one, other), low.add(fhe.multiply(2, high)).equal(selector)];
  },

  parities: (x) => [x.sum(1).mod(2), x.sum(0).and(1), x.at(0).xor(x.at(1))],

  trigonometry: (angle) => {
    const turn = angle.mul((2 * Math.PI) / 64);
    return [
      fhe.round(fhe.sin(turn).mul(31)).astype("int64"),
      fhe.round(fhe.cos(turn).mul(31)).astype("int64"),
    ];
  },

  manyBits: (x) => [x.floorDivide(64), fhe.sign(x), x.greater(100), fhe.abs(x).floorDivide(128)],
};
