import type {
  ClearAffineInstruction,
  ClearLinearInstruction,
  EnsembleInstruction,
  ExpandBitsInstruction,
  Instruction,
  TfheProgram,
} from "../program/program.js";
import {
  bootstrapKernel,
  bootstrapShape,
  type RotationShape,
  stepsKernel,
  tableWords,
} from "../tfhe/bootstrap-shape.js";
import { expandedKeyLayout } from "../tfhe/expanded-keys.js";
import { bigLweDimension, type CryptoParameters } from "../tfhe/parameters.js";
import { protectionBytes } from "../tfhe/protection.js";
import { expandedBitBytes } from "../tfhe/wire-bits.js";
import { seedBytes } from "../tfhe/wire-header.js";
import { type InputPartLayout, inputBodyBytes } from "../tfhe/wire-input.js";
import { ciphertextBytes, type OutputLayout, outputDataBytes } from "../tfhe/wire-output.js";
import { packingShape, requirePacking } from "../tfhe/wire-packing-keys.js";
import { aligned, ByteLayout } from "./byte-layout.js";
import { Constants } from "./constants.js";
import type { ClearPlace, OutputPlace, ShapePlace, Stage, StagedProgram } from "./stage.js";

/**
 * Lowers a TFHE program to stages: every buffer gets a fixed place in a request's workspace, every table a place in the constants.
 * The evaluation keys lie as `expandedKeyLayout` says.
 */
export function stageProgram(
  program: TfheProgram,
  parameters: CryptoParameters,
  layouts: readonly OutputLayout[],
): StagedProgram {
  return new Stager(program, parameters, layouts).run();
}

type OneStageInstruction = Exclude<Instruction, ExpandBitsInstruction | EnsembleInstruction>;

class Stager {
  readonly #program: TfheProgram;
  readonly #parameters: CryptoParameters;
  readonly #layouts: readonly OutputLayout[];
  readonly #constants: Constants;
  readonly #workspace = new ByteLayout();
  readonly #stages: Stage[] = [];
  readonly #shapes: ShapePlace[] = [];
  #upload = 0;
  readonly #uploads: number[] = [];
  #uploadedBits = 0;
  #bits = 0;
  #packedRows = 0;
  #chunkSums = 0;
  #fresh = 0;
  #linear: number | undefined;
  #sums = 0;
  #random: OutputPlace | undefined;
  readonly #clear = new Map<Instruction, ClearPlace>();
  #slots = 0;
  #largestRead = 1;
  #largestSlots = 0;

  constructor(
    program: TfheProgram,
    parameters: CryptoParameters,
    layouts: readonly OutputLayout[],
  ) {
    this.#program = program;
    this.#parameters = parameters;
    this.#layouts = layouts;
    this.#constants = new Constants(parameters);
  }

