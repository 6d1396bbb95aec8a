import { bootstrapShape, type RotationShape } from "../tfhe/bootstrap-shape.js";
import { type Address, offsetAddress } from "../tfhe/machine.js";
import {
  bigLweDimension,
  bootstrapKeyBodyBits,
  type CryptoParameters,
} from "../tfhe/parameters.js";
import { requireBootstrap } from "../tfhe/wire-evaluation-keys.js";
import { seedBytes } from "../tfhe/wire-header.js";
import { allocate, callKernel, type Engine, release, type Step } from "./engine.js";
import { keyBatch } from "./schedule.js";

/** Milliseconds that one range of `lookups` look-ups takes on one thread while `threads` threads are at such ranges. */
export interface LookupTime {
  readonly lookups: number;
  readonly threads: number;
  readonly ms: number;
}

/** The same of look-ups of one shape: position in the manifest's shapes. */
export interface RangeTime extends LookupTime {
  readonly shape: number;
}

/** Transform work (`N/2 log2(N/2)` a polynomial) in a measured range of one look-up: 1 to 2 ms. */
const rangeWork = { native: 1.2e7, wasm: 4e6 };
/** Key material that is really expanded; the rest of the measured key repeats it. */
const distinctSteps = 16;
/** Measured ranges read different parts of the key, as many as these, so that they find it in memory and not in a cache. */
const windows = 4;

/**
 * Measures look-ups of one shape on this engine, with keys of nobody: one and `keyBatch` look-ups a range, one and all threads.
 * Blind rotation is measured over some of its n steps, the key switch whole; both take as long on meaningless keys as on real ones.
 * Takes 0.1 to 0.3 s, and for that time up to the memory of one client's keys. `scratch`: one block a thread, for the whole shape.
 */
export async function measureLookups(
  engine: Engine,
  parameters: CryptoParameters,
  shape: RotationShape,
  scratch: readonly Address[],
): Promise<LookupTime[]> {
  const bench = await LookupBench.prepare(engine, parameters, shape, scratch);
  try {
    const times: LookupTime[] = [];
    for (const lookups of [1, keyBatch]) {
      for (const threads of new Set([1, engine.threads])) {
        times.push({ lookups, threads, ms: await bench.rangeMs(lookups, threads) });
      }
    }
    return times;
  } finally {
    await bench.release();
  }
}

/** Steps of the rotation in one measured range. */
function measuredSteps(
  parameters: CryptoParameters,
  { set, extensionLog2 }: RotationShape,
  kind: Engine["kind"],
): number {
  const { lwe, bootstrapGadget } = requireBootstrap(parameters, set);
  const { glwe } = parameters;
  const { dimension: k, polynomialSize: N } = glwe;
  const perStep =
    2 ** extensionLog2 * (k + 1) * (bootstrapGadget.levels + 1) * (N / 2) * Math.log2(N / 2);
  return Math.max(8, Math.min(lwe.dimension, Math.round(rangeWork[kind] / perStep)));
}

/** Of blocks that are not laid out yet. */
const nowhere = 0 as Address;

class LookupBench {
  readonly #engine: Engine;
  readonly #parameters: CryptoParameters;
  readonly #shape: RotationShape;
  readonly #scratch: readonly Address[];
  readonly #blocks: Address[] = [];
  #steps = 0;
  /** GGSWs in the block of keys, and bytes of one. */
  #keySteps = 0;
  #stepBytes = 0;
  /** Offsets from the keys: the whole key-switch key, and one for short rotations. */
  #switchPlace = 0;
  #shortSwitchPlace = 0;
  #keys = nowhere;
  #constants = nowhere;
  #inputs = nowhere;
  #zeros = nowhere;
  #window = 0;

  private constructor(
    engine: Engine,
    parameters: CryptoParameters,
    shape: RotationShape,
    scratch: readonly Address[],
  ) {
    this.#engine = engine;
    this.#parameters = parameters;
    this.#shape = shape;
    this.#scratch = scratch;
  }

