import type { ServerManifest } from "../../artifact/server-manifest.js";
import { VelumError } from "../../base/error.js";
import { evaluationKeyMemoryBytes } from "../../plan/parameters/bootstrap-cost.js";
import type { PlanLimits } from "../../plan/parameters/parameter-request.js";
import type { RegionProgram, RegionStep } from "../../regions/region-program.js";
import { expandedPublicKeyBytes } from "../../tfhe/expanded-keys.js";
import type { CryptoParameters } from "../../tfhe/parameters.js";
import { expandedPackingKeyBytes } from "../../tfhe/wire-packing-keys.js";
import type { Compiled } from "../compiled.js";

/** One client's evaluation keys in a server's memory, expanded. */
export function expandedKeyBytes(parameters: CryptoParameters): number {
  const { bootstraps, glwe, packing, publicKey } = parameters;
  return bootstraps.reduce(
    (sum, bootstrap) => sum + evaluationKeyMemoryBytes(glwe, bootstrap),
    (packing === undefined ? 0 : expandedPackingKeyBytes(parameters)) +
      (publicKey === true ? expandedPublicKeyBytes(glwe) : 0),
  );
}

/** Of one function without keys: constants and one request. */
export function memoryBesideKeys({ constantBytes, requestBytes }: ServerManifest): number {
  return constantBytes + requestBytes;
}

/** Attempts after which a limit counts as missed: constants and requests change little with the parameters. */
const mostAttempts = 4;

/** What a compilation keeps to: at first no limit; then the limit, and what was needed beside keys. */
export type MemoryLimits = Pick<PlanLimits, "maxMemoryBytes" | "otherMemoryBytes">;

/**
 * Functions that share keys, compiled so that a server holds them, one client's keys and one request of each in `limit` bytes: again
 * with the limit where that is not so by itself. Error `no-parameters`.
 */
export async function withinMemory(
  limit: number,
  pathOf: (compiled: Compiled, node: number) => string,
  compile: (limits: MemoryLimits) => Promise<Compiled[]>,
): Promise<Compiled[]> {
  let limits: MemoryLimits = { maxMemoryBytes: Number.POSITIVE_INFINITY };
  for (let attempt = 1; ; attempt++) {
    const compiled = await compile(limits);
    const needed = compiled.reduce((sum, own) => sum + memoryBesideKeys(own.server.manifest), 0);
    const [first] = compiled;
    const keys = first === undefined ? 0 : expandedKeyBytes(first.plan.parameters);
    if (keys + needed <= limit) return compiled;
    if (attempt === mostAttempts || needed === limits.otherMemoryBytes) {
      throw tooLarge(compiled, keys, limit, pathOf);
    }
    limits = { maxMemoryBytes: limit, otherMemoryBytes: needed };
  }
}

function tooLarge(
  compiled: readonly Compiled[],
  keys: number,
  limit: number,
  pathOf: (compiled: Compiled, node: number) => string,
): VelumError {
  const sum = (part: "constantBytes" | "requestBytes"): number =>
    compiled.reduce((total, { server }) => total + server.manifest[part], 0);
  const [constants, requests] = [sum("constantBytes"), sum("requestBytes")];
  const total = keys + constants + requests;
  const [worst] = [...compiled].sort(
    (a, b) => memoryBesideKeys(b.server.manifest) - memoryBesideKeys(a.server.manifest),
  );
  // Every encrypted bit is a ciphertext of some kilobytes; elsewhere weights ask for what a request takes, too.
  const byBits = worst?.plan.bits !== undefined && requests > constants;
  const node = worst && (byBits ? worst.regions.inputs[0]?.node : heaviestNode(worst.regions));
  return new VelumError({
    code: "no-parameters",
    path: worst && node !== undefined ? pathOf(worst, node) : "maxMemoryBytes",
    problem:
      `the server's memory takes ${total} bytes, and may take ${limit}: ${constants} of weights and tables, ` +
      `${requests} of a request, ${keys} of expanded keys`,
    limit,
    actual: total,
    cure:
      `Allow ${total} bytes (maxMemoryBytes), or compute ` +
      (byBits ? "on fewer bits of the inputs" : "fewer results with fewer weights and tables"),
  });
}

/** The node with the most weights, table entries or gates. */
function heaviestNode({ steps, values }: RegionProgram): number | undefined {
  let heaviest: RegionStep | undefined;
  for (const step of steps) {
    if (heaviest === undefined || weightOf(step) > weightOf(heaviest)) heaviest = step;
  }
  return heaviest && values[heaviest.result]?.node;
}

function weightOf(step: RegionStep): number {
  if (step.kind === "affine") return step.map.column.length;
  if (step.kind === "ensemble") return step.columns.length;
  return step.tables.reduce((sum, { entries }) => sum + entries.length, 0);
}