  run(): StagedProgram {
    const { glwe } = this.#parameters;
    const glweBytes = (glwe.dimension + 1) * glwe.polynomialSize * 8;
    for (const instruction of this.#program.instructions) {
      if (instruction.op === "expand") {
        this.#upload = this.#placeUpload(instruction);
        this.#fresh = this.#workspace.place(instruction.ciphertexts * glweBytes);
      }
      if (instruction.op === "expand bits") {
        const { length, gadget, form } = instruction;
        this.#uploadedBits = this.#placeUpload(instruction);
        if (form === "packed") {
          this.#packedRows = this.#workspace.place(length * gadget.levels * glweBytes);
        }
        this.#bits = this.#workspace.place(length * expandedBitBytes(glwe, gadget.levels));
      }
      if (instruction.op === "ensemble") {
        const chunks = instruction.chunks.length - 1;
        this.#chunkSums = this.#workspace.place((chunks * glweBytes) / 2);
        this.#sums = this.#workspace.place(glweBytes);
        this.#largestSlots = Math.max(this.#largestSlots, instruction.slots);
      }
      if (instruction.op === "clear linear" || instruction.op === "clear affine") {
        this.#clear.set(instruction, this.#placeClear(instruction));
      }
      if (instruction.op === "linear" || instruction.op === "clear linear")
        this.#linear = this.#workspace.place(instruction.results * glweBytes);
      if (instruction.op === "protect") {
        const bytes = instruction.results * protectionBytes(glwe, instruction.read);
        this.#random = { offset: this.#workspace.place(bytes), bytes };
      }
    }
    this.#slots = this.#workspace.place(this.#program.slots * this.#lweBytes());
    const outputPlaces = this.#layouts.map((layout): OutputPlace => {
      const bytes = outputDataBytes(glwe, layout);
      return { offset: this.#workspace.place(bytes), bytes };
    });
    for (const instruction of this.#program.instructions) {
      if (instruction.op === "bootstrap") this.#addShape(instruction);
    }
    for (const instruction of this.#program.instructions) {
      this.#stages.push(...this.#stagesOf(instruction, outputPlaces));
    }
    return {
      stages: this.#stages,
      ...this.#constants.finish(),
      requestBytes: this.#workspace.bytes,
      uploadPlaces: this.#uploads,
      outputPlaces,
      ...(this.#random === undefined ? {} : { randomPlace: this.#random }),
      clearPlaces: [...this.#clear.values()],
      shapes: this.#shapes,
      slotsPlace: this.#slots,
      largestRead: this.#largestRead,
      largestSlots: this.#largestSlots,
    };
  }

  /** A part of the input: its seed, its bodies, and slack for reading whole words. */
  #placeUpload(layout: InputPartLayout): number {
    const place = this.#workspace.place(seedBytes + inputBodyBytes(layout) + 8);
    this.#uploads.push(place);
    return place;
  }

