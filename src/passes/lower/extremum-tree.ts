import type { ExtremumForm } from "../../op-spec/extremum-form.js";
import type { LookupBuilder } from "./look-up-builder.js";
import { extremum } from "./pair-comparison.js";
import type { Value } from "./value.js";

/** Largest or smallest elements of groups: all groups side by side, members in pairs, the winners in pairs again. */
export function lookUpExtremum(b: LookupBuilder, x: Value, form: ExtremumForm): Value {
  const { members, shape, takes } = form;
  const size = members[0]?.length ?? 0;
  const of = (difference: number): number =>
    takes === "largest" ? Math.max(difference, 0) : Math.min(difference, 0);
  const take = (from: Value, positions: ArrayLike<number>, wanted: readonly number[]): Value => {
    const indices = { shape: wanted, data: Float64Array.from(positions) };
    return b.operation("take", [from], { indices }, from.bounds, wanted);
  };
  /** `rows` members of every group, from the positions of each. */
  const together = (from: Value, rows: readonly ArrayLike<number>[]): Value =>
    take(
      from,
      rows.flatMap((row) => Array.from(row)),
      [rows.length, size],
    );
  const row = (k: number): number[] => Array.from({ length: size }, (_, i) => k * size + i);
  let from = x;
  let rows: readonly ArrayLike<number>[] = members;
  const left: Value[] = [];
  while (rows.length > 1) {
    const half = Math.floor(rows.length / 2);
    const last = rows[2 * half];
    if (last !== undefined) left.push(together(from, [last]));
    const first = together(from, rows.slice(0, half));
    from = extremum(b, first, together(from, rows.slice(half, 2 * half)), of);
    rows = Array.from({ length: half }, (_, k) => row(k));
  }
  const winners = rows[0] === undefined ? x : together(from, [rows[0]]);
  const best = left.reduceRight((a, other) => extremum(b, a, other, of), winners);
  return take(best, row(0), shape);
}
