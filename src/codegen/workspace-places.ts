import type {
  ClearAffineInstruction,
  ClearLinearInstruction,
  ExpandBitsInstruction,
  Instruction,
  TfheProgram,
} from "../program/program.js";
import { bigLweDimension, type CryptoParameters } from "../tfhe/parameters.js";
import { protectionBytes } from "../tfhe/protection.js";
import { expandedBitBytes } from "../tfhe/wire-bits.js";
import { seedBytes } from "../tfhe/wire-header.js";
import { type InputPartLayout, inputBodyBytes } from "../tfhe/wire-input.js";
import { type OutputLayout, outputDataBytes } from "../tfhe/wire-output.js";
import { aligned, ByteLayout } from "./byte-layout.js";
import type { ClearPlace, OutputPlace } from "./stage.js";

/** Where everything lies in a request's workspace, as byte offsets; 0 for what the program does not have. */
export interface WorkspacePlaces {
  /** Bytes of the workspace. */
  readonly bytes: number;
  /** Seed and bodies of each part of the input, in the order of the instructions: first those of numbers, then those of bits. */
  readonly uploads: readonly number[];
  readonly numbers: number;
  readonly uploadedBits: number;
  /** Fresh GLWE ciphertexts. */
  readonly fresh: number;
  /** GLWE ciphertexts on the way from packed bits to GGSWs. */
  readonly packedRows: number;
  /** GGSW ciphertexts of bits. */
  readonly bits: number;
  /** Sums of each chunk of decision diagrams, and the sum over them. */
  readonly chunkSums: number;
  readonly sums: number;
  /** Results of the linear instruction. */
  readonly linear: number;
  /** GLWE ciphertexts that answers are made of: `linear`, in a program without it `sums`. */
  readonly answers: number;
  readonly clear: ReadonlyMap<Instruction, ClearPlace>;
  /** Randomness that protects answers: all of it, and of each instruction. */
  readonly random?: OutputPlace;
  readonly randomOf: ReadonlyMap<Instruction, number>;
  /** The first LWE ciphertext, and the bytes from one to the next. */
  readonly slots: number;
  readonly slotBytes: number;
  readonly outputs: readonly OutputPlace[];
}

/** Gives every buffer of a program a fixed place. */
export function workspacePlaces(
  program: TfheProgram,
  parameters: CryptoParameters,
  layouts: readonly OutputLayout[],
): WorkspacePlaces {
  const { glwe } = parameters;
  const glweBytes = (glwe.dimension + 1) * glwe.polynomialSize * 8;
  const workspace = new ByteLayout();
  const places = { numbers: 0, uploadedBits: 0, fresh: 0, packedRows: 0, bits: 0 };
  const sums = { chunkSums: 0, sums: 0 };
  const uploads: number[] = [];
  const clear = new Map<Instruction, ClearPlace>();
  let linear: number | undefined;
  const protections = new Map<Instruction, number>();
  const placeUpload = (layout: InputPartLayout): number => {
    // Slack for reading whole words.
    const place = workspace.place(seedBytes + inputBodyBytes(layout) + 8);
    uploads.push(place);
    return place;
  };
  const placeBits = (instruction: ExpandBitsInstruction): void => {
    const { length, gadget, form } = instruction;
    places.uploadedBits = placeUpload(instruction);
    if (form === "packed") {
      places.packedRows = workspace.place(length * gadget.levels * glweBytes);
    }
    places.bits = workspace.place(length * expandedBitBytes(glwe, gadget.levels));
  };
  for (const instruction of program.instructions) {
    switch (instruction.op) {
      case "expand":
        places.numbers = placeUpload(instruction);
        places.fresh = workspace.place(instruction.ciphertexts * glweBytes);
        break;
      case "expand bits":
        placeBits(instruction);
        break;
      case "ensemble":
        sums.chunkSums = workspace.place(((instruction.chunks.length - 1) * glweBytes) / 2);
        sums.sums = workspace.place(glweBytes);
        break;
      case "clear affine":
        clear.set(instruction, placeClearAffine(instruction, workspace));
        break;
      case "clear linear":
        clear.set(instruction, placeClearLinear(instruction, workspace, glwe.polynomialSize));
        linear = workspace.place(instruction.results * glweBytes);
        break;
      case "linear":
        linear = workspace.place(instruction.results * glweBytes);
        break;
      case "protect":
        protections.set(instruction, instruction.results * protectionBytes(glwe, instruction.read));
        break;
      case "protect lwe":
        protections.set(instruction, instruction.count * protectionBytes(glwe, 1));
        break;
    }
  }
  const { random, randomOf } = placeRandomness(protections, workspace);
  const slotBytes = aligned((bigLweDimension(glwe) + 1) * 4);
  const slots = workspace.place(program.slots * slotBytes);
  const outputs = layouts.map((layout) => placeBlock(workspace, outputDataBytes(glwe, layout)));
  return {
    ...{ bytes: workspace.bytes, uploads, ...places, ...sums },
    ...{ linear: linear ?? 0, answers: linear ?? sums.sums, clear },
    ...(random === undefined ? {} : { random }),
    randomOf,
    ...{ slots, slotBytes, outputs },
  };
}

/** One block for all, so that it is filled at once. */
function placeRandomness(
  bytesOf: ReadonlyMap<Instruction, number>,
  workspace: ByteLayout,
): Pick<WorkspacePlaces, "random" | "randomOf"> {
  if (bytesOf.size === 0) return { randomOf: new Map() };
  const within = new ByteLayout();
  const places = new Map([...bytesOf].map(([one, bytes]) => [one, within.place(bytes)]));
  const random = placeBlock(workspace, within.bytes);
  const randomOf = new Map([...places].map(([one, place]) => [one, random.offset + place]));
  return { random, randomOf };
}

function placeBlock(workspace: ByteLayout, bytes: number): OutputPlace {
  return { offset: workspace.place(bytes), bytes };
}

/** Room for numbers that come with the request. */
function placeClearAffine(instruction: ClearAffineInstruction, workspace: ByteLayout): ClearPlace {
  const { count, terms } = instruction;
  const place = (numbers: number): number => workspace.place(numbers * 4);
  return {
    ...{ kind: "affine", instruction, starts: place(count + 1) },
    ...{ columns: place(terms), weights: place(terms), addends: place(count) },
  };
}

function placeClearLinear(
  instruction: ClearLinearInstruction,
  workspace: ByteLayout,
  polynomialSize: number,
): ClearPlace {
  const { results, inputs, read } = instruction;
  const weights = placeBlock(workspace, results * inputs * polynomialSize * 4);
  return {
    kind: "linear",
    instruction,
    weights,
    addends: placeBlock(workspace, results * read * 8),
  };
}