  /** Room for numbers that come with the request. */
  #placeClear(instruction: ClearLinearInstruction | ClearAffineInstruction): ClearPlace {
    const place = (bytes: number): number => this.#workspace.place(bytes);
    if (instruction.op === "clear affine") {
      const { count, terms } = instruction;
      return {
        ...{ kind: "affine", instruction, starts: place((count + 1) * 4) },
        ...{ columns: place(terms * 4), weights: place(terms * 4), addends: place(count * 4) },
      };
    }
    const { results, inputs, read } = instruction;
    const block = (bytes: number): OutputPlace => ({ offset: place(bytes), bytes });
    const { polynomialSize: N } = this.#parameters.glwe;
    const weights = block(results * inputs * N * 4);
    return { kind: "linear", instruction, weights, addends: block(results * read * 8) };
  }

  #addShape({ set, extensionLog2, tablesLog2 }: RotationShape): void {
    const shape = { set, extensionLog2, tablesLog2 };
    if (this.#shapeOf(shape) !== -1) return;
    const place = this.#constants.copy(bootstrapShape(this.#parameters, shape));
    this.#shapes.push({ place, ...shape });
  }

  #shapeOf({ set, extensionLog2, tablesLog2 }: RotationShape): number {
    return this.#shapes.findIndex(
      (known) =>
        known.set === set &&
        known.extensionLog2 === extensionLog2 &&
        known.tablesLog2 === tablesLog2,
    );
  }

  #lweBytes(): number {
    return aligned((bigLweDimension(this.#parameters.glwe) + 1) * 4);
  }

  #slot(number: number): number {
    return this.#slots + number * this.#lweBytes();
  }

  #stagesOf(instruction: Instruction, outputs: readonly OutputPlace[]): Stage[] {
    if (instruction.op === "expand bits") {
      return instruction.form === "packed"
        ? this.#expandPackedBits(instruction)
        : [this.#expandBits(instruction)];
    }
    if (instruction.op === "ensemble") return this.#ensemble(instruction);
    return [this.#stage(instruction, outputs)];
  }

  #expandBits({ length, gadget, bodyBits }: ExpandBitsInstruction): Stage {
    const { polynomialSize: N, dimension: k } = this.#parameters.glwe;
    return {
      kernel: "velum_stage_ggsw_expand",
      items: length,
      constants: [this.#uploadedBits, bodyBits, N, k, gadget.levels, this.#bits],
      heavy: length >= 16,
    };
  }

  /** Masks of a few ciphertexts, their coefficients one ciphertext each after some rounds that double their number, GGSWs of those. */
  #expandPackedBits({ length, gadget, bodyBits }: ExpandBitsInstruction): Stage[] {
    const { expansionLevels } = requirePacking(this.#parameters);
    const shape = this.#constants.copy(packingShape(this.#parameters));
    const rows = length * gadget.levels;
    const places = [0, this.#packedRows];
    const before = (step: number): number => Math.ceil(rows / 2 ** (expansionLevels - step));
    return [
      {
        kernel: "velum_stage_packed_open",
        items: before(0),
        constants: [this.#uploadedBits, bodyBits, shape, rows, this.#packedRows],
        heavy: false,
      },
      ...Array.from({ length: expansionLevels }, (_, step) => ({
        kernel: "velum_stage_packed_step",
        items: before(step),
        constants: [shape, step, rows, ...places],
        heavy: before(step) >= 2,
      })),
      {
        kernel: "velum_stage_packed_convert",
        items: rows,
        constants: [shape, gadget.levels, ...places, this.#bits],
        heavy: rows >= 2,
      },
    ];
  }

  /** Chunks of gates, then the sum over them. */
  #ensemble(instruction: EnsembleInstruction): Stage[] {
    const { polynomialSize: N, dimension: k } = this.#parameters.glwe;
    const { levels, baseLog, chunks, nodes, leaves, positions, addend } = instruction;
    const tables = [chunks, nodes, leaves, positions].map((table) => this.#constants.copy(table));
    const count = chunks.length - 1;
    return [
      {
        kernel: "velum_stage_ensemble",
        items: count,
        constants: [
          ...[this.#bits, N, k, levels, baseLog],
          ...[...tables, positions.length, this.#chunkSums],
        ],
        heavy: nodes.length / 4 >= 32,
      },
      {
        kernel: "velum_stage_ensemble_sum",
        items: 1,
        constants: [this.#chunkSums, count, N, k, this.#constants.copy(addend), this.#sums],
        heavy: false,
      },
    ];
  }

  #stage(instruction: OneStageInstruction, outputs: readonly OutputPlace[]): Stage {
    const { glwe } = this.#parameters;
    const { polynomialSize: N, dimension: k } = glwe;
    const constants = this.#constants;
    const dimension = bigLweDimension(glwe);
    switch (instruction.op) {
      case "expand": {
        const { length, bodyBits, ciphertexts } = instruction;
        const last = length - (ciphertexts - 1) * N;
        const bodyBytes = (N * bodyBits) / 8;
        const used = Math.min(length, N);
        return {
          kernel: "velum_stage_expand",
          items: ciphertexts,
          constants: [this.#upload, bodyBytes, used, last, bodyBits, N, k, this.#fresh],
          heavy: false,
        };
      }
      case "linear": {
        const { inputs, results, read, weights, positions, addends } = instruction;
        const places = [
          constants.weights(weights),
          constants.copy(positions),
          constants.copy(addends),
        ];
        return {
          kernel: "velum_stage_linear",
          items: results,
          constants: [this.#fresh, inputs, N, k, ...places, read, this.#linear ?? 0],
          heavy: results * inputs >= 16,
        };
      }
      case "clear linear": {
        const { inputs, results, read, positions } = instruction;
        const place = this.#clear.get(instruction);
        if (place?.kind !== "linear") throw new RangeError("no place for clear weights");
        const numbers = [place.weights.offset, constants.copy(positions), place.addends.offset];
        return {
          kernel: "velum_stage_linear_clear",
          items: results,
          constants: [this.#fresh, inputs, N, k, ...numbers, read, this.#linear ?? 0],
          heavy: results * inputs >= 16,
        };
      }
      case "extract": {
        const { from, rows, addends, to, count } = instruction;
        const source = { fresh: this.#fresh, linear: this.#linear ?? 0, sums: this.#sums }[from];
        const places = [constants.copy(rows), constants.copy(addends)];
        return {
          kernel: "velum_stage_extract",
          items: count,
          constants: [source, N, k, ...places, this.#slot(to)],
          heavy: false,
        };
      }
      case "affine": {
        const { starts, columns, weights, addends, to, count } = instruction;
        const places = [starts, columns, weights, addends].map((table) => constants.copy(table));
        return {
          kernel: "velum_stage_affine",
          items: count,
          constants: [this.#slot(0), dimension, ...places, this.#slot(to)],
          heavy: columns.length >= 4096,
        };
      }
      case "clear affine": {
        const { terms, to, count } = instruction;
        const place = this.#clear.get(instruction);
        if (place?.kind !== "affine") throw new RangeError("no place for clear weights");
        const { starts, columns, weights, addends } = place;
        const rows = [starts, columns, weights, addends];
        return {
          kernel: "velum_stage_affine_clear",
          items: count,
          constants: [this.#slot(0), dimension, ...rows, this.#slot(to)],
          heavy: terms >= 4096,
        };
      }
      case "bootstrap": {
        const { from, to, count, precision, offset, tables, tableOf, set } = instruction;
        const shape = this.#shapeOf(instruction);
        const keys = expandedKeyLayout(this.#parameters).places[set];
        const places = [constants.copy(tableOf), constants.tables(tables, precision, instruction)];
        const common = [
          ...[this.#shapes[shape]?.place ?? 0, offset, this.#slot(from), ...places],
          ...[keys?.bootstrap ?? 0, keys?.keySwitch ?? 0, this.#slot(to)],
        ];
        if (instruction.steps === undefined) {
          const kernel = bootstrapKernel;
          return { kernel, items: count, constants: common, shape, heavy: true };
        }
        const read = coefficientsOf(
          instruction.steps,
          tableWords(this.#parameters, instruction),
          precision,
        );
        return {
          kernel: stepsKernel,
          items: count,
          constants: [...common, constants.copy(read), read.length],
          shape,
          heavy: true,
        };
      }
      case "protect": {
        const { results, read, positions, floodLog2 } = instruction;
        return {
          kernel: "velum_stage_protect",
          items: results,
          constants: [
            ...[this.#random?.offset ?? 0, N, k, constants.copy(positions), read, glwe.noiseLog2],
            ...[
              floodLog2,
              expandedKeyLayout(this.#parameters).publicKey,
              this.#linear ?? this.#sums,
            ],
          ],
          heavy: results >= 8,
        };
      }
      case "pack glwe": {
        const { wordBits, first, results, read, positions, output } = instruction;
        // All responses but the last hold `read` bodies.
        const bytes = ciphertextBytes(glwe, wordBits, read);
        this.#largestRead = Math.max(this.#largestRead, read);
        return {
          kernel: "velum_stage_pack_glwe",
          items: results,
          constants: [
            (this.#linear ?? this.#sums) + first * (k + 1) * N * 8,
            N,
            k,
            constants.copy(positions),
            read,
            wordBits,
            outputs[output]?.offset ?? 0,
            bytes,
          ],
          heavy: false,
        };
      }
      case "pack lwe": {
        const { wordBits, from, count, output } = instruction;
        const { offset = 0, bytes = 0 } = outputs[output] ?? {};
        return {
          kernel: "velum_stage_pack_lwe",
          items: count,
          constants: [this.#slot(from), dimension, wordBits, offset, bytes / count],
          heavy: false,
        };
      }
    }
  }
}

/** Coefficients of a rotated test polynomial of `words` that hold the entries `steps` in front; beyond `words` with the other sign. */
function coefficientsOf(steps: Int32Array, words: number, precision: number): Int32Array {
  const box = words >> precision;
  return steps.map((step) => (step === 0 ? 0 : 2 * words - step * box));
}
