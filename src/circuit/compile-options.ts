import { checkOptions } from "../base/check-options.js";
import { VelumError } from "../base/error.js";
import type { BoundsForm } from "../passes/interval-bounds.js";
import { defaultRounding, type RoundingRule } from "../passes/rounding-rule.js";
import type { UploadForm } from "../plan/decision/upload-form.js";
import type { InputForm, PlanOptions } from "../plan/plan.js";
import type { RuntimeKind } from "../runtime/start-engine.js";
import type { Exactness } from "../trace/lookup-functions.js";
import { checkOptionValues } from "./check-option-values.js";

/** Bits of security of all parameters (docs/security.md). */
const securityLevel = 132;

/** How a circuit is compiled. */
export interface CompileOptions {
  /** Name in texts and files; default: the function's own name, or "main". */
  readonly name: string;
  /** log2 of the allowed failure probability of each look-up and each output. -64, or -128 where decryptions are shared. */
  readonly failureLog2: number | undefined;
  /** The same as a probability, 2^-200 to 0.01; instead of `failureLog2`. */
  readonly pError: number | undefined;
  /** Allowed failure probability of a whole run, 2^-200 to 0.1. Alone it replaces the limit on each look-up; beside one, both hold. */
  readonly globalPError: number | undefined;
  /** Bits of security that parameters have at least, 80 to 132: all parameters lie on or above the published curve of 132 bits. */
  readonly securityLevel: number;
  /** Limit on the evaluation keys as they travel, bytes. 0 for circuits that need none. */
  readonly maxEvaluationKeyBytes: number;
  /** Limit on one request as it travels, bytes. */
  readonly maxUploadBytes: number;
  /**
   * Limit on the server's memory as `cost` predicts it, bytes: weights and tables, one client's expanded keys, one request; of a module
   * one request of every function.
   */
  readonly maxMemoryBytes: number;
  /** Limit on the predicted time of one run's look-ups on one thread, milliseconds. */
  readonly maxRunMs: number;
  /**
   * Kind of machine whose speed decides between parameters: this one with the circuit's runtime, or the server that will run it. Other
   * kinds may lead to other parameters, and so to other keys.
   */
  readonly machine: "this" | "avx512" | "avx2" | "wasm";
  /**
   * `"auto"`: where every result is a sum of functions of single inputs, inputs travel as one-hot cells and nothing is bootstrapped.
   * `"numbers"`: inputs always travel as numbers; the upload is smaller, and every look-up is a bootstrap.
   */
  readonly inputForm: InputForm;
  /**
   * `"inputset"`: values have the ranges that the inputset shows. `"intervals"`: ranges that hold for all inputs within the ranges of
   * each parameter on the inputset, by interval analysis; often wider, so that look-ups cost more.
   */
  readonly bounds: BoundsForm;
  /** Of `roundBitPattern` where the program does not say: exact, or approximate (`roundingBand`). */
  readonly roundingExactness: Exactness;
  /**
   * How far from a tie approximate roundings must be right, in steps: 0 to below 1/2. Closer values may come out one step off. 3/8
   * costs what looking up the remaining bits costs, 1/4 twice as much, 1/8 four times.
   */
  readonly roundingBand: number;
  /**
   * Answers may be inputs again without being decrypted: every output may come back as a parameter of its shape. Outputs are refreshed
   * where that keeps their noise small, and travel unrounded.
   */
  readonly composable: boolean;
  /**
   * Answers say nothing of the model beyond their values: the server re-randomises them with a public key of the client and floods their
   * noise. `{ bits }`: within a statistical distance of 2^-bits an answer, 1 to 60. `true`: 2^-40, or where noise or limits leave no
   * room for that the nearest that can be had up to 2^-8; `cost()` says which. Results of look-ups take some more look-ups, and sums of
   * trees some beyond 2^-14 to 2^-20. Costs precision, bytes and a key file. Not for modules and composable circuits. See docs/security.md.
   */
  readonly protectModel: boolean | { readonly bits: number };
  /**
   * How the encrypted bits that decision trees ask travel. `"direct"`: each as a ciphertext of its own, some 14 KB; no evaluation keys.
   * `"packed"`: all in one or a few ciphertexts, some KB; the server takes them apart with keys of some 0.5 MB that travel once, and
   * computes longer. `"auto"`: direct while a request stays below 256 KiB and within the limits, else packed. Direct always for
   * sums of trees that are protected and not looked up.
   */
  readonly uploadForm: UploadForm;
  /** Where `run` and `encryptRunDecrypt` of this circuit compute. */
  readonly runtime: RuntimeKind;
  /** Threads; `undefined` for one a core. */
  readonly threads: number | undefined;
  /**
   * Folder (Node alone) that gets what every stage leaves: graphs, regions, plan, program, MLIR, C, WebAssembly, manifests, timings;
   * after a failure everything up to it, and `error.txt`. `undefined` for none.
   */
  readonly debugFolder: string | undefined;
  /** Is told the name of every stage when it begins. */
  readonly onStage: ((stage: string) => void) | undefined;
}

