import { VelumError } from "../base/error.js";
import { shapeText, type Tensor } from "../base/tensor.js";
import { requireFinite } from "./finite.js";
import type { InputQuantizer } from "./input-quantizer.js";
import { parseUniformQuantizer } from "./uniform-quantizer-json.js";
import { type Granularity, type ValueRange, valueRange } from "./value-range.js";

/** Widest quantized integer. Wider ones could not be multiplied and summed exactly in double precision. */
export const maxQuantizerBits = 32;

/** How a quantizer is fitted to data. */
export interface Calibration {
  /** 1 to 32; 2 to 32 where `symmetric`. */
  readonly nBits: number;
  /** Integers from `-2^(nBits-1)` instead of from 0. Default false. */
  readonly signed?: boolean;
  /**
   * Zero point 0 and integers from `-(2^(nBits-1)-1)` to `2^(nBits-1)-1`, so that `-x` maps to `-q`: the form for
   * weights. Needs `signed`. Default false.
   */
  readonly symmetric?: boolean;
  /** Default `"global"`. */
  readonly granularity?: Granularity;
  /** Share of values clipped at each end, 0 to below 0.5; 0 (default) keeps minimum and maximum. */
  readonly tail?: number;
}

/** The numbers that make a quantizer; also its JSON form, in which every double survives exactly. */
export interface UniformQuantizerForm {
  readonly kind: "uniform-quantizer";
  readonly nBits: number;
  readonly signed: boolean;
  readonly symmetric: boolean;
  /** One entry (global) or one for each feature; above 0. */
  readonly scale: readonly number[];
  /** As long as `scale`. */
  readonly zeroPoint: readonly number[];
}

/**
 * Affine quantizer: `real = scale * (q - zeroPoint)`, `q = clip(round(real / scale + zeroPoint))`, rounding halves
 * to the even integer. Immutable. Values outside the calibrated range are clipped to its ends.
 *
 * Calibration rounds the zero point to an integer, so real 0 maps to an integer exactly and a graph may subtract it;
 * the range's ends may then move by half a step. Source: Jacob et al., arXiv 1712.05877, section 2.1.
 */
export class UniformQuantizer implements InputQuantizer {
  readonly nBits: number;
  readonly signed: boolean;
  readonly symmetric: boolean;
  readonly scale: Float64Array;
  readonly zeroPoint: Float64Array;
  /** Least and greatest integer that `quantize` gives. */
  readonly qMin: number;
  readonly qMax: number;

  /** Errors: `bad-argument` for widths, signs or lengths that do not fit together. */
  constructor(form: Omit<UniformQuantizerForm, "kind">) {
    checkWidth(form.nBits, form.signed, form.symmetric);
    checkScales(form.scale, form.zeroPoint, form.symmetric);
    this.nBits = form.nBits;
    this.signed = form.signed;
    this.symmetric = form.symmetric;
    this.scale = Float64Array.from(form.scale);
    this.zeroPoint = Float64Array.from(form.zeroPoint);
    ({ qMin: this.qMin, qMax: this.qMax } = integerRange(form));
  }

  /**
   * Fits a quantizer to `x` of any shape with at least one number (`[rows, features]` where `perFeature`).
   * A group whose values are all equal gets a scale at which that value is exact.
   * Errors: `not-a-number`, `bad-argument`, `empty-inputset`.
   */
  static calibrate(x: Tensor, calibration: Calibration): UniformQuantizer {
    const { nBits, signed = false, symmetric = false, granularity = "global" } = calibration;
    const tail = calibration.tail ?? 0;
    checkWidth(nBits, signed, symmetric);
    if (!(tail >= 0 && tail < 0.5)) {
      throw bad("tail", `is ${tail}`, "Pass a share from 0 to below 0.5", tail);
    }
    if (x.data.length === 0) {
      throw new VelumError({
        code: "empty-inputset",
        path: "calibration data",
        problem: `holds no numbers (shape ${shapeText(x.shape)})`,
        cure: "Pass data like that which will be quantized",
      });
    }
    return UniformQuantizer.forRange(valueRange(x, granularity, tail), {
      nBits,
      signed,
      symmetric,
    });
  }

  /** The quantizer whose integers span `range` (finite, `low <= high`). Errors: `bad-argument`. */
  static forRange(
    range: ValueRange,
    width: { readonly nBits: number; readonly signed: boolean; readonly symmetric: boolean },
  ): UniformQuantizer {
    checkWidth(width.nBits, width.signed, width.symmetric);
    const fit = width.symmetric ? fitSymmetric : fitAffine;
    const { qMin, qMax } = integerRange(width);
    const steps = Array.from(range.low, (low, i) => fit(low, range.high[i] ?? low, qMin, qMax));
    return new UniformQuantizer({
      ...width,
      scale: steps.map((step) => step.scale),
      zeroPoint: steps.map((step) => step.zeroPoint),
    });
  }

  /** Features with a scale of their own; `undefined` where one scale serves all. */
  get features(): number | undefined {
    return this.scale.length === 1 ? undefined : this.scale.length;
  }

