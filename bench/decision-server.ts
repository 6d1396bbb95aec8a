import { type Address, offsetAddress } from "../src/tfhe/machine.js";
import type { NativeMachine } from "../src/tfhe/machine-native.js";
import type { WasmMachine } from "../src/tfhe/machine-wasm.js";
import { type CryptoParameters, packingKeyBodyBits } from "../src/tfhe/parameters.js";
import { type BitsLayout, expandedBitBytes } from "../src/tfhe/wire-bits.js";
import { seedBytes } from "../src/tfhe/wire-header.js";
import { inputBodyBytes } from "../src/tfhe/wire-input.js";
import { packingKeyLayout, packingShape } from "../src/tfhe/wire-packing-keys.js";
import { Blocks, lineUp } from "../test/support/blocks.js";
import type { KernelThreads } from "./kernel-threads.js";
import { noiseBytes } from "./server-keys.js";

/** Full trees of one depth on bits in turn; `[bit, low, high, to]` a node. */
export interface Forest {
  readonly trees: number;
  readonly depth: number;
  readonly chunks: number;
}

interface StageCall {
  readonly name: string;
  readonly items: number;
  readonly constants: readonly number[];
}

/** Requests of meaningless bits and a forest over them, laid out once. Times do not depend on what the bits say. */
export class DecisionServer {
  readonly #blocks: Blocks;
  readonly #threads: KernelThreads;
  readonly #requests: number;
  readonly #stride: number;
  readonly #workspace: Address;
  readonly #constants: number;
  readonly #keys: number;
  readonly #scratch: readonly number[];
  readonly #expansion: readonly StageCall[];
  readonly #diagrams: readonly StageCall[];

