/**
 * What each folder of `src/` may import, in processing order. Every folder may also import `base` and itself.
 * An edge changes here and in docs/architecture.md, knowingly, in a commit that says why.
 */
export const importTable: Readonly<Record<string, readonly string[]>> = {
  base: [],
  tfhe: [],
  keys: ["tfhe"],
  security: [],
  graph: [],
  program: [],
  "op-spec": ["graph", "program"],
  ops: ["graph", "op-spec", "program"],
  quantize: [],
  trace: ["graph", "op-spec", "ops"],
  passes: ["graph", "op-spec", "ops"],
  regions: ["graph", "op-spec", "ops", "program"],
  plan: ["op-spec", "program", "regions", "security", "tfhe"],
  mlir: ["graph", "op-spec", "ops"],
  codegen: ["program", "plan", "tfhe"],
  artifact: ["graph", "program", "regions", "tfhe"],
  runtime: ["artifact", "program", "regions", "tfhe"],
  client: ["artifact", "keys", "quantize", "security", "tfhe"],
  server: ["runtime"],
  circuit: [
    ...[
      "tfhe",
      "keys",
      "security",
      "graph",
      "program",
      "op-spec",
      "ops",
      "quantize",
      "trace",
      "passes",
    ],
    ...["regions", "plan", "mlir", "codegen", "artifact", "runtime", "client", "server"],
  ],
  models: ["artifact", "op-spec", "ops", "quantize", "trace", "circuit"],
  import: ["artifact", "quantize", "circuit", "client", "models"],
};

/** The folders of `src/import/`: each may import only those before it and itself. */
export const importFolders: readonly string[] = [
  "files",
  "steps",
  "rewriting",
  "client",
  "model",
  "boosters",
  "onnx",
];

/** Folders, and files directly in `src/`, that may import everything. */
export const importEverything: readonly string[] = ["cli", "index.ts"];

/** Folders from which no chain of imports may reach `keys`: they work on ciphertexts and must be unable to decrypt. */
export const secretFree: readonly string[] = ["runtime", "server", "codegen"];

/** The only file that may ask the platform for random numbers. */
export const randomnessFile = "src/base/random.ts";

/** The only file that may import a module whose name it computes: the program that a user names on the command line. */
export const programLoader = "src/cli/load-program.ts";
