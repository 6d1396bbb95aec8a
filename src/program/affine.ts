/**
 * Integer affine map `outputs[i] = constant[i] + sum_j weight[j] * inputs[column[j]]`, j from `rowStart[i]` to
 * `rowStart[i + 1] - 1` (compressed sparse rows). In every row columns ascend, none appears twice and no weight is zero.
 */
export interface AffineMap {
  /** Number of input elements. */
  readonly inputs: number;
  /** Number of output elements, i.e. rows. */
  readonly outputs: number;
  /** `[outputs + 1]` positions in `column` and `weight`. */
  readonly rowStart: Int32Array;
  readonly column: Int32Array;
  readonly weight: Float64Array;
  /** `[outputs]` added to the rows. */
  readonly constant: Float64Array;
}

/** Collects the rows of a map in order; terms of one row may repeat a column and are added up. */
export class AffineBuilder {
  private readonly inputs: number;
  private readonly sums: Float64Array;
  /** Columns of the row under construction, in order of first use; the first `count` entries. */
  private readonly touched: Int32Array;
  private count = 0;
  private ascending = true;
  private readonly seen: Uint8Array;
  private readonly rowStart: number[] = [0];
  private terms = 0;
  private column = new Int32Array(16);
  private weight = new Float64Array(16);
  private readonly constant: number[] = [];

  constructor(inputs: number) {
    this.inputs = inputs;
    this.sums = new Float64Array(inputs);
    this.seen = new Uint8Array(inputs);
    this.touched = new Int32Array(inputs);
  }

  /** Adds `weight * inputs[column]` to the row under construction. */
  term(column: number, weight: number): void {
    if (this.seen[column] === 0) {
      this.seen[column] = 1;
      if (this.count > 0 && (this.touched[this.count - 1] ?? 0) > column) this.ascending = false;
      this.touched[this.count++] = column;
    }
    this.sums[column] = (this.sums[column] ?? 0) + weight;
  }

  /** Ends the row under construction and adds `constant` to it. */
  endRow(constant: number): void {
    if (!this.ascending) this.touched.subarray(0, this.count).sort();
    if (this.terms + this.count > this.column.length) this.grow(this.terms + this.count);
    for (let i = 0; i < this.count; i++) {
      const column = this.touched[i] ?? 0;
      const sum = this.sums[column] ?? 0;
      if (sum !== 0) {
        this.column[this.terms] = column;
        this.weight[this.terms++] = sum;
      }
      this.sums[column] = 0;
      this.seen[column] = 0;
    }
    this.count = 0;
    this.ascending = true;
    this.rowStart.push(this.terms);
    this.constant.push(constant);
  }

  finish(): AffineMap {
    return {
      inputs: this.inputs,
      outputs: this.constant.length,
      rowStart: Int32Array.from(this.rowStart),
      column: this.column.slice(0, this.terms),
      weight: this.weight.slice(0, this.terms),
      constant: Float64Array.from(this.constant),
    };
  }

  private grow(least: number): void {
    const size = Math.max(least, 2 * this.column.length);
    const column = new Int32Array(size);
    column.set(this.column);
    this.column = column;
    const weight = new Float64Array(size);
    weight.set(this.weight);
    this.weight = weight;
  }
}

/** The map that returns its `size` inputs. */
export function identityMap(size: number): AffineMap {
  return selectionMap(
    size,
    Array.from({ length: size }, (_, index) => index),
  );
}

/** The map whose output `i` is input `columns[i]`. */
export function selectionMap(inputs: number, columns: ArrayLike<number>): AffineMap {
  const outputs = columns.length;
  return {
    inputs,
    outputs,
    rowStart: Int32Array.from({ length: outputs + 1 }, (_, row) => row),
    column: Int32Array.from(columns),
    weight: new Float64Array(outputs).fill(1),
    constant: new Float64Array(outputs),
  };
}

/** True if the map returns its inputs unchanged and in order. */
export function isIdentityMap(map: AffineMap): boolean {
  if (map.inputs !== map.outputs || map.column.length !== map.outputs) return false;
  return (
    map.column.every((column, row) => column === row && map.rowStart[row] === row) &&
    map.weight.every((weight) => weight === 1) &&
    map.constant.every((constant) => constant === 0)
  );
}