  constructor(
    machine: NativeMachine | WasmMachine,
    threads: KernelThreads,
    parameters: CryptoParameters,
    layout: BitsLayout,
    forest: Forest,
    requests: number,
  ) {
    this.#blocks = new Blocks(machine);
    this.#threads = threads;
    this.#requests = requests;
    const { polynomialSize: N, dimension: k } = parameters.glwe;
    const { levels, baseLog } = layout.gadget;
    const packed = parameters.packing !== undefined;
    const glweBytes = (k + 1) * N * 4;
    const rows = layout.length * levels;
    const table = forestTable(forest, layout.length);
    const shape = packed ? packingShape(parameters) : new Int32Array(1);
    const constants = lineUp([
      shape,
      table.starts,
      table.nodes,
      table.leaves,
      Int32Array.of(0),
      new Int32Array(N),
      new Int32Array(layout.length).fill(3),
    ]);
    const [shapeAt = 0, starts = 0, nodes = 0, leaves = 0, positions = 0, addends = 0, needs = 0] =
      constants.offsets;
    let end = 0;
    const place = (bytes: number): number => {
      const at = end;
      end += Math.ceil(bytes / 64) * 64;
      return at;
    };
    const uploadBytes = seedBytes + inputBodyBytes(layout);
    const upload = place(uploadBytes + 8);
    const rowsAt = place(packed ? rows * glweBytes * 2 : 0);
    const bits = place(layout.length * expandedBitBytes(parameters.glwe, levels));
    const sums = place(forest.chunks * glweBytes);
    const result = place(2 * glweBytes);
    this.#stride = end;
    this.#workspace = this.#blocks.allocate(end * requests);
    this.#constants = this.#blocks.copyIn(constants.bytes);
    for (let request = 0; request < requests; request++) {
      const at = offsetAddress(this.#workspace, request * end + upload);
      machine.bytes(at, uploadBytes).set(noiseBytes(uploadBytes));
    }
    let scratch = Math.max(
      machine.call("velum_ensemble_scratch_bytes", N, k, levels, forest.depth + 1),
      machine.call("velum_ggsw_expand_scratch_bytes", N, k),
    );
    this.#keys = 0;
    if (packed) {
      const at = this.#blocks.copyIn(shape);
      scratch = Math.max(scratch, machine.call("velum_packing_scratch_bytes", at));
      this.#keys = this.#blocks.allocate(machine.call("velum_packing_key_bytes", at));
      const { expansionRows, conversionRows, rowBytes } = packingKeyLayout(parameters);
      const count = expansionRows + conversionRows;
      const seed = this.#blocks.copyIn(new Uint8Array(seedBytes));
      const bodies = this.#blocks.copyIn(noiseBytes(count * rowBytes));
      const own = this.#blocks.allocate(scratch);
      const range = [0, count, packingKeyBodyBits];
      machine.call("velum_expand_packing_key", this.#keys, seed, bodies, ...range, at, own);
    }
    this.#scratch = Array.from({ length: threads.count }, () => this.#blocks.allocate(scratch));
    const steps = parameters.packing?.expansionLevels ?? 0;
    this.#expansion = packed
      ? [
          {
            name: "velum_stage_packed_open",
            items: Math.ceil(rows / 2 ** steps),
            constants: [upload, layout.bodyBits, shapeAt, rows, rowsAt],
          },
          ...Array.from({ length: steps }, (_, step) => ({
            name: "velum_stage_packed_step",
            items: Math.ceil(rows / 2 ** (steps - step)),
            constants: [shapeAt, step, rows, 0, rowsAt],
          })),
          {
            name: "velum_stage_packed_convert",
            items: layout.length,
            constants: [shapeAt, levels, needs, 0, rowsAt, bits],
          },
        ]
      : [
          {
            name: "velum_stage_ggsw_expand",
            items: layout.length,
            constants: [upload, layout.bodyBits, N, k, levels, needs, bits],
          },
        ];
    const tables = [starts, nodes, leaves, positions, 1];
    this.#diagrams = [
      {
        name: "velum_stage_ensemble",
        items: forest.chunks,
        constants: [bits, N, k, levels, baseLog, ...tables, sums],
      },
      {
        name: "velum_stage_ensemble_sum",
        items: 1,
        constants: [sums, forest.chunks, N, k, addends, result],
      },
    ];
  }

  async expand(): Promise<void> {
    for (const call of this.#expansion) await this.#run(call);
  }

  async evaluate(): Promise<void> {
    for (const call of this.#diagrams) await this.#run(call);
  }

  async #run({ name, items, constants }: StageCall): Promise<void> {
    const total = items * this.#requests;
    const ranges = Math.min(total, this.#threads.count);
    const edge = (i: number): number => Math.round((i * total) / ranges);
    const calls = Array.from({ length: ranges }, (_, i) => [
      ...[this.#workspace, this.#stride, this.#constants, this.#keys, this.#scratch[i] ?? 0],
      ...[edge(i), edge(i + 1), items, ...constants],
    ]);
    await this.#threads.run(name, calls);
  }

  release(): void {
    this.#blocks.release();
  }
}

/** Nodes of full trees, depth first, and leaves of nine bits. */
function forestTable(
  { trees, depth, chunks }: Forest,
  bits: number,
): { readonly starts: Int32Array; readonly nodes: Int32Array; readonly leaves: Int32Array } {
  const nodes: number[] = [];
  const starts = [0];
  let next = 0;
  let leaf = 0;
  const visit = (left: number, slot: number, to: number): number => {
    if (left === 0) return -1 - (leaf++ % 512);
    const low = visit(left - 1, slot, slot);
    const high = visit(left - 1, slot + 1, slot + 1);
    nodes.push((next++ * 7) % bits, low, high, to);
    return to;
  };
  for (let chunk = 0; chunk < chunks; chunk++) {
    const first = Math.round((chunk * trees) / chunks);
    const last = Math.round(((chunk + 1) * trees) / chunks);
    for (let tree = first; tree < last; tree++) visit(depth, 0, -1);
    starts.push(nodes.length / 4);
  }
  const leaves = Int32Array.from({ length: 512 }, (_, i) => (i * 37) << 23);
  return { starts: Int32Array.from(starts), nodes: Int32Array.from(nodes), leaves };
}
