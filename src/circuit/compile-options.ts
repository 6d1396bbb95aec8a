import { checkOptions } from "../base/check-options.js";
import { VelumError } from "../base/error.js";
import type { InputForm } from "../plan/plan.js";
import type { RuntimeKind } from "../runtime/start-engine.js";

/** How a circuit is compiled. */
export interface CompileOptions {
  /** Name in texts and files; default: the function's own name, or "main". */
  readonly name: string;
  /** log2 of the allowed failure probability of each look-up and each output. -64, or -128 where decryptions are shared. */
  readonly failureLog2: number;
  /** Limit on the evaluation keys as they travel, bytes. */
  readonly maxEvaluationKeyBytes: number;
  /**
   * `"auto"`: where every result is a sum of functions of single inputs, inputs travel as one-hot cells and nothing is bootstrapped.
   * `"numbers"`: inputs always travel as numbers; the upload is smaller, and every look-up is a bootstrap.
   */
  readonly inputForm: InputForm;
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
  failureLog2: -64,
  maxEvaluationKeyBytes: Number.POSITIVE_INFINITY,
  inputForm: "auto",
  runtime: "auto",
  threads: undefined,
  debugFolder: undefined,
  onStage: undefined,
};

/**
 * The options with defaults for those that are absent or `undefined`; `name` is the function's own. Error `bad-argument` for names
 * that are no options.
 */
export function compileSettings(
  options: Partial<CompileOptions>,
  name: string,
  path = "compile options",
): CompileOptions {
  checkOptions(options, Object.keys(defaultCompileOptions), path);
  const given = Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  );
  return { ...defaultCompileOptions, ...(name === "" ? {} : { name }), ...given };
}

/** Error `bad-argument` for a failure probability that is no use, or that nothing reaches. */
export function checkFailure(failureLog2: number): void {
  if (failureLog2 <= -20 && failureLog2 >= -200) return;
  throw new VelumError({
    code: "bad-argument",
    path: "failureLog2",
    problem: `is ${failureLog2}, and may be -200 to -20`,
    limit: "-200 to -20",
    actual: failureLog2,
    cure: "Use -64, or -128 where decrypted results are shared",
  });
}
