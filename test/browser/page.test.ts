import assert from "node:assert/strict";
import { test } from "node:test";
import { noChromium, openPage } from "../support/browser-page.js";
import { startStaticServer } from "../support/static-server.js";

for (const isolated of [true, false]) {
  test(`a page, isolated: ${isolated}`, { skip: noChromium }, async () => {
    const result = await openPage({ isolated, module: "test/browser/pages/trivial.js" });
    assert.deepEqual(result.console, []);
    assert.equal(result.isolated, isolated);
    assert.deepEqual(result.value, {
      hash: 0xba,
      length: 1000,
      memoryBytes: 65536,
      sharedArrayBuffer: isolated,
    });
    assert.ok(result.longTasksMs.some((ms) => ms >= 50));
  });
}

test("a page that fails", { skip: noChromium }, async () => {
  await assert.rejects(
    openPage({ isolated: false, module: "test/browser/pages/failing.js" }),
    /the page failed on purpose/,
  );
});

test("the server gives out what was built, nothing else", async () => {
  const server = await startStaticServer(true);
  try {
    const status = async (path: string) => (await fetch(server.address + path)).status;
    assert.equal(await status(""), 200);
    assert.equal(await status("dist/test/browser/page.test.js"), 200);
    assert.equal(await status("package.json"), 404);
    assert.equal(await status("dist/%2e%2e/package.json"), 404);
  } finally {
    await server.close();
  }
});