  static async prepare(
    engine: Engine,
    parameters: CryptoParameters,
    shape: RotationShape,
    scratch: readonly Address[],
  ): Promise<LookupBench> {
    const bench = new LookupBench(engine, parameters, shape, scratch);
    try {
      await bench.#layOut();
      return bench;
    } catch (error) {
      await bench.release();
      throw error;
    }
  }

  async release(): Promise<void> {
    await release(this.#engine, ...this.#blocks.splice(0));
  }

  /** The least of some measurements of a whole range: rotation scaled to all n steps, and key switch. */
  async rangeMs(lookups: number, threads: number): Promise<number> {
    const { lwe } = requireBootstrap(this.#parameters, this.#shape.set);
    let rotation = Number.POSITIVE_INFINITY;
    let keySwitch = Number.POSITIVE_INFINITY;
    for (let i = 0; i < (lookups === 1 ? 3 : 2); i++) {
      rotation = Math.min(rotation, await this.#time(lookups, threads, "rotation"));
      keySwitch = Math.min(keySwitch, await this.#time(lookups, threads, "switch"));
    }
    return (rotation * lwe.dimension) / this.#steps + keySwitch;
  }

  async #layOut(): Promise<void> {
    const { glwe } = this.#parameters;
    const { lwe, bootstrapGadget, keySwitchGadget } = requireBootstrap(
      this.#parameters,
      this.#shape.set,
    );
    const { polynomialSize: N, dimension: k } = glwe;
    const big = bigLweDimension(glwe);
    const shape = [N, k, bootstrapGadget.levels] as const;
    this.#steps = measuredSteps(this.#parameters, this.#shape, this.#engine.kind);
    this.#keySteps = Math.min(lwe.dimension, windows * this.#steps);
    this.#stepBytes = await callKernel(this.#engine, "velum_bootstrap_key_bytes", 1, ...shape);
    const switchBytes = (n: number, levels: number): Promise<number> =>
      callKernel(this.#engine, "velum_switch_key_bytes", big, n, levels);
    const wholeSwitch = await switchBytes(lwe.dimension, keySwitchGadget.levels);
    const shortSwitch = await switchBytes(this.#steps, 1);
    this.#switchPlace = this.#keySteps * this.#stepBytes;
    this.#shortSwitchPlace = this.#switchPlace + wholeSwitch;
    this.#keys = await this.#block(this.#shortSwitchPlace + shortSwitch);
    await this.#fillKeys(shortSwitch);

    const tableBytes = 4 * (N << this.#shape.extensionLog2);
    const constants = new Uint8Array(tablePlace + tableBytes);
    const whole = bootstrapShape(this.#parameters, this.#shape);
    // The short rotation: fewer steps, and next to no key switch.
    const short = whole.slice();
    short[6] = this.#steps;
    short[7] = 1;
    constants.set(new Uint8Array(whole.buffer), wholeShapePlace);
    constants.set(new Uint8Array(short.buffer), shortShapePlace);
    constants.set(noise(tableBytes), tablePlace);
    this.#constants = await this.#block(constants.length);
    const inputBytes = this.#engine.threads * keyBatch * this.#lweBytes();
    const outputBytes = inputBytes << this.#shape.tablesLog2;
    this.#inputs = await this.#block(inputBytes + outputBytes);
    this.#zeros = await this.#block(inputBytes + outputBytes);
    await this.#engine.run(0, [
      { do: "write", address: this.#constants, data: constants },
      { do: "write", address: this.#inputs, data: noise(inputBytes) },
    ]);
  }

  /** A few GGSWs as they come from a key file, again and again; and noise for the short key switch, so that no step is idle. */
  async #fillKeys(shortSwitchBytes: number): Promise<void> {
    const { glwe } = this.#parameters;
    const { bootstrapGadget, lwe } = requireBootstrap(this.#parameters, this.#shape.set);
    const { polynomialSize: N, dimension: k } = glwe;
    const distinct = Math.min(distinctSteps, this.#keySteps);
    const bodyBytes = (distinct * (k + 1) * bootstrapGadget.levels * N * bootstrapKeyBodyBits) / 8;
    const wire = await allocate(this.#engine, seedBytes + bodyBytes);
    const scratchBytes = await callKernel(
      this.#engine,
      "velum_expand_scratch_bytes",
      ...[N, k, lwe.dimension],
    );
    const scratch = await allocate(this.#engine, scratchBytes);
    const [, , expanded] = await this.#engine.run(0, [
      { do: "write", address: wire, data: noise(seedBytes + bodyBytes) },
      {
        do: "call",
        name: "velum_expand_bootstrap_key",
        parameters: [
          ...[this.#keys, wire, wire + seedBytes, 0, distinct],
          ...[N, k, bootstrapGadget.levels, scratch],
        ],
      },
      { do: "read", address: this.#keys, bytes: distinct * this.#stepBytes },
    ]);
    await release(this.#engine, wire, scratch);
    if (typeof expanded !== "object") return;
    const copies: Step[] = [];
    for (let step = distinct; step < this.#keySteps; step += distinct) {
      const count = Math.min(distinct, this.#keySteps - step);
      copies.push({
        do: "write",
        address: offsetAddress(this.#keys, step * this.#stepBytes),
        data: expanded.subarray(0, count * this.#stepBytes),
      });
    }
    copies.push({
      do: "write",
      address: offsetAddress(this.#keys, this.#shortSwitchPlace),
      data: noise(shortSwitchBytes),
    });
    for (const copy of copies) await this.#engine.run(0, [copy]);
  }

  /** Inputs of zeros make the key switch work in full and leave the rotation nothing to do. */
  async #time(lookups: number, threads: number, part: "rotation" | "switch"): Promise<number> {
    const rotation = part === "rotation";
    const workspace = rotation ? this.#inputs : this.#zeros;
    const first = rotation ? this.#nextWindow() : 0;
    const items = this.#engine.threads * keyBatch;
    const step = (thread: number): Step => ({
      do: "call",
      name: "velum_stage_bootstrap",
      parameters: [
        ...[workspace, 0, this.#constants, this.#keys, this.#scratch[thread] ?? 0],
        ...[thread * keyBatch, thread * keyBatch + lookups, items],
        ...[rotation ? shortShapePlace : wholeShapePlace, 0, 0, tableOfPlace, tablePlace],
        ...[first * this.#stepBytes, rotation ? this.#shortSwitchPlace : this.#switchPlace],
        items * this.#lweBytes(),
      ],
    });
    const started = performance.now();
    await Promise.all(
      Array.from({ length: threads }, (_, thread) => this.#engine.run(thread, [step(thread)])),
    );
    return performance.now() - started;
  }

  #nextWindow(): number {
    const first = this.#window;
    const next = first + this.#steps;
    this.#window = next + this.#steps > this.#keySteps ? 0 : next;
    return first;
  }

  #lweBytes(): number {
    return Math.ceil(((bigLweDimension(this.#parameters.glwe) + 1) * 4) / 64) * 64;
  }

  async #block(bytes: number): Promise<Address> {
    const block = await allocate(this.#engine, bytes);
    this.#blocks.push(block);
    return block;
  }
}

/** Places in the measurement's constants. */
const wholeShapePlace = 0;
const shortShapePlace = 64;
/** Zeros: every look-up reads table 0. At most 256 threads. */
const tableOfPlace = 128;
const tablePlace = tableOfPlace + 4 * 256 * keyBatch;

/** Bytes without meaning, the same every time. */
function noise(length: number): Uint8Array<ArrayBuffer> {
  const words = new Uint32Array(Math.ceil(length / 4));
  for (let i = 0, state = 1; i < words.length; i++) {
    state = (Math.imul(state, 747796405) + 2891336453) | 0;
    words[i] = state ^ (state >>> 15);
  }
  return new Uint8Array(words.buffer, 0, length);
}
