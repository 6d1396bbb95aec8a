import type { OpSpec } from "../op-spec/spec.js";
import { add } from "./add/add.js";
import { array } from "./array/array.js";
import { assignStatic } from "./assign-static/assign-static.js";
import { broadcastTo } from "./broadcast-to/broadcast-to.js";
import { concatenate } from "./concatenate/concatenate.js";
import { conv1d, conv2d, conv3d } from "./conv/conv.js";
import { copy } from "./copy/copy.js";
import { divideExactly } from "./divide-exactly/divide-exactly.js";
import { dot } from "./dot/dot.js";
import { expandDims } from "./expand-dims/expand-dims.js";
import { indexStatic } from "./index-static/index-static.js";
import { lowBits } from "./low-bits/low-bits.js";
import { matmul } from "./matmul/matmul.js";
import { multiply } from "./multiply/multiply.js";
import { negative } from "./negative/negative.js";
import { ones } from "./ones/ones.js";
import { positive } from "./positive/positive.js";
import { reshape } from "./reshape/reshape.js";
import { squeeze } from "./squeeze/squeeze.js";
import { subtract } from "./subtract/subtract.js";
import { sum } from "./sum/sum.js";
import { transpose } from "./transpose/transpose.js";
import { zeros } from "./zeros/zeros.js";

/** Operations that are linear, products in one of their operands at a time. */
export const linearOps: readonly OpSpec[] = [
  ...[add, subtract, negative, positive, copy, multiply, matmul, dot, conv1d, conv2d, conv3d, sum],
  ...[reshape, transpose, squeeze, expandDims, broadcastTo, concatenate, array],
  ...[indexStatic, assignStatic, zeros, ones, divideExactly, lowBits],
];
