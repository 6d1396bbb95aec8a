// A server with expanded evaluation keys: the stages and parts of a bootstrap, as functions of arrays.
import assert from "node:assert/strict";
import { bootstrapKernel, stepsKernel } from "../../src/tfhe/bootstrap-shape.js";
import { type Address, type Machine, offsetAddress } from "../../src/tfhe/machine.js";
import type { BootstrapParameters, CryptoParameters } from "../../src/tfhe/parameters.js";
import {
  requireBootstrap,
  type SeededEvaluationKeys,
} from "../../src/tfhe/wire-evaluation-keys.js";
import { lineUp, withBlocks } from "./blocks.js";
import { layOutLwes, lweBytes, runStage, takeLwes } from "./eval-stages.js";

/** Tables to look up: the values are 32-bit torus elements, `[2^tablesLog2, 2^precision]` for each. */
export interface Lookup {
  readonly precision: number;
  readonly tablesLog2: number;
  readonly tables: readonly Int32Array[];
  /** The table of every ciphertext; the first by default. */
  readonly tableOf?: readonly number[];
  /** Added to every body before the positions are read. */
  readonly offset?: number;
  /** How many entries in front of the argument's are read, each in a ciphertext of its own; of one table. */
  readonly steps?: readonly number[];
}

export class EvalServer {
  readonly machine: Machine;
  readonly parameters: CryptoParameters;
  readonly bootstrap: BootstrapParameters;
  /** Of the big LWE key. */
  readonly dimension: number;
  readonly #bootstrapKey: Address;
  readonly #switchKey: Address;
  readonly #ggswBytes: number;
  readonly #extensionLog2: number;

  /** Rotations are extended as `parameters.extensionLog2` says; 2^0-fold where it is absent. */
  constructor(
    machine: Machine,
    parameters: CryptoParameters,
    seeded: SeededEvaluationKeys,
    set = 0,
  ) {
    const keys = seeded.sections[set];
    assert.ok(keys);
    this.#extensionLog2 = parameters.extensionLog2 ?? 0;
    this.machine = machine;
    this.parameters = parameters;
    this.bootstrap = requireBootstrap(parameters, set);
    const { dimension: k, polynomialSize: N } = parameters.glwe;
    const { lwe, bootstrapGadget, keySwitchGadget } = this.bootstrap;
    const n = lwe.dimension;
    const { levels } = bootstrapGadget;
    this.dimension = k * N;
    const bytes = machine.call("velum_bootstrap_key_bytes", n, N, k, levels);
    this.#ggswBytes = bytes / n;
    this.#bootstrapKey = machine.allocate(bytes);
    const switching = [k * N, n, keySwitchGadget.levels];
    this.#switchKey = machine.allocate(machine.call("velum_switch_key_bytes", ...switching));
    withBlocks(machine, (blocks) => {
      const seed = blocks.copyIn(keys.seed);
      const scratch = blocks.allocate(machine.call("velum_expand_scratch_bytes", N, k, n));
      const bodies = blocks.copyIn(keys.bootstrapBodies);
      const shape = [N, k, levels];
      const to = this.#bootstrapKey;
      machine.call("velum_expand_bootstrap_key", to, seed, bodies, 0, n, ...shape, scratch);
      const rows = k * N * keySwitchGadget.levels;
      const words = blocks.copyIn(keys.keySwitchBodies);
      const at = this.#switchKey;
      machine.call("velum_expand_switch_key", at, seed, words, 0, rows, ...switching, scratch);
    });
  }

