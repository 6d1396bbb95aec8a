import type { Diagram, Gate } from "./decision-diagrams.js";

/** A sum of gates and leaves: positions in `MergedDiagrams.nodes`, and how often each leaf counts, by number. */
export interface GateSum {
  readonly gates: readonly number[];
  readonly leaves: readonly number[];
}

/** A gate between two sums. */
export interface MergedGate {
  readonly bit: number;
  readonly low: GateSum;
  readonly high: GateSum;
}

/** Diagrams as one sum. */
export interface MergedDiagrams {
  /** Children first. */
  readonly nodes: readonly MergedGate[];
  readonly sum: GateSum;
}

/**
 * Several diagrams as one: gates that ask the same bit and are added up anyway become one gate between the sums of their children, and so on
 * down: `CMUX(b, l, h) + CMUX(b, l', h') = CMUX(b, l + l', h + h')`. Boosted trees begin with few different questions, so they share a
 * fifth or a quarter of their gates. Equal gates are one. A gate that several others read is left alone, so there are never more gates
 * than before, and noise only becomes less.
 */
export function mergedDiagrams(diagrams: readonly Diagram[]): MergedDiagrams {
  return new Merger(diagrams).run();
}

class Merger {
  /** Of all diagrams, equal ones once. */
  readonly #gates: Gate[] = [];
  readonly #uses: number[] = [];
  readonly #nodes: MergedGate[] = [];
  readonly #known = new Map<string, number>();
  readonly #alone = new Map<number, number>();
  readonly #roots: readonly number[];

  constructor(diagrams: readonly Diagram[]) {
    const known = new Map<string, number>();
    this.#roots = diagrams.map(({ gates }) => {
      const places: number[] = [];
      for (const { bit, low, high } of gates) {
        const of = (child: number): number => (child < 0 ? child : (places[child] ?? 0));
        const gate = { bit, low: of(low), high: of(high) };
        const key = `${bit} ${gate.low} ${gate.high}`;
        const at = known.get(key) ?? this.#add(gate);
        known.set(key, at);
        places.push(at);
      }
      return places.at(-1) ?? 0;
    });
    for (const root of this.#roots) this.#use(root);
  }

  run(): MergedDiagrams {
    const sum = this.#sum(this.#roots);
    return { nodes: this.#nodes, sum };
  }

  #add(gate: Gate): number {
    this.#use(gate.low);
    this.#use(gate.high);
    this.#uses.push(0);
    return this.#gates.push(gate) - 1;
  }

  #use(child: number): void {
    if (child >= 0) this.#uses[child] = (this.#uses[child] ?? 0) + 1;
  }

  #sum(members: readonly number[]): GateSum {
    const leaves: number[] = [];
    const gates: number[] = [];
    const byBit = new Map<number, Gate[]>();
    for (const member of members) {
      const gate = this.#gates[member];
      if (gate === undefined) leaves.push(-1 - member);
      else if ((this.#uses[member] ?? 0) > 1) gates.push(this.#nodeAlone(member, gate));
      else byBit.set(gate.bit, [...(byBit.get(gate.bit) ?? []), gate]);
    }
    for (const [bit, own] of byBit) gates.push(this.#node(bit, own));
    return { gates: gates.sort((a, b) => a - b), leaves: leaves.sort((a, b) => a - b) };
  }

  #nodeAlone(member: number, gate: Gate): number {
    const at = this.#alone.get(member) ?? this.#node(gate.bit, [gate]);
    this.#alone.set(member, at);
    return at;
  }

  #node(bit: number, gates: readonly Gate[]): number {
    const low = this.#sum(gates.map((gate) => gate.low));
    const high = this.#sum(gates.map((gate) => gate.high));
    const key = [bit, low.gates, low.leaves, high.gates, high.leaves].join(";");
    const at = this.#known.get(key) ?? this.#nodes.push({ bit, low, high }) - 1;
    this.#known.set(key, at);
    return at;
  }
}
