import type { Tensor } from "../../base/tensor.js";
import type { Graph } from "../../graph/graph.js";
import { nodePath } from "../../graph/node.js";
import { adjustRounders } from "../../passes/adjust-rounders.js";
import { fuse } from "../../passes/fuse.js";
import { boundsBy } from "../../passes/interval-bounds.js";
import { removeDeadCode } from "../../passes/remove-dead-code.js";
import { boundsWithErrors } from "../../passes/rounding-errors.js";
import { planTogether } from "../../plan/bootstrap/plan-together.js";
import type { Plan } from "../../plan/plan.js";
import { noProtection } from "../../plan/protection.js";
import { formatProgram } from "../../program/program.js";
import type { RegionProgram } from "../../regions/region-program.js";
import {
  type CompileOptions,
  checkLimits,
  protectionDistance,
  roundingRule,
} from "../compile-options.js";
import type { Compiled } from "../compiled.js";
import {
  assignTogether,
  type Feed,
  feedsOf,
  settledRanges,
  type Wiring,
  withFedRanges,
} from "../composition.js";
import { planningRates } from "../cost/machine-speed.js";
import { type MemoryLimits, withinMemory } from "../cost/server-memory.js";
import { assembleTogether } from "./assemble.js";
import { inPlainOrEncrypted } from "./clear-parameters.js";
import { CompileRecord } from "./compile-record.js";
import { checkFailure, failureOfEach } from "./failure-options.js";
import { type LoweredModule, lowerModule } from "./lower-module.js";
import { planFasterModule } from "./plan-faster-module.js";
import { formatRegions, planJson } from "./stage-texts.js";
import { checkTravel } from "./travel-limits.js";

/** A traced function of a module with its inputset. */
export interface TracedFunction {
  readonly graph: Graph;
  readonly inputset: readonly (readonly Tensor[])[];
}

/**
 * Compiles several functions under one key. Outputs that wires lead on are refreshed where sums of inputs reach them, so that they may
 * be fed as often as one likes. Errors: those of `compileGraph`, and those of `feedsOf`.
 */
export async function compileTogether(
  functions: readonly TracedFunction[],
  wiring: Wiring,
  options: CompileOptions,
): Promise<Compiled[]> {
  checkFailure(options);
  checkLimits(options);
  if (protectionDistance(options).distanceLog2 !== undefined) throw noProtection();
  const record = new CompileRecord(options.debugFolder, options.onStage);
  const folders = functions.map(({ graph }) => `${graph.name.replaceAll(/[^\w-]/g, "_")}/`);
  const keep = (name: string, text: (program: number) => string | undefined): void => {
    for (const [program, folder] of folders.entries()) {
      record.keep(folder + name, () => `${text(program)?.trimEnd()}\n`);
    }
  };
  return record.whileDoing(async () => {
    keep("graph-traced.txt", (program) => functions[program]?.graph.format({ locations: true }));
    record.begin("bounds");
    const measured = functions.map(({ graph, inputset }) =>
      boundsBy(options.bounds, fuse(adjustRounders(removeDeadCode(graph), inputset)), inputset),
    );
    const feeds = feedsOf(measured, wiring);
    const byIntervals = options.bounds === "intervals";
    const bounded = byIntervals ? settledRanges(measured, feeds) : measured;
    const rounding = roundingRule(options);
    const computed = byIntervals
      ? bounded
      : bounded.map((graph, i) => boundsWithErrors(graph, functions[i]?.inputset ?? [], rounding));
    keep("graph-bounds.txt", (program) => bounded[program]?.format());
    record.begin("bit-widths");
    const graphs = assignTogether(bounded, feeds);
    const withPlaces = { assignedWidths: true, locations: true };
    keep("graph.txt", (program) => graphs[program]?.format(withPlaces));
    record.begin("look-ups");
    const fed = withFedRanges(computed, feeds);
    const compiled = await inPlainOrEncrypted(fed, (sources) =>
      compileLowered(graphs, sources, feeds, options, record, keep),
    );
    for (const { graph, server } of compiled) checkTravel(graph.name, server.manifest, options);
    for (const [program, own] of compiled.entries()) record.keepManifests(own, folders[program]);
    for (const own of compiled.slice(0, 1)) record.keepCode(own);
    return compiled;
  });
}

/** Keeps a text of each function. */
type KeepEach = (name: string, text: (program: number) => string | undefined) => void;

