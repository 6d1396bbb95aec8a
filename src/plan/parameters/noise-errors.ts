import { VelumError } from "../../base/error.js";
import type { NoiseSources, ParameterRequest } from "./parameter-request.js";
import { bitsText, pathOf, widestLookup, worstNode } from "./parameter-request-texts.js";
import { searchParameters } from "./parameter-search.js";

/** Failure probabilities that a cure may propose: log2, rising. */
const failureProposals = [-128, -100, -80, -64, -50, -40, -30, -20];

/**
 * The value that alone is too noisy for every parameter; where each fits alone, a look-up and what it does not fit beside. Cures are
 * searched with the same values.
 */
export function noiseError(request: ParameterRequest): VelumError {
  const kinds = request.lookups.map((_, kind) => kind);
  const kind = kinds.find((own) => !fits(only(request, [own], [])));
  if (kind !== undefined) return lookupError(request, kind);
  const output = request.outputs.findIndex((_, own) => !fits(only(request, [], [own])));
  if (output >= 0) return outputError(request, output);
  return togetherError(request);
}

function lookupError(request: ParameterRequest, kind: number): VelumError {
  const lookup = request.lookups[kind];
  if (lookup === undefined) throw new RangeError(`look-up kind ${kind}`);
  const { precision, sources } = lookup;
  const alone = only(request, [kind], []);
  const cures = [
    widthCure(precision, (bits) => fits(withWidth(alone, kind, bits))),
    failureCure(alone, fits),
    normCure((factor) => fits(withNorms(alone, factor))),
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
  const alone = only(request, [], [output]);
  const changed = (own: Partial<typeof found>): ParameterRequest => ({
    ...alone,
    outputs: alone.outputs.map((one) => ({ ...one, ...own })),
  });
  const cures = [
    widthCure(bits, (own) => fits(changed({ bits: own }))),
    failureCure(alone, fits),
    normCure((factor) => fits(withNorms(alone, factor))),
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

/** A look-up and what it does not fit beside, with nothing else in the request. */
interface Together {
  readonly request: ParameterRequest;
  readonly kind: number;
  /** Path, and what is asked of it. */
  readonly beside: string;
}

/** Values that fit alone and not together: a look-up and an output or another look-up; where all pairs fit, the widest and all others. */
function togetherError(request: ParameterRequest): VelumError {
  const found = pairsOf(request).find((pair) => !fitsInSets(pair.request)) ?? {
    request,
    kind: widestLookup(request),
    beside: "other values are looked up and returned",
  };
  const { request: both, kind, beside } = found;
  const { precision = 0, sources = [] } = both.lookups[kind] ?? {};
  const [output] = both.outputs;
  const table = widthCure(precision, (bits) => fitsInSets(withWidth(both, kind, bits)));
  const result =
    output && both.outputs.length === 1
      ? widthCure(output.bits, (bits) => fitsInSets({ ...both, outputs: [{ ...output, bits }] }))
      : undefined;
  const cures = [
    table && `${table} of the table`,
    result && `${result} of the output`,
    failureCure(both, fitsInSets),
    normCure((factor) => fitsInSets(withNorms(both, factor))),
  ];
  return new VelumError({
    code: "no-parameters",
    path: pathOf(request, worstNode(request, kind)),
    problem:
      `is looked up in a table of ${bitsText(precision)} (${normsText(sources)}), and ${beside}: no parameters at 132 bits of ` +
      `security are quiet enough for both with a failure below 2^${request.failureLog2}`,
    limit: request.failureLog2,
    actual: precision,
    cure: cureText(cures),
  });
}

/** Each look-up, the widest first, with each output and with each other look-up. */
function pairsOf(request: ParameterRequest): Together[] {
  const { lookups, outputs } = request;
  const kinds = lookups.map((_, kind) => kind);
  const width = (kind: number): number => lookups[kind]?.precision ?? 0;
  kinds.sort((a, b) => width(b) - width(a));
  return kinds.flatMap((kind, at) => [
    ...outputs.map(({ bits, sources }, output) => ({
      request: only(request, [kind], [output]),
      kind,
      beside: `${pathOf(request, sources[0]?.node)} is an output of ${bitsText(bits)} (${normsText(sources)})`,
    })),
    ...kinds.slice(at + 1).map((other) => ({
      request: only(request, [kind, other], []),
      kind,
      beside: `${pathOf(request, worstNode(request, other))} in one of ${bitsText(width(other))}`,
    })),
  ]);
}

function withWidth(request: ParameterRequest, kind: number, bits: number): ParameterRequest {
  return {
    ...request,
    lookups: request.lookups.map((own, i) => (i === kind ? { ...own, precision: bits } : own)),
  };
}

function withNorms(request: ParameterRequest, factor: number): ParameterRequest {
  const quieter = <T extends { readonly sources: readonly NoiseSources[] }>(own: T): T => ({
    ...own,
    sources: own.sources.map((one) => scaled(one, factor)),
  });
  return {
    ...request,
    lookups: request.lookups.map(quieter),
    outputs: request.outputs.map(quieter),
  };
}

/** As `fits`, with as many groups of look-ups as the request may have. */
function fitsInSets(request: ParameterRequest): boolean {
  return searchParameters(request, "time") !== undefined;
}

function fits(request: ParameterRequest): boolean {
  return searchParameters({ ...request, mostSets: 1 }, "time") !== undefined;
}

const silent: readonly NoiseSources[] = [{ freshSquaredNorm: 0, bootstrapSquaredNorms: [] }];

/** The same request where only look-ups of these kinds, and only these outputs, ask for anything. */
function only(
  request: ParameterRequest,
  kinds: readonly number[],
  outputs: readonly number[],
): ParameterRequest {
  const lookups = request.lookups.map((own, kind) =>
    kinds.includes(kind) ? own : { ...own, precision: 1, tablesLog2: 0, sources: silent },
  );
  return { ...request, lookups, outputs: outputs.flatMap((own) => request.outputs[own] ?? []) };
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

function failureCure(
  request: ParameterRequest,
  fit: (request: ParameterRequest) => boolean,
): string | undefined {
  const found = failureProposals.find(
    (failureLog2) => failureLog2 > request.failureLog2 && fit({ ...request, failureLog2 }),
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

function normsText(sources: readonly NoiseSources[]): string {
  const ofLookups = Math.max(
    ...sources.map(({ bootstrapSquaredNorms }) => bootstrapSquaredNorms.reduce((a, b) => a + b, 0)),
  );
  const ofInputs = Math.max(...sources.map(({ freshSquaredNorm }) => freshSquaredNorm));
  return `squared norms ${ofLookups} on look-ups, ${ofInputs} on inputs`;
}
