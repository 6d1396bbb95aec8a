import { posix } from "node:path";

/** One declaration of a `.d.ts` file as tsc writes it. */
export interface Declaration {
  readonly file: string;
  readonly name: string;
  readonly kind: "class" | "interface" | "function" | "const" | "type";
  readonly documented: boolean;
  /** Up to the end of its body. */
  readonly text: string;
}

export interface Member {
  readonly name: string;
  readonly documented: boolean;
  /** As written, e.g. `readonly add: typeof add;`. */
  readonly text: string;
}

type Files = ReadonlyMap<string, string>;

/** Names that a file exports. */
export function exportedNames(text: string): string[] {
  const lists = [...text.matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap(([, list = ""]) =>
    list.split(",").map((name) => name.trim().split(/\s+/).at(-1) ?? ""),
  );
  const own = [...text.matchAll(declared)].map(([, , name = ""]) => name);
  return [...lists, ...own].filter((name) => name !== "");
}

const declared =
  /^export (?:declare )?(?:abstract )?(class|interface|function|const|type) ([\w$]+)/gm;

/** The declaration that `name` stands for in `file`, through imports and re-exports; undefined for what TypeScript itself declares. */
export function findDeclaration(files: Files, file: string, name: string): Declaration | undefined {
  const text = files.get(file) ?? "";
  const own = new RegExp(
    `^(?:export )?(?:declare )?(?:abstract )?(class|interface|function|const|type) ${name}\\b`,
    "m",
  ).exec(text);
  if (own !== null) {
    const [, kind] = own;
    const rest = text.slice(own.index);
    const end = /^[^\n]*\{\n/.test(rest) ? rest.search(/\n\};?\n/) : rest.indexOf(";\n");
    return {
      ...{ file, name, kind: kind as Declaration["kind"] },
      documented: isDocumented(text, own.index),
      text: rest.slice(0, end + 2),
    };
  }
  for (const [, list = "", from = ""] of text.matchAll(
    /^(?:import|export) (?:type )?\{([^}]*)\} from "(\.[^"]+)"/gm,
  )) {
    for (const entry of list.split(",")) {
      const words = entry
        .replace(/\btype\b/, "")
        .trim()
        .split(/\s+/);
      if (words.at(-1) !== name) continue;
      return findDeclaration(files, declarationFile(file, from), words[0] ?? name);
    }
  }
  return undefined;
}

/** The `.d.ts` file that `specifier` means in `file`. */
export function declarationFile(file: string, specifier: string): string {
  return posix.join(posix.dirname(file), specifier).replace(/\.js$/, ".d.ts");
}

/** Public members of a class, an interface or a constant object, each overload once. Constructors are spoken for by their class. */
export function membersOf({ text, kind }: Declaration): Member[] {
  if (kind === "function" || kind === "type") return [];
  const members = new Map<string, Member>();
  const pattern =
    /^ {4}(?!private\b|protected\b|constructor\b|#)((?:static |readonly |get |set |abstract )*)(?:([\w$]+)|\[[^\]]*\])[^\n]*/gm;
  const body = withoutParameters(text);
  for (const match of body.matchAll(pattern)) {
    const name = match[2] ?? match[0].trim();
    const before = members.get(name)?.documented === true;
    const documented = before || isDocumented(body, match.index);
    members.set(name, { name, documented, text: match[0].trim() });
  }
  return [...members.values()];
}

/** Names after `extends` and `implements`, without type arguments. */
export function supertypesOf({ text, kind }: Declaration): string[] {
  if (kind !== "class" && kind !== "interface") return [];
  let head = /^[^\n]*/.exec(withoutParameters(text))?.[0] ?? "";
  for (let before = ""; before !== head; ) {
    before = head;
    head = head.replace(/<[^<>]*>/g, "");
  }
  const [, ...clauses] = head.replace(/\{$/, "").split(/\b(?:extends|implements)\b/);
  const names = clauses.flatMap((clause) => clause.split(","));
  return names.map((name) => name.trim()).filter((name) => /^\w+$/.test(name));
}

/** A class or an interface without its type parameters, which may take several lines. */
function withoutParameters(text: string): string {
  return text.replace(/^([^\n<]*)<[\s\S]*?> (?=extends\b|implements\b|\{)/, "$1 ");
}

function isDocumented(text: string, index: number): boolean {
  return /\*\/\s*$/.test(text.slice(0, index));
}
