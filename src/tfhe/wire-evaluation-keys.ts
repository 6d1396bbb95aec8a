import { VelumError } from "../base/error.js";
import { type ParameterId, parameterId } from "./parameter-id.js";
import {
  type BootstrapParameters,
  bigLweDimension,
  bootstrapKeyBodyBits,
  type CryptoParameters,
} from "./parameters.js";
import {
  anyCircuit,
  type FileExpectation,
  headerBytes,
  type KeyId,
  readFile,
  seedBytes,
} from "./wire-header.js";
import { packingKeyLayout } from "./wire-packing-keys.js";

/**
 * Sizes of one section of an evaluation-keys file. The payload is one section for each set of `CryptoParameters.bootstraps`, in order:
 *
 *     seed (32 bytes) | bootstrap-key bodies | key-switch-key bodies
 *
 * Bootstrap key: GGSW encryptions of the small key's bits s_i. `bootstrapRows` rows ordered (i, r, level), i < n, r <= k, level 0 the
 * most significant, gadget g = 2^(64 - baseLog (level + 1)); a row is a GLWE encryption of -s_i g S_r for r < k and of s_i g for
 * r = k. Its mask is stream number `row` of domain 1 of the seed (k N 64-bit words, polynomial 0 first); the wire holds the N
 * coefficients of the body, 48 bits each: the top ones, rounded to nearest.
 *
 * Key-switch key: LWE encryptions mod 2^32 under the small key of S_i 2^(32 - baseLog (level + 1)) for the big key's coefficients S_i
 * (coefficient j of polynomial p is number p N + j). `keySwitchRows` rows ordered (i, level); mask: stream number `row` of domain 2
 * (n 32-bit words); the wire holds the 32-bit bodies.
 *
 * Where `CryptoParameters.publicKey` is set, a last section follows: `seed (32 bytes) | bodies`, k GLWE encryptions of zero. Masks: stream
 * number `row` of domain 7; the wire holds the N coefficients of the body, 64 bits each.
 *
 * Where `CryptoParameters.packing` is set beside either of the two, the payload of a packing-keys file comes last (`PackingKeyLayout`).
 */
export interface KeySectionLayout {
  readonly bootstrapRows: number;
  /** Bytes of one row's body. */
  readonly bootstrapRowBytes: number;
  readonly keySwitchRows: number;
  /** Offsets from the start of the section. */
  readonly bootstrapOffset: number;
  readonly keySwitchOffset: number;
  readonly bytes: number;
}

/** Bytes of a key-switch row's body. */
export const keySwitchRowBytes = 4;

/** Error `bad-argument` for parameters without such a set. */
export function keySectionLayout(parameters: CryptoParameters, set: number): KeySectionLayout {
  const { glwe } = parameters;
  const bootstrap = requireBootstrap(parameters, set);
  const bootstrapRows =
    bootstrap.lwe.dimension * (glwe.dimension + 1) * bootstrap.bootstrapGadget.levels;
  const bootstrapRowBytes = (glwe.polynomialSize * bootstrapKeyBodyBits) / 8;
  const keySwitchRows = bigLweDimension(glwe) * bootstrap.keySwitchGadget.levels;
  const keySwitchOffset = seedBytes + bootstrapRows * bootstrapRowBytes;
  return {
    bootstrapRows,
    bootstrapRowBytes,
    keySwitchRows,
    bootstrapOffset: seedBytes,
    keySwitchOffset,
    bytes: keySwitchOffset + keySwitchRows * keySwitchRowBytes,
  };
}

/** True where a server needs anything from a client but requests. */
export function needsEvaluationKeys({ bootstraps, publicKey, packing }: CryptoParameters): boolean {
  return bootstraps.length > 0 || publicKey === true || packing !== undefined;
}

/** Bytes of the public key's section; 0 without one. */
export function publicKeySectionBytes({ glwe, publicKey }: CryptoParameters): number {
  return publicKey === true ? seedBytes + 8 * bigLweDimension(glwe) : 0;
}

