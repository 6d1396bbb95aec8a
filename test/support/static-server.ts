import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { posix } from "node:path";
import { contentType, readPageFile } from "../../examples/support/page-files.js";

/** What test pages fetch from the repository beside code. */
const dataFolders = ["data/", "test/fixtures/"];

/** Where `import "fflate"` and the like lead in a page without a bundler. */
const importMap = JSON.stringify({
  imports: {
    fflate: "/node_modules/fflate/esm/browser.js",
    "@noble/hashes/": "/node_modules/@noble/hashes/",
  },
});

/** With these headers a page may share memory between workers. */
const isolationHeaders: Readonly<Record<string, string>> = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
};

const page = `<!doctype html><meta charset="utf-8"><title>Velum</title><link rel="icon" href="data:,">
<script type="importmap">${importMap}</script>`;

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
    if (isolated) response.setHeaders(new Map(Object.entries(isolationHeaders)));
    const path = posix.normalize(new URL(request.url ?? "/", "http://page").pathname).slice(1);
    const body = path === "" ? page : await readPageFile(path, dataFolders);
    response.statusCode = body === undefined ? 404 : 200;
    response.setHeader("Content-Type", contentType(path || "page.html"));
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
