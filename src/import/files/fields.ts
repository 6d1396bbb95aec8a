import { VelumError } from "../../base/error.js";

/** The most entries of any one list of a model file: far above real models, far below what fills a memory. */
export const mostEntries = 2 ** 26;

/** The error of a model file that contradicts itself or its format. */
export function corruptModel(path: string, problem: string): VelumError {
  return new VelumError({
    code: "file-corrupt",
    path,
    problem: `is damaged: ${problem}`,
    cure: "Export the model again and copy the file unchanged",
  });
}

/** The error of a model that is sound but uses what Velum does not import. */
export function unsupportedModel(path: string, problem: string, cure: string): VelumError {
  return new VelumError({ code: "unsupported-op", path, problem, cure });
}

/** An object of a model file (JSON or UBJSON), read field by field. Error `file-corrupt` names the field. */
export class ModelFields {
  readonly #path: string;
  readonly #at: string;
  readonly #fields: ReadonlyMap<unknown, unknown>;

  /** `path` names the file, `at` the place of `value` in it. */
  constructor(value: unknown, path: string, at: string) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw corruptModel(path, `${at === "" ? "its content" : at} is not an object`);
    }
    this.#path = path;
    this.#at = at;
    this.#fields = value instanceof Map ? value : new Map(Object.entries(value));
  }

  has(name: string): boolean {
    return this.#fields.has(name);
  }

  object(name: string): ModelFields {
    return new ModelFields(this.#fields.get(name), this.#path, this.place(name));
  }

  objects(name: string): ModelFields[] {
    const value = this.#fields.get(name);
    if (!Array.isArray(value)) throw this.misfit(name, "is not a list");
    return value.map(
      (item: unknown, index) => new ModelFields(item, this.#path, `${this.place(name)}[${index}]`),
    );
  }

  /** A text; `fallback` where the field is absent. */
  text(name: string, fallback?: string): string {
    const value = this.#fields.get(name) ?? fallback;
    if (typeof value === "string") return value;
    throw this.misfit(name, "is not a text");
  }

  /** Texts of a list; an empty list where the field is absent. */
  texts(name: string): string[] {
    const value = this.#fields.get(name) ?? [];
    if (!Array.isArray(value)) throw this.misfit(name, "is not a list");
    return value.map((item: unknown) => {
      if (typeof item === "string") return item;
      throw this.misfit(name, "holds something else than texts");
    });
  }

  /** An integer, written as a number or as a text of digits, from `least` to `most`; `fallback` where it is absent. */
  integer(name: string, least: number, most: number, fallback?: number): number {
    const value = this.#fields.get(name) ?? fallback;
    const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
    if (
      typeof number === "number" &&
      Number.isInteger(number) &&
      number >= least &&
      number <= most
    ) {
      return number;
    }
    throw this.misfit(name, `is ${String(value)}, and may be ${least} to ${most}`);
  }

  /** Numbers of a list (true counts as 1); an empty list where the field is absent. */
  numbers(name: string): Float64Array {
    const value = this.#fields.get(name) ?? [];
    if (value instanceof Float64Array) return value;
    if (!Array.isArray(value)) throw this.misfit(name, "is not a list");
    return Float64Array.from(value, (item: unknown) => {
      if (typeof item === "number") return item;
      if (typeof item === "boolean") return Number(item);
      throw this.misfit(name, "holds something else than numbers");
    });
  }

  /** Whole numbers from `least` to `most`. */
  integers(name: string, least: number, most: number): Float64Array {
    const numbers = this.numbers(name);
    for (const number of numbers)
      if (!Number.isInteger(number) || number < least || number > most)
        throw this.misfit(name, `holds ${number}, and may hold ${least} to ${most}`);
    return numbers;
  }

  misfit(name: string, problem: string): VelumError {
    return corruptModel(this.#path, `${this.place(name)} ${problem}`);
  }

  place(name: string): string {
    return this.#at === "" ? name : `${this.#at}.${name}`;
  }
}
