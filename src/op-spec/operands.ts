import { VelumError } from "../base/error.js";

/** The two operands of a binary operation. Errors: `bad-argument` for another number of them. */
export function operandPair<T>(operands: readonly T[], path: string): [T, T] {
  const [a, b] = operands;
  if (a === undefined || b === undefined) throw wrongCount(operands.length, 2, path);
  return [a, b];
}

/** The operand of a unary operation. Errors: `bad-argument` for another number of them. */
export function onlyOperand<T>(operands: readonly T[], path: string): T {
  const [a] = operands;
  if (a === undefined) throw wrongCount(operands.length, 1, path);
  return a;
}

export function wrongCount(actual: number, limit: number, path: string): VelumError {
  return new VelumError({
    code: "bad-argument",
    path,
    problem: `it has ${actual} operands and needs ${limit}`,
    limit,
    actual,
    cure: "Pass as many operands as the operation takes",
  });
}
