import type { BootstrapParameters, GlweParameters } from "../../tfhe/parameters.js";
import type { KernelRates } from "../kernel-rates.js";
import type { LookupConstraint, NoiseSources, OutputConstraint } from "./parameter-request.js";

/** The constraints with the largest variance that each allows. */
export interface VarianceLimits {
  readonly lookups: readonly { readonly lookup: LookupConstraint; readonly largest: number }[];
  readonly outputs: readonly { readonly output: OutputConstraint; readonly largest: number }[];
}

/** All constraints, whatever they are on. */
export function constraintsIn({ lookups, outputs }: VarianceLimits): readonly {
  readonly sources: readonly NoiseSources[];
  readonly largest: number;
}[] {
  return [
    ...lookups.map(({ lookup: { sources }, largest }) => ({ sources, largest })),
    ...outputs.map(({ output: { sources }, largest }) => ({ sources, largest })),
  ];
}

/** What candidates are compared by: predicted time, or bytes of evaluation keys as they travel or in the server's memory. */
export type Objective = "time" | "keys" | "memory";

/** What sets must meet, and what they are compared by. */
export interface SetRequest {
  readonly limits: VarianceLimits;
  readonly rates: KernelRates;
  readonly maxEvaluationKeyBytes: number;
  /** Of expanded keys. */
  readonly maxKeyMemoryBytes: number;
  readonly objective: Objective;
  /** Whether a GLWE key may be used. */
  readonly admits: (glwe: GlweParameters) => boolean;
  /** Variance of sums of decision diagrams under a GLWE key. */
  readonly diagramVariance?: ((glwe: GlweParameters) => number) | undefined;
}

/** What all look-ups of a run take, or those of one set. */
export interface SetCosts {
  /** Milliseconds. */
  readonly runMs: number;
  readonly keyBytes: number;
  /** Of expanded keys. */
  readonly keyMemoryBytes: number;
}

/** Parameters for every set, and the extension of every kind of look-up. */
export interface SetCandidate extends SetCosts {
  readonly glwe: GlweParameters;
  readonly bootstraps: readonly BootstrapParameters[];
  /** By kind. */
  readonly setOf: readonly number[];
  readonly extensions: readonly number[];
}

/** A set's best choice while the noise of the other sets' results is held fixed. */
export interface OwnChoice extends SetCosts {
  readonly bootstrap: BootstrapParameters;
  /** Of the kinds of this set, in their order. */
  readonly extensions: readonly number[];
  /** Of its results. */
  readonly variance: number;
}

/** What is to be least. */
export function objectiveValue({ objective }: SetRequest, own: SetCosts): number {
  if (objective === "time") return own.runMs;
  return objective === "keys" ? own.keyBytes : own.keyMemoryBytes;
}