/** `outer(inner(x))`. `outer.inputs` must be `inner.outputs`. Cost: for each weight of `outer`, one row of `inner`. */
export function composeMaps(outer: AffineMap, inner: AffineMap): AffineMap {
  if (isIdentityMap(inner)) return outer;
  if (isIdentityMap(outer)) return inner;
  const builder = new AffineBuilder(inner.inputs);
  for (let row = 0; row < outer.outputs; row++) {
    let constant = outer.constant[row] ?? 0;
    const end = outer.rowStart[row + 1] ?? 0;
    for (let term = outer.rowStart[row] ?? 0; term < end; term++) {
      const column = outer.column[term] ?? 0;
      const weight = outer.weight[term] ?? 0;
      constant += weight * (inner.constant[column] ?? 0);
      const innerEnd = inner.rowStart[column + 1] ?? 0;
      for (let at = inner.rowStart[column] ?? 0; at < innerEnd; at++) {
        builder.term(inner.column[at] ?? 0, weight * (inner.weight[at] ?? 0));
      }
    }
    builder.endRow(constant);
  }
  return builder.finish();
}

/** `[first(x); second(x); ...]`: the outputs of several maps over the same inputs, one after the other. */
export function stackMaps(inputs: number, maps: readonly AffineMap[]): AffineMap {
  const builder = new AffineBuilder(inputs);
  for (const map of maps) {
    for (let row = 0; row < map.outputs; row++) {
      const end = map.rowStart[row + 1] ?? 0;
      for (let term = map.rowStart[row] ?? 0; term < end; term++) {
        builder.term(map.column[term] ?? 0, map.weight[term] ?? 0);
      }
      builder.endRow(map.constant[row] ?? 0);
    }
  }
  return builder.finish();
}

/** The same map over `inputs` elements, where its column `c` reads element `columns[c]`. */
export function widenMap(map: AffineMap, inputs: number, columns: ArrayLike<number>): AffineMap {
  return composeMaps(map, selectionMap(inputs, columns));
}

/** The map with all weights times 2^log2, constants as they are: for results that stand higher than what they are made of. */
export function scaled(map: AffineMap, log2: number): AffineMap {
  if (log2 === 0) return map;
  return { ...map, weight: map.weight.map((weight) => weight * 2 ** log2) };
}

/** Values of the outputs, `[outputs]`. Exact while sums stay below 2^53. */
export function evaluateMap(map: AffineMap, values: ArrayLike<number>): Float64Array {
  const result = Float64Array.from(map.constant);
  for (let row = 0; row < map.outputs; row++) {
    let sum = result[row] ?? 0;
    const end = map.rowStart[row + 1] ?? 0;
    for (let term = map.rowStart[row] ?? 0; term < end; term++) {
      sum += (map.weight[term] ?? 0) * (values[map.column[term] ?? 0] ?? 0);
    }
    result[row] = sum;
  }
  return result;
}

/** Sum of the squared weights of each row: the factor by which a row multiplies the variance of equal, independent noises. */
export function squaredNorms(map: AffineMap): Float64Array {
  return rowSums(map, (weight) => weight * weight);
}

/** Sum of the absolute weights of each row: the factor by which a row can enlarge a bound on its inputs. */
export function absoluteNorms(map: AffineMap): Float64Array {
  return rowSums(map, Math.abs);
}

/** The `[column, weight]` pairs of one row, columns ascending. */
export function* rowTerms(map: AffineMap, row: number): Generator<readonly [number, number]> {
  const end = map.rowStart[row + 1] ?? 0;
  for (let term = map.rowStart[row] ?? 0; term < end; term++) {
    yield [map.column[term] ?? 0, map.weight[term] ?? 0];
  }
}

function rowSums(map: AffineMap, part: (weight: number) => number): Float64Array {
  return Float64Array.from({ length: map.outputs }, (_, row) => {
    let sum = 0;
    const end = map.rowStart[row + 1] ?? 0;
    for (let term = map.rowStart[row] ?? 0; term < end; term++) sum += part(map.weight[term] ?? 0);
    return sum;
  });
}
