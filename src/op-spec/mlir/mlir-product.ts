import type { MlirCall, MlirEmitter, MlirValue } from "../mlir-emitter.js";
import { emitProduct, operandsOfCall } from "./mlir-forms.js";

/** A matrix product; one that gives a scalar is a dot product, which takes its clear operand second. */
export function emitMatrixProduct(call: MlirCall, emitter: MlirEmitter): MlirValue {
  const [x, y] = operandsOfCall(call);
  const dot = call.result.shape.length === 0;
  const [a, b] = dot && x.type.kind === "clear" ? [y, x] : [x, y];
  const side = (value: MlirValue): string => (value.type.kind === "clear" ? "int" : "eint");
  const op = `FHELinalg.${dot ? "dot" : "matmul"}_${side(a)}_${side(b)}`;
  return emitProduct(op, a, b, call.result, emitter);
}
