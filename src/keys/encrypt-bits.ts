import { VelumError } from "../base/error.js";
import type { RandomSource } from "../base/random.js";
import type { Machine } from "../tfhe/machine.js";
import type { BitsLayout, EncryptedBits } from "../tfhe/wire-bits.js";
import { seedBytes } from "../tfhe/wire-header.js";
import { inputBodyBytes } from "../tfhe/wire-input.js";
import { requirePacking } from "../tfhe/wire-packing-keys.js";
import type { ClientKey } from "./client-key.js";
import { fillRandom, noiseBytes } from "./noise.js";
import { type Workspace, withWorkspace } from "./workspace.js";

/**
 * Encrypts bits for decision diagrams: `bits` holds a 0 or 1 for each of `layout.length`, first bit first. Fresh seed, fresh noise.
 *
 * Errors: `bad-shape` for another number of bits, `out-of-range` for one that is neither 0 nor 1 (naming the index, never the value),
 * `bad-argument` for a disposed key, or one without packing parameters where the layout is packed. Cost: k polynomial products for each
 * row of a GGSW, (k+1) * levels rows a bit; for packed bits, k products for each ciphertext.
 */
export function encryptBits(
  machine: Machine,
  key: ClientKey,
  bits: Uint8Array,
  layout: BitsLayout,
  random: RandomSource,
): EncryptedBits {
  checkBits(bits, layout);
  const seed = new Uint8Array(seedBytes);
  random.fill(seed);
  const bodies = withWorkspace(machine, key, (workspace) => {
    const bodiesAt = workspace.allocate(inputBodyBytes(layout));
    const seedAt = workspace.copyIn(seed);
    const bitsAt = workspace.copyIn(bits);
    const encrypt = layout.form === "ggsw" ? encryptGgsws : encryptPacked;
    encrypt(workspace, key, [bodiesAt, seedAt, bitsAt], layout, random);
    return workspace.copyOut(bodiesAt, inputBodyBytes(layout));
  });
  return { ...layout, seed, bodies };
}

/** GGSWs bit by bit: the noise of one bit's rows is drawn at a time. */
function encryptGgsws(
  workspace: Workspace,
  key: ClientKey,
  [bodiesAt, seedAt, bitsAt]: readonly [number, number, number],
  { length, gadget, bodyBits }: BitsLayout,
  random: RandomSource,
): void {
  const { dimension, polynomialSize, noiseLog2 } = key.parameters.glwe;
  const { machine } = workspace;
  const rows = (dimension + 1) * gadget.levels;
  const bytes = rows * polynomialSize * noiseBytes(noiseLog2);
  const noiseAt = workspace.allocate(bytes);
  for (let bit = 0; bit < length; bit++) {
    fillRandom(machine, noiseAt, bytes, random);
    machine.call(
      "velum_encrypt_bits",
      workspace.client,
      bodiesAt + (bit * rows * polynomialSize * bodyBits) / 8,
      seedAt,
      noiseAt,
      bitsAt,
      bit * rows,
      rows,
      gadget.baseLog,
      gadget.levels,
      bodyBits,
      noiseLog2,
    );
  }
}

/** Up to 2^expansionLevels rows to a ciphertext. */
function encryptPacked(
  workspace: Workspace,
  key: ClientKey,
  [bodiesAt, seedAt, bitsAt]: readonly [number, number, number],
  { length, gadget, bodyBits }: BitsLayout,
  random: RandomSource,
): void {
  const { polynomialSize, noiseLog2 } = key.parameters.glwe;
  const { expansionLevels } = requirePacking(key.parameters);
  const { machine } = workspace;
  const rows = length * gadget.levels;
  const full = 2 ** expansionLevels;
  const noiseAt = workspace.allocate(polynomialSize * noiseBytes(noiseLog2));
  for (let first = 0; first < rows; first += full) {
    const held = Math.min(full, rows - first);
    const numbers = (held * polynomialSize) / full;
    fillRandom(machine, noiseAt, numbers * noiseBytes(noiseLog2), random);
    machine.call(
      "velum_encrypt_packed_bits",
      workspace.client,
      bodiesAt + ((first / full) * polynomialSize * bodyBits) / 8,
      seedAt,
      noiseAt,
      bitsAt,
      first / full,
      held,
      expansionLevels,
      gadget.baseLog,
      gadget.levels,
      bodyBits,
      noiseLog2,
    );
  }
}

function checkBits(bits: Uint8Array, layout: BitsLayout): void {
  if (bits.length !== layout.length || bits.length === 0) {
    throw new VelumError({
      code: "bad-shape",
      path: "encrypted bits",
      problem: `there are ${bits.length} bits where the circuit takes ${layout.length}`,
      limit: layout.length,
      actual: bits.length,
      cure: "Encode the input with the client file of the circuit",
    });
  }
  const wrong = bits.findIndex((bit) => bit > 1);
  if (wrong < 0) return;
  throw new VelumError({
    code: "out-of-range",
    path: `encrypted bit ${wrong}`,
    problem: "is neither 0 nor 1",
    limit: "0 to 1",
    cure: "Pass a 0 or 1 for every bit",
  });
}
