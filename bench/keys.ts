// Key generation on the client, one thread, and what the server does with the keys when it loads them.
import { systemRandom } from "../src/base/random.js";
import { generateClientKey } from "../src/keys/client-key.js";
import { generateEvaluationKeys } from "../src/keys/evaluation-keys.js";
import { namedParameterSets } from "../src/plan/parameters/named-parameter-sets.js";
import { openHost } from "./machines.js";
import { type BenchOptions, measure, type Row, wanted } from "./row.js";
import { expandKeys, onlySection, releaseKeys } from "./server-keys.js";

/** Measured unless `--only` names others. */
const usual = ["p=4 norm=5 2^-128", "p=6 norm=1 2^-64", "p=7 norm=1 2^-64", "p=8 norm=1 2^-64"];

/** The times of a row are for the client's part: a client key and its seeded evaluation keys, as a file. */
export async function* run(options: BenchOptions): AsyncGenerator<Row> {
  const host = await openHost(options);
  const client = await host.open("client");
  const server = await host.open("eval");
  const sets = namedParameterSets.filter(({ name }) =>
    options.only === undefined ? usual.includes(name) : wanted(options, name),
  );
  for (const { name, parameters } of sets) {
    let file: Uint8Array | undefined;
    const times = await measure({ warmUp: 1, least: 3, seconds: 2, batch: 1 }, async () => {
      const key = generateClientKey(parameters, systemRandom);
      file = await generateEvaluationKeys(client, key, systemRandom);
      key.dispose();
    });
    if (file === undefined) throw new RangeError("nothing was generated");
    const seeded = onlySection(file, parameters);
    let serverKeyBytes = 0;
    const expansion = await measure({ warmUp: 1, least: 3, seconds: 1, batch: 1 }, () => {
      const keys = expandKeys(server, parameters, seeded);
      serverKeyBytes = keys.bytes;
      releaseKeys(server, keys);
    });
    yield {
      name,
      runtime: host.runtime,
      threads: 1,
      batch: 1,
      medianMs: times.medianMs,
      minMs: times.minMs,
      facts: {
        processor: host.processor,
        repetitions: times.repetitions,
        evaluationKeyBytes: file.length,
        expandMs: expansion.minMs,
        serverKeyBytes,
      },
    };
  }
}
