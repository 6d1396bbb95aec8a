import { VelumError } from "../../base/error.js";
import type { Compiled } from "../compiled.js";

/** Follows one compilation: its stages with their times, and what each leaves, for `debugFolder` and `onStage`. */
export class CompileRecord {
  readonly #folder: string | undefined;
  readonly #onStage: ((stage: string) => void) | undefined;
  readonly #files = new Map<string, string | Uint8Array>();
  readonly #timings: { stage: string; ms: number }[] = [];
  #stageStart = 0;

  constructor(folder: string | undefined, onStage: ((stage: string) => void) | undefined) {
    this.#folder = folder;
    this.#onStage = onStage;
  }

  /** Ends the stage before and begins `stage`. */
  begin(stage: string): void {
    this.#endStage();
    this.#timings.push({ stage, ms: 0 });
    this.#stageStart = performance.now();
    this.#onStage?.(stage);
  }

  /** Keeps a file of the folder; `content` is not asked for where there is no folder. */
  keep(name: string, content: () => string | Uint8Array): void {
    if (this.#folder !== undefined) this.#files.set(name, content());
  }

  /** Keeps what is told of a compiled function: its dialect text and both manifests. `folder`: of a function of a module. */
  keepManifests({ server, client }: Compiled, folder = ""): void {
    this.keep(`${folder}circuit.mlir`, () => server.texts["circuit.mlir"] ?? "");
    this.keep(`${folder}manifest.json`, () => `${JSON.stringify(server.manifest, null, 2)}\n`);
    this.keep(`${folder}client.json`, () => `${JSON.stringify(client, null, 2)}\n`);
  }

  /** Keeps the machine code: of modules one program for all functions. */
  keepCode({ server }: Compiled): void {
    this.keep("program.c", () => server.programSource);
    this.keep("program.wasm", () => server.program);
  }

  /**
   * `work`, then everything kept goes to the folder: where `work` fails too, with `error.txt` beside it and the failing stage last in
   * `timings.json`. Errors: those of `work`, and `runtime-unavailable` for a folder in a web page.
   */
  async whileDoing<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      const result = await work();
      await this.#write();
      return result;
    } catch (error) {
      this.keep("error.txt", () => errorText(error));
      // What went wrong first is what the caller is told.
      await this.#write().catch(() => {});
      throw error;
    }
  }

  #endStage(): void {
    const last = this.#timings.at(-1);
    if (last !== undefined) last.ms = performance.now() - this.#stageStart;
  }

  async #write(): Promise<void> {
    this.#endStage();
    const folder = this.#folder;
    if (folder === undefined) return;
    if (typeof process === "undefined" || process.versions?.node === undefined) {
      throw new VelumError({
        code: "runtime-unavailable",
        path: "debugFolder",
        problem: "a web page has no folders",
        cure: "Compile in Node, or read the texts of the circuit",
      });
    }
    const { mkdir, writeFile } = process.getBuiltinModule("node:fs/promises");
    const { dirname, join } = process.getBuiltinModule("node:path");
    await mkdir(folder, { recursive: true });
    const timings = this.#timings.map(({ stage, ms }) => ({ stage, ms: Number(ms.toFixed(3)) }));
    await writeFile(join(folder, "timings.json"), `${JSON.stringify(timings, null, 2)}\n`);
    for (const [name, content] of this.#files) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), content);
    }
  }
}

function errorText(error: unknown): string {
  if (!(error instanceof Error)) return `${String(error)}\n`;
  const code = error instanceof VelumError ? `${error.code}\n` : "";
  return `${code}${error.message}\n\n${error.stack ?? ""}\n`;
}
