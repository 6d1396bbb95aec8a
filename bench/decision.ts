// The decision lane: expansion of bits, CMUX, forests; bits sent whole and packed, with the parameters that the search picks.
import { decisionTime } from "../src/plan/decision/decision-cost.js";
import {
  type DecisionChoice,
  searchDecision,
} from "../src/plan/decision/parameter-search-decision.js";
import {
  avx2Rates,
  type KernelRates,
  referenceRates,
  wasmRates,
} from "../src/plan/kernel-rates.js";
import { DecisionServer } from "./decision-server.js";
import { startThreads } from "./kernel-threads.js";
import { openHost } from "./machines.js";
import { type BenchOptions, measure, type Row, wanted } from "./row.js";

/** Outputs of nine bits; packed bits within 3 KB and 0.7 MB of keys. */
const cases = [
  { bits: 80, trees: 50, depth: 3 },
  { bits: 80, trees: 100, depth: 6 },
  { bits: 300, trees: 100, depth: 6 },
] as const;
type Case = (typeof cases)[number];

export async function* run(options: BenchOptions): AsyncGenerator<Row> {
  const host = await openHost(options);
  const machine = await host.open("eval");
  const threads = await startThreads(machine, options.threads);
  const requests = options.batch ?? 1;
  const rates = ratesOf(host.processor);
  for (const one of cases) {
    for (const [form, choice] of Object.entries(choose(one, rates))) {
      const { bits, trees, depth } = one;
      const name = `${form}, ${bits} bits, ${trees} trees of depth ${depth}`;
      if (!wanted(options, name)) continue;
      const chunks = requests >= threads.count ? 1 : threads.count;
      const forest = { trees, depth, chunks };
      const { parameters, layout } = choice;
      const server = new DecisionServer(machine, threads, parameters, layout, forest, requests);
      const repetition = { warmUp: 3, least: 8, seconds: 1.5, batch: requests };
      const expansion = await measure(repetition, () => server.expand());
      const diagrams = await measure(repetition, () => server.evaluate());
      server.release();
      const products = trees * (2 ** (depth - 1) - 1);
      const leafNodes = trees * 2 ** (depth - 1);
      const work = { externalProducts: products, leafNodes, wholeBits: bits };
      const { glwe, packing } = parameters;
      yield {
        name,
        runtime: host.runtime,
        threads: threads.count,
        batch: requests,
        medianMs: expansion.medianMs + diagrams.medianMs,
        minMs: expansion.minMs + diagrams.minMs,
        facts: {
          processor: host.processor,
          expansionMs: expansion.minMs,
          diagramsMs: diagrams.minMs,
          microsecondsABit: (expansion.minMs / bits) * 1000,
          microsecondsAProduct: (diagrams.minMs / products) * 1000,
          predictedExpansionMs: decisionTime(parameters, layout, work, rates).expansionMs,
          predictedDiagramsMs: decisionTime(parameters, layout, work, rates).diagramsMs,
          uploadBytes: choice.uploadBytes,
          keyBytes: choice.keyBytes,
          downloadBytes: choice.downloadBytes,
          failureLog2: choice.failureLog2,
          polynomialSize: glwe.polynomialSize,
          dimension: glwe.dimension,
          gadget: `${layout.gadget.levels} x 2^${layout.gadget.baseLog}`,
          ...(packing === undefined ? {} : { keyed: packing.keyedLevels.join(" ") }),
        },
      };
    }
  }
  threads.close();
}

function choose({ bits, trees, depth }: Case, rates: KernelRates): Record<string, DecisionChoice> {
  const request = {
    bits,
    weights: {
      externalProducts: trees * (depth - 1),
      usesOfOneBit: Math.ceil(trees / 4),
      diagrams: trees,
      squaredDifferences: trees ** 2 / bits / 64,
    },
    messageBits: 9,
    outputs: 1,
    work: {
      externalProducts: trees * (2 ** (depth - 1) - 1),
      leafNodes: trees * 2 ** (depth - 1),
      wholeBits: bits,
    },
    failureLog2: -64,
    maxUploadBytes: Number.POSITIVE_INFINITY,
    maxKeyBytes: Number.POSITIVE_INFINITY,
    rates,
  };
  const { direct } = searchDecision(request);
  const limits = { maxUploadBytes: bits * 38, maxKeyBytes: 700e3 };
  const { packed } = searchDecision({ ...request, ...limits });
  return {
    ...(direct === undefined ? {} : { direct }),
    ...(packed === undefined ? {} : { packed }),
  };
}

function ratesOf(processor: string): KernelRates {
  return [avx2Rates, wasmRates].find(({ name }) => name === processor) ?? referenceRates;
}
