import { VelumError } from "../base/error.js";
import type { NoiseSources, ParameterRequest } from "./parameter-request.js";
import { noLimits } from "./parameter-request.js";
import { limitsOf, searchParameters, uploadBytes } from "./parameter-search.js";
import { bootstrapKeys } from "./search-space.js";
import type { Objective, SetCandidate } from "./set-search.js";

/** Failure probabilities that a cure may propose: log2, rising. */
const failureProposals = [-128, -100, -80, -64, -50, -40, -30, -20];

/**
 * The error of a request that nothing meets: which value fails, by which constraint, and what would fit. Looks for the reason by
 * searching again without single constraints; takes some times as long as a search.
 */
export function noParameters(request: ParameterRequest): VelumError {
  const limits = limitsOf(request);
  const smallestUpload = Math.min(
    ...bootstrapKeys().map(({ glwe }) => uploadBytes(request, glwe, limits)),
  );
  if (smallestUpload > request.limits.maxUploadBytes) return uploadError(request, smallestUpload);
  const unlimited = { ...request, limits: noLimits };
  if (searchParameters(unlimited, "time") === undefined) return noiseError(unlimited);
  const { maxUploadBytes } = request.limits;
  const smallest = searchParameters(
    { ...request, limits: { ...noLimits, maxUploadBytes } },
    "keys",
  );
  if (smallest === undefined) return uploadError(request, leastUpload(request));
  if (smallest.keyBytes > request.limits.maxEvaluationKeyBytes) {
    return keyError(request, smallest.keyBytes);
  }
  const { maxMemoryBytes, otherMemoryBytes = 0, maxEvaluationKeyBytes } = request.limits;
  const leanest = searchParameters(
    { ...request, limits: { ...noLimits, maxUploadBytes, maxEvaluationKeyBytes } },
    "memory",
  );
  if (leanest !== undefined && leanest.keyMemoryBytes + otherMemoryBytes > maxMemoryBytes) {
    return memoryError(request, leanest.keyMemoryBytes);
  }
  const { maxRunMs } = request.limits;
  const fastest = searchParameters(request, "time")?.runMs ?? Number.POSITIVE_INFINITY;
  return timeError(request, fastest, maxRunMs);
}

function uploadError(request: ParameterRequest, least: number): VelumError {
  const limit = request.limits.maxUploadBytes;
  return new VelumError({
    code: "no-parameters",
    path: "maxUploadBytes",
    problem: `the upload of ${request.uploadLength} numbers takes at least ${least} bytes, and may take ${limit}`,
    limit,
    actual: least,
    cure: `Allow ${least} bytes, or upload fewer numbers`,
  });
}

/** The smallest upload of any key that meets the constraints. */
function leastUpload(request: ParameterRequest): number {
  const limits = limitsOf(request);
  const sizes = bootstrapKeys().map(({ glwe }) => uploadBytes(request, glwe, limits));
  const fits = (maxUploadBytes: number): boolean =>
    searchParameters({ ...request, limits: { ...noLimits, maxUploadBytes } }, "time") !== undefined;
  return sizes.sort((a, b) => a - b).find(fits) ?? Number.POSITIVE_INFINITY;
}

function keyError(request: ParameterRequest, least: number): VelumError {
  const limit = request.limits.maxEvaluationKeyBytes;
  const widest = widestLookup(request);
  return new VelumError({
    code: "no-parameters",
    path: pathOf(request, worstNode(request, widest)),
    problem:
      `with its table of ${bitsText(request.lookups[widest]?.precision ?? 0)} the evaluation keys of the circuit take ` +
      `at least ${bytesText(least)}, and may take ${bytesText(limit)}`,
    limit,
    actual: least,
    cure: [
      `Keys of ${bytesText(least)} would fit (maxEvaluationKeyBytes: ${least})`,
      narrower(request, widest, "keys", ({ keyBytes }) => keyBytes <= limit),
    ]
      .filter((text) => text !== undefined)
      .join("; or "),
  });
}

function memoryError(request: ParameterRequest, leastKeys: number): VelumError {
  const { maxMemoryBytes: limit, otherMemoryBytes = 0 } = request.limits;
  const widest = widestLookup(request);
  const least = leastKeys + otherMemoryBytes;
  const others = otherMemoryBytes === 0 ? "" : `, ${bytesText(otherMemoryBytes)} of all else`;
  return new VelumError({
    code: "no-parameters",
    path: pathOf(request, worstNode(request, widest)),
    problem:
      `with its table of ${bitsText(request.lookups[widest]?.precision ?? 0)} the server's memory takes at least ` +
      `${bytesText(least)} (${bytesText(leastKeys)} of expanded keys${others}), and may take ${bytesText(limit)}`,
    limit,
    actual: least,
    cure: [
      `${bytesText(least)} would fit (maxMemoryBytes: ${least})`,
      narrower(
        request,
        widest,
        "memory",
        ({ keyMemoryBytes }) => keyMemoryBytes + otherMemoryBytes <= limit,
      ),
    ]
      .filter((text) => text !== undefined)
      .join("; or "),
  });
}

