import { expect, test } from "vitest";
import type { RelationFit, RelationResult } from "../../engine/contract/relations.ts";
import type { EngineApi, TaskEntry } from "../../engine/contract.ts";
import { ScriptedJobs } from "../../test/scripted-jobs.ts";
import { RelationDesk } from "./relation-desk.svelte.ts";

const entry = (file: string, kind: TaskEntry["kind"] = "relation"): TaskEntry => ({
  file,
  name: file,
  title: { en: file },
  kind,
});
const fit = { file: "a.relation.json", notes: [] } as unknown as RelationFit;
const RESULT: RelationResult = { modelName: "sprig", relations: [fit], notes: [] };

function deskOn(api: Partial<EngineApi> = {}) {
  const tasks = {
    tasks: { state: "done" as const, value: [entry("a"), entry("ioi", "contrast"), entry("b"), entry("c")] },
    model: "sprig",
  };
  const jobs = new ScriptedJobs();
  const desk = new RelationDesk(() => ({ ...jobs.api, ...api }) as EngineApi, tasks);
  jobs.tells(desk);
  const asked = () => jobs.asked.map((settings) => (settings as { readonly files: readonly string[] }).files[0]);
  return { desk, jobs, asked };
}

const statesOf = (desk: RelationDesk) => ["a", "b", "c"].map((file) => desk.fitOf(file).state);

test("the chosen relations are fitted in the order of the list, a job each, and those that are fitted are not fitted again", async () => {
  const { desk, jobs, asked } = deskOn();
  desk.toggle("c");
  desk.toggle("a");
  await desk.fit();
  expect(jobs.asked[0]).toEqual({ files: ["a"], model: "sprig", estimators: ["jacobian"], samples: 8, seeds: 10 });
  expect([statesOf(desk), desk.running]).toEqual([["loading", "none", "loading"], true]);
  for (const id of ["j1", "j2"]) jobs.finish(id, RESULT);
  await expect.poll(() => statesOf(desk)).toEqual(["done", "none", "done"]);
  await desk.fit();
  expect([asked(), desk.shown, desk.running]).toEqual([["a", "c"], "a", false]);
});

test("another estimator, number of samples or model is another fit", async () => {
  const { desk, jobs } = deskOn();
  desk.toggle("a");
  await desk.fit();
  jobs.finish("j1", RESULT);
  await expect.poll(() => desk.fitOf("a").state).toBe("done");
  desk.samples = 4;
  expect(desk.fitOf("a").state).toBe("none");
  desk.samples = 8;
  expect(desk.fitOf("a").state).toBe("done");
});

test("stop ends every fit that was asked for", async () => {
  const { desk } = deskOn();
  desk.chooseAll();
  await desk.fit();
  await desk.stop();
  await expect.poll(() => [statesOf(desk), desk.running]).toEqual([["none", "none", "none"], false]);
});

test("a relation that the model does not know fails alone", async () => {
  const { desk, jobs } = deskOn();
  const failure = { code: "degenerate-task", message: "sprig itself answers 0 of 40 subjects." } as const;
  desk.toggle("a");
  desk.toggle("b");
  await desk.fit();
  jobs.fail("j1", failure);
  jobs.finish("j2", RESULT);
  await expect.poll(() => statesOf(desk)).toEqual(["failed", "done", "none"]);
  expect(desk.fitOf("a")).toEqual({ state: "failed", error: failure });
});

test("a file that is opened stands first, chosen and shown", async () => {
  const { desk } = deskOn({ openRelation: () => Promise.resolve(entry("mine")) });
  await desk.openFile({ name: "mine.json", text: "{}" });
  expect(desk.entries.map(({ file }) => file)).toEqual(["mine", "a", "b", "c"]);
  expect([desk.chosen, desk.shown]).toEqual([["mine"], "mine"]);
});

test("what was fitted is taken along in a session, with its settings, and not fitted again", async () => {
  const { desk: first, jobs } = deskOn();
  first.estimator = "ridge";
  first.samples = 4;
  first.toggle("b");
  await first.fit();
  jobs.finish("j1", RESULT);
  await expect.poll(() => first.fitOf("b").state).toBe("done");
  const { desk: second, asked } = deskOn();
  second.restore(first.saved);
  await second.fit();
  expect([second.estimator, second.samples, second.chosen, asked()]).toEqual(["ridge", 4, ["b"], []]);
  expect(second.fitOf("b")).toEqual({ state: "done", value: fit });
});

test("an edit is asked for with the file of the map of the relation that is looked into", async () => {
  const asked: unknown[] = [];
  const { desk, jobs } = deskOn({
    editRelation: (...given) => {
      asked.push(given);
      return Promise.reject(new Error("not needed here"));
    },
  });
  await desk.edit("France", "Rome");
  desk.toggle("a");
  await desk.fit();
  jobs.finish("j1", RESULT);
  await expect.poll(() => desk.fitOf("a").state).toBe("done");
  await desk.edit("France", "Rome");
  expect(asked).toEqual([["a.relation.json", "France", "Rome"]]);
});
