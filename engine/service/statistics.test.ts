// Statistics of a circuit as the workbench asks for them, on the embedded model.
import type { PruneSettings } from "../choices/prune.ts";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { searchAgain } from "../circuit/settings-of-circuit.ts";
import type { EngineApi, EngineEvent } from "../contract.ts";
import type { StabilityPart, TransferResult } from "../contract/statistics.ts";
import { onlySearch } from "../session/prune-task.ts";
import { engineService } from "./service.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

/** Few examples, one order: who waits for whom and what is kept do not depend on the figures. */
const REQUEST: PruneSettings = {
  task: "tasks/ioi.yaml",
  model: "sprig",
  units: ["head"],
  examples: { discovery: 4, heldOut: 4, validation: 4 },
  orders: 1,
  swaps: 0,
  ...onlySearch,
};
const TRANSFER = { tasks: ["tasks/pronoun.yaml"], model: "sprig", examples: { discovery: 4, heldOut: 4 } } as const;
const MASKS = { start: "learned-masks", maskSteps: 20 } as const;
const home = process.env.SECATEUR_HOME;
let folder: string;
let engine: EngineApi;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "secateur-service-"));
  process.env.SECATEUR_HOME = folder;
  engine = engineService({ threads: 1 })();
});
afterAll(() => {
  if (home === undefined) delete process.env.SECATEUR_HOME;
  else process.env.SECATEUR_HOME = home;
  rmSync(folder, { recursive: true, force: true });
});

/** Events from `after` on, up to and with the first that is looked for. */
async function until(found: (event: EngineEvent) => boolean, after = 0): Promise<EngineEvent[]> {
  const events: EngineEvent[] = [];
  let last = after;
  for (;;) {
    for (const event of await engine.events(last)) {
      events.push(event);
      last = event.seq;
      if (found(event)) return events;
    }
  }
}

const ended = (event: EngineEvent) =>
  event.type === "job" && !["waiting", "running", "stopping"].includes(event.job.state);

const isOf = (id: string) => (event: EngineEvent) => event.type === "job" && event.job.id === id;

test("searched again and measured on other tasks, a run's record keeps the figures, also for an engine that is started anew", async () => {
  const run = await engine.start("prune", REQUEST);
  await until(ended);
  const { circuit } = await engine.openRun(run);
  const again = searchAgain(circuit!, { task: REQUEST.task, model: "sprig" });
  const searched = await engine.start("stability", { ...again, runs: 2, sizes: [3, 4], circuit: run });
  const ask = { ...TRANSFER, circuits: [run], ablation: "zero" } as const;
  const measured = await engine.start("transfer", ask);
  await until((event) => isOf(measured)(event) && ended(event));
  const parts = (await engine.parts(searched, 0)).parts as StabilityPart[];
  expect(parts.map(({ searches, ofSearches, row }) => [searches, ofSearches, row?.discovery])).toEqual([
    [0, 4, undefined],
    [1, 4, undefined],
    [2, 4, 3],
    [3, 4, undefined],
    [4, 4, 4],
  ]);
  const { result: stability } = await engine.result(searched);
  const { cells } = (await engine.result(measured)).result as TransferResult;
  const transfer = cells.map(({ row }) => row);
  expect(transfer).toMatchObject([{ task: "pronoun", ablation: { kind: "zero", reference: "zero" } }]);
  const { results } = (await engineService({ threads: 1 })().openRun(run)).circuit!;
  expect(results).toMatchObject({ stability, transfer });
});

test("of two runs the second waits for its turn, and can be stopped while it waits", async () => {
  const before = (await engine.events(0)).at(-1)!.seq;
  const first = await engine.start("prune", REQUEST);
  const [second, third] = [await engine.start("prune", REQUEST), await engine.start("prune", REQUEST)];
  await engine.stop(second);
  const seen = await until((event) => ended(event) && event.type === "job" && event.job.id === third, before);
  const states = seen.flatMap((event) => (event.type === "job" ? [`${event.job.id} ${event.job.state}`] : []));
  expect(states).toEqual([
    `${first} waiting`,
    `${first} running`,
    `${second} waiting`,
    `${third} waiting`,
    `${second} stopped`,
    `${first} finished`,
    `${third} running`,
    `${third} finished`,
  ]);
});

test("statistics are stopped, and the engine is free for others", async () => {
  const before = (await engine.events(0)).at(-1)!.seq;
  const run = (await engine.listRuns()).find(({ state }) => state === "finished")!.id;
  const { circuit } = await engine.openRun(run);
  const again = searchAgain(circuit!, { task: REQUEST.task, model: "sprig" });
  const searched = await engine.start("stability", { ...again, runs: 3, sizes: [4], circuit: run });
  await engine.stop(searched);
  const measured = await engine.start("transfer", { ...TRANSFER, circuits: [run] });
  const seen = await until((event) => isOf(measured)(event) && ended(event), before);
  const ends = seen.filter(ended).flatMap((event) => (event.type === "job" ? [[event.job.id, event.job.state]] : []));
  expect(ends).toEqual([
    [searched, "stopped"],
    [measured, "finished"],
  ]);
});

test("a run from learned masks shows their training, and its record says where it began", async () => {
  const before = (await engine.events(0)).at(-1)!.seq;
  const run = await engine.start("prune", { ...REQUEST, ...MASKS });
  const stages = (await until(ended, before)).flatMap((event) =>
    event.type === "job-progress" ? [event.progress.stage] : [],
  );
  expect(stages[0]).toBe("masks");
  expect(stages).toContain("pruning");
  const { request, circuit } = await engineService({ threads: 1 })().openRun(run);
  expect([request.start, request.without]).toEqual(["learned-masks", undefined]);
  expect(circuit!.search.start).toMatchObject({ method: "learned masks", steps: 20, examples: 4 });
});

test("stopped while the masks are learned, a run goes on to its end", async () => {
  const before = (await engine.events(0)).at(-1)!.seq;
  const run = await engine.start("prune", { ...REQUEST, ...MASKS });
  await until((event) => event.type === "job-progress" && event.progress.stage === "masks", before);
  await engine.stop(run);
  const stopped = (await until(ended, before)).at(-1)!;
  expect(stopped).toMatchObject({ type: "job", job: { id: run, state: "stopped" } });
  await engine.resume(run);
  expect((await until(ended, stopped.seq)).at(-1)).toMatchObject({ job: { id: run, state: "finished" } });
});
