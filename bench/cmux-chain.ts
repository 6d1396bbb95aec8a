import type { Machine } from "../src/tfhe/machine.js";
import { Blocks } from "../test/support/blocks.js";
import { noiseBytes } from "./server-keys.js";

/** Shape of an external product. */
export interface CmuxShape {
  readonly polynomialSize: number;
  readonly dimension: number;
  readonly levels: number;
  readonly baseLog: number;
}

/** `count` CMUXes in a row on one accumulator, each with a GGSW of its own, as in a rotation. */
export class CmuxChain {
  readonly #machine: Machine;
  readonly #blocks: Blocks;
  readonly #parameters: readonly number[];
  /** Bytes of all GGSWs. */
  readonly keyBytes: number;

  constructor(machine: Machine, shape: CmuxShape, count: number) {
    const { polynomialSize: N, dimension: k, levels, baseLog } = shape;
    this.#machine = machine;
    this.#blocks = new Blocks(machine);
    const sizes = [N, k, levels];
    this.keyBytes = machine.call("velum_bootstrap_key_bytes", count, ...sizes);
    const key = this.#blocks.allocate(this.keyBytes);
    const seed = this.#blocks.allocate(32);
    const bodies = this.#blocks.copyIn(noiseBytes(count * (k + 1) * levels * N * 6));
    // The key switch of this shape is not used.
    const constants = this.#blocks.copyIn(Int32Array.of(...sizes, baseLog, 0, 0, count, 1, 4));
    const small = [N, k, count];
    const expansion = this.#blocks.allocate(machine.call("velum_expand_scratch_bytes", ...small));
    const range = [0, count];
    machine.call("velum_expand_bootstrap_key", key, seed, bodies, ...range, ...sizes, expansion);
    const scratch = machine.call("velum_bootstrap_scratch_bytes", constants);
    const accumulator = this.#blocks.copyIn(noiseBytes(4 * (k + 1) * N));
    const rotation = 777;
    const work = [accumulator, rotation, count, key, constants];
    this.#parameters = [...work, this.#blocks.allocate(scratch)];
  }

  run(): void {
    this.#machine.call("velum_cmux_chain", ...this.#parameters);
  }

  release(): void {
    this.#blocks.release();
  }
}
