import { decisionShape } from "../quantize/class-scores.js";
import { ClassifierCoding } from "../quantize/classifier-coding.js";
import { Client } from "./client.js";
import { ModelClient } from "./model-client.js";

/**
 * The client side of a compiled classifier, from the client file alone: real features in, labels out.
 *
 *     const patient = await ClassifierClient.load(clientFile);
 *     patient.client.generateKey();
 *     const keyFile = await patient.client.evaluationKeys();   // for the server, once; undefined for linear models that return scores
 *     const request = patient.encrypt(features);               // for the server
 *     const label = patient.predict(answer);
 */
export class ClassifierClient extends ModelClient<ClassifierCoding> {
  constructor(client: Client) {
    super(client, "classifier", ClassifierCoding.fromJSON);
  }

  /** Reads a client file. Errors: those of `readClientFile`; `file-kind` for the file of a function, `file-corrupt` where the classifier is damaged. */
  static async load(clientFile: Uint8Array): Promise<ClassifierClient> {
    return new ClassifierClient(await Client.load(clientFile));
  }

  /** The label. Errors: those of `Client.decrypt`. */
  predict(answer: Uint8Array): number {
    return this.coding.labels(this.decrypt(answer))[0] ?? Number.NaN;
  }

  /** Labels that the server lists, best first. Errors: also `bad-argument` where it returns scores. */
  topClasses(answer: Uint8Array): Float64Array {
    return this.coding.topClasses(this.decrypt(answer), "topClasses").data;
  }

  /**
   * One probability a class, in the order of `coding.classes`. Errors: also `bad-argument` where only the class leaves the server,
   * `unsupported-op` for a model without probabilities.
   */
  predictProba(answer: Uint8Array): Float64Array {
    return this.coding.probabilities(this.decrypt(answer), "predictProba").data;
  }

  /** Real scores: one for two classes, else one a class. Errors: also `bad-argument` where only the class leaves the server. */
  decisionFunction(answer: Uint8Array): Float64Array {
    return decisionShape(this.coding.scores(this.decrypt(answer), "decisionFunction")).data;
  }
}
