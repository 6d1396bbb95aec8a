import fc from "fast-check";
import { sizeOf, type Tensor } from "../../src/base/tensor.js";
import type { Graph } from "../../src/graph/graph.js";
import { measureBounds } from "../../src/passes/measure-bounds.js";
import { lookup, matmul } from "../../src/trace/functions.js";
import { LookupTable } from "../../src/trace/lookup-table.js";
import { traceFunction } from "../../src/trace/trace-function.js";
import type { Tracer } from "../../src/trace/tracer.js";

/** A measured graph over encrypted inputs, and the inputset it was measured on. */
export interface RandomProgram {
  readonly graph: Graph;
  readonly inputset: readonly (readonly Tensor[])[];
}

const weight = fc.integer({ min: -3, max: 3 });

function tensorOf(shape: readonly number[]): fc.Arbitrary<Tensor> {
  return fc
    .array(fc.integer({ min: -2, max: 3 }), {
      minLength: sizeOf(shape),
      maxLength: sizeOf(shape),
    })
    .map((items) => ({ shape, data: Float64Array.from(items) }));
}

/** One step: which operation, on which earlier values, with which numbers as constants. */
const step = fc.record({
  op: fc.constantFrom("add", "sub", "neg", "mul", "matmul", "dot", "addConstant", "lookup"),
  first: fc.nat(),
  second: fc.nat(),
  numbers: fc.array(weight, { minLength: 24, maxLength: 24 }),
  left: fc.boolean(),
});
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** A traced value and a number that its elements stay below in absolute value, for all inputs. */
interface Bounded {
  readonly value: Tracer;
  readonly bound: number;
}

/** Entries of a table that takes indices from `-reach` to `reach`. */
const reach = 4000;

function runStep(values: readonly Bounded[], { op, first, second, numbers, left }: Step): Bounded {
  const a = values[first % values.length];
  const b = values[second % values.length];
  if (a === undefined || b === undefined) throw new Error("a program has at least one value");
  const { value, bound } = a;
  const vector = numbers.slice(0, 3);
  const matrix = [vector, numbers.slice(3, 6), numbers.slice(6, 9)];
  if (op === "add") return { value: value.add(b.value), bound: bound + b.bound };
  if (op === "sub") return { value: value.sub(b.value), bound: bound + b.bound };
  if (op === "neg") return { value: value.neg(), bound };
  if (op === "mul") return { value: value.mul(vector), bound: 3 * bound };
  if (op === "addConstant") return { value: value.add(numbers[0] ?? 0), bound: bound + 3 };
  if (op === "dot") return { value: value.dot(value.ndim === 0 ? 2 : vector), bound: 9 * bound };
  if (op === "lookup") {
    if (bound > reach) return a;
    const entries = Array.from({ length: 2 * reach + 1 }, (_, i) => numbers[(i * 7) % 24] ?? 0);
    return { value: lookup(new LookupTable(entries), value), bound: 3 };
  }
  if (value.ndim === 0) return a;
  const product = left ? matmul(matrix, value) : value.matmul(vector);
  return { value: product, bound: 9 * bound };
}

/** Programs of up to nine steps over inputs of shapes `(3,)`, `(3, 3)` or `()`, with one or two results. */
export const randomProgram: fc.Arbitrary<RandomProgram> = fc
  .array(fc.constantFrom<readonly number[]>([3], [3, 3], []), { minLength: 1, maxLength: 2 })
  .chain((shapes) =>
    fc.record({
      steps: fc.array(step, { minLength: 1, maxLength: 9 }),
      inputset: fc.array(fc.tuple(...shapes.map(tensorOf)), { minLength: 1, maxLength: 4 }),
      results: fc.integer({ min: 1, max: 2 }),
    }),
  )
  .map(({ steps, inputset, results }) => {
    const [sample = []] = inputset;
    const names = Object.fromEntries(sample.map((_, i) => [`x${i}`, "encrypted"] as const));
    const graph = traceFunction(
      "random",
      names,
      (...inputs) => {
        const values: Bounded[] = inputs.map((value) => ({ value, bound: 3 }));
        for (const item of steps) values.push(runStep(values, item));
        return values.slice(-results).map(({ value }) => value);
      },
      sample,
    );
    return { graph: measureBounds(graph, inputset), inputset };
  });
