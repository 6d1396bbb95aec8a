import type { GraphBuilder } from "../graph/builder.js";

const builders: GraphBuilder[] = [];

/** Runs `body`, during which values without traced operands (`zeros`, `constant`) belong to `builder`. */
export function withTrace<T>(builder: GraphBuilder, body: () => T): T {
  builders.push(builder);
  try {
    return body();
  } finally {
    builders.pop();
  }
}

/** The graph of the function that is traced now; undefined outside of tracing. */
export function activeTrace(): GraphBuilder | undefined {
  return builders[builders.length - 1];
}
