// Serves the workbench to a browser: the page, and a WebSocket that leads to the engine's process.
//
// It listens on this machine only unless asked otherwise. Every request must come with the token (once in the address, then
// exchanged for a cookie that scripts cannot read), to a host name that is ours, and a socket only from a page of ours.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { EngineError } from "../engine/base/errors.ts";
import { say, type Sentence } from "../engine/base/sentence.ts";
import { installedPath, isBundled } from "../engine/base/installation.ts";
import { Admission, isLoopback, isOurOrigin, targetOf } from "./admission.ts";
import { HEADERS } from "./content-policy.ts";
import { EngineProcess, type Launch } from "./engine-process.ts";
import { launchOnNode } from "./node-launcher.ts";
import { type PageFile, pageFiles } from "./page-files.ts";
import { connectPage, largestMessage } from "./page-line.ts";

export interface ServeOptions {
  /** Folder of the built page. */
  readonly page: string;
  readonly host?: string;
  /** 0 takes a free one. */
  readonly port?: number;
  /** Whether other machines may reach it. */
  readonly allowRemote?: boolean;
  readonly environment?: NodeJS.ProcessEnv;
  /** Default: the engine on the Node that runs this. */
  readonly launch?: Launch;
  /** Hears that a browser has used the address up; `next` lets another one in. */
  readonly onEntered?: (next: string) => void;
}

export interface Served {
  /** With the token that lets the next browser in. */
  readonly address: string;
  readonly engine: EngineProcess;
  close(): Promise<void>;
}

/** More are not for pages; each costs a descriptor. */
const mostConnections = 512;

/**
 * @throws EngineError "usage" where the address cannot be listened on, or other machines would reach it and nobody
 *   allowed that; "missing-file" where the page was not built
 */
export async function serve(options: ServeOptions): Promise<Served> {
  const host = options.host ?? "127.0.0.1";
  if (!options.allowRemote) requireLoopback(host);
  const files = pageFiles(options.page);
  const admission = new Admission(host);
  const { environment } = options;
  const entry = isBundled ? installedPath("dist", "engine.cjs") : installedPath("engine", "main.ts");
  const engine = new EngineProcess(options.launch ?? launchOnNode({ entry, environment }));
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: largestMessage });
  const address = () => `http://${host.includes(":") ? `[${host}]` : host}:${port}/?token=${admission.currentToken}`;
  const entered = () => options.onEntered?.(address());
  const server = createServer((request, response) => {
    answer(request, response, { files, admission, engine, entered });
  });
  server.maxConnections = mostConnections;
  // Before anything is read: a reset at any moment must have somebody who hears of it.
  server.on("connection", (socket) => socket.on("error", () => socket.destroy()));
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const allowed = admission.isOurHost(request) && isOurOrigin(request) && admission.hasCookie(request);
    if (!allowed || targetOf(request)?.pathname !== "/ws") return refuseUpgrade(socket);
    sockets.handleUpgrade(request, socket, head, (page) => connectPage(page, engine));
  });
  const port = await listen(server, host, options.port ?? 0);
  engine.start();
  return {
    get address() {
      return address();
    },
    engine,
    close: () => close(server, sockets, engine),
  };
}

function requireLoopback(host: string): void {
  if (isLoopback(host)) return;
  throw new EngineError(
    "usage",
    say`--host ${host} lets other machines reach the workbench: whoever has its address can run it, read the files that you can read, and is sent them unencrypted. Add --allow-remote if that is what you want; "ssh -L" needs neither.`,
  );
}

/** Why an address cannot be listened on, in words. */
const REFUSALS: Readonly<Record<string, (host: string, port: number) => Sentence>> = {
  EADDRINUSE: (host, port) =>
    say`Port ${port} of ${host} is taken by another program; choose another with --port, or 0 for a free one.`,
  EACCES: (host, port) =>
    say`Port ${port} of ${host} is kept for programs of the system; choose one above 1023 with --port, or 0 for a free one.`,
  EADDRNOTAVAIL: (host) => say`${host} is no address of this machine; leave out --host, or name one that is.`,
  ENOTFOUND: (host) => say`There is no machine called ${host}; leave out --host, or name an address of this machine.`,
  EAI_AGAIN: (host) =>
    say`The name ${host} cannot be looked up now; leave out --host, or name an address of this machine.`,
  EAFNOSUPPORT: (host) => say`This machine has no addresses of the kind of ${host}; leave out --host.`,
  EINVAL: (host) => say`${host} is no address to listen on; leave out --host, or name one of this machine.`,
};

function listen(server: Server, host: string, port: number): Promise<number> {
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new EngineError("usage", say`Port ${port}: ports go from 1 to 65535; 0 takes a free one.`);
  }
  return new Promise((resolve, reject) => {
    const refused = (error: NodeJS.ErrnoException) => {
      const sentence = REFUSALS[error.code ?? ""]?.(host, port);
      reject(sentence === undefined ? error : new EngineError("usage", sentence, {}, { cause: error }));
    };
    server.once("error", refused);
    server.listen(port, host, () => {
      server.off("error", refused);
      // Such as no free descriptor for one more page: the others go on.
      server.on("error", ({ message }) => process.stderr.write(`A page could not connect: ${message}\n`));
      resolve((server.address() as AddressInfo).port);
    });
  });
}

async function close(server: Server, sockets: WebSocketServer, engine: EngineProcess): Promise<void> {
  engine.stop();
  for (const socket of sockets.clients) socket.terminate();
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
}

function refuseUpgrade(socket: Duplex): void {
  socket.once("finish", () => socket.destroy());
  socket.end("HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
}

interface Context {
  readonly files: ReadonlyMap<string, PageFile>;
  readonly admission: Admission;
  readonly engine: EngineProcess;
  /** Somebody came in by the token. */
  readonly entered: () => void;
}

function answer(request: IncomingMessage, response: ServerResponse, context: Context): void {
  const { files, admission, engine } = context;
  const refuse = (status: number, text: string) =>
    void response.writeHead(status, { ...HEADERS, "content-type": "text/plain" }).end(`${text}\n`);
  const target = targetOf(request);
  if (!target) return refuse(400, "Not a path of this server.");
  if (!admission.isOurHost(request)) return refuse(403, "Another host name than the server's own.");
  const isReading = request.method === "GET" || request.method === "HEAD";
  // A program that only looks whether the address is there uses nothing up.
  const file = request.method === "GET" ? files.get(target.pathname) : undefined;
  const cookie = file && admission.exchange(target.searchParams.get("token"));
  if (cookie === undefined && !admission.hasCookie(request)) {
    return refuse(403, "Open the address that the program printed last; its token lets one browser in, once.");
  }
  if (cookie !== undefined) context.entered();
  if (target.pathname === "/engine") return reportEngine(response, engine);
  if (target.pathname === "/engine/restart") {
    if (request.method !== "POST" || !isOurOrigin(request)) return refuse(405, "Not so.");
    engine.start();
    return reportEngine(response, engine);
  }
  const found = files.get(target.pathname);
  if (!found) return refuse(404, "There is no such file.");
  if (!isReading) return refuse(405, "Only reading.");
  const headers = { ...HEADERS, "content-type": found.type, ...(cookie !== undefined && { "set-cookie": cookie }) };
  response.writeHead(200, headers).end(request.method === "HEAD" ? undefined : found.bytes);
}

function reportEngine(response: ServerResponse, { report }: EngineProcess): void {
  const headers = { ...HEADERS, "content-type": "application/json" };
  response.writeHead(report ? 200 : 204, headers).end(report && JSON.stringify(report));
}
