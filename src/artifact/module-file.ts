import { strToU8 } from "fflate";
import { VelumError } from "../base/error.js";
import { canonicalJson } from "../tfhe/parameter-id.js";
import {
  type ArchiveFiles,
  archiveFile,
  archiveHolds,
  archiveText,
  packArchive,
  unpackArchive,
} from "./archive.js";
import { type ClientManifest, readClientFile, writeClientFile } from "./client-file.js";
import { parseFields } from "./json-fields.js";
import {
  readServerFunction,
  type ServerFile,
  writeServerCode,
  writeServerFunction,
} from "./server-file.js";
import { checkFormat } from "./shared-fields.js";

const moduleFormat = 1;
const mostFunctions = 64;
const largestClientBytes = 2 ** 27;
const largestServerBytes = 2 ** 30;
const index = "module.json";
const code = "code.zip";

/** The file for clients of a module: a client file for each function, by name. All have the same parameters. */
export function writeClientModule(
  functions: ReadonlyMap<string, ClientManifest>,
): Uint8Array<ArrayBuffer> {
  return writeModule("client module", functions, writeClientFile);
}

/** The file for the server of a module: what functions have of their own, by name, and the machine code of all of them, once. */
export function writeServerModule(
  functions: ReadonlyMap<string, ServerFile>,
): Uint8Array<ArrayBuffer> {
  const [first] = functions.values();
  if (first === undefined) throw new RangeError("a module without functions");
  const codes = new Set([...functions.values()].map(({ program }) => program));
  if (codes.size > 1) throw new RangeError("functions with machine code of their own");
  return writeModule("server module", functions, writeServerFunction, {
    [code]: writeServerCode(first),
  });
}

/** Whether a file is that of a module, of either side. */
export function isModuleFile(bytes: Uint8Array): boolean {
  return archiveHolds(bytes, index);
}

/** What one side has of function `name`. Error `bad-argument` where the module has no such function. */
export function functionOf<Part>(functions: ReadonlyMap<string, Part>, name: string): Part {
  const found = functions.get(name);
  if (found !== undefined) return found;
  throw new VelumError({
    code: "bad-argument",
    path: `function "${name}"`,
    problem: "does not exist in this module",
    cure: `Use one of ${[...functions.keys()].join(", ")}`,
  });
}

/** Reads the client's file of a module. Errors: those of `readClientFile`; `wrong-parameters` where functions do not share a key. */
export function readClientModule(bytes: Uint8Array): Map<string, ClientManifest> {
  const side = "client module";
  const functions = readModule(bytes, side, largestClientBytes, (own) => readClientFile(own));
  checkShared([...functions].map(([name, own]) => [name, own.parameters]));
  return functions;
}

/** Reads the server's file of a module. It is code that will be executed. Errors: those of `readServerFile`; `wrong-parameters`. */
export function readServerModule(bytes: Uint8Array): Map<string, ServerFile> {
  const side = "server module";
  const functions = readModule(bytes, side, largestServerBytes, (own, files) =>
    readServerFunction(own, archiveFile(files, code, side)),
  );
  checkShared([...functions].map(([name, own]) => [name, own.manifest.parameters]));
  return functions;
}

type Side = "client module" | "server module";

function writeModule<Part>(
  side: Side,
  functions: ReadonlyMap<string, Part>,
  write: (part: Part) => Uint8Array,
  shared: ArchiveFiles = {},
): Uint8Array<ArrayBuffer> {
  const names = [...functions.keys()];
  const entry = { format: moduleFormat, kind: side, functions: names };
  const files = [...functions.values()].map((part, at) => [`${at}.zip`, write(part)] as const);
  return packArchive({
    [index]: strToU8(canonicalJson(entry)),
    ...Object.fromEntries(files),
    ...shared,
  });
}

function readModule<Part>(
  bytes: Uint8Array,
  side: Side,
  largestBytes: number,
  read: (bytes: Uint8Array, files: ArchiveFiles) => Part,
): Map<string, Part> {
  const files = unpackArchive(bytes, side, largestBytes);
  const single = files["client.json"] !== undefined || files["manifest.json"] !== undefined;
  if (single) throw otherKind(side, "the file of a single circuit");
  const fields = parseFields(archiveText(files, index, side), side, index);
  checkFormat(side, fields.value("format"), moduleFormat);
  const kind = fields.text("kind", /^(client|server) module$/);
  if (kind !== side) throw otherKind(side, `a ${kind}`);
  const names = fields.list("functions", mostFunctions, (value) => {
    if (typeof value === "string" && value !== "") return value;
    throw fields.misfit("functions", "holds something else than names");
  });
  if (names.length === 0) throw fields.misfit("functions", "is empty");
  return new Map(
    names.map((name, at) => [name, read(archiveFile(files, `${at}.zip`, side), files)]),
  );
}

function checkShared(functions: readonly (readonly [string, unknown])[]): void {
  const [first] = functions;
  if (first === undefined) return;
  const shared = canonicalJson(first[1]);
  for (const [name, parameters] of functions) {
    if (canonicalJson(parameters) === shared) continue;
    throw new VelumError({
      code: "wrong-parameters",
      path: "module",
      problem: `its functions "${first[0]}" and "${name}" have different parameters`,
      cure: "Compile the module anew",
    });
  }
}

function otherKind(side: Side, actual: string): VelumError {
  return new VelumError({
    code: "file-kind",
    path: side,
    problem: `is ${actual}`,
    limit: side,
    actual,
    cure:
      actual === "the file of a single circuit"
        ? "Use Client.load or ServerCircuit.load for it"
        : `Pass the ${side} that belongs to it`,
  });
}
