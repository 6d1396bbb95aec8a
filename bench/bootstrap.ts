// Key switch and bootstrap of the named parameter sets, one row for each set and batch size. Every result is decrypted and compared.
import { systemRandom } from "../src/base/random.js";
import { generateClientKey } from "../src/keys/client-key.js";
import { generateEvaluationKeys } from "../src/keys/evaluation-keys.js";
import {
  type NamedParameterSet,
  namedParameterSets,
} from "../src/plan/parameters/named-parameter-sets.js";
import type { Machine } from "../src/tfhe/machine.js";
import type { NativeMachine } from "../src/tfhe/machine-native.js";
import type { WasmMachine } from "../src/tfhe/machine-wasm.js";
import { requireBootstrap } from "../src/tfhe/wire-evaluation-keys.js";
import { keyBits } from "../test/support/plain-tfhe.js";
import { lwePhase } from "../test/support/torus-phase.js";
import { BootstrapBatch } from "./bootstrap-batch.js";
import { type KernelThreads, startThreads } from "./kernel-threads.js";
import { openHost } from "./machines.js";
import { type BenchOptions, measure, type Row, wanted } from "./row.js";
import { expandKeys, noiseBytes, onlySection, releaseKeys } from "./server-keys.js";

/** `--batch` counts ciphertexts of one call over all threads; by default 1 and 8 for each thread. */
export async function* run(options: BenchOptions): AsyncGenerator<Row> {
  const host = await openHost(options);
  const machine = await host.open("eval");
  const client = await host.open("client");
  const threads = await startThreads(machine, options.threads);
  try {
    for (const set of namedParameterSets.filter((set) => wanted(options, set.name))) {
      const { runtime, processor } = host;
      for await (const { facts, ...row } of measureSet(set, machine, client, threads, options)) {
        yield { ...row, runtime, facts: { processor, ...facts } };
      }
    }
  } finally {
    threads.close();
  }
}

async function* measureSet(
  set: NamedParameterSet,
  machine: NativeMachine | WasmMachine,
  client: Machine,
  threads: KernelThreads,
  options: BenchOptions,
): AsyncGenerator<Omit<Row, "runtime">> {
  const { extensionLog2 } = set;
  const parameters = { ...set.parameters, extensionLog2 };
  const { glwe } = parameters;
  const { lwe: smallKey } = requireBootstrap(parameters);
  const key = generateClientKey(parameters, systemRandom);
  const file = await generateEvaluationKeys(client, key, systemRandom);
  const { big } = keyBits(key);
  const keys = expandKeys(machine, parameters, onlySection(file, parameters));
  try {
    for (const batch of batches(set, options)) {
      const messages = Array.from({ length: batch }, (_, i) => (5 * i + 3) % 2 ** set.precision);
      const lwes = messages.map((m, i) => encrypt(m, set.precision, big, i));
      const table = Int32Array.from({ length: 2 ** set.precision }, (_, m) =>
        encode(image(m, set.precision), set.precision),
      );
      const work = new BootstrapBatch(machine, threads, parameters, keys, lwes, table);
      const repetition = options.only === undefined ? quick : thorough;
      const times = await measure({ ...repetition, batch }, () => work.run());
      const correct = work
        .results()
        .every(
          (lwe, i) =>
            decode(lwePhase(lwe, big), set.precision) === image(messages[i] ?? 0, set.precision),
        );
      work.release();
      yield {
        name: set.name,
        threads: threads.count,
        batch,
        medianMs: times.medianMs,
        minMs: times.minMs,
        facts: {
          correct,
          repetitions: times.repetitions,
          evaluationKeyBytes: file.length,
          serverKeyBytes: keys.bytes,
          n: smallKey.dimension,
          N: glwe.polynomialSize,
          k: glwe.dimension,
          extension: 2 ** extensionLog2,
        },
      };
    }
  } finally {
    releaseKeys(machine, keys);
    key.dispose();
  }
}

/** All sets within two minutes; a single one with more patience. */
const quick = { warmUp: 2, least: 3, seconds: 0.4 };
const thorough = { warmUp: 3, least: 5, seconds: 3 };

/** From 8 components on, the kernel rotates one ciphertext at a time, and a batch is worth no row of its own. */
function batches(set: NamedParameterSet, options: BenchOptions): readonly number[] {
  if (options.batch !== undefined) return [options.batch];
  const alone = set.extensionLog2 >= 3 && options.only === undefined;
  return (alone ? [1] : [1, 8]).map((batch) => batch * options.threads);
}

/** The table of the benchmark: every value comes up, in no order. */
function image(message: number, precision: number): number {
  return (5 * message + 3) % 2 ** precision;
}

/** A message below one bit of padding, on the 32-bit torus. */
function encode(message: number, precision: number): number {
  return message * 2 ** (31 - precision);
}

function decode(phase: number, precision: number): number {
  const turns = 2 ** (precision + 1);
  return ((Math.round(phase * turns) % turns) + turns) % turns;
}

/** An LWE ciphertext without noise; the stream of its mask depends on `index`. */
function encrypt(
  message: number,
  precision: number,
  big: readonly number[],
  index: number,
): Uint32Array {
  const bytes = noiseBytes(4 * big.length * (index + 1)).slice(4 * big.length * index);
  const lwe = new Uint32Array(big.length + 1);
  lwe.set(new Uint32Array(bytes.buffer));
  let body = encode(message, precision);
  big.forEach((bit, i) => {
    if (bit === 1) body = (body + (lwe[i] ?? 0)) | 0;
  });
  lwe[big.length] = body;
  return lwe;
}
