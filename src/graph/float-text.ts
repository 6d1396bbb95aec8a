import type { Tensor } from "../base/tensor.js";

/** A number as Python prints a float: `1.5`, `2.0`, `1e-05`, `inf`. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value < 0 ? "-inf" : "inf";
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e16 || size < 1e-4)) return twoDigits(value.toExponential());
  const text = String(value);
  return text.includes(".") ? text : `${text}.0`;
}

/** At most this many digits after the point in arrays. */
const arrayDigits = 8;

/**
 * How NumPy writes the elements of one float array: equally many places after the point, with zeros at the end as blanks;
 * with exponents where sizes differ much. A scalar is written as Python does.
 */
export function floatWords(tensor: Tensor): (item: number) => string {
  if (tensor.shape.length === 0) return floatText;
  const items = Array.from(tensor.data).filter(Number.isFinite);
  const sizes = items.map(Math.abs).filter((size) => size > 0);
  const [least, most] = [Math.min(...sizes), Math.max(...sizes)];
  if (sizes.length > 0 && (most >= 1e8 || least < 1e-4 || most / least > 1000)) {
    const digits = Math.max(
      ...items.map((item) => fractionOf(item.toExponential(arrayDigits)).length),
    );
    return (item) => {
      if (!Number.isFinite(item)) return floatText(item);
      return twoDigits(item.toExponential(digits)).replace(/^(-?\d)e/, "$1.e");
    };
  }
  const places = Math.max(0, ...items.map((item) => fractionOf(item.toFixed(arrayDigits)).length));
  return (item) => {
    if (!Number.isFinite(item)) return floatText(item);
    const text = item.toFixed(arrayDigits);
    return `${text.slice(0, text.indexOf("."))}.${fractionOf(text).padEnd(places)}`;
  };
}

/** Digits after the point, without zeros at the end. */
function fractionOf(text: string): string {
  const [, digits = ""] = /\.(\d*)/.exec(text) ?? [];
  return digits.replace(/0+$/, "");
}

/** Exponents have at least two digits. */
function twoDigits(text: string): string {
  return text.replace(/e([+-])(\d)$/, "e$10$2");
}
