// The public surface of the package `velum`; `velum/client` and `velum/runtime` are the small entries for one side alone.
export { VelumError } from "./base/error.js";
export { Circuit } from "./circuit/circuit.js";
export * as fhe from "./circuit/fhe.js";
export { Client } from "./client/client.js";
export { ServerCircuit } from "./runtime/server-circuit.js";
