import { VelumError } from "../base/error.js";
import type { MlirCall, MlirEmitter, MlirType, MlirValue } from "./mlir-emitter.js";

/** `FHE` for scalars, `FHELinalg` for tensors. */
export function dialectOf(type: MlirType): string {
  return type.shape.length === 0 ? "FHE" : "FHELinalg";
}

/** The value as a signed or unsigned encrypted type of the same width; clear values have no sign. */
export function withSign(value: MlirValue, signed: boolean, emitter: MlirEmitter): MlirValue {
  const { type } = value;
  if (type.kind !== "encrypted" || type.signed === signed) return value;
  const op = signed ? "to_signed" : "to_unsigned";
  const result = emitter.emit(`${dialectOf(type)}.${op}`, [value], { ...type, signed });
  return { ...result, measuredBits: value.measuredBits };
}

/** Both operands with the sign of the result, and as tensors if one of them is. */
export function alignOperands(
  call: MlirCall,
  emitter: MlirEmitter,
): readonly [MlirValue, MlirValue] {
  let [a, b] = signedOperands(call, call.result.signed, emitter);
  if (a.type.shape.length > 0 || b.type.shape.length > 0) {
    if (a.type.shape.length === 0) a = emitter.fromElement(a);
    if (b.type.shape.length === 0) b = emitter.fromElement(b);
  }
  return [a, b];
}

export function signedOperands(
  call: MlirCall,
  signed: boolean,
  emitter: MlirEmitter,
): readonly [MlirValue, MlirValue] {
  const [a, b] = call.operands;
  if (a === undefined || b === undefined) throw clearOnly(call);
  if (a.type.kind === "clear" && b.type.kind === "clear") throw clearOnly(call);
  return [withSign(a, signed, emitter), withSign(b, signed, emitter)];
}

/** A product of two encrypted values is computed signed if an operand is, then read as the result's type. */
export function emitProduct(
  op: string,
  a: MlirValue,
  b: MlirValue,
  result: MlirType,
  emitter: MlirEmitter,
): MlirValue {
  const bothEncrypted = a.type.kind === "encrypted" && b.type.kind === "encrypted";
  const signed = result.signed || (bothEncrypted && (a.type.signed || b.type.signed));
  const operands = [withSign(a, signed, emitter), withSign(b, signed, emitter)];
  return withSign(emitter.emit(op, operands, { ...result, signed }), result.signed, emitter);
}

export function clearOnly(call: MlirCall): VelumError {
  return new VelumError({
    code: "unsupported-op",
    path: call.path,
    problem: "no operand is encrypted",
    cure: "Compute clear values before tracing, or encrypt one of the operands",
  });
}
