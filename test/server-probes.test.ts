// The server probed by hand-made requests, in an order drawn from a seed: each is refused as it should be, none shows a file that is
// not for pages, and the page comes after every one of them.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Random } from "../engine/base/random.ts";
import { serve, type Served } from "../server/server.ts";

let folder: string;
let served: Served;
let port: number;
let cookie: string;
let used: string;

const SECRET = "not for pages";

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "secateur-probes-"));
  mkdirSync(join(folder, "page"));
  writeFileSync(join(folder, "page/index.html"), "<!doctype html><title>page</title>");
  writeFileSync(join(folder, "secret.txt"), SECRET);
  const launch = () => ({ pid: 0, takesPorts: false, send: () => undefined, kill: () => undefined });
  served = await serve({ page: join(folder, "page"), launch });
  port = Number(new URL(served.address).port);
  used = new URL(served.address).searchParams.get("token")!;
  cookie = String((await fetch(served.address)).headers.get("set-cookie")).split(";")[0]!;
});
afterAll(async () => {
  await served.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The bytes of a request, and the status that answers them; "none" where the line is closed without one. */
interface Probe {
  readonly bytes: string;
  readonly status: number | "none";
}

interface Head {
  readonly method?: string;
  readonly host?: string | undefined;
  readonly headers?: readonly string[];
  readonly version?: string;
  readonly body?: string;
}

const CRLF = "\r\n";
const ours = () => `127.0.0.1:${port}`;
const bearing = () => `Cookie: ${cookie}`;

function request(
  target: string,
  { method = "GET", headers = [], version = "1.1", body = "", ...head }: Head = {},
): string {
  const host = "host" in head ? head.host : ours();
  const lines = [`${method} ${target} HTTP/${version}`, ...(host === undefined ? [] : [`Host: ${host}`]), ...headers];
  return `${[...lines, "Connection: close"].join(CRLF)}${CRLF}${CRLF}${body}`;
}

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"] as const;

/** Nobody without the cookie gets anything, by any method. */
const withoutCookie = (): Probe[] =>
  ["/", "/index.html", "/engine", "/engine/restart", "/ws"].flatMap((path) =>
    METHODS.map((method) => ({ bytes: request(path, { method }), status: 403 })),
  );

/** With it, a file is read and not written, and the engine is started again by a page of ours alone. */
const otherMethods = (): Probe[] => {
  const headers = [bearing()];
  const writing = METHODS.filter((method) => method !== "GET" && method !== "HEAD");
  const restarts: Probe[] = [
    { bytes: request("/engine/restart", { headers }), status: 405 },
    { bytes: request("/engine/restart", { method: "POST", headers }), status: 405 },
    {
      bytes: request("/engine/restart", { method: "POST", headers: [...headers, "Origin: http://evil.example"] }),
      status: 405,
    },
  ];
  return [...writing.map((method) => ({ bytes: request("/", { method, headers }), status: 405 })), ...restarts];
};

const outside = (): Probe[] =>
  [
    "/../secret.txt",
    "/../../etc/passwd",
    "/..%2fsecret.txt",
    "/%2e%2e/secret.txt",
    "/%2e%2e%2fsecret.txt",
    "/..%5csecret.txt",
    "/..\\secret.txt",
    "/....//secret.txt",
    "/..;/secret.txt",
    "/%252e%252e/secret.txt",
    "/%c0%ae%c0%ae/secret.txt",
    "/index.html/../../secret.txt",
    "/index.html%00.txt",
    "/index.html/",
    "/INDEX.HTML",
    "//etc/passwd",
    "/file:///etc/passwd",
    "/secret.txt",
    "/.env",
    "/.git/config",
    "/%",
    "/%zz",
    "/__proto__",
    "/constructor",
    "/ws",
    "/engine/",
  ].map((path) => ({ bytes: request(path, { headers: [bearing()] }), status: 404 }));

const otherHosts = (): Probe[] => [
  ...[
    "evil.example",
    `evil.example:${port}`,
    "127.0.0.1.evil.example",
    `127.0.0.1@evil.example`,
    "",
    "0.0.0.0",
    "[::]",
  ].map((host) => ({ bytes: request("/", { host, headers: [bearing()] }), status: 403 as const })),
  { bytes: request("/", { host: undefined, headers: [bearing()] }), status: 400 },
  { bytes: request("/", { host: undefined, version: "1.0", headers: [bearing()] }), status: 403 },
];

const targets = (): Probe[] =>
  [
    ["//", 404],
    ["/?token=", 200],
    ["/?token=x&token=y", 200],
    ["http://[", 400],
    ["http://evil.example/", 400],
    ["*", 400],
    [`/${"a".repeat(10_000)}`, 404],
  ].map(([target, status]) => ({
    bytes: request(String(target), { headers: [bearing()] }),
    status: status as number,
  }));

const tokens = (): Probe[] =>
  ["wrong", "", used, "a".repeat(4000), "%00", "__proto__", "%ff"].map((token) => ({
    bytes: request(`/?token=${token}`),
    status: 403,
  }));

const cookies = (): Probe[] => {
  const [name, secret] = cookie.split("=") as [string, string];
  return [`${name}=`, `${name}=wrong`, `${name}=${secret}x`, `other=${secret}`, `${name}`, `=${secret}`, ";;;"].map(
    (value) => ({ bytes: request("/", { headers: [`Cookie: ${value}`] }), status: 403 }),
  );
};

const upgrades = (): Probe[] => {
  const headers = ["Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="];
  const upgrade = (target: string, others: readonly string[], method = "GET") =>
    request(target, { method, headers: [...headers, ...others] }).replace("Connection: close", "Connection: Upgrade");
  const origin = `Origin: http://${ours()}`;
  return [
    { bytes: upgrade("/ws", []), status: 403 },
    { bytes: upgrade("/ws", [origin]), status: 403 },
    { bytes: upgrade("/ws", [bearing()]), status: 403 },
    { bytes: upgrade("/ws", [bearing(), "Origin: null"]), status: 403 },
    { bytes: upgrade("/ws", [bearing(), "Origin: http://evil.example"]), status: 403 },
    { bytes: upgrade("/", [bearing(), origin]), status: 403 },
    { bytes: upgrade("//", [bearing(), origin]), status: 403 },
    { bytes: upgrade("http://[", [bearing(), origin]), status: 403 },
    { bytes: upgrade("/ws", [bearing(), origin], "POST"), status: 405 },
    { bytes: upgrade("/ws", [bearing(), origin]).replace("Version: 13", "Version: 7"), status: 400 },
    { bytes: upgrade("/ws", [bearing(), origin]).replace(/Key: \S+/, "Key: short"), status: 400 },
  ];
};

/** What is no HTTP, or HTTP that two programs could read in two ways. */
const malformed = (): Probe[] => [
  { bytes: `${CRLF}${CRLF}${CRLF}`, status: "none" },
  { bytes: "\u0000".repeat(64), status: 400 },
  { bytes: `GET /${CRLF}${CRLF}`, status: 403 },
  { bytes: `get / HTTP/1.1${CRLF}Host: ${ours()}${CRLF}${CRLF}`, status: 400 },
  { bytes: `GET / HTTP/9.9${CRLF}Host: ${ours()}${CRLF}${CRLF}`, status: 400 },
  { bytes: `GET / index HTTP/1.1${CRLF}Host: ${ours()}${CRLF}${CRLF}`, status: 400 },
  { bytes: `PRI * HTTP/2.0${CRLF}${CRLF}SM${CRLF}${CRLF}`, status: 400 },
  { bytes: request("/", { headers: ["No colon"] }), status: 400 },
  { bytes: request("/", { headers: ["Bad\u0000name: x"] }), status: 400 },
  { bytes: request("/", { headers: [`Long: ${"x".repeat(40_000)}`] }), status: 431 },
  { bytes: request("/", { headers: ["Content-Length: -1"] }), status: 400 },
  { bytes: request("/", { headers: ["Content-Length: 5", "Content-Length: 6"] }), status: 400 },
  {
    bytes: request("/", {
      method: "POST",
      headers: ["Content-Length: 5", "Transfer-Encoding: chunked"],
      body: "0\r\n\r\n",
    }),
    status: 400,
  },
  { bytes: request("/", { method: "CONNECT" }), status: "none" },
];

/** The status of the answer, and whether it holds what is not for pages. */
function send(bytes: string): Promise<{ status: number | "none"; leaks: boolean }> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    let text = "";
    socket.setEncoding("latin1");
    socket.on("data", (piece: string) => (text += piece));
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      const status = /^HTTP\/1\.[01] (\d{3})/.exec(text)?.[1];
      resolve({
        status: status === undefined ? "none" : Number(status),
        leaks: text.includes(SECRET) || /root:/.test(text),
      });
    });
    socket.end(bytes, "latin1");
  });
}

test("every probe is answered as it should be, and the page comes after each", async () => {
  const groups = [withoutCookie, otherMethods, outside, otherHosts, targets, tokens, cookies, upgrades, malformed];
  const probes = Random.seeded(11, "probes").shuffled(groups.flatMap((probes) => probes()));
  expect(probes.length).toBeGreaterThanOrEqual(86);
  const wrong: unknown[] = [];
  for (const { bytes, status } of probes) {
    const answer = await send(bytes);
    const page = await send(request("/", { headers: [bearing()] }));
    if (answer.status !== status || answer.leaks || page.status !== 200) {
      wrong.push({ bytes: bytes.slice(0, 300), expected: status, ...answer, page: page.status });
    }
  }
  expect(wrong).toEqual([]);
}, 60_000);
