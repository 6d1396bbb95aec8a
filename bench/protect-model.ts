// The price of protected models: the same model with and without `protectModel`, one request in each call.
import { loadBreastCancer } from "../examples/breast-cancer/load-data.js";
import { splitPatients } from "../examples/breast-cancer/split-patients.js";
import {
  AdditiveClassifier,
  type Circuit,
  type CompileOptions,
  GaussianNB,
  LogisticRegression,
  RandomForestClassifier,
  XGBClassifier,
} from "../src/index.js";
import { openCircuit } from "./open-circuit.js";
import { type BenchOptions, type Line, measure, wanted } from "./row.js";

const { XTrain, yTrain } = splitPatients(loadBreastCancer(), 7);

interface Case {
  readonly name: string;
  /** What is asked of protection. */
  readonly bits: number;
  compile(options: Partial<CompileOptions>): Promise<Circuit>;
}

const logistic = (nBits: number, bits: number): Case => ({
  name: `logistic regression, 30 features, ${nBits} bits`,
  bits,
  compile: (options) =>
    new LogisticRegression({ nBits }).fit(XTrain, yTrain).compile(XTrain, options),
});

/** Few bits need no look-ups. */
const forest = (bits: number): Case => ({
  name: `forest, 20 trees of depth 4, ${bits} bits`,
  bits,
  compile: (options) =>
    new RandomForestClassifier({ nEstimators: 20, maxDepth: 4 })
      .fit(XTrain, yTrain)
      .compile(XTrain, options),
});

const boosted = (bits: number): Case => ({
  name: `50 boosted trees of depth 3, ${bits} bits`,
  bits,
  compile: (options) =>
    new XGBClassifier({ nEstimators: 50, maxDepth: 3 })
      .fit(XTrain, yTrain)
      .compile(XTrain, options),
});

const cases: readonly Case[] = [
  logistic(3, 40),
  logistic(5, 40),
  logistic(8, 34),
  {
    name: "Gaussian naive Bayes, 30 features",
    bits: 39,
    compile: (options) => new GaussianNB().fit(XTrain, yTrain).compile(XTrain, options),
  },
  {
    name: "additive classifier, 30 features",
    bits: 40,
    compile: (options) => new AdditiveClassifier().fit(XTrain, yTrain).compile(XTrain, options),
  },
  forest(15),
  forest(40),
  boosted(15),
  boosted(40),
  {
    name: "50 boosted trees of depth 3, the class",
    bits: 40,
    compile: (options) =>
      new XGBClassifier({ nEstimators: 50, maxDepth: 3, result: "class" })
        .fit(XTrain, yTrain)
        .compile(XTrain, options),
  },
];

export async function* run(options: BenchOptions): AsyncIterable<Line> {
  for (const one of cases) {
    if (!wanted(options, one.name)) continue;
    for (const protectModel of [false, { bits: one.bits }] as const) {
      const engine = { runtime: options.runtime ?? "auto", threads: options.threads } as const;
      const circuit = await one.compile({ ...engine, protectModel });
      const { client, server, keys, keygenMs, close } = await openCircuit(circuit, options);
      const request = client.encrypt(...client.manifest.inputs.map(({ shape }) => zeros(shape)));
      const repetition = { warmUp: 2, least: 8, seconds: 2, batch: 1 };
      const { minMs, medianMs } = await measure(repetition, () => server.run([request], keys));
      const { uploadBytes, downloadBytes, evaluationKeyBytes, failureLog2 } = circuit.sizes;
      const { runtime, threads } = server;
      const name = `${one.name}, ${protectModel === false ? "plain" : "protected"}`;
      const facts = {
        ...{ uploadBytes, downloadBytes, evaluationKeyBytes, failureLog2, keyMs: keygenMs },
        distanceLog2: circuit.plan.protection?.distanceLog2 ?? "none",
        messageBits: circuit.plan.outputs[0]?.messageBits ?? 0,
      };
      yield { name, runtime, threads, batch: 1, medianMs, minMs, facts };
      await circuit.close();
      await close();
    }
  }
}

function zeros(shape: readonly number[]): { shape: readonly number[]; data: Float64Array } {
  return { shape, data: new Float64Array(shape.reduce((size, length) => size * length, 1)) };
}
