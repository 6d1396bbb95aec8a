import type { ByteReader, ByteWriter } from "../base/bytes.js";
import { type Shape, sizeOf } from "../base/tensor.js";
import { corrupt } from "./wire-header.js";

/** How a clear parameter travels: `length` integers, each in `numberBytes` bytes. */
export interface ClearLayout {
  readonly length: number;
  readonly numberBytes: number;
  /** In two's complement. */
  readonly signed: boolean;
}

/** A clear parameter: its name, for errors, and how it travels. */
export interface ClearInputLayout extends ClearLayout {
  readonly name: string;
}

/** Tells clear parts from vectors and bits. */
const clearMark = 0xc1ea0000;
const signMark = 0x100;
const headBytes = 8;

/** The fewest bytes for `length` integers from `min` to `max`. */
export function clearLayout(length: number, min: number, max: number): ClearLayout {
  const signed = min < 0;
  let numberBytes = 1;
  while (max >= 2 ** (8 * numberBytes - (signed ? 1 : 0)) || min < -(2 ** (8 * numberBytes - 1))) {
    numberBytes++;
  }
  return { length, numberBytes, signed };
}

/** How clear parameters travel whose numbers are from `min` to `max`. */
export function clearInputLayouts(
  inputs: readonly {
    readonly name: string;
    readonly shape: Shape;
    readonly min: number;
    readonly max: number;
  }[],
): ClearInputLayout[] {
  return inputs.map(({ name, shape, min, max }) => ({
    name,
    ...clearLayout(sizeOf(shape), min, max),
  }));
}

export function clearPartBytes({ length, numberBytes }: ClearLayout): number {
  return headBytes + length * numberBytes;
}

/** `length u32 | head u32 | numbers`, lowest byte first. Numbers must be integers that fit. */
export function writeClearPart(
  writer: ByteWriter,
  layout: ClearLayout,
  numbers: ArrayLike<number>,
): void {
  const { length, numberBytes } = layout;
  const bytes = new Uint8Array(length * numberBytes);
  for (let i = 0; i < length; i++) {
    let rest = numbers[i] ?? 0;
    for (let b = 0; b < numberBytes; b++) {
      bytes[i * numberBytes + b] = rest - 256 * Math.floor(rest / 256);
      rest = Math.floor(rest / 256);
    }
  }
  writer.u32(length).u32(headWord(layout)).raw(bytes);
}

/** Reads what `writeClearPart` wrote. Nothing is said of the numbers but their size. Error `file-corrupt` for another layout. */
export function readClearPart(
  reader: ByteReader,
  layout: ClearLayout,
  path: string,
  name: string,
): Float64Array {
  const { length, numberBytes, signed } = layout;
  if (reader.u32() !== length || reader.u32() !== headWord(layout)) {
    throw corrupt(path, `clear input "${name}" has another layout than the circuit's`);
  }
  const bytes = reader.raw(length * numberBytes);
  return Float64Array.from({ length }, (_, i) => {
    const own = bytes.subarray(i * numberBytes, (i + 1) * numberBytes);
    const top = own[numberBytes - 1] ?? 0;
    let value = signed && top >= 128 ? top - 256 : top;
    for (let b = numberBytes - 2; b >= 0; b--) value = 256 * value + (own[b] ?? 0);
    return value;
  });
}

function headWord({ numberBytes, signed }: ClearLayout): number {
  return clearMark + numberBytes + (signed ? signMark : 0);
}
