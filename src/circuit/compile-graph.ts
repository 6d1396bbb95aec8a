import {
  type ClientBits,
  type ClientManifest,
  clientFormat,
  type JsonValue,
} from "../artifact/client-file.js";
import { circuitIdOf, type ServerFile } from "../artifact/server-file.js";
import { type ServerManifest, serverFormat } from "../artifact/server-manifest.js";
import { VelumError } from "../base/error.js";
import { sizeOf, type Tensor } from "../base/tensor.js";
import { emitC } from "../codegen/emit-c.js";
import { emitWasm } from "../codegen/emit-wasm.js";
import { stageProgram } from "../codegen/stage-program.js";
import type { Graph } from "../graph/graph.js";
import { maximumOf, minimumOf } from "../graph/integer-type.js";
import { nodePath } from "../graph/node.js";
import { mlirModule } from "../mlir/module-text.js";
import { linearRegions } from "../ops/linear-regions.js";
import type { RegionProgram } from "../ops/region-program.js";
import { adjustRounders } from "../passes/adjust-rounders.js";
import { assignBitWidths } from "../passes/assign-bit-widths.js";
import { checkLegality } from "../passes/check-legality.js";
import { fuse } from "../passes/fuse.js";
import { lower } from "../passes/lower/lower.js";
import { measureBounds } from "../passes/measure-bounds.js";
import { removeDeadCode } from "../passes/remove-dead-code.js";
import {
  type BitEncoding,
  type InputForm,
  type Plan,
  planProgram,
  treesFit,
} from "../plan/plan.js";
import { formatProgram } from "../program/program.js";
import { readKernelModule, readKernelSources } from "../tfhe/kernel-files.js";
import type { InputPartLayout } from "../tfhe/wire-input.js";
import { type CompileOptions, checkLimits } from "./compile-options.js";
import { CompileRecord } from "./compile-record.js";
import { checkFailure, failureOfEach } from "./failure-options.js";
import { planningRates } from "./machine-speed.js";
import { formatRegions, planJson } from "./stage-texts.js";

/** Widest argument of one look-up. */
export const largestLookupBits = 12;

/** Widest argument that is taken apart into windows of bits, each a look-up. */
const largestArgumentBits = 16;

/** Widest argument of one look-up in the dialects. */
const dialectLookupBits = 16;

/** A graph with its plan and both files' contents. */
export interface Compiled {
  /** With bounds and widths. */
  readonly graph: Graph;
  /** The same in linear operations and look-ups alone, as it is computed on ciphertexts. */
  readonly lowered: Graph;
  readonly regions: RegionProgram;
  readonly plan: Plan;
  readonly client: ClientManifest;
  readonly server: ServerFile;
}

/**
 * Everything from a traced graph to the client's and the server's file: bounds on the inputset, bit-widths, legality, plan, code.
 * Errors: those of the passes (`empty-inputset`, `bad-shape`, `not-integer`, `width-too-wide`, `unsupported-op`) and `no-parameters`.
 * Cost: one exact evaluation a sample, then some 10 ms.
 */
export async function compileGraph(
  traced: Graph,
  inputset: readonly (readonly Tensor[])[],
  options: CompileOptions,
  extras: JsonValue,
): Promise<Compiled> {
  checkFailure(options);
  checkLimits(options);
  const record = new CompileRecord(options.debugFolder, options.onStage);
  return record.whileDoing(() => compileStages(traced, inputset, options, extras, record));
}

async function compileStages(
  traced: Graph,
  inputset: readonly (readonly Tensor[])[],
  options: CompileOptions,
  extras: JsonValue,
  record: CompileRecord,
): Promise<Compiled> {
  record.keep("graph-traced.txt", () => `${traced.format({ locations: true })}\n`);
  record.begin("bounds");
  const fused = fuse(adjustRounders(removeDeadCode(traced), inputset));
  const bounded = measureBounds(fused, inputset);
  record.keep("graph-bounds.txt", () => `${bounded.format()}\n`);
  record.begin("bit-widths");
  const graph = assignBitWidths(bounded);
  record.keep("graph.txt", () => `${graph.format({ assignedWidths: true, locations: true })}\n`);
  record.begin("look-ups");
  const { lowered, regions } = lowerForLanes(graph, options.inputForm);
  record.keep("graph-lowered.txt", () => `${lowered.format({ assignedWidths: true })}\n`);
  record.begin("regions");
  record.keep("regions.txt", () => formatRegions(regions));
  record.begin("plan");
  const inputBits = regions.inputs.map(({ assignedBits }) => assignedBits);
  const plan = planProgram(regions, inputBits, {
    failureLog2: failureOfEach(options, regions),
    inputForm: options.inputForm,
    limits: options,
    rates: planningRates(options),
    nodePath: (node) => nodePath(lowered.node(node)),
  });
  record.keep("plan.json", () => planJson(plan));
  record.keep("program.txt", () => `${formatProgram(plan.program)}\n`);
  record.begin("code");
  const server = await serverFile(graph, plan, options.name);
  record.keep("circuit.mlir", () => server.texts["circuit.mlir"] ?? "");
  record.keep("program.c", () => server.programSource);
  record.keep("program.wasm", () => server.program);
  record.keep("manifest.json", () => `${JSON.stringify(server.manifest, null, 2)}\n`);
  const client = clientManifest(lowered, regions, plan, server, extras);
  record.keep("client.json", () => `${JSON.stringify(client, null, 2)}\n`);
  return { graph, lowered, regions, plan, server, client };
}

