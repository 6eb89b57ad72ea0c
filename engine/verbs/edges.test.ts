// Oracle: the same circuits from the task that the command line runs, their edges by name.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { edgeSettings } from "../choices/edges.ts";
import { formatEdge } from "../circuit/edge.ts";
import { topologyOf } from "../circuit/topology.ts";
import { edgeTask } from "../session/edge-task.ts";
import { edges } from "./edges.ts";

const REQUEST = {
  task: "tasks/ioi.yaml",
  model: "sprig",
  examples: { discovery: 4, heldOut: 4 },
  method: "integrated-gradients",
} as const;

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "secateur-edges-"))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** @param onReport hears of every step, and may stop the work */
function run(asked: object, onReport: (stage: string, controller: AbortController) => void, goOn = false) {
  const controller = new AbortController();
  return edges.run(edgeSettings.parse(asked), {
    execution: { threads: 1 },
    signal: controller.signal,
    report: (stage) => onReport(stage, controller),
    part: () => undefined,
    note: () => undefined,
    folder,
    ledger: { file: join(folder, "ledger.jsonl"), goOn },
  });
}

test("circuits are those of the command line, with edges by their place, and progress is told by stage", async () => {
  const stages: string[] = [];
  const answer = await run({ ...REQUEST, prune: true }, (stage) => stages.push(stage));
  const settings = edgeSettings.parse({ ...REQUEST, prune: true });
  const { scores, curve, areas, smallest, circuit, examples } = await edgeTask(settings, { execution: { threads: 1 } });
  const found = answer.curve;
  const names = topologyOf(answer.model).edges.map(formatEdge);
  const named = (places: readonly number[] | undefined) => places?.map((place) => names[place]);
  expect(new Map(names.map((name, place) => [name, found.scores[place]]))).toEqual(
    new Map(scores.map((edge) => [formatEdge(edge), edge.score])),
  );
  expect({ curve, areas }).toMatchObject({ curve: found.points, areas: found.areas });
  expect(named(found.smallest)).toEqual(smallest!.map(formatEdge));
  const { edges: kept, ...figures } = found.pruned!;
  expect(named(kept)).toEqual(circuit!.edges.map(formatEdge));
  expect(circuit).toMatchObject(figures);
  expect(answer.examples).toEqual(examples);
  expect([...new Set(stages)]).toEqual(edges.stages(settings).map(({ name }) => name));
  expect(edges.headline(answer)).toEqual({
    code: "edges",
    values: { kept: kept.length, edges: names.length, f: figures.heldOut!.faithfulness },
    split: "heldOut",
  });
  expect(edges.tables(answer, settings)[1].rows).toHaveLength(kept.length);
});

test("a pruning that was stopped goes on where it was", async () => {
  const request = { ...REQUEST, method: "attribution", prune: true, budget: 12 } as const;
  const entries = () => readFileSync(join(folder, "ledger.jsonl"), "utf8").split("\n").slice(1, -1);
  rmSync(join(folder, "ledger.jsonl"), { force: true });
  const stopped = run(request, (stage, controller) => stage === "pruning" && controller.abort());
  await expect(stopped).rejects.toMatchObject({ code: "cancelled" });
  const before = entries();
  expect(before.length).toBeLessThan(1 + request.budget);
  const whole = await run(request, () => undefined, true);
  expect(whole.curve.pruned).toMatchObject({ trials: request.budget });
  expect(entries().slice(0, before.length)).toEqual(before);
});

test("only a pruning can be gone on with", () => {
  const resumes = [true, false].map((prune) => edges.resumes!(edgeSettings.parse({ ...REQUEST, prune })));
  expect(resumes).toEqual([true, false]);
});
