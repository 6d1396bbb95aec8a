import { VelumError } from "../base/error.js";
import { largestVariance, log2UnionFailure } from "../security/failure.js";
import { centredModulusSwitchVariance } from "../security/noise-modulus-switch.js";
import type { BootstrapParameters, GlweParameters } from "../tfhe/parameters.js";
import { bootstrapTime, evaluationKeyBytes, evaluationKeyMemoryBytes } from "./bootstrap-cost.js";
import {
  bootstrapUploadBits,
  lookupLimit,
  outputLimit,
  positionsLog2,
  predictLookup,
  predictOutput,
  type SourceVariances,
  sourceVariances,
  sumVariance,
} from "./noise-prediction.js";
import type {
  LookupConstraint,
  OutputConstraint,
  ParameterChoice,
  ParameterRequest,
} from "./parameter-request.js";
import { bootstrapKeys, keySwitches, lweKeys } from "./search-space.js";

const largestExtensionLog2 = 9;

/**
 * The fastest parameters that meet every look-up and output constraint at 132 bits of security, by exhaustive search over the shapes
 * that the kernels compute. Noise formulas: `src/security/noise-*.ts`. Deterministic; equal predicted time is decided by lower failure.
 * Takes some 10 ms.
 *
 * Errors: `bad-argument` without look-ups; `no-parameters` when nothing in the search space is quiet (or small) enough.
 */
export function searchParameters(request: ParameterRequest): ParameterChoice {
  if (request.lookups.length === 0) {
    throw new VelumError({
      code: "bad-argument",
      path: "parameter search",
      problem: "there is no table look-up to choose parameters for",
      cure: "Use chooseLinearParameters for a circuit without look-ups",
    });
  }
  const limits = limitsOf(request);
  let best: Candidate | undefined;
  for (const { glwe, bootstrapGadgets } of bootstrapKeys()) {
    for (const lwe of lweKeys()) {
      const switches = keySwitches(glwe, lwe);
      for (const bootstrapGadget of bootstrapGadgets) {
        const sources = sourceVariances(glwe, bootstrapGadget, lwe.dimension);
        if (!outputsFit(limits, glwe, sources)) continue;
        for (let extensionLog2 = 0; extensionLog2 <= largestExtensionLog2; extensionLog2++) {
          const room = keySwitchRoom(limits, glwe, lwe.dimension, extensionLog2, sources);
          // The first that fits is the cheapest.
          const keySwitch = switches.find((candidate) => candidate.variance <= room);
          if (keySwitch === undefined) continue;
          const keySwitchGadget = keySwitch.gadget;
          const bootstrap = { lwe, bootstrapGadget, keySwitchGadget, extensionLog2 };
          if (evaluationKeyBytes(glwe, bootstrap) > request.maxEvaluationKeyBytes) continue;
          best = better(request, best, { glwe, bootstrap });
        }
      }
    }
  }
  if (best === undefined) throw noParameters(request);
  return describe(request, limits, best);
}

interface Candidate {
  readonly glwe: GlweParameters;
  readonly bootstrap: BootstrapParameters;
}

/** The constraints with the largest variance that each allows. */
interface Limits {
  readonly lookups: readonly { readonly lookup: LookupConstraint; readonly largest: number }[];
  readonly outputs: readonly { readonly output: OutputConstraint; readonly largest: number }[];
}

function limitsOf(request: ParameterRequest): Limits {
  // The quantile of the failure probability is the costly part: once.
  const unit = largestVariance(1, request.failureLog2);
  return {
    lookups: request.lookups.map((lookup) => ({
      lookup,
      largest: lookupLimit(lookup) ** 2 * unit,
    })),
    outputs: request.outputs.map((output) => ({
      output,
      largest: outputLimit(output) ** 2 * unit,
    })),
  };
}

