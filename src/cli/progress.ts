/** Follows work on a terminal, on one line of standard error; where that is no terminal, silent. */
export class Progress {
  readonly #out = process.stderr;
  #shown = "";

  /** Shows what is being done. */
  stage(name: string): void {
    this.#show(name);
  }

  /** `onProgress` of work called `name`, and Ctrl-C as its abort signal. */
  options(name: string): { signal: AbortSignal; onProgress: (fraction: number) => void } {
    const controller = new AbortController();
    process.once("SIGINT", () => controller.abort());
    return {
      signal: controller.signal,
      onProgress: (fraction) => this.#show(`${name} ${Math.floor(100 * fraction)} %`),
    };
  }

  /** Wipes the line. */
  end(): void {
    this.#show("");
  }

  #show(text: string): void {
    if (!this.#out.isTTY || text === this.#shown) return;
    this.#out.write(`\r${text.padEnd(this.#shown.length)}${text === "" ? "\r" : ""}`);
    this.#shown = text;
  }
}
