import { checkOptions } from "../base/check-options.js";
import { throwIfAborted } from "../base/event-loop.js";
import { ModuleClient } from "../client/module-client.js";
import { engineClosed } from "../runtime/engine.js";
import type { LoadedKeys } from "../runtime/server-circuit.js";
import { ServerModule } from "../runtime/server-module.js";
import type { CircuitFiles, KeygenOptions } from "./both-sides.js";
import type { CompileOptions } from "./compile-options.js";

/** Client and server of a module on one machine, opened when they are first needed. */
export class ModuleSides {
  readonly #files: CircuitFiles;
  readonly #engine: Pick<CompileOptions, "runtime" | "threads">;
  #client: Promise<ModuleClient> | undefined;
  #server: Promise<ServerModule> | undefined;
  #keys: LoadedKeys | undefined;
  #hasKey = false;
  /** Makings of keys wait for each other, so that two calls at once make one key. */
  #making: Promise<unknown> = Promise.resolve();

  /** `files` may compute its fields when they are read. */
  constructor(files: CircuitFiles, { runtime, threads }: CompileOptions) {
    this.#files = files;
    this.#engine = { runtime, threads };
  }

  get keys(): LoadedKeys | undefined {
    return this.#keys;
  }

  /** Makes one key for all functions, and loads evaluation keys into the server. Done once; `force` makes new ones. */
  async keygen(options: KeygenOptions = {}): Promise<void> {
    checkOptions(options, ["signal", "onProgress", "force"], "keygen");
    const made = this.#making.then(() => this.#makeKeys(options));
    this.#making = made.catch(() => {});
    return made;
  }

  async #makeKeys({ signal, onProgress, force }: KeygenOptions): Promise<void> {
    if (this.#hasKey && force !== true) return;
    throwIfAborted(signal, "keygen");
    const client = await this.client();
    const server = await this.server();
    const earlier = this.#keys;
    this.#hasKey = false;
    this.#keys = undefined;
    await earlier?.release();
    client.generateKey();
    const half = (start: number) => ({
      ...(signal ? { signal } : {}),
      onProgress: (fraction: number) => onProgress?.(start + fraction / 2),
    });
    const file = await client.evaluationKeys(half(0));
    const keys = file === undefined ? undefined : await server.loadEvaluationKeys(file, half(0.5));
    if ((await this.#client) !== client) {
      client.dispose();
      throw engineClosed(server.runtime);
    }
    this.#keys = keys;
    this.#hasKey = true;
    onProgress?.(1);
  }

  async client(): Promise<ModuleClient> {
    const opened = this.#client ?? ModuleClient.load(this.#files.clientFile);
    this.#client = opened;
    return opened.catch((error: unknown) => {
      if (this.#client === opened) this.#client = undefined;
      throw error;
    });
  }

  async server(): Promise<ServerModule> {
    const opened = this.#server ?? ServerModule.load(this.#files.serverFile, this.#engine);
    this.#server = opened;
    return opened.catch((error: unknown) => {
      if (this.#server === opened) this.#server = undefined;
      throw error;
    });
  }

  async close(): Promise<void> {
    const [client, server] = [this.#client, this.#server];
    this.#client = undefined;
    this.#server = undefined;
    this.#keys = undefined;
    this.#hasKey = false;
    (await client?.catch(() => undefined))?.dispose();
    await (await server?.catch(() => undefined))?.close();
  }
}
