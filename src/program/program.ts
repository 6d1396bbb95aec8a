/** Integer weights and where results are read: one polynomial for each (result, input) pair of GLWE ciphertexts. */
export interface WeightPolynomials {
  /** `[results, inputs, N]` integer coefficients. */
  readonly weights: Int32Array;
  /** `[results, read]` coefficients of each result that hold an output; -1 for none. */
  readonly positions: Int32Array;
  /** `[results, read]` constants on the 64-bit torus, added there. */
  readonly addends: BigUint64Array;
}

/** Fresh GLWE ciphertexts from the uploaded seed and bodies. */
export interface ExpandInstruction {
  readonly op: "expand";
  /** Numbers uploaded, N to a ciphertext. */
  readonly length: number;
  readonly bodyBits: number;
  readonly ciphertexts: number;
}

/** Bits for decision diagrams from the upload, each a GGSW ciphertext; the layout is that of `src/tfhe/wire-bits.ts`. */
export interface ExpandBitsInstruction {
  readonly op: "expand bits";
  readonly form: "ggsw" | "packed";
  readonly length: number;
  readonly gadget: { readonly baseLog: number; readonly levels: number };
  readonly bodyBits: number;
  readonly coefficients: number;
  /** `[length]`, what diagrams read of each bit: 1 for gates with a child that is no leaf, 2 for gates between leaves, 3 for both, or 0. */
  readonly needs: Int32Array;
}

/** Decision diagrams on those bits, summed into one GLWE ciphertext, `sums`. */
export interface EnsembleInstruction {
  readonly op: "ensemble";
  readonly baseLog: number;
  readonly levels: number;
  /** `[chunks + 1]` positions in `nodes`, in rows; chunks run side by side. */
  readonly chunks: Int32Array;
  /**
   * `[nodes, 4]`: bit, child where it is 0, child where it is 1 (a slot, or -1 - leaf), slot of the result (-1: added to the sum). Bit -1:
   * the result is the sum of both children.
   */
  readonly nodes: Int32Array;
  /** `[leaves, positions]` on the 32-bit torus. */
  readonly leaves: Int32Array;
  /** Coefficient of each value of a leaf. */
  readonly positions: Int32Array;
  /** `[N]` on the 32-bit torus, added to the sum. */
  readonly addend: Int32Array;
  /** Slots that a chunk uses. */
  readonly slots: number;
}

/** Clear polynomial products of the fresh ciphertexts: `results` new ones, each holding `read` outputs. */
export interface LinearInstruction extends WeightPolynomials {
  readonly op: "linear";
  readonly inputs: number;
  readonly results: number;
  readonly read: number;
}

/**
 * Sums of encrypted values whose weights and constants follow from clear parameters: elements `rows` (all, where absent) of a node of the
 * clear part, less `first`, over the elements of `sources`.
 */
export interface ClearSums {
  readonly node: number;
  readonly rows?: readonly number[];
  readonly first: number;
  readonly sources: readonly number[];
}

/**
 * Like `linear`, with polynomials that the server makes for each request: row r of sums that begin at result `first` is number r mod `read`
 * of result first + floor(r / read). It meets column c with the coefficient `(r mod read + 1) pitch - 1 - c mod N` of polynomial floor(c / N).
 */
export interface ClearLinearInstruction {
  readonly op: "clear linear";
  readonly inputs: number;
  readonly results: number;
  readonly read: number;
  readonly pitch: number;
  /** `[results, read]`; -1 for none. */
  readonly positions: Int32Array;
  /** Constants are in units of 2^deltaLog2 of the 64-bit torus. */
  readonly deltaLog2: number;
  readonly parts: readonly { readonly sums: ClearSums; readonly first: number }[];
}

/** LWE ciphertexts `to...`: weight times a coefficient of a GLWE ciphertext, plus a constant. */
export interface ExtractInstruction {
  readonly op: "extract";
  /** Read the fresh ciphertexts, the results of the linear instruction or the sums of decision diagrams. */
  readonly from: "fresh" | "linear" | "sums";
  /** `[count, 4]`: ciphertext, coefficient, weight, 0. */
  readonly rows: Int32Array;
  /** `[count]` on the 64-bit torus. */
  readonly addends: BigUint64Array;
  readonly to: number;
  readonly count: number;
}

