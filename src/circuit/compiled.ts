import type { ClientManifest } from "../artifact/client-file.js";
import type { ServerFile } from "../artifact/server-file.js";
import type { Graph } from "../graph/graph.js";
import type { Plan } from "../plan/plan.js";
import type { RegionProgram } from "../regions/region-program.js";

/** A graph with its plan and both files' contents. */
export interface Compiled {
  /** With bounds and widths. */
  readonly graph: Graph;
  /** The same in linear operations and look-ups alone, as it is computed on ciphertexts. */
  readonly lowered: Graph;
  readonly regions: RegionProgram;
  readonly plan: Plan;
  readonly client: ClientManifest;
  readonly server: ServerFile;
}
