import { VelumError } from "../../base/error.js";
import { bootstrapKeys } from "../search-space.js";
import { noiseError } from "./noise-errors.js";
import type { ParameterRequest } from "./parameter-request.js";
import { noLimits } from "./parameter-request.js";
import { bitsText, bytesText, pathOf, widestLookup, worstNode } from "./parameter-request-texts.js";
import { limitsOf, searchParameters, uploadBytes } from "./parameter-search.js";
import type { Objective, SetCandidate } from "./set-request.js";

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

export function isNoParameters(error: unknown): error is VelumError {
  return error instanceof VelumError && error.code === "no-parameters";
}

/** What those of some searches find that find anything; where none does, the first one's error `no-parameters`. */
export function foundOf<T>(searches: readonly (() => T)[]): T[] {
  const found: T[] = [];
  let refused: VelumError | undefined;
  for (const search of searches) {
    try {
      found.push(search());
    } catch (error) {
      if (!isNoParameters(error)) throw error;
      refused ??= error;
    }
  }
  if (found.length === 0 && refused !== undefined) throw refused;
  return found;
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
