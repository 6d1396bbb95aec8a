import { scalar, type Tensor } from "../../base/tensor.js";
import type { MlirCall, MlirEmitter, MlirType, MlirValue } from "../mlir-emitter.js";
import { onlyOperand } from "../operands.js";
import type { LookupForm } from "../spec.js";
import { tableOverType } from "../table.js";
import { checkLookupBits, clearOnly, dialectOf } from "./mlir-forms.js";
import { broadcast } from "./mlir-shapes.js";

/** Widest value that is narrowed to its measured width before a look-up, in bits. */
const narrowUpTo = 8;

/**
 * A look-up costs by the width of its input, so a value that was assigned more bits than it needs is multiplied up
 * and read as a narrower type first. A table whose entries are all equal needs no look-up.
 */
export function emitLookup(form: LookupForm, call: MlirCall, emitter: MlirEmitter): MlirValue {
  const operand = onlyOperand(call.operands, call.path);
  if (operand.type.kind === "clear") throw clearOnly(call);
  const bits = lookupBits(operand);
  checkLookupBits(bits, call.path);
  const tables = form.tables.map((table) =>
    tableOverType(table, { signed: operand.type.signed, bits }, form.first, form.low),
  );
  const distinct = new Map(tables.map((entries) => [entries.join(), entries]));
  const [only] = distinct.values();
  if (distinct.size === 1 && only !== undefined)
    return emitOneTable(only, operand, call, emitter, bits);

  const order = [...distinct.keys()];
  const map = Float64Array.from(form.tableOf, (table) =>
    order.indexOf(tables[table]?.join() ?? ""),
  );
  const on = broadcast(narrowTo(operand, bits, emitter), call.result.shape, emitter);
  const joined = Float64Array.from([...distinct.values()].flatMap((entries) => [...entries]));
  const rows = [distinct.size, 2 ** bits];
  const { shape } = call.result;
  const index: MlirType = { kind: "index", signed: false, bits: 64, shape };
  const mapping = emitter.constant({ shape, data: map }, index);
  const lut = emitter.constant({ shape: rows, data: joined }, clearType(64, rows));
  return emitter.emit("FHELinalg.apply_mapped_lookup_table", [on, lut, mapping], call.result);
}

/** Width that a look-up of this value reads. */
export function lookupBits(operand: MlirValue): number {
  return operand.measuredBits <= narrowUpTo ? operand.measuredBits : operand.type.bits;
}

function emitOneTable(
  entries: Float64Array,
  operand: MlirValue,
  call: MlirCall,
  emitter: MlirEmitter,
  bits: number,
): MlirValue {
  const dialect = dialectOf(call.result);
  const narrow = narrowTo(operand, bits, emitter);
  const first = entries[0] ?? 0;
  if (entries.every((entry) => entry === first)) {
    const zero = call.result.shape.length === 0 ? "FHE.zero" : "FHE.zero_tensor";
    const nothing = emitter.emit(zero, [], call.result);
    if (first === 0) return nothing;
    let constant = emitter.constant(scalar(first), clearType(call.result.bits + 1, []));
    if (call.result.shape.length > 0) constant = emitter.fromElement(constant);
    return emitter.emit(`${dialect}.add_eint_int`, [nothing, constant], call.result);
  }
  const on = broadcast(narrow, call.result.shape, emitter);
  const table: Tensor = { shape: [entries.length], data: entries };
  const lut = emitter.constant(table, clearType(64, table.shape));
  return emitter.emit(`${dialect}.apply_lookup_table`, [on, lut], call.result);
}

function narrowTo(value: MlirValue, bits: number, emitter: MlirEmitter): MlirValue {
  const { type } = value;
  if (type.bits === bits) return value;
  const dialect = dialectOf(type);
  let factor = emitter.constant(scalar(2 ** (type.bits - bits)), clearType(type.bits + 1, []));
  if (type.shape.length > 0) factor = emitter.fromElement(factor);
  const shifted = emitter.emit(`${dialect}.mul_eint_int`, [value, factor], type);
  return emitter.emit(`${dialect}.reinterpret_precision`, [shifted], { ...type, bits });
}

function clearType(bits: number, shape: readonly number[]): MlirType {
  return { kind: "clear", signed: false, bits, shape };
}
