import { type Shape, sizeOf, type Tensor } from "../base/tensor.js";
import type { MlirType } from "../op-spec/mlir-emitter.js";

/** `!FHE.eint<4>`, `tensor<2x3x!FHE.esint<7>>`, `i5`, `tensor<4xindex>`. */
export function typeText(type: MlirType): string {
  const element = elementText(type);
  return type.shape.length === 0 ? element : `tensor<${[...type.shape, element].join("x")}>`;
}

function elementText(type: MlirType): string {
  if (type.kind === "index") return "index";
  if (type.kind === "clear") return `i${type.bits}`;
  return `!FHE.${type.signed ? "esint" : "eint"}<${type.bits}>`;
}

/** More elements than this are written as hexadecimal bytes, as MLIR's printer does. */
const hexAbove = 100;

/** The value of a constant, with its type: `5 : i6`, `dense<[0, 1]> : tensor<2xi64>`; equal elements are written once. */
export function constantText(value: Tensor, type: MlirType): string {
  if (value.shape.length === 0) return `${value.data[0] ?? 0} : ${typeText(type)}`;
  return `dense<${elementsText(value, type)}> : ${typeText(type)}`;
}

function elementsText(value: Tensor, type: MlirType): string {
  const first = value.data[0] ?? 0;
  if (value.data.every((item) => item === first)) return String(first);
  if (value.data.length > hexAbove) return `"0x${hexText(value, type.bits)}"`;
  return nestedText(value.data, value.shape);
}

function nestedText(data: Float64Array, shape: Shape): string {
  const [length = 0, ...rest] = shape;
  const stride = sizeOf(rest);
  const parts = Array.from({ length }, (_, i) =>
    rest.length === 0
      ? String(data[i] ?? 0)
      : nestedText(data.subarray(i * stride, (i + 1) * stride), rest),
  );
  return `[${parts.join(", ")}]`;
}

/**
 * Every element modulo 2^`bits` in whole bytes, least significant first, upper-case: the bits above are zero even in
 * negative elements.
 */
function hexText(value: Tensor, bits: number): string {
  const bytes = Math.ceil(bits / 8);
  // Large ensembles have millions of elements: as characters in one array, and numbers of few bits without big integers.
  const text = new Uint8Array(2 * bytes * value.data.length);
  const narrow = bits <= 48;
  const modulus = 2 ** bits;
  let at = 0;
  for (const item of value.data) {
    if (narrow) {
      let rest = item >= 0 && item < modulus ? item : item - Math.floor(item / modulus) * modulus;
      for (let byte = 0; byte < bytes; byte++) {
        const next = Math.floor(rest / 256);
        at = writeByte(text, at, rest - 256 * next);
        rest = next;
      }
      continue;
    }
    let rest = BigInt.asUintN(bits, BigInt(item));
    for (let byte = 0; byte < bytes; byte++) {
      at = writeByte(text, at, Number(rest & 255n));
      rest >>= 8n;
    }
  }
  return new TextDecoder().decode(text);
}

const digitCodes = new TextEncoder().encode("0123456789ABCDEF");

/** Two characters; gives the place behind them. */
function writeByte(text: Uint8Array, at: number, byte: number): number {
  text[at] = digitCodes[byte >> 4] ?? 0;
  text[at + 1] = digitCodes[byte & 15] ?? 0;
  return at + 2;
}
