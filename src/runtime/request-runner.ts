import type { StageInfo } from "../artifact/server-manifest.js";
import { throwIfAborted } from "../base/event-loop.js";
import type { Address } from "../tfhe/machine.js";
import type { FileIdentity } from "../tfhe/wire-input.js";
import { writeOutputCiphertext } from "../tfhe/wire-output.js";
import { type Reader, type ReadRequest, type RunInput, readRunInput } from "./composed-input.js";
import { allocate, release } from "./engine.js";
import type { ExpandedKeys } from "./evaluation-keys.js";
import type { LoadedProgram } from "./request-steps.js";
import { runEach } from "./run-each.js";
import type { RunOptions } from "./run-options.js";
import { runTogether } from "./run-together.js";
import { requestsAtOnce } from "./schedule.js";

/** Runs requests of one loaded program in a workspace that grows with them, and writes their answers; one run at a time. */
export class RequestRunner {
  readonly #program: LoadedProgram;
  /** Whose answers it writes, but for the client's key. */
  readonly #identity: Omit<FileIdentity, "keyId">;
  #workspace: { address: Address; requests: number } | undefined;

  constructor(program: LoadedProgram, identity: Omit<FileIdentity, "keyId">) {
    this.#program = program;
    this.#identity = identity;
  }

  /** All together, in batches that fit the memory. `leftOut`: stages not to run. */
  async runAll(
    requests: readonly ReadRequest[],
    keys: ExpandedKeys | undefined,
    options: RunOptions,
    leftOut?: (stage: StageInfo) => boolean,
  ): Promise<Uint8Array[]> {
    const { manifest } = this.#program;
    const results: Uint8Array[] = [];
    const together = requestsAtOnce(manifest.requestBytes);
    for (let first = 0; first < requests.length; first += together) {
      throwIfAborted(options.signal, "run");
      const batch = requests.slice(first, first + together);
      const report = (done: number): void =>
        options.onProgress?.((first + done * batch.length) / requests.length);
      const workspace = await this.#reserve(batch.length);
      const outputs = await runTogether(
        this.#program,
        { workspace, keys },
        batch,
        { signal: options.signal, onProgress: report },
        leftOut,
      );
      for (const [index, data] of outputs.entries()) {
        const request = batch[index];
        if (request !== undefined) results.push(this.#answer(request, data));
      }
    }
    return results;
  }

  /** One by one, a thread each: requests whose headers were checked; each is read when its turn comes. */
  async runEach(
    reader: Reader,
    inputs: readonly RunInput[],
    keys: ExpandedKeys | undefined,
    options: RunOptions,
  ): Promise<Uint8Array[]> {
    const workspace = await this.#reserve(this.#program.engine.threads);
    const results: Uint8Array[] = [];
    await runEach(this.#program, { workspace, keys }, inputs.length, options, {
      read: (index) => readRunInput(reader, inputs[index] ?? new Uint8Array()),
      finish: (index, request, data) => {
        results[index] = this.#answer(request, data);
      },
    });
    return results;
  }

  #answer({ keyId }: ReadRequest, data: readonly Uint8Array[]): Uint8Array {
    const { parameters, outputs } = this.#program.manifest;
    return writeOutputCiphertext({ ...this.#identity, keyId }, parameters.glwe, outputs, data);
  }

  async #reserve(requests: number): Promise<Address> {
    const held = this.#workspace;
    if (held !== undefined && held.requests >= requests) return held.address;
    this.#workspace = undefined;
    if (held !== undefined) await release(this.#program.engine, held.address);
    const address = await allocate(
      this.#program.engine,
      requests * this.#program.manifest.requestBytes,
    );
    this.#workspace = { address, requests };
    return address;
  }
}
