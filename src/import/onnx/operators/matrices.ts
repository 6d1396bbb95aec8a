import type { NodeReader, OnnxValue } from "../node.js";

export function readMatMul(node: NodeReader): readonly OnnxValue[] {
  const x = node.numbers(0);
  const { dims, data } = node.tensor(1);
  const [features = 0, outputs = 1] = dims;
  if (x.flat || dims.length > 2 || dims.length === 0 || features !== node.columns(x))
    throw node.unsupported(`multiplies ${node.columns(x)} columns by (${dims.join(", ")})`);
  const coef = transposed(data, features, outputs);
  const block = node.list.linear(x.block, coef, new Float64Array(outputs));
  return [{ ...x, block, flat: dims.length === 1 }];
}

export function readGemm(node: NodeReader): readonly OnnxValue[] {
  const x = node.numbers(0);
  const { dims, data } = node.tensor(1);
  const turned = node.integer("transB", 0) !== 0;
  const [a = 0, b = 0] = dims;
  const [features, outputs] = turned ? [b, a] : [a, b];
  if (
    node.integer("transA", 0) !== 0 ||
    x.flat ||
    dims.length !== 2 ||
    features !== node.columns(x)
  )
    throw node.unsupported(`multiplies ${node.columns(x)} columns by (${dims.join(", ")})`);
  const alpha = node.float("alpha", 1);
  const beta = node.float("beta", 1);
  const coef = (turned ? data : transposed(data, features, outputs)).map((w) => alpha * w);
  const added = node.has(2) ? node.input(2) : undefined;
  if (added !== undefined && added.kind !== "tensor")
    throw node.unsupported(
      "adds what is computed of a row, as distances to stored rows do",
      "Train trees or a linear model",
    );
  const bias = added?.tensor.data ?? Float64Array.of(0);
  if (bias.length !== outputs && bias.length !== 1)
    throw node.corrupt(`adds ${bias.length} numbers to ${outputs} outputs`);
  const intercept = Float64Array.from(
    { length: outputs },
    (_, k) => beta * (bias[k] ?? bias[0] ?? 0),
  );
  return [{ ...x, block: node.list.linear(x.block, coef, intercept) }];
}

function transposed(data: Float64Array, rowCount: number, columnCount: number): Float64Array {
  const result = new Float64Array(data.length);
  for (let j = 0; j < rowCount; j++)
    for (let k = 0; k < columnCount; k++) result[k * rowCount + j] = data[j * columnCount + k] ?? 0;
  return result;
}
