import { VelumError } from "../base/error.js";

/** An object of a JSON file, read field by field with its type and range checked. Error `file-corrupt` names the field. */
export class JsonFields {
  /** Names the file. */
  readonly path: string;
  readonly #at: string;
  readonly #fields: ReadonlyMap<string, unknown>;

  /** `path` names the file, `at` the place of `value` in it. */
  constructor(value: unknown, path: string, at: string) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw misfit(path, `${at === "" ? "its content" : at} is not an object`);
    }
    this.path = path;
    this.#at = at;
    this.#fields = new Map(Object.entries(value));
  }

  has(name: string): boolean {
    return this.#fields.has(name);
  }

  value(name: string): unknown {
    return this.#fields.get(name);
  }

  integer(name: string, least: number, most: number): number {
    return checkInteger(this.value(name), this.path, this.place(name), least, most);
  }

  /** A text of at most 1,000 characters, of the form `pattern` where one is given. */
  text(name: string, pattern?: RegExp): string {
    const value = this.value(name);
    if (typeof value === "string" && value.length <= 1000 && (pattern?.test(value) ?? true)) {
      return value;
    }
    throw this.misfit(name, "is not the text that is due");
  }

  flag(name: string): boolean {
    const value = this.value(name);
    if (typeof value === "boolean") return value;
    throw this.misfit(name, "is neither true nor false");
  }

  object(name: string): JsonFields {
    return new JsonFields(this.value(name), this.path, this.place(name));
  }

  /** Every entry of a list through `read`, which gets the entry and its place. */
  list<Item>(name: string, most: number, read: (value: unknown, at: string) => Item): Item[] {
    const value: unknown = this.value(name);
    if (!Array.isArray(value)) throw this.misfit(name, "is not a list");
    if (value.length > most) throw this.misfit(name, `has ${value.length} entries, over ${most}`);
    return value.map((item: unknown, index) => read(item, `${this.place(name)}[${index}]`));
  }

  objects<Item>(name: string, most: number, read: (fields: JsonFields) => Item): Item[] {
    return this.list(name, most, (value, at) => read(new JsonFields(value, this.path, at)));
  }

  integers(name: string, most: number, least: number, largest: number): number[] {
    return this.list(name, most, (value, at) => checkInteger(value, this.path, at, least, largest));
  }

  /** The error of a field whose value does not fit. */
  misfit(name: string, problem: string): VelumError {
    return misfit(this.path, `${this.place(name)} ${problem}`);
  }

  place(name: string): string {
    return this.#at === "" ? name : `${this.#at}.${name}`;
  }
}

/** Reads JSON text as an object. Error `file-corrupt`. */
export function parseFields(text: string, path: string, name: string): JsonFields {
  return new JsonFields(parseJson(text, path, name), path, "");
}

/** Reads JSON text. Error `file-corrupt` naming the entry `name` of the file `path`. */
export function parseJson(text: string, path: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw misfit(path, `${name} is not JSON`);
  }
}

function checkInteger(
  value: unknown,
  path: string,
  at: string,
  least: number,
  most: number,
): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= most) {
    return value;
  }
  const found = typeof value === "number" ? value : `of type ${typeof value}`;
  throw misfit(path, `${at} is ${found}, and may be ${least} to ${most}`);
}

function misfit(path: string, problem: string): VelumError {
  return new VelumError({
    code: "file-corrupt",
    path,
    problem: `is damaged: ${problem}`,
    cure: "Copy or send the file again, or compile the circuit anew",
  });
}
