import { EventEmitter } from "node:events";
import { Packr } from "msgpackr";
import { expect, test } from "vitest";
import type { WebSocket } from "ws";
import type { EngineClient, EngineProcess } from "./engine-process.ts";
import { closeReason, connectPage } from "./page-line.ts";

const packr = new Packr({ moreTypes: true, structuredClone: true });

/** A page whose socket is written to when the test says so, and an engine that takes and answers when the test says so. */
function joined() {
  const written: (() => void)[] = [];
  const passed: { readonly message: unknown; readonly sent: () => void }[] = [];
  let client: EngineClient | undefined;
  const page = Object.assign(new EventEmitter(), {
    OPEN: 1,
    readyState: 1,
    isPaused: false,
    pause: () => void (page.isPaused = true),
    resume: () => void (page.isPaused = false),
    send: (_data: Buffer, done: () => void) => void written.push(done),
    close: () => undefined,
  });
  const engine = {
    open: (opened: EngineClient) => {
      client = opened;
      return {
        send: (message: unknown, sent: () => void) => void passed.push({ message, sent }),
        hand: () => false,
        close: () => undefined,
      };
    },
  };
  connectPage(page as unknown as WebSocket, engine as unknown as EngineProcess);
  const ask = (content: unknown) => page.emit("message", packr.pack({ content }), true);
  return { page, passed, written, ask, answer: () => client!.message({}) };
}

test("a page has 64 requests under way; the others wait, and its socket is not read until an answer has been read", () => {
  const { page, passed, written, ask, answer } = joined();
  for (let i = 0; i < 70; i++) ask(i);
  expect([passed.length, page.isPaused]).toEqual([64, true]);
  for (const { sent } of passed) sent();
  answer();
  expect(passed.length).toBe(64);
  written.shift()!();
  expect([passed.length, page.isPaused]).toEqual([65, true]);
  for (let i = 0; i < 10; i++) {
    answer();
    written.shift()!();
  }
  expect([passed.length, page.isPaused]).toEqual([70, false]);
  expect(passed.map(({ message }) => message)).toEqual(Array.from({ length: 70 }, (_, content) => ({ content })));
});

test("what the engine is too busy to take is bounded in bytes", () => {
  const { page, passed, ask } = joined();
  for (let i = 0; i < 5; i++) ask(Buffer.alloc(10e6));
  expect([passed.length, page.isPaused]).toEqual([4, true]);
  passed[0]!.sent();
  expect([passed.length, page.isPaused]).toEqual([5, true]);
  for (const { sent } of passed.slice(1)) sent();
  expect(page.isPaused).toBe(false);
});

test("a reason is cut to the 123 bytes of a close frame, between characters", () => {
  expect(closeReason("short")).toBe("short");
  expect(closeReason("模".repeat(60))).toBe("模".repeat(41));
  expect(Buffer.byteLength(closeReason("a😀".repeat(60)))).toBeLessThanOrEqual(123);
});
