import { expect, test } from "vitest";
import type { Stability, StabilityRow, TransferRow } from "../../engine/circuit/circuit-schema.ts";
import { withStability, withTransfer } from "../../engine/circuit/statistics.ts";
import { stabilitySettings } from "../../engine/choices/stability.ts";
import { searchAgain } from "../../engine/circuit/settings-of-circuit.ts";
import { exampleCircuit } from "../../test/example-circuit.ts";
import { ScriptedJobs } from "../../test/scripted-jobs.ts";
import { StatisticsDesk } from "./statistics-desk.svelte.ts";

const circuit = { ...exampleCircuit(), results: exampleCircuit().results! };
const SUBJECT = {
  run: "ioi-1",
  circuit,
  task: "tasks/ioi.yaml",
  model: "sprig",
  circuitName: () => Promise.resolve("ioi-1"),
};
const STABILITY: Stability = circuit.results.stability!;
const ROW: StabilityRow = STABILITY.rows[0];
const [MEASURED]: readonly TransferRow[] = circuit.results.transfer!;

function deskOf() {
  const attached: unknown[] = [];
  const jobs = new ScriptedJobs();
  const desk = new StatisticsDesk(
    () => jobs.api,
    (run, change) => attached.push(run, change(circuit)),
  );
  jobs.tells(desk);
  return { desk, jobs, attached };
}

test("sizes are what is typed, rising, each once; what are no numbers is no request", () => {
  const { desk } = deskOf();
  desk.sizes = "64, 16，16 32";
  expect([desk.sizesAsked, desk.canSearch]).toEqual([[16, 32, 64], true]);
  desk.sizes = "16, many";
  expect([desk.sizesAsked, desk.canSearch]).toEqual([undefined, false]);
});

test("searches are watched with the time left, size by size, and then put into the circuit that they are of", async () => {
  const { desk, jobs, attached } = deskOf();
  desk.sizes = "4, 8";
  desk.runs = 3;
  await desk.askStability(SUBJECT);
  jobs.run("j1");
  jobs.part("j1", 0, { searches: 0, ofSearches: 6 });
  jobs.part("j1", 1, { searches: 3, ofSearches: 6, row: ROW });
  jobs.progress("j1", { stage: "searching", done: 12, total: 36 }, [2, 3]);
  expect(desk.making).toEqual({
    kind: "stability",
    run: "ioi-1",
    progress: { stage: "searching", done: 12, total: 36 },
    left: [2, 3],
    searches: { done: 3, of: 6 },
    rows: [ROW],
    transferred: [],
  });
  jobs.finish("j1", STABILITY);
  await expect.poll(() => attached).toEqual(["ioi-1", withStability(circuit, STABILITY)]);
  const search = searchAgain(circuit, { task: SUBJECT.task, model: SUBJECT.model });
  expect(jobs.asked).toEqual([{ ...search, runs: 3, sizes: [4, 8], circuit: "ioi-1" }]);
  expect(stabilitySettings.safeParse(jobs.asked[0]).error).toBeUndefined();
  expect(desk.making).toBeUndefined();
});

test("a circuit is measured across templates, with its equals where its file has some", async () => {
  const { desk, jobs } = deskOf();
  desk.toggle("tasks/a.yaml");
  desk.toggleAcross("templates");
  desk.alternatives = true;
  await desk.askTransfer(SUBJECT);
  expect(jobs.asked).toEqual([
    { circuits: ["ioi-1"], model: "sprig", tasks: ["tasks/a.yaml"], across: ["templates"], alternatives: true },
  ]);
});

test("tasks are measured one by one with the chosen ablation, and added to those in the circuit", async () => {
  const { desk, jobs, attached } = deskOf();
  desk.toggle("tasks/a.yaml");
  desk.toggle("tasks/pronoun.yaml");
  desk.toggle("tasks/a.yaml");
  desk.ablation = "mean";
  await desk.askTransfer(SUBJECT);
  const cell = { circuit: "ioi.circuit.json", of: 0, foundWith: undefined, row: MEASURED, notes: [] };
  jobs.part("j1", 0, cell);
  expect(desk.making?.transferred).toEqual([cell]);
  jobs.finish("j1", { cells: [cell, { ...cell, equal: "without a1.h3", row: { ...MEASURED, seed: 9 } }], notes: [] });
  await expect.poll(() => attached).toEqual(["ioi-1", withTransfer(circuit, [MEASURED])]);
  const asked = { circuits: ["ioi-1"], model: "sprig", tasks: ["tasks/pronoun.yaml"], ablation: "mean" };
  expect(jobs.asked).toEqual([asked]);
});

test("what was stopped changes nothing, what failed says why, and one thing is made at a time", async () => {
  const { desk, jobs, attached } = deskOf();
  await desk.askStability(SUBJECT);
  desk.toggle("tasks/a.yaml");
  await desk.askTransfer(SUBJECT);
  await desk.stop();
  expect([jobs.asked.length, jobs.stopped, desk.making, attached]).toEqual([1, ["j1"], undefined, []]);
  await desk.askTransfer(SUBJECT);
  jobs.fail("j2", { code: "usage", message: "so" });
  const failures = [desk.failureOf("stability", "ioi-1"), desk.failureOf("transfer", "other")];
  expect([...failures, desk.failureOf("transfer", "ioi-1")]).toEqual([
    undefined,
    undefined,
    { code: "usage", message: "so" },
  ]);
});

test("a circuit without figures has nothing beside which statistics would stand", async () => {
  const { desk, jobs } = deskOf();
  desk.toggle("tasks/a.yaml");
  await desk.askStability({ ...SUBJECT, circuit: { ...circuit, results: undefined } });
  await desk.askTransfer({ ...SUBJECT, circuit: { ...circuit, results: undefined } });
  expect(jobs.asked).toEqual([]);
});
