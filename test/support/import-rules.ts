import { findFolderCycle, folderOf, type Import, reachable, readImports } from "./import-graph.js";
import { importEverything, importFolders, importTable, secretFree } from "./import-table.js";

type Sources = ReadonlyMap<string, string>;

/** Edges between folders that the table does not name, and folders without a row. */
export function foreignEdges(sources: Sources): string[] {
  const problems = new Set<string>();
  for (const path of sources.keys()) {
    const folder = folderOf(path);
    if (folder === undefined || importEverything.includes(folder) || folder in importTable)
      continue;
    problems.add(`src/${folder} has no row in the import table`);
  }
  for (const { from, to, internal } of readImports(sources)) {
    const [a, b] = [folderOf(from), folderOf(to)];
    if (!internal || a === undefined || a === b || importEverything.includes(a)) continue;
    if (b === undefined) problems.add(`${from} imports ${to}, which is outside src`);
    else if (b !== "base" && importTable[a]?.includes(b) !== true) {
      problems.add(`${from} imports ${to}: ${a} may not import ${b}`);
    }
    if (a === "base") problems.add(`${from} imports ${to}: base may not import ${b}`);
  }
  return [...problems];
}

/** Edges inside `src/import/` against the order of its folders, and files outside of them. */
export function backwardImports(sources: Sources): string[] {
  const place = (path: string) => importFolders.indexOf(path.split("/")[2] ?? "");
  const inside = [...sources.keys()].filter((path) => path.startsWith("src/import/"));
  const stray = inside.filter((path) => place(path) < 0);
  const backward = readImports(sources).filter(
    ({ from, to }) => inside.includes(from) && inside.includes(to) && place(to) > place(from),
  );
  return [
    ...stray.map((path) => `${path} is in no folder of src/import that has a place`),
    ...backward.map(({ from, to }) => `${from} imports ${to}, which comes after it`),
  ];
}

/** A ring of folders. */
export function folderCycles(sources: Sources): string[] {
  const cycle = findFolderCycle(readImports(sources));
  return cycle === undefined ? [] : [cycle];
}

/** Chains of imports, types included, that lead from a secret-free folder to `keys`. */
export function waysToSecrets(sources: Sources): string[] {
  const starts = [...sources.keys()].filter((path) => secretFree.includes(folderOf(path) ?? ""));
  const chains = reachable(starts, readImports(sources));
  return [...chains.values()]
    .filter((chain) => folderOf(chain.at(-1) ?? "") === "keys")
    .map((chain) => chain.join(" -> "));
}

/** Packages and Node modules that `src/` may not import, or may import only by `import()`. */
export function foreignPackages(
  sources: Sources,
  dependencies: readonly string[],
  optional: readonly string[],
): string[] {
  const problems: string[] = [];
  for (const { from, to, internal, kind } of readImports(sources)) {
    if (internal || to.startsWith("node:")) continue;
    const name = to
      .split("/")
      .slice(0, to.startsWith("@") ? 2 : 1)
      .join("/");
    if (optional.includes(name)) {
      if (kind === "static") problems.push(`${from} imports ${to} statically, but it is optional`);
    } else if (!dependencies.includes(name)) {
      problems.push(`${from} imports ${to}, which is no runtime dependency`);
    }
  }
  return problems;
}

/**
 * What a web page could not load, on any chain of imports from `entries`. What Node itself has they take from
 * `process.getBuiltinModule`: bundlers stumble over imports of `node:`, also of such that never happen.
 */
export function browserObstacles(sources: Sources, entries: readonly string[]): string[] {
  const imports = readImports(sources).filter((one) => one.kind !== "type");
  const chains = reachable(entries, imports);
  const problems: string[] = [];
  for (const one of imports) {
    const chain = chains.get(one.from);
    if (chain === undefined || !needsNode(one)) continue;
    problems.push([...chain, one.to].join(" -> "));
  }
  return problems;
}

function needsNode({ to, internal }: Import): boolean {
  return !internal && (to.startsWith("node:") || to === "koffi");
}
