import { type Shape, scalar, sizeOf, type Tensor } from "../../base/tensor.js";
import type { Choice } from "../../op-spec/choice.js";
import type { LookupBuilder } from "./look-up-builder.js";
import { gated, select } from "./pair-choice.js";
import { isTensor, type Value } from "./value.js";

/** An element of the result: where it may come from, and for which codes of the positions. */
type Origins = ReadonlyMap<number, ReadonlySet<number>>;

/**
 * Elements at positions that nobody knows when the program is compiled: `sum over sources s of [position picks s] * s`. The positions of
 * one element make one number, so that each condition is one look-up; equal ones are computed once later.
 */
export function chooseElements(
  b: LookupBuilder,
  choice: Choice,
  parts: readonly (Value | Tensor)[],
  indices: readonly Value[],
): Value {
  const counts = indices.map(({ bounds }) => bounds.max - bounds.min + 1);
  b.checkCount(
    counts.reduce((product, count) => product * count, 1),
    "single",
  );
  const codes = codesOf(choice, indices, counts);
  const size = sizeOf(choice.shape);
  const origins = originsOf(choice, codes, size);
  const moving = [...origins.keys()].filter((at) => (origins[at]?.size ?? 0) > 1);
  const [anchor] = indices;
  if (anchor === undefined) throw new Error("an index without positions");
  if (moving.length === 0) {
    const fixed = origins.map((own) => [...own.keys()][0] ?? 0);
    return asValue(b, gatherSeveral(b, parts, fixed, choice.shape, anchor), anchor);
  }
  const shape = moving.length === size ? choice.shape : [moving.length];
  const code = positionsCode(b, choice, indices, counts, moving, shape);
  const most = Math.max(1, ...moving.map((at) => origins[at]?.size ?? 0));
  const slots = Array.from({ length: most }, (_, slot) =>
    moving.map((at) => [...(origins[at] ?? [])].sort(([s], [t]) => s - t)[slot]),
  );
  const conditions = slots.map((slot) => () => {
    const picked = (codeNumber: number, i: number): number =>
      slot[i]?.[1].has(codeNumber) === true ? 1 : 0;
    return b.lookUpTensor(
      code,
      (operand) => ({ ...operand, data: operand.data.map((value, i) => picked(value, i)) }),
      shape,
      false,
    );
  });
  const values = slots.map((slot) =>
    gather(
      b,
      parts,
      slot.map((entry) => entry?.[0] ?? 0),
      shape,
    ),
  );
  const bounds = boundsOf(parts);
  const [kept, placed] = values;
  const second = conditions[1];
  const chosen =
    most === 2 && kept !== undefined && placed !== undefined && second !== undefined
      ? select(b, second(), placed, kept)
      : values
          .map((value, slot) => gated(b, conditions[slot]?.() ?? code, value))
          .reduce((sum, term) => b.add(sum, term));
  const known = b.within(chosen, bounds);
  if (moving.length === size) return known;
  return assemble(b, choice.shape, parts, origins, moving, known, anchor);
}

/** The positions of every code of all index operands together. */
function codesOf(choice: Choice, indices: readonly Value[], counts: readonly number[]): number[][] {
  const total = counts.reduce((product, count) => product * count, 1);
  return Array.from({ length: total }, (_, code) => {
    let rest = code;
    return counts.map((count, d) => {
      const position = (indices[d]?.bounds.min ?? 0) + (rest % count);
      rest = Math.floor(rest / count);
      const length = choice.lengths[d] ?? 1;
      // Positions beyond the axis never occur.
      return Math.min(Math.max(position, -length), length - 1);
    });
  });
}

function originsOf(choice: Choice, codes: readonly number[][], size: number): Origins[] {
  const origins = Array.from({ length: size }, () => new Map<number, Set<number>>());
  for (const [code, positions] of codes.entries()) {
    for (const [at, source] of choice.sources(positions).entries()) {
      const own = origins[at];
      const known = own?.get(source);
      if (known !== undefined) known.add(code);
      else own?.set(source, new Set([code]));
    }
  }
  return origins;
}

