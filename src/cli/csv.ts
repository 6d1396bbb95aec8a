import { VelumError } from "../base/error.js";

/** A cell: a number, NaN where it is empty, else its text. */
export type Cell = number | string;

/**
 * Rows of a table with commas (RFC 4180: quotes around cells with commas, quotes or line ends). A first line of texts alone above a line
 * with a number is a header and left away. Error `bad-argument` for an open quote and for rows of different lengths.
 */
export function parseCsv(text: string, path: string): readonly (readonly Cell[])[] {
  const lines = splitCells(text.replace(/^\uFEFF/, ""), path).filter(
    (cells) => cells.length > 1 || cells[0]?.trim() !== "",
  );
  const rows = lines.map((cells) => cells.map(cellOf));
  const [first = [], second = []] = rows;
  const header = first.every(isText) && !second.every(isText);
  const wrong = rows.findIndex(({ length }) => length !== first.length);
  if (wrong >= 0) {
    throw refused(
      path,
      `row ${wrong} has ${rows[wrong]?.length} cells, and the first ${first.length}`,
    );
  }
  return header ? rows.slice(1) : rows;
}

function splitCells(text: string, path: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = "";
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const letter = text[at];
    if (quoted) {
      if (letter !== '"') cell += letter;
      else if (text[at + 1] === '"') cell += text[++at];
      else quoted = false;
    } else if (letter === '"' && cell.trim() === "") [quoted, cell] = [true, ""];
    else if (letter === "," || letter === "\n") {
      row.push(cell.replace(/\r$/, ""));
      cell = "";
      if (letter === "\n") row = rows.push(row) > 0 ? [] : row;
    } else cell += letter;
  }
  if (quoted) throw refused(path, "a quote is opened and not closed");
  if (cell !== "" || row.length > 0) rows.push([...row, cell.replace(/\r$/, "")]);
  return rows;
}

function cellOf(text: string): Cell {
  const bare = text.trim();
  if (bare === "" || /^nan$/i.test(bare)) return Number.NaN;
  const number = Number(bare);
  return /^[-+\d.]/.test(bare) && !Number.isNaN(number) ? number : bare;
}

function isText(cell: Cell): boolean {
  return typeof cell === "string";
}

function refused(path: string, problem: string): VelumError {
  return new VelumError({
    code: "bad-argument",
    path,
    problem,
    cure: "Write one row a line, with commas between its cells",
  });
}
