// Fits the rates of src/plan/kernel-rates.ts to measured bootstraps: one line for each kind of machine that this computer has.

import {
  avx2Rates,
  type KernelRates,
  referenceRates,
  wasmRates,
} from "../src/plan/kernel-rates.js";
import { type BootstrapTime, bootstrapTime } from "../src/plan/parameters/bootstrap-cost.js";
import type { NativeMachine } from "../src/tfhe/machine-native.js";
import type { WasmMachine } from "../src/tfhe/machine-wasm.js";
import {
  type BootstrapParameters,
  bigLweDimension,
  type CryptoParameters,
} from "../src/tfhe/parameters.js";
import { BootstrapBatch } from "./bootstrap-batch.js";
import { startThreads } from "./kernel-threads.js";
import { leastSquares } from "./least-squares.js";
import { openHosts } from "./machines.js";
import type { BenchOptions, Line } from "./row.js";
import { expandKeys, meaninglessBodies, noiseBytes, releaseKeys } from "./server-keys.js";

type BootstrapSet = CryptoParameters & {
  readonly bootstraps: readonly [BootstrapParameters];
  readonly extensionLog2: number;
};

/** k, N, levels, base; n; key-switch levels, base; log2 of the extension: what the named sets use, spread over the shapes. */
const shapes = [
  [3, 512, 1, 17, 680, 5, 2, 0],
  [4, 512, 1, 23, 720, 6, 2, 0],
  [2, 1024, 1, 23, 759, 7, 2, 0],
  [2, 1024, 1, 23, 839, 5, 3, 0],
  [1, 2048, 1, 23, 839, 5, 3, 0],
  [1, 2048, 1, 23, 918, 4, 4, 0],
  [1, 2048, 1, 23, 918, 8, 2, 1],
  [1, 2048, 1, 23, 918, 6, 3, 2],
  [1, 2048, 2, 15, 998, 6, 3, 2],
  [1, 2048, 2, 15, 958, 6, 3, 3],
] as const;

const batch = 8;
const rounds = 3;

interface Sample {
  readonly parameters: BootstrapSet;
  /** One look-up alone. */
  readonly singleMs: number;
  readonly batchMs: number;
  /** Of a batch: the key switch alone. */
  readonly switchMs: number;
  readonly singleSwitchMs: number;
}

export async function* run(options: BenchOptions): AsyncGenerator<Line> {
  for (const host of await openHosts(options)) {
    const samples = await takeSamples(await host.open("eval"));
    const rates = fit(host.processor, samples);
    for (const one of samples) {
      const { glwe, bootstraps, extensionLog2 } = one.parameters;
      const [bootstrap] = bootstraps;
      const { bootstrapGadget, lwe } = bootstrap;
      yield {
        name: `k=${glwe.dimension} N=${glwe.polynomialSize} l=${bootstrapGadget.levels} n=${lwe.dimension} E=${2 ** extensionLog2}`,
        runtime: host.runtime,
        threads: 1,
        batch,
        medianMs: one.batchMs,
        minMs: one.batchMs,
        facts: {
          processor: host.processor,
          predictedMs: bootstrapTime(glwe, bootstrap, extensionLog2, rates).totalMs,
          keySwitchMs: one.switchMs,
          predictedKeySwitchMs: bootstrapTime(glwe, bootstrap, extensionLog2, rates).keySwitchMs,
          singleMs: one.singleMs,
          singleKeySwitchMs: one.singleSwitchMs,
          predictedSingleMs: bootstrapTime(glwe, bootstrap, extensionLog2, { ...rates, batch: 1 })
            .totalMs,
        },
      };
    }
    const kept = [referenceRates, avx2Rates, wasmRates].find(({ name }) => name === rates.name);
    yield kept === undefined ? { rates } : { rates, kept };
  }
}

function parametersOf(shape: (typeof shapes)[number]): BootstrapSet {
  const [k, N, levels, baseLog, n, switchLevels, switchBaseLog, extensionLog2] = shape;
  return {
    glwe: { dimension: k, polynomialSize: N, noiseLog2: 17 },
    bootstraps: [
      {
        lwe: { dimension: n, noiseLog2: 13 },
        bootstrapGadget: { baseLog, levels },
        keySwitchGadget: { baseLog: switchBaseLog, levels: switchLevels },
      },
    ],
    extensionLog2,
  };
}

/** Rounds over all shapes: what disturbs the machine for a while does not stick to one of them. */
async function takeSamples(machine: NativeMachine | WasmMachine): Promise<readonly Sample[]> {
  let samples = shapes.map((shape) => unmeasured(parametersOf(shape)));
  for (let round = 0; round < rounds; round++) {
    const next: Sample[] = [];
    for (const one of samples) next.push(await improve(machine, one));
    samples = next;
  }
  return samples;
}

