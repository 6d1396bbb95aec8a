import type { JsonValue } from "../../artifact/client-file.js";
import { VelumError } from "../../base/error.js";
import type { Tensor } from "../../base/tensor.js";
import type { Graph } from "../../graph/graph.js";
import { nodePath } from "../../graph/node.js";
import { adjustRounders } from "../../passes/adjust-rounders.js";
import { assignBitWidths } from "../../passes/assign-bit-widths.js";
import { checkLegality } from "../../passes/check-legality.js";
import { fuse } from "../../passes/fuse.js";
import { boundsBy } from "../../passes/interval-bounds.js";
import { lowerings } from "../../passes/lower/lower.js";
import { removeDeadCode } from "../../passes/remove-dead-code.js";
import { boundsWithErrors } from "../../passes/rounding-errors.js";
import type { RoundingRule } from "../../passes/rounding-rule.js";
import { sharedArguments } from "../../plan/bootstrap/rotations.js";
import {
  type InputForm,
  type Plan,
  type PlanOptions,
  planProgram,
  treesFit,
} from "../../plan/plan.js";
import { formatProgram } from "../../program/program.js";
import { linearRegions } from "../../regions/linear-regions.js";
import { refreshInputs } from "../../regions/refresh-inputs.js";
import type { RegionProgram } from "../../regions/region-program.js";
import {
  type CompileOptions,
  checkLimits,
  protectionDistance,
  roundingRule,
} from "../compile-options.js";
import type { Compiled } from "../compiled.js";
import { planningRates } from "../cost/machine-speed.js";
import { type MemoryLimits, withinMemory } from "../cost/server-memory.js";
import { assembleTogether } from "./assemble.js";
import { inPlainOrEncrypted } from "./clear-parameters.js";
import { CompileRecord } from "./compile-record.js";
import { checkFailure, failureOfEach } from "./failure-options.js";
import { largestArgumentBits, largestLookupBits, leastSavedShare } from "./look-up-limits.js";
import { formatRegions, planJson } from "./stage-texts.js";
import { checkTravel } from "./travel-limits.js";

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
  const bounded = boundsBy(options.bounds, fused, inputset);
  record.keep("graph-bounds.txt", () => `${bounded.format()}\n`);
  record.begin("bit-widths");
  const graph = assignBitWidths(bounded);
  record.keep("graph.txt", () => `${graph.format({ assignedWidths: true, locations: true })}\n`);
  const computed =
    options.bounds === "intervals"
      ? graph
      : assignBitWidths(boundsWithErrors(bounded, inputset, roundingRule(options)));
  return inPlainOrEncrypted([computed], ([source = computed]) =>
    compileBounded(graph, source, options, extras, record),
  );
}

/** From widths to both files. `source` is `graph` with the ranges of what is computed, its clear parameters encrypted or not. */
async function compileBounded(
  graph: Graph,
  source: Graph,
  options: CompileOptions,
  extras: JsonValue,
  record: CompileRecord,
): Promise<Compiled> {
  record.begin("look-ups");
  const found = lowerForLanes(source, options.inputForm, roundingRule(options));
  const keep = ({ lowered, regions }: Lowering): void => {
    record.keep("graph-lowered.txt", () => `${lowered.format({ assignedWidths: true })}\n`);
    record.keep("regions.txt", () => formatRegions(regions));
  };
  record.begin("regions");
  keep(found);
  let { lowered }: Lowering = found;
  const pathOf = (node: number): string => nodePath(lowered.node(node));
  const compileWith = (memory: MemoryLimits): Promise<Compiled[]> => {
    record.begin("plan");
    const planOf = (own: Lowering): Planned => {
      const inputBits = own.regions.inputs.map(({ assignedBits }) => assignedBits);
      return planQuietly(own.regions, inputBits, (regions) => ({
        failureLog2: failureOfEach(options, regions),
        inputForm: options.inputForm,
        ...protectionDistance(options),
        uploadForm: options.uploadForm,
        limits: { ...options, ...memory },
        rates: planningRates(options),
        nodePath: (node) => nodePath(own.lowered.node(node)),
      }));
    };
    const { lowering, planned } = planFaster(found, planOf);
    const { regions, plan } = planned;
    lowered = lowering.lowered;
    if (regions !== found.regions) keep({ lowered, regions });
    record.keep("plan.json", () => planJson(plan));
    record.keep("program.txt", () => `${formatProgram(plan.program)}\n`);
    record.begin("code");
    return assembleTogether([{ graph, lowered, regions, plan, feeds: [] }], extras);
  };
  const [compiled] = await withinMemory(
    options.maxMemoryBytes,
    (_, node) => pathOf(node),
    compileWith,
  );
  if (compiled === undefined) throw new Error("nothing was assembled");
  checkTravel(graph.name, compiled.server.manifest, options);
  record.keepManifests(compiled);
  record.keepCode(compiled);
  return compiled;
}

