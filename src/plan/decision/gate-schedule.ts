import type { DecisionWork } from "./decision-cost.js";
import type { DecisionDiagrams, Diagram } from "./decision-diagrams.js";
import {
  type GateSum,
  type MergedDiagrams,
  type MergedGate,
  mergedDiagrams,
} from "./merged-diagrams.js";

/** The diagrams of a program in the order in which they are computed. */
export interface GateSchedule {
  /** `[bit, low, high, to]` each, as the kernel reads them (kernels/decision_stages.h), chunk after chunk. */
  readonly rows: readonly (readonly [number, number, number, number])[];
  /** Where chunks begin, and the number of rows. */
  readonly chunks: readonly number[];
  /** What the leaves of the rows are sums of. */
  readonly leaves: readonly (readonly number[])[];
  readonly slots: number;
  /** `[bits]`, what gates read of each: 1 with a child that is no leaf, 2 between leaves, 3 both. */
  readonly needs: Int32Array;
  readonly work: DecisionWork;
}

/** Gates of one chunk: more share more, fewer leave more to do side by side. */
const gatesOfShortChunk = 24;
const shortChunks = 4;
const gatesOfLongChunk = 400;
const mostChunks = 64;

const known = new WeakMap<DecisionDiagrams, GateSchedule>();

/**
 * Diagrams in chunks of trees that begin alike, each merged, and its gates in an order that brings gates on one bit together: a bit's GGSW
 * takes a hundred kilobytes and more, and is read from the near cache from the second gate on. Takes some milliseconds for a
 * thousand gates, once for the same diagrams.
 */
export function gateSchedule(diagrams: DecisionDiagrams): GateSchedule {
  const made =
    known.get(diagrams) ?? new Scheduler(chunksOf(diagrams.diagrams), diagrams.bits.length).run();
  known.set(diagrams, made);
  return made;
}

function chunksOf(diagrams: readonly Diagram[]): Diagram[][] {
  const total = diagrams.reduce((sum, { gates }) => sum + gates.length, 0);
  const long = Math.round(total / gatesOfLongChunk);
  const short = Math.min(shortChunks, Math.ceil(total / gatesOfShortChunk));
  const count = Math.min(diagrams.length, mostChunks, Math.max(1, long, short));
  const sorted = diagrams
    .map((diagram) => ({ diagram, bits: firstBits(diagram) }))
    .sort((a, b) => a.bits.reduce((order, bit, at) => order || bit - (b.bits[at] ?? 0), 0))
    .map(({ diagram }) => diagram);
  const chunks: Diagram[][] = [];
  let done = 0;
  for (const diagram of sorted) {
    if (chunks.length === 0 || (chunks.length < count && done >= (total * chunks.length) / count))
      chunks.push([]);
    chunks.at(-1)?.push(diagram);
    done += diagram.gates.length;
  }
  return chunks;
}

/** The bits of the last gate and of its children. */
function firstBits({ gates }: Diagram): [number, number, number] {
  const last = gates.at(-1);
  const of = (child: number | undefined): number => gates[child ?? -1]?.bit ?? -1;
  return [last?.bit ?? -1, of(last?.low), of(last?.high)];
}

type Row = [bit: number, low: number, high: number, to: number];

/** In `Row`s that are not placed yet, numbers of earlier rows stand for slots. */
class Scheduler {
  readonly #chunks: readonly Diagram[][];
  readonly #leaves: number[][] = [];
  readonly #leafNumbers = new Map<string, number>();
  readonly #needs: Int32Array<ArrayBuffer>;
  #externalProducts = 0;
  #leafNodes = 0;

  constructor(chunks: readonly Diagram[][], bits: number) {
    this.#chunks = chunks;
    this.#needs = new Int32Array(bits);
  }

