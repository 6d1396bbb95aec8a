import { VelumError } from "../../base/error.js";
import { type Shape, shapeText, sizeOf } from "../../base/tensor.js";
import { normalizeAxes, readIntegers } from "../../op-spec/attributes.js";
import { withSign } from "../../op-spec/mlir/mlir-forms.js";
import { encrypted, reshaped } from "../../op-spec/mlir/mlir-shapes.js";
import { defineSelection, inOrder, type Selection } from "../../op-spec/selection.js";

interface Concatenate {
  /** `undefined` joins the flattened operands. */
  readonly axis: number | undefined;
  /** Text of the attribute, or none where it was not given. */
  readonly given: string;
}

/** NumPy's `concatenate`. */
export const concatenate = defineSelection<Concatenate>({
  name: "concatenate",
  doc: "Operands joined along an axis, the first by default. Free.",
  operands: "any",
  read: (attributes, path) => {
    const { axis } = attributes;
    if (axis === undefined) return { axis: 0, given: "" };
    const [own] = readIntegers(attributes, "axis", path) ?? [];
    return { axis: own, given: `, axis=${own ?? "None"}` };
  },
  text: ({ given }, operands) =>
    `concatenate((${Array.from({ length: operands }, (_, i) => `{${i}}`).join(", ")})${given})`,
  select: ({ axis }, shapes, path) => {
    if (axis === undefined) {
      const size = shapes.reduce((sum, shape) => sum + sizeOf(shape), 0);
      return { shape: [size], source: inOrder(size) };
    }
    return joined(axis, shapes, path);
  },
  mlir: ({ axis }, call, emitter) => {
    const { result, operands } = call;
    const parts = operands.map((operand) => {
      const own = encrypted(operand, result, emitter);
      return withSign(own, result.signed, emitter);
    });
    const [first] = parts;
    if (parts.length === 1 && first !== undefined) return reshaped(first, result.shape, emitter);
    const flat =
      axis === undefined
        ? parts.map((part) => reshaped(part, [sizeOf(part.type.shape)], emitter))
        : parts;
    const [at = 0] =
      axis === undefined ? [0] : normalizeAxes([axis], result.shape.length, call.path);
    return emitter.emit("FHELinalg.concat", flat, result, `axis = ${at} : i64`);
  },
});

function joined(axis: number, shapes: readonly Shape[], path: string): Selection {
  const [first = []] = shapes;
  const [at = 0] = normalizeAxes([axis], first.length, path);
  for (const shape of shapes) {
    const fits =
      shape.length === first.length &&
      shape.every((length, own) => own === at || length === first[own]);
    if (fits) continue;
    throw new VelumError({
      code: "bad-shape",
      path,
      problem: `shapes ${shapeText(first)} and ${shapeText(shape)} do not join along axis ${at}`,
      cure: "Make all lengths equal but those along the axis",
    });
  }
  const lengths = shapes.map((shape) => shape[at] ?? 1);
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const shape = first.map((length, own) => (own === at ? total : length));
  const outer = sizeOf(first.slice(0, at));
  const inner = sizeOf(first.slice(at + 1));
  const source = new Int32Array(sizeOf(shape));
  let before = 0;
  let start = 0;
  for (const length of lengths) {
    const block = length * inner;
    for (let row = 0; row < outer; row++) {
      for (let i = 0; i < block; i++) {
        source[(row * total + before) * inner + i] = start + row * block + i;
      }
    }
    before += length;
    start += outer * block;
  }
  return { shape, source };
}
