/** Thin singular value decomposition `A = U diag(s) V^T`, columns as arrays, singular values not sorted. */
export interface SingularValues {
  /** `[columns][rows]`; a zero column where the singular value is 0. */
  readonly left: readonly Float64Array[];
  readonly values: Float64Array;
  /** `[columns][columns]` */
  readonly right: readonly Float64Array[];
}

const mostSweeps = 60;

/**
 * Singular values of the matrix whose columns are given, by one-sided Jacobi rotations, which find small ones to high relative accuracy:
 * Demmel and Veselić, SIAM J. Matrix Anal. Appl. 13, 1992. Rows count once a rotation; `columns^2 rows` a sweep, some 8 sweeps.
 */
export function singularValues(columns: readonly Float64Array[]): SingularValues {
  const work = columns.map((column) => column.slice());
  const right = columns.map((_, k) => {
    const unit = new Float64Array(columns.length);
    unit[k] = 1;
    return unit;
  });
  let rotated = true;
  for (let sweep = 0; rotated && sweep < mostSweeps; sweep++) {
    rotated = false;
    for (let p = 0; p < work.length; p++) {
      for (let q = p + 1; q < work.length; q++) {
        const [a, b] = [work[p], work[q]];
        const [va, vb] = [right[p], right[q]];
        if (a === undefined || b === undefined || va === undefined || vb === undefined) continue;
        const [aa, bb, ab] = [dot(a, a), dot(b, b), dot(a, b)];
        if (Math.abs(ab) <= 1e-15 * Math.sqrt(aa * bb)) continue;
        rotated = true;
        const zeta = (bb - aa) / (2 * ab);
        const t = (zeta >= 0 ? 1 : -1) / (Math.abs(zeta) + Math.hypot(1, zeta));
        const cosine = 1 / Math.hypot(1, t);
        rotate(a, b, cosine, cosine * t);
        rotate(va, vb, cosine, cosine * t);
      }
    }
  }
  const values = Float64Array.from(work, (column) => Math.sqrt(dot(column, column)));
  const left = work.map((column, k) => {
    const value = values[k] ?? 0;
    return value > 0 ? column.map((entry) => entry / value) : column;
  });
  return { left, values, right };
}

/** Singular values at or below this share of the largest count as 0: rounding alone makes them. */
export function rankTolerance(rows: number, columns: number): number {
  return Math.max(rows, columns) * Number.EPSILON;
}

function rotate(a: Float64Array, b: Float64Array, cosine: number, sine: number): void {
  for (let i = 0; i < a.length; i++) {
    const [u, v] = [a[i] ?? 0, b[i] ?? 0];
    a[i] = cosine * u - sine * v;
    b[i] = sine * u + cosine * v;
  }
}

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}
