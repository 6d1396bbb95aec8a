import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { VelumError } from "../base/error.js";

/** The bytes of a file. Error `bad-argument` where it cannot be read. */
export async function readBytes(path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** A file of JSON. Errors: `bad-argument`. */
export async function readJson(path: string): Promise<unknown> {
  const text = new TextDecoder().decode(await readBytes(path));
  return parseJson(text, path);
}

/** JSON text; `path` names it in the error `bad-argument`. */
export function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new VelumError({
      code: "bad-argument",
      path,
      problem: `is not JSON (${error instanceof Error ? error.message : "unknown reason"})`,
      cure: "Write numbers and arrays of numbers, like [1, 2, 3]",
    });
  }
}

/** Writes a file, its folders too. `secret`: for the user alone. Error `bad-argument` where it cannot be written. */
export async function writeBytes(path: string, bytes: Uint8Array, secret = false): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, bytes, secret ? { mode: 0o600 } : {});
  } catch (error) {
    throw new VelumError({
      code: "bad-argument",
      path,
      problem: `cannot be written (${reasonOf(error)})`,
      cure: "Name a place with -o that you may write to",
    });
  }
}

function unreadable(path: string, error: unknown): VelumError {
  return new VelumError({
    code: "bad-argument",
    path,
    problem: `cannot be read (${reasonOf(error)})`,
    cure: isFolder(error) ? `Name the files in it: ${path}/*` : "Check the name of the file",
  });
}

function isFolder(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EISDIR";
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const known: Readonly<Record<string, string>> = {
    ENOENT: "there is no such file",
    EACCES: "no permission",
    EISDIR: "it is a folder",
    ENOTDIR: "a part of its path is a file",
  };
  return known[code] ?? (code === "" ? "unknown reason" : code);
}
