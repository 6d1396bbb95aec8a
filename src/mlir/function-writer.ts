import type { Tensor } from "../base/tensor.js";
import {
  insideName,
  type MlirEmitter,
  type MlirType,
  type MlirValue,
} from "../op-spec/mlir-emitter.js";
import { constantText, typeText } from "./dialect-text.js";

/**
 * Writes the body of one function, with MLIR's own way to name values: results count up from `%0`, constants are called
 * after their value, and a name that is taken gets the next number of one counter.
 */
export class FunctionWriter implements MlirEmitter {
  /** Instructions so far, one line each. */
  readonly lines: string[] = [];
  private readonly written = new Map<string, MlirValue>();
  private readonly taken = new Set<string>();
  private results = 0;
  private conflicts = 0;

  emit(
    op: string,
    operands: readonly MlirValue[],
    result: MlirType,
    attributes?: string,
  ): MlirValue {
    const names = operands.map((operand) => operand.name).join(", ");
    const types = operands.map((operand) => typeText(operand.type)).join(", ");
    const dictionary = attributes === undefined ? "" : ` {${attributes}}`;
    const text = `"${op}"(${names})${dictionary} : (${types}) -> ${typeText(result)}`;
    return this.add(text, result, result.bits, () => `%${this.results++}`);
  }

  write(
    name: string,
    text: string,
    types: readonly MlirType[],
    word: string,
    result = types[types.length - 1],
  ): MlirValue {
    if (result === undefined) throw new Error(`${name} has no result type`);
    const ending = types.map(typeText).join(` ${word} `);
    const line = ending === "" ? text : `${text} : ${ending}`;
    const named = () => (name === "" ? `%${this.results++}` : this.freeName(`%${name}`));
    return this.add(line, result, result.bits, named);
  }

  /** The finished lines. Values inside a region are numbered on from all those outside. */
  finished(): string[] {
    return this.lines.flatMap((line) =>
      line.replaceAll(insideName, `%${this.results}`).split("\n"),
    );
  }

  fromElement(value: MlirValue): MlirValue {
    const type = { ...value.type, shape: [1] };
    const text = `tensor.from_elements ${value.name} : ${typeText(type)}`;
    return this.add(text, type, value.measuredBits, () => this.freeName("%from_elements"));
  }

  constant(value: Tensor, type: MlirType): MlirValue {
    const suffix = type.kind === "index" ? "" : `_${typeText(type)}`;
    const name = value.shape.length === 0 ? `%c${value.data[0] ?? 0}${suffix}` : "%cst";
    const text = `arith.constant ${constantText(value, type)}`;
    return this.add(text, type, type.bits, () => this.freeName(name));
  }

  private add(text: string, type: MlirType, bits: number, name: () => string): MlirValue {
    const known = this.written.get(text);
    if (known !== undefined) return known;
    const value = { name: name(), type, measuredBits: bits };
    this.lines.push(`${value.name} = ${text}`);
    this.written.set(text, value);
    return value;
  }

  private freeName(wanted: string): string {
    let name = wanted;
    while (this.taken.has(name)) name = `${wanted}_${this.conflicts++}`;
    this.taken.add(name);
    return name;
  }
}
