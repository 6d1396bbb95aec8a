/** Everything for writing encrypted functions by hand, under one name: `import { fhe } from "velum"`. */
export { add, dot, lookup, matmul, multiply, negative, subtract } from "../trace/functions.js";
export { LookupTable } from "../trace/lookup-table.js";
export { compiler } from "./compiler.js";
