/** A tensor for definitions that are written out element by element, without any code of the compiler. */
export interface Naive {
  readonly shape: readonly number[];
  /** Row-major. */
  readonly data: readonly number[];
}

/** The tensor whose element at `index` is `at(index)`. */
export function build(shape: readonly number[], at: (index: readonly number[]) => number): Naive {
  const data = indicesOf(shape).map((index) => at(index) + 0);
  return { shape, data };
}

/** All index tuples of a shape, row-major. */
export function indicesOf(shape: readonly number[]): number[][] {
  return shape.reduce<number[][]>(
    (all, length) => all.flatMap((index) => Array.from({ length }, (_, i) => [...index, i])),
    [[]],
  );
}

export function read({ shape, data }: Naive, index: readonly number[]): number {
  const position = index.reduce((at, i, axis) => at * (shape[axis] ?? 1) + i, 0);
  return data[position] ?? Number.NaN;
}

export function naiveSum(x: Naive, axes: readonly number[], keepdims: boolean): Naive {
  const summed = axes.map((axis) => (axis < 0 ? axis + x.shape.length : axis));
  const kept = x.shape.map((length, axis) => (summed.includes(axis) ? 1 : length));
  const sums = build(kept, (index) =>
    indicesOf(x.shape)
      .filter((from) => from.every((i, axis) => summed.includes(axis) || i === index[axis]))
      .reduce((sum, from) => sum + read(x, from), 0),
  );
  if (keepdims) return sums;
  return { shape: x.shape.filter((_, axis) => !summed.includes(axis)), data: sums.data };
}

export function naiveTranspose(x: Naive, axes: readonly number[]): Naive {
  const shape = axes.map((axis) => x.shape[axis] ?? 1);
  return build(shape, (index) => {
    const from = x.shape.map(() => 0);
    axes.forEach((axis, i) => {
      from[axis] = index[i] ?? 0;
    });
    return read(x, from);
  });
}

export function naiveBroadcast(x: Naive, shape: readonly number[]): Naive {
  return build(shape, (index) => {
    const own = x.shape.length === 0 ? [] : index.slice(-x.shape.length);
    return read(
      x,
      own.map((i, axis) => (x.shape[axis] === 1 ? 0 : i)),
    );
  });
}

export function naiveConcatenate(parts: readonly Naive[], axis: number): Naive {
  const [first] = parts;
  const shape = [...(first?.shape ?? [])];
  shape[axis] = parts.reduce((sum, part) => sum + (part.shape[axis] ?? 0), 0);
  return build(shape, (index) => {
    let at = index[axis] ?? 0;
    for (const part of parts) {
      const length = part.shape[axis] ?? 0;
      if (at < length) return read(part, index.with(axis, at));
      at -= length;
    }
    return Number.NaN;
  });
}

/** One entry of an index: a position, positions `[start, stop, step]` as a range, or `null` for a new axis. */
export type NaivePart =
  | number
  | null
  | { readonly start: number | null; readonly stop: number | null; readonly step: number };

/** `x[parts]`, axis by axis; missing parts are whole axes. */
export function naiveIndex(x: Naive, parts: readonly NaivePart[]): Naive {
  const shape: number[] = [];
  /** For every axis of `x`, its position given an index of the result. */
  const from: ((index: readonly number[]) => number)[] = [];
  const named = parts.filter((part) => part !== null).length;
  const whole = { start: null, stop: null, step: 1 };
  const all = [...parts, ...x.shape.slice(named).map(() => whole)];
  for (const part of all) {
    if (part === null) {
      shape.push(1);
      continue;
    }
    const length = x.shape[from.length] ?? 1;
    if (typeof part === "number") {
      from.push(() => (part < 0 ? part + length : part));
      continue;
    }
    const taken = pythonRange(part, length);
    const at = shape.length;
    shape.push(taken.length);
    from.push((index) => taken[index[at] ?? 0] ?? Number.NaN);
  }
  return build(shape, (index) =>
    read(
      x,
      from.map((position) => position(index)),
    ),
  );
}

/** Positions of Python's `range(length)[start:stop:step]`, by trying every position in the direction of the step. */
function pythonRange(
  { start, stop, step }: Exclude<NaivePart, number | null>,
  length: number,
): number[] {
  const bound = (value: number): number => (value < 0 ? value + length : value);
  const taken: number[] = [];
  const first = start === null ? (step > 0 ? 0 : length - 1) : bound(start);
  let at = step > 0 ? Math.max(0, first) : Math.min(length - 1, first);
  const end = stop === null ? (step > 0 ? length : -1) : bound(stop);
  while (at >= 0 && at < length && (step > 0 ? at < end : at > end)) {
    taken.push(at);
    at += step;
  }
  return taken;
}

export interface NaiveConv {
  readonly weight: Naive;
  readonly bias: readonly number[];
  readonly pads: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly group: number;
}

/** ONNX's Conv, as its definition reads: the sum over channels and kernel places, zeros outside the input. */
export function naiveConv(x: Naive, conv: NaiveConv): Naive {
  const { weight, bias, pads, strides, dilations, group } = conv;
  const [batch = 0, , ...lengths] = x.shape;
  const [filters = 0, groupChannels = 0, ...kernel] = weight.shape;
  const axes = lengths.length;
  const output = lengths.map((length, axis) => {
    const padded = length + (pads[axis] ?? 0) + (pads[axis + axes] ?? 0);
    const span = (dilations[axis] ?? 1) * ((kernel[axis] ?? 1) - 1);
    return Math.floor((padded - span - 1) / (strides[axis] ?? 1)) + 1;
  });
  return build([batch, filters, ...output], ([n = 0, f = 0, ...place]) => {
    const groupOf = Math.floor(f / (filters / group));
    let sum = bias[f] ?? 0;
    for (const [channel = 0, ...tap] of indicesOf([groupChannels, ...kernel])) {
      const at = place.map(
        (o, axis) =>
          o * (strides[axis] ?? 1) + (tap[axis] ?? 0) * (dilations[axis] ?? 1) - (pads[axis] ?? 0),
      );
      if (at.some((i, axis) => i < 0 || i >= (lengths[axis] ?? 0))) continue;
      sum +=
        read(x, [n, groupOf * groupChannels + channel, ...at]) * read(weight, [f, channel, ...tap]);
    }
    return sum;
  });
}
