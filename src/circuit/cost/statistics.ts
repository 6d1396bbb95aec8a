import type { Graph } from "../../graph/graph.js";
import { nodePath, type OperationNode } from "../../graph/node.js";
import { linearOperands } from "../../ops/linear-form.js";
import { opSpec } from "../../ops/registry.js";
import type { Plan } from "../../plan/plan.js";
import { rowTerms } from "../../program/affine.js";
import { isClear } from "../../regions/clear-weights.js";
import type { CryptoParameters } from "../../tfhe/parameters.js";

/** Operations on single encrypted numbers in one run. */
export interface OperationCounts {
  readonly bootstraps: number;
  readonly keySwitches: number;
  readonly encryptedAdditions: number;
  readonly clearAdditions: number;
  /** By clear numbers other than 0, 1 and -1. */
  readonly clearMultiplications: number;
  readonly negations: number;
}

/** Counts of the nodes under one tag, tags below it included. */
export interface TagStatistics extends OperationCounts {
  /** `""` is the whole circuit; `"a"` includes `"a.b"`. */
  readonly tag: string;
  /** Under which parameters the operations run; see `parameterSetText`. */
  readonly parameterSet: string;
}

type Counts = { -readonly [name in keyof OperationCounts]: number };

/**
 * Counts by tag, in the order of the tags' first use. Linear operations are counted node by node, as the program asks for them; those
 * that follow each other are then computed as one, which takes no more.
 */
export function statisticsByTag(
  graph: Graph,
  { parameters, bootstrapsByNode }: Pick<Plan, "parameters" | "bootstrapsByNode">,
): TagStatistics[] {
  const byTag = new Map<string, Counts>([["", noCounts()]]);
  const add = (tag: string, name: keyof Counts, count: number): void => {
    for (const own of tagAndParents(tag)) {
      const counts = byTag.get(own) ?? noCounts();
      byTag.set(own, counts);
      counts[name] += count;
    }
  };
  for (const node of graph.nodes) {
    const count = bootstrapsByNode.get(node.id) ?? 0;
    if (count > 0) {
      add(node.tag, "bootstraps", count);
      add(node.tag, "keySwitches", count);
    }
    if (node.kind === "operation" && node.output.encrypted) countLinear(graph, node, add);
  }
  const parameterSet = parameterSetText(parameters);
  return [...byTag].map(([tag, counts]) => ({ tag, parameterSet, ...counts }));
}

/** Parameters in one line: GLWE, then LWE and decompositions of each set. */
export function parameterSetText({ glwe, bootstraps }: CryptoParameters): string {
  const sets = bootstraps.map(
    ({ bootstrapGadget, keySwitchGadget, lwe }) =>
      `n=${lwe.dimension} bootstrap ${gadgetText(bootstrapGadget)} key switch ${gadgetText(keySwitchGadget)}`,
  );
  return `k=${glwe.dimension} N=${glwe.polynomialSize} ${sets.join("; ")}`.trimEnd();
}

function gadgetText({ levels, baseLog }: { levels: number; baseLog: number }): string {
  return `${levels}x${baseLog}`;
}

function countLinear(
  graph: Graph,
  node: OperationNode,
  add: (tag: string, name: keyof Counts, count: number) => void,
): void {
  const spec = opSpec(node.name, nodePath(node));
  const map = spec.affine(node.attributes, linearOperands(graph, node));
  // What is clear is computed in plain.
  if (map === undefined || isClear(node)) return;
  for (let row = 0; row < map.outputs; row++) {
    let terms = 0;
    for (const [, weight] of rowTerms(map, row)) {
      terms++;
      if (weight === -1) add(node.tag, "negations", 1);
      else if (weight !== 1) add(node.tag, "clearMultiplications", 1);
    }
    if (terms > 1) add(node.tag, "encryptedAdditions", terms - 1);
    if ((map.constant[row] ?? 0) !== 0) add(node.tag, "clearAdditions", 1);
  }
}

/** `a.b` counts for `a.b`, `a` and the whole circuit. */
function tagAndParents(tag: string): string[] {
  if (tag === "") return [""];
  const parts = tag.split(".");
  return ["", ...parts.map((_, i) => parts.slice(0, i + 1).join("."))];
}

function noCounts(): Counts {
  return {
    bootstraps: 0,
    keySwitches: 0,
    encryptedAdditions: 0,
    clearAdditions: 0,
    clearMultiplications: 0,
    negations: 0,
  };
}
