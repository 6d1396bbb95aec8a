import { existsSync } from "node:fs";
import { chromium, type Page } from "playwright-core";
import { startStaticServer } from "./static-server.js";

const places = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** Path of a Chromium on this machine (`CHROMIUM` names another), or undefined. */
export const chromiumPath = [process.env["CHROMIUM"] ?? "", ...places].find((p) => existsSync(p));

/** For `test(name, { skip: noChromium }, ...)`: false, or why the test cannot run. */
export const noChromium =
  chromiumPath === undefined && "no Chromium on this machine (set CHROMIUM to its path)";

const flags = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export interface PageRequest {
  /** Serve the page with the headers that allow memory to be shared between workers. */
  readonly isolated: boolean;
  /** A module below `dist/` that exports `run()`, e.g. `test/browser/pages/trivial.js`. */
  readonly module: string;
}

/** Longest wait for anything that a browser does, milliseconds: a guard against pages that never answer, on busy machines too. */
const patienceMs = 600_000;

export interface PageResult {
  /** What `run()` returned; it travels as JSON. */
  readonly value: unknown;
  /** `crossOriginIsolated` in the page. */
  readonly isolated: boolean;
  /** How long `run()` worked. */
  readonly runMs: number;
  /** Durations of the main thread's tasks of 50 ms or more while `run()` worked. */
  readonly longTasksMs: readonly number[];
  /** What the page wrote to its console, and errors that nothing caught. */
  readonly console: readonly string[];
}

/** Runs `module` in a fresh headless Chromium and closes it. Rejects with the page's error when `run()` fails. */
export async function openPage(request: PageRequest): Promise<PageResult> {
  const server = await startStaticServer(request.isolated);
  try {
    const { value, lines } = await visit(server.address, (page, own) => {
      const late = rejectAfter(patienceMs, request.module, own);
      return Promise.race([page.evaluate(runModule, `/dist/${request.module}`), late]);
    });
    return { ...value, console: lines };
  } finally {
    await server.close();
  }
}

/** Opens `address` in a fresh headless Chromium for `work`. `lines`: the page's console, and errors that nothing caught. */
export async function visit<Value>(
  address: string,
  work: (page: Page, lines: readonly string[]) => Promise<Value>,
): Promise<{ readonly value: Value; readonly lines: readonly string[] }> {
  const browser = await chromium.launch({
    executablePath: chromiumPath ?? "",
    args: flags,
    timeout: patienceMs,
  });
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(patienceMs);
    const lines: string[] = [];
    page.on("console", (message) => lines.push(`${message.type()}: ${message.text()}`));
    page.on("pageerror", (error) => lines.push(`uncaught: ${error.message}`));
    await page.goto(address);
    return { value: await work(page, lines), lines };
  } finally {
    await browser.close();
  }
}

/** Runs inside the page. */
async function runModule(address: string): Promise<Omit<PageResult, "console">> {
  const longTasksMs: number[] = [];
  const note = (list: PerformanceEntryList): void => {
    for (const { duration } of list) longTasksMs.push(Math.round(duration));
  };
  const observer = new PerformanceObserver((list) => note(list.getEntries()));
  const module = (await import(address)) as { run(): Promise<unknown> };
  observer.observe({ type: "longtask" });
  const started = performance.now();
  const value = await module.run();
  const runMs = Math.round(performance.now() - started);
  note(observer.takeRecords());
  observer.disconnect();
  return { value, isolated: crossOriginIsolated, runMs, longTasksMs };
}

function rejectAfter(ms: number, module: string, lines: readonly string[]): Promise<never> {
  return new Promise((_resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`${module} took longer than ${ms} ms\n${lines.join("\n")}`));
    }, ms);
    timer.unref();
  });
}
