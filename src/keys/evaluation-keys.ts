import { checkOptions } from "../base/check-options.js";
import { Checksum } from "../base/checksum.js";
import { nextTurn, sliceMs, throwIfAborted } from "../base/event-loop.js";
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

export interface GenerationOptions {
  /** Stops the work within a slice; the promise then rejects with code `aborted`. */
  readonly signal?: AbortSignal | undefined;
  /** Gets the share that is done, rising from 0 to 1. */
  readonly onProgress?: ((fraction: number) => void) | undefined;
}

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
  options: GenerationOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  checkOptions(options, ["signal", "onProgress"], "evaluationKeys");
  const { signal, onProgress } = options;
  throwIfAborted(signal, "evaluation keys");
  const file = allocateFile(evaluationKeyPayloadBytes(key.parameters));
  const payload = payloadOf(file);
  const sum = new Checksum();
  const sections = key.parameters.bootstraps.map((_, set) => rowParts(key, set));
  const total = sections.flat().reduce((work, part) => work + part.rows * part.weight, 0);
  let at = 0;
  let done = 0;
  let sliceStart = performance.now();
  for (const [set, parts] of sections.entries()) {
    const ownSeed = payload.subarray(at, at + seedBytes);
    random.fill(ownSeed);
    sum.update(ownSeed);
    at += seedBytes;
    const workspace = new Workspace(machine, key, set);
    try {
      const seed = workspace.copyIn(ownSeed);
      const noise = workspace.allocate(randomBytesPerBatch);
      const bodies = workspace.allocate(
        Math.max(...parts.map((part) => batchOf(part) * part.rowBytes)),
      );
      for (const part of parts) {
        for (let first = 0; first < part.rows; first += batchOf(part)) {
          const count = Math.min(batchOf(part), part.rows - first);
          fillRandom(machine, noise, count * part.samples * noiseBytes(part.noiseLog2), random);
          makeRows(workspace, part, [bodies, seed, noise], first, count);
          const made = payload.subarray(at, at + count * part.rowBytes);
          made.set(machine.bytes(bodies, made.length));
          sum.update(made);
          at += made.length;
          done += count * part.weight;
          if (performance.now() - sliceStart < sliceMs) continue;
          onProgress?.(done / total);
          await nextTurn();
          throwIfAborted(signal, "evaluation keys");
          sliceStart = performance.now();
        }
      }
    } finally {
      workspace.dispose();
    }
  }
  if (key.parameters.publicKey === true) {
    const section = publicKeySection(machine, key, random);
    payload.set(section, at);
    sum.update(section);
    at += section.length;
  }
  if (key.parameters.packing !== undefined) {
    const section = payload.subarray(at);
    await fillPackingKeys(machine, key, random, section, signal === undefined ? {} : { signal });
    sum.update(section);
  }
  onProgress?.(1);
  sealFile(
    file,
    { kind: "evaluation keys", parameterId: key.parameterId, circuitId: anyCircuit, keyId: key.id },
    sum.digest(),
  );
  return file;
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
