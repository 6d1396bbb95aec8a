import { scalar } from "../../base/tensor.js";
import { insideName, type MlirCall, type MlirEmitter, type MlirValue } from "../mlir-emitter.js";
import { notInDialect } from "./mlir-forms.js";

/** A clear position as an index value; a negative one counts from the end of an axis of `length`. */
export function castToIndex(
  value: MlirValue,
  length: number,
  call: MlirCall,
  emitter: MlirEmitter,
): MlirValue {
  const at = value.type.signed ? fromStart(value, length, call, emitter) : value;
  const type = { kind: "index", signed: false, bits: 64, shape: value.type.shape } as const;
  return emitter.write("", `arith.index_cast ${at.name}`, [value.type, type], "to");
}

function fromStart(
  value: MlirValue,
  length: number,
  call: MlirCall,
  emitter: MlirEmitter,
): MlirValue {
  const { type, name } = value;
  if (type.shape.length > 0 || length >= 2 ** (type.bits - 1)) throw notInDialect(call);
  const end = emitter.constant(scalar(length), type);
  const zero = emitter.constant(scalar(0), type);
  const negative = emitter.write("", `arith.cmpi slt, ${name}, ${zero.name}`, [type], "", {
    ...type,
    bits: 1,
  });
  const word = `i${type.bits}`;
  const text = [
    `scf.if ${negative.name} -> (${word}) {`,
    `  ${insideName} = arith.addi ${name}, ${end.name} : ${word}`,
    `  scf.yield ${insideName} : ${word}`,
    "} else {",
    `  scf.yield ${name} : ${word}`,
    "}",
  ].join("\n");
  return emitter.write("", text, [], "", type);
}
