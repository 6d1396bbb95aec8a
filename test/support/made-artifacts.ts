import { unzipSync } from "fflate";
import { packArchive } from "../../src/artifact/archive.js";
import { fhe } from "../../src/index.js";

export const table = new fhe.LookupTable([3, 1, 2, 0]);
export const compileLookups = () =>
  fhe
    .compiler({ x: "encrypted" }, (x) => table.apply(x))
    .compile(
      [
        [0, 1, 2],
        [3, 3, 3],
      ],
      { inputForm: "numbers" },
    );
export const compileLinear = () =>
  fhe.compiler({ x: "encrypted" }, (x) => x.dot([1, 2, 3])).compile([[3, 3, 3]]);

export const lookups = await compileLookups();
export const linear = await compileLinear();

export const again = "Copy or send the file again, or compile the circuit anew";

/** The archive with its entries changed and the hash made anew. */
export function rewritten(
  bytes: Uint8Array,
  change: (files: Record<string, Uint8Array>) => void,
): Uint8Array<ArrayBuffer> {
  const { "content.sha256": _, ...files } = unzipSync(bytes);
  change(files);
  return packArchive(files);
}

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** The archive with one field of a JSON entry set; `path` is like `outputs.0.layout.wordBits`. */
export function withField(bytes: Uint8Array, entry: string, path: string, value: Json | undefined) {
  return rewritten(bytes, (files) => {
    const json: Json = JSON.parse(new TextDecoder().decode(files[entry]));
    const steps = path.split(".");
    let at: Json = json;
    for (const step of steps.slice(0, -1)) {
      at = (at as Record<string, Json>)[step] ?? null;
    }
    const last = steps.at(-1) ?? "";
    if (value === undefined) delete (at as Record<string, Json>)[last];
    else (at as Record<string, Json>)[last] = value;
    files[entry] = new TextEncoder().encode(JSON.stringify(json));
  });
}