/** LWE ciphertexts `to...`: integer combinations of earlier ones (sparse rows), plus constants on the 32-bit torus. */
export interface AffineInstruction {
  readonly op: "affine";
  /** `[count + 1]` positions in `columns` and `weights`. */
  readonly starts: Int32Array;
  /** Slots of the LWE ciphertexts. */
  readonly columns: Int32Array;
  readonly weights: Int32Array;
  readonly addends: Uint32Array;
  readonly to: number;
  readonly count: number;
}

/** Like `affine`, with rows that the server makes for each request, of at most `terms` weights together. */
export interface ClearAffineInstruction {
  readonly op: "clear affine";
  readonly sums: ClearSums;
  /** Slot of each column of the sums; -1 where no weight can be. */
  readonly columns: Int32Array;
  readonly terms: number;
  /** Weights apply times 2^scaleLog2, constants in units of 2^deltaLog2 of the 32-bit torus. */
  readonly scaleLog2: number;
  readonly deltaLog2: number;
  readonly to: number;
  readonly count: number;
}

/** One table look-up each: key switch, modulus switch, blind rotation, sample extraction. */
export interface BootstrapInstruction {
  readonly op: "bootstrap";
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** Whose keys: position among the parameters' sets. */
  readonly set: number;
  /** 2^extensionLog2 accumulators act as one. */
  readonly extensionLog2: number;
  /** log2 of the tables read from one rotation. Look-up i writes slots `to + i 2^tablesLog2` and following, one a table. */
  readonly tablesLog2: number;
  /** Bits of the argument; one padding bit lies above. */
  readonly precision: number;
  /** Added to the argument first, on the 32-bit torus: half the range of a signed one. */
  readonly offset: number;
  /** `[tables, 2^tablesLog2, 2^precision]` results on the 32-bit torus. */
  readonly tables: Int32Array;
  /** `[count]` table, or group of tables, of each look-up. */
  readonly tableOf: Int32Array;
  /**
   * Present where `tables` are whole test polynomials, `[tables, N 2^extensionLog2]`, so that entries may be of any width: coefficient t is
   * the result for arguments from t to t + 1 of the 2 N 2^extensionLog2 positions of a turn. `tablesLog2` is 0 then.
   */
  readonly polynomials?: true;
  /**
   * Where present, look-up i writes slots `to + i steps.length` and following: the entry that lies steps[0], steps[1], ... entries in
   * front of the argument's. In front of its first entry a table has its last ones negated. `tablesLog2` is 0 then.
   */
  readonly steps?: Int32Array;
}

/**
 * Results that travel as GLWE ciphertexts re-randomised with the client's public key and flooded: what they say beyond their values is hidden
 * from the client.
 */
export interface ProtectInstruction {
  readonly op: "protect";
  readonly results: number;
  readonly read: number;
  /** `[results, read]` coefficients that will be read; -1 for none. */
  readonly positions: Int32Array;
  /** Noise uniform on [-2^floodLog2, 2^floodLog2) in units of 2^-64 is added to each of them. */
  readonly floodLog2: number;
}

/**
 * LWE ciphertexts `from` and following, re-randomised with the client's public key and flooded, in slots `to` and following. What they said
 * beyond their values is lost but for the cases where the flood does not reach (`src/plan/bootstrap/protected-outputs.ts`).
 */
export interface ProtectLweInstruction {
  readonly op: "protect lwe";
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** Noise uniform on [-2^floodLog2, 2^floodLog2) in units of 2^-64. */
  readonly floodLog2: number;
}

/** Results of the linear instruction, or in a program without one sums of decision diagrams, rounded and packed for the client. */
export interface PackGlweInstruction {
  readonly op: "pack glwe";
  readonly wordBits: number;
  /** Number of the first result. */
  readonly first: number;
  readonly results: number;
  readonly read: number;
  /** `[results, read]`; -1 for none. */
  readonly positions: Int32Array;
  readonly output: number;
}

/** LWE ciphertexts, rounded and packed for the client. */
export interface PackLweInstruction {
  readonly op: "pack lwe";
  readonly wordBits: number;
  readonly from: number;
  readonly count: number;
  readonly output: number;
}

export type Instruction =
  | ExpandInstruction
  | ExpandBitsInstruction
  | EnsembleInstruction
  | LinearInstruction
  | ClearLinearInstruction
  | ExtractInstruction
  | AffineInstruction
  | ClearAffineInstruction
  | BootstrapInstruction
  | ProtectInstruction
  | ProtectLweInstruction
  | PackGlweInstruction
  | PackLweInstruction;

