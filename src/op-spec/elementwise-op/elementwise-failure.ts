import { VelumError } from "../../base/error.js";

/** Why an element-wise operation has no result for some operands, and what to do about it; for errors. */
export interface NoValue {
  readonly problem: string;
  readonly cure: string;
  /** The caller wrote the function: what it throws is reported with the node. */
  readonly callerCode?: true;
}

/**
 * What `work` gives. `not-a-number` errors of `work` say instead what `reason` says; what the caller's own function
 * throws becomes `bad-argument` with its message.
 */
export function withReason<Result>(
  reason: NoValue | undefined,
  path: string,
  work: () => Result,
): Result {
  if (reason === undefined) return work();
  try {
    return work();
  } catch (error) {
    const { problem, cure, callerCode } = reason;
    if (error instanceof VelumError) {
      if (error.code !== "not-a-number") throw error;
      throw new VelumError({ code: "not-a-number", path, problem, cure });
    }
    if (callerCode !== true) throw error;
    throw new VelumError({
      code: "bad-argument",
      path,
      problem: `the function throws: ${error instanceof Error ? error.message : String(error)}`,
      cure: "Make it give an integer for every value that it may get",
    });
  }
}
