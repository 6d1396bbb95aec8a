import type { Tensor } from "../../base/tensor.js";
import type { RealTables } from "./real-tables.js";

/** Real scores `[rows, outputs]` of places `q` (`[rows, features]`). */
export function tableScores(
  { tables, bias }: Pick<RealTables, "tables" | "bias">,
  q: Tensor,
): Tensor {
  const [rows = 0, features = 0] = q.shape;
  const outputs = bias.length;
  const data = new Float64Array(rows * outputs);
  for (let i = 0; i < data.length; i++) {
    const row = Math.floor(i / outputs);
    let sum = bias[i % outputs] ?? 0;
    for (let j = 0; j < features; j++) {
      sum += tables[i % outputs]?.[j]?.[q.data[row * features + j] ?? 0] ?? 0;
    }
    data[i] = sum;
  }
  return { shape: [rows, outputs], data };
}
