import { VelumError } from "../base/error.js";
import type { OpSpec } from "../op-spec/spec.js";
import { linearOps } from "./linear-ops.js";
import { lookupOps } from "./lookup-ops.js";
import { subgraphOp } from "./subgraph/subgraph.js";
import { treeEnsemble } from "./tree-ensemble/tree-ensemble.js";

/** All operations, by name. */
export const allOps: readonly OpSpec[] = [
  ...linearOps,
  ...lookupOps,
  treeEnsemble,
  subgraphOp((name, path) => opSpec(name, path)),
];

const byName = new Map(allOps.map((spec) => [spec.name, spec]));

/** The operation called `name`. Errors: `unsupported-op`. */
export function opSpec(name: string, path: string = name): OpSpec {
  const spec = byName.get(name);
  if (spec !== undefined) return spec;
  throw new VelumError({
    code: "unsupported-op",
    path,
    problem: `there is no operation "${name}"`,
    cure: `Use one of ${[...byName.keys()].join(", ")}`,
  });
}
