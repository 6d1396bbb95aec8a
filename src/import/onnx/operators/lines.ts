import { NodeReader, type OnnxValue, type OperatorReader } from "../node.js";

/** Operators that treat every number alike, so that it does not matter how numbers are laid out. */
const elementwise: readonly string[] = [
  ...["Abs", "Add", "And", "Cast", "Ceil", "Div", "Equal", "Exp", "Flatten", "Floor", "Gather"],
  ...["Greater", "GreaterOrEqual", "Identity", "IsNaN", "Less", "LessOrEqual", "Log", "Max", "Min"],
  ...["Mul", "Neg", "Not", "Or", "Pow", "Reciprocal", "Sqrt", "Sub", "Sum", "Where"],
];

/**
 * Runs `operator` on numbers that stand in one line, all rows one after the other, as on the block that they came from. The way back is a
 * Reshape. Undefined where no input is a line. Error `unsupported-op` for operators that are not element-wise.
 */
export function readLines(
  node: NodeReader,
  inputs: readonly (OnnxValue | undefined)[],
  operator: OperatorReader,
): readonly OnnxValue[] | undefined {
  const line = inputs.find((value) => value?.kind === "line");
  if (line?.kind !== "line") return undefined;
  const name = node.node.operator;
  if (name === "Reshape") return operator(node);
  const fits = inputs.every(
    (value, k) =>
      value?.kind === "line" ||
      (value?.kind === "tensor" &&
        (value.tensor.data.length === 1 || (name === "Gather" && k === 0))),
  );
  if (!fits || !elementwise.includes(name))
    throw node.unsupported("computes with all rows in one line");
  const blocks = inputs.map((value) => (value?.kind === "line" ? value.of : value));
  const { list, version } = node;
  const results = operator(new NodeReader(node.node, blocks, list, version));
  return results.map((value) => (value.kind === "block" ? { kind: "line", of: value } : value));
}
