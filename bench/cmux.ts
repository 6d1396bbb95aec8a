// One CMUX by shape, in a chain over different GGSWs.
import { CmuxChain, type CmuxShape } from "./cmux-chain.js";
import { openHost } from "./machines.js";
import { type BenchOptions, measure, type Row, wanted } from "./row.js";

const shapes: readonly CmuxShape[] = [
  { polynomialSize: 2048, dimension: 1, levels: 1, baseLog: 23 },
  { polynomialSize: 2048, dimension: 1, levels: 2, baseLog: 15 },
  { polynomialSize: 1024, dimension: 2, levels: 1, baseLog: 23 },
  { polynomialSize: 512, dimension: 3, levels: 1, baseLog: 17 },
  { polynomialSize: 512, dimension: 4, levels: 1, baseLog: 23 },
];

/** Chains whose keys lie in the second-level cache, where a rotation's prefetching has brought them, and beyond it. */
const chains = [
  { place: "near", count: 8 },
  { place: "far", count: 128 },
] as const;

export async function* run(options: BenchOptions): AsyncGenerator<Row> {
  const host = await openHost(options);
  const machine = await host.open("eval");
  for (const shape of shapes) {
    for (const { place, count } of chains) {
      const name = `N=${shape.polynomialSize} k=${shape.dimension} l=${shape.levels} key ${place}`;
      if (!wanted(options, name)) continue;
      const chain = new CmuxChain(machine, shape, count);
      const repetition = { warmUp: 200, least: 50, seconds: 0.8, batch: count };
      const times = await measure(repetition, () => chain.run());
      chain.release();
      yield {
        name,
        runtime: host.runtime,
        threads: 1,
        batch: 1,
        medianMs: times.medianMs,
        minMs: times.minMs,
        facts: {
          processor: host.processor,
          microseconds: times.minMs * 1000,
          keyBytes: chain.keyBytes,
        },
      };
    }
  }
}
