import { VelumError } from "./error.js";
import { toHex } from "./hash.js";

/** Writes little-endian fields one after the other into a block of known size. */
export class ByteWriter {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;
  #at = 0;

  /** Writes into `bytes`, from its start. */
  constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  u16(value: number): this {
    this.#view.setUint16(this.#at, value, true);
    this.#at += 2;
    return this;
  }

  u32(value: number): this {
    this.#view.setUint32(this.#at, value, true);
    this.#at += 4;
    return this;
  }

  /** An integer up to 2^53 as two 32-bit halves, low one first. */
  u64(value: number): this {
    return this.u32(value % 2 ** 32).u32(Math.floor(value / 2 ** 32));
  }

  raw(bytes: Uint8Array): this {
    this.bytes.set(bytes, this.#at);
    this.#at += bytes.length;
    return this;
  }

  hex(text: string): this {
    return this.raw(fromHex(text));
  }

  ascii(text: string): this {
    return this.raw(Uint8Array.from(text, (letter) => letter.charCodeAt(0)));
  }
}

/** Reads little-endian fields; error `file-truncated` past the end. `path` names the file. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #path: string;
  #at = 0;

  constructor(bytes: Uint8Array, path: string) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#path = path;
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2), true);
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  /** May exceed 2^53 and lose its low bits; compare it with a limit before use. */
  u64(): number {
    return this.u32() + this.u32() * 2 ** 32;
  }

  /** A view of the next `length` bytes, not a copy. */
  raw(length: number): Uint8Array {
    const start = this.#take(length);
    return this.#bytes.subarray(start, start + length);
  }

  hex(length: number): string {
    return toHex(this.raw(length));
  }

  ascii(length: number): string {
    return String.fromCharCode(...this.raw(length));
  }

  #take(length: number): number {
    const start = this.#at;
    if (start + length > this.#bytes.length)
      throw truncated(this.#path, start + length, this.#bytes.length);
    this.#at += length;
    return start;
  }
}

/** The error of a file that ends early. */
export function truncated(path: string, needed: number, present: number): VelumError {
  return new VelumError({
    code: "file-truncated",
    path,
    problem: `ends after ${present} of at least ${needed} bytes`,
    limit: needed,
    actual: present,
    cure: "Copy or send the file again; the transfer was cut short",
  });
}

/** The bytes that a lower-case or upper-case hexadecimal text names. Error `bad-argument` for any other text. */
export function fromHex(text: string): Uint8Array<ArrayBuffer> {
  if (text.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(text)) {
    throw new VelumError({
      code: "bad-argument",
      path: "hexadecimal text",
      problem: "has an odd length or other characters than 0-9 and a-f",
      cure: "Pass an even number of hexadecimal digits",
    });
  }
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i++)
    bytes[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

/** Callers in JavaScript may pass anything. Error `bad-argument` for what are no bytes. */
export function requireBytes(value: unknown, path: string): void {
  if (value instanceof Uint8Array) return;
  const found = value === null || value === undefined ? String(value) : `a ${typeof value}`;
  throw new VelumError({
    code: "bad-argument",
    path,
    problem: value instanceof ArrayBuffer ? "is an ArrayBuffer" : `is ${found}, not bytes`,
    cure:
      value instanceof ArrayBuffer
        ? "Pass new Uint8Array(buffer)"
        : "Pass its content as a Uint8Array, e.g. what readFile or fetch gave",
  });
}
