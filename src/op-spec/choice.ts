import { type Shape, sizeOf, type Tensor } from "../base/tensor.js";
import { type IndexItem, resolveIndex } from "./index-expression.js";

/** Elements that are picked by positions known only at run time. */
export interface Choice {
  /** Operands that elements come from; joined in this order, their elements are numbered. */
  readonly parts: readonly number[];
  /** Operands that hold positions. */
  readonly indices: readonly number[];
  readonly shape: Shape;
  /** For each index operand, the length of its axis; negative positions count from the end. */
  readonly lengths: readonly number[];
  /** For each index operand, which of its elements decides each element of the result. */
  readonly deciders: readonly Int32Array[];
  /** Where every element of the result comes from if index operand d holds `positions[d]` everywhere. */
  readonly sources: (positions: readonly number[]) => Int32Array;
}

/** The operands that an index refers to, in its order. */
export function indexOperands(items: readonly IndexItem[]): number[] {
  return items.flatMap((item) => (item.kind === "operand" ? [item.operand] : []));
}

/** The index with positions in place of operands: a number for a scalar, a list for a tensor. */
export function withPositions(
  items: readonly IndexItem[],
  positionsOf: (operand: number) => Tensor,
): IndexItem[] {
  return items.map((item) => {
    if (item.kind !== "operand") return item;
    const at = positionsOf(item.operand);
    if (at.shape.length > 0) return { kind: "positions", at };
    return { kind: "position", at: at.data[0] ?? 0 };
  });
}

/** A tensor that holds `value` everywhere. */
export function filled(shape: Shape, value: number): Tensor {
  return { shape, data: new Float64Array(sizeOf(shape)).fill(value) };
}

/** The axis of the operand that each index operand picks from, in the order of `indexOperands`. */
export function axesOfOperands(
  items: readonly IndexItem[],
  shape: Shape,
  shapeOf: (operand: number) => Shape,
  path: string,
): number[] {
  const zeros = withPositions(items, (operand) => filled(shapeOf(operand), 0));
  const { axes } = resolveIndex(zeros, shape, path);
  return items.flatMap((item, at) => {
    if (item.kind !== "operand") return [];
    const found = axes.find((axis) => axis.item === zeros[at]);
    return found === undefined ? [] : [found.axis];
  });
}

/**
 * For each index operand, which of its elements decides each element of `x[items]`: read off an axis that is as long as the operand has
 * elements, indexed by all of them in order.
 */
export function decidersOf(
  items: readonly IndexItem[],
  shape: Shape,
  shapeOf: (operand: number) => Shape,
  path: string,
): Int32Array[] {
  const axes = axesOfOperands(items, shape, shapeOf, path);
  return indexOperands(items).map((_, own) => {
    const axis = axes[own] ?? 0;
    let seen = -1;
    const marked = withPositions(items, (operand) => {
      seen++;
      const of = shapeOf(operand);
      if (seen !== own) return filled(of, 0);
      return { shape: of, data: Float64Array.from({ length: sizeOf(of) }, (__, i) => i) };
    });
    const length = sizeOf(shapeOf(indexOperands(items)[own] ?? 0));
    const stretched = shape.map((other, at) => (at === axis ? length : other));
    const stride = sizeOf(stretched.slice(axis + 1));
    return resolveIndex(marked, stretched, path).source.map(
      (place) => Math.floor(place / stride) % length,
    );
  });
}
