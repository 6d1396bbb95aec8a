import type { Shape, Tensor } from "../base/tensor.js";

/** Type of a value in the module: `!FHE.eint<p>`, `!FHE.esint<p>`, `iK`, `index`, or tensors of them. */
export interface MlirType {
  readonly kind: "encrypted" | "clear" | "index";
  /** Of encrypted types; clear integers have no sign in MLIR. */
  readonly signed: boolean;
  readonly bits: number;
  readonly shape: Shape;
}

export interface MlirValue {
  /** SSA name, e.g. `%0`. */
  readonly name: string;
  readonly type: MlirType;
  /** Width of the values it holds as measured; `type.bits` may be larger. */
  readonly measuredBits: number;
  /** Of constants. */
  readonly value?: Tensor;
}

/** One node to be written. */
export interface MlirCall {
  readonly operands: readonly MlirValue[];
  readonly result: MlirType;
  /** For error messages. */
  readonly path: string;
}

/** In texts with a region: the value that is computed inside of it. */
export const insideName = "%inside";

/** Writes instructions into a function; equal instructions are written once. */
export interface MlirEmitter {
  /**
   * `%n = "op"(operands) {attributes} : (types) -> result`. `op` with its dialect, e.g. `FHE.neg_eint`; `attributes` as
   * text, e.g. `axis = 0 : i64`.
   */
  emit(
    op: string,
    operands: readonly MlirValue[],
    result: MlirType,
    attributes?: string,
  ): MlirValue;
  /**
   * An instruction with a text form of its own: `%name = text : types`, where `word` stands between the types. The result
   * has the last of them, or `result` where the text does not show it. Without a name the value is numbered.
   */
  write(
    name: string,
    text: string,
    types: readonly MlirType[],
    word: string,
    result?: MlirType,
  ): MlirValue;
  /** `tensor.from_elements`: a scalar as a tensor of shape `(1,)`. */
  fromElement(value: MlirValue): MlirValue;
  /** `arith.constant`. */
  constant(value: Tensor, type: MlirType): MlirValue;
}
