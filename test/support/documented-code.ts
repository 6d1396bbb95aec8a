import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";

let blocksRun = 0;
const root = new URL("../../../", import.meta.url);

/** The TypeScript blocks of a page under docs/, one after the other. */
export function documentedBlocks(page: string): readonly string[] {
  const text = readFileSync(new URL(`docs/${page}`, root), "utf8");
  return Array.from(text.matchAll(/^```ts\n(.*?)^```$/gms), (match) => match[1] ?? "");
}

/** The texts that the block promises behind its `console.log` lines. */
export function promisedLines(block: string): readonly string[] {
  return Array.from(block.matchAll(/^console\.log.*; \/\/ (.*)$/gm), (match) => match[1] ?? "");
}

/**
 * Runs a block that is JavaScript as well, with the built package as "velum" and files read from `folder`, and gives what it
 * printed.
 */
export async function runBlock(block: string, folder: string): Promise<readonly string[]> {
  const index = new URL("dist/src/index.js", root).href;
  const files = fileURLToPath(new URL(folder, root));
  const code = block
    .replaceAll('from "velum"', `from ${JSON.stringify(index)}`)
    .replaceAll('readFileSync("', `readFileSync(${JSON.stringify(files)} + "`)
    .replaceAll("console.log(", "printed.push(format(");
  const closed = code.replaceAll(/^(printed\.push\(format\(.*?\));( \/\/.*)?$/gm, "$1);$2");
  const file = new URL(`dist/test/documented-${process.pid}-${blocksRun++}.mjs`, root);
  writeFileSync(file, `import { format } from "node:util";\nexport const printed = [];\n${closed}`);
  try {
    const { printed }: { printed: readonly string[] } = await import(
      pathToFileURL(fileURLToPath(file)).href
    );
    return printed;
  } finally {
    rmSync(file);
  }
}
