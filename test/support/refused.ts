import assert from "node:assert/strict";
import { type ErrorCode, VelumError } from "../../src/base/error.js";

/** What `assert.throws` and `assert.rejects` take: an error of Velum with this code and text, and something to do about it. */
export function refusal(code: ErrorCode, message: string | RegExp): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof VelumError, String(error));
    if (typeof message === "string") assert.equal(error.message, message);
    else assert.match(error.message, message);
    assert.equal(error.code, code);
    assert.ok(error.cure.length > 0);
    return true;
  };
}

/** `run` throws that error. */
export function refused(run: () => unknown, code: ErrorCode, message: string | RegExp): void {
  assert.throws(run, refusal(code, message));
}

/** `run` throws that error, or its promise rejects with it. */
export async function rejected(
  run: () => unknown,
  code: ErrorCode,
  message: string | RegExp,
): Promise<void> {
  await assert.rejects(async () => run(), refusal(code, message));
}
