// A page that sends encrypted measurements, and the service behind it: npm run web
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { posix } from "node:path";
import { fileURLToPath } from "node:url";
import { ServerCircuit, VelumError } from "../../src/index.js";
import { findFile } from "../support/find-file.js";
import { contentType, readPageFile } from "../support/page-files.js";
import { type TumourModel, trainTumourModel } from "./tumour-model.js";

type LoadedKeys = Awaited<ReturnType<ServerCircuit["loadEvaluationKeys"]>>;

/** Clients whose evaluation keys stay in memory; the oldest make room. */
const mostClients = 50;

export interface Service {
  /** `http://127.0.0.1:PORT/` */
  readonly address: string;
  close(): Promise<void>;
}

/** Starts the service on `port`; 0 takes a free one. */
export async function startService(model: TumourModel, port: number): Promise<Service> {
  const circuit = await ServerCircuit.load(model.serverFile);
  const keysOf = new Map<string, LoadedKeys>();
  const page = readFileSync(findFile("examples", "web-page", "page.html"), "utf8");

  const storeKeys = async (request: IncomingMessage): Promise<string> => {
    const file = await readBody(request, 2 * model.evaluationKeyBytes + 4096);
    const id = randomUUID();
    keysOf.set(id, await circuit.loadEvaluationKeys(file));
    for (const [oldest, keys] of keysOf) {
      if (keysOf.size <= mostClients) break;
      keysOf.delete(oldest);
      await keys.release();
    }
    return id;
  };
  const predict = async (request: IncomingMessage, keyId: string | null): Promise<Uint8Array> => {
    const body = await readBody(request, 2 * model.uploadBytes + 4096);
    const [answer] = await circuit.run([body], keysOf.get(keyId ?? ""));
    return answer ?? new Uint8Array();
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://page");
    const path = posix.normalize(pathname).slice(1);
    const route = `${request.method} /${path}`;
    const send = (type: string, body: string | Uint8Array): void => {
      response.setHeader("Content-Type", type);
      response.end(body);
    };
    if (route === "GET /") send(contentType("page.html"), page);
    else if (route === "GET /form") send(contentType(".json"), JSON.stringify(model.form));
    else if (route === "GET /client-file") send("application/octet-stream", model.clientFile);
    else if (route === "POST /keys") send("text/plain", await storeKeys(request));
    else if (route === "POST /predict")
      send("application/octet-stream", await predict(request, searchParams.get("keys")));
    else {
      const file = await readPageFile(path);
      response.statusCode = file === undefined ? 404 : 200;
      send(contentType(path), file ?? `no ${path} here`);
    }
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      response.statusCode = error instanceof VelumError ? 400 : 500;
      response.end(error instanceof VelumError ? error.message : "the service failed");
    });
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const { port: taken } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${taken}/`,
    close: async () => {
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      });
      await circuit.close();
    },
  };
}

/** Error `file-too-large` for a body of more than `limit` bytes. */
async function readBody(request: IncomingMessage, limit: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Uint8Array>) {
    bytes += part.length;
    if (bytes > limit) {
      throw new VelumError({
        code: "file-too-large",
        path: "request",
        problem: `has more than ${limit} bytes`,
        ...{ limit, actual: bytes },
        cure: "Send what a client of this service's model made",
      });
    }
    parts.push(part);
  }
  return new Uint8Array(Buffer.concat(parts));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const port = Number(process.env["PORT"] ?? 8080);
  const { address } = await startService(await trainTumourModel(), port);
  console.log(`Open ${address} in a browser; Ctrl-C ends the service.`);
}
