import { fhe, type Tracer } from "../../../src/index.js";
import type { Programs } from "./programs.js";

const s = fhe.slice;
const all = s();
const reversed = s(null, null, -1);

/** Indices, assignments and shapes: oracles/concrete/written/shapes.py. */
export const shapes: Programs = {
  slices: (x) => [
    x.at(reversed),
    x.at(s(4, 1, -2)),
    x.at(s(-2)),
    x.at(s(null, -4)),
    x.at(s(1, null, 3)),
    x.at(reversed).at(0),
  ],

  matrixSlices: (x) => [
    x.at(1),
    x.at(all, -1),
    x.at(s(1), s(null, null, 2)),
    x.at(-1, -1),
    x.at(reversed, reversed),
    x.at(s(0, 1), 2),
  ],

  threeAxes: (x) => [x.at(1, 0), x.at(all, 1), x.at(0, all, 1), x.at(all, all, 0)],

  fancy: (x) => [x.at([0, 2]), x.at([0, 1, 2], [3, 2, 1]), x.at([2, -1])],

  assignments: (x, y) =>
    x
      .set(0, 0)
      .set([all, 1], y)
      .set([2, 2], 5)
      .set([s(1), 0], [1, 2]),

  assignInLoop: (x) => {
    let out = x;
    for (const i of [0, 1, 2]) out = out.set(i + 1, out.at(i).add(out.at(i + 1)));
    return out;
  },

  assignReversed: (x) => {
    const y = fhe.zeros([4]).set(reversed, x);
    return y.set(s(1, 3), y.at(s(1, 3)).mul(2));
  },

  transposes: (x) => [
    x.T,
    fhe.transpose(x, [1, 0, 2]),
    fhe.transpose(x, [2, 0, 1]),
    fhe.transpose(x.at(0)),
  ],

  reshapes: (x) => [
    x.reshape(6),
    x.reshape([3, -1]),
    x.flatten(),
    fhe.reshape(x, [1, 6]),
    fhe.expandDims(x, 1),
    fhe.expandDims(x, [0, 3]),
  ],

  unitAxes: (x) => [
    fhe.squeeze(x),
    fhe.squeeze(x, 0),
    fhe.squeeze(x, [0, 2]),
    fhe.sum(x, 1),
    x.at(0, all, 0),
    x.add([[1, 2]]),
  ],

  broadcasts: (x, y) => [
    x.add(y),
    x.mul(2).sub(y),
    fhe.broadcastTo(x, [2, 3]),
    fhe.broadcastTo(y, [2, 4]),
    x.mul(y),
  ],

  joins: (x, y) => [
    fhe.concatenate([x, y]),
    fhe.concatenate([x, y], 1),
    fhe.concatenate([x, y], null),
    fhe.concatenate([x, [[5, 6]]], 0),
    fhe.concatenate([x, x], -1),
  ],

  sums: (x) => [
    fhe.sum(x),
    fhe.sum(x, 0),
    fhe.sum(x, -1, true),
    fhe.sum(x, [0, 2]),
    fhe.sum(x, undefined, true),
  ],

  extremes: (x) => [fhe.max(x), fhe.min(x, 0), fhe.max(x, 1, true), fhe.min(x, [0, 1])],

  batchedProducts: (x, y) => [
    x.matmul([
      [1, 2],
      [0, -1],
      [3, 1],
    ]),
    fhe.matmul([1, -1], x.at(all, 0)),
    fhe.dot(y.at(all, 0), y.at(all, 1)),
  ],

  dots: (x, y) => [
    fhe.dot(x, [1, 2, 3, 4]),
    fhe.dot([1, 2, 3, 4], x),
    fhe.dot(x, y),
    fhe.dot(x, 3),
    x.matmul([1, -1, 1, -1]),
  ],

  scalars: (x) => [
    x.reshape(1),
    x.add([1, 2, 3]),
    x.mul([[1], [2]]),
    fhe.broadcastTo(x, [2, 2]),
    fhe.expandDims(x, 0),
  ],

  arrays: (x, y) => [
    fhe.array([x, y, 3]),
    fhe.array([
      [x, 1],
      [y, x],
    ]),
    fhe.array([x]),
  ],

  pooling: (x) => [fhe.maxPool(x, [2, 2]), fhe.maxPool(x, [2, 2], { strides: [2, 2] })],

  convolutions: (x) => {
    const weight = [
      [
        [
          [-2, -1, 0],
          [1, 2, -2],
          [-1, 0, 1],
        ],
      ],
      [
        [
          [2, -2, -1],
          [0, 1, 2],
          [-2, -1, 0],
        ],
      ],
    ];
    const ones = [
      [
        [
          [1, 1],
          [1, 1],
        ],
        [
          [1, 1],
          [1, 1],
        ],
      ],
    ];
    return [
      fhe.conv(x, weight, null, { group: 2, strides: [2, 2] }),
      fhe.conv(x, ones, [7], { dilations: [2, 2] }),
    ];
  },

  tableParameter: (x, table) => fhe.lookup(table, x),

  positionParameter: (x, i) => [x.at(i), x.at(i).add(x.at(0))],

  assignAtPosition: (x, i, v) => x.set([i, 1], v),

  rowsAndColumns: (x) => {
    let out: Tracer = fhe.zeros([2, 3]);
    for (const i of [0, 1]) out = out.set(i, x.at(all, i).add(i));
    return [out, fhe.sum(out.mul([[1], [-1]]), 0)];
  },

  perElementTables: (x) => {
    const square = [0, 1, 2, 3, 4, 5, 6, 7].map((i) => i * i);
    const cube = [0, 1, 2, 3, 4, 5, 6, 7].map((i) => i ** 3 % 16);
    const tables = fhe.tablesPerElement([2, 2], [square, cube, cube, square]);
    return new fhe.LookupTable(tables).apply(x);
  },

  rowTables: (x) => {
    const square = [0, 1, 2, 3, 4, 5, 6, 7].map((i) => i * i);
    const minus = [0, 1, 2, 3, 4, 5, 6, 7].map((i) => 0 - i);
    return new fhe.LookupTable(fhe.tablesPerElement([3], [square, minus, square])).apply(x);
  },
};
