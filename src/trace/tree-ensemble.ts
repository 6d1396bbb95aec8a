import { VelumError } from "../base/error.js";
import { type IntegerTrees, treeAttributes } from "../op-spec/integer-trees.js";
import { traced } from "./check-arguments.js";
import type { Encryption } from "./encryption.js";
import { callPath } from "./origin.js";
import { record, Tracer } from "./tracer.js";

/**
 * The sum of decision trees on `x` (`[features]`): `[outputs]`. Where `x` is a parameter of the function, trees are evaluated without
 * bootstraps; elsewhere every question and every leaf is a look-up. Errors: `bad-argument` for malformed trees, `bad-shape`.
 */
export function treeEnsemble<E extends Encryption>(trees: IntegerTrees, x: Tracer<E>): Tracer<E> {
  const attributes = treeAttributes(checked(trees));
  return record("tree_ensemble", [traced(x, "treeEnsemble", "second")], attributes);
}

const tables = ["feature", "threshold", "left", "right", "roots", "values"] as const;

/** What the tables say is checked where they are read. */
function checked(trees: IntegerTrees): IntegerTrees {
  const given: Readonly<Record<string, unknown>> = Object(trees);
  const wrong = tables.find((name) => !ArrayBuffer.isView(given[name]));
  if (wrong === undefined) return trees;
  throw new VelumError({
    code: "bad-argument",
    path: callPath("treeEnsemble"),
    problem:
      trees instanceof Tracer
        ? "its first argument is a traced value, and the trees are due there"
        : `its first argument has no typed array ${wrong}`,
    cure: "Give the trees, then the traced value: fhe.treeEnsemble({ features, outputs, feature, threshold, left, right, roots, values }, x)",
  });
}
