import {
  accuracyScore,
  type Circuit,
  ClassifierClient,
  type LogisticRegression,
  ServerCircuit,
} from "../../src/index.js";
import { bytes, median, milliseconds, percent, type Report } from "./report.js";
import { firstRows, type Patients, rowOf } from "./split-patients.js";

/** What the demo reports of one lane. Times: `keygenMs` in all, the others milliseconds a patient, medians. */
export interface LaneFigures {
  /** Test patients that were encrypted. */
  readonly samples: number;
  /** Of the float model, on these patients; as the two below. */
  readonly accuracyClear: number;
  readonly accuracyQuantized: number;
  readonly accuracyEncrypted: number;
  /** Patients for whom the decrypted number is not exactly that of the simulation and of the quantized model. */
  readonly mismatches: number;
  /** Of one patient. */
  readonly uploadBytes: number;
  readonly downloadBytes: number;
  /** Once a client; 0 where none are needed. */
  readonly evaluationKeyBytes: number;
  readonly keygenMs: number;
  /** Quantizing included. */
  readonly encryptMs: number;
  /** Time of a request to the server divided by the patients in it. */
  readonly runMs: number;
  readonly decryptMs: number;
  /** Patients in one request to the server. */
  readonly batch: number;
}

export interface LaneSettings {
  readonly runtime: "auto" | "wasm" | "native";
  readonly threads: number | undefined;
  readonly batch: number;
  /** No further requests are sent after so many milliseconds. */
  readonly limitMs: number;
}

/**
 * Predicts on encrypted test patients as a hospital and a service would: the hospital holds the client file and the key, the
 * service the server file and evaluation keys, and only bytes pass between them.
 */
export async function predictEncrypted(
  model: LogisticRegression,
  circuit: Circuit,
  { XTest, yTest }: Patients,
  settings: LaneSettings,
  report: Report,
): Promise<{ readonly figures: LaneFigures; readonly runtime: "wasm" | "native" }> {
  const { clientFile, serverFile } = circuit;
  const { result: service } = await report.step(
    "service",
    () => ServerCircuit.load(serverFile, { runtime: settings.runtime, threads: settings.threads }),
    (own) => `loads ${bytes(serverFile.length)}: ${own.runtime}, ${own.threads} threads`,
  );
  const hospital = await ClassifierClient.load(clientFile);
  const { result: keyFile, ms: keygenMs } = await report.step(
    "keys",
    (onProgress) => {
      hospital.client.generateKey();
      return hospital.client.evaluationKeys({ onProgress });
    },
    (file) =>
      file ? `secret key; ${bytes(file.length)} for the service, once` : "secret key only",
  );
  const keys =
    keyFile &&
    (
      await report.step(
        "upload keys",
        (onProgress) => service.loadEvaluationKeys(keyFile, { onProgress }),
        () => "expanded by the service",
      )
    ).result;

  const encryptMs: number[] = [];
  const { result: requests } = await report.step(
    "encrypt",
    () =>
      yTest.reduce<Uint8Array[]>((list, _, patient) => {
        list.push(timed(encryptMs, () => hospital.encrypt(rowOf(XTest, patient))));
        return list;
      }, []),
    (all) => `${all.length} patients, ${bytes(all[0]?.length ?? 0)} each`,
  );

  const runMs: number[] = [];
  const { result: answers } = await report.step(
    "predict",
    async (progress) => {
      const all: Uint8Array[] = [];
      const start = performance.now();
      while (all.length < requests.length && performance.now() - start < settings.limitMs) {
        const batch = requests.slice(all.length, all.length + settings.batch);
        const sent = performance.now();
        all.push(...(await service.run(batch, keys)));
        runMs.push((performance.now() - sent) / batch.length);
        progress(all.length / requests.length);
      }
      return all;
    },
    (all) => {
      const limit = all.length < requests.length ? `, ${milliseconds(settings.limitMs)} limit` : "";
      return `${all.length} of ${requests.length} patients${limit}; answers of ${bytes(all[0]?.length ?? 0)}`;
    },
  );

  const samples = answers.length;
  const X = firstRows(XTest, samples);
  const y = yTest.slice(0, samples);
  const returnsScores = hospital.coding.result === "scores";
  const decryptMs: number[] = [];
  const { result: decrypted } = await report.step(
    "decrypt",
    () => answers.map((answer) => timed(decryptMs, () => hospital.decrypt(answer))),
    () => (returnsScores ? "scores, then classes" : "classes"),
  );
  const values = decrypted.map((one) =>
    returnsScores ? hospital.coding.scores(one).data[0] : hospital.coding.labels(one)[0],
  );
  const [simulated, quantized] = await Promise.all(
    (["simulate", "disable"] as const).map((fhe) =>
      returnsScores
        ? model.decisionFunction(X, { fhe }).then(({ data }) => data)
        : model.predict(X, { fhe }),
    ),
  );
  const equal = values.map((value, i) => value === simulated?.[i] && value === quantized?.[i]);
  const labels = decrypted.map((one) => hospital.coding.labels(one)[0] ?? Number.NaN);
  const figures: LaneFigures = {
    samples,
    accuracyClear: accuracyScore(y, model.floatModel.predict(X)),
    accuracyQuantized: accuracyScore(y, await model.predict(X)),
    accuracyEncrypted: accuracyScore(y, labels),
    mismatches: equal.filter((same) => !same).length,
    uploadBytes: requests[0]?.length ?? 0,
    downloadBytes: answers[0]?.length ?? 0,
    evaluationKeyBytes: keyFile?.length ?? 0,
    keygenMs,
    encryptMs: median(encryptMs),
    runMs: median(runMs),
    decryptMs: median(decryptMs),
    batch: settings.batch,
  };
  report.line(
    `  a patient    encrypt ${milliseconds(figures.encryptMs)}, server ${milliseconds(figures.runMs)}` +
      `${settings.batch > 1 ? ` (in requests of ${settings.batch})` : ""}, decrypt ${milliseconds(figures.decryptMs)}`,
  );
  report.line(
    `  accuracy     float ${percent(figures.accuracyClear)}, quantized ${percent(figures.accuracyQuantized)}, ` +
      `encrypted ${percent(figures.accuracyEncrypted)}`,
  );
  report.line(
    `  three modes  ${figures.mismatches === 0 ? "equal" : "DIFFERENT"}: quantized, simulated and encrypted ` +
      `${returnsScores ? "scores" : "classes"} of ${samples} patients, ${figures.mismatches} differ`,
  );
  const { runtime } = service;
  await service.close();
  hospital.client.dispose();
  return { figures, runtime };
}

function timed<T>(times: number[], work: () => T): T {
  const start = performance.now();
  const result = work();
  times.push(performance.now() - start);
  return result;
}
