import type { NativeMachine } from "../src/tfhe/machine-native.js";
import type { WasmMachine } from "../src/tfhe/machine-wasm.js";
import { bigLweDimension, type CryptoParameters } from "../src/tfhe/parameters.js";
import { requireBootstrap } from "../src/tfhe/wire-evaluation-keys.js";
import { Blocks, lineUp, withBlocks } from "../test/support/blocks.js";
import { layOutLwes, lweBytes, takeLwes } from "../test/support/eval-stages.js";
import type { KernelThreads } from "./kernel-threads.js";
import type { ServerKeys } from "./server-keys.js";

/** The constants that the kernels call the shape of a bootstrap; rotations are extended as `parameters.extensionLog2` says. */
export function bootstrapShape(parameters: CryptoParameters): Int32Array {
  const { dimension: k, polynomialSize: N } = parameters.glwe;
  const { lwe, bootstrapGadget, keySwitchGadget } = requireBootstrap(parameters);
  const { extensionLog2 = 0 } = parameters;
  const gadget = [bootstrapGadget.levels, bootstrapGadget.baseLog];
  const switching = [keySwitchGadget.levels, keySwitchGadget.baseLog];
  return Int32Array.of(N, k, ...gadget, extensionLog2, 0, lwe.dimension, ...switching);
}

/** Ciphertexts, a table and scratch memory, laid out once: `run` is one call of the bootstrap stage on every thread. */
export class BootstrapBatch {
  readonly #blocks: Blocks;
  readonly #threads: KernelThreads;
  readonly #calls: readonly (readonly number[])[];
  readonly #out: number;
  readonly #count: number;
  readonly #dimension: number;

  /** `lwes`: under the big key, 32-bit torus. `table`: `[2^precision]` values on it. */
  constructor(
    machine: NativeMachine | WasmMachine,
    threads: KernelThreads,
    parameters: CryptoParameters,
    keys: ServerKeys,
    lwes: readonly Uint32Array[],
    table: Int32Array,
  ) {
    this.#blocks = new Blocks(machine);
    this.#threads = threads;
    this.#count = lwes.length;
    this.#dimension = bigLweDimension(parameters.glwe);
    const shape = bootstrapShape(parameters);
    const constants = lineUp([
      shape,
      new Int32Array(lwes.length),
      testPolynomial(machine, parameters, table),
    ]);
    const [shapeAt = 0, tableOf = 0, tables = 0] = constants.offsets;
    const constantsAt = this.#blocks.copyIn(constants.bytes);
    const inputs = layOutLwes(lwes, this.#dimension);
    const workspace = this.#blocks.allocate(2 * inputs.length);
    machine.bytes(workspace, inputs.length).set(inputs);
    this.#out = workspace + inputs.length;
    const scratchBytes = withBlocks(machine, (blocks) =>
      machine.call("velum_bootstrap_scratch_bytes", blocks.copyIn(shape)),
    );
    const memory = [workspace, 2 * inputs.length, constantsAt, keys.bootstrapKey];
    const places = [shapeAt, 0, 0, tableOf, tables, 0, keys.switchKey - keys.bootstrapKey];
    this.#calls = split(lwes.length, threads.count).map(([begin, end]) => [
      ...[...memory, this.#blocks.allocate(scratchBytes), begin, end, lwes.length],
      ...[...places, inputs.length],
    ]);
  }

  async run(): Promise<void> {
    await this.#threads.run("velum_stage_bootstrap", this.#calls);
  }

  /** What the last `run` left. */
  results(): readonly Uint32Array[] {
    const bytes = this.#blocks.copyOut(this.#out, this.#count * lweBytes(this.#dimension));
    return takeLwes(bytes, this.#count, this.#dimension);
  }

  release(): void {
    this.#blocks.release();
  }
}

function testPolynomial(
  machine: NativeMachine | WasmMachine,
  parameters: CryptoParameters,
  table: Int32Array,
): Int32Array {
  const N = parameters.glwe.polynomialSize;
  const { extensionLog2 = 0 } = parameters;
  return withBlocks(machine, (blocks) => {
    const bytes = (N << extensionLog2) * 4;
    const to = blocks.allocate(bytes);
    const sizes = [Math.log2(table.length), 0, N, extensionLog2];
    machine.call("velum_expand_table", to, blocks.copyIn(table), ...sizes);
    return new Int32Array(blocks.copyOut(to, bytes).buffer);
  });
}

/** `items` in up to `threads` ranges, as equal as can be. */
function split(items: number, threads: number): (readonly [number, number])[] {
  const ranges = Math.min(items, threads);
  const edge = (i: number): number => Math.round((i * items) / ranges);
  return Array.from({ length: ranges }, (_, i) => [edge(i), edge(i + 1)] as const);
}
