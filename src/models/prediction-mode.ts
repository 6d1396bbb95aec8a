import { VelumError } from "../base/error.js";
import { type NestedArray, type Tensor, toTensor } from "../base/tensor.js";
import { contentText } from "../base/value-text.js";

/** Where and how a prediction is computed. All modes give the same integers. */
export interface PredictionMode {
  /**
   * `"disable"` (default): the quantized model in clear. `"simulate"`: the compiled graph in clear.
   * `"execute"`: keys (made once, at first use), encryption, computation on ciphertexts, decryption.
   */
  readonly fhe?: "disable" | "simulate" | "execute";
  /** Stops `"execute"` soon; the promise then rejects with code `aborted`. */
  readonly signal?: AbortSignal;
  /** Gets the share of the encrypted computation that is done, rising from 0 to 1. */
  readonly onProgress?: (fraction: number) => void;
}

/** What runs rows: a compiled circuit, or one from its files. */
export interface RowCircuit {
  simulate(row: Tensor): NestedArray;
  encrypt(row: Tensor): Promise<Uint8Array>;
  run(
    requests: readonly Uint8Array[],
    options: {
      readonly signal?: AbortSignal | undefined;
      readonly onProgress?: PredictionMode["onProgress"];
    },
  ): Promise<Uint8Array[]>;
  decrypt(answer: Uint8Array): Promise<NestedArray>;
}

/**
 * Runs `circuit` on each row of `q` (`[rows, features]`) in clear or on ciphertexts; gives `[rows, outputs]`.
 * Encrypted rows are computed together, 256 at a time, so that they share passes over the evaluation keys and memory stays the same.
 * Errors: `not-compiled` without a circuit, `bad-argument` for another mode, `aborted`; `path` names the caller.
 */
export async function runRows(
  circuit: RowCircuit | undefined,
  q: Tensor,
  mode: PredictionMode,
  path: string,
): Promise<Tensor> {
  const { fhe } = mode;
  if (fhe !== "simulate" && fhe !== "execute") {
    throw new VelumError({
      code: "bad-argument",
      path: `${path} fhe`,
      problem: `is ${contentText(fhe)}`,
      cure: 'Pass "disable", "simulate" or "execute"',
    });
  }
  if (circuit === undefined) {
    throw new VelumError({
      code: "not-compiled",
      path,
      problem: `needs a compiled model for fhe "${fhe}"`,
      cure: "Call compile(X) after fit",
    });
  }
  const rows = rowsOf(q);
  if (fhe === "simulate") return stack(rows.map((row) => circuit.simulate(row)));
  const { signal, onProgress } = mode;
  const results: NestedArray[] = [];
  for (let first = 0; first < rows.length; first += rowsAtOnce) {
    const requests: Uint8Array[] = [];
    for (const row of rows.slice(first, first + rowsAtOnce)) {
      requests.push(await circuit.encrypt(row));
    }
    const report = (part: number): void =>
      onProgress?.((first + part * requests.length) / rows.length);
    const answers = await circuit.run(requests, { signal, onProgress: report });
    for (const answer of answers) results.push(await circuit.decrypt(answer));
  }
  return stack(results);
}

/** Requests of so many rows are held at a time: memory does not grow with the number of rows. */
const rowsAtOnce = 256;

function stack(results: readonly NestedArray[]): Tensor {
  return toTensor(results, "results");
}

/** The rows `[features]` of a matrix, views. */
export function rowsOf(q: Tensor): Tensor[] {
  const [rows = 0, features = 0] = q.shape;
  return Array.from({ length: rows }, (_, row) => ({
    shape: [features],
    data: q.data.subarray(row * features, (row + 1) * features),
  }));
}
