import { scalar, sizeOf } from "../../base/tensor.js";
import type { SumsOfProducts } from "../../op-spec/products.js";
import type { LookupBuilder } from "./look-up-builder.js";
import { product } from "./pair-product.js";
import type { Value } from "./value.js";

/**
 * Sums of products of elements of two encrypted tensors: the elements are gathered side by side, every product is computed once,
 * and sums of fewer products than the longest are filled up with zeros. Cost: the look-ups of one product for each product.
 */
export function sumProducts(
  builder: LookupBuilder,
  x: Value,
  y: Value,
  { shape, start, a, b }: SumsOfProducts,
): Value {
  const size = sizeOf(shape);
  const lengths = Array.from({ length: size }, (_, i) => (start[i + 1] ?? 0) - (start[i] ?? 0));
  const inner = Math.max(1, ...lengths);
  const even = lengths.every((length) => length === inner);
  const places = even ? [...shape, inner] : [a.length];
  const gather = (value: Value, positions: ArrayLike<number>, into: readonly number[]): Value => {
    const attributes = { indices: { shape: into, data: Float64Array.from(positions) } };
    return builder.operation("take", [value], attributes, value.bounds, into);
  };
  if (a.length === 0) {
    return builder.scale(gather(x, new Int32Array(size), shape), scalar(0));
  }
  const products = product(builder, gather(x, a, places), gather(y, b, places));
  const ones = { shape: [inner], data: new Float64Array(inner).fill(1) };
  const sum = (terms: Value): Value => {
    const { min, max } = terms.bounds;
    const bounds = { min: min * inner, max: max * inner };
    const weights = { id: builder.constant(ones) };
    return builder.operation("matmul", [terms, weights], {}, bounds, shape);
  };
  if (even) return sum(products);
  const wide = [...shape, inner];
  const filled = new Float64Array(size * inner);
  const mask = new Float64Array(size * inner);
  for (const [i, length] of lengths.entries()) {
    for (let k = 0; k < length; k++) {
      filled[i * inner + k] = (start[i] ?? 0) + k;
      mask[i * inner + k] = 1;
    }
  }
  return sum(builder.scale(gather(products, filled, wide), { shape: wide, data: mask }));
}
