import { VelumError } from "../base/error.js";
import { type Tensor, toTensor } from "../base/tensor.js";
import { valueText } from "../base/value-text.js";
import { fieldsOf } from "../quantize/json-checks.js";
import type { ModelCoding } from "../quantize/model-coding.js";
import { Client } from "./client.js";

/** The client side of a compiled model, from the client file alone: real features in, encrypted; answers out. */
export abstract class ModelClient<C extends ModelCoding> {
  /** Keys, and encryption of integers. */
  readonly client: Client;
  /** Preprocessing, quantizer, and what results mean. */
  readonly coding: C;

  /** Errors: `file-kind` for the file of a function or of other models; those of `read`, which gets the extras and their place. */
  constructor(client: Client, what: string, read: (extras: unknown, path: string) => C) {
    if (!(client instanceof Client)) throw noClient(client, what);
    requireModel(client, what);
    this.client = client;
    this.coding = read(client.extras, "client file extras");
  }

  /**
   * Preprocesses, quantizes and encrypts one row of real features; features outside the range of the training data are clipped to it.
   * Errors: `bad-shape`, `not-a-number`, `out-of-range` (an unknown category), `bad-argument` without a key. Below 1 ms.
   */
  encrypt(features: ArrayLike<number>): Uint8Array {
    const row = toTensor(features, "features");
    return this.client.encrypt(this.coding.quantize(row, "features"));
  }

  /** What the server computed, integers `[1, outputs]`. Errors: those of `Client.decrypt`. */
  decrypt(answer: Uint8Array): Tensor {
    const [result] = this.client.decrypt(answer);
    return { shape: [1, this.coding.outputs], data: result?.data ?? new Float64Array() };
  }
}

/** What JavaScript may pass to the constructor of a client of models. */
export function noClient(given: unknown, what: string): VelumError {
  return new VelumError({
    code: "bad-argument",
    path: `client of a ${what}`,
    problem: `is made of ${valueText(given)}, not of a client`,
    cure: "Use load(clientFile), or pass what Client.load gave",
  });
}

/** Which class reads a client file, by the kind of its extras, and what it is of. */
const readers: Readonly<Record<string, { readonly what: string; readonly client: string }>> = {
  "classifier-coding": { what: "classifier", client: "ClassifierClient" },
  "regressor-coding": { what: "regressor", client: "RegressorClient" },
  "tree-coding": { what: "tree ensemble", client: "TreeClient" },
  "imported-coding": { what: "model of another library", client: "ImportedClient" },
};

/** Refuses the file of a function, and of models that another class reads; `what` is read here. Errors: `file-kind`. */
export function requireModel(client: Client, what: string): void {
  const { extras, manifest } = client;
  const { kind } = fieldsOf(extras);
  const known =
    typeof kind === "string" && Object.hasOwn(readers, kind) ? readers[kind] : undefined;
  if (extras !== null && (known === undefined || known.what === what)) return;
  throw new VelumError({
    code: "file-kind",
    path: "client file",
    problem: `is of ${known === undefined ? `the function "${manifest.name}"` : `a ${known.what}`}, not of a ${what}`,
    cure:
      known === undefined
        ? "Use Client.load for it: it encrypts integers and decrypts integers"
        : `Use ${known.client}.load for it`,
  });
}
