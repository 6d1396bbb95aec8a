import assert from "node:assert/strict";
import { test } from "node:test";
import { documentedBlocks, promisedLines, runBlock } from "../support/documented-code.js";

test("the code of docs/import.md prints what it promises", async () => {
  const blocks = documentedBlocks("import.md");
  assert.equal(blocks.length, 2);
  for (const [i, block] of blocks.entries()) {
    assert.equal(promisedLines(block).length, [5, 2][i]);
    assert.deepEqual(await runBlock(block, "test/fixtures/import/"), promisedLines(block));
  }
});
