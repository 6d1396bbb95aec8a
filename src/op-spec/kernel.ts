import type { Shape } from "../base/tensor.js";
import { sameShape, sizeOf } from "../base/tensor.js";
import { broadcastIndices, broadcastShapes } from "./broadcast.js";
import type { Contraction } from "./contraction.js";
import type { ElementFunction } from "./elementwise.js";
import { exact } from "./exact.js";

/**
 * An operation made ready for operands of fixed shapes: computes their flattened values into `out`, without making anything new. It
 * means what the operation's `evaluate` (or `evaluateFloat`) says, errors included.
 */
export type Kernel = (operands: readonly Float64Array[], out: Float64Array) => void;

const largest = Number.MAX_SAFE_INTEGER;
// Operands are taken by index below: taking an array apart asks its iterator, which costs most of a short kernel's time.
const none = new Float64Array(1);

/** Element `i` of the result is element `source[i]` of the joined operands, of `sizes` elements each. */
export function gatherKernel(source: Int32Array, sizes: readonly number[]): Kernel {
  if (sizes.length === 1) {
    return (operands, out) => {
      const a = operands[0] ?? none;
      for (let i = 0; i < out.length; i++) out[i] = a[source[i] ?? 0] ?? 0;
    };
  }
  const starts = sizes.map((_, k) => sizes.slice(0, k).reduce((sum, size) => sum + size, 0));
  const owner = new Int32Array(source.length);
  const place = new Int32Array(source.length);
  source.forEach((element, i) => {
    const own = starts.findLastIndex((start) => start <= element);
    owner[i] = own;
    place[i] = element - (starts[own] ?? 0);
  });
  return (operands, out) => {
    for (let i = 0; i < out.length; i++) out[i] = operands[owner[i] ?? 0]?.[place[i] ?? 0] ?? 0;
  };
}

/** `fn` on the elements of operands that stretch over each other. `integers`: results must be exact ones. */
export function elementwiseKernel(
  fn: ElementFunction,
  shapes: readonly Shape[],
  integers: boolean,
  path: string,
): Kernel {
  const shape = shapes.reduce((a, b) => broadcastShapes(a, b, path));
  const apply = stretched(fn, shapes, shape);
  if (!integers) return apply;
  return (operands, out) => {
    apply(operands, out);
    for (let i = 0; i < out.length; i++) {
      const value = out[i] ?? 0;
      // Also turns -0 into 0.
      out[i] = value <= largest && value >= -largest ? value + 0 : exact(value, path);
    }
  };
}

function stretched(fn: ElementFunction, shapes: readonly Shape[], shape: Shape): Kernel {
  const whole = shapes.map((own) => sameShape(own, shape) || sizeOf(own) === sizeOf(shape));
  const single = shapes.map((own) => sizeOf(own) === 1);
  if (shapes.length === 1) {
    return (operands, out) => {
      const a = operands[0] ?? none;
      for (let i = 0; i < out.length; i++) out[i] = fn(a[i] ?? 0);
    };
  }
  if (shapes.length === 2 && whole[0] && whole[1]) {
    return (operands, out) => {
      const a = operands[0] ?? none;
      const b = operands[1] ?? none;
      for (let i = 0; i < out.length; i++) out[i] = fn(a[i] ?? 0, b[i] ?? 0);
    };
  }
  if (shapes.length === 2 && whole[0] && single[1]) {
    return (operands, out) => {
      const a = operands[0] ?? none;
      const b = operands[1] ?? none;
      const second = b[0] ?? 0;
      for (let i = 0; i < out.length; i++) out[i] = fn(a[i] ?? 0, second);
    };
  }
  const places = shapes.map((own) => broadcastIndices(own, shape));
  const values = shapes.map(() => 0);
  return (operands, out) => {
    for (let i = 0; i < out.length; i++) {
      for (let k = 0; k < values.length; k++) values[k] = operands[k]?.[places[k]?.[i] ?? 0] ?? 0;
      out[i] = fn(...values);
    }
  };
}

/** Sums of products. */
export function contractionKernel(plan: Contraction, path: string): Kernel {
  const { inner, aStart, aStep, bStart, bStep } = plan;
  return (operands, out) => {
    const a = operands[0] ?? none;
    const b = operands[1] ?? none;
    for (let i = 0; i < out.length; i++) {
      let left = aStart[i] ?? 0;
      let right = bStart[i] ?? 0;
      let sum = 0;
      let reach = 0;
      for (let k = 0; k < inner; k++) {
        const product = (a[left] ?? 0) * (b[right] ?? 0);
        sum += product;
        reach += Math.abs(product);
        left += aStep;
        right += bStep;
      }
      // Below this no partial sum can have been rounded.
      if (reach <= largest) out[i] = sum + 0;
      else out[i] = carefulSum(a, b, plan, i, path);
    }
  };
}

function carefulSum(
  a: Float64Array,
  b: Float64Array,
  { inner, aStart, aStep, bStart, bStep }: Contraction,
  i: number,
  path: string,
): number {
  let sum = 0;
  for (let k = 0; k < inner; k++) {
    const left = a[(aStart[i] ?? 0) + k * aStep] ?? 0;
    const right = b[(bStart[i] ?? 0) + k * bStep] ?? 0;
    sum = exact(sum + exact(left * right, path), path);
  }
  return sum;
}

/** Element `i` of the operand is added to element `target[i]`. */
export function sumKernel(target: Int32Array, path: string): Kernel {
  return (operands, out) => {
    const a = operands[0] ?? none;
    out.fill(0);
    for (let i = 0; i < target.length; i++) {
      const to = target[i] ?? 0;
      const sum = (out[to] ?? 0) + (a[i] ?? 0);
      out[to] = sum <= largest && sum >= -largest ? sum : exact(sum, path);
    }
  };
}
