// The public surface of the package `velum`; `velum/client` and `velum/runtime` are the small entries for one side alone.
export { VelumError } from "./base/error.js";
export type { NestedArray, Shape, Tensor } from "./base/tensor.js";
export { Circuit } from "./circuit/circuit.js";
export type { CompileOptions } from "./circuit/compile-options.js";
export type { Compiler } from "./circuit/compiler.js";
export { fhe } from "./circuit/fhe.js";
export { Client } from "./client/client.js";
export { LinearClassifierClient } from "./client/linear-classifier-client.js";
export { LogisticRegression } from "./models/linear/logistic-regression.js";
export { accuracyScore } from "./models/metrics/accuracy.js";
export { StandardScaler } from "./models/preprocessing/standard-scaler.js";
export { trainTestSplit } from "./models/selection/train-test-split.js";
export type { RunOptions } from "./runtime/run-options.js";
export type { LoadedKeys } from "./runtime/server-circuit.js";
export { ServerCircuit } from "./runtime/server-circuit.js";
export type { Tracer } from "./trace/tracer.js";