/** True where packing keys are all that a server needs: they then travel as a file of their own kind. */
export function needsPackingKeysAlone(parameters: CryptoParameters): boolean {
  const { bootstraps, publicKey, packing } = parameters;
  return packing !== undefined && bootstraps.length === 0 && publicKey !== true;
}

/** Bytes of all sections. Error `bad-argument` for parameters without a bootstrap or a public key. */
export function evaluationKeyPayloadBytes(parameters: CryptoParameters): number {
  if (parameters.publicKey !== true) requireBootstrap(parameters, 0);
  const packingBytes =
    parameters.packing === undefined ? 0 : packingKeyLayout(parameters).payloadBytes;
  return parameters.bootstraps.reduce(
    (sum, _, set) => sum + keySectionLayout(parameters, set).bytes,
    publicKeySectionBytes(parameters) + packingBytes,
  );
}

/** Bytes of the whole file. */
export function evaluationKeyFileBytes(parameters: CryptoParameters): number {
  return headerBytes + evaluationKeyPayloadBytes(parameters);
}

/** Seeded evaluation keys as they travel; views of the file that was read. */
export interface SeededEvaluationKeys {
  readonly parameterId: ParameterId;
  readonly keyId: KeyId;
  /** One for each set of the parameters. */
  readonly sections: readonly KeySection[];
  /** Present where the parameters ask for them. */
  readonly publicKey?: SeededSection;
  readonly packing?: SeededSection;
}

/** Seed and bodies: of encryptions of zero, or of packing keys. */
export interface SeededSection {
  readonly seed: Uint8Array;
  readonly bodies: Uint8Array;
}

/** The keys of one set. */
export interface KeySection {
  readonly seed: Uint8Array;
  readonly bootstrapBodies: Uint8Array;
  readonly keySwitchBodies: Uint8Array;
}

/** What `readHeader` needs to judge the first bytes of an evaluation-keys file. */
export function evaluationKeyExpectation(parameters: CryptoParameters): FileExpectation {
  return {
    kind: "evaluation keys",
    path: "evaluation keys",
    parameterId: parameterId(parameters),
    circuitId: anyCircuit,
    payloadBytes: evaluationKeyPayloadBytes(parameters),
  };
}

/** Reads an evaluation-keys file made for `parameters`; copies nothing. Errors as `readHeader`. */
export function readEvaluationKeys(
  file: Uint8Array,
  parameters: CryptoParameters,
): SeededEvaluationKeys {
  const { header, payload } = readFile(file, evaluationKeyExpectation(parameters));
  let at = 0;
  const sections = parameters.bootstraps.map((_, set): KeySection => {
    const layout = keySectionLayout(parameters, set);
    const section = payload.subarray(at, at + layout.bytes);
    at += layout.bytes;
    return {
      seed: section.subarray(0, seedBytes),
      bootstrapBodies: section.subarray(layout.bootstrapOffset, layout.keySwitchOffset),
      keySwitchBodies: section.subarray(layout.keySwitchOffset),
    };
  });
  const { parameterId, keyId } = header;
  const end = at + publicKeySectionBytes(parameters);
  const seeded = (own: Uint8Array): SeededSection => ({
    seed: own.subarray(0, seedBytes),
    bodies: own.subarray(seedBytes),
  });
  return {
    parameterId,
    keyId,
    sections,
    ...(parameters.publicKey === true ? { publicKey: seeded(payload.subarray(at, end)) } : {}),
    ...(parameters.packing === undefined ? {} : { packing: seeded(payload.subarray(end)) }),
  };
}

/** Set number `set` of `parameters`. Error `bad-argument` where there is none. */
export function requireBootstrap(parameters: CryptoParameters, set = 0): BootstrapParameters {
  const found = parameters.bootstraps[set];
  if (found !== undefined) return found;
  throw new VelumError({
    code: "bad-argument",
    path: "evaluation keys",
    problem:
      parameters.bootstraps.length === 0
        ? "are not needed: nothing is bootstrapped under these parameters"
        : `of set ${set} were asked for, and the parameters have ${parameters.bootstraps.length}`,
    cure: "Run the circuit without evaluation keys",
  });
}
