import { VelumError } from "../../base/error.js";
import type { Attributes } from "../../graph/node.js";
import { defineElementwise } from "../../op-spec/elementwise-op/elementwise-op.js";
import type { OpSpec, RoundingForm } from "../../op-spec/spec.js";

/** How many of the lowest bits are removed. */
function readLsbs(attributes: Attributes, path: string): number {
  const { lsbs_to_remove: lsbs } = attributes;
  if (typeof lsbs === "number" && Number.isInteger(lsbs) && lsbs >= 0 && lsbs <= 52) return lsbs;
  throw new VelumError({
    code: "bad-argument",
    path,
    problem: "the number of bits to remove is no integer from 0 to 52",
    limit: "0 to 52",
    cure: "Give the number of lowest bits to remove",
  });
}

/** Which bits: one, or a Python slice; the first of them becomes the lowest. */
type BitChoice =
  | { readonly bit: number }
  | {
      readonly start: number;
      readonly stop: number | undefined;
      readonly step: number;
      /** The start was left out. */
      readonly open: boolean;
    };

function readBits(attributes: Attributes, path: string): BitChoice {
  const { bits } = attributes;
  if (typeof bits === "number") return { bit: checkedBit(bits, path) };
  if (!Array.isArray(bits)) throw badBits("the node names no bits", path);
  const [start, stop, step] = bits.map((item: unknown) =>
    typeof item === "number" ? item : undefined,
  );
  const by = step ?? 1;
  if (!Number.isInteger(by) || by === 0) throw badBits(`a step of ${by} is impossible`, path);
  if (by < 0 && start === undefined) throw badBits("a slice from above names no first bit", path);
  return {
    start: checkedBit(start ?? 0, path),
    stop: stop === undefined ? (by < 0 ? -1 : undefined) : checkedBit(stop, path),
    step: by,
    open: start === undefined,
  };
}

function checkedBit(bit: number, path: string): number {
  if (Number.isInteger(bit) && bit >= 0 && bit <= 52) return bit;
  throw badBits(`bit ${bit} is not one of 0 to 52`, path);
}

function badBits(problem: string, path: string): VelumError {
  return new VelumError({
    code: "bad-argument",
    path,
    problem,
    cure: "Count bits from 0, the lowest, and give a slice's first bit where its step is negative",
  });
}

function bitOf(value: number, bit: number): number {
  return Math.floor(value / 2 ** bit) - 2 * Math.floor(value / 2 ** (bit + 1));
}

function extract(choice: BitChoice, value: number): number {
  if ("bit" in choice) return bitOf(value, choice.bit);
  // A negative number has infinitely many ones on top.
  if (choice.stop === undefined && value < 0) return Number.NaN;
  const stop = choice.stop ?? 53;
  let result = 0;
  let weight = 1;
  for (let bit = choice.start; choice.step > 0 ? bit < stop : bit > stop; bit += choice.step) {
    result += weight * bitOf(value, bit);
    weight *= 2;
  }
  return result;
}

function choiceText(choice: BitChoice): string {
  if ("bit" in choice) return String(choice.bit);
  const { start, stop, step, open } = choice;
  const first = open ? "" : String(start);
  const last = stop === undefined || stop < 0 ? "" : String(stop);
  return `${first}:${last}${step === 1 ? "" : `:${step}`}`;
}

/** What a rounding carries. */
interface RoundingAttributes extends RoundingForm {
  /** The attributes that are printed behind the number of bits. */
  readonly rest: string;
}

function readRounding(attributes: Attributes, path: string): RoundingAttributes {
  const protect = attributes["overflow_protection"] === false ? "False" : "True";
  const { exactness } = attributes;
  const word = typeof exactness === "string" ? `Exactness.${exactness.toUpperCase()}` : "None";
  return {
    lsbs: readLsbs(attributes, path),
    rest: `overflow_protection=${protect}, exactness=${word}`,
    ...(exactness === "exact" || exactness === "approximate" ? { exactness } : {}),
  };
}

/** Operations on the binary digits of integers, in two's complement. */
export const bitPatternOps: readonly OpSpec[] = [
  defineElementwise({
    name: "extract_bit_pattern",
    doc: "Chosen bits of every element as a new integer; the first chosen bit becomes the lowest.",
    operands: 1,
    integerOperands: true,
    guessedType: "first operand",
    read: readBits,
    text: (choice) => `bits({0})[${choiceText(choice)}]`,
    integers:
      (choice) =>
      (a = 0) =>
        extract(choice, a),
    result: "integer",
    noValue: {
      problem: "a negative number has no highest bit",
      cure: "Give the bit where the slice ends: fhe.bits(x).slice(1, 4)",
    },
  }),
  defineElementwise({
    name: "round_bit_pattern",
    doc: "To the nearest multiple of 2^lsbs, ties upwards.",
    operands: 1,
    integerOperands: true,
    guessedType: "first operand",
    read: readRounding,
    text: ({ lsbs, rest }) => `round_bit_pattern({0}, lsbs_to_remove=${lsbs}, ${rest})`,
    integers:
      ({ lsbs }) =>
      (a = 0) =>
        lsbs === 0 ? a : Math.floor((a + 2 ** (lsbs - 1)) / 2 ** lsbs) * 2 ** lsbs,
    result: "integer",
    monotone: true,
    rounding: ({ lsbs, exactness }) => (exactness === undefined ? { lsbs } : { lsbs, exactness }),
  }),
  defineElementwise({
    name: "truncate_bit_pattern",
    doc: "The lowest bits made 0.",
    operands: 1,
    integerOperands: true,
    guessedType: "first operand",
    read: readLsbs,
    text: (lsbs) => `truncate_bit_pattern({0}, lsbs_to_remove=${lsbs})`,
    integers:
      (lsbs) =>
      (a = 0) =>
        Math.floor(a / 2 ** lsbs) * 2 ** lsbs,
    result: "integer",
    monotone: true,
  }),
  identityOp(),
];

function identityOp(): OpSpec {
  const spec = defineElementwise({
    name: "identity",
    doc: "The operand itself; with `force_noise_refresh` through a look-up, which makes its noise small again.",
    operands: 1,
    guessedType: "first operand",
    read: (attributes) => attributes["force_noise_refresh"] === true,
    text: (refresh) => `identity({0}${refresh ? ", force_noise_refresh=True" : ""})`,
    integers:
      () =>
      (a = 0) =>
        a,
    monotone: true,
  });
  return {
    ...spec,
    // Without refresh, a value that keeps its type is passed on.
    mlir: (attributes, call, emitter) => {
      const [operand] = call.operands;
      const same =
        operand?.type.bits === call.result.bits && operand.type.signed === call.result.signed;
      if (operand !== undefined && same && attributes["force_noise_refresh"] !== true)
        return operand;
      return spec.mlir(attributes, call, emitter);
    },
  };
}
