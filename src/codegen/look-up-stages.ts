import type { BootstrapInstruction, TfheProgram } from "../program/program.js";
import {
  bootstrapKernel,
  bootstrapShape,
  type RotationShape,
  stepsKernel,
  tableWords,
} from "../tfhe/bootstrap-shape.js";
import { expandedKeyLayout } from "../tfhe/expanded-keys.js";
import type { CryptoParameters } from "../tfhe/parameters.js";
import type { Constants } from "./constants.js";
import type { ShapePlace, Stage } from "./stage.js";
import { type Staging, slotPlace } from "./staging.js";

/** Every shape of bootstrap in a program, once, its words among the constants. */
export function placeShapes(
  program: TfheProgram,
  parameters: CryptoParameters,
  constants: Constants,
): ShapePlace[] {
  const shapes: ShapePlace[] = [];
  for (const instruction of program.instructions) {
    if (instruction.op !== "bootstrap" || shapeIndex(shapes, instruction) !== -1) continue;
    const { set, extensionLog2, tablesLog2 } = instruction;
    const shape = { set, extensionLog2, tablesLog2 };
    shapes.push({ place: constants.copy(bootstrapShape(parameters, shape)), ...shape });
  }
  return shapes;
}

function shapeIndex(
  shapes: readonly ShapePlace[],
  { set, extensionLog2, tablesLog2 }: RotationShape,
): number {
  return shapes.findIndex(
    (known) =>
      known.set === set && known.extensionLog2 === extensionLog2 && known.tablesLog2 === tablesLog2,
  );
}

/** Table look-ups. */
export function bootstrapStage(instruction: BootstrapInstruction, staging: Staging): Stage {
  const { parameters, places, constants } = staging;
  const { from, to, count, precision, offset, tables, tableOf, set, steps } = instruction;
  // An entry a coefficient makes the very same polynomial.
  const entriesLog2 = instruction.polynomials
    ? Math.log2(tableWords(parameters, instruction))
    : precision;
  const shape = shapeIndex(staging.shapes, instruction);
  const keys = expandedKeyLayout(parameters).places[set];
  const tablePlaces = [constants.copy(tableOf), constants.tables(tables, entriesLog2, instruction)];
  const common = [
    ...[staging.shapes[shape]?.place ?? 0, offset, slotPlace(places, from), ...tablePlaces],
    ...[keys?.bootstrap ?? 0, keys?.keySwitch ?? 0, slotPlace(places, to)],
  ];
  const work = { items: count, shape, heavy: true };
  if (steps === undefined) return { kernel: bootstrapKernel, constants: common, ...work };
  const read = coefficientsOf(steps, tableWords(parameters, instruction), precision);
  const numbers = [...common, constants.copy(read), read.length];
  return { kernel: stepsKernel, constants: numbers, ...work };
}

/** Coefficients of a rotated test polynomial of `words` that hold the entries `steps` in front; beyond `words` with the other sign. */
function coefficientsOf(steps: Int32Array, words: number, precision: number): Int32Array {
  const box = words >> precision;
  return steps.map((step) => (step === 0 ? 0 : 2 * words - step * box));
}
