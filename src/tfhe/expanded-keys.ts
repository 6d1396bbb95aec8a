import { bigLweDimension, type CryptoParameters, type GlweParameters } from "./parameters.js";
import { keySectionLayout } from "./wire-evaluation-keys.js";
import { expandedPackingKeyBytes } from "./wire-packing-keys.js";

/** Where the expanded keys of one set lie, in bytes from the first. */
export interface ExpandedKeyPlace {
  readonly bootstrap: number;
  readonly keySwitch: number;
}

export interface ExpandedKeyLayout {
  /** One for each set of the parameters. */
  readonly places: readonly ExpandedKeyPlace[];
  /** Of the public key, where there is one. */
  readonly publicKey: number;
  readonly bytes: number;
}

/** Columns of the widest vectors of a key switch (kernels/key_switch.h), and what is read beyond the last. */
const switchColumns = 16;
const switchSlackBytes = 4096;

/**
 * Packing keys first, where there are any. Then expanded evaluation keys of all sets, one after the other: bootstrap key in the Fourier domain (doubles), then key-switch key, with
 * room for the widest vectors that a machine may have. Behind them the public key: whole ciphertexts on the 64-bit torus.
 */
export function expandedKeyLayout(parameters: CryptoParameters): ExpandedKeyLayout {
  const { glwe, bootstraps } = parameters;
  let bytes = parameters.packing === undefined ? 0 : expandedPackingKeyBytes(parameters);
  const places = bootstraps.map(({ lwe }, set): ExpandedKeyPlace => {
    const { bootstrapRows, keySwitchRows } = keySectionLayout(parameters, set);
    const bootstrap = bytes;
    const keySwitch = bootstrap + bootstrapRows * (bigLweDimension(glwe) + glwe.polynomialSize) * 8;
    const tiles = Math.ceil((lwe.dimension + 1) / switchColumns);
    bytes = keySwitch + tiles * switchColumns * 4 * keySwitchRows + switchSlackBytes;
    return { bootstrap, keySwitch };
  });
  const publicKey = bytes;
  if (parameters.publicKey === true) bytes += expandedPublicKeyBytes(glwe);
  return { places, publicKey, bytes };
}

/** Bytes of k encryptions of zero. */
export function expandedPublicKeyBytes(glwe: GlweParameters): number {
  return 8 * bigLweDimension(glwe) * (glwe.dimension + 1);
}
