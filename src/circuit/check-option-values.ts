import { VelumError } from "../base/error.js";
import { valueText } from "../base/value-text.js";

/** What an option may be: the test, and its text in errors. */
interface Allowed {
  readonly is: (value: unknown) => boolean;
  readonly text: string;
}

/** Threads that an engine starts at most. */
const mostThreads = 256;

/** What options may be that name one of a few things. */
export const choices = {
  machine: ["this", "avx512", "avx2", "wasm"],
  inputForm: ["auto", "numbers"],
  bounds: ["inputset", "intervals"],
  roundingExactness: ["exact", "approximate"],
  uploadForm: ["auto", "direct", "packed"],
  runtime: ["auto", "wasm", "native"],
} as const;

const anyNumber: Allowed = { is: (value) => typeof value === "number", text: "a number" };
const someText: Allowed = {
  is: (value) => typeof value === "string" && value !== "",
  text: "a text that is not empty",
};
const truth: Allowed = { is: (value) => typeof value === "boolean", text: "true or false" };

/** By option of `CompileOptions`. Ranges of probabilities and limits are checked where they are used. */
const allowed: Readonly<Record<string, Allowed>> = {
  name: someText,
  failureLog2: anyNumber,
  pError: anyNumber,
  globalPError: anyNumber,
  securityLevel: anyNumber,
  maxEvaluationKeyBytes: anyNumber,
  maxUploadBytes: anyNumber,
  maxMemoryBytes: anyNumber,
  maxRunMs: anyNumber,
  machine: oneOf(choices.machine),
  inputForm: oneOf(choices.inputForm),
  bounds: oneOf(choices.bounds),
  composable: truth,
  roundingExactness: oneOf(choices.roundingExactness),
  roundingBand: {
    is: (value) => typeof value === "number" && value >= 0 && value < 1 / 2,
    text: "a number from 0 to below 1/2",
  },
  protectModel: { is: isProtection, text: "true, false or { bits }" },
  uploadForm: oneOf(choices.uploadForm),
  runtime: oneOf(choices.runtime),
  threads: {
    is: (value) =>
      typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= mostThreads,
    text: `an integer from 1 to ${mostThreads}`,
  },
  debugFolder: someText,
  onStage: { is: (value) => typeof value === "function", text: "a function" },
};

/** Error `bad-argument` for the first option that is not of its kind: names it, what it is, and what it may be. */
export function checkOptionValues(options: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(options)) {
    const kind = allowed[name];
    if (value === undefined || kind === undefined || kind.is(value)) continue;
    throw new VelumError({
      code: "bad-argument",
      path: name,
      problem: `is ${valueText(value)}, and may be ${kind.text}`,
      limit: kind.text,
      actual: valueText(value),
      cure: "Leave it away for the default",
    });
  }
}

function oneOf(names: readonly string[]): Allowed {
  return {
    is: (value) => typeof value === "string" && names.includes(value),
    text: names.map((name) => JSON.stringify(name)).join(" or "),
  };
}

function isProtection(value: unknown): boolean {
  if (typeof value === "boolean") return true;
  return (
    typeof value === "object" && value !== null && "bits" in value && typeof value.bits === "number"
  );
}
