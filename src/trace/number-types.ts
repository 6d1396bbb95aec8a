import { VelumError } from "../base/error.js";
import { valueText } from "../base/value-text.js";
import { callPath } from "./origin.js";

/** Types that `astype` takes, and what NumPy prints for them. */
const printed = {
  bool: "<class 'numpy.bool_'>",
  int8: "byte",
  int16: "short",
  int32: "intc",
  int64: "int_",
  uint8: "ubyte",
  uint16: "ushort",
  uint32: "uintc",
  float32: "float32",
  float64: "float64",
} as const;

/** NumPy's names of types of numbers. */
export type NumberTypeName = keyof typeof printed;

/** What nodes carry for a type. Error `bad-argument` for a name that is none. */
export function typeAttribute(name: NumberTypeName): string {
  if (typeof name === "string" && Object.hasOwn(printed, name)) return printed[name];
  const known = Object.keys(printed).join(", ");
  throw new VelumError({
    code: "bad-argument",
    path: callPath("astype"),
    problem: `there is no type ${valueText(name)} here`,
    limit: known,
    cure: `Use one of ${known}`,
  });
}
