import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import type { ImportedModel } from "../../src/import/model/imported-model.js";
import type { ImportedParts } from "../../src/import/steps/imported-parts.js";
import type { Label } from "../../src/import/steps/steps.js";

/** One recorded model: what its own library says about `X`. Numbers that JSON lacks are texts, as "NaN". */
export interface ImportedCase {
  readonly name: string;
  readonly file: string;
  readonly X: readonly (readonly Label[])[];
  /** Raw scores `[rows, outputs]`, where the library gives them. */
  readonly scores: readonly (readonly Label[])[] | null;
  readonly outputs: readonly (readonly Label[])[] | null;
  readonly predict: readonly Label[] | null;
}

const folderOf = (library: string): URL =>
  new URL(`../../../test/fixtures/import/${library}/`, import.meta.url);

/** Bytes of the file `name` that the script for `library` wrote. */
export function importedFile(library: string, name: string): Uint8Array {
  return readFileSync(fileURLToPath(new URL(name, folderOf(library))));
}

export function importedCases(library: string): readonly ImportedCase[] {
  const text = readFileSync(fileURLToPath(new URL("cases.json", folderOf(library))), "utf8");
  const { cases }: { cases: ImportedCase[] } = JSON.parse(text);
  return cases;
}

/**
 * A test a recorded case: raw scores, outputs and classes equal the library's. `looser` names cases whose library sums in
 * float32 what nearly cancels.
 */
export function testImportedCases(
  library: string,
  importModel: (bytes: Uint8Array) => ImportedModel,
  usualTolerance: number,
  looser: ReadonlyMap<string, number> = new Map(),
): void {
  for (const recorded of importedCases(library)) {
    test(`${library} ${recorded.name}`, () => {
      const model = importModel(importedFile(library, recorded.file)).floatModel;
      const rows = rowsOf(recorded, model.parts);
      const tolerance = looser.get(recorded.name) ?? usualTolerance;
      if (recorded.scores !== null)
        assertClose(model.scores(rows).data, recorded.scores.flat(), tolerance, "scores");
      if (recorded.outputs !== null)
        assertClose(model.outputs(rows).data, recorded.outputs.flat(), tolerance, "outputs");
      if (recorded.predict !== null && model.parts.classes !== undefined)
        assert.deepEqual(model.predict(rows), recorded.predict);
    });
  }
}

/** The recorded rows as an imported model takes them. */
export function rowsOf(recorded: ImportedCase, parts: ImportedParts): Label[][] {
  const text = parts.inputs.flatMap((input) =>
    Array.from({ length: input.columns }, () => input.type === "text"),
  );
  return recorded.X.map((row) => row.map((x, k) => (text[k] ? x : Number(x))));
}

function assertClose(
  found: Float64Array,
  due: readonly Label[],
  tolerance: number,
  what: string,
): void {
  assert.equal(found.length, due.length, `number of ${what}`);
  due.forEach((value, index) => {
    const number = Number(value);
    const near =
      Object.is(found[index], number) ||
      found[index] === number ||
      Math.abs((found[index] ?? Number.NaN) - number) <= tolerance * Math.max(1, Math.abs(number));
    assert.ok(near, `${what}[${index}]: ${found[index]}, recorded ${number}`);
  });
}
