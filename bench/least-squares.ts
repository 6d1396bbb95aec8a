/**
 * Numbers x >= 0 that bring `rows x` closest to all ones, in the sum of squares. `rows`: `[samples, unknowns]`, few unknowns: every
 * choice of unknowns that may differ from zero is tried.
 */
export function leastSquares(rows: readonly (readonly number[])[]): readonly number[] {
  const unknowns = rows[0]?.length ?? 0;
  let best: readonly number[] = new Array<number>(unknowns).fill(0);
  for (let choice = 1; choice < 2 ** unknowns; choice++) {
    const free = Array.from({ length: unknowns }, (_, i) => i).filter((i) => (choice >> i) & 1);
    const solved = solveNormal(rows.map((row) => free.map((i) => row[i] ?? 0)));
    const x = best.map((_, i) => solved[free.indexOf(i)] ?? 0);
    if (x.every((value) => value >= 0) && residual(rows, x) < residual(rows, best)) best = x;
  }
  return best;
}

function residual(rows: readonly (readonly number[])[], x: readonly number[]): number {
  return rows.reduce((sum, row) => sum + (1 - dot(row, x)) ** 2, 0);
}

/** `(A^T A) x = A^T 1` by elimination; the matrix is positive definite, so no pivot is searched for. */
function solveNormal(a: readonly (readonly number[])[]): number[] {
  const size = a[0]?.length ?? 0;
  const column = (i: number): number[] => a.map((row) => row[i] ?? 0);
  const system = Array.from({ length: size }, (_, i) => [
    ...Array.from({ length: size }, (_, j) => dot(column(i), column(j))),
    column(i).reduce((sum, value) => sum + value, 0),
  ]);
  system.forEach((pivot, i) => {
    for (const [at, row] of system.entries()) {
      if (at === i) continue;
      const factor = (row[i] ?? 0) / (pivot[i] ?? 1);
      row.forEach((value, j) => {
        row[j] = value - factor * (pivot[j] ?? 0);
      });
    }
  });
  return system.map((row, i) => (row[size] ?? 0) / (row[i] ?? 1));
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
}
