import { rowTerms, scaled } from "../../program/affine.js";
import type { AffineInstruction, Instruction, LinearInstruction } from "../../program/program.js";
import type { ClearRows } from "../../regions/clear-part.js";
import type { AffineStep, EnsembleStep, RegionProgram } from "../../regions/region-program.js";
import { torus32, torus64 } from "../torus.js";

/** A row of weights on fresh inputs, to become one clear polynomial product. */
interface FreshRow {
  readonly terms: readonly (readonly [number, number])[];
}

/**
 * Lowers affine steps to LWE slots. Rows on fresh inputs alone are extracted from a GLWE ciphertext: straight from the input where
 * one number is read, from a clear polynomial product where several are. Other rows are sums of LWE ciphertexts.
 */
export class SlotLowering {
  slots = 0;
  readonly #regions: RegionProgram;
  readonly #polynomialSize: number;
  /** The slots of each value's elements. */
  readonly #places = new Map<number, Int32Array>();
  readonly #inputSlots = new Map<number, number>();
  readonly #freshRows: FreshRow[] = [];

  /** Every input number in a slot of its own, first of all: what is fed back takes its place there. */
  placeInputs(): Instruction {
    const count = this.#regions.values[0]?.size ?? 0;
    const to = this.place(0, count);
    const N = this.#polynomialSize;
    const rows = Array.from({ length: count }, (_, i) => [Math.floor(i / N), i % N, 1, 0]);
    return {
      op: "extract",
      from: "fresh",
      rows: Int32Array.from(rows.flat()),
      addends: new BigUint64Array(count),
      to,
      count,
    };
  }

  constructor(regions: RegionProgram, polynomialSize: number) {
    this.#regions = regions;
    this.#polynomialSize = polynomialSize;
  }

  /** Reserves `count` slots for region value `value`. */
  place(value: number, count: number): number {
    const slot = this.reserve(count);
    this.placeAt(
      value,
      Int32Array.from({ length: count }, (_, i) => slot + i),
    );
    return slot;
  }

  /** The elements of region value `value` are in these slots. */
  placeAt(value: number, slots: Int32Array): void {
    this.#places.set(value, slots);
  }

  /** The slots of a value that was placed. */
  slotsOf(value: number): Int32Array {
    const slots = this.#places.get(value);
    if (slots === undefined) throw new RangeError(`region value ${value} has no slots yet`);
    return slots;
  }

  /** The first of slots that follow each other with what `slots` hold; copies it there where it lies apart. */
  inRow(slots: Int32Array, instructions: Instruction[]): number {
    const [first = 0] = slots;
    if (slots.every((slot, i) => slot === first + i)) return first;
    const to = this.reserve(slots.length);
    instructions.push(movedLwes(slots, to, new Uint32Array(slots.length)));
    return to;
  }

  /** The step's results, which lie one after the other in the coefficients of the diagrams' sum from `first` on. */
  ensemble(step: EnsembleStep, first: number): Instruction {
    const count = step.trees.outputs;
    return {
      op: "extract",
      from: "sums",
      rows: Int32Array.from(Array.from({ length: count }, (_, k) => [0, first + k, 1, 0]).flat()),
      addends: new BigUint64Array(count),
      to: this.place(step.result, count),
      count,
    };
  }

  affine(step: AffineStep): Instruction[] {
    if (step.clear !== undefined) return this.#clearSums(step, step.clear);
    const own = { ...step, map: scaled(step.map, step.scaleLog2) };
    const fresh = step.sources.every((source) => source === 0) && !this.#places.has(0);
    return fresh ? this.#freshRowsOf(own) : this.#sums(own);
  }

