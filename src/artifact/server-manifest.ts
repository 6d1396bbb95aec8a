import type { RotationShape } from "../tfhe/bootstrap-shape.js";
import type { CryptoParameters } from "../tfhe/parameters.js";
import type { InputPartLayout } from "../tfhe/wire-input.js";
import type { OutputLayout } from "../tfhe/wire-output.js";
import type { ClearInfo } from "./clear-info.js";

/**
 * 2: several sets of bootstrap parameters, a shape for every kind of look-up, several parts of a request. 3: clear parameters travel as
 * they are; files without any are still of format 2.
 */
export const serverFormat = 3;
/** Of files without clear parameters. */
export const plainServerFormat = 2;

/** One stage as the runtime sees it. */
export interface StageInfo {
  readonly kernel: string;
  readonly items: number;
  readonly heavy: boolean;
  /** Of a bootstrap: position in `shapes`. */
  readonly shape?: number;
}

/** A step that readies the constants when a program is loaded; see `src/codegen/stage.ts`. */
export interface PreparationInfo {
  readonly kind: "copy" | "weights" | "tables";
  readonly from: number;
  readonly to: number;
  readonly bytes?: number;
  readonly count?: number;
  readonly precision?: number;
  readonly extensionLog2?: number;
  readonly tablesLog2?: number;
}

/** A bootstrap shape among the loaded constants. */
export interface ShapeInfo extends RotationShape {
  readonly place: number;
}

/** A part of a request's workspace. */
export interface PlaceInfo {
  readonly offset: number;
  readonly bytes: number;
}

/** A parameter that may take an earlier answer. */
export interface FeedInput {
  readonly name: string;
  /** Offset of its LWE ciphertexts in a request's workspace. */
  readonly place: number;
  readonly count: number;
  /** Outputs that may feed it: functions of the same module, by name. */
  readonly from: readonly { readonly function: string; readonly output: number }[];
}

/** How a circuit takes earlier answers as inputs. */
export interface FeedInfo {
  /** The first stages do nothing but turn an upload into LWE ciphertexts. */
  readonly stages: number;
  /** Parameters of the function, those included that cannot be fed. */
  readonly parameters: number;
  readonly inputs: readonly FeedInput[];
}

/** What a server must know of a circuit besides its code. */
export interface ServerManifest {
  readonly format: number;
  readonly name: string;
  readonly parameters: CryptoParameters;
  /** Parts of a request, in the order in which they travel. */
  readonly inputs: readonly InputPartLayout[];
  readonly outputs: readonly OutputLayout[];
  readonly stages: readonly StageInfo[];
  readonly preparations: readonly PreparationInfo[];
  readonly constantBytes: number;
  readonly requestBytes: number;
  /** Place of each part's seed and bodies in a request's workspace. */
  readonly uploadPlaces: readonly number[];
  readonly outputPlaces: readonly PlaceInfo[];
  /** Gets fresh secret randomness in every run, where answers are protected. */
  readonly randomPlace?: PlaceInfo;
  readonly shapes: readonly ShapeInfo[];
  readonly largestRead: number;
  readonly largestSlots: number;
  /** Of a function of a module: number of its first stage in the program that all functions share; absent for 0. */
  readonly firstStage?: number;
  readonly feed?: FeedInfo;
  /** Present where parameters are clear. Format 3. */
  readonly clear?: ClearInfo;
}
