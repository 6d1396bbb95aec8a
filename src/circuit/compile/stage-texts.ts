import type { Plan } from "../../plan/plan.js";
import type { LookupStep, RegionProgram } from "../../regions/region-program.js";

/** The region program as text: one value a line, with the step that computes it. */
export function formatRegions(regions: RegionProgram): string {
  const lines = regions.values.map(({ id, size, node, type, bounds, assignedBits }) => {
    const step = regions.steps.find(({ result }) => result === id);
    const inputs = regions.inputs.map(({ name }) => name).join(", ");
    const made =
      step === undefined
        ? `inputs(${inputs})`
        : step.kind === "lookup"
          ? `lookup(v${step.source}, bits=${step.precision}, tables=${step.tables.length}${roundingText(step)})`
          : step.kind === "ensemble"
            ? `ensemble(v0, trees=${step.trees.roots.length})`
            : `affine(${step.sources.map((source) => `v${source}`).join(", ")}${step.clear === undefined ? "" : "; clear weights"})`;
    const sign = type.signed ? "int" : "uint";
    const of = node === undefined ? "" : `, node ${node}`;
    return `v${id} = ${made}  # ${sign}${type.bits}[${size}] in [${bounds.min}, ${bounds.max}], ${assignedBits} bits reserved${of}`;
  });
  const results = regions.outputs.map(({ value }) => `v${value}`).join(", ");
  return [...lines, `return ${results}`, ""].join("\n");
}

/** How many values on either side of a tie may be rounded either way. */
function roundingText({ low, inBand }: LookupStep): string {
  return inBand === undefined ? "" : `, rounds=2^${low}, band=${inBand}`;
}

/** A plan as JSON, without its program. */
export function planJson(plan: Plan): string {
  const { program, bootstrapsByNode, ...rest } = plan;
  const counts = Object.fromEntries(bootstrapsByNode);
  return `${JSON.stringify({ ...rest, bootstrapsByNode: counts, slots: program.slots }, null, 2)}\n`;
}
