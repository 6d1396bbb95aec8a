import { type Shape, shapeText } from "../base/tensor.js";
import { type IntegerType, integerTypeText } from "./integer-type.js";

/** What flows along an edge of the graph: integers of one type, with a shape, encrypted or clear. */
export interface ValueType {
  readonly encrypted: boolean;
  readonly type: IntegerType;
  readonly shape: Shape;
  /** True for 64-bit floating-point numbers, which exist before fusing and inside fused nodes; `type` says nothing then. */
  readonly float?: boolean;
}

/** `EncryptedTensor<uint2, shape=(1,)>`, `ClearScalar<int4>`. */
export function valueTypeText(value: ValueType): string {
  const status = value.encrypted ? "Encrypted" : "Clear";
  const type = value.float === true ? "float64" : integerTypeText(value.type);
  if (value.shape.length === 0) return `${status}Scalar<${type}>`;
  return `${status}Tensor<${type}, shape=${shapeText(value.shape)}>`;
}
