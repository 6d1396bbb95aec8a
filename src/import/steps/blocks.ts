/** A matrix `[rows, columns]`, row-major, of numbers or of texts. */
export interface Block {
  readonly columns: number;
  readonly data: Float64Array | readonly string[];
}

/** A block of numbers. */
export interface NumberBlock extends Block {
  readonly data: Float64Array;
}

/** Numbers that every row shares; tables are long, and mostly only looked up, so that the matrix is made when it is asked for. */
export class SharedRow implements NumberBlock {
  readonly values: Float64Array;
  readonly #rows: number;
  #data: Float64Array | undefined;

  constructor(values: Float64Array, rows: number) {
    this.values = values;
    this.#rows = rows;
  }

  get columns(): number {
    return this.values.length;
  }

  get data(): Float64Array {
    this.#data ??= perRow(this.columns, this.#rows, (_, out) => out.set(this.values)).data;
    return this.#data;
  }
}

/** Block `index` as numbers; steps are checked when they are built, so another kind is a mistake of Velum's. */
export function numbersOf(blocks: readonly Block[], index: number): NumberBlock {
  const block = blocks[index];
  if (block === undefined || !(block.data instanceof Float64Array)) {
    throw new Error(`block ${index} holds no numbers`);
  }
  return { columns: block.columns, data: block.data };
}

/** A block of `rows` rows of `columns` zeros, each passed to `fill` once. */
export function perRow(
  columns: number,
  rows: number,
  fill: (row: number, out: Float64Array) => void,
): NumberBlock {
  const data = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) fill(row, data.subarray(row * columns, (row + 1) * columns));
  return { columns, data };
}

/** Row `row` of a block, a view. */
export function rowOf(block: NumberBlock, row: number): Float64Array {
  return block.data.subarray(row * block.columns, (row + 1) * block.columns);
}

/** Entry `k` of a row; one column stands for all. */
export function entryOf({ columns, data }: NumberBlock, row: number, k: number): number {
  return data[row * columns + (columns === 1 ? 0 : k)] ?? 0;
}
