// Models from fit to decrypted answers, on the data and sizes of Concrete ML's own measurements (bench/peers/concrete_ml.py), and
// batches of encrypted rows. Breast cancer is the data set itself; the others are generated in its shape.
import {
  ClassifierClient,
  type CompileOptions,
  DecisionTreeClassifier,
  LinearRegression,
  LogisticRegression,
  RandomForestClassifier,
  RegressorClient,
  ServerCircuit,
  TreeClient,
  trainTestSplit,
  XGBClassifier,
  XGBRegressor,
} from "../src/index.js";
import type { Pipeline } from "../src/models/pipeline/pipeline.js";
import type { BitsForm } from "../src/plan/decision/decision-shapes.js";
import {
  breastCancer,
  likeDiabetes,
  likeDigits,
  type ModelData,
  scaledBreastCancer,
} from "./model-data.js";
import { concreteMl, recordedRunMs } from "./model-peer.js";
import { type BenchOptions, type Line, type Ratio, summarize, wanted } from "./row.js";

type Model = Parameters<typeof modelOf>[0];

/** What all estimators here have; the float model is kept beside the quantized one. */
function modelOf(
  model: ConstructorParameters<typeof Pipeline>[1] & {
    readonly floatModel: { predict(x: number[][]): ArrayLike<number> };
  },
) {
  return model;
}

interface ModelCase {
  readonly name: string;
  readonly data: () => ModelData;
  readonly make: () => Model;
  readonly client: "classifier" | "regressor" | "trees";
  readonly task: "classes" | "targets";
  /** Limits that decide how bits travel. */
  readonly limits?: Partial<CompileOptions>;
}

/** Of each batch, one thread and two in turn. */
const batchTurns = 5;

const seed = { randomState: 0 };
const xgb = (nEstimators: number, nBits: "thresholds" | 6) => () =>
  new XGBClassifier({ nEstimators, maxDepth: 3, nBits, ...seed });

const cases: readonly ModelCase[] = [
  linear("logreg_bc_8b", scaledBreastCancer, () => new LogisticRegression({ nBits: 8 })),
  {
    ...linear("linreg_diab_8b", likeDiabetes, () => new LinearRegression({ nBits: 8 })),
    ...{ client: "regressor", task: "targets" },
  },
  linear("logreg_digits_8b", likeDigits, () => new LogisticRegression({ nBits: 8 })),
  trees("tree_bc_d5_6b", () => new DecisionTreeClassifier({ maxDepth: 5, ...seed })),
  trees(
    "rf_bc_20x4_6b",
    () => new RandomForestClassifier({ nEstimators: 20, maxDepth: 4, ...seed }),
  ),
  trees("xgb_bc_20x3_6b", xgb(20, "thresholds")),
  trees("xgb_bc_50x3_6b", xgb(50, "thresholds")),
  {
    ...trees("xgb_bc_50x3_6b direct", xgb(50, "thresholds")),
    limits: { maxEvaluationKeyBytes: 0 },
  },
  trees("xgb_bc_50x3_6b grid", xgb(50, 6)),
  {
    ...trees("xgb_diab_20x3_6b", () => new XGBRegressor({ nEstimators: 20, maxDepth: 3, ...seed })),
    ...{ data: likeDiabetes, task: "targets" },
  },
];

function linear(name: string, data: () => ModelData, make: () => Model): ModelCase {
  return { name, data, make, client: "classifier", task: "classes" };
}

function trees(name: string, make: () => Model): ModelCase {
  return { name, data: breastCancer, make, client: "trees", task: "classes" };
}

export async function* run(options: BenchOptions): AsyncIterable<Line> {
  for (const one of cases) {
    if (wanted(options, one.name)) yield* runCase(one, options);
  }
  for (const uploadForm of ["packed", "direct"] as const) {
    const name = `xgb_bc_50x3_6b ${uploadForm === "direct" ? "direct batch" : "batch"}`;
    if (wanted(options, name)) yield* runBatches(name, uploadForm, options);
  }
}

