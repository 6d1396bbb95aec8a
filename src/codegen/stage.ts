import type { ClearAffineInstruction, ClearLinearInstruction } from "../program/program.js";
import type { RotationShape } from "../tfhe/bootstrap-shape.js";

/**
 * One data-parallel step of machine code: `items` calls' worth of work for every request, done by one kernel. The kernel gets the
 * common stage parameters, the items of a request, then `constants` (kernels/eval.c).
 */
export interface Stage {
  readonly kernel: string;
  /** Items of one request. */
  readonly items: number;
  readonly constants: readonly number[];
  /** Of a bootstrap: position in `StagedProgram.shapes`. */
  readonly shape?: number;
  /** Long enough that threads should share it. */
  readonly heavy: boolean;
}

/** What is done to the constants once, when a program is loaded. Offsets are bytes into the raw and into the loaded constants. */
export type Preparation =
  | { readonly kind: "copy"; readonly from: number; readonly to: number; readonly bytes: number }
  /** `count` polynomials of N i32 become N f64 each, in the Fourier domain. */
  | { readonly kind: "weights"; readonly from: number; readonly to: number; readonly count: number }
  /** `count` groups of 2^tablesLog2 tables of 2^precision i32 become test polynomials. */
  | {
      readonly kind: "tables";
      readonly from: number;
      readonly to: number;
      readonly count: number;
      readonly precision: number;
      readonly extensionLog2: number;
      readonly tablesLog2: number;
    };

/** A bootstrap shape in the constants. */
export interface ShapePlace extends RotationShape {
  /** Offset of its 9 words in the loaded constants. */
  readonly place: number;
}

/** Where one output's packed ciphertexts, or another block, lie in a request's workspace. */
export interface OutputPlace {
  readonly offset: number;
  readonly bytes: number;
}

/** Where the numbers of a `clear linear` instruction lie in a request's workspace: polynomials of N i32, and u64 a position. */
export interface ClearLinearPlace {
  readonly kind: "linear";
  readonly instruction: ClearLinearInstruction;
  readonly weights: OutputPlace;
  readonly addends: OutputPlace;
}

/** The same for `clear affine`: i32 `[count + 1]`, `[terms]`, `[terms]`, u32 `[count]`. */
export interface ClearAffinePlace {
  readonly kind: "affine";
  readonly instruction: ClearAffineInstruction;
  readonly starts: number;
  readonly columns: number;
  readonly weights: number;
  readonly addends: number;
}

export type ClearPlace = ClearLinearPlace | ClearAffinePlace;

/** Everything that code generation fixes: stages, and the sizes and places of what they work on. */
export interface StagedProgram {
  readonly stages: readonly Stage[];
  readonly preparations: readonly Preparation[];
  /** Constants as they travel. */
  readonly rawConstants: Uint8Array<ArrayBuffer>;
  /** Bytes of the loaded constants. */
  readonly constantBytes: number;
  /** Bytes of one request's workspace, and the places of the seed with bodies of each part of its input and of its outputs. */
  readonly requestBytes: number;
  readonly uploadPlaces: readonly number[];
  readonly outputPlaces: readonly OutputPlace[];
  /** Of fresh randomness for every run, where answers are protected. */
  readonly randomPlace?: OutputPlace;
  /** Of what the server computes from clear parameters, in the order of the instructions. */
  readonly clearPlaces: readonly ClearPlace[];
  /** One for every kind of bootstrap in the program. */
  readonly shapes: readonly ShapePlace[];
  /** Offset of the first LWE ciphertext of a request's workspace. */
  readonly slotsPlace: number;
  /** Most bodies read from one GLWE ciphertext. */
  readonly largestRead: number;
  /** Most intermediate ciphertexts of a chunk of decision diagrams. */
  readonly largestSlots: number;
}
