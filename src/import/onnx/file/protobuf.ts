import { corruptModel } from "../../files/fields.js";

/** One field of a message: its number and its content, by wire type. */
export type ProtobufField =
  | { readonly number: number; readonly wire: "varint"; readonly value: number }
  | {
      readonly number: number;
      readonly wire: "bytes" | "fixed32" | "fixed64";
      readonly bytes: Uint8Array;
    };

/**
 * Visits the fields of a Protocol Buffers message (wire format of versions 2 and 3) in order. Views, no copies. Varints are
 * signed 64-bit integers; beyond 2^53 their low bits are lost. Error `file-corrupt`: an end too early, an unknown wire type.
 */
export function forEachField(
  bytes: Uint8Array,
  path: string,
  visit: (field: ProtobufField) => void,
): void {
  const cursor = new Cursor(bytes, path);
  while (!cursor.done) {
    const key = cursor.varint();
    const number = Math.floor(key / 8);
    if (key <= 0 || number === 0) throw corruptModel(path, "a field has no number");
    switch (key % 8) {
      case 0:
        visit({ number, wire: "varint", value: cursor.varint() });
        break;
      case 1:
        visit({ number, wire: "fixed64", bytes: cursor.take(8) });
        break;
      case 2:
        visit({ number, wire: "bytes", bytes: cursor.take(cursor.varint()) });
        break;
      case 5:
        visit({ number, wire: "fixed32", bytes: cursor.take(4) });
        break;
      default:
        throw corruptModel(path, `a field has wire type ${key % 8}`);
    }
  }
}

/** The content of a text, bytes or message field. Error `file-corrupt` for another kind of field. */
export function bytesOf(field: ProtobufField, path: string): Uint8Array {
  if (field.wire === "bytes") return field.bytes;
  throw corruptModel(path, `field ${field.number} is a ${field.wire}`);
}

export function textOf(field: ProtobufField, path: string): string {
  return new TextDecoder().decode(bytesOf(field, path));
}

export function integerOf(field: ProtobufField, path: string): number {
  if (field.wire === "varint") return field.value;
  throw corruptModel(path, `field ${field.number} is a ${field.wire}, not an integer`);
}

/** Appends one integer, or all of a packed list. */
export function pushIntegers(field: ProtobufField, path: string, into: number[]): void {
  if (field.wire === "varint") {
    into.push(field.value);
    return;
  }
  const cursor = new Cursor(bytesOf(field, path), path);
  while (!cursor.done) into.push(cursor.varint());
}

/** Appends one number of 4 or 8 bytes, or all of a packed list. */
export function pushFloats(field: ProtobufField, path: string, size: 4 | 8, into: number[]): void {
  if (field.wire === "varint") throw corruptModel(path, `field ${field.number} is an integer`);
  const { bytes } = field;
  if (bytes.length % size !== 0) throw corruptModel(path, "a list of numbers ends inside of one");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length; at += size)
    into.push(size === 4 ? view.getFloat32(at, true) : view.getFloat64(at, true));
}

class Cursor {
  readonly #bytes: Uint8Array;
  readonly #path: string;
  #at = 0;

  constructor(bytes: Uint8Array, path: string) {
    this.#bytes = bytes;
    this.#path = path;
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length;
  }

  varint(): number {
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw corruptModel(this.#path, "it ends too early");
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high |= bits >>> 4;
      } else high |= bits << (shift - 32);
      if (byte < 0x80) return (high | 0) * 2 ** 32 + (low >>> 0);
    }
    throw corruptModel(this.#path, "an integer has more than 10 bytes");
  }

  take(length: number): Uint8Array {
    if (length < 0 || length > this.#bytes.length - this.#at)
      throw corruptModel(this.#path, "it ends too early");
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }
}