function timeError(request: ParameterRequest, fastest: number, limit: number): VelumError {
  const [kind, share] = slowestKind(request);
  const lookup = request.lookups[kind];
  return new VelumError({
    code: "no-parameters",
    path: pathOf(request, worstNode(request, kind)),
    problem:
      `one run takes at least ${Math.ceil(fastest)} ms on one thread (${request.rates.name}), and may take ${limit} ms; ` +
      `most of it are ${lookup?.count ?? 0} look-ups of ${bitsText(lookup?.precision ?? 0)}, ${Math.round(share)} ms`,
    limit,
    actual: Math.ceil(fastest),
    cure: `Allow ${Math.ceil(fastest)} ms (maxRunMs), look up fewer bits, or round before looking up`,
  });
}

/** The value that alone, or first with all others, is too noisy for every parameter. */
function noiseError(request: ParameterRequest): VelumError {
  const kinds = request.lookups.map((_, kind) => kind);
  const kind = kinds.find((own) => !fits(aloneLookup(request, own)));
  if (kind !== undefined) return lookupError(request, kind);
  const output = request.outputs.findIndex((_, own) => !fits(aloneOutput(request, own)));
  if (output >= 0) return outputError(request, output);
  return lookupError(request, widestLookup(request));
}

function lookupError(request: ParameterRequest, kind: number): VelumError {
  const lookup = request.lookups[kind];
  if (lookup === undefined) throw new RangeError(`look-up kind ${kind}`);
  const { precision, sources } = lookup;
  const alone = aloneLookup(request, kind);
  const changed = (bits: number): ParameterRequest => ({
    ...alone,
    lookups: alone.lookups.map((own, i) => (i === kind ? { ...own, precision: bits } : own)),
  });
  const cures = [
    widthCure(precision, (bits) => fits(changed(bits))),
    failureCure(alone),
    normCure((factor) =>
      fits({
        ...alone,
        lookups: alone.lookups.map((own, i) =>
          i === kind ? { ...own, sources: own.sources.map((one) => scaled(one, factor)) } : own,
        ),
      }),
    ),
  ];
  return new VelumError({
    code: "no-parameters",
    path: pathOf(request, worstNode(request, kind)),
    problem:
      `is looked up in a table of ${bitsText(precision)} (${normsText(sources)}): no parameters at 132 bits of security are quiet ` +
      `enough for a failure below 2^${request.failureLog2}`,
    limit: request.failureLog2,
    actual: precision,
    cure: cureText(cures),
  });
}

function outputError(request: ParameterRequest, output: number): VelumError {
  const found = request.outputs[output];
  if (found === undefined) throw new RangeError(`output ${output}`);
  const { bits, sources } = found;
  const alone = aloneOutput(request, output);
  const changed = (own: Partial<typeof found>): ParameterRequest => ({
    ...alone,
    outputs: alone.outputs.map((one) => ({ ...one, ...own })),
  });
  const cures = [
    widthCure(bits, (own) => fits(changed({ bits: own }))),
    failureCure(alone),
    normCure((factor) => fits(changed({ sources: sources.map((one) => scaled(one, factor)) }))),
  ];
  return new VelumError({
    code: "no-parameters",
    path: pathOf(request, sources[0]?.node),
    problem:
      `is an output of ${bitsText(bits)} (${normsText(sources)}): no parameters at 132 bits of security are quiet ` +
      `enough for a failure below 2^${request.failureLog2}`,
    limit: request.failureLog2,
    actual: bits,
    cure: cureText(cures),
  });
}

function fits(request: ParameterRequest): boolean {
  return searchParameters({ ...request, mostSets: 1 }, "time") !== undefined;
}

const silent: readonly NoiseSources[] = [{ freshSquaredNorm: 0, bootstrapSquaredNorms: [] }];

/** The same request where only look-ups of kind `kind` ask for anything. */
function aloneLookup(request: ParameterRequest, kind: number): ParameterRequest {
  const lookups = request.lookups.map((own, i) =>
    i === kind ? own : { ...own, precision: 1, tablesLog2: 0, sources: silent },
  );
  return { ...request, lookups, outputs: [] };
}

function aloneOutput(request: ParameterRequest, output: number): ParameterRequest {
  const lookups = request.lookups.map((own) => ({
    ...own,
    precision: 1,
    tablesLog2: 0,
    sources: silent,
  }));
  return { ...request, lookups, outputs: request.outputs.slice(output, output + 1) };
}

