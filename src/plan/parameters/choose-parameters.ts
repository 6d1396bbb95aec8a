import { VelumError } from "../../base/error.js";
import { log2UnionFailure } from "../../security/failure.js";
import { type BootstrapTime, bootstrapTime, evaluationKeyMemoryBytes } from "./bootstrap-cost.js";
import { noParameters } from "./no-parameters.js";
import {
  bootstrapUploadBits,
  bootstrapVariance,
  extractionVariance,
  freshSourceVariance,
  predictLookup,
  predictOutput,
  uploadRoom,
} from "./noise-prediction.js";
import type {
  LookupNoise,
  OutputNoise,
  ParameterChoice,
  ParameterRequest,
} from "./parameter-request.js";
import { limitsOf, searchParameters } from "./parameter-search.js";
import { constraintsIn, type SetCandidate } from "./set-request.js";

/**
 * The fastest parameters that meet every look-up and output constraint, at 132 bits of security: one GLWE key, and as many sets of
 * small key, key-switch key and bootstrap key as pay off. Shapes are those that the kernels compute; noise formulas:
 * `src/security/noise-*.ts`. Deterministic. Takes some 10 ms.
 *
 * Errors: `bad-argument` without look-ups; `no-parameters` when nothing in the search space is quiet (or small, or fast) enough.
 */
export function chooseParameters(request: ParameterRequest): ParameterChoice {
  if (request.lookups.length === 0) {
    throw new VelumError({
      code: "bad-argument",
      path: "parameter search",
      problem: "there is no table look-up to choose parameters for",
      cure: "Use chooseLinearParameters for a circuit without look-ups",
    });
  }
  const best = searchParameters(request, "time");
  if (best === undefined || best.runMs > request.limits.maxRunMs) throw noParameters(request);
  return describeChoice(request, best);
}

/** A candidate with what is predicted of it. */
export function describeChoice(request: ParameterRequest, best: SetCandidate): ParameterChoice {
  const { glwe, bootstraps, setOf, extensions } = best;
  const variances = bootstraps.map(({ bootstrapGadget, lwe }) =>
    bootstrapVariance(glwe, bootstrapGadget, lwe.dimension),
  );
  const limits = limitsOf(request);
  const uploadBits = bootstrapUploadBits(glwe, uploadRoom(constraintsIn(limits)));
  const sources = {
    fresh: freshSourceVariance(glwe, uploadBits),
    extraction: extractionVariance(glwe),
    bootstraps: setOf.map((set) => variances[set] ?? 0),
    diagrams: request.diagrams?.variance(glwe) ?? 0,
  };
  const rotations = request.lookups.map(({ tablesLog2 }, kind) => ({
    set: setOf[kind] ?? 0,
    extensionLog2: extensions[kind] ?? 0,
    tablesLog2,
  }));
  const lookups: LookupNoise[] = [];
  const times: BootstrapTime[] = [];
  for (const [kind, lookup] of request.lookups.entries()) {
    const { set = 0, extensionLog2 = 0 } = rotations[kind] ?? {};
    const bootstrap = bootstraps[set];
    if (bootstrap === undefined) continue;
    const noises = lookup.sources.map((norms) =>
      predictLookup(lookup, norms, sources, glwe, bootstrap, extensionLog2),
    );
    lookups.push(noises.reduce((a, b) => (b.failureLog2 > a.failureLog2 ? b : a)));
    times.push(bootstrapTime(glwe, bootstrap, extensionLog2, request.rates));
  }
  const outputs: OutputNoise[] = limits.outputs.flatMap(
    ({ output, largest }) => predictOutput(output, glwe, sources, largest) ?? [],
  );
  const shares = [
    ...lookups.map((noise, i) => ({ ...noise, count: request.lookups[i]?.count ?? 0 })),
    ...outputs.map((noise, i) => ({ ...noise, count: request.outputs[i]?.count ?? 0 })),
  ];
  return {
    parameters: { glwe, bootstraps },
    rotations,
    uploadBits,
    lookups,
    outputs,
    runFailureLog2: log2UnionFailure(shares),
    times,
    runMs: best.runMs,
    evaluationKeyBytes: best.keyBytes,
    evaluationKeyMemoryBytes: bootstraps.reduce(
      (sum, bootstrap) => sum + evaluationKeyMemoryBytes(glwe, bootstrap),
      0,
    ),
  };
}
