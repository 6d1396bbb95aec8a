import type { OpSpec } from "../op-spec/spec.js";
import { arithmeticOps } from "./arithmetic/arithmetic.js";
import { assignDynamic } from "./assign-dynamic/assign-dynamic.js";
import { bitPatternOps } from "./bit-pattern/bit-pattern.js";
import { bitwiseOps } from "./bitwise/bitwise.js";
import { comparisonOps } from "./comparison/comparison.js";
import { dynamicTlu } from "./dynamic-tlu/dynamic-tlu.js";
import { max, min } from "./extremum/extremum.js";
import { floatOps } from "./float-functions/float-functions.js";
import { indexDynamic } from "./index-dynamic/index-dynamic.js";
import { maxPool1d, maxPool2d, maxPool3d } from "./max-pool/max-pool.js";
import { multivariate } from "./multivariate/multivariate.js";
import { quotient } from "./quotient/quotient.js";
import { astypeOp } from "./rounding/astype.js";
import { roundingOps } from "./rounding/rounding.js";
import { take } from "./take/take.js";
import { roundedTlu } from "./tlu/rounded-tlu.js";
import { tlu } from "./tlu/tlu.js";
import { windowTlu } from "./tlu/window-tlu.js";
import { floatUnivariate, univariate } from "./univariate/univariate.js";
import { where } from "./where/where.js";

/** Operations that become table look-ups. */
export const lookupOps: readonly OpSpec[] = [
  ...arithmeticOps,
  ...bitPatternOps,
  ...bitwiseOps,
  ...comparisonOps,
  ...floatOps,
  ...roundingOps,
  astypeOp(),
  ...[max, min, maxPool1d, maxPool2d, maxPool3d],
  ...[
    assignDynamic,
    dynamicTlu,
    indexDynamic,
    floatUnivariate,
    multivariate,
    quotient,
    roundedTlu,
    take,
    tlu,
    univariate,
    where,
    windowTlu,
  ],
];
