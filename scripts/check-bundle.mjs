// Packs what is built, bundles a page that imports it with Vite, and opens the page in Chromium: kernels and workers are found in a
// bundle too. Installs Vite by name into a folder of its own.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { chromiumPath } from "../dist/test/support/browser-page.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const bundler = "vite@8";
const types = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm" };

/** A page that computes on both sides: what it writes must be `wanted`. */
const page = `
import { TreeClient } from "velum/tree-client";
import { ServerCircuit } from "velum/runtime";
import { XGBClassifier } from "velum";
try {
  const X = Array.from({ length: 60 }, (_, i) => [i, i % 7]);
  const y = X.map(([a]) => Number(a > 30));
  const circuit = await new XGBClassifier({ nEstimators: 3 }).fit(X, y).compile(X);
  const own = await TreeClient.load(circuit.clientFile);
  const server = await ServerCircuit.load(circuit.serverFile);
  own.client.generateKey();
  const file = await own.client.evaluationKeys();
  const keys = file && (await server.loadEvaluationKeys(file));
  const answers = await server.run([[3, 1], [50, 2]].map((row) => own.encrypt(row)), keys);
  document.title = "classes " + answers.map((answer) => own.predict(answer)).join(" ");
} catch (error) {
  document.title = "failed: " + error.message;
}`;
const wanted = "classes 0 1";

if (chromiumPath === undefined) {
  console.log("skipped: no Chromium on this machine");
  process.exit(0);
}
const project = mkdtempSync(join(tmpdir(), "velum-bundle-"));
const run = (program, ...parameters) =>
  execFileSync(program, parameters, { cwd: project, encoding: "utf8", timeout: 600_000 });
let title = "";
try {
  const where = ["--pack-destination", project, "--ignore-scripts", "--json"];
  const [packed] = JSON.parse(run("npm", "pack", root, ...where));
  writeFileSync(`${project}/package.json`, '{ "private": true, "type": "module" }');
  writeFileSync(
    `${project}/index.html`,
    '<!doctype html><script type="module" src="/page.js"></script>',
  );
  writeFileSync(`${project}/page.js`, page);
  run("npm", "install", "--no-audit", "--no-fund", `./${packed.filename}`, bundler);
  console.log(run("npx", "--no-install", "vite", "build", "--logLevel", "warn").trim());
  title = await titleOf(`${project}/dist`);
  console.log(`the bundled page: ${title}`);
} finally {
  rmSync(project, { recursive: true, force: true });
}
process.exit(title === wanted ? 0 : 1);

/** Serves a folder, opens its page, and waits for the page's title. */
async function titleOf(folder) {
  const server = createServer(async (request, response) => {
    const path = new URL(request.url, "http://page").pathname;
    const file = path === "/" ? "/index.html" : path;
    const body = await readFile(folder + file).catch(() => undefined);
    response.statusCode = body === undefined ? 404 : 200;
    response.setHeader("Content-Type", types[extname(file)] ?? "");
    response.end(body);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const browser = await chromium.launch({ executablePath: chromiumPath, args: ["--no-sandbox"] });
  try {
    const tab = await browser.newPage();
    tab.on("console", (message) => console.log(message.text()));
    tab.setDefaultTimeout(300_000);
    await tab.goto(`http://127.0.0.1:${server.address().port}/`);
    await tab.waitForFunction(() => document.title !== "");
    return await tab.title();
  } finally {
    await browser.close();
    server.close();
    server.closeAllConnections();
  }
}
