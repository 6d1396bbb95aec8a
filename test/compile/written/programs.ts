import type { Tracer } from "../../../src/index.js";
import { algorithms } from "./algorithms.js";
import { edges } from "./edges.js";
import { floats } from "./floats.js";
import { shapes } from "./shapes.js";

/** Functions by name, as oracles/concrete/written has them in Python. */
export type Programs = Readonly<
  Record<string, (x: Tracer, y: Tracer, z: Tracer) => Tracer | readonly Tracer[]>
>;

/** All of them. */
export const writtenPrograms: Programs = { ...algorithms, ...floats, ...shapes, ...edges };
