import type { Tensor } from "../../base/tensor.js";
import { Client } from "../../client/client.js";
import { noClient, requireModel } from "../../client/model-client.js";
import type { Label } from "../steps/steps.js";
import { ImportedCoding } from "./imported-coding.js";

/**
 * The client side of a compiled imported model, from the client file alone: a row of the source model in, its prediction out.
 *
 *     const customer = await ImportedClient.load(clientFile);
 *     customer.client.generateKey();
 *     const keyFile = await customer.client.evaluationKeys();  // for the server, once; undefined unless bits travel packed
 *     const request = customer.encrypt([5.1, "rose"]);         // for the server
 *     const [label] = customer.predict(answer);
 */
export class ImportedClient {
  /** Keys, and encryption of integers. */
  readonly client: Client;
  /** Preprocessing, quantizer, and what results mean. */
  readonly coding: ImportedCoding;

  /** Errors: `file-kind` for the file of a function or of a model fitted here, `file-corrupt` for a damaged one. */
  constructor(client: Client) {
    if (!(client instanceof Client)) throw noClient(client, "model");
    requireModel(client, "model of another library");
    this.client = client;
    this.coding = ImportedCoding.fromJSON(client.extras, "client file extras");
  }

  /** Reads a client file. Errors: those of `readClientFile`, and of the constructor. */
  static async load(clientFile: Uint8Array): Promise<ImportedClient> {
    return new ImportedClient(await Client.load(clientFile));
  }

  /**
   * Preprocesses, quantizes and encrypts one row: numbers, and texts where the model has columns of texts; a missing value is NaN.
   * Errors: `bad-shape`, `bad-argument` (texts; no key), `not-a-number`, `out-of-range` (an unknown category). Below 1 ms.
   */
  encrypt(row: ArrayLike<Label>): Uint8Array {
    const { shape, data } = this.coding.quantize([Array.from(row)], "row");
    return this.client.encrypt({ shape: shape.slice(1), data });
  }

  /** What the server computed, integers `[1, outputs]`. Errors: those of `Client.decrypt`. */
  decrypt(answer: Uint8Array): Tensor {
    const [result] = this.client.decrypt(answer);
    return { shape: [1, this.coding.outputs], data: result?.data ?? new Float64Array() };
  }

  /**
   * What `ImportedModel.predict` gives of the row: the class (a number or a text) alone in a list, or a regressor's values, one a target; 1
   * or 0 where the server tells whether they are above a limit. Errors: those of `Client.decrypt`.
   */
  predict(answer: Uint8Array): readonly Label[] {
    return this.coding.predictions(this.decrypt(answer));
  }

  /** The classes that the answer lists, best first. Errors: also `bad-argument` for a model that was not compiled with `{ top: k }` or `"class"`. */
  topClasses(answer: Uint8Array): readonly Label[] {
    return this.coding.topClasses(this.decrypt(answer), "topClasses")[0] ?? [];
  }

  /** What the source library reports of the row: values, scores or probabilities. Errors: those of `Client.decrypt`. */
  outputs(answer: Uint8Array): Float64Array {
    return this.coding.reported(this.decrypt(answer)).data;
  }

  /** One probability a class. Errors: also `bad-argument` for a regressor, `unsupported-op` where the library reports scores. */
  predictProba(answer: Uint8Array): Float64Array {
    return this.coding.probabilities(this.decrypt(answer), "predictProba").data;
  }

  /** Raw scores of the trees or the linear model. Errors: those of `Client.decrypt`. */
  scores(answer: Uint8Array): Float64Array {
    return this.coding.scores(this.decrypt(answer)).data;
  }
}