function unmeasured(parameters: BootstrapSet): Sample {
  const never = Number.POSITIVE_INFINITY;
  const times = { singleMs: never, batchMs: never, switchMs: never, singleSwitchMs: never };
  return { parameters, ...times };
}

/** The sample with each time measured again, the smaller one kept. */
async function improve(machine: NativeMachine | WasmMachine, before: Sample): Promise<Sample> {
  const { parameters } = before;
  const threads = await startThreads(machine, 1);
  const keys = expandKeys(machine, parameters, meaninglessBodies(parameters));
  const size = bigLweDimension(parameters.glwe) + 1;
  const noise = new Uint32Array(noiseBytes(4 * size * batch).buffer);
  const lwes = Array.from({ length: batch }, (_, i) => noise.subarray(i * size, (i + 1) * size));
  const time = async (inputs: readonly Uint32Array[]): Promise<Pair> => {
    const table = new Int32Array(16);
    // Exponents of zero: the key switch does all its work and the rotation none.
    const zeros = inputs.map(() => new Uint32Array(size));
    const whole = new BootstrapBatch(machine, threads, parameters, keys, inputs, table);
    const part = new BootstrapBatch(machine, threads, parameters, keys, zeros, table);
    const times = await alternate(whole, part);
    whole.release();
    part.release();
    return { wholeMs: times.wholeMs / inputs.length, switchMs: times.switchMs / inputs.length };
  };
  const ofBatch = await time(lwes);
  const single = await time(lwes.slice(0, 1));
  releaseKeys(machine, keys);
  return {
    parameters,
    batchMs: Math.min(before.batchMs, ofBatch.wholeMs),
    switchMs: Math.min(before.switchMs, ofBatch.switchMs),
    singleMs: Math.min(before.singleMs, single.wholeMs),
    singleSwitchMs: Math.min(before.singleSwitchMs, single.switchMs),
  };
}

interface Pair {
  readonly wholeMs: number;
  readonly switchMs: number;
}

/** In turns, so that the key switch finds the caches as a rotation leaves them. */
async function alternate(whole: BootstrapBatch, part: BootstrapBatch): Promise<Pair> {
  let best: Pair = { wholeMs: Number.POSITIVE_INFINITY, switchMs: Number.POSITIVE_INFINITY };
  const end = performance.now() + 500;
  for (let turn = 0; turn < 4 || performance.now() < end; turn++) {
    const started = performance.now();
    await whole.run();
    const between = performance.now();
    await part.run();
    best = {
      wholeMs: Math.min(best.wholeMs, between - started),
      switchMs: Math.min(best.switchMs, performance.now() - between),
    };
  }
  return best;
}

/**
 * Rates of the key switch and of reading keys from key switches, of batches and alone, and from single look-ups that are not extended:
 * there the keys are streamed for one. Then rates of the arithmetic, which bring the model closest to the times of whole batches. Every
 * time counts by its relative error.
 */
function fit(name: string, samples: readonly Sample[]): KernelRates {
  const streams = samples.flatMap(({ parameters, ...one }) => {
    const row = (part: "totalMs" | "keySwitchMs", readers: number, ms: number): number[] =>
      [{ keySwitch: 1 }, { keyByte: 1 }, { fourier: 1 }, { pointwise: 1 }].map(
        (rate) => unit(parameters, rate, readers)[part] / ms,
      );
    const switches = [
      row("keySwitchMs", batch, one.switchMs),
      row("keySwitchMs", 1, one.singleSwitchMs),
    ];
    if (parameters.extensionLog2 > 0) return switches;
    return [...switches, row("totalMs", batch, one.batchMs), row("totalMs", 1, one.singleMs)];
  });
  const [keySwitch = 0, keyByte = 0] = leastSquares(streams);
  const arithmetic = samples.map(({ parameters, batchMs }) => {
    const rest = batchMs - unit(parameters, { keySwitch, keyByte }, batch).totalMs;
    return [{ fourier: 1 }, { pointwise: 1 }].map(
      (rate) => unit(parameters, rate, batch).totalMs / rest,
    );
  });
  const [fourier = 0, pointwise = 0] = leastSquares(arithmetic);
  return { name, batch, fourier, pointwise, keySwitch, keyByte };
}

/** What the model gives when all rates but these are nothing. */
function unit(
  parameters: BootstrapSet,
  rate: Partial<KernelRates>,
  readers: number,
): BootstrapTime {
  const none = { name: "", batch: readers, fourier: 0, pointwise: 0, keySwitch: 0, keyByte: 0 };
  const { glwe, bootstraps, extensionLog2 } = parameters;
  return bootstrapTime(glwe, bootstraps[0], extensionLog2, { ...none, ...rate });
}
