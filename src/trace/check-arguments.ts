import { VelumError } from "../base/error.js";
import { kindText, type Shape } from "../base/tensor.js";
import { valueText } from "../base/value-text.js";
import { callPath } from "./origin.js";
import { Tracer } from "./tracer.js";

/** Most numbers of a window, and times that something is repeated. */
const mostLengths = 2 ** 24;

/** `x`, an argument of `fhe.NAME`. Error `not-traceable` for anything but a traced value, which JavaScript lets through. */
export function traced<T extends Tracer>(x: T, name: string, which = "first"): T {
  if (x instanceof Tracer) return x;
  throw new VelumError({
    code: "not-traceable",
    path: callPath(name),
    problem: `its ${which} argument is ${kindText(x)}, not a traced value`,
    cure: "Pass a parameter of the function, or compute with plain numbers",
  });
}

/** A list of lengths, each a whole number from 1. Error `bad-argument`; `what` names it. */
export function lengths(list: unknown, name: string, what: string): Shape {
  if (Array.isArray(list) && list.every(isLength)) {
    const product = list.reduce((all, length) => all * length, 1);
    if (product <= mostLengths) return list;
  }
  throw new VelumError({
    code: "bad-argument",
    path: callPath(name),
    problem: `${what} is ${listText(list)}, not a list of whole numbers from 1`,
    limit: mostLengths,
    cure: "Give one length for each axis, such as [2, 2]; together they may make some millions",
  });
}

function isLength(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 1;
}

function listText(value: unknown): string {
  const numbers = Array.isArray(value) && value.every((one) => typeof one === "number");
  return numbers ? `[${value.slice(0, 8).join(", ")}]` : kindText(value);
}

/** Error `bad-argument` unless `bits` is a number of bits that an integer may have. `name` and `cure` are for its text. */
export function checkBits(bits: number, name: string, cure: string): void {
  if (Number.isInteger(bits) && bits >= 1 && bits <= 53) return;
  throw new VelumError({
    code: "bad-argument",
    path: callPath(name),
    problem: `${valueText(bits)} is no number of bits`,
    limit: "1 to 53",
    actual: valueText(bits),
    cure,
  });
}
