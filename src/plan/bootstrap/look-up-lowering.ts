import type { BootstrapInstruction, Instruction } from "../../program/program.js";
import type { LookupStep, RegionProgram } from "../../regions/region-program.js";
import type { RotationShape } from "../../tfhe/bootstrap-shape.js";
import { torus32 } from "../torus.js";
import type { PlannedRotations } from "./constraints.js";
import { type LookupElement, tableNumbers } from "./look-up-tables.js";
import { regionValue } from "./region-value.js";
import type { RotationGroup } from "./rotations.js";
import { movedLwes, type SlotLowering } from "./slot-lowering.js";
import type { StepReading } from "./table-steps.js";

/** Rotations as bootstrap instructions, and the results of look-ups that they give. */
export class LookupLowering {
  readonly #regions: RegionProgram;
  readonly #slots: SlotLowering;
  /** Of each element of each look-up that was done. */
  readonly #results = new Map<LookupStep, Int32Array>();

  constructor(regions: RegionProgram, slots: SlotLowering) {
    this.#regions = regions;
    this.#slots = slots;
  }

  rotate(group: PlannedRotations, rotation: RotationShape): Instruction[] {
    const { before, elements, precision, tablesLog2, reading } = group;
    const instructions: Instruction[] = [];
    const source = this.#slots.slotsOf(before.source);
    const read = elements.map((element) => source[element] ?? 0);
    const from = this.#slots.inRow(read, instructions);
    const count = elements.length;
    const { signed } = regionValue(this.#regions, before.source).type;
    const reads = reading?.steps.length ?? 2 ** tablesLog2;
    const to = this.#slots.reserve(count * reads);
    const rotate: Omit<BootstrapInstruction, "tables" | "tableOf"> = {
      ...{ op: "bootstrap", from, to, count, precision, ...rotation },
      offset: signed ? 2 ** 30 : 0,
    };
    if (reading === undefined) {
      this.#put(group, (rotated, table) => to + rotated * reads + table);
      return [...instructions, { ...rotate, ...this.#tables(group) }];
    }
    const tables = new Int32Array(2 ** precision).fill(reading.unit / 2);
    const tableOf = new Int32Array(count);
    return [
      ...instructions,
      { ...rotate, tables, tableOf, steps: reading.steps },
      this.#sumSteps(group, reading, to),
    ];
  }

  /** The tables of all look-ups of a group, as sums of the steps from slot `from` on. */
  #sumSteps({ results }: RotationGroup, { steps, unit }: StepReading, from: number): Instruction {
    const starts = [0];
    const columns: number[] = [];
    const weights: number[] = [];
    const addends: number[] = [];
    for (const [rotated, own] of results.entries()) {
      for (const { table } of own) {
        for (const [place, step] of steps.entries()) {
          const jump = table?.jumps[step] ?? 0;
          if (jump === 0) continue;
          columns.push(from + rotated * steps.length + place);
          weights.push(jump / unit);
        }
        starts.push(columns.length);
        addends.push(torus32(table?.constant ?? 0, 0));
      }
    }
    const to = this.#slots.reserve(addends.length);
    let next = to;
    this.#put({ results }, () => next++);
    return {
      ...{ op: "affine", to, count: addends.length },
      starts: Int32Array.from(starts),
      columns: Int32Array.from(columns),
      weights: Int32Array.from(weights),
      addends: Uint32Array.from(addends),
    };
  }

  /** Remembers where each look-up's result is. */
  #put(
    { results }: Pick<RotationGroup, "results">,
    slotOf: (rotated: number, place: number) => number,
  ): void {
    for (const [rotated, own] of results.entries()) {
      for (const [place, { step, index }] of own.entries()) {
        const slots = this.#results.get(step) ?? new Int32Array(step.tableOf.length);
        this.#results.set(step, slots);
        slots[index] = slotOf(rotated, place);
      }
    }
  }

  /** Places the results of a look-up step of which all rotations are done. */
  finish(step: LookupStep): Instruction[] {
    const results = this.#results.get(step) ?? new Int32Array();
    if (step.tables.every(({ addend }) => addend === 0)) {
      this.#slots.placeAt(step.result, results);
      return [];
    }
    const to = this.#slots.place(step.result, results.length);
    const { assignedBits } = regionValue(this.#regions, step.result);
    const addends = step.tables.map(({ addend }) => torus32(addend, 31 - assignedBits));
    return [
      movedLwes(
        results,
        to,
        Uint32Array.from(step.tableOf, (table) => addends[table] ?? 0),
      ),
    ];
  }

  /** Every different list of tables once; a list that ends early repeats its last table. */
  #tables({
    results,
    tablesLog2,
    precision,
  }: RotationGroup): Pick<BootstrapInstruction, "tables" | "tableOf"> {
    const lists = new Map<string, readonly LookupElement[]>();
    const places = new Map<string, number>();
    const tableOf = Int32Array.from(results, (own) => {
      const key = own.map(({ step, index }) => `${step.result}.${step.tableOf[index]}`).join(" ");
      const place = places.get(key) ?? lists.size;
      places.set(key, place);
      lists.set(key, own);
      return place;
    });
    const entries = 2 ** precision;
    const perList = entries << tablesLog2;
    const tables = new Int32Array(lists.size * perList);
    for (const [list, own] of [...lists.values()].entries()) {
      for (let at = 0; at < 2 ** tablesLog2; at++) {
        const element = own[Math.min(at, own.length - 1)];
        if (element === undefined) continue;
        const numbers = tableNumbers(this.#regions, element);
        const start = list * perList + at * entries;
        for (const [i, number] of numbers.entries()) tables[start + i] = torus32(number, 0);
      }
    }
    return { tables, tableOf };
  }
}
