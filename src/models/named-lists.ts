import { fieldsOf, isListOfFiniteLists } from "../quantize/json-checks.js";
import { corruptModel } from "./model-file.js";

/** Lists of numbers by name, e.g. one list of means a class. */
export type NamedLists = Readonly<Record<string, readonly Float64Array[]>>;

/** The JSON form. */
export function namedListsJson(named: NamedLists): { readonly [name: string]: number[][] } {
  return Object.fromEntries(
    Object.entries(named).map(([name, lists]) => [name, lists.map((list) => Array.from(list))]),
  );
}

/** Checks what `namedListsJson` gave; nothing is an empty one. Errors: `file-corrupt`. */
export function parseNamedLists(value: unknown, path: string): NamedLists {
  return Object.fromEntries(
    Object.entries(fieldsOf(value)).map(([name, lists]): [string, Float64Array[]] => {
      if (isListOfFiniteLists(lists)) return [name, lists.map((list) => Float64Array.from(list))];
      throw corruptModel(path, `its ${name} are no lists of numbers`);
    }),
  );
}
