// One contract over every wire: what a call says and answers is the same, whichever way it goes.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type EngineApi, type EngineEvent, PROTOCOL } from "../../engine/contract.ts";
import { engineCalls } from "../../renderer/client/engine-calls.ts";
import type { Line } from "../../renderer/client/transport.ts";
import { EngineLink } from "../../renderer/state/engine-link.svelte.ts";
import { LARGE } from "./scripted-engine.ts";
import { REACHES, type Reached } from "./endpoints.ts";

const MEASURE = { task: "t", model: "m", units: ["head"], kept: [], split: "heldOut" } as const;
const HEATMAP = { task: "t", model: "m", site: "z", by: "layer", direction: "noising" } as const;
/** A run that makes as many events. */
const runOf = (events: number) => ({ task: "t", model: "m", units: ["head"], seed: events }) as const;

describe.each(Object.entries(REACHES))("over %s", (_name, reach) => {
  let reached: Reached;
  let line: Line;
  let calls: EngineApi;

  beforeEach(async () => {
    reached = await reach();
    line = await reached.transport.open();
    calls = engineCalls(line);
  });
  afterEach(() => reached.close());

  test("calls are answered, each with its own answer, in whatever order they were asked", async () => {
    const [hello, models, tasks] = await Promise.all([calls.hello(), calls.listModels(), calls.listTasks()]);
    expect(hello.protocol).toBe(PROTOCOL);
    expect(models).toEqual([{ name: "模型", where: "folder", ready: false, reason: "line\nbreak" }]);
    expect(tasks).toEqual([]);
    expect(await calls.stop("run")).toBeUndefined();
  });

  test("an error keeps its code, its sentence, its place and every problem", async () => {
    const thrown = await calls.openTask({ file: "mine.yaml" }).catch((error: unknown) => error);
    expect((thrown as { wire: unknown }).wire).toEqual({
      code: "invalid-task",
      message: "mine.yaml has 2 problems.",
      said: { text: "mine.yaml has 2 problems.", template: "{0} has {1} problems.", values: ["mine.yaml", "2"] },
      place: { file: "mine.yaml", line: 2, column: 1 },
      problems: [
        {
          place: { file: "mine.yaml", line: 2, column: 1 },
          sentence: {
            text: 'there is no field "nmae"; did you mean "name"?',
            template: 'there is no field "{0}"; did you mean "{1}"?',
            values: ["nmae", "name"],
          },
        },
        {
          place: { file: "mine.yaml", line: 4 },
          sentence: {
            text: "wrong_answers is missing.",
            template: "{0} is missing.",
            values: ["wrong_answers"],
          },
        },
      ],
    });
    await expect(calls.openRun("none")).rejects.toMatchObject({
      wire: { code: "internal", message: "not in the script" },
    });
  });

  test("typed arrays come as what they are, to the bit", async () => {
    const { effect, normalised } = await calls.heatmap(HEATMAP);
    expect(effect.data).toBeInstanceOf(Float32Array);
    expect(effect.shape).toEqual([LARGE]);
    expect(effect.data.every((value, i) => value === Math.fround(i / 3))).toBe(true);
    expect(normalised.data).toEqual(new Float32Array([NaN, -0, Infinity]));
  });

  test("events are numbered from one, and pulled again from any number on by the next line", async () => {
    await calls.start("prune", runOf(5));
    const seen = await calls.events(0);
    expect(seen.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
    line.close();
    const again = engineCalls(await reached.transport.open());
    expect((await again.events(3)).map(({ seq }) => seq)).toEqual([4, 5]);
    expect(await again.events(5)).toEqual([]);
  });

  test("calls in flight are rejected when the engine dies, and later ones at once", async () => {
    const waiting = calls.measure(MEASURE);
    await calls.hello();
    reached.kill();
    await expect(waiting).rejects.toMatchObject({ wire: { code: "engine-lost" } });
    expect((await line.ended).reason).toMatch(/^The engine (was killed by SIGKILL|ended with code 9)/);
    await expect(calls.hello()).rejects.toMatchObject({ wire: { code: "engine-lost" } });
    // A browser is let in first and told then.
    const next = reached.transport.open().then(({ ended }) => ended);
    const reason = await next.then(
      (end) => end.reason,
      (thrown: Error) => thrown.message,
    );
    expect(reason).toMatch(/^The engine (was killed by SIGKILL|ended with code 9)/);
  });

  test("after the engine's death the link finds the next one, and its events from the first on", async () => {
    const heard: string[] = [];
    const waits: { readonly for: () => boolean; readonly done: () => void }[] = [];
    const tell = () => waits.splice(0).forEach((wait) => (wait.for() ? wait.done() : waits.push(wait)));
    const until = (condition: () => boolean) =>
      new Promise<void>((done) => {
        waits.push({ for: condition, done });
        tell();
      });
    const link = new EngineLink(reached, {
      ready: () => {
        heard.push("ready");
        tell();
      },
      events: (events: readonly EngineEvent[]) => {
        heard.push(...events.map(({ seq }) => String(seq)));
        tell();
      },
      missed: () => heard.push("missed"),
    });
    void link.run();
    await until(() => heard.length === 1);
    await link.api.start("prune", runOf(2));
    await until(() => heard.length === 3);
    reached.kill();
    await line.ended;
    await reached.shell.restartEngine();
    await until(() => heard.length === 4);
    await link.api.start("prune", runOf(3));
    await until(() => heard.length === 7);
    expect(heard).toEqual(["ready", "1", "2", "ready", "1", "2", "3"]);
    link.stop();
  });
});

describe.each(Object.entries(REACHES))("over %s, an engine of another protocol", (_name, reach) => {
  test("is told from ours before anything else is asked of it", async () => {
    const reached = await reach(99);
    const link = new EngineLink(reached, { ready: () => undefined, events: () => undefined, missed: () => undefined });
    await link.run();
    expect(link.status).toEqual({ state: "foreign", theirs: 99 });
    await reached.close();
  });
});
