import {
  AffineBuilder,
  type AffineMap,
  composeMaps,
  rowTerms,
  selectionMap,
} from "../program/affine.js";
import type {
  AffineStep,
  LookupStep,
  RegionProgram,
  RegionStep,
  RegionValue,
} from "./region-program.js";

/**
 * Drops elements that no output depends on: rows of affine steps, look-ups of single elements, whole steps. No other value changes.
 * Inputs stay. Cost: two walks over all weights.
 */
export function dropDeadElements(program: RegionProgram): RegionProgram {
  const live = liveElements(program);
  if (live.every((own) => own.every((flag) => flag === 1))) return program;
  return new Shrinking(program, live).run();
}

/** For every value a flag for each element: 1 where an output depends on it. */
function liveElements({ values, steps, outputs }: RegionProgram): Uint8Array[] {
  const live = values.map(({ size }) => new Uint8Array(size));
  live[0]?.fill(1);
  for (const { value } of outputs) live[value]?.fill(1);
  for (const step of [...steps].reverse()) {
    const own = live[step.result];
    if (own === undefined) continue;
    if (step.kind === "ensemble") {
      if (own.includes(1)) own.fill(1);
    } else if (step.kind === "lookup") {
      const source = live[step.source];
      own.forEach((flag, i) => {
        if (flag === 1 && source !== undefined) source[i] = 1;
      });
    } else {
      const columns = columnsOf(step, (id) => values[id]?.size ?? 0);
      own.forEach((flag, row) => {
        if (flag === 0) return;
        for (const [column] of rowTerms(step.map, row)) {
          const { source = 0, index = 0 } = columns[column] ?? {};
          const read = live[source];
          if (read !== undefined) read[index] = 1;
        }
      });
    }
  }
  return live;
}

function columnsOf(
  { sources }: AffineStep,
  sizeOf: (id: number) => number,
): { readonly source: number; readonly index: number }[] {
  return sources.flatMap((source) =>
    Array.from({ length: sizeOf(source) }, (_, index) => ({ source, index })),
  );
}

class Shrinking {
  readonly #program: RegionProgram;
  /** Elements that stay, by old value. */
  readonly #kept: readonly Int32Array[];
  readonly #producers: ReadonlyMap<number, RegionStep>;
  readonly #values: RegionValue[] = [];
  readonly #steps: RegionStep[] = [];
  readonly #newIds = new Map<number, number>();

  constructor(program: RegionProgram, live: readonly Uint8Array[]) {
    this.#program = program;
    this.#kept = live.map(positionsOf);
    this.#producers = new Map(program.steps.map((step) => [step.result, step]));
  }

  run(): RegionProgram {
    const { steps, outputs } = this.#program;
    this.#newIds.set(0, this.#addValue(0, this.#keptOf(0)));
    for (const step of steps) {
      const rows = this.#keptOf(step.result);
      if (rows.length === 0) continue;
      if (step.kind === "lookup") this.#lookup(step, rows);
      else {
        const moved = step.kind === "affine" ? this.#affine(step, rows) : step;
        this.#push(step.result, { ...moved, result: this.#addValue(step.result, rows) });
      }
    }
    return {
      ...this.#program,
      values: this.#values,
      steps: this.#steps,
      outputs: outputs.map((output) => ({ ...output, value: this.#idOf(output.value) })),
    };
  }

  #lookup(step: LookupStep, rows: Int32Array): void {
    const source = this.#sourceOf(step, rows);
    this.#push(step.result, {
      ...step,
      source,
      tableOf: Int32Array.from(rows, (i) => step.tableOf[i] ?? 0),
      origins: Int32Array.from(rows, (i) => step.origins[i] ?? 0),
      result: this.#addValue(step.result, rows),
    });
  }

  /** A value with just the elements `rows` of the look-up's source: others may need more of them. */
  #sourceOf({ source }: LookupStep, rows: Int32Array): number {
    const kept = this.#keptOf(source);
    if (kept.length === rows.length) return this.#idOf(source);
    const producer = this.#producers.get(source);
    const result = this.#addValue(source, rows);
    if (producer?.kind === "affine") {
      this.#steps.push({ ...this.#affine(producer, rows), result });
      return result;
    }
    const places = new Map(Array.from(kept, (element, position) => [element, position]));
    const columns = Array.from(rows, (element) => places.get(element) ?? 0);
    const map = selectionMap(kept.length, columns);
    this.#steps.push({ kind: "affine", sources: [this.#idOf(source)], map, scaleLog2: 0, result });
    return result;
  }

  /** The chosen rows, over what is left of the sources. */
  #affine(step: AffineStep, rows: Int32Array): AffineStep {
    const sources = step.sources.filter((source) => this.#keptOf(source).length > 0);
    const columns = new Map<string, number>();
    for (const source of sources) {
      for (const element of this.#keptOf(source)) columns.set(`${source} ${element}`, columns.size);
    }
    const old = columnsOf(step, (id) => this.#program.values[id]?.size ?? 0);
    const chosen = composeMaps(selectionMap(step.map.outputs, rows), step.map);
    return {
      ...step,
      sources: sources.map((source) => this.#idOf(source)),
      map: moved(chosen, columns.size, (column) => {
        const { source, index } = old[column] ?? { source: -1, index: 0 };
        return columns.get(`${source} ${index}`) ?? 0;
      }),
    };
  }

  #push(old: number, step: RegionStep): void {
    this.#steps.push(step);
    this.#newIds.set(old, step.result);
  }

  #addValue(old: number, rows: Int32Array): number {
    const value = this.#program.values[old];
    if (value === undefined) throw new RangeError(`value ${old}`);
    const id = this.#values.length;
    this.#values.push({ ...value, id, size: rows.length });
    return id;
  }

  #keptOf(old: number): Int32Array {
    return this.#kept[old] ?? new Int32Array(0);
  }

  #idOf(old: number): number {
    const id = this.#newIds.get(old);
    if (id === undefined) throw new RangeError(`value ${old} was dropped but is read`);
    return id;
  }
}

/** The same rows over other columns. */
function moved(map: AffineMap, inputs: number, columnOf: (column: number) => number): AffineMap {
  const builder = new AffineBuilder(inputs);
  for (let row = 0; row < map.outputs; row++) {
    for (const [column, weight] of rowTerms(map, row)) builder.term(columnOf(column), weight);
    builder.endRow(map.constant[row] ?? 0);
  }
  return builder.finish();
}

function positionsOf(flags: Uint8Array): Int32Array {
  const found: number[] = [];
  flags.forEach((flag, i) => {
    if (flag === 1) found.push(i);
  });
  return Int32Array.from(found);
}