function outputsFit(limits: Limits, glwe: GlweParameters, sources: SourceVariances): boolean {
  return limits.outputs.every(
    ({ output, largest }) => predictOutput(output, glwe, sources, largest) !== undefined,
  );
}

/** The variance that the key switch may add, by the tightest look-up; negative when none fits. */
function keySwitchRoom(
  limits: Limits,
  glwe: GlweParameters,
  lweDimension: number,
  extensionLog2: number,
  sources: SourceVariances,
): number {
  let room = Number.POSITIVE_INFINITY;
  for (const { lookup, largest } of limits.lookups) {
    const positions = positionsLog2(glwe, extensionLog2, lookup);
    // A box of the table is an even number of positions wide.
    if (positions < lookup.precision + (lookup.negacyclic ? 1 : 2)) return -1;
    const modulusSwitch = centredModulusSwitchVariance(lweDimension, positions);
    room = Math.min(room, largest - sumVariance(lookup, sources) - modulusSwitch);
  }
  return room;
}

function better(request: ParameterRequest, a: Candidate | undefined, b: Candidate): Candidate {
  if (a === undefined) return b;
  const timeA = bootstrapTime(a.glwe, a.bootstrap, request.rates).totalMs;
  const timeB = bootstrapTime(b.glwe, b.bootstrap, request.rates).totalMs;
  if (timeA !== timeB) return timeB < timeA ? b : a;
  return worstFailure(request, b) < worstFailure(request, a) ? b : a;
}

function worstFailure(request: ParameterRequest, { glwe, bootstrap }: Candidate): number {
  const failures = request.lookups.map(
    (lookup) => predictLookup(lookup, glwe, bootstrap).failureLog2,
  );
  return Math.max(...failures);
}

function describe(request: ParameterRequest, limits: Limits, best: Candidate): ParameterChoice {
  const { glwe, bootstrap } = best;
  const sources = sourceVariances(glwe, bootstrap.bootstrapGadget, bootstrap.lwe.dimension);
  const lookups = request.lookups.map((lookup) => predictLookup(lookup, glwe, bootstrap));
  const outputs = limits.outputs.flatMap(
    ({ output, largest }) => predictOutput(output, glwe, sources, largest) ?? [],
  );
  const shares = [
    ...lookups.map((noise, i) => ({ ...noise, count: request.lookups[i]?.count ?? 0 })),
    ...outputs.map((noise, i) => ({ ...noise, count: request.outputs[i]?.count ?? 0 })),
  ];
  const time = bootstrapTime(glwe, bootstrap, request.rates);
  const rotations = request.lookups.reduce((sum, lookup) => sum + lookup.count, 0);
  return {
    parameters: { glwe, bootstrap },
    uploadBits: bootstrapUploadBits(glwe),
    lookups,
    outputs,
    runFailureLog2: log2UnionFailure(shares),
    time,
    runMs: rotations * time.totalMs,
    evaluationKeyBytes: evaluationKeyBytes(glwe, bootstrap),
    evaluationKeyMemoryBytes: evaluationKeyMemoryBytes(glwe, bootstrap),
  };
}

function noParameters(request: ParameterRequest): VelumError {
  const widest = request.lookups.reduce((a, b) => (b.precision > a.precision ? b : a));
  const keyLimit = Number.isFinite(request.maxEvaluationKeyBytes)
    ? ` with evaluation keys of at most ${request.maxEvaluationKeyBytes} bytes`
    : "";
  return new VelumError({
    code: "no-parameters",
    path: "parameter search",
    problem:
      `no parameters at 132 bits of security evaluate a table of ${widest.precision} bits ` +
      `(squared norms ${widest.bootstrapSquaredNorm} on look-ups, ${widest.freshSquaredNorm} on inputs) ` +
      `with failure below 2^${request.failureLog2}${keyLimit}`,
    limit: request.failureLog2,
    actual: widest.precision,
    cure: "Use fewer bits for the table or smaller weights before it, or allow larger keys or a higher failure probability",
  });
}
