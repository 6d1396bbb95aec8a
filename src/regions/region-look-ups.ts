import { scalar } from "../base/tensor.js";
import type { GraphNode, OperationNode } from "../graph/node.js";
import {
  assignedBitsOf,
  boundsOf,
  type LookupArgument,
  lookupArgument,
} from "../op-spec/lookup-argument.js";
import type { LookupForm } from "../op-spec/spec.js";
import { ascendingTable } from "../op-spec/table.js";
import { composeMaps, identityMap, rowTerms, selectionMap } from "../program/affine.js";
import type { ClearWeights } from "./clear-weights.js";
import { entryAt, KnownLookups, type KnownResult, type LookupContent } from "./known-look-ups.js";
import type { RegionDraft } from "./region-draft.js";
import { type Form, resultsForm } from "./region-forms.js";
import type { RegionTable } from "./region-program.js";

/** Terms a row from which on a sum that is read several times is worth a step of its own. */
const longSum = 8;

/** Writes look-ups as steps: of every element once, each argument computed once. */
export class RegionLookups {
  readonly #draft: RegionDraft;
  readonly #weights: ClearWeights;
  /** By the numbers of their elements. */
  readonly #arguments = new Map<string, number>();
  readonly #origins = new Map<string, number>();
  readonly #known = new KnownLookups();

  constructor(draft: RegionDraft, weights: ClearWeights) {
    this.#draft = draft;
    this.#weights = weights;
  }

