import {
  type Declaration,
  declarationFile,
  exportedNames,
  findDeclaration,
  membersOf,
  supertypesOf,
} from "./declarations.js";
import { lineAt } from "./source-text.js";

type Files = ReadonlyMap<string, string>;

/** Exports of `entries`, and members of what they declare or inherit, that have no doc comment; as `file: name`. */
export function undocumented(files: Files, entries: readonly string[]): string[] {
  const problems = new Set<string>();
  const visited = new Set<string>();
  const visit = (declaration: Declaration): void => {
    const { file, name } = declaration;
    if (visited.has(`${file}: ${name}`)) return;
    visited.add(`${file}: ${name}`);
    if (!declaration.documented) problems.add(`${file}: ${name}`);
    for (const member of membersOf(declaration)) {
      if (!memberDocumented(files, declaration, member.name)) {
        problems.add(`${file}: ${name}.${member.name}`);
      }
    }
    for (const parent of parents(files, declaration)) visit(parent);
  };
  for (const entry of entries) {
    for (const name of exportedNames(files.get(entry) ?? "")) {
      const declaration = findDeclaration(files, entry, name);
      if (declaration === undefined) problems.add(`${entry}: ${name} is declared nowhere`);
      else visit(declaration);
    }
  }
  return [...problems];
}

/** By itself, by the supertype that it comes from (editors show that), or by the function or type that it is. */
function memberDocumented(files: Files, declaration: Declaration, name: string): boolean {
  const member = membersOf(declaration).find((own) => own.name === name);
  if (member?.documented === true) return true;
  if (declaration.kind === "const" && member !== undefined) {
    return typeDocumented(files, declaration.file, member.text);
  }
  return parents(files, declaration).some((parent) => memberDocumented(files, parent, name));
}

/** Of a member that is `typeof f`, `T` or `import("./file.js").T`. */
function typeDocumented(files: Files, file: string, member: string): boolean {
  const pattern = /^[^:(]*: (?:typeof (\w+)|(?:import\("([^"]+)"\)\.)?([A-Z]\w*));$/;
  const [, value, from, type] = pattern.exec(member) ?? [];
  const name = value ?? type;
  if (name === undefined) return false;
  const home = from === undefined ? file : declarationFile(file, from);
  return findDeclaration(files, home, name)?.documented === true;
}

function parents(files: Files, declaration: Declaration): Declaration[] {
  return supertypesOf(declaration).flatMap(
    (name) => findDeclaration(files, declaration.file, name) ?? [],
  );
}

const comment = /\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n/.source;
const modifiers = /(?:(?:async|static|get|set|override) )*\*?/.source;
/** With the doc comment in front. */
const exportedFunction = new RegExp(
  `(${comment})?^export (?:async )?function\\*? (\\w+)[\\s\\S]*?^}`,
  "gm",
);
const method = new RegExp(`((?:^ +)${comment})?^ {2}${modifiers}(\\w+)[(<][\\s\\S]*?^ {2}}`, "gm");
const classes = /^(?:export )?(?:abstract )?class [\s\S]*?^}/gm;

/** Exported functions, and methods of classes, that throw an error of Velum of whose code their doc comment says nothing. */
export function unnamedErrors(sources: Files): string[] {
  const problems: string[] = [];
  for (const [path, source] of sources) {
    const methods = [...source.matchAll(classes)].flatMap(([text]) => [...text.matchAll(method)]);
    for (const [text, doc = "", name] of [...source.matchAll(exportedFunction), ...methods]) {
      const thrown = text.matchAll(/throw new VelumError\(\{\s*code: "([\w-]+)"/g);
      const unnamed = [...thrown].filter(([, code]) => !doc.includes(`\`${code}\``));
      problems.push(...unnamed.map(([, code]) => `${path}: ${name} throws ${code}`));
    }
  }
  return [...new Set(problems)];
}

/** Codes that a doc comment promises although no error has them. */
export function unknownErrors(sources: Files, codes: ReadonlySet<string>): string[] {
  const problems: string[] = [];
  for (const [path, source] of sources) {
    for (const match of source.matchAll(/\/\*\*[\s\S]*?\*\//g)) {
      for (const [promise] of match[0].matchAll(/\bErrors?:? `[^.]*/g)) {
        for (const [, code = ""] of promise.matchAll(/`([a-z]+(?:-[a-z]+)+)`/g)) {
          if (codes.has(code)) continue;
          problems.push(`${path}:${lineAt(source, match.index)} promises ${code}`);
        }
      }
    }
  }
  return problems;
}
