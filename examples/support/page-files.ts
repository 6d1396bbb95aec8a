import { readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { findFile } from "./find-file.js";

/** Folders of this repository that a page without a bundler fetches from. */
const served = ["dist/", "node_modules/fflate/", "node_modules/@noble/hashes/"];

const contentTypes: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".map": "application/json",
  ".wasm": "application/wasm",
  ".csv": "text/csv; charset=utf-8",
};

/** The content type of a file by its ending; empty where it is not known. */
export function contentType(path: string): string {
  return contentTypes[extname(path)] ?? "";
}

/** A file that pages may fetch, by its path from the repository's root; undefined for every other. `more`: folders beside the usual. */
export async function readPageFile(
  path: string,
  more: readonly string[] = [],
): Promise<Buffer | undefined> {
  if (![...served, ...more].some((folder) => path.startsWith(folder))) return undefined;
  return await readFile(join(findFile("package.json"), "..", path)).catch(() => undefined);
}