  /**
   * Integers for `x`, same shape. The last axis of `x` must be as long as `scale` unless that has one entry.
   * Errors: `not-a-number` with row and column; `bad-shape`. `path` names the data in them.
   */
  quantize(x: Tensor, path = "X"): Tensor {
    requireFinite(x, path);
    const groups = this.#groupsFor(x, path);
    return this.#map(x, (value, i) => {
      const group = i % groups;
      const q = roundHalfEven(value / (this.scale[group] ?? 1) + (this.zeroPoint[group] ?? 0));
      return Math.min(this.qMax, Math.max(this.qMin, q)) + 0; // + 0 turns -0 into 0
    });
  }

  /** `scale * (q - zeroPoint)`, same shape. Errors: `bad-shape`. */
  dequantize(q: Tensor, path = "q"): Tensor {
    const groups = this.#groupsFor(q, path);
    return this.#map(q, (value, i) => {
      const group = i % groups;
      return (this.scale[group] ?? 1) * (value - (this.zeroPoint[group] ?? 0)) + 0;
    });
  }

  toJSON(): UniformQuantizerForm {
    return {
      kind: "uniform-quantizer",
      nBits: this.nBits,
      signed: this.signed,
      symmetric: this.symmetric,
      scale: Array.from(this.scale),
      zeroPoint: Array.from(this.zeroPoint),
    };
  }

  /** Reads what `toJSON` gave, from a file that nobody vouches for. Errors: `file-corrupt`. */
  static fromJSON(value: unknown, path = "quantizer"): UniformQuantizer {
    return new UniformQuantizer(parseUniformQuantizer(value, path));
  }

  #groupsFor(x: Tensor, path: string): number {
    const groups = this.scale.length;
    if (groups === 1 || x.shape.at(-1) === groups) return groups;
    throw new VelumError({
      code: "bad-shape",
      path,
      problem: `its shape ${shapeText(x.shape)} does not end in the quantizer's ${groups} features`,
      limit: groups,
      actual: x.shape.at(-1) ?? 0,
      cure: "Pass the features that the quantizer was calibrated on, in the same order",
    });
  }

  #map(x: Tensor, f: (value: number, i: number) => number): Tensor {
    return { shape: x.shape, data: x.data.map(f) };
  }
}

/** Nearest integer, halves to the even one (IEEE 754 roundTiesToEven; NumPy's `rint`). */
export function roundHalfEven(x: number): number {
  const below = Math.floor(x);
  const part = x - below;
  if (part !== 0.5) return part < 0.5 ? below : below + 1;
  return below % 2 === 0 ? below : below + 1;
}

function integerRange(width: {
  readonly nBits: number;
  readonly signed: boolean;
  readonly symmetric: boolean;
}): { qMin: number; qMax: number } {
  const half = 2 ** (width.nBits - 1);
  if (!width.signed) return { qMin: 0, qMax: 2 * half - 1 };
  return { qMin: width.symmetric ? 1 - half : -half, qMax: half - 1 };
}

/** Below this, steps would be subnormal doubles, which have too few bits to divide by. */
const leastScale = 2 ** -1000;

interface Step {
  readonly scale: number;
  readonly zeroPoint: number;
}

function fitAffine(low: number, high: number, qMin: number, qMax: number): Step {
  const levels = qMax - qMin;
  const scale = high / levels - low / levels; // the difference itself could overflow
  const zeroPoint = roundHalfEven(qMin - low / scale) + 0;
  if (scale >= leastScale && Math.abs(zeroPoint) < 2 ** 52) return { scale, zeroPoint };
  // One value, or values closer together than doubles can count: make the lower end exact, and leave room from 0 to beyond it, or
  // around 1: other rows may have other values, and a step as large as the value would give its weight the coarsest scale of all.
  const steps = 2 ** Math.floor(Math.log2(levels + 1) - 1);
  if (low === 0) return { scale: 1 / steps, zeroPoint: qMin };
  const step = Math.abs(low) / steps;
  if (step < leastScale) return { scale: Math.abs(low), zeroPoint: low > 0 ? qMin : qMin + 1 };
  return { scale: step, zeroPoint: low > 0 ? qMin : qMin + steps };
}

function fitSymmetric(low: number, high: number, _qMin: number, qMax: number): Step {
  const scale = Math.max(Math.abs(low), Math.abs(high)) / qMax;
  return { scale: scale >= leastScale ? scale : 1, zeroPoint: 0 };
}

function checkWidth(nBits: number, signed: boolean, symmetric: boolean): void {
  const least = symmetric ? 2 : 1;
  if (!Number.isInteger(nBits) || nBits < least || nBits > maxQuantizerBits) {
    throw bad(
      "nBits",
      `is ${nBits}`,
      `Pass an integer from ${least} to ${maxQuantizerBits}`,
      nBits,
    );
  }
  if (symmetric && !signed) {
    throw bad("symmetric", "is set for an unsigned quantizer", "Set signed too");
  }
}

function checkScales(
  scale: readonly number[],
  zeroPoint: readonly number[],
  symmetric: boolean,
): void {
  if (scale.length === 0 || scale.length !== zeroPoint.length) {
    const lengths = `have ${scale.length} and ${zeroPoint.length} entries`;
    throw bad("scale and zeroPoint", lengths, "Pass one of each for every feature, or one in all");
  }
  for (const value of scale) {
    if (!(value > 0 && value < Number.POSITIVE_INFINITY)) {
      throw bad("scale", `is ${value}`, "Pass finite numbers above 0", value);
    }
  }
  for (const value of zeroPoint) {
    if (!Number.isFinite(value) || (symmetric && value !== 0)) {
      throw bad("zeroPoint", `is ${value}`, `Pass ${symmetric ? "0" : "finite numbers"}`, value);
    }
  }
}

function bad(path: string, problem: string, cure: string, actual?: number): VelumError {
  const parts = { code: "bad-argument", path, problem, cure } as const;
  return new VelumError(actual === undefined ? parts : { ...parts, actual });
}
