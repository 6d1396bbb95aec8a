import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type Service, startService } from "../../examples/web-page/service.js";
import { type TumourModel, trainTumourModel } from "../../examples/web-page/tumour-model.js";
import { noChromium, visit } from "../support/browser-page.js";

let model: TumourModel;
let service: Service;
before(async () => {
  model = await trainTumourModel();
  service = await startService(model, 0);
});
after(() => service.close());

test("a person fills in the page, and reads an answer that the service cannot", {
  skip: noChromium,
}, async () => {
  const { lines, value } = await visit(service.address, async (page) => {
    const answers: string[] = [];
    const sent: number[] = [];
    page.on("request", (request) => {
      if (request.url().includes("/predict")) sent.push(request.postDataBuffer()?.length ?? 0);
    });
    for (let i = 0; i < model.form.patients.length; i++) {
      await page.click("#ask:enabled");
      await page.waitForFunction(() => document.querySelector("output")?.textContent !== "");
      answers.push((await page.textContent("output")) ?? "");
      await page.click("#next:enabled");
    }
    await page.route("**/predict*", (route) => route.fulfill({ status: 500, body: "gone" }));
    await page.click("#ask:enabled");
    await page.waitForFunction(() => document.querySelector("pre")?.textContent === "gone");
    return { answers, sent, left: await page.textContent("output") };
  });
  assert.deepEqual(
    lines.filter((line) => !line.includes("status of 500")),
    [],
  );
  const { classes } = model.form;
  assert.deepEqual(
    value.answers.map((text) => text.split(" ")[0]),
    model.float.map((label) => classes[label]),
  );
  assert.equal(value.left, "");
  assert.deepEqual(new Set(value.sent), new Set([model.uploadBytes]));
});

test("the service refuses what no client made, and says why", async () => {
  const post = (path: string, body: Uint8Array<ArrayBuffer>) =>
    fetch(service.address + path, { method: "POST", body });
  const keyless = await post("predict?keys=none", new Uint8Array(200));
  assert.equal(keyless.status, 400);
  assert.match(await keyless.text(), /^run: .* there are no evaluation keys to take them apart/);
  const foreign = await post("keys", new Uint8Array(200));
  assert.equal(foreign.status, 400);
  assert.match(await foreign.text(), /^packing keys: is not a file of Velum/);
  const long = await post("predict", new Uint8Array(3 * model.uploadBytes + 8192));
  assert.equal(long.status, 400);
  assert.match(await long.text(), /^request: has more than \d+ bytes/);
  assert.equal((await fetch(`${service.address}package.json`)).status, 404);
});
