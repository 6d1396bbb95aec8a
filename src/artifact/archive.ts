import { strFromU8, strToU8, type Unzipped, unzipSync, zipSync } from "fflate";
import { requireBytes } from "../base/bytes.js";
import { VelumError } from "../base/error.js";
import { contentHash, toHex } from "../base/hash.js";

/** Files of an archive by name. */
export type ArchiveFiles = Readonly<Record<string, Uint8Array>>;

const hashFile = "content.sha256";
const largestFileCount = 256;
/** Fixed, so that equal content gives equal bytes. */
const modified = new Date(2020, 0, 1);

/** Packs files into a zip with the hash of their content beside them. */
export function packArchive(files: ArchiveFiles): Uint8Array<ArrayBuffer> {
  const all = { ...files, [hashFile]: strToU8(filesHash(files)) };
  return new Uint8Array(zipSync(all, { level: 6, mtime: modified }));
}

/**
 * Unpacks what `packArchive` wrote, up to `largestBytes` in all. The hash proves that nothing was damaged, not who wrote it.
 * Errors: `file-foreign`, `file-corrupt`, `file-too-large`.
 */
export function unpackArchive(bytes: Uint8Array, path: string, largestBytes: number): ArchiveFiles {
  requireBytes(bytes, path);
  if (bytes.length < 4 || bytes[0] !== 0x50 || bytes[1] !== 0x4b) {
    throw new VelumError({
      code: "file-foreign",
      path,
      problem: "is not a zip archive",
      cure: `Pass a ${path} that Velum wrote`,
    });
  }
  const { [hashFile]: hash, ...files } = unzip(bytes, path, largestBytes);
  if (hash === undefined || strFromU8(hash) !== filesHash(files)) {
    throw damaged(path, "its content does not fit its hash");
  }
  return files;
}

/** Whether an archive has a file of that name; false for what is no archive. Reads its directory alone. */
export function archiveHolds(bytes: Uint8Array, name: string): boolean {
  let found = false;
  try {
    unzipSync(bytes, {
      filter: (file) => {
        found ||= file.name === name;
        return false;
      },
    });
  } catch {
    return false;
  }
  return found;
}

/** What only one kind of archive holds, and what that is. */
const marks: readonly (readonly [mark: string, kind: string])[] = [
  ["client.json", "a client file"],
  ["manifest.json", "a server file"],
  ["module.json", "the file of a module"],
  ["steps.json", "a pipeline that dump wrote"],
  ["model.json", "a model that dump wrote"],
];

/** One file of an archive. Errors when it is not there: `file-kind` for another kind of archive, else `file-corrupt`. */
export function archiveFile(files: ArchiveFiles, name: string, path: string): Uint8Array {
  const found = files[name];
  if (found !== undefined) return found;
  const mark = marks.some(([own]) => own === name);
  throw (mark ? kindError(files, path) : undefined) ?? damaged(path, `${name} is missing`);
}

/** The error `file-kind` of an archive that Velum wrote for something else; undefined for what is none. */
function kindError(files: ArchiveFiles, path: string): VelumError | undefined {
  const [, kind] = marks.find(([mark]) => files[mark] !== undefined) ?? [];
  if (kind === undefined) return undefined;
  return new VelumError({
    code: "file-kind",
    path,
    problem: `is ${kind}`,
    limit: path,
    actual: kind,
    cure: `Pass a ${path}, or read it with the load of what it is`,
  });
}

/** A file of an archive as UTF-8 text. Error `file-corrupt` when it is not there. */
export function archiveText(files: ArchiveFiles, name: string, path: string): string {
  return strFromU8(archiveFile(files, name, path));
}

function unzip(bytes: Uint8Array, path: string, largestBytes: number): Unzipped {
  let count = 0;
  let total = 0;
  try {
    return unzipSync(bytes, {
      filter: ({ originalSize }) => {
        count++;
        total += originalSize;
        if (total > largestBytes || count > largestFileCount) throw tooLarge(path, largestBytes);
        return true;
      },
    });
  } catch (error) {
    if (error instanceof VelumError) throw error;
    throw damaged(path, "the archive cannot be read to its end");
  }
}

/** SHA-256 over names and contents in the order of the names. */
function filesHash(files: ArchiveFiles): string {
  const lines = Object.keys(files)
    .sort()
    .map((name) => `${name}:${toHex(contentHash(files[name] ?? new Uint8Array()))}`);
  return toHex(contentHash(strToU8(lines.join("\n"))));
}

/** Error `file-kind` when the archive holds `name`, the mark of the other side's file. */
export function refuseOtherSide(files: ArchiveFiles, name: string, path: string): void {
  if (files["module.json"] !== undefined) {
    throw new VelumError({
      code: "file-kind",
      path,
      problem: "is the file of a module",
      limit: path,
      cure: `Use ${path === "client file" ? "ModuleClient" : "ServerModule"}.load for it`,
    });
  }
  if (files[name] === undefined) return;
  const other = path === "client file" ? "server file" : "client file";
  throw new VelumError({
    code: "file-kind",
    path,
    problem: `is a ${other}`,
    limit: path,
    actual: other,
    cure: `Pass the ${path} of the same circuit`,
  });
}

/** The error of an archive whose content is not what it should be. */
export function damaged(path: string, problem: string): VelumError {
  return new VelumError({
    code: "file-corrupt",
    path,
    problem: `is damaged: ${problem}`,
    cure: "Copy or send the file again, or compile the circuit anew",
  });
}

function tooLarge(path: string, limit: number): VelumError {
  return new VelumError({
    code: "file-too-large",
    path,
    problem: `unpacks to more than ${largestFileCount} files or ${limit} bytes`,
    limit,
    cure: `Pass a ${path} that Velum wrote`,
  });
}