  release(): void {
    this.machine.release(this.#bootstrapKey);
    this.machine.release(this.#switchKey);
  }

  #shape(tablesLog2: number): Int32Array {
    const { dimension: k, polynomialSize: N } = this.parameters.glwe;
    const { bootstrapGadget, keySwitchGadget, lwe } = this.bootstrap;
    const { levels, baseLog } = bootstrapGadget;
    const rotation = [levels, baseLog, this.#extensionLog2, tablesLog2];
    const switching = [lwe.dimension, keySwitchGadget.levels, keySwitchGadget.baseLog];
    return Int32Array.of(N, k, ...rotation, ...switching);
  }

  #scratchBytes(tablesLog2: number): number {
    return withBlocks(this.machine, (blocks) =>
      this.machine.call("velum_bootstrap_scratch_bytes", blocks.copyIn(this.#shape(tablesLog2))),
    );
  }

  /** Key switch, modulus switch, blind rotation and extraction: for each ciphertext `2^tablesLog2`, or one a step, in a row. */
  lookUp(lwes: readonly Uint32Array[], lookup: Lookup): Uint32Array[] {
    const { precision, tablesLog2, tables, offset = 0, steps } = lookup;
    const tableOf = lookup.tableOf ?? lwes.map(() => 0);
    const count = lwes.length * (steps?.length ?? 2 ** tablesLog2);
    const words = this.parameters.glwe.polynomialSize << this.#extensionLog2;
    const places = (steps ?? []).map((step) =>
      step === 0 ? 0 : 2 * words - step * (words >> precision),
    );
    const constants = lineUp([
      this.#shape(tablesLog2),
      Int32Array.from(tableOf),
      concatenate(tables.map((table) => this.#testPolynomial(table, precision, tablesLog2))),
      Int32Array.from(places),
    ]);
    const [shapeAt = 0, tableOfAt = 0, tablesAt = 0, placesAt = 0] = constants.offsets;
    const outBytes = new Uint8Array(count * lweBytes(this.dimension));
    const { bytes, offsets } = lineUp([layOutLwes(lwes, this.dimension), outBytes]);
    const out = offsets[1] ?? 0;
    const after = runStage(
      this.machine,
      steps === undefined ? bootstrapKernel : stepsKernel,
      {
        workspace: bytes,
        constants: constants.bytes,
        keys: this.#bootstrapKey,
        items: lwes.length,
        scratchBytes: this.#scratchBytes(tablesLog2),
      },
      shapeAt,
      offset,
      0,
      tableOfAt,
      tablesAt,
      0,
      this.#switchKey - this.#bootstrapKey,
      out,
      ...(steps === undefined ? [] : [placesAt, places.length]),
    );
    return takeLwes(after.subarray(out), count, this.dimension);
  }

  #testPolynomial(values: Int32Array, precision: number, tablesLog2: number): Int32Array {
    const { polynomialSize: N } = this.parameters.glwe;
    const extensionLog2 = this.#extensionLog2;
    return withBlocks(this.machine, (blocks) => {
      const bytes = (N << extensionLog2) * 4;
      const to = blocks.allocate(bytes);
      const from = blocks.copyIn(values);
      const sizes = [precision, tablesLog2, N, extensionLog2];
      this.machine.call("velum_expand_table", to, from, ...sizes);
      return new Int32Array(blocks.copyOut(to, bytes).buffer);
    });
  }

  /** From the big key to the small one. */
  keySwitch(lwes: readonly Uint32Array[]): Uint32Array[] {
    const bytes = lweBytes(this.bootstrap.lwe.dimension);
    return withBlocks(this.machine, (blocks) => {
      const shape = blocks.copyIn(this.#shape(0));
      const scratch = blocks.allocate(this.#scratchBytes(0));
      const from = blocks.allocate(4 * (this.dimension + 1));
      const to = blocks.allocate(bytes);
      return lwes.map((lwe) => {
        this.machine
          .bytes(from, lwe.byteLength)
          .set(new Uint8Array(lwe.buffer, lwe.byteOffset, lwe.byteLength));
        this.machine.call("velum_key_switch", to, from, this.#switchKey, shape, scratch);
        return new Uint32Array(
          blocks.copyOut(to, bytes).buffer,
          0,
          this.bootstrap.lwe.dimension + 1,
        );
      });
    });
  }

  /** Exponents of small ciphertexts: positions of the extended accumulator, multiples of `2^tablesLog2`. */
  modulusSwitch(lwes: readonly Uint32Array[], tablesLog2: number): Uint32Array[] {
    return withBlocks(this.machine, (blocks) => {
      const shape = blocks.copyIn(this.#shape(tablesLog2));
      const bytes = 4 * (this.bootstrap.lwe.dimension + 1);
      const from = blocks.allocate(bytes);
      const to = blocks.allocate(bytes);
      return lwes.map((lwe) => {
        this.machine.bytes(from, bytes).set(new Uint8Array(lwe.buffer, lwe.byteOffset, bytes));
        this.machine.call("velum_modulus_switch", to, from, shape);
        return new Uint32Array(blocks.copyOut(to, bytes).buffer);
      });
    });
  }

  /** `acc + GGSW_bit x (X^a acc - acc)` on `[k + 1, N]` words of the 32-bit torus. */
  cmux(accumulator: Int32Array, a: number, bit: number): Int32Array {
    return withBlocks(this.machine, (blocks) => {
      const at = blocks.copyIn(accumulator);
      const key = offsetAddress(this.#bootstrapKey, bit * this.#ggswBytes);
      const shape = blocks.copyIn(this.#shape(0));
      const scratch = blocks.allocate(this.#scratchBytes(0));
      this.machine.call("velum_cmux_chain", at, a, 1, key, shape, scratch);
      return new Int32Array(blocks.copyOut(at, accumulator.byteLength).buffer);
    });
  }
}

function concatenate(arrays: readonly Int32Array[]): Int32Array {
  const joined = new Int32Array(arrays.reduce((sum, array) => sum + array.length, 0));
  let at = 0;
  for (const array of arrays) {
    joined.set(array, at);
    at += array.length;
  }
  return joined;
}
