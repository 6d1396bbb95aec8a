import { VelumError } from "../base/error.js";
import { type Tensor, toTensor } from "../base/tensor.js";
import { ClassifierCoding } from "../quantize/classifier-coding.js";
import { Client } from "./client.js";

/**
 * The client side of a compiled `LogisticRegression`, from the client file alone: real features in, labels out.
 *
 *     const patient = await LinearClassifierClient.load(clientFile);
 *     patient.client.generateKey();
 *     const keyFile = await patient.client.evaluationKeys();   // for the server, once; undefined for models that return scores
 *     const request = patient.encrypt(features);               // for the server
 *     const label = patient.predict(answer);
 */
export class LinearClassifierClient {
  /** Keys, and encryption of integers. */
  readonly client: Client;
  /** Quantizer, labels and scale of the scores. */
  readonly coding: ClassifierCoding;

  constructor(client: Client) {
    this.client = client;
    if (client.extras === null) throw noClassifier(client.manifest.name);
    this.coding = ClassifierCoding.fromJSON(client.extras, "client file extras");
  }

  /** Reads a client file. Errors: those of `readClientFile`; `file-kind` for the file of a function, `file-corrupt` where the classifier is damaged. */
  static async load(clientFile: Uint8Array): Promise<LinearClassifierClient> {
    return new LinearClassifierClient(await Client.load(clientFile));
  }

  /**
   * Quantizes and encrypts one row of real features; features outside the range of the training data are clipped to it.
   * Errors: `bad-shape`, `not-a-number`, `bad-argument` without a key. Below 1 ms.
   */
  encrypt(features: ArrayLike<number>): Uint8Array {
    const row = toTensor(features, "features");
    return this.client.encrypt(this.coding.quantize(row, "features"));
  }

  /** What the server computed: integer scores `[1, outputs]`, or the class's index `[1, 1]`. Errors: those of `Client.decrypt`. */
  decrypt(answer: Uint8Array): Tensor {
    const [result] = this.client.decrypt(answer);
    return { shape: [1, this.coding.outputs], data: result?.data ?? new Float64Array() };
  }

  /** The label. Errors: those of `Client.decrypt`. */
  predict(answer: Uint8Array): number {
    return this.coding.labels(this.decrypt(answer))[0] ?? Number.NaN;
  }

  /** One probability a class, in the order of `coding.classes`. Errors: also `bad-argument` where only the class leaves the server. */
  predictProba(answer: Uint8Array): Float64Array {
    return this.coding.probabilities(this.decrypt(answer), "predictProba").data;
  }
}

function noClassifier(name: string): VelumError {
  return new VelumError({
    code: "file-kind",
    path: "client file",
    problem: `is of the function "${name}", not of a classifier`,
    cure: "Use Client.load for it: it encrypts integers and decrypts integers",
  });
}
