import {
  type IndexItem,
  indexText,
  type ResolvedIndex,
  readIndex,
  resolveIndex,
} from "../../op-spec/index-expression.js";
import { withSign } from "../../op-spec/mlir/mlir-forms.js";
import {
  extracted,
  extractedSlice,
  gathered,
  reshaped,
  type Slice,
  withoutAxes,
} from "../../op-spec/mlir/mlir-shapes.js";
import type { MlirEmitter, MlirValue } from "../../op-spec/mlir-emitter.js";
import { onlyOperand } from "../../op-spec/operands.js";
import { defineSelection } from "../../op-spec/selection.js";

/** `x[index]` with an index that is known while tracing: integers, slices, lists of integers, `...`, new axes. */
export const indexStatic = defineSelection<readonly IndexItem[]>({
  name: "index_static",
  guessedType: "first operand",
  doc: "Elements at fixed places: integers, slices, lists of integers, ellipsis and new axes by NumPy's rules. Free.",
  operands: 1,
  read: readIndex,
  text: (items) => `{0}[${indexText(items)}]`,
  select: (items, shapes, path) => resolveIndex(items, onlyOperand(shapes, path), path),
  mlir: (items, call, emitter) => {
    const operand = onlyOperand(call.operands, call.path);
    const resolved = resolveIndex(items, operand.type.shape, call.path);
    return withSign(taken(operand, resolved, emitter), call.result.signed, emitter);
  },
});

function taken(value: MlirValue, index: ResolvedIndex, emitter: MlirEmitter): MlirValue {
  const { axes, shape, newAxes, source } = index;
  if (axes.length === 0) return reshaped(value, shape, emitter);
  if (axes.some(({ item }) => item.kind === "positions")) {
    if (shape.length > 0) return gathered(value, shape, source, emitter);
    return extracted(
      value,
      axes.map(({ positions }) => positions[0] ?? 0),
      emitter,
    );
  }
  const dropped = axes.filter(({ item }) => item.kind === "position").map(({ axis }) => axis);
  if (dropped.length === axes.length) {
    const at = axes.map(({ positions }) => positions[0] ?? 0);
    return reshaped(extracted(value, at, emitter), shape, emitter);
  }
  const part = extractedSlice(value, sliceOf(index), emitter);
  if (newAxes) return reshaped(part, shape, emitter);
  return dropped.length === 0 ? part : withoutAxes(part, dropped, emitter);
}

/** The regular part of the operand that an index without lists covers. */
export function sliceOf({ axes }: ResolvedIndex): Slice {
  return {
    offsets: axes.map(({ positions }) => positions[0] ?? 0),
    sizes: axes.map(({ positions }) => positions.length),
    strides: axes.map(({ step }) => step),
  };
}
