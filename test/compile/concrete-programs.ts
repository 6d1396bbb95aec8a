import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { type NestedArray, type Tensor, toTensor } from "../../src/base/tensor.js";
import type { Graph } from "../../src/graph/graph.js";
import type { Attributes, AttributeValue } from "../../src/graph/node.js";
import { mlirModule } from "../../src/mlir/module-text.js";
import { adjustRounders } from "../../src/passes/adjust-rounders.js";
import { assignBitWidths } from "../../src/passes/assign-bit-widths.js";
import { fuse } from "../../src/passes/fuse.js";
import { lower } from "../../src/passes/lower/lower.js";
import { measureBounds } from "../../src/passes/measure-bounds.js";
import { removeDeadCode } from "../../src/passes/remove-dead-code.js";
import { tag } from "../../src/trace/origin.js";
import { traceFunction } from "../../src/trace/trace-function.js";
import { type Operand, record, Tracer } from "../../src/trace/tracer.js";
import { apiStep } from "./api-step.js";
import { type IndexEntry, type Step, tableOf } from "./step.js";

/** A program of test/fixtures/concrete/programs.json; see there. */
export interface Program {
  readonly name: string;
  readonly inputs: readonly { readonly name: string; readonly clear?: boolean }[];
  /** Samples: one value a parameter. */
  readonly inputset: readonly (readonly NestedArray[])[];
  readonly steps: readonly Step[];
  /** False for programs that are compared as text only, being slow to run. */
  readonly run?: boolean;
  /** False where Velum's module is not Concrete's, and where assigned widths are not. */
  readonly mlir?: boolean;
  readonly assigned?: boolean;
  /** Traced by the functions of `fhe` instead of by the names of operations. */
  readonly api?: boolean;
  /** Why Concrete does not compile the program. */
  readonly refused?: string;
  readonly return: readonly string[];
}

/** Groups of programs: `programs.json`, `programs-linear.json`, ... */
export const programGroups: readonly (string | undefined)[] = [
  undefined,
  "linear",
  "lookups",
  "dynamic",
  "unseen",
];

/** `name.json`, or `name-group.json`. */
export function groupFile(name: string, group: string | undefined): string {
  return group === undefined ? `${name}.json` : `${name}-${group}.json`;
}

/** Text of a file in test/fixtures/concrete, which may be compressed there. */
export function fixture(name: string): string {
  const file = new URL(`../../../test/fixtures/concrete/${name}`, import.meta.url);
  if (existsSync(file)) return readFileSync(file, "utf8");
  return gunzipSync(readFileSync(new URL(`${file}.gz`))).toString("utf8");
}

export function readPrograms(group?: string): readonly Program[] {
  const text = fixture(groupFile("programs", group));
  const file: { readonly programs: readonly Program[] } = JSON.parse(text);
  return file.programs;
}

/** The samples of the program's inputset as tensors. */
export function samplesOf(program: Pick<Program, "inputset">): Tensor[][] {
  return program.inputset.map((sample) => sample.map((value) => toTensor(value)));
}

/** The program traced, with bounds and widths. */
export function compiledGraph(program: Program): Graph {
  const samples = samplesOf(program);
  const parameters = Object.fromEntries(
    program.inputs.map(({ name, clear }) => [name, clear ? "clear" : "encrypted"] as const),
  );
  const graph = traceFunction(
    program.name,
    parameters,
    (...tracers) => {
      const values = new Map(program.inputs.map(({ name }, i) => [name, tracers[i]]));
      for (const step of program.steps) {
        values.set(
          step.to,
          withTags(step.tag ?? [], () => runStep(step, values, program.api === true)),
        );
      }
      return program.return.flatMap((name) => values.get(name) ?? []);
    },
    samples[0] ?? [],
  );
  return measuredGraph(graph, samples);
}

/** A traced graph with its floating-point parts fused, bounds and widths. */
export function measuredGraph(traced: Graph, samples: readonly Tensor[][]): Graph {
  const cleaned = adjustRounders(removeDeadCode(traced), samples);
  return assignBitWidths(measureBounds(fuse(cleaned), samples));
}

/** The module of a program in Concrete's dialects. */
export function moduleOf(program: Program): string {
  return dialectModule(compiledGraph(program));
}

/** The module of a graph with bounds and widths. */
export function dialectModule(graph: Graph): string {
  return mlirModule(assignBitWidths(lower(graph, 16, "dialect")));
}

function runStep(
  step: Step,
  values: ReadonlyMap<string, Tracer | undefined>,
  api: boolean,
): Tracer {
  const operands = step.of.map((item): Operand => {
    if (typeof item !== "string") return item.const;
    const value = values.get(item);
    if (value === undefined) throw new Error(`no value ${item}`);
    return value;
  });
  if (api) return apiStep(step, operands);
  if (step.op !== "tlu") return record(step.op, operands, attributesOf(step));
  const [operand] = operands;
  if (!(operand instanceof Tracer)) throw new Error("a table is looked up with a traced value");
  return tableOf(step).apply(operand);
}

function attributesOf(step: Step): Attributes {
  const attributes: Record<string, AttributeValue> = {};
  for (const [name, value] of Object.entries(step.with ?? {})) {
    attributes[name] = isEntries(value) ? value.map(entryOf) : value;
  }
  const weight = step.of[1];
  if (!step.op.startsWith("conv") || typeof weight === "string") return attributes;
  return { ...attributes, filters: toTensor(weight?.const ?? []).shape[0] ?? 1 };
}

function entryOf(entry: IndexEntry): AttributeValue {
  if (entry !== null && typeof entry === "object" && "at" in entry && !Array.isArray(entry)) {
    return toTensor(entry.at as NestedArray);
  }
  return entry as AttributeValue;
}

function isEntries(value: AttributeValue | readonly IndexEntry[]): value is readonly IndexEntry[] {
  return Array.isArray(value);
}

function withTags<T>(names: readonly string[], body: () => T): T {
  const [first, ...rest] = names;
  return first === undefined ? body() : tag(first, () => withTags(rest, body));
}
