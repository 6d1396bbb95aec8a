import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** What the programs of `bench/peers/` print; fields beyond these are kept as they are. */
export interface PeerReport {
  readonly peer: string;
  readonly name: string;
  readonly keyGenerationS: number;
  readonly evaluationKeyBytes: number;
  readonly minMs: number;
  readonly medianMs: number;
  readonly ok: boolean;
}

/** Environment that holds every library of a peer to one thread. */
const oneThread = {
  RAYON_NUM_THREADS: "1",
  OMP_NUM_THREADS: "1",
  OPENBLAS_NUM_THREADS: "1",
  MKL_NUM_THREADS: "1",
};

/** A peer that has its keys and waits: each `round()` measures once more. */
export class PeerProcess {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  #complaint = "";

  constructor(command: readonly string[]) {
    const [program, ...parameters] = command;
    if (program === undefined) throw new RangeError("a peer needs a command");
    this.#child = spawn(program, parameters, { env: { ...process.env, ...oneThread } });
    this.#child.stderr.on("data", (text: Buffer) => {
      this.#complaint = `${this.#complaint}${text}`.slice(-2000);
    });
    this.#child.on("error", (error) => {
      this.#complaint = error.message;
    });
    this.#child.stdin.on("error", () => {});
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** Waits until the keys are made. */
  async ready(): Promise<PeerReport> {
    return await this.#next();
  }

  async round(): Promise<PeerReport> {
    this.#child.stdin.write("\n");
    return await this.#next();
  }

  stop(): void {
    this.#child.stdin.end();
    this.#child.kill();
  }

  async #next(): Promise<PeerReport> {
    const line = await this.#lines.next();
    if (line.done === true) throw new Error(lastLine(this.#complaint));
    return JSON.parse(line.value) as PeerReport;
  }
}

/** The last line that says something: what most programs end an error with. */
export function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}
