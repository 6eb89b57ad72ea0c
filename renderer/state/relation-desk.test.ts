import { expect, test } from "vitest";
import type { EngineApi, RelationChoice, RelationFit, TaskEntry } from "../../engine/contract.ts";
import { CallFailure } from "../client/wire-failure.ts";
import { RelationDesk } from "./relation-desk.svelte.ts";

const entry = (file: string, kind: TaskEntry["kind"] = "relation"): TaskEntry => ({
  file,
  name: file,
  title: { en: file },
  kind,
});
const fit = { notes: [] } as unknown as RelationFit;

function deskOn(api: Partial<EngineApi>) {
  const tasks = {
    tasks: { state: "done" as const, value: [entry("a"), entry("ioi", "contrast"), entry("b"), entry("c")] },
    model: "sprig",
  };
  return new RelationDesk(
    () => api as EngineApi,
    tasks,
    () => 0,
  );
}

test("the chosen relations are fitted in the order of the list, and those that are fitted are not fitted again", async () => {
  const asked: string[] = [];
  const desk = deskOn({
    fitRelation: (choice: RelationChoice) => {
      asked.push(choice.task);
      return Promise.resolve(fit);
    },
  });
  desk.toggle("c");
  desk.toggle("a");
  await desk.fit();
  await desk.fit();
  expect(asked).toEqual(["a", "c"]);
  expect(["a", "b", "c"].map((file) => desk.fitOf(file).state)).toEqual(["done", "none", "done"]);
  expect(desk.shown).toBe("a");
});

test("another estimator, number of samples or model is another fit", async () => {
  const desk = deskOn({ fitRelation: () => Promise.resolve(fit) });
  desk.toggle("a");
  await desk.fit();
  desk.samples = 4;
  expect(desk.fitOf("a").state).toBe("none");
  desk.samples = 8;
  expect(desk.fitOf("a").state).toBe("done");
});

test("stop ends the fit that is under way and starts no other", async () => {
  let reject: (error: unknown) => void = () => undefined;
  const desk = deskOn({
    fitRelation: () => new Promise((_, fail) => (reject = fail)),
    stopRelation: () => {
      reject(new CallFailure({ code: "cancelled", message: "Stopped on request." }));
      return Promise.resolve();
    },
  });
  desk.chooseAll();
  const fitting = desk.fit();
  await desk.stop();
  await fitting;
  expect(desk.running).toBe(false);
  expect(["a", "b", "c"].map((file) => desk.fitOf(file).state)).toEqual(["none", "none", "none"]);
});

test("a relation that the model does not know fails alone", async () => {
  const error = { code: "degenerate-task", message: "sprig itself answers 0 of 40 subjects." } as const;
  const desk = deskOn({
    fitRelation: ({ task }) => (task === "a" ? Promise.reject(new CallFailure(error)) : Promise.resolve(fit)),
  });
  desk.chooseAll();
  await desk.fit();
  expect(desk.fitOf("a")).toEqual({ state: "failed", error });
  expect(desk.fitOf("b").state).toBe("done");
});

test("a file that is opened stands first, chosen and shown", async () => {
  const desk = deskOn({ openRelation: () => Promise.resolve(entry("mine")) });
  await desk.open({ name: "mine.json", text: "{}" });
  expect(desk.entries.map(({ file }) => file)).toEqual(["mine", "a", "b", "c"]);
  expect([desk.chosen, desk.shown]).toEqual([["mine"], "mine"]);
});

test("what was fitted is taken along in a session, with its settings, and not fitted again", async () => {
  const first = deskOn({ fitRelation: () => Promise.resolve(fit) });
  first.estimator = "ridge";
  first.samples = 4;
  first.toggle("b");
  await first.fit();
  const second = deskOn({ fitRelation: () => Promise.reject(new Error("asked again")) });
  second.restore(first.saved);
  await second.fit();
  expect([second.estimator, second.samples, second.chosen]).toEqual(["ridge", 4, ["b"]]);
  expect(second.fitOf("b")).toEqual({ state: "done", value: fit });
});
