/** Every failure that Velum reports on purpose. The text is made from the parts, so tests and programs can read the parts. */
export type ErrorCode =
  | "bad-argument"
  | "bad-shape"
  | "not-a-number"
  | "out-of-range"
  | "file-foreign"
  | "file-version"
  | "file-kind"
  | "file-truncated"
  | "file-corrupt"
  | "file-too-large"
  | "wrong-key"
  | "wrong-circuit"
  | "wrong-parameters"
  | "insecure-parameters"
  | "not-fitted"
  | "not-compiled"
  | "not-traceable"
  | "unsupported-op"
  | "not-integer"
  | "empty-inputset"
  | "width-too-wide"
  | "no-parameters"
  | "aborted"
  | "runtime-unavailable";

export interface ErrorParts {
  /** What went wrong, stable for programs. */
  readonly code: ErrorCode;
  /** The node, field, file or argument concerned, e.g. `matmul "fc1"`. */
  readonly path: string;
  /** What was found there, as a sentence without the path. Never a secret value. */
  readonly problem: string;
  /** The limit that was crossed, where there is one. */
  readonly limit?: number | string;
  /** The value found, where it is public. */
  readonly actual?: number | string;
  /** What to do about it, as a sentence. */
  readonly cure: string;
}

/**
 * The one error class of Velum. `message` reads `path: problem. cure`; its parts are there for programs.
 */
export class VelumError extends Error {
  /** What went wrong, stable for programs. */
  readonly code: ErrorCode;
  /** The node, field, file or argument concerned. */
  readonly path: string;
  /** The limit that was crossed, where there is one. */
  readonly limit: number | string | undefined;
  /** The value found, where it is public. */
  readonly actual: number | string | undefined;
  /** What to do about it. */
  readonly cure: string;
  readonly #parts: ErrorParts;

  constructor(parts: ErrorParts) {
    super(`${parts.path}: ${parts.problem}. ${parts.cure}`);
    this.name = "VelumError";
    this.code = parts.code;
    this.path = parts.path;
    this.limit = parts.limit;
    this.actual = parts.actual;
    this.cure = parts.cure;
    this.#parts = parts;
  }

  /** What the error was made from; unlike an `Error` it travels between threads unchanged. */
  get parts(): ErrorParts {
    return this.#parts;
  }
}
