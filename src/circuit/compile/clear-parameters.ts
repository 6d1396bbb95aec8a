import { VelumError } from "../../base/error.js";
import { encryptClear, readsClear } from "../../graph/clear-part.js";
import type { Graph } from "../../graph/graph.js";

/** Codes of errors after which the other way may do: what is too wide for weights is too wide for products of encrypted values. */
const notPlanned: readonly string[] = ["no-parameters", "unsupported-op"];

/** Clear parameters travel as they are where that can be planned; else they are encrypted like the others, in all graphs. */
export async function inPlainOrEncrypted<T>(
  graphs: readonly Graph[],
  compile: (graphs: readonly Graph[]) => Promise<T>,
): Promise<T> {
  const mixed = graphs.map((graph) => (isMixed(graph) ? graph : encryptClear(graph)));
  if (!mixed.some(readsClear)) return compile(mixed);
  try {
    return await compile(mixed);
  } catch (error) {
    if (!(error instanceof VelumError) || !notPlanned.includes(error.code)) throw error;
    try {
      return await compile(mixed.map(encryptClear));
    } catch (other) {
      throw error.code === "unsupported-op" ? other : error;
    }
  }
}

/** Some parameters are clear, and some are not. */
function isMixed(graph: Graph): boolean {
  return readsClear(graph) && graph.inputNodes().some(({ output }) => output.encrypted);
}