  /** `instructions` with the polynomial products, if there are any, right after the expansion of the input. */
  withLinear(instructions: readonly Instruction[]): Instruction[] {
    const [expand, ...rest] = instructions;
    if (expand?.op !== "expand" || this.#freshRows.length === 0) return [...instructions];
    return [expand, this.#linear(expand.ciphertexts), ...rest];
  }

  /** The first of `count` new slots. */
  reserve(count: number): number {
    const slot = this.slots;
    this.slots += count;
    return slot;
  }

  #freshRowsOf(step: AffineStep): Instruction[] {
    const { map, result } = step;
    const N = this.#polynomialSize;
    const deltaLog2 = 63 - this.#bitsOf(result);
    const to = this.place(result, map.outputs);
    const rows: Record<"fresh" | "linear", number[][]> = { fresh: [], linear: [] };
    for (let row = 0; row < map.outputs; row++) {
      const terms = [...rowTerms(map, row)];
      const [first] = terms;
      const addend = [row, map.constant[row] ?? 0];
      if (terms.length <= 1) {
        const [column, weight] = first ?? [0, 0];
        rows.fresh.push([Math.floor(column / N), column % N, weight, ...addend]);
      } else {
        const pitch = Math.min(this.#regions.values[0]?.size ?? N, N);
        rows.linear.push([this.#freshRows.length, pitch - 1, 1, ...addend]);
        this.#freshRows.push({ terms });
      }
    }
    return (["fresh", "linear"] as const).flatMap((from) =>
      runs(rows[from]).map((run) => ({
        op: "extract" as const,
        from,
        rows: Int32Array.from(
          run.flatMap(([ciphertext = 0, at = 0, weight = 0]) => [ciphertext, at, weight, 0]),
        ),
        addends: BigUint64Array.from(run, ([, , , , constant = 0]) => torus64(constant, deltaLog2)),
        to: to + (run[0]?.[3] ?? 0),
        count: run.length,
      })),
    );
  }

  /** Weights come with the request: every fresh number that they may meet gets a slot. */
  #clearSums(step: AffineStep, rows: ClearRows): Instruction[] {
    const { map, sources, scaleLog2, result } = step;
    const before: Instruction[] = [];
    const met = new Set(map.column);
    const places = sources.flatMap((source) => {
      const size = this.#regions.values[source]?.size ?? 0;
      if (source !== 0 || this.#places.has(0)) {
        return Array.from(this.slotsOf(source), (slot) => ({ slot, input: 0 }));
      }
      return Array.from({ length: size }, (_, input) => ({ slot: -1, input }));
    });
    const columns = places.map(({ slot, input }, column) => {
      if (!met.has(column)) return -1;
      return slot < 0 ? this.#inputSlot(input, before) : slot;
    });
    const sums = { ...rows, sources };
    const terms = map.column.length;
    return [
      ...before,
      {
        ...{ op: "clear affine", sums, columns: Int32Array.from(columns), terms, scaleLog2 },
        deltaLog2: 31 - this.#bitsOf(result),
        to: this.place(result, map.outputs),
        count: map.outputs,
      },
    ];
  }

  #sums(step: AffineStep): Instruction[] {
    const { map, sources, result } = step;
    const before: Instruction[] = [];
    const columnSlots = sources.flatMap((source) => {
      const size = this.#regions.values[source]?.size ?? 0;
      if (source !== 0 || this.#places.has(0)) return [...this.slotsOf(source)];
      return Array.from({ length: size }, (_, i) => -1 - i);
    });
    const starts = [0];
    const columns: number[] = [];
    const weights: number[] = [];
    for (let row = 0; row < map.outputs; row++) {
      const fresh: [number, number][] = [];
      for (const [column, weight] of rowTerms(map, row)) {
        const slot = columnSlots[column] ?? 0;
        if (slot < 0) {
          fresh.push([-1 - slot, weight]);
          continue;
        }
        columns.push(slot);
        weights.push(weight);
      }
      const [only] = fresh;
      if (fresh.length === 1 && only !== undefined) {
        columns.push(this.#inputSlot(only[0], before));
        weights.push(only[1]);
      } else if (fresh.length > 1) {
        columns.push(this.#freshSumSlot(fresh, before));
        weights.push(1);
      }
      starts.push(columns.length);
    }
    const deltaLog2 = 31 - this.#bitsOf(result);
    return [
      ...before,
      {
        op: "affine",
        starts: Int32Array.from(starts),
        columns: Int32Array.from(columns),
        weights: Int32Array.from(weights),
        addends: Uint32Array.from(map.constant, (constant) => torus32(constant, deltaLog2)),
        to: this.place(result, map.outputs),
        count: map.outputs,
      },
    ];
  }

  /** The slot of a sum of several fresh numbers: one clear polynomial product. */
  #freshSumSlot(
    terms: readonly (readonly [number, number])[],
    instructions: Instruction[],
  ): number {
    const to = this.reserve(1);
    const N = this.#polynomialSize;
    const pitch = Math.min(this.#regions.values[0]?.size ?? N, N);
    pushExtract(instructions, "linear", [this.#freshRows.length, pitch - 1], to);
    this.#freshRows.push({ terms });
    return to;
  }

  /** The slot of one fresh input number, extracted at its first use. */
  #inputSlot(column: number, instructions: Instruction[]): number {
    const known = this.#inputSlots.get(column);
    if (known !== undefined) return known;
    const to = this.reserve(1);
    const N = this.#polynomialSize;
    pushExtract(instructions, "fresh", [Math.floor(column / N), column % N], to);
    this.#inputSlots.set(column, to);
    return to;
  }

  #linear(ciphertexts: number): LinearInstruction {
    const N = this.#polynomialSize;
    const results = this.#freshRows.length;
    const pitch = Math.min(this.#regions.values[0]?.size ?? N, N);
    const weights = new Int32Array(results * ciphertexts * N);
    for (const [result, { terms }] of this.#freshRows.entries()) {
      for (const [column, weight] of terms) {
        const block = result * ciphertexts + Math.floor(column / N);
        weights[block * N + pitch - 1 - (column % N)] = weight;
      }
    }
    const positions = new Int32Array(results).fill(-1);
    const addends = new BigUint64Array(results);
    return { op: "linear", inputs: ciphertexts, results, read: 1, weights, positions, addends };
  }

  #bitsOf(value: number): number {
    return this.#regions.values[value]?.assignedBits ?? 1;
  }
}

/** LWE ciphertexts `slots` plus constants on the 32-bit torus, in slots `to` and following. */
export function movedLwes(slots: Int32Array, to: number, addends: Uint32Array): AffineInstruction {
  const count = slots.length;
  return {
    ...{ op: "affine", count, to, columns: slots, addends },
    starts: Int32Array.from({ length: count + 1 }, (_, i) => i),
    weights: new Int32Array(count).fill(1),
  };
}

/** One more coefficient to extract, together with those before it where slots follow each other. */
function pushExtract(
  instructions: Instruction[],
  from: "fresh" | "linear",
  [ciphertext, coefficient]: readonly [number, number],
  to: number,
): void {
  const row = [ciphertext, coefficient, 1, 0];
  const last = instructions.at(-1);
  if (last?.op === "extract" && last.from === from && last.to + last.count === to) {
    instructions[instructions.length - 1] = {
      ...last,
      rows: Int32Array.from([...last.rows, ...row]),
      addends: BigUint64Array.from([...last.addends, 0n]),
      count: last.count + 1,
    };
    return;
  }
  const rows = Int32Array.from(row);
  instructions.push({ op: "extract", from, rows, addends: BigUint64Array.of(0n), to, count: 1 });
}

/** Rows whose field 3 (the output's number) rises by one, cut where it does not. */
function runs(rows: readonly number[][]): number[][][] {
  const cut: number[][][] = [];
  for (const row of rows) {
    const last = cut.at(-1);
    if (last !== undefined && (last.at(-1)?.[3] ?? 0) + 1 === row[3]) last.push(row);
    else cut.push([row]);
  }
  return cut;
}
