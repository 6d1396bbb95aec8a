// The public surface of the package `velum`; `velum/client` and `velum/runtime` are the small entries for one side alone.
export { VelumError } from "./base/error.js";
export { Circuit } from "./circuit/circuit.js";
export { fhe } from "./circuit/fhe.js";
export { Client } from "./client/client.js";
export { LinearClassifierClient } from "./client/linear-classifier-client.js";
export { LogisticRegression } from "./models/logistic-regression.js";
export { accuracyScore } from "./models/metrics.js";
export { StandardScaler } from "./models/standard-scaler.js";
export { trainTestSplit } from "./models/train-test-split.js";
export { ServerCircuit } from "./runtime/server-circuit.js";
