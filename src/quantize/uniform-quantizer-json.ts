import { corruptPart, fieldsOf, isFiniteList } from "./json-checks.js";

/** The fields of a quantizer as read from JSON, checked one by one. */
interface QuantizerFields {
  readonly nBits: number;
  readonly signed: boolean;
  readonly symmetric: boolean;
  readonly scale: readonly number[];
  readonly zeroPoint: readonly number[];
}

/** Checks a quantizer's JSON form, which may come from a damaged or hostile file. Errors: `file-corrupt`. */
export function parseUniformQuantizer(value: unknown, path: string): QuantizerFields {
  const fields = fieldsOf(value);
  const { kind, nBits, signed, symmetric, scale, zeroPoint } = fields;
  if (kind !== "uniform-quantizer") throw corruptPart(path, "is not a uniform quantizer");
  if (typeof signed !== "boolean" || typeof symmetric !== "boolean" || (symmetric && !signed)) {
    throw corruptPart(path, "signed and symmetric do not fit together");
  }
  const least = symmetric ? 2 : 1;
  if (typeof nBits !== "number" || !Number.isInteger(nBits) || nBits < least || nBits > 32) {
    throw corruptPart(path, `nBits is not an integer from ${least} to 32`);
  }
  if (!isFiniteList(scale) || scale.length === 0 || scale.some((entry) => entry <= 0)) {
    throw corruptPart(path, "scale is not a list of finite numbers above 0");
  }
  if (!isFiniteList(zeroPoint) || zeroPoint.length !== scale.length) {
    throw corruptPart(path, "zeroPoint is not a list of finite numbers as long as scale");
  }
  if (symmetric && zeroPoint.some((entry) => entry !== 0)) {
    throw corruptPart(path, "a symmetric quantizer has a zero point other than 0");
  }
  return { nBits, signed, symmetric, scale, zeroPoint };
}
