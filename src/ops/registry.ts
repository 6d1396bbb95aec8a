import { VelumError } from "../base/error.js";
import { add } from "./add/add.js";
import { dot } from "./dot/dot.js";
import { matmul } from "./matmul/matmul.js";
import { multiply } from "./multiply/multiply.js";
import { negative } from "./negative/negative.js";
import type { OpSpec } from "./spec.js";
import { subtract } from "./subtract/subtract.js";
import { tlu } from "./tlu/tlu.js";

/** All operations, by name. */
export const allOps: readonly OpSpec[] = [add, dot, matmul, multiply, negative, subtract, tlu];

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