async function* runCase(one: ModelCase, options: BenchOptions): AsyncIterable<Line> {
  const { name } = one;
  const { XTrain, XTest, yTest, model, fitMs } = fitted(one);
  const floatAnswers = Array.from(model.floatModel.predict(XTest));
  const runtime = options.runtime ?? "auto";
  const compiled = performance.now();
  const circuit = await model.compileWithSteps(
    XTrain.slice(0, 500),
    { runtime, ...one.limits },
    [],
  );
  const compileMs = performance.now() - compiled;
  const client = await openClient(one, circuit.clientFile);
  const made = performance.now();
  client.key();
  const keyFile = await client.evaluationKeys();
  const keygenMs = performance.now() - made;
  const server = await ServerCircuit.load(circuit.serverFile, {
    runtime,
    threads: options.threads,
  });
  const keys = keyFile && (await server.loadEvaluationKeys(keyFile));
  const times = { encrypt: [0].slice(1), run: [0].slice(1), decrypt: [0].slice(1) };
  const answers: number[] = [];
  let sizes = { upload: 0, download: 0 };
  for (const row of XTest) {
    const [request, encryptMs] = timed(() => client.encrypt(row));
    const started = performance.now();
    const [answer = new Uint8Array()] = await server.run([request], keys);
    times.run.push(performance.now() - started);
    const [value, decryptMs] = timed(() => client.predict(answer));
    times.encrypt.push(encryptMs);
    times.decrypt.push(decryptMs);
    answers.push(value);
    sizes = { upload: request.length, download: answer.length };
  }
  // Classes must be the float model's; targets those of the quantized model in clear.
  const due = one.task === "classes" ? floatAnswers : Array.from(await model.predict(XTest));
  const score = one.task === "classes" ? accuracy : explained;
  const { minMs, medianMs } = summarize(times.run);
  yield {
    ...{ name, runtime: server.runtime, threads: server.threads, batch: 1, medianMs, minMs },
    facts: {
      ...{ fitMs, compileMs, keygenMs },
      encryptMs: summarize(times.encrypt).medianMs,
      runMs: medianMs,
      decryptMs: summarize(times.decrypt).medianMs,
      ...{ uploadBytes: sizes.upload, downloadBytes: sizes.download },
      evaluationKeyBytes: keyFile?.length ?? 0,
      scoreFloat: score(yTest, floatAnswers),
      scoreEncrypted: score(yTest, answers),
      mismatches: answers.filter((value, i) => value !== due[i]).length,
      ...{ rows: answers.length, lane: circuit.plan.lane },
    },
  };
  yield* ratios(name, server.runtime, medianMs);
  await server.close();
  await circuit.close();
}

async function* ratios(name: string, runtime: string, ours: number): AsyncIterable<Line> {
  const peerName = name.split(" ")[0] ?? name;
  const line = { ratio: name, runtime, batch: 1, what: "time", ours } as const;
  const of = (peer: string, theirs: number): Ratio => ({
    ...line,
    ...{ peer, theirs, value: ours / theirs },
  });
  const recorded = recordedRunMs[peerName];
  if (recorded !== undefined) yield of("Concrete ML 1.9.0, recorded on 2 cores", recorded);
  const live = await concreteMl(peerName);
  if ("missing" in live) yield { skipped: `${name} against Concrete ML`, because: live.missing };
  else yield of(live.peer, live.runMs);
}