  /**
   * Looks every element up that does not follow from an earlier look-up of the same argument: a repeated one would repeat its noise,
   * too. Arguments that never change take no look-up.
   */
  add(node: OperationNode, operand: GraphNode, lookup: LookupForm): void {
    const argument = lookupArgument(operand, lookup);
    const tables = lookup.tables.map((_, table) => argumentTable(table, argument, lookup));
    const { tableOf } = lookup;
    const { low, bits } = argument;
    const isRough = lookup.inBand !== undefined;
    // With addends the entry beyond the last is the first, negated.
    const wraps = argument.wraps || lookup.addends !== undefined;
    const contents = tables.map((table): LookupContent => ({ ...table, wraps }));
    const { origins, fixed } = this.#originsOf(operand, argument);
    const fresh: number[] = [];
    const places: { value: number; readonly index: number }[] = [];
    const results = Array.from(origins, (origin, i): KnownResult => {
      const content = contents[tableOf[i] ?? 0];
      if (content === undefined) throw new RangeError(`no table for element ${i}`);
      const always = fixed.get(i);
      if (always !== undefined) {
        const at = always / 2 ** low;
        const index = isRough ? Math.round(at) : Math.floor(at);
        return { factor: 0, offset: entryAt(content, index) };
      }
      const key = `${origin} ${assignedBitsOf(node)}`;
      const known = this.#known.find(key, content);
      if (known !== undefined) return known;
      const place = { value: -1, index: fresh.push(i) - 1 };
      places.push(place);
      this.#known.add(key, content, place);
      return { place, factor: 1, offset: 0 };
    });
    const all = fresh.length === origins.length;
    if (fresh.length > 0) {
      const rows = all ? undefined : fresh;
      const source = this.#computeArgument(operand, argument, origins, rows);
      const result = this.#draft.addValue(node, fresh.length);
      this.#draft.steps.push({
        ...{ kind: "lookup", source, tables, result },
        ...{ precision: bits, low },
        ...(lookup.inBand === undefined ? {} : { inBand: lookup.inBand }),
        tableOf: Int32Array.from(fresh, (i) => tableOf[i] ?? 0),
        origins: Int32Array.from(fresh, (i) => origins[i] ?? 0),
      });
      for (const place of places) place.value = result;
      if (all) this.#draft.computed.set(node.id, result);
    }
    this.#draft.forms.set(node.id, resultsForm(results, this.#draft.sizeOfValue));
  }

  /**
   * For each element of a look-up's argument, the number of its combination of inputs and look-up results; those that combine nothing
   * are `fixed` at a value, counted like the argument.
   */
  #originsOf(
    operand: GraphNode,
    { first, bits, low }: LookupArgument,
  ): { readonly origins: Int32Array; readonly fixed: ReadonlyMap<number, number> } {
    const { sources, map } = this.#draft.formOf(operand);
    const owners = sources.flatMap((source) =>
      Array.from({ length: this.#draft.sizeOfValue(source) }, (_, i) => `${source}.${i}`),
    );
    const encoding = `${bits} ${low} ${assignedBitsOf(operand)}`;
    const fixed = new Map<number, number>();
    const weighted = this.#weights.rowsOf(operand);
    const origins = Int32Array.from({ length: map.outputs }, (_, row) => {
      if (weighted !== undefined) {
        return this.#originOf(`clear ${weighted[row]} less ${first} ${encoding}`);
      }
      const terms: string[] = [];
      for (const [column, weight] of rowTerms(map, row)) terms.push(`${owners[column]}*${weight}`);
      const counted = (map.constant[row] ?? 0) - first;
      if (terms.length === 0) fixed.set(row, counted);
      return this.#originOf(`${terms.join("+")}+${counted} ${encoding}`);
    });
    return { origins, fixed };
  }

  #originOf(text: string): number {
    const known = this.#origins.get(text);
    if (known !== undefined) return known;
    this.#origins.set(text, this.#origins.size);
    return this.#origins.size - 1;
  }

  /**
   * The argument of look-ups of `node`, or of those of its elements that `rows` lists, counted from its smallest value, in as few bits
   * as it needs. Several nodes may compute the same (five comparisons of one pair do): it is one value then.
   */
  #computeArgument(
    node: GraphNode,
    argument: LookupArgument,
    origins: Int32Array,
    rows: readonly number[] | undefined,
  ): number {
    const { first, bits, low } = argument;
    const key = (rows?.map((row) => origins[row]) ?? origins).join();
    const known = this.#arguments.get(key);
    if (known !== undefined) return known;
    const itself = first === 0 && low === 0 && bits === assignedBitsOf(node);
    const result =
      itself && rows === undefined
        ? this.#draft.compute(node)
        : this.#addArgument(node, argument, rows);
    this.#arguments.set(key, result);
    return result;
  }

  /** A step that computes an argument of `node`, or of those of its elements that `rows` lists. */
  #addArgument(node: GraphNode, argument: LookupArgument, rows?: readonly number[]): number {
    const { first, bits, low, wraps } = argument;
    const { sources, map } = wraps ? this.#computedForm(node) : this.#draft.formOf(node);
    const { min, max } = boundsOf(node);
    const chosen = rows === undefined ? map : composeMaps(selectionMap(map.outputs, rows), map);
    const result = this.#draft.values.length;
    this.#draft.values.push({
      id: result,
      size: chosen.outputs,
      node: node.id,
      type: { signed: false, bits: bits + low },
      bounds: { min: Math.floor(min - first), max: Math.ceil(max - first) },
      assignedBits: bits + low,
    });
    this.#draft.steps.push({
      kind: "affine",
      sources,
      ...(this.#weights.areIn(node)
        ? { map: chosen, clear: { node: node.id, first, ...(rows === undefined ? {} : { rows }) } }
        : { map: { ...chosen, constant: chosen.constant.map((constant) => constant - first) } }),
      scaleLog2: assignedBitsOf(node) - bits - low,
      result,
    });
    return result;
  }

  /** A long sum of which several windows are read is computed once. */
  #computedForm(node: GraphNode): Form {
    const form = this.#draft.formOf(node);
    if (form.map.column.length <= longSum * form.map.outputs) return form;
    // What is computed from magnitudes must not be subtracted from itself.
    if (this.#weights.areIn(node)) return form;
    const value = this.#draft.compute(node);
    const own = { sources: [value], map: identityMap(this.#draft.sizeOfValue(value)) };
    this.#draft.forms.set(node.id, own);
    return own;
  }
}

/** The table over all values of the argument, filled up with the nearest entries. A window's table has them all. */
function argumentTable(at: number, argument: LookupArgument, lookup: LookupForm): RegionTable {
  const { first, bits, low, wraps } = argument;
  const table = lookup.tables[at] ?? scalar(0);
  const addend = lookup.addends?.[at] ?? 0;
  if (wraps) return { first: 0, entries: Float64Array.from(table.data), addend };
  const start = low > 0 ? 0 : first;
  const from = low > 0 ? 0 : lookup.first;
  return { first: 0, entries: ascendingTable(table, start, 2 ** bits, from), addend };
}