/**
 * What the server does with one request, on ciphertexts: instructions as data, in order. GLWE ciphertexts are `fresh`, `linear`
 * or `sums`; LWE ciphertexts (32-bit torus, big key) live in numbered slots, each written once.
 */
export interface TfheProgram {
  readonly instructions: readonly Instruction[];
  /** LWE slots of a request. */
  readonly slots: number;
}

/** The program as text, one instruction a line. */
export function formatProgram(program: TfheProgram): string {
  return program.instructions.map(formatInstruction).join("\n");
}

function formatInstruction(instruction: Instruction): string {
  switch (instruction.op) {
    case "expand":
      return `fresh[0..${instruction.ciphertexts}] = expand(upload, numbers=${instruction.length}, bodyBits=${instruction.bodyBits})`;
    case "expand bits":
      return `bits[0..${instruction.length}] = expand(upload, form=${instruction.form}, levels=${instruction.gadget.levels}, baseLog=${instruction.gadget.baseLog}, bodyBits=${instruction.bodyBits})`;
    case "ensemble":
      return `sums[0..1] = ensemble(bits, gates=${column(instruction.nodes, 4, 0).filter((bit) => bit >= 0).length}, leaves=${instruction.leaves.length / instruction.positions.length}, chunks=${instruction.chunks.length - 1})`;
    case "linear":
      return `linear[0..${instruction.results}] = weights[${instruction.results}, ${instruction.inputs}] * fresh + constants, ${instruction.read} outputs each`;
    case "clear linear":
      return `linear[0..${instruction.results}] = weights[${instruction.results}, ${instruction.inputs}](clear inputs) * fresh + constants, ${instruction.read} outputs each`;
    case "extract":
      return `${slots(instruction)} = extract(${instruction.from}, weights=${shortList(column(instruction.rows, 4, 2))})`;
    case "affine":
      return `${slots(instruction)} = affine(lwe, terms=${instruction.columns.length})`;
    case "clear affine":
      return `${slots(instruction)} = affine(lwe, weights(clear inputs), terms=${instruction.terms})`;
    case "bootstrap":
      return formatBootstrap(instruction);
    case "protect":
      return `linear[0..${instruction.results}] += zero(public key) + flood(2^${instruction.floodLog2})`;
    case "protect lwe":
      return `${slots(instruction)} = lwe[${instruction.from}..${instruction.from + instruction.count}] + zero(public key) + flood(2^${instruction.floodLog2})`;
    case "pack glwe":
      return `output[${instruction.output}] = pack(linear[${instruction.first}..${instruction.first + instruction.results}], wordBits=${instruction.wordBits})`;
    case "pack lwe":
      return `output[${instruction.output}] = pack(lwe[${instruction.from}..${instruction.from + instruction.count}], wordBits=${instruction.wordBits})`;
  }
}

function formatBootstrap(instruction: BootstrapInstruction): string {
  const { from, to, count, precision, set, extensionLog2, tablesLog2 } = instruction;
  const reads = instruction.steps?.length ?? 2 ** tablesLog2;
  const tables = instruction.polynomials
    ? Math.max(...instruction.tableOf) + 1
    : instruction.tables.length >> precision;
  const results = slots({ to, count: count * reads });
  const steps =
    instruction.steps === undefined ? "" : `, steps=${shortList([...instruction.steps])}`;
  const extension = extensionLog2 === 0 ? "" : `, extension=${2 ** extensionLog2}`;
  const each = tablesLog2 === 0 ? "" : `, tablesEach=${2 ** tablesLog2}`;
  return `${results} = bootstrap(lwe[${from}..${from + count}], bits=${precision}, tables=${tables}${each}${steps}${extension}, set=${set})`;
}

function slots({ to, count }: { readonly to: number; readonly count: number }): string {
  return `lwe[${to}..${to + count}]`;
}

function column(rows: Int32Array, width: number, at: number): number[] {
  return Array.from({ length: rows.length / width }, (_, row) => rows[row * width + at] ?? 0);
}

function shortList(values: readonly number[]): string {
  const shown = values.slice(0, 8).join(" ");
  return `[${shown}${values.length > 8 ? " ..." : ""}]`;
}
