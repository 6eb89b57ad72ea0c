// Oracle: the same circuits from the task that the command line runs, their edges by name.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { formatEdge } from "../circuit/edge.ts";
import { topologyOf } from "../circuit/topology.ts";
import type { EdgesRequest } from "../contract.ts";
import { edgeTask } from "../session/edge-task.ts";
import { EdgeMeasurer } from "./edges.ts";
import { EventLog } from "./event-log.ts";

const REQUEST: EdgesRequest = {
  task: "tasks/ioi.yaml",
  model: "sprig",
  examples: { discovery: 4, heldOut: 4 },
  method: "integrated-gradients",
  order: "magnitude",
  selection: "top-n",
  prune: false,
};

const home = process.env.SECATEUR_HOME;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "secateur-edges-"));
  process.env.SECATEUR_HOME = folder;
});
afterAll(() => {
  if (home === undefined) delete process.env.SECATEUR_HOME;
  else process.env.SECATEUR_HOME = home;
  rmSync(folder, { recursive: true, force: true });
});

test("circuits are those of the command line, with edges by their place, and progress is told by stage", async () => {
  const log = new EventLog(0);
  const answer = await new EdgeMeasurer(log, { threads: 1 }).measure({ ...REQUEST, prune: true });
  const { scores, curve, areas, smallest, circuit, examples } = await edgeTask(
    { ...REQUEST, steps: 5, prune: true },
    { execution: { threads: 1 } },
  );
  const found = answer.curve;
  const names = topologyOf(answer.model).edges.map(formatEdge);
  const named = (places: readonly number[] | undefined) => places?.map((place) => names[place]);
  expect(new Map(names.map((name, place) => [name, found.scores[place]]))).toEqual(
    new Map(scores.map((edge) => [formatEdge(edge), edge.score])),
  );
  expect({ curve, areas }).toMatchObject({ curve: found.points, areas: found.areas });
  expect(named(found.smallest)).toEqual(smallest!.map(formatEdge));
  const { edges, ...figures } = found.pruned!;
  expect(named(edges)).toEqual(circuit!.edges.map(formatEdge));
  expect(circuit).toMatchObject(figures);
  expect(answer.examples).toEqual(examples);
  const events = (await log.after(0)).filter((event) => event.type === "edges");
  const told = new Set(events.map(({ method, stage }) => `${method} ${stage}`));
  expect([...told]).toEqual([
    "integrated-gradients scores",
    "integrated-gradients curve",
    "integrated-gradients pruning",
  ]);
});

test("a pruning that was stopped goes on where it was when it is asked for again, and begins anew when asked for otherwise", async () => {
  const log = new EventLog(0);
  const measurer = new EdgeMeasurer(log, { threads: 1 });
  const request = { ...REQUEST, method: "attribution", prune: true, budget: 12 } as const;
  const entries = () => {
    const name = readdirSync(join(folder, "runs")).find((file) => file.endsWith("edges-attribution.jsonl"))!;
    return readFileSync(join(folder, "runs", name), "utf8")
      .split("\n")
      .slice(1, -1);
  };
  const stopped = measurer.measure(request);
  const pruning = async () => (await log.after(0)).some((event) => event.type === "edges" && event.stage === "pruning");
  while (!(await pruning())) await setImmediate();
  measurer.stop();
  await expect(stopped).rejects.toMatchObject({ code: "cancelled" });
  const before = entries();
  expect(before.length).toBeLessThan(1 + request.budget);
  const whole = await measurer.measure(request);
  expect(whole.curve.pruned).toMatchObject({ trials: request.budget });
  expect(entries().slice(0, before.length)).toEqual(before);
  const { curve } = await measurer.measure({ ...request, budget: 3 });
  expect([curve.pruned!.trials, entries().length]).toEqual([3, 1 + 3]);
});

test("a second request is refused while the first is measured, and a stopped one ends as cancelled", async () => {
  const measurer = new EdgeMeasurer(new EventLog(0), { threads: 1 });
  const first = measurer.measure(REQUEST);
  await expect(measurer.measure(REQUEST)).rejects.toMatchObject({ code: "usage" });
  measurer.stop();
  await expect(first).rejects.toMatchObject({ code: "cancelled" });
});
