import { VelumError } from "../../base/error.js";
import { isPlainData, readsClear } from "../../graph/clear-part.js";
import type { Graph } from "../../graph/graph.js";
import { type GraphNode, nodePath } from "../../graph/node.js";
import { opSpec } from "../../ops/registry.js";
import { fuseIntegers } from "../fuse.js";
import { removeDeadCode } from "../remove-dead-code.js";
import { defaultRounding, type RoundingRule } from "../rounding-rule.js";
import { domainOf } from "./domain.js";
import { Lowering, type LowerTarget } from "./lowering.js";
import { withPossibleBounds } from "./possible-bounds.js";

/**
 * Rewrites every operation into linear ones and table look-ups with arguments of at most `limit` bits, without changing any
 * result for inputs that keep the promise of the inputset. The graph needs bounds; the result has them too, sound for all such
 * inputs. Arguments of up to `several` bits are taken apart into windows of bits. Errors: `not-compiled` without bounds, `unsupported-op` for floating-point values, `width-too-wide`.
 */
export function lower(
  graph: Graph,
  limit: number,
  target: LowerTarget,
  several: number = limit,
  rounding: RoundingRule = defaultRounding,
): Graph {
  return lowerings(graph, limit, target, several, rounding).apart;
}

/** Most bits of an argument that may be looked up at once so that its look-ups share a bootstrap. */
const wholeBits = 9;

/**
 * `lower`, and what it would be if arguments of up to 9 bits were looked up at once: that may be faster where several look-ups then
 * share a bootstrap. Undefined where fewer than two could.
 */
export function lowerings(
  graph: Graph,
  limit: number,
  target: LowerTarget,
  several: number,
  rounding: RoundingRule,
): { readonly apart: Graph; readonly whole: (() => Graph) | undefined } {
  checkIntegers(graph, target);
  const source = target === "dialect" ? graph : fuseCones(withPossibleBounds(graph), limit);
  const limits = { single: limit, several };
  const lowering = new Lowering(source, limits, target, rounding);
  const apart = removeDeadCode(lowering.run());
  if (lowering.wideNodes < 2) return { apart, whole: undefined };
  const whole = (): Graph =>
    removeDeadCode(new Lowering(source, { ...limits, whole: wholeBits }, target, rounding).run());
  return { apart, whole };
}

/** Operations on several values that all come from one value: one look-up of that value. */
function fuseCones(graph: Graph, limit: number): Graph {
  return fuseIntegers(graph, (node, start) => {
    const { min, max } = domainOf(graph.node(start));
    return max - min < 2 ** limit && opSpec(node.name, nodePath(node)).pair !== undefined;
  });
}

/** What is clear may be floating-point where the server computes it as it stands. */
function checkIntegers(graph: Graph, target: LowerTarget): void {
  const inPlain = target !== "dialect" && readsClear(graph);
  const isKept = (node: GraphNode): boolean =>
    inPlain &&
    !node.output.encrypted &&
    (node.kind !== "operation" || isPlainData(node.attributes));
  const floats = graph.nodes.filter((node) => node.output.float === true && !isKept(node));
  // An operation rather than the constant that it reads.
  const node = floats.find(({ kind }) => kind === "operation") ?? floats[0];
  if (node !== undefined) {
    throw new VelumError({
      code: "unsupported-op",
      path: nodePath(node),
      problem: "it is floating-point, and only integers can be computed on ciphertexts",
      cure: "Turn it into integers with astype, so that the floating-point part becomes a look-up",
    });
  }
}