function scaled({ node, ...norms }: NoiseSources, factor: number): NoiseSources {
  return {
    node,
    freshSquaredNorm: norms.freshSquaredNorm * factor,
    extractionSquaredNorm: (norms.extractionSquaredNorm ?? norms.freshSquaredNorm) * factor,
    bootstrapSquaredNorms: norms.bootstrapSquaredNorms.map((norm) => norm * factor),
  };
}

function widthCure(bits: number, fit: (bits: number) => boolean): string | undefined {
  for (let fewer = bits - 1; fewer >= 1; fewer--) {
    if (fit(fewer)) return `at most ${bitsText(fewer)}`;
  }
  return undefined;
}

function failureCure(request: ParameterRequest): string | undefined {
  const found = failureProposals.find(
    (failureLog2) => failureLog2 > request.failureLog2 && fits({ ...request, failureLog2 }),
  );
  return found === undefined ? undefined : `a failure probability of 2^${found}`;
}

/** Weights divided by a power of two. */
function normCure(fit: (factor: number) => boolean): string | undefined {
  for (let halvings = 1; halvings <= 12; halvings++) {
    if (fit(4 ** -halvings)) return `weights ${2 ** halvings} times as small`;
  }
  return undefined;
}

function cureText(cures: readonly (string | undefined)[]): string {
  const found = cures.filter((cure) => cure !== undefined);
  if (found.length === 0) return "Look up fewer bits, or sum fewer values with smaller weights";
  const text = found.join(", or ");
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)} would fit`;
}

/** What would fit the limit on keys or memory, if anything does. */
function narrower(
  request: ParameterRequest,
  kind: number,
  objective: Objective,
  isWithin: (found: SetCandidate) => boolean,
): string | undefined {
  const bits = request.lookups[kind]?.precision ?? 1;
  for (let fewer = bits - 1; fewer >= 1; fewer--) {
    const lookups = request.lookups.map((own) =>
      own.precision > fewer ? { ...own, precision: fewer } : own,
    );
    const found = searchParameters(
      {
        ...request,
        lookups,
        limits: { ...noLimits, maxUploadBytes: request.limits.maxUploadBytes },
      },
      objective,
    );
    if (found !== undefined && isWithin(found)) {
      return `look up at most ${bitsText(fewer)}`;
    }
  }
  return undefined;
}

function widestLookup({ lookups }: ParameterRequest): number {
  return lookups.reduce(
    (best, { precision }, kind) => (precision > (lookups[best]?.precision ?? 0) ? kind : best),
    0,
  );
}

/** The kind that takes most of the fastest run, and its milliseconds. */
function slowestKind(request: ParameterRequest): readonly [number, number] {
  const shares = request.lookups.map((_, kind): readonly [number, number] => {
    const own = {
      ...request,
      lookups: request.lookups.map((one, i) => ({ ...one, count: i === kind ? one.count : 0 })),
    };
    return [kind, searchParameters({ ...own, mostSets: 1, limits: noLimits }, "time")?.runMs ?? 0];
  });
  return shares.reduce((a, b) => (b[1] > a[1] ? b : a), [0, 0]);
}

function worstNode(request: ParameterRequest, kind: number): number | undefined {
  const sources = request.lookups[kind]?.sources ?? [];
  const size = ({ freshSquaredNorm, bootstrapSquaredNorms }: NoiseSources): number =>
    bootstrapSquaredNorms.reduce((sum, norm) => sum + norm, freshSquaredNorm);
  return sources.reduce((a, b) => (size(b) > size(a) ? b : a), sources[0] ?? silence)?.node;
}

const silence: NoiseSources = { freshSquaredNorm: 0, bootstrapSquaredNorms: [] };

function pathOf({ nodePath }: ParameterRequest, node: number | undefined): string {
  return node === undefined || nodePath === undefined ? "parameter search" : nodePath(node);
}

function normsText(sources: readonly NoiseSources[]): string {
  const ofLookups = Math.max(
    ...sources.map(({ bootstrapSquaredNorms }) => bootstrapSquaredNorms.reduce((a, b) => a + b, 0)),
  );
  const ofInputs = Math.max(...sources.map(({ freshSquaredNorm }) => freshSquaredNorm));
  return `squared norms ${ofLookups} on look-ups, ${ofInputs} on inputs`;
}

function bitsText(bits: number): string {
  return bits === 1 ? "1 bit" : `${bits} bits`;
}

function bytesText(bytes: number): string {
  if (bytes >= 1e5) return `${(bytes / 1e6).toFixed(1)} MB`;
  return bytes >= 1000 ? `${Number((bytes / 1e3).toFixed(1))} KB` : `${bytes} bytes`;
}
