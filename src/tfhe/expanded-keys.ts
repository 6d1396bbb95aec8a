import { bigLweDimension, type CryptoParameters } from "./parameters.js";
import { keySectionLayout } from "./wire-evaluation-keys.js";

/** Where the expanded keys of one set lie, in bytes from the first. */
export interface ExpandedKeyPlace {
  readonly bootstrap: number;
  readonly keySwitch: number;
}

export interface ExpandedKeyLayout {
  /** One for each set of the parameters. */
  readonly places: readonly ExpandedKeyPlace[];
  readonly bytes: number;
}

/** Columns of the widest vectors of a key switch (kernels/key_switch.h), and what is read beyond the last. */
const switchColumns = 16;
const switchSlackBytes = 4096;

/**
 * Expanded evaluation keys of all sets, one after the other: bootstrap key in the Fourier domain (doubles), then key-switch key, with
 * room for the widest vectors that a machine may have.
 */
export function expandedKeyLayout(parameters: CryptoParameters): ExpandedKeyLayout {
  const { glwe, bootstraps } = parameters;
  let bytes = 0;
  const places = bootstraps.map(({ lwe }, set): ExpandedKeyPlace => {
    const { bootstrapRows, keySwitchRows } = keySectionLayout(parameters, set);
    const bootstrap = bytes;
    const keySwitch = bootstrap + bootstrapRows * (bigLweDimension(glwe) + glwe.polynomialSize) * 8;
    const tiles = Math.ceil((lwe.dimension + 1) / switchColumns);
    bytes = keySwitch + tiles * switchColumns * 4 * keySwitchRows + switchSlackBytes;
    return { bootstrap, keySwitch };
  });
  return { places, bytes };
}
