import type { ImportedParts } from "../steps/imported-parts.js";
import { stepColumns } from "../steps/steps.js";
import { lifted } from "./linear-lifting.js";

/**
 * A linear model with the affine steps right before it taken into its weights, so that clients need not know them: sums and
 * products with constants, other linear steps, negation. Choices of columns stay with the client, which then encrypts no others.
 */
export function foldAffine(parts: ImportedParts): ImportedParts {
  const { model, inputs, before } = parts;
  if (model.kind !== "linear") return parts;
  const widths = inputs.map((input) => input.columns);
  for (const step of before) widths.push(stepColumns(step, (block) => widths[block] ?? 0));
  const source = {
    stepOf: (block: number) => before[block - inputs.length],
    columns: (block: number) => widths[block] ?? 0,
  };
  for (let folded = model; ; ) {
    const chosen = source.stepOf(folded.from)?.kind === "select";
    const next = chosen ? undefined : lifted(source, folded);
    if (next === undefined) {
      // Steps at the end that only the folded ones read are dropped.
      const kept = Math.max(0, folded.from - inputs.length + 1);
      return { ...parts, before: before.slice(0, kept), model: folded };
    }
    folded = next;
  }
}
