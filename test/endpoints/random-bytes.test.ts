// The law that nothing which comes in ends the server or the engine: seeded random requests and frames against both, then a plain one.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Packr } from "msgpackr";
import { afterAll, beforeAll, expect, inject, test, vi } from "vitest";
import { WebSocket } from "ws";
import { Random } from "../../engine/base/random.ts";
import { PROTOCOL } from "../../engine/contract.ts";
import { engineCalls } from "../../renderer/client/engine-calls.ts";
import { type Socket, WebSocketTransport } from "../../renderer/client/web-socket-transport.ts";
import { launchOnNode } from "../../server/node-launcher.ts";
import { serve, type Served } from "../../server/server.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const requests = 4_000;
const connections = 1_500;
const framesEach = 4;
const atOnce = 40;

let folder: string;
let served: Served;
let cookie: string;
let port: number;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "secateur-hostile-"));
  writeFileSync(join(folder, "index.html"), "<!doctype html>");
  const environment = { ...process.env, SECATEUR_HOME: folder };
  served = await serve({
    page: folder,
    launch: launchOnNode({ entry: inject("engineProgram"), options: [], environment }),
  });
  port = Number(new URL(served.address).port);
  cookie = (await fetch(served.address)).headers.get("set-cookie")!.split(";")[0]!;
});
afterAll(async () => {
  await served.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Resolves when the server has closed the connection, or we have broken it. */
function send(pieces: readonly Uint8Array[], breaks: boolean): Promise<void> {
  return new Promise((done) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => undefined);
    socket.on("close", () => done());
    socket.on("connect", () => {
      for (const piece of pieces) socket.write(piece);
      if (breaks) socket.resetAndDestroy();
      else socket.end();
    });
    socket.resume();
  });
}

