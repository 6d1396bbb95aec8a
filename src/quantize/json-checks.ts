import { VelumError } from "../base/error.js";

/** The error of a part of a model's file that says nothing sensible. */
export function corruptPart(path: string, problem: string): VelumError {
  return new VelumError({
    code: "file-corrupt",
    path,
    problem,
    cure: "Make the file again from the compiled model",
  });
}

/** `value` as an object whose fields can be asked for; an empty one where it is none. */
export function fieldsOf(value: unknown): { readonly [field: string]: unknown } {
  return isRecord(value) ? value : {};
}

function isRecord(value: unknown): value is { readonly [field: string]: unknown } {
  return typeof value === "object" && value !== null;
}

export function isFiniteNumber(value: unknown): value is number {
  return Number.isFinite(value);
}

export function isFiniteList(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every(isFiniteNumber);
}

/** Lists of finite numbers, which may differ in length. */
export function isListOfFiniteLists(value: unknown): value is readonly (readonly number[])[] {
  return Array.isArray(value) && value.every(isFiniteList);
}

export function isIntegerList(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((entry) => Number.isSafeInteger(entry));
}

/** A whole number above 0. */
export function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0;
}
