import type { NestedArray } from "../../../src/base/tensor.js";
import type { Graph } from "../../../src/graph/graph.js";
import { traceFunction } from "../../../src/trace/trace-function.js";
import { fixture, measuredGraph, samplesOf } from "../concrete-programs.js";
import { algorithms } from "./algorithms.js";
import { edges } from "./edges.js";
import { floats } from "./floats.js";
import { longer } from "./longer.js";
import { operators } from "./operators.js";
import type { Programs } from "./programs.js";
import { shapes } from "./shapes.js";

/** What oracles/concrete/record_written.py recorded of a program. */
export interface WrittenRecord {
  readonly parameters: Readonly<Record<string, "encrypted" | "clear">>;
  readonly inputset: readonly (readonly NestedArray[])[];
  /** Why Concrete does not compile the program; texts may be absent then. */
  readonly refused?: string;
  readonly graph?: string;
  /** The graph without ranges and tags. */
  readonly plain?: string;
  readonly maximumBitWidth?: number;
  readonly range?: readonly [number, number];
  readonly measuredBits?: readonly number[];
  readonly assigned?: string;
  /** The largest assigned width, and the largest measured one of encrypted `subgraph` and `tlu` nodes. */
  readonly assignedMaximum?: number;
  readonly tables?: number;
  readonly mlir?: string;
  /** One list of outputs a sample. */
  readonly results?: readonly (readonly NestedArray[])[];
}

export const writtenPrograms: Programs = {
  ...algorithms,
  ...edges,
  ...floats,
  ...longer,
  ...operators,
  ...shapes,
};

/** The records by name. */
export function readWritten(): Readonly<Record<string, WrittenRecord>> {
  const file: { readonly programs: Readonly<Record<string, WrittenRecord>> } = JSON.parse(
    fixture("recorded-written.json"),
  );
  return file.programs;
}

/** The program traced by the functions of `fhe`, with bounds and widths. */
export function writtenGraph(name: string, record: WrittenRecord): Graph {
  const program = writtenPrograms[name];
  if (program === undefined) throw new Error(`${name} is not written in TypeScript`);
  const samples = samplesOf(record);
  const traced = traceFunction(
    name,
    record.parameters,
    (...tracers) => {
      const [x, y = x, z = y] = tracers;
      if (x === undefined || y === undefined || z === undefined) throw new Error("no parameter");
      return program(x, y, z);
    },
    samples[0] ?? [],
  );
  return measuredGraph(traced, samples);
}
