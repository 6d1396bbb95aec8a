import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  AffineBuilder,
  type AffineMap,
  absoluteNorms,
  composeMaps,
  evaluateMap,
  identityMap,
  isIdentityMap,
  rowTerms,
  selectionMap,
  squaredNorms,
  stackMaps,
  widenMap,
} from "../../src/program/affine.js";

/** The map of a dense matrix; zeros are added as terms too, and must vanish. */
function fromMatrix(
  matrix: readonly (readonly number[])[],
  constants: readonly number[],
): AffineMap {
  const builder = new AffineBuilder(matrix[0]?.length ?? 0);
  matrix.forEach((row, i) => {
    row.forEach((weight, column) => {
      builder.term(column, weight);
    });
    builder.endRow(constants[i] ?? 0);
  });
  return builder.finish();
}

const small = fc.integer({ min: -9, max: 9 });

function matrixMap(rows: number, columns: number): fc.Arbitrary<AffineMap> {
  const row = fc.array(fc.oneof(small, fc.constant(0)), { minLength: columns, maxLength: columns });
  return fc
    .tuple(
      fc.array(row, { minLength: rows, maxLength: rows }),
      fc.array(small, { minLength: rows, maxLength: rows }),
    )
    .map(([matrix, constants]) => fromMatrix(matrix, constants));
}

test("terms of one column merge, zeros vanish, columns ascend", () => {
  const builder = new AffineBuilder(4);
  builder.term(3, 5);
  builder.term(0, 2);
  builder.term(3, -1);
  builder.term(2, 7);
  builder.term(2, -7);
  builder.endRow(9);
  builder.endRow(-1);
  const map = builder.finish();
  assert.deepEqual(
    [...rowTerms(map, 0)],
    [
      [0, 2],
      [3, 4],
    ],
  );
  assert.deepEqual([...rowTerms(map, 1)], []);
  assert.deepEqual([...evaluateMap(map, [1, 10, 100, 1000])], [4011, -1]);
  assert.deepEqual([...squaredNorms(map)], [20, 0]);
  assert.deepEqual([...absoluteNorms(map)], [6, 0]);
});

test("norms count negative weights", () => {
  const map = fromMatrix([[3, -4]], [100]);
  assert.deepEqual([...squaredNorms(map)], [25]);
  assert.deepEqual([...absoluteNorms(map)], [7]);
});

test("composition is evaluation after evaluation", () => {
  const size = fc.integer({ min: 1, max: 5 });
  const sizes = fc.tuple(size, size, size);
  fc.assert(
    fc.property(
      sizes.chain(([n, m, k]) =>
        fc.tuple(matrixMap(m, n), matrixMap(k, m), fc.array(small, { minLength: n, maxLength: n })),
      ),
      ([inner, outer, x]) => {
        const both = composeMaps(outer, inner);
        assert.equal(both.inputs, inner.inputs);
        assert.deepEqual(evaluateMap(both, x), evaluateMap(outer, evaluateMap(inner, x)));
        for (let row = 0; row < both.outputs; row++) {
          const columns = [...rowTerms(both, row)].map(([column]) => column);
          assert.deepEqual(
            columns,
            [...new Set(columns)].sort((a, b) => a - b),
          );
          assert.ok([...rowTerms(both, row)].every(([, weight]) => weight !== 0));
        }
      },
    ),
  );
});

test("the identity is recognised and neutral", () => {
  const map = fromMatrix(
    [
      [1, 2],
      [0, 3],
    ],
    [4, 5],
  );
  assert.ok(isIdentityMap(identityMap(2)));
  assert.ok(!isIdentityMap(map));
  assert.ok(!isIdentityMap(selectionMap(2, [1, 0])));
  assert.ok(!isIdentityMap(selectionMap(3, [0, 1])));
  assert.ok(
    !isIdentityMap(
      fromMatrix(
        [
          [1, 0],
          [0, 1],
        ],
        [0, 1],
      ),
    ),
  );
  assert.ok(
    !isIdentityMap(
      fromMatrix(
        [
          [1, 0],
          [0, 2],
        ],
        [0, 0],
      ),
    ),
  );
  assert.deepEqual(composeMaps(identityMap(2), map), map);
  assert.deepEqual(composeMaps(map, identityMap(2)), map);
});

test("stacking and widening keep values", () => {
  const map = fromMatrix(
    [
      [1, -2],
      [0, 3],
    ],
    [4, 5],
  );
  const wide = widenMap(map, 4, [3, 1]);
  assert.deepEqual([...evaluateMap(wide, [9, 10, 9, 7])], [-9, 35]);
  const stacked = stackMaps(2, [map, identityMap(2)]);
  assert.deepEqual([...evaluateMap(stacked, [7, 10])], [-9, 35, 7, 10]);
});
