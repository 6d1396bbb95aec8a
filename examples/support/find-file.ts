import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { VelumError } from "../../src/base/error.js";

/**
 * The path of a file of this repository. A compiled example runs from `dist/`, its source from `examples/`: every folder above this
 * module is tried. Error `file-corrupt` where there is none.
 */
export function findFile(...place: string[]): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const file = join(folder, ...place);
    if (existsSync(file)) return file;
    const parent = dirname(folder);
    if (parent === folder) break;
    folder = parent;
  }
  throw new VelumError({
    code: "file-corrupt",
    path: join(...place),
    problem: "was not found in any folder above this module",
    cure: "Run the example from a checkout of the repository",
  });
}
