import {
  type ClearAffineInfo,
  type ClearInfo,
  type ClearInputInfo,
  type ClearLinearInfo,
  readClearPart,
} from "../artifact/clear-info.js";
import { JsonFields } from "../artifact/json-fields.js";
import { VelumError } from "../base/error.js";
import { sizeOf, type Tensor } from "../base/tensor.js";
import { type AffineMap, rowTerms } from "../program/affine.js";
import type { ClearSums } from "../program/program.js";
import { type ClearPart, clearMaps } from "../regions/clear-part.js";

/** Bytes for a place in a request's workspace. */
export interface ClearBytes {
  readonly place: number;
  readonly data: Uint8Array<ArrayBuffer>;
}

/** Computes from clear parameters, in plain, the weights and constants that a request's sums of encrypted values have. */
export class ClearNumbers {
  readonly #info: ClearInfo;
  readonly #part: ClearPart;
  readonly #polynomialSize: number;

  /** `N`: the polynomial size. Error `file-corrupt`. */
  constructor(info: ClearInfo, N: number) {
    this.#info = info;
    this.#part = readClearPart(new JsonFields(info.part, "server file", "clear.part"));
    this.#polynomialSize = N;
  }

  /** Numbers that a client might send, to measure with; undefined where none are found that the circuit takes. */
  sample(): readonly Float64Array[] | undefined {
    const fill = (number: (index: number, least: number, count: number) => number) =>
      this.#info.inputs.map(({ shape, min, max }) =>
        Float64Array.from({ length: sizeOf(shape) }, (_, i) => number(i, min, max - min + 1)),
      );
    const spread = (i: number, least: number, count: number): number =>
      least + ((7 * i + 3) % count);
    const near = (value: number) => (_: number, least: number, count: number) =>
      Math.min(Math.max(value, least), least + count - 1);
    for (const number of [spread, near(1), near(0)]) {
      const sent = fill(number);
      try {
        this.bytesFor(sent);
        return sent;
      } catch (error) {
        if (!(error instanceof VelumError)) throw error;
      }
    }
    return undefined;
  }

  /**
   * Numbers for all places. `sent`: what the client sent for each clear parameter. Errors: `out-of-range` for a number outside the range
   * that the circuit was compiled for, also for one computed from several; those of the operations.
   */
  bytesFor(sent: readonly Float64Array[]): ClearBytes[] {
    const { inputs, places, sizes } = this.#info;
    const values = inputs.map((input, index) => checked(sent[index] ?? new Float64Array(), input));
    const wanted = places.flatMap((place): readonly ClearSums[] =>
      place.kind === "linear" ? place.parts.map(({ sums }) => sums) : [place.sums],
    );
    const maps = clearMaps(this.#part, values, wanted, (value) => sizes[value] ?? 0);
    let next = 0;
    return places.flatMap((place) => {
      const count = place.kind === "linear" ? place.parts.length : 1;
      const own = maps.slice(next, next + count);
      next += count;
      return place.kind === "linear"
        ? linearBytes(place, own, this.#polynomialSize)
        : own.flatMap((map) => affineBytes(place, map));
    });
  }
}

/** The value, if every number lies in its range. The text shows the number: the server reads it anyway. */
function checked(data: Float64Array, { name, shape, min, max }: ClearInputInfo): Tensor {
  for (const [index, value] of data.entries()) {
    if (value >= min && value <= max) continue;
    throw new VelumError({
      code: "out-of-range",
      path: `input "${name}", number ${index}`,
      problem: `is ${value}, outside ${min} to ${max}`,
      limit: `${min} to ${max}`,
      actual: value,
      cure: "Send clear inputs within the range that the circuit was compiled for",
    });
  }
  return { shape, data };
}

function linearBytes(place: ClearLinearInfo, maps: readonly AffineMap[], N: number): ClearBytes[] {
  const { inputs, results, read, pitch, deltaLog2, parts } = place;
  const weights = new Int32Array(results * inputs * N);
  const addends = new BigUint64Array(results * read);
  for (const [index, { first }] of parts.entries()) {
    const map = maps[index];
    if (map === undefined) continue;
    for (let row = 0; row < map.outputs; row++) {
      const result = first + Math.floor(row / read);
      const start = result * inputs * N + ((row % read) + 1) * pitch - 1;
      for (const [column, weight] of rowTerms(map, row)) {
        weights[start + Math.floor(column / N) * N - (column % N)] = weight;
      }
      // Integers, or halves of integers.
      const halves = BigInt(2 * (map.constant[row] ?? 0)) << BigInt(deltaLog2);
      addends[result * read + (row % read)] = BigInt.asUintN(64, halves >> 1n);
    }
  }
  return [
    { place: place.weights, data: new Uint8Array(weights.buffer) },
    { place: place.addends, data: new Uint8Array(addends.buffer) },
  ];
}

function affineBytes(place: ClearAffineInfo, map: AffineMap): ClearBytes[] {
  const { slots, terms, count, scaleLog2, deltaLog2 } = place;
  const starts = new Int32Array(count + 1);
  const columns = new Int32Array(terms);
  const weights = new Int32Array(terms);
  const addends = new Uint32Array(count);
  let at = 0;
  for (let row = 0; row < count; row++) {
    for (const [column, weight] of rowTerms(map, row)) {
      const slot = slots[column] ?? -1;
      // Compilation reserved room for all weights that can be.
      if (slot < 0 || at >= terms) throw new RangeError("a weight where none was planned");
      columns[at] = slot;
      // Typed arrays keep what is left modulo 2^32: the torus.
      weights[at++] = weight * 2 ** scaleLog2;
    }
    starts[row + 1] = at;
    addends[row] = (map.constant[row] ?? 0) * 2 ** deltaLog2;
  }
  return [
    { place: place.starts, data: new Uint8Array(starts.buffer) },
    { place: place.columns, data: new Uint8Array(columns.buffer) },
    { place: place.weights, data: new Uint8Array(weights.buffer) },
    { place: place.addends, data: new Uint8Array(addends.buffer) },
  ].filter(({ data }) => data.length > 0);
}
