import { fhe, type Tracer } from "../../../src/index.js";
import type { Programs } from "./programs.js";

/** Small algorithms that people write: oracles/concrete/written/algorithms.py. */
export const algorithms: Programs = {
  gameOfLife: (board) => {
    const weight = [
      [
        [2, 2, 2],
        [2, 1, 2],
        [2, 2, 2],
      ],
    ];
    return fhe.univariate((v) => (v >= 5 && v <= 7 ? 1 : 0))(fhe.conv(board, [weight]));
  },

  lifeBySlices: (board) => {
    const inner = fhe.slice(1, -1);
    const wide = fhe.zeros([6, 6]).set([inner, inner], board);
    let around: Tracer = fhe.zeros([4, 4]);
    for (const i of [0, 1, 2]) {
      for (const j of [0, 1, 2]) {
        if (i === 1 && j === 1) continue;
        around = around.add(wide.at(fhe.slice(i, i + 4), fhe.slice(j, j + 4)));
      }
    }
    return around.equal(3).or(board.and(around.equal(2)));
  },

  levenshtein: (a, b) => {
    const rows = new Map<string, Tracer>();
    const row = (i: number, j: number) => rows.get(`${i} ${j}`) ?? fhe.zero();
    for (const i of [0, 1, 2]) {
      for (const j of [0, 1, 2, 3]) {
        if (i === 0 || j === 0) {
          rows.set(`${i} ${j}`, fhe.constant(i + j));
          continue;
        }
        const same = a.at(i - 1).equal(b.at(j - 1));
        const before = fhe.minimum(row(i - 1, j), row(i, j - 1));
        const step = fhe.add(1, fhe.minimum(before, row(i - 1, j - 1)));
        rows.set(`${i} ${j}`, fhe.ifThenElse(same, row(i - 1, j - 1), step));
      }
    }
    return row(2, 3);
  },

  chooseAndMajority: (e, f, g) => [
    e.and(f).xor(fhe.subtract(15, e).and(g)),
    e.and(f).xor(e.and(g)).xor(f.and(g)),
  ],

  rotations: (x) => {
    const rotate = (v: Tracer, n: number) =>
      v
        .rightShift(n)
        .add(v.leftShift(4 - n))
        .mod(16);
    return rotate(x, 1).xor(rotate(x, 2)).xor(x.rightShift(3));
  },

  keyValue: (query, keys, values) => fhe.sum(keys.equal(query).mul(values)),

  staticDatabase: (query) => {
    const found = query.equal([1, 4, 6]);
    return [fhe.sum(found), fhe.sum(found.mul([5, 2, 7]))];
  },

  moments: (x) => {
    const total = fhe.sum(x);
    return [total.floorDivide(8), fhe.sum(x.mul(x)).sub(total.pow(2).floorDivide(8))];
  },

  medianOfThree: (x, y, z) => {
    const low = fhe.minimum(x, y);
    const high = fhe.maximum(x, y);
    return fhe.maximum(low, fhe.minimum(high, z));
  },

  histogram: (x) => x.reshape(6, 1).equal([0, 1, 2, 3]).sum(0),

  sortNetwork: (x) => {
    const v = [0, 1, 2, 3].map((i) => x.at(i));
    for (const [i, j] of [
      [0, 1],
      [2, 3],
      [0, 2],
      [1, 3],
      [1, 2],
    ] as const) {
      const [a, b] = [v[i], v[j]];
      if (a === undefined || b === undefined) throw new Error("no such wire");
      [v[i], v[j]] = [fhe.minimum(a, b), fhe.maximum(a, b)];
    }
    return fhe.array(v);
  },

  matrixProduct: (x, y) => x.matmul(y),

  matrixVector: (x, y) => x.matmul(y).add([3, -3]),

  smallNet: (image) => {
    const filters = [
      [
        [
          [1, 2],
          [-2, 2],
        ],
      ],
      [
        [
          [0, 1],
          [1, -2],
        ],
      ],
    ];
    const hidden = fhe.conv(image, filters, [3, -2], { strides: [2, 2] });
    const rounded = fhe.roundBitPattern(fhe.maximum(hidden, 0), 2);
    const reduced = fhe.relu(rounded.sub(4)).floorDivide(8);
    const weights = [
      [-1, -2, 0],
      [-2, 0, 0],
      [0, 0, 1],
      [-1, 1, 0],
      [-1, 0, -2],
      [1, -1, -1],
      [1, -1, -2],
      [1, 1, 1],
    ];
    return reduced.reshape(1, 8).matmul(weights);
  },

  kMeansStep: (points) => {
    const [first, second] = [
      [1, 1],
      [6, 5],
    ].map((center) => points.sub(center).pow(2).sum(1));
    if (first === undefined || second === undefined) throw new Error("two centers");
    const nearer = second.less(first);
    return [nearer, nearer.reshape(3, 1).mul(points).sum(0), nearer.sum()];
  },

  stringMatch: (text, pattern) => {
    const hits = [0, 1, 2, 3, 4].map((i) =>
      text
        .at(fhe.slice(i, i + 2))
        .equal(pattern)
        .sum()
        .equal(2),
    );
    return [fhe.array(hits), fhe.array(hits).sum().greater(0)];
  },

  palindrome: (text) =>
    text
      .equal(text.at(fhe.slice(null, null, -1)))
      .sum()
      .equal(4),

  voting: (votes) => votes.sum(0).greater(2),

  ticTacToe: (board) => {
    const [across, down] = [board.sum(0), board.sum(1)];
    const diagonal = board.at(0, 0).add(board.at(1, 1)).add(board.at(2, 2)).reshape(1);
    const other = board.at(0, 2).add(board.at(1, 1)).add(board.at(2, 0));
    const sums = fhe.concatenate([across, down, diagonal, other.reshape(1)]);
    const first = sums.equal(3).sum().greater(0);
    const second = sums.equal(-3).sum().greater(0);
    return first.mul(1).sub(second.mul(1));
  },

  sudokuRow: (row) => {
    const seen = fhe.power(2, row.sub(1));
    return [fhe.sum(seen).equal(15), fhe.sum(seen)];
  },

  runs: (x) =>
    x
      .at(fhe.slice(1))
      .notEqual(x.at(fhe.slice(null, -1)))
      .sum()
      .add(1),

  prefixSums: (x) => {
    let sums: Tracer = fhe.zeros([5]);
    let total: Tracer = fhe.zero();
    for (const i of [0, 1, 2, 3, 4]) {
      total = total.add(x.at(i));
      sums = sums.set(i, total);
    }
    return sums;
  },

  argMax: (x) => {
    let best = x.at(0);
    let at: Tracer = fhe.zero();
    for (const i of [1, 2, 3]) {
      const better = x.at(i).greater(best);
      at = fhe.ifThenElse(better, fhe.constant(i), at);
      best = fhe.maximum(best, x.at(i));
    }
    return [at, best];
  },

  horner: (x) => fhe.multiply(3, x).add(2).mul(x).sub(7).mul(x).add(11),

  polynomialOfTwo: (x, y) =>
    x
      .pow(2)
      .sub(fhe.multiply(3, x).mul(y))
      .add(fhe.multiply(2, y.pow(2)))
      .sub(5),

  tablesOfTables: (x) => {
    const first = new fhe.LookupTable([3, 1, 4, 1, 5, 2, 6, 0]);
    const second = new fhe.LookupTable([-2, 7, 1, -8, 2, 8, 1, -8]);
    return second.apply(first.apply(second.apply(first.apply(x)).mod(8)));
  },

  millionaires: (x, y) => [
    x.greater(y),
    x.equal(y),
    fhe.maximum(x, y).sub(fhe.minimum(x, y)),
    fhe.abs(x.sub(y)),
  ],

  bitCount: (x) => {
    let sum = fhe.add(0, fhe.bits(x).at(0));
    for (const i of [1, 2, 3]) sum = sum.add(fhe.bits(x).at(i));
    return sum;
  },

  hamming: (x, y) => {
    const bits = fhe.bits(x.xor(y));
    return bits.at(0).add(bits.at(1)).add(bits.at(2)).add(bits.at(3));
  },

  bitAdder: (a, b) => {
    let carry: Tracer = fhe.zero();
    let out: Tracer = fhe.zeros([5]);
    for (const i of [0, 1, 2, 3]) {
      const total = a.at(i).add(b.at(i)).add(carry);
      out = out.set(i, total.mod(2));
      carry = total.floorDivide(2);
    }
    return out.set(4, carry);
  },

  priceList: (x, price) => [x.mul(price).sum(), x.add(price)],

  rules: (age, income) => {
    const young = age.less(30);
    const poor = income.lessEqual(10);
    return [
      fhe.where(young.and(poor), fhe.constant(1), fhe.constant(0)),
      young.add(fhe.multiply(2, poor)),
    ];
  },
};
