// Serves the built page with a recorded engine behind it, under the policy that the real server sets: for looking at the page.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { type Endpoint, expose } from "comlink";
import { Packr } from "msgpackr";
import { type WebSocket, WebSocketServer } from "ws";
import { type Recorded, recordedEngine } from "./recorded-engine.ts";

const PAGE = "dist/renderer";
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; worker-src 'self'; img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const TYPES: Readonly<Record<string, string>> = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css" };

/** @returns the page's address and how to end it */
export async function serveRecorded(port = 0, pause = () => wait(60)): Promise<{ url: string; close: () => void }> {
  const recorded = JSON.parse(readFileSync("renderer/example/ioi.json", "utf8")) as Recorded;
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? "/", "http://page").pathname);
    const file = join(PAGE, path === "/" ? "index.html" : path);
    try {
      const bytes = readFileSync(file);
      response.writeHead(200, {
        "content-type": TYPES[extname(file)] ?? "application/octet-stream",
        "content-security-policy": POLICY,
      });
      response.end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  });
  const engine = recordedEngine(recorded, pause);
  const sockets = new WebSocketServer({ server, path: "/ws" });
  sockets.on("connection", (socket) => expose(engine, endpointOf(socket)));
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" && address ? address.port : port}/`;
  const close = () => {
    for (const socket of sockets.clients) socket.terminate();
    server.close();
  };
  return { url, close };
}

type Listener = Parameters<Endpoint["addEventListener"]>[1];

function endpointOf(socket: WebSocket): Endpoint {
  const packr = new Packr({ moreTypes: true, structuredClone: true });
  const listeners = new Set<Listener>();
  socket.on("message", (bytes: Buffer) => {
    const event = { data: packr.unpack(bytes) as unknown, origin: "" } as MessageEvent;
    for (const listener of listeners) if (typeof listener === "function") listener(event);
  });
  return {
    postMessage: (message: unknown) => socket.send(packr.pack(message)),
    addEventListener: (_type, listener) => void listeners.add(listener),
    removeEventListener: (_type, listener) => void listeners.delete(listener),
  };
}
