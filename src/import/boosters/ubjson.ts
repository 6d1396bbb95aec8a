import { corruptModel } from "../files/fields.js";

const path = "UBJSON model";
/** Objects and lists inside one another; XGBoost's files have 8. */
const deepest = 64;
const markers = "ZNTFiUIlLdDHCS[]{}$#" as const;

/**
 * Reads Universal Binary JSON (draft 12): objects become maps, lists of one number type become `Float64Array`, others
 * arrays. 64-bit integers beyond 2^53 lose their low bits. Error `file-corrupt`; nothing is allocated that the bytes do
 * not hold.
 */
export function readUbjson(bytes: Uint8Array): unknown {
  const reader = new UbjsonReader(bytes);
  const value = reader.value(reader.marker(), 0);
  return value;
}

class UbjsonReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** The next marker that is no "no-op". */
  marker(): string {
    for (;;) {
      const letter = String.fromCharCode(this.#view.getUint8(this.#take(1)));
      if (!markers.includes(letter)) throw corruptModel(path, `unknown marker ${letter}`);
      if (letter !== "N") return letter;
    }
  }

  value(marker: string, depth: number): unknown {
    if (marker === "Z") return null;
    if (marker === "T" || marker === "F") return marker === "T";
    if (marker === "S" || marker === "H") return this.#text(this.#length());
    if (marker === "C") return this.#text(1);
    if (marker !== "[" && marker !== "{") return this.#number(marker);
    if (depth >= deepest) throw corruptModel(path, "lists lie too deep in one another");
    return marker === "[" ? this.#list(depth) : this.#object(depth);
  }

  #list(depth: number): unknown {
    const { type, count } = this.#head();
    const size = sizes[type ?? ""];
    if (type !== undefined && count !== undefined && size !== undefined) {
      if (count * size > this.#bytes.length - this.#at) throw truncated();
      return Float64Array.from({ length: count }, () => this.#number(type));
    }
    const items: unknown[] = [];
    if (count !== undefined) {
      this.#checkCount(count, type);
      for (let i = 0; i < count; i++) items.push(this.value(type ?? this.marker(), depth + 1));
      return items;
    }
    for (let marker = this.marker(); marker !== "]"; marker = this.marker())
      items.push(this.value(marker, depth + 1));
    return items;
  }

  #object(depth: number): Map<string, unknown> {
    const { type, count } = this.#head();
    const fields = new Map<string, unknown>();
    if (count !== undefined) {
      this.#checkCount(count, undefined);
      for (let i = 0; i < count; i++) {
        const key = this.#text(this.#length());
        fields.set(key, this.value(type ?? this.marker(), depth + 1));
      }
      return fields;
    }
    for (;;) {
      const marker = this.marker();
      if (marker === "}") return fields;
      const key = this.#text(this.#lengthOf(marker));
      fields.set(key, this.value(this.marker(), depth + 1));
    }
  }

  /** The optional type and count behind an opening bracket; leaves the position where the content begins. */
  #head(): { type: string | undefined; count: number | undefined } {
    let type: string | undefined;
    if (this.#peek() === "$") {
      this.#take(1);
      type = this.marker();
    }
    if (this.#peek() !== "#") {
      if (type !== undefined) throw corruptModel(path, "a list has a type and no count");
      return { type, count: undefined };
    }
    this.#take(1);
    return { type, count: this.#length() };
  }

  /** Every entry takes a byte or more, unless its type has no content. */
  #checkCount(count: number, type: string | undefined): void {
    if (count > this.#bytes.length - this.#at || "ZTF".includes(type ?? "?")) throw truncated();
  }

  #peek(): string {
    return String.fromCharCode(this.#bytes[this.#at] ?? 0);
  }

  #length(): number {
    return this.#lengthOf(this.marker());
  }

  #lengthOf(marker: string): number {
    if (!"iUIlL".includes(marker)) throw corruptModel(path, `a length is marked ${marker}`);
    const length = this.#number(marker);
    if (length < 0) throw corruptModel(path, "a length is negative");
    return length;
  }

  #text(length: number): string {
    const start = this.#take(length);
    return new TextDecoder().decode(this.#bytes.subarray(start, start + length));
  }

  #number(marker: string): number {
    const view = this.#view;
    switch (marker) {
      case "i":
        return view.getInt8(this.#take(1));
      case "U":
        return view.getUint8(this.#take(1));
      case "I":
        return view.getInt16(this.#take(2));
      case "l":
        return view.getInt32(this.#take(4));
      case "L":
        return Number(view.getBigInt64(this.#take(8)));
      case "d":
        return view.getFloat32(this.#take(4));
      case "D":
        return view.getFloat64(this.#take(8));
      default:
        throw corruptModel(path, `${marker} where a value is due`);
    }
  }

  #take(length: number): number {
    const start = this.#at;
    if (length > this.#bytes.length - start) throw truncated();
    this.#at += length;
    return start;
  }
}

/** Bytes of a number, by marker. */
const sizes: Readonly<Record<string, number>> = { i: 1, U: 1, I: 2, l: 4, L: 8, d: 4, D: 8 };

function truncated(): Error {
  return corruptModel(path, "it ends too early");
}
