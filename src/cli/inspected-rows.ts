import type { ClientManifest } from "../artifact/client-file.js";
import type { ServerFile } from "../artifact/server-file.js";
import { shapeText } from "../base/tensor.js";
import {
  bytesText,
  type CircuitCost,
  circuitCost,
  type LookupCount,
  lookupCount,
  type PromisedLimits,
} from "../circuit/cost/cost.js";
import { cores, ratesOf, referenceSpeed } from "../circuit/cost/machine-speed.js";
import { parameterSetText } from "../circuit/cost/statistics.js";
import type { DecisionWork } from "../plan/decision/decision-cost.js";
import { isBootstrap } from "../tfhe/bootstrap-shape.js";
import { parameterId } from "../tfhe/parameter-id.js";
import { usageError } from "./arguments.js";
import { parseJson } from "./files.js";

/** A name and a text. */
export type Row = readonly [string, string];

export function table(rows: readonly Row[]): string {
  return rows.map(([name, text]) => `${name.padEnd(16)} ${text}`).join("\n");
}

/** What a client file says; nothing of it is secret. */
export function clientRows(manifest: ClientManifest): Row[] {
  const { name, circuitId, parameters, inputs, outputs } = manifest;
  return [
    ["name", name],
    ["circuit", circuitId],
    ...inputs.map(
      (one): Row => [
        one.clear === true ? "clear input" : "input",
        `${one.name} ${shapeText(one.shape)}, ${one.min} to ${one.max}`,
      ],
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

export function serverRows({ manifest, circuitId, constants }: ServerFile): Row[] {
  const { name, parameters, stages } = manifest;
  return [
    ["name", name],
    ["circuit", circuitId],
    ["parameters", parameterId(parameters)],
    ["", parameterSetText(parameters)],
    ["stages", `${stages.length}, constants of ${bytesText(constants.length)}`],
  ];
}

/** Its op-graph. */
export function graphText({ texts }: ServerFile): string {
  return (texts["graph.txt"] ?? "").trimEnd();
}

/** What it takes, by the rates of a native engine on this processor. */
export function serverCost(server: ServerFile, batch = 16): CircuitCost {
  const { manifest } = server;
  const speed = referenceSpeed(ratesOf("native"), "native", cores(), manifest, gatesOf(server));
  return circuitCost(manifest, lookupsOf(server), promisedOf(server), speed, batch);
}

/** The tables of look-ups are prepared in the order of the stages that read them. */
function lookupsOf({ manifest }: ServerFile): LookupCount[] {
  const tables = manifest.preparations.filter(({ kind }) => kind === "tables");
  const stages = manifest.stages.filter(isBootstrap);
  return stages.map(({ items }, index) => {
    const { precision = 0, tablesLog2 = 0 } = tables[index] ?? {};
    return lookupCount(precision, items, tablesLog2);
  });
}

/** As the compiler noted it; undefined in files of earlier releases. */
function promisedOf(server: ServerFile): PromisedLimits {
  const noted = notedIn(server, "failure.json");
  return { failureLog2: numberOf(noted, "runLog2"), distanceLog2: numberOf(noted, "distanceLog2") };
}

/** The gates of trees; undefined in files without trees, and of earlier releases. */
function gatesOf(server: ServerFile): DecisionWork | undefined {
  const noted = notedIn(server, "gates.json");
  const externalProducts = numberOf(noted, "externalProducts");
  const leafNodes = numberOf(noted, "leafNodes");
  const wholeBits = numberOf(noted, "wholeBits");
  if (externalProducts === undefined || leafNodes === undefined || wholeBits === undefined) return;
  return { externalProducts, leafNodes, wholeBits };
}

function notedIn({ texts }: ServerFile, name: string): unknown {
  const text = texts[name];
  return text === undefined ? undefined : parseJson(text, name);
}

function numberOf(noted: unknown, name: string): number | undefined {
  if (typeof noted !== "object" || noted === null) return undefined;
  const found: unknown = Object.entries(noted).find(([own]) => own === name)?.[1];
  return typeof found === "number" ? found : undefined;
}

export function shownText({ manifest, texts }: ServerFile, show: string): string {
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
