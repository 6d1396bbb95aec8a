import type { FittedTrees, TreeAccount } from "../trees-json.js";
import type { HgbFit } from "./fit-hgb.js";

/** What a fit of histogram boosting leaves to be asked. */
export function hgbAccountOf({ rounds, heldOut }: HgbFit): TreeAccount {
  return { rounds, ...(heldOut === undefined ? {} : { heldOut }) };
}

/** Rounds that were made. */
export function roundsMade({ account }: FittedTrees): number {
  return account?.rounds ?? 0;
}

/** Losses on the held-out rows, negated: before the first round and after each. Undefined without early stopping. */
export function heldOutScores({ account }: FittedTrees): Float64Array | undefined {
  const losses = account?.heldOut;
  return losses && Float64Array.from(losses, (loss) => -loss);
}
