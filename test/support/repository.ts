import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The repository's folder, with a slash at its end. Compiled tests lie in `dist/test/<kind>/`. */
export const repositoryRoot = fileURLToPath(new URL("../../../", import.meta.url));

/** Every TypeScript file below `folder`, from path to text. */
export function readSources(folder: string): Map<string, string> {
  const names = readdirSync(repositoryRoot + folder, { recursive: true, encoding: "utf8" });
  const paths = names.filter((name) => name.endsWith(".ts")).map((name) => `${folder}/${name}`);
  return new Map(paths.sort().map((path) => [path, readFileSync(repositoryRoot + path, "utf8")]));
}
