// Serves the workbench to a browser: the page, and a WebSocket that leads to the engine's process.
//
// It listens on this machine only unless asked otherwise. Every request must come with the token (once in the address, then
// as a cookie that scripts cannot read), to a host name that is ours, and a socket only from a page of ours.
import { randomBytes, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { Packr } from "msgpackr";
import { type WebSocket, WebSocketServer } from "ws";
import { EngineError } from "../engine/base/errors.ts";
import { installedPath } from "../engine/base/installation.ts";
import { HEADERS } from "./content-policy.ts";
import { EngineProcess, type Launch } from "./engine-process.ts";
import { launchOnNode } from "./node-launcher.ts";
import { type PageFile, pageFiles } from "./page-files.ts";

export interface ServeOptions {
  /** Folder of the built page. */
  readonly page: string;
  readonly host?: string;
  /** 0 takes a free one. */
  readonly port?: number;
  readonly environment?: NodeJS.ProcessEnv;
  /** Default: the engine on the Node that runs this. */
  readonly launch?: Launch;
}

export interface Served {
  /** With the token. */
  readonly address: string;
  readonly engine: EngineProcess;
  close(): Promise<void>;
}

const LOCAL = ["127.0.0.1", "localhost", "[::1]"];
const largestMessage = 64e6;

/** @throws EngineError "usage" where the port is taken, "missing-file" where the page was not built */
export async function serve(options: ServeOptions): Promise<Served> {
  const host = options.host ?? "127.0.0.1";
  const files = pageFiles(options.page);
  const pass: Pass = {
    token: randomBytes(24).toString("base64url"),
    cookie: `secateur-${randomBytes(4).toString("hex")}`,
  };
  const { environment } = options;
  const entry = installedPath("engine", "main.ts");
  const engine = new EngineProcess(options.launch ?? launchOnNode({ entry, environment }));
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: largestMessage });
  const server = createServer((request, response) => {
    answer(request, response, { files, pass, engine, hosts: hostsOf(host) });
  });
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const allowed = isOurHost(request, hostsOf(host)) && isOurOrigin(request) && hasCookie(request, pass);
    if (!allowed || new URL(request.url!, "http://x").pathname !== "/ws") {
      socket.end("HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n");
      return;
    }
    sockets.handleUpgrade(request, socket, head, (page) => connect(page, engine));
  });
  const port = await listen(server, host, options.port ?? 0);
  engine.start();
  return {
    address: `http://${host.includes(":") ? `[${host}]` : host}:${port}/?token=${pass.token}`,
    engine,
    close: () => close(server, sockets, engine),
  };
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const taken = `Port ${port} of ${host} is taken by another program; choose another with --port, or 0 for a free one.`;
      reject(error.code === "EADDRINUSE" ? new EngineError("usage", taken) : error);
    });
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

async function close(server: Server, sockets: WebSocketServer, engine: EngineProcess): Promise<void> {
  engine.stop();
  for (const socket of sockets.clients) socket.terminate();
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
}

/** One page's line to the engine: messages are passed on as they are. */
function connect(page: WebSocket, engine: EngineProcess): void {
  const packr = new Packr({ moreTypes: true, structuredClone: true });
  const line = engine.open({
    message: (message) => page.send(packr.pack(message)),
    lost: ({ reason }) => page.close(1011, reason.slice(0, 100)),
  });
  if (!line) return page.close(1013, engine.report?.reason.slice(0, 100));
  page.on("message", (data: Buffer) => line.send(packr.unpack(data)));
  page.on("close", () => line.close());
  page.on("error", () => page.terminate());
}

/** What lets a page in; the cookie's name is the server's own, so that two of them do not push each other out. */
interface Pass {
  readonly token: string;
  readonly cookie: string;
}

interface Context {
  readonly files: ReadonlyMap<string, PageFile>;
  readonly pass: Pass;
  readonly engine: EngineProcess;
  readonly hosts: readonly string[] | undefined;
}

function answer(request: IncomingMessage, response: ServerResponse, { files, pass, engine, hosts }: Context): void {
  const url = new URL(request.url!, "http://x");
  const refuse = (status: number, text: string) =>
    response.writeHead(status, { ...HEADERS, "content-type": "text/plain" }).end(`${text}\n`);
  if (!isOurHost(request, hosts)) return void refuse(403, "Another host name than the server's own.");
  const given = url.searchParams.get("token");
  const welcome = given !== null && same(given, pass.token);
  if (!welcome && !hasCookie(request, pass)) {
    return void refuse(403, "Open the address that the program printed, with its token.");
  }
  if (url.pathname === "/engine" || url.pathname === "/engine/restart") {
    if (url.pathname === "/engine/restart") {
      if (request.method !== "POST" || !isOurOrigin(request)) return void refuse(405, "Not so.");
      engine.start();
    }
    const headers = { ...HEADERS, "content-type": "application/json" };
    return void response
      .writeHead(engine.report ? 200 : 204, headers)
      .end(engine.report && JSON.stringify(engine.report));
  }
  const file = files.get(url.pathname);
  if (!file) return void refuse(404, "There is no such file.");
  if (request.method !== "GET" && request.method !== "HEAD") return void refuse(405, "Only reading.");
  const cookie = `${pass.cookie}=${pass.token}; HttpOnly; SameSite=Strict; Path=/`;
  const headers = { ...HEADERS, "content-type": file.type, ...(welcome && { "set-cookie": cookie }) };
  response.writeHead(200, headers).end(request.method === "HEAD" ? undefined : file.bytes);
}

/** Names under which a page may ask; undefined: any, where the user opened the server to the network. */
function hostsOf(host: string): readonly string[] | undefined {
  return host === "127.0.0.1" || host === "localhost" || host === "::1" ? LOCAL : undefined;
}

/** Keeps other sites from reaching us under a name of theirs that leads here. */
function isOurHost({ headers }: IncomingMessage, hosts: readonly string[] | undefined): boolean {
  return hosts === undefined || hosts.includes((headers.host ?? "").replace(/:\d+$/, ""));
}

function isOurOrigin({ headers }: IncomingMessage): boolean {
  return headers.origin === `http://${headers.host}` || headers.origin === `https://${headers.host}`;
}

function hasCookie({ headers }: IncomingMessage, { token, cookie: name }: Pass): boolean {
  const cookies = (headers.cookie ?? "").split(";").map((cookie) => cookie.trim());
  return cookies.some((cookie) => cookie.startsWith(`${name}=`) && same(cookie.slice(name.length + 1), token));
}

/** Takes as long for a wrong token as for the right one. */
function same(given: string, token: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}
