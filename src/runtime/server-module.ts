import { functionOf, readServerModule } from "../artifact/module-file.js";
import { checkOptions } from "../base/check-options.js";
import type { RunInput } from "./composed-input.js";
import type { Engine } from "./engine.js";
import { EngineHost } from "./engine-host.js";
import type { RunOptions } from "./run-options.js";
import { type LoadedKeys, ServerCircuit } from "./server-circuit.js";
import { type EngineOptions, startEngine } from "./start-engine.js";

/**
 * The functions of a module on a server: one engine, and one set of evaluation keys a client for all of them. Answers of one function
 * may be inputs of another where the module was compiled so.
 *
 *     const module = await ServerModule.load(serverFile);
 *     const keys = await module.loadEvaluationKeys(keyFile);
 *     const [first] = await module.run("increment", [request], keys);
 *     const [second] = await module.run("double", [first], keys);
 */
export class ServerModule {
  readonly #host: EngineHost;
  readonly #functions: ReadonlyMap<string, ServerCircuit>;

  private constructor(host: EngineHost, functions: ReadonlyMap<string, ServerCircuit>) {
    this.#host = host;
    this.#functions = functions;
  }

  /** Loads the server file of a module. It executes code from the file. Errors: those of `ServerCircuit.load`. */
  static async load(
    bytes: Uint8Array,
    options: Partial<EngineOptions> = {},
  ): Promise<ServerModule> {
    checkOptions(options, ["runtime", "threads"], "ServerModule.load");
    const files = readServerModule(bytes);
    const [first] = files.values();
    if (first === undefined) throw new Error("a module without functions");
    const engine = await startEngine(first, { runtime: "auto", threads: undefined, ...options });
    const host = new EngineHost(engine);
    const sources = new Map(
      [...files.values()].map(({ circuitId, manifest }) => [
        circuitId,
        { name: manifest.name, manifest },
      ]),
    );
    try {
      const functions = new Map<string, ServerCircuit>();
      for (const [name, file] of files) {
        functions.set(name, await ServerCircuit.onHost(file, host, sources));
      }
      return new ServerModule(host, functions);
    } catch (error) {
      await host.close();
      throw error;
    }
  }

  /** Names of the functions. */
  get functions(): string[] {
    return [...this.#functions.keys()];
  }

  /** `native` or `wasm`. */
  get runtime(): Engine["kind"] {
    return this.#host.engine.kind;
  }

  /** Threads that share the work. */
  get threads(): number {
    return this.#host.engine.threads;
  }

  /** Expands one client's evaluation keys, for all functions. Release them when the client is gone. */
  async loadEvaluationKeys(file: Uint8Array, options: RunOptions = {}): Promise<LoadedKeys> {
    return this.#any().loadEvaluationKeys(file, options);
  }

  /** Computes one function; see `ServerCircuit.run`. Errors: also `bad-argument` for a function that does not exist. */
  async run(
    name: string,
    inputs: readonly RunInput[],
    keys?: LoadedKeys,
    options: RunOptions = {},
  ): Promise<Uint8Array[]> {
    return this.function(name).run(inputs, keys, options);
  }

  /** One function, on the engine of all; `close` of the module closes it. Error `bad-argument` where there is none. */
  function(name: string): ServerCircuit {
    return functionOf(this.#functions, name);
  }

  /** Ends the threads and frees the memory, loaded keys included. */
  async close(): Promise<void> {
    await this.#host.close();
  }

  #any(): ServerCircuit {
    const [first] = this.#functions.values();
    if (first === undefined) throw new Error("a module without functions");
    return first;
  }
}