async function inGroups(count: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

const random = Random.seeded(16, "random bytes");
const bytes = (most: number) => Buffer.from(Array.from({ length: random.below(most) }, () => random.below(256)));

/** Some bytes changed, put in or taken out. */
function mutated(whole: Uint8Array, changes = 1 + random.below(4)): Buffer {
  let result = Buffer.from(whole);
  for (let i = 0; i < changes; i++) {
    const at = random.below(result.length + 1);
    const cut = random.below(3) === 0 ? random.below(8) : 0;
    result = Buffer.concat([result.subarray(0, at), bytes(3), result.subarray(at + cut)]);
  }
  return result;
}

const METHODS = ["GET", "GET", "HEAD", "POST", "PUT", "CONNECT", "OPTIONS", "TRACE", "NOPE"];
const TARGETS = [
  "/",
  "//",
  "http://[",
  "http://",
  "*",
  "/%",
  "/?token=x",
  "/engine",
  "/ws",
  "/\\..",
  "?",
  "evil:80",
  "",
];

function request(): Buffer {
  const upgrade = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x\r\n";
  const host = random.pick([`127.0.0.1:${port}`, "127.0.0.1", "[", "evil.example", ""]);
  const ours = random.below(2) === 0 ? `Cookie: ${cookie}\r\nOrigin: http://${host}\r\n` : "";
  const words = `${random.pick(METHODS)} ${random.pick(TARGETS)} HTTP/1.1\r\nHost: ${host}\r\n${ours}`;
  return Buffer.from(`${words}${random.below(2) === 0 ? upgrade : ""}\r\n`);
}

const packr = new Packr({ moreTypes: true, structuredClone: true });
const ODD: readonly unknown[] = [
  null,
  5,
  "hello",
  [],
  {},
  { argumentList: 5 },
  [[[]]],
  -1,
  new Map([[1, 2]]),
  undefined,
];

function message(): Buffer {
  const kind = random.below(5);
  if (kind === 0) return bytes(64);
  if (kind === 1) return Buffer.alloc(1 + random.below(20_000), 0x91);
  const type = random.pick(["APPLY", "GET", "RELEASE", "NOPE"]);
  const path = random.pick<unknown>([["hello"], ["__proto__"], ["constructor"], "hello", null, [5], []]);
  const call = { id: `c${random.below(9)}`, type, path, argumentList: random.pick<unknown>([[], 5, [null], [{}]]) };
  const packed = packr.pack(random.below(4) === 0 ? random.pick(ODD) : call);
  return kind === 2 ? Buffer.from(packed) : mutated(packed);
}

/** A masked frame of RFC 6455, its header now and then at random. */
function frame(payload: Buffer): Buffer {
  const opcode = random.below(6) === 0 ? random.below(256) : 0x82;
  const size = payload.length < 126 ? Buffer.from([0x80 | payload.length]) : Buffer.from([0xfe, payload.length >> 8, payload.length & 255]); // prettier-ignore
  return Buffer.concat([Buffer.from([opcode]), size, Buffer.alloc(4), payload]);
}

const handshake = () =>
  Buffer.from(
    `GET /ws HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nOrigin: http://127.0.0.1:${port}\r\nCookie: ${cookie}\r\n` +
      "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
  );

test("10,000 random requests and frames end neither the server nor the engine", async () => {
  const line = await openLine();
  const { instance, protocol } = await line.calls.hello();
  expect(protocol).toBe(PROTOCOL);
  const pid = served.engine.pid;
  await inGroups(requests, (i) => {
    const kind = i % 4;
    const sent = kind === 0 ? bytes(300) : kind === 1 ? mutated(request()) : request();
    return send([sent], random.below(4) === 0);
  });
  await inGroups(connections, () => {
    const frames = Array.from({ length: framesEach }, () => frame(message()));
    return send([handshake(), ...frames], random.below(4) === 0);
  });
  expect((await line.calls.hello()).instance).toBe(instance);
  expect(served.engine.pid).toBe(pid);
  const page = await fetch(`http://127.0.0.1:${port}/`, { headers: { cookie } });
  expect([page.status, await page.text()]).toEqual([200, "<!doctype html>"]);
  line.close();
});

const nested = (levels: number): unknown[] => (levels === 0 ? [] : [nested(levels - 1)]);

const closedBy = (payload: Buffer | string) =>
  new Promise<{ code: number; reason: string }>((done, fail) => {
    const socket = openSocket(`ws://127.0.0.1:${port}/ws`);
    socket.on("open", () => socket.send(payload));
    socket.on("close", (code, reason) => done({ code, reason: reason.toString() }));
    socket.on("error", fail);
  });

test("a message that cannot be read closes its own connection, with 1007 and the reason", async () => {
  expect(await closedBy("hello")).toEqual({
    code: 1007,
    reason: "A message could not be read: it is text, not MessagePack.",
  });
  expect(await closedBy(packr.pack({ deep: nested(100) }))).toEqual({
    code: 1007,
    reason: "A message could not be read: it is nested more than 64 deep.",
  });
  expect(await closedBy(packr.pack([1]))).toEqual({
    code: 1007,
    reason: "A message could not be read: it is no record.",
  });
  for (const payload of [
    Buffer.from([0xc1]),
    Buffer.alloc(0),
    Buffer.from([0xdf, 255, 255, 255, 255]),
    Buffer.alloc(100_000, 0x91),
  ])
    // prettier-ignore
    expect(await closedBy(payload)).toMatchObject({ code: 1007, reason: expect.stringMatching(/^A message could/) });
});

test("a message that is too large closes its own connection, with 1009", async () => {
  expect((await closedBy(Buffer.alloc(33e6))).code).toBe(1009);
});

function openSocket(url: string): WebSocket {
  return new WebSocket(url, { headers: { cookie, origin: `http://127.0.0.1:${port}` } });
}

async function openLine() {
  const transport = new WebSocketTransport(`ws://127.0.0.1:${port}/ws`, (url) => openSocket(url) as unknown as Socket);
  const line = await transport.open();
  return { calls: engineCalls(line), close: () => line.close() };
}
