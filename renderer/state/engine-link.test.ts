import { expect, test } from "vitest";
import { expose } from "comlink";
import { type EngineApi, type EngineEvent, type Hello, PROTOCOL } from "../../engine/contract.ts";
import type { Line, LineEnd } from "../client/transport.ts";
import { EngineLink } from "./engine-link.svelte.ts";

const hello: Hello = {
  protocol: PROTOCOL,
  secateur: "0.1.0",
  node: "v20",
  onnxruntime: "1.30.0",
  platform: "linux",
  threads: 2,
  machine: { name: "here", overSsh: false },
  instance: "one",
};

/** An engine on the other end of a channel of this process, whose line can be cut. */
function lineTo(api: Partial<EngineApi>): Line & { cut(reason: string): void } {
  const { port1, port2 } = new MessageChannel();
  expose(api, port1);
  let end: (end: LineEnd) => void = () => undefined;
  const ended = new Promise<LineEnd>((resolve) => (end = resolve));
  const cut = (reason: string) => {
    port1.close();
    end({ reason });
  };
  return { endpoint: port2, ended, close: () => cut(""), cut };
}

const never = new Promise<never>(() => undefined);

function run(seq: number): EngineEvent {
  return { seq, type: "result-deleted", id: `r${seq}` };
}

/** A link over the given lines, one after the other, and what it heard. */
function linked(lines: readonly Line[]) {
  const heard: string[] = [];
  const left = [...lines];
  let told: () => void = () => undefined;
  const listener = {
    ready: (_: Hello, anew: boolean) => heard.push(anew ? "anew" : "again"),
    missed: () => heard.push("missed"),
    events: (events: readonly EngineEvent[]) => {
      heard.push(...events.map(({ seq }) => String(seq)));
      told();
    },
  };
  const host = {
    transport: { open: () => (left.length > 0 ? Promise.resolve(left.shift()!) : never) },
    shell: { engineReport: () => Promise.resolve(undefined), restartEngine: () => Promise.resolve(true) },
  };
  const link = new EngineLink(host, listener, () => Promise.resolve());
  const hears = () => new Promise<void>((resolve) => (told = resolve));
  return { link, heard, hears };
}

test("after a cut line the events go on where they were, and none comes twice", async () => {
  const first = lineTo({
    hello: async () => hello,
    events: (after) => (after < 2 ? Promise.resolve([run(1), run(2)]) : never),
  });
  const second = lineTo({
    hello: async () => hello,
    events: (after) => (after < 3 ? Promise.resolve([run(2), run(3)]) : never),
  });
  const { link, heard, hears } = linked([first, second]);
  void link.run();
  await hears();
  first.cut("server went away");
  await hears();
  expect(heard).toEqual(["anew", "1", "2", "again", "3"]);
  link.stop();
});

test("an engine that was started anew counts its events from one", async () => {
  const engine = (instance: string) =>
    lineTo({
      hello: async () => ({ ...hello, instance }),
      events: (after) => (after < 1 ? Promise.resolve([run(1)]) : never),
    });
  const first = engine("one");
  const { link, heard, hears } = linked([first, engine("two")]);
  void link.run();
  await hears();
  first.cut("");
  await hears();
  expect(heard).toEqual(["anew", "1", "anew", "1"]);
  link.stop();
});

test("a call in flight is rejected when the line is cut", async () => {
  const line = lineTo({
    hello: async () => hello,
    events: (after) => (after < 1 ? Promise.resolve([run(1)]) : never),
    listModels: () => never,
  });
  const { link, hears } = linked([line]);
  void link.run();
  await hears();
  const call = link.api.listModels();
  line.cut("the engine ended with code 9");
  await expect(call).rejects.toMatchObject({ wire: { code: "engine-lost", message: "the engine ended with code 9" } });
  link.stop();
});

test("an engine that speaks another protocol is not used", async () => {
  const { link } = linked([lineTo({ hello: async () => ({ ...hello, protocol: 99 }) })]);
  await link.run();
  expect(link.status).toEqual({ state: "foreign", theirs: 99 });
});

test("an error of the engine keeps its code, place and problems", async () => {
  const error = {
    code: "invalid-task",
    message: "two problems",
    place: { file: "t.yaml", line: 3, column: 1 },
    problems: [{ place: { file: "t.yaml", line: 3, column: 1 }, sentence: "no" }],
  };
  const line = lineTo({
    hello: async () => hello,
    events: (after) => (after < 1 ? Promise.resolve([run(1)]) : never),
    openTask: () => Promise.reject(error),
  });
  const { link, hears } = linked([line]);
  void link.run();
  await hears();
  await expect(link.api.openTask({ file: "t.yaml" })).rejects.toMatchObject({ wire: error });
  link.stop();
});
