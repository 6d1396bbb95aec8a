import { checkOptions } from "../base/check-options.js";
import { Checksum } from "../base/checksum.js";
import { type SliceOptions, Slices } from "../base/event-loop.js";
import type { RandomSource } from "../base/random.js";
import type { Address, Machine } from "../tfhe/machine.js";
import {
  evaluationKeyPayloadBytes,
  keySectionLayout,
  keySwitchRowBytes,
  requireBootstrap,
} from "../tfhe/wire-evaluation-keys.js";
import { allocateFile, anyCircuit, payloadOf, sealFile, seedBytes } from "../tfhe/wire-header.js";
import type { ClientKey } from "./client-key.js";
import { fillRandom, noiseBytes } from "./noise.js";
import { fillPackingKeys } from "./packing-keys.js";
import { publicKeySection } from "./public-key.js";
import { Workspace } from "./workspace.js";

/** A run of equal rows: one half of the keys of one set. */
interface RowPart {
  readonly kernel: "velum_bootstrap_key_rows" | "velum_key_switch_key_rows";
  readonly rows: number;
  readonly rowBytes: number;
  /** Noise samples of a row. */
  readonly samples: number;
  readonly noiseLog2: number;
  readonly gadget: { readonly baseLog: number; readonly levels: number };
  /** Time of a row against a key-switch row. */
  readonly weight: number;
}

/** One call of the platform's generator. */
const randomBytesPerBatch = 65536;
const rowsPerBatch = 256;

/**
 * The seeded evaluation keys of `key` as a file: everything a server needs to bootstrap, nothing that decrypts.
 * Works in slices of about 8 ms and lets the event loop run between them.
 *
 * Errors: `aborted`; `bad-argument` for parameters that need no keys or a disposed key; `runtime-unavailable` out of memory.
 * Cost: n (k+1) l GLWE encryptions and k N levels LWE encryptions for each set of the parameters.
 */
export async function generateEvaluationKeys(
  machine: Machine,
  key: ClientKey,
  random: RandomSource,
  options: SliceOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  checkOptions(options, ["signal", "onProgress"], "evaluationKeys");
  const slices = new Slices("evaluation keys", options);
  const file = allocateFile(evaluationKeyPayloadBytes(key.parameters));
  const payload = new Payload(payloadOf(file));
  const sections = key.parameters.bootstraps.map((_, set) => rowParts(key, set));
  const total = sections.flat().reduce((work, part) => work + part.rows * part.weight, 0);
  let done = 0;
  const worked = (work: number): Promise<void> => {
    done += work;
    return slices.pause(done / total);
  };
  for (const [set, parts] of sections.entries()) {
    const workspace = new Workspace(machine, key, set);
    try {
      await writeSection(workspace, parts, random, payload, worked);
    } finally {
      workspace.dispose();
    }
  }
  if (key.parameters.publicKey === true) {
    const section = publicKeySection(machine, key, random);
    payload.add(section.length, (bytes) => bytes.set(section));
  }
  if (key.parameters.packing !== undefined) {
    const section = new Uint8Array(payload.left);
    const { signal } = options;
    await fillPackingKeys(machine, key, random, section, signal === undefined ? {} : { signal });
    payload.add(section.length, (bytes) => bytes.set(section));
  }
  options.onProgress?.(1);
  sealFile(
    file,
    { kind: "evaluation keys", parameterId: key.parameterId, circuitId: anyCircuit, keyId: key.id },
    payload.checksum(),
  );
  return file;
}

/** A file's payload, written from front to back. */
class Payload {
  readonly #bytes: Uint8Array;
  readonly #sum = new Checksum();
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Bytes that are not written yet. */
  get left(): number {
    return this.#bytes.length - this.#at;
  }

  /** The next `length` bytes, written by `fill`. */
  add(length: number, fill: (bytes: Uint8Array) => void): Uint8Array {
    const bytes = this.#bytes.subarray(this.#at, this.#at + length);
    fill(bytes);
    this.#sum.update(bytes);
    this.#at += length;
    return bytes;
  }

  /** Of all that was added. */
  checksum(): number {
    return this.#sum.digest();
  }
}

/** The keys of one set: a seed and all rows. `worked` is told the weight of rows that are done. */
async function writeSection(
  workspace: Workspace,
  parts: readonly RowPart[],
  random: RandomSource,
  payload: Payload,
  worked: (work: number) => Promise<void>,
): Promise<void> {
  const { machine } = workspace;
  const seed = workspace.copyIn(payload.add(seedBytes, (bytes) => random.fill(bytes)));
  const noise = workspace.allocate(randomBytesPerBatch);
  const bodies = workspace.allocate(
    Math.max(...parts.map((part) => batchOf(part) * part.rowBytes)),
  );
  for (const part of parts) {
    for (let first = 0; first < part.rows; first += batchOf(part)) {
      const count = Math.min(batchOf(part), part.rows - first);
      fillRandom(machine, noise, count * part.samples * noiseBytes(part.noiseLog2), random);
      makeRows(workspace, part, [bodies, seed, noise], first, count);
      const length = count * part.rowBytes;
      payload.add(length, (bytes) => bytes.set(machine.bytes(bodies, length)));
      await worked(count * part.weight);
    }
  }
}

function makeRows(
  workspace: Workspace,
  part: RowPart,
  blocks: readonly Address[],
  first: number,
  count: number,
): void {
  const { baseLog, levels } = part.gadget;
  workspace.machine.call(
    part.kernel,
    workspace.client,
    ...blocks,
    first,
    count,
    baseLog,
    levels,
    part.noiseLog2,
  );
}

function rowParts(key: ClientKey, set: number): readonly RowPart[] {
  const { glwe } = key.parameters;
  const bootstrap = requireBootstrap(key.parameters, set);
  const layout = keySectionLayout(key.parameters, set);
  return [
    {
      kernel: "velum_bootstrap_key_rows",
      rows: layout.bootstrapRows,
      rowBytes: layout.bootstrapRowBytes,
      samples: glwe.polynomialSize,
      noiseLog2: glwe.noiseLog2,
      gadget: bootstrap.bootstrapGadget,
      weight: 25,
    },
    {
      kernel: "velum_key_switch_key_rows",
      rows: layout.keySwitchRows,
      rowBytes: keySwitchRowBytes,
      samples: 1,
      noiseLog2: bootstrap.lwe.noiseLog2,
      gadget: bootstrap.keySwitchGadget,
      weight: 1,
    },
  ];
}

function batchOf(part: RowPart): number {
  const fitting = Math.floor(randomBytesPerBatch / (part.samples * noiseBytes(part.noiseLog2)));
  return Math.max(1, Math.min(rowsPerBatch, fitting));
}
