import { checkOptions } from "../../base/check-options.js";
import { VelumError } from "../../base/error.js";
import { throwIfAborted } from "../../base/event-loop.js";
import type { RunOptions } from "../../runtime/run-options.js";
import type { LoadedKeys } from "../../runtime/server-circuit.js";

/** Both files of a circuit or a module. */
export interface CircuitFiles {
  /** For `Client.load`: shapes, encodings, parameters, no weights. */
  readonly clientFile: Uint8Array;
  /** For `ServerCircuit.load`, of a module `ServerModule.load`: machine code and weights, nothing secret. */
  readonly serverFile: Uint8Array;
}

/** How keys are made on one machine. */
export type KeygenOptions = RunOptions & { readonly force?: boolean };

/** A client, of a circuit or a module, as far as keys go. */
interface KeyOwner {
  generateKey(): void;
  evaluationKeys(options: RunOptions): Promise<Uint8Array | undefined>;
  dispose(): void;
}

/** A server, of a circuit or a module, as far as keys go. */
interface KeyUser {
  loadEvaluationKeys(file: Uint8Array, options: RunOptions): Promise<LoadedKeys>;
  close(): Promise<void>;
}

/** How the two sides are opened. */
interface Openers<Client extends KeyOwner, Server extends KeyUser> {
  /** Names both in errors. */
  readonly path: string;
  client(): Promise<Client>;
  server(): Promise<Server>;
}

/**
 * Client and server on one machine, opened when they are first needed, with one key: for trying things out, tests and models that
 * predict on their own machine. In production each side has its file alone.
 */
export class KeyedSides<Client extends KeyOwner, Server extends KeyUser> {
  readonly #open: Openers<Client, Server>;
  #client: Promise<Client> | undefined;
  #server: Promise<Server> | undefined;
  #keys: LoadedKeys | undefined;
  #hasKey = false;
  #closed = false;
  /** Makings of keys wait for each other, so that two calls at once make one key. */
  #making: Promise<unknown> = Promise.resolve();

  constructor(open: Openers<Client, Server>) {
    this.#open = open;
  }

  /** Loaded evaluation keys; `undefined` before `keygen`, and where none are needed. */
  get keys(): LoadedKeys | undefined {
    return this.#keys;
  }

  /** Makes a secret key and, where needed, evaluation keys, and loads those into the server. Done once; `force` makes new ones. */
  async keygen(options: KeygenOptions = {}): Promise<void> {
    checkOptions(options, ["signal", "onProgress", "force"], "keygen");
    const made = this.#making.then(() => this.#makeKeys(options));
    this.#making = made.catch(() => {});
    return made;
  }

  async #makeKeys({ signal, onProgress, force }: KeygenOptions): Promise<void> {
    this.#requireOpen();
    if (this.#hasKey && force !== true) return;
    throwIfAborted(signal, "keygen");
    const client = await this.client();
    const server = await this.server();
    const earlier = this.#keys;
    this.#hasKey = false;
    this.#keys = undefined;
    await earlier?.release();
    this.#requireOpen();
    client.generateKey();
    const half = (start: number) => ({
      signal,
      onProgress: (fraction: number) => onProgress?.(start + fraction / 2),
    });
    try {
      const file = await client.evaluationKeys(half(0));
      this.#keys = file && (await server.loadEvaluationKeys(file, half(0.5)));
      this.#requireOpen();
    } catch (error) {
      // Whatever broke because the sides were closed says so.
      this.#requireOpen();
      throw error;
    }
    this.#hasKey = true;
    onProgress?.(1);
  }

  /** The client side. Error `runtime-unavailable` after `close`. */
  async client(): Promise<Client> {
    this.#requireOpen();
    const opened = this.#client ?? this.#open.client();
    this.#client = opened;
    return opened.catch((error: unknown) => {
      if (this.#client === opened) this.#client = undefined;
      throw error;
    });
  }

  /** The server side; starts its engine. Error `runtime-unavailable` after `close`. */
  async server(): Promise<Server> {
    this.#requireOpen();
    const opened = this.#server ?? this.#open.server();
    this.#server = opened;
    return opened.catch((error: unknown) => {
      if (this.#server === opened) this.#server = undefined;
      throw error;
    });
  }

  /** Ends threads and overwrites the secret key, once. What is under way and what comes later rejects with `runtime-unavailable`. */
  async close(): Promise<void> {
    const [client, server] = [this.#client, this.#server];
    this.#closed = true;
    this.#client = undefined;
    this.#server = undefined;
    this.#keys = undefined;
    this.#hasKey = false;
    // Whoever asked for one that failed to load has been told.
    (await client?.catch(() => undefined))?.dispose();
    await (await server?.catch(() => undefined))?.close();
  }

  #requireOpen(): void {
    if (!this.#closed) return;
    throw new VelumError({
      code: "runtime-unavailable",
      path: this.#open.path,
      problem: "was closed",
      cure: "Close it after its last use, or compile or load it again",
    });
  }
}
