import { type ClientManifest, readClientFile } from "../artifact/client-file.js";
import { isModuleFile } from "../artifact/module-file.js";
import { readServerFile } from "../artifact/server-file.js";
import { bytesText } from "../circuit/cost/cost.js";
import { anyCircuit, peekHeader } from "../tfhe/wire-header.js";
import { type Command, type Options, usageError } from "./arguments.js";
import { readBytes } from "./files.js";
import { feedRows, inspectModule, openRows } from "./inspect-module.js";
import {
  clientRows,
  graphText,
  type Row,
  serverCost,
  serverRows,
  shownText,
  table,
} from "./inspected-rows.js";

export const inspectCommand: Command = {
  summary: "what a client.zip, a server.zip, a key or a ciphertext holds",
  help: `velum inspect FILE... [--show graph|program|mlir|manifest] [--function NAME]

Prints names, sizes, parameters and cost; of modules for every function, with what may feed its parameters, or for the
one that is named. --show prints one text of a server file alone. Nothing secret is printed.`,
  options: ["show", "function"],
  async run({ options, positionals }) {
    if (positionals.length === 0) throw usageError("arguments", "the files are missing");
    for (const path of positionals) console.log(await inspect(path, options));
  },
};

async function inspect(path: string, options: Options): Promise<string> {
  const { show, function: name } = options;
  const bytes = await readBytes(path);
  if (isModuleFile(bytes)) return inspectModule(bytes, path, show, name);
  if (name !== undefined) throw usageError("--function", "is for the files of modules");
  const rows: Row[] = [["file", `${path}, ${bytesText(bytes.length)}`]];
  const archive = bytes[0] === 0x50 && bytes[1] === 0x4b;
  if (!archive) {
    if (show !== undefined) throw usageError("--show", "is for server files");
    return table([...rows, ...headerRows(bytes, path)]);
  }
  const client = clientManifest(bytes);
  if (client !== undefined) {
    if (show === "manifest") return JSON.stringify(client, null, 2);
    if (show !== undefined) throw usageError("--show", `${show} is not in a client file`);
    return table([...rows, ["kind", "client file"], ...clientRows(client), ...openRows(client)]);
  }
  const server = readServerFile(bytes);
  if (show !== undefined) return shownText(server, show);
  const about = table([
    ...rows,
    ["kind", "server file"],
    ...serverRows(server),
    ...feedRows(server.manifest),
  ]);
  return [about, graphText(server), serverCost(server)].join("\n\n");
}

/** Undefined for a server file. */
function clientManifest(bytes: Uint8Array): ClientManifest | undefined {
  try {
    return readClientFile(bytes);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "file-kind") return undefined;
    throw error;
  }
}

function headerRows(bytes: Uint8Array, path: string): Row[] {
  const header = peekHeader(bytes, path);
  const kind = typeof header.kind === "number" ? `unknown kind ${header.kind}` : header.kind;
  const complete = bytes.length - 72 === header.payloadBytes;
  return [
    ["kind", kind],
    ["parameters", header.parameterId],
    ["circuit", header.circuitId === anyCircuit ? "any with these parameters" : header.circuitId],
    ["key", header.keyId],
    ["content", `${bytesText(header.payloadBytes)}${complete ? "" : ", not all of it is here"}`],
  ];
}
