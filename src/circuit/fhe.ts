import { add, dot, lookup, matmul, multiply, negative, subtract } from "../trace/functions.js";
import { LookupTable } from "../trace/lookup-table.js";
import { tag } from "../trace/origin.js";
import { compiler } from "./compiler.js";

/** Everything for writing encrypted functions by hand: `import { fhe } from "velum"`. */
export const fhe = {
  compiler,
  LookupTable,
  add,
  subtract,
  multiply,
  negative,
  matmul,
  dot,
  lookup,
  tag,
} as const;
