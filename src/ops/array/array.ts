import { VelumError } from "../../base/error.js";
import { type Shape, shapeText, sizeOf } from "../../base/tensor.js";
import { readIntegers } from "../../op-spec/attributes.js";
import { withSign } from "../../op-spec/mlir/mlir-forms.js";
import { encrypted } from "../../op-spec/mlir/mlir-shapes.js";
import { defineSelection, inOrder } from "../../op-spec/selection.js";

/** A tensor of scalars: `fhe.array([x, y, 3])`. */
export const array = defineSelection<Shape>({
  name: "array",
  doc: "A tensor made of scalars, encrypted and clear, of any sign. Free.",
  operands: "any",
  encrypts: true,
  guessedType: "joined",
  read: (attributes, path) => readIntegers(attributes, "shape", path) ?? [],
  text: (shape) => `array(«${nestedText(shape, 0)}»)`,
  select: (shape, shapes, path) => {
    const wrong = shapes.find((own) => own.length > 0);
    if (wrong === undefined && shapes.length === sizeOf(shape)) {
      return { shape, source: inOrder(shapes.length) };
    }
    throw new VelumError({
      code: "bad-shape",
      path,
      problem:
        wrong === undefined
          ? `${shapes.length} scalars do not fill the shape ${shapeText(shape)}`
          : `an element has shape ${shapeText(wrong)} and is no scalar`,
      cure: "Give one scalar for each element; join tensors with stack or concatenate",
    });
  },
  mlir: (_, { operands, result }, emitter) => {
    const own = operands.map((operand) =>
      withSign(encrypted(operand, result, emitter), result.signed, emitter),
    );
    const names = own.map((value) => value.name).join(", ");
    return emitter.write("from_elements", `tensor.from_elements ${names}`, [result], "");
  },
});

/** `[[{0}, {1}], [{2}, {3}]]` */
function nestedText(shape: Shape, start: number): string {
  const [length, ...rest] = shape;
  if (length === undefined) return `{${start}}`;
  const stride = sizeOf(rest);
  const parts = Array.from({ length }, (_, i) => nestedText(rest, start + i * stride));
  return `[${parts.join(", ")}]`;
}
