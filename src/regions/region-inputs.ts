import { sizeOf } from "../base/tensor.js";
import type { Graph } from "../graph/graph.js";
import { assignedBitsOf, boundsOf } from "../op-spec/lookup-argument.js";
import { selectionMap } from "../program/affine.js";
import type { RegionDraft } from "./region-draft.js";
import type { RegionInput } from "./region-program.js";

/** Value 0: the elements of all encrypted inputs, one after the other. */
export function addInputs(draft: RegionDraft, graph: Graph): RegionInput[] {
  const nodes = graph.inputNodes().filter(({ output }) => output.encrypted);
  const total = nodes.reduce((sum, node) => sum + sizeOf(node.output.shape), 0);
  const bounds = nodes.map(boundsOf);
  const min = Math.min(...bounds.map((own) => own.min));
  const max = Math.max(...bounds.map((own) => own.max));
  const signed = nodes.some((node) => node.output.type.signed);
  const bits = nodes.map(({ output: { type } }) => type.bits + (signed && !type.signed ? 1 : 0));
  draft.values.push({
    id: 0,
    size: total,
    node: undefined,
    type: { signed, bits: Math.max(1, ...bits) },
    bounds: nodes.length === 0 ? { min: 0, max: 0 } : { min, max },
    assignedBits: Math.max(1, ...nodes.map(assignedBitsOf)),
  });
  let start = 0;
  return nodes.map((node) => {
    const size = sizeOf(node.output.shape);
    const columns = Array.from({ length: size }, (_, i) => start + i);
    draft.forms.set(node.id, { sources: [0], map: selectionMap(total, columns) });
    const input = {
      name: node.name,
      node: node.id,
      start,
      shape: node.output.shape,
      type: node.output.type,
      bounds: boundsOf(node),
      assignedBits: assignedBitsOf(node),
    };
    start += size;
    return input;
  });
}