/** Inputs that are multiplied by large weights are looked up before only where nothing else is quiet enough. */
function planQuietly(
  regions: RegionProgram,
  inputBits: readonly number[],
  optionsFor: (regions: RegionProgram) => PlanOptions,
): { readonly regions: RegionProgram; readonly plan: Plan } {
  try {
    return { regions, plan: planProgram(regions, inputBits, optionsFor(regions)) };
  } catch (error) {
    const looksUp = regions.steps.some(({ kind }) => kind === "lookup");
    if (!looksUp || !(error instanceof VelumError) || error.code !== "no-parameters") throw error;
    const refreshed = refreshInputs(regions);
    if (refreshed === undefined) throw error;
    try {
      return { regions: refreshed, plan: planProgram(refreshed, inputBits, optionsFor(refreshed)) };
    } catch {
      throw error;
    }
  }
}

/** Look-ups that share bootstraps at their full width are taken where that is predicted to be faster. */
function planFaster(
  lowerings: Lowerings,
  planOf: (lowering: Lowering) => Planned,
): { readonly lowering: Lowering; readonly planned: Planned } {
  const own = { lowering: lowerings, planned: planOf(lowerings) };
  if (own.planned.plan.lane !== "bootstrap") return own;
  const whole = lowerings.whole?.();
  if (whole === undefined || sharedArguments(whole.regions).size === 0) return own;
  try {
    const planned = planOf(whole);
    const least = own.planned.plan.bootstrapMs * (1 - leastSavedShare);
    return planned.plan.lane === "bootstrap" && planned.plan.bootstrapMs <= least
      ? { lowering: whole, planned }
      : own;
  } catch (error) {
    if (error instanceof VelumError && error.code === "no-parameters") return own;
    throw error;
  }
}

interface Planned {
  readonly regions: RegionProgram;
  readonly plan: Plan;
}

/** A graph of linear operations and look-ups, and what the plan reads of it. */
interface Lowering {
  readonly lowered: Graph;
  readonly regions: RegionProgram;
}

interface Lowerings extends Lowering {
  /** The same with look-ups of full width. */
  readonly whole: (() => Lowering) | undefined;
}

/** Decision trees stay as they are where a lane without bootstraps evaluates them; elsewhere they become look-ups. */
function lowerForLanes(graph: Graph, inputForm: InputForm, rounding: RoundingRule): Lowerings {
  const finish = (raw: Graph): Lowering => {
    const lowered = assignBitWidths(raw, undefined, true);
    checkLegality(lowered, largestLookupBits);
    return { lowered, regions: linearRegions(lowered) };
  };
  for (const target of ["gates", "look-ups"] as const) {
    const raw = lowerings(graph, largestLookupBits, target, largestArgumentBits, rounding);
    const own = finish(raw.apart);
    if (target === "gates" && !treesFit(own.regions, inputForm)) continue;
    const { whole } = raw;
    return { ...own, whole: whole === undefined ? undefined : () => finish(whole()) };
  }
  throw new RangeError("no lane");
}
