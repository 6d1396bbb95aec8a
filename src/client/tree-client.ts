import { TreeCoding } from "../quantize/tree-coding.js";
import { Client } from "./client.js";
import { ModelClient } from "./model-client.js";

/**
 * The client side of a compiled ensemble of trees, from the client file alone: real features in, labels or targets out.
 *
 *     const patient = await TreeClient.load(clientFile);
 *     patient.client.generateKey();
 *     const keyFile = await patient.client.evaluationKeys();   // for the server, once; undefined unless bits travel packed
 *     const request = patient.encrypt(features);               // for the server
 *     const [label] = patient.predict(answer);
 */
export class TreeClient extends ModelClient<TreeCoding> {
  constructor(client: Client) {
    super(client, "tree ensemble", TreeCoding.fromJSON);
  }

  /** Reads a client file. Errors: those of `readClientFile`; `file-kind` for the file of a function, `file-corrupt` where the model is damaged. */
  static async load(clientFile: Uint8Array): Promise<TreeClient> {
    return new TreeClient(await Client.load(clientFile));
  }

  /**
   * What the model's `predict` gives of the row: the label, or 1 or -1 of an isolation forest, alone in a list; or one number a target, 1 or
   * 0 where the server tells whether it is above a limit. Errors: those of `Client.decrypt`.
   */
  predict(answer: Uint8Array): Float64Array {
    return this.coding.answers(this.decrypt(answer));
  }

  /** The labels of the likeliest classes, best first, of a model that returns them. Errors: also `bad-argument` for other results. */
  topClasses(answer: Uint8Array): Float64Array {
    return this.coding.topClasses(this.decrypt(answer), "topClasses").data;
  }

  /** One probability a class, in the order of `coding.classes`. Errors: also `bad-argument` for models without classes. */
  predictProba(answer: Uint8Array): Float64Array {
    return this.coding.probabilities(this.decrypt(answer), "predictProba").data;
  }

  /** Real scores, one an output. Errors: those of `Client.decrypt`. */
  scores(answer: Uint8Array): Float64Array {
    return this.coding.scores(this.decrypt(answer), "scores").data;
  }
}
