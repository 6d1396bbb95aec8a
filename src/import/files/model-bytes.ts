import { VelumError } from "../../base/error.js";

/** A kind of model file that its first bytes tell. */
interface ModelKind {
  readonly what: string;
  readonly importer: "importXgboost" | "importLightgbm" | "importOnnx" | "";
  readonly is: (bytes: Uint8Array) => boolean;
  readonly cure: string;
}

const kinds: readonly ModelKind[] = [
  {
    what: "XGBoost's JSON or UBJSON",
    importer: "importXgboost",
    is: (bytes) => startsWith(bytes, "{"),
    cure: "Read it with importXgboost",
  },
  {
    what: "LightGBM's text",
    importer: "importLightgbm",
    is: (bytes) => startsWith(bytes, "tree\n") || startsWith(bytes, "tree\r\n"),
    cure: "Read it with importLightgbm",
  },
  {
    what: "an ONNX model",
    importer: "importOnnx",
    // The number of the format's version, then a string (who made the file) or the next version.
    is: ([field, version = 0, next = 0]) =>
      field === 0x08 && version < 0x20 && [0x10, 0x12, 0x1a].includes(next),
    cure: "Read it with importOnnx",
  },
  {
    what: "a Python pickle",
    importer: "",
    is: ([first, version = 0]) => first === 0x80 && version >= 2 && version <= 5,
    cure: "Export the model with skl2onnx, or save it with its library's own save_model",
  },
  {
    what: "a zip archive",
    importer: "",
    is: (bytes) => startsWith(bytes, "PK"),
    cure: "Read a file that Velum wrote with ImportedModel.load, others after unpacking",
  },
];

/** What the first bytes tell; undefined for anything else. */
export function modelKind(bytes: Uint8Array): ModelKind | undefined {
  return kinds.find(({ is }) => is(bytes));
}

/**
 * The bytes of a model file for `importer`. Errors: `bad-argument` for anything but bytes, as a path; `file-foreign` for files that
 * another importer reads, pickles and archives.
 */
export function modelBytes(source: unknown, importer: string): Uint8Array {
  if (!(source instanceof Uint8Array)) {
    throw new VelumError({
      code: "bad-argument",
      path: importer,
      problem: `got ${typeof source === "string" ? "a text" : typeof source}, and the bytes of a file are due`,
      cure: `Pass what the file holds: ${importer}(readFileSync(path))`,
    });
  }
  const kind = modelKind(source);
  if (kind === undefined || kind.importer === importer) return source;
  throw new VelumError({
    code: "file-foreign",
    path: importer,
    problem: `the file is ${kind.what}`,
    cure: kind.cure,
  });
}

function startsWith(bytes: Uint8Array, text: string): boolean {
  return [...text].every((letter, at) => bytes[at] === letter.charCodeAt(0));
}
