import { VelumError } from "../base/error.js";
import { add } from "./add/add.js";
import { array } from "./array/array.js";
import { broadcastTo } from "./broadcast-to/broadcast-to.js";
import { concatenate } from "./concatenate/concatenate.js";
import { copy } from "./copy/copy.js";
import { dot } from "./dot/dot.js";
import { expandDims } from "./expand-dims/expand-dims.js";
import { matmul } from "./matmul/matmul.js";
import { multiply } from "./multiply/multiply.js";
import { negative } from "./negative/negative.js";
import { ones } from "./ones/ones.js";
import { positive } from "./positive/positive.js";
import { reshape } from "./reshape/reshape.js";
import type { OpSpec } from "./spec.js";
import { squeeze } from "./squeeze/squeeze.js";
import { subtract } from "./subtract/subtract.js";
import { sum } from "./sum/sum.js";
import { tlu } from "./tlu/tlu.js";
import { transpose } from "./transpose/transpose.js";
import { zeros } from "./zeros/zeros.js";

/** All operations, by name. */
export const allOps: readonly OpSpec[] = [
  ...[add, array, broadcastTo, concatenate, copy, dot, expandDims, matmul, multiply, negative],
  ...[ones, positive, reshape, squeeze, subtract, sum, tlu, transpose, zeros],
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
