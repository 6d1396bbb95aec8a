import type { Tracer } from "../../../src/index.js";

/** Functions by name, as oracles/concrete/written has them in Python. */
export type Programs = Readonly<
  Record<string, (x: Tracer, y: Tracer, z: Tracer) => Tracer | readonly Tracer[]>
>;