/** 1,000 encrypted rows of the 50-tree model, on one core and on two. The best of some turns: others may use the machine. */
async function* runBatches(
  name: string,
  uploadForm: BitsForm,
  options: BenchOptions,
): AsyncIterable<Line> {
  const one = cases.find(({ name }) => name === "xgb_bc_50x3_6b");
  if (one === undefined) return;
  const { XTrain, XTest, model } = fitted(one);
  const runtime = options.runtime ?? "auto";
  const circuit = await model.compileWithSteps(XTrain.slice(0, 500), { runtime, uploadForm }, []);
  const client = await openClient(one, circuit.clientFile);
  client.key();
  const keyFile = await client.evaluationKeys();
  const batch = options.batch ?? 1000;
  const different = XTest.slice(0, 20).map((row) => client.encrypt(row));
  const requests = Array.from({ length: batch }, (_, i) => different[i % 20] ?? new Uint8Array());
  const sides = [];
  for (const threads of [1, 2]) {
    const server = await ServerCircuit.load(circuit.serverFile, { runtime, threads });
    const keys = keyFile && (await server.loadEvaluationKeys(keyFile));
    await server.run(requests.slice(0, 50), keys);
    sides.push({ server, keys, rowMs: [0].slice(1), processorMs: [0].slice(1), grownMiB: 0 });
  }
  for (let turn = 0; turn < batchTurns; turn++) {
    for (const side of sides) {
      const [before, processor] = [process.memoryUsage().rss, process.cpuUsage()];
      const started = performance.now();
      await side.server.run(requests, side.keys);
      side.rowMs.push((performance.now() - started) / batch);
      const { user, system } = process.cpuUsage(processor);
      side.processorMs.push((user + system) / 1000 / batch);
      side.grownMiB = (process.memoryUsage().rss - before) / 2 ** 20;
    }
  }
  const alone = summarize(sides[0]?.rowMs ?? []).minMs;
  for (const { server, rowMs, processorMs, grownMiB } of sides) {
    const { minMs, medianMs } = summarize(rowMs);
    yield {
      ...{ name, runtime: server.runtime, threads: server.threads, batch, medianMs, minMs },
      facts: {
        ...{ rowsASecond: 1000 / minMs, speedUp: alone / minMs },
        processorMs: summarize(processorMs).minMs,
        ...{ grownMiB, uploadBytes: requests[0]?.length ?? 0 },
      },
    };
    await server.close();
  }
  await circuit.close();
}

function fitted({ data, make }: ModelCase) {
  const { X, y } = data();
  const split = trainTestSplit(X, y, { testSize: 0.25, randomState: 0 });
  const XTrain = rowsOf(split.XTrain);
  const XTest = rowsOf(split.XTest);
  const model = make();
  const [, fitMs] = timed(() => model.fit(XTrain, split.yTrain));
  return { XTrain, XTest, yTest: split.yTest, model, fitMs };
}

function rowsOf({
  shape,
  data,
}: {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}) {
  const [rows = 0, columns = 0] = shape;
  return Array.from({ length: rows }, (_, i) =>
    Array.from(data.subarray(i * columns, (i + 1) * columns)),
  );
}

/** The model's own client, from the client file alone. */
async function openClient({ client: kind }: ModelCase, file: Uint8Array) {
  if (kind === "classifier") {
    const own = await ClassifierClient.load(file);
    return faceOf(own, (answer) => own.predict(answer));
  }
  const own = kind === "trees" ? await TreeClient.load(file) : await RegressorClient.load(file);
  return faceOf(own, (answer) => own.predict(answer)[0] ?? Number.NaN);
}

function faceOf(
  own: Pick<TreeClient, "client" | "encrypt">,
  predict: (answer: Uint8Array) => number,
) {
  return {
    key: () => own.client.generateKey(),
    evaluationKeys: () => own.client.evaluationKeys(),
    encrypt: (row: number[]) => own.encrypt(row),
    predict,
  };
}

function timed<T>(work: () => T): [T, number] {
  const started = performance.now();
  const value = work();
  return [value, performance.now() - started];
}

function accuracy(y: Float64Array, found: readonly number[]): number {
  return found.filter((label, i) => label === y[i]).length / found.length;
}

/** Squared correlation, as the peer's script has it. */
function explained(y: Float64Array, found: readonly number[]): number {
  const mean = (values: ArrayLike<number>) =>
    Array.from(values).reduce((sum, v) => sum + v, 0) / values.length;
  const [my, mf] = [mean(y), mean(found)];
  let [both, ownY, ownF] = [0, 0, 0];
  found.forEach((f, i) => {
    const [dy, df] = [(y[i] ?? 0) - my, f - mf];
    both += dy * df;
    ownY += dy * dy;
    ownF += df * df;
  });
  return both ** 2 / (ownY * ownF);
}