export const defaultCompileOptions: CompileOptions = {
  name: "main",
  failureLog2: undefined,
  pError: undefined,
  globalPError: undefined,
  securityLevel,
  maxEvaluationKeyBytes: Number.POSITIVE_INFINITY,
  maxUploadBytes: Number.POSITIVE_INFINITY,
  maxMemoryBytes: Number.POSITIVE_INFINITY,
  maxRunMs: Number.POSITIVE_INFINITY,
  machine: "this",
  inputForm: "auto",
  bounds: "inputset",
  roundingExactness: defaultRounding.exactness,
  roundingBand: defaultRounding.band,
  protectModel: false,
  uploadForm: "auto",
  composable: false,
  runtime: "auto",
  threads: undefined,
  debugFolder: undefined,
  onStage: undefined,
};

/**
 * The options with defaults for those that are absent or `undefined`; `name` is the function's own. Error `bad-argument` for names
 * that are no options, and for values that are not of an option's kind.
 */
export function compileSettings(
  options: Partial<CompileOptions>,
  name: string,
  path = "compile options",
): CompileOptions {
  checkOptions(options, Object.keys(defaultCompileOptions), path);
  checkOptionValues(options);
  const given = Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  );
  return { ...defaultCompileOptions, ...(name === "" ? {} : { name }), ...given };
}

/** Error `bad-argument` for a limit that nothing could keep, and for a security level that is not reached. */
export function checkLimits(options: CompileOptions): void {
  const { securityLevel: wanted } = options;
  if (!(wanted >= 80 && wanted <= securityLevel)) {
    throw new VelumError({
      code: "bad-argument",
      path: "securityLevel",
      problem: `is ${wanted}, and may be 80 to ${securityLevel}`,
      limit: securityLevel,
      actual: wanted,
      cure: `Leave it away: parameters come from the published curve of ${securityLevel} bits, and no other is offered`,
    });
  }
  for (const path of [
    "maxEvaluationKeyBytes",
    "maxUploadBytes",
    "maxMemoryBytes",
    "maxRunMs",
  ] as const) {
    // Circuits without evaluation keys exist; without uploads, memory or time none does.
    const zero = path === "maxEvaluationKeyBytes";
    if (options[path] > 0 || (zero && options[path] === 0)) continue;
    throw new VelumError({
      code: "bad-argument",
      path,
      problem: `is ${options[path]}, and may be a positive number${zero ? ", or 0 for no keys" : ""}`,
      limit: 0,
      actual: options[path],
      cure: "Leave it away for no limit",
    });
  }
}

/** The options of roundings together. */
export function roundingRule({
  roundingExactness,
  roundingBand,
}: Pick<CompileOptions, "roundingExactness" | "roundingBand">): RoundingRule {
  return { exactness: roundingExactness, band: roundingBand };
}

const defaultProtectionBits = 40;
const mostProtectionBits = 60;

/** What `protectModel: true` is never weaker than. */
const leastProtectionBits = 8;

/**
 * log2 of the statistical distance that `protectModel` asks for, and of what may do where there is no room for that; nothing where it is
 * false. Error `bad-argument`.
 */
export function protectionDistance({
  protectModel,
}: Pick<CompileOptions, "protectModel">): Pick<
  PlanOptions,
  "distanceLog2" | "weakestDistanceLog2"
> {
  if (protectModel === false) return {};
  if (protectModel === true) {
    return { distanceLog2: -defaultProtectionBits, weakestDistanceLog2: -leastProtectionBits };
  }
  const { bits } = protectModel;
  if (Number.isInteger(bits) && bits >= 1 && bits <= mostProtectionBits)
    return { distanceLog2: -bits };
  throw new VelumError({
    code: "bad-argument",
    path: "protectModel",
    problem: `asks for ${bits} bits, and may ask for 1 to ${mostProtectionBits}`,
    limit: mostProtectionBits,
    cure: `Give true for ${defaultProtectionBits} bits, or { bits }`,
  });
}