  run(): GateSchedule {
    const rows: Row[] = [];
    const starts = [0];
    let slots = 0;
    for (const chunk of this.#chunks) {
      const placed = place(this.#order(mergedDiagrams(chunk)));
      for (const row of placed.rows) rows.push(row);
      starts.push(rows.length);
      slots = Math.max(slots, placed.slots);
    }
    const needs = this.#needs;
    const work = {
      externalProducts: this.#externalProducts,
      leafNodes: this.#leafNodes,
      wholeBits: needs.filter((need) => (need & 1) === 1).length,
    };
    return { rows, chunks: starts, leaves: this.#leaves, slots, needs, work };
  }

  /** Rows of a chunk, those of its sum with -1 to go to. */
  #order({ nodes, sum }: MergedDiagrams): Row[] {
    const rows: Row[] = [];
    const rowOf = new Map<number, number>();
    const sums = new Map<string, number>();
    const uses = new Map<number, number>();
    const all = nodes.flatMap(({ low, high }) => [...low.gates, ...high.gates]);
    for (const gate of [...all, ...sum.gates]) uses.set(gate, (uses.get(gate) ?? 0) + 1);
    const push = (bit: number, low: number, high: number, to = 0): number =>
      rows.push([bit, low, high, to]) - 1;
    /** A sum as a child: a leaf, a row, or a row that adds. */
    const child = (own: GateSum): number => {
      const key = `${own.gates};${own.leaves}`;
      const before = sums.get(key);
      if (before !== undefined) return before;
      const parts = own.gates.map(emitted);
      if (own.leaves.length > 0 || parts.length === 0) parts.push(this.#leaf(own.leaves));
      const made = parts.reduce((a, b) => push(-1, a, b));
      sums.set(key, made);
      return made;
    };
    const emitted = (gate: number): number => rowOf.get(gate) ?? emit(gate);
    const emit = (gate: number): number => {
      const { bit, low, high } = nodeOf(nodes, gate);
      const [a, b] = [child(low), child(high)];
      const between = a < 0 && b < 0;
      if (between) this.#leafNodes++;
      else this.#externalProducts++;
      this.#needs[bit] = (this.#needs[bit] ?? 0) | (between ? 2 : 1);
      const last = uses.get(gate) === 1 && sum.gates.includes(gate);
      const row = push(bit, a, b, last ? -1 : 0);
      rowOf.set(gate, row);
      return row;
    };
    for (const gate of groupedByBit(nodes)) emitted(gate);
    for (const gate of sum.gates) {
      if (rows[emitted(gate)]?.[3] !== -1) push(-1, emitted(gate), this.#leaf([]), -1);
    }
    if (sum.leaves.length > 0) push(-1, this.#leaf(sum.leaves), this.#leaf([]), -1);
    return rows;
  }

  /** As a child. */
  #leaf(leaves: readonly number[]): number {
    const key = leaves.join();
    const number = this.#leafNumbers.get(key) ?? this.#leaves.push([...leaves]) - 1;
    this.#leafNumbers.set(key, number);
    return -1 - number;
  }
}

function nodeOf(nodes: readonly MergedGate[], gate: number): MergedGate {
  const node = nodes[gate];
  if (node === undefined) throw new RangeError("no such gate");
  return node;
}

/**
 * Gates that take an external product, those on one bit together as far as each may come behind what it reads: always the bit with the
 * most gates that may be next. Gates between leaves are computed where they are read.
 */
function groupedByBit(nodes: readonly MergedGate[]): number[] {
  const cheap = nodes.map(({ low, high }) => low.gates.length + high.gates.length === 0);
  const missing = nodes.map(() => 0);
  const readers = nodes.map((): number[] => []);
  for (const [at, { low, high }] of nodes.entries()) {
    for (const gate of new Set([...low.gates, ...high.gates])) {
      if (cheap[gate] === true) continue;
      missing[at] = (missing[at] ?? 0) + 1;
      readers[gate]?.push(at);
    }
  }
  const ready = new Map<number, number[]>();
  const offer = (gate: number): void => {
    const { bit } = nodeOf(nodes, gate);
    const own = ready.get(bit);
    if (own === undefined) ready.set(bit, [gate]);
    else own.push(gate);
  };
  for (const gate of nodes.keys()) if (cheap[gate] !== true && missing[gate] === 0) offer(gate);
  const order: number[] = [];
  while (ready.size > 0) {
    let bit = -1;
    let most = 0;
    for (const [own, gates] of ready) {
      if (gates.length > most) [bit, most] = [own, gates.length];
    }
    for (let gate = ready.get(bit)?.pop(); gate !== undefined; gate = ready.get(bit)?.pop()) {
      order.push(gate);
      for (const reader of readers[gate] ?? []) {
        missing[reader] = (missing[reader] ?? 0) - 1;
        if (missing[reader] === 0) offer(reader);
      }
    }
    ready.delete(bit);
  }
  return order;
}

/** Slots for rows: a row's place is free again after its last use. */
function place(rows: readonly Row[]): { readonly rows: Row[]; readonly slots: number } {
  const lastUse = new Map<number, number>();
  for (const [at, [, low, high]] of rows.entries()) lastUse.set(low, at).set(high, at);
  const places: number[] = [];
  const free: number[] = [];
  let slots = 0;
  const placed = rows.map(([bit, low, high, to], at): Row => {
    const of = (child: number): number => (child < 0 ? child : (places[child] ?? 0));
    const own = [of(low), of(high)] as const;
    for (const child of new Set([low, high])) {
      if (child >= 0 && lastUse.get(child) === at) free.push(places[child] ?? 0);
    }
    const slot = to < 0 ? -1 : (free.pop() ?? slots++);
    places.push(slot);
    return [bit, ...own, slot];
  });
  return { rows: placed, slots };
}
