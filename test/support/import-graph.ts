import { posix } from "node:path";
import { readSource } from "./source-text.js";

/** One import as written. */
export interface Import {
  readonly from: string;
  /** A path such as `src/base/error.ts`, or a package or `node:` name as written. */
  readonly to: string;
  readonly internal: boolean;
  /**
   * `static` runs when the file loads, `type` vanishes, `dynamic` is `import()`,
   * `address` is a file named by `new URL(..., import.meta.url)`: a worker.
   */
  readonly kind: "static" | "type" | "dynamic" | "address";
}

const patterns: readonly (readonly [Import["kind"] | "by clause", RegExp])[] = [
  ["by clause", /^[ \t]*(?:import|export)\b([^;"'(]*?)\bfrom\s*["']([^"']+)["']/gm],
  ["static", /^[ \t]*import\s*()["']([^"']+)["']/gm],
  ["dynamic", /\bimport\s*\(\s*()["']([^"']+)["']/g],
  ["address", /\bnew URL\(\s*()["'](\.[^"']*\.js)["']\s*,\s*import\.meta\.url/g],
];

/** Every import of `files`, a map from path to source text. */
export function readImports(files: ReadonlyMap<string, string>): Import[] {
  const found: Import[] = [];
  for (const [from, source] of files) {
    const { code } = readSource(source);
    for (const [kind, pattern] of patterns) {
      for (const [, clause = "", specifier = ""] of code.matchAll(pattern)) {
        const internal = specifier.startsWith(".");
        found.push({
          from,
          to: internal ? resolve(from, specifier) : specifier,
          internal,
          kind: kind !== "by clause" ? kind : /^\s*type\b/.test(clause) ? "type" : "static",
        });
      }
    }
  }
  return found;
}

function resolve(from: string, specifier: string): string {
  return posix.join(posix.dirname(from), specifier).replace(/\.js$/, ".ts");
}

/** `keys` for `src/keys/client-key.ts`, `index.ts` for `src/index.ts`; undefined outside `src/`. */
export function folderOf(path: string): string | undefined {
  return path.startsWith("src/") ? path.split("/")[1] : undefined;
}

/** Everything reachable from `starts` over `imports`, each with the chain of files that leads there. */
export function reachable(
  starts: Iterable<string>,
  imports: readonly Import[],
): Map<string, readonly string[]> {
  const next = new Map<string, string[]>();
  for (const { from, to } of imports) next.set(from, [...(next.get(from) ?? []), to]);
  const chains = new Map<string, readonly string[]>();
  const waiting: (readonly string[])[] = [...starts].map((start) => [start]);
  for (let chain = waiting.shift(); chain !== undefined; chain = waiting.shift()) {
    const last = chain.at(-1) ?? "";
    if (chains.has(last)) continue;
    chains.set(last, chain);
    for (const to of next.get(last) ?? []) waiting.push([...chain, to]);
  }
  return chains;
}

/** A cycle between folders, e.g. `graph -> ops -> graph`, or undefined. */
export function findFolderCycle(imports: readonly Import[]): string | undefined {
  const edges = new Map<string, Set<string>>();
  for (const { from, to, internal } of imports) {
    const [a, b] = [folderOf(from), folderOf(to)];
    if (!internal || a === undefined || b === undefined || a === b) continue;
    edges.set(a, (edges.get(a) ?? new Set()).add(b));
  }
  const done = new Set<string>();
  const visit = (folder: string, path: readonly string[]): string | undefined => {
    const start = path.indexOf(folder);
    if (start >= 0) return [...path.slice(start), folder].join(" -> ");
    if (done.has(folder)) return undefined;
    for (const next of edges.get(folder) ?? []) {
      const cycle = visit(next, [...path, folder]);
      if (cycle !== undefined) return cycle;
    }
    done.add(folder);
    return undefined;
  };
  for (const folder of edges.keys()) {
    const cycle = visit(folder, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}
