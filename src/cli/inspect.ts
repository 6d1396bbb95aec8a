import { type ClientManifest, readClientFile } from "../artifact/client-file.js";
import { readServerFile, type ServerFile } from "../artifact/server-file.js";
import { shapeText } from "../base/tensor.js";
import {
  bytesText,
  circuitCost,
  type LookupCount,
  lookupCount,
  type PromisedLimits,
} from "../circuit/cost.js";
import { cores, ratesOf, referenceSpeed } from "../circuit/machine-speed.js";
import { parameterSetText } from "../circuit/statistics.js";
import { parameterId } from "../tfhe/parameter-id.js";
import { anyCircuit, peekHeader } from "../tfhe/wire-header.js";
import { type Command, usageError } from "./arguments.js";
import { parseJson, readBytes } from "./files.js";

export const inspectCommand: Command = {
  summary: "what a client.zip, a server.zip, a key or a ciphertext holds",
  help: `velum inspect FILE... [--show graph|program|mlir|manifest]

Prints names, sizes, parameters and cost. --show prints one text of a server file alone.
Nothing secret is printed.`,
  options: ["show"],
  async run({ options, positionals }) {
    if (positionals.length === 0) throw usageError("arguments", "the files are missing");
    for (const path of positionals) console.log(await inspect(path, options["show"]));
  },
};

async function inspect(path: string, show: string | undefined): Promise<string> {
  const bytes = await readBytes(path);
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
    return table([...rows, ...clientRows(client)]);
  }
  const server = readServerFile(bytes);
  if (show !== undefined) return shownText(server, show);
  const cost = circuitCost(
    server.manifest,
    lookupsOf(server),
    promisedOf(server),
    referenceSpeed(ratesOf("native"), "native", cores(), server.manifest),
    16,
  );
  return [table([...rows, ...serverRows(server)]), server.texts["graph.txt"] ?? "", cost].join(
    "\n\n",
  );
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

type Row = readonly [string, string];

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

function clientRows(manifest: ClientManifest): Row[] {
  const { name, circuitId, parameters, inputs, outputs } = manifest;
  return [
    ["kind", "client file"],
    ["name", name],
    ["circuit", circuitId],
    ...inputs.map(
      (one): Row => ["input", `${one.name} ${shapeText(one.shape)}, ${one.min} to ${one.max}`],
    ),
    ...outputs.map(
      (one): Row => [
        "output",
        `${shapeText(one.shape)}, ${one.signed ? "int" : "uint"}${one.messageBits}`,
      ],
    ),
    ["parameters", parameterId(parameters)],
    ["", parameterSetText(parameters)],
  ];
}

function serverRows({ manifest, circuitId, constants }: ServerFile): Row[] {
  const { name, parameters, stages } = manifest;
  return [
    ["kind", "server file"],
    ["name", name],
    ["circuit", circuitId],
    ["parameters", parameterId(parameters)],
    ["", parameterSetText(parameters)],
    ["stages", `${stages.length}, constants of ${bytesText(constants.length)}`],
  ];
}

/** The tables of look-ups are prepared in the order of the stages that read them. */
function lookupsOf({ manifest }: ServerFile): LookupCount[] {
  const tables = manifest.preparations.filter(({ kind }) => kind === "tables");
  const stages = manifest.stages.filter(({ kernel }) => kernel === "velum_stage_bootstrap");
  return stages.map(({ items }, index) => {
    const { precision = 0, tablesLog2 = 0 } = tables[index] ?? {};
    return lookupCount(precision, items, tablesLog2);
  });
}

/** As the compiler noted it; undefined in files of earlier releases. */
function promisedOf({ texts }: ServerFile): PromisedLimits {
  const text = texts["failure.json"];
  const noted = text === undefined ? undefined : parseJson(text, "failure.json");
  return { failureLog2: numberOf(noted, "runLog2"), distanceLog2: numberOf(noted, "distanceLog2") };
}

function numberOf(noted: unknown, name: string): number | undefined {
  if (typeof noted !== "object" || noted === null) return undefined;
  const found: unknown = Object.entries(noted).find(([own]) => own === name)?.[1];
  return typeof found === "number" ? found : undefined;
}

function shownText({ manifest, texts }: ServerFile, show: string): string {
  const names: Readonly<Record<string, string>> = {
    graph: "graph.txt",
    program: "program.txt",
    mlir: "circuit.mlir",
  };
  if (show === "manifest") return JSON.stringify(manifest, null, 2);
  const name = names[show];
  if (name === undefined) {
    throw usageError("--show", `is "${show}", and may be graph, program, mlir, manifest`);
  }
  return (texts[name] ?? "").trimEnd();
}

function table(rows: readonly Row[]): string {
  return rows.map(([name, text]) => `${name.padEnd(16)} ${text}`).join("\n");
}
