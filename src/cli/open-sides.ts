import { isModuleFile } from "../artifact/module-file.js";
import { Client } from "../client/client.js";
import { ModuleClient } from "../client/module-client.js";
import { ServerCircuit } from "../runtime/server-circuit.js";
import { ServerModule } from "../runtime/server-module.js";
import type { EngineOptions } from "../runtime/start-engine.js";
import { anyCircuit, peekHeader } from "../tfhe/wire-header.js";
import { usageError } from "./arguments.js";
import { readBytes } from "./files.js";

/** The client of a circuit's or a module's client file. Errors: those of `Client.load`. */
export async function openClient(path: string): Promise<Client | ModuleClient> {
  const file = await readBytes(path);
  return isModuleFile(file) ? ModuleClient.load(file) : Client.load(file);
}

/** The same with the secret key of a file. */
export async function openClientWithKey(path: string, key: string): Promise<Client | ModuleClient> {
  const client = await openClient(path);
  client.importKey(await readBytes(key));
  return client;
}

/** The client of one function: `name` is `--function`, which modules need and circuits have not. */
export function clientOf(client: Client | ModuleClient, name: string | undefined): Client {
  if (client instanceof Client) return onlyFunction(client, name);
  return client.function(requireFunction(client.functions, name));
}

/** The client of the function that gave an answer, as its header says. */
export function clientOfAnswer(
  client: Client | ModuleClient,
  answer: Uint8Array,
  path: string,
): Client {
  if (client instanceof Client) return client;
  const { circuitId } = peekHeader(answer, path);
  const own = client.functions.map((name) => client.function(name));
  const found = own.find(({ manifest }) => manifest.circuitId === circuitId);
  if (found !== undefined) return found;
  const what = circuitId === anyCircuit ? "a key" : "of none of its functions";
  throw usageError(path, `is ${what}; the module has ${client.functions.join(", ")}`);
}

/** The server of a circuit's or a module's server file. Errors: those of `ServerCircuit.load`. */
export async function openServer(
  file: Uint8Array,
  options: Partial<EngineOptions>,
): Promise<ServerCircuit | ServerModule> {
  return isModuleFile(file) ? ServerModule.load(file, options) : ServerCircuit.load(file, options);
}

/** One function of it, as `clientOf`. */
export function functionOf(
  server: ServerCircuit | ServerModule,
  name: string | undefined,
): ServerCircuit {
  if (server instanceof ServerCircuit) return onlyFunction(server, name);
  return server.function(requireFunction(server.functions, name));
}

function onlyFunction<Side>(side: Side, name: string | undefined): Side {
  if (name === undefined) return side;
  throw usageError("--function", "is for modules, and this is the file of a single circuit");
}

/** Checked here, so that a wrong name counts as a command that was called wrongly. */
function requireFunction(functions: readonly string[], name: string | undefined): string {
  if (name !== undefined && functions.includes(name)) return name;
  const problem = name === undefined ? "is missing" : `is "${name}"`;
  throw usageError("--function", `${problem}, and may be one of ${functions.join(", ")}`);
}
