import type { NodeReader, OnnxValue, ShapeValue } from "../node.js";

/** Shape: lengths of the axes of rows, or of a constant. */
export function readShape(node: NodeReader): readonly OnnxValue[] {
  const value = node.input(0);
  if (value.kind === "tensor") {
    const data = Float64Array.from(value.tensor.dims);
    const tensor = { name: "", type: "int64", dims: [data.length], data, texts: [] } as const;
    return [{ kind: "tensor", tensor }];
  }
  const x = node.block(0);
  return [{ kind: "shape", dims: x.flat ? ["rows"] : ["rows", node.columns(x)] }];
}

/** The lengths of the axes that constant numbers name. */
export function lengthsAt(node: NodeReader, { dims }: ShapeValue): ShapeValue {
  const picked = Array.from(node.tensor(1).data, (axis) => {
    const length = dims[axis < 0 ? axis + dims.length : axis];
    if (length === undefined) throw node.corrupt(`asks for axis ${axis} of ${dims.length}`);
    return length;
  });
  return { kind: "shape", dims: picked };
}

/** Lengths and constant integers one after the other. */
export function joinedLengths(node: NodeReader): ShapeValue {
  const dims = node.inputs.flatMap((value): ShapeValue["dims"] => {
    if (value.kind === "shape") return value.dims;
    if (value.kind === "tensor") return [...value.tensor.data];
    throw node.unsupported("joins the length of an axis to what is computed");
  });
  return { kind: "shape", dims };
}

/** The target of a Reshape; 0 stands for the number of rows, as it does for an axis that stays. */
export function targetShape(node: NodeReader): readonly number[] {
  if (!node.has(1)) return node.integers("shape");
  const value = node.input(1);
  if (value.kind === "shape") return value.dims.map((length) => (length === "rows" ? 0 : length));
  return [...node.tensor(1).data];
}
