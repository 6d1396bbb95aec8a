import type { JsonValue } from "../../artifact/client-file.js";
import { VelumError } from "../../base/error.js";
import { fieldsOf, isCount } from "../../quantize/json-checks.js";
import type { Decision, ImportedInput, ImportedParts, InputType } from "../steps/imported-parts.js";
import { labelsJson, readLabels, readNumber } from "../steps/json-numbers.js";
import { type BlockShape, readSteps, stepJson } from "../steps/steps-json.js";
import type { FeatureSteps } from "./read-rows.js";

/** What stands around the trees or the linear model: the client's work in clear. */
export type Frame = FeatureSteps & Pick<ImportedParts, "after" | "output" | "decision" | "classes">;

/** Widths of what stands between. */
interface Between {
  readonly features: number;
  readonly outputs: number;
}

/** The JSON form; every double survives exactly. */
export function frameJson({ inputs, before, from, after, output, decision, classes }: Frame) {
  return {
    ...{ inputs: inputs.map((input) => ({ ...input })), before: before.map(stepJson), from },
    ...{ after: after.map(stepJson), output },
    decision: decision === undefined ? null : { ...decision },
    classes: classes === undefined ? null : labelsJson(classes),
  } satisfies JsonValue;
}

/**
 * Reads what `frameJson` gave, from a file that nobody vouches for. `between` gets the blocks before the model and says which widths it
 * has. Errors: `file-corrupt`.
 */
export function readFrame(
  value: unknown,
  between: (blocks: readonly BlockShape[]) => Between,
  path: string,
): Frame {
  const fields = fieldsOf(value);
  const { from, output } = fields;
  const inputs = readInputs(fields["inputs"]);
  if (inputs === undefined) throw corrupt(path, "says nothing usable of its inputs");
  const shapes = inputs.map(({ columns, type }) => ({ columns, texts: type === "text" }));
  const { steps: before, blocks } = readSteps(fields["before"], shapes, `${path} before`);
  const { features, outputs } = between(blocks);
  const source = isPlace(from) ? blocks[from] : undefined;
  if (!isPlace(from) || source?.texts !== false || source.columns !== features) {
    throw corrupt(path, "its features do not fit its preprocessing");
  }
  const scores = { columns: outputs, texts: false };
  const { steps: after, blocks: results } = readSteps(fields["after"], [scores], `${path} after`);
  const decision = readDecision(fields["decision"], results);
  const classes = fields["classes"] === null ? undefined : readLabels(fields["classes"]);
  const task = fields["decision"] === null ? "regressor" : "classifier";
  const fits = task === "regressor" || (decision !== undefined && classes !== undefined);
  if (!isPlace(output) || results[output]?.texts !== false || !fits) {
    throw corrupt(path, "does not say what its scores mean");
  }
  return { inputs, before, from, after, output, decision, classes };
}

const inputTypes: readonly InputType[] = ["float32", "float64", "integer", "text"];

function readInputs(value: unknown): readonly ImportedInput[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const inputs = value.map((entry: unknown) => {
    const { name, columns, type } = fieldsOf(entry);
    const known = inputTypes.find((own) => own === type);
    if (typeof name !== "string" || !isCount(columns) || known === undefined) return undefined;
    return columns > 2 ** 24 ? undefined : { name, columns, type: known };
  });
  const good = inputs.filter((input) => input !== undefined);
  return good.length === inputs.length ? good : undefined;
}

function readDecision(value: unknown, blocks: readonly BlockShape[]): Decision | undefined {
  const { kind, block, above, atLeast } = fieldsOf(value);
  if (!isPlace(block) || blocks[block]?.texts !== false) return undefined;
  if (kind === "argmax") return { kind, block };
  const limit = readNumber(above);
  if (kind !== "threshold" || limit === undefined || typeof atLeast !== "boolean") return undefined;
  return { kind, block, above: limit, atLeast };
}

function isPlace(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0;
}

/** The error of a damaged file of an imported model. */
export function corrupt(path: string, problem: string): VelumError {
  return new VelumError({
    code: "file-corrupt",
    path,
    problem,
    cure: "Make the file again from the imported model",
  });
}
