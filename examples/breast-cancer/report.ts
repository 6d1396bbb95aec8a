/** Writes steps with their times; on a terminal the line of a running step shows how far it is. */
export class Report {
  readonly #out: NodeJS.WriteStream;

  constructor(out: NodeJS.WriteStream) {
    this.#out = out;
  }

  line(text = ""): void {
    this.#out.write(`${text}\n`);
  }

  /** Does `work` and writes `name`, what `summary` says of its result, and the time it took. */
  async step<T>(
    name: string,
    work: (progress: (fraction: number) => void) => T | Promise<T>,
    summary: (result: T) => string,
  ): Promise<{ readonly result: T; readonly ms: number }> {
    const label = `  ${name.padEnd(13)}`;
    this.#show(label);
    const start = performance.now();
    const result = await work((fraction) => this.#show(`${label}${Math.round(100 * fraction)} %`));
    const ms = performance.now() - start;
    this.#show("");
    this.line(`${label}${summary(result).padEnd(64)} ${milliseconds(ms).padStart(8)}`);
    return { result, ms };
  }

  #show(text: string): void {
    if (this.#out.isTTY) this.#out.write(`\r\u001b[2K${text}`);
  }
}

export function milliseconds(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toFixed(1)} s`;
  return ms >= 10 ? `${ms.toFixed(0)} ms` : `${ms.toFixed(2)} ms`;
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

export function bytes(count: number): string {
  if (count >= 1e6) return `${(count / 1e6).toFixed(1)} MB`;
  return count >= 1e3 ? `${(count / 1e3).toFixed(1)} KB` : `${count} bytes`;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle) - 1] ?? 0)) / 2;
}
