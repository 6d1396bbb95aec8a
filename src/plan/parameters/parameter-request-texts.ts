import type { NoiseSources, ParameterRequest } from "./parameter-request.js";

/** The name of a value in errors. */
export function pathOf({ nodePath }: ParameterRequest, node: number | undefined): string {
  return node === undefined || nodePath === undefined ? "parameter search" : nodePath(node);
}

/** The kind of look-up with the widest tables. */
export function widestLookup({ lookups }: ParameterRequest): number {
  return lookups.reduce(
    (best, { precision }, kind) => (precision > (lookups[best]?.precision ?? 0) ? kind : best),
    0,
  );
}

/** The node of the noisiest value that look-ups of a kind read. */
export function worstNode(request: ParameterRequest, kind: number): number | undefined {
  const sources = request.lookups[kind]?.sources ?? [];
  const size = ({ freshSquaredNorm, bootstrapSquaredNorms }: NoiseSources): number =>
    bootstrapSquaredNorms.reduce((sum, norm) => sum + norm, freshSquaredNorm);
  return sources.reduce((a, b) => (size(b) > size(a) ? b : a), sources[0] ?? silence)?.node;
}

const silence: NoiseSources = { freshSquaredNorm: 0, bootstrapSquaredNorms: [] };

export function bitsText(bits: number): string {
  return bits === 1 ? "1 bit" : `${bits} bits`;
}

export function bytesText(bytes: number): string {
  if (bytes >= 1e5) return `${(bytes / 1e6).toFixed(1)} MB`;
  return bytes >= 1000 ? `${Number((bytes / 1e3).toFixed(1))} KB` : `${bytes} bytes`;
}
