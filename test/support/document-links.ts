import { posix } from "node:path";
import { lineAt } from "./source-text.js";

/** Links of a Markdown page that lead nowhere in the repository, as `page:line target`. `read` gives the text of a file, if there is one. */
export function deadLinks(
  pages: ReadonlyMap<string, string>,
  read: (path: string) => string | undefined,
): string[] {
  const problems: string[] = [];
  for (const [page, text] of pages) {
    for (const match of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      const [, target = ""] = match;
      if (/^[a-z]+:/.test(target)) continue;
      const [path = "", anchor] = target.split("#");
      const file = path === "" ? page : posix.join(posix.dirname(page), path);
      const found = read(file);
      const leads =
        found !== undefined && (anchor === undefined || headingAnchors(found).includes(anchor));
      if (!leads) problems.push(`${page}:${lineAt(text, match.index)} ${target}`);
    }
  }
  return problems;
}

/** Anchors as GitHub makes them of headings. */
function headingAnchors(text: string): string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_\- ]/gu, "")
      .replaceAll(" ", "-"),
  );
}

/** Files of the repository that a text names although they are not there, as `file:line path`. */
export function deadPaths(
  texts: ReadonlyMap<string, string>,
  exists: (path: string) => boolean,
): string[] {
  const path =
    /(?<![\w/.-])(?:src|test|bench|docs|oracles|scripts|kernels|examples)\/[\w./-]+\.(?:ts|mjs|md|c|h|py|json|js|sh)\b(?!\.\w)/g;
  const problems: string[] = [];
  for (const [file, text] of texts) {
    for (const match of text.matchAll(path)) {
      const [named] = match;
      if (!/\bNAME\b/.test(named) && !exists(named)) {
        problems.push(`${file}:${lineAt(text, match.index)} ${named}`);
      }
    }
  }
  return problems;
}
