// A log of events that overflows while a page is busy: the page is told, and asks for the run's state again.
import { expose } from "comlink";
import { expect, test } from "vitest";
import { type EngineApi, PROTOCOL, type RunRecord } from "../../engine/contract.ts";
import type { RunStep } from "../../engine/contract/prune.ts";
import { EventLog } from "../../engine/service/event-log.ts";
import type { Line, LineEnd } from "../../renderer/client/transport.ts";
import { EngineLink } from "../../renderer/state/engine-link.svelte.ts";
import { RunDesk } from "../../renderer/state/run-desk.svelte.ts";

const HELLO = {
  protocol: PROTOCOL,
  secateur: "",
  node: "",
  onnxruntime: "",
  platform: "",
  threads: 1,
  machine: { name: "scripted", overSsh: false },
  instance: "one",
};
const never = new Promise<never>(() => undefined);

function lineTo(api: Partial<EngineApi>): Line {
  const { port1, port2 } = new MessageChannel();
  expose(api, port1);
  let end: (end: LineEnd) => void = () => undefined;
  const ended = new Promise<LineEnd>((resolve) => (end = resolve));
  const close = () => {
    port1.close();
    end({ reason: "" });
  };
  return { endpoint: port2, ended, close };
}

test("events that overflow in the middle of a run are asked for again as the run's state", async () => {
  const log = new EventLog(1, 8);
  const request = { task: "t", model: "m", units: [] };
  const record: RunRecord = { id: "r", request, state: "running", startedAt: "", steps: [] };
  const steps: RunStep[] = [];
  const measure = () => {
    const step = { step: steps.length + 1, removed: ["a0.h0"], faithfulness: 1, second: null, accepted: true, kept: 9, order: 0, pass: 0 }; // prettier-ignore
    steps.push(step);
    log.add({ type: "part", id: "r", index: steps.length - 1, part: { kind: "step", step } });
  };
  measure();
  const calls: Partial<EngineApi> = {
    hello: async () => HELLO,
    listRuns: async () => [record],
    openRun: async () => ({ ...record, steps: [...steps] }),
    events: async (after: number) => {
      const answer = await log.after(after);
      // While the page is busy with the first event, more are made than the log holds.
      if (after === 0) for (let i = 0; i < 30; i++) measure();
      return answer.length > 0 ? answer : never;
    },
  };
  const host = {
    transport: { open: () => Promise.resolve(lineTo(calls)) },
    shell: { engineReport: () => Promise.resolve(undefined), restartEngine: () => Promise.resolve(true) },
  };
  let done: () => void = () => undefined;
  const caughtUp = new Promise<void>((resolve) => (done = resolve));
  const desk = new RunDesk(() => link.api);
  const link: EngineLink = new EngineLink(host, {
    ready: () => desk.show(record),
    events: (events) => desk.apply(events),
    missed: () => void desk.refresh().then(() => desk.reopen()).then(done), // prettier-ignore
  });
  void link.run();
  await caughtUp;
  expect(desk.shown!.steps.map(({ step }) => step)).toEqual(steps.map(({ step }) => step));
  link.stop();
});
