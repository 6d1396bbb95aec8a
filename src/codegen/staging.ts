import type { CryptoParameters } from "../tfhe/parameters.js";
import type { Constants } from "./constants.js";
import type { ShapePlace } from "./stage.js";
import type { WorkspacePlaces } from "./workspace-places.js";

/** What instructions are lowered with: places that are fixed before, and constants that grow on the way. */
export interface Staging {
  readonly parameters: CryptoParameters;
  readonly places: WorkspacePlaces;
  /** One for every kind of bootstrap in the program. */
  readonly shapes: readonly ShapePlace[];
  readonly constants: Constants;
}

/** Offset of LWE ciphertext `number`. */
export function slotPlace({ slots, slotBytes }: WorkspacePlaces, number: number): number {
  return slots + number * slotBytes;
}
