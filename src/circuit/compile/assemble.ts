import { type ClearInfo, type ClearPlaceInfo, clearPartJson } from "../../artifact/clear-info.js";
import {
  type ClientBits,
  type ClientInput,
  type ClientManifest,
  clientFormat,
  type JsonValue,
  plainClientFormat,
} from "../../artifact/client-file.js";
import { circuitIdOf, type ServerFile } from "../../artifact/server-file.js";
import {
  type FeedInfo,
  plainServerFormat,
  type ServerManifest,
  serverFormat,
} from "../../artifact/server-manifest.js";
import { VelumError } from "../../base/error.js";
import { sizeOf } from "../../base/tensor.js";
import { emitC } from "../../codegen/emit-c.js";
import { emitWasm } from "../../codegen/emit-wasm.js";
import type { ClearPlace, StagedProgram } from "../../codegen/stage.js";
import { stageProgram } from "../../codegen/stage-program.js";
import type { Graph } from "../../graph/graph.js";
import { maximumOf, minimumOf } from "../../graph/integer-type.js";
import { mlirModule } from "../../mlir/module-text.js";
import { assignBitWidths } from "../../passes/assign-bit-widths.js";
import { lower } from "../../passes/lower/lower.js";
import { gatesOf } from "../../plan/decision/decision-cost.js";
import type { BitEncoding, Plan } from "../../plan/plan.js";
import { formatProgram } from "../../program/program.js";
import type { ClearInput, RegionInput, RegionProgram } from "../../regions/region-program.js";
import { lweStride } from "../../runtime/composed-input.js";
import { readKernelModule, readKernelSources } from "../../tfhe/kernel-files.js";
import type { InputPartLayout } from "../../tfhe/wire-input.js";
import type { Compiled } from "../compiled.js";
import { assignTogether, type Feed } from "../composition.js";

/** Widest argument of one look-up in the dialects. */
const dialectLookupBits = 16;

/** A planned function. */
export interface CompiledPart {
  readonly graph: Graph;
  readonly lowered: Graph;
  readonly regions: RegionProgram;
  readonly plan: Plan;
  /** Wires to its parameters. */
  readonly feeds: readonly Feed[];
}

/** Both files of every function. The machine code of all of them is one program, which every server file holds. */
export async function assembleTogether(
  parts: readonly CompiledPart[],
  extras: JsonValue = null,
): Promise<Compiled[]> {
  const staged = parts.map(({ plan }) =>
    stageProgram(
      plan.program,
      plan.parameters,
      plan.outputs.map(({ layout }) => layout),
    ),
  );
  const stages = staged.flatMap((own) => own.stages);
  const code: SharedCode = {
    kernels: await readKernelModule("eval"),
    program: emitWasm(stages),
    kernelSources: await sourcesOfPackage(),
    programSource: emitC(stages),
  };
  const texts = dialectTexts(parts);
  let firstStage = 0;
  return parts.flatMap((part, index) => {
    const own = staged[index];
    if (own === undefined) return [];
    const server = serverFile(part, own, firstStage, parts, code, texts[index] ?? "");
    firstStage += own.stages.length;
    const { feeds: _, ...rest } = part;
    return [{ ...rest, server, client: clientManifest(part, server, extras) }];
  });
}

type SharedCode = Pick<ServerFile, "kernels" | "program" | "kernelSources" | "programSource">;

/** Inputs lie in the first slots, in their order. */
function feedInfo(
  { graph, regions, plan, feeds }: CompiledPart,
  slotsPlace: number,
  parts: readonly CompiledPart[],
): FeedInfo {
  const stride = lweStride(plan);
  const parameters = graph.inputNodes();
  const inputs = regions.inputs.flatMap(({ name, start, shape }) => {
    const from = feeds
      .filter(({ to }) => parameters[to.input]?.name === name)
      .map((feed) => ({
        function: parts[feed.from.program]?.graph.name ?? "",
        output: feed.from.output,
      }));
    if (from.length === 0) return [];
    return [{ name, place: slotsPlace + start * stride, count: sizeOf(shape), from }];
  });
  // The expansion of the upload, and the extraction of its numbers.
  return { stages: 2, parameters: parameters.length, inputs };
}

/** Texts of all functions, with one width at both ends of every wire. */
function dialectTexts(parts: readonly CompiledPart[]): string[] {
  const lowered = parts.map(({ graph }) =>
    orWhyNot(() => lower(graph, dialectLookupBits, "dialect")),
  );
  const possible = lowered.filter((own) => typeof own !== "string");
  const feeds = parts.flatMap((part) => part.feeds);
  const whole = possible.length === parts.length;
  const together = whole ? orWhyNot(() => assignTogether(possible, feeds)) : "";
  return lowered.map((own, program) => {
    if (typeof own === "string") return own;
    const assigned = typeof together === "string" ? undefined : together[program];
    return orWhyNot(() => mlirModule(assigned ?? assignBitWidths(own)));
  });
}

/** A program that the dialects cannot express still compiles; its text then says why. */
function orWhyNot<Result>(work: () => Result): Result | string {
  try {
    return work();
  } catch (error) {
    if (error instanceof VelumError) return `// ${error.message}\n`;
    throw error;
  }
}