/** For each of the elements `moving`, its positions in one number. */
function positionsCode(
  b: LookupBuilder,
  choice: Choice,
  indices: readonly Value[],
  counts: readonly number[],
  moving: readonly number[],
  shape: Shape,
): Value {
  let radix = 1;
  let code: Value | undefined;
  for (const [d, index] of indices.entries()) {
    const deciders = moving.map((at) => choice.deciders[d]?.[at] ?? 0);
    const own = take(b, index, deciders, shape);
    const digit = b.scale(b.plus(own, scalar(-index.bounds.min)), scalar(radix));
    code = code === undefined ? digit : b.add(code, digit);
    radix *= counts[d] ?? 1;
  }
  if (code === undefined) throw new Error("an index without positions");
  return code;
}

/** The elements that do not depend on positions as they are, the others as they were chosen. */
function assemble(
  b: LookupBuilder,
  shape: Shape,
  parts: readonly (Value | Tensor)[],
  origins: readonly Origins[],
  moving: readonly number[],
  chosen: Value,
  anchor: Value,
): Value {
  const fixed = origins.flatMap((own) => (own.size > 1 ? [] : [[...own.keys()][0] ?? 0]));
  const first = asValue(b, gatherSeveral(b, parts, fixed, [fixed.length], anchor), anchor);
  const bounds = {
    min: Math.min(first.bounds.min, chosen.bounds.min),
    max: Math.max(first.bounds.max, chosen.bounds.max),
  };
  const total = [fixed.length + moving.length];
  const flat = b.operation("reshape", [chosen], { newshape: [moving.length] }, chosen.bounds, [
    moving.length,
  ]);
  const joined = b.operation("concatenate", [first, flat], {}, bounds, total);
  let stayed = 0;
  let moved = fixed.length;
  const order = origins.map((own) => (own.size > 1 ? moved++ : stayed++));
  return take(b, joined, order, shape);
}

/** Like `gather`, for elements of several parts. */
function gatherSeveral(
  b: LookupBuilder,
  parts: readonly (Value | Tensor)[],
  sources: readonly number[],
  shape: Shape,
  anchor: Value,
): Value | Tensor {
  let start = 0;
  for (const part of parts) {
    const first = start;
    start += sizeOf(part.shape);
    if (sources.every((at) => at >= first && at < start)) return gather(b, parts, sources, shape);
  }
  const flat = parts.map((part) => {
    const value = asValue(b, part, anchor);
    const size = sizeOf(part.shape);
    return b.operation("reshape", [value], { newshape: [size] }, value.bounds, [size]);
  });
  return take(b, b.operation("concatenate", flat, {}, boundsOf(flat), [start]), sources, shape);
}

/** A constant as an encrypted value: added to zeros made of `anchor`. */
function asValue(b: LookupBuilder, part: Value | Tensor, anchor: Value): Value {
  if (!isTensor(part)) return part;
  const elements = new Array<number>(sizeOf(part.shape)).fill(0);
  return b.plus(b.scale(take(b, anchor, elements, part.shape), scalar(0)), part);
}

/** Elements by their numbers in the joined parts; a tensor where all of them are constants. */
function gather(
  b: LookupBuilder,
  parts: readonly (Value | Tensor)[],
  sources: readonly number[],
  shape: Shape,
): Value | Tensor {
  let start = 0;
  for (const part of parts) {
    const size = sizeOf(part.shape);
    const own = sources.map((source) => source - start);
    start += size;
    if (!own.every((at) => at >= 0 && at < size)) continue;
    if (!isTensor(part)) return take(b, part, own, shape);
    return { shape, data: Float64Array.from(own, (at) => part.data[at] ?? 0) };
  }
  throw new Error("elements of several operands in one place");
}

function take(b: LookupBuilder, value: Value, elements: readonly number[], shape: Shape): Value {
  const indices = { shape, data: Float64Array.from(elements) };
  return b.operation("take", [value], { indices }, value.bounds, shape);
}

function boundsOf(parts: readonly (Value | Tensor)[]): { min: number; max: number } {
  const all = parts.map((part) =>
    isTensor(part) ? { min: Math.min(...part.data), max: Math.max(...part.data) } : part.bounds,
  );
  return {
    min: Math.min(...all.map(({ min }) => min)),
    max: Math.max(...all.map(({ max }) => max)),
  };
}
