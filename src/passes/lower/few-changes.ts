import { type Shape, scalar, type Tensor } from "../../base/tensor.js";
import type { Tables } from "../../op-spec/tabulate.js";
import type { LookupBuilder } from "./look-up-builder.js";
import { isFrom } from "./sign-chain.js";
import { boundsOfTables } from "./table-facts.js";
import { bitsOf, type Domain, type Value } from "./value.js";
import { isAt } from "./zero-windows.js";

/** Tables with more changes are read in other ways. */
const mostChanges = 4;

/** Arguments of fewer bits are looked up at once: that takes as long, and may be shared with other tables. */
const fewestBits = 6;

/** Where a table leaves its first entry: by `jump` from entry `at` on, or at that entry alone. */
interface Change {
  readonly at: number;
  readonly jump: number;
  readonly alone: boolean;
}

/**
 * Tables that are constant but for few places, as comparisons, signs and equalities are: the place of each change against the value, by a
 * chain of bits or by windows that are zero.
 */
export function changeWays(
  b: LookupBuilder,
  a: Value,
  { tables, tableOf }: Tables,
  domain: Domain,
): (() => Value)[] {
  const changes = tables.map(changesOf);
  const [first] = changes;
  const [table] = tables;
  if (first === undefined || table === undefined || bitsOf(domain.count) < fewestBits) return [];
  const placeOf = ({ at }: Change): number => domain.first + at * 2 ** domain.low;
  const read = (own: Change, at: Tensor, from: number, jump: number): Value =>
    (own.alone ? isAt : isFrom)(b, a, at, [from, from + jump]);
  if (tables.length === 1) {
    return [
      () => {
        const parts = first.map((own, i) =>
          read(own, scalar(placeOf(own)), i === 0 ? (table[0] ?? 0) : 0, own.jump),
        );
        const sum = parts.reduce((all, part) => b.add(all, part));
        return b.within(sum, boundsOfTables(tables));
      },
    ];
  }
  const [kind] = first;
  const alike = changes.every((own) => own?.length === 1 && own[0]?.alone === kind?.alone);
  if (kind === undefined || !alike) return [];
  const perElement = (of: (table: number) => number, shape: Shape): Tensor => ({
    shape,
    data: Float64Array.from(tableOf, of),
  });
  return [
    () => {
      const own = (at: number): Change => changes[at]?.[0] ?? kind;
      const places = perElement((at) => placeOf(own(at)), a.shape);
      const is = read(kind, places, 0, 1);
      const jumps = perElement((at) => own(at).jump, a.shape);
      const starts = perElement((at) => tables[at]?.[0] ?? 0, a.shape);
      return b.within(b.plus(b.scale(is, jumps), starts), boundsOfTables(tables));
    },
  ];
}

/** Undefined where there are none, or too many. */
function changesOf(table: Float64Array): Change[] | undefined {
  const found: Change[] = [];
  for (let at = 1; at < table.length; at++) {
    const [before = 0, own = 0] = [table[at - 1], table[at]];
    if (own === before) continue;
    if (found.length === mostChanges) return undefined;
    const alone = table[at + 1] === before;
    found.push({ at, jump: own - before, alone });
    if (alone) at++;
  }
  return found.length === 0 ? undefined : found;
}
