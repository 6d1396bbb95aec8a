import type { Shape } from "../base/tensor.js";
import type { IntegerType } from "../graph/integer-type.js";
import type { Bounds } from "../graph/node.js";
import type { IntegerTrees } from "../op-spec/integer-trees.js";
import type { AffineMap } from "../program/affine.js";
import type { ClearPart, ClearRows } from "./clear-part.js";

/** A vector of encrypted integers in a region program; all elements have one type. */
export interface RegionValue {
  /** Position in `RegionProgram.values`. */
  readonly id: number;
  readonly size: number;
  /** The graph node whose flattened value this is; undefined for the joined inputs. */
  readonly node: number | undefined;
  /** Measured type and bounds. For the joined inputs, the ones that hold for all of them. */
  readonly type: IntegerType;
  readonly bounds: Bounds;
  /** Width that the width pass reserved, or the measured one if it has not run. */
  readonly assignedBits: number;
}

/**
 * Every element of `result` is an integer combination of the elements of `sources`, joined in order: inputs, results of look-ups, or
 * of affine steps that are read many times.
 */
export interface AffineStep {
  readonly kind: "affine";
  readonly sources: readonly number[];
  readonly map: AffineMap;
  /**
   * The result stands this many bits higher in its ciphertexts than the sources: weights apply times 2^scaleLog2 there. A
   * look-up reads a value of few bits that shares the wide encoding of others.
   */
  readonly scaleLog2: number;
  readonly result: number;
  /**
   * Present where weights or constants depend on clear parameters. `map` then holds the largest magnitudes that weights may have, and no
   * constants; the numbers come from the program's clear part.
   */
  readonly clear?: ClearRows;
}

/** A table over every value of a look-up's argument. */
export interface RegionTable {
  /** Value that entry 0 belongs to. */
  readonly first: number;
  /** `[2^precision]` results for values 2^low apart, ascending. Halves where a result is one of two and `addend` completes it. */
  readonly entries: Float64Array;
  /** Added to all results. */
  readonly addend: number;
}

/**
 * Element `i` of `result` is the entry for element `i` of `source` in `tables[tableOf[i]]`, plus the table's addend. Arguments are multiples of
 * 2^low, or are read as the nearest one (`inBand`), or stand between two of them where it does not matter which is read. Where they leave the table, the ciphertext wraps: entry `v + 2^precision` is minus entry `v`, and so on around, so that a
 * table can read bits `low` to `low + precision` of a number whatever its higher bits are.
 */
export interface LookupStep {
  readonly kind: "lookup";
  readonly source: number;
  readonly precision: number;
  readonly low: number;
  /**
   * Present where arguments are no multiples of 2^low, but lie between two of them, and the nearest is read: it may be either one
   * for the `inBand` integers below and above the middle. Arguments are then odd numbers of halves.
   */
  readonly inBand?: number;
  readonly tables: readonly RegionTable[];
  readonly tableOf: Int32Array;
  /**
   * `[size]` a number for each element that names its argument: elements with one number look up the same combination of values, so
   * their noise is not independent. Unique over the whole program.
   */
  readonly origins: Int32Array;
  readonly result: number;
}

/** `result` is the sum of decision trees that ask fresh inputs: feature f is element `columns[f]` of value 0. */
export interface EnsembleStep {
  readonly kind: "ensemble";
  readonly columns: Int32Array;
  readonly trees: IntegerTrees;
  readonly result: number;
}

export type RegionStep = AffineStep | LookupStep | EnsembleStep;

/** One parameter: the elements of value 0 from `start` on. */
export interface RegionInput {
  readonly name: string;
  readonly node: number;
  readonly start: number;
  readonly shape: Shape;
  readonly type: IntegerType;
  readonly bounds: Bounds;
  readonly assignedBits: number;
}

/** A clear parameter, which travels as it is. */
export type ClearInput = Pick<RegionInput, "name" | "shape" | "type">;

export interface RegionOutput {
  readonly value: number;
  readonly node: number;
  readonly shape: Shape;
}

/**
 * A graph as alternating affine maps and look-ups. Value 0 holds all encrypted inputs, flattened and joined in the order of the
 * parameters. Chains of linear operations are one map, so that their noise is known exactly.
 */
export interface RegionProgram {
  readonly values: readonly RegionValue[];
  readonly inputs: readonly RegionInput[];
  /** In an order in which every source is computed before it is read. */
  readonly steps: readonly RegionStep[];
  readonly outputs: readonly RegionOutput[];
  /** Present where parameters are clear: what the server computes from them, and the parameters in their order. */
  readonly clear?: ClearPart & { readonly inputs: readonly ClearInput[] };
}
