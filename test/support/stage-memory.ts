import assert from "node:assert/strict";
import type { Stage, StagedProgram } from "../../src/codegen/stage.js";
import type { Instruction } from "../../src/program/program.js";
import { ciphertextBytes } from "../../src/tfhe/wire-output.js";

/** Bytes of a request's workspace, from `start` up to `end`. */
export interface Span {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

interface Access {
  readonly reads: readonly Span[];
  readonly writes: readonly Span[];
}

/**
 * Checks what the stages do with a request's workspace: every byte read was written before or uploaded, no byte is written twice,
 * everything stays within `requestBytes`, and outputs are written whole.
 */
export function checkWorkspace(staged: StagedProgram, instructions: readonly Instruction[]): void {
  const written: Span[] = [];
  for (const [index, stage] of staged.stages.entries()) {
    const instruction = instructions[index];
    assert.ok(instruction);
    const { reads, writes } = accessOf(stage, instruction);
    for (const span of reads) {
      if (span.name === "upload") continue;
      assert.ok(covered(span, written), `stage ${index} reads ${text(span)} before it is written`);
    }
    for (const span of writes) {
      assert.ok(span.start >= 0 && span.end <= staged.requestBytes, `${text(span)} is outside`);
      const other = written.find((own) => own.start < span.end && span.start < own.end);
      assert.equal(other, undefined, `${text(span)} overlaps ${other && text(other)}`);
      written.push(span);
    }
  }
  for (const start of staged.uploadPlaces) {
    const upload = { name: "upload", start, end: start + 33 };
    const clash = written.find((own) => own.start < upload.end && upload.start < own.end);
    assert.equal(clash, undefined, `${clash && text(clash)} overlaps the upload`);
  }
  for (const [output, { offset, bytes }] of staged.outputPlaces.entries()) {
    const whole = { name: `output ${output}`, start: offset, end: offset + bytes };
    assert.ok(covered(whole, written), `${text(whole)} is not written whole`);
  }
}

function accessOf({ kernel, items, constants }: Stage, instruction: Instruction): Access {
  const at = (index: number): number => constants[index] ?? Number.NaN;
  const span = (name: string, start: number, bytes: number): Span => ({
    name: `${name} of ${kernel}`,
    start,
    end: start + bytes,
  });
  const glweBytes = (N: number, k: number): number => (k + 1) * N * 8;
  const lweBytes = (dimension: number): number => Math.ceil(((dimension + 1) * 4) / 64) * 64;
  const lwes = (name: string, first: number, count: number, dimension: number): Span =>
    span(name, first, count * lweBytes(dimension));
  switch (instruction.op) {
    case "expand bits":
    case "ensemble":
      throw new RangeError(`${kernel} is not described here`);
    case "expand":
      return {
        reads: [{ name: "upload", start: at(0), end: at(0) }],
        writes: [span("fresh", at(7), items * glweBytes(at(5), at(6)))],
      };
    case "linear":
    case "clear linear":
      return {
        reads: [span("input", at(0), at(1) * glweBytes(at(2), at(3)))],
        writes: [span("result", at(8), items * glweBytes(at(2), at(3)))],
      };
    case "extract": {
      const glwes = instruction.rows.filter((_, i) => i % 4 === 0);
      const bytes = glweBytes(at(1), at(2));
      return {
        reads: [...new Set(glwes)].map((glwe) => span("row", at(0) + glwe * bytes, bytes)),
        writes: [lwes("result", at(5), items, at(1) * at(2))],
      };
    }
    case "affine": {
      const own = lweBytes(at(1));
      return {
        reads: [...new Set(instruction.columns)].map((column) =>
          span("column", at(0) + column * own, own),
        ),
        writes: [lwes("result", at(6), items, at(1))],
      };
    }
    case "clear affine": {
      const own = lweBytes(at(1));
      return {
        reads: [...new Set(instruction.columns.filter((column) => column >= 0))].map((column) =>
          span("column", at(0) + column * own, own),
        ),
        writes: [lwes("result", at(6), items, at(1))],
      };
    }
    case "bootstrap": {
      const own = (at(7) - at(2)) / (instruction.to - instruction.from);
      const results = instruction.steps?.length ?? 2 ** instruction.tablesLog2;
      return {
        reads: [span("argument", at(2), items * own)],
        writes: [span("result", at(7), items * results * own)],
      };
    }
    case "protect":
      return {
        reads: [span("result", at(8), items * glweBytes(at(1), at(2)))],
        writes: [],
      };
    case "protect lwe":
      return {
        reads: [lwes("argument", at(0), items, at(2) * at(3))],
        writes: [lwes("result", at(7), items, at(2) * at(3))],
      };
    case "pack glwe": {
      const { read, results, positions } = instruction;
      const glwe = { polynomialSize: at(1), dimension: at(2), noiseLog2: 0 };
      return {
        reads: [span("result", at(0), results * glweBytes(at(1), at(2)))],
        writes: Array.from({ length: results }, (_, r) => {
          const listed = positions.subarray(r * read, (r + 1) * read).filter((p) => p >= 0).length;
          return span("output", at(6) + r * at(7), ciphertextBytes(glwe, at(5), listed));
        }),
      };
    }
    case "pack lwe":
      return {
        reads: [lwes("result", at(0), items, at(1))],
        writes: [span("output", at(3), items * at(4))],
      };
  }
}

function covered(wanted: Span, spans: readonly Span[]): boolean {
  let { start } = wanted;
  while (start < wanted.end) {
    const next = spans.find((own) => own.start <= start && own.end > start);
    if (next === undefined) return false;
    start = next.end;
  }
  return true;
}

function text({ name, start, end }: Span): string {
  return `${name} (${start} to ${end})`;
}

/** Checks that loaded constants lie apart, within their block, and come from within the travelling ones. */
export function checkConstants(staged: StagedProgram, polynomialSize: number): void {
  let end = 0;
  for (const step of staged.preparations) {
    const [read, written] =
      step.kind === "copy"
        ? [step.bytes, step.bytes]
        : step.kind === "weights"
          ? [step.count * polynomialSize * 4, step.count * polynomialSize * 8]
          : [
              step.count * 2 ** (step.precision + step.tablesLog2) * 4,
              step.count * polynomialSize * 2 ** step.extensionLog2 * 4,
            ];
    assert.ok(step.to >= end && step.to % 64 === 0, `${step.kind} at ${step.to} overlaps`);
    end = step.to + written;
    assert.ok(step.from + read <= staged.rawConstants.length);
    assert.ok(end <= staged.constantBytes);
  }
}
