/**
 * The main job of Velum in one run: predictions for encrypted patients, with scores (linear lane) and with classes
 * alone (a bootstrapped look-up).
 *
 *     npm run demo -- [--json] [--runtime auto|wasm|native] [--threads n]
 *
 * `--json`: the last line of standard output is one JSON object `{ linear, bootstrap, runtime, totalSeconds }` (lanes:
 * `LaneFigures` of encrypted-lane.ts), and everything for people goes to standard error.
 */
import { parseArgs } from "node:util";
import { accuracyScore, LogisticRegression, VelumError } from "../../src/index.js";
import { type LaneSettings, predictEncrypted } from "./encrypted-lane.js";
import { loadBreastCancer } from "./load-data.js";
import { percent, Report } from "./report.js";
import { splitPatients } from "./split-patients.js";
import { chooseTableBits, studySeeds, studyWidths } from "./table-widths.js";

const splitSeed = 42;

const { json, runtime, threads } = readArgumentsOrExit();
const report = new Report(json ? process.stderr : process.stdout);

report.line("Velum: predictions for patients whom the server cannot see");
report.line();
const cancer = loadBreastCancer();
const patients = splitPatients(cancer, splitSeed);
const { XTrain, yTrain, XTest, yTest } = patients;
report.line("In clear");
report.line(
  `  data         ${cancer.target.length} patients, ${cancer.featureNames.length} features; ` +
    `${yTrain.length} to train on, ${yTest.length} to test (seed ${splitSeed})`,
);
const linearModel = new LogisticRegression({ nBits: 8 });
await report.step(
  "fit",
  () => linearModel.fit(XTrain, yTrain),
  ({ floatModel }) =>
    `logistic regression, ${percent(accuracyScore(yTest, floatModel.predict(XTest)))} of test patients right`,
);
const { result: study } = await report.step(
  "widths",
  (progress) => studyWidths(cancer, progress),
  () => `float model and class tables on ${studySeeds.length} other splits`,
);
report.line("               explained   test accuracy (means)");
for (const { bits, explained, accuracy } of study.widths) {
  report.line(
    `    ${bits} bits     ${percent(explained).padStart(9)}   ${percent(accuracy).padStart(13)}`,
  );
}
report.line(`    float                  ${percent(study.accuracyClear).padStart(13)}`);

report.line();
report.line("Linear lane: the server returns scores, and needs no evaluation keys");
const linear = await predictLane(linearModel, { runtime, threads, batch: 1, limitMs: 5000 });

report.line();
const tableBits = chooseTableBits(XTrain, yTrain);
report.line(`Bootstrapped: the server returns classes, looked up in a table of ${tableBits} bits`);
report.line("  (the narrowest that explains 90 % of the fitted score on training patients)");
const classModel = new LogisticRegression({ classTableBits: tableBits }).fit(XTrain, yTrain);
const bootstrap = await predictLane(classModel, { runtime, threads, batch: 16, limitMs: 7000 });

const totalSeconds = Math.round(performance.now()) / 1000;
report.line();
report.line(`${totalSeconds.toFixed(1)} s in all`);
if (json) {
  const lanes = { linear: linear.figures, bootstrap: bootstrap.figures };
  console.log(JSON.stringify({ ...lanes, runtime: linear.runtime, totalSeconds }));
}

async function predictLane(model: LogisticRegression, settings: LaneSettings) {
  const { result: circuit } = await report.step(
    "compile",
    () => model.compile(XTrain),
    ({ sizes, plan }) => `${plan.lane} lane, failure 2^${Math.round(sizes.failureLog2)} a patient`,
  );
  for (const line of String(circuit).split("\n")) report.line(`    ${line}`);
  const lane = await predictEncrypted(model, circuit, patients, settings, report);
  await circuit.close();
  return lane;
}

function readArgumentsOrExit(): ReturnType<typeof readArguments> {
  try {
    return readArguments();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(2);
  }
}

function readArguments(): Pick<LaneSettings, "runtime" | "threads"> & { readonly json: boolean } {
  const { values } = parseArgs({
    options: {
      json: { type: "boolean", default: false },
      runtime: { type: "string", default: "auto" },
      threads: { type: "string" },
    },
  });
  const { json: wanted, runtime: engine } = values;
  const count = values.threads === undefined ? undefined : Number(values.threads);
  if (engine !== "auto" && engine !== "wasm" && engine !== "native") {
    throw badArgument("--runtime", engine, 'Pass "auto", "wasm" or "native"');
  }
  if (count !== undefined && !(Number.isInteger(count) && count >= 1)) {
    throw badArgument("--threads", values.threads ?? "", "Pass an integer of at least 1");
  }
  return { json: wanted, runtime: engine, threads: count };
}

function badArgument(path: string, actual: string, cure: string): VelumError {
  return new VelumError({ code: "bad-argument", path, problem: `is "${actual}"`, actual, cure });
}
