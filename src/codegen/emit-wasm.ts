import type { Stage } from "./stage.js";

const i32 = 0x7f;
/** workspace, stride, constants, keys, scratch, begin, end */
const stageParameters = 7;

/**
 * Machine code of the stages as a WebAssembly module: `stage_0`, `stage_1`, ... `(workspace, stride, constants, keys, scratch, begin,
 * end)` work on items begin..end of that stage by calling the kernels that the module imports (`kernels.NAME`), with every other
 * argument a constant. Format: WebAssembly core specification 2.0, section 5.
 */
export function emitWasm(stages: readonly Stage[]): Uint8Array<ArrayBuffer> {
  const kernels = [...new Set(stages.map((stage) => stage.kernel))];
  const kernelTypes = kernels.map((name) => {
    const constants = stages.find((stage) => stage.kernel === name)?.constants.length ?? 0;
    return functionType(stageParameters + 1 + constants);
  });
  const types = [functionType(stageParameters), ...kernelTypes];
  const imports = kernels.map((name, index) => [
    ...text("kernels"),
    ...text(name),
    0x00,
    ...unsigned(index + 1),
  ]);
  const functions = stages.map(() => unsigned(0));
  const exports = stages.map((_, index) => [
    ...text(`stage_${index}`),
    0x00,
    ...unsigned(kernels.length + index),
  ]);
  const bodies = stages.map((stage) => functionBody(stage, kernels.indexOf(stage.kernel)));
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, types),
    ...section(2, imports),
    ...section(3, functions),
    ...section(7, exports),
    ...section(10, bodies),
  ]);
}

function functionType(parameters: number): number[] {
  return [0x60, ...unsigned(parameters), ...new Array<number>(parameters).fill(i32), 0x00];
}

function functionBody(stage: Stage, kernel: number): number[] {
  const code = [0x00];
  for (let local = 0; local < stageParameters; local++) code.push(0x20, ...unsigned(local));
  for (const constant of [stage.items, ...stage.constants]) code.push(0x41, ...signed(constant));
  code.push(0x10, ...unsigned(kernel), 0x0b);
  return [...unsigned(code.length), ...code];
}

function section(id: number, entries: readonly (readonly number[])[]): number[] {
  const content = [...unsigned(entries.length), ...entries.flat()];
  return [id, ...unsigned(content.length), ...content];
}

function text(value: string): number[] {
  const bytes = new TextEncoder().encode(value);
  return [...unsigned(bytes.length), ...bytes];
}

/** LEB128. */
function unsigned(value: number): number[] {
  const bytes: number[] = [];
  do {
    const rest = Math.floor(value / 128);
    bytes.push((value % 128) | (rest > 0 ? 0x80 : 0));
    value = rest;
  } while (value > 0);
  return bytes;
}

/** Signed LEB128 of a 32-bit value. */
function signed(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value | 0; ; ) {
    const low = rest & 0x7f;
    rest >>= 7;
    if ((rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)) {
      bytes.push(low);
      return bytes;
    }
    bytes.push(low | 0x80);
  }
}
