import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, posix } from "node:path";
import { repositoryRoot } from "./repository.js";

/** What a page may fetch from the repository. */
const served = [
  "dist/",
  "data/",
  "test/fixtures/",
  "node_modules/fflate/",
  "node_modules/@noble/hashes/",
];

const contentTypes: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".map": "application/json",
  ".wasm": "application/wasm",
  ".csv": "text/csv; charset=utf-8",
};

/** Where `import "fflate"` and the like lead in a page without a bundler. */
const importMap = {
  imports: {
    fflate: "/node_modules/fflate/esm/browser.js",
    "@noble/hashes/": "/node_modules/@noble/hashes/",
  },
};

const page = `<!doctype html><meta charset="utf-8"><title>Velum</title><link rel="icon" href="data:,">
<script type="importmap">${JSON.stringify(importMap)}</script>`;

export interface StaticServer {
  /** `http://127.0.0.1:PORT/` */
  readonly address: string;
  close(): Promise<void>;
}

/**
 * Serves the built repository and an empty page at `/` with an import map.
 * `isolated` sends the headers (COOP, COEP) with which a page may share memory between workers.
 */
export async function startStaticServer(isolated: boolean): Promise<StaticServer> {
  const server = createServer(async (request, response) => {
    response.setHeader("Cache-Control", "no-store");
    if (isolated) {
      response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
      response.setHeader("Cross-Origin-Embedder-Policy", "require-corp");
      response.setHeader("Cross-Origin-Resource-Policy", "same-origin");
    }
    const path = posix.normalize(new URL(request.url ?? "/", "http://page").pathname).slice(1);
    const body = path === "" ? page : await readServed(path);
    response.statusCode = body === undefined ? 404 : 200;
    response.setHeader("Content-Type", contentTypes[path === "" ? ".html" : extname(path)] ?? "");
    response.end(body ?? `no ${path} here`);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function readServed(path: string): Promise<Buffer | undefined> {
  if (!served.some((folder) => path.startsWith(folder))) return undefined;
  return await readFile(repositoryRoot + path).catch(() => undefined);
}
