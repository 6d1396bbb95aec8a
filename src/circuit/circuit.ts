import { writeClientFile } from "../artifact/client-file.js";
import { writeServerFile } from "../artifact/server-file.js";
import { Client } from "../client/client.js";
import { ServerCircuit } from "../runtime/server-circuit.js";
import type { CompileOptions } from "./compile-options.js";
import type { Compiled } from "./compiled.js";
import { CompiledFunction } from "./compiled-function.js";
import { type CircuitFiles, KeyedSides, type KeygenOptions } from "./run/keyed-sides.js";

/**
 * A compiled circuit: its graph, both files, and client and server in one place for trying things out. In production the client file
 * goes to the client (`Client`), the server file to the server (`ServerCircuit`); they never need this class.
 */
export class Circuit extends CompiledFunction implements CircuitFiles {
  readonly #compiled: Compiled;
  readonly #sides: KeyedSides<Client, ServerCircuit>;

  constructor(compiled: Compiled, options: CompileOptions) {
    const { runtime, threads } = options;
    const sides = new KeyedSides({
      path: `circuit "${compiled.graph.name}"`,
      client: () => Client.load(writeClientFile(compiled.client)),
      server: () => ServerCircuit.load(writeServerFile(compiled.server), { runtime, threads }),
    });
    super(compiled, options, sides);
    this.#compiled = compiled;
    this.#sides = sides;
  }

  /** The file for clients: shapes, encodings, parameters; no weights. */
  get clientFile(): Uint8Array<ArrayBuffer> {
    return writeClientFile(this.#compiled.client);
  }

  /** The file for the server: machine code and weights; nothing secret of any client. */
  get serverFile(): Uint8Array<ArrayBuffer> {
    return writeServerFile(this.#compiled.server);
  }

  /** Makes a secret key and, where needed, evaluation keys, and loads those into the server. Done once; `force` makes new ones. */
  async keygen(options: KeygenOptions = {}): Promise<void> {
    return this.#sides.keygen(options);
  }

  /**
   * Ends threads and overwrites the secret key. What is under way and what comes later rejects with `runtime-unavailable`; texts, costs,
   * simulation and the files stay.
   */
  async close(): Promise<void> {
    return this.#sides.close();
  }
}
