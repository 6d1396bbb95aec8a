import { type IntegerTrees, treeAttributes } from "../op-spec/integer-trees.js";
import type { Encryption } from "./encryption.js";
import { record, type Tracer } from "./tracer.js";

/**
 * The sum of decision trees on `x` (`[features]`): `[outputs]`. Where `x` is a parameter of the function, trees are evaluated without
 * bootstraps; elsewhere every question and every leaf is a look-up. Errors: `bad-argument` for malformed trees, `bad-shape`.
 */
export function treeEnsemble<E extends Encryption>(trees: IntegerTrees, x: Tracer<E>): Tracer<E> {
  return record("tree_ensemble", [x], treeAttributes(trees));
}