/** From ranges to both files of every function. `sources`: `graphs` with the ranges of what is computed, clear parameters encrypted or not. */
async function compileLowered(
  graphs: readonly Graph[],
  sources: readonly Graph[],
  feeds: readonly Feed[],
  options: CompileOptions,
  record: CompileRecord,
  keep: KeepEach,
): Promise<Compiled[]> {
  const found = lowerModule(sources, feeds, roundingRule(options));
  const keepLowering = ({ lowered, regions }: LoweredModule): void => {
    keep("graph-lowered.txt", (program) => lowered[program]?.format({ assignedWidths: true }));
    keep("regions.txt", (program) => regions[program] && formatRegions(regions[program]));
  };
  record.begin("regions");
  keepLowering(found);
  let chosen: LoweredModule = found;
  const compileWith = (memory: MemoryLimits): Promise<Compiled[]> => {
    record.begin("plan");
    const { lowering, plans } = planFasterModule(found, (own) => {
      const { firsts, numbered, pathOf } = numberNodes(own);
      return planTogether(
        numbered.map((regions, program) => ({ regions, feeds: outputsFor(feeds, program) })),
        {
          failureLog2: Math.min(...own.regions.map((regions) => failureOfEach(options, regions))),
          limits: { ...options, ...memory },
          inputForm: "numbers",
          uploadForm: options.uploadForm,
          rates: planningRates(options),
          nodePath: pathOf,
        },
      ).map((plan, program) => withOwnNodes(plan, firsts[program] ?? 0));
    });
    chosen = lowering;
    if (lowering !== found) keepLowering(lowering);
    keep("plan.json", (program) => plans[program] && planJson(plans[program]));
    keep("program.txt", (program) => plans[program] && formatProgram(plans[program].program));
    record.begin("code");
    const parts = plans.flatMap((plan, program) => {
      const graph = graphs[program];
      const [lowered, regions] = [lowering.lowered[program], lowering.regions[program]];
      if (graph === undefined || lowered === undefined || regions === undefined) return [];
      return [{ graph, lowered, regions, plan, feeds: feedsTo(feeds, program) }];
    });
    return assembleTogether(parts);
  };
  return withinMemory(
    options.maxMemoryBytes,
    (own, node) => {
      const { firsts, pathOf } = numberNodes(chosen);
      return pathOf((firsts[chosen.lowered.indexOf(own.lowered)] ?? 0) + node);
    },
    compileWith,
  );
}

/** Regions whose nodes have numbers of their own over all functions, and how errors call a node by such a number. */
function numberNodes({ lowered: graphs, regions }: LoweredModule): {
  readonly firsts: readonly number[];
  readonly numbered: RegionProgram[];
  readonly pathOf: (node: number) => string;
} {
  const firsts: number[] = [];
  let count = 0;
  for (const { nodes } of graphs) {
    firsts.push(count);
    count += nodes.length;
  }
  const numbered = regions.map((own, program) => ({
    ...own,
    values: own.values.map((value) =>
      value.node === undefined ? value : { ...value, node: value.node + (firsts[program] ?? 0) },
    ),
  }));
  const pathOf = (node: number): string => {
    const program = firsts.findLastIndex((first) => first <= node);
    const graph = graphs[program];
    if (graph === undefined) throw new RangeError(`node ${node}`);
    const path = nodePath(graph.node(node - (firsts[program] ?? 0)));
    return graphs.length === 1 ? path : `function "${graph.name}", ${path}`;
  };
  return { firsts, numbered, pathOf };
}

/** The plan of a function whose nodes were numbered from `first` on. */
function withOwnNodes(plan: Plan, first: number): Plan {
  const counts = [...plan.bootstrapsByNode].map(([node, count]) => [node - first, count] as const);
  const roundings = plan.roundings?.map((own) => ({
    ...own,
    node: own.node === undefined ? undefined : own.node - first,
  }));
  return {
    ...plan,
    bootstrapsByNode: new Map(counts),
    ...(roundings === undefined ? {} : { roundings }),
  };
}

/** Outputs that may feed any input of a program. */
function outputsFor(feeds: readonly Feed[], program: number): Feed["from"][] {
  const found = new Map<string, Feed["from"]>();
  for (const { from } of feedsTo(feeds, program)) found.set(`${from.program}.${from.output}`, from);
  return [...found.values()];
}

function feedsTo(feeds: readonly Feed[], program: number): Feed[] {
  return feeds.filter(({ to }) => to.program === program);
}
