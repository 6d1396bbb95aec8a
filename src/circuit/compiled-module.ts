import { writeClientModule, writeServerModule } from "../artifact/module-file.js";
import { ModuleClient } from "../client/module-client.js";
import { type DrawnWire, drawModuleDot, drawModuleSvg } from "../graph/module-drawing.js";
import { joinModules } from "../mlir/module-text.js";
import { ServerModule } from "../runtime/server-module.js";
import { keyFileBytes } from "../tfhe/key-files.js";
import type { CryptoParameters } from "../tfhe/parameters.js";
import type { CompileOptions } from "./compile-options.js";
import type { Compiled } from "./compiled.js";
import { checkDrawing, defaultBatch } from "./compiled-function.js";
import { type ModuleCost, moduleCost } from "./cost/module-cost.js";
import type { TagStatistics } from "./cost/statistics.js";
import { ModuleFunction } from "./module-function.js";
import { type CircuitFiles, KeyedSides, type KeygenOptions } from "./run/keyed-sides.js";

/** What the functions of a module share: key, engine, files; and what is said of all of them together. */
export class CompiledModule implements CircuitFiles {
  readonly functions: ReadonlyMap<string, ModuleFunction>;
  readonly #compiled: readonly Compiled[];
  readonly #sides: KeyedSides<ModuleClient, ServerModule>;

  constructor(compiled: readonly Compiled[], options: CompileOptions) {
    this.#compiled = compiled;
    const { runtime, threads } = options;
    const sides = new KeyedSides({
      path: "module",
      client: () => ModuleClient.load(this.clientFile),
      server: () => ServerModule.load(this.serverFile, { runtime, threads }),
    });
    this.#sides = sides;
    this.functions = new Map(
      compiled.map((own) => [own.graph.name, new ModuleFunction(own, options, sides)]),
    );
  }

  /** The op-graphs of all functions as text, each under its name. */
  toString(): string {
    return this.#sections((own) => String(own));
  }

  /** All functions in one module of the FHE and FHELinalg dialects. */
  get mlir(): string {
    return joinModules([...this.functions.values()].map(({ mlir }) => mlir));
  }

  /** The TFHE programs of all functions as text, each under its name. */
  get program(): string {
    return this.#sections(({ program }) => program);
  }

  /** One choice for all functions. */
  get parameters(): CryptoParameters {
    const [first] = this.#compiled;
    if (first === undefined) throw new Error("a module without functions");
    return first.plan.parameters;
  }

  /** Evaluation keys as they travel, bytes: one set for all functions. */
  get evaluationKeyBytes(): number {
    return keyFileBytes(this.parameters);
  }

  /** The file for clients (`ModuleClient`): shapes, encodings, parameters; no weights. */
  get clientFile(): Uint8Array<ArrayBuffer> {
    return writeClientModule(new Map(this.#compiled.map((own) => [own.graph.name, own.client])));
  }

  /** The file for the server (`ServerModule`): machine code and weights; nothing secret of any client. */
  get serverFile(): Uint8Array<ArrayBuffer> {
    return writeServerModule(new Map(this.#compiled.map((own) => [own.graph.name, own.server])));
  }

  /**
   * What each function takes, and the whole module, whose functions share keys. `batch`: requests of one call. Errors and times as
   * `Circuit.cost`.
   */
  cost(batch = defaultBatch): ModuleCost {
    const costs = [...this.functions].map(([name, own]) => [name, own.cost(batch)] as const);
    return moduleCost(Object.fromEntries(costs));
  }

  /** `cost` with times from a short measurement of every function (up to 0.3 s each) on the module's engine, which it starts. */
  async measureCost(batch = defaultBatch): Promise<ModuleCost> {
    for (const own of this.functions.values()) await own.measureCost(batch);
    return this.cost(batch);
  }

  /** By function: bootstraps, key switches, additions and multiplications by tag; the first entry is the whole function. */
  statistics(): Readonly<Record<string, TagStatistics[]>> {
    return Object.fromEntries([...this.functions].map(([name, own]) => [name, own.statistics()]));
  }

  /**
   * The functions as they are computed on ciphertexts, and which outputs may feed which parameters: text for Graphviz (`"dot"`) or a
   * picture (`"svg"`). Error: `bad-argument` for another format.
   */
  draw(format: "dot" | "svg" = "dot"): string {
    checkDrawing(format);
    const functions = [...this.functions.values()].map((own) => own.drawn());
    const draw = format === "svg" ? drawModuleSvg : drawModuleDot;
    return draw(functions, this.#wires());
  }

  /** Makes one secret key and one set of evaluation keys for all functions. Done once; `force` makes new ones. */
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

  #wires(): DrawnWire[] {
    const names = [...this.functions.keys()];
    return this.#compiled.flatMap(({ graph, server }, program) =>
      (server.manifest.feed?.inputs ?? []).flatMap(({ name, from }) => {
        const input = graph.inputNodes().findIndex((node) => node.name === name);
        return from.map((source) => ({
          from: { program: names.indexOf(source.function), output: source.output },
          to: { program, input },
        }));
      }),
    );
  }

  #sections(text: (own: ModuleFunction) => string): string {
    return [...this.functions].map(([name, own]) => `${name}:\n${text(own)}`).join("\n\n");
  }
}
