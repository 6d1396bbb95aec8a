/** A source file with parts blanked out; line numbers stay as they were. */
export interface SourceText {
  /** Comments blanked, strings kept: what import specifiers are read from. */
  readonly code: string;
  /** Comments and the contents of strings and regular expressions blanked: what code patterns are looked for in. */
  readonly bare: string;
}

const notNewline = /[^\n]/g;
/** Comments, then strings, then regular expressions where an expression may begin. */
const token =
  /\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\[\s\S])*`|(?<=(?:^|[(,=:[!&|?{};>\n]|\breturn)\s*)\/(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/g;

/** Splits TypeScript into code and text well enough for rules about imports and forbidden words. */
export function readSource(source: string): SourceText {
  const blank = (text: string): string => text.replace(notNewline, " ");
  return {
    code: source.replace(token, (text) => (/^\/[/*]/.test(text) ? blank(text) : text)),
    bare: source.replace(token, (text) => {
      if (/^\/[/*]/.test(text)) return blank(text);
      return text[0] + blank(text.slice(1, -1)) + text.at(-1);
    }),
  };
}

/** Line number, from 1, of the character at `index`. */
export function lineAt(text: string, index: number): number {
  return text.slice(0, index).split("\n").length;
}
