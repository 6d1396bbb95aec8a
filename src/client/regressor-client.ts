import { RegressorCoding } from "../quantize/regressor-coding.js";
import { Client } from "./client.js";
import { ModelClient } from "./model-client.js";

/**
 * The client side of a compiled regressor, from the client file alone: real features in, predictions out.
 *
 *     const driver = await RegressorClient.load(clientFile);
 *     driver.client.generateKey();
 *     const request = driver.encrypt(features);                // for the server
 *     const [claims] = driver.predict(answer);
 */
export class RegressorClient extends ModelClient<RegressorCoding> {
  constructor(client: Client) {
    super(client, "regressor", RegressorCoding.fromJSON);
  }

  /** Reads a client file. Errors: those of `readClientFile`; `file-kind` for the file of a function, `file-corrupt` where the regressor is damaged. */
  static async load(clientFile: Uint8Array): Promise<RegressorClient> {
    return new RegressorClient(await Client.load(clientFile));
  }

  /** One prediction a target; 1 or 0 where the server tells whether it is above a limit. Errors: those of `Client.decrypt`. */
  predict(answer: Uint8Array): Float64Array {
    return this.coding.values(this.decrypt(answer)).data;
  }
}
