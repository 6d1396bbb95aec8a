import { type IntegerTrees, treeAttributes } from "../ops/tree-ensemble/integer-trees.js";
import { record, type Tracer } from "./tracer.js";

/**
 * The sum of decision trees on `x` (`[features]`): `[outputs]`. Where `x` is a parameter of the function, trees are evaluated without
 * bootstraps; elsewhere every question and every leaf is a look-up. Errors: `bad-argument` for malformed trees, `bad-shape`.
 */
export function treeEnsemble(trees: IntegerTrees, x: Tracer): Tracer {
  return record("tree_ensemble", [x], treeAttributes(trees));
}
