import type { PrunePart } from "../../engine/contract/prune.ts";
import { readFileSync } from "node:fs";
import { afterEach, expect, test } from "vitest";
import { WebSocket } from "ws";
import { type Recorded } from "../../test/workbench/recorded-engine.ts";
import { serveRecorded } from "../../test/workbench/serve-recorded.ts";
import { engineCalls } from "./engine-calls.ts";
import { type Socket, WebSocketTransport } from "./web-socket-transport.ts";

const recorded = JSON.parse(readFileSync("renderer/example/ioi.json", "utf8")) as Recorded;
const servers: { close: () => void }[] = [];
afterEach(() => servers.splice(0).forEach((server) => server.close()));

async function lineToServer() {
  const server = await serveRecorded(0, () => Promise.resolve());
  servers.push(server);
  const connect = (url: string) => new WebSocket(url) as unknown as Socket;
  const line = await new WebSocketTransport(`${server.url.replace("http", "ws")}ws`, connect).open();
  return { server, line, calls: engineCalls(line) };
}

test("calls and answers cross the socket whole", async () => {
  const { calls, line } = await lineToServer();
  expect(await calls.preview({ task: "tasks/ioi.yaml", model: "sprig" })).toEqual(recorded.preview);
  line.close();
});

test("a run comes as events: every trial once, in order, then the circuit", async () => {
  const { calls, line } = await lineToServer();
  const id = await calls.start("prune", recorded.record.request);
  const steps: number[] = [];
  let seen = 0;
  for (let finished = false; !finished;) {
    for (const event of await calls.events(seen)) {
      seen = event.seq;
      const part = event.type === "part" ? (event.part as PrunePart) : undefined;
      if (part?.kind === "step") steps.push(part.step.step);
      finished ||= event.type === "job" && event.job.id === id && event.job.state === "finished";
    }
  }
  expect((await calls.openRun(id)).circuit).toEqual(recorded.record.circuit);
  expect(steps).toEqual(recorded.record.steps.map(({ step }) => step));
  line.close();
});

test("a task that cannot be opened keeps its code and every problem with its place", async () => {
  const { calls, line } = await lineToServer();
  await expect(calls.openTask({ name: "mine.yaml", text: "" })).rejects.toMatchObject({
    wire: {
      code: "invalid-task",
      problems: [{ place: { file: "mine.yaml", line: 2, column: 1 } }, { place: { line: 4 } }],
    },
  });
  line.close();
});

test("calls in flight are rejected when the server goes away, and later ones at once", async () => {
  const { calls, server } = await lineToServer();
  const waiting = calls.events(10_000);
  server.close();
  await expect(waiting).rejects.toMatchObject({ wire: { code: "engine-lost" } });
  await expect(calls.hello()).rejects.toMatchObject({ wire: { code: "engine-lost" } });
});

test("where nothing listens, opening fails", async () => {
  const { server, line } = await lineToServer();
  server.close();
  await line.ended;
  const connect = (url: string) => new WebSocket(url) as unknown as Socket;
  await expect(new WebSocketTransport(`${server.url.replace("http", "ws")}ws`, connect).open()).rejects.toThrow();
});
