import type { RuntimeKind } from "../runtime/start-engine.js";

/** How a circuit is compiled. */
export interface CompileOptions {
  /** Name in texts and files; default: the function's own name, or "main". */
  readonly name: string;
  /** log2 of the allowed failure probability of each look-up and each output. -64, or -128 where decryptions are shared. */
  readonly failureLog2: number;
  /** Limit on the evaluation keys as they travel, bytes. */
  readonly maxEvaluationKeyBytes: number;
  /** Where `run` and `encryptRunDecrypt` of this circuit compute. */
  readonly runtime: RuntimeKind;
  /** Threads; `undefined` for one a core. */
  readonly threads: number | undefined;
}

export const defaultCompileOptions: CompileOptions = {
  name: "main",
  failureLog2: -64,
  maxEvaluationKeyBytes: Number.POSITIVE_INFINITY,
  runtime: "auto",
  threads: undefined,
};
