import { type Shape, sizeOf, type Tensor } from "../base/tensor.js";
import { floatWords } from "./float-text.js";
import type { AttributeList, AttributeValue, ScalarFunction } from "./node.js";

const lineWidth = 75;
const summaryAbove = 1000;
const edgeItems = 3;

/** Longest text of a constant. */
const constantLimit = 25;

/**
 * Text of an attribute as Python prints it: tensors and arrays of tables like NumPy 1.26 with default settings, line
 * breaks included; lists as tuples; strings without quotes. `float` for tensors of floating-point numbers.
 */
export function numpyText(value: AttributeValue, float = false): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "function") return functionName(value);
  if (typeof value !== "object") return String(value);
  if (isList(value)) {
    const [only] = value;
    if (value.length === 1 && only !== undefined) return `(${numpyText(only)},)`;
    return `(${value.map((item) => numpyText(item)).join(", ")})`;
  }
  if ("nodes" in value) return value.name;
  if ("data" in value) {
    const word = float ? floatWords(value) : String;
    return arrayText(value.shape, (index) => word(value.data[index] ?? 0), true);
  }
  return arrayText(value.shape, (index) => listText(value.items[index]), false);
}

/** The attribute on one line, shortened. */
export function shortText(value: AttributeValue, float = false): string {
  return shorten(numpyText(value, float).replaceAll("\n", ""));
}

/** At most 25 characters: the first and last ones around ` ... ` when the text is longer. */
export function shorten(text: string): string {
  if (text.length <= constantLimit) return text;
  const start = Math.floor((constantLimit - 5) / 2);
  const end = constantLimit - 5 - start;
  return `${text.slice(0, start)} ... ${text.slice(text.length - end)}`;
}

/** Python's name of a function, `<lambda>` if it has none. */
export function functionName(fn: ScalarFunction): string {
  return fn.name === "" ? "<lambda>" : fn.name;
}

function isList(value: AttributeValue): value is AttributeList {
  return Array.isArray(value);
}

function listText(table: Tensor | undefined): string {
  return `[${Array.from(table?.data ?? []).join(", ")}]`;
}

function arrayText(shape: Shape, element: (index: number) => string, aligned: boolean): string {
  if (shape.length === 0) return element(0);
  const size = sizeOf(shape);
  if (size === 0) return "[]";
  const summarised = size > summaryAbove;
  let width = 0;
  if (aligned) {
    visitShown(shape, summarised, (index) => {
      width = Math.max(width, element(index).length);
    });
  }
  const nested = (axis: number, start: number, indent: string, room: number): string => {
    const length = shape[axis] ?? 0;
    const stride = sizeOf(shape.slice(axis + 1));
    const shown = shownPositions(length, summarised);
    const last = axis === shape.length - 1;
    let text = "";
    let line = indent;
    shown.forEach((position, order) => {
      const final = order === shown.length - 1;
      if (last) {
        const word = position < 0 ? "..." : element(start + position).padStart(width);
        // A row breaks where the next word and a closing bracket would not fit.
        if (line.length + word.length > room - 1 && line.length > indent.length) {
          text += `${line.trimEnd()}\n`;
          line = indent;
        }
        line += final ? word : `${word} `;
        return;
      }
      const part =
        position < 0 ? "..." : nested(axis + 1, start + position * stride, `${indent} `, room - 1);
      text += indent + part + (final ? "" : "\n".repeat(shape.length - axis - 1));
    });
    if (last) text += line;
    return `[${text.slice(indent.length)}]`;
  };
  return nested(0, 0, " ", lineWidth);
}

/** Positions along one axis that are printed; -1 stands for the dots. */
function shownPositions(length: number, summarised: boolean): number[] {
  const all = Array.from({ length }, (_, position) => position);
  if (!summarised || length <= 2 * edgeItems) return all;
  return [...all.slice(0, edgeItems), -1, ...all.slice(length - edgeItems)];
}

function visitShown(shape: Shape, summarised: boolean, visit: (index: number) => void): void {
  const descend = (axis: number, start: number): void => {
    if (axis === shape.length) {
      visit(start);
      return;
    }
    const stride = sizeOf(shape.slice(axis + 1));
    for (const position of shownPositions(shape[axis] ?? 0, summarised)) {
      if (position >= 0) descend(axis + 1, start + position * stride);
    }
  };
  descend(0, 0);
}
