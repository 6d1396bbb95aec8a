import type { ClientManifest } from "../artifact/client-file.js";
import { readClientModule, readServerModule } from "../artifact/module-file.js";
import type { ServerFile } from "../artifact/server-file.js";
import type { ServerManifest } from "../artifact/server-manifest.js";
import { VelumError } from "../base/error.js";
import { bytesText } from "../circuit/cost/cost.js";
import { type ModuleCost, moduleCost } from "../circuit/cost/module-cost.js";
import { usageError } from "./arguments.js";
import {
  clientRows,
  graphText,
  type Row,
  serverCost,
  serverRows,
  shownText,
  table,
} from "./inspected-rows.js";

/** What `velum inspect` prints of a module's file: all functions, or function `name`; `show` for one text alone. */
export function inspectModule(
  bytes: Uint8Array,
  path: string,
  show: string | undefined,
  name: string | undefined,
): string {
  const client = clientModule(bytes);
  const side = client === undefined ? "server module" : "client module";
  const about = (names: readonly string[]): string =>
    table([
      ["file", `${path}, ${bytesText(bytes.length)}`],
      ["kind", side],
      ["functions", names.join(", ")],
    ]);
  if (client !== undefined) {
    if (show !== undefined && show !== "manifest") {
      throw usageError("--show", `${show} is not in a client file`);
    }
    const chosen = choose(client, name);
    const json = (own: ClientManifest): string => JSON.stringify(own, null, 2);
    if (show !== undefined) return sections(chosen, json);
    const rows = sections(chosen, (own) => table([...clientRows(own), ...openRows(own)]));
    return `${about([...client.keys()])}\n\n${rows}`;
  }
  const server = readServerModule(bytes);
  const chosen = choose(server, name);
  if (show !== undefined) return sections(chosen, (own) => shownText(own, show));
  const parts = sections(chosen, (own) => {
    const rows = [...serverRows(own), ...feedRows(own.manifest)];
    return [table(rows), graphText(own), serverCost(own)].join("\n\n");
  });
  const { evaluationKeyBytes, serverMemoryBytes } = moduleFileCost(server);
  const whole = table([
    ["evaluation keys", evaluationKeyBytes === 0 ? "none" : bytesText(evaluationKeyBytes)],
    ["server memory", bytesText(serverMemoryBytes)],
  ]);
  return [about([...server.keys()]), parts, `all functions:\n${whole}`].join("\n\n");
}

/** Undefined for the file of the other side. */
function clientModule(bytes: Uint8Array): Map<string, ClientManifest> | undefined {
  try {
    return readClientModule(bytes);
  } catch (error) {
    if (error instanceof VelumError && error.code === "file-kind") return undefined;
    throw error;
  }
}

function choose<Own>(
  functions: ReadonlyMap<string, Own>,
  name: string | undefined,
): ReadonlyMap<string, Own> {
  if (name === undefined) return functions;
  const own = functions.get(name);
  if (own !== undefined) return new Map([[name, own]]);
  throw usageError(
    "--function",
    `is "${name}", and may be one of ${[...functions.keys()].join(", ")}`,
  );
}

/** One function stands alone; several each under its name. */
function sections<Own>(functions: ReadonlyMap<string, Own>, text: (own: Own) => string): string {
  const [only] = functions.values();
  if (functions.size === 1 && only !== undefined) return text(only);
  return [...functions].map(([name, own]) => `${name}:\n${text(own)}`).join("\n\n");
}

/** What all functions take, by the rates of a native engine on this processor. */
export function moduleFileCost(
  server: ReadonlyMap<string, ServerFile>,
  batch?: number,
): ModuleCost {
  const costs = [...server].map(([name, own]) => [name, serverCost(own, batch)] as const);
  return moduleCost(Object.fromEntries(costs));
}

/** Which outputs may feed which parameter. */
export function feedRows({ feed }: ServerManifest): Row[] {
  return (feed?.inputs ?? []).map(({ name, from }) => [
    `${name} from`,
    from.map((source) => `${source.function} ${source.output}`).join(", "),
  ]);
}

/** Parameters that an earlier answer may be. */
export function openRows({ inputs }: ClientManifest): Row[] {
  const open = inputs.filter(({ composable }) => composable === true).map(({ name }) => name);
  return open.length === 0 ? [] : [["may be null", open.join(", ")]];
}
