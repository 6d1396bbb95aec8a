import { type RotationShape, tableWords } from "../tfhe/bootstrap-shape.js";
import type { CryptoParameters } from "../tfhe/parameters.js";
import { ByteLayout } from "./byte-layout.js";
import type { Preparation, StagedProgram } from "./stage.js";

/** Collects the constants of a program: as they travel, and where they lie once loaded. */
export class Constants {
  readonly #parameters: CryptoParameters;
  readonly #raw: Uint8Array[] = [];
  readonly #travelling = new ByteLayout();
  readonly #loaded = new ByteLayout();
  readonly #preparations: Preparation[] = [];

  constructor(parameters: CryptoParameters) {
    this.#parameters = parameters;
  }

  /** Place of a table that stays as it is. */
  copy(table: ArrayBufferView): number {
    const bytes = table.byteLength;
    const to = this.#loaded.place(bytes);
    this.#preparations.push({ kind: "copy", from: this.#travel(table), to, bytes });
    return to;
  }

  /** Place of weight polynomials (`[count, N]` i32) in the Fourier domain. */
  weights(weights: Int32Array): number {
    const count = weights.length / this.#parameters.glwe.polynomialSize;
    const to = this.#loaded.place(weights.length * 8);
    this.#preparations.push({ kind: "weights", from: this.#travel(weights), to, count });
    return to;
  }

  /** Place of look-up tables (`[count, 2^tablesLog2, 2^precision]` i32) as test polynomials. */
  tables(
    tables: Int32Array,
    precision: number,
    { extensionLog2, tablesLog2 }: Pick<RotationShape, "extensionLog2" | "tablesLog2">,
  ): number {
    const count = tables.length >> (precision + tablesLog2);
    const to = this.#loaded.place(count * tableWords(this.#parameters, { extensionLog2 }) * 4);
    const shape = { precision, extensionLog2, tablesLog2 };
    this.#preparations.push({ kind: "tables", from: this.#travel(tables), to, count, ...shape });
    return to;
  }

  finish(): Pick<StagedProgram, "preparations" | "rawConstants" | "constantBytes"> {
    const rawConstants = new Uint8Array(this.#travelling.bytes);
    let at = 0;
    for (const part of this.#raw) {
      rawConstants.set(part, at);
      at += Math.ceil(part.length / 64) * 64;
    }
    return { preparations: this.#preparations, rawConstants, constantBytes: this.#loaded.bytes };
  }

  #travel(table: ArrayBufferView): number {
    this.#raw.push(new Uint8Array(table.buffer, table.byteOffset, table.byteLength));
    return this.#travelling.place(table.byteLength);
  }
}
