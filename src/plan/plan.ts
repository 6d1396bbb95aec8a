import type { RegionProgram } from "../ops/region-program.js";
import type { TfheProgram } from "../program/program.js";
import type { CryptoParameters } from "../tfhe/parameters.js";
import type { OutputLayout } from "../tfhe/wire-output.js";
import type { KernelRates } from "./kernel-rates.js";
import { planBootstrap } from "./plan-bootstrap.js";
import { planLinear } from "./plan-linear.js";

/** Which kind of evaluation a circuit uses; `linear` needs no evaluation keys. */
export type Lane = "linear" | "bootstrap";

/** How the client turns the joined inputs into one uploaded vector. */
export interface InputEncoding {
  /** Numbers uploaded, zeros around the inputs included. */
  readonly length: number;
  /** Place of the first input in the vector. */
  readonly start: number;
  /** Number m of input i travels as m 2^(shift of i) in units of 2^deltaLog2 of the 64-bit torus. */
  readonly shifts: readonly number[];
  readonly deltaLog2: number;
  readonly bodyBits: number;
}

/** How the client reads one output. */
export interface OutputEncoding {
  readonly layout: OutputLayout;
  readonly deltaLog2: number;
  readonly messageBits: number;
  readonly signed: boolean;
}

/** log2 of failure probabilities; see docs/security.md. */
export interface PlanFailure {
  /** The worst single look-up or output. */
  readonly worstLog2: number;
  /** Union over everything in one run. */
  readonly runLog2: number;
}

/** A lane, its parameters, the program for the server and the encodings for the client. */
export interface Plan {
  readonly lane: Lane;
  readonly parameters: CryptoParameters;
  readonly program: TfheProgram;
  readonly input: InputEncoding;
  readonly outputs: readonly OutputEncoding[];
  readonly failure: PlanFailure;
  /** Rotations of one run. */
  readonly bootstraps: number;
  /** Predicted time of one run's bootstraps on one thread of the machine that `rates` describes, milliseconds. */
  readonly bootstrapMs: number;
}

export interface PlanOptions {
  /** log2 of the allowed failure probability of each look-up and each output: -64, or -128 where decryptions are shared. */
  readonly failureLog2: number;
  readonly maxEvaluationKeyBytes: number;
  readonly rates: KernelRates;
}

/**
 * Chooses lane, encodings and parameters. `inputBits[i]` is the width assigned to input i of the region program.
 * Errors: `no-parameters`, `width-too-wide`, `unsupported-op`. Takes some 10 ms.
 */
export function planProgram(
  regions: RegionProgram,
  inputBits: readonly number[],
  options: PlanOptions,
): Plan {
  const looksUp = regions.steps.some((step) => step.kind === "lookup");
  return looksUp ? planBootstrap(regions, inputBits, options) : planLinear(regions, options);
}
