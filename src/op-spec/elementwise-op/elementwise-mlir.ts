import type { Tensor } from "../../base/tensor.js";
import { maximumOf } from "../../graph/integer-type.js";
import { checkLookupBits, clearOnly, notInDialect } from "../mlir/mlir-forms.js";
import { emitLookup, lookupBits } from "../mlir/mlir-lookup.js";
import type { MlirCall, MlirEmitter, MlirValue } from "../mlir-emitter.js";
import { tabulate } from "../tabulate.js";

/** An element-wise operation on one encrypted value, which may stand in several places, and constants, as a table look-up. Errors: `unsupported-op`. */
export function emitTabulated(
  evaluate: (operands: readonly Tensor[]) => Tensor,
  call: MlirCall,
  emitter: MlirEmitter,
): MlirValue {
  const variable = call.operands.find((operand) => operand.type.kind === "encrypted");
  if (variable === undefined) throw clearOnly(call);
  const others = call.operands.map((operand) => operand.value);
  const varies = call.operands.map((operand) => operand.name === variable.name);
  if (others.some((value, i) => !varies[i] && value === undefined)) throw notInDialect(call);
  const type = { signed: variable.type.signed, bits: lookupBits(variable) };
  checkLookupBits(type.bits, call.path);
  const size = 2 ** type.bits;
  const most = maximumOf(type);
  const values = Array.from({ length: size }, (_, i) => (i <= most ? i : i - size));
  const { tables, tableOf } = tabulate(
    (operand) => evaluate(others.map((value, i) => (varies[i] ? operand : (value ?? operand)))),
    variable.type.shape,
    call.result.shape,
    values,
  );
  const form = { tables: tables.map((data) => ({ shape: [size], data })), tableOf };
  return emitLookup(form, { ...call, operands: [variable] }, emitter);
}