/** Decision trees stay as they are where a lane without bootstraps evaluates them; elsewhere they become look-ups. */
function lowerForLanes(
  graph: Graph,
  inputForm: InputForm,
): { lowered: Graph; regions: RegionProgram } {
  for (const target of ["gates", "look-ups"] as const) {
    const lowered = assignBitWidths(lower(graph, largestLookupBits, target, largestArgumentBits));
    checkLegality(lowered, largestLookupBits);
    const regions = linearRegions(lowered);
    if (target === "look-ups" || treesFit(regions, inputForm)) return { lowered, regions };
  }
  throw new RangeError("no lane");
}

/** A program that the dialects cannot express still compiles; its text then says why. */
function mlirText(graph: Graph): string {
  try {
    return mlirModule(assignBitWidths(lower(graph, dialectLookupBits, "dialect")));
  } catch (error) {
    if (error instanceof VelumError) return `// ${error.message}\n`;
    throw error;
  }
}

async function serverFile(graph: Graph, plan: Plan, name: string): Promise<ServerFile> {
  const layouts = plan.outputs.map(({ layout }) => layout);
  const { stages, preparations, rawConstants, ...places } = stageProgram(
    plan.program,
    plan.parameters,
    layouts,
  );
  const manifest: ServerManifest = {
    format: serverFormat,
    name,
    parameters: plan.parameters,
    inputs: inputParts(plan),
    outputs: layouts,
    stages: stages.map(({ constants: _, ...stage }) => stage),
    preparations,
    ...places,
  };
  const content = {
    manifest,
    constants: rawConstants,
    kernels: await readKernelModule("eval"),
    program: emitWasm(stages),
    kernelSources: await sourcesOfPackage(),
    programSource: emitC(stages),
  };
  const texts = {
    "graph.txt": `${graph.format()}\n`,
    "circuit.mlir": mlirText(graph),
    "program.txt": `${formatProgram(plan.program)}\n`,
    "failure.json": `${JSON.stringify(plan.failure)}\n`,
  };
  return { ...content, circuitId: circuitIdOf(content), texts };
}

/** The vector of numbers, unless it is empty, then the bits. */
function inputParts({ input, bits }: Plan): InputPartLayout[] {
  const { length, bodyBits } = input;
  return [...(length > 0 ? [{ length, bodyBits }] : []), ...(bits ? [bits.layout] : [])];
}

/** A web page compiles for WebAssembly alone. */
async function sourcesOfPackage(): Promise<ReadonlyMap<string, string>> {
  const inNode = typeof process !== "undefined" && process.versions?.node !== undefined;
  return inNode ? includedFrom("eval.c", await readKernelSources()) : new Map();
}

/** `main` and what it includes: a server gets no source that touches keys. */
function includedFrom(main: string, sources: ReadonlyMap<string, string>): Map<string, string> {
  const found = new Map<string, string>();
  const add = (name: string): void => {
    const text = sources.get(name);
    if (text === undefined || found.has(name)) return;
    found.set(name, text);
    for (const [, included = ""] of text.matchAll(/^#include "([^"]+)"/gm)) add(included);
  };
  add(main);
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function clientManifest(
  graph: Graph,
  regions: RegionProgram,
  plan: Plan,
  server: ServerFile,
  extras: JsonValue,
): ClientManifest {
  return {
    format: clientFormat,
    name: server.manifest.name,
    circuitId: server.circuitId,
    parameters: plan.parameters,
    inputs: regions.inputs.map(({ name, node, shape, start }, index) => ({
      name,
      shape,
      min: minimumOf(graph.node(node).output.type),
      max: maximumOf(graph.node(node).output.type),
      shift: plan.input.shifts[index] ?? 0,
      ...cellsOfInput(plan, start, sizeOf(shape)),
    })),
    vectorLength: plan.input.length,
    vectorStart: plan.input.start,
    deltaLog2: plan.input.deltaLog2,
    bodyBits: plan.input.bodyBits,
    ...(plan.bits === undefined ? {} : { bits: clientBits(plan.bits) }),
    outputs: plan.outputs.map((output, index) => ({
      shape: regions.outputs[index]?.shape ?? [],
      ...output,
    })),
    extras,
  };
}

function clientBits({ layout, sources }: BitEncoding): ClientBits {
  return {
    layout,
    sources: sources.flatMap(({ feature, low, high, shift }) => [feature, low, high, shift]),
  };
}

/** The one-hot cells of an input's elements: `[least, greatest]` each, `[1, 0]` for one that travels as a number. */
function cellsOfInput({ input }: Plan, start: number, size: number): { cells?: number[] } {
  const codes = input.codes?.slice(start, start + size) ?? [];
  if (codes.every(({ kind }) => kind === "number")) return {};
  return {
    cells: codes.flatMap((code) => (code.kind === "number" ? [1, 0] : [code.low, code.high])),
  };
}
