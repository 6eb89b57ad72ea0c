// Whoever answers a line is told when it has ended, whichever way it came.
import { EventEmitter } from "node:events";
import { expect, test } from "vitest";
import { acceptPorts, type MainPort, type ParentPort } from "./port-endpoint.ts";
import { acceptLines } from "./process-endpoint.ts";

test("a line over a process's channel is gone when the other side ends it, and the lines beside it are not", () => {
  const channel = new EventEmitter();
  const lines: AbortSignal[] = [];
  acceptLines(channel, (_, gone) => lines.push(gone));
  for (const line of [7, 9]) channel.emit("message", { line, message: {} });
  channel.emit("message", { line: 7, ended: true });
  expect(lines.map(({ aborted }) => aborted)).toEqual([true, false]);
  channel.emit("message", { line: 7, message: {} });
  expect(lines.map(({ aborted }) => aborted)).toEqual([true, false, false]);
});

test("a line over a port is gone when the port's other end is closed, and nothing is sent to it then", () => {
  const sent: unknown[] = [];
  const port = Object.assign(new EventEmitter(), {
    start: () => undefined,
    postMessage: (message: unknown) => void sent.push(message),
  });
  const parent = new EventEmitter();
  const signals: AbortSignal[] = [];
  acceptPorts(parent as unknown as ParentPort, (endpoint, gone) => {
    signals.push(gone);
    endpoint.postMessage("before");
    gone.addEventListener("abort", () => endpoint.postMessage("after"));
  });
  parent.emit("message", { ports: [port as unknown as MainPort] });
  expect(signals[0].aborted).toBe(false);
  port.emit("close");
  expect([signals[0].aborted, sent]).toEqual([true, ["before"]]);
});