function serverFile(
  part: CompiledPart,
  staged: StagedProgram,
  firstStage: number,
  parts: readonly CompiledPart[],
  code: SharedCode,
  dialectText: string,
): ServerFile {
  const { graph, plan, regions } = part;
  const { stages, preparations, rawConstants, slotsPlace, clearPlaces, ...places } = staged;
  const manifest: ServerManifest = {
    format: regions.clear === undefined ? plainServerFormat : serverFormat,
    name: graph.name,
    parameters: plan.parameters,
    inputs: inputParts(plan),
    outputs: plan.outputs.map(({ layout }) => layout),
    stages: stages.map(({ constants: _, ...stage }) => stage),
    preparations,
    ...places,
    ...(firstStage === 0 ? {} : { firstStage }),
    ...(part.feeds.length === 0 ? {} : { feed: feedInfo(part, slotsPlace, parts) }),
    ...(regions.clear === undefined
      ? {}
      : { clear: clearInfo(regions, regions.clear, clearPlaces) }),
  };
  const content = { manifest, constants: rawConstants, ...code };
  const texts = {
    "graph.txt": `${graph.format()}\n`,
    "circuit.mlir": dialectText,
    "program.txt": `${formatProgram(plan.program)}\n`,
    "failure.json": `${JSON.stringify({ ...plan.failure, ...distanceOf(plan) })}\n`,
    ...gateTexts(plan),
  };
  return { ...content, circuitId: circuitIdOf(content), texts };
}

/** Present where there are trees: their gates, by which times are told before keys exist. */
function gateTexts({ program, bits }: Plan): { readonly "gates.json"?: string } {
  return bits === undefined ? {} : { "gates.json": `${JSON.stringify(gatesOf(program))}\n` };
}

/** Present where answers are protected. */
function distanceOf({ protection }: Plan): { readonly distanceLog2?: number } {
  return protection === undefined ? {} : { distanceLog2: protection.distanceLog2 };
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
  { lowered: graph, regions, plan, feeds }: CompiledPart,
  server: ServerFile,
  extras: JsonValue,
): ClientManifest {
  const parameters = graph.inputNodes();
  const fed = new Set(feeds.map(({ to }) => parameters[to.input]?.name));
  return {
    format: needsNewFormat(regions, plan) ? clientFormat : plainClientFormat,
    name: server.manifest.name,
    circuitId: server.circuitId,
    parameters: plan.parameters,
    inputs: inOrder(graph, regions).map((input): ClientInput => {
      const { name, shape, type } = input;
      const own = { name, shape, min: minimumOf(type), max: maximumOf(type) };
      if (!("start" in input)) return { ...own, shift: 0, clear: true };
      const index = regions.inputs.indexOf(input);
      return {
        ...own,
        shift: plan.input.shifts[index] ?? 0,
        ...(fed.has(name) ? { composable: true } : {}),
        ...cellsOfInput(plan, input.start, sizeOf(shape)),
      };
    }),
    vectorLength: plan.input.length,
    vectorStart: plan.input.start,
    ...(plan.input.copies === undefined ? {} : { vectorCopies: plan.input.copies }),
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

/** Earlier readers know neither clear parameters nor remainders. */
function needsNewFormat({ clear }: RegionProgram, { outputs }: Plan): boolean {
  return clear !== undefined || outputs.some(({ residues }) => residues !== undefined);
}

/** All parameters as they were declared, clear ones in between. */
function inOrder(graph: Graph, { inputs, clear }: RegionProgram): (RegionInput | ClearInput)[] {
  return graph.inputNodes().flatMap(({ name }): (RegionInput | ClearInput)[] => {
    const found = inputs.find((input) => input.name === name);
    const other = clear?.inputs.find((input) => input.name === name);
    return found !== undefined ? [found] : other !== undefined ? [other] : [];
  });
}

/** What the server file says of clear parameters. */
function clearInfo(
  regions: RegionProgram,
  { inputs, ...part }: NonNullable<RegionProgram["clear"]>,
  places: readonly ClearPlace[],
): ClearInfo {
  return {
    inputs: inputs.map(({ name, shape, type }) => ({
      ...{ name, shape, min: minimumOf(type), max: maximumOf(type) },
    })),
    part: clearPartJson(part),
    sizes: regions.values.map(({ size }) => size),
    places: places.map((place): ClearPlaceInfo => {
      if (place.kind === "linear") {
        const { inputs, results, read, pitch, deltaLog2, parts } = place.instruction;
        const shape = { inputs, results, read, pitch, deltaLog2, parts };
        const [weights, addends] = [place.weights.offset, place.addends.offset];
        return { kind: "linear", ...shape, weights, addends };
      }
      const { instruction, ...where } = place;
      const { sums, columns, terms, count, scaleLog2, deltaLog2 } = instruction;
      const shape = { sums, slots: Array.from(columns), terms, count, scaleLog2, deltaLog2 };
      return { ...where, ...shape };
    }),
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
